//! Orders: what is asked for, what rests, and what is remembered.

use hl_quant::{Millis, Price, Side, Size};
use hl_wire::{AssetId, Cloid, Oid, Tif};

use super::account::AccountId;
use crate::refusal::Refusal;

/// An order that has passed the static checks and is about to be executed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Incoming {
    pub(crate) account: AccountId,
    pub(crate) asset: AssetId,
    pub(crate) side: Side,
    pub(crate) px: Price,
    pub(crate) sz: Size,
    pub(crate) tif: Tif,
    pub(crate) reduce_only: bool,
    pub(crate) cloid: Option<Cloid>,
}

impl Incoming {
    /// Whether what does not match at once goes into the book.
    pub(crate) const fn rests(&self) -> bool {
        matches!(self.tif, Tif::Gtc | Tif::Alo)
    }
}

/// An order that the exchange has given an identifier.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Order {
    pub(crate) oid: Oid,
    pub(crate) spec: Incoming,
    /// What remains.
    pub(crate) sz: Size,
    pub(crate) timestamp: Millis,
}

/// What became of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Open,
    Filled,
    Canceled(Cancellation),
    Rejected(Refusal),
}

/// Why an order left the book unfilled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Cancellation {
    /// By its owner, or the remainder of an immediate-or-cancel order.
    User,
    /// It would have met an incoming order of the same account.
    SelfTrade,
    /// It was reduce-only and there was nothing left to reduce.
    ReduceOnly,
    /// Its owner could no longer afford the fill.
    Margin,
    /// The dead man's switch fired.
    Scheduled,
    /// The market was delisted.
    Delisted,
    /// Its owner was liquidated.
    Liquidated,
}

impl Status {
    /// The wire text (docs: order statuses of `orderStatus`).
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Filled => "filled",
            Self::Canceled(Cancellation::User) => "canceled",
            Self::Canceled(Cancellation::SelfTrade) => "selfTradeCanceled",
            Self::Canceled(Cancellation::ReduceOnly) => "reduceOnlyCanceled",
            Self::Canceled(Cancellation::Margin) => "marginCanceled",
            Self::Canceled(Cancellation::Scheduled) => "scheduledCancel",
            Self::Canceled(Cancellation::Delisted) => "delistedCanceled",
            Self::Canceled(Cancellation::Liquidated) => "liquidatedCanceled",
            Self::Rejected(refusal) => refusal.status(),
        }
    }
}

/// An order as it was when its status last changed, which is what `orderStatus` shows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Record {
    pub(crate) order: Order,
    pub(crate) status: Status,
    pub(crate) status_time: Millis,
}

/// The wire letter of a side.
pub(crate) const fn side_letter(side: Side) -> &'static str {
    match side {
        Side::Bid => "B",
        Side::Ask => "A",
    }
}
