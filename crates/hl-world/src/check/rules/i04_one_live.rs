//! I4 (S0): an intent has at most one order that is live or can become live; unknown counts as live.
//!
//! Judged: whatever the exchange has in its book of ours, or may still put there, the process that
//! sent it must still own, in whatever state. A bot that writes an order off which is not provably
//! dead is about to place it a second time, so this is caught before the double is there. A second
//! try may only follow a first one that the exchange has truly refused.

use super::prelude::*;

#[derive(Debug, Default)]
pub(crate) struct OneLive;

impl Rule for OneLive {
    fn see(&mut self, view: &View<'_>, seen: &Seen<'_>, court: &mut Court) {
        if let Seen::Event { bot, event: Event { kind: EventKind::Attempt(attempt), .. } } = seen {
            let attempts = view.record.attempts.iter();
            let same = attempts.filter(|(cloid, known)| {
                known.bot == *bot && known.intent == attempt.intent && **cloid != attempt.cloid
            });
            for (cloid, order) in same.filter_map(|(c, _)| Some((c, view.record.orders.get(c)?))) {
                let refused = !order.accepted() && matches!(order.fate, Fate::Gone(_));
                court.judge(Id::of(4), refused, || {
                    format!("{} follows {cloid}, which is {:?}", attempt.cloid, order.fate)
                });
            }
            return;
        }
        let (Seen::Settled { bot }, Some(belief)) = (seen, view.belief) else { return };
        if belief.frozen {
            return;
        }
        for (cloid, order) in view.record.open_orders().filter(|(_, order)| order.bot == *bot) {
            court.judge(Id::of(4), belief.order(cloid).is_some(), || {
                format!("{cloid} is {:?} and its bot has written it off", order.fate)
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{Case, order};

    #[test]
    fn a_second_try_before_the_first_is_truly_refused_is_a_breach() {
        let mut case = Case::new(OneLive);
        case.attempt_for(1, 7, 1);
        case.send(&[order(1, true, "149.5", "1")]);
        case.attempt_for(2, 7, 2);
        assert_eq!(case.breaches(), 1, "the first is on its way");
        case.refuse(1);
        case.attempt_for(3, 7, 2);
        assert_eq!(case.breaches(), 1);
    }

    #[test]
    fn an_order_that_is_written_off_while_it_may_still_rest_is_a_breach() {
        let mut case = Case::new(OneLive);
        case.send(&[order(1, true, "149.5", "1")]);
        case.believe(1, OrderState::Unknown);
        case.settle();
        assert_eq!((case.breaches(), case.judged(4)), (0, 1), "unknown is owned");
        case.forget(1);
        case.settle();
        assert_eq!(case.breaches(), 1, "it is still on its way");
        case.live(1);
        case.settle();
        assert_eq!(case.breaches(), 2, "it rests");
        case.gone(1);
        case.settle();
        assert_eq!(case.breaches(), 2);
    }
}
