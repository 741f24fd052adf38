//! The key that a bot holds: it can trade and do nothing else.

use core::fmt;

use k256::ecdsa::SigningKey;
use serde::Serialize;
use zeroize::Zeroizing;

use hl_quant::Millis;

use super::foreign::ForeignTrading;
use super::l1::{ActionHasher, l1_signing_hash};
use super::signature::{Signature, address_of};
use super::{Hash, HashError};
use crate::envelope::SignedRequest;
use crate::hex;
use crate::ids::{Address, Network, Nonce};
use crate::trading::TradingAction;

/// A text that is not a secret key. Never contains any part of the text. Do not retry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not 64 digits. Do not retry.
    #[error("secret key has {digits} characters, not 64 hex digits")]
    Length {
        /// How many characters it has, without `0x` and surrounding space.
        digits: usize,
    },
    /// A character that is not a hex digit. Do not retry.
    #[error("secret key has a character that is not a hex digit at position {position}")]
    NotHex {
        /// Where, counted from 1 after `0x`.
        position: usize,
    },
    /// Zero, or not below the order of the curve. Do not retry.
    #[error("secret key is not in the range of the curve")]
    Range,
}

/// The secret key of an agent (API wallet).
///
/// It signs [`TradingAction`]s. There is no way to make it sign a withdrawal, a transfer or the
/// approval of another agent:
///
/// ```compile_fail,E0308
/// # use hl_wire::{AgentKey, Network, Nonce};
/// fn steal(key: &AgentKey, withdrawal: hl_wire::Value) {
///     let _ = key.sign_trading(&withdrawal, Nonce(1), Network::Mainnet, None, None);
/// }
/// ```
///
/// ```compile_fail,E0308
/// # use hl_wire::{Action, AgentKey, Network, Nonce, VaultTransfer};
/// fn steal(key: &AgentKey, transfer: VaultTransfer) {
///     let action = Action::VaultTransfer(transfer);
///     let _ = key.sign_trading(&action, Nonce(1), Network::Mainnet, None, None);
/// }
/// ```
///
/// ```compile_fail,E0599
/// # use hl_wire::{AgentKey, Network, Nonce, TradingAction};
/// fn steal(key: &AgentKey) {
///     let action = TradingAction::Withdraw3 { destination: "0x0", amount: "1" };
///     let _ = key.sign_trading(&action, Nonce(1), Network::Mainnet, None, None);
/// }
/// ```
///
/// ```compile_fail,E0599
/// # use hl_wire::{AgentKey, Network, Nonce, TradingAction};
/// fn steal(key: &AgentKey) {
///     let action = TradingAction::UsdSend { destination: "0x0", amount: "1" };
///     let _ = key.sign_trading(&action, Nonce(1), Network::Mainnet, None, None);
/// }
/// ```
///
/// ```compile_fail,E0599
/// # use hl_wire::{AgentKey, Network, Nonce, TradingAction};
/// fn steal(key: &AgentKey) {
///     let action = TradingAction::ApproveAgent { agent: "0x0" };
///     let _ = key.sign_trading(&action, Nonce(1), Network::Mainnet, None, None);
/// }
/// ```
///
/// Nor can a bare hash be signed, in which such an action could hide:
///
/// ```compile_fail,E0624
/// # use hl_wire::AgentKey;
/// fn steal(key: &AgentKey, hash: &[u8; 32]) {
///     let _ = key.sign_hash(hash);
/// }
/// ```
///
/// While this compiles:
///
/// ```
/// use hl_wire::{AgentKey, Network, Nonce, TradingAction};
///
/// let key = AgentKey::from_hex(&"01".repeat(32))?;
/// let request = key.sign_trading(&TradingAction::Noop, Nonce(1), Network::Testnet, None, None)?;
/// assert_eq!(request.recover(Network::Testnet)?, key.address());
/// assert!(!format!("{key:?}").contains("0101"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// The memory of the key is wiped when it is dropped, and `Debug` shows the address only.
pub struct AgentKey {
    secret: SigningKey,
    address: Address,
}

