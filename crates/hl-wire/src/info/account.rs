//! The state of accounts: positions, margin, balances.

use serde::{Deserialize, Serialize};

use hl_quant::{Millis, SignedSize};

use crate::decimal::Amount;
use crate::num;
use crate::open_enum::open_enum;

/// `clearinghouseState`: the perpetual account of a user on one dex.
///
/// Under a unified account or portfolio margin the balances here mean nothing: see
/// [`SpotClearinghouseState`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClearinghouseState {
    /// Positions.
    pub asset_positions: Vec<AssetPosition>,
    /// All margin.
    pub margin_summary: MarginSummary,
    /// Cross margin alone.
    pub cross_margin_summary: MarginSummary,
    /// Below this account value, cross positions are liquidated.
    #[serde(default)]
    pub cross_maintenance_margin_used: Amount,
    /// Dollars that can leave; absent in the oldest documents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawable: Option<Amount>,
    /// As of when.
    #[serde(with = "num::millis_option", default)]
    pub time: Option<Millis>,
}

/// One entry of the positions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssetPosition {
    /// `oneWay`: there is no hedge mode yet.
    #[serde(rename = "type")]
    pub kind: String,
    /// The position.
    pub position: Position,
}

/// One position.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Position {
    /// Which market.
    pub coin: String,
    /// Size; negative is short.
    #[serde(with = "num::exact")]
    pub szi: SignedSize,
    /// Average entry price; null when flat.
    #[serde(default)]
    pub entry_px: Option<Amount>,
    /// Dollars at mark.
    pub position_value: Amount,
    /// Profit at mark.
    pub unrealized_pnl: Amount,
    /// The same over the margin at entry.
    pub return_on_equity: Amount,
    /// Where it is liquidated, if anywhere.
    #[serde(default)]
    pub liquidation_px: Option<Amount>,
    /// Margin.
    pub margin_used: Amount,
    /// The market's highest leverage.
    #[serde(default)]
    pub max_leverage: Option<u32>,
    /// Leverage and margin mode.
    pub leverage: Leverage,
    /// Funding paid.
    #[serde(default)]
    pub cum_funding: Option<CumFunding>,
}

open_enum! {
    /// Margin mode.
    LeverageKind {
        /// One margin for all such positions.
        Cross = "cross",
        /// A margin of its own.
        Isolated = "isolated",
    }
}

/// Leverage of a position.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Leverage {
    /// Margin mode.
    #[serde(rename = "type")]
    pub kind: LeverageKind,
    /// Whole number.
    pub value: u32,
    /// Dollars of an isolated position before its value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_usd: Option<Amount>,
}

/// Funding paid; positive has left the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CumFunding {
    /// Ever.
    pub all_time: Amount,
    /// Since the position was opened.
    pub since_open: Amount,
    /// Since it last changed.
    pub since_change: Amount,
}

/// Sums of margin, in dollars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MarginSummary {
    /// What the account is worth.
    pub account_value: Amount,
    /// Sum of position values.
    pub total_ntl_pos: Amount,
    /// Dollars before position values.
    pub total_raw_usd: Amount,
    /// Margin in use.
    pub total_margin_used: Amount,
}

/// `spotClearinghouseState`: tokens held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpotClearinghouseState {
    /// One entry per token.
    pub balances: Vec<Balance>,
}

/// How much of one token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Balance {
    /// Token name.
    pub coin: String,
    /// Token id.
    #[serde(default)]
    pub token: Option<u32>,
    /// Held for resting orders.
    pub hold: Amount,
    /// All of it.
    pub total: Amount,
    /// Dollars paid for it.
    #[serde(default)]
    pub entry_ntl: Amount,
}
