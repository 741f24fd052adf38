//! How often the streams speak: a feed that is slower than the limits of age allow is a bot that
//! hardly ever quotes.

use std::collections::BTreeMap;
use std::time::Duration;

use hl_client::WsEvent;
use hl_wire::session::{BookDepth, SessionConfig, Subscription};
use hl_wire::stream::{Message, Scratch};
use tokio::time::{Instant, timeout_at};

use super::{Finding, Patient};

/// What one market's book was heard to do.
#[derive(Clone, Copy, Debug)]
struct Heard {
    books: u32,
    last: Instant,
    pause: Duration,
}

/// Listens for a while and judges each market.
pub(super) async fn examine(
    patient: &Patient<'_>,
    coins: &[String],
    listen: Duration,
) -> Vec<Finding> {
    let limit = Duration::from_secs(patient.settings.risk.max_stale_sec);
    match hear(patient, coins, listen).await {
        Ok(heard) => coins.iter().map(|coin| judge(coin, heard.get(coin), limit, listen)).collect(),
        Err(why) => {
            let fix = "is a WebSocket to this host allowed from here?";
            vec![Finding::wrong("streams", why, fix)]
        }
    }
}

async fn hear(
    patient: &Patient<'_>,
    coins: &[String],
    listen: Duration,
) -> Result<BTreeMap<String, Heard>, String> {
    let (handle, mut events, socket) =
        hl_client::connect(&patient.endpoint, SessionConfig::default())
            .map_err(|e| e.to_string())?;
    for coin in coins {
        let book = Subscription::L2Book { coin: coin.clone(), depth: BookDepth::Fast };
        handle.subscribe(book).map_err(|e| e.to_string())?;
    }
    let running = tokio::spawn(socket.run());
    let mut heard: BTreeMap<String, Heard> = BTreeMap::new();
    let mut down = None;
    let mut scratch = Scratch::default();
    let until = Instant::now() + listen;
    while let Ok(Some(event)) = timeout_at(until, events.next()).await {
        match event {
            WsEvent::Frame(frame) => {
                if let Ok(Message::L2Book(book)) = frame.parse(&mut scratch) {
                    note(&mut heard, &book.coin);
                }
            }
            WsEvent::Down(why) => down = Some(why.to_string()),
            _ => {}
        }
    }
    handle.stop();
    running.abort();
    match down {
        Some(why) if heard.is_empty() => Err(why),
        _ => Ok(heard),
    }
}

fn note(heard: &mut BTreeMap<String, Heard>, coin: &str) {
    let now = Instant::now();
    let first = Heard { books: 0, last: now, pause: Duration::ZERO };
    let entry = heard.entry(coin.to_owned()).or_insert(first);
    entry.books = entry.books.saturating_add(1);
    entry.pause = entry.pause.max(now - entry.last);
    entry.last = now;
}

fn judge(coin: &str, heard: Option<&Heard>, limit: Duration, listened: Duration) -> Finding {
    let matter = format!("feed {coin}");
    let seconds = listened.as_secs_f64();
    match heard {
        None => {
            let fix = "is the market halted? Listen for longer with --listen";
            Finding::warn(matter, format!("no book in {seconds} s"), fix)
        }
        Some(heard) => {
            let pause = heard.pause.as_millis();
            let saw = format!("{} books in {seconds} s, longest pause {pause} ms", heard.books);
            if heard.pause > limit {
                let fix = "quotes are pulled after risk.max_stale_sec without a book";
                Finding::warn(matter, saw, fix)
            } else {
                Finding::ok(matter, saw)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Verdict;
    use super::*;

    #[test]
    fn a_feed_that_is_silent_or_slower_than_the_limit_is_told() {
        let (limit, listened) = (Duration::from_secs(3), Duration::from_secs(5));
        let heard = |ms| Heard { books: 4, last: Instant::now(), pause: Duration::from_millis(ms) };
        let verdict = |heard: Option<&Heard>| judge("SOL", heard, limit, listened).verdict;
        assert_eq!(verdict(None), Verdict::Warn);
        assert_eq!(verdict(Some(&heard(3_001))), Verdict::Warn);
        assert_eq!(verdict(Some(&heard(600))), Verdict::Ok);
    }
}
