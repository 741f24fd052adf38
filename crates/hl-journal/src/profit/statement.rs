//! The account of a stretch of time: the parts, and whether they are all.

use std::collections::BTreeMap;

use hl_engine::Usd;
use hl_quant::Millis;

use super::account::{Break, Doc};
use super::market::Market;
use super::parts::{Hour, Parts, Tiers};

/// What became of the account between two documents of the venue, and why.
///
/// `end - start = total.sum() + transfers + difference`, exactly.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statement {
    /// The first document: its moment, and what the account was worth. `None` if there was none.
    pub start: Option<(Millis, Usd)>,
    /// The last one before which everything has been told.
    pub end: Option<(Millis, Usd)>,
    /// All markets and hours.
    pub total: Parts,
    /// Each market, by name.
    pub markets: BTreeMap<String, MarketStatement>,
    /// All markets, by the hour.
    pub hours: BTreeMap<Hour, Parts>,
    /// What came into the account less what left it, by the hour: neither profit nor loss.
    pub transfers: BTreeMap<Hour, Usd>,
    /// By the rate at which trades were charged.
    pub tiers: Tiers,
    /// What is not accounted for, where it is.
    pub breaks: Vec<Break>,
    /// Documents: all that are accounted for, and those that still wait for what happened before
    /// them.
    pub documents: (u64, u64),
    /// Trades of which no mid was known: their spread counts as nothing, and what they earned is
    /// in the inventory.
    pub without_mid: u64,
}

/// One market of a statement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MarketStatement {
    /// All hours.
    pub total: Parts,
    /// Each hour in which something was held or traded.
    pub hours: BTreeMap<Hour, Parts>,
    /// The position at the start, taken over. Units of 10^-8, and its worth.
    pub start: (i128, Usd),
    /// The position at the end.
    pub end: (i128, Usd),
}

impl Statement {
    /// What the account gained, by the venue's word; nothing without two documents.
    #[must_use]
    pub fn change(&self) -> Usd {
        let ends = self.start.zip(self.end);
        ends.map_or(Usd::ZERO, |((_, start), (_, end))| end.minus(start))
    }

    /// What came into the account less what left it.
    #[must_use]
    pub fn transferred(&self) -> Usd {
        self.transfers.values().fold(Usd::ZERO, |sum, usd| sum.plus(*usd))
    }

    /// What the parts and the transfers do not explain.
    #[must_use]
    pub fn difference(&self) -> Usd {
        self.change().minus(self.total.sum()).minus(self.transferred())
    }

    /// Whether every unit is accounted for, between two documents at least.
    #[must_use]
    pub fn reconciles(&self) -> bool {
        self.documents.0 > 1 && self.difference() == Usd::ZERO && self.breaks.is_empty()
    }

    /// Why this is no account; nothing if it is.
    #[must_use]
    pub fn doubts(&self) -> Vec<String> {
        let mut doubts = Vec::new();
        if self.documents.0 < 2 {
            doubts.push("profit: fewer than two documents of the account".to_owned());
            return doubts;
        }
        if self.difference() != Usd::ZERO {
            doubts.push(format!("profit: {} not accounted for", self.difference()));
        }
        for found in &self.breaks {
            doubts.push(format!("profit: {found}"));
        }
        doubts
    }

    pub(super) fn market(&mut self, market: &Market, index: usize, first: &Doc, last: &Doc) {
        let (from, to) = (Hour::of(first.time), Hour::of(last.time));
        let mut statement = MarketStatement {
            start: (first.size(index), first.worth(index)),
            end: (last.size(index), last.worth(index)),
            ..MarketStatement::default()
        };
        let (mut held, mut worth) = statement.start;
        let mut hour = from;
        while hour <= to {
            let bucket = market.hours.get(&hour);
            let next = Hour(hour.0.saturating_add(1));
            if bucket.is_none() && held == 0 && hour < to {
                // Nothing held and nothing traded: on to the next hour in which there is.
                hour = market.hours.range(next..).next().map_or(to, |(hour, _)| to.min(*hour));
                continue;
            }
            if bucket.is_none() && held == 0 && worth == last.worth(index) {
                break;
            }
            let mut parts = bucket.map_or_else(Parts::default, |bucket| bucket.parts.clone());
            held = held.saturating_add(bucket.map_or(0, |bucket| bucket.delta));
            let paid = worth.plus(bucket.map_or(Usd::ZERO, |bucket| bucket.at_mid));
            worth = if hour == to {
                last.worth(index)
            } else {
                let edge = market.prices.at_edge(next);
                edge.map_or(paid, |mark| Usd::from_raw(held.saturating_mul(i128::from(mark.raw()))))
            };
            parts.inventory = worth.minus(paid);
            statement.total.add(&parts);
            statement.hours.insert(hour, parts);
            hour = next;
        }
        if statement.hours.is_empty() && statement.start.0 == 0 && statement.end.0 == 0 {
            return;
        }
        self.total.add(&statement.total);
        for (hour, parts) in &statement.hours {
            self.hours.entry(*hour).or_default().add(parts);
        }
        for (rate, tier) in &market.tiers {
            let sum = self.tiers.entry(*rate).or_default();
            sum.fills = sum.fills.saturating_add(tier.fills);
            sum.volume = sum.volume.saturating_add(tier.volume);
            sum.fees = sum.fees.plus(tier.fees);
        }
        self.without_mid = self.without_mid.saturating_add(market.without_mid);
        self.markets.insert(market.name.clone(), statement);
    }
}
