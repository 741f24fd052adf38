//! What the engine asked for. Written from its own types; read back as [`Asked`], because nothing
//! but a market's grid makes an order.

use hl_engine::{
    CancelOrder, Command, ExitOrder, Fetch, Leverage, MarketId, ModifyOrder, PlaceOrder, Query,
    RequestId,
};
use hl_quant::{Millis, Price, Side, Size};
use hl_wire::{Cloid, Oid, ReduceOnly};

use super::super::bytes::{Malformed, Sink, Source};
use super::{Code, choice, record};

/// A command as a journal has it: [`Command`] with plain numbers in place of proven ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// [`Command::Place`].
    Place {
        /// Its id.
        request: RequestId,
        /// When the venue refuses it.
        expires: Millis,
        /// What to place.
        orders: Vec<AskedOrder>,
    },
    /// [`Command::Modify`].
    Modify {
        /// Its id.
        request: RequestId,
        /// When the venue refuses it.
        expires: Millis,
        /// What to replace, and by what.
        orders: Vec<AskedModify>,
    },
    /// [`Command::Cancel`].
    Cancel {
        /// Its id.
        request: RequestId,
        /// What to cancel.
        orders: Vec<(MarketId, Cloid)>,
    },
    /// [`Command::Exit`].
    Exit {
        /// Its id.
        request: RequestId,
        /// When the venue refuses it.
        expires: Millis,
        /// What to place.
        orders: Vec<AskedOrder>,
    },
    /// [`Command::ScheduleCancel`].
    ScheduleCancel {
        /// Its id.
        request: RequestId,
        /// When everything is to be cancelled.
        at: Option<Millis>,
    },
    /// [`Command::Leverage`].
    Leverage {
        /// Its id.
        request: RequestId,
        /// Where.
        market: MarketId,
        /// What to set.
        leverage: Leverage,
    },
    /// [`Command::Burn`].
    Burn {
        /// Its id.
        request: RequestId,
        /// Whose nonce is to be used up.
        of: RequestId,
    },
    /// [`Command::FetchSpecs`].
    FetchSpecs {
        /// Its id.
        request: RequestId,
        /// How fresh.
        fetch: Fetch,
    },
    /// [`Command::Reconcile`].
    Reconcile {
        /// Its id.
        request: RequestId,
        /// What to ask.
        query: Query,
    },
}

/// An order of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AskedOrder {
    /// Where.
    pub market: MarketId,
    /// Which side.
    pub side: Side,
    /// At what price.
    pub price: Price,
    /// How much.
    pub size: Size,
    /// Whether it may open a position.
    pub reduce_only: ReduceOnly,
    /// Its name.
    pub cloid: Cloid,
}

/// An order of a command that replaces another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AskedModify {
    /// The venue's name for the order that goes.
    pub old_oid: Oid,
    /// Our name for it.
    pub old: Cloid,
    /// The order that comes.
    pub new: AskedOrder,
}

record! {
    AskedOrder { market, side, price, size, reduce_only, cloid }
    AskedModify { old_oid, old, new }
}

choice! {
    Asked {
        0 => Place { request, expires, orders }, 1 => Modify { request, expires, orders },
        2 => Cancel { request, orders }, 3 => Exit { request, expires, orders },
        4 => ScheduleCancel { request, at }, 5 => Leverage { request, market, leverage },
        6 => Burn { request, of }, 7 => FetchSpecs { request, fetch },
        8 => Reconcile { request, query },
    }
    Fetch { 0 => Routine, 1 => Forced }
    Query {
        0 => OpenOrders, 1 => Account, 2 => Fills { since }, 3 => Ledger { since },
        4 => Order { market, cloid },
    }
}

impl From<&PlaceOrder> for AskedOrder {
    fn from(order: &PlaceOrder) -> Self {
        let PlaceOrder { market, side, price, size, reduce_only, cloid } = *order;
        Self { market, side, price: price.get(), size: size.get(), reduce_only, cloid }
    }
}

impl From<&ExitOrder> for AskedOrder {
    fn from(order: &ExitOrder) -> Self {
        let ExitOrder { market, side, price, size, cloid } = *order;
        let reduce_only = ReduceOnly::Yes;
        Self { market, side, price: price.get(), size: size.get(), reduce_only, cloid }
    }
}

impl From<&ModifyOrder> for AskedModify {
    fn from(order: &ModifyOrder) -> Self {
        let ModifyOrder { old_oid, old, new } = order;
        Self { old_oid: *old_oid, old: *old, new: new.into() }
    }
}

impl From<&Command> for Asked {
    fn from(command: &Command) -> Self {
        match command {
            Command::Place { request, orders, expires } => Self::Place {
                request: *request,
                expires: *expires,
                orders: orders.iter().map(AskedOrder::from).collect(),
            },
            Command::Modify { request, orders, expires } => Self::Modify {
                request: *request,
                expires: *expires,
                orders: orders.iter().map(AskedModify::from).collect(),
            },
            Command::Cancel { request, orders } => Self::Cancel {
                request: *request,
                orders: orders.iter().map(|order| (order.market, order.cloid)).collect(),
            },
            Command::Exit { request, orders, expires } => Self::Exit {
                request: *request,
                expires: *expires,
                orders: orders.iter().map(AskedOrder::from).collect(),
            },
            Command::ScheduleCancel { request, at } => {
                Self::ScheduleCancel { request: *request, at: *at }
            }
            Command::Leverage { request, market, leverage } => {
                Self::Leverage { request: *request, market: *market, leverage: *leverage }
            }
            Command::Burn { request, of } => Self::Burn { request: *request, of: *of },
            Command::FetchSpecs { request, fetch } => {
                Self::FetchSpecs { request: *request, fetch: *fetch }
            }
            Command::Reconcile { request, query } => {
                Self::Reconcile { request: *request, query: *query }
            }
        }
    }
}

/// The same bytes as [`Asked`] has, without making one.
pub(in crate::decisions) fn put_command(command: &Command, sink: &mut Sink) {
    macro_rules! put {
        ($tag:literal $(, $value:expr)*) => {{ sink.byte($tag); $($value.put(sink);)* }};
    }
    match command {
        Command::Place { request, orders, expires } => {
            put!(0, request, expires);
            each(orders, sink, AskedOrder::from);
        }
        Command::Modify { request, orders, expires } => {
            put!(1, request, expires);
            each(orders, sink, AskedModify::from);
        }
        Command::Cancel { request, orders } => {
            put!(2, request);
            each(orders, sink, |order: &CancelOrder| (order.market, order.cloid));
        }
        Command::Exit { request, orders, expires } => {
            put!(3, request, expires);
            each(orders, sink, AskedOrder::from);
        }
        Command::ScheduleCancel { request, at } => put!(4, request, at),
        Command::Leverage { request, market, leverage } => put!(5, request, market, leverage),
        Command::Burn { request, of } => put!(6, request, of),
        Command::FetchSpecs { request, fetch } => put!(7, request, fetch),
        Command::Reconcile { request, query } => put!(8, request, query),
    }
}

fn each<'a, T: 'a, U: Code>(items: &'a [T], sink: &mut Sink, map: impl Fn(&'a T) -> U) {
    sink.uint(u64::try_from(items.len()).unwrap_or(u64::MAX));
    items.iter().for_each(|item| map(item).put(sink));
}

pub(in crate::decisions) fn take_command(from: &mut Source<'_, '_>) -> Result<Asked, Malformed> {
    Asked::take(from)
}
