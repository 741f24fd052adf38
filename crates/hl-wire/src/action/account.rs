//! The actions about margin, transfers and the account itself.

use serde::{Deserialize, Serialize};

use crate::decimal::WireDecimal;
use crate::ids::{Address, AssetId, Nonce};
use crate::ordered::Value;

/// `{type:"scheduleCancel",time?}`: cancels every open order at `time`, milliseconds since the epoch
/// and at least five seconds ahead; without it, clears the switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduleCancel {
    /// When, or never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<u64>,
}

/// `{type:"updateLeverage",asset,isCross,leverage}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateLeverage {
    /// Asset id.
    pub asset: AssetId,
    /// Cross or isolated.
    pub is_cross: bool,
    /// Whole number from 1 to the market's maximum.
    pub leverage: u32,
}

/// `{type:"updateIsolatedMargin",asset,isBuy,ntli}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateIsolatedMargin {
    /// Asset id.
    pub asset: AssetId,
    /// Ignored by the exchange until it has a hedge mode.
    pub is_buy: bool,
    /// Millionths of a dollar to add; negative removes.
    pub ntli: i64,
}

/// `{type:"topUpIsolatedOnlyMargin",asset,leverage}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopUpIsolatedOnlyMargin {
    /// Asset id.
    pub asset: AssetId,
    /// Target leverage: a decimal, as text.
    pub leverage: WireDecimal,
}

/// `{type:"vaultTransfer",vaultAddress,isDeposit,usd}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VaultTransfer {
    /// The vault.
    pub vault_address: Address,
    /// Into or out of it.
    pub is_deposit: bool,
    /// Millionths of a dollar.
    pub usd: u64,
}

/// `{type:"subAccountTransfer",subAccountUser,isDeposit,usd}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SubAccountTransfer {
    /// The sub-account.
    pub sub_account_user: Address,
    /// Into or out of it.
    pub is_deposit: bool,
    /// Millionths of a dollar.
    pub usd: u64,
}

/// `{type:"subAccountSpotTransfer",subAccountUser,isDeposit,token,amount}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SubAccountSpotTransfer {
    /// The sub-account.
    pub sub_account_user: Address,
    /// Into or out of it.
    pub is_deposit: bool,
    /// `NAME:0xtokenid`.
    pub token: String,
    /// How much.
    pub amount: WireDecimal,
}

/// `{type:"createSubAccount",name}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateSubAccount {
    /// Its name.
    pub name: String,
}

/// `{type:"setReferrer",code}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetReferrer {
    /// Referral code.
    pub code: String,
}

/// `{type:"reserveRequestWeight",weight,destination?}`: 0.0005 USDC per request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReserveRequestWeight {
    /// How many requests.
    pub weight: u64,
    /// For whom, if not for the sender.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination: Option<Address>,
}

/// `{type:"agentSetAbstraction",abstraction}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentSetAbstraction {
    /// `i`, `u` or `p`.
    pub abstraction: String,
}

/// `{type:"agentSendAsset",destination,sourceDex,destinationDex,token,amount,fromSubAccount,nonce}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AgentSendAsset {
    /// Same user, or one of their sub-accounts.
    pub destination: Address,
    /// Dex name; empty is the first dex, `spot` is spot.
    pub source_dex: String,
    /// As `source_dex`.
    pub destination_dex: String,
    /// `NAME:0xtokenid`.
    pub token: String,
    /// How much; the exchange takes scientific notation here, so the text is not judged.
    pub amount: String,
    /// Empty, or the sub-account to take from.
    pub from_sub_account: String,
    /// Same as the envelope's.
    pub nonce: Nonce,
}

/// `{type:"evmUserModify",usingBigBlocks}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EvmUserModify {
    /// Big or small blocks.
    pub using_big_blocks: bool,
}

/// `{type:"gossipPriorityBid",slotId,ip,maxGas}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GossipPriorityBid {
    /// Which slot.
    pub slot_id: u64,
    /// Whose address.
    pub ip: String,
    /// The bid.
    pub max_gas: u64,
}

/// `{type:"userOutcome",<operation>}`: one operation, its fields kept in the order they came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserOutcome {
    /// Split quote into outcome tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split_outcome: Option<Value>,
    /// Merge outcome tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merge_outcome: Option<Value>,
    /// Merge the tokens of a question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merge_question: Option<Value>,
    /// Negate an outcome.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub negate_outcome: Option<Value>,
}
