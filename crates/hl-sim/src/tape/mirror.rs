//! One market's recorded book as resting orders of a ghost account.

use std::collections::{BTreeMap, VecDeque};

use hl_quant::{Price, Side, Size};
use hl_wire::{AssetId, Oid, Tif};

use super::event::Level;
use crate::{AccountId, OrderSpec, Placed, Venue};

/// Levels kept on a side that only best prices are recorded of; recorded books have 20.
const DEPTH: usize = 20;

/// The ghosts of one market, oldest first at each price.
#[derive(Debug, Default)]
pub(super) struct Mirror {
    bids: BTreeMap<Price, VecDeque<Oid>>,
    asks: BTreeMap<Price, VecDeque<Oid>>,
}

/// What is needed to act on the venue in one market.
pub(super) struct Ghost<'a, 'v> {
    pub(super) account: AccountId,
    pub(super) asset: AssetId,
    pub(super) venue: &'a mut Venue<'v>,
}

impl Mirror {
    fn side(&mut self, side: Side) -> &mut BTreeMap<Price, VecDeque<Oid>> {
        match side {
            Side::Bid => &mut self.bids,
            Side::Ask => &mut self.asks,
        }
    }

    /// Makes the ghosts' book equal to a recorded one. Everything that shrinks does so first: then
    /// no ghost can meet another when the rest is placed.
    pub(super) fn book(&mut self, bids: &[Level], asks: &[Level], ghost: &mut Ghost<'_, '_>) {
        for (side, levels) in [(Side::Bid, bids), (Side::Ask, asks)] {
            self.keep_only(side, |price| levels.iter().any(|l| l.price.get() == price), ghost);
            levels.iter().for_each(|level| self.shrink_to(side, *level, ghost));
        }
        for (side, levels) in [(Side::Bid, bids), (Side::Ask, asks)] {
            levels.iter().for_each(|level| self.grow_to(side, *level, ghost));
        }
    }

    /// Makes the ghosts' best levels equal to recorded ones. What was recorded further away stays.
    pub(super) fn bbo(
        &mut self,
        bid: Option<Level>,
        ask: Option<Level>,
        ghost: &mut Ghost<'_, '_>,
    ) {
        for (side, best) in [(Side::Bid, bid), (Side::Ask, ask)] {
            let behind = |price: Price| {
                best.is_some_and(|best| match side {
                    Side::Bid => price <= best.price.get(),
                    Side::Ask => price >= best.price.get(),
                })
            };
            self.keep_only(side, behind, ghost);
            if let Some(best) = best {
                self.shrink_to(side, best, ghost);
            }
        }
        for (side, best) in [(Side::Bid, bid), (Side::Ask, ask)] {
            if let Some(best) = best {
                self.grow_to(side, best, ghost);
            }
            self.limit_depth(side, ghost);
        }
    }

    /// Cancels the ghosts at all other prices.
    fn keep_only(&mut self, side: Side, keep: impl Fn(Price) -> bool, ghost: &mut Ghost<'_, '_>) {
        self.side(side).retain(|price, queue| {
            let stays = keep(*price);
            if !stays {
                for oid in queue.drain(..) {
                    ghost.cancel(oid);
                }
            }
            stays
        });
    }

    /// Takes from a level what it has too much, the newest ghosts first.
    fn shrink_to(&mut self, side: Side, level: Level, ghost: &mut Ghost<'_, '_>) {
        let Some(queue) = self.side(side).get_mut(&level.price.get()) else { return };
        queue.retain(|oid| ghost.venue.remaining(*oid).is_some());
        let mut surplus = ghost.total(queue).saturating_sub(level.size.get());
        while !surplus.is_zero() {
            let Some(newest) = queue.back().copied() else { break };
            let size = ghost.venue.remaining(newest).unwrap_or(Size::ZERO);
            if size > surplus {
                ghost.venue.shrink(ghost.account, newest, surplus);
                break;
            }
            ghost.cancel(newest);
            queue.pop_back();
            surplus = surplus.saturating_sub(size);
        }
    }

    /// Adds what a level has too little as one new ghost behind everybody at that price.
    fn grow_to(&mut self, side: Side, level: Level, ghost: &mut Ghost<'_, '_>) {
        let price = level.price.get();
        let queue = self.side(side).entry(price).or_default();
        let missing = level.size.get().saturating_sub(ghost.total(queue));
        if missing.is_zero() {
            return;
        }
        let asset = ghost.asset;
        let order = OrderSpec { asset, side, price, size: missing, tif: Tif::Gtc };
        if let Placed::Resting(oid) = ghost.venue.submit(ghost.account, order) {
            queue.push_back(oid);
        }
    }

    fn limit_depth(&mut self, side: Side, ghost: &mut Ghost<'_, '_>) {
        let levels = self.side(side);
        while levels.len() > DEPTH {
            let worst = match side {
                Side::Bid => levels.pop_first(),
                Side::Ask => levels.pop_last(),
            };
            for oid in worst.into_iter().flat_map(|(_, queue)| queue) {
                ghost.cancel(oid);
            }
        }
    }
}

impl Ghost<'_, '_> {
    fn cancel(&mut self, oid: Oid) {
        self.venue.cancel(self.account, self.asset, oid);
    }

    fn total(&self, queue: &VecDeque<Oid>) -> Size {
        let sizes = queue.iter().filter_map(|oid| self.venue.remaining(*oid));
        sizes.fold(Size::ZERO, Size::saturating_add)
    }
}
