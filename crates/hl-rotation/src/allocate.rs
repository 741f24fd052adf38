//! How much of its own limit each selected market may use.

/// All of a market's limit, in parts per million.
pub const WHOLE: u32 = 1_000_000;

/// The least share, in parts per million: a market that is not worth this is not worth its queue
/// places.
pub const LEAST: u32 = 100_000;

/// What an allocation goes by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stake {
    /// Its score.
    pub score: f64,
    /// Its realised volatility, as a fraction: risk per dollar.
    pub vol: f64,
}

/// Parts per million of its own limit for each market, in the order given.
///
/// A share grows with the score's rank among those given (the best counts twice the worst) and
/// shrinks with volatility, so that what each market can lose is alike. It is scaled so that the
/// largest share is the whole limit: an allocation only ever lowers limits.
///
/// ```
/// use hl_rotation::{Stake, allocate};
///
/// let calm = Stake { score: 1.0, vol: 0.01 };
/// let wild = Stake { score: 1.0, vol: 0.04 };
/// assert_eq!(allocate(&[calm, wild]), [1_000_000, 250_000]);
/// ```
#[must_use]
pub fn allocate(stakes: &[Stake]) -> Vec<u32> {
    let weights: Vec<f64> = stakes.iter().map(|stake| weight(stake, stakes)).collect();
    let most = weights.iter().copied().fold(0.0, f64::max);
    weights.iter().map(|weight| part(weight / most)).collect()
}

fn weight(stake: &Stake, all: &[Stake]) -> f64 {
    let scores = || all.iter().map(|stake| stake.score).filter(|score| score.is_finite());
    let (low, high) =
        (scores().fold(f64::INFINITY, f64::min), scores().fold(f64::NEG_INFINITY, f64::max));
    let place = (stake.score - low) / (high - low);
    // All the same, or not a number: nobody is preferred.
    let merit = if place.is_finite() { 1.0 + place.clamp(0.0, 1.0) } else { 1.0 };
    // A market that did not move in the window is not riskless.
    const CALM: f64 = 1e-4;
    let vol = if stake.vol.is_finite() { stake.vol.max(CALM) } else { 1.0 };
    merit / vol
}

/// The nearest part per million, from [`LEAST`] to [`WHOLE`].
fn part(ratio: f64) -> u32 {
    if !ratio.is_finite() {
        return LEAST;
    }
    // Every whole number up to a million is tried by halving: no float becomes an integer by a cast.
    let (mut low, mut high) = (0_u32, WHOLE);
    while low < high {
        let middle = low.midpoint(high);
        if f64::from(middle) + 0.5 > ratio * f64::from(WHOLE) {
            high = middle;
        } else {
            low = middle.saturating_add(1);
        }
    }
    low.clamp(LEAST, WHOLE)
}
