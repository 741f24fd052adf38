//! How many simulated seconds pass in one second, faults on:
//! `cargo run --release -p hl-world --example world_pace -- [seeds] [minutes] [from] [check]`.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods)]

use std::time::Instant;

use hl_world::check::Checks;
use hl_world::{OnBreach, RunConfig, run_seed};

fn main() {
    let mut words = std::env::args().skip(1).map(|word| word.parse::<u64>().unwrap());
    let (seeds, minutes) = (words.next().unwrap_or(20), words.next().unwrap_or(60));
    let (from, check) = (words.next().unwrap_or(0), words.next().unwrap_or(0) > 0);
    let config =
        RunConfig { faults_ms: minutes * 60_000, on_breach: OnBreach::GoOn, ..RunConfig::hours(1) };
    let (mut virtual_ms, begin) = (0, Instant::now());
    for seed in from..from + seeds {
        let start = Instant::now();
        let mut checks = Checks::new(config.world(seed).engine);
        let report = if check {
            run_seed(&config, seed, &mut checks)
        } else {
            run_seed(&config, seed, &mut ())
        };
        let report = report.unwrap();
        let mut seen = std::collections::BTreeSet::new();
        for breach in &report.breaches {
            if seen.insert(breach.invariant) {
                println!("  {breach}");
            }
        }
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
