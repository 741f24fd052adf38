//! Torn, flipped, cut out, moved, foreign, hostile: a prefix is read, and the end says where and why.

use hl_journal::decisions::{BLOCK_HEAD, End, Packer};
use proptest::prelude::*;

use super::read;
use super::session::{file, files, full_head, head, session, with_gap};

/// Where each block begins, and where the last one ends.
fn bounds(bytes: &[u8]) -> Vec<usize> {
    let mut all = vec![0];
    while let Some(&at) = all.last()
        && at < bytes.len()
    {
        let len = u32::from_le_bytes(bytes[at + 40..at + 44].try_into().unwrap());
        all.push(at + BLOCK_HEAD + usize::try_from(len).unwrap());
    }
    all
}

#[test]
fn cut_at_every_byte_it_yields_the_blocks_that_were_whole_and_no_other() {
    let desk = session();
    let bytes = file(&head(), &desk.blocks);
    let bounds = bounds(&bytes);
    assert_eq!(*bounds.last().unwrap(), bytes.len());
    let entries: Vec<usize> =
        desk.blocks.iter().map(|raw| usize::try_from(raw.entries()).unwrap()).collect();
    for k in 0..bytes.len() {
        let (told, _, end) = read(&bytes[..k]);
        // The head is the first, and the close the last.
        let whole = bounds.iter().filter(|b| **b <= k).count() - 1;
        let kept = entries.iter().take(whole.saturating_sub(1)).sum::<usize>();
        assert_eq!(told, desk.told[..kept], "cut at {k}");
        let at = u64::try_from(bounds[whole]).unwrap();
        if bounds[whole] == k && k > 0 {
            assert_eq!(end, End::Open, "cut at {k}");
        } else {
            assert_eq!(end, End::Torn { at }, "cut at {k}");
        }
    }
}

#[test]
fn every_flipped_bit_is_found_and_costs_only_what_follows_it() {
    let desk = session();
    let bytes = file(&head(), &desk.blocks[..2]);
    let bounds = bounds(&bytes);
    for i in 0..bytes.len() {
        let bit = i % 8;
        let mut flipped = bytes.clone();
        flipped[i] ^= 1 << bit;
        let (told, _, end) = read(&flipped);
        let block = bounds.iter().filter(|b| **b <= i).count() - 1;
        let kept = desk.blocks.iter().take(block.saturating_sub(1)).map(|raw| raw.entries());
        let kept = usize::try_from(kept.sum::<u32>()).unwrap();
        assert!(told.len() <= kept || block > 2, "byte {i} bit {bit}: {} {kept}", told.len());
        assert_eq!(told, desk.told[..told.len()], "byte {i} bit {bit}");
        assert!(!end.is_whole(), "byte {i} bit {bit}: {end:?}");
    }
}

#[test]
fn a_block_that_is_missing_repeated_or_moved_is_found() {
    let desk = session();
    let bytes = file(&head(), &desk.blocks);
    let at = bounds(&bytes);
    let block = |n: usize| &bytes[at[n]..at[n + 1]];
    let offset = |n: usize| u64::try_from(at[n]).unwrap();
    let missing = |want, have| End::Missing { at: offset(2), want, have };
    let cut = [block(0), block(1), block(3)].concat();
    assert_eq!(read(&cut).2, missing(2, 3));
    let twice = [block(0), block(1), block(1), block(2)].concat();
    assert_eq!(read(&twice).2, missing(2, 1));
    let moved = [block(0), block(1), block(3), block(2)].concat();
    assert_eq!(read(&moved).2, missing(2, 3));
    // Without its head it is not known what a block means.
    assert_eq!(read(block(1)).2, End::Foreign { at: 0 });
}

