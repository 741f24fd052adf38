//! All that the engine can be told.

use hl_quant::{MarketSpec, Millis, Price, Side, SignedSize, Size};
use hl_signals::Signal;
use hl_wire::{Cloid, Oid, RejectCode};

use crate::{MarketId, RequestId, Usd};

/// One thing that happened. Borrowed, because nothing here outlives the call of
/// [`Engine::handle`](crate::Engine::handle).
///
/// Times inside are the venue's; the time of arrival is `handle`'s argument.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    /// A full snapshot of the book's top, best first (`l2Book`).
    Book {
        /// Where.
        market: MarketId,
        /// The block it shows.
        time: Millis,
        /// Buy levels, highest price first.
        bids: &'a [Level],
        /// Sell levels, lowest price first.
        asks: &'a [Level],
    },
    /// The best price of each side (`bbo`); `None` where a side is empty.
    Bbo {
        /// Where.
        market: MarketId,
        /// The block it shows.
        time: Millis,
        /// The best buy level.
        bid: Option<Level>,
        /// The best sell level.
        ask: Option<Level>,
    },
    /// A public trade.
    Trade {
        /// Where.
        market: MarketId,
        /// When.
        time: Millis,
        /// Who took liquidity.
        aggressor: Side,
        /// At what price.
        price: Price,
        /// How much.
        size: Size,
    },
    /// The venue's own prices of a market (`activeAssetCtx`), which our orders do not move. The
    /// channel carries no time: its age counts from its arrival.
    Reference {
        /// Where.
        market: MarketId,
        /// The mark price, by which positions are margined; `None` where the venue says nothing.
        mark: Option<Price>,
        /// The oracle price: a weighted median of spot prices of other venues.
        oracle: Option<Price>,
    },
    /// The venue's figures about a market's positions (`activeAssetCtx`).
    Context {
        /// Where.
        market: MarketId,
        /// What longs pay shorts in an hour, as a part of the position at 10^-8; negative if shorts
        /// pay.
        funding_e8: i64,
        /// All long positions together, in units of the base.
        open_interest: Size,
    },
    /// Somebody's opinion about a market; see [`SignalConfig`](crate::SignalConfig) for who is heard.
    Signal {
        /// Where.
        market: MarketId,
        /// The opinion.
        signal: Signal,
    },
    /// What the venue accepts in a market, as of the request that asked.
    Spec {
        /// Where.
        market: MarketId,
        /// The grid and the limits, overrides applied.
        spec: &'a MarketSpec,
        /// When the request for it was *sent*: its age counts from there.
        requested: Millis,
        /// Whether the market trades.
        status: MarketStatus,
    },
    /// The request for specs failed; the engine asks again.
    SpecsFailed,
    /// One of our trades, from any channel, any number of times, in any order.
    Fill(Fill),
    /// A funding payment (`userFundings`), any number of times. Nothing is decided by it, since
    /// limits see it in the account's value: it is here so that whoever records the inputs knows of
    /// everything that moves that value.
    Funding(Funding),
    /// An order of the account changed state (`orderUpdates`), ours or not.
    Order(OrderUpdate),
    /// The answer to a place, modify, cancel or schedule-cancel command: one reply per order.
    Outcome {
        /// Which command.
        request: RequestId,
        /// One reply per order of the batch, in its order. Missing ones count as unknown.
        replies: &'a [Reply],
    },
    /// The answer to [`Query::OpenOrders`](crate::Query): *every* open order of the account in the
    /// engine's markets.
    OpenOrders {
        /// Which command.
        request: RequestId,
        /// The orders, in any order.
        orders: &'a [OpenOrder],
    },
    /// The answer to [`Query::Account`](crate::Query). A market without an entry is flat: pass this
    /// only for a document that was read completely.
    Account {
        /// Which command.
        request: RequestId,
        /// The moment the document speaks of.
        time: Millis,
        /// The positions that are not flat.
        positions: &'a [Position],
        /// What the account is worth, and how much of it is spoken for.
        money: AccountMoney,
    },
    /// The answer to [`Query::Ledger`](crate::Query): *every* transfer into and out of the account
    /// since the moment that was asked for. Pass this only for a document that was read and
    /// understood completely.
    Ledger {
        /// Which command.
        request: RequestId,
        /// The transfers, in any order.
        transfers: &'a [Transfer],
    },
    /// The answer to [`Query::Fills`](crate::Query), or the snapshot that a fill stream begins with
    /// (then without a request).
    Fills {
        /// Which command, if any.
        request: Option<RequestId>,
        /// The fills, in any order.
        fills: &'a [Fill],
    },
    /// The answer to [`Query::Order`](crate::Query).
    OrderStatus {
        /// Which command.
        request: RequestId,
        /// Which order.
        cloid: Cloid,
        /// What the venue knows of it.
        found: Found,
    },
    /// A [`Command::Query`](crate::Command) could not be answered.
    QueryFailed {
        /// Which command.
        request: RequestId,
    },
    /// How many requests the address has used and may use (`userRateLimit`).
    RateLimit {
        /// Requests used since inception.
        used: u64,
        /// Requests allowed so far.
        cap: u64,
    },
    /// A question was refused for the weight of the network address (HTTP status 429). What the
    /// question was about is told by its own input.
    Throttled,
    /// The streams are all subscribed and acknowledged, or are not.
    Connection(Connection),
    /// Whether the journal of what must survive a crash takes records.
    Journal(Journal),
    /// A word from the operator.
    Operator(Operator),
    /// A message that could not be read. Counted and reported; it changes nothing else.
    Unreadable {
        /// What was wrong, in a few fixed words.
        what: &'static str,
    },
    /// Nothing but the passing of time.
    Timer,
}

