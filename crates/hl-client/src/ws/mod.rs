//! The WebSocket: streams in, actions out, one connection that keeps itself alive.
//!
//! [`connect`] makes three parts: a [`WsDriver`] to spawn, [`WsEvents`] to read, and a [`WsHandle`] to
//! subscribe and to post with. What to send and when to reconnect is decided by
//! [`hl_wire::session::Session`], which has no socket and no clock and is tested as such; the driver
//! only carries it out.

mod driver;
mod event;
mod inbox;
mod posts;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hl_quant::Millis;
use hl_wire::session::{Freshness, Session, SessionConfig, Subscription, SubscriptionState};
use hl_wire::stream::Scratch;
use hl_wire::{ActionOutcome, Address, Unsure};
use tokio::sync::{Notify, mpsc};
use tokio::time::Instant;

use crate::budget::MinuteBudget;
use crate::error::TransportError;
use crate::exchange::{NotSent, Prepared, Receipt};
use crate::limits::{WS_INFLIGHT_POSTS, WS_SUBSCRIPTIONS, WS_USERS};
use crate::tls::{self, TlsError};
use crate::{Endpoint, clock};
use driver::Link;
pub use driver::WsDriver;
pub use event::{Down, Frame, WsEvent};
use inbox::Inbox;
use posts::{Answer, Post, Posts};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Makes the parts of one connection. Nothing is opened until the driver runs.
///
/// # Errors
///
/// [`TlsError`] when the TLS library refuses its defaults.
pub fn connect(
    endpoint: &Endpoint,
    config: SessionConfig,
) -> Result<(WsHandle, WsEvents, WsDriver), TlsError> {
    let (sender, receiver) = mpsc::channel(WS_INFLIGHT_POSTS);
    let seed = clock::now().0 ^ u64::from(std::process::id());
    let shared = Arc::new(Shared {
        session: Mutex::new(Session::new(config, seed)),
        inbox: Inbox::default(),
        posts: Posts::default(),
        frames: MinuteBudget::of_frames(),
        wake: Notify::new(),
        start: Instant::now(),
    });
    let driver = WsDriver {
        shared: Arc::clone(&shared),
        url: endpoint.ws().to_string(),
        tls: tls::config()?,
        posts: receiver,
        link: Link::Down,
        scratch: Scratch::default(),
        choked: false,
    };
    let events = WsEvents { shared: Arc::clone(&shared) };
    Ok((WsHandle { shared, posts: sender }, events, driver))
}

/// What the parts share. Locks are held for a call, never across a wait.
#[derive(Debug)]
pub(crate) struct Shared {
    session: Mutex<Session>,
    inbox: Inbox,
    posts: Posts,
    /// Frames sent.
    frames: MinuteBudget,
    /// Something changed that the driver should look at.
    wake: Notify,
    start: Instant,
}

impl Shared {
    fn session(&self) -> MutexGuard<'_, Session> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The session's clock: milliseconds since the start. It cannot be set back, so no deadline of the
    /// session can fail to come.
    fn now(&self) -> Millis {
        let elapsed = Instant::now().saturating_duration_since(self.start).as_millis();
        Millis(u64::try_from(elapsed).unwrap_or(u64::MAX))
    }

    fn instant(&self, at: Millis) -> Instant {
        // A little late rather than early: the session would only say again to wait. A moment that the
        // clock cannot hold is a day away, after which the session is asked again.
        let after = Duration::from_millis(at.0.saturating_add(1));
        self.start.checked_add(after).unwrap_or_else(|| Instant::now() + DAY)
    }
}

/// A subscription that is not made, because it would exceed a limit of the venue. Nothing was sent.
/// Unsubscribe from something first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubscribeError {
    /// Too many subscriptions.
    #[error("more than {WS_SUBSCRIPTIONS} subscriptions")]
    Subscriptions,
    /// Too many different users.
    #[error("subscriptions of more than {WS_USERS} users")]
    Users,
}

/// Subscribes, posts actions, and tells how fresh the data is. Clones speak of the same connection.
#[derive(Clone, Debug)]
pub struct WsHandle {
    shared: Arc<Shared>,
    posts: mpsc::Sender<Post>,
}

