//! No key is read and then forgotten.

use std::collections::BTreeSet;

use super::desk::config;
use crate::config::keys::{Scope, keys};

/// Keys and their values.
type Set = &'static [(&'static str, &'static str)];

/// A legal value other than the default for each key that the engine is configured with, and what
/// must be set with it.
const OTHERS: &[(&str, &str, Set)] = &[
    ("quote.model", "glft", &[]),
    ("quote.base_order_usd", "160", &[]),
    ("quote.spread_bps", "6", &[]),
    ("quote.skew_bps", "11", &[]),
    ("quote.fair", "mid", &[]),
    ("quote.num_layers", "2", &[("quote.active_layers", "2")]),
    ("quote.active_layers", "2", &[]),
    ("quote.layer_offsets_bps", "5,11,20,35,60", &[("quote.active_layers", "2")]),
    ("quote.layer_capital_pct", "30,25,25,15,5", &[("quote.active_layers", "2")]),
    ("quote.requote_tolerance_bps", "3", &[]),
    ("quote.max_distance_bps", "90", &[("quote.model", "glft")]),
    ("quote.as_gamma", "2", &[("quote.model", "avellaneda-stoikov")]),
    ("quote.as_horizon_sec", "200", &[("quote.model", "avellaneda-stoikov")]),
    ("quote.glft_gamma", "3", &[("quote.model", "glft")]),
    ("estimate.sigma_bps", "1", &[]),
    ("estimate.sigma_floor_bps", "0.1", &[]),
    ("estimate.sigma_half_life_sec", "200", &[]),
    ("estimate.sigma_warm_sec", "50", &[]),
    ("estimate.arrival_rate", "1", &[]),
    ("estimate.arrival_reach_bps", "2", &[]),
    ("estimate.arrival_half_life_sec", "500", &[]),
    ("estimate.arrival_warm_sec", "50", &[]),
    ("estimate.arrival_warm_orders", "21", &[]),
    ("guard.enabled", "false", &[]),
    ("guard.max_retries", "0", &[]),
    ("guard.spec_ttl_ms", "50000", &[]),
    ("budget.cancel_reserve", "400", &[]),
    ("budget.runway_hours", "25", &[]),
    ("risk.max_position_usd", "800", &[]),
    ("risk.max_gross_usd", "9000", &[]),
    ("risk.max_daily_loss_usd", "300", &[]),
    ("risk.max_drawdown_usd", "900", &[]),
    ("risk.at_loss_limit", "flatten", &[]),
    ("risk.loss_widen_pct", "40", &[]),
    ("risk.loss_one_sided_pct", "70", &[]),
    ("risk.margin_one_sided_pct", "11", &[]),
    ("risk.margin_flatten_pct", "70", &[]),
    ("risk.max_rejects_market", "7", &[]),
    ("risk.max_rejects_account", "21", &[]),
    ("risk.max_rejects_halt", "61", &[]),
    ("risk.exit_slippage_bps", "90", &[]),
    ("risk.collar_oracle_bps", "400", &[]),
    ("risk.collar_slow_bps", "400", &[]),
    ("risk.collar_disagree_bps", "200", &[]),
    ("risk.collar_jump_bps", "200", &[]),
    ("risk.collar_pause_sec", "20", &[]),
    ("risk.markout_widen_bps", "6", &[]),
    ("risk.markout_stop_bps", "19", &[]),
    ("risk.markout_window_sec", "500", &[]),
    ("risk.markout_min_fills", "9", &[]),
    ("risk.max_stale_sec", "2", &[]),
    ("risk.dead_man_sec", "30", &[]),
    ("risk.watchdog_cap_pct", "40", &[]),
    ("risk.leverage", "3", &[]),
    ("rotate.enabled", "true", &[]),
    ("rotate.every_min", "60", &[("rotate.enabled", "true")]),
    ("rotate.jitter_min", "0", &[("rotate.enabled", "true")]),
    ("rotate.top_n", "5", &[("rotate.enabled", "true")]),
    ("rotate.require_nansen", "true", &[("rotate.enabled", "true")]),
    ("rotate.w_vol", "0.9", &[("rotate.enabled", "true")]),
    ("rotate.w_spread", "-0.5", &[("rotate.enabled", "true")]),
    ("rotate.w_depth", "0.3", &[("rotate.enabled", "true")]),
    ("rotate.w_fees", "-0.3", &[("rotate.enabled", "true")]),
    ("rotate.w_nansen", "0.4", &[("rotate.enabled", "true")]),
    ("rotate.w_flow", "0.3", &[("rotate.enabled", "true")]),
    ("rotate.w_toxicity", "-1", &[("rotate.enabled", "true")]),
    ("rotate.w_funding", "0.2", &[("rotate.enabled", "true")]),
    ("rotate.w_profit", "0.5", &[("rotate.enabled", "true")]),
    ("rotate.w_correlation", "-0.1", &[("rotate.enabled", "true")]),
    ("rotate.min_depth_usd", "3000", &[("rotate.enabled", "true")]),
    ("rotate.max_spread_bps", "30", &[("rotate.enabled", "true")]),
    ("rotate.allow", "SOL", &[("rotate.enabled", "true")]),
    ("rotate.deny", "BTC", &[("rotate.enabled", "true")]),
    ("rotate.pinned", "SOL", &[("rotate.enabled", "true")]),
    ("rotate.never", "ETH", &[("rotate.enabled", "true")]),
    ("rotate.min_hold_min", "30", &[("rotate.enabled", "true")]),
    ("rotate.margin", "0.5", &[("rotate.enabled", "true")]),
    ("rotate.max_changes_day", "6", &[("rotate.enabled", "true")]),
    ("rotate.score_usd_hour", "2", &[("rotate.enabled", "true")]),
    ("rotate.window_sec", "600", &[("rotate.enabled", "true")]),
    ("rotate.passive_sec", "60", &[("rotate.enabled", "true")]),
    ("rotate.margin_mode", "isolated", &[]),
    ("signals.venue", "false", &[]),
    ("signals.file", "/x/signals.json", &[]),
    ("signals.url", "https://feed.example/x", &[]),
    ("signals.push_listen", "127.0.0.1:1", &[]),
    ("signals.nansen_key_file", "/x/nansen.key", &[]),
    ("signals.max_age_sec", "200", &[]),
    ("signals.max_unchanged_sec", "200", &[]),
    ("signals.max_ahead_ms", "1", &[]),
    ("signals.horizon_sec", "200", &[]),
    ("signals.pinned", "venue", &[]),
];

