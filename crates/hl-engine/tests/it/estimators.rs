//! The estimators on processes whose numbers are known, and on feeds that are no process at all.

use hl_engine::{
    Arrivals, ArrivalsConfig, ArrivalsEstimator, Cold, Volatility, VolatilityConfig,
    VolatilityEstimator,
};
use hl_quant::{Millis, Price, Side};
use proptest::prelude::*;

use crate::bench::price;

/// A seeded sequence: the simulated processes are the same in every run.
struct Chance(u64);

impl Chance {
    /// Evenly between 0 and 1, never 0.
    fn even(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 11) as f64 + 1.0) / 9_007_199_254_740_993.0
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * self.even().ln()).sqrt() * (std::f64::consts::TAU * self.even()).cos()
    }

    /// With mean 1.
    fn exponential(&mut self) -> f64 {
        -self.even().ln()
    }
}

fn of(value: f64) -> Price {
    Price::from_raw((value * 1e8).round() as u64).unwrap()
}

fn volatility(half_life_ms: u64) -> VolatilityEstimator {
    VolatilityEstimator::new(VolatilityConfig { half_life_ms, ..VolatilityConfig::default() })
}

/// A Brownian price, seen at irregular moments from `from` until `until`.
fn brownian(
    estimator: &mut VolatilityEstimator,
    chance: &mut Chance,
    sigma: f64,
    (from, until): (u64, u64),
    log_price: &mut f64,
) {
    let mut now = from;
    while now < until {
        let step = 1 + (chance.even() * 1_800.0) as u64;
        now += step;
        *log_price += sigma * (step as f64 / 1_000.0).sqrt() * chance.normal();
        estimator.observe(Millis(now), of(log_price.exp()));
    }
}

#[test]
fn a_known_volatility_is_recovered_whatever_its_size_and_the_moments_of_the_books() {
    for sigma in [2e-5, 1e-4, 8e-4] {
        let mut sum = 0.0;
        for seed in 1..=20_u64 {
            let mut estimator = volatility(1_800_000);
            let mut log_price = 164.9_f64.ln();
            let chance = &mut Chance(seed * 0x9e37_79b9);
            brownian(&mut estimator, chance, sigma, (0, 3_600_000), &mut log_price);
            let Volatility(got) = estimator.read(Millis(3_600_000)).unwrap();
            // About 2,000 effective returns: a standard error of 1.6 %.
            assert!((got / sigma - 1.0).abs() < 0.06, "{sigma} seed {seed}: {got}");
            sum += got / sigma / 20.0;
        }
        assert!((sum - 1.0).abs() < 0.012, "{sigma}: the mean of twenty is {sum}");
    }
}

#[test]
fn after_a_half_life_half_of_the_variance_is_new() {
    let mut mean = 0.0;
    for seed in 1..=20 {
        let mut estimator = volatility(600_000);
        let chance = &mut Chance(seed * 0x9e37_79b9);
        let mut log_price = 0.0;
        brownian(&mut estimator, chance, 1e-4, (0, 8_000_000), &mut log_price);
        brownian(&mut estimator, chance, 3e-4, (8_000_000, 8_600_000), &mut log_price);
        let Volatility(got) = estimator.read(Millis(8_600_000)).unwrap();
        mean += got * got / 20.0;
    }
    let expected = 0.5 * 1e-8 + 0.5 * 9e-8;
    assert!((mean / expected - 1.0).abs() < 0.05, "{mean} {expected}");
}

#[test]
fn what_happened_in_a_gap_is_not_taken_for_a_return_and_fades_what_was_known() {
    let mut estimator = volatility(300_000);
    let chance = &mut Chance(5);
    let mut log_price = 0.0;
    brownian(&mut estimator, chance, 1e-4, (0, 1_200_000), &mut log_price);
    let before = estimator.read(Millis(1_200_000)).unwrap();
    // Ten and a half seconds of silence, and the price comes back a tenth higher.
    log_price += 0.1;
    estimator.observe(Millis(1_212_500), of(log_price.exp()));
    let after = estimator.read(Millis(1_212_500)).unwrap();
    assert!((after.0 / before.0 - 1.0).abs() < 1e-9, "{before:?} {after:?}");
    // After half an hour what was known is a sixty-fourth of itself: not enough any more.
    assert_eq!(estimator.read(Millis(3_000_000)), Err(Cold::Stale));
    estimator.observe(Millis(3_012_500), of(1.0));
    assert_eq!(estimator.read(Millis(3_012_500)), Err(Cold::Warming));
    brownian(&mut estimator, chance, 1e-4, (3_012_500, 3_120_000), &mut 0.0);
    assert!(estimator.read(Millis(3_120_000)).is_ok());
}

