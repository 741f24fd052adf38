//! One position: what the venue last said, and the fills since.

use hl_quant::{Millis, SignedSize, Size};

use crate::Fill;

/// How many fills are remembered, to know a repeated one.
///
/// More than the 2,000 that the venue repeats at most when a stream begins (Hyperliquid docs,
/// "WebSocket subscriptions": userFills): one that is among the latest 2,000 of the account is among
/// the latest 4,096 of its market, so a repeated one is always known. A question about fills goes
/// back a minute; only a market that trades more often than that in a minute can be told what it has
/// forgotten, and is then asked for its position instead.
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
    /// The watermark: every fill after this moment that was counted is in `seen`. At or before it
    /// some may be missing, so that what is not in `seen` may be new or not, and is not counted.
    forgotten: Option<Millis>,
    anchor: Option<(Millis, SignedSize)>,
    /// The first anchor: this run trades after it, beginning with that position.
    start: Option<(Millis, SignedSize)>,
    position: SignedSize,
    /// Fills of the anchor's millisecond, bought and sold, of which nobody can say yet whether the
    /// anchor contains them.
    unsettled: (Size, Size),
}

impl Ledger {
    pub(crate) fn new() -> Self {
        Self {
            seen: Vec::with_capacity(MEMORY),
            forgotten: None,
            anchor: None,
            start: None,
            position: SignedSize::ZERO,
            unsettled: (Size::ZERO, Size::ZERO),
        }
    }

    pub(crate) const fn position(&self) -> SignedSize {
        self.position
    }

    /// What was held before this run traded; `None` until the venue has said it.
    pub(crate) fn opening(&self) -> Option<SignedSize> {
        self.start.map(|(_, size)| size)
    }

    /// What may have been bought and sold beyond [`Ledger::position`]: to be reserved until the venue's
    /// next word about the position, which is needed soon.
    pub(crate) const fn unsettled(&self) -> (Size, Size) {
        self.unsettled
    }

    /// Whether the venue's word about the position is needed to know it.
    pub(crate) fn is_unsettled(&self) -> bool {
        self.unsettled != (Size::ZERO, Size::ZERO)
    }

    /// Counts a fill, unless it has been counted.
    pub(crate) fn fill(&mut self, fill: &Fill) -> Applied {
        let Some(delta) = SignedSize::ZERO.after_fill(fill.side, fill.size) else {
            return Applied::Absurd;
        };
        let key = (fill.time, fill.tid);
        let Err(at) = self.seen.binary_search_by_key(&key, |seen| (seen.time, seen.tid)) else {
            return Applied::Repeated;
        };
        if self.forgotten.is_some_and(|moment| fill.time <= moment) {
            return Applied::TooOld;
        }
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
                self.recount(moment, size);
                counts = self.position != before;
            }
            _ => {}
        }
        let gap = self.is_unsettled() || (counts && fill.start_position != before);
        let ours = counts || self.start.is_some_and(|(start, _)| fill.time > start);
        Applied::New { ours, gap }
    }

    fn remember(&mut self, at: usize, seen: Seen) {
        if self.seen.len() == MEMORY && at == 0 {
            // Older than all that is remembered: counted, and forgotten at once.
            self.forgotten = self.forgotten.max(Some(seen.time));
        } else if self.seen.len() == MEMORY {
            let oldest = self.seen.remove(0);
            self.forgotten = self.forgotten.max(Some(oldest.time));
            self.seen.insert(at.saturating_sub(1), seen);
        } else {
            self.seen.insert(at, seen);
        }
    }

    /// The venue's word: at `time` the position was `size`. Returns what we had counted for that
    /// moment if it differs, and `None` also for a word older than one heard before, or one within a
    /// millisecond of fills that it cannot be compared with.
    pub(crate) fn anchor(&mut self, time: Millis, size: SignedSize) -> Option<SignedSize> {
        let before = self.anchor;
        if before.is_some_and(|(moment, _)| time < moment) {
            return None;
        }
        let old = self.position.raw();
        self.recount(time, size);
        let since = self.position.raw().saturating_sub(size.raw());
        let counted = old.saturating_sub(since);
        self.anchor = Some((time, size));
        self.start = self.start.or(Some((time, size)));
        let differs = before.is_some() && !self.is_unsettled() && counted != size.raw();
        differs.then_some(SignedSize::from_raw(counted))
    }

    /// Sets the position to what it became after the venue said `size` at `moment`.
    fn recount(&mut self, moment: Millis, size: SignedSize) {
        let from = self.seen.partition_point(|seen| seen.time < moment);
        let rest = self.seen.get(from..).unwrap_or_default();
        let same = rest.partition_point(|seen| seen.time == moment);
        let (same, later) = rest.split_at_checked(same).unwrap_or_default();
        // Within the millisecond each fill starts where the one before it ended. What a chain of them
        // leads to from the reported position came after it; what leads to it by a chain came before.
        // In a circle, sold and bought back, every fill does both, and which of them came first nobody
        // can say.
        let after = reach(same, size.raw(), |seen| (seen.start, seen.end()));
        let before = reach(same, size.raw(), |seen| (seen.end(), seen.start));
        self.unsettled = (Size::ZERO, Size::ZERO);
        let mut end = size.raw();
        for (i, seen) in same.iter().enumerate() {
            let size = Size::from_raw(seen.delta.unsigned_abs());
            match (has(after, i), has(before, i)) {
                (true, false) => end = end.saturating_add(seen.delta),
                (false, true) => {}
                _ if seen.delta >= 0 => self.unsettled.0 = self.unsettled.0.saturating_add(size),
                _ => self.unsettled.1 = self.unsettled.1.saturating_add(size),
            }
        }
        let sum = later.iter().fold(end, |sum, seen| sum.saturating_add(seen.delta));
        self.position = SignedSize::from_raw(sum);
    }
}

