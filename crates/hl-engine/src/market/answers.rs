//! What the venue says about our orders, and what that makes of them.

use hl_quant::{Millis, Price, Size};
use hl_wire::{Cloid, Oid, RejectCode};

use super::Market;
use crate::{
    CancelLine, CancelStage, CloidTag, Doubt, EventKind, Found, IntentId, OrderUpdate, RaceLine,
    RacePace, Reply, RequestId, Submit, SubmitEnd, Timing, VenueState,
    budget::limits::EXPIRED_COST,
    order::{Order, Origin, Phase, Slot},
    outbox::Outbox,
    stats::{Stats, bump},
};

/// How often the venue has to say that there is no such order.
const MISSES: u8 = 2;
/// The same for an order that it has once acknowledged: it contradicts itself, so that is as likely
/// an answer that fell short as an order that fell out of its memory.
/// Where every other answer of the venue falls short, one order in 65,000 is given up that is there.
const MISSES_ACKNOWLEDGED: u8 = 16;

/// What an answer is judged with.
#[derive(Debug)]
pub(crate) struct Clerk<'a> {
    pub(crate) now: Millis,
    pub(crate) timing: &'a Timing,
    pub(crate) max_rejects: u16,
    pub(crate) tag: CloidTag,
    pub(crate) out: &'a mut Outbox,
}

/// Ends an attempt: its one terminal event and its one count. Returns the logical order and the name
/// of a second try that has just ended, for the guard.
fn end(
    order: &mut Order,
    end: SubmitEnd,
    pair: &crate::Pair,
    stats: &mut Stats,
    clerk: &mut Clerk<'_>,
) -> Option<(IntentId, Cloid)> {
    if std::mem::replace(&mut order.ended, true) {
        return None;
    }
    order.on_record &= !end.is_off_record();
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
    (order.tries > 1).then_some((order.intent, order.cloid))
}

/// Whether a refusal says that an order was wrong, and not that the moment was.
const fn is_our_fault(code: RejectCode) -> bool {
    use RejectCode::{
        Alo, Halted, IocNoMatch, NoLiquidity, NotFound, OpenInterestCap, PostOnlyWindow, Rate,
    };
    !matches!(
        code,
        Alo | Halted
            | IocNoMatch
            | NoLiquidity
            | NotFound
            | OpenInterestCap
            | PostOnlyWindow
            | Rate
    )
}

/// Whether a refusal is about the request that came, and not about the orders in it.
const fn is_about_the_request(code: RejectCode) -> bool {
    use RejectCode::{Auth, Expired, IpRate, Nonce, Rate};
    matches!(code, Nonce | Expired | Rate | IpRate | Auth)
}

impl Market {
    /// Ends an attempt, and the guard's with it if it was a second try.
    pub(super) fn end(&mut self, cloid: Cloid, how: SubmitEnd, clerk: &mut Clerk<'_>) {
        let pair = self.pair();
        let stats = &mut self.stats;
        let second = self.orders.edit(cloid, |order| end(order, how, &pair, stats, clerk));
        if let Some(second) = second.flatten() {
            self.guard_end(second, how, clerk);
        }
    }

    /// Closes an order; `told` is how much of it traded, if that is known.
    fn close(
        &mut self,
        cloid: Cloid,
        clerk: &Clerk<'_>,
        told: impl FnOnce(&Order) -> Option<Size>,
    ) {
        let (now, retry_ms) = (clerk.now, clerk.timing.retry_ms);
        self.orders.edit(cloid, |order| order.close(now, told(order), retry_ms));
    }

    /// Takes the answer to a command. Whatever order of this market was in it is found by its slot.
    pub(crate) fn outcome(
        &mut self,
        request: RequestId,
        replies: &[Reply],
        clerk: &mut Clerk<'_>,
    ) -> bool {
        let reply = |slot: Slot| replies.get(slot.index).copied().unwrap_or(Reply::Unknown);
        let placed =
            self.of_orders(|o| (o.slot.request == request).then_some((o.cloid, reply(o.slot))));
        let taken = self.of_orders(|order| {
            let cancel = order.cancel.filter(|c| c.slot.request == request && !c.answered)?;
            Some((order.cloid, cancel.replaced_by, reply(cancel.slot)))
        });
        let found = !placed.is_empty() || !taken.is_empty();
        for (cloid, reply) in placed {
            self.placed(cloid, reply, clerk);
        }
        for (cloid, replaced_by, reply) in taken {
            match replaced_by {
                Some(_) => self.replaced(cloid, reply, clerk),
                None => self.canceled(cloid, reply, clerk),
            }
        }
        self.orders.sweep();
        self.dirty |= found;
        found
    }

