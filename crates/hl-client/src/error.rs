//! What can go wrong between us and the venue.

use std::time::Duration;

/// A request got no usable answer.
///
/// Whether the venue acted on the request is a separate question, which only
/// [`TransportError::was_sent`] answers, and only in one direction.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// No connection was made: the name does not resolve, nobody listens, or the handshake failed.
    /// Not a byte of the request was sent. A read is retried.
    #[error("cannot connect: {0}")]
    Connect(Box<str>),
    /// The answer was not complete in time. The request may have been acted on. A read is retried.
    #[error("no complete answer in time, which is at most {} ms", .0.as_millis())]
    Timeout(Duration),
    /// The connection broke, or what came back is not HTTP. The request may have been acted on. A
    /// read is retried.
    #[error("connection failed: {0}")]
    Broken(Box<str>),
    /// The answer is larger than the cap. The request may have been acted on. Not retried: it would
    /// be as large again.
    #[error("answer is larger than {limit} bytes")]
    TooLarge {
        /// The cap.
        limit: usize,
    },
}

impl TransportError {
    /// Whether the request may have reached the venue. `false` is certain, `true` is not.
    #[must_use]
    pub const fn was_sent(&self) -> bool {
        !matches!(self, Self::Connect(_))
    }
}

/// A document could not be had. Nothing was changed by asking.
#[derive(Debug, thiserror::Error)]
pub enum InfoError {
    /// No usable answer, after the retries that the kind allows.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// Too many requests from this address. Retried after a pause; what is reported is the last.
    #[error("refused for too many requests (http status 429)")]
    RateLimited {
        /// How long the venue asks us to keep away (`Retry-After`), if it says.
        retry_after: Option<Duration>,
    },
    /// The venue refuses the request itself. Do not retry: it is wrong.
    #[error("refused with http status {status}: {text:?}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The beginning of the body.
        text: Box<str>,
    },
    /// The venue is unwell, or redirects, which is not followed. 5xx is retried.
    #[error("http status {status}")]
    Status {
        /// The HTTP status.
        status: u16,
    },
    /// The answer is not the document. Not retried: the same request had the same answer before.
    #[error("answer to {request} is not the document: {why}")]
    Malformed {
        /// What was asked for.
        request: &'static str,
        /// What is wrong, with the place.
        why: String,
    },
    /// The answer is `null`: the venue knows nothing by the name that was asked for. Do not retry.
    #[error("venue answers {request} with null")]
    Null {
        /// What was asked for.
        request: &'static str,
    },
    /// The request does not fit into the weight that is left in this minute, even after waiting.
    /// Nothing was sent. Retry later.
    #[error("request weight of this minute is used up; free in {} ms", .wait.as_millis())]
    Budget {
        /// When it would fit.
        wait: Duration,
    },
}
