//! Sums and averages that forget.

use hl_quant::Millis;

use crate::float::from_u64;

/// A sum whose parts halve in weight with every half-life.
#[derive(Clone, Copy, Debug)]
pub(super) struct Decay {
    half_life_ms: u64,
    sum: f64,
    at: Millis,
}

impl Decay {
    pub(super) const fn new(half_life_ms: u64) -> Self {
        Self { half_life_ms, sum: 0.0, at: Millis(0) }
    }

    pub(super) fn add(&mut self, now: Millis, value: f64) {
        self.sum = self.get(now) + value;
        self.at = self.at.max(now);
    }

    pub(super) fn get(&self, now: Millis) -> f64 {
        let age = from_u64(now.since(self.at)) / from_u64(self.half_life_ms.max(1));
        self.sum * libm::exp2(-age)
    }
}

/// An average whose parts halve in weight with every half-life.
#[derive(Clone, Copy, Debug)]
pub(super) struct Average {
    sum: Decay,
    count: Decay,
}

impl Average {
    pub(super) const fn new(half_life_ms: u64) -> Self {
        Self { sum: Decay::new(half_life_ms), count: Decay::new(half_life_ms) }
    }

    pub(super) fn add(&mut self, now: Millis, value: f64) {
        self.sum.add(now, value);
        self.count.add(now, 1.0);
    }

    /// The average; `None` before the first part and once so long ago that nothing is left of it.
    pub(super) fn get(&self, now: Millis) -> Option<f64> {
        let count = self.count.get(now);
        (count > f64::MIN_POSITIVE).then(|| self.sum.get(now) / count)
    }
}
