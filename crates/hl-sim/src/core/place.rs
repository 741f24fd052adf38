//! From the order that was asked for to the order that is executed: the exchange's checks.

use hl_quant::{Price, Side, Size};
use hl_wire::{AssetId, Cloid, Oid, RejectCode, Tif};

use super::Core;
use super::account::AccountId;
use super::matching::Executed;
use super::order::{Incoming, Order, Status};
use crate::Usd;
use crate::config::{DuplicateCloid, PartialAck, PriceBand};
use crate::grid;
use crate::refusal::{Refusal, StaticRefusal};
use crate::universe::ListingState;

/// Smallest value of a perpetual order (docs: "Error responses").
const MIN_NOTIONAL_DOLLARS: i64 = 10;

/// An order with its decimals as they were written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OrderRequest<'a> {
    pub(crate) asset: AssetId,
    pub(crate) side: Side,
    pub(crate) px: &'a str,
    pub(crate) sz: &'a str,
    pub(crate) tif: Tif,
    pub(crate) reduce_only: bool,
    pub(crate) cloid: Option<Cloid>,
}

/// One order's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    Resting { oid: Oid, cloid: Option<Cloid> },
    Filled { oid: Oid, cloid: Option<Cloid>, size: Size, value: Usd },
    Error(String),
}

