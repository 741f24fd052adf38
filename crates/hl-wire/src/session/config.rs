//! The times of a session.

/// The times of a session, in milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionConfig {
    /// From one ping to the next. The exchange closes a connection to which it has sent nothing for 60
    /// seconds (the docs' "Timeouts and heartbeats" page).
    pub ping_every_ms: u64,
    /// How long after a ping a frame, any frame, must come.
    pub answer_within_ms: u64,
    /// How long a socket may take to open.
    pub connect_within_ms: u64,
    /// How long an acknowledgement of a subscription may take, counted from the one before it where
    /// several wait.
    pub ack_within_ms: u64,
    /// How many subscriptions may wait for their acknowledgement at once: of hundreds, the last would
    /// otherwise be late for no other reason than the first.
    pub asked_at_once: usize,
    /// The first pause before connecting again; each failure doubles it.
    pub backoff_first_ms: u64,
    /// The longest pause before connecting again.
    pub backoff_max_ms: u64,
    /// How long a connection must last for the pause to start over.
    pub stable_after_ms: u64,
    /// Connections in any 60 seconds. The exchange allows 30 per network address, which other
    /// processes may share.
    pub connects_per_minute: usize,
    /// How many times its cadence a channel may be silent before it is subscribed to afresh; the answer
    /// to that is a snapshot, if the channel is alive.
    pub refresh_after_cadences: u64,
    /// But not before this.
    pub refresh_at_least_ms: u64,
}

impl Default for SessionConfig {
    fn default() -> Self {
        Self {
            ping_every_ms: 20_000,
            answer_within_ms: 10_000,
            connect_within_ms: 10_000,
            ack_within_ms: 10_000,
            asked_at_once: 50,
            backoff_first_ms: 250,
            backoff_max_ms: 30_000,
            stable_after_ms: 60_000,
            connects_per_minute: 20,
            refresh_after_cadences: 10,
            refresh_at_least_ms: 30_000,
        }
    }
}
