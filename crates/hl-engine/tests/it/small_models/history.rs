//! What a history is made of.

use std::fmt;

/// What truly happens to the followed order at the venue, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// It arrives.
    Place,
    /// A quarter of it trades.
    Part,
    /// What is left of it trades.
    Rest,
    /// A cancel arrives: it takes the order away, or finds none.
    Cancel,
}

/// Which message a duplicate repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubled {
    /// The one before it.
    Last,
    /// The first of all.
    First,
    /// Every fill so far, as a stream does that begins anew.
    Snapshot,
    /// The order's state, as its own stream tells it.
    Stream,
}

/// When things happen at the venue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speed {
    /// As soon as they can.
    Early,
    /// Not before something of it is told.
    Late,
}

/// What becomes of the engine's questions and burns before the heal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    /// They get no answer.
    Lost,
    /// They are answered at once with the truth.
    Answered,
}

/// How much time passes between two messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// A millisecond: nothing becomes due.
    Quick,
    /// More than it takes to ask twice, and to cancel again.
    Slow,
}

impl Pace {
    pub const fn ms(self) -> u64 {
        match self {
            Self::Quick => 1,
            Self::Slow => 2_600,
        }
    }
}

/// Where the process dies in the life of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crash {
    /// After all that followed from the last one was written down and sent.
    Recorded,
    /// Before anything of the last one was.
    Unrecorded,
}

/// A history: what happens, what of it is told and in which order, and where the process dies.
#[derive(Clone, Debug)]
pub struct History {
    pub truth: Vec<Deed>,
    /// The deeds whose messages arrive, in the order of arrival; `None` is the duplicate. What has
    /// not happened at the end of it happens during the heal.
    pub events: Vec<Option<usize>>,
    pub doubled: Doubled,
    pub venue: Speed,
    pub reads: Reads,
    pub pace: Pace,
    /// Before which event.
    pub crash: Option<(usize, Crash)>,
}

impl History {
    /// How many cancels of the followed order the history decides about.
    pub fn cancels(&self) -> usize {
        self.truth.iter().filter(|deed| **deed == Deed::Cancel).count()
    }
}

impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { truth, events, doubled, venue, reads, pace, crash } = self;
        write!(f, "truth {truth:?}, told ")?;
        for event in events {
            match event {
                Some(deed) => write!(f, "{:?}#{deed} ", truth[*deed])?,
                None => write!(f, "again({doubled:?}) ")?,
            }
        }
        write!(f, "venue {venue:?} reads {reads:?} pace {pace:?} crash {crash:?}")
    }
}

/// Every order of every subset of `n` things.
pub fn orders_of_subsets(n: usize) -> Vec<Vec<usize>> {
    fn grow(n: usize, have: &mut Vec<usize>, all: &mut Vec<Vec<usize>>) {
        all.push(have.clone());
        for next in 0..n {
            if !have.contains(&next) {
                have.push(next);
                grow(n, have, all);
                have.pop();
            }
        }
    }
    let mut all = Vec::new();
    grow(n, &mut Vec::new(), &mut all);
    all
}
