//! The lines about opinions: heard, refused, followed, switched off.

use std::fmt::{self, Formatter};

use hl_quant::Millis;
use hl_signals::{Micro, SourceId};

use super::line::Stamp;
use crate::Pair;

/// Something about a source of opinions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignalLine {
    /// `signal_evt=heard`: an opinion that says something else than the one before. Those made from
    /// the venue's own data change all the time and are not told.
    Heard {
        /// About which market.
        pair: Pair,
        /// Whose.
        source: SourceId,
        /// From -1 to +1.
        value: Micro,
        /// From 0 to 1.
        confidence: Micro,
        /// How old it was when it came, by the source's time. Milliseconds.
        age_ms: u64,
    },
    /// `signal_evt=refused`: an opinion was not taken.
    Refused {
        /// About which market.
        pair: Pair,
        /// Whose.
        source: SourceId,
        /// Why.
        why: hl_signals::Refused,
    },
    /// `signal_evt=marked`: what followed an opinion. The lines of this kind are the record that
    /// `mm-bot signals --report` reads, and that a restart takes back.
    Marked(MarkLine),
    /// `signal_evt=coverage`: how often a source had something to say since the last such line, and
    /// how old that was.
    Coverage {
        /// Whose.
        source: SourceId,
        /// Looks at a market.
        looks: u64,
        /// Those at which it had a fresh opinion.
        fresh: u64,
        /// The ages of those together, by the source's time. Milliseconds.
        age_ms: u64,
        /// Opinions that could not be followed.
        lost: u64,
    },
    /// `signal_evt=off|on|misleads`: a source's record has changed what is to be done with it.
    Switched {
        /// Whose.
        source: SourceId,
        /// What was done.
        how: Switch,
        /// Its information coefficient and the ends of the 95 % interval, if there are any.
        coefficient: Option<(Micro, Micro, Micro)>,
        /// From how many samples.
        samples: u64,
    },
}

/// What followed an opinion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkLine {
    /// About which market.
    pub pair: Pair,
    /// Whose.
    pub source: SourceId,
    /// When the opinion was taken down.
    pub taken: Millis,
    /// The opinion, from -1 to +1.
    pub value: Micro,
    /// What all sources together said, with this one.
    pub with: Micro,
    /// And without it.
    pub without: Micro,
    /// How long after it the price was looked at, in milliseconds.
    pub horizon_ms: u64,
    /// How far the mid price had moved, in basis points.
    pub moved_bps: Micro,
}

/// What was done with a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// It misleads, and counts for nothing from here on.
    Off,
    /// It does not mislead any more, and counts again.
    On,
    /// It misleads, and counts all the same, because the configuration says so.
    Pinned,
}

pub(super) fn write(line: &SignalLine, at: &Stamp<'_>, f: &mut Formatter<'_>) -> fmt::Result {
    match line {
        SignalLine::Heard { pair, source, value, confidence, age_ms } => write!(
            f,
            "signal_evt=heard {at} pair={pair} source={source} value={value} \
             confidence={confidence} age_ms={age_ms}"
        ),
        SignalLine::Refused { pair, source, why } => {
            write!(f, "signal_evt=refused {at} pair={pair} source={source} reason=\"{why}\"")
        }
        SignalLine::Marked(mark) => {
            let MarkLine { pair, source, taken, value, with, without, horizon_ms, moved_bps } =
                mark;
            write!(
                f,
                "signal_evt=marked {at} pair={pair} source={source} taken={taken} value={value} \
                 with={with} without={without} horizon_ms={horizon_ms} moved_bps={moved_bps}"
            )
        }
        SignalLine::Coverage { source, looks, fresh, age_ms, lost } => write!(
            f,
            "signal_evt=coverage {at} source={source} looks={looks} fresh={fresh} \
             age_ms={age_ms} lost={lost}"
        ),
        SignalLine::Switched { source, how, coefficient, samples } => {
            let word = match how {
                Switch::Off => "off",
                Switch::On => "on",
                Switch::Pinned => "misleads",
            };
            let pinned = u8::from(*how == Switch::Pinned);
            write!(f, "signal_evt={word} {at} source={source} samples={samples} pinned={pinned}")?;
            coefficient
                .map_or(Ok(()), |(ic, low, high)| write!(f, " ic={ic} ic_low={low} ic_high={high}"))
        }
    }
}
