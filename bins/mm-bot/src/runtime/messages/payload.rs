//! The body that each receiver wants.

use serde_json::json;

use super::notice::Notice;
use crate::config::MessageSettings;

/// Who reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// A webhook of one's own: every part by itself.
    Plain,
    /// An incoming webhook of Slack (<https://api.slack.com/messaging/webhooks>).
    Slack,
    /// A webhook of Discord (<https://discord.com/developers/docs/resources/webhook>).
    Discord,
    /// `sendMessage` of a bot (<https://core.telegram.org/bots/api#sendmessage>).
    Telegram { chat: String },
}

/// The longest text that all of them take.
const TEXT_MAX: usize = 1_900;

impl Style {
    pub(super) fn of(settings: &MessageSettings) -> Self {
        match settings.style.as_str() {
            "slack" => Self::Slack,
            "discord" => Self::Discord,
            "telegram" => Self::Telegram { chat: settings.chat_id.clone() },
            _ => Self::Plain,
        }
    }
}

/// One message of `who`, with how many of its kind were held back.
pub(super) fn body(style: &Style, who: &str, notice: &Notice, held: u64) -> String {
    let Notice { severity, kind, pair, text } = notice;
    let again = match held {
        0 => String::new(),
        n => format!(" ({n} more since the last message)"),
    };
    let place = pair.as_ref().map_or_else(String::new, |pair| format!(" {pair}"));
    let line = format!("[{}] {who}{place}: {text}{again}", severity.word());
    let line: String = line.chars().take(TEXT_MAX).collect();
    match style {
        Style::Plain => json!({
            "severity": severity.word(),
            "kind": kind,
            "pair": pair,
            "bot": who,
            "text": text,
            "held_back": held,
        }),
        // `<`, `>` and `&` begin markup there.
        Style::Slack => json!({"text": escaped(&line)}),
        // Nobody is to be called by a text that says @everyone.
        Style::Discord => json!({"content": line, "allowed_mentions": {"parse": []}}),
        Style::Telegram { chat } => json!({"chat_id": chat, "text": line}),
    }
    .to_string()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::super::notice::Severity;
    use super::*;
    use serde_json::Value;

    #[test]
    fn each_receiver_gets_what_its_documentation_asks_for() {
        let mut notice = Notice::new(Severity::Page, "took", "took 1 \"at\" <5> & @everyone");
        notice.pair = Some("SOL".to_owned());
        let of = |style: &Style| -> Value {
            serde_json::from_str(&body(style, "mm-bot sim", &notice, 3)).unwrap()
        };
        let line = "[page] mm-bot sim SOL: took 1 \"at\" <5> & @everyone (3 more since the last \
                    message)";
        let slack = line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        assert_eq!(of(&Style::Slack), json!({ "text": slack }));
        assert_eq!(of(&Style::Discord)["content"], line);
        assert_eq!(of(&Style::Discord)["allowed_mentions"], json!({"parse": []}));
        let telegram = Style::Telegram { chat: "-100".to_owned() };
        assert_eq!(of(&telegram), json!({"chat_id": "-100", "text": line}));
        let plain = of(&Style::Plain);
        assert_eq!((&plain["kind"], &plain["pair"]), (&json!("took"), &json!("SOL")));
        assert_eq!(plain["held_back"], 3);
    }

    #[test]
    fn a_text_without_end_is_cut() {
        let notice = Notice::new(Severity::Info, "x", "é".repeat(10_000));
        let value: Value = serde_json::from_str(&body(&Style::Slack, "b", &notice, 0)).unwrap();
        assert_eq!(value["text"].as_str().unwrap().chars().count(), TEXT_MAX);
    }
}
