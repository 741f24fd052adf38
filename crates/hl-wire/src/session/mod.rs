//! The WebSocket as a pure state machine: what to send and when to reconnect, without a socket.
//!
//! The shell owns the socket and the clock. It tells the session what happened (`handle_*`), asks what
//! to do ([`Session::poll_output`]) until the answer is to wait, and does it. The same session runs in
//! the live shell and in a simulated world.
//!
//! ```
//! use hl_quant::Millis;
//! use hl_wire::session::{Output, Session, SessionConfig, Subscription};
//! use hl_wire::stream::Scratch;
//!
//! let mut session = Session::new(SessionConfig::default(), 1);
//! session.subscribe(Subscription::Bbo { coin: "SOL".into() });
//!
//! let now = Millis(1_000);
//! assert_eq!(session.poll_output(now), Output::Connect);
//! session.handle_open(now);
//! let Output::Send(text) = session.poll_output(now) else { panic!() };
//! assert_eq!(text, r#"{"method":"subscribe","subscription":{"type":"bbo","coin":"SOL"}}"#);
//!
//! let ack = r#"{"channel":"subscriptionResponse","data":{"method":"subscribe",
//!     "subscription":{"type":"bbo","coin":"SOL"}}}"#;
//! session.handle_text(now, ack, &mut Scratch::default())?;
//! assert_eq!(session.poll_output(now), Output::Ready);
//! # Ok::<(), hl_wire::stream::StreamError>(())
//! ```

mod backoff;
mod config;
mod entry;
mod subscription;

pub use config::SessionConfig;
pub use entry::{Freshness, SubscriptionState};
pub use subscription::{BookDepth, Subscription, covers};

use hl_quant::Millis;

use crate::stream::{ErrorKind, Message, Scratch, StreamError};
use backoff::Backoff;
use entry::Entry;

/// What the shell shall do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Open a socket, then call [`Session::handle_open`] or [`Session::handle_closed`].
    Connect,
    /// Send this text frame.
    Send(String),
    /// Drop the socket at once, without waiting for the other side. The session has already moved on:
    /// nothing that the old socket still says may be handed to it.
    Close(CloseReason),
    /// Every subscription is in force or refused, the first time on this connection or since one was
    /// added: data that was missed can now be asked for.
    Ready,
    /// Nothing to do before this moment, unless something happens.
    WaitUntil(Millis),
}

/// Why the session drops a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseReason {
    /// The socket did not open in time.
    ConnectTimeout,
    /// Not one frame came after a ping: the connection is half-open.
    Silence,
    /// A subscription was not acknowledged in time.
    NoAck,
    /// Nobody looked after the connection for so long that the other side may have given it up.
    Asleep,
    /// [`Session::stop`] was called.
    Stopped,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Link {
    Down { retry_at: Millis },
    Connecting { since: Millis },
    Up { since: Millis, heard: Millis, pinged: Option<Millis>, ping_due: Millis },
}

/// One WebSocket connection, kept alive across reconnects. See the module.
#[derive(Debug)]
pub struct Session {
    config: SessionConfig,
    backoff: Backoff,
    link: Link,
    entries: Vec<Entry>,
    /// Subscriptions to end, as frames.
    farewells: Vec<String>,
    ready_told: bool,
    /// When a subscription was last acknowledged: while they come, those that wait are not late.
    acked: Millis,
    stopped: bool,
    /// The latest moment told.
    latest: Millis,
    /// When it was to be called at the latest.
    due: Millis,
}

impl Session {
    /// A session that is down and wants to connect. The seed decides the jitter of its reconnects: give
    /// each process another one.
    #[must_use]
    pub fn new(config: SessionConfig, seed: u64) -> Self {
        Self {
            backoff: Backoff::new(&config, seed),
            config,
            link: Link::Down { retry_at: Millis(0) },
            entries: Vec::new(),
            farewells: Vec::new(),
            ready_told: false,
            acked: Millis(0),
            stopped: false,
            latest: Millis(0),
            due: Millis(u64::MAX),
        }
    }

    /// Wants a subscription, now and after every reconnect. Wanting it twice changes nothing.
    pub fn subscribe(&mut self, subscription: Subscription) {
        if !self.entries.iter().any(|entry| entry.subscription == subscription) {
            self.ready_told = false;
            self.entries.push(Entry::new(subscription));
        }
    }

