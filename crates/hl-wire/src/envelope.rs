//! The body of a POST to `/exchange`, outgoing and incoming.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use hl_quant::Millis;

use crate::action::{Action, ActionError};
use crate::ids::{Address, Network, Nonce};
use crate::ordered::Value;
use crate::sign::{RecoverError, Signature, recover_l1};

/// A signed action, ready to be sent over HTTP or posted on the socket.
///
/// Only [`crate::AgentKey`] makes one to send.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SignedRequest<A> {
    pub(crate) action: A,
    pub(crate) nonce: Nonce,
    pub(crate) signature: Signature,
    pub(crate) vault_address: Option<Address>,
    #[serde(serialize_with = "crate::num::millis_option::serialize")]
    pub(crate) expires_after: Option<Millis>,
}

impl<A: Serialize> SignedRequest<A> {
    /// The action.
    pub const fn action(&self) -> &A {
        &self.action
    }

    /// The nonce.
    pub const fn nonce(&self) -> Nonce {
        self.nonce
    }

    /// The signature.
    pub const fn signature(&self) -> &Signature {
        &self.signature
    }

    /// The JSON text.
    ///
    /// # Errors
    /// None with the actions of this crate; a foreign `Serialize` may refuse. Do not retry.
    pub fn to_json(&self) -> Result<String, ActionError> {
        Ok(serde_json::to_string(self)?)
    }

    /// Recovers the signer from the request itself: the check that what is sent is what was signed. It
    /// must give the key's own address.
    ///
    /// # Errors
    /// [`RecoverError`] if the signature is nobody's.
    pub fn recover(&self, network: Network) -> Result<Address, RecoverError> {
        recover_l1(
            &self.action,
            self.nonce,
            network,
            self.vault_address,
            self.expires_after,
            &self.signature,
        )
    }
}

/// A request as the exchange receives it: nothing about it is believed yet.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReceivedRequest<'a> {
    /// The action's text. Which kind it is decides how it is hashed.
    #[serde(borrow)]
    pub action: &'a RawValue,
    /// The nonce.
    pub nonce: Nonce,
    /// The signature.
    pub signature: Signature,
    /// For whom, if not for the signer's own account. Null and absent are the same.
    #[serde(default)]
    pub vault_address: Option<Address>,
    /// Until when. Null and absent are the same.
    #[serde(default, deserialize_with = "crate::num::millis_option::deserialize")]
    pub expires_after: Option<Millis>,
}

impl<'a> ReceivedRequest<'a> {
    /// Reads a request.
    ///
    /// # Errors
    /// [`ActionError`] names the place; the exchange answers HTTP 422. Do not retry.
    pub fn from_json(text: &'a str) -> Result<Self, ActionError> {
        Ok(serde_json::from_str(text)?)
    }

    /// The action as the exchange understands it: typed, canonical.
    ///
    /// # Errors
    /// [`ActionError`] names the place; the exchange answers HTTP 422. Do not retry.
    pub fn l1_action(&self) -> Result<Action, ActionError> {
        let mut action = Action::from_json(self.action.get())?;
        action.canonicalize();
        Ok(action)
    }

    /// The action as ordered JSON: for user-signed actions and multi-signatures.
    ///
    /// # Errors
    /// [`ActionError`] names the place; the exchange answers HTTP 422. Do not retry.
    pub fn value(&self) -> Result<Value, ActionError> {
        Ok(serde_json::from_str(self.action.get())?)
    }

    /// Who signed `action`, an L1 action as [`ReceivedRequest::l1_action`] gives it.
    ///
    /// # Errors
    /// [`RecoverError`] if the signature is nobody's.
    pub fn recover(&self, action: &Action, network: Network) -> Result<Address, RecoverError> {
        recover_l1(
            action,
            self.nonce,
            network,
            self.vault_address,
            self.expires_after,
            &self.signature,
        )
    }
}
