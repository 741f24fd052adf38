//! What a market does, measured while it is watched: volatility, spread, depth, trades, and what
//! trades did to those who made them possible.
//!
//! A market's statistics are a ring of equal steps of time. A message integrates what held since the
//! one before it into the step of the moment, so an event costs the same however much is remembered,
//! and nothing is allocated after the beginning. What was seen longer ago than the window is
//! overwritten. A quote counts for as long as it is renewed, and for [`StatsConfig::carry_ms`]
//! after it: beyond that nobody knows what held, and that time is not measured.
//!
//! Floats are rounded to nearest by IEEE 754 and logarithms come from `libm`: the same messages give
//! the same numbers on every machine.

mod markout;
mod ring;

use hl_quant::{Millis, Side};

use markout::Markouts;
use ring::Ring;

/// What is remembered and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatsConfig {
    /// The window, in milliseconds.
    pub window_ms: u64,
    /// Into how many steps it is divided: returns are taken from step to step.
    pub steps: u16,
    /// How long the last quote counts as what holds, in milliseconds.
    pub carry_ms: u64,
    /// After how long the price is compared with that of a trade, in milliseconds.
    pub markout_ms: u64,
    /// How many trades it takes to speak of toxicity.
    pub markout_trades: u32,
    /// How much of the window must have been measured before there is a reading, in per cent.
    pub warm_percent: u8,
}

impl Default for StatsConfig {
    /// Half an hour in steps of thirty seconds; trades are judged after ten seconds.
    fn default() -> Self {
        Self {
            window_ms: 1_800_000,
            steps: 60,
            carry_ms: 600_000,
            markout_ms: 10_000,
            markout_trades: 20,
            warm_percent: 20,
        }
    }
}

/// The best prices and how much is near them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quote {
    /// The best bid.
    pub bid: f64,
    /// The best ask.
    pub ask: f64,
    /// What the thinner side offers at and near the touch, in USD.
    pub depth_usd: f64,
}

impl Quote {
    /// Half way between the two.
    #[must_use]
    pub fn mid(&self) -> f64 {
        f64::midpoint(self.bid, self.ask)
    }

    /// The distance of the two, in basis points of the mid.
    #[must_use]
    pub fn spread_bps(&self) -> f64 {
        (self.ask - self.bid) / self.mid() * 10_000.0
    }

    fn is_sane(&self) -> bool {
        let depth = self.depth_usd.is_finite() && self.depth_usd >= 0.0;
        self.bid > 0.0 && self.ask >= self.bid && self.ask.is_finite() && depth
    }
}

/// What the window says. A number that was not measured is absent, never zero.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Reading {
    /// Realised volatility over the window, as a fraction: the root of the sum of squared log
    /// returns from step to step, scaled to the whole window where less was measured.
    pub vol: Option<f64>,
    /// Time-weighted spread, in basis points.
    pub spread_bps: Option<f64>,
    /// Time-weighted depth, in USD.
    pub depth_usd: Option<f64>,
    /// Trades in a minute.
    pub trades_per_min: Option<f64>,
    /// What makers lost to the trades, in basis points; negative is a gain.
    pub toxicity_bps: Option<f64>,
    /// How much of the window was measured, in milliseconds.
    pub covered_ms: u64,
}

/// What happened to those who made trades possible, since the statistics began: two of these make
/// what happened between them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Markout {
    /// How many trades were judged.
    pub trades: u64,
    /// What makers lost to them after [`StatsConfig::markout_ms`], added up, in basis points.
    pub lost_bps: f64,
}

impl Markout {
    /// What makers gained on a trade since `before`, on average, in basis points and before fees;
    /// `None` if no trade was judged.
    #[must_use]
    pub fn gain_since(&self, before: &Self) -> Option<f64> {
        let trades = self.trades.checked_sub(before.trades).filter(|trades| *trades > 0)?;
        Some((before.lost_bps - self.lost_bps) / ms(trades))
    }
}

/// The rolling statistics of one market.
#[derive(Clone, Debug)]
pub struct MarketStats {
    config: StatsConfig,
    ring: Ring,
    markouts: Markouts,
    markout: Markout,
    quote: Option<(Quote, Millis)>,
    /// Everything before this moment has been counted.
    through: Millis,
}

