//! What our fills were worth a little later: whether those who trade with us know better.

use std::collections::VecDeque;

use hl_quant::{Millis, Price, Side};

use super::{Cause, Grade, MarkoutLimits, verdict::Verdict};
use crate::{Figure, Ppm};

/// How long after a fill the mid is looked at. Milliseconds.
pub(crate) const HORIZONS_MS: [u64; 3] = [1_000, 5_000, 30_000];

/// The most fills that are remembered.
const MEMORY: usize = 256;

/// A mid that comes this much after its horizon says something about another horizon. Milliseconds.
const LATE_MS: u64 = 5_000;

/// One fill, and what the mid said of it at each horizon.
#[derive(Clone, Copy, Debug)]
struct Sample {
    at: Millis,
    side: Side,
    price: Price,
    marks: [Mark; 3],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    /// The moment has not come.
    Due,
    /// In our favour by this much, as a part of the price.
    Is(Ppm),
    /// There was no mid at the time.
    Missed,
}

/// The fills of one market.
#[derive(Clone, Debug)]
pub(crate) struct Markouts {
    samples: VecDeque<Sample>,
}

impl Default for Markouts {
    fn default() -> Self {
        Self { samples: VecDeque::with_capacity(MEMORY) }
    }
}

impl Markouts {
    /// Takes a fill of ours.
    pub(crate) fn fill(&mut self, now: Millis, side: Side, price: Price) {
        if self.samples.len() == MEMORY {
            self.samples.pop_front();
        }
        self.samples.push_back(Sample { at: now, side, price, marks: [Mark::Due; 3] });
    }

    /// The clock was set back: how long ago the fills were can no longer be said.
    pub(crate) fn rebase(&mut self) {
        self.samples.clear();
    }

    /// Takes the mid of others.
    pub(crate) fn see(&mut self, now: Millis, mid: Price) {
        for sample in &mut self.samples {
            for (mark, horizon) in sample.marks.iter_mut().zip(HORIZONS_MS) {
                let age = now.since(sample.at);
                if *mark != Mark::Due || age < horizon {
                    continue;
                }
                let late = age > horizon.saturating_add(LATE_MS);
                let value = markout(sample.side, sample.price, mid).filter(|_| !late);
                *mark = value.map_or(Mark::Missed, Mark::Is);
            }
        }
    }

    /// The average at each horizon over the fills of the window, and how many it is made of.
    pub(crate) fn averages(&mut self, now: Millis, window_ms: u64) -> [(i64, u32); 3] {
        while self.samples.front().is_some_and(|sample| now.since(sample.at) > window_ms) {
            self.samples.pop_front();
        }
        let mut sums = [(0_i64, 0_u32); 3];
        for sample in &self.samples {
            for (mark, (sum, n)) in sample.marks.iter().zip(&mut sums) {
                if let Mark::Is(ppm) = mark {
                    *sum = sum.saturating_add(ppm.0);
                    *n = n.saturating_add(1);
                }
            }
        }
        sums.map(|(sum, n)| (sum.checked_div(i64::from(n)).unwrap_or(0), n))
    }

    /// What the limits say: the worst of the horizons. The side that reduces the position is never
    /// stopped by what trades cost.
    pub(crate) fn verdict(&mut self, now: Millis, limits: &MarkoutLimits) -> Verdict {
        let mut worst = Verdict::CLEAR;
        for (average, n) in self.averages(now, limits.window_ms) {
            if n < limits.min_fills.max(1) {
                continue;
            }
            let floor = |limit: Ppm| limit.0.saturating_neg();
            let (grade, limit) = if average < floor(limits.stop_below) {
                (Grade::OneSided, limits.stop_below)
            } else if average < floor(limits.widen_below) {
                (Grade::Widen(limits.widen_by), limits.widen_below)
            } else {
                continue;
            };
            let (have, limit) = (Figure::Ppm(Ppm(average)), Figure::Ppm(Ppm(floor(limit))));
            worst = worst.worst(Verdict::new(grade, Cause::Markout, have, limit));
        }
        worst
    }
}

/// How far the mid is in our favour, as a part of the price paid or got.
fn markout(side: Side, price: Price, mid: Price) -> Option<Ppm> {
    let moved = i128::from(mid.raw()).saturating_sub(i128::from(price.raw()));
    let gain = match side {
        Side::Bid => moved,
        Side::Ask => moved.saturating_neg(),
    };
    Ppm::ratio(gain, i128::from(price.raw()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn price(text: &str) -> Price {
        text.parse().unwrap()
    }

    fn limits() -> MarkoutLimits {
        MarkoutLimits { min_fills: 2, window_ms: 60_000, ..MarkoutLimits::default() }
    }

    #[test]
    fn each_horizon_looks_at_the_first_mid_after_it() {
        let mut markouts = Markouts::default();
        markouts.fill(Millis(0), Side::Bid, price("100"));
        markouts.fill(Millis(0), Side::Ask, price("100"));
        markouts.fill(Millis(0), Side::Bid, price("100"));
        for (at, mid) in [(999, "50"), (1_000, "99"), (5_001, "101"), (40_000, "90")] {
            markouts.see(Millis(at), price(mid));
        }
        // Two bought and one sold: minus, plus, minus one percent; then the reverse; then too late.
        let averages = markouts.averages(Millis(40_000), 60_000);
        assert_eq!(averages, [(-3_333, 3), (3_333, 3), (0, 0)]);
    }

    #[test]
    fn an_average_below_its_limit_widens_and_then_leaves_only_the_reducing_side() {
        for (mid, grade) in [
            ("99.951", Grade::Normal),
            ("99.949", Grade::Widen(limits().widen_by)),
            ("99.801", Grade::Widen(limits().widen_by)),
            ("99.799", Grade::OneSided),
        ] {
            let mut markouts = Markouts::default();
            for _ in 0..2 {
                markouts.fill(Millis(0), Side::Bid, price("100"));
            }
            assert_eq!(
                markouts.verdict(Millis(0), &limits()).grade,
                Grade::Normal,
                "nothing known"
            );
            markouts.see(Millis(1_000), price(mid));
            assert_eq!(markouts.verdict(Millis(1_000), &limits()).grade, grade, "{mid}");
            let after = markouts.verdict(Millis(60_001), &limits()).grade;
            assert_eq!(after, Grade::Normal, "out of the window");
        }
    }

    #[test]
    fn too_few_fills_say_nothing() {
        let mut markouts = Markouts::default();
        markouts.fill(Millis(0), Side::Ask, price("100"));
        markouts.see(Millis(1_000), price("150"));
        assert_eq!(markouts.verdict(Millis(1_000), &limits()).grade, Grade::Normal);
        markouts.fill(Millis(1_000), Side::Ask, price("100"));
        markouts.see(Millis(2_000), price("150"));
        assert_eq!(markouts.verdict(Millis(2_000), &limits()).grade, Grade::OneSided);
    }
}
