//! What survives a crash.

use super::{Key, Scope};
use crate::config::kind::Kind;

pub(super) const KEYS: &[Key] = &[
    Key {
        path: "state.dir",
        env: &["MM_STATE_DIR"],
        scope: Scope::Once,
        kind: Kind::Path,
        default: "",
        doc: "Where a run keeps what must survive a crash: its journal and the lock that allows one \
              bot per account. Empty means mm-bot in $XDG_STATE_HOME, else in ~/.local/state, else \
              mm-bot-state in the current directory; a run on the embedded exchange, whose \
              account ends with it, then uses a temporary directory.",
    },
    Key {
        path: "state.max_starts",
        env: &["MM_MAX_STARTS"],
        scope: Scope::Once,
        kind: Kind::Integer { min: 1, max: 32 },
        default: "5",
        doc: "Starts that did not end in order within start_window_sec. One more is safe mode: \
              everything of ours is cancelled and nothing is quoted until an operator resumes.",
    },
    Key {
        path: "state.start_window_sec",
        env: &["MM_START_WINDOW_SEC"],
        scope: Scope::Once,
        kind: Kind::Integer { min: 10, max: 86_400 },
        default: "600",
        doc: "Over how many seconds starts are counted.",
    },
];
