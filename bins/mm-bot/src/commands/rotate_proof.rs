//! `rotate --proof`: whether rotating earns more than not rotating, over many seeds.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread;

use hl_rotation::Weights;
use hl_world::WorldError;
use hl_world::proof::{self, ARMS, Distance, QUESTIONS, Row, Trial};
use serde_json::{Value, json};

use super::rotate_args::RotateArgs;
use crate::exit::{Exit, Failed};

/// Runs every bot on every seed with the configured weights, and prints who earned what.
///
/// # Errors
/// A world that cannot be built, and output that cannot be written.
pub(super) fn run(
    args: &RotateArgs,
    weights: Weights,
    out: &mut impl Write,
) -> Result<Exit, Failed> {
    let distance = args.distance_bps.map_or(Distance::OfItsKind, Distance::Bps);
    let trial = Trial { minutes: args.minutes, distance, weights, ..Trial::default() };
    let rows = rows(args, &trial)?;
    if args.json {
        writeln!(out, "{:#}", document(&trial, &rows))?;
    } else {
        write!(out, "{}", proof::text(&trial, &rows))?;
    }
    Ok(Exit::Ok)
}

/// Every seed, in order, whoever was done first.
fn rows(args: &RotateArgs, trial: &Trial) -> Result<Vec<Row>, Failed> {
    let next = AtomicU64::new(args.seeds.start);
    let (tell, hear) = channel();
    let mut rows = BTreeMap::new();
    thread::scope(|scope| {
        for _ in 0..args.jobs {
            let (tell, next) = (tell.clone(), &next);
            scope.spawn(move || work(trial, args.seeds.end, next, &tell));
        }
        // The channel ends when the last worker has.
        drop(tell);
        for row in hear {
            let row = row.map_err(|error| Failed::new(Exit::Failure, error.to_string()))?;
            let earned: Vec<String> = ARMS
                .iter()
                .zip(&row.outcomes)
                .map(|(arm, outcome)| format!("{} {}", arm.name(), outcome.earned))
                .collect();
            writeln!(std::io::stderr(), "seed {}: {}", row.seed, earned.join("; "))?;
            rows.insert(row.seed, row);
        }
        Ok::<(), Failed>(())
    })?;
    Ok(rows.into_values().collect())
}

fn work(trial: &Trial, end: u64, next: &AtomicU64, tell: &Sender<Result<Row, WorldError>>) {
    loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        // Nobody listens any more if a seed before this one could not be run.
        if seed >= end || tell.send(Row::run(trial, seed)).is_err() {
            return;
        }
    }
}

fn document(trial: &Trial, rows: &[Row]) -> Value {
    let questions: Vec<Value> = QUESTIONS
        .into_iter()
        .map(|(first, second, what)| {
            let paired = proof::compare(rows, first, second);
            json!({
                "question": what,
                "first": first.name(),
                "second": second.name(),
                "pairs": paired.pairs,
                "wins": paired.wins,
                "difference_usd": paired.difference,
                "interval_95": paired.interval.map(|interval| [interval.low, interval.high]),
                "verdict": paired.verdict(),
            })
        })
        .collect();
    let seeds: Vec<Value> = rows
        .iter()
        .map(|row| {
            let bots = ARMS.iter().zip(&row.outcomes).map(|(arm, outcome)| {
                let value = json!({
                    "earned_usd": outcome.earned.to_string(),
                    "traded_usd": outcome.volume.to_string(),
                    "market_minutes": outcome.minutes,
                    "entered": outcome.entered,
                    "open_orders": outcome.open_orders,
                    "held": outcome.held,
                });
                (arm.name().to_owned(), value)
            });
            json!({ "seed": row.seed, "bots": bots.collect::<serde_json::Map<_, _>>() })
        })
        .collect();
    json!({ "minutes": trial.minutes, "questions": questions, "seeds": seeds })
}
