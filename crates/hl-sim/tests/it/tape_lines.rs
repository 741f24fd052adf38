//! One line at a time: what is played, what is skipped, and what the skip says.

use hl_sim::tape::{Event, TapeError, TapeReader, TapeStats, What};

use crate::shared::coins;

/// Everything that a tape of these bytes gives.
fn read(tape: impl Into<Vec<u8>>) -> (Vec<Event>, TapeStats, Option<TapeError>) {
    let bytes = std::io::Cursor::new(tape.into());
    let mut reader = TapeReader::from_reader("tape", bytes, coins()).unwrap();
    let mut stats = TapeStats::default();
    let mut events = Vec::new();
    loop {
        match reader.next(&mut stats) {
            Ok(Some(event)) => events.push(event),
            Ok(None) => return (events, stats, None),
            Err(error) => return (events, stats, Some(error)),
        }
    }
}

fn line(channel: &str, data: &str) -> String {
    format!(r#"{{"ts_recv_ms":1000,"msg":{{"channel":"{channel}","data":{data}}}}}"#)
}

fn bbo(time: u64, bid: &str, ask: &str) -> String {
    let level = |px: &str| format!(r#"{{"px":"{px}","sz":"1.0","n":0}}"#);
    let (bid, ask) = (level(bid), level(ask));
    line("bbo", &format!(r#"{{"coin":"BTC","time":{time},"bbo":[{bid},{ask}]}}"#))
}

fn trade(tid: u64, px: &str, sz: &str, side: &str) -> String {
    format!(
        r#"{{"coin":"BTC","side":"{side}","px":"{px}","sz":"{sz}","hash":"","time":1000,"tid":{tid}}}"#
    )
}

#[test]
fn the_three_channels_are_read_exactly() {
    let book = r#"{"coin":"BTC","time":1000,"levels":[[{"px":"109755.0","sz":"3.24457","n":0},
        {"px":"109754.0","sz":"0.00341","n":2}],[{"px":"109756.0","sz":"15.17236","n":0}]]}"#
        .replace('\n', "");
    let trades =
        format!("[{},{}]", trade(1, "109756.0", "0.5", "B"), trade(2, "109755.0", "1.0", "A"));
    let tape = [bbo(1000, "109755.0", "109756.0"), line("l2Book", &book), line("trades", &trades)];
    let (events, stats, error) = read(tape.join("\n") + "\n\n");
    assert!(error.is_none());
    assert!(stats.problems.is_empty(), "{stats}");
    assert_eq!(stats.lines, 4);
    assert_eq!(events.len(), 4);
    let What::Book { bids, asks } = &events[1].what else { panic!("{:?}", events[1]) };
    assert_eq!((bids.len(), asks.len()), (2, 1));
    assert_eq!(bids[0].price.to_string(), "109755");
    assert_eq!(bids[1].size.to_string(), "0.00341");
    let What::Trade { tid: 2, size, .. } = &events[3].what else { panic!("{:?}", events[3]) };
    assert_eq!(size.to_string(), "1");
}

#[test]
fn a_recording_may_lack_what_its_recorder_dropped() {
    let no_clock =
        bbo(1000, "10.0", "11.0").replace(r#""ts_recv_ms":1000"#, r#""ts_recv_ms":null"#);
    let no_field = bbo(1001, "10.0", "11.0").replace(r#""ts_recv_ms":1000,"#, "");
    let one_sided =
        line("bbo", r#"{"coin":"BTC","time":1002,"bbo":[null,{"px":"11.0","sz":"1.0","n":0}]}"#);
    let empty = line("l2Book", r#"{"coin":"BTC","time":1003,"levels":[[],[]]}"#);
    let (events, stats, _) = read([no_clock, no_field, one_sided, empty].join("\n"));
    assert_eq!(events.len(), 4, "{stats}");
    assert!(stats.problems.is_empty(), "{stats}");
}

/// A hostile line, the reason under which it is counted, and what the notice must name.
fn hostile() -> Vec<(String, &'static str, &'static str)> {
    let with_px =
        |px: &str| bbo(1000, "10.0", "11.0").replace(r#""px":"10.0""#, &format!(r#""px":{px}"#));
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    vec![
        ("}".into(), "malformed", "}"),
        ("null".into(), "malformed", "null"),
        ("[]".into(), "malformed", "[]"),
        (r#"{"msg":5}"#.into(), "malformed", "5"),
        ("\u{0}".into(), "malformed", ""),
        (deep, "malformed", "[[[["),
        (with_px("NaN"), "malformed", "NaN"),
        (with_px("10.5"), "malformed", "10.5"),
        (with_px("null"), "malformed", "null"),
        (with_px(r#"{"a":1}"#), "malformed", "map"),
        (with_px(r#""NaN""#), "bad_number", r#""NaN""#),
        (with_px(r#""-10.0""#), "bad_number", r#""-10.0""#),
        (with_px(r#""1e1""#), "bad_number", r#""1e1""#),
        (with_px(r#""10.00""#), "bad_number", r#""10.00""#),
        (with_px(r#""010""#), "bad_number", r#""010""#),
        (with_px(r#""""#), "bad_number", r#""""#),
        (with_px(r#""10.123""#), "off_grid", r#""10.123""#),
        (with_px(r#""11.5""#), "disordered", "11.5"),
        (with_px(r#""11.0""#), "disordered", "11"),
        (bbo(1000, "10.0", "11.0").replace("1.0\"", "0.000001\""), "off_grid", r#""0.000001""#),
        (bbo(1000, "10.0", "11.0").replace("BTC", "btc"), "unknown_coin", "btc"),
        (bbo(1000, "10.0", "11.0").replace(r#""time":1000"#, r#""time":-1"#), "malformed", "-1"),
        (
            bbo(1000, "10.0", "11.0").replace(r#""time":1000"#, r#""time":"1000""#),
            "malformed",
            "1000",
        ),
        (
            bbo(1000, "10.0", "11.0").replace(r#","time":1000"#, r#","time":1000,"time":1000"#),
            "malformed",
            "duplicate field `time`",
        ),
        (line("l2Book", r#"{"coin":"BTC","time":1000,"levels":[[]]}"#), "malformed", "length 1"),
        (
            line(
                "l2Book",
                r#"{"coin":"BTC","time":1000,"levels":[[{"px":"1.0","sz":"1.0","n":1},{"px":"2.0","sz":"1.0","n":1}],[]]}"#,
            ),
            "disordered",
            "1 before 2",
        ),
        (line("candle", "{}"), "unknown_channel", "candle"),
        (line("trades", r#"{"coin":"BTC"}"#), "malformed", "map"),
        (line("trades", &format!("[{}]", trade(1, "10.0", "1.0", "X"))), "malformed", "`X`"),
        (
            line("trades", &format!("[{}]", trade(1, "10.0", "Infinity", "B"))),
            "bad_number",
            "Infinity",
        ),
    ]
}

#[test]
fn a_hostile_line_is_skipped_whole_and_its_notice_names_the_value() {
    for (hostile, reason, named) in hostile() {
        let good = bbo(1000, "10.0", "11.0");
        let (events, mut stats, error) = read([good.as_str(), &hostile, &good, ""].join("\n"));
        let shown: String = hostile.chars().take(200).collect();
        assert!(error.is_none(), "{shown}");
        assert_eq!(events.len(), 2, "only the good lines around it are played: {shown}");
        assert_eq!(stats.count(reason), 1, "{stats}: {shown}");
        assert_eq!(stats.problems.len(), 1, "{stats}: {shown}");
        let notice = stats.take_notices().remove(0).to_string();
        assert!(notice.starts_with("tape:2: "), "{notice}");
        assert!(notice.contains(named), "{notice} does not name {named}");
        assert!(notice.len() < 500, "{notice}");
    }
}

#[test]
fn bytes_that_are_no_text_are_skipped() {
    let (events, stats, error) = read(b"\xff\xfe\x00\n".to_vec());
    assert!(error.is_none() && events.is_empty());
    assert_eq!(stats.count("malformed"), 1);
}

#[test]
fn one_bad_trade_does_not_take_its_neighbours_with_it() {
    let trades = [
        trade(1, "10.0", "1.0", "B"),
        trade(2, "10.0", "NaN", "B"),
        "7".to_owned(),
        trade(3, "10.0", "1.0", "B"),
    ];
    let (events, stats, _) = read(line("trades", &format!("[{}]", trades.join(","))) + "\n");
    assert_eq!(events.len(), 2);
    assert_eq!((stats.count("bad_number"), stats.count("malformed")), (1, 1));
}

#[test]
fn a_trade_is_played_once_per_coin_whatever_message_it_comes_in() {
    let twice = format!("[{0},{0}]", trade(7, "10.0", "1.0", "B"));
    let again = format!("[{}]", trade(7, "10.0", "1.0", "B"));
    let other_coin = again.replace("BTC", "ETH");
    let tape = [twice, again, other_coin].map(|data| line("trades", &data)).join("\n");
    let (events, stats, _) = read(tape + "\n");
    assert_eq!(events.len(), 2);
    assert_eq!(stats.count("duplicate_trade"), 2);
}

#[test]
fn a_book_that_goes_back_in_time_is_skipped_and_equal_times_are_not() {
    let tape = [1000, 1500, 1500, 1499, 1500].map(|time| bbo(time, "10.0", "11.0")).join("\n");
    let (events, mut stats, _) = read(tape + "\n");
    assert_eq!(events.len(), 4);
    assert_eq!(stats.count("went_back"), 1);
    let notice = stats.take_notices()[0].to_string();
    assert_eq!(notice, "tape:4: venue time went back by 1 ms");
}

#[test]
fn a_line_from_the_far_future_does_not_make_the_rest_look_old() {
    let times = [1000, 9_999_999_999_999, 1500, 2000];
    let (events, stats, _) = read(times.map(|time| bbo(time, "10.0", "11.0")).join("\n") + "\n");
    assert_eq!(events.len(), 3);
    assert_eq!(stats.count("far_ahead"), 1);
    // A long hole in a recording is believed at its second line.
    let times = [1000, 90_000_000, 90_000_500, 90_001_000];
    let (events, stats, _) = read(times.map(|time| bbo(time, "10.0", "11.0")).join("\n") + "\n");
    assert_eq!(events.len(), 3);
    assert_eq!(stats.count("far_ahead"), 1);
}

#[test]
fn a_line_longer_than_any_message_is_passed_over_without_being_kept() {
    let long = "x".repeat(5_000_000);
    let good = bbo(1000, "10.0", "11.0");
    let (events, mut stats, error) = read(format!("{long}\n{good}\n{long}"));
    assert!(error.is_none());
    assert_eq!(events.len(), 1);
    assert_eq!(stats.count("too_long"), 2);
    assert_eq!(stats.take_notices()[0].to_string(), "tape:1: a line of 5000001 bytes");
}

#[test]
fn a_plain_tape_cut_within_a_line_is_truncated_and_says_after_which() {
    let good = bbo(1000, "10.0", "11.0");
    let cut = &good[..good.len() - 10];
    let (events, _, error) = read(format!("{good}\n{cut}"));
    assert_eq!(events.len(), 1);
    let error = error.unwrap();
    assert!(matches!(error, TapeError::Truncated { line: 1, .. }), "{error}");
    // Without its last newline a tape is still whole.
    let (events, _, error) = read(format!("{good}\n{good}"));
    assert_eq!(events.len(), 2);
    assert!(error.is_none());
}

#[test]
fn rubbish_without_end_is_counted_and_not_kept() {
    let (_, mut stats, _) = read("rubbish\n".repeat(10_000));
    assert_eq!(stats.count("malformed"), 10_000);
    assert_eq!(stats.take_notices().len(), 32);
    assert!(stats.take_notices().is_empty());
}
