//! What was written comes back, and no other.

use hl_engine::{MarketId, RequestId};
use hl_journal::decisions::{Encoder, End, FORMAT, Item, Note, Packer, Reader};
use hl_quant::Millis;

use super::read;
use super::session::{Desk, T0, every_input, everything, file, files, full_head, head, session};

#[test]
fn a_session_reads_back_as_it_happened() {
    let desk = session();
    let (told, notes, end) = read(&file(&head(), &desk.blocks));
    assert_eq!(end, End::Closed);
    assert_eq!(told, desk.told);
    assert!(told.len() > 100 && told.iter().any(|line| line.contains("Attempt")), "{}", told.len());
    let sent = |n| Note::Sent { request: RequestId(n), nonce: T0 + n };
    let last = Note::Renumbered { market: MarketId(1), asset: 7 };
    assert_eq!(notes, [sent(9), sent(19), sent(29), sent(39), last]);
}

#[test]
fn every_kind_of_input_and_every_extreme_comes_back() {
    let mut desk = session();
    everything(&mut desk);
    let (told, _, end) = read(&file(&head(), &desk.blocks));
    assert_eq!(end, End::Closed);
    assert_eq!(told, desk.told);
}

#[test]
fn the_commands_come_back_with_plain_numbers() {
    let mut desk = Desk::new(&head());
    let all = session();
    desk.blocks = all.blocks;
    let bytes = file(&head(), &desk.blocks);
    let mut reader = Reader::open(&bytes[..]).unwrap();
    let mut placed = 0;
    while let Some(item) = reader.next() {
        if let Item::Entry(entry) = item {
            let commands = entry.commands().unwrap();
            assert_eq!(commands.is_empty(), !entry.has_commands());
            let attempts =
                entry.events.iter().filter(|e| e.to_string().starts_with("quant_evt=attempt"));
            let asked = format!("{commands:?}").matches("AskedOrder {").count();
            assert_eq!(asked, attempts.count(), "{commands:?}");
            placed += asked;
        }
    }
    assert!(placed >= 4, "{placed}");
}

#[test]
fn a_head_comes_back_whole() {
    for head in [head(), full_head()] {
        let bytes = file(&head, &[]);
        let reader = Reader::open(&bytes[..]).unwrap();
        assert_eq!(format!("{:?}", reader.head()), format!("{head:?}"));
        assert_eq!((reader.part(), reader.seq()), (0, 0));
    }
}

/// A change of the format without a new number for it would read old files as something else.
#[test]
fn the_bytes_of_this_format_do_not_change() {
    let mut encoder = Encoder::new(&head());
    let mut now = Millis(T0);
    every_input(&mut |input| {
        now = now.plus(7);
        encoder.input(now, &input);
        encoder.end(now.plus(1_000));
    });
    let mut out = Vec::new();
    Packer::new(head()).entries(&encoder.take(Vec::new()), &mut out);
    let crc = crc32fast::hash(&out);
    assert_eq!(
        (FORMAT, out.len(), crc),
        (2, 437, 3_177_044_030),
        "a change of the format needs a new number"
    );
}

#[test]
fn files_of_a_run_are_one_journal_and_each_can_be_read_alone() {
    let desk = session();
    let (first, last) = desk.blocks.split_at(2);
    let files = files(&head(), &[first, last]);
    let (told, _, end) = read(&files.concat());
    assert_eq!((told.as_slice(), end), (desk.told.as_slice(), End::Closed));
    let (told, _, end) = read(&files[0]);
    assert_eq!(end, End::Open, "the run goes on elsewhere");
    let before = told.len();
    assert_eq!(told, desk.told[..before]);
    let (told, _, end) = read(&files[1]);
    assert_eq!((told.as_slice(), end), (&desk.told[before..], End::Closed));
    let reader = Reader::open(&files[1][..]).unwrap();
    assert_eq!((reader.part(), reader.seq()), (1, u64::try_from(before).unwrap()));
}
