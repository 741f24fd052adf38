//! Where opinions about markets come from: tasks that fetch or take them, and hand them to the loop.
//!
//! No task can hold the loop up. Each waits for its own file, socket or answer; what they bring waits
//! in a bounded queue, and the loop takes from it after everything that concerns orders.

mod file;
mod nansen;
mod poll;
mod push;
mod tell;

use std::time::Duration;

use hl_client::FeedError;
use hl_journal::log::Quoted;
use hl_signals::{BadOpinion, Document, Format, Opinion, PairName, SourceId, read};
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use super::keyfile;
use super::log::Log;
use crate::config::SignalSettings;
use crate::exit::{Exit, Failed};

pub(super) use tell::Told;

/// Documents that may wait for the loop; who brings more waits, or is turned away.
const QUEUE: usize = 16;

/// What a source brought, or why it did not.
#[derive(Debug)]
pub(super) struct News {
    pub(super) source: SourceId,
    pub(super) what: Result<Brought, String>,
}

/// Opinions by market, and the markets of which what was said makes no sense.
#[derive(Debug, Default)]
pub(super) struct Brought {
    pub(super) opinions: Vec<(PairName, Opinion)>,
    pub(super) refused: Vec<(PairName, BadOpinion)>,
}

impl From<Document> for Brought {
    fn from(document: Document) -> Self {
        Self { opinions: document.opinions, refused: document.refused }
    }
}

/// What the tasks have brought. Without any, nothing ever comes.
#[derive(Debug)]
pub(super) struct Feeds(Option<mpsc::Receiver<News>>);

impl Feeds {
    /// The next of it; waits for ever where there is none.
    pub(super) async fn next(&mut self) -> News {
        if let Some(receiver) = &mut self.0
            && let Some(news) = receiver.recv().await
        {
            return news;
        }
        self.0 = None;
        core::future::pending().await
    }
}

/// Starts a task for each source that is configured. They end with the runtime.
///
/// # Errors
/// A secret cannot be read or an address cannot be listened at.
pub(super) async fn start(
    settings: &SignalSettings,
    coins: &[String],
    log: &mut Log,
) -> Result<Feeds, Failed> {
    let (sender, receiver) = mpsc::channel(QUEUE);
    let format = if settings.plain { Format::Plain } else { Format::Nansen };
    if let Some(path) = &settings.file {
        log.line(&format!("signal_evt=source source=file path={}", Quoted(path.display())));
        tokio::spawn(file::watch(
            Reader { source: named("file")?, format },
            path.clone(),
            sender.clone(),
        ));
    }
    if let Some(url) = &settings.url {
        let every = Duration::from_secs(settings.url_every_sec);
        let reader = Reader { source: named("url")?, format };
        log.line(&format!("signal_evt=source source=url every_s={}", every.as_secs()));
        tokio::spawn(poll::ask(reader, poll::feed(url)?, every, sender.clone()));
    }
    if let (Some(address), Some(path)) = (settings.push_listen, &settings.push_token_file) {
        let reader = Reader { source: named("push")?, format };
        let address = push::serve(reader, address, keyfile::secret(path)?, sender.clone()).await?;
        log.line(&format!("signal_evt=source source=push address={address}"));
    }
    if let Some(path) = &settings.nansen_key_file {
        let every = Duration::from_secs(settings.nansen_every_sec);
        let feed = nansen::feed(&settings.nansen_url, &keyfile::secret(path)?)?;
        log.line(&format!("signal_evt=source source=nansen every_s={}", every.as_secs()));
        let coins: Vec<PairName> = coins.iter().filter_map(|coin| coin.parse().ok()).collect();
        tokio::spawn(nansen::ask(named("nansen")?, feed, coins, every, sender.clone()));
    }
    drop(sender);
    Ok(Feeds(Some(receiver)))
}

/// How the documents of a source are read.
#[derive(Clone, Copy, Debug)]
struct Reader {
    source: SourceId,
    format: Format,
}

impl Reader {
    /// Reads a document on a thread of its own: a long one takes milliseconds that quotes may need.
    async fn read(self, bytes: impl AsRef<[u8]> + Send + 'static) -> News {
        let format = self.format;
        let read = spawn_blocking(move || read(format, bytes.as_ref()));
        match read.await {
            Ok(document) => {
                let what = document.map(Brought::from).map_err(|e| e.to_string());
                News { source: self.source, what }
            }
            Err(error) => self.failed(error.to_string()),
        }
    }

    fn failed(self, why: String) -> News {
        News { source: self.source, what: Err(why) }
    }
}

fn named(name: &str) -> Result<SourceId, Failed> {
    name.parse().map_err(|e| Failed::new(Exit::Failure, format!("source {name}: {e}")))
}

/// How long to wait before the next question: longer after each failure in a row, and at least as
/// long as was asked for.
fn pause(every: Duration, failures: u32, error: Option<&FeedError>) -> Duration {
    let asked = match error {
        Some(FeedError::Status { retry_after, .. }) => retry_after.unwrap_or_default(),
        _ => Duration::ZERO,
    };
    every.saturating_mul(failures.saturating_add(1).min(10)).max(asked)
}

#[cfg(test)]
mod tests;
