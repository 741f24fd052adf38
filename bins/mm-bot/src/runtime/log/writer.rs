//! The thread that writes.

use core::fmt::Write as _;
use std::io::Write as _;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hl_engine::Event;
use hl_quant::Millis;

use super::files::Files;
use super::line;

/// As much is gathered before it is written, if more is waiting. Bytes.
const GATHER: usize = 65_536;
/// A disk that refuses is tried again this often.
const RETRY: Duration = Duration::from_millis(500);
/// Without a line, it looks this often whether there is something to do.
const IDLE: Duration = Duration::from_secs(1);
/// As often it looks whether the file is still the one that the path names. Milliseconds.
const LOOK_MS: u64 = 1_000;

/// What the loop hands over; lines with their number.
#[derive(Debug)]
pub(super) enum Entry {
    Event(u64, Event),
    Text(u64, Millis, String),
}

/// Where the lines go.
#[derive(Debug)]
pub(super) enum Out {
    File(Box<Files>),
    Stderr,
    /// A terminal shows the last lines under its status.
    Nowhere,
}

/// What the loop wants to know of the thread.
#[derive(Debug, Default)]
pub(super) struct Health {
    refuses: AtomicBool,
    dropped: AtomicU64,
    ending: AtomicBool,
    why: Mutex<Option<String>>,
}

impl Health {
    pub(super) fn drop_one(&self) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn refuses(&self) -> bool {
        self.refuses.load(Ordering::Acquire)
    }

    /// Nobody waits for a disk that refuses any more.
    pub(super) fn end(&self) {
        self.ending.store(true, Ordering::Release);
    }

    /// Why lines are missing, if some are.
    pub(super) fn broken(&self) -> Option<String> {
        let why = self.why.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let dropped = self.dropped.load(Ordering::Relaxed);
        match (why, dropped) {
            (why, 0) => why,
            (Some(why), n) => Some(format!("{why}; {n} dropped")),
            (None, n) => Some(format!("{n} dropped")),
        }
    }

    fn set(&self, why: Option<String>, refuses: bool) {
        *self.why.lock().unwrap_or_else(PoisonError::into_inner) = why;
        self.refuses.store(refuses, Ordering::Release);
    }
}

/// Turns entries into lines and writes them.
#[derive(Debug)]
pub(super) struct Writer {
    out: Out,
    run: u32,
    health: Arc<Health>,
    /// Lines that are not written yet.
    buffer: String,
    lines: u64,
    /// How much of them is.
    written: usize,
    dropped_told: u64,
    next_look: Millis,
}

impl Writer {
    pub(super) fn new(out: Out, run: u32, health: Arc<Health>) -> Self {
        let buffer = String::with_capacity(GATHER);
        Self {
            out,
            run,
            health,
            buffer,
            lines: 0,
            written: 0,
            dropped_told: 0,
            next_look: Millis(0),
        }
    }

    /// Until nobody is left to send, or a disk refuses at the end.
    pub(super) fn run(mut self, entries: &Receiver<Entry>, finished: &SyncSender<()>) {
        let begun = self.begin();
        self.notes(begun);
        loop {
            match entries.recv_timeout(IDLE) {
                Ok(entry) => {
                    self.take(entry);
                    while self.buffer.len() < GATHER
                        && let Ok(entry) = entries.try_recv()
                    {
                        self.take(entry);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            self.pour();
        }
        self.pour();
        if let Out::File(files) = &mut self.out {
            files.finish();
        }
        // Whoever waited may have gone.
        let _ = finished.try_send(());
    }

    fn begin(&mut self) -> Vec<String> {
        match &mut self.out {
            Out::File(files) => files.tidy(hl_client::clock::now()),
            Out::Stderr | Out::Nowhere => Vec::new(),
        }
    }

    fn take(&mut self, entry: Entry) {
        let before = self.buffer.len();
        let (number, at) = match entry {
            Entry::Event(number, event) => {
                // Writing into a string cannot fail, here and below.
                let _ = write!(self.buffer, "{event}");
                (number, event.at)
            }
            Entry::Text(number, at, text) => {
                line::text(&mut self.buffer, at, &text);
                (number, at)
            }
        };
        let _ = writeln!(self.buffer, " run={:08x} ln={number}", self.run);
        self.lines = self.lines.saturating_add(1);
        let length = self.buffer.len().saturating_sub(before);
        let Out::File(files) = &mut self.out else { return };
        if files.is_full(self.buffer.len(), length, at) {
            // The line is the first of the next file.
            let line = self.buffer.split_off(before);
            self.pour();
            let notes = match &mut self.out {
                Out::File(files) => files.rotate(at),
                Out::Stderr | Out::Nowhere => Vec::new(),
            };
            self.notes(notes);
            self.buffer.push_str(&line);
        }
    }

    /// Lines of the thread's own, which have no number.
    fn notes(&mut self, notes: Vec<String>) {
        for note in notes {
            line::text(&mut self.buffer, hl_client::clock::now(), &note);
            let _ = writeln!(self.buffer, " run={:08x}", self.run);
        }
    }

    /// Writes what has gathered. A disk that refuses is tried again until it takes it, or until the
    /// end of the run; meanwhile the queue fills.
    fn pour(&mut self) {
        self.follow();
        let mut failed = false;
        while self.written < self.buffer.len() {
            let rest = self.buffer.as_bytes().get(self.written..).unwrap_or_default();
            let result = match &mut self.out {
                Out::File(files) => files.write(rest),
                Out::Stderr => std::io::stderr().write(rest),
                Out::Nowhere => Ok(rest.len()),
            };
            match result {
                Ok(n) if n > 0 => self.written = self.written.saturating_add(n),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                refused => {
                    failed = true;
                    if !self.refused(refused.err()) {
                        break;
                    }
                }
            }
        }
        let held = core::mem::take(&mut self.lines);
        self.buffer.clear();
        self.written = 0;
        if failed && matches!(self.out, Out::File(_)) && !self.health.ending.load(Ordering::Acquire)
        {
            self.recovered(held);
        }
    }

    /// Looks whether somebody has moved the file away: then the lines go to a new one of its name.
    fn follow(&mut self) {
        let now = hl_client::clock::now();
        let Out::File(files) = &mut self.out else { return };
        if now >= self.next_look || self.next_look.0 > now.0.saturating_add(LOOK_MS) {
            self.next_look = now.plus(LOOK_MS);
            files.follow();
        }
    }

    /// Whether to try again.
    fn refused(&mut self, error: Option<std::io::Error>) -> bool {
        let why = error.map_or_else(|| "it takes nothing".to_owned(), |error| error.to_string());
        let Out::File(files) = &mut self.out else {
            // Nobody reads there, and nobody asked for a file.
            self.health.set(Some(why), false);
            return false;
        };
        self.health.set(Some(why), true);
        if self.health.ending.load(Ordering::Acquire) {
            return false;
        }
        std::thread::park_timeout(RETRY);
        if files.reopen() {
            // Another file now: what was begun in the last one begins again in this one.
            let done = self.buffer.get(..self.written).unwrap_or_default();
            self.written = done.rfind('\n').map_or(0, |at| at.saturating_add(1));
        }
        true
    }

    fn recovered(&mut self, held: u64) {
        self.health.set(None, false);
        let dropped = self.health.dropped.load(Ordering::Relaxed);
        let lost = dropped.saturating_sub(self.dropped_told);
        self.dropped_told = dropped;
        self.notes(vec![format!("log_evt=ok held={held} dropped={lost}")]);
    }
}
