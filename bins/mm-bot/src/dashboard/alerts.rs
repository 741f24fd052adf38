//! Conditions that the bot itself knows of. What only others can see, such as that it is gone, is for
//! the alerts of Prometheus (`docs/alerts.md`).

use std::collections::BTreeMap;

use hl_engine::{Cause, DeadManView, Grade, NoQuote};
use serde::Serialize;

use super::frame::{Frame, MarketFrame};
use super::memory::Memory;
use super::snapshot::Shell;
use super::words;
use crate::runtime::Severity;

/// One condition that holds.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Alert {
    severity: &'static str,
    pair: Option<String>,
    text: String,
    /// What to do.
    fix: &'static str,
    since: u64,
}

/// A book that has said nothing for so long is old, whatever may be quoted on it. Milliseconds.
const OLD_BOOK_MS: u64 = 5_000;
const HOUR_MS: u64 = 3_600_000;

/// Conditions as they are found, by key.
struct Found<'a> {
    all: BTreeMap<String, Alert>,
    frame: &'a Frame,
}

impl Found<'_> {
    fn put(&mut self, key: &str, severity: Severity, text: String, fix: &'static str) {
        self.of(key, None, severity, text, fix);
    }

    fn of(
        &mut self,
        key: &str,
        pair: Option<&MarketFrame>,
        severity: Severity,
        text: String,
        fix: &'static str,
    ) {
        let pair = pair.map(|market| market.pair.to_string());
        let key = pair.as_ref().map_or_else(|| key.to_owned(), |pair| format!("{key}:{pair}"));
        let since = self.frame.at.0;
        let alert = Alert { severity: severity.word(), pair, text, fix, since };
        self.all.insert(key, alert);
    }
}

/// All conditions that hold, each since it was first seen.
pub(crate) fn of(
    frame: &Frame,
    shell: Option<&Shell>,
    memory: &mut Memory,
) -> BTreeMap<String, Alert> {
    let mut found = Found { all: BTreeMap::new(), frame };
    account(frame, &mut found);
    counts(frame, &mut found);
    if let Some(shell) = shell {
        process(shell, &mut found);
    }
    for market in &frame.markets {
        of_market(market, &mut found);
    }
    memory.raised.retain(|key, _| found.all.contains_key(key));
    for (key, alert) in &mut found.all {
        alert.since = memory.raised.entry(key.clone()).or_insert(frame.at).0;
    }
    found.all
}

fn account(frame: &Frame, found: &mut Found<'_>) {
    if let Some(halt) = frame.halted {
        let (_, fix) = words::of(NoQuote::Risk(halt.cause));
        found.put("halted", Severity::Page, format!("Halted: {}.", halt.cause.code()), fix);
    }
    let (grade, cause) = frame.grade;
    if grade > Grade::Normal && frame.halted.is_none() && cause != Cause::Clear {
        let (text, fix) = words::of(NoQuote::Risk(cause));
        let severity = if grade >= Grade::Flatten { Severity::Page } else { Severity::Warn };
        found.put("grade", severity, format!("{grade}: {text}"), fix);
    }
    if frame.freshness.connected.is_none() {
        let (text, fix) = words::of(NoQuote::Disconnected);
        found.put("disconnected", Severity::Warn, text.to_owned(), fix);
    }
    let switch = match frame.dead_man {
        DeadManView::Refused => Some("refuses the dead man's switch"),
        DeadManView::Doubtful => Some("does not say whether the dead man's switch is set"),
        DeadManView::Exhausted => Some("has used up the dead man's switch for today"),
        DeadManView::Off | DeadManView::Waiting | DeadManView::Armed(_) => None,
    };
    if let Some(what) = switch {
        let fix = "Our own limits are tighter meanwhile. Nothing to do, unless it lasts.";
        found.put("dead_man", Severity::Info, format!("The venue {what}."), fix);
    }
    if let Some(ms) = frame.budget.runway_ms.filter(|ms| *ms < 24 * HOUR_MS) {
        let severity = if ms < HOUR_MS { Severity::Page } else { Severity::Warn };
        let text = format!("Requests last {} h at the present pace.", ms / HOUR_MS);
        let fix = "Trade more or quote less often (docs/troubleshooting.md).";
        found.put("runway", severity, text, fix);
    }
}

fn counts(frame: &Frame, found: &mut Found<'_>) {
    let stats = &frame.stats;
    let ticks = stats.rejected().iter().find(|(code, _)| *code == hl_wire::RejectCode::Tick);
    if let Some((_, n)) = ticks.filter(|(_, n)| *n > 0) {
        let text = format!("The venue refused {n} orders for their tick in this run.");
        found.put("tick", Severity::Page, text, "A defect, or rules that changed: see the log.");
    }
    let takes = stats.taker_fills.saturating_sub(stats.meant_takes);
    if takes > 0 {
        let text = format!("{takes} of our quotes took in this run.");
        found.put("took", Severity::Page, text, "Post-only orders cannot: a defect. mm-bot halt.");
    }
    let unknown: usize = frame
        .markets
        .iter()
        .flat_map(|market| &market.orders)
        .filter(|order| order.state == hl_engine::OrderState::Unknown)
        .count();
    if unknown > 0 {
        let text = format!("The fate of {unknown} orders is not known.");
        let fix = "Their exposure is reserved; the venue is being asked.";
        found.put("unknown", Severity::Info, text, fix);
    }
}

fn process(shell: &Shell, found: &mut Found<'_>) {
    if !shell.journal_takes {
        let (text, fix) = words::of(NoQuote::Risk(Cause::Journal));
        found.put("journal", Severity::Page, text.to_owned(), fix);
    }
    if let Some(why) = &shell.log_broken {
        let text = format!("Lines of the event log are missing: {why}");
        found.put("log", Severity::Warn, text, "Look at the disk of the log.");
    }
    if shell.decisions_lost > 0 {
        let text = format!("{} inputs are missing from the journal.", shell.decisions_lost);
        let fix = "The disk of the journal is slow: what comes after cannot be verified.";
        found.put("decisions", Severity::Warn, text, fix);
    }
    if shell.messages_lost > 0 {
        let text = format!("{} messages to people could not be delivered.", shell.messages_lost);
        found.put("messages", Severity::Warn, text, "messages.url_file: address and network.");
    }
}

fn of_market(market: &MarketFrame, found: &mut Found<'_>) {
    if let Some(age) = market.book_age_ms.filter(|age| *age > OLD_BOOK_MS) {
        let text = format!("Its book was last heard {} s ago.", age / 1_000);
        let (_, fix) = words::of(NoQuote::BookStale);
        found.of("book_old", Some(market), Severity::Warn, text, fix);
    }
    let (grade, cause) = market.grade;
    if grade > Grade::Normal && cause != Cause::Clear && cause != Cause::Rotation {
        let (text, fix) = words::of(NoQuote::Risk(cause));
        let text = format!("{grade}: {text}");
        found.of("grade", Some(market), Severity::Warn, text, fix);
    }
}
