//! What the operator decides: weights, filters, lists, and how readily markets are changed.

use std::collections::BTreeSet;

use hl_quant::Millis;

use crate::{Factor, Factors};

/// A weight that no score can be made with.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("weight of {} is {value}, which is not a number to weigh with", factor.key())]
pub struct BadWeight {
    /// Whose.
    pub factor: Factor,
    /// What it is.
    pub value: f64,
}

/// What each factor counts, all of them finite. A positive weight prefers more of the factor, a
/// negative one less: `spread = -0.6` penalises wide spreads.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weights(Factors<f64>);

impl Weights {
    /// The seed's five (`ROTATE_W_VOL` and so on) and what this project adds.
    pub const DEFAULT: Self = Self(Factors {
        vol: 1.0,
        spread: -0.6,
        depth: 0.4,
        fees: -0.4,
        signal: 0.5,
        flow: 0.4,
        toxicity: -1.2,
        funding: 0.1,
        profit: 0.6,
        correlation: -0.2,
    });

    /// These weights.
    ///
    /// # Errors
    /// One of them is not finite: it would make every score the same NaN. Not worth a retry.
    pub fn new(weights: Factors<f64>) -> Result<Self, BadWeight> {
        let bad = Factor::ALL.into_iter().find(|factor| !weights.get(*factor).is_finite());
        match bad {
            Some(factor) => Err(BadWeight { factor, value: *weights.get(factor) }),
            None => Ok(Self(weights)),
        }
    }

    /// The weight of one factor.
    #[must_use]
    pub const fn get(&self, factor: Factor) -> f64 {
        *self.0.get(factor)
    }
}

impl Default for Weights {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Markets by name that the operator has an opinion about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lists {
    /// If not empty, only these can be selected.
    pub allow: BTreeSet<String>,
    /// These cannot be selected; one that is active is left in the usual way.
    pub deny: BTreeSet<String>,
    /// These are selected whatever their score, as long as they pass the filters.
    pub pinned: BTreeSet<String>,
    /// These are somebody else's: never selected, and nothing of them is ever touched.
    pub never: BTreeSet<String>,
}

/// What a market must have to be selectable, and how readily the selection changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Filters {
    /// How many markets are quoted at once.
    pub top_n: usize,
    /// The least depth, in USD; equality passes.
    pub min_depth_usd: f64,
    /// The widest spread, in basis points; equality passes.
    pub max_spread_bps: f64,
    /// Whether a market without a fresh signal cannot be selected.
    pub signal: SignalNeed,
    /// Markets by name.
    pub lists: Lists,
    /// How readily the selection changes.
    pub turnover: Turnover,
}

impl Default for Filters {
    /// The seed's: three markets, depth from 2000 USD, spreads up to 40 basis points.
    fn default() -> Self {
        Self {
            top_n: 3,
            min_depth_usd: 2_000.0,
            max_spread_bps: 40.0,
            signal: SignalNeed::Optional,
            lists: Lists::default(),
            turnover: Turnover::default(),
        }
    }
}

/// `ROTATE_REQUIRE_NANSEN`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SignalNeed {
    /// A market without a fresh signal is judged by the rest.
    #[default]
    Optional,
    /// It cannot be selected.
    Required,
}

/// How readily a selected market is given up for another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Turnover {
    /// A market stays at least so long, unless it becomes ineligible.
    pub min_hold_ms: u64,
    /// A newcomer's score must be higher by more than this (hysteresis).
    pub margin: f64,
    /// The most markets that may be entered within 24 hours, the first selection aside.
    pub max_changes_day: u32,
    /// What one point of score is worth in an hour, in USD: what makes scores and costs comparable.
    pub score_usd_hour: f64,
    /// How long a newcomer is expected to stay, for comparing its gain with what the switch costs.
    pub horizon_ms: u64,
}

impl Default for Turnover {
    fn default() -> Self {
        Self {
            min_hold_ms: 3_600_000,
            margin: 0.25,
            max_changes_day: 12,
            score_usd_hour: 1.0,
            horizon_ms: 14_400_000,
        }
    }
}

/// A market to choose from.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// Its name as the venue writes it. Names must differ.
    pub name: String,
    /// What was measured. A missing number that is not required is neutral; one that is not finite
    /// excludes the market.
    pub raw: Factors<Option<f64>>,
    /// Whether the venue takes orders there.
    pub status: Status,
    /// What changing it costs.
    pub costs: Costs,
}

impl Candidate {
    /// A market that trades, whose changes cost nothing and of which nothing is known.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let (raw, costs) = (Factors::default(), Costs::default());
        Self { name: name.to_owned(), raw, status: Status::Trading, costs }
    }
}

/// Whether a market takes orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It does.
    Trading,
    /// It does not, or is not known to.
    Closed,
}

/// What a switch costs, in USD.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Costs {
    /// Of leaving: flattening what is held, and the places in the queue.
    pub leave: f64,
    /// Of entering: what is not earned while the market warms up.
    pub enter: f64,
}

/// What was selected before, as far as it is still known after a restart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Previous {
    /// The markets that are held, and since when.
    pub held: Vec<(String, Millis)>,
    /// The moments at which markets were entered, the first selection aside. Older ones than a day do
    /// not matter.
    pub entered: Vec<Millis>,
    /// Whether there was a selection before this one.
    pub round: Round,
}

/// Whether there was a selection before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Round {
    /// This is the first: filling the empty places is no change.
    #[default]
    First,
    /// There was one.
    Later,
}
