use hl_signals::{
    BadDocument, BadOpinion, Confidence, Format, MAX_DOCUMENT_BYTES, MAX_DOCUMENT_PAIRS, read,
    stamp,
};

/// An entry of the Nansen format without its braces.
const BODY: &str = r#""smart_buy_ratio":0.72,"smart_money_netflow_24h":125000,"whale_accumulation_score":85,"timestamp":1730700123456"#;

fn nansen(text: &str) -> Result<hl_signals::Document, BadDocument> {
    read(Format::Nansen, text.as_bytes())
}

fn plain(text: &str) -> Result<hl_signals::Document, BadDocument> {
    read(Format::Plain, text.as_bytes())
}

#[test]
fn the_documented_feed_is_read() {
    let text = format!(r#"{{"ASTER":{{{BODY}}},"kPEPE":{{"pair":"kPEPE",{BODY}}}}}"#);
    let document = nansen(&text).unwrap();
    let names: Vec<_> = document.opinions.iter().map(|(pair, _)| pair.to_string()).collect();
    assert_eq!(names, ["ASTER", "kPEPE"]);
    let (_, opinion) = document.opinions[0];
    assert_eq!(format!("{:.6}", opinion.value.get()), "0.640485");
    assert_eq!(opinion.confidence, Confidence::FULL);
    assert_eq!(opinion.source_time.0, 1_730_700_123_456);
    assert_eq!(nansen("{}").unwrap().opinions, []);
}

#[test]
fn the_plain_feed_is_read_and_confidence_may_be_left_out() {
    let text = r#"{"signals":[{"pair":"SOL","value":-0.3,"confidence":0.8,"timestamp":1730700123},
        {"pair":"BTC","value":1,"timestamp":1730700123.9996}]}"#;
    let document = plain(text).unwrap();
    let said: Vec<_> = document
        .opinions
        .iter()
        .map(|(pair, o)| (pair.as_str(), o.value.get(), o.confidence.get(), o.source_time.0))
        .collect();
    let sol = ("SOL", -0.3, 0.8, 1_730_700_123_000);
    assert_eq!(said, [sol, ("BTC", 1.0, 1.0, 1_730_700_123_999)]);
}

#[test]
fn one_market_out_of_range_is_refused_by_name_and_the_others_stand() {
    let bad = BODY.replace("0.72", "1.5");
    let document = nansen(&format!(r#"{{"A":{{{BODY}}},"B":{{{bad}}},"C":{{{BODY}}}}}"#)).unwrap();
    assert_eq!(document.opinions.len(), 2);
    let (pair, why) = &document.refused[0];
    assert_eq!(
        (pair.as_str(), why.to_string()),
        ("B", "smart_buy_ratio 1.5 is not from 0 to 1".into())
    );
    let text = r#"{"signals":[{"pair":"A","value":1.1,"timestamp":1730700123},
        {"pair":"B","value":1,"confidence":-0.1,"timestamp":1730700123},
        {"pair":"C","value":1,"timestamp":5}]}"#;
    let refused = plain(text).unwrap().refused;
    let fields: Vec<_> = refused.iter().map(|(_, why)| why.to_string()).collect();
    assert_eq!(fields.len(), 3);
    assert!(fields[0].starts_with("value 1.1"), "{fields:?}");
    assert!(fields[1].starts_with("confidence -0.1"), "{fields:?}");
    assert!(fields[2].starts_with("timestamp 5"), "{fields:?}");
}

