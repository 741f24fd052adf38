//! EIP-712: typed data to the hash that is signed.

use super::{Hash, keccak256};
use crate::ids::Address;

/// Concatenates 32-byte words and hashes them.
pub(super) struct Words(Vec<u8>);

impl Words {
    pub(super) fn new(type_hash: Hash) -> Self {
        let mut words = Self(Vec::with_capacity(32 * 12));
        words.word(type_hash);
        words
    }

    pub(super) fn word(&mut self, word: Hash) {
        self.0.extend_from_slice(&word);
    }

    pub(super) fn text(&mut self, text: &str) {
        self.word(keccak256(text.as_bytes()));
    }

    pub(super) fn number(&mut self, number: u64) {
        self.0.extend_from_slice(&[0; 24]);
        self.0.extend_from_slice(&number.to_be_bytes());
    }

    pub(super) fn address(&mut self, address: Address) {
        self.0.extend_from_slice(&[0; 12]);
        self.0.extend_from_slice(address.as_bytes());
    }

    pub(super) fn hash(&self) -> Hash {
        keccak256(&self.0)
    }
}

/// Both domains verify nothing with a contract: its address is zero.
fn domain(name: &str, chain_id: u64) -> Hash {
    let mut words = Words::new(keccak256(
        b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)",
    ));
    words.text(name);
    words.text("1");
    words.number(chain_id);
    words.address(Address::ZERO);
    words.hash()
}

/// The domain of every L1 action, on both networks: `Exchange`, version 1, chain 1337.
#[must_use]
pub const fn exchange_domain() -> Hash {
    EXCHANGE_DOMAIN
}

/// The domain of a user-signed action: `HyperliquidSignTransaction`, version 1, and the chain id that
/// the action names.
#[must_use]
pub fn user_domain(chain_id: u64) -> Hash {
    domain("HyperliquidSignTransaction", chain_id)
}

/// What is signed: `keccak256(0x1901 || domain || struct)`.
pub(super) fn signing_hash(domain: &Hash, struct_hash: &Hash) -> Hash {
    let mut bytes = [0u8; 66];
    let parts = [0x19, 0x01].iter().chain(domain).chain(struct_hash);
    for (slot, byte) in bytes.iter_mut().zip(parts) {
        *slot = *byte;
    }
    keccak256(&bytes)
}

/// Hashed once and written down, because every order would hash it again. Held by a test.
const EXCHANGE_DOMAIN: Hash = [
    0xd7, 0x92, 0x97, 0xfc, 0xdf, 0x2f, 0xfc, 0xd4, 0xae, 0x22, 0x3d, 0x01, 0xed, 0xaa, 0x2b, 0xa2,
    0x14, 0xff, 0x8f, 0x40, 0x1d, 0x7c, 0x93, 0x00, 0xd9, 0x95, 0xd1, 0x7c, 0x82, 0xaa, 0x40, 0x40,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_written_down_domain_is_the_hashed_one() {
        assert_eq!(domain("Exchange", 1337), EXCHANGE_DOMAIN);
    }
}
