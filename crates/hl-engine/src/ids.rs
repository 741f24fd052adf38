//! The names by which the engine and its shell speak of markets, requests and orders.

use std::{fmt, sync::Arc};

use hl_wire::Cloid;

/// A market of this engine: its position in [`EngineConfig::markets`](crate::EngineConfig).
///
/// The exchange's coin and asset id are the adapter's business, so that a renumbering at the venue
/// can never send an order to another market.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MarketId(pub u16);

impl MarketId {
    /// The position in a list of markets.
    #[must_use]
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

impl fmt::Display for MarketId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// A request of the engine to its shell, counted from 1 in each run. The answer carries it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u64);

impl RequestId {
    /// Of no command: an account or a ledger that a shell read after the engine's last word, so that
    /// the record of a run ends with what the account became. It changes nothing in the engine.
    ///
    /// A shell that does so asks for the account, then for fills, then for the ledger: whoever reads
    /// the record knows with the last that it has everything up to the first.
    pub const UNASKED: Self = Self(u64::MAX);
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// A wish of the quoting, counted from 1 in each run: one logical order, sent once, or twice if the
/// venue refused its tick or lot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IntentId(pub u64);

impl fmt::Display for IntentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// A market's symbol as it appears in log lines (`pair=SOL`). Cloning allocates nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pair(Arc<str>);

impl Pair {
    /// The symbol `text`. White space, `=` and `"` would break the log grammar and are replaced by
    /// `_`.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let clean: String = text
            .chars()
            .map(|c| if c.is_whitespace() || c.is_control() || "=\"".contains(c) { '_' } else { c })
            .collect();
        Self(if clean.is_empty() { Arc::from("_") } else { Arc::from(clean) })
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// The first 32 bits of every client order id of ours, in this run and in every other.
///
/// It tells our orders from those of a human or of another program on the same account. Two bots
/// that share an account must differ in it, or each would cancel the other's orders as its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CloidTag(pub u32);

impl Default for CloidTag {
    /// `mmhl` in ASCII.
    fn default() -> Self {
        Self(0x6d6d_686c)
    }
}

impl CloidTag {
    /// Whether `cloid` is of a bot with this tag, of any run.
    #[must_use]
    pub const fn owns(self, cloid: Cloid) -> bool {
        let [a, b, c, d, ..] = cloid.0.to_be_bytes();
        u32::from_be_bytes([a, b, c, d]) == self.0
    }

    /// The first half of every client order id of the run with this seed.
    #[must_use]
    pub fn prefix(self, seed: u64) -> u64 {
        let maker = CloidMaker::new(self, seed);
        (u64::from(maker.tag) << 32) | u64::from(maker.run)
    }
}

/// Makes client order ids: 32 bits of tag, 32 of run, 16 of market, 48 of sequence.
///
/// A client order id is never used twice: the sequence grows with each order, and the run bits come
/// from the seed. The market bits let an event be filed without a search through all markets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CloidMaker {
    tag: u32,
    run: u32,
}

impl CloidMaker {
    pub(crate) fn new(tag: CloidTag, seed: u64) -> Self {
        // One round of splitmix64, so that seeds that differ by one share no bits.
        let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let [a, b, c, d, ..] = (z ^ (z >> 31)).to_be_bytes();
        Self { tag: tag.0, run: u32::from_be_bytes([a, b, c, d]) }
    }

    pub(crate) fn make(self, market: MarketId, seq: u64) -> Cloid {
        let head = (u128::from(self.tag) << 96) | (u128::from(self.run) << 64);
        let tail = (u64::from(market.0) << 48) | (seq & 0xffff_ffff_ffff);
        Cloid(head | u128::from(tail))
    }

    /// The market of an id that this run made; `None` for any other id.
    pub(crate) fn market_of(self, cloid: Cloid) -> Option<MarketId> {
        let head = (u128::from(self.tag) << 32) | u128::from(self.run);
        let [.., a, b, _, _, _, _, _, _] = cloid.0.to_be_bytes();
        (cloid.0 >> 64 == head).then_some(MarketId(u16::from_be_bytes([a, b])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_ours_is_recognised_by_its_prefix_and_leads_to_its_market() {
        let tag = CloidTag::default();
        let (a, b) = (CloidMaker::new(tag, 1), CloidMaker::new(tag, 2));
        let cloid = a.make(MarketId(7), 42);
        assert!(tag.owns(cloid));
        assert!(!CloidTag(1).owns(cloid));
        assert_eq!(a.market_of(cloid), Some(MarketId(7)));
        assert_eq!(b.market_of(cloid), None, "another run");
        assert_ne!(a.make(MarketId(7), 43), cloid);
        assert_eq!(cloid.to_string().get(..10), Some("0x6d6d686c"));
    }

    #[test]
    fn a_pair_cannot_break_the_log_grammar() {
        assert_eq!(Pair::new("xyz:GO LD=1\n").as_str(), "xyz:GO_LD_1_");
        assert_eq!(Pair::new("").as_str(), "_");
    }
}
