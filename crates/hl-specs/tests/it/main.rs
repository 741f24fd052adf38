//! What the crate promises, seen from outside.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod cache;
mod overrides;
mod properties;
mod recorded;
mod universe;

use hl_specs::Universe;
use serde_json::{Value, json};

/// A perpetual's entry in a `meta` document.
fn perp(name: &str, sz_decimals: u8) -> Value {
    json!({"name": name, "szDecimals": sz_decimals, "maxLeverage": 20, "marginTableId": 20})
}

/// A `meta` document of these entries.
fn meta(entries: &[Value]) -> hl_wire::info::Meta {
    let document = json!({"universe": entries, "marginTables": [], "collateralToken": 0});
    serde_json::from_value(document).unwrap()
}

/// A `spotMeta` document of tokens `(name, szDecimals, index)` and pairs `(name, base, quote, index)`.
fn spot_meta(
    tokens: &[(&str, u8, u32)],
    pairs: &[(&str, u32, u32, u32)],
) -> hl_wire::info::SpotMeta {
    let tokens: Vec<_> = tokens
        .iter()
        .map(|(name, sz_decimals, index)| {
            json!({"name": name, "szDecimals": sz_decimals, "weiDecimals": 8, "index": index,
                   "tokenId": "0x6d1e7cde53ba9467b783cb7c530ce054", "isCanonical": true,
                   "evmContract": null, "fullName": null})
        })
        .collect();
    let pairs: Vec<_> = pairs
        .iter()
        .map(|(name, base, quote, index)| {
            json!({"name": name, "tokens": [base, quote], "index": index, "isCanonical": false})
        })
        .collect();
    serde_json::from_value(json!({"tokens": tokens, "universe": pairs})).unwrap()
}

/// A `perpDexs` document: null, then these names.
fn dexs(names: &[&str]) -> Vec<Option<hl_wire::info::PerpDex>> {
    let entries = names.iter().map(|name| {
        json!({"name": name, "fullName": name, "deployer": "0x88806a71d74ad0a510b350545c9ae490912f0888",
               "oracleUpdater": null, "feeRecipient": null, "assetToStreamingOiCap": []})
    });
    let list: Vec<_> = std::iter::once(Value::Null).chain(entries).collect();
    serde_json::from_value(Value::Array(list)).unwrap()
}

/// A universe of perpetuals with these names and size decimals.
fn perps(entries: &[(&str, u8)]) -> Universe {
    let entries: Vec<_> = entries.iter().map(|(name, sz)| perp(name, *sz)).collect();
    Universe::builder().perps(&meta(&entries)).build().unwrap()
}
