//! Answers to actions: accepted, rejected by a known sentence, or unknown.

use hl_quant::{Price, Size};
use hl_wire::{
    Accepted, Address, AssetId, Cloid, ErrorText, Oid, Outcome, RejectCode, Unsure,
    parse_exchange_response,
};
use proptest::prelude::*;

/// Every sentence of the fact sheet, as it is documented or was seen live, with its code.
const SENTENCES: &[(&str, &str)] = &[
    ("Price must be divisible by tick size.", "E_TICK"),
    ("Order must have minimum value of $10.", "E_MIN_NTL"),
    ("Order must have minimum value of 10 USDC.", "E_MIN_NTL"),
    ("Insufficient margin to place order.", "E_MARGIN"),
    ("Reduce only order would increase position.", "E_REDUCE_ONLY"),
    ("Post only order would have immediately matched, bbo was 2440.1@2440.2.", "E_ALO"),
    ("Order could not immediately match against any resting orders.", "E_IOC"),
    ("Invalid TP/SL price.", "E_TRIGGER"),
    ("No liquidity available for market order.", "E_NO_LIQ"),
    ("Order would increase open interest while open interest is capped", "E_OI_CAP"),
    (
        "Order rejected due to price more aggressive than oracle while at open interest cap",
        "E_OI_CAP",
    ),
    ("Order would increase open interest too quickly", "E_OI_CAP"),
    ("Order has insufficient spot balance to trade", "E_BALANCE"),
    ("Insufficient spot balance", "E_BALANCE"),
    ("Order price too far from oracle", "E_ORACLE"),
    ("Price too far from oracle", "E_ORACLE"),
    ("Order would cause position to exceed margin tier limit at current leverage", "E_TIER"),
    ("Order was never placed, already canceled, or filled.", "E_NOT_FOUND"),
    ("Orders are empty.", "E_EMPTY"),
    ("Order has zero size.", "E_SIZE"),
    ("Order has invalid size.", "E_SIZE"),
    ("Order has invalid price.", "E_PX"),
    ("Order price cannot be more than 80% away from the reference price", "E_BAND"),
    ("Order price cannot be more than 95% away from the reference price", "E_BAND"),
    ("Order value too large. Max is $5000000.", "E_MAX_NTL"),
    ("Placing trigger orders is not enabled on spot trading yet.", "E_TRIGGER"),
    ("Trading is halted.", "E_HALTED"),
    ("Builder fee has not been approved.", "E_BUILDER"),
    ("Only post-only orders allowed immediately after network upgrade", "E_POST_ONLY_WINDOW"),
    ("Unexpected number of trigger orders", "E_TRIGGER"),
    ("Reduce-only is invalid for spot trading.", "E_REDUCE_ONLY"),
    ("Cannot modify canceled or filled order", "E_NOT_FOUND"),
    ("Error placing new order during modify: Price must be divisible by tick size.", "E_MODIFY"),
    ("Attempted to modify to invalid new order", "E_MODIFY"),
    ("Scheduled cancel time too early, must be at least 5 seconds from now.", "E_SCHEDULE"),
    (
        "Cannot set scheduled cancel time until enough volume traded. Required: $1000000. Traded: \
         $1.5",
        "E_SCHEDULE",
    ),
    (
        "Cannot create sub-accounts until enough volume traded. Required: $100000. Traded: $0.",
        "E_ACCOUNT",
    ),
    ("Cannot switch leverage type with open position.", "E_LEVERAGE"),
    ("Position does not use isolated margin.", "E_LEVERAGE"),
    ("Invalid TWAP duration: 1 min(s)", "E_TWAP"),
    ("TWAP was never placed, already canceled, or filled.", "E_NOT_FOUND"),
    ("Extra agent already used.", "E_AUTH"),
    ("Agent valid_until already expired.", "E_AUTH"),
    ("Too many extra agents for cumulative volume traded. Current limit is 3", "E_AUTH"),
    ("User has pending agent removal", "E_AUTH"),
    ("Invalid nonce: duplicate nonce 1700000000000", "E_NONCE"),
    ("Invalid nonce: nonce too low 1 < 2", "E_NONCE"),
    ("Invalid nonce: nonce too high 3 > 2", "E_NONCE"),
    ("Action already expired", "E_EXPIRED"),
    ("User or API Wallet 0xc06d73162e9bffbcfbf1da59c511002a8f9155e5 does not exist.", "E_AUTH"),
    (
        "L1 error: User or API Wallet 0xc06d73162e9bffbcfbf1da59c511002a8f9155e5 does not exist.",
        "E_AUTH",
    ),
    (
        "Must deposit before performing actions. User: 0xc06d73162e9bffbcfbf1da59c511002a8f9155e5",
        "E_AUTH",
    ),
    ("Unable to recover signer.", "E_AUTH"),
    ("Vault not registered: 0xc06d73162e9bffbcfbf1da59c511002a8f9155e5", "E_AUTH"),
    (
        "Too many cumulative requests sent (97460 > 97456) for cumulative volume traded $87457.46. \
         Place taker orders to free up 1 request per USDC traded.",
        "E_RATE",
    ),
    ("Signed action over weight limit of 200.", "E_BATCH"),
    ("Action disabled when unified account is active", "E_ACCOUNT"),
    ("Invalid send", "E_ACCOUNT"),
    ("Unknown token X", "E_ACCOUNT"),
    ("Invalid perp DEX", "E_ACCOUNT"),
    ("Invalid decimal number", "E_ACCOUNT"),
    ("Send amount cannot be zero", "E_ACCOUNT"),
    ("Insufficient balance for token transfer", "E_BALANCE"),
    ("Insufficient balance for withdrawal", "E_BALANCE"),
    ("Agent can only send asset to same user or their sub-accounts.", "E_ACCOUNT"),
    ("Invalid sub-account transfer from 0x1 to 0x2", "E_ACCOUNT"),
    ("Referral code not registered", "E_ACCOUNT"),
];

