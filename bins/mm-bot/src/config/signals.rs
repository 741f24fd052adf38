//! Whose opinions about markets are heard.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::kind;
use super::reader::Reader;

/// The names of the sources that this bot can have.
pub(crate) const SOURCES: &[&str] = &["venue", "file", "url", "push", "nansen"];

/// The sources of signals, and how signals age and are judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SignalSettings {
    pub(crate) venue: bool,
    pub(crate) file: Option<PathBuf>,
    pub(crate) url: Option<String>,
    pub(crate) url_every_sec: u64,
    pub(crate) push_listen: Option<SocketAddr>,
    pub(crate) push_token_file: Option<PathBuf>,
    /// Documents are opinions as they are, and not Nansen's numbers.
    pub(crate) plain: bool,
    pub(crate) nansen_key_file: Option<PathBuf>,
    pub(crate) nansen_url: String,
    pub(crate) nansen_every_sec: u64,
    pub(crate) max_age_ms: u64,
    pub(crate) max_unchanged_ms: u64,
    pub(crate) max_ahead_ms: u64,
    pub(crate) horizon_ms: u64,
    pub(crate) pinned: Vec<String>,
}

impl SignalSettings {
    pub(super) fn read(read: &mut Reader<'_>) -> Self {
        let settings = Self {
            venue: read.text("signals.venue") == "true",
            file: read.some("signals.file").map(PathBuf::from),
            url: read.some("signals.url"),
            url_every_sec: read.integer("signals.url_every_sec"),
            push_listen: read.value("signals.push_listen", kind::listen),
            push_token_file: read.some("signals.push_token_file").map(PathBuf::from),
            plain: read.text("signals.format") == "plain",
            nansen_key_file: read.some("signals.nansen_key_file").map(PathBuf::from),
            nansen_url: read.text("signals.nansen_url").to_owned(),
            nansen_every_sec: read.integer("signals.nansen_every_sec"),
            max_age_ms: read.seconds("signals.max_age_sec"),
            max_unchanged_ms: read.seconds("signals.max_unchanged_sec"),
            max_ahead_ms: read.integer("signals.max_ahead_ms"),
            horizon_ms: read.seconds("signals.horizon_sec"),
            pinned: read.value("signals.pinned", |text| kind::some_of(text, SOURCES)),
        };
        settings.check_together(read);
        settings
    }

    /// Whether this source is configured.
    pub(crate) fn has(&self, source: &str) -> bool {
        match source {
            "venue" => self.venue,
            "file" => self.file.is_some(),
            "url" => self.url.is_some(),
            "push" => self.push_listen.is_some(),
            "nansen" => self.nansen_key_file.is_some(),
            _ => false,
        }
    }

    fn check_together(&self, read: &mut Reader<'_>) {
        if self.push_listen.is_some_and(|address| !address.ip().is_loopback()) {
            let why = "whoever reaches it moves quotes: it must be on this machine's loopback";
            read.refuse("signals.push_listen", why, Some("write 127.0.0.1 and a port"));
        }
        if self.push_listen.is_some() && self.push_token_file.is_none() {
            let why = "needs signals.push_token_file";
            let hint = "head -c 32 /dev/urandom | base64 > push.token && chmod 600 push.token";
            read.refuse("signals.push_listen", why, Some(hint));
        }
        if self.push_listen.is_none() && self.push_token_file.is_some() {
            let why = "is of no use without signals.push_listen";
            read.refuse("signals.push_token_file", why, None);
        }
        for source in &self.pinned {
            if !self.has(source) {
                let why = format!("pins {source}, which is not configured");
                read.refuse("signals.pinned", why, None);
            }
        }
    }
}
