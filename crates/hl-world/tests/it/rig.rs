//! Worlds and checkers that several test modules use.

use hl_engine::{DeadMan, EngineConfig, MarketConfig, Ppm, SpreadConfig};
use hl_sim::fault::{Fault, Plan};
use hl_sim::{ExchangeConfig, Signatures, universe};
use hl_world::{
    Breach, Checker, Observation, OnBreach, RunConfig, Scene, SeedReport, WorldConfig, run_seed,
};

pub(crate) const SECOND: u64 = 1_000;
pub(crate) const MINUTE: u64 = 60_000;

/// A world whose bot quotes close to the touch and often, with the dead man's switch armed.
pub(crate) fn busy(coins: &[&str]) -> WorldConfig {
    let mut exchange = ExchangeConfig::new(universe::markets()).with_network_limits();
    exchange.markets.retain(|market| coins.contains(&market.coin.as_str()));
    exchange.signatures = Signatures::StandIn;
    let market = |coin: &&str| MarketConfig {
        spread: SpreadConfig { spread: Ppm::from_bps(3), ..SpreadConfig::default() },
        ..MarketConfig::new(coin)
    };
    let dead_man = Some(DeadMan { ahead_ms: 30_000, every_ms: 10_000 });
    let markets = coins.iter().map(market).collect();
    let engine = EngineConfig { markets, dead_man, ..EngineConfig::default() };
    WorldConfig::new(exchange, engine)
}

/// A plan from its text, one fault a line.
pub(crate) fn plan(text: &str) -> Plan {
    text.parse().unwrap()
}

/// One fault by the text of its kind.
pub(crate) fn fault(kind: &str, at: u64, lasts_ms: u64) -> Fault {
    Fault { at, lasts_ms, kind: kind.parse().unwrap() }
}

/// So many milliseconds of exactly these faults, then a minute without.
pub(crate) fn config(world: WorldConfig, plan: Plan, faults_ms: u64) -> RunConfig {
    RunConfig {
        faults_ms,
        plan: Some(plan),
        world: Some(world),
        on_breach: OnBreach::GoOn,
        ..RunConfig::hours(1)
    }
}

/// Two minutes of a busy world in one market with these faults.
pub(crate) fn run(faults: &str, checker: &mut dyn Checker) -> SeedReport {
    let config = config(busy(&["SOL"]), plan(faults), 2 * MINUTE);
    run_seed(&config, 5, checker).unwrap()
}

/// A checker made of a closure, which returns what it does not like.
pub(crate) struct Watch<F>(pub(crate) F);

impl<F> Checker for Watch<F>
where
    F: FnMut(&Scene<'_>, &Observation<'_>) -> Option<String>,
{
    fn name(&self) -> &'static str {
        "watch"
    }

    fn see(&mut self, scene: &Scene<'_>, seen: &Observation<'_>, breaches: &mut Vec<Breach>) {
        if let Some(what) = (self.0)(scene, seen) {
            breaches.push(Breach { invariant: "test", at: scene.now, what });
        }
    }
}