fn one_error(text: &str) -> Outcome {
    let body = serde_json::json!({"status": "ok", "response":
        {"type": "order", "data": {"statuses": [{"error": text}]}}});
    let mut outcomes = parse_exchange_response(200, body.to_string().as_bytes(), 1).outcomes;
    assert_eq!(outcomes.len(), 1);
    outcomes.remove(0)
}

#[test]
fn every_known_sentence_has_its_code_with_and_without_the_asset() {
    for (sentence, code) in SENTENCES {
        let (known, asset) = ErrorText::parse(sentence).expect(sentence);
        assert_eq!((known.code().code(), asset), (*code, None), "{sentence}");
        let suffixed = format!("{sentence} asset=10000");
        let (same, asset) = ErrorText::parse(&suffixed).expect(&suffixed);
        assert_eq!((same, asset), (known, Some(AssetId(10_000))), "{suffixed}");
        for text in [*sentence, &suffixed] {
            let outcome = one_error(text);
            assert_eq!(outcome.code(), Some(*code), "{text}");
            assert!(matches!(outcome, Outcome::Rejected { .. }), "{text}");
        }
        // The whole action may be refused with the same words.
        let body = serde_json::json!({"status": "err", "response": sentence}).to_string();
        let all = parse_exchange_response(200, body.as_bytes(), 3).outcomes;
        assert_eq!(all.len(), 3);
        assert!(all.iter().all(|outcome| outcome.code() == Some(*code)), "{sentence}");
    }
}

#[test]
fn codes_are_distinct_and_all_but_the_unknown_one_are_reachable() {
    let mut codes: Vec<_> = RejectCode::ALL.iter().map(|code| code.code()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), RejectCode::ALL.len());
    let http = ["Failed to parse the request body as JSON"];
    for code in RejectCode::ALL.iter().filter(|code| **code != RejectCode::Unknown) {
        let reached = SENTENCES.iter().map(|(sentence, _)| *sentence).chain(http);
        let mut reached = reached.filter_map(|text| Some(ErrorText::parse(text)?.0.code()));
        let by_status = parse_exchange_response(429, b"null", 1).outcomes[0].code();
        let is_reached = reached.any(|found| found == *code) || by_status == Some(code.code());
        assert!(is_reached, "{code}");
    }
}

