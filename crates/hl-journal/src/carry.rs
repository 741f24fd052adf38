//! Between the engine's words and those of the file.
//!
//! The file's are its own, so that a change in the engine does not silently change what old files
//! mean.

use hl_engine::{
    Carry, Cause, DayMark, Durable, Intent, Pair, Placed, RotationMark, SafeMode, Triggers,
};
use hl_quant::Millis;

use crate::State;
use crate::record::{At, Attempt, Day, Ended, Fired, Halt, Held, Record, Rotation};

impl From<&Durable> for Record {
    fn from(durable: &Durable) -> Self {
        match durable {
            Durable::Attempt(intent) => Self::Attempt(Attempt {
                at: intent.sent,
                cloid: intent.cloid,
                pair: intent.pair.as_str().to_owned(),
                side: intent.side,
                price: intent.price,
                size: intent.size,
            }),
            Durable::Taken { cloid } => Self::Taken(Ended { cloid: *cloid }),
            Durable::End { cloid } => Self::End(Ended { cloid: *cloid }),
            Durable::Halt(halt) => {
                Self::Halt(Halt { at: halt.at, why: halt.cause.code().to_owned() })
            }
            Durable::Flatten { since } => Self::Flatten(At { at: *since }),
            Durable::Flattened { at } => Self::Flattened(At { at: *at }),
            Durable::Resume { at } => Self::Resume(At { at: *at }),
            Durable::Day(mark) => Self::Day(Day {
                day: mark.day,
                at: mark.at,
                start: mark.start,
                peak: mark.peak,
                transfers: mark.transfers,
            }),
            Durable::DeadMan(triggers) => {
                Self::DeadMan(Fired { day: triggers.day, fired: triggers.fired })
            }
            Durable::Fills { through } => Self::Fills(At { at: *through }),
            Durable::Rotation(mark) => Self::Rotation(rotation(mark)),
        }
    }
}

impl State {
    /// What the engine must know of the runs before it, for
    /// [`Engine::restore`](hl_engine::Engine::restore).
    #[must_use]
    pub fn carry(&self) -> Carry {
        Carry {
            halt: self.halt.as_ref().map(|halt| hl_engine::Halt {
                at: halt.at,
                // A word of another version still halts. What an operator says stands behind it.
                cause: Cause::from_code(halt.why.split(':').next().unwrap_or_default())
                    .unwrap_or(Cause::Earlier),
            }),
            flatten: self.flatten,
            safe_mode: if self.safe.is_some() { SafeMode::On } else { SafeMode::Off },
            day: self.day.map(|day| DayMark {
                day: day.day,
                at: day.at,
                start: day.start,
                peak: day.peak,
                transfers: day.transfers,
            }),
            dead_man: self.dead_man.map(|it| Triggers { day: it.day, fired: it.fired }),
            intents: self.intents.values().map(|attempt| self.intent(attempt)).collect(),
            fills_through: self.fills,
            rotation: self.rotation.as_ref().map(mark),
        }
    }
}

impl State {
    fn intent(&self, attempt: &Attempt) -> Intent {
        let taken = self.taken.contains(&attempt.cloid);
        Intent {
            cloid: attempt.cloid,
            pair: Pair::new(&attempt.pair),
            side: attempt.side,
            price: attempt.price,
            size: attempt.size,
            sent: attempt.at,
            placed: if taken { Placed::Taken } else { Placed::InDoubt },
        }
    }
}

fn rotation(mark: &RotationMark) -> Rotation {
    let held = |(pair, since): &(Pair, _)| Held { pair: pair.as_str().to_owned(), since: *since };
    Rotation {
        last: mark.last,
        due: mark.due,
        round: mark.round,
        held: mark.held.iter().map(held).collect(),
        leaving: mark.leaving.iter().map(|pair| pair.as_str().to_owned()).collect(),
        entered: mark.entered.iter().map(|at| at.0).collect(),
    }
}

fn mark(rotation: &Rotation) -> RotationMark {
    RotationMark {
        last: rotation.last,
        due: rotation.due,
        round: rotation.round,
        held: rotation.held.iter().map(|held| (Pair::new(&held.pair), held.since)).collect(),
        leaving: rotation.leaving.iter().map(|pair| Pair::new(pair)).collect(),
        entered: rotation.entered.iter().map(|at| Millis(*at)).collect(),
    }
}

/// What `records` amount to for the engine; [`State`] also has what the shell needs of them.
#[must_use]
pub fn fold(records: &[Record]) -> Carry {
    let mut state = State::default();
    for record in records {
        state.apply(record);
    }
    state.carry()
}
