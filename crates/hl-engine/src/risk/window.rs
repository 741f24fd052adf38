//! Counting refusals in a window of time.

use hl_quant::Millis;

use super::{Cause, Grade, RejectLimits, verdict::Verdict};
use crate::Figure;

/// The most events that are told apart; every limit is below it.
const MEMORY: usize = 128;

/// The last refusals, oldest first.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    times: std::collections::VecDeque<Millis>,
}

impl Default for Window {
    fn default() -> Self {
        Self { times: std::collections::VecDeque::with_capacity(MEMORY) }
    }
}

impl Window {
    pub(crate) fn count(&mut self, now: Millis) {
        if self.times.len() == MEMORY {
            self.times.pop_front();
        }
        self.times.push_back(now);
    }

    /// How many there were within `window_ms` before `now`.
    pub(crate) fn within(&mut self, now: Millis, window_ms: u64) -> u32 {
        while self.times.front().is_some_and(|at| now.since(*at) > window_ms) {
            self.times.pop_front();
        }
        u32::try_from(self.times.len()).unwrap_or(u32::MAX)
    }

    /// The clock was set back.
    pub(crate) fn rebase(&mut self, now: Millis) {
        self.times.iter_mut().for_each(|at| *at = (*at).min(now));
    }

    pub(crate) fn clear(&mut self) {
        self.times.clear();
    }

    /// What one market's refusals mean for it.
    pub(crate) fn market(&mut self, now: Millis, limits: &RejectLimits) -> Verdict {
        let have = self.within(now, limits.window_ms);
        verdict(have, limits.market, Grade::CancelOnly)
    }
}

impl RejectLimits {
    /// What so many refusals in all markets mean.
    pub(crate) fn account_verdict(&self, have: u32) -> Verdict {
        let halt = verdict(have, self.halt, Grade::Halt);
        halt.worst(verdict(have, self.account, Grade::CancelOnly))
    }
}

fn verdict(have: u32, limit: u32, grade: Grade) -> Verdict {
    // The memory ends somewhere; a limit beyond it counts as reached there.
    let reached = have >= limit || usize::try_from(have).is_ok_and(|have| have >= MEMORY);
    if !reached {
        return Verdict::CLEAR;
    }
    let (have, limit) = (Figure::Count(have.into()), Figure::Count(limit.into()));
    Verdict::new(grade, Cause::Rejects, have, limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_count_while_they_are_in_the_window() {
        let limits = RejectLimits { window_ms: 100, market: 2, account: 3, halt: 4 };
        let mut window = Window::default();
        let mut grades = Vec::new();
        for at in [0, 10, 20, 30] {
            window.count(Millis(at));
            let now = Millis(at);
            grades.push((
                window.market(now, &limits).grade,
                limits.account_verdict(window.within(now, 100)).grade,
            ));
        }
        use Grade::{CancelOnly, Halt, Normal};
        let expected =
            [(Normal, Normal), (CancelOnly, Normal), (CancelOnly, CancelOnly), (CancelOnly, Halt)];
        assert_eq!(grades, expected);
        assert_eq!(
            limits.account_verdict(window.within(Millis(100), 100)).grade,
            Halt,
            "the first still counts"
        );
        assert_eq!(limits.account_verdict(window.within(Millis(101), 100)).grade, CancelOnly);
        assert_eq!(window.market(Millis(121), &limits).grade, Normal);
        let stop = verdict(2, 2, CancelOnly);
        assert_eq!((stop.have, stop.limit), (Figure::Count(2), Figure::Count(2)));
    }

    #[test]
    fn a_flood_fits_the_memory_and_counts_as_one() {
        let mut window = Window::default();
        let limits = RejectLimits { halt: 1_000_000, ..RejectLimits::default() };
        for _ in 0..10_000 {
            window.count(Millis(0));
        }
        assert_eq!(limits.account_verdict(window.within(Millis(0), 100)).grade, Grade::Halt);
    }
}
