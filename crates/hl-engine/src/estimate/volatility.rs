//! How much the price moves.
#![expect(clippy::float_arithmetic, reason = "an estimator; its answer becomes no order by itself")]

use hl_quant::{Millis, Price};

use super::{Cold, Memory, VolatilityConfig, seconds};
use crate::float::of_price;

/// The standard deviation of the price's return over one second, as a part of the price.
///
/// Over t seconds it is this times the square root of t: 0.0001 is one basis point in a second,
/// 2.9 % in a day.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Volatility(pub f64);

/// An exponentially weighted mean of squared returns of the mid, on a grid in time.
///
/// With returns r = ln(mid / mid before) over intervals of dt seconds, each weighted by the time
/// that it covers and halved with every half-life that has passed since,
///
/// > variance per second = sum(w r^2 / dt) / sum(w), w = the integral of 2^(-age / half-life) over dt
///
/// For a Brownian price this is unbiased whatever the intervals; with a half-life of H seconds and a
/// grid of g its relative standard error tends to sqrt(g ln 2 / (4 H)) for the volatility: 2.4 % for
/// the default second and five minutes. The mean return is taken for zero, as it is at these
/// distances. J.P. Morgan's RiskMetrics (1996, section 5.2) is the same estimator on equal intervals.
///
/// - **Gaps**: over a silence longer than `max_gap_ms` no return is taken, because nobody saw how
///   the price got there. What was known fades meanwhile, so that after a long gap the estimator is
///   cold again.
/// - **Stale books**: silence up to now makes the answer [`Cold::Stale`]. A book that comes again
///   with the same price is an observation: the price did not move.
/// - **Bursts**: at most one return per `grid_ms`, the last mid before counting for nothing else.
/// - Times that do not advance are ignored.
///
/// ```
/// use hl_engine::{Cold, VolatilityConfig, VolatilityEstimator};
/// use hl_quant::Millis;
///
/// // 100 and 100.1 in turn, one second apart: every return is ln(1.001) = 0.0009995.
/// let config = VolatilityConfig { warm_ms: 3_000, ..VolatilityConfig::default() };
/// let mut estimator = VolatilityEstimator::new(config);
/// for second in 0..3 {
///     let mid = if second % 2 == 0 { "100" } else { "100.1" };
///     estimator.observe(Millis(second * 1_000), mid.parse().unwrap());
/// }
/// assert_eq!(estimator.read(Millis(2_000)), Err(Cold::Warming));
/// estimator.observe(Millis(3_000), "100".parse().unwrap());
/// estimator.observe(Millis(4_000), "100.1".parse().unwrap());
/// // Four seconds, three returns of ln(1.001) and one of 0. The younger weigh a little more.
/// let sigma = estimator.read(Millis(4_000)).unwrap();
/// assert!((sigma.0 - 0.000_865_426_387).abs() < 1e-9, "{sigma:?}");
/// assert_eq!(estimator.read(Millis(15_000)), Err(Cold::Stale));
/// ```
#[derive(Clone, Debug)]
pub struct VolatilityEstimator {
    config: VolatilityConfig,
    memory: Memory,
    /// Where the present interval began.
    from: Option<(Millis, Price)>,
    heard: Millis,
    /// The sum of weights times squared returns per second.
    squares: f64,
    /// The sum of weights: seconds observed, faded.
    observed: f64,
}

impl VolatilityEstimator {
    /// An estimator that has seen nothing.
    #[must_use]
    pub fn new(config: VolatilityConfig) -> Self {
        let memory = Memory::new(config.half_life_ms);
        Self { config, memory, from: None, heard: Millis(0), squares: 0.0, observed: 0.0 }
    }

    /// Takes the mid price at a moment of the venue's time.
    pub fn observe(&mut self, time: Millis, mid: Price) {
        let Some((begin, before)) = self.from else {
            self.from = Some((time, mid));
            self.heard = time;
            return;
        };
        if time <= self.heard {
            return;
        }
        let silence = time.since(self.heard);
        let interval = time.since(begin);
        self.heard = time;
        let is_gap = silence > self.config.max_gap_ms;
        if !is_gap && interval < self.config.grid_ms.max(1) {
            return;
        }
        let fade = self.memory.fade(interval);
        self.squares *= fade.keep;
        self.observed *= fade.keep;
        if !is_gap {
            let before = of_price(before);
            let change = libm::log1p((of_price(mid) - before) / before);
            self.squares += fade.weight * (change * change / seconds(interval));
            self.observed += fade.weight;
        }
        self.from = Some((time, mid));
    }

    /// The volatility as of `now`.
    ///
    /// # Errors
    /// [`Cold`] says why there is none yet, or none any more.
    pub fn read(&self, now: Millis) -> Result<Volatility, Cold> {
        if let Some(fixed) = self.config.fixed {
            return Ok(fixed);
        }
        if self.from.is_none() {
            return Err(Cold::Warming);
        }
        if now.since(self.heard) > self.config.max_gap_ms {
            return Err(Cold::Stale);
        }
        if self.observed < seconds(self.config.warm_ms).max(f64::MIN_POSITIVE) {
            return Err(Cold::Warming);
        }
        let sigma = libm::sqrt(self.squares / self.observed);
        if sigma.is_finite() {
            Ok(Volatility(sigma.max(self.config.floor)))
        } else {
            Err(Cold::Degenerate)
        }
    }
}
