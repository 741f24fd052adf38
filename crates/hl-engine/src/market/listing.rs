//! The venue's lists: open orders and positions, against ours.

use hl_quant::{Millis, QuantFields, Side, SignedSize, Size};
use hl_wire::{Cloid, ReduceOnly};

use super::{Market, answers::Clerk};
use crate::{
    CloidTag, Doubt, EventKind, OpenOrder, ReconLine, RequestId,
    order::{Order, Origin, Phase, Slot},
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
        if let Some(order) = self.orders.get_mut(cloid) {
            order.listed = true;
            order.oid = Some(entry.oid);
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
        let quant =
            QuantFields { px_dec: 0, step_dec: 0, price_int: 0, size_int: 0, ticks: 0, steps: 0 };
        self.orders.push(Order {
            cloid,
            seq: 0,
            origin: Origin::Orphan,
            side: entry.side,
            price: entry.price,
            size: entry.remaining,
            reduce_only: ReduceOnly::No,
            quant,
            oid: Some(entry.oid),
            phase: Phase::Live,
            slot: Slot { request: RequestId(0), index: 0 },
            sent: clerk.now,
            filled: Size::ZERO,
            told: None,
            cancel: None,
            asking: None,
            closed_at: Millis(0),
            ended: true,
            listed: true,
        });
        let pair = self.pair();
        clerk.out.event(clerk.now, EventKind::Recon(ReconLine::Orphan { pair, cloid }));
    }

    /// Takes the venue's word about the position at `time`, asked for at `asked`.
    pub(crate) fn reported(
        &mut self,
        asked: Millis,
        time: Millis,
        venue: SignedSize,
        clerk: &mut Clerk<'_>,
    ) {
        if let Some(local) = self.ledger.anchor(time, venue) {
            let pair = self.pair();
            let line = ReconLine::Position { pair, local, venue };
            clerk.out.event(clerk.now, EventKind::Recon(line));
        }
        // The report contains whatever orders traded that were gone well before it was asked for.
        let settle_ms = clerk.timing.retry_ms;
        for order in self.orders.iter_mut() {
            if order.phase == Phase::Closed && asked.since(order.closed_at) > settle_ms {
                order.told = Some(order.filled);
            }
        }
        self.orders.sweep();
        self.dirty = true;
    }
}
