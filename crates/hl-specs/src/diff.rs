//! What changed between two universes.

use std::fmt;

use hl_quant::SzDecimals;
use hl_wire::AssetId;

use crate::{Coin, Listing, Market, Universe};

/// One difference between two universes. Its `Display` is a log fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SpecChange {
    /// A market that was not there.
    Added {
        /// Its name.
        coin: Coin,
        /// Its number.
        asset: AssetId,
    },
    /// A market that is gone. Delisted markets keep their slot, so this is not a delisting.
    Removed {
        /// Its name.
        coin: Coin,
        /// The number that it had.
        asset: AssetId,
    },
    /// A market whose number is another one now. An order prepared before would land elsewhere.
    Renumbered {
        /// Its name.
        coin: Coin,
        /// The number that it had.
        from: AssetId,
        /// The number that it has.
        to: AssetId,
    },
    /// A market whose grid is another one now.
    SzDecimals {
        /// Its name.
        coin: Coin,
        /// What it was.
        from: SzDecimals,
        /// What it is.
        to: SzDecimals,
    },
    /// A market whose highest leverage is another one now.
    MaxLeverage {
        /// Its name.
        coin: Coin,
        /// What it was.
        from: Option<u32>,
        /// What it is.
        to: Option<u32>,
    },
    /// A market that stopped trading, or that trades again.
    Listing {
        /// Its name.
        coin: Coin,
        /// What it is now.
        now: Listing,
    },
    /// A market of which something else changed: its dex, its tokens, its margin modes.
    Other {
        /// Its name.
        coin: Coin,
    },
}

impl SpecChange {
    /// The market that changed.
    #[must_use]
    pub const fn coin(&self) -> &Coin {
        match self {
            Self::Added { coin, .. }
            | Self::Removed { coin, .. }
            | Self::Renumbered { coin, .. }
            | Self::SzDecimals { coin, .. }
            | Self::MaxLeverage { coin, .. }
            | Self::Listing { coin, .. }
            | Self::Other { coin } => coin,
        }
    }
}

impl fmt::Display for SpecChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let leverage = |value: &Option<u32>| value.map_or_else(|| "-".into(), |v| v.to_string());
        match self {
            Self::Added { coin, asset } => write!(f, "added {coin} asset={}", asset.0),
            Self::Removed { coin, asset } => write!(f, "removed {coin} asset={}", asset.0),
            Self::Renumbered { coin, from, to } => {
                write!(f, "renumbered {coin} asset={}\u{2192}{}", from.0, to.0)
            }
            Self::SzDecimals { coin, from, to } => {
                write!(f, "regridded {coin} szDecimals={}\u{2192}{}", from.get(), to.get())
            }
            Self::MaxLeverage { coin, from, to } => {
                write!(f, "changed {coin} maxLeverage={}\u{2192}{}", leverage(from), leverage(to))
            }
            Self::Listing { coin, now: Listing::Delisted } => write!(f, "delisted {coin}"),
            Self::Listing { coin, now: Listing::Trading } => write!(f, "relisted {coin}"),
            Self::Other { coin } => write!(f, "changed {coin}"),
        }
    }
}

/// All differences, in the order of the names.
///
/// Only what the venue says is compared. Overrides are the operator's and do not change while the
/// process runs.
#[must_use]
pub fn diff(old: &Universe, new: &Universe) -> Vec<SpecChange> {
    let mut changes = Vec::new();
    for before in old.markets() {
        match new.get(before.coin.as_str()) {
            Some(after) => compare(before, after, &mut changes),
            None => {
                let (coin, asset) = (before.coin.clone(), before.asset);
                changes.push(SpecChange::Removed { coin, asset });
            }
        }
    }
    for after in new.markets() {
        if old.get(after.coin.as_str()).is_none() {
            let (coin, asset) = (after.coin.clone(), after.asset);
            changes.push(SpecChange::Added { coin, asset });
        }
    }
    changes.sort_by(|a, b| a.coin().cmp(b.coin()));
    changes
}

fn compare(before: &Market, after: &Market, changes: &mut Vec<SpecChange>) {
    let coin = || after.coin.clone();
    let known = changes.len();
    if before.asset != after.asset {
        let (from, to) = (before.asset, after.asset);
        changes.push(SpecChange::Renumbered { coin: coin(), from, to });
    }
    if before.sz_decimals != after.sz_decimals {
        let (from, to) = (before.sz_decimals, after.sz_decimals);
        changes.push(SpecChange::SzDecimals { coin: coin(), from, to });
    }
    if before.max_leverage != after.max_leverage {
        let (from, to) = (before.max_leverage, after.max_leverage);
        changes.push(SpecChange::MaxLeverage { coin: coin(), from, to });
    }
    if before.listing != after.listing {
        changes.push(SpecChange::Listing { coin: coin(), now: after.listing });
    }
    let same = before.venue_spec == after.venue_spec
        && before.place == after.place
        && before.margin == after.margin;
    if !same && changes.len() == known {
        changes.push(SpecChange::Other { coin: coin() });
    }
}
