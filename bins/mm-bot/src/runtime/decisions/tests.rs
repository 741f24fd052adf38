//! What the thread does to files: none is lost, none is waited for.

use std::path::Path;
use std::time::{Duration, Instant};

use hl_engine::{Engine, EngineConfig, Input, MarketConfig};
use hl_journal::decisions::{End, Item, Reader, replay};
use tempfile::TempDir;

use super::*;

const T0: u64 = 1_762_252_867_000;
const DAY_MS: u64 = 86_400_000;

fn head(run: u64) -> Head {
    Head {
        run,
        seed: 42,
        version: "0.1.0".to_owned(),
        fingerprint: "f".to_owned(),
        account: "sim".to_owned(),
        started: Millis(T0),
        assets: vec![5],
        config: EngineConfig { markets: vec![MarketConfig::new("SOL")], ..Default::default() },
        carry: hl_engine::Carry::default(),
        samples: Vec::new(),
    }
}

fn settings(rotate: u64) -> JournalSettings {
    JournalSettings { record: true, dir: None, rotate, keep_days: 14, budget: 1 << 30, sync_sec: 1 }
}

struct Recording {
    engine: Engine,
    decisions: Decisions,
}

fn recording(dir: &Path, run: u64, settings: &JournalSettings) -> Recording {
    let head = head(run);
    let engine = head.engine();
    Recording { engine, decisions: Decisions::open(head, dir.to_path_buf(), settings).unwrap() }
}

impl Recording {
    fn feed(&mut self, now: u64) {
        let now = Millis(now);
        let input = Input::RateLimit { used: now.0, cap: now.0.wrapping_mul(0x9e37_79b9) };
        self.decisions.input(now, &input);
        self.engine.handle(now, input);
        loop {
            match self.engine.poll() {
                hl_engine::Output::Event(event) => self.decisions.event(&event),
                hl_engine::Output::Command(command) => self.decisions.command(&command),
                hl_engine::Output::WaitUntil(at) => return self.decisions.end(now, at),
            }
        }
    }
}

/// The bytes of the files of the only run, and how many files.
fn whole(dir: &Path) -> (Vec<u8>, usize) {
    let groups = groups(&[dir.to_path_buf()]).unwrap();
    let [run] = &groups[..] else { panic!("{groups:?}") };
    let bytes = run.files.iter().map(|path| std::fs::read(path).unwrap()).collect::<Vec<_>>();
    (bytes.concat(), run.files.len())
}