impl Core {
    /// The checks that stand for the whole batch.
    pub(crate) fn check_static(
        &self,
        id: AccountId,
        requests: &[OrderRequest<'_>],
    ) -> Result<Vec<Incoming>, StaticRefusal> {
        if requests.is_empty() {
            return Err(StaticRefusal::Empty);
        }
        requests.iter().map(|request| self.check_one(id, request)).collect()
    }

    fn check_one(
        &self,
        account: AccountId,
        request: &OrderRequest<'_>,
    ) -> Result<Incoming, StaticRefusal> {
        let market = self.market(request.asset).ok_or(StaticRefusal::InvalidPrice)?;
        if market.config.listing != ListingState::Live {
            return Err(StaticRefusal::Halted);
        }
        let sz: Size = request.sz.parse().map_err(|_| StaticRefusal::InvalidSize)?;
        if sz.is_zero() {
            return Err(StaticRefusal::ZeroSize);
        }
        if !grid::is_legal_size(request.sz, market.config.sz_decimals.get()) {
            return Err(StaticRefusal::InvalidSize);
        }
        let px: Price = request.px.parse().map_err(|_| StaticRefusal::InvalidPrice)?;
        let band = self.config.limits.price_band;
        if !within(band, px, market.mark) {
            return Err(StaticRefusal::PriceBand(band.percent()));
        }
        let max = max_order_dollars(market.config.max_leverage, request.tif);
        if Usd::from_notional(px * sz).get() > i128::from(max).saturating_mul(1_000_000) {
            return Err(StaticRefusal::ValueTooLarge(max));
        }
        let OrderRequest { asset, side, tif, reduce_only, cloid, .. } = *request;
        Ok(Incoming { account, asset, side, px, sz, tif, reduce_only, cloid })
    }

    /// Executes one order, and records what became of it.
    pub(crate) fn place(&mut self, spec: Incoming, px_text: &str) -> Result<Executed, Refusal> {
        let oid = self.allocate_oid();
        let unlucky = (!self.trouble.is_quiet() && !self.is_internal(spec.account))
            .then(|| self.trouble.refusal())
            .flatten();
        let outcome = unlucky
            .map_or_else(|| self.check_runtime(&spec, px_text), Err)
            .and_then(|()| self.execute(oid, spec));
        match &outcome {
            Ok(_) => self.count_accepted(&spec),
            Err(refusal) => {
                let order = Order { oid, spec, sz: spec.sz, timestamp: self.now };
                self.report(order, Status::Rejected(*refusal));
            }
        }
        outcome
    }

    /// The answer for one order.
    pub(crate) fn reply(&self, spec: &Incoming, outcome: Result<Executed, Refusal>) -> Reply {
        match outcome {
            Ok(executed) => self.acknowledge(spec, executed),
            Err(refusal) => {
                let asset = self.renumbered(spec.asset);
                Reply::Error(refusal.text(asset, self.config.open_questions.error_suffix))
            }
        }
    }

    fn acknowledge(&self, spec: &Incoming, executed: Executed) -> Reply {
        let Executed { oid, filled, value, resting } = executed;
        let cloid = spec.cloid;
        let partial = self.config.open_questions.partial_ack == PartialAck::Filled;
        if filled.is_zero() || (!resting.is_zero() && !partial) {
            Reply::Resting { oid, cloid }
        } else {
            Reply::Filled { oid, cloid, size: filled, value }
        }
    }

    /// The checks of one order at its turn.
    pub(crate) fn check_runtime(&self, spec: &Incoming, px_text: &str) -> Result<(), Refusal> {
        let (Some(market), Some(account)) = (self.market(spec.asset), self.account(spec.account))
        else {
            return Err(Refusal::MaxPosition);
        };
        if !grid::is_legal_price(px_text, market.config.sz_decimals.get()) {
            return Err(Refusal::Tick);
        }
        if let Some(cloid) = spec.cloid
            && self.config.open_questions.duplicate_cloid == DuplicateCloid::Refused
            && self.open_by_cloid(spec.account, cloid).is_some()
        {
            return Err(Refusal::DuplicateCloid);
        }
        if account.open.len() >= self.config.limits.max_open_orders && !account.is_internal() {
            return Err(Refusal::TooManyOrders);
        }
        let reducible = self.reducible(spec);
        if spec.reduce_only && reducible.is_zero() {
            return Err(Refusal::ReduceOnly);
        }
        let closes_all = !reducible.is_zero()
            && (spec.sz == reducible || (spec.reduce_only && spec.sz > reducible));
        let value = Usd::from_notional(spec.px * spec.sz);
        if value < Usd::dollars(MIN_NOTIONAL_DOLLARS) && !closes_all && !account.is_internal() {
            return Err(Refusal::MinNotional);
        }
        if spec.tif == Tif::Alo && self.would_cross(spec) {
            let best = |side| market.book.best(side);
            return Err(Refusal::BadAlo { bbo: best(Side::Bid).zip(best(Side::Ask)) });
        }
        if !self.can_open(spec) {
            return Err(Refusal::Margin);
        }
        Ok(())
    }

    /// Counts an order that arrived, and whether its texts break the grid, whatever comes of it.
    pub(crate) fn count_attempt(&mut self, id: AccountId, request: &OrderRequest<'_>) {
        let decimals = self.market(request.asset).map_or(0, |m| m.config.sz_decimals.get());
        let Some(account) = self.account_mut(id) else { return };
        let bump = |count: &mut u64, when: bool| *count = count.saturating_add(u64::from(when));
        bump(&mut account.stats.attempts, true);
        bump(&mut account.stats.illegal_prices, !grid::is_legal_price(request.px, decimals));
        bump(&mut account.stats.illegal_sizes, !grid::is_legal_size(request.sz, decimals));
        bump(&mut account.market_stats.entry(request.asset).or_default().attempts, true);
    }

    /// Counts orders that were refused.
    pub(crate) fn count_refused(&mut self, id: AccountId, code: RejectCode, orders: usize) {
        if let Some(account) = self.account_mut(id) {
            let count = account.stats.rejected.entry(code).or_default();
            *count = count.saturating_add(u64::try_from(orders).unwrap_or(u64::MAX));
        }
    }

    /// Counts the orders of an action that was refused before any of them was looked at.
    pub(crate) fn count_unexecuted(&mut self, id: AccountId, code: RejectCode, orders: usize) {
        if orders == 0 {
            return;
        }
        self.count_refused(id, code, orders);
        if let Some(account) = self.account_mut(id) {
            let orders = u64::try_from(orders).unwrap_or(u64::MAX);
            account.stats.attempts = account.stats.attempts.saturating_add(orders);
        }
    }

    fn count_accepted(&mut self, spec: &Incoming) {
        if let Some(account) = self.account_mut(spec.account) {
            account.stats.accepted = account.stats.accepted.saturating_add(1);
            let market = account.market_stats.entry(spec.asset).or_default();
            market.accepted = market.accepted.saturating_add(1);
        }
    }
}

/// Whether a limit price is within the band around the reference.
fn within(band: PriceBand, px: Price, reference: Price) -> bool {
    let (px, reference) = (u128::from(px.raw()), u128::from(reference.raw()));
    let share = match band {
        PriceBand::Eighty => 5,
        PriceBand::NinetyFive => 20,
    };
    px.saturating_mul(share) > reference && px <= reference.saturating_mul(share)
}

/// Largest value of an order in dollars (docs: "Contract specifications"): limit orders may be ten
/// times as large as market orders.
const fn max_order_dollars(max_leverage: u8, tif: Tif) -> u64 {
    let market = match max_leverage {
        25.. => 30_000_000,
        20.. => 5_000_000,
        10.. => 2_000_000,
        _ => 500_000,
    };
    match tif {
        Tif::FrontendMarket => market,
        Tif::Alo | Tif::Gtc | Tif::Ioc => market * 10,
    }
}
