//! What to quote.

use super::{Key, Scope};
use crate::config::kind::Kind;

const POST_ONLY_WHY: &str = "this bot only makes: an order that could take is not expressible, \
                             so false cannot be honoured";

pub(super) const KEYS: &[Key] = &[
    Key {
        path: "quote.pairs",
        env: &["ACTIVE_PAIRS"],
        scope: Scope::Once,
        kind: Kind::Coins,
        default: "BTC,ETH,SOL,ASTER,FARTCOIN",
        doc: "The markets to quote, by the exchange's names.",
    },
    Key {
        path: "quote.model",
        env: &["MM_MODEL"],
        scope: Scope::EachMarket,
        kind: Kind::Choice(&["spread", "avellaneda-stoikov", "glft"]),
        default: "spread",
        doc: "How prices are chosen. spread: spread_bps and skew_bps. avellaneda-stoikov and \
              glft: from volatility and arrivals; spread_bps is then the least distance from \
              their centre, and skew_bps is not used. All share the layers: beyond the first, \
              offsets add to what the model asks.",
    },
    Key {
        path: "quote.base_order_usd",
        env: &["BASE_ORDER_USD"],
        scope: Scope::EachMarket,
        kind: Kind::Decimal { min: 10, max: 1_000_000 },
        default: "150",
        doc: "The value of all layers of one side together, in US dollars.",
    },
    Key {
        path: "quote.spread_bps",
        env: &["MAKER_SPREAD_BPS"],
        scope: Scope::EachMarket,
        kind: Kind::Bps { max: 1_000 },
        default: "5",
        doc: "Distance of the innermost quote from the fair price on each side, in basis points; \
              above 0.",
    },
    Key {
        path: "quote.skew_bps",
        env: &["SKEW_BPS"],
        scope: Scope::EachMarket,
        kind: Kind::Bps { max: 1_000 },
        default: "10",
        doc: "How far the quotes are shifted against a position at its limit, in basis points; in \
              proportion below that.",
    },
    Key {
        path: "quote.fair",
        env: &["MM_FAIR"],
        scope: Scope::EachMarket,
        kind: Kind::Choice(&["micro", "mid"]),
        default: "micro",
        doc: "What quotes are centred on: the touch weighted by size, or its middle.",
    },
    Key {
        path: "quote.num_layers",
        env: &["NUM_LAYERS"],
        scope: Scope::EachMarket,
        kind: Kind::Integer { min: 1, max: 8 },
        default: "5",
        doc: "How many layers the two lists below describe.",
    },
    Key {
        path: "quote.active_layers",
        env: &["ACTIVE_LAYERS"],
        scope: Scope::EachMarket,
        kind: Kind::Integer { min: 1, max: 8 },
        default: "1",
        doc: "How many of them are quoted, innermost first.",
    },
    Key {
        path: "quote.layer_offsets_bps",
        env: &["LAYER_OFFSETS_BPS"],
        scope: Scope::EachMarket,
        kind: Kind::BpsList { max: 1_000 },
        default: "5,10,20,35,60",
        doc: "Distance of each layer from the fair price, in basis points, ascending. The first \
              must be spread_bps: two numbers for one distance would leave one of them unused.",
    },
    Key {
        path: "quote.layer_capital_pct",
        env: &["LAYER_CAPITAL_PCT"],
        scope: Scope::EachMarket,
        kind: Kind::Decimals { min: 0, max: 100 },
        default: "25,30,25,15,5",
        doc: "Each layer's share of the capital; together 100. The active layers share \
              base_order_usd in proportion to it.",
    },
    Key {
        path: "quote.requote_tolerance_bps",
        env: &["REQUOTE_TOLERANCE_BPS", "DRIFT_TRIGGER_BPS"],
        scope: Scope::EachMarket,
        kind: Kind::Bps { max: 1_000 },
        default: "2",
        doc: "An order this close to where it should be stays, and keeps its place in the queue.",
    },
    Key {
        path: "quote.post_only",
        env: &["ENABLE_POST_ONLY"],
        scope: Scope::Once,
        kind: Kind::MustBeTrue { why: POST_ONLY_WHY },
        default: "true",
        doc: "Every order is post-only (tif Alo). The key exists so that a file that says \
              otherwise is refused instead of misread.",
    },
    Key {
        path: "quote.min_notional_usd",
        env: &["MIN_NOTIONAL_USD"],
        scope: Scope::Once,
        kind: Kind::Decimal { min: 10, max: 1_000_000 },
        default: "10",
        doc: "The smallest order to send, in US dollars. The exchange's own minimum is 10.",
    },
    Key {
        path: "quote.max_distance_bps",
        env: &["MM_MAX_DISTANCE_BPS"],
        scope: Scope::EachMarket,
        kind: Kind::Bps { max: 5_000 },
        default: "100",
        doc: "avellaneda-stoikov and glft make no quote further from the fair price than this, \
              in basis points; at least spread_bps.",
    },
];
