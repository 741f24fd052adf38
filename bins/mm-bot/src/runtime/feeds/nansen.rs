//! The public Nansen API.

use std::time::Duration;

use hl_client::{Feed, clock};
use hl_signals::nansen::{Endpoint, Gathered, MAX_ANSWER_BYTES};
use hl_signals::{PairName, SourceId};
use tokio::sync::mpsc::Sender;
use tokio::task::spawn_blocking;

use super::{Brought, News, pause};
use crate::exit::{Exit, Failed};
use crate::runtime::keyfile::Secret;

/// The block chains whose tokens count, by Nansen's names.
const CHAINS: &[&str] = &["arbitrum", "base", "bnb", "ethereum", "solana"];

/// The API at `url`, with its key.
///
/// # Errors
/// The address or the key is refused.
pub(super) fn feed(url: &str, key: &Secret) -> Result<Feed, Failed> {
    Feed::new(url, MAX_ANSWER_BYTES)
        .and_then(|feed| feed.with_secret("apikey", key.expose()))
        .map_err(|e| Failed::new(Exit::Preflight, format!("signals.nansen_url: {e}")))
}

/// Asks round after round for as long as somebody listens.
pub(super) async fn ask(
    source: SourceId,
    feed: Feed,
    coins: Vec<PairName>,
    every: Duration,
    sender: Sender<News>,
) {
    let chains: Vec<String> = CHAINS.iter().map(|&chain| chain.to_owned()).collect();
    let mut failures = 0_u32;
    loop {
        let (gathered, failed) = round(&feed, &chains).await;
        let now = clock::now();
        let opinion = |coin: &PairName| Some((*coin, gathered.opinion(coin.as_str(), now)?));
        let opinions: Vec<_> = coins.iter().filter_map(opinion).collect();
        failures = if failed.is_some() { failures.saturating_add(1) } else { 0 };
        let wait = pause(every, failures, failed.as_ref().and_then(|(_, e)| e.as_ref()));
        if let Some((why, _)) = failed
            && sender.send(News { source, what: Err(why) }).await.is_err()
        {
            return;
        }
        let brought = Brought { opinions, refused: Vec::new() };
        // What the endpoints that did answer say counts all the same, by as much as it is.
        if !brought.opinions.is_empty()
            && sender.send(News { source, what: Ok(brought) }).await.is_err()
        {
            return;
        }
        tokio::time::sleep(wait).await;
    }
}

/// Why a question was of no use, and what the transport said if it was that.
type Why = (String, Option<hl_client::FeedError>);

/// Every endpoint once. A failure ends the round: a key that is refused, or a limit that is reached,
/// is not to be knocked at again.
async fn round(feed: &Feed, chains: &[String]) -> (Gathered, Option<Why>) {
    let mut gathered = Gathered::default();
    for endpoint in Endpoint::all() {
        let why = match feed.post(endpoint.path, endpoint.body(chains)).await {
            Ok(bytes) => {
                // On a thread of its own: a long answer takes milliseconds that quotes may need.
                let taken = spawn_blocking(move || {
                    let taken = gathered.take(endpoint, &bytes);
                    (gathered, taken.map_err(|e| e.to_string()))
                });
                let taken = taken.await.map_err(|e| e.to_string());
                let (so_far, taken) = taken.unwrap_or_else(|e| (Gathered::default(), Err(e)));
                gathered = so_far;
                match taken {
                    Ok(()) => continue,
                    Err(why) => (format!("{}: {why}", endpoint.path), None),
                }
            }
            Err(error) => (format!("{}: {error}", endpoint.path), Some(error)),
        };
        return (gathered, Some(why));
    }
    (gathered, None)
}
