//! When to connect again: doubling pauses with jitter, and a cap on connections per minute.

use std::collections::VecDeque;

use hl_quant::Millis;

use super::SessionConfig;

const MINUTE: u64 = 60_000;

#[derive(Debug)]
pub(super) struct Backoff {
    first_ms: u64,
    max_ms: u64,
    per_minute: usize,
    failures: u32,
    attempts: VecDeque<Millis>,
    random: u64,
}

impl Backoff {
    pub(super) fn new(config: &SessionConfig, seed: u64) -> Self {
        Self {
            first_ms: config.backoff_first_ms,
            max_ms: config.backoff_max_ms,
            per_minute: config.connects_per_minute.max(1),
            failures: 0,
            attempts: VecDeque::new(),
            random: seed,
        }
    }

    /// Notes a connection attempt.
    pub(super) fn connecting(&mut self, now: Millis) {
        self.attempts.push_back(now);
        while self.attempts.len() > self.per_minute {
            self.attempts.pop_front();
        }
    }

    /// The earliest moment at which the cap allows another attempt.
    pub(super) fn allowed_at(&self, now: Millis) -> Millis {
        match self.attempts.front() {
            Some(oldest) if self.attempts.len() >= self.per_minute => oldest.plus(MINUTE),
            _ => now,
        }
    }

    /// The connection is gone: gives the moment of the next attempt.
    pub(super) fn failed(&mut self, now: Millis) -> Millis {
        let doubled =
            self.first_ms.saturating_mul(1u64.checked_shl(self.failures).unwrap_or(u64::MAX));
        self.failures = self.failures.saturating_add(1).min(63);
        let pause = doubled.min(self.max_ms);
        // Between half the pause and all of it, so that many processes do not come back at once.
        let half = pause / 2;
        now.plus(half.saturating_add(self.next_random() % (pause - half + 1)))
    }

    /// The clock was set back.
    pub(super) fn set_back(&mut self, now: Millis) {
        self.attempts.iter_mut().for_each(|at| *at = (*at).min(now));
    }

    /// The connection has lasted: the next failure is a first one.
    pub(super) const fn stable(&mut self) {
        self.failures = 0;
    }

    /// SplitMix64: a few lines, and any seed will do.
    const fn next_random(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
