//! The driver's part in keeping the journal ahead of the wire.

use hl_client::clock;
use hl_engine::{Command, Event, EventKind, Input, Journal as Word, Operator};

use hl_journal::log::Quoted;

use super::driver::Driver;
use super::keeper::{Disk, places};
use super::tasks::Answer;
use crate::state::Journal;

impl Driver {
    /// Takes an event down, and stops orders that wait when it says that quoting has ended: after
    /// that word none may leave.
    pub(super) fn note(&mut self, event: &Event) -> bool {
        self.keeper.note(event);
        match event.kind {
            EventKind::Halt(_) => true,
            EventKind::Operator(word) => word != Operator::Resume,
            _ => false,
        }
    }

    /// An order may leave once its record is on the disk.
    pub(super) fn hold(&mut self, command: Command) {
        if let Some(refused) = self.keeper.hold(command) {
            self.refuse(&refused);
        }
    }

    /// A cancel names an order that has not left yet: then it does not leave.
    pub(super) fn withdraw_cancelled(&mut self, command: &Command) {
        if let Command::Cancel { orders, .. } = command {
            let names: Vec<_> = orders.iter().map(|order| order.cloid).collect();
            let withdrawn = self.keeper.withdraw(|waiting| places(waiting, &names));
            withdrawn.iter().for_each(|command| self.refuse(command));
        }
    }

    /// No order that still waits is sent.
    pub(super) fn withdraw_all(&mut self) {
        let withdrawn = self.keeper.withdraw(|_| true);
        withdrawn.iter().for_each(|command| self.refuse(command));
    }

    fn refuse(&mut self, command: &Command) {
        let orders = match command {
            Command::Place { orders, .. } => orders.len(),
            Command::Modify { orders, .. } => orders.len(),
            _ => 1,
        };
        self.never_sent(command.request(), orders);
    }

    /// Begins the next write if one is due.
    pub(super) fn keep(&mut self) {
        let now = clock::now();
        let overdue = self.keeper.overdue(now);
        if self.keeper.disk() != self.journal_told {
            self.journal_told = self.keeper.disk();
            self.log.line(&"state_evt=journal_slow");
        }
        self.tell_disk();
        overdue.iter().for_each(|command| self.refuse(command));
        if let Some((mut journal, records)) = self.keeper.begin(now) {
            self.tasks.spawn_blocking(move || {
                let result = journal.append(&records);
                Answer::Written { journal, result }
            });
        }
    }

    /// A write has ended: what waited for it goes out, or never does.
    pub(super) fn written(&mut self, journal: Box<Journal>, result: std::io::Result<()>) {
        let outcome = result.as_ref().map(drop).map_err(drop);
        match self.keeper.written(clock::now(), journal, outcome) {
            Ok(commands) => {
                if self.journal_told == Disk::Refuses {
                    self.journal_told = Disk::Takes;
                    self.log.line(&"state_evt=journal_ok");
                }
                self.tell_disk();
                commands.into_iter().for_each(|command| self.execute(command));
                self.clear_desk();
            }
            Err(commands) => {
                if let (Err(error), Disk::Takes) = (&result, self.journal_told) {
                    self.log.line(&format!("state_evt=journal_failed reason={}", Quoted(error)));
                }
                self.journal_told = Disk::Refuses;
                // First the reason, so that what never left is not asked for again at once.
                self.tell_disk();
                commands.iter().for_each(|command| self.refuse(command));
            }
        }
    }

    /// Tells the engine whether the disk takes records, if that has changed: those of the journal,
    /// and the lines of a log that somebody wants in a file, and every decision. Nothing is quoted without them.
    pub(super) fn tell_disk(&mut self) {
        let decisions = self.core.decisions.as_ref().is_some_and(|it| it.health().refuses());
        let refuses = self.keeper.disk() == Disk::Refuses || self.log.refuses() || decisions;
        let disk = if refuses { Disk::Refuses } else { Disk::Takes };
        if disk != self.disk_told {
            self.disk_told = disk;
            let word = match disk {
                Disk::Takes => Word::Written,
                Disk::Refuses => Word::Failed,
            };
            self.core.feed(clock::now(), Input::Journal(word));
        }
    }

    /// Waits for a write that is under way, so that the last record can follow it.
    pub(super) async fn settle_journal(&mut self) {
        while self.keeper.is_writing() {
            let next = tokio::time::timeout(super::driver::SETTLE, self.tasks.join_next()).await;
            match next {
                Ok(Some(answer)) => self.answered(answer),
                // The disk hangs, or the task is gone: the next start counts this as a crash.
                Ok(None) | Err(_) => return,
            }
        }
    }

    /// Hands over what has been recorded for long enough, and says what became of it.
    pub(super) fn tend_decisions(&mut self) {
        let Some(decisions) = &mut self.core.decisions else { return };
        decisions.hand_over_if_due(clock::now());
        for note in decisions.notes() {
            self.log.line(&note);
        }
    }

    /// The last decisions of the run.
    pub(super) fn close_decisions(&mut self) {
        if let Some(decisions) = &mut self.core.decisions {
            decisions.close();
        }
        self.tend_decisions();
    }

    /// The last records of the run.
    pub(super) fn close_journal(&mut self, in_order: bool) {
        if let Err(error) = self.keeper.close(clock::now(), in_order) {
            self.log.line(&format!("state_evt=journal_failed reason={}", Quoted(error)));
        }
    }
}
