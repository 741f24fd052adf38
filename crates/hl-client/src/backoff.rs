//! Pauses between attempts.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::Duration;

/// How often, and how long apart, a read is tried again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Attempts in all; 1 is no retry.
    pub attempts: u32,
    /// The longest pause after the first attempt; it doubles with each.
    pub first: Duration,
    /// No pause is longer.
    pub longest: Duration,
}

impl Default for RetryPolicy {
    /// Three attempts within about a second.
    fn default() -> Self {
        Self { attempts: 3, first: Duration::from_millis(250), longest: Duration::from_secs(2) }
    }
}

impl RetryPolicy {
    /// Every read is tried once.
    #[must_use]
    pub const fn once() -> Self {
        Self { attempts: 1, first: Duration::ZERO, longest: Duration::ZERO }
    }

    /// A pause after the `attempt`th attempt, from 1: between a half and the whole of the doubled
    /// first one, so that many clients that failed together do not return together.
    pub(crate) fn pause(&self, attempt: u32) -> Duration {
        let factor = 1_u32.checked_shl(attempt.saturating_sub(1)).unwrap_or(u32::MAX);
        let whole = self.first.saturating_mul(factor).min(self.longest);
        let half = whole / 2;
        half + half.mul_f64(fraction())
    }
}

/// A number in 0..1 that differs between calls and processes. Nothing is decided by it but a pause.
fn fraction() -> f64 {
    let bits = RandomState::new().build_hasher().finish() >> 40;
    let bits = u32::try_from(bits).unwrap_or(0);
    f64::from(bits) / f64::from(1_u32 << 24)
}