#[test]
fn a_file_of_another_run_or_in_another_order_is_not_taken_for_this_one() {
    let desk = session();
    let mut other = head();
    other.run += 1;
    let (first, last) = desk.blocks.split_at(2);
    let ours = files(&head(), &[first, last]);
    let theirs = files(&other, &[first, last]);
    let at = u64::try_from(ours[0].len()).unwrap();
    assert_eq!(read(&[&ours[0][..], &theirs[1][..]].concat()).2, End::Foreign { at });
    // Behind a closed run nothing may follow.
    let whole = file(&head(), &desk.blocks);
    let at = u64::try_from(whole.len()).unwrap();
    assert_eq!(read(&[&whole[..], &whole[..]].concat()).2, End::Foreign { at });
    assert!(matches!(read(&[&ours[1][..], &ours[0][..]].concat()).2, End::Foreign { .. }));
    for text in
        [&b"quant_evt=attempt ts=2025-11-04T10:41:07.000Z tms=1762252867000 seq=1"[..], &[0; 64]]
    {
        assert_eq!(read(text).2, End::Foreign { at: 0 });
    }
    assert_eq!(read(b"").2, End::Torn { at: 0 }, "a file that was begun and not written");
}

#[test]
fn a_gap_is_told_and_what_follows_it_is_still_true() {
    let desk = session();
    let (bytes, gap) = with_gap(&head(), &desk.blocks);
    let (told, _, end) = read(&bytes);
    assert_eq!(end, End::Closed);
    let first = usize::try_from(gap.first).unwrap();
    let rest = first + usize::try_from(gap.entries).unwrap();
    assert_eq!(told[..first], desk.told[..first]);
    assert_eq!(told[first], format!("{gap:?}"));
    assert_eq!(told[first + 1..], desk.told[rest..]);
}

#[test]
fn a_format_of_tomorrow_is_named_and_not_guessed_at() {
    let mut bytes = Vec::new();
    Packer::new(full_head()).begin(&mut bytes);
    // The head is compressed: a version written by hand is stored as it is.
    let payload = [99_u8, 0];
    let mut frame = bytes[..BLOCK_HEAD].to_vec();
    frame[5] = 0;
    frame[36..40].copy_from_slice(&2_u32.to_le_bytes());
    frame[40..44].copy_from_slice(&2_u32.to_le_bytes());
    let mut crc = crc32fast::Hasher::new();
    crc.update(&frame[..44]);
    crc.update(&payload);
    frame[44..48].copy_from_slice(&crc.finalize().to_le_bytes());
    frame.extend_from_slice(&payload);
    assert_eq!(read(&frame).2, End::Format { format: 99 });
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic_or_read_what_was_not_written(
        cut in any::<prop::sample::Index>(),
        noise in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let desk = session();
        let mut bytes = file(&head(), &desk.blocks);
        bytes.truncate(cut.index(bytes.len()));
        bytes.extend_from_slice(&noise);
        let (told, _, end) = read(&bytes);
        prop_assert_eq!(&told[..], &desk.told[..told.len()]);
        prop_assert!(noise.is_empty() || !end.is_whole(), "{:?}", end);
    }

    #[test]
    fn contents_that_make_no_sense_under_a_right_checksum_end_the_journal(
        payload in prop::collection::vec(any::<u8>(), 1..300),
        entries in 0_u32..4,
    ) {
        let mut bytes = Vec::new();
        Packer::new(head()).begin(&mut bytes);
        let mut frame = Vec::new();
        frame.extend_from_slice(b"HLJ1\x02\x00\x00\x00");
        frame.extend_from_slice(&head().run.to_le_bytes());
        frame.extend_from_slice(&1_u64.to_le_bytes());
        frame.extend_from_slice(&0_u64.to_le_bytes());
        frame.extend_from_slice(&entries.to_le_bytes());
        let len = u32::try_from(payload.len()).unwrap();
        frame.extend_from_slice(&len.to_le_bytes());
        frame.extend_from_slice(&len.to_le_bytes());
        let mut crc = crc32fast::Hasher::new();
        crc.update(&frame);
        crc.update(&payload);
        frame.extend_from_slice(&crc.finalize().to_le_bytes());
        frame.extend_from_slice(&payload);
        bytes.extend_from_slice(&frame);
        // Whatever it says, it ends, and no more entries come than were announced.
        let (told, _, _) = read(&bytes);
        prop_assert!(told.len() <= usize::try_from(entries).unwrap());
    }
}
