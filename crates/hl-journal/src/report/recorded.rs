//! The same counts out of a journal of decisions.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use hl_engine::{Event, EventKind, Liquidity, SubmitEnd};
use hl_quant::Millis;

use super::coverage::Coverage;
use super::{Counts, Report, Scope, bump};
use crate::decisions::Gap;

/// How often an engine that runs is told something, time alone if nothing else happens. A silence of
/// three of these is a gap. Seconds.
const EVERY_SEC: u64 = 10;

/// Counts the entries of runs that it is given, run by run, the oldest first.
#[derive(Clone, Debug)]
pub struct Recorded {
    scope: Scope,
    coverage: Coverage,
    report: Report,
    /// Attempts of the present run without an end so far, by number.
    open: BTreeMap<u64, (String, bool)>,
}

impl Recorded {
    /// Nothing counted yet.
    #[must_use]
    pub fn new(scope: Scope) -> Self {
        let mut coverage = Coverage::new(scope.silence_ms);
        coverage.every(EVERY_SEC);
        Self { scope, coverage, report: Report::default(), open: BTreeMap::new() }
    }

    /// A run begins. What the one before has not heard of any more, nobody will.
    pub fn run(&mut self) {
        self.leave_open();
        bump(&mut self.report.runs);
    }

    /// One entry: when it came, and what the engine said happened.
    pub fn entry(&mut self, now: Millis, events: &[Event]) {
        bump(&mut self.report.lines);
        self.coverage.see(now);
        let inside = self.scope.has(now);
        if !inside && !events.is_empty() {
            bump(&mut self.report.outside);
        }
        for event in events {
            if inside {
                self.name(event);
            }
            self.event(event, inside);
        }
    }

    /// Entries that are missing.
    pub fn gap(&mut self, gap: &Gap) {
        self.report.missing_lines = self.report.missing_lines.saturating_add(gap.entries);
    }

    fn event(&mut self, event: &Event, inside: bool) {
        match &event.kind {
            EventKind::Attempt(attempt) if self.wants(attempt.pair.as_str()) => {
                let pair = attempt.pair.as_str();
                if inside {
                    self.count(pair, |counts| bump(&mut counts.attempts));
                }
                if self.open.insert(attempt.seq, (pair.to_owned(), inside)).is_some() {
                    bump(&mut self.report.strays);
                }
            }
            EventKind::Submit(submit) if self.wants(submit.pair.as_str()) => {
                // An end belongs to its attempt's window. One without lies before what was read.
                if let Some((pair, true)) = self.open.remove(&submit.seq) {
                    self.count(&pair, |counts| end(counts, submit.end));
                }
            }
            EventKind::BelowMin(below) if inside && self.wants(below.pair.as_str()) => {
                self.count(below.pair.as_str(), |counts| bump(&mut counts.below_min));
            }
            EventKind::Fill(fill) if inside && self.wants(fill.pair.as_str()) => {
                self.count(fill.pair.as_str(), |counts| match fill.liquidity {
                    Liquidity::Maker => bump(&mut counts.maker_fills),
                    Liquidity::Taker => bump(&mut counts.taker_fills),
                });
            }
            _ => {}
        }
    }

    fn name(&mut self, event: &Event) {
        let mut first = FirstWord::default();
        // It stops the writing where the word ends, which costs a fraction of the line.
        let _ = write!(first, "{event}");
        let name = first.as_str();
        match self.report.events.get_mut(name) {
            Some(count) => bump(count),
            None => drop(self.report.events.insert(name.to_owned(), 1)),
        }
    }

    fn wants(&self, pair: &str) -> bool {
        let wanted = &self.scope.pairs;
        wanted.is_empty() || wanted.iter().any(|other| other == pair)
    }

    fn count(&mut self, pair: &str, with: impl Fn(&mut Counts)) {
        with(&mut self.report.total);
        match self.report.pairs.get_mut(pair) {
            Some(counts) => with(counts),
            None => with(self.report.pairs.entry(pair.to_owned()).or_default()),
        }
    }

    fn leave_open(&mut self) {
        for (pair, inside) in core::mem::take(&mut self.open).into_values() {
            if inside {
                self.count(&pair, |counts| bump(&mut counts.unknown));
            }
        }
    }

    /// The report on everything that was given.
    #[must_use]
    pub fn finish(mut self) -> Report {
        self.leave_open();
        self.report.cover(&self.scope, self.coverage);
        self.report
    }
}

fn end(counts: &mut Counts, end: SubmitEnd) {
    match end {
        SubmitEnd::Accepted => bump(&mut counts.accepted),
        SubmitEnd::NeverSent => bump(&mut counts.never_sent),
        SubmitEnd::NotFound => bump(&mut counts.not_placed),
        SubmitEnd::Unresolved => bump(&mut counts.unknown),
        SubmitEnd::Rejected(code) => match counts.rejected.get_mut(code.code()) {
            Some(count) => bump(count),
            None => drop(counts.rejected.insert(code.code().to_owned(), 1)),
        },
    }
}

/// Takes what is written up to the first blank, and no more.
#[derive(Default)]
struct FirstWord {
    text: String,
}

impl FirstWord {
    fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Write for FirstWord {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        match text.split_once(' ') {
            Some((word, _)) => {
                self.text.push_str(word);
                Err(fmt::Error)
            }
            None => self.text.write_str(text),
        }
    }
}
