//! Draws from a seeded generator, in integers.

use rand_core::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// A generator of its own for each market.
#[derive(Clone, Debug)]
pub(super) struct Dice(Xoshiro256PlusPlus);

impl Dice {
    /// The stream of this number under this seed; streams do not overlap in practice.
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        // Any odd constant separates the streams; the generator's own seeding spreads the bits.
        let mixed = seed ^ stream.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Self(Xoshiro256PlusPlus::seed_from_u64(mixed))
    }

    /// Uniform in `0..n`, or 0 when `n` is 0. The bias is below 2^-32 for the small `n` used here.
    pub(super) fn below(&mut self, n: u64) -> u64 {
        let product = u128::from(self.0.next_u64()).saturating_mul(u128::from(n));
        u64::try_from(product >> 64).unwrap_or(0)
    }

    /// Uniform in `from..=to`.
    pub(super) fn between(&mut self, from: u64, to: u64) -> u64 {
        from.saturating_add(self.below(to.saturating_sub(from).saturating_add(1)))
    }

    /// True once in `n` draws on average; never when `n` is 0.
    pub(super) fn once_in(&mut self, n: u64) -> bool {
        n > 0 && self.below(n) == 0
    }

    /// True in this many of a thousand draws.
    pub(super) fn permille(&mut self, chance: u64) -> bool {
        self.below(1000) < chance
    }

    /// How often an event of this rate, in events per million steps, happens in one step: a Poisson
    /// draw by thinning, exact to the second order for the small rates used here.
    pub(super) fn arrivals(&mut self, per_million: u64) -> u64 {
        let whole = per_million / 1_000_000;
        let rest = per_million % 1_000_000;
        let mut count = 0;
        // Each whole expected arrival is two chances of one half, which keeps the variance.
        for _ in 0..whole.saturating_mul(2) {
            count += self.below(2);
        }
        count + u64::from(self.below(1_000_000) < rest)
    }

    /// A normal draw with mean 0 and standard deviation `sigma`: the count of ones in 128 random
    /// bits, centred, has standard deviation 5.657.
    pub(super) fn normal(&mut self, sigma: i64) -> i64 {
        let ones = self.0.next_u64().count_ones().saturating_add(self.0.next_u64().count_ones());
        i64::from(ones).saturating_sub(64).saturating_mul(sigma).saturating_mul(1000) / 5657
    }

    /// A heavy-tailed factor in thousandths: 0.25 to 0.5 doubled each time a coin shows heads, at
    /// most six times. Mean close to 1.5, maximum 32.
    pub(super) fn heavy_tail(&mut self) -> u64 {
        let mut factor = self.between(250, 500);
        for _ in 0..6 {
            if self.below(2) == 0 {
                break;
            }
            factor = factor.saturating_mul(2);
        }
        factor
    }
}

#[cfg(test)]
mod tests {
    use super::Dice;

    #[test]
    fn equal_seeds_give_equal_draws_and_streams_differ() {
        let draws = |seed, stream| -> Vec<u64> {
            let mut dice = Dice::new(seed, stream);
            (0..32).map(|_| dice.below(1 << 40)).collect()
        };
        assert_eq!(draws(1, 0), draws(1, 0));
        assert_ne!(draws(1, 0), draws(1, 1));
        assert_ne!(draws(1, 0), draws(2, 0));
    }

    #[test]
    fn a_normal_draw_has_the_asked_deviation() {
        let mut dice = Dice::new(7, 0);
        let draws: Vec<i64> = (0..50_000).map(|_| dice.normal(10_000)).collect();
        let mean = draws.iter().sum::<i64>() / 50_000;
        let variance = draws.iter().map(|z| (z - mean) * (z - mean)).sum::<i64>() / 50_000;
        assert!(mean.abs() < 200, "{mean}");
        assert!((95_000_000..105_000_000).contains(&variance), "{variance}");
    }

    #[test]
    fn arrivals_keep_their_rate() {
        let mut dice = Dice::new(7, 0);
        for rate in [1_000, 250_000, 1_500_000] {
            let count: u64 = (0..100_000).map(|_| dice.arrivals(rate)).sum();
            let expected = rate / 10;
            assert!(count.abs_diff(expected) < expected / 10 + 30, "{count} for {expected}");
        }
    }
}
