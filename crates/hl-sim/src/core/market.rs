//! One market: its book, its prices and what happened in it.

use std::collections::VecDeque;

use hl_quant::{Millis, Price, Side, Size};
use hl_wire::{Address, AssetId};

use super::book::{Book, BookLevel};
use crate::Usd;
use crate::config::MarketConfig;
use crate::trouble::Shown;
use crate::truth::MarketTruth;

/// Trades that a subscriber gets first and `recentTrades` answers.
const TRADES_KEPT: usize = 30;
/// Decay of the mark price's averages over one update of three seconds: e^(-3/150) and e^(-3/30),
/// in millionths.
const SLOW_DECAY: i128 = 980_199;
const FAST_DECAY: i128 = 904_837;
const MILLION: i128 = 1_000_000;

/// A trade as market data shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trade {
    /// The market.
    pub asset: AssetId,
    /// The side of the order that took.
    pub side: Side,
    /// The price of the order that rested.
    pub px: Price,
    /// The size.
    pub sz: Size,
    /// Time of the block.
    pub time: Millis,
    /// Hash of the action that caused it.
    pub hash: [u8; 32],
    /// 50-bit trade identifier.
    pub tid: u64,
    /// Buyer and seller.
    pub users: [Address; 2],
}

/// The averages behind the mark price.
#[derive(Clone, Copy, Debug, Default)]
struct Averages {
    /// 150 s average of mid minus oracle, at 10^-8.
    basis: Option<i128>,
    /// 30 s average of the median of bid, ask and last trade, at 10^-8.
    touch: Option<i128>,
}

/// One day's totals.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Day {
    pub(crate) number: u64,
    pub(crate) open_px: Option<Price>,
    pub(crate) volume: Usd,
    pub(crate) base: Size,
}

#[derive(Clone, Debug)]
pub(crate) struct Market {
    pub(crate) asset: AssetId,
    pub(crate) config: MarketConfig,
    pub(crate) book: Book,
    /// The oracle price with the fault that it is under.
    pub(crate) oracle: Price,
    pub(crate) oracle_base: Price,
    pub(crate) oracle_ppm: i64,
    /// The configuration without the faults that it is under.
    pub(crate) base: MarketConfig,
    /// Sides that everybody but the clients has left, bids first.
    pub(crate) gone: [bool; 2],
    /// How market data shows the book.
    pub(crate) show: Shown,
    pub(crate) mark: Price,
    pub(crate) last: Option<Price>,
    pub(crate) trades: VecDeque<Trade>,
    pub(crate) day: Day,
    pub(crate) stats: MarketTruth,
    /// The best bid and ask that were last streamed; nothing when they have to be streamed again.
    pub(crate) shown: Option<[Option<BookLevel>; 2]>,
    averages: Averages,
}

impl Market {
    pub(crate) fn new(asset: AssetId, config: MarketConfig) -> Self {
        Self {
            asset,
            book: Book::default(),
            oracle: config.oracle_px,
            oracle_base: config.oracle_px,
            oracle_ppm: 0,
            base: config.clone(),
            gone: [false; 2],
            show: Shown::True,
            mark: config.oracle_px,
            last: None,
            trades: VecDeque::new(),
            day: Day { open_px: Some(config.oracle_px), ..Day::default() },
            stats: MarketTruth::default(),
            shown: Some([None, None]),
            averages: Averages::default(),
            config,
        }
    }

    /// Twice the mid price at 10^-8, so that nothing is rounded; nothing when a side is empty.
    pub(crate) fn double_mid(&self) -> Option<u128> {
        let bid = self.book.best(Side::Bid)?;
        let ask = self.book.best(Side::Ask)?;
        Some(u128::from(bid.raw()).saturating_add(u128::from(ask.raw())))
    }

    /// Notes a trade in the market's own figures.
    pub(crate) fn record(&mut self, trade: Trade) {
        let value = Usd::from_notional(trade.px * trade.sz);
        self.last = Some(trade.px);
        self.stats.trades = self.stats.trades.saturating_add(1);
        self.stats.volume += value;
        self.day.volume += value;
        self.day.base = self.day.base.saturating_add(trade.sz);
        self.trades.push_back(trade);
        if self.trades.len() > TRADES_KEPT {
            self.trades.pop_front();
        }
    }

    /// Starts a new UTC day's totals when `now` lies in one.
    pub(crate) fn roll_day(&mut self, now: Millis) {
        let number = now.0 / 86_400_000;
        if number != self.day.number {
            let open_px = if self.day.number == 0 { self.day.open_px } else { Some(self.mark) };
            self.day = Day { number, open_px, ..Day::default() };
        }
    }

    /// Recomputes the mark price: the median of the oracle price plus the slow average of the
    /// basis, of the median of bid, ask and last trade, and of the fast average of the latter
    /// (docs: "Robust price indices"; the median of outside exchanges, which a local exchange has
    /// not got, is replaced by its documented substitute).
    pub(crate) fn update_mark(&mut self) {
        let oracle = i128::from(self.oracle.raw());
        if let Some(double_mid) = self.double_mid() {
            let basis = i128::try_from(double_mid / 2).unwrap_or(oracle).saturating_sub(oracle);
            self.averages.basis = Some(blend(self.averages.basis, basis, SLOW_DECAY));
        }
        let anchored = oracle.saturating_add(self.averages.basis.unwrap_or(0));
        let mark = match self.touch_median() {
            None => anchored,
            Some(touch) => {
                let smooth = blend(self.averages.touch, touch, FAST_DECAY);
                self.averages.touch = Some(smooth);
                median3(anchored, touch, smooth)
            }
        };
        if let Some(px) = self.on_micro_grid(mark) {
            self.mark = px;
        }
    }

    fn touch_median(&self) -> Option<i128> {
        let raw = |px: Option<Price>| px.map(|px| i128::from(px.raw()));
        let bid = raw(self.book.best(Side::Bid))?;
        let ask = raw(self.book.best(Side::Ask))?;
        Some(raw(self.last).map_or((bid + ask) / 2, |last| median3(bid, ask, last)))
    }

    /// Cuts a price to `6 - szDecimals` decimals, so that any position is worth whole
    /// micro-dollars at it.
    pub(crate) fn on_micro_grid(&self, raw: i128) -> Option<Price> {
        let decimals = 6_u32.saturating_sub(u32::from(self.config.sz_decimals.get()));
        let unit = 10_u64.saturating_pow(8_u32.saturating_sub(decimals));
        let raw = u64::try_from(raw).ok()?;
        Price::from_raw((raw / unit).saturating_mul(unit).max(unit))
    }
}

/// One step of an exponential average.
fn blend(old: Option<i128>, sample: i128, decay: i128) -> i128 {
    old.map_or(sample, |old| (old * decay + sample * (MILLION - decay)) / MILLION)
}

fn median3(a: i128, b: i128, c: i128) -> i128 {
    a.max(b).min(a.min(b).max(c))
}