#[test]
fn nothing_is_said_before_it_is_warm_nor_once_the_books_are_stale() {
    let mut estimator = volatility(300_000);
    assert_eq!(estimator.read(Millis(0)), Err(Cold::Warming));
    let mut first = None;
    for second in 0..120_u64 {
        let mid = if second % 2 == 0 { "100" } else { "100.01" };
        estimator.observe(Millis(second * 1_000), price(mid));
        if estimator.read(Millis(second * 1_000)).is_ok() {
            first = first.or(Some(second));
        }
    }
    // A minute, and a little for what has faded meanwhile.
    assert_eq!(first, Some(65));
    assert!(estimator.read(Millis(129_000)).is_ok());
    assert_eq!(estimator.read(Millis(129_001)), Err(Cold::Stale));
}

#[test]
fn a_price_that_stands_still_is_an_observation_with_a_floor() {
    let mut estimator = volatility(300_000);
    for second in 0..200_u64 {
        estimator.observe(Millis(second * 500), price("100"));
    }
    assert_eq!(estimator.read(Millis(100_000)), Ok(Volatility(5e-6)));
}

#[test]
fn bursts_and_times_that_do_not_advance_count_for_nothing() {
    let feed = |noise: bool| {
        let mut estimator = volatility(300_000);
        for second in 0..200_u64 {
            let now = Millis(second * 1_000);
            let mid = if second % 3 == 0 { "100" } else { "100.02" };
            estimator.observe(now, price(mid));
            if noise {
                // A bounce between two grid points, the same moment again, and one from the past.
                estimator.observe(now.plus(200), price("101"));
                estimator.observe(now.plus(300), price("99"));
                estimator.observe(now.plus(300), price("150"));
                estimator.observe(now, price("50"));
            }
        }
        estimator.read(Millis(200_000)).unwrap()
    };
    assert_eq!(feed(true), feed(false));
}

fn arrivals() -> ArrivalsEstimator {
    ArrivalsEstimator::new(ArrivalsConfig { half_life_ms: 7_200_000, ..ArrivalsConfig::default() })
}

/// Orders that reach at least d at the rate A e^(-k d) on each side, for `hours`, seen through
/// trades in a market whose touch moves between 0.5 and 1.5 of `touch`.
fn poisson(seed: u64, truth: Arrivals, touch: f64, hours: u64) -> Arrivals {
    let chance = &mut Chance(seed * 0x9e37_79b9_7f4a);
    let mut estimator = arrivals();
    let mut mid: f64 = 100.0;
    let mut next = [0.0, 0.0].map(|_| chance.exponential() / truth.rate * 1_000.0);
    let mut half = touch;
    for now in (0..hours * 3_600_000).step_by(250) {
        if now % 1_000 == 0 {
            mid *= 1.0 + 1e-4 * chance.normal();
            half = touch * (0.5 + chance.even());
            let level = |offset: f64| of(mid * (1.0 + offset));
            estimator.observe(Millis(now), of(mid), (level(-half), level(half)));
        }
        for (next, side) in next.iter_mut().zip(Side::BOTH) {
            while *next < (now + 250) as f64 {
                let reach = chance.exponential() / truth.decay;
                *next += chance.exponential() / truth.rate * 1_000.0;
                if reach < half {
                    continue; // It would not have traded with anybody.
                }
                let sign = if side == Side::Bid { 1.0 } else { -1.0 };
                // From the touch to where it ends, in three trades.
                for part in [0.0, 0.5, 1.0] {
                    let distance = half + (reach - half) * part;
                    estimator.trade(Millis(now + 249), side, of(mid * (1.0 + sign * distance)));
                }
            }
        }
    }
    estimator.read(Millis(hours * 3_600_000)).unwrap()
}

