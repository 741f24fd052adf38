//! What the operator decides about rotation.

use hl_rotation::{Cadence, Filters, StatsConfig, Weights};

use crate::Ppm;

/// How markets are chosen, entered and left.
#[derive(Clone, Debug, PartialEq)]
pub struct RotationConfig {
    /// What each factor counts (`ROTATE_W_*`).
    pub weights: Weights,
    /// Who can be chosen, and how readily (`ROTATE_TOP_N`, `ROTATE_MIN_DEPTH_USD` and so on).
    pub filters: Filters,
    /// When to look again (`ROTATE_EVERY_MIN`).
    pub cadence: Cadence,
    /// How markets are measured.
    pub stats: StatsConfig,
    /// What a maker pays at the account's live tier.
    pub maker_fee: Ppm,
    /// What a taker pays: part of what leaving a position costs.
    pub taker_fee: Ppm,
    /// What the places in the queue of one market are worth, in USD.
    pub queue_usd: f64,
    /// What is not earned while a market warms up, in USD.
    pub warm_usd: f64,
    /// How long a position is worked out by orders that rest, before orders that take, in
    /// milliseconds.
    pub passive_ms: u64,
    /// How long a rotation that is due waits for a market that is held and cannot be measured, in
    /// milliseconds: after a lost connection everything looks ineligible for a while.
    pub patience_ms: u64,
}

impl Default for RotationConfig {
    /// The seed's weights and filters; fees of the venue's lowest tier (Hyperliquid docs, "Fees").
    fn default() -> Self {
        Self {
            weights: Weights::DEFAULT,
            filters: Filters::default(),
            cadence: Cadence::default(),
            stats: StatsConfig::default(),
            maker_fee: Ppm(150),
            taker_fee: Ppm(450),
            queue_usd: 0.05,
            warm_usd: 0.05,
            passive_ms: 120_000,
            patience_ms: 600_000,
        }
    }
}

/// What is set at the venue before a market is entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leverage {
    /// From 1 to the market's maximum.
    pub times: u32,
    /// Who stands for the position.
    pub mode: MarginMode,
}

/// What margin a position can use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarginMode {
    /// All of the account's.
    Cross,
    /// Only its own.
    Isolated,
}