#[test]
fn a_sentence_that_is_not_on_the_list_is_unknown() {
    for text in [
        "",
        "Something new.",
        "Price must be divisible by tick size. Really.",
        "price must be divisible by tick size.",
        "Order must have minimum value of $11.",
        "Price must be divisible by tick size. asset=",
        "Price must be divisible by tick size. asset=-1",
        "Price must be divisible by tick size. asset=99999999999",
        "User or API Wallet bob does not exist.",
        "Invalid nonce: nonce too low 1",
        "Too many cumulative requests sent",
        "Internal error",
    ] {
        assert!(ErrorText::parse(text).is_none(), "{text}");
        assert!(matches!(one_error(text), Outcome::Unknown { why: Unsure::Text(_) }), "{text}");
        let body = serde_json::json!({"status": "err", "response": text}).to_string();
        let outcome = &parse_exchange_response(200, body.as_bytes(), 1).outcomes[0];
        assert!(matches!(outcome, Outcome::Unknown { .. }), "{text}");
        assert_eq!(outcome.code(), Some("E_OTHER"));
    }
}

#[test]
fn the_touch_in_a_post_only_rejection_is_read() {
    let outcome = one_error(
        "Post only order would have immediately matched, bbo was 0.12345@113377. asset=1",
    );
    let Outcome::Rejected { code: RejectCode::Alo, bbo, .. } = outcome else { panic!() };
    assert_eq!(bbo, Some(("0.12345".parse().unwrap(), "113377".parse().unwrap())));
    let modify = "Error placing new order during modify: Post only order would have immediately \
                  matched, bbo was 1@2. asset=1";
    let Outcome::Rejected { code: RejectCode::Modify, bbo, .. } = one_error(modify) else {
        panic!()
    };
    assert_eq!(bbo, Some(("1".parse().unwrap(), "2".parse().unwrap())));
    let (known, _) = ErrorText::parse(modify).unwrap();
    assert_eq!(known.about_new_order().code(), RejectCode::Alo);
    // Without two prices it is still the same rejection.
    let outcome = one_error("Post only order would have immediately matched, bbo was @2.");
    assert!(matches!(outcome, Outcome::Rejected { code: RejectCode::Alo, bbo: None, .. }));
}

#[test]
fn each_status_of_a_batch_is_read_on_its_own() {
    let body = br#"{"status":"ok","response":{"type":"order","data":{"statuses":[
        {"resting":{"oid":77738308,"cloid":"0x00030070b4ed5113000001000000002e"}},
        {"filled":{"totalSz":"0.02","avgPx":"1891.4","oid":77747314}},
        {"error":"Insufficient margin to place order. asset=5"},
        "waitingForFill","waitingForTrigger","success",
        {"strange":{"oid":1}},
        {"filled":{"totalSz":"x","avgPx":"1","oid":1}}]}}}"#;
    let outcomes = parse_exchange_response(200, body, 8).outcomes;
    let accepted = |oid, cloid, state| Outcome::Accepted { oid, cloid, state };
    let cloid = "0x00030070b4ed5113000001000000002e".parse::<Cloid>().ok();
    assert_eq!(outcomes[0], accepted(Some(Oid(77_738_308)), cloid, Accepted::Resting));
    let filled =
        Accepted::Filled { total_sz: "0.02".parse().unwrap(), avg_px: "1891.4".parse().unwrap() };
    assert_eq!(outcomes[1], accepted(Some(Oid(77_747_314)), None, filled));
    assert_eq!(outcomes[2].code(), Some("E_MARGIN"));
    assert_eq!(outcomes[3], accepted(None, None, Accepted::Waiting));
    assert_eq!(outcomes[4], accepted(None, None, Accepted::Waiting));
    assert_eq!(outcomes[5], accepted(None, None, Accepted::Done));
    assert!(matches!(outcomes[6], Outcome::Unknown { .. }));
    assert!(matches!(outcomes[7], Outcome::Unknown { .. }));
}

#[test]
fn one_static_error_speaks_for_the_batch_and_no_other_does() {
    let answer = |text: &str, n| {
        let body = serde_json::json!({"status": "ok", "response":
            {"type": "order", "data": {"statuses": [{"error": text}]}}});
        parse_exchange_response(200, body.to_string().as_bytes(), n).outcomes
    };
    for text in ["Orders are empty.", "Order has invalid price.", "Trading is halted."] {
        let outcomes = answer(text, 3);
        assert_eq!(outcomes.len(), 3);
        assert!(outcomes.iter().all(|o| matches!(o, Outcome::Rejected { .. })), "{text}");
    }
    for text in ["Insufficient margin to place order.", "New.", "Invalid TP/SL price."] {
        let outcomes = answer(text, 3);
        let unknown = |o: &Outcome| {
            matches!(o, Outcome::Unknown { why: Unsure::Count { sent: 3, answered: 1 } })
        };
        assert!(outcomes.len() == 3 && outcomes.iter().all(unknown), "{text}");
    }
}

