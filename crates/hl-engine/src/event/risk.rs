//! What the lines about risk say.

use std::fmt::{self, Formatter};

use hl_quant::{Millis, SignedSize};
use hl_wire::RejectCode;

use super::Figure;
use crate::{Cause, DayMark, Grade, Halt, Pair, Triggers};

/// A change of what the engine may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GradeLine {
    /// Where; all markets if there is none.
    pub pair: Option<Pair>,
    /// What it may do from now on.
    pub grade: Grade,
    /// Why.
    pub cause: Cause,
    /// The number that decided.
    pub have: Figure,
    /// Its limit.
    pub limit: Figure,
}

/// Something that is not yet a reason to act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Where; everywhere if there is none.
    pub pair: Option<Pair>,
    /// What about.
    pub cause: Cause,
    /// The number.
    pub have: Figure,
    /// What it should not exceed.
    pub limit: Figure,
}

/// How the closing of a position ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExitLine {
    /// Where.
    pub pair: Pair,
    /// What is left.
    pub left: SignedSize,
    /// How often it was tried.
    pub tries: u8,
}

/// How far the closing of all positions is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlattenLine {
    /// It has begun, at this moment; after a restart it goes on, begun then.
    Begun(Millis),
    /// Every position is closed or given up, or the operator has ended it.
    Ended,
}

/// Something about the dead man's switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeadManLine {
    /// It would fire at this moment. Once, not at each push.
    Armed(Millis),
    /// The venue refuses it; the watchdog is tighter until it does not.
    Refused(RejectCode),
    /// The venue's answers about it are no answers; the watchdog is tighter until one is.
    Doubtful,
    /// It has fired, or must be assumed to have: every order of the account was cancelled.
    Fired(Triggers),
    /// It has fired as often as the venue allows in a day.
    Exhausted(Triggers),
    /// It was taken back after a confirmed stop, so that it does not fire for nothing.
    Cleared,
}

pub(super) fn write_grade(
    g: &GradeLine,
    at: &dyn fmt::Display,
    f: &mut Formatter<'_>,
) -> fmt::Result {
    let GradeLine { grade, cause, have, limit, .. } = g;
    let pair = Where(g.pair.as_ref());
    write!(
        f,
        "risk_evt=grade {at} pair={pair} grade={grade} reason={cause} have={have} limit={limit}"
    )
}

pub(super) fn write_warning(
    w: &Warning,
    at: &dyn fmt::Display,
    f: &mut Formatter<'_>,
) -> fmt::Result {
    let Warning { cause, have, limit, .. } = w;
    let pair = Where(w.pair.as_ref());
    write!(f, "risk_evt=warn {at} pair={pair} reason={cause} have={have} limit={limit}")
}

pub(super) fn write_exit(
    x: &ExitLine,
    at: &dyn fmt::Display,
    f: &mut Formatter<'_>,
) -> fmt::Result {
    write!(f, "risk_evt=exit {at} pair={} left={} tries={}", x.pair, x.left, x.tries)
}

pub(super) fn write_flatten(
    x: FlattenLine,
    at: &dyn fmt::Display,
    f: &mut Formatter<'_>,
) -> fmt::Result {
    match x {
        FlattenLine::Begun(since) => {
            write!(f, "risk_evt=flatten {at} stage=begun since={since}")
        }
        FlattenLine::Ended => write!(f, "risk_evt=flatten {at} stage=ended"),
    }
}

pub(super) fn write_day(d: &DayMark, at: &dyn fmt::Display, f: &mut Formatter<'_>) -> fmt::Result {
    let DayMark { day, start, peak, transfers, .. } = d;
    write!(f, "risk_evt=day {at} day={day} start={start} peak={peak} transfers={transfers}")
}

pub(super) fn write_halt(h: &Halt, at: &dyn fmt::Display, f: &mut Formatter<'_>) -> fmt::Result {
    write!(f, "halt_evt=latch {at} reason={} since={}", h.cause, h.at)
}

pub(super) fn write_dead_man(
    d: &DeadManLine,
    at: &dyn fmt::Display,
    f: &mut Formatter<'_>,
) -> fmt::Result {
    match d {
        DeadManLine::Armed(fires) => write!(f, "dead_man_evt=armed {at} fires={fires}"),
        DeadManLine::Refused(code) => {
            write!(f, "dead_man_evt=refused {at} {}", super::line::Refusal(*code))
        }
        DeadManLine::Doubtful => write!(f, "dead_man_evt=doubtful {at}"),
        DeadManLine::Fired(Triggers { fired, .. }) => {
            write!(f, "dead_man_evt=fired {at} today={fired}")
        }
        DeadManLine::Exhausted(Triggers { fired, .. }) => {
            write!(f, "dead_man_evt=exhausted {at} today={fired}")
        }
        DeadManLine::Cleared => write!(f, "dead_man_evt=cleared {at}"),
    }
}

/// A pair, or `all`.
struct Where<'a>(Option<&'a Pair>);

impl fmt::Display for Where<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(pair) => fmt::Display::fmt(pair, f),
            None => f.write_str("all"),
        }
    }
}
