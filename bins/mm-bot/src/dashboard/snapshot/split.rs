//! Where the money went, by the venue's own documents: parts that add up to the unit.

use std::collections::BTreeMap;

use hl_engine::Ppm;
use hl_journal::profit;
use serde::Serialize;

use super::text;

/// Hours that are shown.
const HOURS: usize = 48;

/// The statement of the run so far.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Split {
    /// The moments of the first document of the account and of the last that is accounted for.
    from: Option<u64>,
    to: Option<u64>,
    /// What the account was worth at either.
    start: Option<String>,
    end: Option<String>,
    change: String,
    transfers: String,
    /// What no part explains.
    difference: String,
    reconciles: bool,
    doubts: Vec<String>,
    total: Parts,
    markets: BTreeMap<String, Parts>,
    /// By hours since 1970, the latest two days.
    hours: BTreeMap<u64, Parts>,
}

#[derive(Clone, Debug, Serialize)]
struct Parts {
    sum: String,
    spread: String,
    inventory: String,
    fees: String,
    rebates: String,
    funding: String,
    volume: String,
    fills: u64,
    /// After 1, 5, 30 and 60 s: basis points in our favour, by value; null where none is known.
    marks: Vec<Option<String>>,
}

impl Split {
    pub(super) fn of(statement: &profit::Statement) -> Self {
        let (start, end) = (statement.start, statement.end);
        let markets = statement.markets.iter();
        let hours = statement.hours.iter().rev().take(HOURS);
        Self {
            from: start.map(|(at, _)| at.0),
            to: end.map(|(at, _)| at.0),
            start: text(start.map(|(_, usd)| usd)),
            end: text(end.map(|(_, usd)| usd)),
            change: statement.change().to_string(),
            transfers: statement.transferred().to_string(),
            difference: statement.difference().to_string(),
            reconciles: statement.reconciles(),
            doubts: statement.doubts(),
            total: Parts::of(&statement.total),
            markets: markets.map(|(name, of)| (name.clone(), Parts::of(&of.total))).collect(),
            hours: hours.map(|(hour, parts)| (hour.0, Parts::of(parts))).collect(),
        }
    }
}

impl Parts {
    fn of(parts: &profit::Parts) -> Self {
        let mark = |mark: &profit::Markout| text(mark.ppm().map(Ppm));
        Self {
            sum: parts.sum().to_string(),
            spread: parts.spread.to_string(),
            inventory: parts.inventory.to_string(),
            fees: parts.fees.to_string(),
            rebates: parts.rebates.to_string(),
            funding: parts.funding.to_string(),
            volume: parts.volume.to_string(),
            fills: parts.fills(),
            marks: parts.markouts.iter().map(mark).collect(),
        }
    }
}
