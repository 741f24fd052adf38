//! The last look before an order leaves: one ordered list of named rules. All must hold.
//!
//! The planner already avoids what the gate would stop, so a stop is either a race or a defect, and
//! always an event. Post-only is no rule here because a [`PlaceOrder`](crate::PlaceOrder) cannot say
//! anything else.

mod text;

use hl_quant::{MarketSpec, Notional, OrderPrice, OrderSize, Price, Side};

use crate::{Figure, MarketStatus, NoQuote, exposure::Exposure};

/// A rule of the gate; the order of declaration is the order of the checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// The engine is neither halted nor stopped, connected, and reconciled with the venue.
    Switch,
    /// The market trades and its spec is young enough.
    Tradeable,
    /// The book is young enough.
    FreshData,
    /// Price and size are legal by a second implementation, on the text that would be sent.
    LegalText,
    /// Price times size is the venue's minimum at least, in the same integers.
    MinNotional,
    /// A bid is below the best known ask, an ask above the best known bid.
    Touch,
    /// A bid is below every ask of ours, an ask above every bid of ours.
    OwnCross,
    /// The position stays within the market's limit whichever subset of our orders trades.
    PositionCap,
    /// The sum of worst cases over all markets stays within its limit.
    GrossCap,
    /// Not too many orders are live or in flight.
    OrderCount,
    /// Requests are left beyond those kept for cancels.
    Budget,
}

impl Rule {
    /// Every rule, in the order of the checks.
    pub const ALL: [Self; 11] = [
        Self::Switch,
        Self::Tradeable,
        Self::FreshData,
        Self::LegalText,
        Self::MinNotional,
        Self::Touch,
        Self::OwnCross,
        Self::PositionCap,
        Self::GrossCap,
        Self::OrderCount,
        Self::Budget,
    ];

    /// The word in log lines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Switch => "switch",
            Self::Tradeable => "tradeable",
            Self::FreshData => "fresh_data",
            Self::LegalText => "legal_text",
            Self::MinNotional => "min_notional",
            Self::Touch => "touch",
            Self::OwnCross => "own_cross",
            Self::PositionCap => "position_cap",
            Self::GrossCap => "gross_cap",
            Self::OrderCount => "order_count",
            Self::Budget => "budget",
        }
    }
}

/// The order to be judged.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate {
    pub(crate) side: Side,
    pub(crate) price: OrderPrice,
    pub(crate) size: OrderSize,
}

/// All that the rules look at, gathered at the moment of the check.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts<'a> {
    /// Why the engine as a whole may not quote.
    pub(crate) switch: Option<NoQuote>,
    pub(crate) spec: Option<&'a MarketSpec>,
    pub(crate) spec_age_ms: u64,
    pub(crate) spec_max_age_ms: u64,
    pub(crate) status: MarketStatus,
    /// Why the book cannot be quoted on.
    pub(crate) data: Option<NoQuote>,
    pub(crate) data_age_ms: u64,
    pub(crate) data_max_age_ms: u64,
    /// The best known prices, our own orders included.
    pub(crate) touch: (Option<Price>, Option<Price>),
    /// The highest bid and the lowest ask of ours that may be live.
    pub(crate) own: (Option<Price>, Option<Price>),
    pub(crate) exposure: Exposure,
    /// The price at which positions are valued.
    pub(crate) mark: Option<Price>,
    pub(crate) max_position: Notional,
    /// The worst case of all other markets; `None` if one of them cannot be valued.
    pub(crate) gross_others: Option<Notional>,
    pub(crate) max_gross: Notional,
    pub(crate) orders: OrderCount,
    pub(crate) budget: Budget,
}

/// How many orders there are and may be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OrderCount {
    pub(crate) here: u64,
    pub(crate) max_here: u64,
    pub(crate) all: u64,
    pub(crate) max_all: u64,
}

/// Orders beyond the maximum that the side which reduces the position may still place.
const REDUCING_EXTRA: u64 = 2;

/// What is left of the address budget.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget {
    /// Requests left, once known.
    pub(crate) left: Option<u64>,
    /// What only cancels may spend: the configured reserve and one per live order.
    pub(crate) reserve: u64,
}

/// The rule that stopped an order, with its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stop {
    pub(crate) rule: Rule,
    pub(crate) have: Figure,
    pub(crate) limit: Figure,
}

/// The first rule that the order breaks, if any.
pub(crate) fn check(order: &Candidate, facts: &Facts<'_>) -> Result<(), Stop> {
    for rule in Rule::ALL {
        holds(rule, order, facts).map_err(|(have, limit)| Stop { rule, have, limit })?;
    }
    Ok(())
}

