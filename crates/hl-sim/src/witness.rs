//! What the exchange does with its clients' orders, deed by deed: the ground truth that checkers
//! judge a client by. No client can see it, and keeping it changes nothing that a client can see.

use hl_quant::{Millis, Price, Side, SignedSize, Size};
use hl_wire::{Address, AssetId, Cloid, Oid, RejectCode, Tif};

use crate::core::account::Fill;
use crate::core::order::{Order, Record, Status};
use crate::core::{Core, Event};
use crate::io::RequestId;

/// One deed and the block that did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witnessed {
    /// Time of the block.
    pub at: Millis,
    /// What was done.
    pub deed: Deed,
}

/// One thing that the exchange did. The deeds of one block come in no order between kinds: read all
/// of them before drawing a conclusion from one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// An action was taken up and is over: what it did not do by now, it never will. An order of
    /// its batch that no [`Deed::Order`] names was refused.
    Action {
        /// Who signed it, if anybody did.
        signer: Option<Address>,
        /// Its nonce.
        nonce: u64,
    },
    /// The body of a request was not an action; nothing was and nothing will be done.
    Unreadable {
        /// The request.
        id: RequestId,
    },
    /// An order's state changed. A partial fill of a resting order may be told by its
    /// [`Deed::Fill`] alone.
    Order(OrderDeed),
    /// A trade of a client's order.
    Fill(FillDeed),
}

/// An order as it was when its state changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderDeed {
    /// Whose.
    pub account: Address,
    /// The market's number.
    pub asset: AssetId,
    /// The market's name.
    pub coin: String,
    /// The exchange's name for the order.
    pub oid: Oid,
    /// The client's name for it.
    pub cloid: Option<Cloid>,
    /// Its side.
    pub side: Side,
    /// Its limit price.
    pub price: Price,
    /// What it was placed for.
    pub original: Size,
    /// What remains of it.
    pub remaining: Size,
    /// Its time in force.
    pub tif: Tif,
    /// Whether it may only shrink a position.
    pub reduce_only: bool,
    /// Its state.
    pub state: DeedState,
}

/// The state of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeedState {
    /// It rests, or is being matched.
    Open,
    /// All of it traded.
    Filled,
    /// It left the book otherwise.
    Canceled,
    /// It never rested.
    Rejected(RejectCode),
}

/// One side of a trade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FillDeed {
    /// Whose.
    pub account: Address,
    /// The market's name.
    pub coin: String,
    /// The trade's identifier.
    pub tid: u64,
    /// The order.
    pub oid: Oid,
    /// The client's name for it.
    pub cloid: Option<Cloid>,
    /// The side of the account.
    pub side: Side,
    /// At what price.
    pub price: Price,
    /// How much.
    pub size: Size,
    /// Whether the account's order took liquidity.
    pub crossed: bool,
    /// The position after it.
    pub position: SignedSize,
}

/// Collects deeds, once somebody wants them.
#[derive(Debug, Default)]
pub(crate) struct Witness {
    awake: bool,
    deeds: Vec<Witnessed>,
}

impl Witness {
    pub(crate) const fn wake(&mut self) {
        self.awake = true;
    }

    pub(crate) fn take(&mut self) -> Vec<Witnessed> {
        std::mem::take(&mut self.deeds)
    }

    pub(crate) fn action(&mut self, at: Millis, signer: Option<Address>, nonce: u64) {
        self.note(at, Deed::Action { signer, nonce });
    }

    pub(crate) fn unreadable(&mut self, at: Millis, id: RequestId) {
        self.note(at, Deed::Unreadable { id });
    }

    fn note(&mut self, at: Millis, deed: Deed) {
        if self.awake {
            self.deeds.push(Witnessed { at, deed });
        }
    }

    /// The events of a block, before the streams get them.
    pub(crate) fn events(&mut self, core: &Core, events: &[Event]) {
        if !self.awake {
            return;
        }
        for event in events {
            let deed = match event {
                Event::Order(_, record) => order(core, record).map(Deed::Order),
                Event::Fill(id, fill) => core
                    .account(*id)
                    .map(|account| Deed::Fill(self::fill(core, account.address, fill))),
                Event::Trade(_)
                | Event::NonUserCancel(..)
                | Event::Funding(..)
                | Event::Ledger(..) => None,
            };
            self.deeds.extend(deed.map(|deed| Witnessed { at: core.now, deed }));
        }
    }
}

fn order(core: &Core, record: &Record) -> Option<OrderDeed> {
    let Order { oid, spec, sz, .. } = record.order;
    let state = match record.status {
        Status::Open => DeedState::Open,
        Status::Filled => DeedState::Filled,
        Status::Canceled(_) => DeedState::Canceled,
        Status::Rejected(refusal) => DeedState::Rejected(refusal.code()),
    };
    Some(OrderDeed {
        account: core.account(spec.account)?.address,
        asset: spec.asset,
        coin: core.coin(spec.asset),
        oid,
        cloid: spec.cloid,
        side: spec.side,
        price: spec.px,
        original: spec.sz,
        remaining: sz,
        tif: spec.tif,
        reduce_only: spec.reduce_only,
        state,
    })
}

fn fill(core: &Core, account: Address, fill: &Fill) -> FillDeed {
    let before = fill.start_position;
    FillDeed {
        account,
        coin: core.coin(fill.asset),
        tid: fill.tid,
        oid: fill.oid,
        cloid: fill.cloid,
        side: fill.side,
        price: fill.px,
        size: fill.sz,
        crossed: fill.crossed,
        position: before.after_fill(fill.side, fill.sz).unwrap_or(before),
    }
}
