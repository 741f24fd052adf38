//! Seeded draws for plans and for the line, in integers.

use super::param::Chance;
use crate::core::mix;

/// `SplitMix64` over a counter: cheap to make, so that the line makes a new one for each message
/// and what happens to a message depends on nothing but the seed and the message's number.
#[derive(Clone, Debug)]
pub(crate) struct Dice {
    state: u64,
}

impl Dice {
    /// The stream of this number under this seed.
    pub(crate) const fn new(seed: u64, stream: u64) -> Self {
        Self { state: mix(seed ^ mix(stream)) }
    }

    const fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.state)
    }

    /// Uniform in `0..n`, or 0 when `n` is 0. The bias is below 2^-32 for the `n` used here.
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        let product = u128::from(self.next()).saturating_mul(u128::from(n));
        u64::try_from(product >> 64).unwrap_or(0)
    }

    /// Uniform in `from..=to`.
    pub(crate) fn between(&mut self, from: u64, to: u64) -> u64 {
        from.saturating_add(self.below(to.saturating_sub(from).saturating_add(1)))
    }

    /// Between the ends, with every order of magnitude as likely as any other: short and long
    /// stretches of time both occur.
    pub(crate) fn spread(&mut self, from: u64, to: u64) -> u64 {
        let doublings = to.checked_div(from.max(1)).and_then(u64::checked_ilog2).unwrap_or(0);
        let low = from.saturating_mul(1 << self.below(u64::from(doublings).saturating_add(1)));
        self.between(low, low.saturating_mul(2).min(to))
    }

    /// A signed amount of at least `least` and at most `most`, either way.
    pub(crate) fn either_way(&mut self, least: u64, most: u64) -> i64 {
        let size = i64::try_from(self.spread(least, most)).unwrap_or(i64::MAX);
        if self.below(2) == 0 { size } else { size.saturating_neg() }
    }

    /// One of a list's entries; the first of an empty one cannot be drawn, so it is given.
    pub(crate) fn pick<T: Copy>(&mut self, first: T, rest: &[T]) -> T {
        let count = u64::try_from(rest.len()).unwrap_or(0);
        let place = usize::try_from(self.below(count.saturating_add(1))).unwrap_or(0);
        place.checked_sub(1).and_then(|place| rest.get(place)).copied().unwrap_or(first)
    }

    /// A probability: certain, likely or rare.
    pub(crate) fn chance(&mut self) -> Chance {
        self.pick(Chance::ALWAYS, &[Chance::percent(50), Chance::percent(20), Chance::percent(5)])
    }

    /// Whether something of this probability happens.
    pub(crate) fn happens(&mut self, chance: Chance) -> bool {
        self.below(1_000_000) < u64::from(chance.ppm())
    }
}
