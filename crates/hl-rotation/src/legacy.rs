//! The old system's formula, for comparison only.
//!
//! Never used to decide. It negates spread and fees twice, so that with its own default weights wide
//! spreads and high fees are rewarded, and it adds up logarithms of different units, so that depth
//! decides alone; what it filters is still returned when fewer than N pass. All of that is kept, so
//! that `mm-bot rotate --explain` can show the two orders side by side.

/// What the old formula reads of a market.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Inputs {
    /// Realised volatility of five minutes, as a fraction.
    pub vol: f64,
    /// Spread in basis points.
    pub spread_bps: f64,
    /// Depth at the top of the book, in USD.
    pub depth_usd: f64,
    /// Fees in basis points.
    pub fees_bps: f64,
    /// The Nansen score in [-1, +1]; 0 if there is none.
    pub nansen: f64,
}

/// The old weights and filters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Legacy {
    /// `ROTATE_W_VOL`.
    pub vol: f64,
    /// `ROTATE_W_SPREAD`.
    pub spread: f64,
    /// `ROTATE_W_DEPTH`.
    pub depth: f64,
    /// `ROTATE_W_FEES`.
    pub fees: f64,
    /// `ROTATE_W_NANSEN`.
    pub nansen: f64,
    /// `ROTATE_MIN_DEPTH_USD`.
    pub min_depth_usd: f64,
    /// `ROTATE_MAX_SPREAD_BPS`.
    pub max_spread_bps: f64,
}

impl Default for Legacy {
    fn default() -> Self {
        Self {
            vol: 1.0,
            spread: -0.6,
            depth: 0.4,
            fees: -0.4,
            nansen: 0.5,
            min_depth_usd: 2_000.0,
            max_spread_bps: 40.0,
        }
    }
}

/// The score of a market that the old system filtered.
pub const FILTERED: f64 = -1e9;

impl Legacy {
    /// The old score.
    ///
    /// ```
    /// use hl_rotation::legacy::{Inputs, Legacy};
    ///
    /// let inputs = Inputs { vol: 0.015, spread_bps: 12.0, depth_usd: 5000.0, fees_bps: 8.0, nansen: 0.0 };
    /// assert!((Legacy::default().score(&inputs) - 0.732_631_968_5).abs() < 1e-10);
    /// // More expensive, and better:
    /// let dear = Inputs { fees_bps: 80.0, ..inputs };
    /// assert!(Legacy::default().score(&dear) > Legacy::default().score(&inputs));
    /// ```
    #[must_use]
    pub fn score(&self, inputs: &Inputs) -> f64 {
        if inputs.depth_usd < self.min_depth_usd || inputs.spread_bps > self.max_spread_bps {
            return FILTERED;
        }
        self.vol * libm::log(1.0 + inputs.vol)
            + self.spread * -libm::log(1.0 + inputs.spread_bps / 10_000.0)
            + self.depth * libm::log(1.0 + inputs.depth_usd / 1_000.0)
            + self.fees * (-inputs.fees_bps / 10_000.0)
            + self.nansen * inputs.nansen
    }

    /// The old order: by score, the best first, filtered markets at the end and all the same there.
    #[must_use]
    pub fn order<'a>(&self, markets: &[(&'a str, Inputs)]) -> Vec<(&'a str, f64)> {
        let mut all: Vec<_> =
            markets.iter().map(|(name, inputs)| (*name, self.score(inputs))).collect();
        all.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        all
    }
}
