//! The files, on a real disk.

use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use hl_journal::{At, DAMAGED, Halt, Record, Run, SCHEMA, StartBudget, read};
use hl_quant::Millis;
use tempfile::TempDir;

use super::lock::LockError;
use super::*;

fn run(at: u64) -> Run {
    Run {
        schema: SCHEMA,
        tag: "6d6d686c".to_owned(),
        run: at,
        version: "0".to_owned(),
        config: "0".to_owned(),
        account: "test".to_owned(),
        at: Millis(at),
    }
}

fn place() -> (TempDir, Place) {
    let dir = TempDir::new().unwrap();
    let place = Place::open(&dir.path().join("state"), "sim-127.0.0.1:3001-0x11").unwrap();
    (dir, place)
}

fn open(path: &Path, at: u64) -> Opened {
    Journal::open(path, run(at), StartBudget::default(), None).unwrap()
}

fn halt() -> Record {
    Record::Halt(Halt { at: Millis(7), why: "drawdown".to_owned() })
}

fn others(dir: &Path, word: &str) -> Vec<String> {
    let names = std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().file_name());
    names.map(|n| n.into_string().unwrap()).filter(|n| n.contains(word)).collect()
}

#[test]
fn the_directory_and_its_files_are_their_owners_alone() {
    let (_dir, place) = place();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let mut opened = open(&place.journal(), 1);
    opened.journal.append(&[halt()]).unwrap();
    let _lock = FileLock::acquire(&place.lock()).unwrap();
    assert_eq!(mode(place.journal().parent().unwrap()), 0o700);
    assert_eq!((mode(&place.journal()), mode(&place.lock())), (0o600, 0o600));
    assert!(place.journal().ends_with("sim-127.0.0.1-3001-0x11.journal"));
    let open_to_all = TempDir::new().unwrap();
    std::fs::set_permissions(open_to_all.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let refused = Place::open(open_to_all.path(), "x").unwrap_err();
    assert!(refused.to_string().contains("chmod 700"), "{refused}");
}

#[test]
fn a_link_is_not_followed_by_journal_or_lock() {
    let (dir, place) = place();
    let target = dir.path().join("precious");
    std::fs::write(&target, "mine").unwrap();
    symlink(&target, place.journal()).unwrap();
    symlink(&target, place.lock()).unwrap();
    let refused =
        Journal::open(&place.journal(), run(1), StartBudget::default(), None).unwrap_err();
    assert!(refused.to_string().contains("cannot be read"), "{refused}");
    assert!(matches!(FileLock::acquire(&place.lock()), Err(LockError::Io(..))));
    assert_eq!(std::fs::read_to_string(&target).unwrap(), "mine");
}

#[test]
fn a_second_holder_is_refused_and_told_who_has_it() {
    let (_dir, place) = place();
    let lock = FileLock::acquire(&place.lock()).unwrap();
    let pid = i32::try_from(std::process::id()).unwrap();
    let Err(LockError::Held(found)) = FileLock::acquire(&place.lock()) else { panic!("twice") };
    assert_eq!(found.pid, Some(pid));
    drop(lock);
    FileLock::acquire(&place.lock()).unwrap();
}

#[test]
fn a_lock_whose_file_was_removed_or_replaced_is_lost() {
    let (_dir, place) = place();
    let lock = FileLock::acquire(&place.lock()).unwrap();
    assert_eq!(lock.check(), Ok(()));
    std::fs::remove_file(place.lock()).unwrap();
    assert!(lock.check().unwrap_err().contains("gone"));
    let _second = FileLock::acquire(&place.lock()).unwrap();
    assert!(lock.check().unwrap_err().contains("another file"));
}

#[test]
fn a_halt_survives_a_restart_and_a_resume_ends_it() {
    let (_dir, place) = place();
    open(&place.journal(), 1).journal.append(&[halt()]).unwrap();
    let mut second = open(&place.journal(), 2);
    assert_eq!(second.journal.state().halt.as_ref().unwrap().why, "drawdown");
    second.journal.append(&[Record::Resume(At { at: Millis(3) })]).unwrap();
    assert_eq!(open(&place.journal(), 3).journal.state().halt, None);
}

#[test]
fn the_sixth_start_without_an_end_is_safe_mode_until_a_resume() {
    let (_dir, place) = place();
    for at in 1..=5 {
        assert_eq!(open(&place.journal(), at).journal.state().safe, None, "start {at}");
    }
    let mut sixth = open(&place.journal(), 6);
    assert!(sixth.journal.state().safe.is_some());
    assert!(sixth.notes[0].contains("state_evt=safe_mode starts=6"), "{:?}", sixth.notes);
    // An end in order does not end it, nor does time.
    sixth.journal.close(Millis(7)).unwrap();
    let mut later = open(&place.journal(), 10_000_000);
    assert!(later.journal.state().safe.is_some());
    later.journal.append(&[Record::Resume(At { at: Millis(9) })]).unwrap();
    assert_eq!(open(&place.journal(), 10_000_001).journal.state().safe, None);
}

#[test]
fn runs_that_end_in_order_may_be_started_as_often_as_one_likes() {
    let (_dir, place) = place();
    for at in 1..=20 {
        let mut opened = open(&place.journal(), at);
        assert_eq!(opened.journal.state().safe, None, "start {at}");
        opened.journal.close(Millis(at)).unwrap();
    }
}

#[test]
fn a_torn_journal_is_kept_aside_and_what_was_whole_counts() {
    let (_dir, place) = place();
    open(&place.journal(), 1).journal.append(&[halt()]).unwrap();
    let mut bytes = std::fs::read(place.journal()).unwrap();
    bytes.extend_from_slice(b"0123abcd [4,{\"t\":\"atte");
    std::fs::write(place.journal(), &bytes).unwrap();
    let opened = open(&place.journal(), 2);
    assert!(opened.notes[0].contains("state_evt=journal_torn "), "{:?}", opened.notes);
    assert!(opened.journal.state().halt.is_some());
    let dir = place.journal().parent().unwrap().to_path_buf();
    let kept = others(&dir, "torn-2");
    assert_eq!(kept.len(), 1);
    assert_eq!(std::fs::read(dir.join(&kept[0])).unwrap(), bytes, "byte for byte");
    assert_eq!(read(&std::fs::read(place.journal()).unwrap()).end, hl_journal::End::Clean);
    assert!(open(&place.journal(), 3).notes.is_empty());
}

#[test]
fn a_damaged_journal_halts_and_a_foreign_one_does_not() {
    let (_dir, place) = place();
    open(&place.journal(), 1);
    let mut bytes = std::fs::read(place.journal()).unwrap();
    let last = bytes.len() - 5;
    bytes[last] ^= 1;
    std::fs::write(place.journal(), &bytes).unwrap();
    let opened = open(&place.journal(), 2);
    assert_eq!(opened.journal.state().halt.as_ref().unwrap().why, DAMAGED);
    assert!(opened.notes[0].contains("until `mm-bot resume`"), "{:?}", opened.notes);
    std::fs::write(place.journal(), "somebody else's file\n").unwrap();
    let opened = open(&place.journal(), 3);
    assert!(opened.notes[0].contains("state_evt=journal_foreign "), "{:?}", opened.notes);
    assert_eq!(opened.journal.state().halt, None);
    assert_eq!(others(place.journal().parent().unwrap(), "foreign-3").len(), 1);
}

#[test]
fn a_disk_that_refuses_loses_nothing_once_it_takes_writes_again() {
    let (_dir, place) = place();
    let mut opened = open(&place.journal(), 1);
    let dir = place.journal().parent().unwrap().to_path_buf();
    // The handle that is open would still write: as after a failure there, the file is begun anew.
    opened.journal.forget_file();
    std::fs::rename(&dir, dir.with_extension("away")).unwrap();
    assert!(opened.journal.append(&[halt()]).is_err());
    assert!(opened.journal.append(&[]).is_err(), "and again");
    std::fs::rename(dir.with_extension("away"), &dir).unwrap();
    opened.journal.append(&[]).unwrap();
    assert!(open(&place.journal(), 2).journal.state().halt.is_some());
}

#[test]
fn a_journal_that_has_grown_is_begun_anew() {
    let (_dir, place) = place();
    let mut opened = open(&place.journal(), 1);
    opened.journal.append(&[halt()]).unwrap();
    let size = || std::fs::metadata(place.journal()).unwrap().len();
    let marks: Vec<Record> = (0..2_000).map(|n| Record::Fills(At { at: Millis(n) })).collect();
    let mut largest = 0;
    for _ in 0..20 {
        opened.journal.append(&marks).unwrap();
        largest = largest.max(size());
    }
    assert!(largest < 2 * journal_grown() && largest > 100_000, "{largest}");
    opened.journal.append(&[]).unwrap();
    assert!(open(&place.journal(), 2).journal.state().halt.is_some());
}

const fn journal_grown() -> u64 {
    1 << 20
}
