//! I27 (S1): a process never spends more than nine tenths of the venue's weight in a minute. How
//! quickly one may follow another is its supervisor's and the start budget's (I25).
//!
//! Judged: what leaves the bot, weighed by the documented table (docs: "Rate limits and user
//! limits"): an action 1 and one more for each forty of its batch, questions as
//! [`hl_wire::info::InfoRequest::weight`] has them.

use std::collections::VecDeque;

use super::prelude::*;

/// Nine tenths of 1,200.
const LIMIT: u64 = 1_080;
const MINUTE_MS: u64 = 60_000;

#[derive(Debug, Default)]
pub(crate) struct VenueLimits {
    spent: VecDeque<(Millis, u64)>,
    sum: u64,
}

impl Rule for VenueLimits {
    fn see(&mut self, view: &View<'_>, seen: &Seen<'_>, court: &mut Court) {
        let weight = match seen {
            Seen::Started { .. } => {
                self.spent.clear();
                self.sum = 0;
                return;
            }
            Seen::Sent { wire, .. } => {
                let n = wire.orders.len().saturating_add(wire.cancels.len());
                u64::try_from(n).unwrap_or(u64::MAX).saturating_div(40).saturating_add(1)
            }
            Seen::Asked { weight } => *weight,
            _ => return,
        };
        self.spent.push_back((view.now, weight));
        self.sum = self.sum.saturating_add(weight);
        while let Some((_, old)) =
            self.spent.front().copied().filter(|(at, _)| view.now.since(*at) >= MINUTE_MS)
        {
            self.spent.pop_front();
            self.sum = self.sum.saturating_sub(old);
        }
        let sum = self.sum;
        court.judge(Id::of(27), sum <= LIMIT, || format!("a weight of {sum} in a minute"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{Case, order};

    #[test]
    fn more_than_nine_tenths_of_the_weight_is_a_breach() {
        let mut case = Case::new(VenueLimits::default());
        for cloid in 1..=1_080 {
            case.send(&[order(cloid, true, "149.5", "1")]);
        }
        assert_eq!(case.breaches(), 0);
        case.pass(30_000);
        case.send(&[order(2_000, true, "149.5", "1")]);
        assert_eq!(case.breaches(), 1);
        case.pass(30_000);
        case.send(&[order(2_001, true, "149.5", "1")]);
        assert_eq!(case.breaches(), 1, "the first minute is over");
        case.ask(20);
        assert_eq!(case.breaches(), 1, "a question weighs too");
        case.restart();
        case.send(&[order(2_002, true, "149.5", "1")]);
        assert_eq!(case.breaches(), 1);
    }
}
