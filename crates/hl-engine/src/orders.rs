//! The orders of one market.

use std::collections::VecDeque;

use arrayvec::ArrayVec;
use hl_quant::{Millis, Price, Side, Size};
use hl_wire::{Cloid, Oid};

use crate::{
    exposure::Exposure,
    order::{Oids, Order, Origin},
};

/// How many gone orders are remembered, so that a late fill or a stale list still finds them. A fill of
/// one that is forgotten still counts in position and money, and by its cloid for ours.
const MEMORY: usize = 4_096;

/// How long a book may be on its way.
const ON_ITS_WAY_MS: u64 = 1_000;

/// How many fills may wait for the order they belong to.
const UNMATCHED: usize = 32;

/// An order that is gone, as far as it is remembered.
#[derive(Clone, Debug)]
pub(crate) struct Gone {
    pub(crate) cloid: Cloid,
    pub(crate) origin: Origin,
    pub(crate) oids: Oids,
    pub(crate) side: Side,
    pub(crate) price: Price,
    pub(crate) size: Size,
    pub(crate) filled: Size,
    pub(crate) closed_at: Millis,
}

/// All orders of one market: those that still matter, and a memory of those that do not.
#[derive(Clone, Debug)]
pub(crate) struct Orders {
    open: Vec<Order>,
    gone: VecDeque<Gone>,
    /// Orders of the record that have gone since that was last said.
    ended: Vec<Cloid>,
    /// Fills whose message named only an oid that no order had yet.
    unmatched: ArrayVec<(Oid, Size), UNMATCHED>,
}

impl Orders {
    /// With room for `capacity` orders before anything has to be allocated.
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            open: Vec::with_capacity(capacity),
            gone: VecDeque::with_capacity(MEMORY),
            ended: Vec::with_capacity(capacity),
            unmatched: ArrayVec::new(),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Order> {
        self.open.iter()
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Order> {
        self.open.iter_mut()
    }

    pub(crate) fn push(&mut self, order: Order) {
        self.open.push(order);
    }

    pub(crate) fn get_mut(&mut self, cloid: Cloid) -> Option<&mut Order> {
        self.open.iter_mut().find(|order| order.cloid == cloid)
    }

    /// Does something to one order, and returns what came of it; `None` if there is no such order, or
    /// none any more.
    pub(crate) fn edit<T>(
        &mut self,
        cloid: Cloid,
        what: impl FnOnce(&mut Order) -> T,
    ) -> Option<T> {
        self.get_mut(cloid).map(what)
    }

    /// By our name if the message carries one, else by any name that the venue has given it.
    pub(crate) fn find_mut(&mut self, cloid: Option<Cloid>, oid: Oid) -> Option<&mut Order> {
        self.open.iter_mut().find(|order| match cloid {
            Some(cloid) => order.cloid == cloid,
            None => order.oids.has(oid),
        })
    }

    pub(crate) fn find_gone(&mut self, cloid: Option<Cloid>, oid: Oid) -> Option<&mut Gone> {
        self.gone.iter_mut().rev().find(|gone| match cloid {
            Some(cloid) => gone.cloid == cloid,
            None => gone.oids.has(oid),
        })
    }

    /// Whether this run has placed or adopted it.
    pub(crate) fn knows(&mut self, cloid: Option<Cloid>, oid: Oid) -> bool {
        self.find_mut(cloid, oid).is_some() || self.find_gone(cloid, oid).is_some()
    }

    /// Keeps a fill for the order that will turn out to have this oid. Returns `false` if there is
    /// no room; the position has it in any case.
    pub(crate) fn keep_unmatched(&mut self, oid: Oid, size: Size) -> bool {
        self.unmatched.try_push((oid, size)).is_ok()
    }

    /// The fills that were waiting for `oid`.
    pub(crate) fn take_unmatched(&mut self, oid: Oid) -> Size {
        let mut sum = Size::ZERO;
        self.unmatched.retain(|(waiting, size)| {
            if *waiting == oid {
                sum = sum.saturating_add(*size);
            }
            *waiting != oid
        });
        sum
    }

    /// Moves orders that are closed and owe nothing into the memory.
    pub(crate) fn sweep(&mut self) {
        let Self { open, gone, ended, .. } = self;
        open.retain(|order| {
            let keep = order.may_rest() || !order.reserve().is_zero();
            if !keep {
                if order.on_record {
                    ended.push(order.cloid);
                }
                if gone.len() == MEMORY {
                    gone.pop_front();
                }
                gone.push_back(Gone {
                    cloid: order.cloid,
                    origin: order.origin,
                    oids: order.oids.clone(),
                    side: order.side,
                    price: order.price,
                    size: order.size,
                    filled: order.filled,
                    closed_at: order.closed_at,
                });
            }
            keep
        });
    }

    /// An order of the record that has gone, if there is one that has not been named yet.
    pub(crate) fn take_ended(&mut self) -> Option<Cloid> {
        self.ended.pop()
    }

    /// Takes a step back of the clock.
    pub(crate) fn rebase(&mut self, now: Millis, retry_ms: u64) {
        self.open.iter_mut().for_each(|order| order.rebase(now, retry_ms));
        self.gone.iter_mut().for_each(|gone| gone.closed_at = gone.closed_at.min(now));
    }

    /// How many may be in the book, now or soon.
    pub(crate) fn count(&self) -> u64 {
        u64::try_from(self.open.iter().filter(|order| order.may_rest()).count()).unwrap_or(u64::MAX)
    }

    /// How many of one side may be in the book, now or soon.
    pub(crate) fn count_of(&self, side: Side) -> u64 {
        let count = self.open.iter().filter(|order| order.side == side && order.may_rest()).count();
        u64::try_from(count).unwrap_or(u64::MAX)
    }

    /// What all of them may still trade, per side, added to `exposure`.
    pub(crate) fn add_to(&self, exposure: Exposure) -> Exposure {
        self.open.iter().fold(exposure, |sum, order| sum.with(order.side, order.reserve()))
    }

    /// The same for those that are known to rest, as the venue last said: what is surely there, where
    /// [`Orders::add_to`] is what may be there.
    pub(crate) fn add_certain_to(&self, exposure: Exposure) -> Exposure {
        let certain = self.open.iter().filter(|order| order.is_settled());
        certain.fold(exposure, |sum, order| sum.with(order.side, order.remaining()))
    }

    /// The highest bid and the lowest ask that may be in the book.
    pub(crate) fn extremes(&self) -> (Option<Price>, Option<Price>) {
        let of = |side| {
            self.open.iter().filter(move |o| o.side == side && o.may_rest()).map(|o| o.price)
        };
        (of(Side::Bid).max(), of(Side::Ask).min())
    }

    /// What of ours a book that arrives now may show at a price: what may rest, and what has gone so
    /// recently that the message may have been on its way.
    pub(crate) fn shown_at(&self, side: Side, price: Price, now: Millis) -> Size {
        let recent = |closed_at: Millis| now.since(closed_at) < ON_ITS_WAY_MS;
        let open = self
            .open
            .iter()
            .filter(|o| o.may_rest() || recent(o.closed_at))
            .map(|o| (o.side, o.price, o.remaining()));
        let gone = self
            .gone
            .iter()
            .rev()
            .take_while(|gone| recent(gone.closed_at))
            .map(|gone| (gone.side, gone.price, gone.size.saturating_sub(gone.filled)));
        open.chain(gone)
            .filter(|(s, p, _)| *s == side && *p == price)
            .fold(Size::ZERO, |sum, (_, _, size)| sum.saturating_add(size))
    }
}
