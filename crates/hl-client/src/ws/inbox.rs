//! The queue between the socket and its consumer: bounded, and careful about what it drops.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use hl_wire::stream::Message;
use tokio::sync::Notify;

use super::{Down, Frame, WsEvent};

/// Frames of trades and candles that may wait.
const MAX_HISTORY: usize = 1024;

/// Keys whose latest frame may wait; the venue has fewer markets than this, times channels.
const MAX_KEYS: usize = 8192;

/// Events of the account that may wait, before the connection is given up rather than one dropped.
pub(super) const MAX_ACCOUNT: usize = 16_384;

/// What may be done with a frame when the consumer is slow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Each frame replaces the one before of the same key: books, best offers, mids.
    Latest(Key),
    /// The oldest may go: trades, candles.
    History,
    /// None may go.
    Account,
    /// Nothing that a consumer needs: acknowledgements and pongs.
    Internal,
}

/// Which frames replace each other.
pub(super) type Key = (Channel, String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Channel {
    Book,
    Bbo,
    Mids,
    Context,
}

pub(super) fn classify(message: &Message<'_>) -> Class {
    let latest = |channel, key: &str| Class::Latest((channel, key.to_owned()));
    match message {
        Message::L2Book(book) => latest(Channel::Book, &book.coin),
        Message::Bbo(bbo) => latest(Channel::Bbo, &bbo.coin),
        Message::AllMids(_) => latest(Channel::Mids, ""),
        Message::ActiveAssetCtx(ctx) => latest(Channel::Context, &ctx.coin),
        Message::ActiveSpotAssetCtx(ctx) => latest(Channel::Context, &ctx.coin),
        Message::Trades(_) | Message::Candle(_) => Class::History,
        Message::SubscriptionResponse { .. }
        | Message::Post(_)
        | Message::Pong
        | Message::Connected => Class::Internal,
        // What is not known may matter.
        _ => Class::Account,
    }
}

#[derive(Debug, Default)]
pub(super) struct Inbox {
    queue: Mutex<Queue>,
    arrival: Notify,
}

#[derive(Debug, Default)]
struct Queue {
    /// By order of arrival.
    events: BTreeMap<u64, (WsEvent, Class)>,
    next: u64,
    /// Where the waiting frame of each key is.
    latest: BTreeMap<Key, u64>,
    /// Where the waiting frames of history are, oldest first.
    history: VecDeque<u64>,
    account: usize,
    dropped: u64,
    conflated: u64,
    closed: bool,
}

impl Inbox {
    /// Puts a frame where its class allows.
    pub(super) fn push_frame(&self, frame: Frame, mut class: Class) {
        let mut queue = self.lock();
        if let Class::Latest(key) = &class {
            if queue.replace(key, &frame) {
                return;
            }
            if queue.latest.len() >= MAX_KEYS {
                class = Class::History;
            }
        }
        match class {
            Class::Internal => return,
            Class::History if queue.history.len() >= MAX_HISTORY => queue.drop_oldest(),
            Class::History | Class::Latest(_) | Class::Account => {}
        }
        queue.append(WsEvent::Frame(frame), class);
        drop(queue);
        self.arrival.notify_one();
    }

    /// Puts an event that is not a frame; none of these is ever dropped.
    pub(super) fn push(&self, event: WsEvent) {
        let mut queue = self.lock();
        if matches!(event, WsEvent::Down(_)) {
            queue.forget_market_data();
        }
        queue.append(event, Class::Account);
        drop(queue);
        self.arrival.notify_one();
    }

    /// The next event, once there is one; nothing when the socket has ended and all was taken.
    pub(super) async fn pop(&self) -> Option<WsEvent> {
        loop {
            {
                let mut queue = self.lock();
                if let Some(event) = queue.take() {
                    return Some(event);
                }
                if queue.closed {
                    return None;
                }
            }
            self.arrival.notified().await;
        }
    }

    /// The overflow to report, when too many events of the account wait.
    pub(super) fn overflow(&self) -> Option<Down> {
        let waiting = self.lock().account;
        (waiting >= MAX_ACCOUNT).then_some(Down::Overflow(waiting))
    }

    /// Whether an overflow is over.
    pub(super) fn has_room(&self) -> bool {
        self.lock().account <= MAX_ACCOUNT / 2
    }

    /// Frames of market data that were replaced by newer ones before they were taken.
    pub(super) fn conflated(&self) -> u64 {
        self.lock().conflated
    }

    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.arrival.notify_one();
    }

    pub(super) fn is_closed(&self) -> bool {
        self.lock().closed
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        // No code under the lock can panic half way through a change.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    /// Replaces the waiting frame of this key, if there is one.
    fn replace(&mut self, key: &Key, frame: &Frame) -> bool {
        let Some(place) = self.latest.get(key) else { return false };
        let Some((event, _)) = self.events.get_mut(place) else { return false };
        *event = WsEvent::Frame(frame.clone());
        self.conflated = self.conflated.saturating_add(1);
        true
    }

    fn append(&mut self, event: WsEvent, class: Class) {
        let place = self.next;
        self.next = self.next.saturating_add(1);
        match &class {
            Class::Latest(key) => {
                self.latest.insert(key.clone(), place);
            }
            Class::History => self.history.push_back(place),
            Class::Account => self.account = self.account.saturating_add(1),
            Class::Internal => {}
        }
        self.events.insert(place, (event, class));
    }

    fn take(&mut self) -> Option<WsEvent> {
        if self.dropped > 0 {
            return Some(WsEvent::Dropped { frames: std::mem::take(&mut self.dropped) });
        }
        let (_, (event, class)) = self.events.pop_first()?;
        match class {
            Class::Latest(key) => {
                self.latest.remove(&key);
            }
            // Frames are taken in order, so the one taken is the oldest of its class.
            Class::History => {
                self.history.pop_front();
            }
            Class::Account => self.account = self.account.saturating_sub(1),
            Class::Internal => {}
        }
        Some(event)
    }

    fn drop_oldest(&mut self) {
        if let Some(place) = self.history.pop_front() {
            self.events.remove(&place);
            self.dropped = self.dropped.saturating_add(1);
        }
    }

    /// Books and the like of a connection that is gone are not data any more.
    fn forget_market_data(&mut self) {
        for place in std::mem::take(&mut self.latest).into_values() {
            self.events.remove(&place);
        }
    }
}

#[cfg(test)]
mod tests;
