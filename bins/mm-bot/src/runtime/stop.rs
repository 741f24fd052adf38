//! What reaches a run from outside: signals, and the time given with `--for`.

use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{Instant, Sleep};

/// A word from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// End the run, for this reason.
    Stop(&'static str),
    /// The kill switch: cancel everything and stay up (SIGUSR1).
    Halt,
    /// Quote again after a halt (SIGUSR2).
    Resume,
}

/// Signals and the alarm clock, to be awaited again and again.
#[derive(Debug)]
pub(super) struct Stops {
    interrupt: Signal,
    terminate: Signal,
    /// The terminal was closed, and nobody sits there to stop us. `None` under `nohup`.
    hangup: Option<Signal>,
    halt: Signal,
    resume: Signal,
    duration: Option<Duration>,
    time_up: Option<core::pin::Pin<Box<Sleep>>>,
}

impl Stops {
    /// Listens from now on. The time runs only after [`Stops::start_clock`].
    ///
    /// # Errors
    /// The system refuses the signal handlers.
    pub(super) fn listen(duration: Option<Duration>) -> std::io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: (!ignores_hangup()).then(|| signal(SignalKind::hangup())).transpose()?,
            halt: signal(SignalKind::user_defined1())?,
            resume: signal(SignalKind::user_defined2())?,
            duration,
            time_up: None,
        })
    }

    /// Starts the time: what `--for` asks for is time of trading, not of starting up.
    pub(super) fn start_clock(&mut self) {
        let alarm = |d| Box::pin(tokio::time::sleep_until(Instant::now() + d));
        self.time_up = self.duration.take().map(alarm);
    }

    /// The next word. Dropping the future loses none.
    pub(super) async fn next(&mut self) -> Word {
        let Self { interrupt, terminate, hangup, halt, resume, time_up, .. } = self;
        let alarm = async {
            match time_up {
                Some(sleep) => sleep.await,
                None => core::future::pending().await,
            }
        };
        let hung_up = async {
            match hangup {
                Some(signal) => signal.recv().await,
                None => core::future::pending().await,
            }
        };
        let word = tokio::select! {
            _ = interrupt.recv() => Word::Stop("SIGINT"),
            _ = terminate.recv() => Word::Stop("SIGTERM"),
            _ = hung_up => Word::Stop("SIGHUP"),
            _ = halt.recv() => Word::Halt,
            _ = resume.recv() => Word::Resume,
            () = alarm => Word::Stop("time"),
        };
        if word == Word::Stop("time") {
            *time_up = None;
        }
        word
    }
}

/// Whether we were started to outlive the terminal, as with `nohup`: a handler would undo that.
/// Where the system does not tell, we stop.
fn ignores_hangup() -> bool {
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else { return false };
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    // SIGHUP is signal 1, the lowest bit.
    mask.is_some_and(|mask| mask & 1 == 1)
}
