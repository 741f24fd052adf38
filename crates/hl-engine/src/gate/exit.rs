//! The gate of the one path that takes: shorter, and as independent.

use hl_quant::{MarketSpec, OrderPrice, OrderSize, Price, Side, SignedSize};

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
    // A better price than the reference is no danger.
    let (reference, worst) = match side {
        Side::Bid => (oracle.max(slow), price.get().max(oracle.max(slow))),
        Side::Ask => (oracle.min(slow), price.get().min(oracle.min(slow))),
    };
    if far(worst, reference, facts.slippage) {
        return stop(Rule::Collar, Figure::Price(price.get()), Figure::Price(reference));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use hl_quant::SzDecimals;

    use super::*;

    /// Market rules with two decimals of size; long 5 unless a test says otherwise.
    fn judge(
        side: Side,
        price: &str,
        size: &str,
        change: impl FnOnce(&mut ExitFacts<'_>),
    ) -> Option<Rule> {
        judge_by(&rules(2), side, price, size, change)
    }

    fn rules(decimals: u8) -> MarketSpec {
        MarketSpec::perp(SzDecimals::new(decimals).unwrap())
    }

    /// The same under other rules than those that the order was made by.
    fn judge_by(
        now: &MarketSpec,
        side: Side,
        price: &str,
        size: &str,
        change: impl FnOnce(&mut ExitFacts<'_>),
    ) -> Option<Rule> {
        let spec = rules(2);
        let price = spec.prices().check(price.parse().unwrap()).unwrap();
        let size = spec.sizes().check(size.parse().unwrap()).unwrap();
        let mut facts = ExitFacts {
            spec: Some(now),
            position: "5".parse().unwrap(),
            references: ("100".parse().unwrap(), "101".parse().unwrap()),
            slippage: Ppm::from_bps(100),
        };
        change(&mut facts);
        check_exit(side, price, size, &facts).err().map(|stop| stop.rule)
    }

    fn short(facts: &mut ExitFacts<'_>) {
        facts.position = "-5".parse().unwrap();
    }

    #[test]
    fn what_closes_a_position_within_the_slippage_may_leave() {
        assert_eq!(
            judge(Side::Ask, "99", "5", |_| ()),
            None,
            "one percent below the lower reference"
        );
        assert_eq!(judge(Side::Ask, "150", "0.01", |_| ()), None, "a better price is no danger");
        assert_eq!(
            judge(Side::Bid, "102.01", "5", short),
            None,
            "one percent above the higher one"
        );
        assert_eq!(judge(Side::Bid, "50", "5", short), None);
    }

    #[test]
    fn a_price_beyond_the_slippage_is_stopped_by_the_collar() {
        assert_eq!(judge(Side::Ask, "98.999", "5", |_| ()), Some(Rule::Collar));
        assert_eq!(judge(Side::Bid, "102.02", "5", short), Some(Rule::Collar));
    }

    #[test]
    fn it_only_reduces() {
        assert_eq!(judge(Side::Ask, "100", "5.01", |_| ()), Some(Rule::PositionCap));
        assert_eq!(judge(Side::Bid, "100", "1", |_| ()), Some(Rule::PositionCap));
        assert_eq!(judge(Side::Ask, "100", "1", short), Some(Rule::PositionCap));
        let flat = |facts: &mut ExitFacts<'_>| facts.position = SignedSize::ZERO;
        assert_eq!(judge(Side::Ask, "100", "1", flat), Some(Rule::PositionCap));
    }

    #[test]
    fn its_text_is_judged_by_the_rules_of_the_market_as_they_are_now() {
        let none = |facts: &mut ExitFacts<'_>| facts.spec = None;
        assert_eq!(judge(Side::Ask, "100", "1", none), Some(Rule::LegalText));
        let size = judge_by(&rules(1), Side::Ask, "100", "1.25", |_| ());
        assert_eq!(size, Some(Rule::LegalText), "a size of the old rules");
        let price = judge_by(&rules(5), Side::Ask, "99.123", "1", |_| ());
        assert_eq!(price, Some(Rule::LegalText), "a price of the old rules");
    }
}
