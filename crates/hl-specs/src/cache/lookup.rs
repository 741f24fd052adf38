//! What the cache answers.

use crate::{Market, UnknownMarket};

/// A version of all specs. It grows by one whenever anything in them changes.
///
/// An order carries the epoch under which it was quantized. If that is no longer the current one
/// when the order is about to be sent, it is quantized again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Epoch(pub u64);

/// The answer about one market.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup<'a> {
    /// Good for any order.
    Fresh(Entry<'a>),
    /// Older than its lifetime; a refresh is due. Orders at rest may stay, new ones are a risk that
    /// the caller weighs.
    Stale {
        /// The market as last known.
        entry: Entry<'a>,
        /// Milliseconds since the start of the request that brought it.
        age_ms: u64,
    },
    /// Good for cancels only.
    CancelOnly {
        /// The market as last known.
        entry: Entry<'a>,
        /// Why no order may use it.
        why: CancelOnly,
    },
    /// Not a market, or none is known yet. Never answered by a default.
    Unknown(Missing),
}

/// A market and the version that it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The market.
    pub market: &'a Market,
    /// The version.
    pub epoch: Epoch,
}

/// Why a market is good for cancels only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CancelOnly {
    /// The specs are older than the ceiling. A fetch ends this.
    #[error("specs are {age_ms} ms old")]
    TooOld {
        /// Milliseconds since the start of the request that brought them.
        age_ms: u64,
    },
    /// The clock was set back since they were fetched, so their age is not known. A fetch ends this.
    #[error("clock was set back since the specs were fetched")]
    ClockSetBack,
    /// The venue delisted it.
    #[error("market is delisted")]
    Delisted,
    /// It was listed when the process started and no longer is.
    #[error("market is gone from the venue's list")]
    Vanished,
    /// The venue's grid changed and the operator's override no longer fits it.
    #[error("the override no longer fits the venue's grid")]
    OverrideRefused,
}

/// Why there is no market to speak of.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Missing {
    /// No document has come yet. Ask again after a fetch.
    #[error("no specs have been fetched yet")]
    NoDocument,
    /// No document has ever listed it. Asking again does not help.
    #[error(transparent)]
    Market(UnknownMarket),
}

impl<'a> Lookup<'a> {
    /// The market, where one is known, whatever it is good for.
    #[must_use]
    pub const fn entry(&self) -> Option<Entry<'a>> {
        match self {
            Self::Fresh(entry) | Self::Stale { entry, .. } | Self::CancelOnly { entry, .. } => {
                Some(*entry)
            }
            Self::Unknown(_) => None,
        }
    }
}