#[expect(clippy::disallowed_methods, reason = "a test waits for a thread")]
fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !holds() {
        assert!(begin.elapsed() < Duration::from_secs(20), "never: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn what_is_recorded_replays_across_files_and_days() {
    let dir = TempDir::new().unwrap();
    let mut it = recording(dir.path(), 7, &settings(20_000));
    for n in 0..20_000 {
        it.feed(T0 + n * 20);
        // As fast as the disk: nothing may be dropped here.
        eventually("room", || it.decisions.health().entries() + 4_000 > n);
    }
    it.feed(T0 + DAY_MS);
    it.decisions.close();
    assert_eq!(it.decisions.health().dropped(), 0);
    let (bytes, files) = whole(dir.path());
    assert!(files > 3, "{files}");
    let mut reader = Reader::open(&bytes[..]).unwrap();
    let replayed = replay(&mut reader, |_, _| {});
    assert!(replayed.is_identical(), "{replayed:?}");
    assert_eq!((replayed.tally.entries, replayed.end), (20_001, Some(End::Closed)));
    assert_eq!(it.decisions.health().bytes(), u64::try_from(bytes.len()).unwrap());
}

#[test]
fn a_second_is_the_most_that_waits_for_a_block_to_fill() {
    let dir = TempDir::new().unwrap();
    let mut it = recording(dir.path(), 7, &settings(1 << 20));
    it.feed(T0);
    it.decisions.hand_over_if_due(Millis(T0 + 999));
    assert_eq!(it.decisions.encoder.seq(), 1);
    assert!(!it.decisions.encoder.is_empty());
    it.decisions.hand_over_if_due(Millis(T0 + 1_000));
    assert!(it.decisions.encoder.is_empty());
    eventually("written", || it.decisions.health().entries() == 1);
}

#[test]
fn a_disk_that_refuses_is_told_and_what_is_lost_stands_as_a_gap() {
    let dir = TempDir::new().unwrap();
    let mut it = recording(dir.path(), 7, &settings(1 << 20));
    // Nobody takes what is handed over, as if the disk hung for minutes.
    let (queue, parked) = sync_channel(1);
    let real = it.decisions.queue.replace(queue).unwrap();
    for n in 0..4 {
        it.feed(T0 + n * 2_000);
        it.feed(T0 + n * 2_000 + 1_000);
    }
    let dropped = it.decisions.health().dropped();
    assert_eq!(dropped, 6, "the first block found the one place");
    real.send(parked.try_recv().unwrap()).unwrap();
    it.decisions.queue = Some(real);
    it.feed(T0 + 10_000);
    it.feed(T0 + 11_000);
    it.decisions.close();
    let notes = it.decisions.notes();
    assert!(notes.iter().any(|line| line == "journal_evt=gap reason=queue_full"), "{notes:?}");
    let lost = "journal_evt=lost entries=6 first=2 reason=\"queue_full\"";
    let unquoted = "journal_evt=lost entries=6 first=2 reason=queue_full";
    assert!(notes.iter().any(|line| line == lost || line == unquoted), "{notes:?}");
    let (bytes, _) = whole(dir.path());
    let mut reader = Reader::open(&bytes[..]).unwrap();
    let mut seen = Vec::new();
    while let Some(item) = reader.next() {
        seen.push(match item {
            Item::Entry(entry) => entry.seq,
            Item::Gap(gap) => {
                assert_eq!((gap.first, gap.entries), (2, 6));
                assert_eq!(gap.span, (Millis(T0 + 2_000), Millis(T0 + 7_000)));
                1_000
            }
            Item::Note(_) => 2_000,
        });
    }
    assert_eq!(seen, [0, 1, 1_000, 8, 9]);
    assert_eq!(reader.end(), Some(&End::Closed));
}

#[test]
fn old_files_go_by_age_and_by_budget_and_others_are_left_alone() {
    let dir = TempDir::new().unwrap();
    let put = |name: &str, len: usize| {
        std::fs::write(dir.path().join(name), vec![b'x'; len]).unwrap();
    };
    put("20010101T000000000Z-00000001-0000.hlj", 10);
    put("20990101T000000000Z-00000002-0000.hlj", 600);
    put("20990102T000000000Z-00000003-0000.hlj", 600);
    put("notes.hlj", 5_000);
    let old = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(978_307_200);
    let aged = std::fs::File::open(dir.path().join("20010101T000000000Z-00000001-0000.hlj"));
    aged.unwrap().set_modified(old).unwrap();
    let limits = JournalSettings { rotate: 500, budget: 1_500, ..settings(0) };
    let mut it = recording(dir.path(), 7, &limits);
    it.decisions.close();
    let notes = it.decisions.notes();
    let removed = |why: &str| {
        let of = |line: &&String| {
            line.starts_with("journal_evt=removed") && line.ends_with(&format!("why={why}"))
        };
        notes.iter().filter(of).count()
    };
    assert_eq!((removed("age"), removed("budget")), (1, 1), "{notes:?}");
    let left = groups(&[dir.path().to_path_buf()]).unwrap();
    let names: Vec<&str> = left.iter().map(|group| group.run.as_str()).collect();
    assert_eq!(names, ["20251104T104107000Z-00000007", "20990102T000000000Z-00000003"]);
    assert!(dir.path().join("notes.hlj").exists());
}

#[test]
fn a_loop_that_dies_leaves_what_it_had_recorded() {
    let dir = TempDir::new().unwrap();
    let mut it = recording(dir.path(), 7, &settings(1 << 20));
    it.feed(T0);
    // In the middle of an input.
    it.decisions.input(Millis(T0 + 1), &Input::Timer);
    drop(it);
    let (bytes, _) = whole(dir.path());
    let mut reader = Reader::open(&bytes[..]).unwrap();
    let replayed = replay(&mut reader, |_, _| {});
    assert_eq!((replayed.tally.entries, replayed.end), (1, Some(End::Closed)));
}
