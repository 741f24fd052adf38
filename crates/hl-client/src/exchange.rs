//! Sending actions: each exactly once, each with an outcome that is accepted, rejected or unknown.

use std::fmt;
use std::sync::Arc;

use hl_quant::Millis;
use hl_wire::{
    ActionOutcome, Address, AgentKey, HashError, Nonce, TradingAction, Unsure,
    parse_exchange_response,
};
use tokio::time::Instant;

use crate::budget::action_weight;
use crate::error::TransportError;
use crate::limits::MAX_BATCH;
use crate::{NonceAllocator, NonceError, Transport, clock};

/// Signs actions with an agent's key and sends them to `/exchange`.
///
/// There is no retry, at any layer. What comes back is one [`ActionOutcome`] per action, in which an
/// order is rejected only if the venue said so in a sentence that is known; a timeout, a broken
/// connection, an HTTP error and an unreadable answer are all *unknown*, because the venue may have
/// acted. An unknown order is found again by its cloid.
#[derive(Debug)]
pub struct ExchangeClient {
    transport: Transport,
    key: AgentKey,
    nonces: Arc<NonceAllocator>,
    /// A vault or sub-account to trade for, instead of the account that approved the agent.
    vault: Option<Address>,
}

/// A signed action that has not been sent. Sending consumes it: it cannot be sent twice.
#[must_use = "an action that is not sent has used up a nonce for nothing"]
pub struct Prepared {
    nonce: Nonce,
    body: String,
    batch: usize,
}

/// Whoever reads the signature can send the action, so it is not shown.
impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { nonce, batch, .. } = self;
        let mut shown = f.debug_struct("Prepared");
        shown.field("nonce", nonce).field("batch", batch).finish_non_exhaustive()
    }
}

/// What became of an action that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The nonce that it was sent under. A `noop` under the same nonce makes sure that an unknown
    /// action cannot take effect any more.
    pub nonce: Nonce,
    /// One outcome per order, cancel or modify.
    pub outcome: ActionOutcome,
}

