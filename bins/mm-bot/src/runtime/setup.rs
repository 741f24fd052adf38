//! From settings to the engine's configuration: units change here and nowhere else.

use hl_engine::{
    Arrivals, ArrivalsConfig, AtLimit, AvellanedaStoikovConfig, BudgetConfig, Collar, DeadMan,
    EngineConfig, EstimateConfig, ExitConfig, FairKind, GlftConfig, Layer, Leverage, Limits,
    LossLimits, MarginLimits, MarginMode, MarketConfig, MarkoutLimits, ModelConfig, Ppm,
    RejectLimits, Requote, RetryGuard, RiskConfig, RotationConfig, SignalConfig, SignalSource,
    SpreadConfig, Timing, Trust, Volatility, VolatilityConfig, Watchdog, from_e8,
};
use hl_quant::{Decimal, Notional};
use hl_rotation::{Cadence, Factors, Filters, Lists, SignalNeed, StatsConfig, Turnover, Weights};
use hl_signals::{Freshness, LedgerConfig, SourceId, VenueConfig};
use hl_wire::{Amount, info::UserFees};

use crate::config::{
    Estimate, GuardSettings, Guards, MarketSettings, Model, RiskSettings, RotateSettings, SOURCES,
    Settings, SignalSettings,
};

/// The engine's configuration for `coins`.
pub(super) fn engine_config(settings: &Settings, coins: &[String]) -> EngineConfig {
    let (risk, guard) = (&settings.risk, &settings.guard);
    let mode = if settings.rotate.isolated { MarginMode::Isolated } else { MarginMode::Cross };
    EngineConfig {
        markets: coins.iter().map(|coin| market(settings.market(coin), coin, mode)).collect(),
        limits: Limits {
            max_gross: dollars(risk.max_gross_usd),
            cancel_reserve: guard.cancel_reserve,
            ..Limits::default()
        },
        timing: timing(settings),
        dead_man: dead_man(risk.dead_man_sec),
        guard: RetryGuard {
            enabled: guard.enabled,
            max_retries: u8::try_from(guard.max_retries).unwrap_or(1),
            spec_ttl_ms: guard.spec_ttl_ms,
            ..RetryGuard::default()
        },
        budget: BudgetConfig { runway_hours: guard.runway_hours, ..BudgetConfig::default() },
        risk: account(risk),
        rotation: rotation(&settings.rotate),
        signals: signals(&settings.signals),
        ..EngineConfig::default()
    }
}

fn signals(settings: &SignalSettings) -> SignalConfig {
    let id = |name: &&str| name.parse::<SourceId>().ok();
    let source = |id: SourceId| {
        let pinned = settings.pinned.iter().any(|name| name == id.as_str());
        SignalSource { id, trust: if pinned { Trust::Pinned } else { Trust::Judged } }
    };
    let present = SOURCES.iter().filter(|name| settings.has(name));
    let sources: Vec<SignalSource> = present.filter_map(id).map(source).collect();
    let own = sources.iter().find(|source| source.id.as_str() == "venue");
    SignalConfig {
        venue: own.map(|source| (source.id, VenueConfig::default())),
        sources,
        freshness: Freshness {
            max_age_ms: settings.max_age_ms,
            max_unchanged_ms: settings.max_unchanged_ms,
            max_ahead_ms: settings.max_ahead_ms,
            fade_ms: settings.max_age_ms.min(settings.max_unchanged_ms) / 2,
        },
        ledger: LedgerConfig { horizon_ms: settings.horizon_ms, ..LedgerConfig::default() },
    }
}

/// How markets are chosen, if they are; the fees are the venue's lowest tier until it has said.
pub(crate) fn rotation(settings: &RotateSettings) -> Option<RotationConfig> {
    settings.enabled.then(|| rotation_config(settings))
}

/// The account's live tier, in the engine's unit.
pub(crate) fn with_fees(rotation: &mut RotationConfig, fees: &UserFees) {
    let ppm = |rate: Amount| i64::try_from(rate.raw() / 100).map_or(Ppm(0), Ppm);
    rotation.maker_fee = ppm(fees.user_add_rate);
    rotation.taker_fee = ppm(fees.user_cross_rate);
}

