//! All that the engine can ask for.

use arrayvec::ArrayVec;
use hl_quant::{Millis, OrderPrice, OrderSize, Side};
use hl_wire::{Cloid, Oid, ReduceOnly};

use crate::{Event, Leverage, MarketId, RequestId};

/// The most orders in one command.
///
/// Under the 40 at which a request begins to cost a second unit of the venue's per-minute weight
/// (Hyperliquid docs, "Rate limits and user limits").
pub const MAX_BATCH: usize = 20;

/// The orders of one command, in place: taking one allocates nothing.
pub type Batch<T> = ArrayVec<T, MAX_BATCH>;

/// What [`Engine::poll`](crate::Engine::poll) returns.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "a boxed command would be an allocation per order")]
pub enum Output {
    /// Write this line. All events of an input come before its commands, so that a shell which
    /// makes them durable first has a record of every order before it is sent.
    Event(Event),
    /// Do this and answer it.
    Command(Command),
    /// Nothing more. Call [`Engine::handle`](crate::Engine::handle) with the next input, or with
    /// [`Input::Timer`](crate::Input::Timer) at this moment at the latest.
    WaitUntil(Millis),
}

/// A request to the shell. Every one is answered by exactly one input that carries its id; the
/// engine takes silence for an unknown outcome after
/// [`Timing::answer_timeout_ms`](crate::Timing::answer_timeout_ms).
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "a boxed batch would be an allocation per order")]
pub enum Command {
    /// Send these post-only orders as one action. Answer: [`Input::Outcome`](crate::Input::Outcome).
    Place {
        /// To be carried back.
        request: RequestId,
        /// At least one order.
        orders: Batch<PlaceOrder>,
        /// The venue's `expiresAfter`: a block later than this refuses the action. It must be sent,
        /// because an order in doubt counts as gone only after it.
        expires: Millis,
    },
    /// Replace these orders as one batch of modifies, each of which places the new order only if
    /// the old one could be cancelled. Answer: `Outcome`, one reply per new order.
    Modify {
        /// To be carried back.
        request: RequestId,
        /// At least one order.
        orders: Batch<ModifyOrder>,
        /// As for `Place`.
        expires: Millis,
    },
    /// Cancel these orders by client order id. Answer: `Outcome`.
    Cancel {
        /// To be carried back.
        request: RequestId,
        /// At least one order.
        orders: Batch<CancelOrder>,
    },
    /// Send these orders that take, as one action of reduce-only immediate-or-cancel orders. The
    /// only command that takes liquidity; it comes only while positions are being flattened.
    /// Answer: `Outcome`.
    Exit {
        /// To be carried back.
        request: RequestId,
        /// At least one order.
        orders: Batch<ExitOrder>,
        /// As for `Place`.
        expires: Millis,
    },
    /// Set the dead man's switch, or clear it. Answer: `Outcome` with one reply.
    ScheduleCancel {
        /// To be carried back.
        request: RequestId,
        /// When everything is to be cancelled.
        at: Option<Millis>,
    },
    /// Set leverage and margin mode of a market. Answer: `Outcome` with one reply. Doing it twice is
    /// as good as once, so an unknown outcome is asked for again.
    Leverage {
        /// To be carried back.
        request: RequestId,
        /// Where.
        market: MarketId,
        /// What to set.
        leverage: Leverage,
    },
    /// Send a `noop` with the nonce that was used for command `of`, so that `of` can take effect no
    /// more if it has not already (Hyperliquid docs, "Exchange endpoint", invalidate pending nonce).
    ///
    /// Answer: `Outcome` with one reply. Accepted: the nonce belongs to the `noop` now, and `of`
    /// never executes. Rejected with [`RejectCode::Nonce`](hl_wire::RejectCode): the nonce is used,
    /// so `of` has reached a block, or an earlier burn has. Unknown or never sent: asked again
    /// later. A shell that no longer knows the nonce answers `NeverSent`.
    Burn {
        /// To be carried back.
        request: RequestId,
        /// The command whose nonce is to be used up: a `Place` or a `Modify` of this run.
        of: RequestId,
    },
    /// Ask for the specs of every market. Answer: one [`Input::Spec`](crate::Input::Spec) per
    /// market, or [`Input::SpecsFailed`](crate::Input::SpecsFailed).
    FetchSpecs {
        /// Counts the requests; the answers do not carry it.
        request: RequestId,
        /// Whether a cache may answer.
        fetch: Fetch,
    },
    /// Ask the venue what it knows. Answer: the input that the query names, or
    /// [`Input::QueryFailed`](crate::Input::QueryFailed).
    Reconcile {
        /// To be carried back.
        request: RequestId,
        /// What to ask.
        query: Query,
    },
}

impl Command {
    /// The id that the answer must carry.
    #[must_use]
    pub const fn request(&self) -> RequestId {
        match self {
            Self::Place { request, .. }
            | Self::Modify { request, .. }
            | Self::Cancel { request, .. }
            | Self::Exit { request, .. }
            | Self::ScheduleCancel { request, .. }
            | Self::Leverage { request, .. }
            | Self::Burn { request, .. }
            | Self::FetchSpecs { request, .. }
            | Self::Reconcile { request, .. } => *request,
        }
    }
}

/// How fresh the answer to [`Command::FetchSpecs`] has to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fetch {
    /// A cache may answer with something a few seconds old.
    #[default]
    Routine,
    /// The venue has refused an order's tick or lot: only a request sent after this command counts.
    Forced,
}

/// One order to place. There is no time in force to choose: it is post-only (`Alo`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlaceOrder {
    /// Where.
    pub market: MarketId,
    /// Which side.
    pub side: Side,
    /// At what price: legal by construction.
    pub price: OrderPrice,
    /// How much: legal by construction.
    pub size: OrderSize,
    /// Whether it may open a position.
    pub reduce_only: ReduceOnly,
    /// Its name, never used before.
    pub cloid: Cloid,
}

/// One order that closes a position: always reduce-only, always immediate-or-cancel. There is
/// neither a time in force nor a flag to choose, so that it cannot open a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExitOrder {
    /// Where.
    pub market: MarketId,
    /// Which side: the one that reduces the position.
    pub side: Side,
    /// The worst price that it may trade at.
    pub price: OrderPrice,
    /// How much; the position at most.
    pub size: OrderSize,
    /// Its name, never used before.
    pub cloid: Cloid,
}

/// One order to replace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModifyOrder {
    /// The venue's name for the order that goes.
    pub old_oid: Oid,
    /// Our name for it.
    pub old: Cloid,
    /// The order that comes.
    pub new: PlaceOrder,
}

/// One order to cancel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CancelOrder {
    /// Where.
    pub market: MarketId,
    /// Which.
    pub cloid: Cloid,
}

/// A question about what is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Query {
    /// Every open order of the account: [`Input::OpenOrders`](crate::Input::OpenOrders).
    OpenOrders,
    /// Positions and value: [`Input::Account`](crate::Input::Account).
    Account,
    /// Trades from a moment on: [`Input::Fills`](crate::Input::Fills).
    Fills {
        /// The earliest that matters.
        since: Millis,
    },
    /// Deposits, withdrawals and transfers from a moment on:
    /// [`Input::Ledger`](crate::Input::Ledger).
    Ledger {
        /// The earliest that matters.
        since: Millis,
    },
    /// One order by its client order id: [`Input::OrderStatus`](crate::Input::OrderStatus).
    Order {
        /// Where.
        market: MarketId,
        /// Which.
        cloid: Cloid,
    },
}