/// The action was certainly not sent. The venue knows nothing of it.
#[derive(Debug, thiserror::Error)]
pub enum NotSent {
    /// More orders or cancels than one action may hold. Do not retry: split it.
    #[error("batch of {batch} is larger than {MAX_BATCH}")]
    Batch {
        /// How many there are.
        batch: usize,
    },
    /// No orders or cancels at all. Do not retry.
    #[error("batch is empty")]
    Empty,
    /// No nonce can be had. See [`NonceError`].
    #[error(transparent)]
    Nonce(#[from] NonceError),
    /// The action cannot be encoded. Do not retry.
    #[error("cannot encode the action: {0}")]
    Encode(#[from] HashError),
    /// What was signed is not what would be sent, or not by this key: a defect. Stop trading.
    #[error("signature check failed: {0}")]
    Check(String),
    /// Too many actions on the WebSocket are without an answer, or were sent within a minute. Retry over
    /// HTTP, or later.
    #[error("as many actions on the websocket as the venue allows")]
    Busy,
    /// No connection was made. Retry with a new call, which takes a new nonce.
    #[error(transparent)]
    Connect(TransportError),
}

impl ExchangeClient {
    /// For the account that approved the agent `key`, or for `vault`, a vault or sub-account of it.
    #[must_use]
    pub const fn new(
        transport: Transport,
        key: AgentKey,
        nonces: Arc<NonceAllocator>,
        vault: Option<Address>,
    ) -> Self {
        Self { transport, key, nonces, vault }
    }

    /// The agent's address. Not the account's: questions about the account take the account's.
    #[must_use]
    pub const fn agent(&self) -> Address {
        self.key.address()
    }

    /// Signs and sends an action over HTTP. Past `expires_after` the venue refuses it, so an action
    /// that is delayed on the way cannot take effect long after it was given up.
    ///
    /// Dropping the future does not take the action back.
    ///
    /// # Errors
    ///
    /// [`NotSent`]; every doubt about that is an [`Outcome::Unknown`](hl_wire::Outcome) instead.
    pub async fn send(
        &self,
        action: &TradingAction,
        expires_after: Option<Millis>,
    ) -> Result<Receipt, NotSent> {
        let prepared = self.prepare(action, expires_after)?;
        self.send_prepared(prepared).await
    }

    /// Signs an action and checks the signature, for [`Self::send_prepared`] or for a `post` on the
    /// WebSocket.
    ///
    /// # Errors
    ///
    /// [`NotSent`].
    pub fn prepare(
        &self,
        action: &TradingAction,
        expires_after: Option<Millis>,
    ) -> Result<Prepared, NotSent> {
        let batch = action.batch_len();
        match batch {
            0 => return Err(NotSent::Empty),
            1..=MAX_BATCH => {}
            _ => return Err(NotSent::Batch { batch }),
        }
        let now = clock::now();
        let nonce = self.nonces.allocate(now)?;
        self.top_up(now);
        self.sign(action, nonce, expires_after)
    }

    /// Signs a `noop` under a nonce that was used before, so that the action which was sent under it
    /// can take effect no more if it has not already: the venue takes each nonce once.
    ///
    /// # Errors
    ///
    /// [`NotSent::Encode`] and [`NotSent::Check`].
    pub fn prepare_burn(&self, nonce: Nonce) -> Result<Prepared, NotSent> {
        self.sign(&TradingAction::Noop, nonce, None)
    }

    fn sign(
        &self,
        action: &TradingAction,
        nonce: Nonce,
        expires_after: Option<Millis>,
    ) -> Result<Prepared, NotSent> {
        let batch = action.batch_len();
        let network = self.transport.endpoint.network();
        let request = self.key.sign_trading(action, nonce, network, self.vault, expires_after)?;
        // A signature over other bytes than those that are sent recovers to a stranger's address, which
        // the venue reports as a wallet that does not exist. It is cheaper to find that here.
        match request.recover(network) {
            Ok(signer) if signer == self.key.address() => {}
            Ok(signer) => return Err(NotSent::Check(format!("recovers to {signer}"))),
            Err(error) => return Err(NotSent::Check(error.to_string())),
        }
        let body = request.to_json().map_err(|error| NotSent::Check(error.to_string()))?;
        Ok(Prepared { nonce, body, batch })
    }

    /// Sends a signed action over HTTP, once.
    ///
    /// # Errors
    ///
    /// [`NotSent::Connect`] when no connection was made.
    pub async fn send_prepared(&self, prepared: Prepared) -> Result<Receipt, NotSent> {
        let Prepared { nonce, body, batch } = prepared;
        let Transport { http, endpoint, timeouts, budget, .. } = &self.transport;
        budget.charge(Instant::now(), action_weight(batch));
        let answer = http.post(endpoint.exchange(), body.into_bytes(), timeouts.exchange).await;
        let outcome = match answer {
            Ok(reply) => parse_exchange_response(reply.status, &reply.body, batch),
            Err(error) => match unsure(error) {
                Ok(why) => ActionOutcome::unknown(why, batch),
                Err(error) => {
                    budget.refund(Instant::now(), action_weight(batch));
                    return Err(NotSent::Connect(error));
                }
            },
        };
        Ok(Receipt { nonce, outcome })
    }

    /// Moves the write of the nonce mark off the path of a later order. If it fails, the allocation
    /// that needs it tries again and reports.
    fn top_up(&self, now: Millis) {
        if self.nonces.is_low(now)
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            let nonces = Arc::clone(&self.nonces);
            runtime.spawn_blocking(move || nonces.top_up(now));
        }
    }
}

impl Prepared {
    /// The nonce that it takes.
    #[must_use]
    pub const fn nonce(&self) -> Nonce {
        self.nonce
    }

    /// The orders, cancels or modifies in it; 1 for other actions.
    #[must_use]
    pub const fn batch(&self) -> usize {
        self.batch
    }

    /// The text to send; the value is spent with it.
    pub(crate) fn into_body(self) -> String {
        self.body
    }
}

/// Why nobody knows, or the error back if it is certain that nothing was sent.
fn unsure(error: TransportError) -> Result<Unsure, TransportError> {
    match error {
        TransportError::Connect(_) => Err(error),
        TransportError::Timeout(_) => Ok(Unsure::Timeout),
        TransportError::Broken(why) => Ok(Unsure::Transport(why)),
        TransportError::TooLarge { .. } => Ok(Unsure::Body(error.to_string().into())),
    }
}