/// How markets would be chosen.
pub(crate) fn rotation_config(settings: &RotateSettings) -> RotationConfig {
    let minutes = |minutes: u64| minutes.saturating_mul(60_000);
    let set = |names: &[String]| names.iter().cloned().collect();
    let weights = settings.weights.0;
    let weights = Factors::from_fn(|factor| signed(*weights.get(factor)));
    let turnover = Turnover {
        min_hold_ms: minutes(settings.min_hold_min),
        margin: from_e8(settings.margin),
        max_changes_day: count(settings.max_changes_day),
        score_usd_hour: from_e8(settings.score_usd_hour),
        horizon_ms: minutes(settings.every_min),
    };
    let filters = Filters {
        top_n: usize::try_from(settings.top_n).unwrap_or(usize::MAX),
        min_depth_usd: from_e8(settings.min_depth_usd),
        max_spread_bps: from_e8(settings.max_spread_bps),
        signal: if settings.require_signal { SignalNeed::Required } else { SignalNeed::Optional },
        lists: Lists {
            allow: set(&settings.allow),
            deny: set(&settings.deny),
            pinned: set(&settings.pinned),
            never: set(&settings.never),
        },
        turnover,
    };
    RotationConfig {
        // Decimals within a range are finite.
        weights: Weights::new(weights).unwrap_or_default(),
        filters,
        cadence: Cadence {
            every_ms: minutes(settings.every_min),
            // A choice every minute is not put off by ten.
            jitter_ms: minutes(settings.jitter_min).min(minutes(settings.every_min) / 4),
        },
        stats: StatsConfig { window_ms: settings.window_ms, ..StatsConfig::default() },
        passive_ms: settings.passive_ms,
        ..RotationConfig::default()
    }
}

fn signed(raw: i64) -> f64 {
    let size = from_e8(raw.unsigned_abs());
    if raw < 0 { -size } else { size }
}

fn market(settings: &MarketSettings, coin: &str, mode: MarginMode) -> MarketConfig {
    MarketConfig {
        max_position: dollars(settings.max_position_usd),
        fair: if settings.fair_is_mid { FairKind::Mid } else { FairKind::Micro },
        model: model(settings),
        spread: SpreadConfig {
            spread: bps(settings.spread_bps),
            base_order: dollars(settings.base_order_usd),
            skew: bps(settings.skew_bps),
            layers: layers(settings),
        },
        estimate: estimate(&settings.estimate),
        requote: Requote { tolerance: bps(settings.requote_tolerance_bps), ..Requote::default() },
        collar: collar(&settings.guards),
        markout: markout(&settings.guards),
        leverage: Some(Leverage { times: count(settings.leverage), mode }),
        ..MarketConfig::new(coin)
    }
}

fn model(settings: &MarketSettings) -> ModelConfig {
    let max_distance = bps(settings.max_distance_bps);
    match settings.model {
        Model::Spread => ModelConfig::Spread,
        Model::AvellanedaStoikov { gamma, horizon_sec } => {
            ModelConfig::AvellanedaStoikov(AvellanedaStoikovConfig {
                gamma: from_e8(gamma),
                // Whole seconds at 10^-8, as `from_e8` wants them.
                horizon: from_e8(horizon_sec.saturating_mul(100_000_000)),
                max_distance,
            })
        }
        Model::Glft { gamma } => {
            ModelConfig::Glft(GlftConfig { gamma: from_e8(gamma), max_distance })
        }
    }
}

fn estimate(settings: &Estimate) -> EstimateConfig {
    let part = |bps: u64| from_e8(bps) / 10_000.0;
    let fixed = (settings.arrival_rate > 0).then(|| Arrivals {
        rate: from_e8(settings.arrival_rate),
        decay: 1.0 / part(settings.arrival_reach_bps),
    });
    EstimateConfig {
        volatility: VolatilityConfig {
            fixed: (settings.sigma_bps > 0).then(|| Volatility(part(settings.sigma_bps))),
            half_life_ms: settings.sigma_half_life_ms,
            warm_ms: settings.sigma_warm_ms,
            floor: part(settings.sigma_floor_bps),
            ..VolatilityConfig::default()
        },
        arrivals: ArrivalsConfig {
            fixed,
            half_life_ms: settings.arrival_half_life_ms,
            warm_ms: settings.arrival_warm_ms,
            warm_orders: count(settings.arrival_warm_orders),
            ..ArrivalsConfig::default()
        },
    }
}

