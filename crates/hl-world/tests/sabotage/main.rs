//! The test of the tests: bugs that trading systems really had are planted in a copy of this
//! workspace, one at a time, and the world must notice every one of them.
//!
//! `bugs.toml` is the list. Each entry replaces one passage of the source, which must occur exactly
//! once; a passage that has changed fails the suite until the entry is brought up to date. For each
//! bug the copy is built, `examples/hunt` runs seeds until a rule is broken, and the table says which
//! rule it was, in which seed, and how much simulated and real time that took. A seed counts only if it
//! is silent without a bug, or being noticed would prove nothing.
//!
//! ```sh
//! cargo test -p hl-world --test sabotage              # all of them
//! cargo test -p hl-world --test sabotage -- retry 20  # those named "...retry...", for 20 seeds
//! ```
//!
//! It is not part of `cargo test --workspace`: it builds the workspace once per bug.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, unreachable_pub)]
#![allow(clippy::print_stdout, clippy::disallowed_methods)]

mod bench;
mod bugs;

use std::process::ExitCode;
use std::sync::{Mutex, OnceLock};
use std::time::Instant;

use bench::{Bench, Verdict};
use bugs::Bug;

/// Seeds that a bug has to show itself in, and that must be silent without one.
const SEEDS: u64 = 200;
/// Seeds of the control. The full range belongs to the world's own runs.
const CONTROL: u64 = 60;
/// Copies that are built and run side by side.
const WORKERS: usize = 2;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    let (numbers, wanted): (Vec<_>, Vec<_>) =
        words.into_iter().partition(|word| word.parse::<u64>().is_ok());
    let seeds = numbers.first().and_then(|word| word.parse().ok()).unwrap_or(SEEDS);
    let chosen = |bug: &Bug| wanted.is_empty() || wanted.iter().any(|w| bug.name.contains(w));
    let bugs = bugs::all().into_iter().filter(chosen);
    let (hunted, tested): (Vec<_>, Vec<_>) = bugs.partition(|bug| bug.test.is_none());
    let begin = Instant::now();
    let queue = Mutex::new(hunted.iter());
    let table = Mutex::new(Vec::new());
    let control = OnceLock::new();
    std::thread::scope(|scope| {
        for worker in 0..WORKERS {
            let (queue, table, control, tested) = (&queue, &table, &control, &tested);
            scope.spawn(move || {
                let bench = Bench::new(worker);
                if worker == 0 {
                    control.get_or_init(|| bench.control(CONTROL.min(seeds)));
                }
                let fares = |bug: &Bug, but_not: &[u64]| {
                    let verdict = bench.try_bug(bug, seeds, but_not);
                    println!("{:<42} {}", bug.name, verdict.words());
                    table.lock().unwrap().push(verdict);
                };
                loop {
                    let Some(bug) = queue.lock().unwrap().next() else { break };
                    fares(bug, &control.wait().0);
                }
                // One copy of the tests is enough to build.
                if worker == 0 {
                    tested.iter().for_each(|bug| fares(bug, &[]));
                }
            });
        }
    });
    let table = table.into_inner().unwrap();
    let (but_not, control) = control.into_inner().expect("the first worker ran the control");
    println!("{:<42} {}", "no bug", control.words());
    let caught = table.iter().filter(|verdict| verdict.is_caught()).count();
    println!("caught {caught} of {} in {} s", table.len(), begin.elapsed().as_secs());
    // A seed that is loud without a bug proves nothing and is left out; it is the world's own stage
    // that fails for it.
    let silent = CONTROL.min(seeds) - but_not.len() as u64;
    println!("{silent} of the first {} seeds are silent without a bug", CONTROL.min(seeds));
    let sound = !matches!(control, Verdict::Unplanted(_)) && silent * 2 >= CONTROL.min(seeds);
    if caught == table.len() && sound { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
