//! Fills at bad moments. They are real trades: somebody takes what stands before a client's order,
//! and then the order.

use hl_quant::{MarketSpec, Round, Side, Size};
use hl_wire::{AssetId, Oid};

use super::book::size_of;
use crate::core::Core;
use crate::core::account::AccountId;
use crate::core::order::Order;
use crate::fault::{Chance, Kind};

/// Which of a client's orders on a side a fault is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Depth {
    /// The one nearest to the market.
    Nearest,
    /// The one furthest from it.
    Furthest,
}

impl Core {
    /// What stands before an order in its book.
    fn ahead_of(&self, order: &Order) -> Size {
        let spec = order.spec;
        let Some(market) = self.market(spec.asset) else { return Size::ZERO };
        let better = market.book.levels(spec.side).take_while(|level| level.px != spec.px);
        let ahead = better.fold(Size::ZERO, |sum, level| sum.saturating_add(level.sz));
        let queue = market.book.queue(spec.side, spec.px).take_while(|oid| *oid != order.oid);
        let before = queue.filter_map(|oid| self.orders.get(&oid));
        before.fold(ahead, |sum, other| sum.saturating_add(other.sz))
    }

    /// Takes this much of a resting order, and everything before it.
    fn take(&mut self, oid: Oid, size: Size) {
        let Some(order) = self.orders.get(&oid).copied() else { return };
        let spec = order.spec;
        let total = self.ahead_of(&order).saturating_add(size.min(order.sz));
        self.sweep(spec.asset, spec.side.opposite(), spec.px, total);
    }

    /// One order of a client for each market and side that it quotes.
    fn quotes(&self, client: AccountId, depth: Depth) -> Vec<Order> {
        let open = self.account(client).into_iter().flat_map(|account| account.open.iter());
        let mut orders: Vec<Order> = open.filter_map(|oid| self.orders.get(oid)).copied().collect();
        let inwards = |order: &Order| match order.spec.side {
            Side::Bid => u64::MAX.saturating_sub(order.spec.px.raw()),
            Side::Ask => order.spec.px.raw(),
        };
        orders.sort_by_key(|order| (order.spec.asset, order.spec.side, inwards(order), order.oid));
        if depth == Depth::Furthest {
            orders.reverse();
        }
        orders.dedup_by_key(|order| (order.spec.asset, order.spec.side));
        orders
    }

    fn spec_of(&self, asset: AssetId) -> Option<MarketSpec> {
        self.market(asset).map(|market| MarketSpec::perp(market.config.sz_decimals))
    }

    /// Takes every nearest order but for a remainder worth less than this.
    pub(super) fn take_most(&mut self, leave_usd: u64) {
        for client in self.clients() {
            for order in self.quotes(client, Depth::Nearest) {
                let Some(spec) = self.spec_of(order.spec.asset) else { continue };
                let left = size_of(spec, leave_usd, order.spec.px);
                let left = left.unwrap_or(Size::ZERO).max(spec.sizes().lot());
                self.take(order.oid, order.sz.saturating_sub(left));
            }
        }
    }

    /// Takes everything that clients have resting.
    pub(super) fn take_everything(&mut self) {
        for client in self.clients() {
            for order in self.quotes(client, Depth::Furthest) {
                self.take(order.oid, order.sz);
            }
        }
    }

    /// Takes the nearest orders, each in so many pieces.
    pub(super) fn take_in_pieces(&mut self, pieces: u64) {
        for client in self.clients() {
            for order in self.quotes(client, Depth::Nearest) {
                let piece = self.part(&order, pieces.max(1));
                for _ in 0..pieces {
                    self.take(order.oid, piece);
                }
            }
        }
    }

    /// One of so many equal parts of an order, in whole lots, at least one.
    fn part(&self, order: &Order, parts: u64) -> Size {
        let Some(spec) = self.spec_of(order.spec.asset) else { return Size::ZERO };
        let even = Size::from_raw(order.sz.raw().checked_div(parts).unwrap_or(0));
        let lots = spec.sizes().snap(even, Round::Down).map(|size| size.get());
        lots.unwrap_or(Size::ZERO).max(spec.sizes().lot())
    }

    /// A client is about to cancel an order: it may be taken just before.
    pub(crate) fn race_a_cancel(&mut self, client: AccountId, oid: Oid) {
        if self.trouble.is_quiet() || self.is_internal(client) {
            return;
        }
        let mine = self.orders.get(&oid).filter(|order| order.spec.account == client).copied();
        let Some(order) = mine else { return };
        if self.trouble.strikes(race) {
            self.take(oid, order.sz);
        }
        let late = |kind: &Kind| match *kind {
            Kind::FillAfterCancel { prob, ms } => Some((prob, ms)),
            _ => None,
        };
        if let Some((prob, ms)) = self.trouble.find(late)
            && self.trouble.happens(prob)
        {
            let half = self.part(&order, 2);
            self.trouble.fill_lag = ms;
            self.take(oid, half);
            self.trouble.fill_lag = 0;
        }
    }
}

fn race(kind: &Kind) -> Option<Chance> {
    match kind {
        Kind::CancelRace { prob } => Some(*prob),
        _ => None,
    }
}