#[test]
fn news_is_another_number_and_not_another_time() {
    let content =
        |body: &str| nansen(&format!(r#"{{"A":{{{body}}}}}"#)).unwrap().opinions[0].1.content;
    let same = content(&BODY.replace("1730700123456", "1730700999"));
    assert_eq!(content(BODY), same);
    for (from, to) in [("0.72", "0.73"), ("125000", "125000.5"), ("85", "86")] {
        assert_ne!(content(BODY), content(&BODY.replace(from, to)), "{to}");
    }
    let content = |value: f64, confidence: f64, time: u64| {
        let text = format!(
            r#"{{"signals":[{{"pair":"A","value":{value},"confidence":{confidence},"timestamp":{time}}}]}}"#
        );
        plain(&text).unwrap().opinions[0].1.content
    };
    let first = content(0.5, 0.5, 1_730_700_123);
    assert_eq!(first, content(0.5, 0.5, 1_730_700_124));
    assert!(first != content(0.4, 0.5, 1_730_700_123) && first != content(0.5, 0.4, 1_730_700_123));
}

#[test]
fn an_entry_of_another_market_is_refused() {
    let document = nansen(&format!(r#"{{"A":{{"pair":"B",{BODY}}}}}"#)).unwrap();
    assert_eq!(document.refused[0].1, BadOpinion::OtherPair);
}

#[test]
fn what_has_not_the_shape_is_refused_as_a_whole() {
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let deep_in = format!(r#"{{"A":{{"smart_buy_ratio":{deep}}}}}"#);
    let hostile = [
        String::new(),
        "null".into(),
        "[]".into(),
        "{".into(),
        format!(r#"{{"A":{{{BODY}}}}} trailing"#),
        // Twice the same market, twice the same field, an unknown field, one missing.
        format!(r#"{{"A":{{{BODY}}},"A":{{{BODY}}}}}"#),
        format!(r#"{{"A":{{{BODY},"smart_buy_ratio":0.5}}}}"#),
        format!(r#"{{"A":{{{BODY},"smartBuyRatio":0.5}}}}"#),
        r#"{"A":{"smart_buy_ratio":0.72,"timestamp":1730700123456}}"#.into(),
        // Other types, and numbers that are none.
        format!(r#"{{"A":{{{}}}}}"#, BODY.replace("0.72", "\"0.72\"")),
        format!(r#"{{"A":{{{}}}}}"#, BODY.replace("0.72", "null")),
        format!(r#"{{"A":{{{}}}}}"#, BODY.replace("0.72", "NaN")),
        format!(r#"{{"A":{{{}}}}}"#, BODY.replace("0.72", "1e999")),
        format!(r#"{{"A":{{{}}}}}"#, BODY.replace("1730700123456", "\"now\"")),
        // Names that would break a log line.
        format!(r#"{{"A B":{{{BODY}}}}}"#),
        format!(r#"{{"A=B":{{{BODY}}}}}"#),
        format!(r#"{{"A\nB":{{{BODY}}}}}"#),
        format!(r#"{{"":{{{BODY}}}}}"#),
        format!(r#"{{"{}":{{{BODY}}}}}"#, "A".repeat(25)),
        format!(r#"{{"{}":{{{BODY}}}}}"#, '\u{1f600}'),
        deep,
        deep_in,
    ];
    for text in &hostile {
        let refused = nansen(text);
        assert!(matches!(refused, Err(BadDocument::Shape(_))), "{:.80} {refused:?}", text);
        let why = refused.unwrap_err().to_string();
        assert!(!why.contains('\n') && why.chars().count() <= 160, "{why}");
    }
    assert!(read(Format::Nansen, b"{\"A\xff\":{}}").is_err(), "not UTF-8");
    for text in [
        r#"{"signals":[{"pair":"A","value":1,"timestamp":1730700123,"x":1}]}"#,
        r#"{"signals":[{"pair":"A","value":1,"timestamp":1730700123}],"x":1}"#,
        r#"{"signals":[{"pair":"A","value":1,"timestamp":1730700123},{"pair":"A","value":0,"timestamp":1730700123}]}"#,
        r#"{"signals":{}}"#,
        r#"{"signals":[{"value":1,"timestamp":1730700123}]}"#,
        "{}",
    ] {
        assert!(plain(text).is_err(), "{text}");
    }
}

#[test]
fn size_and_count_are_capped_exactly() {
    let entry = |n: usize| format!(r#"{{"pair":"P{n}","value":0.5,"timestamp":1730700123}}"#);
    let list = |count: usize| {
        let entries: Vec<_> = (0..count).map(entry).collect();
        format!(r#"{{"signals":[{}]}}"#, entries.join(","))
    };
    assert_eq!(plain(&list(MAX_DOCUMENT_PAIRS)).unwrap().opinions.len(), MAX_DOCUMENT_PAIRS);
    assert!(plain(&list(MAX_DOCUMENT_PAIRS + 1)).unwrap_err().to_string().contains("1000 entries"));
    let map = |count: usize| {
        let entries: Vec<_> = (0..count).map(|n| format!(r#""P{n}":{{{BODY}}}"#)).collect();
        format!("{{{}}}", entries.join(","))
    };
    assert_eq!(nansen(&map(MAX_DOCUMENT_PAIRS)).unwrap().opinions.len(), MAX_DOCUMENT_PAIRS);
    assert!(nansen(&map(MAX_DOCUMENT_PAIRS + 1)).is_err());
    let padded = |bytes: usize| format!("{{{}}}", " ".repeat(bytes - 2));
    assert!(nansen(&padded(MAX_DOCUMENT_BYTES)).is_ok());
    let long = nansen(&padded(MAX_DOCUMENT_BYTES + 1)).unwrap_err();
    assert_eq!(long, BadDocument::TooLong { bytes: MAX_DOCUMENT_BYTES + 1 });
}

#[test]
fn seconds_and_milliseconds_are_told_apart_and_the_rest_is_refused() {
    for (number, ms) in [
        (1_730_700_123.0, 1_730_700_123_000),
        (1_730_700_123.25, 1_730_700_123_250),
        (1_730_700_123_456.0, 1_730_700_123_456),
        (1_730_700_123_456.9, 1_730_700_123_456),
        (1e9, 1_000_000_000_000),
        (1e12, 1_000_000_000_000),
        (99_999_999_999.0, 99_999_999_999_000),
    ] {
        assert_eq!(stamp(number).unwrap().0, ms, "{number}");
    }
    for number in [
        0.0,
        -1.0,
        999_999_999.0,
        1e11,
        9.99e11,
        1e14,
        1.7307e15,
        1.7307e18,
        f64::NAN,
        f64::INFINITY,
        f64::MIN_POSITIVE,
    ] {
        assert!(stamp(number).is_err(), "{number}");
    }
}
