//! What the venue refused.

use hl_wire::RejectCode;

use super::Seen;
use super::table::{Metric, Rows, count, counter};

/// Refusals, by market and by code.
pub(super) const REFUSALS: &[Metric] = &[
    counter(
        "mm_rejected_total",
        &["pair"],
        |seen, rows| {
            for view in seen.engine.markets() {
                rows.put([view.pair.as_str()], count(view.stats.rejected_total()));
            }
        },
        "Orders that the venue refused, for whatever reason.",
    ),
    counter(
        "mm_rejected_by_code_total",
        &["code"],
        by_code,
        "The same, by code. Every code has a row from the start: a series that begins at 1 has not \
         increased as far as an alert can tell.",
    ),
    counter(
        "mm_tick_rejected_total",
        &["pair"],
        |seen, rows| {
            for view in seen.engine.markets() {
                let ticks = view.stats.rejected().iter().filter(|(code, _)| is_tick(*code));
                rows.put([view.pair.as_str()], count(ticks.map(|(_, n)| n).sum()));
            }
        },
        "Orders that the venue refused for their price's tick (E_TICK).",
    ),
    counter(
        "mm_races_total",
        &["pair"],
        |seen, rows| {
            for view in seen.engine.markets() {
                rows.put([view.pair.as_str()], count(view.stats.races));
            }
        },
        "Post-only orders that would have taken when they arrived: races with the market, no faults.",
    ),
    counter(
        "mm_retry_guard_total",
        &["result"],
        |seen, rows| {
            let stats = seen.engine.stats();
            rows.put(["taken_up"], count(stats.guarded));
            rows.put(["success"], count(stats.guard_success));
            rows.put(["exhausted"], count(stats.guard_exhausted));
        },
        "Orders whose tick or lot was refused and that were made again, and what came of it.",
    ),
];

fn is_tick(code: RejectCode) -> bool {
    code == RejectCode::Tick
}

fn by_code(seen: &Seen<'_>, rows: &mut Rows) {
    let stats = seen.engine.stats();
    for code in RejectCode::ALL {
        let n = stats.rejected().iter().find(|(seen, _)| seen == code).map_or(0, |(_, n)| *n);
        rows.put([code.code()], count(n));
    }
}
