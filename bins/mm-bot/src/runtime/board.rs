//! The driver's part in the dashboard: a copy of how things stand, and an operator's word.

use hl_client::clock;

use super::driver::Driver;
use super::keeper::Disk;
use crate::dashboard::{Ask, Look, Shell};

impl Driver {
    pub(super) fn asked(&mut self, ask: Ask) {
        match ask {
            Ask::Look(want, answer) => {
                let (core, beside) = (&self.core, (self.shell(), self.core.stopped));
                let look = Look::of(want, &core.engine, clock::now(), core.profit.as_ref(), beside);
                // Whoever asked may have gone; that is their affair.
                drop(answer.send(look));
            }
            Ask::Word(word, heard) => {
                self.operator(word);
                let _ = heard.send(());
            }
            Ask::Say(line) => self.log.line(&line),
        }
    }

    /// What the shell knows beside the engine.
    fn shell(&self) -> Shell {
        Shell {
            journal_takes: self.keeper.disk() == Disk::Takes,
            journal_failures: self.keeper.failures,
            log_broken: self.log.broken(),
            specs_at: self.specs_at,
            disconnects: self.pulse.disconnects,
            unreadable: self.pulse.unreadable,
            dropped: self.pulse.dropped,
            failed_queries: self.core.failed_queries,
            messages_lost: self.messenger.delivered.lost(),
            decisions_lost: self
                .core
                .decisions
                .as_ref()
                .map_or(0, |decisions| decisions.health().dropped()),
        }
    }
}
