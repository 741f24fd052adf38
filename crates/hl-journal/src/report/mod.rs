//! What a log says about a window of time: the seed's report lines, and the denominators without
//! which they mean nothing.
//!
//! ```
//! use hl_journal::report::{Scope, Tally};
//!
//! let log = "\
//! quant_evt=attempt ts=2025-11-04T10:41:07.000Z tms=1762252867000 seq=1 pair=SOL run=0000002a ln=1
//! quant_evt=submit ts=2025-11-04T10:41:07.100Z tms=1762252867100 seq=1 pair=SOL ok=1 err=none \
//! err_code=none run=0000002a ln=2
//! ";
//! let mut tally = Tally::new(Scope::all());
//! tally.push(log.as_bytes());
//! tally.end_of_source();
//! let report = tally.finish();
//! let text = report.text("all");
//! assert!(text.starts_with("E_TICK_total_all=0\nE_TICK_by_pair_all: SOL=0\n"));
//! assert!(text.contains("\nattempts_by_pair_all: SOL=1\n"));
//! assert_eq!((report.total.attempts, report.total.accepted, report.missing_lines), (1, 1, 0));
//! ```
//!
//! It streams: memory grows with the markets, the runs and the gaps, and not with the lines.

mod coverage;
mod lines;
mod print;
mod recorded;
mod tally;

use std::collections::BTreeMap;

use hl_quant::Millis;

use coverage::Coverage;

pub use coverage::Gap;
pub use recorded::Recorded;
pub use tally::Tally;

/// Below this share of the window a report is no evidence. Parts in a million.
pub const COVERAGE_MIN_PPM: u64 = 990_000;

/// Without a line for so long nobody was there, in a log that does not say how often it speaks: the
/// old system's cycles took two minutes. Milliseconds.
pub const SILENCE_MS: u64 = 300_000;

/// What is to be counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// From this moment on, if there is to be a beginning.
    pub from: Option<Millis>,
    /// Up to and with this one.
    pub to: Option<Millis>,
    /// Only these markets, if any is named.
    pub pairs: Vec<String>,
    /// Whether the source leaves lines out on purpose, so that gaps in their numbers say nothing.
    pub filtered: bool,
    /// The longest silence that is no gap, instead of what the log says itself. Milliseconds.
    pub silence_ms: Option<u64>,
}

impl Scope {
    /// Everything there is.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// Whether a moment is within.
    #[must_use]
    pub fn has(&self, at: Millis) -> bool {
        self.from.is_none_or(|from| at >= from) && self.to.is_none_or(|to| at <= to)
    }
}

/// Counts of one market, or of all.
///
/// `attempts = accepted + rejected + never_sent + not_placed + unknown`, unless
/// [`Report::strays`] says that ends and attempts do not belong together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Orders that passed the gate.
    pub attempts: u64,
    /// Those that the venue took.
    pub accepted: u64,
    /// Those that it refused, by code.
    pub rejected: BTreeMap<String, u64>,
    /// Those that never left.
    pub never_sent: u64,
    /// Those whose fate was unknown and that the venue then did not have.
    pub not_placed: u64,
    /// Those whose fate is unknown: said so at the end of a run, or without any end on record.
    pub unknown: u64,
    /// Wanted quotes that were too small to be sent.
    pub below_min: u64,
    /// Trades in which our order rested.
    pub maker_fills: u64,
    /// Trades in which we took.
    pub taker_fills: u64,
}

impl Counts {
    /// All refusals.
    #[must_use]
    pub fn rejected_total(&self) -> u64 {
        self.rejected.values().fold(0, |sum, n| sum.saturating_add(*n))
    }

    /// Refusals for this code, and for no other that looks like it.
    #[must_use]
    pub fn rejected_for(&self, code: &str) -> u64 {
        self.rejected.get(code).copied().unwrap_or(0)
    }
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// All markets.
    pub total: Counts,
    /// Each market, by name.
    pub pairs: BTreeMap<String, Counts>,
    /// Every event by `family=word`, within the window.
    pub events: BTreeMap<String, u64>,
    /// The window: as asked for, or from the first moment to the last one found.
    pub window: Option<(Millis, Millis)>,
    /// How much of it is covered by lines. Milliseconds.
    pub covered_ms: u64,
    /// What is not.
    pub gaps: Vec<Gap>,
    /// All lines of all sources.
    pub lines: u64,
    /// Lines for people among them.
    pub prose: u64,
    /// Lines that cannot be read, by why.
    pub bad: BTreeMap<&'static str, u64>,
    /// Events outside of the window.
    pub outside: u64,
    /// Events without a time before the first one with a time.
    pub undated: u64,
    /// Numbers of lines that were written and are not there.
    pub missing_lines: u64,
    /// Runs whose lines were seen.
    pub runs: u64,
    /// Ends of attempts that are not there.
    pub strays: u64,
}

impl Report {
    /// Which part of the window is covered.
    fn cover(&mut self, scope: &Scope, coverage: Coverage) {
        let span = coverage.span();
        let from = scope.from.or_else(|| span.map(|(first, _)| first));
        let to = scope.to.or_else(|| span.map(|(_, last)| last));
        if let (Some(from), Some(to)) = (from, to) {
            self.window = Some((from, to));
            (self.covered_ms, self.gaps) = coverage.within(from, to);
        }
    }

    /// The covered share of the window. Parts in a million, cut.
    #[must_use]
    pub fn coverage_ppm(&self) -> u64 {
        let Some((from, to)) = self.window else { return 0 };
        let length = u128::from(to.since(from).max(1));
        let covered = u128::from(self.covered_ms).saturating_mul(1_000_000);
        u64::try_from(covered.checked_div(length).unwrap_or(0)).unwrap_or(0).min(1_000_000)
    }

    /// Why this report is no evidence; nothing if it is.
    #[must_use]
    pub fn doubts(&self) -> Vec<String> {
        let mut doubts = Vec::new();
        if self.total.attempts == 0 {
            doubts.push("no attempts: no errors among them means nothing".to_owned());
        }
        if self.coverage_ppm() < COVERAGE_MIN_PPM {
            doubts.push("less than 99 % of the window is covered".to_owned());
        }
        if self.missing_lines > 0 {
            doubts.push(format!("{} lines that were written are missing", self.missing_lines));
        }
        if self.strays > 0 {
            doubts.push(format!("{} ends without their attempt", self.strays));
        }
        doubts
    }
}

fn bump(count: &mut u64) {
    *count = count.saturating_add(1);
}
