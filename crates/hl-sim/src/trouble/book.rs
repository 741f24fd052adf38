//! Books that lose their people, jump, and grow walls.

use hl_quant::{MarketSpec, Price, Round, Side, Size};
use hl_wire::{AssetId, Oid, Tif};

use super::markets::shifted;
use crate::background::address;
use crate::core::Core;
use crate::core::account::{AccountId, Owner};
use crate::core::order::{Cancellation, Incoming};
use crate::fault::BookSide;

/// Ticks between the touch and a wall.
const WALL_TICKS: u64 = 3;

impl Core {
    /// The account that faults trade with.
    pub(super) fn culprit(&mut self) -> AccountId {
        self.open_account(address(b"fault", 0), Owner::Internal)
    }

    /// Takes what rests on a side of a market, up to a price and a size; how much that was.
    pub(super) fn sweep(&mut self, asset: AssetId, side: Side, limit: Price, sz: Size) -> Size {
        self.submit_fault(asset, side, limit, sz, Tif::Ioc)
    }

    fn submit_fault(&mut self, asset: AssetId, side: Side, px: Price, sz: Size, tif: Tif) -> Size {
        if sz.is_zero() {
            return Size::ZERO;
        }
        let account = self.culprit();
        self.begin_action();
        let spec = Incoming { account, asset, side, px, sz, tif, reduce_only: false, cloid: None };
        self.place(spec, px.to_text().as_str()).map_or(Size::ZERO, |executed| executed.filled)
    }

    /// Everybody but the clients takes their orders out of one side of a book.
    pub(super) fn others_leave(&mut self, asset: AssetId, side: Side) {
        let theirs = |oid: &Oid| {
            self.orders.get(oid).is_some_and(|order| {
                let spec = order.spec;
                spec.asset == asset && spec.side == side && self.is_internal(spec.account)
            })
        };
        let leaving: Vec<Oid> = self.orders.keys().copied().filter(theirs).collect();
        for oid in leaving {
            self.cancel_resting(oid, Cancellation::User);
        }
    }

    /// Somebody takes everything within a distance of the best price.
    pub(super) fn jump(&mut self, market: u16, ppm: i64) {
        let Some(asset) = self.target(market) else { return };
        let taker = if ppm > 0 { Side::Bid } else { Side::Ask };
        let Some(market) = self.market(asset) else { return };
        let Some(best) = market.book.best(taker.opposite()) else { return };
        let spec = MarketSpec::perp(market.config.sz_decimals);
        let round = if ppm > 0 { Round::Down } else { Round::Up };
        let Ok(limit) = spec.prices().snap(shifted(best, ppm), round) else { return };
        let limit = limit.get();
        let within = |px: Price| if ppm > 0 { px <= limit } else { px >= limit };
        let levels = market.book.levels(taker.opposite()).take_while(|level| within(level.px));
        let size = levels.fold(Size::ZERO, |sum, level| sum.saturating_add(level.sz));
        self.sweep(asset, taker, limit, size);
    }

    /// Rests a large order some ticks behind the touch.
    pub(super) fn build_wall(&mut self, market: u16, side: BookSide, usd: u64) {
        let Some(asset) = self.target(market) else { return };
        let side = Side::from(side);
        let Some(market) = self.market(asset) else { return };
        let spec = MarketSpec::perp(market.config.sz_decimals);
        let Some(best) = market.book.best(side) else { return };
        let round = if side == Side::Bid { Round::Down } else { Round::Up };
        let Ok(touch) = spec.prices().snap(best, round) else { return };
        let Some(price) = spec.prices().away(side, touch, WALL_TICKS) else { return };
        let px = price.get();
        if let Some(size) = size_of(spec, usd, px) {
            self.submit_fault(asset, side, px, size, Tif::Alo);
        }
    }

    pub(super) fn pull_wall(&mut self, market: u16) {
        let Some(asset) = self.target(market) else { return };
        let culprit = self.culprit();
        for order in self.open_in(culprit, asset) {
            self.cancel_resting(order.oid, Cancellation::User);
        }
    }
}

/// What this many dollars buy, in whole lots; nothing if that is less than one.
pub(super) fn size_of(spec: MarketSpec, usd: u64, px: Price) -> Option<Size> {
    /// Dollars times this, divided by a price at 10^-8, is a size at 10^-8.
    const SCALE: u128 = 10_000_000_000_000_000;
    let raw = u128::from(usd).saturating_mul(SCALE) / u128::from(px.raw());
    let size = Size::from_raw(u64::try_from(raw).ok()?);
    spec.sizes().snap(size, Round::Down).ok().map(|size| size.get())
}
