//! Messages to people, straight from the bot.

use super::{Key, Scope};
use crate::config::kind::Kind;

pub(super) const KEYS: &[Key] = &[
    Key {
        path: "messages.url_file",
        env: &["MM_MESSAGES_URL_FILE"],
        scope: Scope::Once,
        kind: Kind::Path,
        default: "",
        doc: "A file with the https address that messages are posted to: one line, readable by its \
              owner only (mode 0600), since whoever has the address can write there. Empty for none.",
    },
    Key {
        path: "messages.style",
        env: &["MM_MESSAGES_STYLE"],
        scope: Scope::Once,
        kind: Kind::Choice(&["plain", "slack", "discord", "telegram"]),
        default: "plain",
        doc: "What the receiver wants: a webhook of one's own (JSON with each part by itself), or \
              that of Slack, Discord or a bot of Telegram (.../bot<token>/sendMessage).",
    },
    Key {
        path: "messages.chat_id",
        env: &["MM_MESSAGES_CHAT_ID"],
        scope: Scope::Once,
        kind: Kind::Chat,
        default: "",
        doc: "Telegram only: the chat to write to.",
    },
    Key {
        path: "messages.level",
        env: &["MM_MESSAGES_LEVEL"],
        scope: Scope::Once,
        kind: Kind::Choice(&["info", "warn", "page"]),
        default: "warn",
        doc: "The least that is worth a message. info adds starts and ends.",
    },
    Key {
        path: "messages.repeat_min",
        env: &["MM_MESSAGES_REPEAT_MIN"],
        scope: Scope::Once,
        kind: Kind::Integer { min: 1, max: 1_440 },
        default: "15",
        doc: "Minutes between two messages of the same kind about the same market. The next one says \
              how many were held back.",
    },
];