#[test]
fn a_known_intensity_is_recovered_from_its_trades() {
    let cases = [(0.1, 2_000.0, 0.0002), (0.05, 10_000.0, 0.0001), (0.08, 500.0, 0.002)];
    for (rate, decay, touch) in cases {
        let truth = Arrivals { rate, decay };
        let mut mean = [0.0, 0.0];
        for seed in 1..=10 {
            let got = poisson(seed, truth, touch, 2);
            let ratios = [got.rate / rate, got.decay / decay];
            // Some 400 to 900 effective orders: 3 to 5 % of standard error, and a rate that also
            // carries the error of the decay.
            assert!((ratios[1] - 1.0).abs() < 0.16, "{truth:?} seed {seed}: {got:?}");
            assert!((ratios[0] - 1.0).abs() < 0.20, "{truth:?} seed {seed}: {got:?}");
            mean = [mean[0] + ratios[0] / 10.0, mean[1] + ratios[1] / 10.0];
        }
        assert!((mean[1] - 1.0).abs() < 0.04, "{truth:?}: decay {}", mean[1]);
        assert!((mean[0] - 1.0).abs() < 0.08, "{truth:?}: rate {}", mean[0]);
    }
}

/// An estimator that watches a still market for `seconds`, and trades told by the test.
fn still(seconds: u64, mut tell: impl FnMut(&mut ArrivalsEstimator, u64)) -> ArrivalsEstimator {
    let mut estimator = arrivals();
    for second in 0..=seconds {
        let touch = (price("99.99"), price("100.01"));
        estimator.observe(Millis(second * 1_000), price("100"), touch);
        tell(&mut estimator, second * 1_000);
    }
    estimator
}

#[test]
fn trades_of_one_moment_are_one_order_and_repeated_ones_none() {
    let once = still(200, |estimator, now| {
        estimator.trade(Millis(now + 400), Side::Ask, price("99.95"));
    });
    let often = still(200, |estimator, now| {
        for paid in ["99.99", "99.97", "99.95", "99.98"] {
            estimator.trade(Millis(now + 400), Side::Ask, price(paid));
        }
        if now % 10_000 == 0 {
            // The venue tells its last trades again after a subscription.
            for before in [5_000, 3_000, 1_000] {
                let then = Millis((now + 400).saturating_sub(before));
                estimator.trade(then, Side::Ask, price("90"));
            }
        }
    });
    let (once, often) = (once.read(Millis(200_000)), often.read(Millis(200_000)));
    assert_eq!(once, often);
    // 4 bps beyond the touch each: k = 2500; one a second on two sides, 1 bp from the mid.
    let got = once.unwrap();
    assert!((got.decay - 2_500.0).abs() < 1.0, "{got:?}");
    assert!((got.rate - 0.5 * 0.25_f64.exp()).abs() < 0.01, "{got:?}");
}

#[test]
fn a_trade_is_measured_against_the_book_before_it() {
    // The book of the trade's own block comes first, and shows what the trade left behind.
    let mut estimator = arrivals();
    for second in 0..200_u64 {
        let at = |ms| Millis(second * 1_000 + ms);
        estimator.observe(at(0), price("100"), (price("99.99"), price("100.01")));
        estimator.observe(at(500), price("100.05"), (price("99.99"), price("100.11")));
        estimator.trade(at(500), Side::Bid, price("100.05"));
        estimator.trade(at(0), Side::Bid, price("300"));
    }
    let got = estimator.read(Millis(199_500)).unwrap();
    assert!((got.decay - 2_500.0).abs() < 1.0, "{got:?}");
}

