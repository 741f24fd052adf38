//! What one run of the engine hands to the next: what must be on disk, and what comes back from it.

use hl_quant::{Millis, Price, Side, Size};
use hl_wire::Cloid;

use crate::{
    Cause, Event, EventKind, FlattenLine, Pair, ReconLine, RotationLine, RotationMark, SubmitEnd,
    Usd,
};

/// Milliseconds of a UTC day.
const DAY_MS: u64 = 86_400_000;

/// Everything that an engine must know of the runs before it; see
/// [`Engine::restore`](crate::Engine::restore). The default is a first run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Carry {
    /// A halt that nobody has ended.
    pub halt: Option<Halt>,
    /// Since when positions were being closed, if nothing has ended that: it goes on, unless safe mode
    /// is on.
    pub flatten: Option<Millis>,
    /// Whether to start without quoting, because the last starts came too close together.
    pub safe_mode: SafeMode,
    /// What losses are measured from.
    pub day: Option<DayMark>,
    /// How often the dead man's switch has fired.
    pub dead_man: Option<Triggers>,
    /// Orders whose sending was recorded, and not their end: they may rest, or have traded, or never
    /// have arrived.
    pub intents: Vec<Intent>,
    /// Every fill before this moment has been counted.
    pub fills_through: Option<Millis>,
    /// Which markets were being quoted, and when to choose again.
    pub rotation: Option<RotationMark>,
}

/// Whether an engine starts without quoting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SafeMode {
    /// It starts as configured.
    #[default]
    Off,
    /// It cancels what is left of earlier runs, and quotes only after the operator's word.
    On,
}

/// A halt: nothing is quoted until the operator's word, in this run or a later one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Halt {
    /// Since when.
    pub at: Millis,
    /// Why.
    pub cause: Cause,
}

/// What losses are measured from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayMark {
    /// Which UTC day: days since 1970-01-01.
    pub day: u64,
    /// The moment of the report that the day began with: transfers count from there.
    pub at: Millis,
    /// What the account was worth then.
    pub start: Usd,
    /// The most that it has been worth, less what was transferred since `at`.
    pub peak: Usd,
    /// What the ledger says was transferred since `at`: negative if money left.
    pub transfers: Usd,
}

/// How often the dead man's switch has fired. The venue counts ten to a UTC day (Hyperliquid docs,
/// "Exchange endpoint": schedule cancel).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Triggers {
    /// Which UTC day: days since 1970-01-01.
    pub day: u64,
    /// How often on that day.
    pub fired: u32,
}

/// An order that was about to be sent. A market is named by its symbol, because the list of markets
/// may be another one in the next run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// Its name.
    pub cloid: Cloid,
    /// Where.
    pub pair: Pair,
    /// Which side.
    pub side: Side,
    /// At what price.
    pub price: Price,
    /// How much.
    pub size: Size,
    /// When.
    pub sent: Millis,
    /// What is known of it.
    pub placed: Placed,
}

/// What is known of an order that may rest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Placed {
    /// That it was about to be sent.
    #[default]
    InDoubt,
    /// That the venue took it.
    Taken,
}

/// What must be on disk before the commands of the same input are carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Durable {
    /// An order is about to be sent.
    Attempt(Intent),
    /// The venue took it: its attempt has ended, and it rests from here on.
    Taken {
        /// Which order.
        cloid: Cloid,
    },
    /// It does not exist, or not any more. An order that the venue took stays on record until it has
    /// gone, because a list of the venue that does not show it may be wrong.
    End {
        /// Which order.
        cloid: Cloid,
    },
    /// Quoting has ended until further notice.
    Halt(Halt),
    /// The operator ended a halt.
    Resume {
        /// When.
        at: Millis,
    },
    /// From now on positions are closed.
    Flatten {
        /// Since when.
        since: Millis,
    },
    /// They are closed or given up, or the operator has ended it.
    Flattened {
        /// When.
        at: Millis,
    },
    /// Losses are measured from here.
    Day(DayMark),
    /// The dead man's switch has fired.
    DeadMan(Triggers),
    /// Every fill before this moment has been counted.
    Fills {
        /// The moment.
        through: Millis,
    },
    /// Which markets are being quoted, and when to choose again.
    Rotation(RotationMark),
}

/// The UTC day of a moment: days since 1970-01-01.
#[must_use]
pub const fn utc_day(at: Millis) -> u64 {
    // The divisor is not zero.
    at.0 / DAY_MS
}

impl Event {
    /// What of this event must survive a crash, if anything. The shell makes the records of an input
    /// durable before it carries out any of its commands.
    #[must_use]
    pub fn durable(&self) -> Option<Durable> {
        match &self.kind {
            EventKind::Attempt(attempt) => Some(Durable::Attempt(Intent {
                cloid: attempt.cloid,
                pair: attempt.pair.clone(),
                side: attempt.side,
                price: attempt.price,
                size: attempt.size,
                sent: self.at,
                placed: Placed::InDoubt,
            })),
            EventKind::Submit(submit) if submit.end.is_off_record() => {
                Some(Durable::End { cloid: submit.cloid })
            }
            EventKind::Submit(submit) if submit.end == SubmitEnd::Accepted => {
                Some(Durable::Taken { cloid: submit.cloid })
            }
            EventKind::Gone { cloid, .. } => Some(Durable::End { cloid: *cloid }),
            EventKind::Halt(halt) => Some(Durable::Halt(*halt)),
            EventKind::Operator(crate::Operator::Resume) => Some(Durable::Resume { at: self.at }),
            EventKind::Flatten(FlattenLine::Begun(since)) => {
                Some(Durable::Flatten { since: *since })
            }
            EventKind::Flatten(FlattenLine::Ended) => Some(Durable::Flattened { at: self.at }),
            EventKind::DayMark(mark) => Some(Durable::Day(*mark)),
            EventKind::DeadMan(crate::DeadManLine::Fired(triggers)) => {
                Some(Durable::DeadMan(*triggers))
            }
            EventKind::Recon(ReconLine::Fills { through }) => {
                Some(Durable::Fills { through: *through })
            }
            EventKind::Rotation(RotationLine::Mark(mark)) => {
                Some(Durable::Rotation(RotationMark::clone(mark)))
            }
            _ => None,
        }
    }
}
