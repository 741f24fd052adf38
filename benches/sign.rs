//! One order and a batch of ten to a signed request body.
//!
//! The alternative is the common way: floats formatted to text, the action as `serde_json::Value`,
//! MessagePack of that, and the body serialised from it. The same curve library signs both.

#![allow(missing_docs, reason = "criterion's macros generate undocumented items")]
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a bench may panic")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use hl_benches::orders::{batch, batch_prices};
use hl_wire::{ActionHasher, AgentKey, Network, Nonce};
use k256::ecdsa::SigningKey;
use serde_json::{Value, json};
use sha3::{Digest as _, Keccak256};

const SECRET: [u8; 32] = [7; 32];
const NONCE: u64 = 1_762_252_867_000;

fn ours(key: &AgentKey, hasher: &mut ActionHasher, n: u64, body: &mut Vec<u8>) -> usize {
    let action = batch(n);
    let request = key
        .sign_trading_with(hasher, &action, Nonce(NONCE), Network::Testnet, None, None)
        .expect("orders can be hashed");
    body.clear();
    serde_json::to_writer(&mut *body, &request).expect("requests serialise");
    body.len()
}

/// The action as the Python SDK builds it: floats to text, text into maps.
fn value(n: u64) -> Value {
    let orders: Vec<Value> = batch_prices(n)
        .zip(1_u128..)
        .map(|(price, i)| {
            let text =
                |x: f64| format!("{x:.8}").trim_end_matches('0').trim_end_matches('.').to_owned();
            json!({"a": 5, "b": true, "p": text(price as f64 / 1e8), "s": text(0.55), "r": false,
                   "t": {"limit": {"tif": "Alo"}}, "c": format!("0x{i:032x}")})
        })
        .collect();
    json!({"type": "order", "orders": orders, "grouping": "na"})
}

fn alternative(key: &SigningKey, n: u64) -> usize {
    let action = value(n);
    let mut preimage = rmp_serde::to_vec_named(&action).expect("values serialise");
    preimage.extend_from_slice(&NONCE.to_be_bytes());
    preimage.push(0);
    let connection: [u8; 32] = Keccak256::digest(&preimage).into();
    let keccak = |bytes: &[u8]| -> [u8; 32] { Keccak256::digest(bytes).into() };
    let domain = keccak(
        &[
            keccak(b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
            keccak(b"Exchange"),
            keccak(b"1"),
            std::array::from_fn(|i| match i {
                30 => 5,
                31 => 57,
                _ => 0,
            }),
            [0; 32],
        ]
        .concat(),
    );
    let agent = keccak(
        &[keccak(b"Agent(string source,bytes32 connectionId)"), keccak(b"b"), connection].concat(),
    );
    let digest = keccak(&[&[0x19, 0x01][..], &domain, &agent].concat());
    let (signature, id) = key.sign_prehash_recoverable(&digest);
    let (r, s) = signature.split_bytes();
    let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
    let body = json!({"action": action, "nonce": NONCE, "signature":
        {"r": format!("0x{}", hex(&r)), "s": format!("0x{}", hex(&s)), "v": 27 + u8::from(id.is_y_odd())},
        "vaultAddress": null});
    body.to_string().len()
}

fn sign(c: &mut Criterion) {
    let hex: String = SECRET.iter().map(|byte| format!("{byte:02x}")).collect();
    let key = AgentKey::from_hex(&hex).expect("the key is valid");
    let raw = SigningKey::from_slice(&SECRET).expect("the key is valid");
    let (mut hasher, mut body) = (ActionHasher::new(), Vec::new());
    let mut group = c.benchmark_group("sign_to_body");
    for n in [1, 10] {
        assert!(ours(&key, &mut hasher, n, &mut body) > 300 && alternative(&raw, n) > 300);
        group.bench_function(format!("hl_wire_{n}"), |b| {
            b.iter(|| black_box(ours(&key, &mut hasher, black_box(n), &mut body)));
        });
        group.bench_function(format!("json_value_{n}"), |b| {
            b.iter(|| black_box(alternative(&raw, black_box(n))));
        });
    }
    group.finish();
}

criterion_group!(benches, sign);
criterion_main!(benches);
