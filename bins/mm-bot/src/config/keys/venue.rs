//! Where to trade and for whom.

use super::{Key, Scope};
use crate::config::kind::Kind;

pub(super) const KEYS: &[Key] = &[
    Key {
        path: "venue.name",
        env: &["HL_VENUE"],
        scope: Scope::Once,
        kind: Kind::Choice(&["sim", "testnet", "mainnet"]),
        default: "sim",
        doc: "Where to trade. sim is a local exchange inside this process: no account, no key, no \
              network. testnet and mainnet need account and agent_key_file; mainnet also \
              live.confirm.",
    },
    Key {
        path: "venue.url",
        env: &["HL_URL"],
        scope: Scope::Once,
        kind: Kind::Url,
        default: "",
        doc: "Another address for the venue, for example of a stand-alone hl-sim; empty means the \
              venue's own.",
    },
    Key {
        path: "venue.account",
        env: &["HL_ACCOUNT"],
        scope: Scope::Once,
        kind: Kind::Address,
        default: "",
        doc: "The account to trade for: the master address, not the agent's.",
    },
    Key {
        path: "venue.agent_key_file",
        env: &["HL_AGENT_KEY_FILE"],
        scope: Scope::Once,
        kind: Kind::Path,
        default: "",
        doc: "A file that holds the agent wallet's private key in hex, readable by its owner only \
              (mode 0600). The key itself is never read from here or from the environment.",
    },
    Key {
        path: "live.confirm",
        env: &[],
        scope: Scope::Once,
        kind: Kind::Address,
        default: "",
        doc: "Mainnet only: the account's address once more, typed by hand, as the statement that \
              real money is meant. This key is read from this file only.",
    },
];
