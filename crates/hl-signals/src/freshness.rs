//! How old an opinion may be, and what is left of it until then.

use hl_quant::Millis;

use crate::{Confidence, Signal, Value, float::from_u64};

/// How old an opinion may be. All in milliseconds.
///
/// Two clocks run: one since the time that the source states, and one since the source last said
/// something *else*. The older of the two counts, so that neither a payload served again nor an old
/// one under a new stamp becomes fresh. What is left of the opinion falls in a straight line to
/// nothing over the last [`Freshness::fade_ms`], so that its end is no jump.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Freshness {
    /// From this age on, by the source's own time, an opinion counts for nothing.
    pub max_age_ms: u64,
    /// From this age on, counted from when the content last changed, it counts for nothing.
    pub max_unchanged_ms: u64,
    /// Over how long before the end it fades.
    pub fade_ms: u64,
    /// How far the source's clock may be ahead of ours. Within that, a time in the future counts as
    /// the moment it was heard; beyond, the payload is refused.
    pub max_ahead_ms: u64,
}

impl Default for Freshness {
    /// Five minutes by either clock, the second half of them fading; five seconds ahead.
    fn default() -> Self {
        Self {
            max_age_ms: 300_000,
            max_unchanged_ms: 300_000,
            fade_ms: 150_000,
            max_ahead_ms: 5_000,
        }
    }
}

/// What a market's signal says now.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reading {
    /// There is an opinion.
    Fresh {
        /// The opinion, faded by age: what to use.
        value: Value,
        /// How sure its sources are, faded likewise.
        confidence: Confidence,
    },
    /// There is none: use zero, or leave the market out where one is required.
    Neutral {
        /// Why.
        why: Neutral,
    },
}

impl Reading {
    /// The opinion, if there is one.
    #[must_use]
    pub const fn fresh(self) -> Option<f64> {
        match self {
            Self::Fresh { value, .. } => Some(value.get()),
            Self::Neutral { .. } => None,
        }
    }

    /// The opinion, or the neutral one.
    #[must_use]
    pub const fn value(self) -> Value {
        match self {
            Self::Fresh { value, .. } => value,
            Self::Neutral { .. } => Value::NEUTRAL,
        }
    }
}

/// Why there is no opinion; the first that applies, of the source that comes closest to having one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Neutral {
    /// Nothing was ever heard about this market.
    Absent,
    /// The source's own time is too long ago.
    Stale,
    /// The source repeats itself under new stamps.
    Unchanged,
    /// The source has been wrong too often (or too reliably) and is switched off.
    Disabled,
}

impl Neutral {
    /// The word for it in logs and reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Stale => "stale",
            Self::Unchanged => "unchanged",
            Self::Disabled => "disabled",
        }
    }
}

impl Freshness {
    /// What is left at `now` of a signal whose content last changed at `changed`: from 1 to 0, or
    /// why nothing is.
    ///
    /// # Errors
    /// [`Neutral::Stale`] or [`Neutral::Unchanged`] once an age has reached its limit.
    pub fn left(&self, signal: &Signal, changed: Millis, now: Millis) -> Result<f64, Neutral> {
        let by_source = self.of(now.since(signal.source_time), self.max_age_ms);
        let by_content = self.of(now.since(changed), self.max_unchanged_ms);
        let by_source = by_source.ok_or(Neutral::Stale)?;
        Ok(by_source.min(by_content.ok_or(Neutral::Unchanged)?))
    }

    /// What is left at an age: 1 until the fading begins, 0 exactly at the end.
    fn of(&self, age_ms: u64, max_ms: u64) -> Option<f64> {
        let rest = max_ms.checked_sub(age_ms).filter(|rest| *rest > 0)?;
        Some(if rest >= self.fade_ms { 1.0 } else { from_u64(rest) / from_u64(self.fade_ms) })
    }
}
