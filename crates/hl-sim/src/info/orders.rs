//! Questions about orders.

use hl_wire::{Address, OrderRef};
use serde::Serialize;

use super::view::{self, BasicOrder, FrontendOrder, StatusDoc};
use crate::core::Core;
use crate::core::order::Order;

fn resting(core: &Core, user: Address) -> impl Iterator<Item = &Order> {
    // Newest first, as the live venue lists them.
    let open = core.account_at(user).into_iter().flat_map(|account| account.open.iter().rev());
    open.filter_map(|oid| core.orders.get(oid))
}

pub(super) fn open(core: &Core, user: Address) -> Vec<BasicOrder> {
    resting(core, user).map(|order| BasicOrder::new(core, order)).collect()
}

pub(super) fn frontend_open(core: &Core, user: Address) -> Vec<FrontendOrder> {
    resting(core, user).map(|order| FrontendOrder::new(core, order)).collect()
}

/// The answer to `orderStatus`.
#[derive(Debug, Serialize)]
#[serde(tag = "status", rename_all = "camelCase")]
pub(super) enum OrderStatusDoc {
    Order { order: Box<StatusDoc<FrontendOrder>> },
    UnknownOid,
}

/// One order by either name; by cloid the latest one that carried it.
pub(super) fn status(core: &Core, user: Address, order: OrderRef) -> OrderStatusDoc {
    let record = core.account_at(user).and_then(|account| {
        let oid = match order {
            OrderRef::Oid(oid) => oid,
            OrderRef::Cloid(cloid) => *account.cloids.get(&cloid)?,
        };
        account.records.get(&oid)
    });
    record.map_or(OrderStatusDoc::UnknownOid, |record| OrderStatusDoc::Order {
        order: Box::new(view::history(core, record)),
    })
}

/// Every order that is remembered, with its last status, newest first.
pub(super) fn historical(core: &Core, user: Address) -> Vec<StatusDoc<FrontendOrder>> {
    let account = core.account_at(user).into_iter();
    let records = account.flat_map(|account| account.records.values().rev());
    records.take(2_000).map(|record| view::history(core, record)).collect()
}
