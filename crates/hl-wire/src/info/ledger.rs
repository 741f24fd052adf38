//! What moves money in and out of an account other than trading and funding.

use serde::{Deserialize, Serialize};

use hl_quant::Millis;

use crate::decimal::Amount;
use crate::ids::Address;
use crate::num;

/// One entry of `userNonFundingLedgerUpdates` (the docs' "Info endpoint" pages).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LedgerUpdate {
    /// Block time.
    #[serde(with = "num::millis")]
    pub time: Millis,
    /// Transaction hash. One transaction can carry several entries.
    pub hash: String,
    /// What moved.
    pub delta: LedgerDelta,
}

/// What moved. The docs give no closed list: a kind that is not here reads as
/// [`LedgerDelta::Other`], of which nobody can say what it did to the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
#[expect(missing_docs, reason = "the fields are the exchange's own words")]
pub enum LedgerDelta {
    /// Came over the bridge.
    Deposit { usdc: Amount },
    /// Left over the bridge; the fee comes on top.
    Withdraw {
        usdc: Amount,
        #[serde(default)]
        fee: Amount,
    },
    /// Between the perpetual and the spot account of the same user.
    AccountClassTransfer { usdc: Amount, to_perp: bool },
    /// From one user to another.
    InternalTransfer {
        usdc: Amount,
        user: Address,
        destination: Address,
        #[serde(default)]
        fee: Amount,
    },
    /// Between a master account and its sub-account.
    SubAccountTransfer { usdc: Amount, user: Address, destination: Address },
    /// Between accounts and dexes; the empty name is the first perpetual dex, `spot` the spot
    /// account.
    Send {
        user: Address,
        destination: Address,
        #[serde(default)]
        source_dex: String,
        #[serde(default)]
        destination_dex: String,
        token: String,
        amount: Amount,
        #[serde(default)]
        fee: Amount,
        #[serde(default)]
        fee_token: String,
    },
    /// Tokens from one spot account to another.
    SpotTransfer { token: String, amount: Amount, user: Address, destination: Address },
    /// Into a vault.
    VaultDeposit { usdc: Amount },
    /// Into a new vault.
    VaultCreate {
        usdc: Amount,
        #[serde(default)]
        fee: Amount,
    },
    /// Out of a vault.
    VaultWithdraw { net_withdrawn_usd: Amount },
    /// What a vault pays out.
    VaultDistribution { usdc: Amount },
    /// What a vault pays to its leader.
    VaultLeaderCommission { usdc: Amount },
    /// A liquidation of the account: a loss, not a transfer. Its trades are among the fills.
    Liquidation { account_value: Amount },
    /// Between the spot account and staking.
    CStakingTransfer {},
    /// Tokens of a new spot market.
    SpotGenesis {},
    /// A kind that is not known.
    #[serde(other)]
    Other,
}
