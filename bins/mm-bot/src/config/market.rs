//! What one market is quoted with: the values for all, and its own where it has some.

use super::kind::Fixed;
use super::reader::{Reader, units};

/// One layer of quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Layer {
    /// Distance from the fair price, in basis points at 10^-8.
    pub(crate) offset_bps: Fixed,
    /// Its weight among the active layers; at 10^-8 percent.
    pub(crate) capital_pct: Fixed,
}

/// How prices are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Model {
    Spread,
    AvellanedaStoikov { gamma: Fixed, horizon_sec: u64 },
    Glft { gamma: Fixed },
}

/// How volatility and arrivals are known. 0 where a number is estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Estimate {
    pub(crate) sigma_bps: Fixed,
    pub(crate) sigma_floor_bps: Fixed,
    pub(crate) sigma_half_life_ms: u64,
    pub(crate) sigma_warm_ms: u64,
    pub(crate) arrival_rate: Fixed,
    pub(crate) arrival_reach_bps: Fixed,
    pub(crate) arrival_half_life_ms: u64,
    pub(crate) arrival_warm_ms: u64,
    pub(crate) arrival_warm_orders: u64,
}

/// How far orders may be from the references, and what fills may cost afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Guards {
    pub(crate) collar_oracle_bps: Fixed,
    pub(crate) collar_slow_bps: Fixed,
    pub(crate) collar_disagree_bps: Fixed,
    pub(crate) collar_jump_bps: Fixed,
    pub(crate) collar_pause_ms: u64,
    pub(crate) markout_widen_bps: Fixed,
    pub(crate) markout_stop_bps: Fixed,
    pub(crate) markout_window_ms: u64,
    pub(crate) markout_min_fills: u64,
}

/// Everything that a market can have of its own, with units in the names. Money and basis points
/// are integers at 10^-8.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MarketSettings {
    pub(crate) model: Model,
    pub(crate) base_order_usd: Fixed,
    pub(crate) spread_bps: Fixed,
    pub(crate) skew_bps: Fixed,
    pub(crate) max_distance_bps: Fixed,
    pub(crate) fair_is_mid: bool,
    /// The active layers, innermost first.
    pub(crate) layers: Vec<Layer>,
    pub(crate) requote_tolerance_bps: Fixed,
    pub(crate) estimate: Estimate,
    pub(crate) max_position_usd: Fixed,
    pub(crate) leverage: u64,
    pub(crate) guards: Guards,
}

impl MarketSettings {
    pub(super) fn read(read: &mut Reader<'_>) -> Self {
        let settings = Self {
            model: model(read),
            base_order_usd: read.fixed("quote.base_order_usd"),
            spread_bps: read.fixed("quote.spread_bps"),
            skew_bps: read.fixed("quote.skew_bps"),
            max_distance_bps: read.fixed("quote.max_distance_bps"),
            fair_is_mid: read.text("quote.fair") == "mid",
            layers: layers(read),
            requote_tolerance_bps: read.fixed("quote.requote_tolerance_bps"),
            estimate: estimate(read),
            max_position_usd: read.fixed("risk.max_position_usd"),
            leverage: read.integer("risk.leverage"),
            guards: guards(read),
        };
        settings.check_together(read);
        settings
    }

    fn check_together(&self, read: &mut Reader<'_>) {
        if self.max_position_usd < self.base_order_usd {
            let why = "below base_order_usd: one fill of each layer would break the limit";
            read.refuse("risk.max_position_usd", why, Some("raise it, or lower BASE_ORDER_USD"));
        }
        if self.spread_bps == 0 {
            let why = "must be above 0: a quote at the fair price itself is never made";
            read.refuse("quote.spread_bps", why, None);
        }
        if self.max_distance_bps < self.spread_bps && self.model != Model::Spread {
            let why = "below spread_bps: nothing could ever be quoted";
            read.refuse("quote.max_distance_bps", why, None);
        }
        self.check_layer_sizes(read);
    }

    /// Every layer must be worth an order, or it would be configured and never quoted.
    fn check_layer_sizes(&self, read: &mut Reader<'_>) {
        let min_notional = u128::from(read.fixed("quote.min_notional_usd"));
        let whole: u128 = self.layers.iter().map(|layer| u128::from(layer.capital_pct)).sum();
        let small = self.layers.iter().any(|layer| {
            let share = u128::from(self.base_order_usd) * u128::from(layer.capital_pct);
            share < min_notional * whole
        });
        if small {
            let why = "an active layer's share is below min_notional_usd and could never be sent";
            read.refuse("quote.base_order_usd", why, Some("raise it, or use fewer layers"));
        }
    }
}

