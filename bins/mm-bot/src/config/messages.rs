//! Whom to write to.

use std::path::PathBuf;

use super::reader::Reader;
use crate::runtime::Severity;

/// Messages to people.
#[derive(Clone, Debug)]
pub(crate) struct MessageSettings {
    pub(crate) url_file: Option<PathBuf>,
    pub(crate) style: String,
    pub(crate) chat_id: String,
    pub(crate) level: Severity,
    pub(crate) repeat_ms: u64,
}

impl MessageSettings {
    pub(super) fn read(read: &mut Reader<'_>) -> Self {
        let settings = Self {
            url_file: read.some("messages.url_file").map(PathBuf::from),
            style: read.text("messages.style").to_owned(),
            chat_id: read.text("messages.chat_id").to_owned(),
            level: match read.text("messages.level") {
                "page" => Severity::Page,
                "info" => Severity::Info,
                _ => Severity::Warn,
            },
            repeat_ms: read.integer("messages.repeat_min").saturating_mul(60_000),
        };
        let telegram = settings.style == "telegram";
        if settings.url_file.is_some() && telegram && settings.chat_id.is_empty() {
            read.refuse("messages.chat_id", "is needed for Telegram", None);
        }
        settings
    }
}
