//! Why a market was selected or not, with every number that counted.

use std::fmt;

use crate::{Factor, Factors};

/// One factor's part in a score.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Part {
    /// What was measured, in the factor's own unit.
    pub raw: Option<f64>,
    /// Where that stands among the eligible markets, -1 to 1; 0 if it is missing.
    pub normalised: f64,
    /// What the factor counts.
    pub weight: f64,
    /// Weight times normalised value.
    pub contribution: f64,
}

/// A condition for being selectable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Filter {
    /// Not a market that must never be touched.
    Never,
    /// Not on the deny list.
    Deny,
    /// On the allow list, if there is one.
    Allow,
    /// The venue takes orders.
    Trading,
    /// Every number is finite. `have` counts those that are not.
    Finite,
    /// Every required number is there. `have` counts those that are not.
    Measured,
    /// Deep enough, in USD.
    MinDepth,
    /// Narrow enough, in basis points.
    MaxSpread,
    /// A fresh signal, if one is required.
    Signal,
}

impl Filter {
    /// Its name in log lines and tables.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Deny => "deny",
            Self::Allow => "allow",
            Self::Trading => "not_trading",
            Self::Finite => "not_finite",
            Self::Measured => "not_measured",
            Self::MinDepth => "min_depth",
            Self::MaxSpread => "max_spread",
            Self::Signal => "no_signal",
        }
    }
}

/// Whether a filter let a market through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It did.
    Passed,
    /// It did not.
    Failed,
}

/// A filter and the numbers that it compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Check {
    /// Which.
    pub filter: Filter,
    /// What it said.
    pub verdict: Verdict,
    /// What the market has; NaN where it has nothing.
    pub have: f64,
    /// What is asked for.
    pub limit: f64,
}

/// What happens to a market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It is selected and was not before.
    Enter,
    /// It stays selected.
    Keep,
    /// It was selected and is given up.
    Leave,
    /// It stays outside.
    Pass,
}

/// Why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Its score is among the best.
    Score,
    /// There was a free place.
    Free,
    /// The operator pinned it.
    Pinned,
    /// It has not been held for the minimum time.
    MinHold,
    /// The difference of scores is within the margin.
    Margin,
    /// The gain is worth less than the switch.
    Cost,
    /// As many markets were entered within a day as may be.
    MaxChanges,
    /// A market with a higher score took its place.
    Outscored,
    /// There are fewer places than markets.
    Places,
    /// A filter.
    Filtered(Filter),
}

impl Reason {
    /// Its name in log lines and tables.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Score => "score",
            Self::Free => "free_place",
            Self::Pinned => "pinned",
            Self::MinHold => "min_hold",
            Self::Margin => "margin",
            Self::Cost => "cost",
            Self::MaxChanges => "max_changes",
            Self::Outscored => "outscored",
            Self::Places => "places",
            Self::Filtered(filter) => filter.key(),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.key())
    }
}

/// Everything about one market's selection.
#[derive(Clone, Debug, PartialEq)]
pub struct Explained {
    /// Its name.
    pub name: String,
    /// The sum of the contributions.
    pub score: f64,
    /// Each factor's part.
    pub parts: Factors<Part>,
    /// Every filter.
    pub checks: Vec<Check>,
    /// What happens to it.
    pub action: Action,
    /// Why.
    pub reason: Reason,
}

impl Explained {
    /// The first filter that it failed; `None` if it can be selected.
    #[must_use]
    pub fn failed(&self) -> Option<Filter> {
        let failed = |check: &&Check| check.verdict == Verdict::Failed;
        self.checks.iter().find(failed).map(|check| check.filter)
    }

    /// The raw value of one factor.
    #[must_use]
    pub const fn raw(&self, factor: Factor) -> Option<f64> {
        self.parts.get(factor).raw
    }
}

/// What [`crate::select`] decided.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selection {
    /// The markets to quote from now on, the best first.
    pub chosen: Vec<String>,
    /// Every candidate: first the eligible, the best first, then the others by name.
    pub explained: Vec<Explained>,
    /// How many markets were entered that count towards the daily maximum.
    pub changes: u32,
}

impl Selection {
    /// What was decided about one market.
    #[must_use]
    pub fn of(&self, name: &str) -> Option<&Explained> {
        self.explained.iter().find(|explained| explained.name == name)
    }
}
