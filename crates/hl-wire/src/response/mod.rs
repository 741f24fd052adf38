//! What became of an action: accepted, rejected with a code, or unknown.

mod read;

pub use read::{parse_exchange_response, parse_post_payload};

use core::fmt;

use hl_quant::{Price, Size};

use crate::error::RejectCode;
use crate::ids::{Cloid, Oid};

/// What became of one order, cancel or modify of an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The exchange did it.
    Accepted {
        /// The exchange's order id, where the answer has one: not for cancels, for orders that wait
        /// on a parent, nor for the single `modify`.
        oid: Option<Oid>,
        /// Our id, where the answer repeats it.
        cloid: Option<Cloid>,
        /// What it did.
        state: Accepted,
    },
    /// The exchange did not do it and said so in a sentence that is known. This request had no
    /// effect, except that the old order of a modify may be gone ([`RejectCode::Modify`]).
    Rejected {
        /// Why.
        code: RejectCode,
        /// The sentence.
        text: Box<str>,
        /// Best bid and ask at that moment, in the answer to a post-only order.
        bbo: Option<(Price, Price)>,
    },
    /// Nobody knows. The action may have taken effect or may still do so: reserve its worst case
    /// until it is found by cloid, or its nonce is dead.
    Unknown {
        /// Why nobody knows.
        why: Unsure,
    },
}

/// What the exchange did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepted {
    /// The order rests in the book. One that crossed in part may say this too: take fills from the
    /// fill streams, never from here.
    Resting,
    /// The order filled, at least in part: a smaller size than asked is a partial fill.
    Filled {
        /// Size filled.
        total_sz: Size,
        /// Average price, cut beyond the eighth decimal.
        avg_px: Price,
    },
    /// The order waits for its parent's fill or for its trigger.
    Waiting,
    /// A cancel, or an action without orders, succeeded.
    Done,
}

/// Why an outcome is unknown. None of these says anything about the order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unsure {
    /// No answer came in time. Filled in by the transport.
    Timeout,
    /// The connection failed while sending or before the answer. Filled in by the transport.
    Transport(Box<str>),
    /// An HTTP status that says nothing about the action.
    HttpStatus(u16),
    /// The body is not an answer of the exchange: cut off, HTML, garbage.
    Body(Box<str>),
    /// A sentence that is not on the list ([`crate::ErrorText`]).
    Text(Box<str>),
    /// The number of answers is not the number of orders.
    Count {
        /// How many were sent.
        sent: usize,
        /// How many answers came.
        answered: usize,
    },
}

impl Unsure {
    /// The code under which logs and reports count it: `E_NET` if no answer could be read,
    /// `E_OTHER` if one was read and means nothing known.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Timeout | Self::Transport(_) | Self::HttpStatus(_) | Self::Body(_) => "E_NET",
            Self::Text(_) | Self::Count { .. } => RejectCode::Unknown.code(),
        }
    }
}

impl fmt::Display for Unsure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Timeout => f.write_str("no answer in time"),
            Self::Transport(error) => write!(f, "connection failed: {error}"),
            Self::HttpStatus(status) => write!(f, "http status {status}"),
            Self::Body(body) => write!(f, "unreadable answer: {body:?}"),
            Self::Text(text) => write!(f, "unlisted answer: {text:?}"),
            Self::Count { sent, answered } => write!(f, "{answered} answers to {sent} orders"),
        }
    }
}

impl Outcome {
    /// An accepted cancel or an accepted action without orders.
    pub(crate) const DONE: Self = Self::Accepted { oid: None, cloid: None, state: Accepted::Done };

    /// An unknown outcome.
    #[must_use]
    pub const fn unknown(why: Unsure) -> Self {
        Self::Unknown { why }
    }

    /// Whether the exchange did it.
    #[must_use]
    pub const fn is_accepted(&self) -> bool {
        matches!(self, Self::Accepted { .. })
    }

    /// The code for logs and reports; `None` if accepted.
    #[must_use]
    pub const fn code(&self) -> Option<&'static str> {
        match self {
            Self::Accepted { .. } => None,
            Self::Rejected { code, .. } => Some(code.code()),
            Self::Unknown { why } => Some(why.code()),
        }
    }
}

/// What became of each entry of one action, in the order in which they were sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionOutcome {
    /// One outcome per order, cancel or modify; one for an action without a batch.
    pub outcomes: Vec<Outcome>,
}

impl ActionOutcome {
    /// The same outcome for all `n` entries.
    #[must_use]
    pub fn all(outcome: &Outcome, n: usize) -> Self {
        Self { outcomes: vec![outcome.clone(); n] }
    }

    /// Nobody knows, for any of the `n` entries.
    #[must_use]
    pub fn unknown(why: Unsure, n: usize) -> Self {
        Self::all(&Outcome::unknown(why), n)
    }
}
