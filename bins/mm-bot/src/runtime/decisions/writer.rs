//! The thread that compresses and writes.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hl_client::clock;
use hl_journal::decisions::{Close, Gap, Packer, Raw};
use hl_journal::log::Quoted;

use super::files::Files;

/// A disk that refuses is tried again this often.
const RETRY: Duration = Duration::from_millis(500);
/// Without a block, it looks this often whether there is something to sync.
const IDLE: Duration = Duration::from_secs(1);

/// What the loop hands over: entries, and what is missing before them.
#[derive(Debug)]
pub(super) struct Handed {
    pub(super) gap: Option<Gap>,
    pub(super) raw: Raw,
}

/// What the loop wants to know of the thread.
#[derive(Debug, Default)]
pub(crate) struct Health {
    refuses: AtomicBool,
    ending: AtomicBool,
    dropped: AtomicU64,
    entries: AtomicU64,
    bytes: AtomicU64,
    failures: AtomicU64,
    notes: Mutex<Vec<String>>,
}

impl Health {
    pub(super) fn drop_entries(&self, entries: u64) {
        if self.dropped.fetch_add(entries, Ordering::Relaxed) == 0 {
            self.note("journal_evt=gap reason=queue_full".to_owned());
        }
    }

    /// Nobody waits for a disk that refuses any more.
    pub(super) fn end(&self) {
        self.ending.store(true, Ordering::Release);
    }

    /// Whether the disk refuses the journal.
    pub(crate) fn refuses(&self) -> bool {
        self.refuses.load(Ordering::Acquire)
    }

    /// Inputs that are not in the file.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Inputs that are.
    pub(crate) fn entries(&self) -> u64 {
        self.entries.load(Ordering::Relaxed)
    }

    /// How long the files of the run are together.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Writes that failed.
    pub(crate) fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }

    pub(super) fn take_notes(&self) -> Vec<String> {
        core::mem::take(&mut *self.notes.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn note(&self, line: String) {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }
}

/// Turns entries into blocks and writes them.
#[derive(Debug)]
pub(super) struct Writer {
    files: Files,
    packer: Packer,
    free: SyncSender<Vec<u8>>,
    health: Arc<Health>,
    /// What is not written yet.
    buffer: Vec<u8>,
}

impl Writer {
    pub(super) fn new(
        files: Files,
        packer: Packer,
        free: SyncSender<Vec<u8>>,
        health: Arc<Health>,
    ) -> Self {
        Self { files, packer, free, health, buffer: Vec::new() }
    }

    /// Until nobody is left to hand over, or a disk refuses at the end.
    pub(super) fn run(mut self, handed: &Receiver<Handed>, finished: &SyncSender<()>) {
        self.health.note(format!("journal_evt=open file={}", self.files.shown()));
        self.files.tidy(clock::now()).into_iter().for_each(|note| self.health.note(note));
        self.packer.begin(&mut self.buffer);
        self.pour();
        loop {
            match handed.recv_timeout(IDLE) {
                Ok(handed) => self.take(handed),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            let synced = self.files.sync_if_due(clock::now());
            self.tell(synced);
        }
        self.packer.end(Close::Ended, &mut self.buffer);
        self.pour();
        let synced = self.files.sync(clock::now());
        self.tell(synced);
        // Whoever waited may have gone.
        let _ = finished.try_send(());
    }

    fn take(&mut self, Handed { gap, raw }: Handed) {
        if self.files.is_full(raw.span().1) {
            self.rotate();
        }
        if let Some(gap) = gap {
            self.packer.gap(&gap, &mut self.buffer);
            let (entries, first) = (gap.entries, gap.first);
            let why = Quoted(&gap.why);
            self.health
                .note(format!("journal_evt=lost entries={entries} first={first} reason={why}"));
        }
        self.packer.entries(&raw, &mut self.buffer);
        self.health.entries.fetch_add(raw.entries().into(), Ordering::Relaxed);
        // A buffer too many is simply freed.
        let _ = self.free.try_send(raw.into_spare());
        self.pour();
    }

    fn rotate(&mut self) {
        self.packer.end(Close::Rotated, &mut self.buffer);
        self.pour();
        let now = clock::now();
        let synced = self.files.sync(now);
        self.tell(synced);
        while let Err(error) = self.files.next() {
            if !self.refused(&error.to_string()) {
                return;
            }
        }
        self.recovered();
        self.health.note(format!("journal_evt=open file={}", self.files.shown()));
        self.files.tidy(now).into_iter().for_each(|note| self.health.note(note));
        self.packer.begin(&mut self.buffer);
        self.pour();
    }

    /// Writes what has gathered. A disk that refuses is tried again until it takes it, or until the
    /// end of the run; meanwhile the queue fills.
    fn pour(&mut self) {
        let mut written = 0_usize;
        while let Some(rest) = self.buffer.get(written..).filter(|rest| !rest.is_empty()) {
            match self.files.write(rest) {
                Ok(n) if n > 0 => {
                    written = written.saturating_add(n);
                    let n = u64::try_from(n).unwrap_or(u64::MAX);
                    self.health.bytes.fetch_add(n, Ordering::Relaxed);
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                refused => {
                    let why = refused.err().map(|error| error.to_string());
                    if !self.refused(&why.unwrap_or_else(|| "it takes nothing".to_owned())) {
                        break;
                    }
                }
            }
        }
        if written == self.buffer.len() {
            self.recovered();
        }
        self.buffer.clear();
    }

    fn tell(&self, result: std::io::Result<()>) {
        if let Err(error) = result {
            self.health.failures.fetch_add(1, Ordering::Relaxed);
            self.health.note(format!("journal_evt=failed reason={}", Quoted(error)));
        }
    }

    /// Whether to try again.
    fn refused(&self, why: &str) -> bool {
        self.health.failures.fetch_add(1, Ordering::Relaxed);
        if !self.health.refuses.swap(true, Ordering::AcqRel) {
            self.health.note(format!("journal_evt=failed reason={}", Quoted(why)));
        }
        if self.health.ending.load(Ordering::Acquire) {
            return false;
        }
        std::thread::park_timeout(RETRY);
        true
    }

    fn recovered(&self) {
        if self.health.refuses.swap(false, Ordering::AcqRel) {
            self.health.note(format!("journal_evt=ok dropped={}", self.health.dropped()));
        }
    }
}
