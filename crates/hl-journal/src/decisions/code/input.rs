//! What the engine is told. Books come most often, so they are written as small steps: from the
//! market's last price to the best one, and from level to level.

use hl_engine::{
    AccountMoney, Connection, Fill, Found, Funding, Input, Journal, Level, Liquidity, MarketId,
    MarketStatus, OpenOrder, Operator, OrderUpdate, Position, Reply, RequestId, Transfer,
    VenueState,
};
use hl_quant::{MarketKind, MarketSpec, Millis, Notional, Price, Size, SzDecimals};
use hl_signals::{Confidence, Signal, Value};

use super::super::bytes::{Malformed, Sink, Source};
use super::{Code, choice, put_all, record, take_all, wrapper};

wrapper!(MarketId, RequestId);

record! {
    Fill {
        market, time, tid, oid, cloid, side, price, size, liquidity, fee, start_position,
    }
    OrderUpdate { market, time, oid, cloid, side, price, original, remaining, state }
    OpenOrder { market, oid, cloid, side, price, remaining, original }
    Position { market, size, value }
    Funding { market, time, amount }
    AccountMoney { value, margin_used, maintenance, withdrawable }
    Transfer { time, amount }
    Signal { source, value, confidence, source_time, ingested, content }
    Level { price, size }
}

choice! {
    Liquidity { 0 => Maker, 1 => Taker }
    VenueState {
        0 => Open, 1 => Filled, 2 => Canceled, 3 => Scheduled, 4 => Rejected(code),
    }
    MarketStatus { 0 => Trading, 1 => CancelOnly }
    Reply {
        0 => Accepted { oid, filled }, 1 => Rejected { code, bbo }, 2 => Unknown, 3 => NeverSent,
    }
    Journal { 0 => Written, 1 => Failed }
    Found { 0 => Yes(update), 1 => No }
    Connection { 0 => Up, 1 => Down }
    Operator { 0 => Halt, 1 => Resume, 2 => Flatten, 3 => Stop }
}

impl Code for Value {
    fn put(&self, sink: &mut Sink) {
        self.get().put(sink);
    }

    fn take(from: &mut Source<'_, '_>) -> Result<Self, Malformed> {
        Self::new(f64::take(from)?).ok_or(Malformed::Range("value"))
    }
}

impl Code for Confidence {
    fn put(&self, sink: &mut Sink) {
        self.get().put(sink);
    }

    fn take(from: &mut Source<'_, '_>) -> Result<Self, Malformed> {
        Self::new(f64::take(from)?).ok_or(Malformed::Range("confidence"))
    }
}

/// As what makes it: the venue's numbers and the operator's coarsenings.
impl Code for MarketSpec {
    fn put(&self, sink: &mut Sink) {
        sink.byte(match self.kind() {
            MarketKind::Perp => 0,
            MarketKind::Spot => 1,
        });
        sink.byte(self.sz_decimals().get());
        self.prices().tick().put(sink);
        self.sizes().lot().put(sink);
        self.min_notional().put(sink);
    }

    fn take(from: &mut Source<'_, '_>) -> Result<Self, Malformed> {
        const BAD: Malformed = Malformed::Range("spec");
        let kind = match from.byte()? {
            0 => MarketKind::Perp,
            1 => MarketKind::Spot,
            _ => return Err(BAD),
        };
        let sz_decimals = SzDecimals::new(from.byte()?).ok_or(BAD)?;
        let (tick, lot) = (Price::take(from)?, Size::take(from)?);
        let min = Notional::take(from)?;
        let spec = Self::of(kind, sz_decimals);
        let spec = spec.with_tick(tick).and_then(|spec| spec.with_lot(lot)).map_err(|_| BAD)?;
        Ok(spec.with_min_notional(min))
    }
}

/// Room for what an input borrows. Reused: reading allocates nothing once it has grown.
#[derive(Debug, Default)]
pub(in crate::decisions) struct Scratch {
    bids: Vec<Level>,
    asks: Vec<Level>,
    replies: Vec<Reply>,
    orders: Vec<OpenOrder>,
    positions: Vec<Position>,
    transfers: Vec<Transfer>,
    fills: Vec<Fill>,
    spec: Option<MarketSpec>,
}

