//! Words to the supervisor that started the process (`systemd` with `Type=notify`): ready, alive,
//! stopping. Without one there is nobody to tell.
//!
//! The sign of life comes from the loop itself, so that a loop that hangs is a service that fails.

use std::time::Duration;

use sd_notify::NotifyState;
use tokio::time::Instant;

/// A supervisor allows seconds; one sign of life a second is enough for any that does.
const EVERY: Duration = Duration::from_secs(1);

/// Who watches the process, if anybody does.
#[derive(Debug, Default)]
pub(super) struct Supervisor {
    last: Option<Instant>,
}

impl Supervisor {
    /// The loop turns. The first turn is the end of the start.
    pub(super) fn alive(&mut self) {
        let now = Instant::now();
        match self.last {
            None => tell(&[NotifyState::Ready, NotifyState::Watchdog]),
            Some(last) if now - last >= EVERY => tell(&[NotifyState::Watchdog]),
            Some(_) => return,
        }
        self.last = Some(now);
    }

    /// The end has begun: it may take some seconds.
    pub(super) fn stopping(&self) {
        tell(&[NotifyState::Stopping]);
    }
}

/// A supervisor that cannot be told will find out by the silence.
fn tell(states: &[NotifyState<'_>]) {
    let _ = sd_notify::notify(states);
}
