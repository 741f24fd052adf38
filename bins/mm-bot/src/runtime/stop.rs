//! What ends a run from outside: a signal, or the time given with `--for`.

use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{Instant, Sleep};

/// Signals and the alarm clock, to be awaited again and again.
#[derive(Debug)]
pub(super) struct Stops {
    interrupt: Signal,
    terminate: Signal,
    /// The terminal was closed, and nobody sits there to stop us. `None` under `nohup`.
    hangup: Option<Signal>,
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
            duration,
            time_up: None,
        })
    }

    /// Starts the time: what `--for` asks for is time of trading, not of starting up.
    pub(super) fn start_clock(&mut self) {
        let alarm = |d| Box::pin(tokio::time::sleep_until(Instant::now() + d));
        self.time_up = self.duration.take().map(alarm);
    }

    /// The next reason. Dropping the future loses none.
    pub(super) async fn next(&mut self) -> &'static str {
        let Self { interrupt, terminate, hangup, time_up, .. } = self;
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
        let why = tokio::select! {
            _ = interrupt.recv() => "SIGINT",
            _ = terminate.recv() => "SIGTERM",
            _ = hung_up => "SIGHUP",
            () = alarm => "time",
        };
        if why == "time" {
            *time_up = None;
        }
        why
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
