//! Chaos with real processes: the real `mm-bot` against the real `hl-sim`, over loopback, with the
//! exchange's own account of what happened as the judge.
//!
//! Not part of a plain `cargo test`, since it takes minutes. It is run by
//!
//! ```text
//! cargo test --workspace --no-run                       both programs
//! cargo test --workspace --test chaos                   every scenario, six at a time
//! cargo test --workspace --test chaos -- SIGKILL        those whose name holds the word
//! ```
//!
//! Each scenario is a row of a table: its name and its steps. Whatever its steps expect, the judge
//! looks at the exchange's truth and at the processes several times a second, and a scenario is
//! broken if it ever sees an illegal price or size, a fill as taker, a position above its cap, more
//! orders a side than configured, one id twice, a listener that is not on loopback, or too much
//! memory; or, at the end, an order that outlived the bot, or the key in any file. Before the first
//! scenario the judge is shown each of these once, and must see it (`blind.rs`).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    missing_docs
)]

mod blind;
mod bot;
mod keys;
mod play;
mod probe;
mod proxy;
mod report;
mod sim;
mod stage;
mod step;
mod table;
mod watch;

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use crate::report::Verdict;
use crate::step::Scenario;

/// Scenarios at a time. Most of their time is waiting.
const JOBS: usize = 6;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let wanted = |scenario: &Scenario| {
        let mut names = words.iter().filter(|word| !word.starts_with("--")).peekable();
        names.peek().is_none() || names.any(|word| scenario.name.contains(word.as_str()))
    };
    let scenarios: Vec<Scenario> = table::all().into_iter().filter(wanted).collect();
    let mut out = std::io::stdout();
    if words.iter().any(|word| word == "--list") {
        for scenario in &scenarios {
            writeln!(out, "{}", scenario.name).ok();
        }
        return ExitCode::SUCCESS;
    }
    let sim = sim::binary();
    if !sim.exists() {
        let _ = writeln!(
            std::io::stderr(),
            "error: {} is not there\n  hint: cargo test --workspace --no-run builds it; or set HL_SIM_BIN",
            sim.display()
        );
        return ExitCode::FAILURE;
    }
    let blind = blind::spots();
    if !blind.is_empty() {
        let _ = writeln!(std::io::stderr(), "error: the judge is blind: {}", blind.join("; "));
        return ExitCode::FAILURE;
    }
    let begin = Instant::now();
    let verdicts = run(&scenarios);
    if report::total(&mut out, &verdicts, begin.elapsed().as_secs_f64()) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Plays them all, several at a time, printing each as it ends.
fn run(scenarios: &[Scenario]) -> Vec<Verdict> {
    let next = AtomicUsize::new(0);
    let verdicts = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..JOBS {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::SeqCst);
                    let Some(scenario) = scenarios.get(index) else { return };
                    let seed = u64::try_from(index).unwrap_or(0) + 1;
                    let verdict = play::play(scenario, seed);
                    let mut verdicts = verdicts.lock().unwrap();
                    report::line(&mut std::io::stdout(), &verdict);
                    verdicts.push(verdict);
                }
            });
        }
    });
    verdicts.into_inner().unwrap()
}
