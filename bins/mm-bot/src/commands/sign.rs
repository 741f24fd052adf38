//! `sign --jsonl`: signatures of trading actions, for checking this implementation from outside.

use std::io::{Read, Write};

use hl_quant::Millis;
use hl_wire::{
    Action, Address, AgentKey, ForeignTrading, Network, Nonce, l1_action_hash, l1_signing_hash,
    recover,
};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::jsonl;

/// One case. Unknown fields are refused: a misspelt `vault_address` would sign something else.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case<'a> {
    private_key: String,
    /// Hashed with its keys in the exchange's order and its decimals spelt as they stand here.
    #[serde(borrow)]
    action: &'a RawValue,
    nonce: u64,
    network: NetworkName,
    #[serde(default)]
    vault_address: Option<String>,
    #[serde(default)]
    expires_after: Option<u64>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum NetworkName {
    Mainnet,
    Testnet,
}

/// Answers each line of `input` on `output`.
pub(crate) fn run(input: impl Read, output: impl Write) -> std::io::Result<()> {
    jsonl::answer_lines(input, output, |line| {
        answer(line).unwrap_or_else(|what| jsonl::error(&what))
    })
}

fn answer(line: &[u8]) -> Result<String, String> {
    // The position, not the message: a message may quote the value that it did not expect.
    let case: Case<'_> = serde_json::from_slice(line).map_err(|e| {
        format!("not a case of private_key, action, nonce, network (column {})", e.column())
    })?;
    let key = AgentKey::from_hex(&case.private_key).map_err(|e| format!("private_key: {e}"))?;
    let action = Action::from_json(case.action.get()).map_err(|e| format!("action: {e}"))?;
    let action = ForeignTrading::try_from(action).map_err(|e| e.to_string())?;
    all_of_it(case.action, &action)?;
    let vault = case.vault_address.as_deref().map(str::parse::<Address>).transpose();
    let vault = vault.map_err(|e| format!("vault_address: {e}"))?;
    let network = match case.network {
        NetworkName::Mainnet => Network::Mainnet,
        NetworkName::Testnet => Network::Testnet,
    };
    let (nonce, expires) = (Nonce(case.nonce), case.expires_after.map(Millis));
    let hash = l1_action_hash(&action, nonce, vault, expires).map_err(|e| e.to_string())?;
    let request = key.sign_foreign(&action, nonce, network, vault, expires);
    let request = request.map_err(|e| e.to_string())?;
    let signature = request.signature();
    let signer = recover(&l1_signing_hash(&hash, network), signature);
    let signer = signer.map_err(|e| e.to_string())?;
    let answer = serde_json::json!({
        "action_hash": hex(&hash),
        "r": hex(&signature.r),
        "s": hex(&signature.s),
        "v": signature.v,
        "signer": signer.to_string(),
    });
    Ok(answer.to_string())
}

/// Refuses a key that is not part of the action: left out, as the exchange does, it would make a
/// signature of something else than what was asked.
fn all_of_it(given: &RawValue, signed: &ForeignTrading) -> Result<(), String> {
    let given: Value = serde_json::from_str(given.get()).map_err(|e| format!("action: {e}"))?;
    let signed = serde_json::to_value(signed).map_err(|e| format!("action: {e}"))?;
    let extra = left_out(&given, &signed);
    extra.map_or(Ok(()), |key| Err(format!("action: {key:?} is not a key of it")))
}

/// The first key that is set in `given` and that `kept` does not have in that place.
fn left_out<'g>(given: &'g Value, kept: &Value) -> Option<&'g str> {
    let is_set = |value: &Value| !matches!(value, Value::Null | Value::Bool(false));
    match given {
        Value::Object(given) => given.iter().find_map(|(key, value)| match kept.get(key) {
            Some(kept) => left_out(value, kept),
            None => is_set(value).then_some(key.as_str()),
        }),
        Value::Array(given) => given
            .iter()
            .enumerate()
            .find_map(|(i, value)| left_out(value, kept.get(i).unwrap_or(&Value::Null))),
        _ => None,
    }
}

fn hex(bytes: &[u8]) -> String {
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("0x{digits}")
}
