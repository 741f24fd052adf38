//! What is remembered of a run beside its present state: bounded rings of what happened.
//!
//! It is fed with events, lines of the log and glances, live or from the journal, and reads no clock:
//! the same inputs give the same memory.

mod fills;
mod orders;
mod series;

use std::collections::{BTreeMap, VecDeque};

use hl_engine::{Event, EventKind, Pair};
use hl_quant::{Millis, Price, Size};
use hl_wire::Cloid;

pub(crate) use self::fills::{Fill, HORIZONS_MS};
pub(crate) use self::orders::{Ended, Refusal};
pub(crate) use self::series::{Account, Series};
use self::{fills::Fills, orders::Orders};
use super::frame::Glance;
use crate::runtime::Notice;

/// Lines of the log that are kept.
const LINES: usize = 600;
/// Notices that are kept.
const NOTICES: usize = 100;

/// One thing for the memory, with the number of its line in the log.
#[derive(Clone, Debug)]
pub(crate) struct Note {
    pub(crate) line: u64,
    pub(crate) what: What,
}

/// What it is.
#[derive(Clone, Debug)]
pub(crate) enum What {
    /// Of the engine.
    Event(Event),
    /// Of the shell.
    Text(Millis, String),
}

/// A line of the log.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) at: Millis,
    pub(crate) text: String,
}

/// A notice and when it came.
#[derive(Clone, Debug)]
pub(crate) struct Noticed {
    pub(crate) at: Millis,
    pub(crate) notice: Notice,
}

/// The memory of one run.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// By their numbers in the log.
    pub(crate) lines: BTreeMap<u64, Line>,
    pub(crate) notices: VecDeque<(u64, Noticed)>,
    pub(crate) fills: Fills,
    pub(crate) orders: Orders,
    pub(crate) account: Series<Account>,
    pub(crate) markets: BTreeMap<Pair, Series<series::Market>>,
    /// The mids that were last seen.
    mids: BTreeMap<Pair, Price>,
    /// Since when a market is quoted, or is not and why.
    pub(crate) since: BTreeMap<Pair, Millis>,
    /// The most that others can have before each of our orders.
    pub(crate) ahead: BTreeMap<Cloid, Size>,
    /// Since when each condition holds.
    pub(crate) raised: BTreeMap<String, Millis>,
    /// Lines that came faster than they were taken.
    pub(crate) lost: u64,
}

impl Memory {
    /// Takes what happened.
    pub(crate) fn note(&mut self, note: Note) {
        let Note { line, what } = note;
        let (at, text) = match what {
            What::Event(event) => {
                self.event(line, &event);
                (event.at, event.to_string())
            }
            What::Text(at, text) => (at, text),
        };
        self.lines.insert(line, Line { at, text });
        while self.lines.len() > LINES {
            self.lines.pop_first();
        }
    }

    fn event(&mut self, line: u64, event: &Event) {
        match &event.kind {
            EventKind::Fill(fill) => {
                self.fills.take(event.at, fill, self.mids.get(&fill.pair).copied());
                if let Some(cloid) = fill.cloid {
                    self.orders.traded(event.at, cloid, fill.size);
                }
            }
            EventKind::QuoteStart { pair, .. } | EventKind::QuoteStop { pair, .. } => {
                self.since.insert(pair.clone(), event.at);
            }
            kind => self.orders.take(event.at, kind),
        }
        if let Some(notice) = Notice::of(&event.kind) {
            if self.notices.len() >= NOTICES {
                self.notices.pop_front();
            }
            self.notices.push_back((line, Noticed { at: event.at, notice }));
        }
    }

    /// Takes a look at every market.
    pub(crate) fn glance(&mut self, glance: &Glance) {
        let account = Account { profit: glance.profit, equity: glance.equity };
        self.account.take(glance.at, account);
        let mut ahead = BTreeMap::new();
        for point in &glance.markets {
            let market = series::Market {
                mid: point.mid,
                bid: point.bid,
                ask: point.ask,
                position: point.position,
                profit: point.profit,
            };
            self.markets.entry(point.pair.clone()).or_default().take(glance.at, market);
            if let Some(mid) = point.mid {
                self.fills.see(glance.at, &point.pair, mid);
                self.mids.insert(point.pair.clone(), mid);
            }
            for (cloid, others) in &point.resting {
                // What others show now is the most that can be before us; and nobody who came later
                // can have got before us, so it never grows again.
                let known = self.ahead.get(cloid).copied();
                let most = match (known, *others) {
                    (Some(known), Some(others)) => Some(known.min(others)),
                    (known, others) => known.or(others),
                };
                if let Some(most) = most {
                    ahead.insert(*cloid, most);
                }
            }
        }
        self.ahead = ahead;
        self.fills.late(glance.at);
    }
}
