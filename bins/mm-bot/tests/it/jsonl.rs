//! The two filters that scripts and outside checks use.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::bot::Bot;

fn data(path: &str) -> Value {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../crates").join(path);
    serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap()
}

fn answers(command: &str, lines: &[String]) -> Vec<Value> {
    let done = Bot::new().run_with(&[command, "--jsonl"], lines.join("\n").as_bytes());
    assert_eq!((done.code, done.stderr.as_str()), (0, ""));
    let answers: Vec<Value> =
        done.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), lines.len());
    answers
}

/// The recorded cases, each asked passively and aggressively.
#[test]
fn quantize_answers_every_recorded_case() {
    let vectors = data("hl-quant/tests/data/quant_vectors.json");
    let cases = vectors["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 2_400);
    for intent in ["passive", "aggressive"] {
        let ask = |case: &Value| {
            json!({
                "kind": case["kind"], "sz_decimals": case["szDecimals"], "side": case["side"],
                "intent": intent, "px": case["price_str"], "sz": case["size_str"],
            })
            .to_string()
        };
        let lines: Vec<String> = cases.iter().map(ask).collect();
        for (case, answer) in cases.iter().zip(answers("quantize", &lines)) {
            check_case(case, &answer, intent);
        }
    }
}

fn check_case(case: &Value, answer: &Value, intent: &str) {
    assert_eq!(answer["px"], case[format!("price_{intent}")], "{case}");
    let zero = case["size_floor"] == "0";
    assert_eq!(answer["sz"], if zero { Value::Null } else { case["size_floor"].clone() }, "{case}");
    assert_eq!(answer["step_dec"], case["szDecimals"]);
    if intent == "passive" {
        assert_eq!(answer["notional"], case["notional_passive"], "{case}");
        let expected = match (&case["price_passive"], zero, &case["meets_min_notional_10"]) {
            (Value::Null, ..) => json!("no_legal_price"),
            (_, true, _) => json!("below_min_size"),
            (.., Value::Bool(false)) => json!("below_min_notional"),
            _ => Value::Null,
        };
        assert_eq!(answer["reject"], expected, "{case}");
    }
    // ticks and steps, spelt out again at their decimals, are the price and the size.
    for (number, decimals, text) in [("ticks", "px_dec", "px"), ("steps", "step_dec", "sz")] {
        if let Value::String(text) = &answer[text] {
            let places = usize::try_from(answer[decimals].as_u64().unwrap()).unwrap();
            let shown = answer[number].to_string();
            // Numbers beyond 64 bits come back from the parser as floats; their text is checked
            // where it is made.
            if !shown.contains('e') {
                assert_eq!(at_decimals(&shown, places), *text, "{case}");
            }
        }
    }
}

fn at_decimals(digits: &str, places: usize) -> String {
    if places == 0 {
        return digits.to_owned();
    }
    let padded = format!("{digits:0>width$}", width = places + 1);
    let (int, fraction) = padded.split_at(padded.len() - places);
    let text = format!("{int}.{fraction}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[test]
fn quantize_says_what_is_wrong_with_a_line_and_goes_on() {
    let vectors = data("hl-quant/tests/data/quant_vectors.json");
    let ask = |px: &Value| {
        json!({"kind": "perp", "sz_decimals": 2, "side": "buy", "intent": "passive",
               "px": px, "sz": "1"})
        .to_string()
    };
    let mut lines: Vec<String> =
        vectors["reject_price_strings"].as_array().unwrap().iter().map(ask).collect();
    let garbage = ["{", "[]", "null", "\u{0}", "{\"kind\":\"perp\"}", "{}{}", "  "];
    lines.extend(garbage.map(str::to_owned));
    lines.extend([json!(null), json!(true), json!(-1), json!(1e300), json!([1])].iter().map(ask));
    lines.push(ask(&json!("1")).replace("\"sz_decimals\":2", "\"sz_decimals\":9"));
    for (line, answer) in lines.iter().zip(answers("quantize", &lines)) {
        let keys: Vec<&String> = answer.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["error"], "{line}");
    }
    let last = answers("quantize", &["nonsense".to_owned(), ask(&json!("164.8951"))]);
    assert_eq!(last[1]["px"], "164.89");
    let number = ask(&json!("X")).replace("\"X\"", "164.8951");
    assert_eq!(answers("quantize", &[number])[0]["px"], "164.89", "a bare number is its text");
}

/// L1 actions that the bot's key may sign; the vectors hold others too.
const TRADING: &[&str] = &[
    "order",
    "cancel",
    "cancelByCloid",
    "modify",
    "batchModify",
    "scheduleCancel",
    "updateLeverage",
    "updateIsolatedMargin",
    "topUpIsolatedOnlyMargin",
    "noop",
    "reserveRequestWeight",
    "twapOrder",
    "twapCancel",
];

#[test]
fn sign_reproduces_every_recorded_trading_signature_and_refuses_the_rest() {
    let vectors = data("hl-wire/tests/data/signing_vectors.json");
    let l1: Vec<&Value> =
        vectors["vectors"].as_array().unwrap().iter().filter(|v| v["scheme"] == "l1").collect();
    let ask = |v: &&Value| {
        let network = if v["is_mainnet"] == true { "mainnet" } else { "testnet" };
        // The action goes in as the text that was hashed: a parsed copy would lose its key order.
        let head = json!({"private_key": v["private_key"], "nonce": v["nonce"],
            "network": network, "vault_address": v["vault_address"],
            "expires_after": v["expires_after"]});
        let head = head.to_string();
        let action = v["action_json"].as_str().unwrap();
        format!("{},\"action\":{action}}}", head.strip_suffix('}').unwrap())
    };
    let lines: Vec<String> = l1.iter().map(ask).collect();
    let mut signed = 0;
    for (vector, answer) in l1.iter().zip(answers("sign", &lines)) {
        if !TRADING.iter().any(|kind| vector["action"]["type"] == **kind) {
            assert!(answer["error"].is_string(), "{answer}");
            continue;
        }
        for (ours, theirs) in
            [("action_hash", "action_hash"), ("r", "r"), ("s", "s"), ("signer", "signer_address")]
        {
            assert_eq!(answer[ours], vector[theirs], "{}", vector["id"]);
        }
        assert_eq!(answer["v"], vector["v"]);
        signed += 1;
    }
    assert!(signed >= 75, "{signed}");
}

#[test]
fn sign_hashes_keys_in_the_exchanges_order_and_refuses_those_that_it_would_leave_out() {
    let line = |order: &str, rest: &str| {
        let key = "11".repeat(32);
        format!(
            r#"{{"private_key":"{key}","nonce":1,"network":"mainnet","action":{{"type":"order","orders":[{{{order}}}]{rest}}}}}"#
        )
    };
    let good = r#""a":0,"b":true,"p":"100","s":"1","r":false,"t":{"limit":{"tif":"Alo"}}"#;
    let moved = r#""s":"1","p":"100","r":false,"t":{"limit":{"tif":"Alo"}},"b":true,"a":0"#;
    let lines = [
        line(good, r#","grouping":"na""#),
        line(moved, r#","grouping":"na","builder":null"#),
        line(&format!("{good},\"cloid\":\"0x{}\"", "0".repeat(32)), r#","grouping":"na""#),
        line(good, r#","grouping":"na","build":{}"#),
    ];
    let answers = answers("sign", &lines);
    assert!(answers[0]["signer"].is_string(), "{}", answers[0]);
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[2]["error"], "action: \"cloid\" is not a key of it");
    assert_eq!(answers[3]["error"], "action: \"build\" is not a key of it");
}

#[test]
fn sign_never_prints_the_key_whatever_is_wrong_with_the_line() {
    let canary = "c0ffee11".repeat(8);
    let good = json!({"private_key": format!("0x{canary}"), "action": {"type": "noop"},
        "nonce": 1, "network": "mainnet", "vault_address": null, "expires_after": null});
    let edit = |field: &str, value: Value| {
        let mut case = good.clone();
        case[field] = value;
        case.to_string()
    };
    let short = canary[..62].to_owned();
    let lines = vec![
        good.to_string(),
        edit("private_key", json!(short)),
        edit("private_key", json!(format!("{canary}zz"))),
        edit("private_key", json!([canary])),
        edit("network", json!(canary)),
        edit("nonce", json!(short)),
        edit("vault_address", json!(short)),
        edit("action", json!({"type": short})),
        edit("action", json!(short)),
        edit(&short, json!(1)),
        format!("{{\"private_key\":\"{short}"),
        short.clone(),
    ];
    let answers = answers("sign", &lines);
    assert!(answers[0]["signer"].is_string());
    for (line, answer) in lines.iter().zip(&answers).skip(1) {
        assert!(answer["error"].is_string(), "{line}: {answer}");
        assert!(!answer.to_string().contains("c0ffee11c0ffee11"), "{answer}");
    }
}
