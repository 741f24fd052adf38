//! Rotation: which markets are quoted at a time, and how one is left without leaving anything in it.
//!
//! `hl-rotation` scores and selects; this is what surrounds it. Each market is in one [`Phase`]:
//!
//! ```text
//! candidate -> warming -> active -> draining -> exiting -> gone
//!     ^                     ^          |  (orders cancelled and  (reduce-only,      |
//!     |                     |          |   confirmed)             passive first)    |
//!     |                     +---- selected again                                    |
//!     +-----------------------------------------------------------------------------+
//! ```
//!
//! What must survive a crash is one [`RotationMark`], written whenever it changes: when was rotated
//! and when is next, which markets are held since when, and which are being left. A restart goes on
//! from there and does not choose anew.

mod choose;
mod config;
mod mark;
mod pair;

use hl_quant::Millis;
use hl_rotation::{MarketStats, Selection};

pub(crate) use choose::{Sight, choose, followed};
pub use config::{Leverage, MarginMode, RotationConfig};
pub use mark::RotationMark;
pub use pair::Phase;
pub(crate) use pair::{Lever, PairState};

use crate::{MarketConfig, Pair, Wait};

/// All that rotation remembers.
#[derive(Debug)]
pub(crate) struct Rotation {
    pub(crate) config: RotationConfig,
    pub(crate) pairs: Vec<PairState>,
    pub(crate) stats: Vec<MarketStats>,
    /// When was rotated, and when is next.
    pub(crate) last: Option<Millis>,
    pub(crate) due: Option<Millis>,
    pub(crate) round: u64,
    /// When markets were entered, the first selection aside; no older than a day.
    pub(crate) entered: Vec<Millis>,
    /// Since when a rotation that is due waits for measurements.
    pub(crate) waits: Option<Millis>,
    /// What was last said to be waited for.
    pub(crate) said: Option<Wait>,
    /// The last selection with its reasons.
    pub(crate) selection: Option<Selection>,
    /// Whether what must survive a crash has changed since it was last written.
    pub(crate) changed: bool,
    /// Counts changes of phases, for shells that follow them.
    pub(crate) epoch: u64,
    /// Names the run, for the jitter.
    seed: u64,
}

impl Rotation {
    pub(crate) fn new(config: RotationConfig, markets: &[MarketConfig], seed: u64) -> Self {
        Self {
            pairs: markets.iter().map(|market| PairState::new(market.pair.clone())).collect(),
            stats: markets.iter().map(|_| MarketStats::new(config.stats)).collect(),
            config,
            last: None,
            due: None,
            round: 0,
            entered: Vec::new(),
            waits: None,
            said: None,
            selection: None,
            changed: false,
            epoch: 0,
            seed,
        }
    }

    /// Continues where an earlier run was. Markets that this run does not have are forgotten.
    pub(crate) fn restore(&mut self, mark: RotationMark) {
        (self.last, self.due) = (Some(mark.last), Some(mark.due));
        (self.round, self.entered) = (mark.round, mark.entered);
        for pair in &mut self.pairs {
            let since = mark.held.iter().find(|(name, _)| *name == pair.name);
            if let Some((_, since)) = since {
                (pair.phase, pair.held) = (Phase::Warming, Some(*since));
            } else if mark.leaving.contains(&pair.name) {
                pair.phase = Phase::Draining;
            }
        }
    }

    /// What must survive a crash; `None` before the first rotation.
    pub(crate) fn mark(&self) -> Option<RotationMark> {
        let leaves = |pair: &&PairState| matches!(pair.phase, Phase::Draining | Phase::Exiting);
        let held = |pair: &PairState| pair.held.map(|since| (pair.name.clone(), since));
        Some(RotationMark {
            last: self.last?,
            due: self.due?,
            round: self.round,
            held: self.pairs.iter().filter_map(held).collect(),
            leaving: self.pairs.iter().filter(leaves).map(|pair| pair.name.clone()).collect(),
            entered: self.entered.clone(),
        })
    }

    /// Plans the rotation after the one at `now`.
    pub(crate) fn plan_next(&mut self, now: Millis) {
        self.round = self.round.saturating_add(1);
        (self.last, self.waits, self.said) = (Some(now), None, None);
        self.due = Some(self.config.cadence.next(now, self.round, self.seed));
        const DAY_MS: u64 = 86_400_000;
        self.entered.retain(|at| now.since(*at) < DAY_MS);
        self.changed = true;
    }

    /// Whether somebody else's market is not to be touched at all.
    pub(crate) fn is_never(&self, name: &Pair) -> bool {
        self.config.filters.lists.never.contains(name.as_str())
    }

    /// The clock was set back: nothing waits longer than it was planned to.
    pub(crate) fn rebase(&mut self, now: Millis) {
        let latest = self.config.cadence.next(now, self.round, self.seed);
        self.due = self.due.map(|at| at.min(latest));
        self.last = self.last.map(|at| at.min(now));
        self.waits = self.waits.map(|at| at.min(now));
        for at in &mut self.entered {
            *at = (*at).min(now);
        }
        for pair in &mut self.pairs {
            pair.rebase(now);
        }
    }
}
