//! What trades: perpetuals, spot pairs, builder dexes (the docs' "Info endpoint" pages).

use serde::{Deserialize, Serialize};

use super::market::{AssetCtx, SpotAssetCtx};
use crate::decimal::Amount;
use crate::ids::Address;

/// `meta`: the perpetuals of one dex.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Meta {
    /// The markets. The position of an entry is its index for the asset id; delisted ones stay.
    pub universe: Vec<PerpAsset>,
    /// Margin tiers by id. Ids below 50 are a single tier and need no entry.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub margin_tables: Vec<(u32, MarginTable)>,
    /// The token that is the dex's collateral; 0 is USDC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collateral_token: Option<u32>,
}

/// One perpetual.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PerpAsset {
    /// Coin name; `dex:COIN` on a builder dex.
    pub name: String,
    /// Decimals of sizes; with it go the decimals of prices.
    pub sz_decimals: u8,
    /// Highest leverage.
    pub max_leverage: u32,
    /// Which margin table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub margin_table_id: Option<u32>,
    /// Whether cross margin is not offered.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub only_isolated: bool,
    /// Whether it has ceased to trade.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub is_delisted: bool,
    /// `strictIsolated`, `noCross` or what comes next; builder dexes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub margin_mode: Option<String>,
    /// `enabled` while fees are a tenth; builder dexes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub growth_mode: Option<String>,
}

/// The margin tiers of a market.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MarginTable {
    /// For people.
    pub description: String,
    /// Tiers, by rising lower bound.
    pub margin_tiers: Vec<MarginTier>,
}

/// One margin tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MarginTier {
    /// Dollars of position value from which it holds.
    pub lower_bound: Amount,
    /// Highest leverage in it.
    pub max_leverage: u32,
}

/// `metaAndAssetCtxs`: the markets and, in the same order, their state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetaAndAssetCtxs(pub Meta, pub Vec<AssetCtx>);

/// `spotMeta`: tokens and pairs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpotMeta {
    /// The tokens. Their `index`, not their position, is what pairs refer to.
    #[serde(default)]
    pub tokens: Vec<SpotToken>,
    /// The pairs.
    pub universe: Vec<SpotPair>,
}

/// One token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SpotToken {
    /// Name.
    pub name: String,
    /// Decimals of sizes of the pairs that have it as base.
    pub sz_decimals: u8,
    /// Decimals of its smallest unit.
    pub wei_decimals: u8,
    /// Its id.
    pub index: u32,
    /// Hex id, part of the token's name in transfers.
    pub token_id: String,
    /// Whether the name is its own.
    pub is_canonical: bool,
    /// For people.
    #[serde(default)]
    pub full_name: Option<String>,
}

/// One spot pair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SpotPair {
    /// `PURR/USDC` or `@index`: the coin of books and trades.
    pub name: String,
    /// Base and quote token ids.
    pub tokens: (u32, u32),
    /// What the asset id is made of; not the position in the list.
    pub index: u32,
    /// Whether the name is its own.
    pub is_canonical: bool,
}

/// `spotMetaAndAssetCtxs`. The contexts name their coin; their order is not that of the pairs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpotMetaAndAssetCtxs(pub SpotMeta, pub Vec<SpotAssetCtx>);

/// One entry of `perpDexs`; the entry 0 of that list is null and stands for the first dex.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PerpDex {
    /// The prefix of its coins.
    pub name: String,
    /// For people.
    pub full_name: String,
    /// Who runs it.
    pub deployer: Address,
    /// Who moves its oracle.
    #[serde(default)]
    pub oracle_updater: Option<Address>,
    /// Who gets its fees.
    #[serde(default)]
    pub fee_recipient: Option<Address>,
    /// Open-interest cap in dollars by coin.
    #[serde(default)]
    pub asset_to_streaming_oi_cap: Vec<(String, Amount)>,
    /// Multiplier of the funding rate by coin.
    #[serde(default)]
    pub asset_to_funding_multiplier: Vec<(String, Amount)>,
}
