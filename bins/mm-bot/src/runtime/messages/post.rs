//! Delivery.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hl_client::Feed;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::{Messenger, Notice, QUEUE, Severity, payload};
use crate::config::MessageSettings;
use crate::exit::{Exit, Failed};
use crate::runtime::keyfile;
use crate::runtime::log::Log;

/// How often a message is tried, and the pause before the next try, which doubles.
const TRIES: u32 = 4;
const PAUSE: Duration = Duration::from_secs(1);
/// How long the last messages may take when the process ends.
const LAST: Duration = Duration::from_secs(3);
/// What a receiver may answer: nothing of it is read.
const ANSWER_MAX: usize = 64 * 1024;

/// What became of messages.
#[derive(Clone, Debug, Default)]
pub(in crate::runtime) struct Delivered(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    sent: AtomicU64,
    lost: AtomicU64,
}

impl Delivered {
    pub(in crate::runtime) fn sent(&self) -> u64 {
        self.0.sent.load(Ordering::Relaxed)
    }

    pub(in crate::runtime) fn lost(&self) -> u64 {
        self.0.lost.load(Ordering::Relaxed)
    }

    pub(super) fn lose(&self) {
        self.0.lost.fetch_add(1, Ordering::Relaxed);
    }
}

/// Takes messages to the receiver, and the last one before the process ends.
#[derive(Debug)]
pub(in crate::runtime) struct Courier {
    messenger: Messenger,
    task: Option<JoinHandle<()>>,
}

impl Courier {
    /// Says how it ended, whatever was said a moment ago, and waits a little until all is delivered.
    /// Every other messenger must be gone by then.
    pub(in crate::runtime) async fn last_words(self, notice: &Notice) {
        let Self { mut messenger, task } = self;
        if notice.severity >= messenger.least
            && let Some(out) = &messenger.out
            && out.try_send(messenger.body(notice, 0)).is_err()
        {
            messenger.delivered.lose();
        }
        messenger.out = None;
        if let Some(task) = task {
            // A receiver that does not answer does not keep the process.
            let _ = timeout(LAST, task).await;
        }
    }
}

/// The messenger of a run and who delivers for it; `who` says in each message which bot it is.
///
/// # Errors
/// The file with the address cannot be read or has none.
pub(in crate::runtime) fn start(
    settings: &MessageSettings,
    who: String,
    log: &mut Log,
) -> Result<(Messenger, Courier), Failed> {
    let mut messenger = Messenger { who, ..Messenger::silent(settings) };
    let Some(path) = &settings.url_file else {
        return Ok((messenger.clone(), Courier { messenger, task: None }));
    };
    let feed = receiver_at(path)?;
    let (sender, receiver) = mpsc::channel(QUEUE);
    log.line(&format!("message_evt=on style={} level={}", settings.style, settings.level.word()));
    let task = tokio::spawn(deliver(feed, receiver, messenger.delivered.clone()));
    messenger.out = Some(sender);
    Ok((messenger.clone(), Courier { messenger, task: Some(task) }))
}

/// The receiver whose address is in a file.
fn receiver_at(path: &Path) -> Result<Feed, Failed> {
    let url = keyfile::secret(path)?;
    // What is wrong with it is not said: that would show it.
    Feed::new(url.expose(), ANSWER_MAX).map_err(|_| {
        let what = format!("{}: holds no address that messages can be posted to", path.display());
        Failed::new(Exit::Preflight, what).hint("one line: https://host/path, without a query")
    })
}

/// Sends one message, at once and without a run; `false` where nobody is to be written to.
///
/// # Errors
/// The address cannot be read, or the receiver does not take the message. The text does not show the
/// address.
pub(crate) async fn send_one(
    settings: &MessageSettings,
    severity: Severity,
    kind: &'static str,
    text: &str,
) -> Result<bool, String> {
    let Some(path) = &settings.url_file else { return Ok(false) };
    let feed = receiver_at(path).map_err(|failed| failed.what)?;
    let notice = Notice::new(severity, kind, text);
    let body = payload::body(&payload::Style::of(settings), "mm-bot", &notice, 0);
    feed.deliver(body).await.map(|()| true).map_err(|e| e.to_string())
}

/// One after the other; a receiver that does not answer makes the next ones wait, and nobody else.
async fn deliver(feed: Feed, mut messages: mpsc::Receiver<String>, delivered: Delivered) {
    while let Some(body) = messages.recv().await {
        let mut pause = PAUSE;
        let mut done = false;
        for _ in 0..TRIES {
            done = feed.deliver(body.clone()).await.is_ok();
            if done {
                break;
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        let counter = if done { &delivered.0.sent } else { &delivered.0.lost };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}
