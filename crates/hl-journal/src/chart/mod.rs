//! What a report draws: curves out of inputs and events, of bounded size however long the time.
//!
//! ```
//! use hl_journal::chart::Curve;
//! use hl_quant::Millis;
//!
//! let mut curve = Curve::default();
//! for n in 0..1_000_000 {
//!     curve.push(Millis(n * 100), if n == 777_777 { -5 } else { 1 });
//! }
//! let points = curve.points();
//! assert!(points.len() < 1_000);
//! assert!(points.contains(&(Millis(77_777_700), -5)), "the one exception is kept");
//! ```

mod curve;

use std::collections::BTreeMap;

use hl_engine::{CancelStage, Event, EventKind, FillLine, Input, MarketId, Pair, SubmitEnd};
use hl_quant::{Millis, Price, Side, Size};
use hl_wire::Cloid;

pub use curve::Curve;

/// The longest answer that is told apart. Milliseconds.
const SLOWEST_MS: u64 = 60_000;
/// Orders whose end was never told; beyond these they are forgotten.
const LIVE: usize = 4_096;

/// Everything that is drawn.
#[derive(Clone, Debug, Default)]
pub struct Charts {
    /// By name.
    pub markets: BTreeMap<String, MarketChart>,
    /// From an order's attempt to its end, in whole milliseconds: how many.
    pub answers_ms: BTreeMap<u64, u64>,
    /// The names of the present run's markets.
    names: Vec<String>,
    orders: BTreeMap<Cloid, Order>,
}

/// What is drawn of one market.
#[derive(Clone, Debug, Default)]
pub struct MarketChart {
    /// The mid price. Units of 10^-8.
    pub mid: Curve,
    /// How far our best bid is from the mid, in parts per million of it: negative is below.
    pub bid: Curve,
    /// The same of our best ask.
    pub ask: Curve,
    /// How far from the mid we bought, in the same parts.
    pub buys: Curve,
    /// How far from the mid we sold.
    pub sells: Curve,
    /// The position. Units of 10^-8.
    pub position: Curve,
    now: Option<Price>,
    quotes: [Option<Price>; 2],
}

#[derive(Clone, Copy, Debug)]
struct Order {
    market: usize,
    side: Side,
    price: Price,
    left: Size,
    sent: Millis,
    live: bool,
}

impl Charts {
    /// A run begins with these markets.
    pub fn run(&mut self, pairs: &[Pair]) {
        self.names = pairs.iter().map(|pair| pair.as_str().to_owned()).collect();
        self.orders.clear();
        for market in self.markets.values_mut() {
            market.quotes = [None; 2];
        }
    }

    /// One input.
    pub fn feed(&mut self, now: Millis, input: &Input<'_>) {
        let (market, bid, ask) = match input {
            Input::Book { market, bids, asks, .. } => (*market, bids.first(), asks.first()),
            Input::Bbo { market, bid, ask, .. } => (*market, bid.as_ref(), ask.as_ref()),
            Input::Account { positions, .. } => {
                for (index, name) in (0_u16..).zip(&self.names) {
                    let held = positions.iter().find(|it| it.market == MarketId(index));
                    let Some(chart) = self.markets.get_mut(name) else { continue };
                    chart.position.push(now, held.map_or(0, |held| held.size.raw()));
                }
                return;
            }
            _ => return,
        };
        let Some((bid, ask)) = bid.zip(ask) else { return };
        let Some(name) = self.names.get(market.index()) else { return };
        let sum = u128::from(bid.price.raw()).saturating_add(u128::from(ask.price.raw()));
        let Some(mid) = u64::try_from(sum / 2).ok().and_then(Price::from_raw) else { return };
        let chart = match self.markets.get_mut(name) {
            Some(chart) => chart,
            None => self.markets.entry(name.clone()).or_default(),
        };
        if chart.now != Some(mid) {
            chart.now = Some(mid);
            chart.mid.push(now, i64::try_from(mid.raw()).unwrap_or(i64::MAX));
            chart.draw(now);
        }
    }

