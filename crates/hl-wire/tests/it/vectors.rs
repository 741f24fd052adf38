//! The published and generated signing vectors, byte for byte.
//!
//! 50 of them are published by the official Python and Rust SDKs and two other projects, 70 were made
//! with the official Python SDK 0.24.0; each was verified by three implementations.

use std::fmt::Write as _;

use hl_wire::{
    Action, ActionHasher, Address, AgentKey, ForeignTrading, Network, Nonce, RecoverError,
    Signature, Value,
};
use k256::ecdsa::SigningKey;
use serde::Deserialize;

#[derive(Deserialize)]
struct File {
    vectors: Vec<Vector>,
    float_to_wire: Vec<FloatToWire>,
    float_to_int: Vec<FloatToInt>,
}

#[derive(Deserialize)]
struct Vector {
    id: String,
    scheme: String,
    private_key: String,
    signer_address: Address,
    is_mainnet: bool,
    nonce: Option<u64>,
    vault_address: Option<Address>,
    expires_after: Option<u64>,
    action_json: Option<String>,
    request_json: Option<String>,
    msgpack_hex: Option<String>,
    preimage_hex: Option<String>,
    action_hash: Option<String>,
    type_string: Option<String>,
    domain_separator: String,
    struct_hash: String,
    signing_hash: String,
    r: String,
    s: String,
    v: u64,
    sdk_r: String,
    sdk_s: String,
    signature_hex: String,
}

#[derive(Deserialize)]
struct FloatToWire {
    x_repr: String,
    wire: Option<String>,
}

#[derive(Deserialize)]
struct FloatToInt {
    x_repr: String,
    power: u32,
    int: Option<String>,
}

