//! The universe and what its markets are doing.

use hl_quant::{DECIMALS, Side};
use serde::Serialize;

use crate::config::MarginMode;
use crate::core::Core;
use crate::core::market::Market;
use crate::text;
use crate::universe::ListingState;

/// The answer to `meta`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MetaDoc {
    universe: Vec<AssetDoc>,
    margin_tables: Vec<(u8, MarginTableDoc)>,
    collateral_token: u32,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AssetDoc {
    sz_decimals: u8,
    name: String,
    max_leverage: u8,
    margin_table_id: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    only_isolated: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_delisted: Option<bool>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct MarginTableDoc {
    description: &'static str,
    margin_tiers: Vec<MarginTierDoc>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct MarginTierDoc {
    lower_bound: String,
    max_leverage: u8,
}

/// The markets in the order of the numbers that the outside has for them.
fn listed(core: &Core) -> impl Iterator<Item = &Market> {
    core.markets.iter().filter_map(|market| core.market(core.renumbered(market.asset)))
}

/// Entries of no use, when lists have holes: slots that were never traded and have no context, so
/// that the two lists of `metaAndAssetCtxs` are not parallel.
fn holes(core: &Core) -> impl Iterator<Item = AssetDoc> {
    let count = if core.trouble.has_holes() { 3_u8 } else { 0 };
    (0..count).map(|hole| AssetDoc {
        sz_decimals: 0,
        name: format!("@hole:{hole}/*"),
        max_leverage: 1,
        margin_table_id: 99,
        only_isolated: Some(true),
        is_delisted: Some(true),
    })
}

pub(super) fn meta(core: &Core) -> MetaDoc {
    let asset = |market: &Market| {
        let config = &market.config;
        AssetDoc {
            sz_decimals: config.sz_decimals.get(),
            name: config.coin.clone(),
            max_leverage: config.max_leverage,
            margin_table_id: config.margin_table,
            only_isolated: (config.margin_mode == MarginMode::OnlyIsolated).then_some(true),
            is_delisted: (config.listing == ListingState::Delisted).then_some(true),
        }
    };
    let tables = core.config.margin_tables.iter().map(|table| {
        let tiers = table.tiers.iter().map(|tier| MarginTierDoc {
            lower_bound: format!("{}.0", tier.lower_bound),
            max_leverage: tier.max_leverage,
        });
        let document =
            MarginTableDoc { description: table.description, margin_tiers: tiers.collect() };
        (table.id, document)
    });
    MetaDoc {
        universe: listed(core).map(asset).chain(holes(core)).collect(),
        margin_tables: tables.collect(),
        collateral_token: 0,
    }
}

/// What a market is doing: an entry of `metaAndAssetCtxs` and the inside of `activeAssetCtx`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ContextDoc {
    funding: &'static str,
    open_interest: String,
    prev_day_px: String,
    day_ntl_vlm: String,
    premium: Option<String>,
    oracle_px: String,
    mark_px: String,
    mid_px: Option<String>,
    impact_pxs: Option<[String; 2]>,
    day_base_vlm: String,
}

pub(super) fn contexts(core: &Core) -> Vec<ContextDoc> {
    listed(core).map(|market| context(core, market)).collect()
}

pub(crate) fn context(core: &Core, market: &Market) -> ContextDoc {
    let impact = impact(market);
    ContextDoc {
        funding: "0.0",
        open_interest: text::szi(core.open_interest(market.asset)),
        prev_day_px: text::px(market.day.open_px.unwrap_or(market.mark)),
        day_ntl_vlm: market.day.volume.to_string(),
        premium: impact.map(|impact| premium(market, impact)),
        oracle_px: text::px(market.oracle),
        mark_px: text::px(market.mark),
        mid_px: super::view::mid(market),
        impact_pxs: impact.map(|impact| impact.map(text::px_raw)),
        day_base_vlm: text::sz(market.day.base),
    }
}

/// Average prices at which the impact notional would sell and buy, in units of 10^-8 (docs:
/// "Funding"): 20,000 dollars for BTC and ETH, 6,000 for the rest.
fn impact(market: &Market) -> Option<[u64; 2]> {
    let dollars: u128 =
        if matches!(market.config.coin.as_str(), "BTC" | "ETH") { 20_000 } else { 6_000 };
    let side = |side| {
        // Values at 10^-16 of a dollar, sizes at 10^-8.
        let mut value_left = dollars.checked_mul(10_000_000_000_000_000)?;
        let target = value_left;
        let mut size: u128 = 0;
        for level in market.book.levels(side) {
            let value = (level.px * level.sz).raw();
            if value >= value_left {
                size = size.saturating_add(value_left / u128::from(level.px.raw()));
                return u64::try_from(target.checked_div(size)?).ok();
            }
            value_left = value_left.saturating_sub(value);
            size = size.saturating_add(u128::from(level.sz.raw()));
        }
        None
    };
    Some([side(Side::Bid)?, side(Side::Ask)?])
}

/// How far the impact prices lie outside the oracle price, as a fraction of it.
fn premium(market: &Market, [bid, ask]: [u64; 2]) -> String {
    let oracle = market.oracle.raw();
    let above = i128::from(bid.saturating_sub(oracle));
    let below = i128::from(oracle.saturating_sub(ask));
    let scale = 10_i128.saturating_pow(DECIMALS.saturating_add(2));
    let ratio = (above - below).saturating_mul(scale) / i128::from(oracle).max(1);
    text::scaled(ratio, DECIMALS.saturating_add(2))
}

/// The answer to `spotMeta`: the quote token and one pair, so that clients that insist on a spot
/// universe find one. It does not trade here.
#[derive(Debug, Serialize)]
pub(super) struct SpotMetaDoc {
    universe: [PairDoc; 1],
    tokens: [TokenDoc; 2],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PairDoc {
    tokens: [u32; 2],
    name: &'static str,
    index: u32,
    is_canonical: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct TokenDoc {
    name: &'static str,
    sz_decimals: u8,
    wei_decimals: u8,
    index: u32,
    token_id: &'static str,
    is_canonical: bool,
    evm_contract: Option<()>,
    full_name: Option<()>,
}

pub(super) fn spot_meta(core: &Core) -> SpotMetaDoc {
    let mut meta = plain_spot_meta();
    if core.trouble.has_holes() {
        // As on the real venue, where the index of an entry is not its place in the list.
        let [pair] = &mut meta.universe;
        let [_, token] = &mut meta.tokens;
        (pair.tokens, pair.index, token.index) = ([150, 0], 107, 150);
    }
    meta
}

const fn plain_spot_meta() -> SpotMetaDoc {
    const fn token(
        name: &'static str,
        sz_decimals: u8,
        wei_decimals: u8,
        index: u32,
        token_id: &'static str,
    ) -> TokenDoc {
        TokenDoc {
            name,
            sz_decimals,
            wei_decimals,
            index,
            token_id,
            is_canonical: true,
            evm_contract: None,
            full_name: None,
        }
    }
    SpotMetaDoc {
        universe: [PairDoc { tokens: [1, 0], name: "PURR/USDC", index: 0, is_canonical: true }],
        tokens: [
            token("USDC", 8, 8, 0, "0x6d1e7cde53ba9467b783cb7c530ce054"),
            token("PURR", 0, 5, 1, "0xc1fb593aeffbeb02f85e0308e9956a90"),
        ],
    }
}

/// What the one spot pair is doing: nothing.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SpotContextDoc {
    prev_day_px: &'static str,
    day_ntl_vlm: &'static str,
    mark_px: &'static str,
    mid_px: Option<()>,
    circulating_supply: &'static str,
    coin: &'static str,
    total_supply: &'static str,
    day_base_vlm: &'static str,
}

pub(super) const fn spot_contexts() -> [SpotContextDoc; 1] {
    [SpotContextDoc {
        prev_day_px: "0.1",
        day_ntl_vlm: "0.0",
        mark_px: "0.1",
        mid_px: None,
        circulating_supply: "1000000000.0",
        coin: "PURR/USDC",
        total_supply: "1000000000.0",
        day_base_vlm: "0.0",
    }]
}
