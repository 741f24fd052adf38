//! An address that is asked again and again.

use std::time::Duration;

use hl_client::Feed;
use hl_signals::MAX_DOCUMENT_BYTES;
use tokio::sync::mpsc::Sender;

use super::{News, Reader, pause};
use crate::exit::{Exit, Failed};

/// The feed at `url`.
///
/// # Errors
/// The address is refused.
pub(super) fn feed(url: &str) -> Result<Feed, Failed> {
    Feed::new(url, MAX_DOCUMENT_BYTES)
        .map_err(|e| Failed::new(Exit::Preflight, format!("signals.url: {e}")))
}

/// Asks for as long as somebody listens.
pub(super) async fn ask(reader: Reader, feed: Feed, every: Duration, sender: Sender<News>) {
    let mut failures = 0_u32;
    loop {
        let (news, wait) = match feed.get().await {
            Ok(bytes) => {
                failures = 0;
                (reader.read(bytes).await, every)
            }
            Err(error) => {
                failures = failures.saturating_add(1);
                let wait = pause(every, failures, Some(&error));
                (reader.failed(error.to_string()), wait)
            }
        };
        if sender.send(news).await.is_err() {
            return;
        }
        tokio::time::sleep(wait).await;
    }
}
