//! The lines about rotation. Their keys are the old system's; `ts` is in milliseconds, as there.

use std::fmt::{self, Formatter};

use hl_quant::Millis;
use hl_rotation::{Explained, Factor};

use crate::{Pair, RotationMark};

/// Something about rotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RotationLine {
    /// `rotation_evt=rebalance`: the markets that are quoted from now on, the best first.
    Rebalance(Vec<Pair>),
    /// `rotation_evt=score`: one market's score and what it is made of.
    Score(Box<ScoreLine>),
    /// `rotation_evt=enter|active|keep|drain|exit|gone`.
    Moved {
        /// Where.
        pair: Pair,
        /// What happens to it.
        to: Move,
        /// Why.
        reason: &'static str,
    },
    /// `rotation_evt=mark`: what a restart goes on from.
    Mark(Box<RotationMark>),
}

/// What happens to a market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// It was chosen.
    Enter,
    /// It is quoted from now on.
    Active,
    /// It stays chosen.
    Keep,
    /// Its orders are being cancelled.
    Drain,
    /// Its position is being worked out.
    Exit,
    /// Nothing of ours is left.
    Gone,
}

impl Move {
    /// The word in the log line.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Enter => "enter",
            Self::Active => "active",
            Self::Keep => "keep",
            Self::Drain => "drain",
            Self::Exit => "exit",
            Self::Gone => "gone",
        }
    }
}

/// One market's score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScoreLine {
    /// Where.
    pub pair: Pair,
    /// Its score.
    pub score: Real,
    /// The raw value of each factor, in the order of [`Factor::ALL`].
    pub raw: [Option<Real>; Factor::ALL.len()],
    /// The first filter that it failed.
    pub failed: Option<&'static str>,
}

impl ScoreLine {
    pub(crate) fn new(pair: Pair, explained: &Explained) -> Self {
        Self {
            pair,
            score: Real::new(explained.score),
            raw: Factor::ALL.map(|factor| explained.raw(factor).map(Real::new)),
            failed: explained.failed().map(hl_rotation::Filter::key),
        }
    }
}

/// A float in an event: equal if its bits are. Printed with six decimals at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Real(u64);

impl Real {
    /// This number.
    #[must_use]
    pub const fn new(value: f64) -> Self {
        Self(value.to_bits())
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> f64 {
        f64::from_bits(self.0)
    }
}

impl fmt::Display for Real {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let text = format!("{:.6}", self.get());
        let short = text.trim_end_matches('0').trim_end_matches('.');
        f.write_str(if text.contains('.') { short } else { &text })
    }
}

pub(super) fn write(line: &RotationLine, at: Millis, f: &mut Formatter<'_>) -> fmt::Result {
    match line {
        RotationLine::Rebalance(pairs) => {
            write!(f, "rotation_evt=rebalance pairs={} ts={at}", Csv(pairs))
        }
        RotationLine::Score(line) => {
            write!(f, "rotation_evt=score pair={} score={}", line.pair, line.score)?;
            for (factor, raw) in Factor::ALL.into_iter().zip(line.raw) {
                match raw {
                    Some(raw) => write!(f, " {}={raw}", factor.key())?,
                    None => write!(f, " {}=-", factor.key())?,
                }
            }
            write!(f, " filter={} ts={at}", line.failed.unwrap_or("-"))
        }
        RotationLine::Moved { pair, to, reason } => {
            write!(f, "rotation_evt={} pair={pair} reason={reason} ts={at}", to.code())
        }
        RotationLine::Mark(mark) => {
            let held: Vec<&Pair> = mark.held.iter().map(|(pair, _)| pair).collect();
            let (due, round, leaving) = (mark.due, mark.round, Csv(&mark.leaving));
            let held = Csv(&held);
            write!(
                f,
                "rotation_evt=mark round={round} due={due} held={held} leaving={leaving} ts={at}"
            )
        }
    }
}

/// Names joined by commas; `-` if there are none.
struct Csv<'a, T>(&'a [T]);

impl<T: fmt::Display> fmt::Display for Csv<'_, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Some((first, rest)) = self.0.split_first() else { return f.write_str("-") };
        write!(f, "{first}")?;
        rest.iter().try_for_each(|name| write!(f, ",{name}"))
    }
}
