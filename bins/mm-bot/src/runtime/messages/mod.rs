//! Messages to people, straight from the bot: a webhook, Slack, Discord or Telegram.
//!
//! The alerts of Prometheus see what this process cannot: that it is gone. These see what Prometheus
//! may not be there for. Each notice of a kind and a market is sent once in a while and not each time
//! ([`quiet`]); a task of its own delivers, so that a slow or dead address holds nobody up; what could
//! not be delivered is counted and said in the log. The address is a secret, because whoever has it
//! can write there: it comes from a file and is never shown.

mod notice;
mod payload;
mod post;
mod quiet;

use hl_client::clock;
use hl_engine::Event;
use tokio::sync::mpsc;

pub(crate) use self::notice::{Notice, Severity};
pub(crate) use self::post::send_one;
pub(super) use self::post::{Courier, Delivered, start};
use self::quiet::{Quiet, Say};
use crate::config::MessageSettings;

/// Messages that may wait for their delivery; more are lost, and counted.
const QUEUE: usize = 64;

/// What the loop hands notices to. Without an address nothing happens to them.
#[derive(Clone, Debug)]
pub(super) struct Messenger {
    out: Option<mpsc::Sender<String>>,
    quiet: Quiet,
    least: Severity,
    style: payload::Style,
    who: String,
    pub(super) delivered: Delivered,
}

impl Messenger {
    /// Without an address.
    pub(super) fn silent(settings: &MessageSettings) -> Self {
        Self {
            out: None,
            quiet: Quiet::new(settings.repeat_ms),
            least: settings.level,
            style: payload::Style::of(settings),
            who: String::new(),
            delivered: Delivered::default(),
        }
    }

    /// Looks at an event; most are nobody's concern.
    pub(super) fn note(&mut self, event: &Event) {
        if self.out.is_some()
            && let Some(notice) = Notice::of(&event.kind)
        {
            self.tell(&notice);
        }
    }

    /// Sends a notice, unless it is less than what was asked for or was sent a moment ago.
    pub(super) fn tell(&mut self, notice: &Notice) {
        let Some(out) = &self.out else { return };
        if notice.severity < self.least {
            return;
        }
        let Say::Now { held } = self.quiet.admit(clock::now(), notice) else { return };
        if out.try_send(self.body(notice, held)).is_err() {
            self.delivered.lose();
        }
    }

    /// Nothing more comes from here.
    pub(super) fn end(&mut self) {
        self.out = None;
    }

    fn body(&self, notice: &Notice, held: u64) -> String {
        payload::body(&self.style, &self.who, notice, held)
    }
}
