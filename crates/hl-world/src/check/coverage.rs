//! Which kinds of fault met orders in which states.

use std::fmt;

use hl_engine::{NoQuote, OrderState};
use hl_sim::fault::Kind;

use crate::{BotScene, Breach, Checker, Observation, Scene};

/// How many stages there are.
const STAGES: usize = OrderStage::ALL.len();

/// A stage of an order's life, as the bot knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OrderStage {
    /// Sent, not answered.
    Pending,
    /// Resting.
    Live,
    /// Its fate is not known.
    Unknown,
    /// A cancel or a replacement is on its way.
    PendingCancel,
    /// Gone, with trades still to be told.
    Owing,
    /// Refused again and again: its market rests.
    Parked,
}

impl OrderStage {
    /// Every stage.
    pub const ALL: [Self; 6] =
        [Self::Pending, Self::Live, Self::Unknown, Self::PendingCancel, Self::Owing, Self::Parked];

    /// The word in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Live => "live",
            Self::Unknown => "unknown",
            Self::PendingCancel => "pending_cancel",
            Self::Owing => "owing",
            Self::Parked => "parked",
        }
    }
}

impl fmt::Display for OrderStage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Pairs that cannot meet, and why.
const IMPOSSIBLE: &[(&str, OrderStage, &str)] = &[];

/// Why a kind of fault cannot meet an order in a stage; nothing if it can.
#[must_use]
pub fn impossible(kind: &str, stage: OrderStage) -> Option<&'static str> {
    let same = |(k, s, _): &&(&str, OrderStage, &'static str)| *k == kind && *s == stage;
    IMPOSSIBLE.iter().find(same).map(|(_, _, why)| *why)
}

/// The stages that are present at a moment.
type Present = [bool; STAGES];

/// How often each kind of fault was active while an order was in each stage, counted in moments at
/// which the bot had nothing more to do.
#[derive(Clone, Debug)]
pub struct Coverage {
    met: Vec<[u64; STAGES]>,
    active: Vec<usize>,
}

impl Default for Coverage {
    fn default() -> Self {
        Self { met: vec![[0; STAGES]; Kind::ALL_NAMES.len()], active: Vec::new() }
    }
}

impl Coverage {
    /// Adds what another run met.
    pub fn add(&mut self, other: &Self) {
        for (sum, more) in self.met.iter_mut().flatten().zip(other.met.iter().flatten()) {
            *sum = sum.saturating_add(*more);
        }
    }

    /// Every kind with its counts, in the order of [`OrderStage::ALL`].
    pub fn rows(&self) -> impl Iterator<Item = (&'static str, &[u64; STAGES])> {
        Kind::ALL_NAMES.iter().copied().zip(&self.met)
    }

    /// The pairs that never met.
    #[must_use]
    pub fn missing(&self) -> Vec<(&'static str, OrderStage)> {
        let row = |(kind, met): (&'static str, &[u64; STAGES])| {
            let absent = OrderStage::ALL.into_iter().zip(*met).filter(|(_, n)| *n == 0);
            absent.map(move |(stage, _)| (kind, stage)).collect::<Vec<_>>()
        };
        self.rows().flat_map(row).collect()
    }

    /// The pairs that never met and could have.
    #[must_use]
    pub fn unmet(&self) -> Vec<(&'static str, OrderStage)> {
        let possible =
            |(kind, stage): &(&'static str, OrderStage)| impossible(kind, *stage).is_none();
        self.missing().into_iter().filter(possible).collect()
    }

    /// How many pairs there are.
    #[must_use]
    pub fn pairs(&self) -> usize {
        self.met.len().saturating_mul(STAGES)
    }

    fn meet(&mut self, kind: usize, present: &Present) {
        let Some(row) = self.met.get_mut(kind) else { return };
        for (count, present) in row.iter_mut().zip(present) {
            *count = count.saturating_add(u64::from(*present));
        }
    }
}

fn present(bots: &[BotScene<'_>]) -> Present {
    let mut present = [false; STAGES];
    let mut note = |stage: OrderStage| {
        let place = OrderStage::ALL.iter().position(|known| *known == stage);
        if let Some(there) = place.and_then(|place| present.get_mut(place)) {
            *there = true;
        }
    };
    for bot in bots {
        for (id, market) in (0_u16..).map(hl_engine::MarketId).zip(bot.engine.markets()) {
            if market.why_not == Some(NoQuote::Parked) {
                note(OrderStage::Parked);
            }
            for order in bot.engine.orders(id) {
                note(match order.state {
                    OrderState::Pending => OrderStage::Pending,
                    OrderState::Live => OrderStage::Live,
                    OrderState::Unknown => OrderStage::Unknown,
                    OrderState::PendingCancel => OrderStage::PendingCancel,
                    OrderState::Closed => OrderStage::Owing,
                });
            }
        }
    }
    present
}

impl Checker for Coverage {
    fn name(&self) -> &'static str {
        "coverage"
    }

    fn see(&mut self, scene: &Scene<'_>, seen: &Observation<'_>, _: &mut Vec<Breach>) {
        match seen {
            Observation::FaultOn(fault) => {
                let name = fault.kind.name();
                let kind = Kind::ALL_NAMES.iter().position(|known| *known == name);
                let Some(kind) = kind else { return };
                self.active.push(kind);
                // A fault may last no time at all, as a death does.
                self.meet(kind, &present(scene.bots));
            }
            Observation::FaultOff(fault) => {
                let name = fault.kind.name();
                let is_it = |kind: &usize| Kind::ALL_NAMES.get(*kind) == Some(&name);
                if let Some(place) = self.active.iter().position(is_it) {
                    self.active.swap_remove(place);
                }
            }
            Observation::Settled { .. } if !self.active.is_empty() => {
                let present = present(scene.bots);
                for place in 0..self.active.len() {
                    if let Some(kind) = self.active.get(place).copied() {
                        self.meet(kind, &present);
                    }
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_met_is_no_longer_missing() {
        let mut coverage = Coverage::default();
        assert_eq!(coverage.missing().len(), coverage.pairs());
        let mut present = [false; STAGES];
        present[1] = true;
        coverage.meet(0, &present);
        let missing = coverage.missing();
        assert_eq!(missing.len(), coverage.pairs() - 1);
        let first = Kind::ALL_NAMES[0];
        assert!(!missing.contains(&(first, OrderStage::Live)));
        assert!(missing.contains(&(first, OrderStage::Unknown)));
        let mut sum = Coverage::default();
        sum.add(&coverage);
        sum.add(&coverage);
        assert_eq!(sum.missing(), missing);
        assert_eq!(sum.rows().next(), Some((first, &[0, 2, 0, 0, 0, 0])));
    }
}
