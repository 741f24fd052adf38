//! Documents that several questions and streams share.

use hl_quant::{DECIMALS, Price, Side};
use hl_wire::{Address, Cloid};
use serde::Serialize;

use crate::core::Core;
use crate::core::account::Fill;
use crate::core::book::BookLevel;
use crate::core::market::{Market, Trade};
use crate::core::order::{Order, Record, side_letter};
use crate::fault::LiqMethod;
use crate::text;
use crate::trouble::Shown;

/// One level of a book.
#[derive(Debug, Serialize)]
pub(crate) struct LevelDoc {
    px: String,
    sz: String,
    n: usize,
}

impl From<BookLevel> for LevelDoc {
    fn from(level: BookLevel) -> Self {
        Self { px: text::px(level.px), sz: text::sz(level.sz), n: level.n }
    }
}

/// An order as `orderUpdates` and `openOrders` show it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BasicOrder {
    pub(crate) coin: String,
    pub(crate) side: &'static str,
    pub(crate) limit_px: String,
    pub(crate) sz: String,
    pub(crate) oid: u64,
    pub(crate) timestamp: u64,
    pub(crate) orig_sz: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cloid: Option<Cloid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reduce_only: Option<bool>,
}

impl BasicOrder {
    pub(crate) fn new(core: &Core, order: &Order) -> Self {
        let spec = order.spec;
        Self {
            coin: core.coin(spec.asset),
            side: side_letter(spec.side),
            limit_px: text::px(spec.px),
            sz: text::sz(order.sz),
            oid: order.oid.0,
            timestamp: order.timestamp.0,
            orig_sz: text::sz(spec.sz),
            cloid: spec.cloid,
            reduce_only: spec.reduce_only.then_some(true),
        }
    }
}

/// An order as the web interface's questions show it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FrontendOrder {
    coin: String,
    side: &'static str,
    limit_px: String,
    sz: String,
    oid: u64,
    timestamp: u64,
    trigger_condition: &'static str,
    is_trigger: bool,
    trigger_px: &'static str,
    children: [(); 0],
    is_position_tpsl: bool,
    reduce_only: bool,
    order_type: &'static str,
    orig_sz: String,
    tif: &'static str,
    cloid: Option<Cloid>,
}

impl FrontendOrder {
    pub(crate) fn new(core: &Core, order: &Order) -> Self {
        let spec = order.spec;
        Self {
            coin: core.coin(spec.asset),
            side: side_letter(spec.side),
            limit_px: text::px(spec.px),
            sz: text::sz(order.sz),
            oid: order.oid.0,
            timestamp: order.timestamp.0,
            trigger_condition: "N/A",
            is_trigger: false,
            trigger_px: "0.0",
            children: [],
            is_position_tpsl: false,
            reduce_only: spec.reduce_only,
            order_type: if spec.tif == hl_wire::Tif::FrontendMarket { "Market" } else { "Limit" },
            orig_sz: text::sz(spec.sz),
            tif: spec.tif.as_str(),
            cloid: spec.cloid,
        }
    }
}

/// An order with what became of it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StatusDoc<T> {
    pub(crate) order: T,
    pub(crate) status: &'static str,
    pub(crate) status_timestamp: u64,
}

/// An entry of `orderUpdates`.
pub(crate) fn update(core: &Core, record: &Record) -> StatusDoc<BasicOrder> {
    StatusDoc {
        order: BasicOrder::new(core, &record.order),
        status: record.status.as_str(),
        status_timestamp: record.status_time.0,
    }
}

/// An entry of `historicalOrders` and the inside of `orderStatus`.
pub(crate) fn history(core: &Core, record: &Record) -> StatusDoc<FrontendOrder> {
    StatusDoc {
        order: FrontendOrder::new(core, &record.order),
        status: record.status.as_str(),
        status_timestamp: record.status_time.0,
    }
}

