//! How the estimators look at a market.

use super::{Arrivals, Volatility};

/// How the numbers that the models need are estimated, or what they are fixed to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct EstimateConfig {
    /// How much the price moves.
    pub volatility: VolatilityConfig,
    /// How often and how far trades reach.
    pub arrivals: ArrivalsConfig,
}

/// See [`VolatilityEstimator`](crate::VolatilityEstimator).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VolatilityConfig {
    /// Said by the operator instead of estimated; models still check it.
    pub fixed: Option<Volatility>,
    /// At most one return is taken in this time. Milliseconds. Below a second the bounce between
    /// bid and ask is measured along with the price.
    pub grid_ms: u64,
    /// After this long an observation counts half. Milliseconds.
    pub half_life_ms: u64,
    /// No answer before this much time has been observed, faded by the half-life; below
    /// `half_life_ms` / ln 2, which is all that there can be. Milliseconds.
    pub warm_ms: u64,
    /// Nothing is concluded about a silence longer than this. Milliseconds.
    pub max_gap_ms: u64,
    /// What the answer is at least: a market that stood still has not promised to. Per square
    /// root of a second.
    pub floor: f64,
}

impl Default for VolatilityConfig {
    fn default() -> Self {
        Self {
            fixed: None,
            grid_ms: 1_000,
            half_life_ms: 300_000,
            warm_ms: 60_000,
            max_gap_ms: 10_000,
            floor: 5e-6,
        }
    }
}

/// See [`ArrivalsEstimator`](crate::ArrivalsEstimator).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ArrivalsConfig {
    /// Said by the operator instead of estimated; models still check it.
    pub fixed: Option<Arrivals>,
    /// The exposure to trades is summed up this often. Milliseconds.
    pub grid_ms: u64,
    /// After this long an observation counts half. Milliseconds.
    pub half_life_ms: u64,
    /// No answer before this much time has been observed, faded by the half-life. Milliseconds.
    pub warm_ms: u64,
    /// No answer from fewer orders than this, faded by the half-life.
    pub warm_orders: u32,
    /// Nothing is concluded about a silence longer than this, and no trade is measured against a
    /// book older than this. Milliseconds.
    pub max_gap_ms: u64,
}

impl Default for ArrivalsConfig {
    fn default() -> Self {
        Self {
            fixed: None,
            grid_ms: 1_000,
            half_life_ms: 600_000,
            warm_ms: 60_000,
            warm_orders: 20,
            max_gap_ms: 10_000,
        }
    }
}
