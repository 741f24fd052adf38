//! One market's part in rotation.

use std::fmt;

use hl_quant::{Millis, Notional};
use hl_rotation::Markout;

use crate::{Pair, RequestId, Usd};

/// How far a market is in or out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// It is not quoted and can be chosen.
    #[default]
    Candidate,
    /// It is chosen: leverage and margin mode are being set.
    Warming,
    /// It is quoted.
    Active,
    /// It is being left: its orders are being cancelled, and each cancel confirmed.
    Draining,
    /// Its orders are gone; what is held is being worked out.
    Exiting,
    /// Nothing of ours is left. From the next rotation on it is a candidate again.
    Gone,
}

impl Phase {
    /// The word on status lines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Candidate => "candidate",
            Self::Warming => "warming",
            Self::Active => "active",
            Self::Draining => "draining",
            Self::Exiting => "exiting",
            Self::Gone => "gone",
        }
    }

    /// Whether a shell must let the engine see everything of the market.
    #[must_use]
    pub const fn is_watched(self) -> bool {
        matches!(self, Self::Warming | Self::Active | Self::Draining | Self::Exiting)
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

/// How far the setting of leverage got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Lever {
    /// It has to be set; not before this moment.
    #[default]
    Wanted,
    /// Not before this moment: the venue did not take it.
    Again(Millis),
    /// Asked for, at this moment.
    Asked(RequestId, Millis),
    /// The venue has taken it.
    Set,
}

/// One market.
#[derive(Clone, Debug)]
pub(crate) struct PairState {
    pub(crate) name: Pair,
    pub(crate) phase: Phase,
    /// Since when it is in that phase.
    pub(crate) at: Millis,
    /// Since when it is held, while it is.
    pub(crate) held: Option<Millis>,
    pub(crate) lever: Lever,
    /// The funding that a long pays in an hour, as a part of its value at 10^-8.
    pub(crate) funding_e8: Option<i64>,
    /// What had been made and traded at the last rotation, for what was made since.
    pub(crate) earned: (Usd, Notional),
    /// What makers had lost to public trades by then, for what they lost since.
    pub(crate) markout: Markout,
}

impl PairState {
    pub(crate) fn new(name: Pair) -> Self {
        Self {
            name,
            phase: Phase::Candidate,
            at: Millis(0),
            held: None,
            lever: Lever::Wanted,
            funding_e8: None,
            earned: (Usd::ZERO, Notional::ZERO),
            markout: Markout::default(),
        }
    }

    pub(crate) fn rebase(&mut self, now: Millis) {
        self.at = self.at.min(now);
        self.held = self.held.map(|at| at.min(now));
        self.lever = match self.lever {
            Lever::Again(at) => Lever::Again(at.min(now)),
            Lever::Asked(request, at) => Lever::Asked(request, at.min(now)),
            other => other,
        };
    }
}