#[test]
fn trades_without_a_young_book_count_neither_as_trades_nor_as_time() {
    let with_gap = |gap: u64| {
        let mut estimator = arrivals();
        for second in 0..400_u64 {
            let now = second * 1_000 + if second < 200 { 0 } else { gap };
            let touch = (price("99.99"), price("100.01"));
            estimator.observe(Millis(now), price("100"), touch);
            estimator.trade(Millis(now + 500), Side::Bid, price("100.05"));
            if second == 199 {
                for late in (11_000..gap).step_by(500) {
                    estimator.trade(Millis(now + late), Side::Bid, price("200"));
                }
            }
        }
        estimator.read(Millis(400_000 + gap)).unwrap()
    };
    let (none, gap) = (with_gap(0), with_gap(60_000));
    assert!((none.decay / gap.decay - 1.0).abs() < 1e-6, "{none:?} {gap:?}");
    assert!((none.rate / gap.rate - 1.0).abs() < 0.02, "{none:?} {gap:?}");
}

#[test]
fn what_cannot_be_known_is_not_said() {
    let silent = still(200, |_, _| {});
    assert_eq!(silent.read(Millis(200_000)), Err(Cold::Warming));
    // Plenty of trades, and all at the touch.
    let flat = still(200, |estimator, now| {
        estimator.trade(Millis(now + 1), Side::Bid, price("100.01"));
    });
    assert_eq!(flat.read(Millis(200_000)), Err(Cold::Degenerate));
    let mut short = 0;
    let seen = still(90, |estimator, now| {
        estimator.trade(Millis(now + 1), Side::Bid, price("100.03"));
        short += u64::from(estimator.read(Millis(now)) == Err(Cold::Warming));
    });
    assert_eq!(short, 61, "a minute");
    assert!(seen.read(Millis(100_000)).is_ok());
    assert_eq!(seen.read(Millis(100_001)), Err(Cold::Stale));
}

#[test]
fn what_the_operator_says_is_said_as_it_is() {
    let said = Arrivals { rate: 0.25, decay: 4_000.0 };
    let config = ArrivalsConfig { fixed: Some(said), ..ArrivalsConfig::default() };
    assert_eq!(ArrivalsEstimator::new(config).read(Millis(0)), Ok(said));
    let config =
        VolatilityConfig { fixed: Some(Volatility(0.0003)), ..VolatilityConfig::default() };
    assert_eq!(VolatilityEstimator::new(config).read(Millis(0)), Ok(Volatility(0.0003)));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn no_feed_makes_an_estimate_that_is_no_number(
        feed in proptest::collection::vec(
            (0_u64..20_000, 1_u64..=u64::MAX, any::<[u64; 2]>(), any::<bool>(), 0_u64..30),
            1..400,
        ),
        settings in (0_u64..5_000, 0_u64..1_000_000, 0_u64..100_000, 0_u64..60_000),
        jump in prop_oneof![Just(0_u64), any::<u64>()],
    ) {
        let (grid_ms, half_life_ms, warm_ms, max_gap_ms) = settings;
        let config = VolatilityConfig {
            grid_ms, half_life_ms, warm_ms, max_gap_ms, ..VolatilityConfig::default()
        };
        let mut volatility = VolatilityEstimator::new(config);
        let mut arrivals = ArrivalsEstimator::new(ArrivalsConfig {
            grid_ms, half_life_ms, warm_ms, max_gap_ms, warm_orders: 1, fixed: None,
        });
        let mut now = 0_u64;
        for (step, mid, levels, is_buy, back) in feed {
            now = now.saturating_add(if step == 7 { jump } else { step });
            let price = |raw: u64| Price::from_raw(raw.max(1)).unwrap();
            volatility.observe(Millis(now), price(mid));
            let touch = (price(levels[0]), price(levels[1]));
            arrivals.observe(Millis(now), price(mid), touch);
            let side = if is_buy { Side::Bid } else { Side::Ask };
            arrivals.trade(Millis(now.saturating_sub(back)), side, price(levels[0]));
            if let Ok(Volatility(sigma)) = volatility.read(Millis(now)) {
                prop_assert!(sigma.is_finite() && sigma > 0.0, "{}", sigma);
            }
            if let Ok(Arrivals { rate, decay }) = arrivals.read(Millis(now)) {
                prop_assert!(rate.is_finite() && rate > 0.0, "{}", rate);
                prop_assert!(decay.is_finite() && decay > 0.0, "{}", decay);
            }
        }
    }
}
