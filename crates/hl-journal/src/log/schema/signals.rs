//! Opinions from elsewhere.

use super::{Row, row};

pub(super) const ROWS: &[Row] = &[
    row(
        "signal_evt",
        "heard",
        "ts tms pair source value confidence age_ms",
        "An opinion that says something else than the one before.",
    ),
    row("signal_evt", "refused", "ts tms pair source reason", "An opinion was not taken."),
    row(
        "signal_evt",
        "marked",
        "ts tms pair source taken value with without horizon_ms moved_bps",
        "What followed an opinion.",
    ),
    row(
        "signal_evt",
        "off",
        "ts tms source samples pinned ic? ic_low? ic_high?",
        "A source misleads, and counts for nothing from here on.",
    ),
    row(
        "signal_evt",
        "on",
        "ts tms source samples pinned ic? ic_low? ic_high?",
        "It does not mislead any more, and counts again.",
    ),
    row(
        "signal_evt",
        "misleads",
        "ts tms source samples pinned ic? ic_low? ic_high?",
        "It misleads, and counts all the same, because the configuration says so.",
    ),
    row(
        "signal_evt",
        "coverage",
        "ts tms source looks fresh age_ms lost",
        "How often a source had something to say since the last such line.",
    ),
    row(
        "signal_evt",
        "source",
        "ts tms source path? every_s? address?",
        "A source is listened to.",
    ),
    row(
        "signal_evt",
        "feed_failed",
        "ts tms source reason",
        "A source cannot be read. Once per change.",
    ),
    row(
        "signal_evt",
        "feed",
        "ts tms source markets others refused reason?",
        "What a source brought. Once per change.",
    ),
    row("signal_evt", "record_failed", "ts tms what reason", "The record of opinions has failed."),
];
