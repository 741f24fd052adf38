//! Every key reaches the engine, in the engine's unit.

mod desk;
mod effects;
mod every_key;

use hl_engine::{
    Arrivals, AtLimit, AvellanedaStoikovConfig, EngineConfig, GlftConfig, Layer, ModelConfig, Ppm,
    Volatility,
};
use hl_quant::Notional;

use super::engine_config;
use crate::config::{Sources, load};

fn with(env: &[(&str, &str)], set: &[(&str, &str)]) -> EngineConfig {
    let environment = env.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    let own = |(key, value): &(&str, &str)| {
        ((*key).to_owned(), (*value).to_owned(), format!("--set {key}"))
    };
    let flags = set.iter().map(own).collect();
    let (_, settings) = load(&Sources { environment, flags, ..Sources::default() }).unwrap();
    engine_config(&settings, &["SOL".to_owned(), "BTC".to_owned()])
}

fn config(env: &[(&str, &str)]) -> EngineConfig {
    with(env, &[])
}

#[test]
fn one_layer_has_all_the_capital_at_the_spread() {
    let config = config(&[("MAKER_SPREAD_BPS", "110"), ("BASE_ORDER_USD", "80")]);
    let spread = &config.markets[0].spread;
    assert_eq!((spread.spread, spread.base_order), (Ppm(11_000), Notional::whole(80)));
    assert_eq!(spread.layers, [Layer { offset: Ppm(0), capital: Ppm::ONE }]);
}

#[test]
fn the_active_layers_share_the_capital_and_are_placed_beyond_the_spread() {
    let config = config(&[("ACTIVE_LAYERS", "3"), ("BASE_ORDER_USD", "200")]);
    let layers = &config.markets[0].spread.layers;
    let offsets: Vec<i64> = layers.iter().map(|l| l.offset.0).collect();
    let shares: Vec<i64> = layers.iter().map(|l| l.capital.0).collect();
    assert_eq!(offsets, [0, 500, 1_500]);
    assert_eq!(shares, [312_500, 375_000, 312_500]);
}

#[test]
fn a_model_is_chosen_for_all_markets_or_for_one() {
    assert_eq!(config(&[]).markets[0].model, ModelConfig::Spread);
    let env = [("MM_MODEL", "glft"), ("GLFT_GAMMA", "2.5"), ("AS_GAMMA", "0.125")];
    let own = [("market.SOL.model", "avellaneda-stoikov"), ("market.SOL.as_horizon_sec", "90")];
    let config = with(&env, &own);
    let max_distance = Ppm::from_bps(100);
    let sol = AvellanedaStoikovConfig { gamma: 0.125, horizon: 90.0, max_distance };
    assert_eq!(config.markets[0].model, ModelConfig::AvellanedaStoikov(sol));
    let btc = GlftConfig { gamma: 2.5, max_distance };
    assert_eq!(config.markets[1].model, ModelConfig::Glft(btc));
}

#[test]
fn what_the_models_are_to_believe_is_said_in_basis_points() {
    let env = [
        ("MM_SIGMA_BPS", "0.5"),
        ("MM_SIGMA_FLOOR_BPS", "0.1"),
        ("MM_SIGMA_HALF_LIFE_SEC", "120"),
        ("MM_SIGMA_WARM_SEC", "30"),
        ("MM_ARRIVAL_RATE", "0.25"),
        ("MM_ARRIVAL_REACH_BPS", "2"),
        ("MM_ARRIVAL_WARM_ORDERS", "7"),
        ("MM_ARRIVAL_WARM_SEC", "40"),
        ("MM_ARRIVAL_HALF_LIFE_SEC", "50"),
    ];
    let estimate = config(&env).markets[0].estimate;
    assert_eq!(estimate.volatility.fixed, Some(Volatility(0.5 / 10_000.0)));
    assert_eq!(estimate.volatility.floor, 0.1 / 10_000.0);
    assert_eq!((estimate.volatility.half_life_ms, estimate.volatility.warm_ms), (120_000, 30_000));
    let said = Arrivals { rate: 0.25, decay: 1.0 / (2.0 / 10_000.0) };
    let arrivals = estimate.arrivals;
    assert_eq!((arrivals.fixed, arrivals.warm_orders), (Some(said), 7));
    assert_eq!((arrivals.half_life_ms, arrivals.warm_ms), (50_000, 40_000));
    let estimated = config(&[]).markets[0].estimate;
    assert_eq!((estimated.volatility.fixed, estimated.arrivals.fixed), (None, None));
}

