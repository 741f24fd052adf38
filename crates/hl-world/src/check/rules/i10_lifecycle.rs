//! I10 (S0): an attempt has exactly one end, an order never trades more than it was for, and the
//! order of the news does not matter.
//!
//! Judged: the bot's own lines, and the sum of the trades that it counts for an order against the
//! size on the wire. That every order of arrival leads to the same books is the exhaustive model's.

use std::collections::{BTreeMap, BTreeSet};

use hl_engine::ReconLine;
use hl_quant::Size;

use super::prelude::*;

#[derive(Debug, Default)]
pub(crate) struct Lifecycle {
    /// Who has ended each attempt. A process that died before its word was on the disk leaves the
    /// attempt to the next one, which ends it once more.
    ends: BTreeMap<Cloid, BTreeSet<crate::BotId>>,
    filled: BTreeMap<(crate::BotId, Cloid), Size>,
}

impl Rule for Lifecycle {
    fn see(&mut self, view: &View<'_>, seen: &Seen<'_>, court: &mut Court) {
        let Seen::Event { bot, event } = seen else { return };
        let id = Id::of(10);
        match &event.kind {
            EventKind::Attempt(attempt) => {
                let new = self.ends.insert(attempt.cloid, BTreeSet::new()).is_none();
                court.judge(id, new, || format!("{} attempted twice", attempt.cloid));
            }
            EventKind::Submit(submit) => {
                let ends = self.ends.get_mut(&submit.cloid);
                let first = ends.is_some_and(|ends| ends.insert(*bot));
                court.judge(id, first, || {
                    format!("{} ended twice or was never attempted: {:?}", submit.cloid, submit.end)
                });
            }
            EventKind::Fill(line) => {
                let Some((cloid, order)) =
                    line.cloid.and_then(|cloid| Some((cloid, view.record.orders.get(&cloid)?)))
                else {
                    return;
                };
                let sum = self.filled.entry((*bot, cloid)).or_default();
                *sum = sum.saturating_add(line.size);
                court.judge(id, *sum <= order.size, || {
                    format!("{cloid} traded {sum} of {}", order.size)
                });
            }
            EventKind::Recon(ReconLine::Overfill { cloid, .. }) => {
                court.judge(id, false, || format!("{cloid} is said to have traded too much"));
            }
            _ => {}
        }
    }

    fn end(&mut self, view: &View<'_>, court: &mut Court) {
        let last = view.record.bots.iter().rev().find(|(_, bot)| bot.started > Millis(0));
        let Some((last, _)) = last else { return };
        for (cloid, attempt) in view.record.attempts.iter().filter(|(_, a)| a.bot == *last) {
            court.judge(Id::of(10), attempt.ended, || format!("{cloid} has no end"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{Case, order};

    #[test]
    fn an_attempt_ends_once() {
        let mut case = Case::new(Lifecycle::default());
        case.attempt(1, 1);
        case.end_attempt(1);
        assert_eq!((case.breaches(), case.judged(10)), (0, 2));
        case.end_attempt(1);
        assert_eq!(case.breaches(), 1);
        case.end_attempt(2);
        assert_eq!(case.breaches(), 2, "never attempted");
    }

    #[test]
    fn an_attempt_without_an_end_is_a_breach_when_the_run_is_over() {
        let mut case = Case::new(Lifecycle::default());
        case.attempt(1, 1);
        case.end();
        assert_eq!(case.breaches(), 1);
    }

    #[test]
    fn an_order_does_not_trade_more_than_it_was_for() {
        let mut case = Case::new(Lifecycle::default());
        case.send(&[order(1, true, "149.5", "1")]);
        case.live(1);
        for tid in 1..=2 {
            case.fill(1, tid, "0.5", false);
            case.count_fill(1, tid, "0.5");
        }
        assert_eq!(case.breaches(), 0);
        case.fill(1, 3, "0.5", false);
        case.count_fill(1, 3, "0.5");
        assert_eq!(case.breaches(), 1);
    }
}
