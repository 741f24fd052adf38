//! Opinions from data that every user has: the exchange's own.
//!
//! Four numbers, each from -1 to +1, each fading by itself:
//!
//! - **Order-flow imbalance** at the touch, after Cont, Kukanov and Stoikov, "The price impact of
//!   order book events" (2014): what the best bid gained and the best ask lost in size, in units of
//!   the average size at the touch.
//! - **Large trades**: what was bought less what was sold in trades of at least four times the
//!   usual size, as a part of everything traded.
//! - **Funding**: longs that pay more than the venue's usual rate are crowded, and the crowd is
//!   expected to leave. A rate above the usual one is a bearish opinion.
//! - **Open interest**: positions that are opened while the price moves take the side of the
//!   move; positions that are closed say nothing.

use hl_quant::{Millis, Side};

use crate::document::Opinion;
use crate::{Confidence, Fingerprint, Value};

mod decay;

use decay::{Average, Decay};

/// How the exchange's own data becomes an opinion. Periods are half-lives in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VenueConfig {
    /// The order flow and its average depth.
    pub flow_half_life_ms: u64,
    /// Trades, and what their usual size is.
    pub trade_half_life_ms: u64,
    /// The open interest and price that a change is measured from.
    pub interest_half_life_ms: u64,
    /// The weights of order flow, large trades, funding and open interest; they add up to one.
    pub weights: [f64; 4],
}

impl Default for VenueConfig {
    fn default() -> Self {
        Self {
            flow_half_life_ms: 30_000,
            trade_half_life_ms: 120_000,
            interest_half_life_ms: 900_000,
            weights: [0.4, 0.3, 0.15, 0.15],
        }
    }
}

/// An imbalance of so many touches counts for 0.76 of the most that it can.
const FLOW_SCALE: f64 = 8.0;
/// A trade is large from so many times the usual size on.
const LARGE: f64 = 4.0;
/// So many trades make a usual size.
const USUAL_FROM: u64 = 20;
/// The venue's hourly rate when nothing pulls at it: 0.01 % in eight hours
/// (Hyperliquid docs, "Funding").
const USUAL_FUNDING: f64 = 0.000_012_5;
/// An hourly rate so far from the usual counts for 0.76 of the most that it can.
const FUNDING_SCALE: f64 = 0.000_05;
/// So does open interest that grew by this part, with a price that moved by that.
const INTEREST_SCALE: f64 = 0.01;
const MOVE_SCALE: f64 = 0.002;
/// A touch, a trade or a context older than this says nothing. Milliseconds.
const SILENT_MS: u64 = 120_000;

/// The exchange's own data about one market. No event allocates.
#[derive(Clone, Debug)]
pub struct VenueFlow {
    config: VenueConfig,
    touch: Option<Touch>,
    flow: Decay,
    depth: Average,
    /// Bought less sold in large trades; everything traded; the usual size.
    large: Decay,
    traded: Decay,
    usual: Average,
    trades: u64,
    funding: Option<f64>,
    interest: Average,
    base_price: Average,
    now_interest: Option<f64>,
    /// When each of touch, trades and context was last heard.
    heard: [Option<Millis>; 3],
}

#[derive(Clone, Copy, Debug)]
struct Touch {
    bid: (f64, f64),
    ask: (f64, f64),
}

impl Touch {
    fn mid(&self) -> f64 {
        f64::midpoint(self.bid.0, self.ask.0)
    }
}

impl VenueFlow {
    /// A market of which nothing has been heard.
    #[must_use]
    pub fn new(config: VenueConfig) -> Self {
        Self {
            touch: None,
            flow: Decay::new(config.flow_half_life_ms),
            depth: Average::new(config.flow_half_life_ms),
            large: Decay::new(config.trade_half_life_ms),
            traded: Decay::new(config.trade_half_life_ms),
            usual: Average::new(config.trade_half_life_ms),
            trades: 0,
            funding: None,
            interest: Average::new(config.interest_half_life_ms),
            base_price: Average::new(config.interest_half_life_ms),
            now_interest: None,
            heard: [None; 3],
            config,
        }
    }

    /// The best bid and ask, each price and size. Numbers that are not positive and finite, or that
    /// cross, are passed over.
    pub fn touch(&mut self, now: Millis, bid: (f64, f64), ask: (f64, f64)) {
        let sane = [bid.0, bid.1, ask.0, ask.1].iter().all(|n| n.is_finite() && *n > 0.0);
        if !sane || bid.0 >= ask.0 {
            return;
        }
        let next = Touch { bid, ask };
        if let Some(before) = self.touch {
            self.flow.add(now, imbalance(&before, &next));
        }
        self.depth.add(now, f64::midpoint(bid.1, ask.1));
        self.base_price.add(now, next.mid());
        self.touch = Some(next);
        self.hear(0, now);
    }

