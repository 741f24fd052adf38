//! The fair price that nobody publishes.

use std::collections::VecDeque;

use hl_quant::Price;

use super::profile::Profile;
use super::rng::Dice;

/// How many past fair prices a provider may lag behind.
const HISTORY: usize = 16;
/// Fixed point below the 10^-8 of a [`Price`]: a coin at 0.0039 moves by less than that in a step.
const FINE: i128 = 1_000_000;
/// Volatility wanders between these, in thousandths of the profile's.
const VOLATILITY: (i64, i64) = (400, 2_500);

/// A random walk with changing volatility, drift and jumps, pulled weakly to where it began so that
/// a long run does not drift to nonsense.
#[derive(Clone, Debug)]
pub(super) struct Latent {
    /// The fair price in units of 10^-14.
    fine: i128,
    anchor: i128,
    /// Thousandths of the profile's volatility.
    volatility: i64,
    /// Parts per 10^12 and step: finer than the walk, so that it can fade to nothing.
    drift: i64,
    history: VecDeque<Price>,
}

impl Latent {
    pub(super) fn new(open: Price) -> Self {
        let fine = i128::from(open.raw()).saturating_mul(FINE);
        let history = VecDeque::from([open]);
        Self { fine, anchor: fine, volatility: 1000, drift: 0, history }
    }

    /// One step of 100 ms.
    pub(super) fn step(&mut self, profile: &Profile, dice: &mut Dice) {
        // Mean reversion with a half-life of some 14 s, and noise that makes it matter.
        let (lowest, highest) = VOLATILITY;
        let pull = (1000_i64.saturating_sub(self.volatility)) / 200;
        let vary = dice.normal(25);
        self.volatility =
            self.volatility.saturating_add(pull).saturating_add(vary).clamp(lowest, highest);
        // The drift forgets itself within half a minute.
        let fade = self.drift / 300;
        let push = dice.normal(profile.step_ppb.saturating_mul(5) / 3);
        self.drift = self.drift.saturating_sub(fade).saturating_add(push);
        let sigma = profile.step_ppb.saturating_mul(self.volatility) / 1000;
        let mut move_ppb = (self.drift / 1000).saturating_add(dice.normal(sigma));
        if dice.once_in(profile.jump_every) {
            let (small, large) = profile.jump_ppm;
            let ppb = i64::try_from(dice.between(small, large)).unwrap_or(0).saturating_mul(1000);
            move_ppb = move_ppb.saturating_add(if dice.permille(500) { ppb } else { -ppb });
        }
        let walk = self.fine.saturating_mul(i128::from(move_ppb)) / 1_000_000_000;
        let home = self.anchor.saturating_sub(self.fine) >> 20;
        self.fine = self.fine.saturating_add(walk).saturating_add(home);
        // A hundredth of the opening price: a floor that the walk does not reach in practice.
        self.fine = self.fine.max(self.anchor / 100).max(FINE);
        self.history.push_front(self.fair());
        self.history.truncate(HISTORY);
    }

    /// The one door from the fixed-point walk to a price: to the nearest 10^-8.
    pub(super) fn fair(&self) -> Price {
        let raw = self.fine.saturating_add(FINE / 2) / FINE;
        let raw = u64::try_from(raw.clamp(1, i128::from(u64::MAX))).unwrap_or(1);
        // The clamp leaves no zero, so the default is never taken.
        Price::from_raw(raw).unwrap_or(Price::MAX)
    }

    /// The fair price this many steps ago, or the oldest one known.
    pub(super) fn past(&self, steps: usize) -> Price {
        let past = self.history.get(steps).or_else(|| self.history.back());
        past.copied().unwrap_or_else(|| self.fair())
    }
}

#[cfg(test)]
mod tests {
    use super::{Dice, Latent, Profile};
    use crate::universe::Liquidity;
    use hl_quant::Price;

    #[test]
    fn an_hour_of_every_kind_of_market_stays_plausible_and_moves() {
        for liquidity in [Liquidity::Deep, Liquidity::Large, Liquidity::Mid, Liquidity::Thin] {
            let profile = Profile::of(liquidity);
            for (seed, open) in [(1, "104250"), (2, "0.003904")] {
                let open: Price = open.parse().unwrap();
                let mut dice = Dice::new(seed, 0);
                let mut latent = Latent::new(open);
                let (mut low, mut high) = (open.raw(), open.raw());
                for _ in 0..36_000 {
                    latent.step(&profile, &mut dice);
                    low = low.min(latent.fair().raw());
                    high = high.max(latent.fair().raw());
                }
                let range_ppm = (high - low) * 1_000_000 / open.raw();
                assert!((1_000..120_000).contains(&range_ppm), "{liquidity:?} {open}: {range_ppm}");
            }
        }
    }

    #[test]
    fn the_past_is_what_it_was() {
        let profile = Profile::of(Liquidity::Mid);
        let mut dice = Dice::new(3, 0);
        let mut latent = Latent::new("16.482".parse().unwrap());
        let mut fairs = vec![latent.fair()];
        for _ in 0..100 {
            latent.step(&profile, &mut dice);
            fairs.push(latent.fair());
        }
        fairs.reverse();
        for (steps, fair) in fairs.iter().take(16).enumerate() {
            assert_eq!(latent.past(steps), *fair);
        }
        assert_eq!(latent.past(1000), fairs[15], "no further than is remembered");
    }
}
