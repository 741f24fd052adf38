//! Orders in doubt: making sure that they cannot come into being any more.
//!
//! The venue takes each nonce once. A `noop` under the nonce of an order in doubt therefore settles
//! whether the order can still execute: if the `noop` is accepted, it never can; if it is refused
//! because the nonce is used, the order has reached a block and the venue can say what became of it.
//! The other proof is time: past its `expiresAfter` no block takes the order. Only the venue's own
//! time counts for that, and not the passing of ours.

use hl_quant::Millis;

use super::Engine;
use crate::{
    BurnStage, EventKind, Intent, ReconLine, Reply, RequestId,
    budget::{Class, limits::action_weight},
    order::Order,
    stats::bump,
};

/// Commands whose nonces can be burnt at a time. More than that wait for their turn, or expire.
pub(super) const BURNS: usize = 64;

/// A nonce that is being burnt.
#[derive(Clone, Copy, Debug)]
pub(super) struct Burn {
    /// The command that it was used for.
    of: RequestId,
    /// The `noop` in flight, and when it was sent.
    asked: Option<(RequestId, Millis)>,
    /// When to send one next.
    next: Millis,
}

impl Engine {
    /// Takes the orders whose end no earlier run has recorded: each may rest, may have traded, or may
    /// even be on its way still. They count as exposure and nothing is quoted until the venue's word
    /// about each of them; one that rests is cancelled.
    pub(super) fn carry_intents(&mut self, intents: &[Intent]) {
        for intent in intents {
            let market = self.markets.iter_mut().find(|market| market.config.pair == intent.pair);
            match market {
                Some(market) => market.carry(intent),
                None => self.carried_elsewhere = self.carried_elsewhere.saturating_add(1),
            }
        }
    }

    /// Says which orders were carried over, with the first moment that is told.
    pub(super) fn announce_carried(&mut self) {
        for _ in 0..std::mem::take(&mut self.carried_elsewhere) {
            self.audit("carried_order_elsewhere");
        }
        let now = self.now;
        for market in &self.markets {
            for order in market.orders.iter().filter(|order| order.is_carried()) {
                let (pair, cloid) = (market.pair(), order.cloid);
                self.out.event(now, EventKind::Recon(ReconLine::Carried { pair, cloid }));
            }
        }
    }

    /// The venue's time, from a message that was taken for good. One that lies ahead of our clock by
    /// more than the clocks may differ proves nothing.
    pub(super) fn heard_time(&mut self, time: Millis) {
        let most = self.now.plus(self.config.timing.max_skew_ms);
        if time <= most {
            self.venue_now = self.venue_now.max(time);
        }
    }

    /// Buries what has expired, and burns the nonces of what is in doubt.
    pub(super) fn run_burns(&mut self) {
        let (now, venue_now) = (self.now, self.venue_now);
        let timing = &self.config.timing;
        for order in self.markets.iter_mut().flat_map(|market| market.orders.iter_mut()) {
            if venue_now > order.nonce.expires {
                order.bury(now, timing.unknown_settle_ms);
            }
            order.date(venue_now);
            if order.wants_burn(now) {
                let of = order.slot.request;
                let known = self.burns.iter().any(|burn| burn.of == of);
                if !known && self.burns.len() < BURNS {
                    self.burns.push(Burn { of, asked: None, next: now });
                }
            }
        }
        let markets = &self.markets;
        let in_doubt = |burn: &Burn| {
            let wants = |order: &Order| order.slot.request == burn.of && order.wants_burn(now);
            markets.iter().any(|market| market.orders.iter().any(wants))
        };
        self.burns.retain(|burn| in_doubt(burn) || burn.asked.is_some());
        let timeout = timing.answer_timeout_ms;
        for burn in &mut self.burns {
            if burn.asked.is_some_and(|(_, at)| now.since(at) >= timeout) {
                burn.asked = None;
            }
            let budgets = &self.out.budgets;
            let allowed = budgets.may_send(now, Class::Reconcile, action_weight(1))
                && budgets.allowance(now, Class::Reconcile, 0, 0).is_enough();
            if burn.asked.is_some() || now < burn.next || !allowed {
                continue;
            }
            burn.asked = Some((self.out.burn(burn.of), now));
            bump(&mut self.burnt);
            let (of, stage) = (burn.of, BurnStage::Sent);
            self.out.event(now, EventKind::Burn { of, stage });
        }
    }

    /// Takes the answer to a burn, if it is one.
    pub(super) fn burn_answer(&mut self, request: RequestId, reply: Reply) -> bool {
        let is_it = |burn: &&mut Burn| burn.asked.is_some_and(|(id, _)| id == request);
        let Some(burn) = self.burns.iter_mut().find(is_it) else { return false };
        burn.asked = None;
        burn.next = self.now.plus(self.config.timing.retry_ms);
        let (of, now) = (burn.of, self.now);
        let stage = match reply {
            Reply::Accepted { .. } => BurnStage::Done,
            Reply::Rejected { code: hl_wire::RejectCode::Nonce, .. } => BurnStage::Used,
            Reply::Rejected { code, .. } => {
                self.out.budgets.refused(now, code);
                BurnStage::Again
            }
            Reply::Unknown | Reply::NeverSent => BurnStage::Again,
        };
        let settle_ms = self.config.timing.unknown_settle_ms;
        let orders = self.markets.iter_mut().flat_map(|market| market.orders.iter_mut());
        for order in orders.filter(|order| order.slot.request == of) {
            match stage {
                BurnStage::Done => order.bury(now, settle_ms),
                // It reached a block, or an earlier burn did; or its nonce is out of the venue's
                // window, which the same code says. So this is no proof of anything, but a reason
                // to ask at once.
                BurnStage::Used => {
                    order.nonce.used = true;
                    if let Some(asking) = &mut order.asking {
                        asking.next = asking.next.min(now);
                    }
                }
                BurnStage::Sent | BurnStage::Again => {}
            }
        }
        self.out.event(now, EventKind::Burn { of, stage });
        true
    }

    pub(super) fn rebase_burns(&mut self, now: Millis) {
        for burn in &mut self.burns {
            burn.next = burn.next.min(now);
            burn.asked = burn.asked.map(|(id, at)| (id, at.min(now)));
        }
    }

    /// When a nonce has to be burnt.
    pub(super) fn burns_due(&self) -> impl Iterator<Item = Millis> + '_ {
        let timeout = self.config.timing.answer_timeout_ms;
        let known = self.burns.iter().map(move |burn| match burn.asked {
            Some((_, at)) => at.plus(timeout),
            None => burn.next,
        });
        let now = self.now;
        let orders = self.markets.iter().flat_map(|market| market.orders.iter());
        let coming = orders
            .filter(|order| order.wants_burn(order.nonce.burn_from))
            .map(|order| order.nonce.burn_from)
            .filter(move |at| *at > now);
        known.chain(coming)
    }
}
