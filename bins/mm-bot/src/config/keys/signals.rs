//! Whose opinions about markets are heard, and how they are judged.

use super::{Key, Scope};
use crate::config::kind::Kind;
use crate::config::signals::SOURCES;

pub(super) const KEYS: &[Key] = &[
    Key {
        path: "signals.venue",
        env: &["SIGNALS_VENUE"],
        scope: Scope::Once,
        kind: Kind::Flag,
        default: "true",
        doc: "Whether the exchange's own data (order flow, large trades, funding, open interest) \
              is made into a signal: source venue.",
    },
    Key {
        path: "signals.file",
        env: &["SIGNALS_FILE"],
        scope: Scope::Once,
        kind: Kind::Path,
        default: "",
        doc: "A JSON file of signals that a feed handler replaces by renaming another one over it: \
              source file. It is looked at every second. Empty for none.",
    },
    Key {
        path: "signals.url",
        env: &["SIGNALS_URL"],
        scope: Scope::Once,
        kind: Kind::FeedUrl,
        default: "",
        doc: "An address that answers with such a document: source url. Empty for none.",
    },
    Key {
        path: "signals.url_every_sec",
        env: &["SIGNALS_URL_EVERY_SEC"],
        scope: Scope::Once,
        kind: Kind::Integer { min: 1, max: 3_600 },
        default: "30",
        doc: "How often it is asked.",
    },
    Key {
        path: "signals.push_listen",
        env: &["SIGNALS_PUSH_LISTEN"],
        scope: Scope::Once,
        kind: Kind::Listen,
        default: "",
        doc: "An address of this machine's loopback, such as 127.0.0.1:9465, at which feed handlers \
              may POST such a document to /signals: source push. Needs push_token_file.",
    },
    Key {
        path: "signals.push_token_file",
        env: &["SIGNALS_PUSH_TOKEN_FILE"],
        scope: Scope::Once,
        kind: Kind::Path,
        default: "",
        doc: "A file with the token that a feed handler must send (Authorization: Bearer ...): one \
              line of at least 16 characters, readable by its owner only (mode 0600).",
    },
    Key {
        path: "signals.format",
        env: &["SIGNALS_FORMAT"],
        scope: Scope::Once,
        kind: Kind::Choice(&["nansen", "plain"]),
        default: "nansen",
        doc: "How those three write: nansen is an object of markets with smart_buy_ratio, \
              smart_money_netflow_24h, whale_accumulation_score and timestamp; plain is a list of \
              pair, value, confidence and timestamp.",
    },
    Key {
        path: "signals.nansen_key_file",
        env: &["NANSEN_API_KEY_FILE"],
        scope: Scope::Once,
        kind: Kind::Path,
        default: "",
        doc: "A file with the key of the Nansen API, readable by its owner only (mode 0600): source \
              nansen. Empty for none.",
    },
    Key {
        path: "signals.nansen_url",
        env: &["NANSEN_API_URL"],
        scope: Scope::Once,
        kind: Kind::FeedUrl,
        default: "https://api.nansen.ai",
        doc: "The address of the Nansen API.",
    },
    Key {
        path: "signals.nansen_every_sec",
        env: &["NANSEN_EVERY_SEC"],
        scope: Scope::Once,
        kind: Kind::Integer { min: 1, max: 86_400 },
        default: "240",
        doc: "How often it is asked. A round is four requests, which cost credits.",
    },
    Key {
        path: "signals.max_age_sec",
        env: &["SIGNALS_MAX_AGE_SEC"],
        scope: Scope::Once,
        kind: Kind::Integer { min: 2, max: 86_400 },
        default: "300",
        doc: "From this age on, by the time that the source states, a signal counts for nothing. It \
              fades over the second half of it.",
    },
    Key {
        path: "signals.max_unchanged_sec",
        env: &["SIGNALS_MAX_UNCHANGED_SEC"],
        scope: Scope::Once,
        kind: Kind::Integer { min: 2, max: 604_800 },
        default: "300",
        doc: "The same by the time since the source last said something else, so that old data \
              under new stamps does not pass for news.",
    },
    Key {
        path: "signals.max_ahead_ms",
        env: &["SIGNALS_MAX_AHEAD_MS"],
        scope: Scope::Once,
        kind: Kind::Integer { min: 0, max: 60_000 },
        default: "5000",
        doc: "How far a source's clock may be ahead of ours, in milliseconds; beyond, what it says \
              is refused.",
    },
    Key {
        path: "signals.horizon_sec",
        env: &["SIGNALS_HORIZON_SEC"],
        scope: Scope::Once,
        kind: Kind::Integer { min: 1, max: 86_400 },
        default: "300",
        doc: "How long after a signal the price is looked at again.",
    },
    Key {
        path: "signals.pinned",
        env: &["SIGNALS_PINNED"],
        scope: Scope::Once,
        kind: Kind::Some(SOURCES),
        default: "",
        doc: "Sources that count whatever their record says, separated by commas. Any other is \
              switched to neutral while its record says that it misleads.",
    },
];
