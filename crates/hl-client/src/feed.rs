//! Documents of others: somebody's signals, asked for over HTTP now and then.

use std::fmt;
use std::time::Duration;

use reqwest::Url;
use reqwest::header::{HeaderName, HeaderValue};

use crate::endpoint::bare;
use crate::error::TransportError;
use crate::http::{BuildError, Http, Reply, Timeouts};

/// Where documents of one feed are asked for: `https`, or `http` on a loopback host.
///
/// As towards the venue, no redirect is followed, no proxy of the environment is used, nothing is
/// sent twice, and what an answer may weigh is bounded. A secret goes into one header and nowhere
/// else: neither an error nor `Debug` shows it.
#[derive(Clone)]
pub struct Feed {
    http: Http,
    base: Url,
    secret: Option<(HeaderName, HeaderValue)>,
    total: Duration,
}

/// A feed that cannot be asked. Do not retry: the configuration must change.
#[derive(Debug, thiserror::Error)]
pub enum BadFeed {
    /// The address.
    #[error(transparent)]
    Address(#[from] crate::BadEndpoint),
    /// The TLS or HTTP library.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The secret has characters that no header can have.
    #[error("the secret is no text that a header can carry")]
    Secret,
}

/// A document could not be had. Asking again later may help, except where the status says otherwise.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// No usable answer.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// An answer with another status than 200.
    #[error("http status {status}")]
    Status {
        /// The status.
        status: u16,
        /// How long we are asked to keep away (`Retry-After`).
        retry_after: Option<Duration>,
    },
}

impl fmt::Debug for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feed").field("host", &self.base.host_str()).finish_non_exhaustive()
    }
}

impl Feed {
    /// The feed at `url`, of which no answer may weigh more than `cap` bytes.
    ///
    /// # Errors
    /// The address is neither `https` nor, on a loopback host, `http`, or carries more than a host
    /// and a path.
    pub fn new(url: &str, cap: usize) -> Result<Self, BadFeed> {
        let base = bare(url)?;
        let timeouts = Timeouts::default();
        let http = Http::with_cap(&timeouts, cap)?;
        Ok(Self { http, base, secret: None, total: timeouts.info })
    }

    /// With a secret in the header `name`.
    ///
    /// # Errors
    /// The secret cannot stand in a header.
    pub fn with_secret(mut self, name: &'static str, secret: &str) -> Result<Self, BadFeed> {
        let mut value = HeaderValue::from_str(secret).map_err(|_| BadFeed::Secret)?;
        value.set_sensitive(true);
        self.secret = Some((HeaderName::from_static(name), value));
        Ok(self)
    }

    /// Asks for the document at the feed's own address.
    ///
    /// # Errors
    /// See [`FeedError`].
    pub async fn get(&self) -> Result<Vec<u8>, FeedError> {
        accepted(self.http.ask(&self.base, None, self.secret.as_ref(), self.total).await?)
    }

    /// Asks at `path` below the feed's address, with a JSON body. For documents only: nothing that
    /// changes anything may be asked for in this way.
    ///
    /// # Errors
    /// See [`FeedError`].
    pub async fn post(&self, path: &str, body: String) -> Result<Vec<u8>, FeedError> {
        let mut url = self.base.clone();
        url.set_path(&format!("{}{path}", self.base.path().trim_end_matches('/')));
        let body = Some(body.into_bytes());
        accepted(self.http.ask(&url, body, self.secret.as_ref(), self.total).await?)
    }

    /// Posts a JSON body to the feed's own address, for a receiver of messages: any status of success
    /// will do, and the answer is not read. An error does not show the address.
    ///
    /// # Errors
    /// See [`FeedError`]. After an error nobody knows whether the message was taken.
    pub async fn deliver(&self, body: String) -> Result<(), FeedError> {
        let body = Some(body.into_bytes());
        let reply = self.http.ask(&self.base, body, self.secret.as_ref(), self.total).await?;
        let Reply { status, retry_after, .. } = reply;
        if (200..300).contains(&status) {
            Ok(())
        } else {
            Err(FeedError::Status { status, retry_after })
        }
    }
}

fn accepted(reply: Reply) -> Result<Vec<u8>, FeedError> {
    let Reply { status, retry_after, body } = reply;
    if status == 200 { Ok(body) } else { Err(FeedError::Status { status, retry_after }) }
}
