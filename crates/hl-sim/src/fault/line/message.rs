//! What goes over a line, and how it arrives.

use crate::{ConnId, Path, RequestId};

/// Something on its way between a client and the venue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// A request, towards the venue.
    Request {
        /// The carrier's name for it.
        id: RequestId,
        /// Which endpoint.
        path: Path,
        /// The body's bytes.
        body: Vec<u8>,
    },
    /// The answer to a request, towards the client.
    Answer {
        /// The request's name.
        id: RequestId,
        /// HTTP status; of 3xx the carrier adds a `location` of its choosing.
        status: u16,
        /// The body's bytes.
        body: Vec<u8>,
    },
    /// The connection of a request was reset: the client learns that there is no answer.
    Reset {
        /// The request's name.
        id: RequestId,
    },
    /// A WebSocket connection is opened, towards the venue.
    Connect {
        /// The connection.
        conn: ConnId,
    },
    /// A frame from the client.
    Up {
        /// The connection.
        conn: ConnId,
        /// The frame's text.
        text: String,
    },
    /// A frame from the venue.
    Down {
        /// The connection.
        conn: ConnId,
        /// The frame's text.
        text: String,
    },
    /// The client's end of a connection is gone: the venue is told.
    CloseUp {
        /// The connection.
        conn: ConnId,
    },
    /// The venue's end of a connection is gone: the client is told.
    CloseDown {
        /// The connection.
        conn: ConnId,
        /// The close code; 1006 means that there is no close frame, only an end of the stream.
        code: u16,
    },
}

impl Message {
    /// Who receives it.
    #[must_use]
    pub const fn receiver(&self) -> End {
        match self {
            Self::Request { .. }
            | Self::Connect { .. }
            | Self::Up { .. }
            | Self::CloseUp { .. } => End::Venue,
            Self::Answer { .. }
            | Self::Reset { .. }
            | Self::Down { .. }
            | Self::CloseDown { .. } => End::Client,
        }
    }
}

/// An end of the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Where requests come from.
    Client,
    /// Where they go.
    Venue,
}

/// Whether a message may arrive before one that was sent earlier on the same connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// It waits for those before it, as on any TCP connection.
    Kept,
    /// It may overtake them.
    Free,
}

/// A message with what the line adds to its journey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// How much later than usual it arrives, milliseconds.
    pub after_ms: u64,
    /// How long each byte of its body takes; 0 is at once. A carrier that cannot send bytes one by
    /// one delivers the whole after as many milliseconds as all of them take.
    pub ms_per_byte: u64,
    /// Whether it may overtake.
    pub order: Order,
    /// What arrives.
    pub message: Message,
}

impl Delivery {
    /// A message as it would arrive without any fault.
    #[must_use]
    pub const fn plain(message: Message) -> Self {
        Self { after_ms: 0, ms_per_byte: 0, order: Order::Kept, message }
    }

    pub(super) const fn late(message: Message, after_ms: u64) -> Self {
        Self { after_ms, ms_per_byte: 0, order: Order::Kept, message }
    }
}

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Passed {
    /// Nothing: deliver it as it is.
    Untouched(Message),
    /// Deliver these instead, which may be none.
    Changed(Vec<Delivery>),
}

impl IntoIterator for Passed {
    type Item = Delivery;
    type IntoIter = std::iter::Chain<std::option::IntoIter<Delivery>, std::vec::IntoIter<Delivery>>;

    fn into_iter(self) -> Self::IntoIter {
        let (one, many) = match self {
            Self::Untouched(message) => (Some(Delivery::plain(message)), Vec::new()),
            Self::Changed(deliveries) => (None, deliveries),
        };
        one.into_iter().chain(many)
    }
}
