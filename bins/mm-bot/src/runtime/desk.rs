//! The driver's part in obeying the operator: signals, and words left in the state directory.
//!
//! `mm-bot halt` and `mm-bot resume` leave a word beside the journal and send a signal. The signal
//! only says that there is a word; without one it means a plain halt or resume. The word goes away
//! when what it asks for is on the disk, which is what the command waits for: if the process dies
//! before, the next one finds it.

use hl_client::clock;
use hl_engine::{Halt, Operator};
use hl_journal::log::Quoted;
use hl_quant::Millis;

use super::driver::Driver;
use crate::state::{Word, WordFile};

/// Where words are left, and the one that has been heard and not recorded yet.
#[derive(Debug)]
pub(super) struct Desk {
    file: WordFile,
    /// With the number of records that it takes.
    heard: Option<(Word, u64)>,
}

impl Desk {
    pub(super) const fn new(file: WordFile) -> Self {
        Self { file, heard: None }
    }
}

impl Driver {
    /// A signal: whatever lies on the desk is what it is about.
    pub(super) fn operator(&mut self, word: Operator) {
        if !self.read_desk() {
            self.core.operator(clock::now(), word);
        }
    }

    /// Looks for a word, obeys it, and takes it away once that is recorded. Whether there was one.
    pub(super) fn read_desk(&mut self) -> bool {
        if self.desk.heard.is_some() {
            self.clear_desk();
            return false;
        }
        let Some(word) = self.desk.file.read() else { return false };
        self.log.line(&format!("state_evt=operator {word}"));
        self.keeper.reason(word.why());
        let now = clock::now();
        match &word {
            Word::Halt { .. } => self.core.operator(now, Operator::Halt),
            Word::Resume { at } if may_resume(self.core.engine.halted(), *at) => {
                self.core.operator(now, Operator::Resume);
            }
            // A limit has halted the bot since: that is another matter, which nobody has looked at.
            Word::Resume { .. } => self.log.line(&"state_evt=resume_too_old"),
        }
        // What it makes the engine say is taken down now, so that it can be waited for.
        self.write_events();
        self.desk.heard = Some((word, self.keeper.taken()));
        self.clear_desk();
        true
    }

    /// Takes the word away once it is on the disk.
    pub(super) fn clear_desk(&mut self) {
        let durable = self.keeper.durable();
        if let Some((word, _)) = self.desk.heard.take_if(|(_, records)| durable >= *records)
            && let Err(error) = self.desk.file.clear(&word)
        {
            self.log.line(&format!("state_evt=word_stays reason={}", Quoted(error)));
        }
    }
}

/// Whether a word of `at` is about the halt that holds.
fn may_resume(halted: Option<Halt>, at: Millis) -> bool {
    halted.is_none_or(|halt| halt.at <= at)
}
