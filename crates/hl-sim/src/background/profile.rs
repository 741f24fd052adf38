//! How the four kinds of markets differ.

use crate::universe::Liquidity;

/// Parts per million of a price: 100 are one basis point.
pub(super) type Ppm = u64;

/// How much of the flow knows the fair price: the two knobs of the synthetic market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flow {
    /// Noise takers in permille of the market's usual rate; 0 silences them.
    pub noise: u16,
    /// How often, in permille of the steps, an informed taker looks at the book; 0 for never.
    pub informed: u16,
}

impl Default for Flow {
    /// The usual market: noise at its usual rate, informed takers at one step in three.
    fn default() -> Self {
        Self { noise: 1000, informed: 330 }
    }
}

/// The numbers of one market.
#[derive(Clone, Copy, Debug)]
pub(super) struct Profile {
    /// Standard deviation of the fair price in one step of 100 ms, parts per billion. A day has
    /// 864,000 steps, so 17,000 is 1.6 % a day.
    pub(super) step_ppb: i64,
    /// A jump once in so many steps on average.
    pub(super) jump_every: u64,
    /// Smallest and largest jump.
    pub(super) jump_ppm: (Ppm, Ppm),
    /// Half of the tightest provider's spread.
    pub(super) half_ppm: Ppm,
    /// Value of the tightest provider's first level, dollars.
    pub(super) level_usd: u64,
    /// Noise takers per million steps.
    pub(super) noise_rate: u64,
    /// Typical value of a noise taker's order, dollars.
    pub(super) noise_usd: u64,
    /// A sweep of several levels once in so many steps on average.
    pub(super) sweep_every: u64,
    /// How deep a sweep goes.
    pub(super) sweep_ppm: (Ppm, Ppm),
}

impl Profile {
    pub(super) const fn of(liquidity: Liquidity) -> Self {
        match liquidity {
            Liquidity::Deep => Self {
                step_ppb: 17_000,
                jump_every: 1_200,
                jump_ppm: (200, 800),
                half_ppm: 12,
                level_usd: 40_000,
                noise_rate: 250_000,
                noise_usd: 4_000,
                sweep_every: 150,
                sweep_ppm: (150, 900),
            },
            Liquidity::Large => Self {
                step_ppb: 34_000,
                jump_every: 900,
                jump_ppm: (400, 1_500),
                half_ppm: 70,
                level_usd: 12_000,
                noise_rate: 120_000,
                noise_usd: 1_500,
                sweep_every: 150,
                sweep_ppm: (300, 1_500),
            },
            Liquidity::Mid => Self {
                step_ppb: 48_000,
                jump_every: 700,
                jump_ppm: (600, 2_500),
                half_ppm: 150,
                level_usd: 4_000,
                noise_rate: 60_000,
                noise_usd: 600,
                sweep_every: 200,
                sweep_ppm: (500, 2_000),
            },
            Liquidity::Thin => Self {
                step_ppb: 70_000,
                jump_every: 500,
                jump_ppm: (800, 3_500),
                half_ppm: 250,
                level_usd: 2_000,
                noise_rate: 40_000,
                noise_usd: 300,
                sweep_every: 250,
                sweep_ppm: (800, 2_500),
            },
        }
    }
}

/// One provider's habits, relative to the market's profile.
#[derive(Clone, Copy, Debug)]
pub(super) struct Habit {
    /// How many steps old the fair price is that it quotes around.
    pub(super) lag: usize,
    /// It looks again after this many steps on average.
    pub(super) every: u64,
    /// Its half spread in percent of the profile's.
    pub(super) half_percent: u64,
    /// Its level size in percent of the profile's.
    pub(super) size_percent: u64,
    /// Levels on each side.
    pub(super) levels: u64,
    /// Distance from level to level in percent of its half spread.
    pub(super) spacing_percent: u64,
}

/// From the quick and tight one to the slow and wide one.
pub(super) const PROVIDERS: [Habit; 4] = [
    Habit { lag: 1, every: 3, half_percent: 100, size_percent: 60, levels: 3, spacing_percent: 90 },
    Habit {
        lag: 2,
        every: 5,
        half_percent: 140,
        size_percent: 100,
        levels: 4,
        spacing_percent: 80,
    },
    Habit {
        lag: 4,
        every: 9,
        half_percent: 220,
        size_percent: 200,
        levels: 5,
        spacing_percent: 80,
    },
    Habit {
        lag: 7,
        every: 16,
        half_percent: 400,
        size_percent: 400,
        levels: 6,
        spacing_percent: 70,
    },
];

/// The distance of the backstop's two levels from the fair price, whatever the market.
pub(super) const BACKSTOP_PPM: [Ppm; 2] = [6_000, 12_000];
/// The backstop's level in multiples of the profile's.
pub(super) const BACKSTOP_SIZE_PERCENT: u64 = 4_000;
/// The backstop looks again after this many steps on average.
pub(super) const BACKSTOP_EVERY: u64 = 30;
