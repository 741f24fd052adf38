//! When to rotate next.

use hl_quant::Millis;

/// How often to look, and how far a look may be put off so that several bots do not move together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cadence {
    /// `ROTATE_EVERY_MIN`, in milliseconds.
    pub every_ms: u64,
    /// The most that is added to it, in milliseconds.
    pub jitter_ms: u64,
}

impl Default for Cadence {
    /// Every four hours, as the seed, and up to ten minutes later.
    fn default() -> Self {
        Self { every_ms: 240 * 60_000, jitter_ms: 600_000 }
    }
}

impl Cadence {
    /// The moment after the rotation at `last`, which was number `round` of the run `seed`. The same
    /// arguments give the same moment: it is written down once and not rolled again by a restart.
    #[must_use]
    pub const fn next(&self, last: Millis, round: u64, seed: u64) -> Millis {
        let span = self.jitter_ms.saturating_add(1);
        // The divisor is at least one.
        let jitter = mix(seed ^ mix(round)) % span;
        last.plus(self.every_ms).plus(jitter)
    }
}

/// One step of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators").
const fn mix(seed: u64) -> u64 {
    let z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
