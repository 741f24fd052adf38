//! One market: its trades by the hour.

use std::collections::{BTreeMap, VecDeque};

use hl_engine::{Fill, Liquidity, Usd};
use hl_quant::{Millis, Notional, Side, SignedSize};

use super::parts::{HORIZONS_MS, Hour, Parts, Tier, Tiers, rate};
use super::prices::Prices;

/// The most trades whose markouts are waited for.
const WAITING: usize = 4_096;

/// What is known of one market.
#[derive(Clone, Debug, Default)]
pub(super) struct Market {
    pub(super) name: String,
    pub(super) prices: Prices,
    /// By the hour: what counts so far.
    pub(super) hours: BTreeMap<Hour, Bucket>,
    pub(super) tiers: Tiers,
    /// Trades of the last minute, oldest first by the time when they were told.
    waiting: VecDeque<Waiting>,
    /// The first moment at which one of them can be looked at.
    due: Option<Millis>,
    /// Trades of which no mid was known.
    pub(super) without_mid: u64,
}

/// An hour of a market, without what prices at its edges decide.
#[derive(Clone, Debug, Default)]
pub(super) struct Bucket {
    pub(super) parts: Parts,
    /// By how much trades changed the position. Units of 10^-8.
    pub(super) delta: i128,
    /// What those changes were worth at the mids of their times.
    pub(super) at_mid: Usd,
}

/// Something that moved the account's cash at one moment.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) time: Millis,
    /// What it added to the cash.
    pub(super) cash: Usd,
    pub(super) what: What,
}

#[derive(Clone, Debug)]
pub(super) enum What {
    /// A trade, and what it was better than the mid.
    Fill { fill: Fill, market: usize, spread: Usd },
    /// A funding payment.
    Funding { market: usize },
    /// Money that came or went.
    Transfer,
}

#[derive(Clone, Copy, Debug)]
struct Waiting {
    time: Millis,
    delta: SignedSize,
    /// What was received for it; negative was paid.
    flow: Usd,
    volume: Notional,
    /// How many of the horizons have been looked at.
    done: usize,
}

impl Market {
    pub(super) fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// A trade as an item of the account, its mid looked up.
    pub(super) fn item(&mut self, market: usize, fill: &Fill) -> Option<Item> {
        let delta = SignedSize::ZERO.after_fill(fill.side, fill.size)?;
        let volume = fill.price * fill.size;
        let flow = Usd::flow(fill.side, volume);
        let mid = self.prices.before(fill.time).or_else(|| self.prices.at(fill.time));
        let spread = match mid {
            Some(mid) => Usd::value(delta, mid).plus(flow),
            None => {
                self.without_mid = self.without_mid.saturating_add(1);
                Usd::ZERO
            }
        };
        if self.waiting.len() < WAITING {
            let waiting = Waiting { time: fill.time, delta, flow, volume, done: 0 };
            self.due = Some(self.due.map_or_else(|| waiting.due(), |due| due.min(waiting.due())));
            self.waiting.push_back(waiting);
        }
        let what = What::Fill { fill: *fill, market, spread };
        Some(Item { time: fill.time, cash: flow.minus(fill.fee), what })
    }

    /// A trade counts.
    pub(super) fn count(&mut self, fill: &Fill, spread: Usd) {
        let volume = fill.price * fill.size;
        let bucket = self.hours.entry(Hour::of(fill.time)).or_default();
        let parts = &mut bucket.parts;
        let count = match fill.liquidity {
            Liquidity::Maker => &mut parts.maker_fills,
            Liquidity::Taker => &mut parts.taker_fills,
        };
        *count = count.saturating_add(1);
        parts.volume = parts.volume.saturating_add(volume);
        parts.spread = parts.spread.plus(spread);
        if fill.fee < Usd::ZERO {
            parts.rebates = parts.rebates.minus(fill.fee);
        } else {
            parts.fees = parts.fees.plus(fill.fee);
        }
        let delta = signed(fill);
        bucket.delta = bucket.delta.saturating_add(delta);
        // What the change was worth at the mid is the trade's money plus what was better than it.
        bucket.at_mid = bucket.at_mid.plus(spread).minus(Usd::flow(fill.side, volume));
        let tier = self.tiers.entry((fill.liquidity, rate(fill.fee, volume))).or_default();
        let Tier { fills, volume: traded, fees } = tier;
        *fills = fills.saturating_add(1);
        *traded = traded.saturating_add(volume);
        *fees = fees.plus(fill.fee);
    }

    /// Looks at the trades whose moment has come, now that the book has spoken of a later one.
    pub(super) fn look(&mut self) {
        let Some(newest) = self.prices.newest() else { return };
        if self.due.is_none_or(|due| newest <= due) {
            return;
        }
        for waiting in &mut self.waiting {
            while waiting.done < HORIZONS_MS.len() && newest > waiting.due() {
                let mid = self.prices.at(waiting.due());
                let parts = &mut self.hours.entry(Hour::of(waiting.time)).or_default().parts;
                if let (Some(mid), Some(markout)) = (mid, parts.markouts.get_mut(waiting.done)) {
                    let worth = Usd::value(waiting.delta, mid).plus(waiting.flow);
                    markout.sum = markout.sum.plus(worth);
                    markout.volume = markout.volume.saturating_add(waiting.volume);
                    markout.fills = markout.fills.saturating_add(1);
                }
                waiting.done = waiting.done.saturating_add(1);
            }
        }
        self.waiting.retain(|waiting| waiting.done < HORIZONS_MS.len());
        self.due = self.waiting.iter().map(Waiting::due).min();
    }
}

impl Waiting {
    fn due(&self) -> Millis {
        let horizon = HORIZONS_MS.get(self.done).copied().unwrap_or(u64::MAX);
        Millis(self.time.0.saturating_add(horizon))
    }
}

/// By how much a trade changes the position. Units of 10^-8.
pub(super) fn signed(fill: &Fill) -> i128 {
    let size = i128::from(fill.size.raw());
    match fill.side {
        Side::Bid => size,
        Side::Ask => size.saturating_neg(),
    }
}
