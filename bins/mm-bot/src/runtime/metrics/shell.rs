//! The process, its loop, its disk and its connections.

use super::super::decisions::Health;
use super::Seen;
use super::table::{Metric, Rows, count, counter, flag, gauge, histogram, seconds};

/// What concerns no market.
pub(super) const SHELL: &[Metric] = &[
    histogram(
        "mm_turn_seconds",
        |pulse| &pulse.turns,
        "How long one turn of the loop took, waiting aside.",
    ),
    histogram(
        "mm_answer_seconds",
        |pulse| &pulse.answers,
        "Time from sending an action to its answer, or to giving up.",
    ),
    gauge(
        "mm_loop_timestamp_seconds",
        &[],
        |seen, rows| rows.put([], seconds(seen.now.0)),
        "The clock of the loop that made this answer.",
    ),
    gauge(
        "mm_spec_age_seconds",
        &[],
        |seen, rows| rows.put([], seconds(seen.now.since(seen.specs_at))),
        "Time since the rules of the markets, as now known, were asked for.",
    ),
    counter(
        "mm_disconnects_total",
        &[],
        |seen, rows| rows.put([], count(seen.pulse.disconnects)),
        "How often a stream was lost.",
    ),
    counter(
        "mm_frames_unreadable_total",
        &[],
        |seen, rows| rows.put([], count(seen.pulse.unreadable)),
        "Messages of the streams that could not be read.",
    ),
    counter(
        "mm_frames_dropped_total",
        &[],
        |seen, rows| rows.put([], count(seen.pulse.dropped)),
        "Messages of the streams that came faster than they could be taken.",
    ),
    counter(
        "mm_queries_failed_total",
        &[],
        |seen, rows| rows.put([], count(seen.failed_queries)),
        "Questions to the venue without an answer.",
    ),
    gauge(
        "mm_journal_takes",
        &[],
        |seen, rows| rows.put([], flag(seen.journal_takes)),
        "1 while the disk takes the journal. At 0 nothing new is sent.",
    ),
    counter(
        "mm_journal_failures_total",
        &[],
        |seen, rows| rows.put([], count(seen.journal_failures)),
        "Writes of the journal that failed or took too long.",
    ),
    gauge(
        "mm_decisions_takes",
        &[],
        |seen, rows| rows.put([], flag(!seen.decisions.is_some_and(Health::refuses))),
        "1 while the disk takes the record of inputs and decisions, or none is wanted. At 0 nothing \
         is quoted.",
    ),
    counter(
        "mm_decisions_dropped_total",
        &[],
        |seen, rows| rows.put([], count(seen.decisions.map_or(0, Health::dropped))),
        "Inputs that are missing in that record. From the first on it proves nothing more.",
    ),
    counter(
        "mm_decisions_total",
        &[],
        |seen, rows| rows.put([], seen.decisions.map(|health| count(health.entries()))),
        "Inputs in that record, with what was decided.",
    ),
    counter(
        "mm_decisions_bytes_total",
        &[],
        |seen, rows| rows.put([], seen.decisions.map(|health| count(health.bytes()))),
        "How long the files of that record are.",
    ),
    counter(
        "mm_decisions_failures_total",
        &[],
        |seen, rows| rows.put([], seen.decisions.map(|health| count(health.failures()))),
        "Writes of that record that failed.",
    ),
    gauge(
        "mm_log_works",
        &[],
        |seen, rows| rows.put([], flag(seen.log_works)),
        "0 once lines of the event log were lost.",
    ),
    counter(
        "mm_messages_total",
        &["result"],
        |seen, rows| {
            rows.put(["sent"], count(seen.delivered.sent()));
            rows.put(["lost"], count(seen.delivered.lost()));
        },
        "Messages to people: delivered, or given up.",
    ),
    gauge(
        "mm_build_info",
        &["version", "venue", "config"],
        |seen, rows| {
            let pulse = seen.pulse;
            rows.put([env!("CARGO_PKG_VERSION"), pulse.venue, &pulse.config], 1.0);
        },
        "1, with the version, the venue and a hash of the whole configuration.",
    ),
    gauge(
        "process_start_time_seconds",
        &[],
        |seen, rows| rows.put([], seconds(seen.pulse.started.0)),
        "When the run began.",
    ),
    gauge("process_resident_memory_bytes", &[], memory, "Resident memory, where the system tells."),
];

/// From `/proc` (Linux); elsewhere there is no row.
fn memory(_: &Seen<'_>, rows: &mut Rows) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kib = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = kib.and_then(|rest| rest.trim().strip_suffix(" kB")?.parse::<f64>().ok());
    rows.put([], kib.map(|kib| kib * 1_024.0));
}
