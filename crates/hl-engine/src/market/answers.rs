//! What the venue says about our orders, and what that makes of them.

use hl_quant::{Millis, Price, Size};
use hl_wire::{Cloid, Oid, RejectCode};

use super::Market;
use crate::{
    CancelLine, CancelStage, Doubt, EventKind, Found, OrderUpdate, Reply, RequestId, Submit,
    SubmitEnd, Timing, VenueState,
    order::{Order, Phase},
    outbox::Outbox,
    stats::{Stats, bump},
};

/// What an answer is judged with.
#[derive(Debug)]
pub(crate) struct Clerk<'a> {
    pub(crate) now: Millis,
    pub(crate) timing: &'a Timing,
    pub(crate) max_rejects: u16,
    pub(crate) out: &'a mut Outbox,
}

/// Ends an attempt: its one terminal event and its one count.
fn end(
    order: &mut Order,
    end: SubmitEnd,
    pair: &crate::Pair,
    stats: &mut Stats,
    clerk: &mut Clerk<'_>,
) {
    if std::mem::replace(&mut order.ended, true) {
        return;
    }
    match end {
        SubmitEnd::Accepted => bump(&mut stats.accepted),
        SubmitEnd::Rejected(code) => stats.reject(code, 1),
        SubmitEnd::NeverSent => bump(&mut stats.never_sent),
        SubmitEnd::NotFound => bump(&mut stats.not_found),
        SubmitEnd::Unresolved => bump(&mut stats.unresolved),
    }
    let submit = Submit {
        seq: order.seq,
        cloid: order.cloid,
        pair: pair.clone(),
        side: order.side,
        tif: order.tif(),
        reduce_only: order.reduce_only,
        quant: order.quant,
        end,
    };
    clerk.out.event(clerk.now, EventKind::Submit(submit));
}

impl Market {
    /// Takes the answer to a command. Whatever order of this market was in it is found by its slot.
    pub(crate) fn outcome(
        &mut self,
        request: RequestId,
        replies: &[Reply],
        clerk: &mut Clerk<'_>,
    ) -> bool {
        let mut found = false;
        let reply = |index: usize| replies.get(index).copied().unwrap_or(Reply::Unknown);
        let placed = self.cloids(|order| order.slot.request == request);
        let taken = self
            .cloids(|order| order.cancel.is_some_and(|c| c.slot.request == request && !c.answered));
        for cloid in placed {
            let Some(slot) = self.orders.get_mut(cloid).map(|order| order.slot) else { continue };
            self.placed(cloid, reply(slot.index), clerk);
            found = true;
        }
        for cloid in taken {
            let Some(cancel) = self.orders.get_mut(cloid).and_then(|order| order.cancel) else {
                continue;
            };
            match cancel.replaced_by {
                Some(_) => self.replaced(cloid, reply(cancel.slot.index), clerk),
                None => self.canceled(cloid, reply(cancel.slot.index), clerk),
            }
            found = true;
        }
        self.orders.sweep();
        self.dirty |= found;
        found
    }

    /// The answer about a new order.
    fn placed(&mut self, cloid: Cloid, reply: Reply, clerk: &mut Clerk<'_>) {
        let pair = self.pair();
        let Some(order) = self.orders.get_mut(cloid) else { return };
        if !matches!(order.phase, Phase::Pending | Phase::Unknown) {
            // A stream was faster than the answer, or a question has settled it.
            if let Reply::Accepted { oid: Some(oid), .. } = reply {
                self.learn_oid(cloid, oid, clerk);
            }
            return;
        }
        match reply {
            Reply::Accepted { oid, filled } => {
                order.phase = Phase::Live;
                order.asking = None;
                // More than one word about fills only delays: they count when they come themselves.
                if filled >= order.size {
                    order.close(clerk.now, Some(order.size), clerk.timing.retry_ms);
                }
                end(order, SubmitEnd::Accepted, &pair, &mut self.stats, clerk);
                self.rejects = 0;
                if let Some(oid) = oid {
                    self.learn_oid(cloid, oid, clerk);
                }
            }
            Reply::Rejected { code, bbo } => {
                order.close(clerk.now, Some(Size::ZERO), clerk.timing.retry_ms);
                end(order, SubmitEnd::Rejected(code), &pair, &mut self.stats, clerk);
                self.rejected(code, bbo, clerk);
            }
            Reply::NeverSent => {
                order.close(clerk.now, Some(Size::ZERO), clerk.timing.retry_ms);
                end(order, SubmitEnd::NeverSent, &pair, &mut self.stats, clerk);
                self.next_round = self.next_round.max(clerk.now.plus(clerk.timing.retry_ms));
            }
            Reply::Unknown => self.doubt(cloid, Doubt::Reply, clerk),
        }
    }