/// The keys that configure what is around the engine: where to trade and as whom, which markets and
/// what their specs say, what is shown, what is kept on disk.
const AROUND: &[&str] = &[
    "venue.name",
    "venue.url",
    "venue.account",
    "venue.agent_key_file",
    "live.confirm",
    "quote.pairs",
    "quote.post_only",
    "quote.min_notional_usd",
    "status.interval_sec",
    "metrics.listen",
    "log.file",
    "log.rotate_mb",
    "log.keep_days",
    "log.budget_mb",
    "log.alive_sec",
    "dashboard.listen",
    "dashboard.token_file",
    "journal.record",
    "journal.dir",
    "journal.rotate_mb",
    "journal.keep_days",
    "journal.budget_mb",
    "journal.sync_sec",
    "messages.url_file",
    "messages.style",
    "messages.chat_id",
    "messages.level",
    "messages.repeat_min",
    "risk.max_offline_sec",
    "signals.url_every_sec",
    "signals.push_token_file",
    "signals.format",
    "signals.nansen_url",
    "signals.nansen_every_sec",
    "state.dir",
    "state.max_starts",
    "state.start_window_sec",
];

#[test]
fn every_key_changes_what_the_engine_is_told_for_all_markets_or_for_one() {
    let told: BTreeSet<&str> = OTHERS.iter().map(|(path, ..)| *path).collect();
    let all: BTreeSet<&str> = keys().map(|key| key.path).collect();
    let around: BTreeSet<&str> = AROUND.iter().copied().collect();
    assert_eq!(told.union(&around).copied().collect::<BTreeSet<_>>(), all);
    assert!(told.is_disjoint(&around));
    for (path, value, with) in OTHERS {
        let before = config(with);
        // Numbers that say the same thing must agree.
        let also: Set = match *path {
            "quote.spread_bps" => &[("quote.layer_offsets_bps", "6,10,20,35,60")],
            "quote.num_layers" => {
                &[("quote.layer_offsets_bps", "5,9"), ("quote.layer_capital_pct", "40,60")]
            }
            "signals.push_listen" => &[("signals.push_token_file", "/x/push.token")],
            "estimate.arrival_rate" => &[("estimate.arrival_reach_bps", "2")],
            "estimate.arrival_reach_bps" => &[("estimate.arrival_rate", "1")],
            _ => &[],
        };
        let after = config(&[with, also, &[(*path, *value)]].concat());
        assert_ne!(format!("{before:?}"), format!("{after:?}"), "{path} changes nothing");
        let key = keys().find(|key| key.path == *path).unwrap();
        let own = format!("market.SOL.{}", key.name());
        if key.scope == Scope::EachMarket && also.is_empty() {
            let own = config(&[*with, &[(own.as_str(), *value)]].concat());
            assert_eq!(format!("{own:?}"), format!("{after:?}"), "{path} for the one market");
        }
    }
}
