//! Reading an action from JSON.

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::Action;

/// A text that is not an action. Retrying cannot help: the exchange would answer HTTP 422.
#[derive(Debug, thiserror::Error)]
#[error("not an exchange action: {0}")]
pub struct ActionError(#[from] serde_json::Error);

/// The one key that says which action it is.
#[derive(Deserialize)]
struct Tag<'a> {
    #[serde(rename = "type", borrow)]
    kind: std::borrow::Cow<'a, str>,
}

impl Action {
    /// Reads an action from its JSON text.
    ///
    /// Keys may come in any order and unknown ones are dropped, as the exchange does with actions it
    /// knows. A `type` that is not modelled becomes [`Action::Other`], its order kept.
    ///
    /// # Errors
    /// [`ActionError`] names the place: a missing, duplicate or mistyped field, a JSON number where
    /// a decimal string belongs, a decimal the exchange would refuse. Do not retry.
    pub fn from_json(text: &str) -> Result<Self, ActionError> {
        Ok(serde_json::from_str(text)?)
    }
}

impl<'de> Deserialize<'de> for Action {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        read(raw.get()).map_err(serde::de::Error::custom)
    }
}

fn read(text: &str) -> Result<Action, serde_json::Error> {
    use serde_json::from_str;
    let tag: Tag<'_> = from_str(text)?;
    Ok(match tag.kind.as_ref() {
        "order" => Action::Order(from_str(text)?),
        "cancel" => Action::Cancel(from_str(text)?),
        "cancelByCloid" => Action::CancelByCloid(from_str(text)?),
        "modify" => Action::Modify(from_str(text)?),
        "batchModify" => Action::BatchModify(from_str(text)?),
        "scheduleCancel" => Action::ScheduleCancel(from_str(text)?),
        "updateLeverage" => Action::UpdateLeverage(from_str(text)?),
        "updateIsolatedMargin" => Action::UpdateIsolatedMargin(from_str(text)?),
        "topUpIsolatedOnlyMargin" => Action::TopUpIsolatedOnlyMargin(from_str(text)?),
        "vaultTransfer" => Action::VaultTransfer(from_str(text)?),
        "subAccountTransfer" => Action::SubAccountTransfer(from_str(text)?),
        "subAccountSpotTransfer" => Action::SubAccountSpotTransfer(from_str(text)?),
        "createSubAccount" => Action::CreateSubAccount(from_str(text)?),
        "setReferrer" => Action::SetReferrer(from_str(text)?),
        "noop" => Action::Noop,
        "claimRewards" => Action::ClaimRewards,
        "reserveRequestWeight" => Action::ReserveRequestWeight(from_str(text)?),
        "twapOrder" => Action::TwapOrder(from_str(text)?),
        "twapCancel" => Action::TwapCancel(from_str(text)?),
        "agentSetAbstraction" => Action::AgentSetAbstraction(from_str(text)?),
        "agentEnableDexAbstraction" => Action::AgentEnableDexAbstraction,
        "agentSendAsset" => Action::AgentSendAsset(from_str(text)?),
        "evmUserModify" => Action::EvmUserModify(from_str(text)?),
        "gossipPriorityBid" => Action::GossipPriorityBid(from_str(text)?),
        "userOutcome" => Action::UserOutcome(from_str(text)?),
        _ => Action::Other(from_str(text)?),
    })
}