/// A fill as its owner sees it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FillDoc {
    coin: String,
    px: String,
    sz: String,
    side: &'static str,
    time: u64,
    start_position: String,
    dir: &'static str,
    closed_pnl: String,
    hash: String,
    oid: u64,
    crossed: bool,
    fee: String,
    tid: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    cloid: Option<Cloid>,
    fee_token: &'static str,
    twap_id: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    liquidation: Option<LiquidationDoc>,
}

/// The liquidation that a fill belongs to.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct LiquidationDoc {
    liquidated_user: Address,
    mark_px: String,
    method: &'static str,
}

impl FillDoc {
    pub(crate) fn new(core: &Core, user: Address, fill: &Fill) -> Self {
        let liquidation = |(px, method): (Price, LiqMethod)| LiquidationDoc {
            liquidated_user: user,
            mark_px: text::px(px),
            method: method.as_str(),
        };
        Self {
            coin: core.coin(fill.asset),
            px: text::px(fill.px),
            sz: text::sz(fill.sz),
            side: side_letter(fill.side),
            time: fill.time.0,
            start_position: text::szi(fill.start_position),
            dir: fill.dir,
            closed_pnl: fill.closed_pnl.to_string(),
            hash: hash(&fill.hash),
            oid: fill.oid.0,
            crossed: fill.crossed,
            fee: fill.fee.to_string(),
            tid: fill.tid,
            cloid: fill.cloid,
            fee_token: "USDC",
            twap_id: None,
            liquidation: fill.liquidation.map(liquidation),
        }
    }
}

/// A trade as market data shows it.
#[derive(Debug, Serialize)]
pub(crate) struct TradeDoc {
    coin: String,
    side: &'static str,
    px: String,
    sz: String,
    time: u64,
    hash: String,
    tid: u64,
    users: [Address; 2],
}

impl TradeDoc {
    pub(crate) fn new(core: &Core, trade: &Trade) -> Self {
        Self {
            coin: core.coin(trade.asset),
            side: side_letter(trade.side),
            px: text::px(trade.px),
            sz: text::sz(trade.sz),
            time: trade.time.0,
            hash: hash(&trade.hash),
            tid: trade.tid,
            users: trade.users,
        }
    }
}

/// 32 bytes as `0x` and 64 digits.
pub(crate) fn hash(bytes: &[u8; 32]) -> String {
    let mut text = String::with_capacity(66);
    text.push_str("0x");
    for byte in bytes {
        for nibble in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
        }
    }
    text
}

/// The mid price's text, exact to half a unit; nothing when a side is empty.
pub(crate) fn mid(market: &Market) -> Option<String> {
    let double = i128::try_from(market.double_mid()?).ok()?;
    // One more decimal than a price, because the half of an odd number has one.
    Some(text::scaled(double.saturating_mul(5), DECIMALS.saturating_add(1)))
}

/// What a market was last worth: its mid price, else its last trade, else its mark price.
pub(crate) fn quote(market: &Market) -> String {
    mid(market).unwrap_or_else(|| text::px(market.last.unwrap_or(market.mark)))
}

/// The levels of both sides, bids first.
pub(crate) fn levels(market: &Market, depth: usize) -> [Vec<LevelDoc>; 2] {
    let side = |side| market.book.levels(side).take(depth).map(LevelDoc::from).collect();
    let mut sides: [Vec<LevelDoc>; 2] = Side::BOTH.map(side);
    match market.show {
        Shown::True => {}
        Shown::Crossed => sides.reverse(),
        Shown::Zero => sides.iter_mut().filter_map(|side| side.first_mut()).for_each(zero),
    }
    sides
}

/// The best levels of both sides, bids first, as market data shows them.
pub(crate) fn best(market: &Market) -> [Option<LevelDoc>; 2] {
    let mut sides = market.book.bbo().map(|level| level.map(LevelDoc::from));
    match market.show {
        Shown::True => {}
        Shown::Crossed => sides.reverse(),
        Shown::Zero => sides.iter_mut().flatten().for_each(zero),
    }
    sides
}

fn zero(level: &mut LevelDoc) {
    level.px = "0.0".to_owned();
}
