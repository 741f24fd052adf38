//! The venue's lists: open orders and positions, against ours.

use hl_quant::{Millis, Price, QuantFields, Side, SignedSize, Size};
use hl_wire::{Cloid, ReduceOnly};

use super::{Market, answers::Clerk};
use crate::{
    CloidTag, Doubt, EventKind, Intent, IntentId, OpenOrder, OrderUpdate, Placed, ReconLine,
    RequestId, SubmitEnd, VenueState,
    engine::ACTION_LIFE_MAX_MS,
    order::{Nonce, Oids, Order, Origin, Phase, Slot},
    stats::bump,
};

/// How long after an order's end a list may still show it.
const STALE_LIST_MS: u64 = 5_000;

/// What a list of open orders contained for one market.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Listed {
    /// Orders with our tag.
    pub(crate) ours: u32,
    /// Orders with our tag that this run does not know.
    pub(crate) orphans: u32,
    /// Orders of others.
    pub(crate) foreign: u32,
}

impl Market {
    /// Takes the venue's list of open orders, asked for at `asked`: every order of this market.
    pub(crate) fn listing(
        &mut self,
        asked: Millis,
        list: &[OpenOrder],
        tag: CloidTag,
        clerk: &mut Clerk<'_>,
    ) -> Listed {
        let mut listed = Listed::default();
        let before = (self.foreign, self.foreign_orders);
        self.foreign = (Size::ZERO, Size::ZERO);
        self.orders.iter_mut().for_each(|order| order.listed = false);
        let id = self.id;
        for entry in list.iter().filter(|entry| entry.market == id) {
            match entry.cloid.filter(|cloid| tag.owns(*cloid)) {
                Some(cloid) => {
                    listed.ours = listed.ours.saturating_add(1);
                    if self.list_own(asked, entry, cloid, clerk) {
                        listed.orphans = listed.orphans.saturating_add(1);
                    }
                }
                None => {
                    listed.foreign = listed.foreign.saturating_add(1);
                    let sum = match entry.side {
                        Side::Bid => &mut self.foreign.0,
                        Side::Ask => &mut self.foreign.1,
                    };
                    *sum = sum.saturating_add(entry.remaining);
                }
            }
        }
        self.foreign_orders = listed.foreign;
        if (self.foreign, self.foreign_orders) != before {
            let (pair, orders) = (self.pair(), listed.foreign);
            let (bids, asks) = self.foreign;
            let line = ReconLine::Foreign { pair, orders, bids, asks };
            clerk.out.event(clerk.now, EventKind::Recon(line));
        }
        // What rested well before the question and is not in the answer: ask about it.
        let settled = |order: &Order| {
            order.phase == Phase::Live
                && !order.listed
                && order.asking.is_none()
                && asked.since(order.sent) > clerk.timing.retry_ms
        };
        for cloid in self.cloids(settled) {
            self.doubt(cloid, Doubt::NotListed, clerk);
        }
        self.dirty = true;
        listed
    }

    /// One listed order with our tag. Returns whether it is one that this run does not know.
    fn list_own(
        &mut self,
        asked: Millis,
        entry: &OpenOrder,
        cloid: Cloid,
        clerk: &mut Clerk<'_>,
    ) -> bool {
        let outdated = |closed_at: Millis| asked.since(closed_at) <= STALE_LIST_MS;
        self.learn_oid(cloid, entry.oid, clerk);
        if let Some(order) = self.orders.get_mut(cloid) {
            order.listed = true;
            if order.phase == Phase::Closed && !outdated(order.closed_at) {
                // The venue insists: it is open after all.
                order.phase = Phase::Live;
                order.origin = Origin::Orphan;
                order.told = None;
                order.asking = None;
            }
            self.exists(cloid, clerk);
            return false;
        }
        let gone = self.orders.find_gone(Some(cloid), entry.oid);
        if gone.is_some_and(|gone| outdated(gone.closed_at)) {
            return false;
        }
        self.adopt(entry, cloid, clerk);
        true
    }

    /// Takes responsibility for an order of an earlier run, in order to cancel it.
    fn adopt(&mut self, entry: &OpenOrder, cloid: Cloid, clerk: &mut Clerk<'_>) {
        self.orders.push(Order {
            oids: Oids::of(entry.oid),
            sent: clerk.now,
            nonce: Nonce::new(clerk.now),
            told: entry.original.map(|original| original.saturating_sub(entry.remaining)),
            size_is_whole: entry.original.is_some(),
            ..orphan(cloid, entry.side, entry.price, entry.original.unwrap_or(entry.remaining))
        });
        let pair = self.pair();
        clerk.out.event(clerk.now, EventKind::Recon(ReconLine::Orphan { pair, cloid }));
        self.learn_oid(cloid, entry.oid, clerk);
    }

