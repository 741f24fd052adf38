//! Signing, as the exchange of the world wants it.

use hl_quant::Millis;
use hl_sim::{Signatures, stand_in};
use hl_wire::{
    Address, AgentKey, Network, Nonce, Signature, TradingAction, l1_action_hash, l1_signing_hash,
};
use serde::Serialize;

/// Signs for one account at one exchange.
#[derive(Debug)]
pub(crate) struct Signer {
    key: AgentKey,
    network: Network,
    signatures: Signatures,
}

/// A request as `hl_wire::SignedRequest` writes it; only [`AgentKey`] can make one of those.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    action: &'a TradingAction,
    nonce: Nonce,
    signature: Signature,
    vault_address: Option<Address>,
    expires_after: Option<u64>,
}

impl Signer {
    pub(crate) const fn new(key: AgentKey, network: Network, signatures: Signatures) -> Self {
        Self { key, network, signatures }
    }

    pub(crate) const fn address(&self) -> Address {
        self.key.address()
    }

    /// The body of a request; nothing when the action cannot be signed, which none of ours can.
    pub(crate) fn body(
        &self,
        action: &TradingAction,
        nonce: Nonce,
        expires: Option<Millis>,
    ) -> Option<Vec<u8>> {
        match self.signatures {
            Signatures::Recovered => {
                let signed = self.key.sign_trading(action, nonce, self.network, None, expires);
                Some(signed.ok()?.to_json().ok()?.into_bytes())
            }
            Signatures::StandIn => {
                let hash = l1_action_hash(action, nonce, None, expires).ok()?;
                let hash = l1_signing_hash(&hash, self.network);
                let signature = stand_in(self.key.address(), &hash);
                let expires_after = expires.map(|at| at.0);
                let body = Body { action, nonce, signature, vault_address: None, expires_after };
                serde_json::to_vec(&body).ok()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_of_signature_are_around_the_same_request() {
        let key = || AgentKey::from_hex(&"5e".repeat(32)).unwrap();
        let body = |signatures| {
            let signer = Signer::new(key(), Network::Testnet, signatures);
            let body = signer.body(&TradingAction::Noop, Nonce(7), Some(Millis(9))).unwrap();
            let mut json: serde_json::Value = serde_json::from_slice(&body).unwrap();
            json["signature"].take();
            json.to_string()
        };
        assert_eq!(body(Signatures::Recovered), body(Signatures::StandIn));
    }
}