fn file() -> File {
    serde_json::from_str(include_str!("../data/signing_vectors.json")).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold("0x".to_owned(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

fn unhex(text: &str) -> Vec<u8> {
    let digits = text.strip_prefix("0x").unwrap();
    (0..digits.len() / 2)
        .map(|at| u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).unwrap())
        .collect()
}

impl Vector {
    fn network(&self) -> Network {
        if self.is_mainnet { Network::Mainnet } else { Network::Testnet }
    }

    fn value(&self) -> Value {
        serde_json::from_str(self.action_json.as_ref().unwrap()).unwrap()
    }

    fn signature(&self) -> Signature {
        Signature::from_parts(&self.r, &self.s, self.v).unwrap()
    }

    /// Signs with nothing but the curve, and compares every form of the signature.
    fn check_signature(&self, signing_hash: &[u8; 32]) {
        let id = &self.id;
        assert_eq!(hex(signing_hash), self.signing_hash, "{id}");
        let key = SigningKey::from_slice(&unhex(&self.private_key)).unwrap();
        let (signature, recovery) = key.sign_prehash_recoverable(signing_hash);
        let (r, s) = signature.split_bytes();
        assert_eq!((hex(&r), hex(&s)), (self.r.clone(), self.s.clone()), "{id}");
        assert_eq!(if recovery.is_y_odd() { 28 } else { 27 }, self.v, "{id}");

        let padded = self.signature();
        let trimmed = Signature::from_parts(&self.sdk_r, &self.sdk_s, self.v).unwrap();
        assert_eq!(padded, trimmed, "{id}");
        assert_eq!(padded, self.signature_hex.parse().unwrap(), "{id}");
        assert_eq!(padded.to_string(), self.signature_hex, "{id}");
        let signer = hl_wire::recover(signing_hash, &trimmed).unwrap();
        assert_eq!(signer, self.signer_address, "{id}");
    }

    /// The hashes of an L1 action, however the action is represented.
    fn check_l1(&self, action: &impl serde::Serialize) {
        let id = &self.id;
        let (nonce, vault) = (Nonce(self.nonce.unwrap()), self.vault_address);
        let expires = self.expires_after.map(hl_quant::Millis);
        let mut hasher = ActionHasher::new();
        let hash = hasher.hash(action, nonce, vault, expires).unwrap();
        let preimage = hex(hasher.preimage());
        assert_eq!(&preimage, self.preimage_hex.as_ref().unwrap(), "{id}");
        assert!(preimage.starts_with(self.msgpack_hex.as_ref().unwrap()), "{id}");
        assert_eq!(&hex(&hash), self.action_hash.as_ref().unwrap(), "{id}");
        let network = self.network();
        assert_eq!(hex(&hl_wire::l1_struct_hash(&hash, network)), self.struct_hash, "{id}");
        self.check_signature(&hl_wire::l1_signing_hash(&hash, network));
        let signer = hl_wire::recover_l1(action, nonce, network, vault, expires, &self.signature());
        assert_eq!(signer.unwrap(), self.signer_address, "{id}");
    }
}

#[test]
fn every_l1_vector_agrees_as_ordered_json_and_as_typed_action() {
    let (mut generic, mut typed, mut signed) = (0, 0, 0);
    for vector in file().vectors.iter().filter(|v| v.scheme == "l1") {
        assert_eq!(hex(&hl_wire::exchange_domain()), vector.domain_separator, "{}", vector.id);
        vector.check_l1(&vector.value());
        generic += 1;
        // The inner action of a multi-signature is an array: only the generic path has it.
        let text = vector.action_json.as_ref().unwrap();
        if text.starts_with('[') {
            continue;
        }
        let action = Action::from_json(text).unwrap();
        vector.check_l1(&action);
        assert_eq!(&serde_json::to_string(&action).unwrap(), text, "{}", vector.id);
        if matches!(action, Action::Other(_)) {
            assert!(text.contains("\"dummy\""), "{text}");
            continue;
        }
        typed += 1;
        let Ok(trading) = ForeignTrading::try_from(action) else { continue };
        let key = AgentKey::from_hex(&vector.private_key).unwrap();
        assert_eq!(key.address(), vector.signer_address);
        let request = key
            .sign_foreign(
                &trading,
                Nonce(vector.nonce.unwrap()),
                vector.network(),
                vector.vault_address,
                vector.expires_after.map(hl_quant::Millis),
            )
            .unwrap();
        assert_eq!(request.signature(), &vector.signature(), "{}", vector.id);
        assert_eq!(request.recover(vector.network()).unwrap(), key.address());
        signed += 1;
    }
    assert_eq!((generic, typed, signed), (95, 89, 80));
}

#[test]
fn the_phantom_agent_of_a_bare_connection_id_agrees() {
    let mut seen = 0;
    for vector in file().vectors.iter().filter(|v| v.scheme == "l1_connection_id") {
        let hash: [u8; 32] = unhex(vector.action_hash.as_ref().unwrap()).try_into().unwrap();
        let network = vector.network();
        assert_eq!(hex(&hl_wire::l1_struct_hash(&hash, network)), vector.struct_hash);
        vector.check_signature(&hl_wire::l1_signing_hash(&hash, network));
        seen += 1;
    }
    assert_eq!(seen, 2);
}

#[test]
fn every_user_signed_vector_agrees() {
    let mut seen = 0;
    for vector in file().vectors.iter().filter(|v| v.scheme == "user_signed") {
        let id = &vector.id;
        let hashes = hl_wire::user_signed_hash(&vector.value(), vector.network()).unwrap();
        assert_eq!(&hashes.type_string, vector.type_string.as_ref().unwrap(), "{id}");
        assert_eq!(hex(&hashes.domain_separator), vector.domain_separator, "{id}");
        assert_eq!(hex(&hashes.struct_hash), vector.struct_hash, "{id}");
        vector.check_signature(&hashes.signing_hash);
        if let Some(nonce) = vector.nonce {
            assert_eq!(hashes.nonce, Nonce(nonce), "{id}");
        }
        let signer =
            hl_wire::recover_user_signed(&vector.value(), vector.network(), &vector.signature());
        assert_eq!(signer.unwrap(), vector.signer_address, "{id}");
        seen += 1;
    }
    assert_eq!(seen, 21);
}

#[test]
fn every_multi_signature_envelope_agrees() {
    let mut seen = 0;
    for vector in file().vectors.iter().filter(|v| v.scheme == "multisig_outer") {
        let (id, value) = (&vector.id, vector.value());
        let nonce = Nonce(vector.nonce.unwrap());
        let expires = vector.expires_after.map(hl_quant::Millis);
        let mut hasher = ActionHasher::new();
        let hash =
            hasher.hash(&value.without("type"), nonce, vector.vault_address, expires).unwrap();
        assert_eq!(&hex(hasher.preimage()), vector.preimage_hex.as_ref().unwrap(), "{id}");
        assert_eq!(&hex(&hash), vector.action_hash.as_ref().unwrap(), "{id}");
        let hashes =
            hl_wire::multi_sig_hash(&value, nonce, vector.network(), vector.vault_address, expires)
                .unwrap();
        assert_eq!(&hashes.type_string, vector.type_string.as_ref().unwrap(), "{id}");
        assert_eq!(hex(&hashes.domain_separator), vector.domain_separator, "{id}");
        assert_eq!(hex(&hashes.struct_hash), vector.struct_hash, "{id}");
        vector.check_signature(&hashes.signing_hash);
        let signer = hl_wire::recover_multi_sig(
            &value,
            nonce,
            vector.network(),
            vector.vault_address,
            expires,
            &vector.signature(),
        );
        assert_eq!(signer.unwrap(), vector.signer_address, "{id}");
        seen += 1;
    }
    assert_eq!(seen, 2);
}

#[test]
fn an_action_of_another_chain_or_kind_has_no_hash_and_no_signer() {
    let file = file();
    let of =
        |scheme: &'static str| file.vectors.iter().filter(move |vector| vector.scheme == scheme);
    for vector in of("user_signed") {
        let (value, here) = (vector.value(), vector.network());
        let there = match here {
            Network::Mainnet => Network::Testnet,
            Network::Testnet => Network::Mainnet,
        };
        let refused = hl_wire::user_signed_hash(&value, there);
        assert!(matches!(refused, Err(hl_wire::UserSignedError::Network(_))), "{refused:?}");
        let signer = hl_wire::recover_user_signed(&value, there, &vector.signature());
        assert!(signer.is_err(), "{}", vector.id);
        // An envelope of several signatures is another kind of action.
        let envelope = hl_wire::multi_sig_hash(&value, Nonce(1), here, None, None);
        assert!(envelope.is_err(), "{}", vector.id);
    }
    for vector in of("multisig_outer") {
        let refused = hl_wire::user_signed_hash(&vector.value(), vector.network());
        assert!(matches!(refused, Err(hl_wire::UserSignedError::NotUserSigned(_))));
    }
}

#[test]
fn every_recorded_request_of_an_sdk_is_read_and_its_signer_found() {
    let mut seen = 0;
    for vector in file().vectors {
        let Some(text) = &vector.request_json else { continue };
        let request = hl_wire::ReceivedRequest::from_json(text).unwrap();
        assert_eq!(request.signature, vector.signature(), "{}", vector.id);
        if vector.scheme == "l1" {
            let action = request.l1_action().unwrap();
            let signer = request.recover(&action, vector.network()).unwrap();
            assert_eq!(signer, vector.signer_address, "{}", vector.id);
            seen += 1;
        }
    }
    assert!(seen > 30, "{seen}");
}

#[test]
fn what_an_sdk_writes_carelessly_recovers_the_same_signer() {
    // The exchange parses into typed values and hashes those: order of keys, zeros and letter case do
    // not matter to it, and must not matter to a simulator.
    let key = AgentKey::from_hex(&"42".repeat(32)).unwrap();
    let canonical = r#"{"type":"order","orders":[{"a":1,"b":true,"p":"100","s":"0.5","r":false,
        "t":{"limit":{"tif":"Alo"}},"c":"0x000000000000000000000000000000ff"}],"grouping":"na"}"#;
    let trading = ForeignTrading::try_from(Action::from_json(canonical).unwrap()).unwrap();
    let request = key.sign_foreign(&trading, Nonce(7), Network::Testnet, None, None).unwrap();
    let careless = r#"{"grouping":"na","orders":[{"t":{"limit":{"tif":"Alo"}},"r":false,
        "s":"0.500000000","p":"100.0","b":true,"a":1,"c":"0x000000000000000000000000000000FF"}],
        "type":"order"}"#;
    let text = serde_json::to_string(&request)
        .unwrap()
        .replace(&serde_json::to_string(&trading).unwrap(), careless);
    let received = hl_wire::ReceivedRequest::from_json(&text).unwrap();
    let action = received.l1_action().unwrap();
    assert_eq!(received.recover(&action, Network::Testnet).unwrap(), key.address());
    // Hashed literally, it is a different action and recovers a stranger.
    let literal: Value = serde_json::from_str(careless).unwrap();
    let stranger =
        hl_wire::recover_l1(&literal, Nonce(7), Network::Testnet, None, None, request.signature());
    assert_ne!(stranger.unwrap(), key.address());
}