    /// The answer about a new order.
    fn placed(&mut self, cloid: Cloid, reply: Reply, clerk: &mut Clerk<'_>) {
        if self.orders.edit(cloid, |order| order.is_answered()) == Some(true) {
            // A stream was faster than the answer, or a question has settled it.
            if let Reply::Accepted { oid: Some(oid), .. } = reply {
                self.learn_oid(cloid, oid, clerk);
            }
            return;
        }
        match reply {
            Reply::Accepted { oid, filled } => {
                let (now, retry_ms) = (clerk.now, clerk.timing.retry_ms);
                self.orders.edit(cloid, |order| order.accept(now, filled, retry_ms));
                self.end(cloid, SubmitEnd::Accepted, clerk);
                // That the market takes orders which close a position says nothing about quotes.
                let quotes = |order: &mut Order| order.origin == Origin::Quote;
                if self.orders.edit(cloid, quotes) == Some(true) {
                    self.rejects = 0;
                }
                if let Some(oid) = oid {
                    self.learn_oid(cloid, oid, clerk);
                }
            }
            Reply::Rejected { code, .. } if is_about_the_request(code) => {
                self.turned_away(cloid, code, clerk);
            }
            Reply::Rejected { code, bbo } => self.refuse(cloid, code, bbo, clerk),
            Reply::NeverSent => {
                self.close(cloid, clerk, |_| Some(Size::ZERO));
                self.end(cloid, SubmitEnd::NeverSent, clerk);
                self.next_round = self.next_round.max(clerk.now.plus(clerk.timing.retry_ms));
            }
            Reply::Unknown => self.doubt(cloid, Doubt::Reply, clerk),
        }
    }

    /// The venue refused the order itself.
    fn refuse(
        &mut self,
        cloid: Cloid,
        code: RejectCode,
        bbo: Option<(Price, Price)>,
        clerk: &mut Clerk<'_>,
    ) {
        self.close(cloid, clerk, |_| Some(Size::ZERO));
        self.end(cloid, SubmitEnd::Rejected(code), clerk);
        self.rejected(cloid, code, bbo, clerk);
    }

    /// The request was refused before anybody looked at its orders. That copy of it did nothing.
    /// Whether an earlier one was executed, which something between us and the venue has sent twice,
    /// only the venue's word about the order tells, or the death of the nonce.
    fn turned_away(&mut self, cloid: Cloid, code: RejectCode, clerk: &mut Clerk<'_>) {
        self.doubt(cloid, Doubt::TurnedAway(code), clerk);
        let (now, settle_ms) = (clerk.now, clerk.timing.unknown_settle_ms);
        self.orders.edit(cloid, |order| order.turn_away(now, code, settle_ms));
        // A used nonce is the answer to a copy of the request, and says nothing about the market.
        if code != RejectCode::Nonce {
            self.rejected(cloid, code, None, clerk);
        }
    }

