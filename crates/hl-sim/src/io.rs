//! What goes into the exchange and what comes out of it.

use hl_quant::Millis;

/// The front's name for one HTTP request; the reply carries it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u64);

/// The front's name for one WebSocket connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnId(pub u64);

/// The two endpoints of the venue's REST interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Path {
    /// `POST /info`: questions, answered at once from the state after the last block.
    Info,
    /// `POST /exchange`: signed actions, answered after the block that executed them.
    Exchange,
}

/// One thing that happens to the exchange.
///
/// The front has already refused a body that is too large and a request whose content type is not
/// JSON (with [`UNSUPPORTED_MEDIA_TYPE`](crate::UNSUPPORTED_MEDIA_TYPE)).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A REST request, as received.
    Http {
        /// Comes back in the reply.
        id: RequestId,
        /// Which endpoint.
        path: Path,
        /// The body's bytes, whatever they are.
        body: Vec<u8>,
    },
    /// A WebSocket connection was opened.
    WsOpen {
        /// The connection; an identifier is never used twice.
        conn: ConnId,
    },
    /// A text frame arrived.
    WsText {
        /// The connection.
        conn: ConnId,
        /// The frame's text.
        text: String,
    },
    /// The connection is gone.
    WsClose {
        /// The connection.
        conn: ConnId,
    },
    /// Nothing but the passing of time.
    Tick,
}

/// One thing that the exchange wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Answer a REST request.
    HttpReply {
        /// The request's identifier.
        id: RequestId,
        /// HTTP status.
        status: u16,
        /// The body: JSON for status 200, plain text for the parser's complaints.
        body: Vec<u8>,
    },
    /// Send a text frame.
    WsText {
        /// The connection.
        conn: ConnId,
        /// The frame's text.
        text: String,
    },
    /// Close a connection.
    WsClose {
        /// The connection.
        conn: ConnId,
        /// WebSocket close code.
        code: u16,
    },
    /// Nothing more to do before this time: call `handle` then (or earlier, with an input).
    WaitUntil(Millis),
}
