//! Commands: what is signed, and what is asked.

use hl_wire::{
    Address, CancelByCloid, Fast, Modify, Order, OrderRef, ReduceOnly, ScheduleCancel, Tif,
    TradingAction, UpdateLeverage, info::InfoRequest,
};

use super::Adapter;
use crate::{Command, ExitOrder, MarginMode, PlaceOrder, Query};

impl Adapter {
    /// The action to sign for a command; a [`Command::Burn`] takes the nonce of the command that it is
    /// about. `None` for a question, and for an order in a market that
    /// this adapter does not have. Every order in it is post-only, except those of
    /// [`Command::Exit`].
    #[must_use]
    pub fn action(&self, command: &Command) -> Option<TradingAction> {
        Some(match command {
            Command::Place { orders, .. } => {
                let orders = orders.iter().map(|order| self.order(order));
                TradingAction::place(orders.collect::<Option<_>>()?)
            }
            Command::Modify { orders, .. } => {
                let modifies = orders.iter().map(|modify| {
                    let order = self.order(&modify.new)?;
                    Some(Modify { oid: OrderRef::Oid(modify.old_oid), order })
                });
                TradingAction::modify(modifies.collect::<Option<_>>()?)
            }
            Command::Cancel { orders, .. } => {
                let cancels = orders.iter().map(|cancel| {
                    let asset = self.asset(cancel.market)?;
                    Some(CancelByCloid { asset, cloid: cancel.cloid })
                });
                TradingAction::cancel_by_cloid(cancels.collect::<Option<_>>()?, Fast::Yes)
            }
            Command::Exit { orders, .. } => {
                let orders = orders.iter().map(|order| self.exit(order));
                TradingAction::place(orders.collect::<Option<_>>()?)
            }
            Command::ScheduleCancel { at, .. } => {
                TradingAction::ScheduleCancel(ScheduleCancel { time: at.map(|at| at.0) })
            }
            Command::Leverage { market, leverage, .. } => {
                TradingAction::UpdateLeverage(UpdateLeverage {
                    asset: self.asset(*market)?,
                    is_cross: leverage.mode == MarginMode::Cross,
                    leverage: leverage.times,
                })
            }
            Command::Burn { .. } => TradingAction::Noop,
            Command::FetchSpecs { .. } | Command::Reconcile { .. } => return None,
        })
    }

    fn order(&self, order: &PlaceOrder) -> Option<Order> {
        Some(Order {
            asset: self.asset(order.market)?,
            side: order.side,
            price: order.price,
            size: order.size,
            tif: Tif::Alo,
            reduce_only: order.reduce_only,
            cloid: Some(order.cloid),
        })
    }
}

impl Adapter {
    /// The one place that writes a time in force which takes.
    fn exit(&self, order: &ExitOrder) -> Option<Order> {
        Some(Order {
            asset: self.asset(order.market)?,
            side: order.side,
            price: order.price,
            size: order.size,
            tif: Tif::Ioc,
            reduce_only: ReduceOnly::Yes,
            cloid: Some(order.cloid),
        })
    }
}

/// The request that answers `query` for the account `user`; never its agent's address, for which
/// every answer is empty.
#[must_use]
pub fn question(query: Query, user: Address) -> InfoRequest {
    match query {
        Query::OpenOrders => InfoRequest::FrontendOpenOrders { user, dex: None },
        Query::Account => InfoRequest::ClearinghouseState { user, dex: None },
        Query::Fills { since } => InfoRequest::UserFillsByTime {
            user,
            start_time: since.0,
            end_time: None,
            aggregate_by_time: None,
        },
        Query::Ledger { since } => {
            InfoRequest::UserNonFundingLedgerUpdates { user, start_time: since.0, end_time: None }
        }
        Query::Order { cloid, .. } => {
            InfoRequest::OrderStatus { user, oid: OrderRef::Cloid(cloid) }
        }
    }
}
