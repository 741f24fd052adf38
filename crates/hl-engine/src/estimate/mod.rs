//! What the models must know of a market and no message says: how much its price moves, and how
//! often and how far trades reach.
//!
//! Estimators take observations and time, and answer with a number or with the reason why there is
//! none ([`Cold`]). They never guess: before they have seen enough, after a gap, or when the data
//! does not identify the number, the models that need it do not quote.

mod arrivals;
mod config;
mod volatility;

use hl_quant::{Millis, Price, Side};

pub use arrivals::{Arrivals, ArrivalsEstimator};
pub use config::{ArrivalsConfig, EstimateConfig, VolatilityConfig};
pub use volatility::{Volatility, VolatilityEstimator};

use crate::float;

/// Why an estimate is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cold {
    /// Not enough has been seen yet, or not enough since a gap.
    Warming,
    /// Nothing has been seen for too long.
    Stale,
    /// What has been seen does not identify the number: for example, no trade has ever reached
    /// beyond the touch.
    Degenerate,
}

/// The estimators of one market.
#[derive(Clone, Debug)]
pub(crate) struct Estimates {
    volatility: VolatilityEstimator,
    arrivals: ArrivalsEstimator,
    max_gap_ms: u64,
}

impl Estimates {
    pub(crate) fn new(config: EstimateConfig) -> Self {
        Self {
            volatility: VolatilityEstimator::new(config.volatility),
            arrivals: ArrivalsEstimator::new(config.arrivals),
            max_gap_ms: config.volatility.max_gap_ms,
        }
    }

    /// Takes a book of the venue's time `time`: the touch, and the mid of what is not ours. One
    /// whose time is far from the clock is no observation of anything.
    pub(crate) fn see(&mut self, now: Millis, time: Millis, touch: (Price, Price), mid: Price) {
        if time.since(now).max(now.since(time)) <= self.max_gap_ms {
            self.volatility.observe(time, mid);
            self.arrivals.observe(time, mid, touch);
        }
    }

    /// Takes a public trade.
    pub(crate) fn trade(&mut self, time: Millis, aggressor: Side, price: Price) {
        self.arrivals.trade(time, aggressor, price);
    }

    pub(crate) fn volatility(&self, now: Millis) -> Result<Volatility, Cold> {
        self.volatility.read(now)
    }

    pub(crate) fn arrivals(&self, now: Millis) -> Result<Arrivals, Cold> {
        self.arrivals.read(now)
    }
}

/// A memory that halves with every half-life, in continuous time.
#[derive(Clone, Copy, Debug)]
struct Memory {
    /// ln 2 over the half-life, per second.
    rate: f64,
}

/// What an interval does to a memory.
#[derive(Clone, Copy, Debug)]
struct Fade {
    /// The part of what was known before that is still known after.
    keep: f64,
    /// The interval's own weight: its length in seconds, its earlier parts faded already.
    weight: f64,
}

impl Memory {
    #[expect(clippy::float_arithmetic, reason = "estimators compute in floats")]
    fn new(half_life_ms: u64) -> Self {
        Self { rate: core::f64::consts::LN_2 / seconds(half_life_ms.max(1)) }
    }

    #[expect(clippy::float_arithmetic, reason = "estimators compute in floats")]
    fn fade(self, interval_ms: u64) -> Fade {
        // 1 - e^-x without the cancellation at small x.
        let lost = -libm::expm1(-self.rate * seconds(interval_ms));
        Fade { keep: 1.0 - lost, weight: lost / self.rate }
    }
}

#[expect(clippy::float_arithmetic, reason = "estimators compute in floats")]
fn seconds(ms: u64) -> f64 {
    float::from_u64(ms) / 1_000.0
}
