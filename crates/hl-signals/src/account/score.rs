//! What a record says, and what follows from it.

use super::Estimate;

/// What the record of a source says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// The information coefficient: the rank correlation between opinion and what followed, 95 %.
    pub coefficient: Option<Estimate>,
    /// How often the direction was right, with a 95 % interval by Wilson: rate, low, high.
    pub hit_rate: Option<(f64, f64, f64)>,
    /// The part of looks at which it had a fresh opinion.
    pub coverage: Option<f64>,
    /// The average age of what it said, by its own time, in milliseconds.
    pub staleness_ms: Option<f64>,
    /// What a unit of the combined opinion earned more with it than without it, on the same
    /// samples, in basis points each, 95 %.
    pub ablation_bps: Option<Estimate>,
    /// How many samples that is from.
    pub samples: usize,
    /// Opinions that could not be followed.
    pub lost: u64,
    /// What follows.
    pub verdict: Verdict,
}

/// What follows from a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verdict {
    /// It is not known yet whether the source informs.
    #[default]
    Unknown,
    /// It informs.
    Good,
    /// It misleads: what it says is followed by the opposite, and that is no chance.
    Misleads,
}

impl Verdict {
    /// Whether the source is to count for nothing.
    #[must_use]
    pub const fn is_off(self) -> bool {
        matches!(self, Self::Misleads)
    }

    /// The word for it in logs and reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Good => "good",
            Self::Misleads => "misleads",
        }
    }
}

/// When a source is switched off, and on again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerdictConfig {
    /// No verdict from fewer samples.
    pub min_samples: usize,
    /// Nor from fewer groups of time.
    pub min_groups: usize,
}

impl Default for VerdictConfig {
    fn default() -> Self {
        Self { min_samples: 48, min_groups: 12 }
    }
}

/// What a record says after `before`.
///
/// A source misleads if the whole 99.9 % interval of its coefficient is below zero, and informs if
/// all of it is above. One that misled is trusted again only when its coefficient is no longer
/// negative at all, so that it does not go on and off at the edge.
#[must_use]
pub fn verdict(config: &VerdictConfig, before: Verdict, sure: Option<&Estimate>) -> Verdict {
    let enough = |e: &&Estimate| e.samples >= config.min_samples && e.groups >= config.min_groups;
    let Some(estimate) = sure.filter(enough) else { return before };
    if estimate.high < 0.0 || (before.is_off() && estimate.value < 0.0) {
        Verdict::Misleads
    } else if estimate.low > 0.0 {
        Verdict::Good
    } else {
        Verdict::Unknown
    }
}

/// A rate and its 95 % interval (Wilson, 1927): it stays within 0 and 1 and does not shrink to
/// nothing at either end. `None` of nothing.
#[must_use]
pub fn wilson(hits: f64, all: f64) -> Option<(f64, f64, f64)> {
    const Z: f64 = 1.959_963_985;
    if all <= 0.0 {
        return None;
    }
    let rate = hits / all;
    let (z2, whole) = (Z * Z, 1.0 + Z * Z / all);
    let middle = (rate + z2 / (2.0 * all)) / whole;
    let reach = Z * libm::sqrt(rate * (1.0 - rate) / all + z2 / (4.0 * all * all)) / whole;
    Some((rate, (middle - reach).max(0.0), (middle + reach).min(1.0)))
}