    /// One event.
    pub fn event(&mut self, event: &Event) {
        let touched = match &event.kind {
            EventKind::Attempt(attempt) => {
                let market = self.place(attempt.pair.as_str());
                let (side, price, left) = (attempt.side, attempt.price, attempt.size);
                let (sent, live) = (event.at, false);
                if self.orders.len() >= LIVE {
                    self.orders.clear();
                }
                self.orders.insert(attempt.cloid, Order { market, side, price, left, sent, live });
                None
            }
            EventKind::Submit(submit) => self.ended(event.at, submit.cloid, submit.end),
            EventKind::Cancel(cancel) => match cancel.stage {
                CancelStage::Done | CancelStage::ByVenue => {
                    self.orders.remove(&cancel.cloid).map(|order| order.market)
                }
                CancelStage::Sent | CancelStage::Rejected(_) | CancelStage::Unknown => None,
            },
            EventKind::Fill(fill) => self.filled(event.at, fill),
            EventKind::Stopped { remaining: 0 } => {
                self.orders.clear();
                None
            }
            _ => None,
        };
        if let Some(market) = touched {
            self.quotes(event.at, market);
        }
    }

    fn place(&self, pair: &str) -> usize {
        self.names.iter().position(|name| name == pair).unwrap_or(usize::MAX)
    }

    fn ended(&mut self, at: Millis, cloid: Cloid, end: SubmitEnd) -> Option<usize> {
        let order = self.orders.get_mut(&cloid)?;
        let market = order.market;
        if matches!(end, SubmitEnd::Accepted | SubmitEnd::Rejected(_)) {
            let took = at.since(order.sent).min(SLOWEST_MS);
            let count = self.answers_ms.entry(took).or_default();
            *count = count.saturating_add(1);
        }
        if end == SubmitEnd::Accepted {
            order.live = true;
        } else {
            self.orders.remove(&cloid);
        }
        Some(market)
    }

    fn filled(&mut self, at: Millis, fill: &FillLine) -> Option<usize> {
        if let Some(chart) = self.markets.get_mut(fill.pair.as_str()) {
            chart.position.push(at, fill.position.raw());
            if let Some(offset) = chart.now.and_then(|mid| offset(fill.price, mid)) {
                match fill.side {
                    Side::Bid => chart.buys.push(at, offset),
                    Side::Ask => chart.sells.push(at, offset),
                }
            }
        }
        let cloid = fill.cloid?;
        let order = self.orders.get_mut(&cloid)?;
        let market = order.market;
        order.left = order.left.saturating_sub(fill.size);
        if order.left.is_zero() {
            self.orders.remove(&cloid);
        }
        Some(market)
    }

    /// The best of our quotes in a market may have changed.
    fn quotes(&mut self, at: Millis, market: usize) {
        let ours = || self.orders.values().filter(|order| order.live && order.market == market);
        let of = |side| ours().filter(move |order| order.side == side).map(|order| order.price);
        let best = [of(Side::Bid).max(), of(Side::Ask).min()];
        let chart = self.names.get(market).and_then(|name| self.markets.get_mut(name));
        if let Some(chart) = chart.filter(|chart| chart.quotes != best) {
            chart.quotes = best;
            chart.draw(at);
        }
    }

    /// How long answers took: the least time that so many in a thousand did not exceed.
    #[must_use]
    pub fn answer_ms(&self, permille: u64) -> Option<u64> {
        let total: u64 = self.answers_ms.values().sum();
        let rank = total.checked_mul(permille)?.div_ceil(1_000).max(1);
        let mut seen = 0_u64;
        self.answers_ms.iter().find_map(|(ms, count)| {
            seen = seen.saturating_add(*count);
            (seen >= rank).then_some(*ms)
        })
    }
}

impl MarketChart {
    fn draw(&mut self, at: Millis) {
        let Some(mid) = self.now else { return };
        let [bid, ask] = self.quotes.map(|quote| quote.and_then(|quote| offset(quote, mid)));
        if let Some(bid) = bid {
            self.bid.push(at, bid);
        }
        if let Some(ask) = ask {
            self.ask.push(at, ask);
        }
    }
}

/// How far a price is above the mid, in parts per million of it.
fn offset(price: Price, mid: Price) -> Option<i64> {
    let (price, mid) = (i128::from(price.raw()), i128::from(mid.raw()));
    let ppm = price.checked_sub(mid)?.checked_mul(1_000_000)?.checked_div(mid)?;
    i64::try_from(ppm).ok()
}
