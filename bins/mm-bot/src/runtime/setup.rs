//! From settings to the engine's configuration: units change here and nowhere else.

use hl_engine::{
    DeadMan, EngineConfig, FairKind, Layer, Limits, MarketConfig, Ppm, Requote, SpreadConfig,
    Timing,
};
use hl_quant::{Decimal, Notional};

use crate::config::Settings;

/// The engine's configuration for `coins`.
pub(super) fn engine_config(settings: &Settings, coins: &[String]) -> EngineConfig {
    EngineConfig {
        markets: coins.iter().map(|coin| market(settings, coin)).collect(),
        limits: Limits { max_gross: dollars(settings.max_gross_usd), ..Limits::default() },
        timing: timing(settings),
        dead_man: dead_man(settings.dead_man_sec),
        ..EngineConfig::default()
    }
}

fn market(settings: &Settings, coin: &str) -> MarketConfig {
    MarketConfig {
        max_position: dollars(settings.max_position_usd),
        fair: if settings.fair_is_mid { FairKind::Mid } else { FairKind::Micro },
        spread: SpreadConfig {
            spread: bps(settings.spread_bps),
            base_order: dollars(settings.base_order_usd),
            skew: bps(settings.skew_bps),
            layers: layers(settings),
        },
        requote: Requote { tolerance: bps(settings.requote_tolerance_bps), ..Requote::default() },
        ..MarketConfig::new(coin)
    }
}

/// The engine wants distances beyond the spread and shares of one; the operator writes distances
/// from the fair price and weights.
fn layers(settings: &Settings) -> Vec<Layer> {
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

fn timing(settings: &Settings) -> Timing {
    Timing { book_max_age_ms: settings.max_stale_sec.saturating_mul(1_000), ..Timing::default() }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Sources, load};

    fn config(env: &[(&str, &str)]) -> EngineConfig {
        let environment = env.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let sources = Sources { environment, ..Sources::default() };
        let (_, settings) = load(&sources).unwrap();
        engine_config(&settings, &["SOL".to_owned()])
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
}