    /// A rejection's consequences for the market. A race tells the touch or is over; a refused tick
    /// or lot is the guard's; anything else counts towards parking.
    fn rejected(
        &mut self,
        cloid: Cloid,
        code: RejectCode,
        bbo: Option<(Price, Price)>,
        clerk: &mut Clerk<'_>,
    ) {
        let order = self.orders.edit(cloid, |order| order.clone());
        // An order that closes a position counts against no quoting.
        let Some(order) = order.filter(|order| order.origin == Origin::Quote) else { return };
        self.dirty = true;
        if is_our_fault(code) {
            self.risk.rejects.count(clerk.now);
        }
        match code {
            // It says nothing about the order or the market; the budgets say when to go on.
            RejectCode::Rate | RejectCode::IpRate => {
                clerk.out.budgets.refused(clerk.now, code);
                self.next_round = self.next_round.max(clerk.now.plus(clerk.timing.retry_ms));
                return;
            }
            RejectCode::Expired => clerk.out.budgets.address.spend(clerk.now, EXPIRED_COST - 1),
            _ => {}
        }
        if code == RejectCode::Alo || bbo.is_some() {
            return self.lost_race(&order, bbo, clerk);
        }
        if self.guard_refusal(&order, code, clerk) {
            return;
        }
        // A modify of an order that was just gone is a race too, if one that tells nothing.
        let wait = if code == RejectCode::NotFound {
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

    /// The venue's book had moved. Its words are the freshest quote there is, and the next order of
    /// that side stays behind them; but a race that is lost again and again has to wait.
    fn lost_race(&mut self, order: &Order, told: Option<(Price, Price)>, clerk: &mut Clerk<'_>) {
        bump(&mut self.stats.races);
        if let Some((bid, ask)) = told {
            self.book.told(bid, ask);
        }
        let soon = clerk.now.plus(self.config.requote.min_interval_ms);
        // Each lost race takes a token, also one that is not there: the next order waits until that
        // has been paid back.
        self.races.take(clerk.now, 1);
        let pace = match self.races.ready_at(clerk.now, 0, 0) {
            at if at > clerk.now => RacePace::Until(at.max(soon)),
            _ => RacePace::Free,
        };
        let next = match pace {
            RacePace::Free => soon,
            RacePace::Until(at) => at,
        };
        self.next_round = self.next_round.max(next);
        let line = RaceLine {
            pair: self.pair(),
            cloid: order.cloid,
            side: order.side,
            price: order.price,
            told,
            pace,
        };
        clerk.out.event(clerk.now, EventKind::Race(line));
    }

    /// The answer about an order that a modify was to take away. If the new order stands, the old
    /// one is gone. If not, the cancel may have happened all the same.
    fn replaced(&mut self, cloid: Cloid, reply: Reply, clerk: &mut Clerk<'_>) {
        if let Reply::Accepted { .. } = reply {
            return self.canceled(cloid, reply, clerk);
        }
        self.orders.edit(cloid, |order| order.cancel = None);
        if reply != Reply::NeverSent {
            self.doubt(cloid, Doubt::Reply, clerk);
        }
    }

    /// The answer to a cancel.
    fn canceled(&mut self, cloid: Cloid, reply: Reply, clerk: &mut Clerk<'_>) {
        // An order that is closed has no cancel any more, so none whose answer could be looked for.
        self.orders.edit(cloid, Order::answer_cancel);
        let stage = match reply {
            Reply::Accepted { .. } => {
                // The order was placed, or there would have been nothing to cancel.
                self.close(cloid, clerk, |_| None);
                self.end(cloid, SubmitEnd::Accepted, clerk);
                bump(&mut self.stats.canceled);
                CancelStage::Done
            }
            Reply::Rejected { code, .. } => CancelStage::Rejected(code),
            Reply::Unknown | Reply::NeverSent => CancelStage::Unknown,
        };
        if let CancelStage::Rejected(code) = stage {
            clerk.out.budgets.refused(clerk.now, code);
        }
        let pair = self.pair();
        clerk.out.event(clerk.now, EventKind::Cancel(CancelLine { pair, cloid, stage }));
        if let CancelStage::Rejected(RejectCode::NotFound) = stage {
            self.doubt(cloid, Doubt::CancelMissed, clerk);
        }
    }

    /// What became of the order is not known; the venue is asked, and its exposure stays reserved.
    pub(crate) fn doubt(&mut self, cloid: Cloid, why: Doubt, clerk: &mut Clerk<'_>) {
        let (now, retry_ms) = (clerk.now, clerk.timing.retry_ms);
        if self.orders.edit(cloid, |order| order.doubt(now, retry_ms)) == Some(true) {
            bump(&mut self.stats.unknown);
            let pair = self.pair();
            clerk.out.event(clerk.now, EventKind::Unknown { pair, cloid, why });
        }
    }

    /// The order's name at the venue is known now; fills that waited for it are its own.
    pub(super) fn learn_oid(&mut self, cloid: Cloid, oid: Oid, clerk: &mut Clerk<'_>) {
        self.orders.edit(cloid, |order| order.oids.learn(oid));
        let waiting = self.orders.take_unmatched(oid);
        if !waiting.is_zero() {
            self.count_fill(cloid, waiting, clerk);
        }
    }

    /// Takes the venue's word about an order: from its stream, or in answer to a question.
    pub(crate) fn update(&mut self, update: &OrderUpdate, clerk: &mut Clerk<'_>) {
        let found = self.orders.find_mut(update.cloid, update.oid).map(|order| order.cloid);
        let Some(cloid) = found else { return };
        // An order that never rested has an oid that no fill will carry.
        if !matches!(update.state, VenueState::Rejected(_)) {
            self.learn_oid(cloid, update.oid, clerk);
        }
        let told = update.original.saturating_sub(update.remaining);
        match update.state {
            VenueState::Open => {
                self.orders.edit(cloid, Order::open);
                self.end(cloid, SubmitEnd::Accepted, clerk);
            }
            VenueState::Filled => {
                self.close(cloid, clerk, |order| Some(order.size));
                self.end(cloid, SubmitEnd::Accepted, clerk);
            }
            VenueState::Canceled | VenueState::Scheduled => {
                let is_meant = |order: &mut Order| order.cancel.is_some() || !order.may_rest();
                let meant = self.orders.edit(cloid, is_meant);
                self.close(cloid, clerk, |order| Some(told.max(order.filled)));
                self.end(cloid, SubmitEnd::Accepted, clerk);
                if meant == Some(false) {
                    let pair = self.pair();
                    bump(&mut self.stats.canceled_by_venue);
                    let stage = CancelStage::ByVenue;
                    let line = CancelLine { pair, cloid, stage };
                    clerk.out.event(clerk.now, EventKind::Cancel(line));
                }
            }
            VenueState::Rejected(code) => {
                if self.orders.edit(cloid, |order| order.ended) == Some(true) {
                    self.close(cloid, clerk, |order| Some(order.filled));
                } else {
                    self.refuse(cloid, code, None, clerk);
                }
            }
        }
        self.orders.sweep();
        self.dirty = true;
    }

    /// Takes the answer to a question about one order. `account` is when the account was asked for
    /// that last came as a whole, and the moment it speaks of. Returns whether that is needed anew: a
    /// venue that knows nothing of the account any more knows nothing of its orders either, and then
    /// "no such order" is no evidence.
    pub(crate) fn status(
        &mut self,
        request: RequestId,
        cloid: Cloid,
        found: &Found,
        account: Option<(Millis, Millis)>,
        clerk: &mut Clerk<'_>,
    ) -> bool {
        let (retry_ms, settle_ms) = (clerk.timing.retry_ms, clerk.timing.unknown_settle_ms);
        let Some(order) = self.orders.get_mut(cloid) else { return false };
        let (dead, acknowledged) = (order.dead_since(), order.ended);
        let knows = account.filter(|(_, time)| order.is_known_at(*time));
        let Some(asking) = &mut order.asking else { return false };
        let Some((_, asked)) = asking.query.filter(|(id, _)| *id == request) else { return false };
        asking.again(clerk.now, retry_ms);
        match found {
            Found::Yes(update) => {
                // A question about a cancel that missed may find the order open: then the cancel
                // is due again.
                order.answer_cancel();
                self.update(&OrderUpdate { cloid: Some(cloid), ..*update }, clerk);
                // Of one that has gone the venue will say the same again. What it traded and has not
                // told is in its word about the position.
                let owes = |order: &mut Order| order.phase == Phase::Closed;
                return self.orders.edit(cloid, owes) == Some(true);
            }
            // Asked when nothing could bring the order into being any more, and twice: once could be
            // a node of the venue that lags behind.
            Found::No if dead.is_some_and(|dead| asked >= dead.plus(settle_ms)) => {
                asking.misses = asking.misses.saturating_add(1);
                asking.next = clerk.now.plus(retry_ms);
                let needed = if acknowledged { MISSES_ACKNOWLEDGED } else { MISSES };
                let known = knows.is_some_and(|(at, _)| at >= asking.since);
                if asking.misses >= needed && known {
                    self.vanished(cloid, clerk);
                }
                return !known;
            }
            // It may still be on its way. Make sure that it is not.
            Found::No => order.nonce.burn_from = order.nonce.burn_from.min(clerk.now),
        }
        false
    }

    /// The venue said twice, late enough, that there is no such order.
    fn vanished(&mut self, cloid: Cloid, clerk: &mut Clerk<'_>) {
        // What the request was refused for is proven to be the order's own end now.
        let end = self.orders.edit(cloid, |order| order.refused);
        // One that was never acknowledged was never placed; one that was has traded by an unknown
        // amount, which the next account report settles.
        self.close(cloid, clerk, |order| (!order.ended).then_some(order.filled));
        let end = end.flatten().map_or(SubmitEnd::NotFound, SubmitEnd::Rejected);
        self.end(cloid, end, clerk);
        self.orders.sweep();
        self.dirty = true;
    }

    /// Writes the terminal event of every attempt that has none: the engine is about to end.
    pub(crate) fn end_unresolved(&mut self, clerk: &mut Clerk<'_>) {
        loop {
            let open = self.orders.iter().find(|order| !order.ended).map(|order| order.cloid);
            let Some(cloid) = open else { break };
            self.end(cloid, SubmitEnd::Unresolved, clerk);
        }
    }

    /// Ends the attempt of an order that a fill or a list has shown to exist.
    pub(super) fn exists(&mut self, cloid: Cloid, clerk: &mut Clerk<'_>) {
        self.orders.edit(cloid, Order::exists);
        self.end(cloid, SubmitEnd::Accepted, clerk);
    }
}
