//! Torn, flipped, cut out, foreign, hostile.

use hl_journal::{DAMAGED, End, Foreign, LINE_MAX, Lost, Record, SCHEMA, State, read};

use crate::common::{attempt, encode, records, run};

/// Where each line begins, and where the last one ends.
fn bounds(bytes: &[u8]) -> Vec<usize> {
    let ends = bytes.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(i, _)| i + 1);
    std::iter::once(0).chain(ends).collect()
}

#[test]
fn a_journal_reads_back_as_it_was_written() {
    let found = read(&encode(&records()));
    assert_eq!((found.records, found.end), (records(), End::Clean));
    assert_eq!(read(b"").end, End::Clean, "a new file has no records yet");
}

#[test]
fn cut_at_every_byte_it_yields_the_lines_that_were_whole_and_no_other() {
    let (bytes, all) = (encode(&records()), records());
    let bounds = bounds(&bytes);
    for k in 0..=bytes.len() {
        let found = read(&bytes[..k]);
        // A line without its newline is whole as well.
        let whole = bounds.iter().filter(|b| **b <= k + 1).count() - 1;
        assert_eq!(found.records, all[..whole], "cut at {k}");
        let start = bounds[whole];
        match found.end {
            End::Clean => assert!(start <= k + 1 && k <= start, "cut at {k}: {start}"),
            End::Torn { at, lost } => {
                assert_eq!(at, start, "cut at {k}");
                assert!(k > start);
                let text = &bytes[start..k];
                let halts = text.windows(6).any(|w| w == b"\"halt\"");
                assert_eq!(lost == Lost::Damaged, halts, "cut at {k}");
            }
            End::Foreign { why } => panic!("cut at {k}: {why}"),
        }
    }
}

#[test]
fn every_flipped_bit_is_found_and_costs_only_what_follows_it() {
    let (bytes, all) = (encode(&records()), records());
    let bounds = bounds(&bytes);
    for i in 0..bytes.len() {
        let line = bounds.iter().filter(|b| **b <= i).count() - 1;
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[i] ^= 1 << bit;
            let found = read(&flipped);
            let kept = found.records.len();
            assert_eq!(found.records, all[..kept], "byte {i} bit {bit}");
            assert_ne!(found.end, End::Clean, "byte {i} bit {bit}");
            assert_eq!(kept, line, "byte {i} bit {bit}");
        }
    }
}

#[test]
fn a_halt_is_not_forgotten_whatever_bit_flips() {
    let bytes = encode(&records());
    assert!(State::recover(&read(&bytes)).halt.is_some());
    for i in 0..bytes.len() {
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[i] ^= 1 << bit;
            let found = read(&flipped);
            let foreign = matches!(found.end, End::Foreign { .. });
            // Of a file whose first line is no longer recognisable, nothing is known at all.
            assert!(!foreign || found.records.is_empty(), "byte {i} bit {bit}");
            assert!(foreign || State::recover(&found).halt.is_some(), "byte {i} bit {bit}");
        }
    }
}

#[test]
fn a_line_that_is_missing_or_repeated_or_moved_is_found() {
    let bytes = encode(&records());
    let bounds = bounds(&bytes);
    for gone in 1..bounds.len() - 2 {
        let cut = [&bytes[..bounds[gone]], &bytes[bounds[gone + 1]..]].concat();
        let found = read(&cut);
        assert_eq!(found.records, records()[..gone]);
        assert_eq!(found.end, End::Torn { at: bounds[gone], lost: Lost::Damaged });
        assert!(State::recover(&found).halt.is_some());
        let twice = [&bytes[..bounds[gone + 1]], &bytes[bounds[gone]..]].concat();
        assert_eq!(read(&twice).records, records()[..=gone]);
    }
    // A block of zeros in the middle, as a file system may leave after a loss of power.
    let mut holed = bytes;
    holed[bounds[3]..bounds[6]].fill(0);
    let found = read(&holed);
    assert_eq!(found.records, records()[..3]);
    assert_eq!(State::recover(&found).halt.unwrap().why, DAMAGED);
    // And at the end, where nothing had been confirmed.
    let mut tail = encode(&records()[..4]);
    tail.extend_from_slice(&[0; 4_096]);
    let found = read(&tail);
    assert_eq!(found.end, End::Torn { at: bounds[4], lost: Lost::Unfinished });
    assert_eq!(State::recover(&found).halt, None);
}

