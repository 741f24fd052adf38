//! The same engine says the same, and another one is caught where it first differs.

use hl_engine::{Ppm, SpreadConfig};
use hl_journal::decisions::{Item, Reader, Replay, Stop, replay};

use super::session::{everything, file, files, head, session, with_gap};

#[test]
fn a_replay_says_what_the_engine_said_byte_for_byte() {
    let mut desk = session();
    everything(&mut desk);
    let bytes = file(&head(), &desk.blocks);
    let mut reader = Reader::open(&bytes[..]).unwrap();
    let mut looks = 0;
    let replayed = replay(&mut reader, |replay, entry| {
        looks += 1;
        assert_eq!(replay.events(), entry.events);
        assert_eq!(replay.commands().len(), entry.commands().unwrap().len());
    });
    assert!(replayed.is_identical(), "{replayed:?}");
    let tally = replayed.tally;
    assert_eq!((tally.entries, looks), (desk.told.len() as u64, desk.told.len()));
    let attempts = desk.engine.stats().attempts;
    assert!(tally.events > attempts && tally.commands > 0 && tally.bytes > 1_000, "{tally:?}");
}

#[test]
fn the_engine_can_be_looked_at_after_any_entry() {
    let desk = session();
    let bytes = file(&head(), &desk.blocks);
    let mut reader = Reader::open(&bytes[..]).unwrap();
    let mut last = None;
    let replayed = replay(&mut reader, |replay, _| last = Some(replay.engine().stats()));
    assert!(replayed.is_identical());
    assert_eq!(last.unwrap().attempts, desk.engine.stats().attempts);
}

#[test]
fn an_engine_that_decides_otherwise_is_caught_at_its_first_other_decision() {
    let desk = session();
    let bytes = file(&head(), &desk.blocks);
    let mut other = head();
    for market in &mut other.config.markets {
        market.spread = SpreadConfig { spread: Ppm(2_000), ..market.spread.clone() };
    }
    let mut reader = Reader::open(&bytes[..]).unwrap();
    let mut replay = Replay::of(reader.head(), other.engine());
    let difference = loop {
        let item = reader.next().expect("it never differed");
        let Item::Entry(entry) = item else { continue };
        if let Err(difference) = replay.step(&entry) {
            break difference;
        }
    };
    let first = desk.told.iter().position(|line| line.contains("Attempt(")).unwrap();
    assert_eq!(difference.seq, u64::try_from(first).unwrap());
    let text = difference.to_string();
    assert!(text.contains("the journal has quant_evt=attempt"), "{text}");
    assert!(text.contains("the engine says quant_evt=attempt"), "{text}");
}

#[test]
fn a_run_without_its_beginning_or_with_a_gap_cannot_be_verified_beyond() {
    let desk = session();
    let (bytes, gap) = with_gap(&head(), &desk.blocks);
    let replayed = replay(&mut Reader::open(&bytes[..]).unwrap(), |_, _| {});
    assert_eq!(replayed.tally.entries, gap.first);
    assert!(matches!(replayed.stop, Some(Stop::Gap(found)) if found == gap));
    let (first, last) = desk.blocks.split_at(1);
    let files = files(&head(), &[first, last]);
    let replayed = replay(&mut Reader::open(&files[1][..]).unwrap(), |_, _| {});
    assert!(matches!(replayed.stop, Some(Stop::Late(seq)) if seq == last[0].first()));
}