fn collar(guards: &Guards) -> Collar {
    Collar {
        oracle: bps(guards.collar_oracle_bps),
        slow: bps(guards.collar_slow_bps),
        disagree: bps(guards.collar_disagree_bps),
        jump: bps(guards.collar_jump_bps),
        pause_ms: guards.collar_pause_ms,
        ..Collar::default()
    }
}

fn markout(guards: &Guards) -> MarkoutLimits {
    MarkoutLimits {
        window_ms: guards.markout_window_ms,
        min_fills: count(guards.markout_min_fills),
        widen_below: bps(guards.markout_widen_bps),
        stop_below: bps(guards.markout_stop_bps),
        ..MarkoutLimits::default()
    }
}

fn account(risk: &RiskSettings) -> RiskConfig {
    RiskConfig {
        loss: LossLimits {
            daily: dollars(risk.max_daily_loss_usd),
            drawdown: dollars(risk.max_drawdown_usd),
            widen_at: percent(risk.loss_widen_pct),
            one_sided_at: percent(risk.loss_one_sided_pct),
            at_limit: if risk.flatten_at_limit { AtLimit::Flatten } else { AtLimit::Halt },
            ..LossLimits::default()
        },
        margin: MarginLimits {
            one_sided_below: percent(risk.margin_one_sided_pct),
            flatten_above: percent(risk.margin_flatten_pct),
        },
        rejects: RejectLimits {
            market: count(risk.max_rejects_market),
            account: count(risk.max_rejects_account),
            halt: count(risk.max_rejects_halt),
            ..RejectLimits::default()
        },
        exit: ExitConfig { slippage: bps(risk.exit_slippage_bps), ..ExitConfig::default() },
        watchdog: Watchdog { cap: percent(risk.watchdog_cap_pct), ..Watchdog::default() },
        ..RiskConfig::default()
    }
}

/// The engine wants distances beyond the spread and shares of one; the operator writes distances
/// from the fair price and weights.
fn layers(settings: &MarketSettings) -> Vec<Layer> {
    let whole: u64 = settings.layers.iter().map(|layer| layer.capital_pct).sum();
    let share = |part: u64| {
        let ppm = u128::from(part).saturating_mul(1_000_000).checked_div(whole.into());
        Ppm(ppm.and_then(|ppm| i64::try_from(ppm).ok()).unwrap_or(0))
    };
    settings
        .layers
        .iter()
        .map(|layer| Layer {
            offset: bps(layer.offset_bps.saturating_sub(settings.spread_bps)),
            capital: share(layer.capital_pct),
        })
        .collect()
}

/// Specs are asked for again at half of the age at which they are too old.
fn timing(settings: &Settings) -> Timing {
    let GuardSettings { spec_ttl_ms, .. } = settings.guard;
    Timing {
        book_max_age_ms: settings.risk.max_stale_sec.saturating_mul(1_000),
        spec_max_age_ms: spec_ttl_ms,
        spec_refresh_ms: spec_ttl_ms / 2,
        ..Timing::default()
    }
}

fn dead_man(seconds: u64) -> Option<DeadMan> {
    let ahead_ms = seconds.saturating_mul(1_000);
    (ahead_ms > 0).then_some(DeadMan { ahead_ms, every_ms: ahead_ms / 3 })
}

/// Dollars at 10^-8 as the engine's money at 10^-16.
fn dollars(raw: u64) -> Notional {
    Notional::from_raw(u128::from(raw).saturating_mul(100_000_000))
}

/// Basis points at 10^-8; the configuration has let no more than two decimals through.
fn bps(raw: u64) -> Ppm {
    Ppm::from_bps_decimal(Decimal::from_raw(raw)).unwrap_or(Ppm(0))
}

/// Percent at 10^-8: 1 is 10,000 ppm. Finer than a ppm is cut.
fn percent(raw: u64) -> Ppm {
    Ppm(i64::try_from(raw / 10_000).unwrap_or(i64::MAX))
}

fn count(n: u64) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
