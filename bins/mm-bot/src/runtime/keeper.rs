//! Durable before sent: orders wait for their record to be on the disk, and nothing else does.
//!
//! Writing and syncing happen beside the loop. Meanwhile it goes on: what must be recorded
//! gathers for the next write, cancels and questions go out at once, and an order that has waited
//! too long, or that somebody wants cancelled, is answered as never sent.

use hl_engine::{Cause, Command, Event};
use hl_journal::Record;
use hl_quant::Millis;
use hl_wire::Cloid;

use crate::state::Journal;

/// An order that has waited this long was decided on a book of the past. A write that takes this
/// long counts as failed until it is done.
const PATIENCE_MS: u64 = 1_000;
/// What no order waits for is written this often.
const LAZY_MS: u64 = 1_000;
/// After a failure the disk is tried again this often.
const RETRY_MS: u64 = 1_000;

/// Whether the disk takes records, as far as the engine has been told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Disk {
    Takes,
    Refuses,
}

/// The journal of a run, and the commands that wait for it.
#[derive(Debug)]
pub(super) struct Keeper {
    /// `None` while a write is under way, and after one that never came back.
    journal: Option<Box<Journal>>,
    queue: Vec<Record>,
    /// Whether something in the queue has to be on the disk at once.
    urgent: bool,
    /// Commands whose records are in the queue.
    waiting: Vec<Command>,
    /// Commands whose records are being written.
    writing: Vec<Command>,
    /// When the write under way began.
    since: Option<Millis>,
    disk: Disk,
    next_lazy: Millis,
    next_try: Millis,
    pub(super) failures: u64,
    taken: u64,
    /// Those of the write under way, and all before them.
    through: u64,
    durable: u64,
    /// Why the operator halts, to stand in the record of it.
    reason: Option<String>,
}

impl Keeper {
    pub(super) const fn new(journal: Box<Journal>, disk: Disk) -> Self {
        Self {
            journal: Some(journal),
            queue: Vec::new(),
            urgent: false,
            waiting: Vec::new(),
            writing: Vec::new(),
            since: None,
            disk,
            next_lazy: Millis(0),
            next_try: Millis(0),
            failures: 0,
            taken: 0,
            through: 0,
            durable: 0,
            reason: None,
        }
    }

    pub(super) const fn disk(&self) -> Disk {
        self.disk
    }

    /// Takes down what of an event must survive a crash.
    pub(super) fn note(&mut self, event: &Event) {
        if let Some(durable) = event.durable() {
            let mut record = Record::from(&durable);
            if let Record::Halt(halt) = &mut record
                && halt.why == Cause::Operator.code()
                && let Some(reason) = self.reason.take()
            {
                halt.why = format!("{}: {reason}", halt.why);
            }
            self.urgent |=
                matches!(record, Record::Attempt(_) | Record::Halt(_) | Record::Resume(_));
            self.queue.push(record);
            self.taken = self.taken.saturating_add(1);
        }
    }

    /// What the operator says to the halt that comes next.
    pub(super) fn reason(&mut self, reason: Option<&str>) {
        self.reason = reason.map(ToOwned::to_owned);
    }

    /// How many records have been taken down so far.
    pub(super) const fn taken(&self) -> u64 {
        self.taken
    }

    /// How many of them are on the disk.
    pub(super) const fn durable(&self) -> u64 {
        self.durable
    }

    /// Lets an order command wait for its record. Gives it back if there is no hope: then it must
    /// not be sent.
    pub(super) fn hold(&mut self, command: Command) -> Option<Command> {
        if self.disk == Disk::Refuses {
            return Some(command);
        }
        self.waiting.push(command);
        None
    }

