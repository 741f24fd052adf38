//! Threads that run seeds, and what they send back.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use hl_quant::Millis;
use hl_world::check::{Judged, judge_seed, plan_of};
use hl_world::{Breach, RunConfig, run_seed};

/// One seed in so many is run a second time, without anybody watching: the digests must be equal.
const REPEAT: u64 = 25;

/// What to run.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) config: RunConfig,
    pub(super) seeds: Range<u64>,
    pub(super) jobs: u8,
    /// Whether the list of seeds never ends.
    pub(super) endless: bool,
}

/// How one seed went.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) seed: u64,
    /// The run, or what a panic said.
    pub(super) judged: Result<Box<Judged>, String>,
    /// Whether a second run was equal, where there was one.
    pub(super) repeated: Option<bool>,
}

impl Outcome {
    /// What broke, panics and differing repetitions included.
    pub(super) fn breaches(&self) -> Vec<Breach> {
        let breach = |invariant, what: &str| Breach { invariant, at: Millis(0), what: what.into() };
        let mut breaches = match &self.judged {
            Ok(judged) => judged.report.breaches.clone(),
            Err(panic) => vec![breach("I36", panic)],
        };
        if self.repeated == Some(false) {
            breaches.push(breach("I41", "the same seed gave another run when nobody watched"));
        }
        breaches
    }
}

/// Runs the seeds on threads and hands every outcome to `take`, which says whether to go on.
pub(super) fn run(work: &Work, take: &mut dyn FnMut(Option<Outcome>) -> bool) {
    let next = AtomicU64::new(work.seeds.start);
    let enough = AtomicBool::new(false);
    thread::scope(|scope| {
        let (tell, hear) = channel();
        for _ in 0..work.jobs {
            let tell = tell.clone();
            let (next, enough) = (&next, &enough);
            scope.spawn(move || worker(work, next, enough, &tell));
        }
        // The channel ends when the last worker has.
        drop(tell);
        listen(&hear, &enough, take);
    });
}

fn listen(
    hear: &Receiver<Outcome>,
    enough: &AtomicBool,
    take: &mut dyn FnMut(Option<Outcome>) -> bool,
) {
    let pause = std::time::Duration::from_millis(500);
    loop {
        let outcome = match hear.recv_timeout(pause) {
            Ok(outcome) => Some(outcome),
            Err(std::sync::mpsc::RecvTimeoutError::Timeout) => None,
            Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => return,
        };
        if !take(outcome) {
            enough.store(true, Ordering::Relaxed);
        }
    }
}

fn worker(work: &Work, next: &AtomicU64, enough: &AtomicBool, tell: &Sender<Outcome>) {
    while !enough.load(Ordering::Relaxed) {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= work.seeds.end && !work.endless {
            return;
        }
        if tell.send(outcome(&work.config, seed)).is_err() {
            return;
        }
    }
}

fn outcome(config: &RunConfig, seed: u64) -> Outcome {
    // A world shares nothing with another one: a panic leaves nothing half done behind.
    let run = || judge_seed(config, seed).map_err(|error| error.to_string());
    let judged = match catch_unwind(AssertUnwindSafe(run)) {
        Ok(judged) => judged.map(Box::new),
        Err(panic) => Err(words(&*panic)),
    };
    let repeated = match &judged {
        Ok(judged) if seed.is_multiple_of(REPEAT) && judged.report.breaches.is_empty() => {
            let config = RunConfig { plan: Some(plan_of(config, seed)), ..config.clone() };
            let again = run_seed(&config, seed, &mut ());
            Some(again.is_ok_and(|again| again.digest == judged.report.digest))
        }
        _ => None,
    };
    Outcome { seed, judged, repeated }
}

fn words(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    format!("panic: {}", text.unwrap_or("without words"))
}
