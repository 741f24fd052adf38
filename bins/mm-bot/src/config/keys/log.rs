//! The event log.

use super::{Key, Scope};
use crate::config::kind::Kind;

pub(super) const KEYS: &[Key] = &[
    Key {
        path: "log.file",
        env: &["MM_LOG_FILE"],
        scope: Scope::Once,
        kind: Kind::Path,
        default: "",
        doc: "Append the event log to this file instead of standard error; --log-file overrides it. \
              Quoting stops while the disk refuses its lines.",
    },
    Key {
        path: "log.rotate_mb",
        env: &["MM_LOG_ROTATE_MB"],
        scope: Scope::Once,
        kind: Kind::Integer { min: 1, max: 4_096 },
        default: "64",
        doc: "A file that would become longer than this many megabytes is put aside and compressed. \
              So is that of an earlier day (UTC).",
    },
    Key {
        path: "log.keep_days",
        env: &["MM_LOG_KEEP_DAYS"],
        scope: Scope::Once,
        kind: Kind::Integer { min: 1, max: 3_650 },
        default: "14",
        doc: "Files that were put aside more days ago are removed.",
    },
    Key {
        path: "log.budget_mb",
        env: &["MM_LOG_BUDGET_MB"],
        scope: Scope::Once,
        kind: Kind::Integer { min: 2, max: 1_000_000 },
        default: "2048",
        doc: "All files of the log together take no more than this many megabytes: the oldest are \
              removed first. At least twice rotate_mb.",
    },
    Key {
        path: "log.alive_sec",
        env: &["MM_LOG_ALIVE_SEC"],
        scope: Scope::Once,
        kind: Kind::Integer { min: 1, max: 60 },
        default: "10",
        doc: "Seconds between two lines that say nothing but that the bot runs. `mm-bot report` \
              counts its coverage from them.",
    },
];
