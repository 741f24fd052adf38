//! A crash loop is noticed by counting starts that did not end in order.

use hl_quant::Millis;

/// How many starts are too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StartBudget {
    /// Starts that are allowed within the time, this one included.
    pub starts: u32,
    /// Over how long they count. Milliseconds.
    pub within_ms: u64,
}

impl Default for StartBudget {
    /// Five starts in ten minutes.
    fn default() -> Self {
        Self { starts: 5, within_ms: 600_000 }
    }
}

/// Whether a start is one too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Trade.
    Normal,
    /// Cancel what there is and quote nothing until an operator has looked.
    TooMany {
        /// Starts within the time, this one included.
        starts: u32,
    },
}

impl StartBudget {
    /// Judges a start at `now` after `earlier` ones that did not end in order.
    ///
    /// A start that seems to lie in the future counts as long as it is not further away than the
    /// time: a clock that was set back must not excuse a crash loop.
    #[must_use]
    pub fn judge(&self, earlier: &[Millis], now: Millis) -> Verdict {
        let counts = |at: &&Millis| at.0.abs_diff(now.0) <= self.within_ms;
        let before = u32::try_from(earlier.iter().filter(counts).count()).unwrap_or(u32::MAX);
        let starts = before.saturating_add(1);
        if starts > self.starts { Verdict::TooMany { starts } } else { Verdict::Normal }
    }
}
