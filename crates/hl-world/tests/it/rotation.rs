//! Rotation under every fault: nothing is quoted where nothing was chosen, nothing is left behind,
//! and turnover stays within its bound.

use std::collections::BTreeMap;

use hl_engine::{
    Command, EngineConfig, EventKind, Leverage, MarginMode, MarketConfig, MarketId, Move,
    RotationConfig, RotationLine, RotationPhase,
};
use hl_quant::{Millis, SignedSize};
use hl_rotation::{Cadence, Filters, StatsConfig};
use hl_sim::{ExchangeConfig, universe};
use hl_wire::ReduceOnly;
use hl_world::{Breach, Checker, Observation, RunConfig, Scene, SeedReport, WorldConfig, run_seed};

const COINS: [&str; 5] = ["BTC", "SOL", "HYPE", "WLFI", "DOGE"];
const TOP_N: usize = 2;
const CHANGES: u32 = 8;
/// How long a position may stay in a market that is called gone: until a process that was down or
/// blind has read it back and worked it out.
const STRANDED_MS: u64 = 600_000;

/// Two of five markets, chosen anew every two minutes with hardly any inertia: it flaps as much as
/// it is allowed to.
fn config() -> WorldConfig {
    let mut exchange = ExchangeConfig::new(universe::markets());
    exchange.markets.retain(|market| COINS.contains(&market.coin.as_str()));
    let mut filters = Filters { top_n: TOP_N, min_depth_usd: 0.0, ..Filters::default() };
    filters.turnover.min_hold_ms = 60_000;
    filters.turnover.margin = 0.0;
    filters.turnover.score_usd_hour = 1_000.0;
    filters.turnover.max_changes_day = CHANGES;
    let rotation = RotationConfig {
        filters,
        cadence: Cadence { every_ms: 120_000, jitter_ms: 10_000 },
        stats: StatsConfig { window_ms: 60_000, steps: 20, ..StatsConfig::default() },
        passive_ms: 20_000,
        patience_ms: 60_000,
        ..RotationConfig::default()
    };
    let leverage = Some(Leverage { times: 3, mode: MarginMode::Cross });
    let markets = COINS.map(|coin| MarketConfig { leverage, ..MarketConfig::new(coin) }).to_vec();
    let engine = EngineConfig { markets, rotation: Some(rotation), ..EngineConfig::default() };
    WorldConfig::new(exchange, engine)
}

/// What must hold whatever fails.
#[derive(Default)]
struct Watch {
    /// Since when a position has been in a market that is called gone.
    since: BTreeMap<usize, Millis>,
    rebalances: u32,
    entered: u32,
    exits: u32,
    gone: u32,
    orders: u64,
}

impl Watch {
    fn command(
        &mut self,
        scene: &Scene<'_>,
        bot: hl_world::BotId,
        command: &Command,
    ) -> Vec<String> {
        let Command::Place { orders, .. } = command else { return Vec::new() };
        let Some(bot) = scene.bots.iter().find(|of| of.bot == bot) else { return Vec::new() };
        let mut wrong = Vec::new();
        for order in orders {
            self.orders += 1;
            let phase = bot.engine.rotation_phase(order.market);
            let fits = match phase {
                Some(RotationPhase::Active) => true,
                Some(RotationPhase::Exiting) => order.reduce_only == ReduceOnly::Yes,
                _ => false,
            };
            if !fits {
                wrong.push(format!("an order in {:?}, which is {phase:?}", order.market));
            }
        }
        wrong
    }

    fn settled(&mut self, scene: &Scene<'_>, bot: hl_world::BotId) -> Vec<String> {
        let Some(bot) = scene.bots.iter().find(|of| of.bot == bot) else { return Vec::new() };
        let mut wrong = Vec::new();
        for (index, coin) in COINS.into_iter().enumerate() {
            let phase = bot.engine.rotation_phase(MarketId(u16::try_from(index).unwrap()));
            let out = matches!(phase, Some(RotationPhase::Gone | RotationPhase::Candidate));
            let held = scene.exchange.position(scene.account, coin) != SignedSize::ZERO;
            if !(out && held) {
                self.since.remove(&index);
                continue;
            }
            let since = *self.since.entry(index).or_insert(scene.now);
            if scene.now.since(since) > STRANDED_MS {
                wrong.push(format!("{coin} is {phase:?} and has a position"));
            }
        }
        wrong
    }
}

impl Checker for Watch {
    fn name(&self) -> &'static str {
        "rotation"
    }

    fn see(&mut self, scene: &Scene<'_>, seen: &Observation<'_>, breaches: &mut Vec<Breach>) {
        let wrong = match seen {
            Observation::Command { bot, command } => self.command(scene, *bot, command),
            Observation::Settled { bot } => self.settled(scene, *bot),
            Observation::Event { event, .. } => {
                match &event.kind {
                    EventKind::Rotation(RotationLine::Rebalance(pairs)) => {
                        self.rebalances += 1;
                        assert!(pairs.len() <= TOP_N);
                    }
                    EventKind::Rotation(RotationLine::Moved { to, .. }) => match to {
                        Move::Enter => self.entered += 1,
                        Move::Exit => self.exits += 1,
                        Move::Gone => self.gone += 1,
                        Move::Active | Move::Keep | Move::Drain => {}
                    },
                    _ => {}
                }
                Vec::new()
            }
            _ => Vec::new(),
        };
        let breach = |what| Breach { invariant: "rotation", at: scene.now, what };
        breaches.extend(wrong.into_iter().map(breach));
    }
}

fn run(seed: u64, minutes: u64) -> (Watch, SeedReport) {
    let run = RunConfig {
        world: Some(config()),
        faults_ms: minutes * 60_000,
        heal_ms: 15 * 60_000,
        ..RunConfig::hours(1)
    };
    let mut watch = Watch::default();
    let report = run_seed(&run, seed, &mut watch).unwrap();
    (watch, report)
}

#[test]
fn under_every_fault_nothing_is_stranded_and_turnover_is_bounded() {
    let (mut rebalances, mut gone, mut exits, mut faults) = (0, 0, 0, 0);
    for seed in 0..6 {
        let (watch, report) = run(seed, 20);
        assert_eq!(report.breaches, [], "seed {seed}");
        // The first selection is no change; a restart begins with what it remembers.
        assert!(
            watch.entered <= CHANGES + u32::try_from(TOP_N).unwrap(),
            "seed {seed}: {} entered",
            watch.entered
        );
        assert_eq!(report.truth.open_orders, 0, "seed {seed}");
        rebalances += watch.rebalances;
        gone += watch.gone;
        exits += watch.exits;
        faults += report.faults_total();
    }
    println!("rebalances={rebalances} gone={gone} exits={exits} faults={faults}");
    assert!(rebalances > 12, "it hardly rotated: {rebalances}");
    assert!(gone > 3, "it hardly left: {gone}");
}

#[test]
fn a_world_that_rotates_is_the_same_run_twice() {
    let (_, first) = run(9, 6);
    let (_, second) = run(9, 6);
    assert_eq!(first.digest, second.digest);
}
