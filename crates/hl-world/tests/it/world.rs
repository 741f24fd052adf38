//! The engine on the exchange, judged by the exchange's own totals.

use std::io::Write as _;

use hl_engine::{EngineConfig, MarketConfig};
use hl_sim::fault::Plan;
use hl_sim::tape::{AtEnd, TapePlayer};
use hl_sim::{ExchangeConfig, universe};
use hl_world::{RunConfig, SeedReport, World, WorldConfig, WorldError, run_seed};

const MINUTE: u64 = 60_000;

fn config(coins: &[&str]) -> WorldConfig {
    let mut exchange = ExchangeConfig::new(universe::markets());
    exchange.markets.retain(|market| coins.contains(&market.coin.as_str()));
    let markets = coins.iter().map(|coin| MarketConfig::new(coin)).collect();
    let engine = EngineConfig { markets, ..EngineConfig::default() };
    WorldConfig::new(exchange, engine)
}

/// A run without a fault.
fn calm(coins: &[&str], seed: u64, ms: u64) -> SeedReport {
    let world = Some(config(coins));
    let plan = Some(Plan::default());
    let run = RunConfig { faults_ms: ms, heal_ms: 0, plan, world, ..RunConfig::hours(1) };
    run_seed(&run, seed, &mut ()).unwrap()
}

#[test]
fn the_engine_quotes_makes_and_stops_and_both_sides_count_the_same() {
    let report = calm(&["BTC", "SOL", "HYPE"], 3, 10 * MINUTE);
    let SeedReport { believed, truth, .. } = &report;
    println!("{truth:?}");
    assert!(truth.attempts > 50, "it hardly tried: {truth:?}");
    assert!(truth.maker_fills > 0, "nobody traded with it: {truth:?}");
    assert_eq!(truth.illegal_prices + truth.illegal_sizes, 0);
    assert_eq!(truth.taker_fills, 0);
    assert_eq!(truth.open_orders, 0);
    assert_eq!(report.remaining, Some(0));
    assert_eq!(truth.attempts, believed.attempts);
    assert_eq!(truth.accepted, believed.accepted);
    assert_eq!(truth.maker_fills, believed.maker_fills);
    assert_eq!(truth.rejected, believed.rejected);
}

#[test]
fn the_same_seed_is_the_same_run_and_another_one_is_not() {
    let coins = ["BTC", "SOL"];
    let first = calm(&coins, 11, 2 * MINUTE);
    assert_eq!(first, calm(&coins, 11, 2 * MINUTE));
    assert_ne!(first.digest, calm(&coins, 12, 2 * MINUTE).digest);
}

#[test]
fn a_coin_that_is_not_listed_is_refused() {
    let mut world = config(&["BTC"]);
    world.engine.markets = vec![MarketConfig::new("NONE")];
    let run = RunConfig { world: Some(world), ..RunConfig::hours(1) };
    assert_eq!(run_seed(&run, 1, &mut ()), Err(WorldError::UnknownCoin("NONE".into())));
}

/// The whole of a recorded book as the market around the bot.
#[test]
fn recorded_books_are_quoted_on_to_the_end_without_an_illegal_order() {
    for coin in ["BTC", "ETH", "WLFI"] {
        let tapes = crate::shared::recordings("market");
        let wanted = format!("{coin}_2025-09-04.jsonl");
        let Some(tape) = tapes.into_iter().find(|path| path.to_string_lossy().contains(&wanted))
        else {
            let _ = writeln!(std::io::stderr(), "skipped: no recording of {coin}");
            continue;
        };
        let player = TapePlayer::open(vec![tape], crate::shared::coins(), AtEnd::Hold).unwrap();
        let mut exchange = ExchangeConfig::new(universe::markets());
        player.set_opening_prices(&mut exchange.markets);
        let markets = vec![MarketConfig::new(coin)];
        let engine = EngineConfig { markets, ..EngineConfig::default() };
        let config = WorldConfig::new(exchange, engine);
        let mut nobody = ();
        let player = Box::new(player);
        let mut world = World::new(config, Plan::default(), player, 1, &mut nobody).unwrap();
        world.run(36 * MINUTE);
        world.stop();
        let SeedReport { truth, believed, remaining, .. } = world.finish();
        println!("{coin}: {truth:?}");
        assert!(truth.attempts > 0, "{coin}: it never tried");
        assert_eq!(truth.illegal_prices + truth.illegal_sizes + truth.taker_fills, 0, "{coin}");
        assert_eq!((truth.open_orders, remaining), (0, Some(0)), "{coin}");
        assert_eq!(truth.attempts, believed.attempts, "{coin}");
        assert_eq!(truth.accepted, believed.accepted, "{coin}");
    }
}

#[test]
fn a_seed_with_faults_is_the_same_run_twice() {
    let run = RunConfig { faults_ms: 10 * MINUTE, ..RunConfig::hours(1) };
    for seed in 0..6 {
        let report = run_seed(&run, seed, &mut ()).unwrap();
        println!(
            "{seed}: faults={} {:?} remaining={:?} open={} attempts={} {:?}",
            report.faults_total(),
            report.believed,
            report.remaining,
            report.truth.open_orders,
            report.truth.attempts,
            report.tally
        );
        assert_eq!(report, run_seed(&run, seed, &mut ()).unwrap());
    }
}
