//! Many seeds in one table, every claim with its denominator.

use std::collections::BTreeMap;

use hl_wire::RejectCode;

use super::coverage::{Coverage, OrderStage};
use super::invariants::{COUNT, Held, INVARIANTS, Invariant};
use super::judge::Judged;
use crate::{Breach, CrashPoint};

/// With so many orders in the exchange's count, a rule that judged nothing is a failure.
const LARGE: u64 = 100_000;

/// What a number of seeds came to.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Seeds that were run to their end or to their breach.
    pub seeds: u64,
    /// Virtual milliseconds in all.
    pub ran_ms: u64,
    /// Faults that began, by kind.
    pub faults: BTreeMap<&'static str, u64>,
    /// Orders that the exchange got.
    pub attempts: u64,
    /// Of these, orders that rested or traded.
    pub accepted: u64,
    /// Refused ones by code, refusals that are faults included.
    pub rejected: BTreeMap<RejectCode, u64>,
    /// How often an order's fate became unknown to the bot.
    pub unknown: u64,
    /// Trades of resting orders.
    pub maker_fills: u64,
    /// Trades of orders that took: exits, and liquidations by the venue.
    pub taker_fills: u64,
    /// Processes that began.
    pub starts: u64,
    /// Deaths by the point at which they came.
    pub deaths: BTreeMap<CrashPoint, u64>,
    /// Seeds that were run twice to compare their digests.
    pub repeated: u64,
    /// How often each invariant was judged, `I1` first.
    pub judged: Vec<u64>,
    /// Which faults met orders in which stages.
    pub coverage: Coverage,
    /// What broke, with its seed.
    pub breaches: Vec<(u64, Breach)>,
}

impl Summary {
    /// Adds a seed.
    pub fn add(&mut self, seed: &Judged) {
        let report = &seed.report;
        let truth = &report.truth;
        let pairs = [
            (&mut self.seeds, 1),
            (&mut self.ran_ms, report.ran_ms),
            (&mut self.attempts, truth.attempts),
            (&mut self.accepted, truth.accepted),
            (&mut self.unknown, report.believed.unknown),
            (&mut self.maker_fills, truth.maker_fills),
            (&mut self.taker_fills, truth.taker_fills),
            (&mut self.starts, report.tally.starts),
        ];
        for (sum, more) in pairs {
            *sum = sum.saturating_add(more);
        }
        add_all(&mut self.faults, &report.faults);
        add_all(&mut self.rejected, &truth.rejected);
        add_all(&mut self.deaths, &report.tally.deaths);
        self.judged.resize(COUNT, 0);
        for (sum, more) in self.judged.iter_mut().zip(seed.court.judged()) {
            *sum = sum.saturating_add(*more);
        }
        self.coverage.add(&seed.coverage);
        let breaches = report.breaches.iter().map(|breach| (report.seed, breach.clone()));
        self.breaches.extend(breaches);
    }

    /// Faults of all kinds.
    #[must_use]
    pub fn faults_total(&self) -> u64 {
        self.faults.values().fold(0, |sum, n| sum.saturating_add(*n))
    }

    /// How often an invariant was judged.
    #[must_use]
    pub fn judged_of(&self, invariant: &Invariant) -> u64 {
        match invariant.held {
            Held::Checked(_) => self.judged.get(invariant.id.place()).copied().unwrap_or(0),
            // I36 and I42 are judged with every seed, I41 with those that are run twice.
            Held::Run(_) if invariant.name == "I41" => self.repeated,
            Held::Run(_) => self.seeds,
            Held::Elsewhere(_) => 0,
        }
    }

    /// Pairs of a fault's kind and an order's stage that a large run never brought together, those
    /// left out that cannot meet.
    #[must_use]
    pub fn unmet(&self) -> Vec<(&'static str, OrderStage)> {
        if self.attempts < LARGE { Vec::new() } else { self.coverage.unmet() }
    }

    /// Rules that a large run never put to the test: each is a breach of I42.
    #[must_use]
    pub fn vacuous(&self) -> Vec<&'static Invariant> {
        if self.attempts < LARGE {
            return Vec::new();
        }
        let checked = |invariant: &&Invariant| matches!(invariant.held, Held::Checked(_));
        let idle = INVARIANTS.iter().filter(checked).filter(|i| self.judged_of(i) == 0);
        idle.collect()
    }
}

fn add_all<K: Ord + Copy>(sums: &mut BTreeMap<K, u64>, more: &BTreeMap<K, u64>) {
    for (key, n) in more {
        let sum = sums.entry(*key).or_default();
        *sum = sum.saturating_add(*n);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_that_judged_nothing_in_a_large_run_is_named() {
        let mut summary = Summary { attempts: LARGE, judged: vec![1; COUNT], ..Summary::default() };
        assert!(summary.vacuous().is_empty());
        summary.judged[7] = 0;
        let names: Vec<&str> = summary.vacuous().iter().map(|i| i.name).collect();
        assert_eq!(names, ["I8"]);
        summary.attempts = 10;
        assert!(summary.vacuous().is_empty(), "a small run proves nothing either way");
    }
}
