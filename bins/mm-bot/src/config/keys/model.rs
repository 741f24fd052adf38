//! The parameters of the models, and what they believe of a market.

use super::{Key, Scope};
use crate::config::kind::Kind;

pub(super) const KEYS: &[Key] = &[
    Key {
        path: "quote.as_gamma",
        env: &["AS_GAMMA"],
        scope: Scope::EachMarket,
        kind: Kind::Decimal { min: 0, max: 1_000_000 },
        default: "1",
        doc: "avellaneda-stoikov: risk aversion, per US dollar; above 0. The quotes are \
              shifted by gamma x position in US dollars x variance over the horizon.",
    },
    Key {
        path: "quote.as_horizon_sec",
        env: &["AS_HORIZON_SEC"],
        scope: Scope::EachMarket,
        kind: Kind::Integer { min: 1, max: 86_400 },
        default: "300",
        doc: "avellaneda-stoikov: how many seconds ahead the position is feared.",
    },
    Key {
        path: "quote.glft_gamma",
        env: &["GLFT_GAMMA"],
        scope: Scope::EachMarket,
        kind: Kind::Decimal { min: 0, max: 1_000_000 },
        default: "10",
        doc: "glft: risk aversion, per US dollar; above 0. The shift grows with its square \
              root.",
    },
    Key {
        path: "estimate.sigma_bps",
        env: &["MM_SIGMA_BPS"],
        scope: Scope::EachMarket,
        kind: Kind::Decimal { min: 0, max: 1_000 },
        default: "0",
        doc: "Volatility in basis points per square root of a second, as the models are to \
              believe; 0 estimates it from the books. One is 2.9 % a day.",
    },
    Key {
        path: "estimate.sigma_floor_bps",
        env: &["MM_SIGMA_FLOOR_BPS"],
        scope: Scope::EachMarket,
        kind: Kind::Decimal { min: 0, max: 1_000 },
        default: "0.05",
        doc: "The least volatility that is believed when it is estimated; above 0.",
    },
    Key {
        path: "estimate.sigma_half_life_sec",
        env: &["MM_SIGMA_HALF_LIFE_SEC"],
        scope: Scope::EachMarket,
        kind: Kind::Integer { min: 1, max: 86_400 },
        default: "300",
        doc: "After so many seconds a move of the price counts half in the estimate.",
    },
    Key {
        path: "estimate.sigma_warm_sec",
        env: &["MM_SIGMA_WARM_SEC"],
        scope: Scope::EachMarket,
        kind: Kind::Integer { min: 1, max: 86_400 },
        default: "60",
        doc: "No quote by a model before so many seconds of prices have been seen.",
    },
    Key {
        path: "estimate.arrival_rate",
        env: &["MM_ARRIVAL_RATE"],
        scope: Scope::EachMarket,
        kind: Kind::Decimal { min: 0, max: 1_000_000 },
        default: "0",
        doc: "A: orders per second that reach the mid price on each side, as the models are to \
              believe; 0 estimates it from the trades. Together with arrival_reach_bps, or \
              neither.",
    },
    Key {
        path: "estimate.arrival_reach_bps",
        env: &["MM_ARRIVAL_REACH_BPS"],
        scope: Scope::EachMarket,
        kind: Kind::Decimal { min: 0, max: 1_000 },
        default: "0",
        doc: "1 / k: how far such an order reaches on average, in basis points; 0 estimates \
              it.",
    },
    Key {
        path: "estimate.arrival_half_life_sec",
        env: &["MM_ARRIVAL_HALF_LIFE_SEC"],
        scope: Scope::EachMarket,
        kind: Kind::Integer { min: 1, max: 86_400 },
        default: "600",
        doc: "After so many seconds a trade counts half in the estimate.",
    },
    Key {
        path: "estimate.arrival_warm_sec",
        env: &["MM_ARRIVAL_WARM_SEC"],
        scope: Scope::EachMarket,
        kind: Kind::Integer { min: 1, max: 86_400 },
        default: "60",
        doc: "No quote by a model before trades have been watched for so many seconds.",
    },
    Key {
        path: "estimate.arrival_warm_orders",
        env: &["MM_ARRIVAL_WARM_ORDERS"],
        scope: Scope::EachMarket,
        kind: Kind::Integer { min: 2, max: 10_000 },
        default: "20",
        doc: "Nor before so many orders have traded.",
    },
];