/// Which input. What has outputs is told by the entry.
mod tag {
    pub(super) const BOOK: u8 = 0;
    pub(super) const BBO: u8 = 1;
    pub(super) const TRADE: u8 = 2;
    pub(super) const REFERENCE: u8 = 3;
    pub(super) const CONTEXT: u8 = 4;
    pub(super) const SIGNAL: u8 = 5;
    pub(super) const SPEC: u8 = 6;
    pub(super) const SPECS_FAILED: u8 = 7;
    pub(super) const FILL: u8 = 8;
    pub(super) const ORDER: u8 = 9;
    pub(super) const OUTCOME: u8 = 10;
    pub(super) const OPEN_ORDERS: u8 = 11;
    pub(super) const ACCOUNT: u8 = 12;
    pub(super) const LEDGER: u8 = 13;
    pub(super) const FILLS: u8 = 14;
    pub(super) const ORDER_STATUS: u8 = 15;
    pub(super) const QUERY_FAILED: u8 = 16;
    pub(super) const RATE_LIMIT: u8 = 17;
    pub(super) const THROTTLED: u8 = 18;
    pub(super) const CONNECTION: u8 = 19;
    pub(super) const JOURNAL: u8 = 20;
    pub(super) const OPERATOR: u8 = 21;
    pub(super) const UNREADABLE: u8 = 22;
    pub(super) const TIMER: u8 = 23;
    pub(super) const FUNDING: u8 = 24;
}

pub(in crate::decisions) fn put_input(input: &Input<'_>, sink: &mut Sink) {
    match input {
        Input::Book { market, time, bids, asks } => {
            head(tag::BOOK, *market, *time, sink);
            put_levels(*market, bids, sink);
            put_levels(*market, asks, sink);
        }
        Input::Bbo { market, time, bid, ask } => {
            head(tag::BBO, *market, *time, sink);
            put_levels(*market, bid.as_slice(), sink);
            put_levels(*market, ask.as_slice(), sink);
        }
        Input::Trade { market, time, aggressor, price, size } => {
            head(tag::TRADE, *market, *time, sink);
            aggressor.put(sink);
            put_near(*market, *price, sink);
            size.put(sink);
        }
        Input::Reference { market, mark, oracle } => {
            sink.byte(tag::REFERENCE);
            market.put(sink);
            for price in [mark, oracle] {
                price.is_some().put(sink);
                if let Some(price) = price {
                    put_near(*market, *price, sink);
                }
            }
        }
        Input::Context { market, funding_e8, open_interest } => {
            sink.byte(tag::CONTEXT);
            market.put(sink);
            funding_e8.put(sink);
            open_interest.put(sink);
        }
        other => put_rest(other, sink),
    }
}

fn put_rest(input: &Input<'_>, sink: &mut Sink) {
    macro_rules! put {
        ($tag:expr $(, $value:expr)*) => {{ sink.byte($tag); $($value.put(sink);)* }};
    }
    match input {
        Input::Signal { market, signal } => put!(tag::SIGNAL, market, signal),
        Input::Spec { market, spec, requested, status } => {
            put!(tag::SPEC, market, spec, requested, status);
        }
        Input::SpecsFailed => put!(tag::SPECS_FAILED),
        Input::Fill(fill) => put!(tag::FILL, fill),
        Input::Order(update) => put!(tag::ORDER, update),
        Input::Outcome { request, replies } => {
            put!(tag::OUTCOME, request);
            put_all(replies, sink);
        }
        Input::OpenOrders { request, orders } => {
            put!(tag::OPEN_ORDERS, request);
            put_all(orders, sink);
        }
        Input::Account { request, time, positions, money } => {
            put!(tag::ACCOUNT, request, time, money);
            put_all(positions, sink);
        }
        Input::Ledger { request, transfers } => {
            put!(tag::LEDGER, request);
            put_all(transfers, sink);
        }
        Input::Fills { request, fills } => {
            put!(tag::FILLS, request);
            put_all(fills, sink);
        }
        Input::OrderStatus { request, cloid, found } => {
            put!(tag::ORDER_STATUS, request, cloid, found);
        }
        Input::QueryFailed { request } => put!(tag::QUERY_FAILED, request),
        Input::RateLimit { used, cap } => put!(tag::RATE_LIMIT, used, cap),
        Input::Throttled => put!(tag::THROTTLED),
        Input::Connection(connection) => put!(tag::CONNECTION, connection),
        Input::Journal(journal) => put!(tag::JOURNAL, journal),
        Input::Operator(word) => put!(tag::OPERATOR, word),
        Input::Unreadable { what } => put!(tag::UNREADABLE, what),
        Input::Funding(funding) => put!(tag::FUNDING, funding),
        Input::Timer => put!(tag::TIMER),
        // Those that come most often have their own function.
        Input::Book { .. }
        | Input::Bbo { .. }
        | Input::Trade { .. }
        | Input::Reference { .. }
        | Input::Context { .. } => {}
    }
}