#[test]
fn a_wrong_number_of_answers_makes_all_unknown() {
    let body = br#"{"status":"ok","response":{"type":"order","data":{"statuses":[
        {"resting":{"oid":1}},{"resting":{"oid":2}}]}}}"#;
    for n in [1, 3, 40] {
        let outcomes = parse_exchange_response(200, body, n).outcomes;
        assert_eq!(outcomes.len(), n);
        assert!(outcomes.iter().all(|o| matches!(o, Outcome::Unknown { .. })));
    }
    // An order or cancel that is answered like an action without a batch says nothing either.
    for kind in ["order", "cancel"] {
        let body = format!(r#"{{"status":"ok","response":{{"type":"{kind}"}}}}"#);
        let outcomes = parse_exchange_response(200, body.as_bytes(), 1).outcomes;
        assert!(matches!(outcomes[0], Outcome::Unknown { .. }), "{kind}");
    }
}

#[test]
fn actions_without_orders_succeed_as_default() {
    for body in [
        r#"{"status":"ok","response":{"type":"default"}}"#,
        r#"{"status":"ok","response":{"type":"createSubAccount","data":"0x1"}}"#,
        r#"{"status":"ok","response":{"type":"twapOrder","data":{"status":{"running":{"twapId":7}}}}}"#,
        r#"{"status":"ok","response":{"type":"twapCancel","data":{"status":"success"}}}"#,
        r#"{"status":"ok","response":{"type":"cancel","data":{"statuses":["success"]}}}"#,
    ] {
        let outcomes = parse_exchange_response(200, body.as_bytes(), 1).outcomes;
        let done = Outcome::Accepted { oid: None, cloid: None, state: Accepted::Done };
        assert_eq!(outcomes, [done], "{body}");
    }
    let body = r#"{"status":"ok","response":{"type":"twapOrder","data":{"status":{"error":"Invalid TWAP duration: 1 min(s)"}}}}"#;
    let outcomes = parse_exchange_response(200, body.as_bytes(), 1).outcomes;
    assert_eq!(outcomes[0].code(), Some("E_TWAP"));
}

#[test]
fn a_refusal_to_admit_is_definite_only_in_the_words_of_the_exchange() {
    let code = |status, body: &str| {
        let outcomes = parse_exchange_response(status, body.as_bytes(), 2).outcomes;
        assert_eq!(outcomes.len(), 2);
        assert_eq!(outcomes[0], outcomes[1]);
        (matches!(outcomes[0], Outcome::Rejected { .. }), outcomes[0].code().unwrap())
    };
    assert_eq!(code(400, "Failed to parse the request body as JSON"), (true, "E_REQUEST"));
    assert_eq!(
        code(422, "Failed to deserialize the JSON body into the target type"),
        (true, "E_REQUEST")
    );
    assert_eq!(
        code(415, "Expected request with `Content-Type: application/json`"),
        (true, "E_REQUEST")
    );
    assert_eq!(code(429, "null"), (true, "E_IP_RATE"));
    assert_eq!(code(429, "<html>slow down</html>"), (false, "E_NET"));
    assert_eq!(code(422, "<html></html>"), (false, "E_NET"));
    assert_eq!(code(422, "Trading is halted."), (false, "E_NET"));
    for status in [301, 403, 404, 500, 502, 503, 504] {
        let ok = r#"{"status":"err","response":"Trading is halted."}"#;
        assert_eq!(code(status, ok), (false, "E_NET"), "{status}");
    }
}

