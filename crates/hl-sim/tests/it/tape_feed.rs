//! Whole tapes: compression, merging, the shifted time, and the recordings.

use std::io::Cursor;

use hl_quant::Millis;
use hl_sim::tape::{Event, Feed, TapeError, TapeReader, What};

use crate::shared::{coins, recordings};

const START: Millis = Millis(1_000_000);

fn line(coin: &str, time: u64) -> String {
    format!(
        r#"{{"ts_recv_ms":{time},"msg":{{"channel":"bbo","data":{{"coin":"{coin}","time":{time},"bbo":[{{"px":"10.0","sz":"1.0","n":0}},null]}}}}}}"#
    ) + "\n"
}

fn trade(coin: &str, time: u64, tid: u64) -> String {
    format!(
        r#"{{"ts_recv_ms":{time},"msg":{{"channel":"trades","data":[{{"coin":"{coin}","side":"B","px":"10.0","sz":"1.0","hash":"","time":{time},"tid":{tid}}}]}}}}"#
    ) + "\n"
}

fn feed(tapes: &[&str]) -> Result<Feed, TapeError> {
    let reader = |tape: &&str| {
        TapeReader::from_reader("tape", Cursor::new(tape.as_bytes().to_vec()), coins()).unwrap()
    };
    Feed::new(tapes.iter().map(reader).collect(), START)
}

fn drain(feed: &mut Feed) -> Vec<(u64, Event)> {
    let mut events = Vec::new();
    while let Some((at, event)) = feed.next(Millis(u64::MAX)) {
        events.push((at.since(START), event));
    }
    events
}

#[test]
fn a_trade_is_played_before_the_book_of_its_block_though_it_was_received_after() {
    let tape =
        [line("BTC", 1000), line("BTC", 1100), trade("BTC", 1100, 1), line("BTC", 1200)].concat();
    let events = drain(&mut feed(&[&tape]).unwrap());
    let trade_first = matches!(events[1].1.what, What::Trade { .. });
    assert!(trade_first, "{events:?}");
    assert_eq!(events.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [0, 100, 100, 200]);
}

#[test]
fn two_tapes_are_merged_by_the_time_of_the_venue() {
    let btc = [line("BTC", 1000), line("BTC", 1400), line("BTC", 1800)].concat();
    let eth = [line("ETH", 1200), line("ETH", 1600)].concat();
    let events = drain(&mut feed(&[&eth, &btc]).unwrap());
    assert_eq!(events.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [0, 200, 400, 600, 800]);
}

#[test]
fn nothing_is_given_out_before_its_time() {
    let tape = [line("BTC", 1000), line("BTC", 1400)].concat();
    let mut feed = feed(&[&tape]).unwrap();
    assert_eq!(feed.peek(), Some(START));
    assert!(feed.next(START.plus(0)).is_some());
    assert!(feed.next(START.plus(399)).is_none());
    assert_eq!(feed.peek(), Some(START.plus(400)));
    assert!(feed.next(START.plus(400)).is_some());
    assert_eq!(feed.peek(), None);
}

#[test]
fn trades_from_before_the_first_book_are_skipped_by_name() {
    let tape =
        [trade("BTC", 500, 1), line("BTC", 1000), trade("BTC", 900, 2), trade("BTC", 1000, 3)];
    let mut feed = feed(&[&tape.concat()]).unwrap();
    assert_eq!(drain(&mut feed).len(), 2);
    assert_eq!(feed.stats().count("late"), 2);
    assert_eq!(feed.stats().trades, 1);
}

#[test]
fn a_gap_is_named_with_its_length_and_a_long_one_is_shortened() {
    let day = 86_400_000;
    let times = [1000, 8000, 8500, 8500 + 10 * day, 8600 + 10 * day, 8700 + 10 * day];
    let tape = times.map(|time| line("BTC", time)).concat();
    let mut feed = feed(&[&tape]).unwrap();
    let events = drain(&mut feed);
    // The first line after the hole is doubted, the second confirms it.
    assert_eq!(
        events.iter().map(|(at, _)| *at).collect::<Vec<_>>(),
        [0, 7000, 7500, 12_500, 12_600]
    );
    let notices = feed.stats_mut().take_notices();
    let texts: Vec<_> = notices.iter().map(ToString::to_string).collect();
    assert_eq!(texts[0], "tape:2: nothing recorded for 7000 ms");
    assert_eq!(texts[1], "tape:4: venue time jumped ahead by 864000000 ms");
    assert_eq!(texts[2], "tape:5: nothing recorded for 864000100 ms, shortened to 5000 ms");
}

