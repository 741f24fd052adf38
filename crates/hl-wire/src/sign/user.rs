//! User-signed actions: their types, their hashes, and who signed them. This crate does not sign them.

use hl_quant::Millis;

use super::eip712::{self, Words};
use super::signature::{RecoverError, Signature, recover};
use super::{Hash, HashError, keccak256, l1_action_hash};
use crate::ids::{Address, IdError, Network, Nonce, excerpt};
use crate::ordered::Value;

/// How a field of typed data is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Address,
    Number,
    Flag,
}

impl Kind {
    const fn solidity(self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Address => "address",
            Self::Number => "uint64",
            Self::Flag => "bool",
        }
    }
}

/// One of the user-signed action types.
#[derive(Debug, PartialEq, Eq)]
pub struct UserSignedType {
    kind: &'static str,
    primary: &'static str,
    fields: &'static [(&'static str, Kind)],
}

const CHAIN: (&str, Kind) = ("hyperliquidChain", Kind::Text);
const NONCE: (&str, Kind) = ("nonce", Kind::Number);
const TIME: (&str, Kind) = ("time", Kind::Number);

const fn text(name: &'static str) -> (&'static str, Kind) {
    (name, Kind::Text)
}

const fn address(name: &'static str) -> (&'static str, Kind) {
    (name, Kind::Address)
}

const fn kind(
    kind: &'static str,
    primary: &'static str,
    fields: &'static [(&'static str, Kind)],
) -> UserSignedType {
    UserSignedType { kind, primary, fields }
}

/// The types and their fields in the order in which they are hashed. A destination is a string here,
/// so its letter case is hashed; an address is not.
const TYPES: &[UserSignedType] = &[
    kind("usdSend", "UsdSend", &[CHAIN, text("destination"), text("amount"), TIME]),
    kind(
        "spotSend",
        "SpotSend",
        &[CHAIN, text("destination"), text("token"), text("amount"), TIME],
    ),
    kind("withdraw3", "Withdraw", &[CHAIN, text("destination"), text("amount"), TIME]),
    kind(
        "usdClassTransfer",
        "UsdClassTransfer",
        &[CHAIN, text("amount"), ("toPerp", Kind::Flag), NONCE],
    ),
    kind(
        "sendAsset",
        "SendAsset",
        &[
            CHAIN,
            text("destination"),
            text("sourceDex"),
            text("destinationDex"),
            text("token"),
            text("amount"),
            text("fromSubAccount"),
            NONCE,
        ],
    ),
    kind(
        "approveAgent",
        "ApproveAgent",
        &[CHAIN, address("agentAddress"), text("agentName"), NONCE],
    ),
    kind(
        "approveBuilderFee",
        "ApproveBuilderFee",
        &[CHAIN, text("maxFeeRate"), address("builder"), NONCE],
    ),
    kind(
        "tokenDelegate",
        "TokenDelegate",
        &[CHAIN, address("validator"), ("wei", Kind::Number), ("isUndelegate", Kind::Flag), NONCE],
    ),
    kind(
        "userDexAbstraction",
        "UserDexAbstraction",
        &[CHAIN, address("user"), ("enabled", Kind::Flag), NONCE],
    ),
    kind(
        "userSetAbstraction",
        "UserSetAbstraction",
        &[CHAIN, address("user"), text("abstraction"), NONCE],
    ),
    kind("convertToMultiSigUser", "ConvertToMultiSigUser", &[CHAIN, text("signers"), NONCE]),
];

impl UserSignedType {
    /// The type of an action with this `type` key; `None` if that is not a user-signed action. The
    /// outer envelope `multiSig` is a case of its own: [`multi_sig_hash`].
    #[must_use]
    pub fn of(action_type: &str) -> Option<&'static Self> {
        TYPES.iter().find(|known| known.kind == action_type)
    }

    /// The action's `type` key.
    #[must_use]
    pub const fn action_type(&self) -> &'static str {
        self.kind
    }

    /// The name of the field that must equal the envelope's nonce: `time` or `nonce`.
    #[must_use]
    pub fn nonce_field(&self) -> &'static str {
        if self.fields.contains(&TIME) { "time" } else { "nonce" }
    }
}

/// A user-signed action that cannot be hashed. Do not retry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UserSignedError {
    /// The `type` is absent or not a user-signed one. Do not retry.
    #[error("not a user-signed action: {0:?}")]
    NotUserSigned(Box<str>),
    /// A field is absent or not of its kind. Do not retry.
    #[error("field {field} is not a {expected}")]
    Field {
        /// Its name.
        field: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// The action is for the other network. Do not retry.
    #[error("action is for {0:?}, not for this network")]
    Network(Box<str>),
}

/// The hashes of a user-signed action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserSigned {
    /// The EIP-712 type.
    pub type_string: String,
    /// The domain for the chain id in the action.
    pub domain_separator: Hash,
    /// The hash of the fields.
    pub struct_hash: Hash,
    /// What is signed.
    pub signing_hash: Hash,
    /// The nonce inside the action, which must equal the envelope's.
    pub nonce: Nonce,
}

fn missing(field: &'static str, expected: &'static str) -> UserSignedError {
    UserSignedError::Field { field, expected }
}

fn get_text<'a>(action: &'a Value, field: &'static str) -> Result<&'a str, UserSignedError> {
    action.get(field).and_then(Value::as_str).ok_or_else(|| missing(field, "string"))
}

fn get_address(action: &Value, field: &'static str) -> Result<Address, UserSignedError> {
    get_text(action, field)?.parse().map_err(|_: IdError| missing(field, "address"))
}