#[test]
fn one_markets_table_changes_that_market_and_no_other() {
    let own = [
        ("market.BTC.spread_bps", "3"),
        ("market.BTC.base_order_usd", "500"),
        ("market.BTC.max_position_usd", "2000"),
        ("market.BTC.fair", "mid"),
        ("market.BTC.collar_oracle_bps", "200"),
        ("market.BTC.markout_stop_bps", "9"),
    ];
    let (plain, changed) = (config(&[]), with(&[], &own));
    let text = |config: &EngineConfig, index: usize| format!("{:?}", config.markets[index]);
    assert_eq!(text(&plain, 0), text(&changed, 0));
    let btc = &changed.markets[1];
    assert_eq!(btc.spread.spread, Ppm::from_bps(3));
    assert_eq!(btc.spread.base_order, Notional::whole(500));
    assert_eq!(btc.max_position, Notional::whole(2_000));
    assert_eq!(btc.fair, hl_engine::FairKind::Mid);
    assert_eq!(btc.collar.oracle, Ppm::from_bps(200));
    assert_eq!(btc.markout.stop_below, Ppm::from_bps(9));
    // What it does not say is what holds for all.
    assert_eq!(btc.spread.skew, plain.markets[1].spread.skew);
    assert_eq!(btc.collar.slow, plain.markets[1].collar.slow);
}

#[test]
fn the_retry_guard_has_the_old_systems_names() {
    let guard = config(&[]).guard;
    assert_eq!((guard.enabled, guard.max_retries, guard.spec_ttl_ms), (true, 1, 60_000));
    let env = [
        ("RETRY_GUARD_ENABLED", "false"),
        ("RETRY_GUARD_MAX_RETRIES", "0"),
        ("RETRY_GUARD_SPEC_TTL_MS", "20000"),
    ];
    let config = config(&env);
    assert_eq!((config.guard.enabled, config.guard.max_retries), (false, 0));
    let ages = (config.guard.spec_ttl_ms, config.timing.spec_max_age_ms);
    assert_eq!((ages, config.timing.spec_refresh_ms), ((20_000, 20_000), 10_000));
}

#[test]
fn limits_of_the_account_reach_the_engine() {
    let env = [
        ("MAX_DAILY_LOSS_USD", "123.5"),
        ("MAX_DRAWDOWN_USD", "456"),
        ("MM_AT_LOSS_LIMIT", "flatten"),
        ("MM_LOSS_WIDEN_PCT", "40"),
        ("MM_LOSS_ONE_SIDED_PCT", "70.5"),
        ("MM_MARGIN_ONE_SIDED_PCT", "12"),
        ("MM_MARGIN_FLATTEN_PCT", "75"),
        ("MM_MAX_REJECTS_MARKET", "3"),
        ("MM_MAX_REJECTS_ACCOUNT", "4"),
        ("MM_MAX_REJECTS_HALT", "5"),
        ("MM_EXIT_SLIPPAGE_BPS", "33"),
        ("MM_WATCHDOG_CAP_PCT", "25"),
        ("MM_CANCEL_RESERVE", "77"),
        ("MM_RUNWAY_HOURS", "6"),
        ("MAX_STALE_SEC", "2"),
    ];
    let config = config(&env);
    let risk = config.risk;
    assert_eq!(risk.loss.daily, Notional::from_raw(1_235_000_000_000_000_000));
    assert_eq!(risk.loss.drawdown, Notional::whole(456));
    assert_eq!(risk.loss.at_limit, AtLimit::Flatten);
    assert_eq!((risk.loss.widen_at, risk.loss.one_sided_at), (Ppm(400_000), Ppm(705_000)));
    let margin = risk.margin;
    assert_eq!((margin.one_sided_below, margin.flatten_above), (Ppm(120_000), Ppm(750_000)));
    assert_eq!((risk.rejects.market, risk.rejects.account, risk.rejects.halt), (3, 4, 5));
    assert_eq!((risk.exit.slippage, risk.watchdog.cap), (Ppm::from_bps(33), Ppm(250_000)));
    assert_eq!((config.limits.cancel_reserve, config.budget.runway_hours), (77, 6));
    assert_eq!(config.timing.book_max_age_ms, 2_000);
}
