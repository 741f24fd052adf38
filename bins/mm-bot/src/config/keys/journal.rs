//! The journal of decisions.

use super::{Key, Scope};
use crate::config::kind::Kind;

pub(super) const KEYS: &[Key] = &[
    Key {
        path: "journal.record",
        env: &["MM_JOURNAL"],
        scope: Scope::Once,
        kind: Kind::Flag,
        default: "true",
        doc: "Record every input of the engine and every decision, for `mm-bot replay`, `mm-bot \
              explain` and `mm-bot report --from journal`. Quoting stops while the disk refuses it.",
    },
    Key {
        path: "journal.dir",
        env: &["MM_JOURNAL_DIR"],
        scope: Scope::Once,
        kind: Kind::Path,
        default: "",
        doc: "Where its files are. Empty means a directory beside the state of the account; a run on \
              the embedded exchange without state.dir then leaves none.",
    },
    Key {
        path: "journal.rotate_mb",
        env: &["MM_JOURNAL_ROTATE_MB"],
        scope: Scope::Once,
        kind: Kind::Integer { min: 1, max: 4_096 },
        default: "64",
        doc: "A file that has become longer than this many megabytes is followed by the next one. So \
              is that of an earlier day (UTC).",
    },
    Key {
        path: "journal.keep_days",
        env: &["MM_JOURNAL_KEEP_DAYS"],
        scope: Scope::Once,
        kind: Kind::Integer { min: 1, max: 3_650 },
        default: "14",
        doc: "Files that were begun more days ago are removed.",
    },
    Key {
        path: "journal.budget_mb",
        env: &["MM_JOURNAL_BUDGET_MB"],
        scope: Scope::Once,
        kind: Kind::Integer { min: 2, max: 1_000_000 },
        default: "4096",
        doc: "All files of the journal together take no more than this many megabytes: the oldest are \
              removed first. At least twice rotate_mb.",
    },
    Key {
        path: "journal.sync_sec",
        env: &["MM_JOURNAL_SYNC_SEC"],
        scope: Scope::Once,
        kind: Kind::Integer { min: 1, max: 3_600 },
        default: "5",
        doc: "What is older than this many seconds is on the disk, whatever happens to the machine. A \
              process that dies alone loses the last second.",
    },
];
