//! How a run went, with every denominator.

use std::collections::BTreeMap;

use hl_engine::Stats;
use hl_sim::AccountTruth;
use hl_sim::fault::Plan;
use hl_wire::RejectCode;

use crate::crash::CrashPoint;
use crate::observe::Breach;

/// What all processes of the bot believe, added up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Believed {
    /// Orders that passed the gate and were handed to the shell.
    pub attempts: u64,
    /// Orders that the venue was heard to take.
    pub accepted: u64,
    /// Refusals by code.
    pub rejected: BTreeMap<RejectCode, u64>,
    /// Orders that never left the machine.
    pub never_sent: u64,
    /// How often an order's fate became unknown.
    pub unknown: u64,
    /// Unknown orders that were found not to exist.
    pub not_found: u64,
    /// Unknown orders at the end of a process that stopped in order.
    pub unresolved: u64,
    /// Attempts whose end a process did not live to see.
    pub cut_off: u64,
    /// Fills in which the bot made.
    pub maker_fills: u64,
    /// Fills in which it took.
    pub taker_fills: u64,
    /// Orders that the gate stopped.
    pub gate_stops: u64,
}

impl Believed {
    /// Adds what one process believed at its end.
    pub(crate) fn add(&mut self, stats: &Stats) {
        let pairs = [
            (&mut self.attempts, stats.attempts),
            (&mut self.accepted, stats.accepted),
            (&mut self.never_sent, stats.never_sent),
            (&mut self.unknown, stats.unknown),
            (&mut self.not_found, stats.not_found),
            (&mut self.unresolved, stats.unresolved),
            (&mut self.cut_off, stats.in_flight()),
            (&mut self.maker_fills, stats.maker_fills),
            (&mut self.taker_fills, stats.taker_fills),
            (&mut self.gate_stops, stats.gate_stops),
        ];
        for (sum, more) in pairs {
            *sum = sum.saturating_add(more);
        }
        for (code, n) in stats.rejected() {
            let sum = self.rejected.entry(*code).or_default();
            *sum = sum.saturating_add(*n);
        }
    }
}

/// What happened to the machine and the processes of the bot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Processes that began to run.
    pub starts: u64,
    /// Processes that found the lock taken and did not run.
    pub locked_out: u64,
    /// Deaths by the point at which they came.
    pub deaths: BTreeMap<CrashPoint, u64>,
    /// How often each point was passed: a death is possible at every one of them.
    pub passed: BTreeMap<CrashPoint, u64>,
    /// Starts that found an unfinished or damaged journal.
    pub torn_journals: u64,
    /// Starts that found something that is no journal.
    pub foreign_journals: u64,
    /// Starts in safe mode.
    pub safe_starts: u64,
    /// Writes and syncs that failed.
    pub disk_failures: u64,
    /// Events that the engines wrote.
    pub events: u64,
    /// Log lines that could not be written.
    pub log_lost: u64,
    /// Words of the operator.
    pub operator_words: u64,
}

/// How a seed went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeedReport {
    /// Which seed.
    pub seed: u64,
    /// The faults that were to happen.
    pub plan: Plan,
    /// Faults that began, by kind, before the run ended. Deaths count when they came.
    pub faults: BTreeMap<&'static str, u64>,
    /// Virtual milliseconds from the beginning to the end.
    pub ran_ms: u64,
    /// What the bot believes, all of its processes together.
    pub believed: Believed,
    /// What really happened to its account.
    pub truth: AccountTruth,
    /// The machine and its processes.
    pub tally: Tally,
    /// Orders that the last engine could not confirm as gone when it stopped; nothing if it was not
    /// asked to stop or did not come to an end.
    pub remaining: Option<u32>,
    /// What the checkers found, in the order in which they found it.
    pub breaches: Vec<Breach>,
    /// A digest of every message and every event: equal for equal runs.
    pub digest: u64,
}

impl SeedReport {
    /// Faults that began, of all kinds.
    #[must_use]
    pub fn faults_total(&self) -> u64 {
        self.faults.values().fold(0, |sum, n| sum.saturating_add(*n))
    }
}
