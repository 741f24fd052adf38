//! The watchdog: a thread of its own that takes over when the loop hangs.
//!
//! It shares nothing with the loop that could hang with it: its own runtime, its own connections, its
//! own count of request weights, its own copy of the key, nonces beside those of the loop, and no
//! log. When the loop has not turned for a while it closes the latch, so that no order leaves any
//! more, cancels everything of ours by the venue's own list, says so, and ends the process. A loop
//! that hangs cannot be trusted to go on.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use hl_client::Latch;
use hl_specs::Universe;
use tokio::time::Instant;

use super::sweep::{Doubt, HINT, Left, Remaining, Sweep, Whose};
use super::tasks::Link;
use crate::exit::{Exit, Failed};

/// Between two looks.
const LOOK: Duration = Duration::from_millis(250);
/// The loop turns at least once a second. Ten without a turn is no slowness of a busy machine.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// How long the cancelling may take before the process ends all the same.
const SWEEP: Duration = Duration::from_secs(20);

/// The loop's sign of life.
#[derive(Clone, Debug, Default)]
pub(super) struct Heart(Arc<AtomicU64>);

impl Heart {
    pub(super) fn beat(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn beats(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What the watchdog works with when it has to; made before it is needed.
pub(super) struct Spare {
    /// Makes the connections, on the thread and in the runtime of the watchdog.
    pub(super) link: Box<dyn FnOnce() -> Result<Link, String> + Send>,
    pub(super) universe: Universe,
}

/// What it found and did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Report {
    /// How long the loop had not turned.
    pub(super) silent: Duration,
    pub(super) remaining: Remaining,
    pub(super) cancelled: usize,
}

/// A running watchdog. Dropping it ends it.
#[derive(Debug)]
pub(super) struct Watchdog {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Watchdog {
    /// Watches `heart`. `end` hears what was done, and is expected to end the process.
    ///
    /// # Errors
    /// The system has no thread left.
    pub(super) fn start(
        heart: Heart,
        latch: Arc<Latch>,
        patience: Duration,
        spare: Spare,
        end: impl FnOnce(Report) + Send + 'static,
    ) -> std::io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = Builder::new().name("watchdog".to_owned()).spawn(move || {
            let Some(silent) = silence(&heart, patience, &stopped) else { return };
            // What is on its way all the same is waited for by the sweep.
            let _ = latch.close();
            let (remaining, cancelled) = cancel(spare);
            end(Report { silent, remaining, cancelled });
        })?;
        Ok(Self { stop, thread: Some(thread) })
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // One that has begun to cancel ends the process itself; the loop has come back too late.
            drop(thread.join());
        }
    }
}

/// Says what was done and ends the process. What it says may have nowhere to go, since a loop often
/// hangs for exactly that reason: it is given a second.
pub(super) fn last_words(report: Report) {
    let Report { silent, remaining, cancelled } = report;
    let what = format!("the loop has not turned for {} s: ended by the watchdog", silent.as_secs());
    let failed = match remaining.unconfirmed() {
        None => Failed::new(
            Exit::Failure,
            format!("{what}; {cancelled} orders cancelled, none left by the venue's own list"),
        ),
        Some(not_confirmed) => Failed::new(
            Exit::OrdersRemain,
            format!("{what}; {cancelled} orders cancelled; {not_confirmed}"),
        )
        .hint(HINT),
    };
    let exit = failed.exit;
    let (done, wait) = std::sync::mpsc::channel();
    let speak = move || {
        let _ = writeln!(std::io::stderr(), "{failed}");
        let _ = done.send(());
    };
    if Builder::new().spawn(speak).is_ok() {
        let _ = wait.recv_timeout(Duration::from_secs(1));
    }
    std::process::exit(exit.code().into());
}

/// Waits until the heart has been silent for so long; `None` when told to stop.
///
/// Silence is counted in looks, not in time: a process that was stopped as a whole (SIGSTOP, a
/// laptop's lid) has not hung, and finds its heart beating at the next look.
fn silence(heart: &Heart, patience: Duration, stopped: &AtomicBool) -> Option<Duration> {
    let (mut last, mut silent) = (heart.beats(), Duration::ZERO);
    loop {
        let look = Instant::now();
        std::thread::park_timeout(LOOK);
        if stopped.load(Ordering::SeqCst) {
            return None;
        }
        let beats = heart.beats();
        let alone = look.elapsed() < LOOK * 4;
        silent = match (beats == last, alone) {
            (true, true) => silent + look.elapsed(),
            (true, false) => silent,
            (false, _) => Duration::ZERO,
        };
        last = beats;
        if silent >= patience {
            return Some(silent);
        }
    }
}

fn cancel(spare: Spare) -> (Remaining, usize) {
    let unknown = |why: String| (Remaining::Unknown { why, known: Vec::<Left>::new() }, 0);
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return unknown(error.to_string()),
    };
    let Spare { link, universe } = spare;
    let swept = runtime.block_on(async {
        let link = link()?;
        let sweep = Sweep {
            link: &link,
            universe: &universe,
            whose: Whose::Ours,
            doubt: Doubt::InFlight,
            until: Instant::now() + SWEEP,
            known: Vec::new(),
        };
        Ok::<_, String>(sweep.run().await)
    });
    runtime.shutdown_background();
    match swept {
        Ok(swept) => (swept.remaining, swept.cancelled.len()),
        Err(why) => unknown(why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watch(heart: &Heart, patience: Duration, stop: &Arc<AtomicBool>) -> JoinHandle<bool> {
        let (heart, stop) = (heart.clone(), Arc::clone(stop));
        let watch = move || silence(&heart, patience, &stop).is_some();
        Builder::new().spawn(watch).unwrap()
    }

    #[test]
    fn a_heart_that_beats_now_and_then_is_left_alone_and_one_that_stops_is_not() {
        let (heart, stop) = (Heart::default(), Arc::new(AtomicBool::new(false)));
        let watching = watch(&heart, Duration::from_millis(1_500), &stop);
        for _ in 0..6 {
            std::thread::sleep(Duration::from_millis(500));
            heart.beat();
        }
        assert!(!watching.is_finished(), "three seconds with a beat every half second");
        let begin = Instant::now();
        assert!(watching.join().unwrap());
        let seconds = begin.elapsed().as_secs_f64();
        assert!((1.2..10.0).contains(&seconds), "{seconds}");
    }

    #[test]
    fn a_watchdog_that_is_dropped_ends_without_a_word() {
        let spare = Spare {
            link: Box::new(|| Err("must not be asked".to_owned())),
            universe: Universe::default(),
        };
        let told = Arc::new(AtomicBool::new(false));
        let copy = Arc::clone(&told);
        let end = move |_| copy.store(true, Ordering::SeqCst);
        let (heart, latch) = (Heart::default(), Arc::new(Latch::new()));
        let patience = Duration::from_secs(60);
        let dog = Watchdog::start(heart, Arc::clone(&latch), patience, spare, end).unwrap();
        drop(dog);
        assert!(!told.load(Ordering::SeqCst) && !latch.is_closed());
    }

    #[test]
    fn when_it_takes_over_nothing_is_placed_any_more_and_what_it_could_not_do_is_said() {
        let spare =
            Spare { link: Box::new(|| Err("no key".to_owned())), universe: Universe::default() };
        let (sender, receiver) = std::sync::mpsc::channel();
        let (heart, latch) = (Heart::default(), Arc::new(Latch::new()));
        let closed = Arc::clone(&latch);
        let end = move |report| sender.send((report, closed.is_closed())).unwrap();
        let patience = Duration::from_millis(500);
        let _dog = Watchdog::start(heart, latch, patience, spare, end).unwrap();
        let (report, closed): (Report, bool) =
            receiver.recv_timeout(Duration::from_secs(10)).unwrap();
        assert!(closed);
        assert!(report.silent >= Duration::from_millis(500), "{report:?}");
        assert_eq!(report.remaining, Remaining::Unknown { why: "no key".into(), known: vec![] });
    }
}
