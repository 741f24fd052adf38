//! The journal of decisions: what goes into the engine and what comes out, handed to a thread that
//! compresses and writes it.
//!
//! The loop encodes into a buffer that is used again and again, and hands it over when it is full or
//! a second old. It never waits: what finds no place in the queue is counted, and stands as a gap in
//! the file, beyond which nothing can be verified. While the disk refuses, nothing is quoted.

mod files;
mod writer;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use hl_engine::{Command, Event, Input, MarketId, RequestId};
use hl_journal::decisions::{Encoder, Gap, Head, Packer};
use hl_quant::Millis;

use self::files::{Files, Limits};
pub(crate) use self::files::{Group, groups};
pub(super) use self::writer::Health;
use self::writer::{Handed, Writer};
use crate::config::JournalSettings;
use crate::exit::{Exit, Failed};

/// A block is handed over at this length, in bytes.
const FULL: usize = 65_536;
/// Or at this age, in milliseconds: as much is lost if the process is killed.
const OLD_MS: u64 = 1_000;
/// Blocks that may wait for the disk: four minutes of a quiet bot, 16 MB of a busy one.
const WAITING: usize = 256;
/// How long the end of a run waits for its last block.
const LAST: Duration = Duration::from_secs(2);

/// The part of the journal that the loop holds.
#[derive(Debug)]
pub(super) struct Decisions {
    encoder: Encoder,
    queue: Option<SyncSender<Handed>>,
    /// Buffers that have been written and are free again.
    spares: Receiver<Vec<u8>>,
    done: Receiver<()>,
    health: Arc<Health>,
    /// What found no place, until something does.
    gap: Option<Gap>,
}

impl Decisions {
    /// Begins the journal of a run in `dir`, which is made if it is not there.
    ///
    /// # Errors
    /// The directory or the file cannot be made; the system has no thread left.
    pub(super) fn open(
        head: Head,
        dir: PathBuf,
        settings: &JournalSettings,
    ) -> Result<Self, Failed> {
        let shown = dir.display().to_string();
        let limits = Limits {
            rotate: settings.rotate,
            keep_days: settings.keep_days,
            budget: settings.budget,
            sync_ms: settings.sync_sec.saturating_mul(1_000),
        };
        let encoder = Encoder::new(&head);
        let (run, started) = (head.run, head.started);
        let files = Files::open(dir, run, started, limits).map_err(|error| {
            Failed::new(Exit::Preflight, format!("journal {shown}: {error}"))
                .hint("journal.dir names another directory; journal.record = false does without")
        })?;
        let (queue, handed) = sync_channel(WAITING);
        let (free, spares) = sync_channel(WAITING);
        let (finished, done) = sync_channel(1);
        let health = Arc::new(Health::default());
        let writer = Writer::new(files, Packer::new(head), free, Arc::clone(&health));
        std::thread::Builder::new()
            .name("journal".to_owned())
            .spawn(move || writer.run(&handed, &finished))
            .map_err(|e| Failed::new(Exit::Failure, format!("no thread for the journal: {e}")))?;
        Ok(Self { encoder, queue: Some(queue), spares, done, health, gap: None })
    }

    /// An input is about to be given to the engine.
    pub(super) fn input(&mut self, now: Millis, input: &Input<'_>) {
        self.encoder.input(now, input);
    }

    /// The engine said so.
    pub(super) fn event(&mut self, event: &Event) {
        self.encoder.event(event);
    }

    /// The engine asked for it.
    pub(super) fn command(&mut self, command: &Command) {
        self.encoder.command(command);
    }

    /// The engine has nothing more to say to the input.
    pub(super) fn end(&mut self, now: Millis, wake: Millis) {
        self.encoder.end(wake);
        self.hand_over_if_due(now);
    }

    /// An action was signed with this nonce.
    pub(super) fn sent(&mut self, request: RequestId, nonce: u64) {
        self.encoder.sent(request, nonce);
    }

    /// The venue calls a market by another number.
    pub(super) fn renumbered(&mut self, market: MarketId, asset: u32) {
        self.encoder.renumbered(market, asset);
    }

    /// Hands over what is full or old.
    pub(super) fn hand_over_if_due(&mut self, now: Millis) {
        let old = |since: Millis| now.since(since) >= OLD_MS || now < since;
        if self.encoder.len() >= FULL || self.encoder.since().is_some_and(old) {
            self.hand_over();
        }
    }

    fn hand_over(&mut self) {
        let spare = self.spares.try_recv().unwrap_or_else(|_| Vec::with_capacity(2 * FULL));
        let raw = self.encoder.take(spare);
        let handed = Handed { gap: self.gap.take(), raw };
        let refused = match &self.queue {
            Some(queue) => queue.try_send(handed).err().map(|error| match error {
                std::sync::mpsc::TrySendError::Full(handed)
                | std::sync::mpsc::TrySendError::Disconnected(handed) => handed,
            }),
            None => Some(handed),
        };
        if let Some(Handed { gap, raw }) = refused {
            let entries = u64::from(raw.entries());
            self.health.drop_entries(entries);
            let mut gap = gap.unwrap_or_else(|| Gap {
                first: raw.first(),
                entries: 0,
                span: raw.span(),
                why: "queue_full".to_owned(),
            });
            gap.entries = gap.entries.saturating_add(entries);
            gap.span.1 = raw.span().1;
            self.gap = Some(gap);
        }
    }

    /// What the thread has to say for the log.
    pub(super) fn notes(&self) -> Vec<String> {
        self.health.take_notes()
    }

    /// How it is.
    pub(super) fn health(&self) -> &Health {
        &self.health
    }

    /// Waits for the last block, but not for a disk that does not come back.
    pub(super) fn close(&mut self) {
        self.hand_over();
        self.health.end();
        if self.queue.take().is_some() {
            // An error is the time that is up, or a thread that is gone: the notes tell.
            let _ = self.done.recv_timeout(LAST);
        }
    }
}

impl Drop for Decisions {
    /// A panic of the loop must not cost the second before it.
    fn drop(&mut self) {
        self.close();
    }
}

#[cfg(test)]
mod tests;
