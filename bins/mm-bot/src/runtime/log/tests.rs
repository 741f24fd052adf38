//! The log's thread against real files.

use std::path::Path;
use std::time::{Duration, Instant};

use hl_engine::{Event, EventKind};
use hl_journal::log::{Seen, read_line, schema};
use hl_quant::Millis;
use tempfile::TempDir;

use super::*;

const DAY_MS: u64 = 86_400_000;
/// 2025-11-04T10:41:07Z.
const T0: u64 = 1_762_252_867_000;

fn settings(rotate: u64) -> LogSettings {
    LogSettings { file: None, rotate, keep_days: 10_000, budget: 1 << 30, alive_sec: 10 }
}

fn open(path: &Path, settings: LogSettings) -> Log {
    Log::open(Plan { file: Some(path.to_path_buf()), settings, terminal: false, run: 0x2a })
        .unwrap()
}

fn stopped(at: u64) -> Event {
    Event { at: Millis(at), kind: EventKind::Stopped { remaining: 0 } }
}

/// Every file of a log, oldest first, as text.
fn all(path: &Path) -> Vec<(String, String)> {
    let folder = path.parent().unwrap();
    let mut files: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    // The one without a date is the youngest.
    files.sort_by_key(|file| file == path);
    let text = |file: &PathBuf| {
        let bytes = std::fs::read(file).unwrap();
        let mut text = String::new();
        if file.extension().is_some_and(|extension| extension == "gz") {
            use std::io::Read as _;
            let mut gz = flate2::read::MultiGzDecoder::new(&bytes[..]);
            gz.read_to_string(&mut text).unwrap();
        } else {
            text = String::from_utf8(bytes).unwrap();
        }
        (file.file_name().unwrap().to_str().unwrap().to_owned(), text)
    };
    files.iter().map(text).collect()
}

fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    #[expect(clippy::disallowed_methods, reason = "a test waits for a thread")]
    let begin = Instant::now();
    while !holds() {
        assert!(begin.elapsed() < Duration::from_secs(20), "{what}");
        std::thread::park_timeout(Duration::from_millis(5));
    }
}

#[test]
fn lines_are_in_their_order_numbered_and_as_the_schema_says() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("bot.log");
    let mut log = open(&path, settings(1 << 20));
    log.line(&"stream_evt=up");
    log.event(stopped(T0));
    log.line(&"SPEC_OVERRIDE applied for SOL: tick=0.01→0.1 lot=1→1");
    log.alive(Millis(T0));
    log.alive(Millis(T0 + 9_999));
    log.alive(Millis(T0 + 10_000));
    log.close();
    assert_eq!(log.broken(), None);
    let [(_, text)] = &all(&path)[..] else { panic!("one file") };
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("stream_evt=up ts=20"), "{}", lines[0]);
    assert_eq!(
        lines[1],
        "halt_evt=stopped ts=2025-11-04T10:41:07.000Z tms=1762252867000 remaining=0 run=0000002a ln=2"
    );
    assert!(lines[2].starts_with("SPEC_OVERRIDE applied for SOL: tick=0.01→0.1 lot=1→1 ts=20"));
    let events: Vec<&str> = lines.iter().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(events[3..], ["log_evt=alive", "log_evt=alive", "log_evt=close"]);
    for (n, line) in lines.iter().enumerate() {
        let Seen::Event(event) = read_line(line.as_bytes()) else { panic!("{line}") };
        assert!(schema::check(&event).is_ok(), "{line}: {:?}", schema::check(&event));
        assert_eq!(event.get("ln").unwrap(), (n + 1).to_string());
    }
}

#[test]
fn nothing_can_break_a_line_in_two_and_no_key_is_shown() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("bot.log");
    let mut log = open(&path, settings(1 << 20));
    let key = "4c0883a69102937d6231471b5dbb6204fe512961708279e1c0a3f1a2b3c4d5e6";
    log.line(&format!(
        "shell_evt=broken reason={}",
        hl_journal::log::Quoted(format!("a\n\"{key}\""))
    ));
    log.line(&"shell_evt=broken reason=0x14791697260e4c9a71f18484c9f997b308e59325");
    log.line(&"stream_evt=up\nquant_evt=attempt");
    log.close();
    let [(_, text)] = &all(&path)[..] else { panic!("one file") };
    assert_eq!(text.lines().count(), 4);
    assert!(!text.contains(key) && text.contains("[redacted]"), "{text}");
    assert!(text.contains("0x14791697260e4c9a71f18484c9f997b308e59325"), "an address is no secret");
    assert!(!text.lines().any(|line| line.starts_with("quant_evt")), "{text}");
}

