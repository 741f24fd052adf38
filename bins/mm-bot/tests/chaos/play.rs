//! Playing one scenario and judging it.

use std::time::{Duration, Instant};

use crate::probe;
use crate::report::Verdict;
use crate::stage::{KEY, Stage};
use crate::step::{Leaves, Scenario};
use crate::watch;

/// Plays it from an empty directory to the verdict.
pub(crate) fn play(scenario: &Scenario, seed: u64) -> Verdict {
    let begin = Instant::now();
    let done: Vec<String> = scenario.steps.iter().map(ToString::to_string).collect();
    let mut verdict = Verdict {
        name: scenario.name.to_owned(),
        done: done.join(", "),
        seen: String::new(),
        faults: Vec::new(),
        seconds: 0.0,
        accepted: 0,
        looks: 0,
        resident_kib: 0,
        cases: 0,
        skipped: false,
    };
    match Stage::new(seed, scenario) {
        Ok(stage) => on(scenario, stage, &mut verdict),
        Err(why) => verdict.faults.push(why),
    }
    verdict.seconds = begin.elapsed().as_secs_f64();
    verdict
}

fn on(scenario: &Scenario, mut stage: Stage, verdict: &mut Verdict) {
    for step in scenario.steps {
        if let Err(why) = step.play(&mut stage) {
            verdict.faults.push(format!("at {step}: {why}"));
            break;
        }
        if stage.skipped.is_some() {
            break;
        }
    }
    if let Some(why) = &stage.skipped {
        verdict.skipped = true;
        stage.seen.push(format!("skipped: {why}"));
    }
    if stage.bot.ended().is_none() && stage.bot.pid().is_some() {
        if verdict.faults.is_empty() && !verdict.skipped {
            verdict.faults.push("the bot is still running at the end".to_owned());
        }
        stage.bot.signal("KILL").ok();
        stage.bot.wait(Duration::from_secs(5)).ok();
    } else if verdict.faults.is_empty() && scenario.leaves == Leaves::Nothing {
        verdict.faults.extend(left_behind(&stage));
    }
    verdict.faults.extend(secrets(&stage));
    let truth = stage.truth().unwrap_or_default();
    verdict.faults.extend(watch::broken(&truth, &stage.bounds));
    verdict.accepted = stage.before + truth["accepted"].as_u64().unwrap_or(0);
    if scenario.trades && !verdict.skipped && verdict.accepted == 0 {
        verdict.faults.push("no order was ever accepted: nothing was tested".to_owned());
    }
    if !scenario.trades && verdict.accepted > 0 {
        verdict.faults.push(format!("{} orders where none was expected", verdict.accepted));
    }
    if stage.cases > 0 {
        stage.seen.push(format!("{} cases", stage.cases));
    }
    stage.seen.push(format!(
        "{} accepted, {} maker fills, {} taker fills",
        verdict.accepted, truth["makerFills"], truth["takerFills"]
    ));
    verdict.seen = stage.seen.join("; ");
    verdict.cases = stage.cases;
    let Stage { watch, .. } = stage;
    let (breaches, looks, resident) = watch.finish();
    verdict.faults.extend(breaches);
    verdict.looks = looks;
    verdict.resident_kib = resident;
}

/// Orders of ours that outlived the bot.
fn left_behind(stage: &Stage) -> Option<String> {
    let left = watch::ours(&stage.truth().ok()?["orders"]).count();
    (left > 0).then(|| format!("{left} orders of ours outlived the bot"))
}

/// The key, in whatever the bots and the exchange wrote.
fn secrets(stage: &Stage) -> Vec<String> {
    // Eight bytes are enough to recognise it: a truncated key is a leak as well.
    let digits = (0..8).filter_map(|n| KEY.get(2 * n..2 * n + 2));
    let bytes: Vec<u8> = digits.filter_map(|pair| u8::from_str_radix(pair, 16).ok()).collect();
    let found = probe::holding(stage.dir.path(), &bytes, "agent.key");
    found.into_iter().map(|path| format!("the key is in {path}")).collect()
}
