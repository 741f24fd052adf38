//! Answers: outcomes of actions, and documents of the info endpoint.

use hl_quant::{Millis, SignedSize, Size};
use hl_specs::Lookup;
use hl_wire::{
    Accepted, ActionOutcome, Amount, Cloid, Outcome,
    info::{self, ClearinghouseState, OrderDoc, OrderStatus, UserRateLimit},
};

use super::Adapter;
use crate::{
    AccountMoney, Found, Input, MAX_BATCH, MarketId, MarketStatus, OpenOrder, Position, Reply,
    RequestId, Usd,
};

impl Adapter {
    /// The outcome of a place, modify, cancel or schedule-cancel command.
    pub fn outcome(
        &self,
        request: RequestId,
        outcome: &ActionOutcome,
        sink: &mut dyn FnMut(Input<'_>),
    ) {
        let replies = outcome.outcomes.iter().take(MAX_BATCH).map(reply);
        let replies: arrayvec::ArrayVec<Reply, MAX_BATCH> = replies.collect();
        sink(Input::Outcome { request, replies: &replies });
    }

    /// The answer to [`Query::OpenOrders`](crate::Query::OpenOrders): orders of other markets are
    /// left out, unless they are [watched](Adapter::watching).
    pub fn open_orders(
        &mut self,
        request: RequestId,
        orders: &[OrderDoc],
        sink: &mut dyn FnMut(Input<'_>),
    ) {
        let ours = orders.iter().filter_map(|order| {
            Some(OpenOrder {
                market: self.market_of(&order.coin, order.cloid)?,
                oid: order.oid,
                cloid: order.cloid,
                side: order.side,
                price: order.limit_px,
                remaining: order.sz,
                original: order.orig_sz,
            })
        });
        let orders: Vec<OpenOrder> = ours.collect();
        sink(Input::OpenOrders { request, orders: &orders });
    }

    /// The answer to [`Query::Account`](crate::Query::Account). A document without a time cannot be
    /// set against fills and counts as none.
    pub fn account(
        &self,
        request: RequestId,
        state: &ClearinghouseState,
        sink: &mut dyn FnMut(Input<'_>),
    ) {
        let Some(time) = state.time else {
            return sink(Input::QueryFailed { request });
        };
        if let Err(what) = is_whole(state) {
            sink(Input::Unreadable { what });
            return sink(Input::QueryFailed { request });
        }
        // A number that cannot be expressed is no number: the question has not been answered.
        let (Some(positions), Some(money)) = (self.positions(state), money(state)) else {
            sink(Input::Unreadable { what: "account_money_out_of_range" });
            return sink(Input::QueryFailed { request });
        };
        sink(Input::Account { request, time, positions: &positions, money });
    }

    /// The positions in our markets that are not flat; `None` if one cannot be expressed.
    fn positions(&self, state: &ClearinghouseState) -> Option<Vec<Position>> {
        let mut positions = Vec::with_capacity(state.asset_positions.len());
        for entry in &state.asset_positions {
            let size = entry.position.szi;
            let Some(market) = self.market(&entry.position.coin) else { continue };
            if size == SignedSize::ZERO {
                continue;
            }
            // The venue states what a position is worth without its sign.
            let value = usd(entry.position.position_value)?;
            let value = if size.raw() < 0 { Usd::ZERO.minus(value) } else { value };
            positions.push(Position { market, size, value });
        }
        Some(positions)
    }

    /// The answer to [`Query::Fills`](crate::Query::Fills). If one of the fills cannot be expressed,
    /// the rest still counts, but the question has not been answered.
    pub fn fills(&self, request: RequestId, fills: &[info::Fill], sink: &mut dyn FnMut(Input<'_>)) {
        let mut unreadable = None;
        let mut known = Vec::with_capacity(fills.len());
        for fill in fills.iter().filter_map(|fill| self.fill(fill)) {
            match fill {
                Ok(fill) => known.push(fill),
                Err(what) => unreadable = Some(what),
            }
        }
        let Some(what) = unreadable else {
            return sink(Input::Fills { request: Some(request), fills: &known });
        };
        sink(Input::Unreadable { what });
        sink(Input::Fills { request: None, fills: &known });
        sink(Input::QueryFailed { request });
    }

    /// The answer to [`Query::Order`](crate::Query::Order).
    pub fn order_status(
        &mut self,
        request: RequestId,
        cloid: Cloid,
        status: &OrderStatus,
        sink: &mut dyn FnMut(Input<'_>),
    ) {
        let found = match status {
            OrderStatus::UnknownOid => Found::No,
            OrderStatus::Order(order) => match self.order_update(order) {
                Some(Ok(update)) => Found::Yes(update),
                // A state that says neither: ask again.
                Some(Err(_)) | None => return sink(Input::QueryFailed { request }),
            },
        };
        sink(Input::OrderStatus { request, cloid, found });
    }

    /// The address budget.
    pub fn rate_limit(&self, limit: &UserRateLimit, sink: &mut dyn FnMut(Input<'_>)) {
        let cap = limit.n_requests_cap.saturating_add(limit.n_requests_surplus);
        sink(Input::RateLimit { used: limit.n_requests_used, cap });
    }
}

/// One market of the answer to [`Command::FetchSpecs`](crate::Command::FetchSpecs), as the spec
/// cache has it; `requested` is when the request behind it was sent. `None` for a market that the
/// venue does not list.
#[must_use]
pub fn spec<'a>(market: MarketId, lookup: &Lookup<'a>, requested: Millis) -> Option<Input<'a>> {
    let (entry, status) = match lookup {
        Lookup::Fresh(entry) | Lookup::Stale { entry, .. } => (entry, MarketStatus::Trading),
        Lookup::CancelOnly { entry, .. } => (entry, MarketStatus::CancelOnly),
        Lookup::Unknown(_) => return None,
    };
    Some(Input::Spec { market, spec: &entry.market.spec, requested, status })
}

/// What an outcome says, without its words.
#[must_use]
pub fn reply(outcome: &Outcome) -> Reply {
    match outcome {
        Outcome::Accepted { oid, state, .. } => {
            let filled = match state {
                Accepted::Filled { total_sz, .. } => *total_sz,
                Accepted::Resting | Accepted::Waiting | Accepted::Done => Size::ZERO,
            };
            Reply::Accepted { oid: *oid, filled }
        }
        Outcome::Rejected { code, bbo, .. } => Reply::Rejected { code: *code, bbo: *bbo },
        Outcome::Unknown { .. } => Reply::Unknown,
    }
}

/// Whether a document tells of the whole account: a market that is missing in it is flat, so nothing
/// may be missing that is not.
///
/// The sum of position values in the document itself says what the list has to come to; in recorded
/// documents both agree to the last digit. And the venue answers for an address that it does not
/// know, such as an agent's, as for an account without a cent (docs: "Nonces and API wallets", common
/// pitfalls), which is no account to quote with.
fn is_whole(state: &ClearinghouseState) -> Result<(), &'static str> {
    /// What rounding may come to for each position, and once more for the sum: a cent.
    const CENT: i128 = 1_000_000;
    let summary = &state.margin_summary;
    if [summary.account_value, summary.total_raw_usd] == [Amount::ZERO; 2] {
        return Err("account_without_a_cent");
    }
    let values = state.asset_positions.iter().map(|entry| entry.position.position_value.raw());
    let sum = values.fold(0_i128, i128::saturating_add);
    let count = i128::try_from(state.asset_positions.len()).unwrap_or(i128::MAX);
    let most = CENT.saturating_mul(count.saturating_add(1));
    let off = sum.saturating_sub(summary.total_ntl_pos.raw()).saturating_abs();
    if off > most { Err("account_positions_missing") } else { Ok(()) }
}

/// What the account is worth and how much of it is spoken for; `None` for numbers out of range.
fn money(state: &ClearinghouseState) -> Option<AccountMoney> {
    let withdrawable = match state.withdrawable {
        Some(amount) => Some(usd(amount)?),
        None => None,
    };
    Some(AccountMoney {
        value: usd(state.margin_summary.account_value)?,
        margin_used: usd(state.margin_summary.total_margin_used)?,
        maintenance: usd(state.cross_maintenance_margin_used)?,
        withdrawable,
    })
}

/// An amount at 10^-8 as the engine's money at 10^-16.
pub(super) fn usd(amount: Amount) -> Option<Usd> {
    amount.raw().checked_mul(100_000_000).map(Usd::from_raw)
}