impl MarketStats {
    /// Statistics that know nothing yet.
    #[must_use]
    pub fn new(config: StatsConfig) -> Self {
        Self {
            config,
            ring: Ring::new(config.window_ms, config.steps),
            markouts: Markouts::new(config.markout_ms),
            markout: Markout::default(),
            quote: None,
            through: Millis(0),
        }
    }

    /// Takes what the book shows from `now` on. A quote that makes no sense ends the one before it.
    pub fn quote(&mut self, now: Millis, quote: Quote) {
        self.advance(now);
        self.quote = quote.is_sane().then_some((quote, self.through));
    }

    /// The market is not seen any more: what held until now is not known to hold on.
    pub fn gap(&mut self, now: Millis) {
        self.advance(now);
        self.quote = None;
        self.markouts.clear();
    }

    /// Takes a public trade; `aggressor` is the side that took.
    pub fn trade(&mut self, now: Millis, aggressor: Side, price: f64) {
        self.advance(now);
        self.ring.current().trades = self.ring.current().trades.saturating_add(1);
        if price.is_finite() && price > 0.0 {
            self.markouts.trade(self.through, aggressor, price);
        }
    }

    /// What the window up to `now` says.
    pub fn read(&mut self, now: Millis) -> Reading {
        self.advance(now);
        let sum = self.ring.sum();
        let percent = u64::from(self.config.warm_percent.min(100));
        let warm = self.config.window_ms.saturating_mul(percent) / 100;
        let covered_ms = sum.covered_ms;
        if covered_ms == 0 || covered_ms < warm {
            return Reading { covered_ms, ..Reading::default() };
        }
        let covered = ms(covered_ms);
        let scale = ms(self.config.window_ms) / ms(self.ring.step_ms());
        let vol =
            (sum.returns > 0).then(|| libm::sqrt(sum.squares / f64::from(sum.returns) * scale));
        let judged = sum.judged > 0 && sum.judged >= self.config.markout_trades;
        Reading {
            vol,
            spread_bps: Some(sum.spread_ms / covered),
            depth_usd: Some(sum.depth_ms / covered),
            trades_per_min: Some(f64::from(sum.trades) * 60_000.0 / covered),
            toxicity_bps: judged.then(|| sum.lost_bps / f64::from(sum.judged)),
            covered_ms,
        }
    }

    /// What was seen of all trades until the last message or reading.
    #[must_use]
    pub const fn markout(&self) -> Markout {
        self.markout
    }

    /// How the returns of two markets went together over their windows, -1 to 1; `None` if fewer
    /// than eight steps were measured in both, or if one did not move.
    #[must_use]
    pub fn correlation(&self, other: &Self) -> Option<f64> {
        self.ring.correlation(&other.ring)
    }

    /// Counts what held until `now`.
    fn advance(&mut self, now: Millis) {
        if now <= self.through {
            return;
        }
        let held = self.quote.map(|(quote, since)| (quote, since.plus(self.config.carry_ms)));
        if let Some((quote, _)) = self.quote
            && let Some((judged, lost)) = self.markouts.resolve(now, quote.mid())
        {
            let step = self.ring.current();
            step.judged = step.judged.saturating_add(judged);
            step.lost_bps += lost;
            self.markout.trades = self.markout.trades.saturating_add(u64::from(judged));
            self.markout.lost_bps += lost;
        }
        self.ring.advance(self.through, now, held);
        self.through = now;
    }
}

/// How many of our orders would be filled in a minute: the trades, times our part of what is there.
///
/// The part is `order / (order + depth)`: a trade finds a dollar of ours as likely as any other near
/// the touch. An upper bound on what a queue would give, and the same for every market.
#[must_use]
pub fn expected_fills(trades_per_min: f64, order_usd: f64, depth_usd: f64) -> f64 {
    let all = order_usd + depth_usd;
    if all > 0.0 { trades_per_min * order_usd / all } else { 0.0 }
}

/// Milliseconds as a float: exact below 2^32, and no window is that long.
fn ms(value: u64) -> f64 {
    u32::try_from(value).map_or_else(|_| f64::from(u32::MAX), f64::from)
}
