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
    /// `rotation_evt=wait`: a choice is due or being prepared, and waits. Said once for each reason.
    Wait {
        /// What for.
        why: Wait,
        /// When it is tried again.
        due: Millis,
    },
    /// `rotation_evt=followed`: what became of a market between two choices.
    Followed(Box<FollowedLine>),
    /// `rotation_evt=mark`: what a restart goes on from.
    Mark(Box<RotationMark>),
}

/// What a choice waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// The first measurements.
    Measuring,
    /// Enough of the markets to be measured for the first choice.
    Crowd,
    /// A market that is held, and about which nothing is known at the moment.
    Held,
    /// A market that passes the filters.
    Nobody,
}

impl Wait {
    /// The word in the log line.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Measuring => "measuring",
            Self::Crowd => "not_all_measured",
            Self::Held => "held_not_measured",
            Self::Nobody => "nobody_eligible",
        }
    }
}

/// What became of a market between two choices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FollowedLine {
    /// Where.
    pub pair: Pair,
    /// Whether it was among the chosen.
    pub was_held: bool,
    /// When the choice was made that is judged.
    pub since: Millis,
    /// How many public trades were judged.
    pub trades: u64,
    /// What makers gained on one of them after the statistics' time, after our fee, in basis points;
    /// nothing if there was none.
    pub edge: Option<Real>,
    /// What we made there, in USD: cash and position by our own count.
    pub made: Real,
    /// What we traded there, in USD.
    pub traded: Real,
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
        RotationLine::Wait { why, due } => {
            write!(f, "rotation_evt=wait reason={} due={due} ts={at}", why.code())
        }
        RotationLine::Followed(line) => {
            let FollowedLine { pair, was_held, since, trades, edge, made, traded } = &**line;
            let held = u8::from(*was_held);
            write!(
                f,
                "rotation_evt=followed pair={pair} held={held} since={since} trades={trades}"
            )?;
            match edge {
                Some(edge) => write!(f, " edge={edge}")?,
                None => f.write_str(" edge=-")?,
            }
            write!(f, " made={made} traded={traded} ts={at}")
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
