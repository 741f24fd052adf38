//! What the prices of a market were: the mids of the last minutes, the mark at each hour's edge.

use std::collections::{BTreeMap, VecDeque};

use hl_quant::{Millis, Price};

use super::parts::Hour;

/// How many mids are remembered. At ten changes a second this is more than three minutes: time for
/// the longest markout, and for a trade that is told late.
const MIDS: usize = 2_048;
/// A mid older than this says nothing about a moment: the stream was silent. Milliseconds.
const STANDS_MS: u64 = 10_000;

/// The prices of one market, as the venue told them.
#[derive(Clone, Debug, Default)]
pub(super) struct Prices {
    /// By the venue's time, oldest first.
    mids: VecDeque<(Millis, Price)>,
    /// The last mark, and the hour in which it came.
    mark: Option<(Hour, Price)>,
    /// The mark that stood when the first word of an hour came: it had stood since the hour's edge.
    edges: BTreeMap<Hour, Price>,
}

impl Prices {
    /// The book showed these best prices. An older book than one seen before says nothing.
    pub(super) fn book(&mut self, time: Millis, bid: Price, ask: Price) {
        let sum = u128::from(bid.raw()).saturating_add(u128::from(ask.raw()));
        let Some(mid) = u64::try_from(sum / 2).ok().and_then(Price::from_raw) else { return };
        match self.mids.back_mut() {
            Some((last, _)) if time < *last => return,
            Some((last, old)) if time == *last => {
                *old = mid;
                return;
            }
            _ => {}
        }
        if self.mids.len() == MIDS {
            self.mids.pop_front();
        }
        self.mids.push_back((time, mid));
        if self.mark.is_none() {
            self.mark = Some((Hour::of(time), mid));
        }
    }

    /// The venue's mark price.
    pub(super) fn mark(&mut self, now: Millis, mark: Price) {
        let hour = Hour::of(now);
        match &mut self.mark {
            Some((last, price)) if hour <= *last => *price = mark,
            Some((last, price)) => {
                self.edges.insert(hour, *price);
                (*last, *price) = (hour, mark);
            }
            none => *none = Some((hour, mark)),
        }
    }

    /// The mark at the beginning of an hour; `None` before the first mark.
    pub(super) fn at_edge(&self, hour: Hour) -> Option<Price> {
        // No word came between an edge and the next one that has an entry.
        let next = self.edges.range(hour..).next().map(|(_, price)| *price);
        next.or_else(|| self.mark.filter(|(last, _)| *last < hour).map(|(_, price)| price))
    }

    /// The newest time of a book.
    pub(super) fn newest(&self) -> Option<Millis> {
        self.mids.back().map(|(time, _)| *time)
    }

    /// The mid that stood when something happened at `time`: the last one before it, since the book
    /// of the same block has seen it already.
    pub(super) fn before(&self, time: Millis) -> Option<Price> {
        self.standing(self.mids.partition_point(|(at, _)| *at < time), time)
    }

    /// The mid that stood at `time`.
    pub(super) fn at(&self, time: Millis) -> Option<Price> {
        self.standing(self.mids.partition_point(|(at, _)| *at <= time), time)
    }

    fn standing(&self, next: usize, time: Millis) -> Option<Price> {
        let (at, mid) = next.checked_sub(1).and_then(|index| self.mids.get(index))?;
        (time.since(*at) <= STANDS_MS).then_some(*mid)
    }
}
