//! The engine's configuration: what a replay builds it from.

use hl_engine::{
    Arrivals, ArrivalsConfig, AtLimit, AvellanedaStoikovConfig, Batching, BudgetConfig, Channel,
    CloidTag, Collar, DeadMan, EngineConfig, EstimateConfig, ExitConfig, FairKind, GlftConfig,
    Layer, Leverage, Limits, LossLimits, MarginLimits, MarginMode, MarketConfig, MarkoutLimits,
    ModelConfig, Pair, Ppm, RaceLimit, RejectLimits, Replace, Requote, RetryGuard, RiskConfig,
    Road, RotationConfig, SignalConfig, SignalSource, SpreadConfig, Timing, Trust, Volatility,
    VolatilityConfig, Watchdog,
};
use hl_rotation::{
    Cadence, Factor, Factors, Filters, Lists, SignalNeed, StatsConfig, Turnover, Weights,
};
use hl_signals::{Freshness, LedgerConfig, SourceId, VenueConfig, account::VerdictConfig};

use super::super::bytes::{Malformed, Sink, Source};
use super::{Code, choice, record, wrapper};

wrapper!(CloidTag, Ppm, Volatility);

record! {
    EngineConfig {
        cloid_tag, markets, limits, timing, batching, dead_man, guard, budget, risk, rotation,
        signals,
    }
    MarketConfig {
        pair, max_position, max_orders, fair, model, spread, estimate, requote, races, collar,
        markout, leverage,
    }
    SpreadConfig { spread, base_order, skew, layers }
    Layer { offset, capital }
    Requote { tolerance, size_tolerance, min_lifetime_ms, min_interval_ms, replace }
    Limits { max_gross, max_orders, cancel_reserve, max_rejects }
    Timing {
        book_channel, book_max_age_ms, bbo_max_age_ms, max_skew_ms, spec_max_age_ms,
        spec_refresh_ms, reconcile_ms, reconcile_max_age_ms, answer_timeout_ms, action_life_ms,
        retry_ms, unknown_settle_ms, stop_ms, park_ms,
    }
    DeadMan { ahead_ms, every_ms }
    RaceLimit { burst, every_ms }
    RetryGuard { enabled, max_retries, spec_ttl_ms, park_after }
    BudgetConfig { road, runway_hours, worth }
    EstimateConfig { volatility, arrivals }
    VolatilityConfig { fixed, grid_ms, half_life_ms, warm_ms, max_gap_ms, floor }
    ArrivalsConfig { fixed, grid_ms, half_life_ms, warm_ms, warm_orders, max_gap_ms }
    Arrivals { rate, decay }
    AvellanedaStoikovConfig { gamma, horizon, max_distance }
    GlftConfig { gamma, max_distance }
    Collar { oracle, slow, disagree, slow_ms, max_age_ms, jump, pause_ms }
    MarkoutLimits { window_ms, min_fills, widen_below, widen_by, stop_below }
    RiskConfig { loss, margin, rejects, skew_warn_ms, hold_ms, exit, watchdog }
    LossLimits { daily, drawdown, widen_at, widen_by, one_sided_at, at_limit, confirm_ms }
    MarginLimits { one_sided_below, flatten_above }
    RejectLimits { window_ms, market, account, halt }
    ExitConfig { slippage, tries, wait_ms }
    Watchdog { book_max_age_ms, reconcile_ms, reconcile_max_age_ms, cap, retry_ms }
    Leverage { times, mode }
    RotationConfig {
        weights, filters, cadence, stats, maker_fee, taker_fee, queue_usd, warm_usd, passive_ms,
        patience_ms,
    }
    Filters { top_n, min_depth_usd, max_spread_bps, signal, lists, turnover }
    Lists { allow, deny, pinned, never }
    Turnover { min_hold_ms, margin, max_changes_day, score_usd_hour, horizon_ms }
    Cadence { every_ms, jitter_ms }
    StatsConfig { window_ms, steps, carry_ms, markout_ms, markout_trades, warm_percent }
    SignalConfig { sources, venue, freshness, ledger }
    SignalSource { id, trust }
    Freshness { max_age_ms, max_unchanged_ms, fade_ms, max_ahead_ms }
    LedgerConfig { horizon_ms, samples, verdict }
    VerdictConfig { min_samples, min_groups }
    VenueConfig { flow_half_life_ms, trade_half_life_ms, interest_half_life_ms, weights }
}

choice! {
    FairKind { 0 => Mid, 1 => Micro }
    ModelConfig { 0 => Spread, 1 => AvellanedaStoikov(config), 2 => Glft(config) }
    Replace { 0 => Modify, 1 => CancelThenPlace }
    Batching { 0 => Across, 1 => PerMarket }
    Channel { 0 => BookFast, 1 => BookFull, 2 => Context }
    Road { 0 => Rest, 1 => WebSocket }
    AtLimit { 0 => Halt, 1 => Flatten }
    MarginMode { 0 => Cross, 1 => Isolated }
    SignalNeed { 0 => Optional, 1 => Required }
    Trust { 0 => Judged, 1 => Pinned }
}

impl Code for Pair {
    fn put(&self, sink: &mut Sink) {
        sink.pair(self);
    }

    fn take(from: &mut Source<'_, '_>) -> Result<Self, Malformed> {
        from.pair()
    }
}

impl Code for SourceId {
    fn put(&self, sink: &mut Sink) {
        sink.text(self.as_str());
    }

    fn take(from: &mut Source<'_, '_>) -> Result<Self, Malformed> {
        from.text()?.parse().map_err(|_| Malformed::Range("source"))
    }
}

impl Code for Weights {
    fn put(&self, sink: &mut Sink) {
        Factor::ALL.into_iter().for_each(|factor| self.get(factor).put(sink));
    }

    fn take(from: &mut Source<'_, '_>) -> Result<Self, Malformed> {
        let mut all = [0.0_f64; Factor::ALL.len()];
        for weight in &mut all {
            *weight = f64::take(from)?;
        }
        let of = |factor| {
            let mut pairs = Factor::ALL.into_iter().zip(all);
            pairs.find(|(name, _)| *name == factor).map_or(0.0, |(_, weight)| weight)
        };
        Self::new(Factors::from_fn(of)).map_err(|_| Malformed::Range("weight"))
    }
}
