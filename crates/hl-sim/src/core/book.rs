//! One market's resting orders in price-time order.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, VecDeque};

use hl_quant::{Price, Side, Size};
use hl_wire::Oid;

/// The orders at one price, first come first.
#[derive(Clone, Debug, Default)]
struct Level {
    total: Size,
    queue: VecDeque<Oid>,
}

/// One price of a book as market data shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BookLevel {
    /// The price.
    pub px: Price,
    /// Sum of the remaining sizes.
    pub sz: Size,
    /// How many orders.
    pub n: usize,
}

/// Both sides. The orders themselves live in the exchange's order table; the book knows their
/// places and the size of each level.
#[derive(Clone, Debug, Default)]
pub(crate) struct Book {
    bids: BTreeMap<Price, Level>,
    asks: BTreeMap<Price, Level>,
}

impl Book {
    fn side_mut(&mut self, side: Side) -> &mut BTreeMap<Price, Level> {
        match side {
            Side::Bid => &mut self.bids,
            Side::Ask => &mut self.asks,
        }
    }

    /// The best price of a side.
    pub(crate) fn best(&self, side: Side) -> Option<Price> {
        let entry = match side {
            Side::Bid => self.bids.last_key_value(),
            Side::Ask => self.asks.first_key_value(),
        };
        entry.map(|(px, _)| *px)
    }

    /// The order that an incoming order on the other side meets first.
    pub(crate) fn front(&self, side: Side) -> Option<(Price, Oid)> {
        let (px, level) = match side {
            Side::Bid => self.bids.last_key_value(),
            Side::Ask => self.asks.first_key_value(),
        }?;
        level.queue.front().map(|oid| (*px, *oid))
    }

    /// Adds an order behind those at its price.
    pub(crate) fn insert(&mut self, side: Side, px: Price, sz: Size, oid: Oid) {
        let level = self.side_mut(side).entry(px).or_default();
        level.total = level.total.saturating_add(sz);
        level.queue.push_back(oid);
    }

    /// Takes an order with this remaining size out, wherever it stands in the queue.
    pub(crate) fn remove(&mut self, side: Side, px: Price, sz: Size, oid: Oid) {
        if let Entry::Occupied(mut entry) = self.side_mut(side).entry(px) {
            let level = entry.get_mut();
            if let Some(place) = level.queue.iter().position(|other| *other == oid) {
                level.queue.remove(place);
                level.total = level.total.saturating_sub(sz);
            }
            if level.queue.is_empty() {
                entry.remove();
            }
        }
    }

    /// An order at this price became smaller and keeps its place.
    pub(crate) fn shrink(&mut self, side: Side, px: Price, by: Size) {
        if let Some(level) = self.side_mut(side).get_mut(&px) {
            level.total = level.total.saturating_sub(by);
        }
    }

    /// The orders at one price, first come first.
    pub(crate) fn queue(&self, side: Side, px: Price) -> impl Iterator<Item = Oid> + '_ {
        let levels = match side {
            Side::Bid => &self.bids,
            Side::Ask => &self.asks,
        };
        levels.get(&px).into_iter().flat_map(|level| level.queue.iter().copied())
    }

    /// The levels of a side, best first.
    pub(crate) fn levels(&self, side: Side) -> Box<dyn Iterator<Item = BookLevel> + '_> {
        let level = |(px, level): (&Price, &Level)| BookLevel {
            px: *px,
            sz: level.total,
            n: level.queue.len(),
        };
        match side {
            Side::Bid => Box::new(self.bids.iter().rev().map(level)),
            Side::Ask => Box::new(self.asks.iter().map(level)),
        }
    }

    /// Best bid and ask as market data shows them.
    pub(crate) fn bbo(&self) -> [Option<BookLevel>; 2] {
        let level = |(px, level): (&Price, &Level)| BookLevel {
            px: *px,
            sz: level.total,
            n: level.queue.len(),
        };
        [self.bids.last_key_value().map(level), self.asks.first_key_value().map(level)]
    }

    /// How many orders rest.
    pub(crate) fn len(&self) -> usize {
        self.bids.values().chain(self.asks.values()).map(|level| level.queue.len()).sum()
    }
}
