//! The one document that the page, scripts and the time slider read.
//!
//! Prices, sizes and sums are decimal text, exact to the last digit; counts and times are numbers
//! below 2^53; times are milliseconds of the Unix epoch by the bot's clock. Whatever grows or goes is
//! an object by number or name and never an array, so that a change is a JSON merge patch
//! (RFC 7386). `null` is what is not known, or does not apply.

mod account;
mod history;
mod market;
mod rotation;
mod split;

use std::collections::BTreeMap;

use hl_quant::Millis;
use serde::Serialize;

pub(crate) use self::account::{Earning, Safety};
pub(crate) use self::history::{Fill, Line, Noticed, Orders, SeriesOf, Span};
pub(crate) use self::market::Market;
pub(crate) use self::rotation::{Rotation, Sources};
pub(crate) use self::split::Split;
use super::alerts::{self, Alert};
use super::frame::Frame;
use super::memory::Memory;

/// The version of the contract: another number means other keys.
pub(crate) const VERSION: u32 = 1;

/// Everything but charts and the log, whose changes are known without comparing; see [`Whole`].
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Snapshot {
    pub(crate) version: u32,
    /// The moment that it speaks of.
    pub(crate) at: u64,
    /// `live`, or `journal` for a moment of the past.
    pub(crate) source: &'static str,
    pub(crate) run: Run,
    pub(crate) earning: Earning,
    pub(crate) split: Option<Split>,
    pub(crate) safety: Safety,
    pub(crate) counts: Counts,
    pub(crate) markets: BTreeMap<String, Market>,
    pub(crate) alerts: BTreeMap<String, Alert>,
    pub(crate) fills: BTreeMap<u64, Fill>,
    pub(crate) orders: Orders,
    pub(crate) rotation: Option<Rotation>,
    pub(crate) sources: Option<Sources>,
    pub(crate) notices: BTreeMap<u64, Noticed>,
    /// Lines of the log that this document has not seen.
    pub(crate) lines_lost: u64,
}

/// The document as it is served.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Whole {
    #[serde(flatten)]
    pub(crate) snapshot: Snapshot,
    #[serde(flatten)]
    pub(crate) growth: Growth,
}

/// Charts and the log: all of it, or what came and went since the last look.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Growth {
    series: SeriesOf,
    log: BTreeMap<u64, Option<Line>>,
}

/// What of charts and the log has been told.
#[derive(Clone, Debug, Default)]
pub(crate) struct Told {
    account: [Span; 2],
    markets: BTreeMap<hl_engine::Pair, [Span; 2]>,
    log: Span,
}

impl Growth {
    /// What is new since `told`, which is then up to date; `null` for what is gone. All of it for
    /// one that has been told nothing.
    pub(crate) fn since(memory: &Memory, told: &mut Told) -> Self {
        Self {
            series: SeriesOf::since(memory, &mut told.account, &mut told.markets),
            log: told.log.news(&memory.lines, Line::of),
        }
    }
}

/// What does not change in a run.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Run {
    /// As in every line of its log.
    pub(crate) id: String,
    /// The version of the bot.
    pub(crate) bot: String,
    pub(crate) venue: String,
    pub(crate) account: String,
    /// A hash of the configuration.
    pub(crate) config: String,
    pub(crate) started: u64,
    /// Whether there is a token with which controls work.
    pub(crate) controls: bool,
    /// Whether there is a journal of decisions to look back into.
    pub(crate) history: bool,
}

/// What was tried and what came of it, as in the summary of a run.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Counts {
    attempts: u64,
    accepted: u64,
    rejected: BTreeMap<String, u64>,
    never_sent: u64,
    not_found: u64,
    unresolved: u64,
    unknown: u64,
    in_flight: u64,
    maker_fills: u64,
    taker_fills: u64,
    meant_takes: u64,
    canceled: u64,
    canceled_by_venue: u64,
    races: u64,
    guarded: u64,
    guard_success: u64,
    guard_exhausted: u64,
    burns: u64,
    gate_stops: u64,
    below_min: u64,
    outdated: u64,
    audits: u64,
    volume: String,
    fees: String,
}

impl Counts {
    pub(crate) fn of(stats: &hl_engine::Stats) -> Self {
        let rejected = stats.rejected().iter().map(|(code, n)| (code.to_string(), *n));
        Self {
            attempts: stats.attempts,
            accepted: stats.accepted,
            rejected: rejected.collect(),
            never_sent: stats.never_sent,
            not_found: stats.not_found,
            unresolved: stats.unresolved,
            unknown: stats.unknown,
            in_flight: stats.in_flight(),
            maker_fills: stats.maker_fills,
            taker_fills: stats.taker_fills,
            meant_takes: stats.meant_takes,
            canceled: stats.canceled,
            canceled_by_venue: stats.canceled_by_venue,
            races: stats.races,
            guarded: stats.guarded,
            guard_success: stats.guard_success,
            guard_exhausted: stats.guard_exhausted,
            burns: stats.burns,
            gate_stops: stats.gate_stops,
            below_min: stats.below_min,
            outdated: stats.outdated,
            audits: stats.audits,
            volume: stats.volume.to_string(),
            fees: stats.fees.to_string(),
        }
    }
}

/// What the shell knows beside the engine; in a replay there is no shell.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shell {
    pub(crate) journal_takes: bool,
    pub(crate) journal_failures: u64,
    /// Why lines of the log are missing, if some are.
    pub(crate) log_broken: Option<String>,
    pub(crate) specs_at: Millis,
    pub(crate) disconnects: u64,
    pub(crate) unreadable: u64,
    pub(crate) dropped: u64,
    pub(crate) failed_queries: u64,
    pub(crate) messages_lost: u64,
    /// Inputs that the journal of decisions has not got.
    pub(crate) decisions_lost: u64,
}

impl Snapshot {
    /// Puts it together. `shell` is there for a run that is going on.
    pub(crate) fn of(run: &Run, frame: &Frame, shell: Option<&Shell>, memory: &mut Memory) -> Self {
        let markets = frame
            .markets
            .iter()
            .map(|market| (market.pair.to_string(), Market::of(market, frame.at, memory)));
        let markets: BTreeMap<_, _> = markets.collect();
        let alerts = alerts::of(frame, shell, memory);
        Self {
            version: VERSION,
            at: frame.at.0,
            source: if shell.is_some() { "live" } else { "journal" },
            run: run.clone(),
            earning: Earning::of(frame, run.started),
            split: frame.statement.as_deref().map(Split::of),
            safety: Safety::of(frame, shell),
            counts: Counts::of(&frame.stats),
            markets,
            alerts,
            fills: memory.fills.iter().map(|fill| (fill.number, Fill::of(fill))).collect(),
            orders: Orders::of(memory),
            rotation: frame.rotation.as_ref().map(Rotation::of),
            sources: frame.sources.as_deref().map(rotation::sources),
            notices: history::notices(memory),
            lines_lost: memory.lost,
        }
    }
}

/// A number that may not be known, as text.
fn text<T: ToString>(value: Option<T>) -> Option<String> {
    value.map(|value| value.to_string())
}

/// A float that is one.
fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}
