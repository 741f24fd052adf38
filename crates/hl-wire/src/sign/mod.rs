//! Hashing, signing and recovery (the docs' "Signing" page and the official SDK's behaviour).
//!
//! Two schemes. An **L1 action** is hashed as MessagePack with its nonce, vault and expiry; the hash
//! goes into a phantom agent, which is what is signed, under one EIP-712 domain for both networks. A
//! **user-signed action** is EIP-712 typed data itself. Agents may sign the first kind only.

mod agent;
mod eip712;
mod foreign;
mod l1;
mod signature;
mod user;

pub use agent::{AgentKey, KeyError};
pub use eip712::{exchange_domain, user_domain};
pub use foreign::{ForeignTrading, NotTrading};
pub use l1::{ActionHasher, l1_action_hash, l1_signing_hash, l1_struct_hash, recover_l1};
pub use signature::{RecoverError, Signature, SignatureError, recover};
pub use user::{
    UserSigned, UserSignedError, UserSignedType, WhoError, multi_sig_hash, recover_multi_sig,
    recover_user_signed, user_signed_hash,
};

/// 32 bytes of Keccak-256.
pub type Hash = [u8; 32];

/// An action that could not be turned into bytes to hash. Cannot happen with the actions of this
/// crate; a foreign `Serialize` may refuse. Do not retry.
#[derive(Debug, thiserror::Error)]
#[error("action cannot be hashed: {0}")]
pub struct HashError(#[from] rmp_serde::encode::Error);

pub(crate) fn keccak256(bytes: &[u8]) -> Hash {
    use sha3::Digest as _;
    sha3::Keccak256::digest(bytes).into()
}
