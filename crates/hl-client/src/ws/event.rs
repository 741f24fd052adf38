//! What the WebSocket tells its consumer.

use hl_quant::Millis;
use hl_wire::session::CloseReason;
use hl_wire::stream::{Message, Scratch, StreamError};
use tokio_tungstenite::tungstenite::Utf8Bytes;

/// One thing that happened.
#[derive(Clone, Debug)]
pub enum WsEvent {
    /// The socket is open; subscriptions are being made.
    Up,
    /// Every subscription is in force or refused. What was missed while the socket was down can be
    /// asked for now; before that is done, the account's state is not known.
    Ready,
    /// The socket is gone. Nothing that comes after is contiguous with what came before.
    Down(Down),
    /// A frame of data.
    Frame(Frame),
    /// A frame that could not be read. It is lost; on a channel of the account, that is a gap.
    Unreadable {
        /// What is wrong with it.
        why: String,
    },
    /// Frames of trades or candles were dropped since the last event of this kind, because the consumer
    /// was slower than the venue.
    Dropped {
        /// How many frames.
        frames: u64,
    },
}

/// Why the socket is gone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Down {
    /// It did not open.
    #[error("cannot connect: {0}")]
    Connect(String),
    /// The venue closed it, or the connection broke.
    #[error("connection lost: {0}")]
    Lost(String),
    /// We dropped it.
    #[error("{}", dropped(*.0))]
    Dropped(CloseReason),
    /// The consumer let too many events of the account pile up. The socket stays down until half of
    /// them are taken.
    #[error("consumer is too slow: {0} events of the account are waiting")]
    Overflow(usize),
}

const fn dropped(reason: CloseReason) -> &'static str {
    match reason {
        CloseReason::ConnectTimeout => "did not open in time",
        CloseReason::Silence => "silent although pinged",
        CloseReason::NoAck => "a subscription was not acknowledged",
        CloseReason::Asleep => "not looked after for too long",
        CloseReason::Stopped => "stopped",
    }
}

/// A frame as it came. Parse it with [`Frame::parse`] when it is its turn: a frame that is replaced by
/// a newer one in between costs nothing.
#[derive(Clone, Debug)]
pub struct Frame {
    text: Utf8Bytes,
    received: Millis,
}

impl Frame {
    pub(super) const fn new(text: Utf8Bytes, received: Millis) -> Self {
        Self { text, received }
    }

    /// What it says. Levels and trades go into `scratch`, whose memory is used again.
    ///
    /// # Errors
    ///
    /// None in practice: an unreadable frame was reported as [`WsEvent::Unreadable`] instead.
    pub fn parse<'a>(&'a self, scratch: &'a mut Scratch) -> Result<Message<'a>, StreamError> {
        Message::parse(&self.text, scratch)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// When it came, by this machine's clock.
    #[must_use]
    pub const fn received(&self) -> Millis {
        self.received
    }
}