/// A price of the book and what rests there, all orders together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    /// The price.
    pub price: Price,
    /// The total size.
    pub size: Size,
}

/// Whether a market takes orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarketStatus {
    /// It does.
    Trading,
    /// It does not, or not for us: halted, delisted, or a spec past its ceiling. Only cancels.
    CancelOnly,
}

/// One trade of ours. It happened once, however often it is told: `(time, market, tid)` is its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fill {
    /// Where.
    pub market: MarketId,
    /// The block.
    pub time: Millis,
    /// The venue's trade id.
    pub tid: u64,
    /// The order.
    pub oid: Oid,
    /// The order's name, where the message carries one.
    pub cloid: Option<Cloid>,
    /// Our side.
    pub side: Side,
    /// At what price.
    pub price: Price,
    /// How much.
    pub size: Size,
    /// Whether we made or took.
    pub liquidity: Liquidity,
    /// What it cost; negative is a rebate.
    pub fee: Usd,
    /// The position before it, as the venue counts.
    pub start_position: SignedSize,
}

/// Which part we had in a trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Liquidity {
    /// Our order was resting.
    Maker,
    /// Our order crossed the spread.
    Taker,
}

/// A change of an order's state as the venue tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderUpdate {
    /// Where.
    pub market: MarketId,
    /// When.
    pub time: Millis,
    /// The venue's name for it.
    pub oid: Oid,
    /// Our name for it, if it has one.
    pub cloid: Option<Cloid>,
    /// Its side.
    pub side: Side,
    /// Its limit price.
    pub price: Price,
    /// What it was placed for.
    pub original: Size,
    /// What had not traded when this was written.
    pub remaining: Size,
    /// Its state.
    pub state: VenueState,
}

/// The state of an order as the venue tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VenueState {
    /// It rests.
    Open,
    /// All of it traded.
    Filled,
    /// It was taken off the book, by us or by the venue.
    Canceled,
    /// It was taken off the book by the dead man's switch (`scheduledCancel`).
    Scheduled,
    /// It never rested.
    Rejected(RejectCode),
}