impl AgentKey {
    /// From 64 hexadecimal digits, with or without `0x`, in either case; space around them, such as the
    /// newline at the end of a key file, is ignored.
    ///
    /// # Errors
    /// [`KeyError`] says what is wrong without repeating any of it.
    pub fn from_hex(text: &str) -> Result<Self, KeyError> {
        let digits = hex::without_prefix(text.trim());
        let count = digits.chars().count();
        if count != 64 {
            return Err(KeyError::Length { digits: count });
        }
        if let Some(at) = digits.chars().position(|c| !c.is_ascii_hexdigit()) {
            return Err(KeyError::NotHex { position: at + 1 });
        }
        let bytes: Zeroizing<[u8; 32]> =
            Zeroizing::new(hex::decode(digits).ok_or(KeyError::Range)?);
        let secret = SigningKey::from_slice(bytes.as_slice()).map_err(|_| KeyError::Range)?;
        let address = address_of(secret.verifying_key());
        Ok(Self { secret, address })
    }

    /// The agent's address: what the master account approves. Not the account that it trades for.
    #[must_use]
    pub const fn address(&self) -> Address {
        self.address
    }

    /// Signs a trading action for the account that approved this agent, or for `vault`, a vault or
    /// sub-account of it. After `expires_after` the exchange refuses the action.
    ///
    /// The nonce must never have been used by this key: see the docs' "Nonces and API wallets" page.
    ///
    /// # Errors
    /// [`HashError`], which does not happen with these actions.
    pub fn sign_trading<'a>(
        &self,
        action: &'a TradingAction,
        nonce: Nonce,
        network: Network,
        vault: Option<Address>,
        expires_after: Option<Millis>,
    ) -> Result<SignedRequest<&'a TradingAction>, HashError> {
        self.sign_trading_with(
            &mut ActionHasher::new(),
            action,
            nonce,
            network,
            vault,
            expires_after,
        )
    }

    /// [`AgentKey::sign_trading`] with a buffer that is used again.
    ///
    /// # Errors
    /// As [`AgentKey::sign_trading`].
    pub fn sign_trading_with<'a>(
        &self,
        hasher: &mut ActionHasher,
        action: &'a TradingAction,
        nonce: Nonce,
        network: Network,
        vault: Option<Address>,
        expires_after: Option<Millis>,
    ) -> Result<SignedRequest<&'a TradingAction>, HashError> {
        self.sign_any(hasher, action, nonce, network, vault, expires_after)
    }

    /// Signs a trading action that somebody else wrote, literally: for scripts and for finding out why
    /// a signature differs. Its numbers are not checked against any grid, so no bot may send it.
    ///
    /// # Errors
    /// [`HashError`], which does not happen with these actions.
    pub fn sign_foreign<'a>(
        &self,
        action: &'a ForeignTrading,
        nonce: Nonce,
        network: Network,
        vault: Option<Address>,
        expires_after: Option<Millis>,
    ) -> Result<SignedRequest<&'a ForeignTrading>, HashError> {
        self.sign_any(&mut ActionHasher::new(), action, nonce, network, vault, expires_after)
    }

    fn sign_any<A: Serialize>(
        &self,
        hasher: &mut ActionHasher,
        action: A,
        nonce: Nonce,
        network: Network,
        vault: Option<Address>,
        expires_after: Option<Millis>,
    ) -> Result<SignedRequest<A>, HashError> {
        let hash = hasher.hash(&action, nonce, vault, expires_after)?;
        let signature = self.sign_hash(&l1_signing_hash(&hash, network));
        Ok(SignedRequest { action, nonce, signature, vault_address: vault, expires_after })
    }

    /// Deterministic (RFC 6979), with the smaller `s`. Private: a bare hash could be anything.
    fn sign_hash(&self, signing_hash: &Hash) -> Signature {
        let (signature, id) = self.secret.sign_prehash_recoverable(signing_hash);
        let (r, s) = signature.split_bytes();
        Signature { r: r.into(), s: s.into(), v: if id.is_y_odd() { 28 } else { 27 } }
    }
}

impl fmt::Debug for AgentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AgentKey")
            .field("address", &self.address)
            .field("secret", &"[redacted]")
            .finish()
    }
}
