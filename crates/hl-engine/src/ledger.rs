//! One position: what the venue last said, and the fills since.

use hl_quant::{Millis, SignedSize};

use crate::Fill;

/// How many fills are remembered, to know a repeated one.
const MEMORY: usize = 4_096;

/// What a fill did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Applied {
    /// It is new.
    New {
        /// Whether it happened after the first word of the venue about the position, so that it is
        /// part of this run's trading.
        ours: bool,
        /// Whether the venue's count before it differs from ours: some fill is missing or late.
        gap: bool,
    },
    /// It has been counted before.
    Repeated,
    /// It is older than anything remembered, so that nobody can say.
    TooOld,
    /// It does not fit the range of a position.
    Absurd,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Seen {
    time: Millis,
    tid: u64,
    /// Signed by side, at 10^-8.
    delta: i64,
    /// The position before it, as the venue counts.
    start: i64,
}

/// Position = the venue's word at a moment + every fill after that moment, each once.
///
/// A fill is named by its time and trade id (Hyperliquid docs, "userFills"). The venue's word at a
/// moment includes all fills before it. Those of the very same millisecond are ordered by the position
/// that each says it started from: what follows from the reported position came after it.
#[derive(Clone, Debug)]
pub(crate) struct Ledger {
    /// Sorted, oldest first.
    seen: Vec<Seen>,
    /// Nothing at or before this moment is remembered any more.
    forgotten: Option<Millis>,
    anchor: Option<(Millis, SignedSize)>,
    /// The moment of the first anchor: this run trades after it.
    start: Option<Millis>,
    position: SignedSize,
}

impl Ledger {
    pub(crate) fn new() -> Self {
        Self {
            seen: Vec::with_capacity(MEMORY),
            forgotten: None,
            anchor: None,
            start: None,
            position: SignedSize::ZERO,
        }
    }

    pub(crate) const fn position(&self) -> SignedSize {
        self.position
    }

    /// Counts a fill, unless it has been counted.
    pub(crate) fn fill(&mut self, fill: &Fill) -> Applied {
        if self.forgotten.is_some_and(|moment| fill.time <= moment) {
            return Applied::TooOld;
        }
        let Some(delta) = SignedSize::ZERO.after_fill(fill.side, fill.size) else {
            return Applied::Absurd;
        };
        let key = (fill.time, fill.tid);
        let Err(at) = self.seen.binary_search_by_key(&key, |seen| (seen.time, seen.tid)) else {
            return Applied::Repeated;
        };
        let Some(after) = self.position.raw().checked_add(delta.raw()) else {
            return Applied::Absurd;
        };
        let start = fill.start_position.raw();
        let before = self.position;
        self.remember(at, Seen { time: fill.time, tid: fill.tid, delta: delta.raw(), start });
        let mut counts = false;
        match self.anchor {
            Some((moment, _)) if fill.time > moment => {
                self.position = SignedSize::from_raw(after);
                counts = true;
            }
            Some((moment, size)) if fill.time == moment => {
                self.position = self.count_from(moment, size);
                counts = self.position != before;
            }
            _ => {}
        }
        let gap = counts && fill.start_position != before;
        let ours = counts || self.start.is_some_and(|start| fill.time > start);
        Applied::New { ours, gap }
    }

    fn remember(&mut self, at: usize, seen: Seen) {
        if self.seen.len() == MEMORY {
            let oldest = self.seen.remove(0);
            self.forgotten = self.forgotten.max(Some(oldest.time));
            self.seen.insert(at.saturating_sub(1), seen);
        } else {
            self.seen.insert(at, seen);
        }
    }

    /// The venue's word: at `time` the position was `size`. Returns what we had counted for that
    /// moment if it differs, and `None` also for a word older than one heard before.
    pub(crate) fn anchor(&mut self, time: Millis, size: SignedSize) -> Option<SignedSize> {
        let before = self.anchor;
        if before.is_some_and(|(moment, _)| time < moment) {
            return None;
        }
        let since = self.count_from(time, size).raw().saturating_sub(size.raw());
        let counted = self.position.raw().saturating_sub(since);
        self.position = SignedSize::from_raw(size.raw().saturating_add(since));
        self.anchor = Some((time, size));
        self.start = self.start.or(Some(time));
        (before.is_some() && counted != size.raw()).then_some(SignedSize::from_raw(counted))
    }

