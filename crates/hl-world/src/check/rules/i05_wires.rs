//! I5 (S0): one wire for each nonce, one for each order, and at most two orders for one intent.
//!
//! Judged: what leaves the bot. A `noop` may carry the nonce of the request that it is to
//! invalidate: that is its purpose, and the exchange executes at most one of the two.

use std::collections::BTreeSet;

use super::prelude::*;

/// The first try and the one retry that a tick rejection allows.
const MAX_TRIES: usize = 2;

#[derive(Debug, Default)]
pub(crate) struct Wires {
    nonces: BTreeSet<u64>,
}

impl Rule for Wires {
    fn see(&mut self, view: &View<'_>, seen: &Seen<'_>, court: &mut Court) {
        let id = Id::of(5);
        match seen {
            Seen::Sent { wire, .. } => {
                let new = self.nonces.insert(wire.nonce) || wire.verb == Verb::Noop;
                court.judge(id, new, || format!("nonce {} on a second wire", wire.nonce));
                for cloid in wire.orders.iter().filter_map(|order| order.cloid) {
                    let wires = view.record.orders.get(&cloid).map_or(1, |order| order.wires);
                    court.judge(id, wires == 1, || format!("{cloid} sent {wires} times"));
                }
                while self.nonces.len() > 100_000 {
                    self.nonces.pop_first();
                }
            }
            Seen::Event { bot, event: Event { kind: EventKind::Attempt(attempt), .. } } => {
                let same = view.record.attempts.values();
                let same = same.filter(|a| a.bot == *bot && a.intent == attempt.intent);
                let count = same.count().max(usize::from(attempt.tries));
                court.judge(id, count <= MAX_TRIES, || {
                    format!("{} is try {count} of {:?}", attempt.cloid, attempt.intent)
                });
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{Case, order};

    #[test]
    fn a_nonce_or_an_order_on_a_second_wire_is_a_breach() {
        let mut case = Case::new(Wires::default());
        case.send(&[order(1, true, "149.5", "1")]);
        assert_eq!(case.breaches(), 0);
        case.send(&[order(1, true, "149.5", "1")]);
        assert_eq!(case.breaches(), 1, "the same order with a new nonce");
        case.send_again(&[order(2, true, "149.5", "1")]);
        assert_eq!(case.breaches(), 2, "the same nonce");
    }

    #[test]
    fn a_third_try_is_a_breach() {
        let mut case = Case::new(Wires::default());
        case.attempt_for(1, 7, 1);
        case.attempt_for(2, 7, 2);
        case.attempt_for(3, 8, 1);
        assert_eq!(case.breaches(), 0);
        case.attempt_for(4, 7, 2);
        assert_eq!(case.breaches(), 1, "whatever it calls itself");
    }
}
