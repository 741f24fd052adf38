//! One market: why it is not quoted, its book with our orders in it, what it made.

use std::collections::BTreeMap;

use hl_engine::{BookLevel, Cold, OrderState, OrderView};
use hl_quant::{Millis, Side};
use hl_signals::Reading;
use serde::Serialize;

use super::{Counts, finite, text};
use crate::dashboard::frame::MarketFrame;
use crate::dashboard::memory::Memory;
use crate::dashboard::words;

/// Levels of each side that are shown.
const DEPTH: usize = 20;

/// One market.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Market {
    /// Null while it is quoted.
    why: Option<Why>,
    /// Since when it is quoted, or not for that reason.
    since: Option<u64>,
    mid: Option<String>,
    fair: Option<String>,
    bid: Option<String>,
    ask: Option<String>,
    spread_bps: Option<String>,
    /// When the book was last heard.
    heard: Option<u64>,
    position: String,
    worst: Option<String>,
    limit: String,
    profit: Option<String>,
    grade: String,
    reason: &'static str,
    phase: Option<&'static str>,
    volatility: Option<f64>,
    arrivals_rate: Option<f64>,
    arrivals_decay: Option<f64>,
    /// Why an estimate is missing.
    cold: Option<&'static str>,
    signal: Signal,
    counts: Counts,
    /// By side: `bids` and `asks`, each a list from the best level on.
    book: BTreeMap<&'static str, Vec<Level>>,
    orders: BTreeMap<String, Order>,
}

#[derive(Clone, Debug, Serialize)]
struct Why {
    code: &'static str,
    /// What that means.
    text: &'static str,
    /// What to do about it.
    fix: &'static str,
}

#[derive(Clone, Debug, Serialize)]
struct Signal {
    value: Option<f64>,
    confidence: Option<f64>,
    /// Why there is none.
    why: Option<&'static str>,
}

/// `[price, size, of others]`.
#[derive(Clone, Debug, Serialize)]
struct Level(String, String, String);

#[derive(Clone, Debug, Serialize)]
struct Order {
    side: &'static str,
    price: String,
    remaining: String,
    state: &'static str,
    /// When it was sent, and when the venue took it.
    sent: Option<u64>,
    taken: Option<u64>,
    /// The most that others can have before it.
    ahead: Option<String>,
    /// What others have at its price.
    others: Option<String>,
}

impl Market {
    pub(super) fn of(market: &MarketFrame, at: Millis, memory: &Memory) -> Self {
        let cold = market.volatility.err().or_else(|| market.arrivals.err());
        let orders = market
            .orders
            .iter()
            .map(|order| (order.cloid.to_string(), Order::of(order, &market.book, memory)));
        Self {
            why: market.why_not.map(|why| {
                let (text, fix) = words::of(why);
                Why { code: why.code(), text, fix }
            }),
            since: memory.since.get(&market.pair).map(|at| at.0),
            mid: text(market.mid),
            fair: text(market.fair),
            bid: text(market.touch.map(|(bid, _)| bid)),
            ask: text(market.touch.map(|(_, ask)| ask)),
            spread_bps: text(market.spread),
            heard: market.book_age_ms.map(|age| at.minus(age).0),
            position: market.position.to_string(),
            worst: text(market.worst),
            limit: market.limit.to_string(),
            profit: text(market.profit),
            grade: market.grade.0.to_string(),
            reason: market.grade.1.code(),
            phase: market.phase.map(|phase| phase.code()),
            volatility: market.volatility.ok().and_then(|volatility| finite(volatility.0)),
            arrivals_rate: market.arrivals.ok().and_then(|arrivals| finite(arrivals.rate)),
            arrivals_decay: market.arrivals.ok().and_then(|arrivals| finite(arrivals.decay)),
            cold: cold.map(|cold| match cold {
                Cold::Warming => "warming",
                Cold::Stale => "stale",
                Cold::Degenerate => "degenerate",
            }),
            signal: Signal::of(market.signal),
            counts: Counts::of(&market.stats),
            book: BTreeMap::from([
                ("bids", levels(&market.book, Side::Bid)),
                ("asks", levels(&market.book, Side::Ask)),
            ]),
            orders: orders.collect(),
        }
    }
}

fn levels(book: &[BookLevel], side: Side) -> Vec<Level> {
    let of_side = book.iter().filter(|level| level.side == side).take(DEPTH);
    of_side
        .map(|level| {
            Level(level.price.to_string(), level.size.to_string(), level.others.to_string())
        })
        .collect()
}

impl Signal {
    fn of(reading: Reading) -> Self {
        match reading {
            Reading::Fresh { value, confidence } => {
                Self { value: finite(value.get()), confidence: finite(confidence.get()), why: None }
            }
            Reading::Neutral { why } => {
                Self { value: None, confidence: None, why: Some(why.as_str()) }
            }
        }
    }
}

impl Order {
    fn of(order: &OrderView, book: &[BookLevel], memory: &Memory) -> Self {
        let level =
            book.iter().find(|level| (level.side, level.price) == (order.side, order.price));
        let trace = memory.orders.under_way.get(&order.cloid);
        Self {
            side: word(order.side),
            price: order.price.to_string(),
            remaining: order.remaining.to_string(),
            state: match order.state {
                OrderState::Pending => "pending",
                OrderState::Live => "live",
                OrderState::PendingCancel => "pending_cancel",
                OrderState::Unknown => "unknown",
                OrderState::Closed => "closed",
            },
            sent: trace.map(|trace| trace.sent.0),
            taken: trace.and_then(|trace| trace.taken).map(|at| at.0),
            ahead: text(memory.ahead.get(&order.cloid)),
            others: text(level.map(|level| level.others)),
        }
    }
}

/// The word for a side of ours, as in the log.
pub(super) const fn word(side: Side) -> &'static str {
    match side {
        Side::Bid => "buy",
        Side::Ask => "sell",
    }
}
