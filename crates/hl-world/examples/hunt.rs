//! Runs seeds under every rule until the first breach, and says which rule it was, in which seed, and
//! how far into it:
//!
//! ```sh
//! cargo run --profile mutants -p hl-world --example hunt -- [first seed] [seeds] [minutes] [but not]...
//! ```
//!
//! Exit status 1 and one line on a breach, 0 if there is none. It is the part of the sabotage suite
//! that is built once per bug, so it is as small as it can be; `mm-bot world` is for people.
#![allow(clippy::print_stdout, clippy::disallowed_methods)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use hl_world::RunConfig;
use hl_world::check::judge_seed;

/// Every world begins with the year 2026, UTC. Milliseconds since the epoch.
const BEGIN_MS: u64 = 1_767_225_600_000;

/// The first breach of a seed; a panic is one as well.
fn hunt(config: &RunConfig, seed: u64) -> Option<String> {
    let judged = catch_unwind(AssertUnwindSafe(|| judge_seed(config, seed)));
    let breaches = match judged {
        Ok(Ok(judged)) => judged.report.breaches,
        Ok(Err(error)) => return Some(format!("seed={seed} no world: {error}")),
        Err(_) => return Some(format!("seed={seed} breach=I36 a panic")),
    };
    let breach = breaches.first()?;
    let seconds = breach.at.0.saturating_sub(BEGIN_MS) / 1_000;
    Some(format!("seed={seed} after={seconds}s breach={} {}", breach.invariant, breach.what))
}

fn main() -> ExitCode {
    let mut numbers = std::env::args().skip(1).map_while(|word| word.parse::<u64>().ok());
    let (first, seeds) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(100));
    let minutes = numbers.next().unwrap_or(10);
    let but_not: Vec<u64> = numbers.collect();
    let config = RunConfig { faults_ms: minutes * 60_000, ..RunConfig::hours(1) };
    let seeds = (first..first + seeds).filter(|seed| !but_not.contains(seed));
    match seeds.clone().find_map(|seed| hunt(&config, seed)) {
        Some(breach) => {
            println!("{breach}");
            ExitCode::FAILURE
        }
        None => {
            println!("no breach in {} seeds from {first} on", seeds.count());
            ExitCode::SUCCESS
        }
    }
}
