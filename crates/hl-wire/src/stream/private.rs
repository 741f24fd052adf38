//! Frames about the user.

use serde::{Deserialize, Serialize};

use hl_quant::{Millis, SignedSize};

use crate::decimal::Amount;
use crate::ids::{Address, Oid};
use crate::info::Fill;
use crate::num;

/// `userFills`: fills, the first time all recent ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserFills {
    /// Whether these are past fills, sent on subscribing.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub is_snapshot: bool,
    /// Whose.
    pub user: Address,
    /// The fills. Deduplicate by time, coin and tid.
    pub fills: Vec<Fill>,
}

/// `user`, the channel of the subscription `userEvents`: one or more of these.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserEvents {
    /// Fills.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fills: Vec<Fill>,
    /// A funding payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub funding: Option<UserFunding>,
    /// A liquidation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub liquidation: Option<Liquidation>,
    /// Orders that the exchange cancelled.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub non_user_cancel: Vec<NonUserCancel>,
}

/// `userFundings`: funding payments, the first time all recent ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserFundings {
    /// Whether these are past payments, sent on subscribing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_snapshot: Option<bool>,
    /// Whose.
    pub user: Address,
    /// The payments. Deduplicate by time and coin: a market pays once an hour.
    pub fundings: Vec<UserFunding>,
}

/// A funding payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserFunding {
    /// When.
    #[serde(with = "num::millis")]
    pub time: Millis,
    /// Which market.
    pub coin: String,
    /// Dollars received; negative was paid.
    pub usdc: Amount,
    /// Position it was for.
    #[serde(with = "num::exact")]
    pub szi: SignedSize,
    /// Rate of the hour.
    pub funding_rate: Amount,
}

/// A liquidation. The exchange writes these keys with underscores.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Liquidation {
    /// Its id.
    pub lid: u64,
    /// Who took over.
    pub liquidator: String,
    /// Whose.
    pub liquidated_user: Address,
    /// Dollars of position.
    pub liquidated_ntl_pos: Amount,
    /// What the account was worth.
    pub liquidated_account_value: Amount,
}

/// An order that the exchange cancelled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NonUserCancel {
    /// Which market.
    pub coin: String,
    /// Which order.
    pub oid: Oid,
}
