//! Random numbers of one purpose, from the seed of the run.

use hl_sim::mix;

/// A stream of numbers that follows from a seed and a purpose. Drawing more of one stream changes
/// nothing in another, so that a new kind of draw does not turn every old seed into a new one.
#[derive(Clone, Debug)]
pub(crate) struct Dice {
    state: u64,
    drawn: u64,
}

impl Dice {
    /// The stream for this purpose.
    pub(crate) fn new(seed: u64, purpose: &str) -> Self {
        let salted = purpose.bytes().fold(mix(seed), |state, byte| mix(state ^ u64::from(byte)));
        Self { state: salted, drawn: 0 }
    }

    /// Any 64 bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.drawn = self.drawn.wrapping_add(1);
        mix(self.state ^ mix(self.drawn))
    }

    /// A number below `bound`; zero for a bound of zero.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.bits().checked_rem(bound).unwrap_or(0)
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        low.saturating_add(self.below(high.saturating_sub(low).saturating_add(1)))
    }

    /// True once in so many draws.
    pub(crate) fn one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// One of these; the first where the list is empty is impossible, so the list has a head.
    pub(crate) fn pick<T: Copy>(&mut self, head: T, tail: &[T]) -> T {
        let count = u64::try_from(tail.len()).unwrap_or(0).saturating_add(1);
        match self.below(count).checked_sub(1) {
            None => head,
            Some(place) => {
                usize::try_from(place).ok().and_then(|p| tail.get(p)).copied().unwrap_or(head)
            }
        }
    }
}