/// What the venue says to one order of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Done: an order rests, or a cancel happened.
    Accepted {
        /// The venue's name for the order; `None` for a cancel.
        oid: Option<Oid>,
        /// How much it says has traded at once. Evidence of acceptance only: positions change by
        /// fills alone.
        filled: Size,
    },
    /// Definitely not done, for a reason that the venue gave.
    Rejected {
        /// Why.
        code: RejectCode,
        /// The best bid and ask in the text of a post-only rejection.
        bbo: Option<(Price, Price)>,
    },
    /// Perhaps done: no answer, an answer that makes no sense, or an error text not on the list. An
    /// error is not a rejection: the venue has answered errors to orders that it accepted.
    Unknown,
    /// Definitely not done: it never left this machine.
    NeverSent,
}

/// An order in the venue's list of open orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenOrder {
    /// Where.
    pub market: MarketId,
    /// The venue's name for it.
    pub oid: Oid,
    /// Our name for it, if it has one.
    pub cloid: Option<Cloid>,
    /// Its side.
    pub side: Side,
    /// Its limit price.
    pub price: Price,
    /// What still rests.
    pub remaining: Size,
    /// What it was placed for, where the document says so.
    pub original: Option<Size>,
}

/// A position that is not flat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Where.
    pub market: MarketId,
    /// How much.
    pub size: SignedSize,
    /// What it is worth at the document's own mark price, negative for a short (`positionValue` with
    /// the sign of `szi`): its part of [`AccountMoney::value`].
    pub value: Usd,
}

/// What a position earned or paid because it was held over the hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Funding {
    /// Where.
    pub market: MarketId,
    /// When. With the market it names the payment: a market pays once an hour.
    pub time: Millis,
    /// What it added to the account's cash; negative was paid.
    pub amount: Usd,
}

/// The money of the account, as a report of it says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AccountMoney {
    /// What it is worth: cash and positions at their mark price (`accountValue`).
    pub value: Usd,
    /// The initial margin that positions take (`totalMarginUsed`).
    pub margin_used: Usd,
    /// Below this value, cross positions are liquidated (`crossMaintenanceMarginUsed`).
    pub maintenance: Usd,
    /// What could leave the account (`withdrawable`), where the document says so.
    pub withdrawable: Option<Usd>,
}

impl AccountMoney {
    /// An account of this value without a position.
    #[must_use]
    pub const fn idle(value: Usd) -> Self {
        Self { value, margin_used: Usd::ZERO, maintenance: Usd::ZERO, withdrawable: Some(value) }
    }
}

/// Money that came into the account or left it: neither profit nor loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// The block.
    pub time: Millis,
    /// What it added to the account's value; negative if it left, the fee of leaving included.
    pub amount: Usd,
}

/// Whether what must survive a crash can be written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Journal {
    /// The last write is on disk.
    Written,
    /// The last write failed: nothing that adds risk may be sent until one succeeds.
    Failed,
}

/// What the venue knows of one order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// An order by that name, in the state of its last change. While it is open, `remaining` may
    /// not yet count partial fills.
    Yes(OrderUpdate),
    /// No order by that name. Right after an acknowledgement this can be the truth of a moment ago.
    No,
}

/// Whether the engine can see the venue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connection {
    /// Every stream is subscribed and its subscription acknowledged.
    Up,
    /// Some stream is missing; what happens now may never be told.
    Down,
}

/// A word from the operator, or from a shell that has to speak for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// Stop quoting, cancel everything, stay up. Latched until [`Operator::Resume`].
    Halt,
    /// End a halt. Quoting starts again after a complete reconciliation.
    Resume,
    /// Stop quoting, cancel everything and close every position with reduce-only orders that take;
    /// then stay halted. Works also while halted, since it is asked for by name.
    Flatten,
    /// Stop for good: cancel everything and report what remains.
    Stop,
}