#[test]
fn a_file_is_put_aside_by_size_without_losing_or_doubling_a_line() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("bot.log");
    let mut log = open(&path, settings(20_000));
    for n in 0..2_000 {
        log.event(stopped(T0 + n));
    }
    log.close();
    let files = all(&path);
    assert!(files.len() > 5, "{}", files.len());
    let mut numbers = Vec::new();
    for (name, text) in &files {
        assert!(text.len() <= 20_000, "{name} has {}", text.len());
        assert!(text.ends_with('\n'), "{name}");
        let own = text.lines().filter(|line| !line.contains("log_evt=rotated"));
        numbers.extend(own.map(|line| line.rsplit("ln=").next().unwrap().parse::<u64>().unwrap()));
    }
    assert!(numbers.into_iter().eq(1..=2_001), "every line once, in order, across the files");
    assert!(files.iter().any(|(name, _)| name.ends_with(".gz")), "compressed");
}

#[test]
fn a_new_day_begins_a_new_file() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("bot.log");
    let mut log = open(&path, settings(1 << 20));
    // The day of the lines counts, which are those of the venue's time.
    for day in 0..3 {
        log.event(stopped(T0 + day * DAY_MS));
        log.event(stopped(T0 + day * DAY_MS + 1));
    }
    eventually("three files", || all(&path).len() >= 3);
    drop(log);
    let files = all(&path);
    assert!(files[0].0.starts_with("bot.log.20251105T104107000Z"), "{:?}", files[0].0);
    assert!(files[0].1.contains("2025-11-04T") && !files[0].1.contains("2025-11-05T10"));
}

#[test]
fn old_files_go_by_age_and_by_budget_and_others_are_left_alone() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("bot.log");
    let put =
        |name: &str, len: usize| std::fs::write(dir.path().join(name), vec![b'x'; len]).unwrap();
    put("bot.log.20010101T000000000Z.gz", 10);
    put("bot.log.20990101T000000000Z.gz", 600);
    put("bot.log.20990102T000000000Z", 600);
    put("bot.log.notes", 5_000);
    put("other.log.20010101T000000000Z", 5_000);
    let limits =
        LogSettings { file: None, rotate: 500, keep_days: 30, budget: 1_500, alive_sec: 1 };
    let mut log = open(&path, limits);
    log.close();
    let names: Vec<String> = all(&path).into_iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        [
            "bot.log.20990102T000000000Z",
            "bot.log.notes",
            "other.log.20010101T000000000Z",
            "bot.log"
        ]
    );
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(
        text.contains("log_evt=removed") && text.contains("why=age") && text.contains("why=budget")
    );
}

#[test]
fn a_file_that_somebody_moves_away_is_begun_anew_under_its_name() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("bot.log");
    let mut log = open(&path, settings(1 << 20));
    log.line(&"stream_evt=up");
    eventually("the first line", || std::fs::read_to_string(&path).unwrap().contains("stream_evt"));
    std::fs::rename(&path, dir.path().join("moved")).unwrap();
    eventually("a new file", || {
        log.line(&"log_evt=alive");
        path.exists()
    });
    log.close();
    assert!(std::fs::read_to_string(&path).unwrap().contains("log_evt=close"));
}

#[test]
fn a_line_that_a_crash_left_unfinished_is_not_continued() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("bot.log");
    std::fs::write(&path, "quant_evt=submit ts=2025").unwrap();
    let mut log = open(&path, settings(1 << 20));
    log.close();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("quant_evt=submit ts=2025\nlog_evt=close ts="), "{text}");
}

#[test]
fn a_full_disk_is_told_costs_the_loop_nothing_and_what_is_lost_is_counted() {
    let mut log = open(Path::new("/dev/full"), settings(1 << 20));
    log.line(&"stream_evt=up");
    eventually("it is told", || log.refuses());
    #[expect(clippy::disallowed_methods, reason = "a test measures")]
    let begin = Instant::now();
    for n in 0..40_000 {
        log.event(stopped(T0 + n));
    }
    assert!(begin.elapsed() < Duration::from_secs(2), "the loop waited: {:?}", begin.elapsed());
    log.close();
    let why = log.broken().unwrap();
    assert!(why.contains("No space left") && why.contains(" dropped"), "{why}");
}

#[test]
fn lines_wait_for_a_disk_that_comes_back() {
    // A path whose file cannot be written any more, until it can: a link to /dev/full.
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("bot.log");
    std::os::unix::fs::symlink("/dev/full", &path).unwrap();
    let mut log = open(&path, settings(1 << 20));
    for n in 0..500 {
        log.event(stopped(T0 + n));
    }
    eventually("it is told", || log.refuses());
    std::fs::remove_file(&path).unwrap();
    eventually("it has room again", || !log.refuses());
    log.line(&"stream_evt=up");
    log.close();
    assert_eq!(log.broken(), None, "nothing is missing");
    let text = std::fs::read_to_string(&path).unwrap();
    let count = text.lines().filter(|line| line.starts_with("halt_evt=stopped ")).count();
    assert_eq!(count, 500, "each once");
    assert!(text.contains("log_evt=ok") && text.contains("dropped=0"), "{text}");
}