#[test]
fn a_signature_of_zeros_has_no_signer() {
    let zeros = Signature::from_parts("0x0", "0x0", 27).unwrap();
    assert!(matches!(hl_wire::recover(&[1; 32], &zeros), Err(RecoverError::NoSigner(_))));
    for (r, s, v) in [("0x1", "0x1", 26), ("0x1", "0x1", 0), ("", "0x1", 27), ("0xzz", "0x1", 27)] {
        assert!(Signature::from_parts(r, s, v).is_err());
    }
    let long = format!("0x{}", "1".repeat(65));
    assert!(Signature::from_parts(&long, "0x1", 27).is_err());
}

#[test]
fn the_published_float_tables_hold_for_decimal_text() {
    // The tables are of floats; texts have no exponent, so the few small ones are written out.
    let plain = |x: &str| match x {
        "1e-08" => "0.00000001".to_owned(),
        "1e-09" => "0.000000001".to_owned(),
        "1e-07" => "0.0000001".to_owned(),
        "1.231e-05" => "0.00001231".to_owned(),
        "1.2312312e-05" => "0.000012312312".to_owned(),
        other => other.to_owned(),
    };
    for case in file().float_to_wire {
        let text = plain(&case.x_repr);
        match (case.wire, text.strip_prefix('-')) {
            // Negative zero: nothing negative is a price or a size.
            (_, Some(_)) => assert!(text.parse::<hl_wire::WireDecimal>().is_err()),
            (Some(wire), None) => {
                let decimal: hl_wire::WireDecimal = text.parse().unwrap();
                assert_eq!(decimal.canonical(), wire);
                assert_eq!(text.parse::<hl_quant::Size>().unwrap().to_string(), wire);
            }
            (None, None) => assert!(text.parse::<hl_wire::WireDecimal>().is_err(), "{text}"),
        }
    }
    for case in file().float_to_int {
        let text = plain(&case.x_repr);
        let fraction = text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
        let amount: hl_wire::Amount = text.parse().unwrap();
        match case.int {
            Some(int) => assert_eq!(amount.to_units(case.power), Some(int.parse().unwrap())),
            // Beyond eight decimals an amount is cut; up to there it must say that it is no whole number.
            None => assert!(fraction > 8 || amount.to_units(case.power).is_none(), "{text}"),
        }
    }
}
