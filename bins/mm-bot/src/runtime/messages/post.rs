//! Delivery.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hl_client::Feed;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::{Messenger, Notice, QUEUE};
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
    let url = keyfile::secret(path)?;
    // What is wrong with it is not said: that would show it.
    let feed = Feed::new(url.expose(), ANSWER_MAX).map_err(|_| {
        let what = format!("{}: holds no address that messages can be posted to", path.display());
        Failed::new(Exit::Preflight, what).hint("one line: https://host/path, without a query")
    })?;
    let (sender, receiver) = mpsc::channel(QUEUE);
    log.line(&format!("message_evt=on style={} level={}", settings.style, settings.level.word()));
    let task = tokio::spawn(deliver(feed, receiver, messenger.delivered.clone()));
    messenger.out = Some(sender);
    Ok((messenger.clone(), Courier { messenger, task: Some(task) }))
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
