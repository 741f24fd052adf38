//! What the exchange makes of bodies, signatures, nonces and signers.

use std::path::Path as FilePath;

use hl_quant::Millis;
use hl_sim::{Exchange, ExchangeConfig, Input, Output, Path, RequestId, Strangers, Usd};
use hl_wire::{Address, ErrorText, Network};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::rig::{Rig, START, address, config, key, order_with, orders, sign};

const NOT_JSON: &str = "Failed to parse the request body as JSON";
const WRONG_SHAPE: &str = "Failed to deserialize the JSON body into the target type";
const NOOP: &str = r#"{"type":"noop"}"#;

fn error(body: &str) -> String {
    let answer: Value = serde_json::from_str(body).unwrap();
    assert_eq!(answer["status"], "err", "{body}");
    answer["response"].as_str().unwrap().to_owned()
}

#[test]
fn bodies_that_are_not_requests_are_answered_by_the_parser() {
    let mut rig = Rig::new(config());
    for path in [Path::Info, Path::Exchange] {
        for body in ["", "hello", "{", r#"{"type":"#, "\u{0}"] {
            assert_eq!(rig.http(path, body.as_bytes()), (400, NOT_JSON.into()), "{body:?}");
        }
        for body in ["1", "null", "[]", "{}", r#"{"type":"nonesuch"}"#, r#"{"type":7}"#] {
            assert_eq!(rig.http(path, body.as_bytes()), (422, WRONG_SHAPE.into()), "{body:?}");
        }
    }
    let (status, body) = rig.http(Path::Info, br#"{"type":"perpDexs"} and more"#);
    assert_eq!((status, body.as_str()), (200, "[null]"), "what follows the first value is ignored");
    assert_eq!(rig.http(Path::Info, br#"{"type":"l2Book","coin":"NONE"}"#), (200, "null".into()));
    let bad = br#"{"type":"l2Book","coin":"BTC","nSigFigs":9}"#;
    assert_eq!(rig.http(Path::Info, bad), (500, "null".into()));
    assert_eq!(
        hl_sim::UNSUPPORTED_MEDIA_TYPE,
        ErrorText::NotTheContentType.to_string(),
        "the front's text is the table's"
    );
}

#[test]
fn actions_that_are_not_served_are_answered_like_unknown_ones() {
    let mut rig = Rig::new(config());
    let signature = json!({"r": "0x1", "s": "0x1", "v": 27});
    for action in [
        json!({"type": "twapCancel", "a": 1, "t": 1}),
        json!({"type": "vaultTransfer", "vaultAddress": address(9), "isDeposit": true, "usd": 1}),
        json!({"type": "withdraw3", "destination": "0x0", "amount": "1", "time": 1}),
        json!({"type": "tomorrow"}),
        json!({"type": "order", "orders": [{"a": 0, "b": true, "p": "1", "s": "1", "r": true,
            "t": {"trigger": {"isMarket": true, "triggerPx": "1", "tpsl": "sl"}}}], "grouping": "na"}),
        json!({"type": "order", "orders": [{"a": 0, "b": true, "p": 1, "s": "1", "r": true,
            "t": {"limit": {"tif": "Gtc"}}}], "grouping": "na"}),
        json!({"type": "order", "orders": [{"a": 0, "b": true, "p": "1e3", "s": "1", "r": true,
            "t": {"limit": {"tif": "Gtc"}}}], "grouping": "na"}),
    ] {
        let body = json!({"action": action, "nonce": START, "signature": signature}).to_string();
        let answer = rig.http(Path::Exchange, body.as_bytes());
        assert_eq!(answer, (422, WRONG_SHAPE.into()), "{action}");
    }
}

#[test]
fn only_known_signers_act_and_the_text_names_the_recovered_address() {
    let mut rig = Rig::new(config());
    let stranger = error(&rig.act(9, NOOP));
    assert_eq!(stranger, format!("User or API Wallet {} does not exist.", address(9)));

    let zero = json!({"r": "0x0", "s": "0x0", "v": 27});
    let body = json!({"action": {"type": "noop"}, "nonce": START, "signature": zero}).to_string();
    let (_, answer) = rig.http(Path::Exchange, body.as_bytes());
    assert_eq!(error(&answer), "Unable to recover signer.");

    rig.exchange.approve_agent(address(1), address(9));
    let placed = rig.act(9, &orders(&[order_with(1, true, "140", "1", "Alo", false, None)]));
    assert!(placed.contains("resting"), "{placed}");
    assert_eq!(rig.truth().accounts[&address(1)].open_orders, 1, "the agent acts for its master");
    let role = rig.info(&format!(r#"{{"type":"userRole","user":"{}"}}"#, address(9)));
    assert_eq!(role, json!({"role": "agent", "data": {"user": address(1)}}));
    rig.exchange.revoke_agent(address(9));
    assert!(error(&rig.act(9, NOOP)).contains("does not exist"));

    let mut open = config();
    open.strangers = Strangers::Funded(Usd::dollars(1_000));
    let mut rig = Rig::new(open);
    assert!(rig.act(9, NOOP).contains("ok"));
    assert_eq!(rig.truth().accounts[&address(9)].account_value, Usd::dollars(1_000));
}

#[test]
fn a_vault_is_not_known_and_does_not_use_up_the_nonce() {
    let mut rig = Rig::new(config());
    let action = hl_wire::TradingAction::Noop;
    let nonce = hl_wire::Nonce(START);
    let vault = Some(address(8));
    let body = key(1)
        .sign_trading(&action, nonce, Network::Testnet, vault, None)
        .unwrap()
        .to_json()
        .unwrap();
    let (_, answer) = rig.http(Path::Exchange, body.as_bytes());
    assert_eq!(error(&answer), format!("Vault not registered: {}", address(8)));
    let (_, answer) = rig.http(Path::Exchange, sign(1, NOOP, START, None).as_bytes());
    assert!(answer.contains(r#""status":"ok""#), "the nonce is still free: {answer}");
}

#[test]
fn a_nonce_is_used_once_per_signer_and_also_by_what_fails_after_admission() {
    let mut rig = Rig::new(config());
    let send = |rig: &mut Rig, trader, nonce, expires| {
        rig.http(Path::Exchange, sign(trader, NOOP, nonce, expires).as_bytes()).1
    };
    assert!(send(&mut rig, 1, START, None).contains("ok"));
    let again = error(&send(&mut rig, 1, START, None));
    assert_eq!(again, format!("Invalid nonce: duplicate nonce {START}"));
    assert!(send(&mut rig, 2, START, None).contains("ok"), "another signer may use it");

    let expired = send(&mut rig, 1, START + 1, Some(START));
    assert_eq!(error(&expired), "Action already expired");
    let again = error(&send(&mut rig, 1, START + 1, None));
    assert_eq!(again, format!("Invalid nonce: duplicate nonce {}", START + 1));

    let high = START + 2 * 86_400_000;
    let text = error(&send(&mut rig, 1, high, None));
    assert!(text.starts_with(&format!("Invalid nonce: nonce too high {high} > ")), "{text}");
    let low = START - 3 * 86_400_000;
    let text = error(&send(&mut rig, 1, low, None));
    assert!(text.starts_with(&format!("Invalid nonce: nonce too low {low} < ")), "{text}");
    for text in [again, text] {
        assert_eq!(ErrorText::parse(&text).unwrap().0.code(), hl_wire::RejectCode::Nonce);
    }
}

#[test]
fn more_than_two_hundred_orders_are_refused_as_a_whole() {
    let mut rig = Rig::new(config());
    let one = order_with(1, true, "140", "1", "Alo", false, None);
    let many = error(&rig.act(1, &orders(&vec![one.as_str(); 201])));
    assert_eq!(many, "Signed action over weight limit of 200.");
    assert!(rig.act(1, &orders(&vec![one.as_str(); 200])).contains("resting"));
    let truth = rig.truth();
    let account = &truth.accounts[&address(1)];
    assert_eq!((account.attempts, account.accepted), (401, 200));
    assert_eq!(account.rejected.values().sum::<u64>(), 201);
}

/// The textual forms that the live venue was measured to accept: all recover the same signer.
#[test]
fn every_textual_form_of_one_signed_order_is_accepted() {
    let action = orders(&[order_with(1, true, "140", "1.5", "Alo", false, Some(0xabcdef))]);
    let forms: [fn(&str) -> String; 6] = [
        |body| body.replace(r#""p":"140""#, r#""p":"140.000000000""#),
        |body| body.replace(r#""s":"1.5""#, r#""s":"1.50""#),
        |body| body.replace("abcdef", "ABCDEF"),
        |body| {
            let value: Value = serde_json::from_str(body).unwrap();
            value.to_string()
        },
        |body| {
            let mut value: Value = serde_json::from_str(body).unwrap();
            for half in ["r", "s"] {
                let text = value["signature"][half].as_str().unwrap().to_owned();
                let trimmed = text.trim_start_matches("0x").trim_start_matches('0');
                value["signature"][half] = json!(format!("0x{trimmed}"));
            }
            value.to_string()
        },
        |body| {
            body.replace(r#""type":"order","#, r#""type":"order","note":"unknown keys fall away","#)
        },
    ];
    for (n, form) in (0..).zip(forms) {
        let mut rig = Rig::new(config());
        let body = form(&sign(1, &action, START + n, None));
        let (_, answer) = rig.http(Path::Exchange, body.as_bytes());
        assert!(answer.contains("resting"), "form {n}: {answer}");
    }
    let mut rig = Rig::new(config());
    let tampered = sign(1, &action, START, None).replace("140", "141");
    let (_, answer) = rig.http(Path::Exchange, tampered.as_bytes());
    assert!(error(&answer).contains("does not exist"), "a changed price is somebody else's");
}

/// A vector's request as its signer would have posted it.
fn vector_body(vector: &Value) -> String {
    let action: Box<serde_json::value::RawValue> =
        serde_json::from_str(vector["action_json"].as_str().unwrap()).unwrap();
    format!(
        r#"{{"action":{action},"nonce":{},"signature":{},"vaultAddress":{},"expiresAfter":{}}}"#,
        vector["nonce"],
        json!({"r": vector["r"], "s": vector["s"], "v": vector["v"]}),
        vector["vault_address"],
        vector["expires_after"],
    )
}

#[test]
fn the_signatures_of_the_published_vectors_are_recognised() {
    let file = FilePath::new(env!("CARGO_MANIFEST_DIR"))
        .join("../hl-wire/tests/data/signing_vectors.json");
    let vectors: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let (mut recognised, mut canonicalized) = (0, 0);
    for vector in vectors["vectors"].as_array().unwrap() {
        let Some(nonce) = vector["nonce"].as_u64() else { continue };
        let signer: Address = vector["signer_address"].as_str().unwrap().parse().unwrap();
        let mut config: ExchangeConfig = config();
        if vector["is_mainnet"] == true {
            config.network = Network::Mainnet;
        }
        let mut exchange = Exchange::new(config, 1);
        exchange.fund(signer, Usd::dollars(1_000));
        exchange.handle(Millis(nonce), Input::Tick);
        let input = Input::Http {
            id: RequestId(1),
            path: Path::Exchange,
            body: vector_body(vector).into_bytes(),
        };
        exchange.handle(Millis(nonce), input);
        exchange.handle(Millis(nonce + 1_000), Input::Tick);
        let reply = loop {
            match exchange.poll() {
                Output::HttpReply { status, body, .. } => {
                    break (status, String::from_utf8(body).unwrap());
                }
                Output::WaitUntil(_) => panic!("no answer to {}", vector["id"]),
                _ => {}
            }
        };
        match reply {
            (422, _) => {}
            (200, body) if body.contains("does not exist") => {
                // Signed over a decimal text that the venue would have canonicalised first.
                let text = vector["action_json"].as_str().unwrap();
                assert!(text.contains(".0\""), "{}: {body}", vector["id"]);
                canonicalized += 1;
            }
            (200, body) => {
                assert!(!body.contains("Unable to recover"), "{}: {body}", vector["id"]);
                recognised += 1;
            }
            (status, body) => panic!("{}: {status} {body}", vector["id"]),
        }
    }
    assert!(recognised >= 50, "only {recognised} vectors were of actions that are served");
    println!("{recognised} recognised, {canonicalized} signed over uncanonical text");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), info: bool) {
        let mut rig = Rig::new(config());
        let path = if info { Path::Info } else { Path::Exchange };
        let (status, _) = rig.http(path, &bytes);
        prop_assert!(status == 400 || status == 422);
        rig.input(Input::WsOpen { conn: hl_sim::ConnId(1) });
        rig.ws(1, &String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn no_mangled_request_makes_it_panic(
        cut in 0_usize..600,
        at in 0_usize..600,
        with in proptest::collection::vec(any::<char>(), 0..8),
        exchange: bool,
    ) {
        let mut rig = Rig::new(config());
        let order = order_with(1, true, "140", "1.5", "Alo", false, Some(1));
        let good = sign(1, &orders(&[order]), START, None);
        let mut text: Vec<char> = good.chars().collect();
        let at = at.min(text.len());
        let end = (at + cut % 7).min(text.len());
        text.splice(at..end, with);
        let text: String = text.into_iter().collect();
        let path = if exchange { Path::Exchange } else { Path::Info };
        let (status, _) = rig.http(path, text.as_bytes());
        prop_assert!([200, 400, 422].contains(&status));
    }

    #[test]
    fn no_numbers_of_any_size_make_it_panic(
        asset in any::<u32>(),
        px in "[0-9]{1,14}(\\.[0-9]{1,9})?",
        sz in "[0-9]{1,14}(\\.[0-9]{1,9})?",
        buy: bool,
        known: bool,
        leverage in any::<u32>(),
        ntli in any::<i64>(),
        time in any::<u64>(),
    ) {
        let mut rig = Rig::new(config());
        let asset = if known { asset % 2 } else { asset };
        for action in [
            orders(&[crate::rig::order(asset, buy, &px, &sz, "Gtc")]),
            format!(r#"{{"type":"updateLeverage","asset":{asset},"isCross":{buy},"leverage":{leverage}}}"#),
            format!(r#"{{"type":"updateIsolatedMargin","asset":{asset},"isBuy":{buy},"ntli":{ntli}}}"#),
            format!(r#"{{"type":"scheduleCancel","time":{time}}}"#),
            format!(r#"{{"type":"reserveRequestWeight","weight":{time}}}"#),
        ] {
            if hl_wire::Action::from_json(&action).is_ok() {
                rig.act(1, &action);
            }
        }
        crate::rig::assert_conserved(&rig.truth());
    }
}
