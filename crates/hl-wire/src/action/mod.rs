//! L1 actions as documents: what anybody may have sent, with every key in its hashed order.

mod account;
mod order;
mod read;

pub use account::{
    AgentSendAsset, AgentSetAbstraction, CreateSubAccount, EvmUserModify, GossipPriorityBid,
    ReserveRequestWeight, ScheduleCancel, SetReferrer, SubAccountSpotTransfer, SubAccountTransfer,
    TopUpIsolatedOnlyMargin, UpdateIsolatedMargin, UpdateLeverage, UserOutcome, VaultTransfer,
};
pub use order::{
    AlwaysPlace, BatchModifyAction, BuilderFee, CancelAction, CancelByCloid, CancelByCloidAction,
    CancelByOid, Fast, Grouping, ModifyAction, ModifyWire, OrderAction, OrderType, OrderWire, TpSl,
    TwapCancelAction, TwapDetails, TwapOrderAction, TwapTrigger, TwapWire,
};
pub use read::ActionError;

use serde::Serialize;

use crate::ordered::Value;

/// Every L1 action of the exchange endpoint, as a document.
///
/// Serialising it, to JSON or to MessagePack, writes `type` first and then the fields in the order
/// in which the exchange hashes them; an optional field that is not set is absent, never null.
/// Decimals keep the text they came with, so a foreign action hashes literally as it was sent;
/// [`Action::canonicalize`] turns it into what the exchange hashes.
///
/// This type describes; it does not sign. What a bot may sign is [`crate::TradingAction`].
///
/// ```
/// use hl_wire::Action;
///
/// let text = r#"{"type":"cancel","cancels":[{"a":1,"o":82382}]}"#;
/// let action = Action::from_json(text)?;
/// assert_eq!(action.kind(), "cancel");
/// assert_eq!(serde_json::to_string(&action).unwrap(), text);
/// # Ok::<(), hl_wire::ActionError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "camelCase")]
#[non_exhaustive]
pub enum Action {
    /// Place orders.
    Order(OrderAction),
    /// Cancel by the exchange's ids.
    Cancel(CancelAction),
    /// Cancel by the client's ids.
    CancelByCloid(CancelByCloidAction),
    /// Replace one order.
    Modify(ModifyAction),
    /// Replace several orders.
    BatchModify(BatchModifyAction),
    /// Set or clear the dead man's switch.
    ScheduleCancel(ScheduleCancel),
    /// Set the leverage and the margin mode of a market.
    UpdateLeverage(UpdateLeverage),
    /// Add or remove isolated margin.
    UpdateIsolatedMargin(UpdateIsolatedMargin),
    /// Bring an isolated-only position to a target leverage.
    TopUpIsolatedOnlyMargin(TopUpIsolatedOnlyMargin),
    /// Move money into or out of a vault.
    VaultTransfer(VaultTransfer),
    /// Move USDC into or out of a sub-account.
    SubAccountTransfer(SubAccountTransfer),
    /// Move a spot token into or out of a sub-account.
    SubAccountSpotTransfer(SubAccountSpotTransfer),
    /// Make a sub-account.
    CreateSubAccount(CreateSubAccount),
    /// Name the referrer.
    SetReferrer(SetReferrer),
    /// Does nothing but use up its nonce: the way to invalidate an action in flight.
    Noop,
    /// Claim staking or referral rewards.
    ClaimRewards,
    /// Buy request weight beyond the address limit.
    ReserveRequestWeight(ReserveRequestWeight),
    /// Place a TWAP order.
    TwapOrder(TwapOrderAction),
    /// Cancel a TWAP order.
    TwapCancel(TwapCancelAction),
    /// An agent sets the account's abstraction mode.
    AgentSetAbstraction(AgentSetAbstraction),
    /// An agent enables the abstraction of builder dexes.
    AgentEnableDexAbstraction,
    /// An agent moves an asset between dexes of the same user.
    AgentSendAsset(AgentSendAsset),
    /// Choose big or small EVM blocks.
    EvmUserModify(EvmUserModify),
    /// Bid for gossip priority.
    GossipPriorityBid(GossipPriorityBid),
    /// Split, merge or negate outcome tokens.
    UserOutcome(UserOutcome),
    /// An action that this crate does not model: deployments, validator actions, what comes next.
    /// It is hashed as it was written.
    #[serde(untagged)]
    Other(Value),
}

impl Action {
    /// The value of the action's `type` key; empty for an unmodelled document without one.
    #[must_use]
    pub fn kind(&self) -> &str {
        match self {
            Self::Order(_) => "order",
            Self::Cancel(_) => "cancel",
            Self::CancelByCloid(_) => "cancelByCloid",
            Self::Modify(_) => "modify",
            Self::BatchModify(_) => "batchModify",
            Self::ScheduleCancel(_) => "scheduleCancel",
            Self::UpdateLeverage(_) => "updateLeverage",
            Self::UpdateIsolatedMargin(_) => "updateIsolatedMargin",
            Self::TopUpIsolatedOnlyMargin(_) => "topUpIsolatedOnlyMargin",
            Self::VaultTransfer(_) => "vaultTransfer",
            Self::SubAccountTransfer(_) => "subAccountTransfer",
            Self::SubAccountSpotTransfer(_) => "subAccountSpotTransfer",
            Self::CreateSubAccount(_) => "createSubAccount",
            Self::SetReferrer(_) => "setReferrer",
            Self::Noop => "noop",
            Self::ClaimRewards => "claimRewards",
            Self::ReserveRequestWeight(_) => "reserveRequestWeight",
            Self::TwapOrder(_) => "twapOrder",
            Self::TwapCancel(_) => "twapCancel",
            Self::AgentSetAbstraction(_) => "agentSetAbstraction",
            Self::AgentEnableDexAbstraction => "agentEnableDexAbstraction",
            Self::AgentSendAsset(_) => "agentSendAsset",
            Self::EvmUserModify(_) => "evmUserModify",
            Self::GossipPriorityBid(_) => "gossipPriorityBid",
            Self::UserOutcome(_) => "userOutcome",
            Self::Other(value) => value.get("type").and_then(Value::as_str).unwrap_or(""),
        }
    }

    /// Rewrites every decimal to the canonical text, as the exchange does before it hashes.
    ///
    /// Key order, letter case of addresses and cloids, and absent options are canonical already by
    /// construction of the types. A simulator must do this before recovering a signer, because the
    /// exchange parses the JSON into typed values and hashes those, whatever the text was. An
    /// [`Action::Other`] is left as it is.
    pub fn canonicalize(&mut self) {
        match self {
            Self::Order(action) => action.orders.iter_mut().for_each(OrderWire::canonicalize),
            Self::Modify(action) => action.order.canonicalize(),
            Self::BatchModify(action) => {
                action.modifies.iter_mut().for_each(|modify| modify.order.canonicalize());
            }
            Self::TopUpIsolatedOnlyMargin(action) => action.leverage.canonicalize(),
            Self::SubAccountSpotTransfer(action) => action.amount.canonicalize(),
            Self::TwapOrder(action) => action.canonicalize(),
            _ => {}
        }
    }

    /// How many units the address-based limit charges: one per order, cancel or modify of a batch,
    /// one for anything else (the docs' "Rate limits and user limits" page).
    #[must_use]
    pub fn batch_len(&self) -> usize {
        match self {
            Self::Order(action) => action.orders.len(),
            Self::Cancel(action) => action.cancels.len(),
            Self::CancelByCloid(action) => action.cancels.len(),
            Self::BatchModify(action) => action.modifies.len(),
            _ => 1,
        }
    }
}
