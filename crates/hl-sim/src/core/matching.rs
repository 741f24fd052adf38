//! Price-time matching.

use hl_quant::{Price, Side, Size};
use hl_wire::{Oid, Tif};

use super::Core;
use super::order::{Cancellation, Incoming, Order, Status};
use super::settle::Match;
use crate::Usd;
use crate::refusal::Refusal;

/// What an order that was not refused did at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Executed {
    pub(crate) oid: Oid,
    /// Size traded.
    pub(crate) filled: Size,
    /// Value traded.
    pub(crate) value: Usd,
    /// What went into the book.
    pub(crate) resting: Size,
}

/// Whether a bid at `bid` and an ask at `ask` can trade.
fn crosses(side: Side, px: Price, resting: Price) -> bool {
    match side {
        Side::Bid => px >= resting,
        Side::Ask => px <= resting,
    }
}

impl Core {
    /// Whether an order at this price would trade against what rests now.
    pub(crate) fn would_cross(&self, order: &Incoming) -> bool {
        let best =
            self.market(order.asset).and_then(|market| market.book.best(order.side.opposite()));
        best.is_some_and(|best| crosses(order.side, order.px, best))
    }

    /// Matches an order that passed every check, then rests what is left or drops it.
    pub(crate) fn execute(&mut self, oid: Oid, spec: Incoming) -> Result<Executed, Refusal> {
        // A reduce-only order larger than the position is shrunk to it, and never turns it over.
        let sz = if spec.reduce_only { spec.sz.min(self.reducible(&spec)) } else { spec.sz };
        let mut order = Order { oid, spec, sz, timestamp: self.now };
        let mut value = Usd::ZERO;
        let mut filled = Size::ZERO;
        let mut opened = false;
        while let Some((px, maker)) = self.next_match(&order) {
            if !opened {
                self.report(order, Status::Open);
                opened = true;
            }
            let Some(size) = self.trade(&order, maker, px) else {
                // The range of a position is exhausted: the rest must not go into a crossed book.
                self.report(order, Status::Canceled(Cancellation::User));
                return Ok(Executed { oid, filled, value, resting: Size::ZERO });
            };
            order.sz = order.sz.saturating_sub(size);
            filled = filled.saturating_add(size);
            value += Usd::from_notional(px * size);
        }
        if filled.is_zero() && !spec.rests() {
            let opposite = spec.side.opposite();
            let empty = self.market(spec.asset).is_none_or(|m| m.book.best(opposite).is_none());
            let market_order = spec.tif == Tif::FrontendMarket;
            return Err(if market_order && empty {
                Refusal::NoLiquidity
            } else {
                Refusal::IocNoMatch
            });
        }
        let resting = self.finish(order, opened);
        self.fit_reduce_only(spec.account, spec.asset);
        Ok(Executed { oid, filled, value, resting })
    }

    /// Rests, closes or drops what matching left of an order.
    fn finish(&mut self, order: Order, opened: bool) -> Size {
        let spec = order.spec;
        if order.sz.is_zero() {
            self.report(order, Status::Filled);
            return Size::ZERO;
        }
        if spec.reduce_only && self.reducible(&spec).is_zero() {
            self.report(order, Status::Canceled(Cancellation::ReduceOnly));
            return Size::ZERO;
        }
        if !spec.rests() {
            // The venue drops the remainder without a word in the answer; `canceled` as its status
            // is our reading, because no capture of a partly filled one shows it.
            self.report(order, Status::Canceled(Cancellation::User));
            return Size::ZERO;
        }
        self.link(order);
        if !opened {
            self.report(order, Status::Open);
        }
        order.sz
    }

    /// The resting order that an incoming one meets next, after taking out of its way what cannot
    /// trade with it.
    fn next_match(&mut self, order: &Order) -> Option<(Price, Oid)> {
        loop {
            if order.sz.is_zero() {
                return None;
            }
            let market = self.market(order.spec.asset)?;
            let (px, oid) = market.book.front(order.spec.side.opposite())?;
            if !crosses(order.spec.side, order.spec.px, px) {
                return None;
            }
            let maker = self.orders.get(&oid).copied()?;
            if maker.spec.account == order.spec.account {
                self.cancel_resting(oid, Cancellation::SelfTrade)?;
            } else if maker.spec.reduce_only && self.reducible(&maker.spec).is_zero() {
                self.cancel_resting(oid, Cancellation::ReduceOnly)?;
            } else if !self.maker_can_fill(&maker, order.sz.min(maker.sz)) {
                self.cancel_resting(oid, Cancellation::Margin)?;
            } else {
                return Some((px, oid));
            }
        }
    }

    /// Trades an incoming order against a resting one; nothing when the incoming side may not.
    fn trade(&mut self, order: &Order, maker_oid: Oid, px: Price) -> Option<Size> {
        let maker = self.orders.get(&maker_oid).copied()?;
        let mut size = order.sz.min(maker.sz);
        if order.spec.reduce_only {
            size = size.min(self.reducible(&order.spec));
        }
        if maker.spec.reduce_only {
            size = size.min(self.reducible(&maker.spec));
        }
        if size.is_zero() || !self.settle(&Match { taker: *order, maker, px, size }) {
            return None;
        }
        self.fill_resting(maker, size);
        self.fit_reduce_only(maker.spec.account, maker.spec.asset);
        Some(size)
    }

    /// Takes a fill out of a resting order.
    fn fill_resting(&mut self, maker: Order, size: Size) {
        if size == maker.sz {
            if let Some(mut gone) = self.unlink(maker.oid) {
                gone.sz = Size::ZERO;
                self.report(gone, Status::Filled);
            }
            return;
        }
        self.shrink(maker.oid, size);
        if self.config.open_questions.partial_update == crate::config::PartialUpdate::Open
            && let Some(left) = self.orders.get(&maker.oid).copied()
        {
            self.report(left, Status::Open);
        }
    }
}
