//! The event log: where its lines go, and that nobody waits for them.
//!
//! The loop hands over events as values; a thread of its own turns them into text, writes it, and
//! puts files aside. A disk that refuses or hangs costs the loop nothing: lines wait in a bounded
//! queue, what does not fit is counted, and the engine is told, so that nothing is quoted without a
//! record of it.

mod files;
mod line;
mod writer;

use core::fmt::Display;
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use hl_client::clock;
use hl_engine::Event;
use hl_quant::Millis;

use self::files::{Files, Limits};
use self::writer::{Entry, Health, Out, Writer};
use crate::config::LogSettings;
use crate::dashboard::{Tap, What};
use crate::exit::{Exit, Failed};

/// How many of the last lines a terminal shows under the status.
const RECENT: usize = 6;
/// Lines that may wait for the disk: some minutes of a busy bot.
const WAITING: usize = 16_384;
/// How long the end of a run waits for its last lines.
const LAST: Duration = Duration::from_secs(2);

/// The event log: standard error, a file, or the last lines under a status that is redrawn.
#[derive(Debug)]
pub(super) struct Log {
    queue: Option<SyncSender<Entry>>,
    done: Receiver<()>,
    health: Arc<Health>,
    /// Kept for a terminal, where lines between two redraws would tear the status apart.
    recent: Option<VecDeque<String>>,
    hidden: bool,
    /// Lines so far: each carries its number, so that a reader can tell that one is missing.
    lines: u64,
    run: u32,
    alive_ms: u64,
    next_alive: Millis,
    /// Who else sees every line.
    tap: Option<Tap>,
}

/// What a log is made of.
#[derive(Debug)]
pub(super) struct Plan {
    /// Over the configured file.
    pub(super) file: Option<PathBuf>,
    pub(super) settings: LogSettings,
    pub(super) terminal: bool,
    /// Differs from run to run.
    pub(super) run: u32,
}

impl Log {
    /// Opens the file, if there is to be one, to append to it, and starts the thread.
    ///
    /// # Errors
    /// The file cannot be opened; the system has no thread left.
    pub(super) fn open(plan: Plan) -> Result<Self, Failed> {
        let Plan { file, settings, terminal, run } = plan;
        let file = file.or_else(|| settings.file.clone());
        let hidden = file.is_some();
        let out = match file {
            Some(path) => {
                let shown = path.display().to_string();
                let why = |e| Failed::new(Exit::Preflight, format!("log {shown}: {e}"));
                let limits = Limits {
                    rotate: settings.rotate,
                    keep_days: settings.keep_days,
                    budget: settings.budget,
                };
                Out::File(Box::new(Files::open(path, limits).map_err(why)?))
            }
            None if terminal => Out::Nowhere,
            None => Out::Stderr,
        };
        let (queue, entries) = sync_channel(WAITING);
        let (finished, done) = sync_channel(1);
        let health = Arc::new(Health::default());
        let writer = Writer::new(out, run, Arc::clone(&health));
        let thread = std::thread::Builder::new().name("log".to_owned());
        thread
            .spawn(move || writer.run(&entries, &finished))
            .map_err(|e| Failed::new(Exit::Failure, format!("no thread for the log: {e}")))?;
        Ok(Self {
            queue: Some(queue),
            done,
            health,
            recent: terminal.then(VecDeque::new),
            hidden,
            lines: 0,
            run,
            alive_ms: settings.alive_sec.saturating_mul(1_000),
            next_alive: Millis(0),
            tap: None,
        })
    }

    /// From now on somebody else sees every line too.
    pub(super) fn tap(&mut self, tap: Tap) {
        self.tap = Some(tap);
    }

    /// Hands over an event of the engine.
    pub(super) fn event(&mut self, event: Event) {
        self.remember(&event);
        self.lines = self.lines.saturating_add(1);
        if let Some(tap) = &self.tap {
            tap.put(self.lines, What::Event(event.clone()));
        }
        self.send(Entry::Event(self.lines, event));
    }

    /// Hands over a line of the shell, without its time.
    pub(super) fn line(&mut self, line: &dyn Display) {
        self.remember(line);
        self.lines = self.lines.saturating_add(1);
        let (now, text) = (clock::now(), line.to_string());
        if let Some(tap) = &self.tap {
            tap.put(self.lines, What::Text(now, text.clone()));
        }
        self.send(Entry::Text(self.lines, now, text));
    }

    /// Says that the loop runs, if it is time to. Called in each turn of it.
    pub(super) fn alive(&mut self, now: Millis) {
        let due = now >= self.next_alive || self.next_alive.0 > now.0.saturating_add(self.alive_ms);
        if due {
            self.next_alive = now.plus(self.alive_ms);
            self.line(&format!("log_evt=alive every_sec={}", self.alive_ms / 1_000));
        }
    }

    fn remember(&mut self, line: &dyn Display) {
        if let Some(recent) = &mut self.recent {
            if recent.len() >= RECENT {
                recent.pop_front();
            }
            recent.push_back(line.to_string());
        }
    }

    fn send(&self, entry: Entry) {
        let taken = match &self.queue {
            Some(queue) => queue.try_send(entry).is_ok(),
            None => false,
        };
        if !taken {
            self.health.drop_one();
        }
    }

    /// The name of the run in its lines.
    pub(super) const fn run(&self) -> u32 {
        self.run
    }

    /// Whether its lines go to a file only.
    pub(super) const fn is_hidden(&self) -> bool {
        self.hidden
    }

    /// Whether the disk refuses its lines.
    pub(super) fn refuses(&self) -> bool {
        self.health.refuses()
    }

    /// Waits for the last lines, but not for a disk that does not come back.
    pub(super) fn close(&mut self) {
        if self.queue.is_some() {
            self.line(&"log_evt=close");
        }
        self.health.end();
        if self.queue.take().is_some() {
            // An error is the time that is up, or a thread that is gone: `broken` tells.
            let _ = self.done.recv_timeout(LAST);
        }
    }

    /// The last lines, oldest first.
    pub(super) fn recent(&self) -> impl Iterator<Item = &str> {
        self.recent.iter().flatten().map(String::as_str)
    }

    /// Why lines are missing, if some are.
    pub(super) fn broken(&self) -> Option<String> {
        self.health.broken()
    }
}

#[cfg(test)]
mod tests;
