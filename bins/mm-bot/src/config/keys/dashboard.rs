//! The page that the bot serves.

use super::{Key, Scope};
use crate::config::kind::Kind;

pub(super) const KEYS: &[Key] = &[
    Key {
        path: "dashboard.listen",
        env: &["MM_DASHBOARD_LISTEN"],
        scope: Scope::Once,
        kind: Kind::Listen,
        default: "",
        doc: "Where the dashboard is served, such as 127.0.0.1:8787; port 0 lets the system choose. \
              Empty means nowhere. Only an address of this machine alone is taken: from elsewhere, \
              open a tunnel (ssh -L 8787:127.0.0.1:8787 host).",
    },
    Key {
        path: "dashboard.token_file",
        env: &["MM_DASHBOARD_TOKEN_FILE"],
        scope: Scope::Once,
        kind: Kind::Path,
        default: "",
        doc: "A file with a token: one line of at least 16 characters, readable by its owner only \
              (mode 0600). Whoever gives it on the dashboard may halt, resume, cancel everything and \
              close positions. Empty: the dashboard is read-only.",
    },
];