    /// A rejection's consequences for the market. A race tells the touch or is over; anything else
    /// counts towards parking.
    fn rejected(&mut self, code: RejectCode, bbo: Option<(Price, Price)>, clerk: &Clerk<'_>) {
        self.dirty = true;
        if let Some((bid, ask)) = bbo {
            self.book.told(bid, ask);
        }
        // Post-only refusals, also of a modify's new order, and modifies of an order just gone.
        let race = matches!(code, RejectCode::Alo | RejectCode::NotFound) || bbo.is_some();
        let wait = if race {
            self.config.requote.min_interval_ms
        } else {
            self.rejects = self.rejects.saturating_add(1);
            clerk.timing.retry_ms
        };
        self.next_round = self.next_round.max(clerk.now.plus(wait));
        if self.rejects >= clerk.max_rejects {
            self.rejects = 0;
            self.parked_until = clerk.now.plus(clerk.timing.park_ms);
        }
    }

    /// The answer about an order that a modify was to take away. If the new order stands, the old
    /// one is gone. If not, the cancel may have happened all the same.
    fn replaced(&mut self, cloid: Cloid, reply: Reply, clerk: &mut Clerk<'_>) {
        match reply {
            Reply::Accepted { .. } => self.canceled(cloid, reply, clerk),
            Reply::NeverSent => {
                if let Some(order) = self.orders.get_mut(cloid) {
                    order.cancel = None;
                }
            }
            Reply::Rejected { .. } | Reply::Unknown => {
                if let Some(order) = self.orders.get_mut(cloid) {
                    order.cancel = None;
                }
                self.doubt(cloid, Doubt::Reply, clerk);
            }
        }
    }

    /// The answer to a cancel.
    fn canceled(&mut self, cloid: Cloid, reply: Reply, clerk: &mut Clerk<'_>) {
        let pair = self.pair();
        let Some(order) = self.orders.get_mut(cloid) else { return };
        if let Some(cancel) = &mut order.cancel {
            cancel.answered = true;
        }
        if !order.may_rest() {
            return;
        }
        let stage = match reply {
            Reply::Accepted { .. } => {
                // The order was placed, or there would have been nothing to cancel.
                end(order, SubmitEnd::Accepted, &pair, &mut self.stats, clerk);
                order.close(clerk.now, None, clerk.timing.retry_ms);
                bump(&mut self.stats.canceled);
                CancelStage::Done
            }
            Reply::Rejected { code, .. } => CancelStage::Rejected(code),
            Reply::Unknown | Reply::NeverSent => CancelStage::Unknown,
        };
        clerk.out.event(clerk.now, EventKind::Cancel(CancelLine { pair, cloid, stage }));
        if let CancelStage::Rejected(RejectCode::NotFound) = stage {
            self.doubt(cloid, Doubt::CancelMissed, clerk);
        }
    }

    /// What became of the order is not known; the venue is asked, and its exposure stays reserved.
    pub(crate) fn doubt(&mut self, cloid: Cloid, why: Doubt, clerk: &mut Clerk<'_>) {
        let Some(order) = self.orders.get_mut(cloid) else { return };
        if order.doubt(clerk.now, why).is_some() {
            bump(&mut self.stats.unknown);
            let pair = self.pair();
            clerk.out.event(clerk.now, EventKind::Unknown { pair, cloid, why });
        }
    }

    /// The order's name at the venue is known now; fills that waited for it are its own.
    fn learn_oid(&mut self, cloid: Cloid, oid: Oid, clerk: &mut Clerk<'_>) {
        let waiting = self.orders.take_unmatched(oid);
        let Some(order) = self.orders.get_mut(cloid) else { return };
        order.oid = Some(oid);
        if !waiting.is_zero() {
            self.count_fill(cloid, waiting, clerk);
        }
    }