    /// Stops wanting a subscription.
    pub fn unsubscribe(&mut self, subscription: &Subscription) {
        let before = self.entries.len();
        self.entries.retain(|entry| &entry.subscription != subscription);
        if self.entries.len() < before && self.is_up() {
            self.farewells.push(subscription.frame("unsubscribe"));
        }
    }

    /// Wants no connection any more.
    pub const fn stop(&mut self) {
        self.stopped = true;
    }

    /// Whether the socket is open.
    #[must_use]
    pub const fn is_up(&self) -> bool {
        matches!(self.link, Link::Up { .. })
    }

    /// Whether the socket is open and every subscription is in force or refused.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.is_up() && self.entries.iter().all(Entry::is_settled)
    }

    /// Milliseconds since anything was heard; `None` while the socket is not open.
    #[must_use]
    pub const fn silence_ms(&self, now: Millis) -> Option<u64> {
        match self.link {
            Link::Up { heard, .. } => Some(now.since(heard)),
            _ => None,
        }
    }

    /// Each wanted subscription, its state, and how fresh its data is.
    pub fn subscriptions(
        &self,
        now: Millis,
    ) -> impl Iterator<Item = (&Subscription, SubscriptionState, Freshness)> {
        self.entries
            .iter()
            .map(move |entry| (&entry.subscription, entry.state, entry.freshness(now)))
    }

    /// The socket is open.
    pub fn handle_open(&mut self, now: Millis) {
        self.link = Link::Up {
            since: now,
            heard: now,
            pinged: None,
            ping_due: now.plus(self.config.ping_every_ms),
        };
        self.farewells.clear();
        self.ready_told = false;
        self.due = Millis(u64::MAX);
        self.entries.iter_mut().for_each(Entry::forget);
    }

    /// The socket is closed, or did not open.
    pub fn handle_closed(&mut self, now: Millis) {
        if !matches!(self.link, Link::Down { .. }) {
            self.drop_link(now);
        }
    }

    /// A text frame came. Gives what it says, parsed into `scratch`; acknowledgements, pongs and data
    /// are noted on the way.
    ///
    /// # Errors
    /// [`StreamError`] if the frame cannot be read. It still counts as a sign of life.
    pub fn handle_text<'a>(
        &mut self,
        now: Millis,
        text: &'a str,
        scratch: &'a mut Scratch,
    ) -> Result<Message<'a>, StreamError> {
        if let Link::Up { heard, pinged, .. } = &mut self.link {
            *heard = now;
            *pinged = None;
        }
        let message = Message::parse(text, scratch)?;
        self.note(now, &message);
        Ok(message)
    }

    fn note(&mut self, now: Millis, message: &Message<'_>) {
        match message {
            Message::SubscriptionResponse { method, subscription } if method == "subscribe" => {
                let of_ours = self.entries.iter().any(|e| covers(subscription, &e.wanted));
                if of_ours {
                    self.acked = now;
                }
                self.entries
                    .iter_mut()
                    .filter(|entry| covers(subscription, &entry.wanted))
                    .for_each(|entry| entry.acknowledged(now))
            }
            Message::Error(frame) => {
                let Some(subject) = frame.subject() else { return };
                let about = self.entries.iter_mut();
                let about = about.filter(|entry| covers(&subject, &entry.wanted));
                match frame.kind() {
                    ErrorKind::AlreadySubscribed => about.for_each(|e| e.acknowledged(now)),
                    ErrorKind::InvalidSubscription | ErrorKind::NotUnderstood => {
                        about.for_each(Entry::refused);
                    }
                    _ => {}
                }
            }
            data => self
                .entries
                .iter_mut()
                .filter(|entry| entry.subscription.delivers(data))
                .for_each(|entry| entry.heard(now)),
        }
    }

    /// What to do next. Call it after every `handle_*`, after every change of subscriptions and when
    /// the time comes that it told, and again until it says to wait.
    pub fn poll_output(&mut self, now: Millis) -> Output {
        let overslept = now.since(std::mem::replace(&mut self.due, Millis(u64::MAX)));
        let output = self.next_output(now, overslept);
        if let Output::WaitUntil(at) = output {
            self.due = at;
        }
        output
    }

    fn next_output(&mut self, now: Millis, overslept: u64) -> Output {
        if now < std::mem::replace(&mut self.latest, now) {
            self.set_back(now);
        }
        if self.stopped {
            return self.poll_stopped(now);
        }
        match self.link {
            Link::Down { retry_at } => {
                let at = retry_at.max(self.backoff.allowed_at(now));
                if now < at {
                    return Output::WaitUntil(at);
                }
                self.backoff.connecting(now);
                self.link = Link::Connecting { since: now };
                Output::Connect
            }
            Link::Connecting { since } => {
                let deadline = since.plus(self.config.connect_within_ms);
                if now < deadline {
                    return Output::WaitUntil(deadline);
                }
                self.close(now, CloseReason::ConnectTimeout)
            }
            // A machine that slept, or a process that was stopped: the exchange may be long gone, and
            // what its last words left in the buffers is no sign of life.
            Link::Up { .. } if overslept >= self.config.answer_within_ms => {
                self.close(now, CloseReason::Asleep)
            }
            Link::Up { since, pinged, ping_due, .. } => self.poll_up(now, since, pinged, ping_due),
        }
    }

    /// The clock was set back: no moment of ours lies ahead of `now`, and what was planned is due
    /// within the time that it was planned for. Else a socket that has died would be waited for until
    /// the clock came by again.
    fn set_back(&mut self, now: Millis) {
        self.backoff.set_back(now);
        self.acked = self.acked.min(now);
        self.entries.iter_mut().for_each(|entry| entry.set_back(now));
        match &mut self.link {
            Link::Down { retry_at } => {
                *retry_at = (*retry_at).min(now.plus(self.config.backoff_max_ms));
            }
            Link::Connecting { since } => *since = (*since).min(now),
            Link::Up { since, heard, pinged, ping_due } => {
                *since = (*since).min(now);
                *heard = (*heard).min(now);
                *pinged = pinged.map(|at| at.min(now));
                *ping_due = (*ping_due).min(now.plus(self.config.ping_every_ms));
            }
        }
    }

    fn poll_stopped(&mut self, now: Millis) -> Output {
        match self.link {
            Link::Down { .. } => Output::WaitUntil(Millis(u64::MAX)),
            _ => self.close(now, CloseReason::Stopped),
        }
    }

    fn poll_up(
        &mut self,
        now: Millis,
        since: Millis,
        pinged: Option<Millis>,
        ping_due: Millis,
    ) -> Output {
        let mut wake = ping_due;
        if let Some(pinged) = pinged {
            let deadline = pinged.plus(self.config.answer_within_ms);
            if now >= deadline {
                return self.close(now, CloseReason::Silence);
            }
            wake = wake.min(deadline);
        }
        if now.since(since) >= self.config.stable_after_ms {
            self.backoff.stable();
        }
        if let Some(frame) = self.farewells.pop() {
            return Output::Send(frame);
        }
        let waiting = self.entries.iter().filter(|entry| entry.is_asked()).count();
        if waiting < self.config.asked_at_once {
            for entry in &mut self.entries {
                if let Some(frame) = entry.next_frame(now, &self.config) {
                    return Output::Send(frame);
                }
            }
        }
        let late = self.entries.iter().filter_map(|entry| entry.deadline(&self.config)).min();
        let late = late.map(|at| at.max(self.acked.plus(self.config.ack_within_ms)));
        if let Some(deadline) = late {
            if now >= deadline {
                return self.close(now, CloseReason::NoAck);
            }
            wake = wake.min(deadline);
        }
        if now >= ping_due {
            if let Link::Up { pinged, ping_due, .. } = &mut self.link {
                pinged.get_or_insert(now);
                *ping_due = now.plus(self.config.ping_every_ms);
            }
            return Output::Send("{\"method\":\"ping\"}".to_owned());
        }
        if !self.ready_told && self.is_ready() {
            self.ready_told = true;
            return Output::Ready;
        }
        let refresh = self.entries.iter().filter_map(|entry| entry.refresh_at(&self.config)).min();
        Output::WaitUntil(refresh.map_or(wake, |at| wake.min(at)))
    }

    fn close(&mut self, now: Millis, reason: CloseReason) -> Output {
        self.drop_link(now);
        Output::Close(reason)
    }

    fn drop_link(&mut self, now: Millis) {
        self.link = Link::Down { retry_at: self.backoff.failed(now) };
        self.ready_told = false;
        self.entries.iter_mut().for_each(Entry::forget);
    }
}
