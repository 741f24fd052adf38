//! The gate of the one path that takes: shorter, and as independent.

use hl_quant::{MarketSpec, Notional, OrderPrice, OrderSize, Price, Side, SignedSize};

use super::{Rule, Stop, text};
use crate::{Figure, Ppm, reference::far};

/// All that is looked at before a position is closed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ExitFacts<'a> {
    pub(crate) spec: Option<&'a MarketSpec>,
    pub(crate) position: SignedSize,
    /// Oracle price and slow average, which agree.
    pub(crate) references: (Price, Price),
    pub(crate) slippage: Ppm,
}

/// The first rule that a closing order breaks, if any: its text is legal, it only reduces, and its
/// price is no worse than the slippage beyond the worse reference. No minimum value is asked for: a
/// rest may be smaller, and what the venue does with it is the venue's to say.
pub(crate) fn check_exit(
    side: Side,
    price: OrderPrice,
    size: OrderSize,
    facts: &ExitFacts<'_>,
) -> Result<(), Stop> {
    let stop = |rule, have, limit| Err(Stop { rule, have, limit });
    let (price_text, size_text) = (price.to_text(), size.to_text());
    let legal = facts.spec.is_some_and(|spec| {
        let sz_decimals = spec.sz_decimals().get();
        text::price_is_legal(price_text.as_str(), spec.kind(), sz_decimals)
            && text::size_is_legal(size_text.as_str(), sz_decimals)
    });
    if !legal {
        return stop(Rule::LegalText, Figure::Price(price.get()), Figure::Size(size.get()));
    }
    let closes = facts.position.side() == Some(side.opposite());
    if !closes || size.get() > facts.position.magnitude() {
        return stop(Rule::PositionCap, Figure::Size(size.get()), Figure::Signed(facts.position));
    }
    let (oracle, slow) = facts.references;
    let reference = match side {
        Side::Bid => oracle.max(slow),
        Side::Ask => oracle.min(slow),
    };
    let worse = match side {
        Side::Bid => price.get() > reference,
        Side::Ask => price.get() < reference,
    };
    if worse && far(price.get(), reference, facts.slippage) {
        return stop(Rule::Collar, Figure::Price(price.get()), Figure::Price(reference));
    }
    let worth = price.get() * size.get();
    if worth == Notional::ZERO {
        return stop(Rule::MinNotional, Figure::Notional(worth), Figure::None);
    }
    Ok(())
}