#[test]
fn what_is_not_an_answer_is_unknown() {
    let whole = r#"{"status":"ok","response":{"type":"order","data":{"statuses":[{"resting":{"oid":1}}]}}}"#;
    for end in 0..whole.len() {
        let outcomes = parse_exchange_response(200, &whole.as_bytes()[..end], 1).outcomes;
        assert!(matches!(outcomes[0], Outcome::Unknown { .. }), "{}", &whole[..end]);
    }
    let duplicate = whole.replace("\"status\":\"ok\"", "\"status\":\"ok\",\"status\":\"err\"");
    for body in [
        "<html><body>502</body></html>",
        "null",
        "[]",
        "\"ok\"",
        r#"{"status":"ok"}"#,
        r#"{"status":"maybe","response":"Trading is halted."}"#,
        r#"{"status":"err","response":{"text":"Trading is halted."}}"#,
        &duplicate,
        &format!("{whole} trailing"),
        &"[".repeat(100_000),
    ] {
        let outcomes = parse_exchange_response(200, body.as_bytes(), 1).outcomes;
        assert!(matches!(outcomes[0], Outcome::Unknown { .. }), "{:.80}", body);
    }
    let outcomes = parse_exchange_response(200, &[0xff, 0xfe], 1).outcomes;
    assert!(matches!(outcomes[0], Outcome::Unknown { why: Unsure::Body(_) }));
}

fn any_text() -> impl Strategy<Value = ErrorText<'static>> {
    let address = any::<[u8; 20]>().prop_map(Address::new);
    let price = (1..=u64::MAX).prop_map(|raw| Price::from_raw(raw).unwrap());
    let plain = prop::sample::select(
        SENTENCES
            .iter()
            .filter_map(|(sentence, _)| Some(ErrorText::parse(sentence)?.0))
            .collect::<Vec<_>>(),
    );
    prop_oneof![
        plain,
        (price.clone(), price).prop_map(|(b, a)| ErrorText::PostOnly { bbo: Some((b, a)) }),
        any::<u32>().prop_map(|percent| ErrorText::PriceBand { percent }),
        any::<u64>().prop_map(|max| ErrorText::TooLarge { max }),
        any::<u64>().prop_map(|minutes| ErrorText::TwapDuration { minutes }),
        any::<u32>().prop_map(|limit| ErrorText::AgentCount { limit }),
        any::<u64>().prop_map(|nonce| ErrorText::NonceDuplicate { nonce }),
        any::<(u64, u64)>().prop_map(|(nonce, floor)| ErrorText::NonceTooLow { nonce, floor }),
        any::<(u64, u64)>().prop_map(|(nonce, ceiling)| ErrorText::NonceTooHigh { nonce, ceiling }),
        address.clone().prop_map(|address| ErrorText::UnknownSigner { address }),
        address.clone().prop_map(|address| ErrorText::MustDeposit { address }),
        address.prop_map(|address| ErrorText::VaultUnknown { address }),
        any::<(u64, u64)>().prop_map(|(used, cap)| ErrorText::TooManyRequests {
            used,
            cap,
            volume: "87457.46"
        }),
        any::<u64>().prop_map(|limit| ErrorText::OverWeight { limit }),
    ]
}

proptest! {
    #[test]
    fn what_a_simulator_writes_a_client_recognises(text in any_text(), asset in any::<u32>()) {
        let written = text.to_string();
        prop_assert_eq!(ErrorText::parse(&written), Some((text, None)));
        let written = text.with_asset(AssetId(asset)).to_string();
        prop_assert_eq!(ErrorText::parse(&written), Some((text, Some(AssetId(asset)))));
    }

    #[test]
    fn any_bytes_give_as_many_outcomes_as_were_asked_for(
        status in prop_oneof![Just(200u16), any::<u16>()],
        body in prop::collection::vec(any::<u8>(), 0..200),
        n in 0usize..5,
    ) {
        let outcomes = parse_exchange_response(status, &body, n).outcomes;
        prop_assert_eq!(outcomes.len(), n);
        prop_assert!(!outcomes.iter().any(Outcome::is_accepted));
    }

    #[test]
    fn a_fill_keeps_every_digit(sz in any::<u64>(), px in 1..=u64::MAX) {
        let (sz, px) = (Size::from_raw(sz), Price::from_raw(px).unwrap());
        let body = format!(
            r#"{{"status":"ok","response":{{"type":"order","data":{{"statuses":[{{"filled":{{"totalSz":"{sz}","avgPx":"{px}","oid":5}}}}]}}}}}}"#
        );
        let outcomes = parse_exchange_response(200, body.as_bytes(), 1).outcomes;
        let state = Accepted::Filled { total_sz: sz, avg_px: px };
        prop_assert_eq!(&outcomes[0], &Outcome::Accepted { oid: Some(Oid(5)), cloid: None, state });
    }
}
