//! Our trades, and what the mid said of each a little later.

use std::collections::VecDeque;

use hl_engine::{FillLine, Pair, Ppm};
use hl_quant::{Millis, Price, Side};

/// How long after a fill the mid is looked at. Milliseconds.
pub(crate) const HORIZONS_MS: [u64; 4] = [1_000, 5_000, 30_000, 60_000];
/// A mid that comes this much later says nothing about its horizon. Milliseconds.
const LATE_MS: u64 = 2_000;
/// Fills that are kept.
const KEPT: usize = 300;

/// One trade.
#[derive(Clone, Debug)]
pub(crate) struct Fill {
    /// Counts them from 1.
    pub(crate) number: u64,
    pub(crate) at: Millis,
    pub(crate) line: FillLine,
    /// How far its price was in our favour from the mid that was last seen before it.
    pub(crate) edge: Option<Ppm>,
    /// How far the mid is in our favour, at each horizon; none before, and if there was no mid.
    pub(crate) marks: [Option<Ppm>; HORIZONS_MS.len()],
    open: bool,
}

/// The latest trades.
#[derive(Debug, Default)]
pub(crate) struct Fills {
    kept: VecDeque<Fill>,
    count: u64,
}

impl Fills {
    /// Takes a trade; `mid` is the last one that was seen in its market.
    pub(super) fn take(&mut self, at: Millis, line: &FillLine, mid: Option<Price>) {
        self.count = self.count.saturating_add(1);
        if self.kept.len() >= KEPT {
            self.kept.pop_front();
        }
        let marks = [None; HORIZONS_MS.len()];
        let (number, line) = (self.count, line.clone());
        let edge = mid.and_then(|mid| favour(line.side, line.price, mid));
        self.kept.push_back(Fill { number, at, line, edge, marks, open: true });
    }

    /// Shows the mid of a market to the fills that wait for one.
    pub(super) fn see(&mut self, now: Millis, pair: &Pair, mid: Price) {
        let waiting = |fill: &&mut Fill| fill.open && fill.line.pair == *pair;
        for fill in self.kept.iter_mut().filter(waiting) {
            let gain = favour(fill.line.side, fill.line.price, mid);
            let age = now.since(fill.at);
            for (mark, horizon) in fill.marks.iter_mut().zip(HORIZONS_MS) {
                let due = (horizon..=horizon.saturating_add(LATE_MS)).contains(&age);
                if due && mark.is_none() {
                    *mark = gain;
                }
            }
        }
    }

    /// Lets go of those that no mid says anything about any more.
    pub(super) fn late(&mut self, now: Millis) {
        let last = HORIZONS_MS.into_iter().max().unwrap_or(0).saturating_add(LATE_MS);
        for fill in &mut self.kept {
            fill.open &= now.since(fill.at) <= last;
        }
    }

    /// The kept ones, oldest first.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Fill> {
        self.kept.iter()
    }
}

/// How far `mid` is in our favour, as a part of the price paid or got.
fn favour(side: Side, price: Price, mid: Price) -> Option<Ppm> {
    let moved = i128::from(mid.raw()).saturating_sub(i128::from(price.raw()));
    let gain = match side {
        Side::Bid => moved,
        Side::Ask => moved.saturating_neg(),
    };
    Ppm::ratio(gain, i128::from(price.raw()))
}
