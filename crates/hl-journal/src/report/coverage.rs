//! Which part of a window has lines.

use hl_quant::Millis;

use super::SILENCE_MS;

/// A time within the window from which there is no line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The last line before it, or the beginning of the window.
    pub from: Millis,
    /// The first line after it, or the end of the window.
    pub to: Millis,
}

/// Collects the moments of lines.
#[derive(Clone, Debug, Default)]
pub(super) struct Coverage {
    /// Stretches without a gap, in the order in which they were found. One per gap and source.
    stretches: Vec<(u64, u64)>,
    /// The silence that is no gap.
    asked: Option<u64>,
    told: Option<u64>,
}

/// How many of its own intervals a log may be silent for: one line may be late, and one lost.
const INTERVALS: u64 = 3;

impl Coverage {
    pub(super) fn new(asked: Option<u64>) -> Self {
        Self { asked, ..Self::default() }
    }

    /// The log says how often it says that it runs.
    pub(super) fn every(&mut self, seconds: u64) {
        self.told = Some(seconds.saturating_mul(1_000).saturating_mul(INTERVALS));
    }

    fn silence(&self) -> u64 {
        self.asked.or(self.told).unwrap_or(SILENCE_MS)
    }

    pub(super) fn see(&mut self, at: Millis) {
        let silence = self.silence();
        match self.stretches.last_mut() {
            Some((from, to)) if at.0 >= *from && at.0 <= to.saturating_add(silence) => {
                *to = (*to).max(at.0);
            }
            _ => self.stretches.push((at.0, at.0)),
        }
    }

    /// The first and the last moment.
    pub(super) fn span(&self) -> Option<(Millis, Millis)> {
        let first = self.stretches.iter().map(|(from, _)| *from).min()?;
        let last = self.stretches.iter().map(|(_, to)| *to).max()?;
        Some((Millis(first), Millis(last)))
    }

    /// What is covered of a window, and what is not.
    pub(super) fn within(mut self, from: Millis, to: Millis) -> (u64, Vec<Gap>) {
        let silence = self.silence();
        self.stretches.sort_unstable();
        let mut gaps = Vec::new();
        let mut reached = from.0;
        for (first, last) in self.stretches {
            if last < from.0 || first > to.0 {
                continue;
            }
            if first > reached.saturating_add(silence) {
                gaps.push(Gap { from: Millis(reached), to: Millis(first) });
            }
            reached = reached.max(last.min(to.0));
        }
        if to.0 > reached.saturating_add(silence) || (reached == from.0 && to.0 > from.0) {
            gaps.push(Gap { from: Millis(reached), to });
        }
        let missing =
            gaps.iter().fold(0_u64, |sum, gap| sum.saturating_add(gap.to.since(gap.from)));
        (to.since(from).saturating_sub(missing), gaps)
    }
}
