//! What may be held, lost, doubted and tried.

use super::{Key, Scope};
use crate::config::kind::Kind;

pub(super) const KEYS: &[Key] = &[
    Key {
        path: "risk.max_position_usd",
        env: &["MAX_POSITION_USD"],
        scope: Scope::EachMarket,
        kind: Kind::Decimal { min: 10, max: 10_000_000 },
        default: "700",
        doc: "The largest position in one market, in US dollars, under any subset of fills of the \
              orders that are or may be live.",
    },
    Key {
        path: "risk.max_gross_usd",
        env: &["MAX_GROSS_USD"],
        scope: Scope::Once,
        kind: Kind::Decimal { min: 10, max: 100_000_000 },
        default: "10000",
        doc: "The largest sum of worst-case positions over all markets, in US dollars.",
    },
    Key {
        path: "risk.max_daily_loss_usd",
        env: &["MAX_DAILY_LOSS_USD"],
        scope: Scope::Once,
        kind: Kind::Decimal { min: 1, max: 10_000_000 },
        default: "400",
        doc: "The most that may be lost from the beginning of the UTC day, in US dollars: by \
              what the venue says the account is worth, less what was paid in.",
    },
    Key {
        path: "risk.max_drawdown_usd",
        env: &["MAX_DRAWDOWN_USD"],
        scope: Scope::Once,
        kind: Kind::Decimal { min: 1, max: 10_000_000 },
        default: "1000",
        doc: "The most that may be lost from the highest value so far, in US dollars.",
    },
    Key {
        path: "risk.at_loss_limit",
        env: &["MM_AT_LOSS_LIMIT"],
        scope: Scope::Once,
        kind: Kind::Choice(&["halt", "flatten"]),
        default: "halt",
        doc: "What happens there. halt: cancel everything, keep the positions, wait for the \
              operator, also across a restart. flatten: close the positions as well.",
    },
    Key {
        path: "risk.loss_widen_pct",
        env: &["MM_LOSS_WIDEN_PCT"],
        scope: Scope::Once,
        kind: Kind::Decimal { min: 1, max: 100 },
        default: "50",
        doc: "From this part of either limit on quotes are wider.",
    },
    Key {
        path: "risk.loss_one_sided_pct",
        env: &["MM_LOSS_ONE_SIDED_PCT"],
        scope: Scope::Once,
        kind: Kind::Decimal { min: 1, max: 100 },
        default: "80",
        doc: "From this part of either limit on only the side that reduces a position quotes; \
              at least loss_widen_pct.",
    },
    Key {
        path: "risk.margin_one_sided_pct",
        env: &["MM_MARGIN_ONE_SIDED_PCT"],
        scope: Scope::Once,
        kind: Kind::Decimal { min: 0, max: 100 },
        default: "10",
        doc: "With less free margin than this part of the account value, only the side that \
              reduces a position quotes.",
    },
    Key {
        path: "risk.margin_flatten_pct",
        env: &["MM_MARGIN_FLATTEN_PCT"],
        scope: Scope::Once,
        kind: Kind::Decimal { min: 10, max: 100 },
        default: "80",
        doc: "When the maintenance margin is more than this part of the account value, \
              positions are closed: the venue liquidates at 100.",
    },
    Key {
        path: "risk.max_rejects_market",
        env: &["MM_MAX_REJECTS_MARKET"],
        scope: Scope::Once,
        kind: Kind::Integer { min: 1, max: 1_000 },
        default: "8",
        doc: "So many rejections a minute, races aside, stop the quotes of one market.",
    },
    Key {
        path: "risk.max_rejects_account",
        env: &["MM_MAX_REJECTS_ACCOUNT"],
        scope: Scope::Once,
        kind: Kind::Integer { min: 1, max: 10_000 },
        default: "20",
        doc: "So many in all markets stop all quotes; at least max_rejects_market.",
    },
    Key {
        path: "risk.max_rejects_halt",
        env: &["MM_MAX_REJECTS_HALT"],
        scope: Scope::Once,
        kind: Kind::Integer { min: 1, max: 100_000 },
        default: "60",
        doc: "So many in all markets halt the bot; at least max_rejects_account.",
    },
    Key {
        path: "risk.exit_slippage_bps",
        env: &["MM_EXIT_SLIPPAGE_BPS"],
        scope: Scope::Once,
        kind: Kind::Bps { max: 1_000 },
        default: "100",
        doc: "How much worse than the worst reference price a closing trade may be, in basis \
              points.",
    },
    Key {
        path: "risk.collar_oracle_bps",
        env: &["MM_COLLAR_ORACLE_BPS"],
        scope: Scope::EachMarket,
        kind: Kind::Bps { max: 5_000 },
        default: "500",
        doc: "No order further than this from the oracle price, in basis points; above 0.",
    },
    Key {
        path: "risk.collar_slow_bps",
        env: &["MM_COLLAR_SLOW_BPS"],
        scope: Scope::EachMarket,
        kind: Kind::Bps { max: 5_000 },
        default: "500",
        doc: "Nor from the slow average of the mid price; above 0.",
    },
    Key {
        path: "risk.collar_disagree_bps",
        env: &["MM_COLLAR_DISAGREE_BPS"],
        scope: Scope::EachMarket,
        kind: Kind::Bps { max: 5_000 },
        default: "300",
        doc: "Nothing is quoted while the two are further apart than this; above 0.",
    },
    Key {
        path: "risk.collar_jump_bps",
        env: &["MM_COLLAR_JUMP_BPS"],
        scope: Scope::EachMarket,
        kind: Kind::Bps { max: 5_000 },
        default: "300",
        doc: "A jump of either by more than this pauses the market; above 0.",
    },
    Key {
        path: "risk.collar_pause_sec",
        env: &["MM_COLLAR_PAUSE_SEC"],
        scope: Scope::EachMarket,
        kind: Kind::Integer { min: 1, max: 3_600 },
        default: "30",
        doc: "For so many seconds.",
    },
    Key {
        path: "risk.markout_widen_bps",
        env: &["MM_MARKOUT_WIDEN_BPS"],
        scope: Scope::EachMarket,
        kind: Kind::Bps { max: 1_000 },
        default: "5",
        doc: "When fills have cost this much on average after they traded, in basis points, \
              quotes are wider; above 0.",
    },
    Key {
        path: "risk.markout_stop_bps",
        env: &["MM_MARKOUT_STOP_BPS"],
        scope: Scope::EachMarket,
        kind: Kind::Bps { max: 1_000 },
        default: "20",
        doc: "When they have cost this much, the market stops until they are forgotten; at \
              least markout_widen_bps.",
    },
    Key {
        path: "risk.markout_window_sec",
        env: &["MM_MARKOUT_WINDOW_SEC"],
        scope: Scope::EachMarket,
        kind: Kind::Integer { min: 10, max: 86_400 },
        default: "600",
        doc: "Fills are forgotten after so many seconds.",
    },
    Key {
        path: "risk.markout_min_fills",
        env: &["MM_MARKOUT_MIN_FILLS"],
        scope: Scope::EachMarket,
        kind: Kind::Integer { min: 1, max: 1_000 },
        default: "10",
        doc: "Fewer fills than this say nothing.",
    },
    Key {
        path: "risk.leverage",
        env: &["LEVERAGE"],
        scope: Scope::EachMarket,
        kind: Kind::Integer { min: 1, max: 50 },
        default: "1",
        doc: "Cross leverage to set for each quoted market at start.",
    },
    Key {
        path: "risk.max_stale_sec",
        env: &["MAX_STALE_SEC"],
        scope: Scope::Once,
        kind: Kind::Integer { min: 1, max: 300 },
        default: "5",
        doc: "Quotes are pulled when a market's book is older than this many seconds. What the \
              channel promises is a limit as well: 3 seconds for the book that is listened to, so \
              that more than 3 changes nothing.",
    },
    Key {
        path: "risk.dead_man_sec",
        env: &["MM_DEAD_MAN_SEC"],
        scope: Scope::Once,
        kind: Kind::Integer { min: 0, max: 3_600 },
        default: "60",
        doc: "The venue is asked to cancel everything unless it hears from us within this many \
              seconds: 0 for never, otherwise at least 15. It is pushed back three times as often. \
              The venue refuses below a traded volume: that is reported, our own limits are tighter \
              as long as it lasts (watchdog_cap_pct), and it is asked for again every hour.",
    },
    Key {
        path: "risk.watchdog_cap_pct",
        env: &["MM_WATCHDOG_CAP_PCT"],
        scope: Scope::Once,
        kind: Kind::Decimal { min: 1, max: 100 },
        default: "50",
        doc: "While the venue does not grant the dead man's switch, this part of every position \
              limit is left; books may then be 2 s old at most, and the account is read every 15 s.",
    },
    Key {
        path: "risk.max_offline_sec",
        env: &["MM_MAX_OFFLINE_SEC"],
        scope: Scope::Once,
        kind: Kind::Integer { min: 0, max: 86_400 },
        default: "3600",
        doc: "A run that has had no complete connection for this many seconds ends, with exit code \
              5 if the venue confirms that nothing of ours is left and 4 otherwise. 0 waits for \
              ever. Quotes do not wait for it: they are pulled when a book is stale.",
    },
];
