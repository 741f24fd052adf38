//! What the clients share: the connection pool, the addresses, the waiting times, the weights.

use std::sync::Arc;

use tokio::time::Instant;

use crate::Endpoint;
use crate::backoff::RetryPolicy;
use crate::budget::MinuteBudget;
use crate::http::{BuildError, Http, Timeouts};

/// The HTTP side of one venue. Make one per process and clone it: the clones share the connections and
/// the count of request weights.
#[derive(Clone, Debug)]
pub struct Transport {
    pub(crate) http: Http,
    pub(crate) endpoint: Arc<Endpoint>,
    pub(crate) timeouts: Timeouts,
    pub(crate) retry: RetryPolicy,
    pub(crate) budget: Arc<MinuteBudget>,
}

impl Transport {
    /// With the default waiting times and retries.
    ///
    /// # Errors
    ///
    /// [`BuildError`] when the TLS or HTTP library refuses its options.
    pub fn new(endpoint: Endpoint) -> Result<Self, BuildError> {
        Self::with(endpoint, Timeouts::default(), RetryPolicy::default())
    }

    /// With these waiting times, and retries for reads.
    ///
    /// # Errors
    ///
    /// [`BuildError`] when the TLS or HTTP library refuses its options.
    pub fn with(
        endpoint: Endpoint,
        timeouts: Timeouts,
        retry: RetryPolicy,
    ) -> Result<Self, BuildError> {
        let http = Http::new(&timeouts)?;
        let budget = Arc::new(MinuteBudget::of_requests());
        Ok(Self { http, endpoint: Arc::new(endpoint), timeouts, retry, budget })
    }

    /// The same connections and the same count of weights, with other retries for reads. A caller
    /// that counts what it asks for, and asks again by itself, wants [`RetryPolicy::once`].
    #[must_use]
    pub fn with_retries(&self, retry: RetryPolicy) -> Self {
        Self { retry, ..self.clone() }
    }

    /// The venue's addresses.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// The request weight spent in the last minute, of
    /// [`IP_WEIGHT_PER_MINUTE`](crate::limits::IP_WEIGHT_PER_MINUTE).
    #[must_use]
    pub fn weight_used(&self) -> u32 {
        self.budget.used(Instant::now())
    }
}
