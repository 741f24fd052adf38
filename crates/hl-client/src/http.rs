//! One POST, once: the only place that speaks HTTP.

use std::error::Error as _;
use std::fmt::Write as _;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Client, Url, redirect, retry};

use crate::error::TransportError;
use crate::limits::MAX_BODY_BYTES;
use crate::tls::{self, TlsError};

/// How long the transport waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// For a connection, name lookup and TLS handshake included.
    pub connect: Duration,
    /// Between two pieces of an answer.
    pub read: Duration,
    /// For a read, from the start to the last byte of the answer.
    pub info: Duration,
    /// For an action. The venue answers once the action is in a committed block, so this bounds how
    /// long an order may stay unknown, not how long it may stay alive: see `expiresAfter`.
    pub exchange: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            read: Duration::from_secs(5),
            info: Duration::from_secs(10),
            exchange: Duration::from_secs(10),
        }
    }
}

/// Options that the transport cannot be built with. Do not retry: the build or the configuration is
/// wrong.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The TLS library refused its defaults.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The HTTP library refused its options.
    #[error("http client: {0}")]
    Http(String),
}

/// A complete answer, whatever its status.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// `Retry-After` in seconds, if there is one; its other form, a date, is not read.
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: Vec<u8>,
}

/// A connection pool with no initiative of its own: no redirect is followed, no proxy of the
/// environment is used, nothing is sent twice.
#[derive(Clone, Debug)]
pub(crate) struct Http {
    client: Client,
    /// What an answer may weigh.
    cap: usize,
}

impl Http {
    pub(crate) fn new(timeouts: &Timeouts) -> Result<Self, BuildError> {
        Self::with_cap(timeouts, MAX_BODY_BYTES)
    }

    /// The same with another cap for answers.
    pub(crate) fn with_cap(timeouts: &Timeouts, cap: usize) -> Result<Self, BuildError> {
        let client = Client::builder()
            .tls_backend_preconfigured(tls::config()?.as_ref().clone())
            .connect_timeout(timeouts.connect)
            .read_timeout(timeouts.read)
            .redirect(redirect::Policy::none())
            .referer(false)
            .no_proxy()
            // Off by name. What remains below reqwest is the pool's own: when a reused connection
            // turns out to be closed *before* a byte of the request was written to it, the request is
            // put on a fresh one. The body moves into the connection and is not copied, so it cannot
            // be sent again once it was; `tests/it/once.rs` counts requests on the wire.
            .retry(retry::never())
            // The venue closes idle connections; ours go first, so that a request rarely meets one
            // that is closing.
            .pool_idle_timeout(Duration::from_secs(20))
            .tcp_nodelay(true)
            .build()
            .map_err(|error| BuildError::Http(chain(&error)))?;
        Ok(Self { client, cap })
    }

    /// Sends `body` to `url` once, and reads the answer to its end or to the cap.
    pub(crate) async fn post(
        &self,
        url: &Url,
        body: Vec<u8>,
        total: Duration,
    ) -> Result<Reply, TransportError> {
        self.ask(url, Some(body), None, total).await
    }

    /// The same, as a GET where there is no body, and with a header where there is one to add.
    pub(crate) async fn ask(
        &self,
        url: &Url,
        body: Option<Vec<u8>>,
        header: Option<&(HeaderName, HeaderValue)>,
        total: Duration,
    ) -> Result<Reply, TransportError> {
        let fault = |error: reqwest::Error| classify(&error, total);
        let mut request = match body {
            Some(body) => {
                self.client.post(url.clone()).header(CONTENT_TYPE, "application/json").body(body)
            }
            None => self.client.get(url.clone()),
        };
        if let Some((name, value)) = header {
            request = request.header(name, value);
        }
        let mut response = request.timeout(total).send().await.map_err(fault)?;
        let too_large = TransportError::TooLarge { limit: self.cap };
        let declared = response.content_length().unwrap_or(0);
        if usize::try_from(declared).map_or(true, |declared| declared > self.cap) {
            return Err(too_large);
        }
        let status = response.status().as_u16();
        let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| {
            let seconds: u32 = value.to_str().ok()?.trim().parse().ok()?;
            Some(Duration::from_secs(seconds.into()))
        });
        let mut body = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(fault)? {
            if body.len().saturating_add(piece.len()) > self.cap {
                return Err(too_large);
            }
            body.extend_from_slice(&piece);
        }
        Ok(Reply { status, retry_after, body })
    }
}

fn classify(error: &reqwest::Error, total: Duration) -> TransportError {
    // A connect timeout is both; that nothing was sent is the more useful half.
    if error.is_connect() {
        return TransportError::Connect(chain(error).into());
    }
    if error.is_timeout() {
        return TransportError::Timeout(total);
    }
    TransportError::Broken(chain(error).into())
}

/// The causes of an error without its address: the operator knows which venue it is, and an address
/// can hold what does not belong into a log.
fn chain(error: &reqwest::Error) -> String {
    let mut text = String::new();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let separator = if text.is_empty() { "" } else { ": " };
        let _ = write!(text, "{separator}{inner}");
        cause = inner.source();
    }
    if text.is_empty() {
        "no further cause given".clone_into(&mut text);
    }
    text
}