/// The parameters of the other models are checked all the same: they are one word away.
fn model(read: &mut Reader<'_>) -> Model {
    let as_gamma = read.positive("quote.as_gamma");
    let horizon_sec = read.integer("quote.as_horizon_sec");
    let glft_gamma = read.positive("quote.glft_gamma");
    match read.text("quote.model") {
        "avellaneda-stoikov" => Model::AvellanedaStoikov { gamma: as_gamma, horizon_sec },
        "glft" => Model::Glft { gamma: glft_gamma },
        _ => Model::Spread,
    }
}

fn estimate(read: &mut Reader<'_>) -> Estimate {
    let estimate = Estimate {
        sigma_bps: read.fixed("estimate.sigma_bps"),
        sigma_floor_bps: read.positive("estimate.sigma_floor_bps"),
        sigma_half_life_ms: read.seconds("estimate.sigma_half_life_sec"),
        sigma_warm_ms: read.seconds("estimate.sigma_warm_sec"),
        arrival_rate: read.fixed("estimate.arrival_rate"),
        arrival_reach_bps: read.fixed("estimate.arrival_reach_bps"),
        arrival_half_life_ms: read.seconds("estimate.arrival_half_life_sec"),
        arrival_warm_ms: read.seconds("estimate.arrival_warm_sec"),
        arrival_warm_orders: read.integer("estimate.arrival_warm_orders"),
    };
    // What is remembered adds up to half-life / ln 2 = 1.44 half-lives: more is never reached.
    for (path, warm, half_life) in [
        ("estimate.sigma_warm_sec", estimate.sigma_warm_ms, estimate.sigma_half_life_ms),
        ("estimate.arrival_warm_sec", estimate.arrival_warm_ms, estimate.arrival_half_life_ms),
    ] {
        if warm > half_life {
            read.refuse(path, "above the half-life: it could never be reached", None);
        }
    }
    match (estimate.arrival_rate, estimate.arrival_reach_bps) {
        (0, 0) => {}
        (0, _) => read.refuse("estimate.arrival_rate", "is needed with arrival_reach_bps", None),
        (_, 0) => read.refuse("estimate.arrival_reach_bps", "is needed with arrival_rate", None),
        _ => {}
    }
    estimate
}

fn guards(read: &mut Reader<'_>) -> Guards {
    let guards = Guards {
        collar_oracle_bps: read.positive("risk.collar_oracle_bps"),
        collar_slow_bps: read.positive("risk.collar_slow_bps"),
        collar_disagree_bps: read.positive("risk.collar_disagree_bps"),
        collar_jump_bps: read.positive("risk.collar_jump_bps"),
        collar_pause_ms: read.seconds("risk.collar_pause_sec"),
        markout_widen_bps: read.positive("risk.markout_widen_bps"),
        markout_stop_bps: read.positive("risk.markout_stop_bps"),
        markout_window_ms: read.seconds("risk.markout_window_sec"),
        markout_min_fills: read.integer("risk.markout_min_fills"),
    };
    read.ordered(
        ("risk.markout_widen_bps", guards.markout_widen_bps),
        ("risk.markout_stop_bps", guards.markout_stop_bps),
    );
    guards
}

fn layers(read: &mut Reader<'_>) -> Vec<Layer> {
    let count = read.integer("quote.num_layers");
    let active = read.integer("quote.active_layers");
    let offsets = read.fixed_list("quote.layer_offsets_bps");
    let capital = read.fixed_list("quote.layer_capital_pct");
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let active = usize::try_from(active).unwrap_or(usize::MAX);
    for (path, len) in
        [("quote.layer_offsets_bps", offsets.len()), ("quote.layer_capital_pct", capital.len())]
    {
        if len != count {
            read.refuse(path, format!("has {len} values; num_layers is {count}"), None);
        }
    }
    if active > count {
        read.refuse("quote.active_layers", format!("above num_layers, which is {count}"), None);
    }
    if !offsets.is_sorted_by(|a, b| a < b) {
        read.refuse("quote.layer_offsets_bps", "must be ascending", None);
    }
    if capital.iter().sum::<u64>() != units(100) {
        read.refuse("quote.layer_capital_pct", "must add up to 100", None);
    }
    let spread = read.fixed("quote.spread_bps");
    let offsets_matter = active > 1 || read.chosen("quote.layer_offsets_bps");
    if offsets_matter && offsets.first() != Some(&spread) {
        let why = "the first layer must be at spread_bps: otherwise one of the two is ignored";
        read.refuse("quote.layer_offsets_bps", why, Some("make the two the same"));
    }
    let mut layers: Vec<Layer> = offsets
        .into_iter()
        .zip(capital)
        .map(|(offset_bps, capital_pct)| Layer { offset_bps, capital_pct })
        .take(active)
        .collect();
    if let Some(first) = layers.first_mut() {
        first.offset_bps = spread;
    }
    layers
}