    /// Takes the venue's word about an order: from its stream, or in answer to a question.
    pub(crate) fn update(&mut self, update: &OrderUpdate, clerk: &mut Clerk<'_>) {
        let found = self.orders.find_mut(update.cloid, update.oid).map(|order| order.cloid);
        let Some(cloid) = found else { return };
        if matches!(update.state, VenueState::Rejected(_)) {
            // An order that never rested has an oid that no fill will carry.
        } else {
            self.learn_oid(cloid, update.oid, clerk);
        }
        let pair = self.pair();
        let Some(order) = self.orders.get_mut(cloid) else { return };
        let told = update.original.saturating_sub(update.remaining);
        let retry_ms = clerk.timing.retry_ms;
        match update.state {
            VenueState::Open if order.may_rest() => {
                order.phase = Phase::Live;
                order.asking = None;
                end(order, SubmitEnd::Accepted, &pair, &mut self.stats, clerk);
            }
            // Closed for good; an older word came late.
            VenueState::Open => {}
            VenueState::Filled => {
                order.close(clerk.now, Some(order.size), retry_ms);
                end(order, SubmitEnd::Accepted, &pair, &mut self.stats, clerk);
            }
            VenueState::Canceled | VenueState::Scheduled => {
                let asked = order.cancel.is_some() || !order.may_rest();
                order.close(clerk.now, Some(told.max(order.filled)), retry_ms);
                end(order, SubmitEnd::Accepted, &pair, &mut self.stats, clerk);
                if !asked {
                    bump(&mut self.stats.canceled_by_venue);
                    let stage = CancelStage::ByVenue;
                    let line = CancelLine { pair, cloid, stage };
                    clerk.out.event(clerk.now, EventKind::Cancel(line));
                }
            }
            VenueState::Rejected(code) if !order.ended => {
                order.close(clerk.now, Some(Size::ZERO), retry_ms);
                end(order, SubmitEnd::Rejected(code), &pair, &mut self.stats, clerk);
                self.rejected(code, None, clerk);
            }
            VenueState::Rejected(_) => order.close(clerk.now, Some(order.filled), retry_ms),
        }
        self.orders.sweep();
        self.dirty = true;
    }

    /// Takes the answer to a question about one order.
    pub(crate) fn status(
        &mut self,
        request: RequestId,
        cloid: Cloid,
        found: &Found,
        clerk: &mut Clerk<'_>,
    ) {
        let Some(order) = self.orders.get_mut(cloid) else { return };
        let Some(asking) = &mut order.asking else { return };
        let Some((_, asked)) = asking.query.filter(|(id, _)| *id == request) else { return };
        asking.query = None;
        asking.next = clerk.now.plus(clerk.timing.retry_ms);
        match found {
            Found::Yes(update) => {
                // A question about a cancel that missed may find the order open: then the cancel
                // is due again.
                if let Some(cancel) = &mut order.cancel {
                    cancel.answered = true;
                }
                self.update(&OrderUpdate { cloid: Some(cloid), ..*update }, clerk);
            }
            Found::No if asked.since(order.sent) >= clerk.timing.unknown_settle_ms => {
                asking.misses = asking.misses.saturating_add(1);
                if asking.misses >= 2 {
                    self.vanished(cloid, clerk);
                }
            }
            // Too early to mean anything: the order may still be on its way.
            Found::No => {}
        }
    }

    /// The venue said twice, late enough, that there is no such order.
    fn vanished(&mut self, cloid: Cloid, clerk: &mut Clerk<'_>) {
        let pair = self.pair();
        let Some(order) = self.orders.get_mut(cloid) else { return };
        // One that was never acknowledged was never placed; one that was has traded by an unknown
        // amount, which the next account report settles.
        let told = if order.ended { None } else { Some(order.filled) };
        order.close(clerk.now, told, clerk.timing.retry_ms);
        end(order, SubmitEnd::NotFound, &pair, &mut self.stats, clerk);
        self.orders.sweep();
        self.dirty = true;
    }

    /// Writes the terminal event of every attempt that has none: the engine is about to end.
    pub(crate) fn end_unresolved(&mut self, clerk: &mut Clerk<'_>) {
        let pair = self.pair();
        for order in self.orders.iter_mut().filter(|order| !order.ended) {
            end(order, SubmitEnd::Unresolved, &pair, &mut self.stats, clerk);
        }
    }

    /// Ends the attempt of an order that a fill or a list has shown to exist.
    pub(super) fn exists(&mut self, cloid: Cloid, clerk: &mut Clerk<'_>) {
        let pair = self.pair();
        if let Some(order) = self.orders.get_mut(cloid) {
            if matches!(order.phase, Phase::Pending | Phase::Unknown) {
                order.phase = Phase::Live;
                order.asking = None;
            }
            end(order, SubmitEnd::Accepted, &pair, &mut self.stats, clerk);
        }
    }
}