fn get_number(action: &Value, field: &'static str) -> Result<u64, UserSignedError> {
    action.get(field).and_then(Value::as_u64).ok_or_else(|| missing(field, "whole number"))
}

fn chain_id(action: &Value) -> Result<u64, UserSignedError> {
    const FIELD: &str = "signatureChainId";
    get_text(action, FIELD)?
        .strip_prefix("0x")
        .and_then(crate::hex::decode_padded)
        .map(u64::from_be_bytes)
        .ok_or_else(|| missing(FIELD, "0x number"))
}

/// Hashes a user-signed action for `network`.
///
/// Accepts the inner form of a multi-signature, which has `payloadMultiSigUser` and `outerSigner`
/// besides its own fields, and the unnamed `approveAgent`, which is signed with an empty name and
/// posted without the key.
///
/// # Errors
/// [`UserSignedError`] names the field. Do not retry.
pub fn user_signed_hash(action: &Value, network: Network) -> Result<UserSigned, UserSignedError> {
    let name = action.get("type").and_then(Value::as_str).unwrap_or_default();
    let known =
        UserSignedType::of(name).ok_or_else(|| UserSignedError::NotUserSigned(excerpt(name)))?;
    let chain = get_text(action, CHAIN.0)?;
    if chain != network.chain_name() {
        return Err(UserSignedError::Network(excerpt(chain)));
    }
    let inner = action.get("payloadMultiSigUser").is_some();
    let multi: &[(&'static str, Kind)] =
        if inner { &[address("payloadMultiSigUser"), address("outerSigner")] } else { &[] };
    let (first, rest) = known.fields.split_at(1);
    let fields = first.iter().chain(multi).chain(rest);
    let declared: Vec<String> =
        fields.clone().map(|(name, kind)| format!("{} {name}", kind.solidity())).collect();
    let type_string = format!("HyperliquidTransaction:{}({})", known.primary, declared.join(","));

    let mut words = Words::new(keccak256(type_string.as_bytes()));
    for (name, kind) in fields {
        match kind {
            Kind::Text if *name == "agentName" && action.get(name).is_none() => words.text(""),
            Kind::Text => words.text(get_text(action, name)?),
            Kind::Address => words.address(get_address(action, name)?),
            Kind::Number => words.number(get_number(action, name)?),
            Kind::Flag => {
                let flag = action.get(name).and_then(Value::as_bool);
                words.number(flag.ok_or_else(|| missing(name, "bool"))?.into());
            }
        }
    }
    let nonce = Nonce(get_number(action, known.nonce_field())?);
    Ok(seal(type_string, chain_id(action)?, words.hash(), nonce))
}

fn seal(type_string: String, chain_id: u64, struct_hash: Hash, nonce: Nonce) -> UserSigned {
    let domain_separator = eip712::user_domain(chain_id);
    let signing_hash = eip712::signing_hash(&domain_separator, &struct_hash);
    UserSigned { type_string, domain_separator, struct_hash, signing_hash, nonce }
}

/// Why no signer could be found for a user-signed action. Do not retry.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WhoError {
    /// The action is not one. Do not retry.
    #[error(transparent)]
    Action(#[from] UserSignedError),
    /// The signature is nobody's. Do not retry.
    #[error(transparent)]
    Signature(#[from] RecoverError),
    /// The action could not be hashed. Do not retry.
    #[error(transparent)]
    Hash(#[from] HashError),
}

/// The address whose key signed a user-signed action: the account itself, since agents cannot.
///
/// # Errors
/// [`WhoError`]: the action is not one, or the signature is nobody's.
pub fn recover_user_signed(
    action: &Value,
    network: Network,
    signature: &Signature,
) -> Result<Address, WhoError> {
    let hashes = user_signed_hash(action, network)?;
    Ok(recover(&hashes.signing_hash, signature)?)
}

/// Hashes the outer envelope of a multi-signature: the whole action but for its `type` is hashed like
/// an L1 action, and that hash is what the leader signs as `SendMultiSig`.
///
/// # Errors
/// [`WhoError`]: it is no `multiSig` action.
pub fn multi_sig_hash(
    action: &Value,
    nonce: Nonce,
    network: Network,
    vault: Option<Address>,
    expires_after: Option<Millis>,
) -> Result<UserSigned, WhoError> {
    let name = action.get("type").and_then(Value::as_str).unwrap_or_default();
    if name != "multiSig" {
        return Err(UserSignedError::NotUserSigned(excerpt(name)).into());
    }
    let action_hash = l1_action_hash(&action.without("type"), nonce, vault, expires_after)?;
    let type_string = "HyperliquidTransaction:SendMultiSig(string hyperliquidChain,\
                       bytes32 multiSigActionHash,uint64 nonce)";
    let mut words = Words::new(keccak256(type_string.as_bytes()));
    words.text(network.chain_name());
    words.word(action_hash);
    words.number(nonce.0);
    Ok(seal(type_string.to_owned(), chain_id(action)?, words.hash(), nonce))
}

/// The address of the leader, who signed the outer envelope of a multi-signature.
///
/// # Errors
/// [`WhoError`]: it is no `multiSig` action, or the signature is nobody's.
pub fn recover_multi_sig(
    action: &Value,
    nonce: Nonce,
    network: Network,
    vault: Option<Address>,
    expires_after: Option<Millis>,
    signature: &Signature,
) -> Result<Address, WhoError> {
    let hashes = multi_sig_hash(action, nonce, network, vault, expires_after)?;
    Ok(recover(&hashes.signing_hash, signature)?)
}
