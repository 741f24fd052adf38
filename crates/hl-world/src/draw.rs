//! A world from a seed: everything that may differ between two bots and two venues differs between
//! two seeds.

use hl_engine::{
    AtLimit, AvellanedaStoikovConfig, Batching, DeadMan, EngineConfig, FairKind, GlftConfig, Layer,
    Limits, MarketConfig, ModelConfig, Ppm, Replace, Requote, SpreadConfig,
};
use hl_quant::Notional;
use hl_sim::background::Flow;
use hl_sim::{AddressLimit, ExchangeConfig, Signatures, Usd, universe};

use crate::config::{Latency, Operations, WorldConfig};
use crate::dice::Dice;

/// Coins of different `szDecimals` and prices, so that every part of the grid is traded on.
const COINS: &[&str] = &["BTC", "ETH", "SOL", "XRP", "DOGE", "HYPE", "WLFI", "kPEPE"];

impl WorldConfig {
    /// The world of a seed: one or two markets of different grids, the model that quotes them, its
    /// limits, the venue's open questions, how far away and how lively it is, and who looks after
    /// the bot.
    #[must_use]
    pub fn draw(seed: u64) -> Self {
        let mut dice = Dice::new(seed, "world");
        let coins = coins(&mut dice);
        let exchange = exchange(&mut dice, &coins);
        let quoted = coins.len().min(2);
        let engine = engine(&mut dice, coins.get(..quoted).unwrap_or_default());
        let deposit = Usd::dollars(if dice.one_in(4) { 2_000 } else { 100_000 });
        let world = Self {
            exchange,
            engine,
            deposit,
            latency: latency(&mut dice),
            flow: flow(&mut dice),
            operator: Operations {
                visits_ms: dice.between(20_000, 120_000),
                halts: u32::try_from(dice.below(4)).unwrap_or(0),
                ..Operations::default()
            },
        };
        losses(seed, world)
    }
}

/// In one seed of four losses that are reached within minutes, and positions that are closed: at the
/// limit, by the operator, or when all is well again. Its dice are its own, so that the other seeds'
/// worlds are what they would be without.
fn losses(seed: u64, mut world: WorldConfig) -> WorldConfig {
    let mut dice = Dice::new(seed, "losses");
    if !dice.one_in(4) {
        return world;
    }
    let daily = dice.pick(1, &[2, 5, 20]);
    let loss = &mut world.engine.risk.loss;
    loss.daily = Notional::whole(daily);
    loss.drawdown = Notional::whole(daily.saturating_mul(2));
    loss.at_limit = dice.pick(AtLimit::Halt, &[AtLimit::Flatten]);
    world.operator.flattens = u32::try_from(dice.below(3)).unwrap_or(0);
    if dice.one_in(2) {
        world.operator.closes_ms = 33_000;
    }
    world
}

/// One or two coins to quote, and now and then one that is only listed, so that the numbers of the
/// others are not those of the engine.
fn coins(dice: &mut Dice) -> Vec<&'static str> {
    let mut left = COINS.to_vec();
    let count = if dice.one_in(10) { 3 } else { dice.between(1, 2) };
    let draw = |_| {
        let place = usize::try_from(dice.below(u64::try_from(left.len()).ok()?)).ok()?;
        (place < left.len()).then(|| left.swap_remove(place))
    };
    (0..count).filter_map(draw).collect()
}

fn exchange(dice: &mut Dice, coins: &[&str]) -> ExchangeConfig {
    let mut config = ExchangeConfig::new(universe::markets())
        .with_network_limits()
        .with_open_questions(dice.bits());
    config.markets.retain(|market| coins.contains(&market.coin.as_str()));
    // A recovery takes longer than all the rest of an order's way: a part of the seeds shows that the
    // real thing works, and the others have time for more of everything else.
    let stand_in = Signatures::StandIn;
    config.signatures = dice.pick(Signatures::Recovered, &[stand_in; 7]);
    config.limits.schedule_cancel_volume =
        dice.pick(Usd::ZERO, &[Usd::dollars(1_000_000), Usd::dollars(1_000)]);
    let initial = dice.pick(10_000, &[10_000, 10_000, 1_200]);
    config.limits.address = AddressLimit::Enforced { initial };
    config.streams.l2_fast_ms = dice.pick(500, &[500, 500, 1_000]);
    config
}

fn engine(dice: &mut Dice, coins: &[&str]) -> EngineConfig {
    let markets = coins.iter().map(|coin| market(dice, coin)).collect();
    let ahead_ms = dice.between(8_000, 60_000);
    EngineConfig {
        markets,
        limits: Limits {
            max_gross: Notional::whole(dice.pick(10_000, &[2_000, 1_000])),
            ..Limits::default()
        },
        batching: dice.pick(Batching::PerMarket, &[Batching::Across]),
        dead_man: dice.one_in(2).then_some(DeadMan { ahead_ms, every_ms: ahead_ms / 3 }),
        ..EngineConfig::default()
    }
}

fn market(dice: &mut Dice, coin: &str) -> MarketConfig {
    let count = dice.pick(1, &[1, 2, 3]);
    let share = Ppm(1_000_000_i64.checked_div(count).unwrap_or(1_000_000));
    let layers = (0..count).map(|n| Layer { offset: Ppm::from_bps(n * 4), capital: share });
    let model = match dice.below(4) {
        0 => ModelConfig::AvellanedaStoikov(AvellanedaStoikovConfig::default()),
        1 => ModelConfig::Glft(GlftConfig::default()),
        _ => ModelConfig::Spread,
    };
    MarketConfig {
        max_position: Notional::whole(dice.pick(1_000, &[300, 3_000])),
        fair: dice.pick(FairKind::Micro, &[FairKind::Mid]),
        model,
        spread: SpreadConfig {
            spread: Ppm::from_bps(dice.pick(10, &[2, 4, 25])),
            base_order: Notional::whole(dice.pick(150, &[40, 600])),
            skew: Ppm::from_bps(dice.pick(10, &[0, 30])),
            layers: layers.collect(),
        },
        requote: Requote {
            tolerance: Ppm::from_bps(dice.pick(2, &[1, 5])),
            min_lifetime_ms: dice.pick(1_000, &[0, 5_000]),
            min_interval_ms: dice.pick(200, &[1_000]),
            replace: dice.pick(Replace::Modify, &[Replace::CancelThenPlace]),
            ..Requote::default()
        },
        ..MarketConfig::new(coin)
    }
}

/// From a host beside the venue to one behind a bad line.
fn latency(dice: &mut Dice) -> Latency {
    Latency {
        one_way_ms: dice.pick(5, &[20, 80, 150]),
        jitter_ms: dice.pick(2, &[10, 50, 150]),
        spikes_ppm: dice.pick(0, &[1_000, 10_000]),
        spike_ms: dice.pick(500, &[3_000]),
    }
}

fn flow(dice: &mut Dice) -> Flow {
    Flow { noise: dice.pick(1_000, &[300, 2_000]), informed: dice.pick(330, &[100, 660]) }
}
