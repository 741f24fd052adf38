//! The engine on the exchange, judged by the exchange's own totals.

use std::io::Write as _;

use hl_engine::{EngineConfig, MarketConfig};
use hl_sim::background::Synthetic;
use hl_sim::tape::{AtEnd, TapePlayer};
use hl_sim::{ExchangeConfig, universe};
use hl_world::{World, WorldConfig, WorldError, WorldReport};

const MINUTE: u64 = 60_000;

fn world(coins: &[&str], seed: u64) -> World {
    let mut exchange = ExchangeConfig::new(universe::markets());
    exchange.markets.retain(|market| coins.contains(&market.coin.as_str()));
    let markets = coins.iter().map(|coin| MarketConfig::new(coin)).collect();
    let engine = EngineConfig { markets, ..EngineConfig::default() };
    World::new(WorldConfig::new(exchange, engine), Box::new(Synthetic::new(seed)), seed).unwrap()
}

fn run(coins: &[&str], seed: u64, ms: u64) -> WorldReport {
    let mut world = world(coins, seed);
    world.run(ms);
    world.stop();
    world.report()
}

#[test]
fn the_engine_quotes_makes_and_stops_and_both_sides_count_the_same() {
    let report = run(&["BTC", "SOL", "HYPE"], 3, 10 * MINUTE);
    let WorldReport { stats, truth, .. } = &report;
    println!("{truth:?}");
    assert!(truth.attempts > 50, "it hardly tried: {truth:?}");
    assert!(truth.maker_fills > 0, "nobody traded with it: {truth:?}");
    assert_eq!(truth.illegal_prices + truth.illegal_sizes, 0);
    assert_eq!(truth.taker_fills, 0);
    assert_eq!(truth.open_orders, 0);
    assert_eq!(report.remaining, Some(0));
    assert_eq!(truth.attempts, stats.attempts);
    assert_eq!(truth.accepted, stats.accepted);
    assert_eq!(truth.maker_fills, stats.maker_fills);
    let mut theirs: Vec<_> = truth.rejected.iter().map(|(code, n)| (*code, *n)).collect();
    let mut ours = stats.rejected().to_vec();
    theirs.sort_unstable();
    ours.sort_unstable();
    assert_eq!(theirs, ours);
}

#[test]
fn the_same_seed_is_the_same_run_and_another_one_is_not() {
    let coins = ["BTC", "SOL"];
    let first = run(&coins, 11, 2 * MINUTE);
    assert_eq!(first, run(&coins, 11, 2 * MINUTE));
    assert_ne!(first.digest, run(&coins, 12, 2 * MINUTE).digest);
}

#[test]
fn a_coin_that_is_not_listed_is_refused() {
    let exchange = ExchangeConfig::new(universe::markets());
    let markets = vec![MarketConfig::new("NONE")];
    let engine = EngineConfig { markets, ..EngineConfig::default() };
    let built = World::new(WorldConfig::new(exchange, engine), Box::new(Synthetic::new(1)), 1);
    assert_eq!(built.unwrap_err(), WorldError::UnknownCoin("NONE".into()));
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
        let mut world = World::new(config, Box::new(player), 1).unwrap();
        world.run(36 * MINUTE);
        world.stop();
        let WorldReport { truth, stats, remaining, .. } = world.report();
        println!("{coin}: {truth:?}");
        assert!(truth.attempts > 0, "{coin}: it never tried");
        assert_eq!(truth.illegal_prices + truth.illegal_sizes + truth.taker_fills, 0, "{coin}");
        assert_eq!((truth.open_orders, remaining), (0, Some(0)), "{coin}");
        assert_eq!((truth.attempts, truth.accepted), (stats.attempts, stats.accepted), "{coin}");
    }
}
