//! The last look before an order leaves: one ordered list of named rules. All must hold.
//!
//! The planner already avoids what the gate would stop, so a stop is either a race or a defect, and
//! always an event. Post-only is no rule here because a [`PlaceOrder`](crate::PlaceOrder) cannot say
//! anything else.

mod exit;
mod rules;
mod text;

pub(crate) use exit::{ExitFacts, check_exit};

use hl_quant::{MarketSpec, Notional, OrderPrice, OrderSize, Price, Side};

use crate::{Collar, Figure, MarketStatus, NoQuote, exposure::Exposure};

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
    /// The price is near both references: the venue's oracle price and the engine's own slow average
    /// of the mid, which must exist, be young and agree with each other.
    Collar,
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
    pub const ALL: [Self; 12] = [
        Self::Switch,
        Self::Tradeable,
        Self::FreshData,
        Self::LegalText,
        Self::MinNotional,
        Self::Touch,
        Self::OwnCross,
        Self::Collar,
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
            Self::Collar => "collar",
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
    /// Oracle price and slow average, or why there is no such pair.
    pub(crate) references: Result<(Price, Price), NoQuote>,
    pub(crate) collar: Collar,
    pub(crate) exposure: Exposure,
    /// The part of it that is not in doubt: the position, and orders that are known to rest.
    pub(crate) certain: Exposure,
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
    /// Those of this market on the side of the order in question.
    pub(crate) same_side: u64,
}

/// So many orders the side which reduces the position may always have, whatever the counts say.
pub(crate) const REDUCING_ORDERS: u64 = 2;

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

/// Whether an order takes away from the position and can do nothing else: together with all that
/// may still trade on its side it is no larger than the position.
pub(crate) fn reduces(order: &Candidate, exposure: &Exposure) -> bool {
    exposure.position.side() == Some(order.side.opposite())
        && exposure.with(order.side, order.size.get()).worst_size(order.side).is_zero()
}

/// What one rule said about an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which rule.
    pub rule: Rule,
    /// Whether it let the order pass.
    pub passed: bool,
    /// What the order has; a word where a reason stands for the number.
    pub have: Figure,
    /// What it may have.
    pub limit: Figure,
}

/// What every rule says, those behind the first that is broken included.
pub(crate) fn look(order: &Candidate, facts: &Facts<'_>) -> Vec<Finding> {
    let each = |rule| {
        let verdict = rules::holds(rule, order, facts);
        let (Ok((have, limit)) | Err((have, limit))) = verdict;
        Finding { rule, passed: verdict.is_ok(), have, limit }
    };
    Rule::ALL.into_iter().map(each).collect()
}

/// The first rule that the order breaks, if any.
pub(crate) fn check(order: &Candidate, facts: &Facts<'_>) -> Result<(), Stop> {
    for rule in Rule::ALL {
        rules::holds(rule, order, facts).map_err(|(have, limit)| Stop { rule, have, limit })?;
    }
    Ok(())
}

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;
