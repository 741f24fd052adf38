//! What the exchange does with its clients' orders, deed by deed: the ground truth that checkers
//! judge a client by. No client can see it, and keeping it changes nothing that a client can see.

use hl_quant::{Millis, Price, Side, SignedSize, Size};
use hl_wire::{Address, AssetId, Cloid, ErrorText, Oid, RejectCode, Tif};

use crate::Usd;
use crate::core::account::{AccountId, Fill, Movement};
use crate::core::order::{Order, Record, Status};
use crate::core::{Core, Event};
use crate::exec::{Answer, Request};
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
        /// Its type on the wire, such as `order`.
        kind: &'static str,
        /// How many items it carried: what it costs against the limit of its address.
        weight: usize,
        /// The names that its orders carried, in their order.
        cloids: Vec<Cloid>,
        /// What became of it as a whole.
        verdict: Verdict,
    },
    /// The body of a request was not an action; nothing was and nothing will be done.
    Unreadable {
        /// The request.
        id: RequestId,
    },
    /// An order's state changed. A partial fill of a resting order may be told by its
    /// [`Deed::Fill`] alone.
    Order(OrderDeed),
    /// A trade of a client's order, or a position that moved without one.
    Fill(FillDeed),
    /// Money of a client that moved other than by a fill.
    Paid {
        /// Whose.
        account: Address,
        /// What the perpetuals side got; negative when it lost.
        usd: Usd,
        /// What for.
        purpose: Purpose,
    },
}

/// What became of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was performed; its items may have been refused one by one.
    Performed,
    /// It was refused as a whole, with what a client's table makes of the sentence.
    Refused(RejectCode),
}

/// Why a position moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// An order of its owner traded.
    Trade,
    /// Its owner was liquidated.
    Liquidation,
    /// It was closed against the other side of a bankruptcy.
    Deleveraging,
    /// The market was settled.
    Settlement,
}

/// Why money moved other than by a fill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Funding of a position.
    Funding,
    /// Its owner paid in.
    Deposit,
    /// Its owner took out.
    Withdrawal,
    /// Its owner moved it from or to the spot side.
    ClassTransfer,
    /// A liquidation was entered, whose fills are told apart.
    Liquidation,
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
    /// The venue's word for it, which says why an order was cancelled or refused
    /// (`selfTradeCanceled`, `scheduledCancel`, `tickRejected`).
    pub status: &'static str,
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
    /// What was paid for it; negative was a rebate.
    pub fee: Usd,
    /// What moved the position; but for a trade, the order is nobody's.
    pub cause: Cause,
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

    /// An action has been executed, and answered.
    pub(crate) fn action(&mut self, at: Millis, request: &Request, answer: &Answer) {
        if !self.awake {
            return;
        }
        let verdict = match answer {
            Answer::Ok(_) => Verdict::Performed,
            Answer::Err(text) => Verdict::Refused(
                ErrorText::parse(text).map_or(RejectCode::Unknown, |(text, _)| text.code()),
            ),
        };
        let (signer, nonce) = (request.signer(), request.nonce());
        let (kind, weight, cloids) = (request.kind(), request.weight(), request.cloids());
        self.note(at, Deed::Action { signer, nonce, kind, weight, cloids, verdict });
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
                Event::Funding(id, funding) => paid(core, *id, funding.usd, Purpose::Funding),
                Event::Ledger(id, entry) => paid(core, *id, entry.usd, purpose(&entry.movement)),
                Event::Trade(_) | Event::NonUserCancel(..) => None,
            };
            self.deeds.extend(deed.map(|deed| Witnessed { at: core.now, deed }));
        }
    }
}

fn paid(core: &Core, id: AccountId, usd: Usd, purpose: Purpose) -> Option<Deed> {
    Some(Deed::Paid { account: core.account(id)?.address, usd, purpose })
}

const fn purpose(movement: &Movement) -> Purpose {
    match movement {
        Movement::Deposit => Purpose::Deposit,
        Movement::Withdrawal => Purpose::Withdrawal,
        Movement::ClassTransfer => Purpose::ClassTransfer,
        Movement::Liquidation { .. } => Purpose::Liquidation,
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
        status: record.status.as_str(),
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
        fee: fill.fee,
        cause: fill.cause,
        position: before.after_fill(fill.side, fill.sz).unwrap_or(before),
    }
}
