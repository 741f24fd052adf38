//! The real clock, for block times and nonces that clients compare with theirs.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use hl_quant::Millis;

/// The wall clock as it was at the start, moved on by the monotonic clock: venue time never goes
/// back, whatever is done to the machine's clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    epoch: Duration,
    started: Instant,
}

impl Clock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the front is where the exchange meets real time"
    )]
    pub(crate) fn start() -> Self {
        let epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { epoch, started: Instant::now() }
    }

    /// Milliseconds since 1970.
    pub(crate) fn now(&self) -> Millis {
        let now = self.epoch.saturating_add(self.started.elapsed());
        Millis(u64::try_from(now.as_millis()).unwrap_or(u64::MAX))
    }

    /// How long it is until then; nothing when it is past.
    pub(crate) fn until(&self, at: Millis) -> Duration {
        Duration::from_millis(at.since(self.now()))
    }
}
