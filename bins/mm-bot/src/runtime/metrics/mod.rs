//! What a scrape sees: `GET /metrics` on loopback, in the text format of OpenMetrics.
//!
//! The answer is made by the loop of the run itself, from the engine, at the moment of the question.
//! A loop that has stopped gives no answer, so a scrape that succeeds is itself a sign of life, and
//! no number in it is older than the scrape. Every metric is a row of one table ([`table`]): its
//! name, its help and the function that reads it, so that none can be documented and missing. The
//! values of labels are markets of the configuration and words of closed lists.

mod account;
mod market;
mod pulse;
mod refusals;
mod server;
mod shell;
mod table;
mod text;

use hl_engine::Engine;
use hl_quant::Millis;

use super::decisions::Health;
use super::messages::Delivered;

pub(super) use self::pulse::Pulse;
pub(super) use self::server::{Scrapes, serve};
pub(crate) use self::table::metrics;

/// Everything that metrics are read from.
pub(super) struct Seen<'a> {
    pub(super) now: Millis,
    pub(super) engine: &'a Engine,
    pub(super) pulse: &'a Pulse,
    /// When the rules of the markets were last asked for.
    pub(super) specs_at: Millis,
    pub(super) failed_queries: u64,
    pub(super) journal_takes: bool,
    pub(super) journal_failures: u64,
    pub(super) log_works: bool,
    /// How the record of inputs and decisions is; `None` if there is to be none.
    pub(super) decisions: Option<&'a Health>,
    pub(super) delivered: &'a Delivered,
}

/// The text of one scrape.
pub(super) fn render(seen: &Seen<'_>) -> String {
    text::render(seen)
}
