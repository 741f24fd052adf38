//! All markets of the venue at one moment, found by name and by number.

use std::collections::BTreeMap;

use hl_wire::AssetId;

use crate::{Coin, Market, nearest};

/// All markets, each under exactly one name and one number.
///
/// Made by [`Universe::builder`] from the venue's documents. The names and the numbers are in
/// bijection: a document that would break this is refused whole, because an order sent under the
/// wrong number lands on another market.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Universe {
    /// In the order of their numbers.
    markets: Vec<Market>,
    /// Position in `markets`.
    by_coin: BTreeMap<Coin, usize>,
    skipped: Vec<Skipped>,
}

/// An entry of a document that is not usable and was left out. The others are not affected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The number that the market would have had.
    pub asset: AssetId,
    /// The name as found, cut to a printable length.
    pub name: String,
    /// Why it was left out.
    pub why: String,
}

/// A name or number that is in no document. Never answered by a default.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown market {asked:?}{}", nearest::hint(.nearest))]
pub struct UnknownMarket {
    /// What was asked for.
    pub asked: String,
    /// Names that resemble it, best first, at most three.
    pub nearest: Vec<String>,
}

/// A document that contradicts itself or another: nothing of it is used. Fetch again later; a
/// repetition needs a person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadUniverse {
    /// Two markets with one name.
    #[error("market name {coin} is listed twice, as asset {} and {}", .first.0, .second.0)]
    DuplicateName {
        /// The name.
        coin: Coin,
        /// The number of the first.
        first: AssetId,
        /// The number of the second.
        second: AssetId,
    },
    /// Two markets with one number.
    #[error("asset {} is listed twice, as {first} and {second}", .asset.0)]
    DuplicateAsset {
        /// The number.
        asset: AssetId,
        /// The name of the first.
        first: Coin,
        /// The name of the second.
        second: Coin,
    },
    /// Two tokens with one index, so a pair's size decimals would depend on which is read.
    #[error("token index {index} is listed twice, as {first:?} and {second:?}")]
    DuplicateToken {
        /// The index.
        index: u32,
        /// The name of the first.
        first: String,
        /// The name of the second.
        second: String,
    },
    /// A dex that is not in `perpDexs`, or more markets than its numbers allow.
    #[error("dex {dex:?}: {why}")]
    Dex {
        /// The dex's name; empty for the venue's own.
        dex: String,
        /// What is wrong.
        why: &'static str,
    },
    /// Nothing usable at all. An empty list is a failed answer, not a venue without markets.
    #[error("the documents list no usable market")]
    Empty,
}

impl Universe {
    pub(crate) fn assemble(
        mut markets: Vec<Market>,
        mut skipped: Vec<Skipped>,
    ) -> Result<Self, BadUniverse> {
        if markets.is_empty() {
            return Err(BadUniverse::Empty);
        }
        markets.sort_by_key(|market| market.asset);
        skipped.sort_by_key(|entry| entry.asset);
        for pair in markets.windows(2) {
            if let [a, b] = pair
                && a.asset == b.asset
            {
                let (first, second) = (a.coin.clone(), b.coin.clone());
                return Err(BadUniverse::DuplicateAsset { asset: a.asset, first, second });
            }
        }
        let mut by_coin = BTreeMap::new();
        for (position, market) in markets.iter().enumerate() {
            if let Some(earlier) = by_coin.insert(market.coin.clone(), position) {
                let first = markets.get(earlier).map_or(market.asset, |m: &Market| m.asset);
                let (coin, second) = (market.coin.clone(), market.asset);
                return Err(BadUniverse::DuplicateName { coin, first, second });
            }
        }
        Ok(Self { markets, by_coin, skipped })
    }

    /// All markets, in the order of their numbers: perpetuals, spot pairs, builder perpetuals.
    #[must_use]
    pub fn markets(&self) -> &[Market] {
        &self.markets
    }

    pub(crate) fn markets_mut(&mut self) -> &mut [Market] {
        &mut self.markets
    }

    /// The entries that were left out, for the log.
    #[must_use]
    pub fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }

    /// The market of this exact name.
    #[must_use]
    pub fn get(&self, coin: &str) -> Option<&Market> {
        self.by_coin.get(coin).and_then(|&position| self.markets.get(position))
    }

    /// The market of this exact name.
    ///
    /// # Errors
    ///
    /// [`UnknownMarket`], with the names that resemble it.
    pub fn find(&self, coin: &str) -> Result<&Market, UnknownMarket> {
        self.get(coin).ok_or_else(|| self.unknown(coin))
    }

    pub(crate) fn unknown(&self, coin: &str) -> UnknownMarket {
        UnknownMarket {
            asked: coin.chars().take(crate::COIN_MAX_BYTES).collect(),
            nearest: nearest::nearest(coin, &self.markets),
        }
    }

    /// The market of this number.
    #[must_use]
    pub fn by_asset(&self, asset: AssetId) -> Option<&Market> {
        let position = self.markets.binary_search_by_key(&asset, |market| market.asset).ok()?;
        self.markets.get(position)
    }
}
