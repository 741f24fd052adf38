//! I6 (S0): an answer is definite only if it is: what the bot takes for accepted was accepted, what
//! it takes for rejected never was and never will be; everything else is unknown.
//!
//! Judged: the outcome handed to the engine against the exchange's deeds, before and after. A
//! refused nonce is no word about an order: an earlier copy of the request may have used it.

use std::collections::BTreeSet;

use hl_engine::{Input, Reply};
use hl_sim::DeedState;
use hl_wire::RejectCode;

use super::prelude::*;

#[derive(Debug, Default)]
pub(crate) struct Answers {
    refused: BTreeSet<Cloid>,
}

impl Rule for Answers {
    fn see(&mut self, view: &View<'_>, seen: &Seen<'_>, court: &mut Court) {
        match seen {
            Seen::Told { bot, input: Input::Outcome { request, replies } } => {
                let batch = view.record.bot(*bot).and_then(|bot| bot.batches.get(request));
                for (cloid, reply) in batch.into_iter().flatten().zip(*replies) {
                    self.reply(view, *cloid, reply, court);
                }
            }
            Seen::Deed(Deed::Order(deed)) if deed.state == DeedState::Open => {
                let Some(cloid) = deed.cloid else { return };
                if view.record.orders.contains_key(&cloid) {
                    court.judge(Id::of(6), !self.refused.contains(&cloid), || {
                        format!("{cloid} was taken for rejected and then opened")
                    });
                }
            }
            _ => {}
        }
    }
}

impl Answers {
    fn reply(&mut self, view: &View<'_>, cloid: Cloid, reply: &Reply, court: &mut Court) {
        let Some(order) = view.record.orders.get(&cloid) else { return };
        match reply {
            Reply::Rejected { code: RejectCode::Nonce | RejectCode::IpRate, .. }
            | Reply::Unknown => {}
            Reply::Accepted { .. } => court.judge(Id::of(6), order.accepted(), || {
                format!("{cloid} was taken for accepted and is {:?}", order.fate)
            }),
            Reply::Rejected { code, .. } => {
                court.judge(Id::of(6), !order.accepted(), || {
                    format!("{cloid} was taken for rejected ({}) and was accepted", code.code())
                });
                self.refused.insert(cloid);
            }
            Reply::NeverSent => court.judge(Id::of(6), false, || {
                format!("{cloid} was taken for never sent and was on the wire")
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{Case, order};

    const TICK: Reply = Reply::Rejected { code: RejectCode::Tick, bbo: None };
    const ACCEPTED: Reply = Reply::Accepted { oid: None, filled: hl_quant::Size::ZERO };

    #[test]
    fn an_accepted_order_that_is_taken_for_rejected_is_a_breach() {
        let mut case = Case::new(Answers::default());
        case.send(&[order(1, true, "149.5", "1"), order(2, true, "149.4", "1")]);
        case.live(1);
        case.refuse(2);
        case.answer(&[ACCEPTED, TICK]);
        assert_eq!((case.breaches(), case.judged(6)), (0, 3));
        case.answer(&[TICK, ACCEPTED]);
        assert_eq!(case.breaches(), 2, "both the wrong way round");
    }

    #[test]
    fn a_rejection_that_comes_true_too_early_is_found_out_later() {
        let mut case = Case::new(Answers::default());
        case.send(&[order(1, true, "149.5", "1")]);
        case.answer(&[TICK]);
        assert_eq!(case.breaches(), 0, "perhaps it is refused");
        case.live(1);
        assert_eq!(case.breaches(), 1);
    }

    #[test]
    fn a_refused_nonce_and_an_unknown_outcome_say_nothing() {
        let mut case = Case::new(Answers::default());
        case.send(&[order(1, true, "149.5", "1"), order(2, true, "149.4", "1")]);
        case.live(1);
        case.answer(&[Reply::Rejected { code: RejectCode::Nonce, bbo: None }, Reply::Unknown]);
        assert_eq!(case.breaches(), 0);
    }
}