type Verdict = Result<(), (Figure, Figure)>;

fn holds(rule: Rule, order: &Candidate, facts: &Facts<'_>) -> Verdict {
    match rule {
        Rule::Switch => require(facts.switch.is_none(), || (Figure::None, Figure::None)),
        Rule::Tradeable => tradeable(facts),
        Rule::FreshData => {
            let fresh = facts.data.is_none() && facts.data_age_ms <= facts.data_max_age_ms;
            require(fresh, || (Figure::Ms(facts.data_age_ms), Figure::Ms(facts.data_max_age_ms)))
        }
        Rule::LegalText => legal_text(order, facts),
        Rule::MinNotional => {
            let min = facts.spec.map_or(Notional::from_raw(u128::MAX), MarketSpec::min_notional);
            let have = order.price.get() * order.size.get();
            require(have >= min, || (Figure::Notional(have), Figure::Notional(min)))
        }
        Rule::Touch => away_from(order, facts.touch),
        Rule::OwnCross => away_from(order, facts.own),
        Rule::PositionCap => position_cap(order, facts),
        Rule::GrossCap => gross_cap(order, facts),
        Rule::OrderCount => order_count(order, facts),
        Rule::Budget => budget(facts.budget),
    }
}

fn require(holds: bool, figures: impl FnOnce() -> (Figure, Figure)) -> Verdict {
    if holds { Ok(()) } else { Err(figures()) }
}

fn tradeable(facts: &Facts<'_>) -> Verdict {
    let young = facts.spec.is_some() && facts.spec_age_ms <= facts.spec_max_age_ms;
    require(young && facts.status == MarketStatus::Trading, || {
        (Figure::Ms(facts.spec_age_ms), Figure::Ms(facts.spec_max_age_ms))
    })
}

fn legal_text(order: &Candidate, facts: &Facts<'_>) -> Verdict {
    let (price, size) = (order.price.to_text(), order.size.to_text());
    let legal = facts.spec.is_some_and(|spec| {
        let sz_decimals = spec.sz_decimals().get();
        text::price_is_legal(price.as_str(), spec.kind(), sz_decimals)
            && text::size_is_legal(size.as_str(), sz_decimals)
    });
    require(legal, || (Figure::Price(order.price.get()), Figure::Size(order.size.get())))
}

/// A bid below the ask of the pair, an ask above its bid; an unknown price forbids nothing, since
/// the data rule has already demanded a two-sided book.
fn away_from(order: &Candidate, (bid, ask): (Option<Price>, Option<Price>)) -> Verdict {
    let price = order.price.get();
    let opposite = match order.side {
        Side::Bid => ask.filter(|ask| price >= *ask),
        Side::Ask => bid.filter(|bid| price <= *bid),
    };
    opposite.map_or(Ok(()), |opposite| Err((Figure::Price(price), Figure::Price(opposite))))
}

fn position_cap(order: &Candidate, facts: &Facts<'_>) -> Verdict {
    let max = Figure::Notional(facts.max_position);
    let mark = facts.mark.ok_or((Figure::None, max))?;
    let after = facts.exposure.with(order.side, order.size.get());
    let worst = after.worst(order.side, mark);
    require(worst <= facts.max_position, || (Figure::Notional(worst), max))
}

/// An order that does not worsen its own market's worst case is never stopped here: with the sum
/// above its limit, or not computable, the side that reduces must still be able to trade.
fn gross_cap(order: &Candidate, facts: &Facts<'_>) -> Verdict {
    let max = Figure::Notional(facts.max_gross);
    let mark = facts.mark.ok_or((Figure::None, max))?;
    let before = facts.exposure.worst_of_both(mark);
    let after = facts.exposure.with(order.side, order.size.get()).worst_of_both(mark);
    if after <= before {
        return Ok(());
    }
    let others = facts.gross_others.ok_or((Figure::None, max))?;
    let sum = others.saturating_add(after);
    require(sum <= facts.max_gross, || (Figure::Notional(sum), max))
}

fn order_count(order: &Candidate, facts: &Facts<'_>) -> Verdict {
    let count = facts.orders;
    let reduces = facts.exposure.position.side() == Some(order.side.opposite());
    let extra = if reduces { REDUCING_EXTRA } else { 0 };
    let room = |have: u64, max: u64| {
        let max = max.saturating_add(extra);
        require(have < max, || (Figure::Count(have), Figure::Count(max)))
    };
    room(count.here, count.max_here)?;
    room(count.all, count.max_all)
}

fn budget(budget: Budget) -> Verdict {
    match budget.left {
        Some(left) if left <= budget.reserve => {
            Err((Figure::Count(left), Figure::Count(budget.reserve)))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
