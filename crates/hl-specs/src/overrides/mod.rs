//! `SPEC_OVERRIDE_<SYM>_TICK` and `SPEC_OVERRIDE_<SYM>_LOT`: an operator's coarser grid.
//!
//! # Naming a market
//!
//! `SYM` is the market's name in upper case, with `_` for every character that is not a letter or a
//! digit: `SOL`, `KPEPE` for `kPEPE`, `XYZ_AAPL` for `xyz:AAPL`, `PURR_USDC` for `PURR/USDC`, `_107`
//! for `@107`. Such a name can be set from any shell. Where two markets share it, it is refused as
//! ambiguous rather than applied to either.
//!
//! A `SYM` that holds anything else than `A-Z`, `0-9` and `_` is taken as the exact name, so
//! `SPEC_OVERRIDE_kPEPE_TICK` and, in a file, `SPEC_OVERRIDE_xyz:AAPL_TICK` say which is meant.
//!
//! # What is shown
//!
//! The venue has no single tick for a market: it grows with the price. The log line therefore shows
//! the venue's *finest* tick, the one that an override is compared with, then the override's:
//! `SPEC_OVERRIDE applied for SOL: tick=0.0001→0.01 lot=0.01→0.1`. What is not overridden is shown
//! unchanged. At each price the coarser of the two acts.

mod apply;
mod parse;

use std::collections::BTreeMap;
use std::fmt;

use hl_quant::{BadOverride, ParseError, Price, Size};

use crate::{Coin, UnknownMarket};

/// What every override's key begins with.
pub const OVERRIDE_PREFIX: &str = "SPEC_OVERRIDE_";

/// The overrides of a configuration, checked as text. [`Overrides::resolve`] checks them against a
/// universe, as [`SpecCache`](crate::SpecCache) does with each new one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    entries: BTreeMap<String, Entry>,
}

/// What is set for one `SYM`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Entry {
    tick: Option<Price>,
    lot: Option<Size>,
}

/// An override in force for one market. Its `Display` is the log line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppliedOverride {
    /// The market.
    pub coin: Coin,
    /// The venue's finest tick.
    pub venue_tick: Price,
    /// The finest tick now.
    pub tick: Price,
    /// The venue's lot.
    pub venue_lot: Size,
    /// The lot now.
    pub lot: Size,
}

impl fmt::Display for AppliedOverride {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { coin, venue_tick, tick, venue_lot, lot } = self;
        write!(
            f,
            "SPEC_OVERRIDE applied for {coin}: \
             tick={venue_tick}\u{2192}{tick} lot={venue_lot}\u{2192}{lot}"
        )
    }
}

/// An override that is refused. Do not retry: the configuration must change.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key}={value}: {why}")]
pub struct OverrideError {
    /// The key as given.
    pub key: String,
    /// The value as given, or as read.
    pub value: String,
    /// What is wrong, and what to do about it.
    pub why: OverrideFault,
}

/// What is wrong with an override.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OverrideFault {
    /// The key has the prefix, but is not `SPEC_OVERRIDE_<SYM>_TICK` or `_LOT`.
    #[error("not an override; write SPEC_OVERRIDE_<SYM>_TICK or SPEC_OVERRIDE_<SYM>_LOT")]
    Key,
    /// The key is there twice.
    #[error("set twice; remove one")]
    Duplicate,
    /// Two keys that differ in spelling name the same market.
    #[error("{coin} is also named by SYM {other}; remove one")]
    SameMarket {
        /// The market.
        coin: Coin,
        /// The other `SYM`.
        other: String,
    },
    /// The value is empty. The system before took this for an override and failed later.
    #[error("empty value; remove the key to use the venue's own grid")]
    EmptyValue,
    /// The value is not a plain decimal number.
    #[error("{0}; write a plain decimal such as 0.01")]
    Number(ParseError),
    /// The value is zero.
    #[error("zero is not a step; remove the key to use the venue's own grid")]
    Zero,
    /// No market has this name.
    #[error(transparent)]
    Unknown(UnknownMarket),
    /// More than one market has this name.
    #[error("ambiguous between {}; write the exact name in the key", join(.0))]
    Ambiguous(Vec<Coin>),
    /// The venue's grid is coarser than this, or does not contain it.
    #[error("{fault}; use a multiple of {step}, or remove the key")]
    NotACoarsening {
        /// What the grid said.
        fault: BadOverride,
        /// The venue's step.
        step: String,
    },
}

fn join(coins: &[Coin]) -> String {
    coins.iter().map(Coin::as_str).collect::<Vec<_>>().join(" and ")
}

impl Overrides {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}