    /// An order that was for this market is in another one. Returns whether that is news.
    pub(crate) fn left_for_another(&mut self, cloid: Cloid, clerk: &mut Clerk<'_>) -> bool {
        let Some(order) = self.orders.get_mut(cloid).filter(|order| order.may_rest()) else {
            return false;
        };
        // It stays on record until it is gone there.
        order.on_record = false;
        order.close(clerk.now, Some(order.filled), clerk.timing.retry_ms);
        self.end(cloid, SubmitEnd::Accepted, clerk);
        self.audit("order_in_another_market", clerk.now, clerk.out);
        self.orders.sweep();
        self.dirty = true;
        true
    }

    /// An order that was for another market is in this one: it is taken away like any order that
    /// this run has not placed here.
    pub(crate) fn arrived(&mut self, update: &OrderUpdate, cloid: Cloid, clerk: &mut Clerk<'_>) {
        if update.state != VenueState::Open || self.orders.knows(Some(cloid), update.oid) {
            return;
        }
        let entry = OpenOrder {
            market: self.id,
            oid: update.oid,
            cloid: Some(cloid),
            side: update.side,
            price: update.price,
            remaining: update.remaining,
            original: Some(update.original),
        };
        self.adopt(&entry, cloid, clerk);
        self.orders.edit(cloid, |order| order.on_record = true);
        self.dirty = true;
    }

    /// Takes an order of an earlier run whose end is not on record.
    pub(crate) fn carry(&mut self, intent: &Intent) {
        // The number of the attempt is in the name.
        let seq = u64::try_from(intent.cloid.0 & 0xffff_ffff_ffff).unwrap_or(0);
        if intent.placed == Placed::InDoubt {
            bump(&mut self.stats.carried);
        }
        let mut order = Order {
            cloid: intent.cloid,
            seq,
            side: intent.side,
            price: intent.price,
            size: intent.size,
            phase: Phase::Unknown,
            oids: Oids::default(),
            sent: intent.sent,
            nonce: Nonce::new(intent.sent.plus(ACTION_LIFE_MAX_MS)),
            ended: intent.placed == Placed::Taken,
            on_record: true,
            listed: false,
            ..orphan(intent.cloid, intent.side, intent.price, intent.size)
        };
        order.ask(Millis(0));
        self.orders.push(order);
    }

    /// Takes the venue's word about the position at `time`, asked for at `asked`. Returns whether
    /// another one is needed soon: it was too old to tell what the orders traded that are gone, or of
    /// the very moment of fills that may be part of it or not.
    pub(crate) fn reported(
        &mut self,
        asked: Millis,
        time: Millis,
        venue: SignedSize,
        clerk: &mut Clerk<'_>,
    ) -> bool {
        if let Some(local) = self.ledger.anchor(time, venue) {
            let pair = self.pair();
            let line = ReconLine::Position { pair, local, venue };
            clerk.out.event(clerk.now, EventKind::Recon(line));
        }
        // The report contains whatever orders traded that were gone well before it was asked for.
        let settle_ms = clerk.timing.retry_ms;
        let mut is_old = self.ledger.is_unsettled();
        for order in self.orders.iter_mut() {
            if order.phase != Phase::Closed || asked.since(order.closed_at) <= settle_ms {
                continue;
            }
            if order.is_known_at(time) {
                order.told = Some(order.filled);
            } else {
                is_old = true;
            }
        }
        self.orders.sweep();
        self.dirty = true;
        is_old
    }
}

/// An order of an earlier run that rests at the venue.
fn orphan(cloid: Cloid, side: Side, price: Price, size: Size) -> Order {
    let quant =
        QuantFields { px_dec: 0, step_dec: 0, price_int: 0, size_int: 0, ticks: 0, steps: 0 };
    Order {
        cloid,
        seq: 0,
        origin: Origin::Orphan,
        side,
        price,
        size,
        size_is_whole: true,
        reduce_only: ReduceOnly::No,
        quant,
        intent: IntentId(0),
        tries: 1,
        wish: None,
        oids: Oids::default(),
        phase: Phase::Live,
        slot: Slot { request: RequestId(0), index: 0 },
        sent: Millis(0),
        nonce: Nonce::new(Millis(0)),
        filled: Size::ZERO,
        told: None,
        cancel: None,
        asking: None,
        closed_at: Millis(0),
        dated: None,
        refused: None,
        ended: true,
        on_record: false,
        listed: true,
    }
}