    /// The next write, if one is due: the journal and what to append to it.
    pub(super) fn begin(&mut self, now: Millis) -> Option<(Box<Journal>, Vec<Record>)> {
        let due = match self.disk {
            Disk::Refuses => now >= self.next_try,
            Disk::Takes => {
                self.urgent
                    || !self.waiting.is_empty()
                    || (!self.queue.is_empty() && now >= self.next_lazy)
            }
        };
        if !due {
            return None;
        }
        let journal = self.journal.take()?;
        self.since = Some(now);
        self.through = self.taken;
        self.urgent = false;
        self.next_lazy = now.plus(LAZY_MS);
        self.writing.append(&mut self.waiting);
        Some((journal, std::mem::take(&mut self.queue)))
    }

    /// A write has ended. Returns the commands that may go out now, or those that never may.
    pub(super) fn written(
        &mut self,
        now: Millis,
        journal: Box<Journal>,
        outcome: Result<(), ()>,
    ) -> Result<Vec<Command>, Vec<Command>> {
        self.journal = Some(journal);
        self.since = None;
        let commands = std::mem::take(&mut self.writing);
        match outcome {
            Ok(()) => {
                self.disk = Disk::Takes;
                // Records of a write that failed are in the journal's memory, and went with this one.
                self.durable = self.through;
                Ok(commands)
            }
            Err(()) => Err(self.refuse(now, commands)),
        }
    }

    /// Nothing more is sent until a write succeeds: what waits for the next one is lost as well.
    fn refuse(&mut self, now: Millis, mut commands: Vec<Command>) -> Vec<Command> {
        self.failures = self.failures.saturating_add(1);
        self.disk = Disk::Refuses;
        self.next_try = now.plus(RETRY_MS);
        commands.append(&mut self.waiting);
        commands
    }

    /// Commands that have waited too long. A write that hangs is a failure as far as orders go.
    pub(super) fn overdue(&mut self, now: Millis) -> Vec<Command> {
        let hangs = self.since.is_some_and(|since| now.since(since) >= PATIENCE_MS);
        if hangs && self.disk == Disk::Takes {
            let commands = std::mem::take(&mut self.writing);
            return self.refuse(now, commands);
        }
        Vec::new()
    }

    /// Takes back the commands for which `which` holds: they are not to be sent any more.
    pub(super) fn withdraw(&mut self, which: impl Fn(&Command) -> bool) -> Vec<Command> {
        let mut out = Vec::new();
        for list in [&mut self.writing, &mut self.waiting] {
            out.extend(list.extract_if(.., |command| which(command)));
        }
        out
    }

    /// When to look again.
    pub(super) fn due(&self) -> Option<Millis> {
        let hangs = self.since.map(|since| since.plus(PATIENCE_MS));
        let next = match (self.disk, &self.journal) {
            (Disk::Refuses, Some(_)) => Some(self.next_try),
            (Disk::Takes, Some(_)) if !self.queue.is_empty() => Some(self.next_lazy),
            _ => None,
        };
        match (hangs.filter(|_| self.disk == Disk::Takes), next) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    /// Whether a write is under way.
    pub(super) const fn is_writing(&self) -> bool {
        self.since.is_some()
    }

    /// Writes what is left, and that the run ended in order if it did, at the end of a run.
    ///
    /// # Errors
    /// The disk refuses, or has not answered since.
    pub(super) fn close(&mut self, now: Millis, in_order: bool) -> std::io::Result<()> {
        let hangs = || std::io::Error::other("a write has not come back");
        let journal = self.journal.as_mut().ok_or_else(hangs)?;
        let rest = std::mem::take(&mut self.queue);
        journal.append(&rest)?;
        if in_order { journal.close(now) } else { Ok(()) }
    }
}

/// Whether a command would place an order by one of these names.
pub(super) fn places(command: &Command, names: &[Cloid]) -> bool {
    match command {
        Command::Place { orders, .. } => orders.iter().any(|o| names.contains(&o.cloid)),
        Command::Modify { orders, .. } => orders.iter().any(|o| names.contains(&o.new.cloid)),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