#[test]
fn what_is_not_a_journal_is_foreign_and_says_why() {
    let not = [
        &b"{\"orders\":[]}\n"[..],
        b"\n",
        b"hl-nonce-1 0x1479 17 00\n",
        b"\x7fELF\x02\x01\x01",
        b"deadbeef{\n",
        &[0; 64],
        &[0xff; 64],
    ];
    for bytes in not {
        let found = read(bytes);
        let expected = End::Foreign { why: Foreign::NotAJournal };
        let text = String::from_utf8_lossy(bytes);
        assert_eq!((found.records.len(), found.end), (0, expected), "{text}");
    }
    let headless = encode(&records()[1..]);
    assert_eq!(read(&headless).end, End::Foreign { why: Foreign::NoHeader });
    let mut newer = run();
    newer.schema = SCHEMA + 1;
    let end = read(&encode(&[Record::Run(newer)])).end;
    assert_eq!(end, End::Foreign { why: Foreign::Schema(SCHEMA + 1) });
    let End::Foreign { why } = end else { panic!() };
    assert_eq!(why.to_string(), "it has schema 2; this version reads 1");
}

/// A line with a checksum that fits, whatever it says.
fn sealed(json: &str) -> Vec<u8> {
    format!("{:08x} {json}\n", crc32fast::hash(json.as_bytes())).into_bytes()
}

#[test]
fn hostile_json_under_a_sound_checksum_is_damage_and_never_a_record() {
    let head = encode(&records()[..1]);
    let deep = format!("[1,{}{}]", "[".repeat(900), "]".repeat(900));
    let long = format!("[1,{{\"t\":\"halt\",\"at\":1,\"why\":\"{}\"}}]", "x".repeat(LINE_MAX));
    let hostile = [
        "[1,{\"t\":\"stop\",\"at\":-1}]",
        "[1,{\"t\":\"stop\",\"at\":1e3}]",
        "[1,{\"t\":\"stop\",\"at\":18446744073709551616}]",
        "[1,{\"t\":\"stop\",\"at\":1,\"at\":2}]",
        "[1,{\"t\":\"stop\",\"at\":1,\"x\":2}]",
        "[1,{\"t\":\"stop\"}]",
        "[1,{\"t\":\"nothing_known\",\"at\":1}]",
        "[1,{\"at\":1}]",
        "[1,null]",
        "[1]",
        "[1,{\"t\":\"stop\",\"at\":1},2]",
        "[1.0,{\"t\":\"stop\",\"at\":1}]",
        "[1,{\"t\":\"stop\",\"at\":1}]\u{0}",
        "[1,{\"t\":\"end\",\"cloid\":\"0x12\"}]",
        "[1,{\"t\":\"day\",\"day\":1,\"at\":1,\"start\":\"1e9\",\"peak\":\"0\",\"transfers\":\"0\"}]",
        "[2,{\"t\":\"stop\",\"at\":1}]",
        "[0,{\"t\":\"stop\",\"at\":1}]",
        "[18446744073709551615,{\"t\":\"stop\",\"at\":1}]",
        "[",
        "[]",
        &deep,
        &long,
    ];
    for json in hostile {
        let bytes = [head.clone(), sealed(json)].concat();
        let found = read(&bytes);
        assert_eq!(found.records, records()[..1], "{json}");
        let expected = End::Torn { at: head.len(), lost: Lost::Damaged };
        assert_eq!(found.end, expected, "{json}");
    }
    let sound = [head, sealed("[1,{\"t\":\"stop\",\"at\":1}]")].concat();
    assert_eq!(read(&sound).records.len(), 2, "the control");
}

#[test]
fn a_huge_line_is_refused_without_being_copied() {
    let head = encode(&records()[..1]);
    let mut bytes = head.clone();
    bytes.resize(8 << 20, b'7');
    let found = read(&bytes);
    assert_eq!(found.records.len(), 1);
    assert!(matches!(found.end, End::Torn { at, .. } if at == head.len()));
    let longest = encode(&[Record::Run(run()), Record::Attempt(attempt(9))]);
    let lines = longest.split(|b| *b == b'\n').map(<[u8]>::len).max().unwrap();
    assert!(lines * 2 < LINE_MAX, "{lines}");
}
