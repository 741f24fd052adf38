//! `world`: whole simulated worlds with faults, judged by ground truth.

mod args;
mod crew;
mod report;

use std::io::Write;
use std::ops::Range;
use std::path::Path;
use std::time::{Duration, Instant};

use hl_sim::fault::{Intensity, Plan};
use hl_world::check::{Summary, shrink_seed, trace_seed};
use hl_world::{Breach, OnBreach, RunConfig};

pub(crate) use args::{WorldArgs, range};
use crew::{Outcome, Work};
use report::Parts;

use crate::exit::{Exit, Failed};

/// Between two lines of progress.
const PROGRESS: Duration = Duration::from_secs(5);

/// Runs the seeds and reports.
///
/// # Errors
/// A plan that cannot be read or written, and output that cannot be written. Breaches are not an
/// error but the exit code of a run that broke its promise.
pub(crate) fn run(args: &WorldArgs, out: &mut impl Write) -> Result<Exit, Failed> {
    let config = config(args)?;
    if let (true, Some(seed)) = (args.trace, args.seed) {
        return trace(&config, seed, out);
    }
    let seeds = args.seed.map_or_else(|| args.seeds.clone(), |seed| seed..seed.saturating_add(1));
    let started = now();
    let summary = run_all(args, &config, seeds, started);
    let took = started.elapsed();
    let parts = Parts { invariants: args.invariants, coverage: args.coverage };
    if args.json {
        writeln!(out, "{:#}", report::json(&summary, took))?;
    } else {
        write!(out, "{}", report::text(&summary, took, parts))?;
    }
    if let Some((seed, breach)) = summary.breaches.first() {
        explain(args, &config, *seed, breach)?;
    }
    let idle = !summary.vacuous().is_empty() || !summary.unmet().is_empty();
    let fine = summary.breaches.is_empty() && !idle && summary.seeds > 0;
    Ok(if fine { Exit::Ok } else { Exit::OrdersRemain })
}

fn config(args: &WorldArgs) -> Result<RunConfig, Failed> {
    let plan = args.faults.as_deref().map(read_plan).transpose()?;
    Ok(RunConfig {
        faults_ms: args.hours,
        intensity: Intensity::per_hour(args.intensity),
        plan,
        on_breach: if args.go_on { OnBreach::GoOn } else { OnBreach::Stop },
        ..RunConfig::hours(1)
    })
}

fn read_plan(file: &Path) -> Result<Plan, Failed> {
    let named = |what: String| Failed::new(Exit::Failure, format!("{}: {what}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| named(error.to_string()))?;
    text.parse().map_err(|error: hl_sim::fault::UnreadableFault| {
        named(error.to_string()).hint("one fault a line, such as `ack.drop prob=0.5 @12000+5000`")
    })
}

fn trace(config: &RunConfig, seed: u64, out: &mut impl Write) -> Result<Exit, Failed> {
    let mut written = Ok(());
    let mut write = |line: &str| {
        if written.is_ok() {
            written = writeln!(out, "{line}");
        }
    };
    let report = trace_seed(config, seed, &mut write)
        .map_err(|error| Failed::new(Exit::Failure, error.to_string()))?;
    written?;
    Ok(if report.breaches.is_empty() { Exit::Ok } else { Exit::OrdersRemain })
}

/// Every seed, with progress on standard error.
fn run_all(args: &WorldArgs, config: &RunConfig, seeds: Range<u64>, started: Instant) -> Summary {
    let of = (!args.until_breach).then(|| seeds.end.saturating_sub(seeds.start));
    let endless = args.until_breach;
    let work = Work { config: config.clone(), seeds, jobs: args.jobs, endless };
    let mut summary = Summary::default();
    let mut shown = started;
    crew::run(&work, &mut |outcome| {
        if let Some(outcome) = outcome {
            add(&mut summary, &outcome);
        }
        if shown.elapsed() >= PROGRESS {
            shown = now();
            say(&report::progress(&summary, of, started.elapsed()));
        }
        summary.breaches.is_empty() || args.go_on
    });
    // In the order of seeds, whichever thread was first.
    summary.breaches.sort_by_key(|(seed, _)| *seed);
    summary
}

fn add(summary: &mut Summary, outcome: &Outcome) {
    if let Ok(judged) = &outcome.judged {
        summary.add(judged);
    }
    summary.repeated = summary.repeated.saturating_add(u64::from(outcome.repeated.is_some()));
    let breaches = outcome.breaches();
    for breach in &breaches {
        say(&format!("seed={} {breach}", outcome.seed));
    }
    summary.breaches.retain(|(seed, _)| *seed != outcome.seed);
    summary.breaches.extend(breaches.into_iter().map(|breach| (outcome.seed, breach)));
}

/// The one command that repeats a breach, with as few faults as it takes.
fn explain(args: &WorldArgs, config: &RunConfig, seed: u64, breach: &Breach) -> Result<(), Failed> {
    let hours = hours(args.hours);
    let given = args.faults.as_ref().map(|file| format!(" --faults {}", file.display()));
    let given = given.unwrap_or_default();
    let usual = Intensity::USUAL == config.intensity;
    let intensity = if usual { String::new() } else { format!(" --intensity {}", args.intensity) };
    let again = format!("mm-bot world --seed {seed} --hours {hours}{intensity}{given}");
    say(&format!("\nseed {seed} broke {}: {}\nrepeat: {again}", breach.invariant, breach.what));
    // A panic or a differing repetition has no moment to shrink towards.
    if args.shrink == 0 || matches!(breach.invariant, "I36" | "I41") {
        return Ok(());
    }
    let shrunk = shrink_seed(config, seed, args.shrink)
        .map_err(|error| Failed::new(Exit::Failure, error.to_string()))?;
    let Some(shrunk) = shrunk else { return Ok(()) };
    let left = shrunk.plan.faults.len();
    say(&format!("{left} faults are enough, found in {} runs:\n{}", shrunk.runs, shrunk.plan));
    let hours = self::hours(shrunk.faults_ms);
    match &args.save {
        Some(file) => {
            std::fs::write(file, shrunk.plan.to_string())?;
            let file = file.display();
            say(&format!("repeat: mm-bot world --seed {seed} --hours {hours} --faults {file}"));
        }
        None => say("--save FILE writes them where `--faults FILE` reads them"),
    }
    Ok(())
}

/// Milliseconds as hours, rounded up to what the command line can say.
fn hours(ms: u64) -> String {
    let raw = ms.saturating_mul(1_000).div_ceil(36);
    hl_quant::Size::from_raw(raw).to_string()
}

fn say(line: &str) {
    // Nobody reads standard error any more: the exit code still speaks.
    let _ = writeln!(std::io::stderr(), "{line}");
}

#[expect(clippy::disallowed_methods, reason = "how long a run took is for people")]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_can_be_read_back_to_the_millisecond() {
        assert_eq!(hours(3_600_000), "1");
        assert_eq!(hours(2_088_000), "0.58");
        assert_eq!(hours(1_901_000), "0.52805556");
        assert_eq!(args::milliseconds("0.52805556"), Ok(1_901_000));
    }
}