    /// A public trade: who took, at what price and how much.
    pub fn trade(&mut self, now: Millis, aggressor: Side, price: f64, size: f64) {
        let value = price * size;
        if !(value.is_finite() && value > 0.0) {
            return;
        }
        let usual = self.usual.get(now);
        if self.trades >= USUAL_FROM && usual.is_some_and(|usual| value >= LARGE * usual) {
            let signed = if aggressor == Side::Bid { value } else { -value };
            self.large.add(now, signed);
        }
        self.traded.add(now, value);
        self.usual.add(now, value);
        self.trades = self.trades.saturating_add(1);
        self.hear(1, now);
    }

    /// The hourly funding rate and the open interest in units of the base.
    pub fn context(&mut self, now: Millis, funding: f64, open_interest: f64) {
        if !(funding.is_finite() && open_interest.is_finite() && open_interest >= 0.0) {
            return;
        }
        self.funding = Some(funding);
        self.interest.add(now, open_interest);
        self.now_interest = Some(open_interest);
        self.hear(2, now);
    }

    fn hear(&mut self, what: usize, now: Millis) {
        if let Some(heard) = self.heard.get_mut(what) {
            *heard = Some(now);
        }
    }

    fn lively(&self, what: usize, now: Millis) -> bool {
        self.heard.get(what).copied().flatten().is_some_and(|at| now.since(at) < SILENT_MS)
    }

    /// The four numbers, in the order of the weights; `None` where too little was heard.
    #[must_use]
    pub fn parts(&self, now: Millis) -> [Option<f64>; 4] {
        let flow = self.depth.get(now).filter(|depth| self.lively(0, now) && *depth > 0.0);
        let flow = flow.map(|depth| libm::tanh(self.flow.get(now) / depth / FLOW_SCALE));
        let traded = self.traded.get(now);
        let warm = self.lively(1, now) && self.trades >= USUAL_FROM && traded > 0.0;
        let large = warm.then(|| (self.large.get(now) / traded).clamp(-1.0, 1.0));
        let funding = self.funding.filter(|_| self.lively(2, now));
        let funding = funding.map(|rate| -libm::tanh((rate - USUAL_FUNDING) / FUNDING_SCALE));
        [flow, large, funding, self.interest_part(now)]
    }

    fn interest_part(&self, now: Millis) -> Option<f64> {
        if !(self.lively(0, now) && self.lively(2, now)) {
            return None;
        }
        let (interest, before) = (self.now_interest?, self.interest.get(now)?);
        let (price, base) = (self.touch?.mid(), self.base_price.get(now)?);
        if before <= 0.0 || base <= 0.0 {
            return None;
        }
        let grown = ((interest - before) / before).max(0.0);
        let moved = (price - base) / base;
        Some(libm::tanh(grown / INTEREST_SCALE) * libm::tanh(moved / MOVE_SCALE))
    }

    /// The opinion, as of `now`; `None` while nothing is heard. It is as sure as the weights of the
    /// numbers that are there.
    #[must_use]
    pub fn opinion(&self, now: Millis) -> Option<Opinion> {
        let parts = self.parts(now);
        let known = parts.iter().zip(self.config.weights).filter_map(|(p, w)| p.map(|p| (p, w)));
        let (sum, sure) = known.fold((0.0, 0.0), |(sum, sure), (p, w)| (sum + p * w, sure + w));
        if sure <= 0.0 {
            return None;
        }
        let latest = self.heard.iter().flatten().max()?;
        Some(Opinion {
            value: Value::new((sum / sure).clamp(-1.0, 1.0))?,
            confidence: Confidence::new(sure.clamp(0.0, 1.0))?,
            source_time: (*latest).min(now),
            content: Fingerprint::of(&parts.map(|part| part.unwrap_or(2.0))),
        })
    }
}

/// What the bid gained and the ask lost between two touches.
fn imbalance(before: &Touch, next: &Touch) -> f64 {
    let side = |before: (f64, f64), next: (f64, f64), better: bool| {
        if next.0 == before.0 {
            next.1 - before.1
        } else if better {
            next.1
        } else {
            -before.1
        }
    };
    side(before.bid, next.bid, next.bid.0 > before.bid.0)
        - side(before.ask, next.ask, next.ask.0 < before.ask.0)
}