pub(in crate::decisions) fn take_input<'s>(
    kind: u8,
    from: &mut Source<'_, '_>,
    room: &'s mut Scratch,
) -> Result<Input<'s>, Malformed> {
    Ok(match kind {
        tag::BOOK => {
            let (market, time) = (MarketId::take(from)?, Millis::take(from)?);
            take_levels(market, &mut room.bids, from)?;
            take_levels(market, &mut room.asks, from)?;
            Input::Book { market, time, bids: &room.bids, asks: &room.asks }
        }
        tag::BBO => {
            let (market, time) = (MarketId::take(from)?, Millis::take(from)?);
            take_levels(market, &mut room.bids, from)?;
            take_levels(market, &mut room.asks, from)?;
            let (bid, ask) = (room.bids.first().copied(), room.asks.first().copied());
            Input::Bbo { market, time, bid, ask }
        }
        tag::TRADE => {
            let (market, time) = (MarketId::take(from)?, Millis::take(from)?);
            let aggressor = Code::take(from)?;
            let price = take_near(market, from)?;
            Input::Trade { market, time, aggressor, price, size: Code::take(from)? }
        }
        tag::REFERENCE => {
            let market = MarketId::take(from)?;
            let mark = if bool::take(from)? { Some(take_near(market, from)?) } else { None };
            let oracle = if bool::take(from)? { Some(take_near(market, from)?) } else { None };
            Input::Reference { market, mark, oracle }
        }
        tag::CONTEXT => Input::Context {
            market: Code::take(from)?,
            funding_e8: Code::take(from)?,
            open_interest: Code::take(from)?,
        },
        _ => take_rest(kind, from, room)?,
    })
}

fn take_rest<'s>(
    kind: u8,
    from: &mut Source<'_, '_>,
    room: &'s mut Scratch,
) -> Result<Input<'s>, Malformed> {
    macro_rules! input {
        ($variant:ident $($field:ident),+) => {
            Input::$variant { $($field: Code::take(from)?),+ }
        };
        ($variant:ident [$list:ident] $($field:ident),+) => {{
            $(let $field = Code::take(from)?;)+
            take_all(&mut room.$list, from)?;
            Input::$variant { $($field,)+ $list: &room.$list }
        }};
    }
    Ok(match kind {
        tag::SIGNAL => input!(Signal market, signal),
        tag::SPEC => {
            let market = Code::take(from)?;
            let spec = &*room.spec.insert(Code::take(from)?);
            Input::Spec { market, spec, requested: Code::take(from)?, status: Code::take(from)? }
        }
        tag::SPECS_FAILED => Input::SpecsFailed,
        tag::FILL => Input::Fill(Code::take(from)?),
        tag::ORDER => Input::Order(Code::take(from)?),
        tag::OUTCOME => input!(Outcome [replies] request),
        tag::OPEN_ORDERS => input!(OpenOrders [orders] request),
        tag::ACCOUNT => input!(Account [positions] request, time, money),
        tag::LEDGER => input!(Ledger [transfers] request),
        tag::FILLS => input!(Fills [fills] request),
        tag::ORDER_STATUS => input!(OrderStatus request, cloid, found),
        tag::QUERY_FAILED => input!(QueryFailed request),
        tag::RATE_LIMIT => input!(RateLimit used, cap),
        tag::THROTTLED => Input::Throttled,
        tag::CONNECTION => Input::Connection(Code::take(from)?),
        tag::JOURNAL => Input::Journal(Code::take(from)?),
        tag::OPERATOR => Input::Operator(Code::take(from)?),
        tag::UNREADABLE => input!(Unreadable what),
        tag::TIMER => Input::Timer,
        tag::FUNDING => Input::Funding(Code::take(from)?),
        _ => return Err(Malformed::Range("input")),
    })
}

fn head(tag: u8, market: MarketId, time: Millis, sink: &mut Sink) {
    sink.byte(tag);
    market.put(sink);
    time.put(sink);
}

fn put_near(market: MarketId, price: Price, sink: &mut Sink) {
    let near = sink.near.get(market.0);
    sink.step(near, price.raw());
    sink.near.set(market.0, price.raw());
}

fn take_near(market: MarketId, from: &mut Source<'_, '_>) -> Result<Price, Malformed> {
    let raw = from.step(from.memory.near.get(market.0))?;
    from.memory.near.set(market.0, raw);
    Price::from_raw(raw).ok_or(Malformed::Range("price"))
}

fn put_levels(market: MarketId, levels: &[Level], sink: &mut Sink) {
    sink.uint(u64::try_from(levels.len()).unwrap_or(u64::MAX));
    let Some((best, others)) = levels.split_first() else { return };
    put_near(market, best.price, sink);
    best.size.put(sink);
    let mut last = best.price.raw();
    for level in others {
        sink.step(last, level.price.raw());
        level.size.put(sink);
        last = level.price.raw();
    }
}

fn take_levels(
    market: MarketId,
    levels: &mut Vec<Level>,
    from: &mut Source<'_, '_>,
) -> Result<(), Malformed> {
    levels.clear();
    let len = from.len()?;
    if len == 0 {
        return Ok(());
    }
    let price = take_near(market, from)?;
    levels.push(Level { price, size: Code::take(from)? });
    let mut last = price.raw();
    for _ in 1..len {
        last = from.step(last)?;
        let price = Price::from_raw(last).ok_or(Malformed::Range("price"))?;
        levels.push(Level { price, size: Code::take(from)? });
    }
    Ok(())
}
