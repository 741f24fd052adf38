//! The difference of two bots on the same seeds, with its interval.
#![expect(clippy::float_arithmetic, reason = "a statistic for people; no order is made of it")]

use hl_sim::Usd;

/// Fewer pairs than this have no interval.
const LEAST: usize = 8;

/// Where the mean is, nineteen times in twenty.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The lower end, in USD.
    pub low: f64,
    /// The upper end, in USD.
    pub high: f64,
}

/// The mean of differences, seed by seed. What both have in common, as the world of the seed, is not
/// in it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Paired {
    /// How many pairs.
    pub pairs: usize,
    /// The mean of the first, in USD.
    pub first: f64,
    /// The mean of the second, in USD.
    pub second: f64,
    /// The mean difference, first less second, in USD.
    pub difference: f64,
    /// Its 95 % interval by Student's distribution; `None` for fewer than eight pairs.
    pub interval: Option<Interval>,
    /// In how many pairs the first had more.
    pub wins: usize,
}

impl Paired {
    /// Of these pairs.
    #[must_use]
    pub fn of(pairs: &[(Usd, Usd)]) -> Self {
        let n = count(pairs.len());
        let differences: Vec<f64> = pairs.iter().map(|(a, b)| usd(*a) - usd(*b)).collect();
        let mean = |sum: f64| if n > 0.0 { sum / n } else { 0.0 };
        let difference = mean(differences.iter().sum());
        let squares: f64 = differences.iter().map(|d| (d - difference) * (d - difference)).sum();
        let interval = (pairs.len() >= LEAST).then(|| {
            let half = student(n - 1.0) * libm::sqrt(squares / (n - 1.0) / n);
            Interval { low: difference - half, high: difference + half }
        });
        Self {
            pairs: pairs.len(),
            first: mean(pairs.iter().map(|(a, _)| usd(*a)).sum()),
            second: mean(pairs.iter().map(|(_, b)| usd(*b)).sum()),
            difference,
            interval,
            wins: pairs.iter().filter(|(a, b)| a > b).count(),
        }
    }

    /// What the interval says.
    #[must_use]
    pub fn verdict(&self) -> &'static str {
        match self.interval {
            Some(interval) if interval.low > 0.0 => "earns more",
            Some(interval) if interval.high < 0.0 => "earns less",
            Some(_) => "no difference shown",
            None => "too few",
        }
    }
}

/// The two-sided 95 % quantile of Student's distribution, by the expansion of Cornish and Fisher; to
/// three digits from seven degrees of freedom on.
fn student(freedom: f64) -> f64 {
    const Z: f64 = 1.959_963_985;
    let z2 = Z * Z;
    let first = Z * (z2 + 1.0) / 4.0;
    let second = Z * ((5.0 * z2 + 16.0) * z2 + 3.0) / 96.0;
    let third = Z * (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) / 384.0;
    Z + first / freedom + second / (freedom * freedom) + third / (freedom * freedom * freedom)
}

/// Dollars; exact to the micro-dollar up to four thousand million of them.
pub(crate) fn usd(amount: Usd) -> f64 {
    let micros = amount.get().unsigned_abs();
    let (whole, part) = (micros / 1_000_000, micros % 1_000_000);
    let number = |n: u128| u32::try_from(n).map_or_else(|_| f64::from(u32::MAX), f64::from);
    let size = number(whole) + number(part) / 1_000_000.0;
    if amount.get() < 0 { -size } else { size }
}

fn count(n: usize) -> f64 {
    u32::try_from(n).map_or_else(|_| f64::from(u32::MAX), f64::from)
}

#[cfg(test)]
mod tests {
    use super::{Paired, student};
    use hl_sim::Usd;

    #[test]
    fn the_interval_of_known_numbers_is_the_known_one() {
        // Differences 1 to 10: mean 5.5, standard deviation 3.02765, t(9) = 2.26216.
        let pairs: Vec<_> = (1..=10).map(|n| (Usd::dollars(n + 5), Usd::dollars(5))).collect();
        let paired = Paired::of(&pairs);
        let interval = paired.interval.unwrap();
        assert!((paired.difference - 5.5).abs() < 1e-12);
        assert!((interval.low - (5.5 - 2.165_85)).abs() < 2e-3, "{interval:?}");
        assert!((interval.high - (5.5 + 2.165_85)).abs() < 2e-3, "{interval:?}");
        assert_eq!((paired.first, paired.second), (10.5, 5.0));
        assert_eq!((paired.pairs, paired.wins, paired.verdict()), (10, 10, "earns more"));
    }

    #[test]
    fn students_quantiles_are_those_of_the_tables() {
        for (freedom, known) in [(7.0, 2.365), (9.0, 2.262), (29.0, 2.045), (99.0, 1.984)] {
            assert!((student(freedom) - known).abs() < 2e-3, "{freedom}: {}", student(freedom));
        }
    }

    #[test]
    fn what_goes_both_ways_is_no_difference_and_little_says_nothing() {
        let both: Vec<_> =
            (0..20).map(|n| (Usd::dollars(if n % 2 == 0 { 3 } else { -3 }), Usd::ZERO)).collect();
        let paired = Paired::of(&both);
        assert_eq!((paired.difference, paired.wins), (0.0, 10));
        assert_eq!(paired.verdict(), "no difference shown");
        assert_eq!(Paired::of(both.get(..7).unwrap()).verdict(), "too few");
        assert_eq!(Paired::of(&[]).difference, 0.0);
        let worse: Vec<_> = both.iter().map(|(a, b)| (*a - Usd::dollars(9), *b)).collect();
        assert_eq!(Paired::of(&worse).verdict(), "earns less");
        assert_eq!(Paired::of(&[(Usd::micros(-1_500_000), Usd::ZERO)]).difference, -1.5);
    }
}
