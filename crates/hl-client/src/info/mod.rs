//! Asking for documents: safe to repeat, so repeated when the transport fails.

mod account;
mod market;

pub use market::Aggregation;

use std::time::Duration;

use hl_wire::info::{self, InfoRequest};
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use crate::error::{InfoError, TransportError};
use crate::http::Reply;
use crate::{RetryPolicy, Transport};

/// The longest that a read waits for room in the minute's request weight.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// Typed questions to `/info`.
///
/// Addresses are those of the account, never of its agent: the venue answers an agent's address with
/// an empty state, which looks like an account without positions.
///
/// Each question is tried again, a bounded number of times with growing pauses, when the connection
/// fails, the answer does not come in time, or the venue says 429 or 5xx. Nothing else is retried.
#[derive(Clone, Debug)]
pub struct InfoClient {
    transport: Transport,
}

impl InfoClient {
    /// Over this transport.
    #[must_use]
    pub const fn new(transport: Transport) -> Self {
        Self { transport }
    }

    /// The same, with other retries: see [`Transport::with_retries`].
    #[must_use]
    pub fn with_retries(&self, retry: RetryPolicy) -> Self {
        Self { transport: self.transport.with_retries(retry) }
    }

    /// Any question, for a document that has no method of its own. `name` is for error messages.
    ///
    /// # Errors
    ///
    /// [`InfoError`] says what went wrong last, and whether asking again can help.
    pub async fn ask<T: DeserializeOwned>(
        &self,
        name: &'static str,
        request: &InfoRequest,
    ) -> Result<T, InfoError> {
        let mut attempt = 1;
        loop {
            let error = match self.once(name, request).await {
                Ok(document) => return Ok(document),
                Err(error) => error,
            };
            let Some(pause) = self.pause_after(&error, attempt) else { return Err(error) };
            tokio::time::sleep(pause).await;
            attempt += 1;
        }
    }

    /// How long to wait before the next attempt, if there is to be one.
    fn pause_after(&self, error: &InfoError, attempt: u32) -> Option<Duration> {
        let retry = &self.transport.retry;
        if attempt >= retry.attempts {
            return None;
        }
        match error {
            InfoError::Transport(TransportError::TooLarge { .. }) => None,
            InfoError::Transport(_) => Some(retry.pause(attempt)),
            InfoError::Status { status } if *status >= 500 => Some(retry.pause(attempt)),
            // As long as the venue says, or as long as we ever wait; not at all if it is longer than
            // anybody waits for an answer.
            InfoError::RateLimited { retry_after } => {
                let pause = retry_after.unwrap_or_default().max(retry.longest);
                (pause <= LONGEST_WAIT).then_some(pause)
            }
            _ => None,
        }
    }

    async fn once<T: DeserializeOwned>(
        &self,
        name: &'static str,
        request: &InfoRequest,
    ) -> Result<T, InfoError> {
        self.admit(request.weight()).await?;
        let body = serde_json::to_vec(request)
            .map_err(|error| InfoError::Malformed { request: name, why: error.to_string() })?;
        let Transport { http, endpoint, timeouts, .. } = &self.transport;
        let reply = http.post(endpoint.info(), body, timeouts.info).await.inspect_err(|error| {
            if !error.was_sent() {
                self.transport.budget.refund(Instant::now(), request.weight());
            }
        })?;
        read(name, &reply)
    }

    /// Waits for room in the minute's weight, if it comes soon.
    async fn admit(&self, weight: u32) -> Result<(), InfoError> {
        let give_up = Instant::now() + LONGEST_WAIT;
        loop {
            let now = Instant::now();
            let Err(wait) = self.transport.budget.admit(now, weight) else { return Ok(()) };
            if now + wait > give_up {
                return Err(InfoError::Budget { wait });
            }
            tokio::time::sleep(wait).await;
        }
    }

    /// Adds the weight that depends on the length of the answer: one per `per` items ("Rate limits
    /// and user limits").
    fn charge_items(&self, items: usize, per: usize) {
        let weight = items.checked_div(per).and_then(|weight| u32::try_from(weight).ok());
        self.transport.budget.charge(Instant::now(), weight.unwrap_or(u32::MAX));
    }
}

fn read<T: DeserializeOwned>(name: &'static str, reply: &Reply) -> Result<T, InfoError> {
    match reply.status {
        200 if reply.body.trim_ascii() == b"null" => Err(InfoError::Null { request: name }),
        200 => info::read(&reply.body)
            .map_err(|error| InfoError::Malformed { request: name, why: error.to_string() }),
        429 => Err(InfoError::RateLimited { retry_after: reply.retry_after }),
        status @ (400 | 415 | 422) => {
            let text = String::from_utf8_lossy(&reply.body);
            Err(InfoError::Refused { status, text: text.chars().take(160).collect() })
        }
        status => Err(InfoError::Status { status }),
    }
}
