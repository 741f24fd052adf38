//! The cache's times.

/// Times of a [`SpecCache`](crate::SpecCache), in milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecCacheConfig {
    /// Age from which a spec is stale. Counted from the start of the request that brought it.
    pub ttl_ms: u64,
    /// Age from which a refresh is due; below the lifetime, so that a healthy venue never lets a
    /// spec become stale.
    pub refresh_after_ms: u64,
    /// Age from which a spec is good for cancels only.
    pub ceiling_ms: u64,
    /// A fetch that has not ended after this long is taken for lost, and another may begin.
    pub fetch_timeout_ms: u64,
    /// The shortest pause between the beginnings of two fetches, whoever asks.
    pub min_interval_ms: u64,
    /// The longest pause after failures; it doubles from `min_interval_ms` up to this.
    pub max_backoff_ms: u64,
    /// Spreads the pauses of several processes; any number.
    pub jitter_seed: u64,
}

impl Default for SpecCacheConfig {
    /// A lifetime of 60 s, refreshed from 40 s on, cancel-only from 120 s on.
    fn default() -> Self {
        Self {
            ttl_ms: 60_000,
            refresh_after_ms: 40_000,
            ceiling_ms: 120_000,
            fetch_timeout_ms: 20_000,
            min_interval_ms: 1_000,
            max_backoff_ms: 15_000,
            jitter_seed: 0,
        }
    }
}

/// Times that contradict each other. Do not retry: the configuration must change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} of {value} ms is not below {limit_name} of {limit} ms")]
pub struct BadTimes {
    what: &'static str,
    value: u64,
    limit_name: &'static str,
    limit: u64,
}

impl SpecCacheConfig {
    pub(super) fn check(&self) -> Result<(), BadTimes> {
        let ordered = [
            ("refresh age", self.refresh_after_ms, "lifetime", self.ttl_ms),
            ("lifetime", self.ttl_ms, "ceiling", self.ceiling_ms),
            ("pause", self.min_interval_ms, "longest pause", self.max_backoff_ms),
        ];
        for (what, value, limit_name, limit) in ordered {
            if value >= limit {
                return Err(BadTimes { what, value, limit_name, limit });
            }
        }
        Ok(())
    }

    /// The pause before the fetch that follows `failures` failures in a row: doubled for each, up to
    /// the longest, then shortened by up to a quarter.
    pub(super) fn pause_ms(&self, failures: u32, attempt: u64) -> u64 {
        if failures == 0 {
            return self.min_interval_ms;
        }
        let factor = 1_u64.checked_shl(failures).unwrap_or(u64::MAX);
        let pause = self.min_interval_ms.saturating_mul(factor).min(self.max_backoff_ms);
        let spread = pause / 4;
        pause - mix(self.jitter_seed ^ attempt).checked_rem(spread.saturating_add(1)).unwrap_or(0)
    }
}

/// The finaliser of splitmix64: every bit of the input moves half of the output.
const fn mix(seed: u64) -> u64 {
    let x = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}
