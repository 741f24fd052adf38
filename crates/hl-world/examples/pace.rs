//! How many simulated seconds pass in one second, faults on:
//! `cargo run --release -p hl-world --example pace -- [seeds] [minutes]`.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods)]

use std::time::Instant;

use hl_world::{RunConfig, run_seed};

fn main() {
    let mut words = std::env::args().skip(1).map(|word| word.parse::<u64>().unwrap());
    let (seeds, minutes) = (words.next().unwrap_or(20), words.next().unwrap_or(60));
    let config = RunConfig { faults_ms: minutes * 60_000, ..RunConfig::hours(1) };
    let (mut virtual_ms, begin) = (0, Instant::now());
    for seed in 0..seeds {
        let start = Instant::now();
        let report = run_seed(&config, seed, &mut ()).unwrap();
        virtual_ms += report.ran_ms;
        println!(
            "seed={seed} pace={:.0} faults={} attempts={} accepted={} fills={} open={} rem={:?} starts={}",
            report.ran_ms as f64 / 1_000.0 / start.elapsed().as_secs_f64(),
            report.faults_total(),
            report.truth.attempts,
            report.truth.accepted,
            report.truth.maker_fills,
            report.truth.open_orders,
            report.remaining,
            report.tally.starts,
        );
    }
    let took = begin.elapsed().as_secs_f64();
    println!("{:.0} simulated seconds per second", virtual_ms as f64 / 1_000.0 / took);
}