impl Seen {
    const fn end(self) -> i64 {
        self.start.saturating_add(self.delta)
    }
}

/// Whether the fill at `index` is in `set`; those beyond the 64th never are.
fn has(set: u64, index: usize) -> bool {
    u32::try_from(index).ok().and_then(|i| set.checked_shr(i)).is_some_and(|bits| bits & 1 == 1)
}

/// The fills that some chain leads to from the position `at`, where `ends` says where a fill begins
/// and ends.
fn reach(fills: &[Seen], at: i64, ends: impl Fn(&Seen) -> (i64, i64)) -> u64 {
    let mut found = 0_u64;
    loop {
        let begins = |position: i64| {
            let led = |(i, seen): (usize, &Seen)| has(found, i) && ends(seen).1 == position;
            position == at || fills.iter().enumerate().take(64).any(led)
        };
        let next = fills
            .iter()
            .enumerate()
            .take(64)
            .find(|(i, seen)| !has(found, *i) && begins(ends(seen).0));
        let Some((i, _)) = next else { return found };
        found |= 1 << i;
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

    /// Bought, the report, and sold again, all in one millisecond: by the positions alone the report
    /// could as well be of before both or of after both.
    #[test]
    fn a_circle_within_the_millisecond_is_reserved_until_the_venues_next_word() {
        let unsettled = |ledger: &Ledger| {
            let (bought, sold) = ledger.unsettled();
            (at(ledger), bought.to_string(), sold.to_string())
        };
        let one = |position: &str| (position.into(), "1".into(), "1".into());
        for (first, second) in [(1, 2), (2, 1)] {
            let mut ledger = Ledger::new();
            ledger.anchor(Millis(50), SignedSize::ZERO);
            ledger.anchor(Millis(100), "1".parse().unwrap());
            let fills = [fill(100, first, "1", "0"), fill(100, second, "-1", "1")];
            ledger.fill(&fills[1]);
            assert_eq!(at(&ledger), "0", "it can only have come after");
            assert!(matches!(ledger.fill(&fills[0]), Applied::New { gap: true, .. }));
            assert_eq!(unsettled(&ledger), one("1"), "the truth, 0, is within what is reserved");
            assert_eq!(ledger.anchor(Millis(100), SignedSize::ZERO), None);
            assert_eq!(unsettled(&ledger), one("0"));
            assert_eq!(ledger.anchor(Millis(101), SignedSize::ZERO), None);
            assert_eq!(unsettled(&ledger), ("0".into(), "0".into(), "0".into()));
        }
    }

    #[test]
    fn what_cannot_be_placed_within_the_millisecond_is_reserved_until_it_can() {
        let mut ledger = Ledger::new();
        ledger.anchor(Millis(100), "5".parse().unwrap());
        // The one between is still missing: did the report contain this?
        assert_eq!(ledger.fill(&fill(100, 2, "-1", "4")), Applied::New { ours: false, gap: true });
        assert_eq!((at(&ledger), ledger.unsettled().1.to_string()), ("5".into(), "1".into()));
        ledger.fill(&fill(100, 1, "-1", "5"));
        assert_eq!((at(&ledger), ledger.unsettled().1.to_string()), ("3".into(), "0".into()));
        // Had it come before the report, it would have led there.
        ledger.fill(&fill(100, 3, "2", "3.5"));
        ledger.anchor(Millis(100), "5.5".parse().unwrap());
        assert_eq!(ledger.unsettled().0.to_string(), "0");
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
    fn a_late_fill_between_the_watermark_and_the_memory_counts_once() {
        let mut ledger = Ledger::new();
        ledger.anchor(Millis(0), SignedSize::ZERO);
        for i in 0..4_096 {
            ledger.fill(&fill(10_000 + i, i, "1", "0"));
        }
        // The memory is full and nothing has been forgotten yet.
        let late = fill(5_000, 77, "1", "0");
        assert!(matches!(ledger.fill(&late), Applied::New { ours: true, .. }));
        assert_eq!(at(&ledger), "4097");
        assert_eq!(ledger.fill(&late), Applied::TooOld, "not twice");
        assert!(matches!(ledger.fill(&fill(5_001, 78, "1", "0")), Applied::New { .. }));
        assert_eq!(at(&ledger), "4098");
        assert_eq!(ledger.fill(&fill(10_000, 0, "1", "0")), Applied::Repeated);
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
        assert_eq!(ledger.fill(&fill(904, 904, "1", "0")), Applied::TooOld, "the watermark");
        assert_eq!(ledger.fill(&fill(905, 905, "1", "0")), Applied::Repeated, "just above it");
        assert_eq!(ledger.fill(&fill(5_000, 5_000, "1", "0")), Applied::Repeated);
        assert_eq!(at(&ledger), "5000");
    }
}
