//! Bytes that nobody vouches for: a typed error that names the value, never a panic.

use hl_wire::info::{self, AllMids, ClearinghouseState, Fill, Level, Meta, OrderDoc};
use hl_wire::stream::{Message, Scratch};
use hl_wire::{Action, Address, Amount, Cloid, ReceivedRequest, Value, WireDecimal};
use proptest::prelude::*;

fn refusal(text: &str) -> String {
    Message::parse(text, &mut Scratch::default()).unwrap_err().to_string()
}

fn book(levels: &str) -> String {
    format!(r#"{{"channel":"l2Book","data":{{"coin":"BTC","time":1,"levels":{levels}}}}}"#)
}

#[test]
fn a_bad_number_in_a_book_is_refused_and_named() {
    let level = |px: &str, sz: &str| book(&format!(r#"[[{{"px":{px},"sz":{sz},"n":1}}],[]]"#));
    let digits = "1".repeat(40);
    for (px, sz, named) in [
        ("\"NaN\"", "\"1\"", "NaN"),
        ("\"1e5\"", "\"1\"", "1e5"),
        ("\"-1\"", "\"1\"", "-1"),
        ("\"0\"", "\"1\"", "\"0\""),
        ("\"\"", "\"1\"", "\"\""),
        ("\"1.123456789\"", "\"1\"", "1.123456789"),
        ("\"1\"", "\"+1\"", "+1"),
        ("\"1\"", "\" 1\"", " 1"),
        ("\"1\"", "\"0x10\"", "0x10"),
        ("1.5", "\"1\"", "1.5"),
        ("null", "\"1\"", "null"),
        ("[]", "\"1\"", "sequence"),
        (&format!("\"{digits}\""), "\"1\"", &digits),
        (&digits, "\"1\"", "number"),
    ] {
        let message = refusal(&level(px, sz));
        assert!(message.starts_with("not l2Book data"), "{message}");
        assert!(message.contains(named), "{named}: {message}");
    }
}

#[test]
fn a_frame_of_the_wrong_shape_is_refused() {
    for text in [
        "",
        "{",
        "[]",
        "null",
        "1",
        r#"{"data":{}}"#,
        r#"{"channel":1}"#,
        r#"{"channel":"bbo"}"#,
        r#"{"channel":"bbo","data":{"coin":"BTC","time":1}}"#,
        r#"{"channel":"bbo","data":{"coin":"BTC","time":-1,"bbo":[null,null]}}"#,
        r#"{"channel":"bbo","data":{"coin":"BTC","time":1,"bbo":[null,null,null]}}"#,
        r#"{"channel":"bbo","channel":"bbo","data":{"coin":"BTC","time":1,"bbo":[null,null]}}"#,
        r#"{"channel":"bbo","data":{"coin":"A","coin":"B","time":1,"bbo":[null,null]}}"#,
        r#"{"channel":"trades","data":[{"coin":"A","side":"C","px":"1","sz":"1","time":1,"tid":1}]}"#,
        r#"{"channel":"trades","data":[{"coin":"A","side":"B","px":"1","sz":"1","time":1,"tid":1},{"coin":"B","side":"B","px":"1","sz":"1","time":1,"tid":2}]}"#,
        r#"{"channel":"pong"} x"#,
        r#"{"channel":"orderUpdates","data":[{"order":{"coin":"BTC"},"status":"open"}]}"#,
        &book("[[]]"),
        &book("[[],[],[]]"),
        &book("{}"),
        &book("[[],[]],\"levels\":[[],[]]"),
        &book("[[{\"px\":\"1\",\"px\":\"2\",\"sz\":\"1\"}],[]]"),
        &book("[[],[]]").replace("\"time\":1,", ""),
        &book("[[],[]]").replace("\"data\"", "\"data\":1,\"data\""),
    ] {
        let message = refusal(text);
        assert!(message.len() < 600, "{message}");
    }
}

#[test]
fn deep_and_huge_input_is_refused_without_falling_over() {
    for text in [
        "[".repeat(1_000_000),
        "{\"a\":".repeat(1_000_000),
        format!(r#"{{"channel":"x","data":{}"#, "[".repeat(1_000_000)),
        format!(r#"{{"channel":"l2Book","data":{}"#, "{\"levels\":[".repeat(100_000)),
    ] {
        refusal(&text);
        assert!(Action::from_json(&text).is_err());
        assert!(serde_json::from_str::<Value>(&text).is_err());
        assert!(info::read::<Meta>(text.as_bytes()).is_err());
    }
    let many = format!("[[{}],[]]", vec![r#"{"px":"1","sz":"1"}"#; 100_000].join(","));
    let (text, mut scratch) = (book(&many), Scratch::default());
    let Ok(Message::L2Book(big)) = Message::parse(&text, &mut scratch) else { panic!() };
    assert_eq!(big.bids.len(), 100_000);
    // What was there before is gone.
    let (text, small) = (book("[[],[]]"), &mut scratch);
    let Ok(Message::L2Book(small)) = Message::parse(&text, small) else { panic!() };
    assert!(small.bids.is_empty() && small.asks.is_empty());
}

#[test]
fn documents_with_duplicate_keys_or_numbers_for_strings_are_refused() {
    for text in
        [r#"{"BTC":"1","BTC":"2"}"#, r#"{"BTC":1}"#, r#"{"BTC":"1e5"}"#, r#"{"BTC":"NaN"}"#, "[]"]
    {
        assert!(info::read::<AllMids>(text.as_bytes()).is_err(), "{text}");
    }
    let error = info::read::<AllMids>(br#"{"BTC":"NaN"}"#).unwrap_err().to_string();
    assert!(error.contains("AllMids") && error.contains("NaN"), "{error}");
    assert!(info::read::<AllMids>(&[0xff]).unwrap_err().to_string().contains("utf-8"));

    let fill = r#"{"coin":"BTC","px":"1","sz":"1","side":"B","time":1,"startPosition":"0","dir":"New Dir","closedPnl":"0","hash":"","oid":1,"crossed":false,"cloid":"CLOID","later":{"x":[1]}}"#;
    let read: Fill = info::read(fill.as_bytes()).unwrap();
    assert_eq!((read.dir.as_str(), read.cloid), ("New Dir", None));
    for (from, to) in [
        ("\"oid\":1", "\"oid\":\"1\""),
        ("\"sz\":\"1\"", "\"sz\":1"),
        ("\"sz\":\"1\"", "\"sz\":\"1\",\"sz\":\"1\""),
        ("\"side\":\"B\"", "\"side\":\"Buy\""),
        ("\"crossed\":false", "\"crossed\":\"false\""),
    ] {
        let broken = fill.replace(from, to);
        assert_ne!(broken, fill);
        assert!(info::read::<Fill>(broken.as_bytes()).is_err(), "{broken}");
    }
}

#[test]
fn actions_that_the_exchange_answers_with_422_are_refused() {
    let good = r#"{"type":"order","orders":[{"a":0,"b":true,"p":"1","s":"1","r":false,"t":{"limit":{"tif":"Alo"}}}],"grouping":"na"}"#;
    assert!(Action::from_json(good).is_ok());
    for (from, to) in [
        ("\"p\":\"1\"", "\"p\":1"),
        ("\"p\":\"1\"", "\"p\":\"1e5\""),
        ("\"p\":\"1\"", "\"p\":\"-1\""),
        ("\"p\":\"1\"", "\"p\":\"NaN\""),
        ("\"p\":\"1\"", "\"p\":\"1.123456789\""),
        ("\"p\":\"1\"", "\"p\":\"1\",\"p\":\"2\""),
        ("\"a\":0", "\"a\":-1"),
        ("\"a\":0", "\"a\":1.5"),
        ("Alo", "Foo"),
        ("\"na\"", "\"nb\""),
        ("\"na\"", "{\"q\":1}"),
        ("\"na\"", "{\"p\":1,\"q\":1}"),
        ("\"type\":\"order\"", "\"type\":\"order\",\"type\":\"order\""),
        ("\"r\":false", "\"r\":false,\"c\":\"0x12\""),
        ("\"r\":false,", ""),
    ] {
        let broken = good.replace(from, to);
        assert_ne!(broken, good);
        assert!(Action::from_json(&broken).is_err(), "{broken}");
    }
    assert!(Action::from_json("{}").is_err());
    assert!(Action::from_json(r#"{"type":"unheardOf","x":1.5}"#).is_err());
}

/// A real frame with some bytes changed: close enough to the truth to get deep into the parsers.
fn mutated(text: &'static str) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec((0..text.len(), any::<u8>()), 1..4).prop_map(move |changes| {
        let mut bytes = text.as_bytes().to_vec();
        for (at, byte) in changes {
            bytes[at] = byte;
        }
        bytes
    })
}

const FRAMES: &[&str] = &[
    r#"{"channel":"l2Book","data":{"coin":"BTC","time":1785251521889,"levels":[[{"px":"63460.0","sz":"0.02666","n":2}],[{"px":"63488.0","sz":"0.01246","n":2}]],"fast":true}}"#,
    r#"{"channel":"bbo","data":{"coin":"SOL","time":1765887848009,"bbo":[{"px":"128.5","sz":"36.93","n":2},null]}}"#,
    r#"{"channel":"trades","data":[{"coin":"SOL","side":"A","px":"128.5","sz":"0.42","time":1765887848009,"hash":"0xab7ac612399342b1acf4041c880dcd011800ddf7d49661834f437164f8971c9c","tid":867891549538215,"users":["0x768484f7e2ebb675c57838366c02ae99ba2a9b08","0xbb05602d74778f4a42dcee87d14051572bb9ec78"]}]}"#,
    r#"{"channel":"orderUpdates","data":[{"order":{"coin":"ETH","side":"B","limitPx":"1500.0","sz":"1.0","oid":313890189710,"timestamp":1770381849546,"origSz":"1.0","cloid":"0x00030050c6301a2b00000100000000d2"},"status":"open","statusTimestamp":1770381849546}]}"#,
];

proptest! {
    #[test]
    fn random_text_never_panics(text in ".{0,200}") {
        let _ = Message::parse(&text, &mut Scratch::default());
        let _ = Action::from_json(&text);
        let _ = ReceivedRequest::from_json(&text);
        let _ = text.parse::<Address>();
        let _ = text.parse::<Cloid>();
        let _ = text.parse::<Amount>();
        let _ = text.parse::<WireDecimal>();
        let _ = text.parse::<hl_wire::Signature>();
    }

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = info::read::<Meta>(&bytes);
        let _ = info::read::<ClearinghouseState>(&bytes);
        let _ = info::read::<Vec<OrderDoc>>(&bytes);
        let _ = info::read::<Level>(&bytes);
    }

    #[test]
    fn a_frame_with_a_few_bytes_changed_is_read_or_refused(
        bytes in prop::sample::select(FRAMES).prop_flat_map(mutated),
    ) {
        if let Ok(text) = std::str::from_utf8(&bytes) {
            let _ = Message::parse(text, &mut Scratch::default());
        }
    }

    #[test]
    fn amounts_and_decimals_read_back_what_they_write(raw in any::<i64>()) {
        let amount = Amount::from_raw(raw.into());
        prop_assert_eq!(amount.to_string().parse::<Amount>().unwrap(), amount);
        prop_assert_eq!(amount.to_units(8), Some(raw.into()));
    }

    #[test]
    fn canonical_decimals_are_those_of_hl_quant(whole in 0u64..1_000_000, zeros in 0usize..4,
        fraction in "[0-9]{0,8}", more in "0{0,12}") {
        let text = if fraction.is_empty() {
            format!("{}{whole}", "0".repeat(zeros))
        } else {
            format!("{}{whole}.{fraction}{more}", "0".repeat(zeros))
        };
        let decimal: WireDecimal = text.parse().unwrap();
        let size: hl_quant::Size = text.parse().unwrap();
        prop_assert_eq!(decimal.canonical(), size.to_string());
    }
}
