//! The hash of an L1 action and the phantom agent around it.

use serde::Serialize;

use hl_quant::Millis;

use super::signature::{RecoverError, Signature, recover};
use super::{Hash, HashError, eip712, keccak256};
use crate::ids::{Address, Network, Nonce};

/// Hashes L1 actions into one buffer that is used again.
#[derive(Debug, Default)]
pub struct ActionHasher {
    preimage: Vec<u8>,
}

impl ActionHasher {
    /// An empty hasher with room for a batch of forty orders.
    #[must_use]
    pub fn new() -> Self {
        Self { preimage: Vec::with_capacity(4096) }
    }

    /// The action hash, also called connection id:
    /// `keccak256(msgpack(action) || nonce || vault || expiry)`, where the vault is `00` or `01` and 20
    /// bytes, and the expiry is absent or `00` and 8 bytes.
    ///
    /// # Errors
    /// [`HashError`] if `action` refuses to serialise.
    pub fn hash(
        &mut self,
        action: &impl Serialize,
        nonce: Nonce,
        vault: Option<Address>,
        expires_after: Option<Millis>,
    ) -> Result<Hash, HashError> {
        self.preimage.clear();
        // Structs as maps: the exchange hashes keys.
        let mut serializer = rmp_serde::Serializer::new(&mut self.preimage).with_struct_map();
        action.serialize(&mut serializer)?;
        self.preimage.extend_from_slice(&nonce.0.to_be_bytes());
        match vault {
            None => self.preimage.push(0),
            Some(vault) => {
                self.preimage.push(1);
                self.preimage.extend_from_slice(vault.as_bytes());
            }
        }
        if let Some(expires_after) = expires_after {
            self.preimage.push(0);
            self.preimage.extend_from_slice(&expires_after.0.to_be_bytes());
        }
        Ok(keccak256(&self.preimage))
    }

    /// The bytes that were hashed last.
    #[must_use]
    pub fn preimage(&self) -> &[u8] {
        &self.preimage
    }
}

/// [`ActionHasher::hash`] with a buffer of its own.
///
/// # Errors
/// [`HashError`] if `action` refuses to serialise.
pub fn l1_action_hash(
    action: &impl Serialize,
    nonce: Nonce,
    vault: Option<Address>,
    expires_after: Option<Millis>,
) -> Result<Hash, HashError> {
    ActionHasher::new().hash(action, nonce, vault, expires_after)
}

/// The hash of the phantom agent `Agent(string source,bytes32 connectionId)`.
#[must_use]
pub fn l1_struct_hash(action_hash: &Hash, network: Network) -> Hash {
    let source = match network {
        Network::Mainnet => &SOURCE_A,
        Network::Testnet => &SOURCE_B,
    };
    let mut words = [0u8; 96];
    let parts = AGENT_TYPE.iter().chain(source).chain(action_hash);
    for (slot, byte) in words.iter_mut().zip(parts) {
        *slot = *byte;
    }
    keccak256(&words)
}

/// What is signed for an L1 action.
#[must_use]
pub fn l1_signing_hash(action_hash: &Hash, network: Network) -> Hash {
    eip712::signing_hash(&eip712::exchange_domain(), &l1_struct_hash(action_hash, network))
}

/// The address whose key signed an L1 action. It always gives some address: that the exchange knows it
/// is for the caller to check.
///
/// # Errors
/// [`RecoverError`] if no key belongs to the signature, or `action` refuses to serialise.
pub fn recover_l1(
    action: &impl Serialize,
    nonce: Nonce,
    network: Network,
    vault: Option<Address>,
    expires_after: Option<Millis>,
    signature: &Signature,
) -> Result<Address, RecoverError> {
    let hash = l1_action_hash(action, nonce, vault, expires_after)?;
    recover(&l1_signing_hash(&hash, network), signature)
}

/// `keccak256("Agent(string source,bytes32 connectionId)")`. Held by a test, like the two below.
const AGENT_TYPE: Hash = [
    0x26, 0xf0, 0x5c, 0x2f, 0x72, 0x39, 0xb6, 0x98, 0x30, 0x75, 0xe5, 0x83, 0x21, 0x29, 0x2d, 0x77,
    0xb3, 0xaa, 0x17, 0x3d, 0x19, 0xb2, 0x72, 0x57, 0xac, 0x96, 0xab, 0x36, 0x25, 0x70, 0xf5, 0x08,
];

/// `keccak256("a")`.
const SOURCE_A: Hash = [
    0x3a, 0xc2, 0x25, 0x16, 0x8d, 0xf5, 0x42, 0x12, 0xa2, 0x5c, 0x1c, 0x01, 0xfd, 0x35, 0xbe, 0xbf,
    0xea, 0x40, 0x8f, 0xda, 0xc2, 0xe3, 0x1d, 0xdd, 0x6f, 0x80, 0xa4, 0xbb, 0xf9, 0xa5, 0xf1, 0xcb,
];

/// `keccak256("b")`.
const SOURCE_B: Hash = [
    0xb5, 0x55, 0x3d, 0xe3, 0x15, 0xe0, 0xed, 0xf5, 0x04, 0xd9, 0x15, 0x0a, 0xf8, 0x2d, 0xaf, 0xa5,
    0xc4, 0x66, 0x7f, 0xa6, 0x18, 0xed, 0x0a, 0x6f, 0x19, 0xc6, 0x9b, 0x41, 0x16, 0x6c, 0x55, 0x10,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_written_down_hashes_are_the_hashed_ones() {
        assert_eq!(keccak256(b"Agent(string source,bytes32 connectionId)"), AGENT_TYPE);
        assert_eq!(keccak256(Network::Mainnet.phantom_source().as_bytes()), SOURCE_A);
        assert_eq!(keccak256(Network::Testnet.phantom_source().as_bytes()), SOURCE_B);
    }
}
