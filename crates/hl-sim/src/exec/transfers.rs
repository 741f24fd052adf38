//! The user-signed actions that this exchange performs.

use hl_wire::{Address, Amount, ErrorText, Value};

use super::Answer;
use crate::Usd;
use crate::core::Core;
use crate::core::account::AccountId;
use crate::core::admin::Transfer;
use crate::refusal::ActionError;

/// A user-signed action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Signed {
    ApproveAgent { agent: Address, name: Option<String>, valid_until: Option<u64> },
    UsdClassTransfer { amount: Option<Usd>, to: Transfer },
}

impl Signed {
    /// Reads one; nothing when it is of another type or malformed.
    pub(super) fn read(action: &Value) -> Option<Self> {
        let text = |key| action.get(key).and_then(Value::as_str);
        match text("type")? {
            "approveAgent" => {
                let agent = text("agentAddress")?.parse().ok()?;
                let (name, valid_until) = split_expiry(text("agentName").unwrap_or_default());
                Some(Self::ApproveAgent { agent, name, valid_until })
            }
            "usdClassTransfer" => {
                let to_perp = action.get("toPerp").and_then(Value::as_bool)?;
                let to = if to_perp { Transfer::ToPerp } else { Transfer::ToSpot };
                Some(Self::UsdClassTransfer { amount: read_usd(text("amount")?), to })
            }
            _ => None,
        }
    }
}

/// Splits `name valid_until 1767776120478` (docs: "Nonces and API wallets").
fn split_expiry(text: &str) -> (Option<String>, Option<u64>) {
    let (name, valid_until) = match text.split_once(" valid_until ") {
        Some((name, until)) => (name, until.parse().ok()),
        None => (text, None),
    };
    ((!name.is_empty()).then(|| name.to_owned()), valid_until)
}

/// Reads an amount, cut to the micro-dollar.
fn read_usd(text: &str) -> Option<Usd> {
    let amount: Amount = text.parse().ok()?;
    (amount.raw() > 0).then(|| Usd::micros(amount.raw() / 100))
}

/// Performs one.
pub(super) fn perform(
    core: &mut Core,
    id: AccountId,
    action: &Signed,
) -> Result<Answer, ActionError> {
    match action {
        Signed::ApproveAgent { agent, name, valid_until } => {
            core.approve_agent(id, *agent, name.clone(), *valid_until)?;
        }
        Signed::UsdClassTransfer { amount, to } => {
            let amount = amount.ok_or(ActionError::Known(ErrorText::InvalidDecimal))?;
            core.transfer(id, amount, *to)?;
        }
    }
    Ok(Answer::default_ok())
}
