//! What all records of a journal amount to.

use std::collections::{BTreeMap, BTreeSet};

use hl_quant::Millis;
use hl_wire::Cloid;

use crate::record::{At, Attempt, Day, Ended, Fired, Halt, Record, Rotation, Run};
use crate::{Encoder, End, Lost, Recovered};

/// Starts that are remembered: more than any budget allows.
const STARTS_MAX: usize = 64;

/// Why the bot is halted after a journal was found damaged: a halt may have stood there.
pub const DAMAGED: &str = hl_engine::Cause::JournalDamaged.code();

/// What the records so far amount to.
///
/// A file is replaced by [`State::snapshot`] at every start and when it has grown, so it is bounded
/// by what is open, not by how long the bot has run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Who wrote the file last.
    pub run: Option<Run>,
    /// Starts that have not ended in order.
    pub starts: Vec<Millis>,
    /// The halt that holds, if one does.
    pub halt: Option<Halt>,
    /// Since when positions are being closed, if they are.
    pub flatten: Option<Millis>,
    /// Since when safe mode holds, if it does.
    pub safe: Option<Millis>,
    /// Where the limits on losses count from.
    pub day: Option<Day>,
    /// How often the dead man's switch has fired on its last day.
    pub dead_man: Option<Fired>,
    /// Up to which moment of the venue fills have been counted.
    pub fills: Option<Millis>,
    /// Which markets are being quoted, and when to choose again.
    pub rotation: Option<Rotation>,
    /// Whether the last run ended in order.
    pub stopped: bool,
    /// Orders that may rest: attempts whose fate is not known, and orders that have not gone.
    pub intents: BTreeMap<Cloid, Attempt>,
    /// Those of them that the venue took.
    pub taken: BTreeSet<Cloid>,
}

impl State {
    /// What can be trusted of a journal that was read.
    ///
    /// A damaged one halts, because a halt may be among what was lost; an unfinished last line is
    /// what a crash leaves, and was never confirmed.
    #[must_use]
    pub fn recover(found: &Recovered) -> Self {
        let mut state = Self::default();
        for record in &found.records {
            state.apply(record);
        }
        if let End::Torn { lost: Lost::Damaged, .. } = found.end
            && state.halt.is_none()
        {
            let at = state.run.as_ref().map_or(Millis(0), |run| run.at);
            state.halt = Some(Halt { at, why: DAMAGED.to_owned() });
        }
        state
    }

    /// Takes one record in.
    pub fn apply(&mut self, record: &Record) {
        match record {
            Record::Run(run) => self.run = Some(run.clone()),
            Record::Start(At { at }) => {
                if self.starts.len() >= STARTS_MAX {
                    self.starts.remove(0);
                }
                self.starts.push(*at);
                self.stopped = false;
            }
            Record::Attempt(attempt) => {
                self.intents.insert(attempt.cloid, attempt.clone());
            }
            Record::Taken(taken) => {
                if self.intents.contains_key(&taken.cloid) {
                    self.taken.insert(taken.cloid);
                }
            }
            Record::End(end) => {
                self.intents.remove(&end.cloid);
                self.taken.remove(&end.cloid);
            }
            // The first reason stands: it is the one to look at.
            Record::Halt(halt) => {
                self.halt.get_or_insert_with(|| halt.clone());
            }
            Record::Flatten(At { at }) => {
                self.flatten.get_or_insert(*at);
            }
            Record::Flattened(_) => self.flatten = None,
            Record::Safe(At { at }) => {
                self.safe.get_or_insert(*at);
            }
            Record::Resume(_) => {
                self.halt = None;
                self.flatten = None;
                self.safe = None;
                // The run that is going on still counts.
                self.starts.drain(..self.starts.len().saturating_sub(1));
            }
            Record::Day(day) => self.day = Some(*day),
            Record::DeadMan(fired) => self.dead_man = Some(*fired),
            Record::Fills(At { at }) => self.fills = self.fills.max(Some(*at)),
            Record::Rotation(rotation) => self.rotation = Some(rotation.clone()),
            Record::Stop(_) => {
                self.starts.pop();
                self.stopped = true;
            }
        }
    }

    /// The records that amount to the same, fewest first. `run` is who writes them.
    #[must_use]
    pub fn records(&self, run: &Run) -> Vec<Record> {
        let mut records = vec![Record::Run(run.clone())];
        records.extend(self.starts.iter().map(|at| Record::Start(At { at: *at })));
        records.extend(self.safe.map(|at| Record::Safe(At { at })));
        records.extend(self.halt.clone().map(Record::Halt));
        records.extend(self.flatten.map(|at| Record::Flatten(At { at })));
        records.extend(self.day.map(Record::Day));
        records.extend(self.dead_man.map(Record::DeadMan));
        records.extend(self.fills.map(|at| Record::Fills(At { at })));
        records.extend(self.rotation.clone().map(Record::Rotation));
        records.extend(self.intents.values().cloned().map(Record::Attempt));
        records.extend(self.taken.iter().map(|cloid| Record::Taken(Ended { cloid: *cloid })));
        records
    }

    /// A new file that amounts to the same, and what appends to it.
    #[must_use]
    pub fn snapshot(&self, run: &Run) -> (Vec<u8>, Encoder) {
        let (mut bytes, mut encoder) = (Vec::new(), Encoder::new());
        for record in self.records(run) {
            encoder.encode(&record, &mut bytes);
        }
        (bytes, encoder)
    }
}