#[test]
fn a_tape_with_nothing_to_play_is_refused_with_its_counts() {
    for tape in ["", "\n\n", "rubbish\n", &trade("BTC", 1000, 1)] {
        let error = feed(&[tape]).unwrap_err();
        assert!(matches!(error, TapeError::Nothing { .. }), "{error}");
        assert!(error.to_string().contains("lines="), "{error}");
    }
    let unlisted = line("NOPE", 1000);
    assert!(feed(&[&unlisted]).unwrap_err().to_string().contains("unknown_coin=1"));
}

#[test]
fn a_missing_file_and_a_file_that_is_not_what_its_name_says_are_refused() {
    let missing = std::path::PathBuf::from("/nonexistent/tape.jsonl.zst");
    let error = Feed::open(&[missing], &coins(), START).unwrap_err();
    assert!(error.to_string().contains("/nonexistent/tape.jsonl.zst"), "{error}");

    let fake = std::env::temp_dir().join(format!("hl-sim-fake-{}.jsonl.zst", std::process::id()));
    std::fs::write(&fake, line("BTC", 1000)).unwrap();
    let error = Feed::open(std::slice::from_ref(&fake), &coins(), START).unwrap_err();
    std::fs::remove_file(&fake).unwrap();
    assert!(matches!(error, TapeError::NotZstd { .. }), "{error}");
}

fn compressed(text: &str) -> Vec<u8> {
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};
    compress_to_vec(text.as_bytes(), CompressionLevel::Fastest)
}

fn events_of(bytes: Vec<u8>) -> (usize, Vec<TapeError>) {
    let reader = TapeReader::from_reader("tape", Cursor::new(bytes), coins()).unwrap();
    match Feed::new(vec![reader], START) {
        Err(error) => (0, vec![error]),
        Ok(mut feed) => {
            let events = drain(&mut feed).len();
            (events, std::mem::take(&mut feed.stats_mut().errors))
        }
    }
}

#[test]
fn compressed_tapes_play_also_in_several_frames() {
    let text: String = (0..2000).map(|i| line("BTC", 1000 + i)).collect();
    let frame = compressed(&text);
    assert_eq!(events_of(frame.clone()).0, 2000);
    let later: String = (0..2000).map(|i| line("BTC", 3000 + i)).collect();
    let skippable = [0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3].to_vec();
    let joined = [frame, skippable, compressed(&later)].concat();
    let (events, errors) = events_of(joined);
    assert_eq!((events, errors.len()), (4000, 0));
}

#[test]
fn a_compressed_tape_cut_anywhere_is_an_error_and_never_a_quiet_end() {
    let text: String = (0..20_000).map(|i| line("BTC", 1000 + i)).collect();
    let frame = compressed(&text);
    for part in 1..20 {
        let cut = frame[..frame.len() * part / 20].to_vec();
        let (events, errors) = events_of(cut);
        assert!(events < 20_000);
        let truncated = matches!(errors.as_slice(), [TapeError::Truncated { .. }]);
        assert!(truncated, "cut at {part}/20: {events} events, {errors:?}");
    }
}

#[test]
fn a_damaged_compressed_tape_never_panics() {
    let text: String = (0..5_000).map(|i| line("BTC", 1000 + i)).collect();
    let frame = compressed(&text);
    for at in (4..frame.len()).step_by(frame.len() / 200 + 1) {
        let mut damaged = frame.clone();
        damaged[at] ^= 0x55;
        let _outcome = events_of(damaged);
    }
}

#[test]
fn the_recordings_play_to_their_end_with_the_counts_that_their_readme_gives() {
    let expected = [
        ("BTC_2025-01-26", 46, 0),
        ("BTC_2025-09-01_L1", 0, 4297),
        ("BTC_2025-09-02_L1", 0, 5873),
        ("BTC_2025-09-04.", 3785, 13896),
        ("BTC_2025-09-04_L1", 0, 5637),
        ("ETH_2025-09-04", 3785, 15259),
        ("WLFI_2025-09-04", 3785, 8853),
    ];
    for path in recordings("market") {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let mut feed = Feed::open(&[path], &coins(), START).unwrap();
        let events = drain(&mut feed);
        let stats = feed.stats();
        println!("{name}: {stats}");
        assert!(events.is_sorted_by_key(|(at, _)| *at), "{name}");
        assert!(stats.errors.is_empty(), "{name}");
        for never in ["malformed", "bad_number", "off_grid", "disordered", "went_back", "far_ahead"]
        {
            assert_eq!(stats.count(never), 0, "{name}: {never}");
        }
        let found = expected.iter().find(|(prefix, ..)| name.starts_with(prefix));
        let Some((_, books, bbos)) = found else { continue };
        assert_eq!((stats.books, stats.bbos), (*books, *bbos), "{name}");
    }
}
