//! How many simulated seconds pass in one second: `cargo run --release -p hl-world --example pace`.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods)]

use std::time::Instant;

use hl_engine::{EngineConfig, MarketConfig};
use hl_sim::background::Synthetic;
use hl_sim::{ExchangeConfig, universe};
use hl_world::{World, WorldConfig};

fn main() {
    for coins in [&["BTC"][..], &["BTC", "SOL"]] {
        let mut exchange = ExchangeConfig::new(universe::markets());
        exchange.markets.retain(|market| coins.contains(&market.coin.as_str()));
        let markets = coins.iter().map(|coin| MarketConfig::new(coin)).collect();
        let engine = EngineConfig { markets, ..EngineConfig::default() };
        let config = WorldConfig::new(exchange, engine);
        let mut world = World::new(config, Box::new(Synthetic::new(7)), 7).unwrap();
        let begin = Instant::now();
        world.run(1_200_000);
        let took = begin.elapsed().as_secs_f64();
        println!("{coins:?}: {:.0} simulated seconds per second", 1_200.0 / took);
        println!("{:?}", world.report().truth);
    }
}
