//! How old something is, by a clock that may jump.

use hl_quant::Millis;

/// Accumulates the forward movement of a clock, and notices when it moves back.
///
/// A difference of two readings is the age only while the clock runs evenly. This adds up the steps
/// between successive readings instead. A step forwards counts in full, whatever its cause, so an age
/// is never too small because of one. After a step back nothing is known: the time that really passed
/// between the two readings could be anything. What cannot be seen is a step back that is smaller than
/// the time since the reading before: read often.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Stopwatch {
    last: Option<Millis>,
}

/// What the clock did since the reading before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// It advanced by this many milliseconds, possibly none.
    Forward(u64),
    /// It was set back.
    Back,
}

impl Stopwatch {
    pub(super) fn read(&mut self, now: Millis) -> Step {
        let step = match self.last {
            Some(last) if now < last => Step::Back,
            Some(last) => Step::Forward(now.since(last)),
            None => Step::Forward(0),
        };
        self.last = Some(now);
        step
    }
}

/// An age in milliseconds, or nothing once the clock was set back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Age(Option<u64>);

impl Age {
    pub(super) const ZERO: Self = Self(Some(0));

    pub(super) fn advance(&mut self, step: Step) {
        self.0 = match (self.0, step) {
            (Some(age), Step::Forward(by)) => Some(age.saturating_add(by)),
            (_, Step::Back) | (None, _) => None,
        };
    }

    /// Milliseconds; nothing when unknown.
    pub(super) const fn known(self) -> Option<u64> {
        self.0
    }

    /// Whether it is at least `limit`. An unknown age is.
    pub(super) fn reached(self, limit: u64) -> bool {
        self.0.is_none_or(|age| age >= limit)
    }
}