    /// The position after all fills that came after the venue said `size` at `moment`.
    fn count_from(&self, moment: Millis, size: SignedSize) -> SignedSize {
        let from = self.seen.partition_point(|seen| seen.time < moment);
        let (same, later) = {
            let rest = self.seen.get(from..).unwrap_or_default();
            rest.split_at_checked(rest.partition_point(|seen| seen.time == moment))
                .unwrap_or_default()
        };
        // Within the millisecond, each fill starts where the one before it ended. A walk in a circle
        // adds nothing, so at most as many steps as there are fills can matter.
        let mut position = size.raw();
        let mut used: u64 = 0;
        for _ in same {
            let next = same
                .iter()
                .take(64)
                .enumerate()
                .find(|(i, seen)| used >> i & 1 == 0 && seen.start == position);
            let Some((i, seen)) = next else { break };
            used |= 1 << i;
            position = position.saturating_add(seen.delta);
        }
        let sum = later.iter().fold(position, |sum, seen| sum.saturating_add(seen.delta));
        SignedSize::from_raw(sum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Liquidity, MarketId, Usd};
    use hl_quant::Side;
    use hl_wire::Oid;

    fn fill(time: u64, tid: u64, size: &str, start: &str) -> Fill {
        let (side, size) = match size.strip_prefix('-') {
            Some(size) => (Side::Ask, size),
            None => (Side::Bid, size),
        };
        Fill {
            market: MarketId(0),
            time: Millis(time),
            tid,
            oid: Oid(1),
            cloid: None,
            side,
            price: "1".parse().unwrap(),
            size: size.parse().unwrap(),
            liquidity: Liquidity::Maker,
            fee: Usd::ZERO,
            start_position: start.parse().unwrap(),
        }
    }

    fn at(ledger: &Ledger) -> String {
        ledger.position().to_string()
    }

    #[test]
    fn a_fill_counts_once_in_whatever_order_fills_come() {
        let mut ledger = Ledger::new();
        ledger.anchor(Millis(100), "2".parse().unwrap());
        let new = |gap| Applied::New { ours: true, gap };
        assert_eq!(ledger.fill(&fill(102, 8, "-3", "3")), new(true), "one is missing");
        assert_eq!(ledger.fill(&fill(101, 9, "1", "2")), new(true), "it comes late");
        assert_eq!(ledger.fill(&fill(101, 9, "1", "2")), Applied::Repeated);
        assert_eq!(ledger.fill(&fill(102, 8, "-3", "3")), Applied::Repeated);
        assert_eq!(at(&ledger), "0");
        assert_eq!(ledger.fill(&fill(103, 8, "1", "0")), new(false), "same tid, another block");
        assert_eq!(at(&ledger), "1");
    }

    #[test]
    fn fills_before_the_venues_word_are_part_of_it() {
        let mut ledger = Ledger::new();
        assert_eq!(ledger.fill(&fill(90, 1, "5", "0")), Applied::New { ours: false, gap: false });
        assert_eq!(ledger.fill(&fill(110, 2, "1", "5")), Applied::New { ours: false, gap: false });
        assert_eq!(at(&ledger), "0", "nothing is known yet");
        assert_eq!(ledger.anchor(Millis(100), "5".parse().unwrap()), None);
        assert_eq!(at(&ledger), "6");
        assert_eq!(ledger.fill(&fill(95, 3, "9", "0")), Applied::New { ours: false, gap: false });
        assert_eq!(at(&ledger), "6");
    }

    #[test]
    fn in_the_same_millisecond_the_starting_position_decides() {
        let mut ledger = Ledger::new();
        ledger.anchor(Millis(100), "5".parse().unwrap());
        ledger.fill(&fill(100, 1, "2", "3"));
        assert_eq!(at(&ledger), "5", "it led to the reported position");
        ledger.fill(&fill(100, 2, "2", "5"));
        assert_eq!(at(&ledger), "7", "it started from the reported position");
    }

    #[test]
    fn it_decides_also_for_fills_that_came_before_the_venues_word() {
        let mut ledger = Ledger::new();
        ledger.anchor(Millis(50), SignedSize::ZERO);
        ledger.fill(&fill(100, 3, "1", "0"));
        ledger.fill(&fill(100, 1, "1", "2"));
        ledger.fill(&fill(100, 2, "1", "1"));
        ledger.fill(&fill(101, 4, "1", "3"));
        assert_eq!(at(&ledger), "4");
        // Read between the first and the second of three in one millisecond.
        assert_eq!(ledger.anchor(Millis(100), "1".parse().unwrap()), None);
        assert_eq!(at(&ledger), "4");
    }

    #[test]
    fn the_venues_word_stands_and_an_older_one_does_not() {
        let mut ledger = Ledger::new();
        ledger.anchor(Millis(100), "5".parse().unwrap());
        ledger.fill(&fill(150, 1, "1", "5"));
        ledger.fill(&fill(250, 2, "1", "6"));
        assert_eq!(ledger.anchor(Millis(200), "6".parse().unwrap()), None, "as counted");
        assert_eq!(at(&ledger), "7");
        assert_eq!(ledger.anchor(Millis(120), "0".parse().unwrap()), None, "stale, ignored");
        assert_eq!(at(&ledger), "7");
        let counted = ledger.anchor(Millis(300), "0".parse().unwrap());
        assert_eq!(counted.map(|p| p.to_string()), Some("7".into()), "a liquidation, say");
        assert_eq!(at(&ledger), "0");
    }

    #[test]
    fn what_is_forgotten_is_refused_and_not_counted_twice() {
        let mut ledger = Ledger::new();
        ledger.anchor(Millis(0), SignedSize::ZERO);
        for i in 1..=5_000 {
            ledger.fill(&fill(i, i, "1", "0"));
        }
        assert_eq!(at(&ledger), "5000");
        assert_eq!(ledger.fill(&fill(1, 1, "1", "0")), Applied::TooOld);
        assert_eq!(ledger.fill(&fill(5_000, 5_000, "1", "0")), Applied::Repeated);
        assert_eq!(at(&ledger), "5000");
    }
}
