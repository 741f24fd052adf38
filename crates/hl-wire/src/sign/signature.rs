//! Signatures as the exchange writes them, and whose they are.

use core::fmt;
use core::str::FromStr;

use k256::ecdsa::{RecoveryId, VerifyingKey};
use serde::ser::SerializeStruct as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Hash, HashError, keccak256};
use crate::hex::{self, HexText};
use crate::ids::{Address, excerpt};

/// `{r,s,v}` of an ECDSA signature over secp256k1.
///
/// `r` and `s` are written with all 64 digits. Read, they may also come without leading zeros, as the
/// official Python SDK writes them.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Signature {
    /// First half, big-endian.
    pub r: [u8; 32],
    /// Second half, big-endian; the smaller of the two that are valid.
    pub s: [u8; 32],
    /// 27 or 28: which of two keys.
    pub v: u8,
}

/// Not a signature. Do not retry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// Not `0x` and 1 to 64 hex digits. Do not retry.
    #[error("r or s is not 0x and up to 64 hex digits: {0:?}")]
    Digits(Box<str>),
    /// Neither 27 nor 28. Do not retry.
    #[error("v is neither 27 nor 28: {0}")]
    Recovery(u64),
}

/// Nobody's signature. Do not retry.
#[derive(Debug, thiserror::Error)]
pub enum RecoverError {
    /// No key belongs to it: a half is zero or out of range, or no point fits. Do not retry.
    #[error("no signer belongs to signature {0:?}")]
    NoSigner(Signature),
    /// The action could not be hashed. Do not retry.
    #[error(transparent)]
    Hash(#[from] HashError),
}

impl Signature {
    /// From the texts of a request.
    ///
    /// # Errors
    /// [`SignatureError`] names the part that is wrong.
    pub fn from_parts(r: &str, s: &str, v: u64) -> Result<Self, SignatureError> {
        let half = |text: &str| {
            text.strip_prefix("0x")
                .and_then(hex::decode_padded)
                .ok_or_else(|| SignatureError::Digits(excerpt(text)))
        };
        match v {
            27 => Ok(Self { r: half(r)?, s: half(s)?, v: 27 }),
            28 => Ok(Self { r: half(r)?, s: half(s)?, v: 28 }),
            other => Err(SignatureError::Recovery(other)),
        }
    }
}

/// Debug shows it whole: a signature is public.
impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for Signature {
    /// One hex text: `r`, `s` and `v` in a row, as wallets show it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (r, s) = (HexText::<66>::new(&self.r), HexText::<66>::new(&self.s));
        write!(f, "{}{}{:02x}", r.as_str(), s.as_str().get(2..).unwrap_or_default(), self.v)
    }
}

impl FromStr for Signature {
    type Err = SignatureError;

    fn from_str(text: &str) -> Result<Self, SignatureError> {
        let bytes: [u8; 65] = hex::decode(hex::without_prefix(text))
            .ok_or_else(|| SignatureError::Digits(excerpt(text)))?;
        let mut signature = Self { r: [0; 32], s: [0; 32], v: 0 };
        let Self { r, s, v } = &mut signature;
        let slots = r.iter_mut().chain(s).chain(core::iter::once(v));
        slots.zip(bytes).for_each(|(slot, byte)| *slot = byte);
        match signature.v {
            27 | 28 => Ok(signature),
            other => Err(SignatureError::Recovery(other.into())),
        }
    }
}

impl Serialize for Signature {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Signature", 3)?;
        fields.serialize_field("r", HexText::<66>::new(&self.r).as_str())?;
        fields.serialize_field("s", HexText::<66>::new(&self.s).as_str())?;
        fields.serialize_field("v", &self.v)?;
        fields.end()
    }
}

impl<'de> Deserialize<'de> for Signature {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Parts<'a> {
            #[serde(borrow)]
            r: std::borrow::Cow<'a, str>,
            #[serde(borrow)]
            s: std::borrow::Cow<'a, str>,
            v: u64,
        }
        let Parts { r, s, v } = Parts::deserialize(deserializer)?;
        Self::from_parts(&r, &s, v).map_err(serde::de::Error::custom)
    }
}

/// The address of a public key: the last 20 bytes of the hash of its two coordinates.
pub(super) fn address_of(key: &VerifyingKey) -> Address {
    let point = key.to_sec1_point(false);
    let hash = keccak256(point.as_bytes().get(1..).unwrap_or_default());
    let mut address = [0; 20];
    address.iter_mut().zip(hash.iter().skip(12)).for_each(|(slot, byte)| *slot = *byte);
    Address::new(address)
}

/// The address whose key signed `signing_hash`.
///
/// # Errors
/// [`RecoverError::NoSigner`] if no key belongs to the signature, such as one of all zeros.
pub fn recover(signing_hash: &Hash, signature: &Signature) -> Result<Address, RecoverError> {
    let no_signer = || RecoverError::NoSigner(*signature);
    let id = RecoveryId::new(signature.v == 28, false);
    let halves =
        k256::ecdsa::Signature::from_scalars(signature.r, signature.s).map_err(|_| no_signer())?;
    VerifyingKey::recover_from_prehash(signing_hash, &halves, id)
        .map(|key| address_of(&key))
        .map_err(|_| no_signer())
}