impl WsHandle {
    /// Wants a subscription, now and after every reconnect.
    ///
    /// The venue may close the whole socket, without a word, over a coin that it does not know: check
    /// names against its list of markets before.
    ///
    /// # Errors
    ///
    /// [`SubscribeError`] when a limit of the venue would be exceeded.
    pub fn subscribe(&self, subscription: Subscription) -> Result<(), SubscribeError> {
        let mut session = self.shared.session();
        let now = self.shared.now();
        let wanted = || session.subscriptions(now).map(|(wanted, _, _)| wanted);
        if wanted().any(|wanted| *wanted == subscription) {
            return Ok(());
        }
        if wanted().count() >= WS_SUBSCRIPTIONS {
            return Err(SubscribeError::Subscriptions);
        }
        let users: BTreeSet<_> = wanted().chain([&subscription]).filter_map(user).collect();
        if users.len() > WS_USERS {
            return Err(SubscribeError::Users);
        }
        session.subscribe(subscription);
        drop(session);
        self.shared.wake.notify_one();
        Ok(())
    }

    /// Stops wanting a subscription.
    pub fn unsubscribe(&self, subscription: &Subscription) {
        self.shared.session().unsubscribe(subscription);
        self.shared.wake.notify_one();
    }

    /// Each wanted subscription, how it stands, and how fresh its data is.
    #[must_use]
    pub fn freshness(&self) -> Vec<(Subscription, SubscriptionState, Freshness)> {
        let session = self.shared.session();
        let all = session.subscriptions(self.shared.now());
        all.map(|(wanted, state, fresh)| (wanted.clone(), state, fresh)).collect()
    }

    /// Whether the socket is open and every subscription is in force or refused.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.shared.session().is_ready()
    }

    /// Milliseconds since anything was heard; nothing while the socket is not open.
    #[must_use]
    pub fn silence_ms(&self) -> Option<u64> {
        self.shared.session().silence_ms(self.shared.now())
    }

    /// Frames of market data that were replaced by newer ones before the consumer took them.
    #[must_use]
    pub fn conflated(&self) -> u64 {
        self.shared.inbox.conflated()
    }

    /// Sends a signed action on the socket, once, and waits for its answer at most `within`.
    ///
    /// The same outcomes as over HTTP: an answer that does not come, or a socket that is lost on the
    /// way, is unknown. Dropping the future does not take the action back once it was sent.
    ///
    /// # Errors
    ///
    /// [`NotSent::Connect`] when the socket is down, [`NotSent::Busy`] when too many answers are
    /// awaited. Nothing was sent.
    pub async fn post(&self, action: Prepared, within: Duration) -> Result<Receipt, NotSent> {
        let (nonce, batch) = (action.nonce(), action.batch());
        if !self.shared.frames.has_room(Instant::now()) {
            return Err(NotSent::Busy);
        }
        let down = || NotSent::Connect(TransportError::Connect("websocket is down".into()));
        let Some((id, answer)) = self.shared.posts.register(batch) else {
            return Err(NotSent::Busy);
        };
        // Given up in any way, by the time or by dropping the future, it is not sent from the queue.
        let _given_up = posts::Awaited::new(&self.shared.posts, id);
        let body = action.into_body();
        let request = format!(r#"{{"type":"action","payload":{body}}}"#);
        let text = format!(r#"{{"method":"post","id":{id},"request":{request}}}"#);
        if self.posts.try_send(Post { id, text }).is_err() {
            return Err(down());
        }
        let outcome = match tokio::time::timeout(within, answer).await {
            Ok(Ok(Answer::Sent(outcome))) => outcome,
            Ok(Ok(Answer::NotSent)) => return Err(down()),
            // The driver was dropped with the action in its hands.
            Ok(Err(_)) => {
                ActionOutcome::unknown(Unsure::Transport("websocket ended".into()), batch)
            }
            Err(_) => ActionOutcome::unknown(Unsure::Timeout, batch),
        };
        Ok(Receipt { nonce, outcome })
    }

    /// Closes the socket for good. The driver returns, and the events end.
    pub fn stop(&self) {
        self.shared.session().stop();
        self.shared.wake.notify_one();
    }
}

/// Whose data a subscription asks for.
const fn user(subscription: &Subscription) -> Option<Address> {
    match subscription {
        Subscription::OrderUpdates { user }
        | Subscription::UserEvents { user }
        | Subscription::UserFills { user }
        | Subscription::UserFundings { user } => Some(*user),
        _ => None,
    }
}

/// What comes from the socket, in order. Dropping it stops the driver.
#[derive(Debug)]
pub struct WsEvents {
    shared: Arc<Shared>,
}

impl WsEvents {
    /// The next event; nothing once the driver has ended and all was taken.
    ///
    /// A consumer may be slow: books, best offers and mids are replaced by newer ones while they wait,
    /// trades are dropped beyond a number and counted, events of the account are never dropped. The
    /// future can be dropped without losing an event.
    pub async fn next(&mut self) -> Option<WsEvent> {
        self.shared.inbox.pop().await
    }
}

impl Drop for WsEvents {
    fn drop(&mut self) {
        self.shared.inbox.close();
        self.shared.wake.notify_one();
    }
}
