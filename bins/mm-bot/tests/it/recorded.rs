//! A run on the embedded exchange, replayed from its journal, and one of its orders explained.

use std::path::PathBuf;

use serde_json::Value;

use crate::bot::{Bot, Done};

/// Some seconds of quoting in a state directory, and its log.
fn run() -> (Bot, Value, String) {
    let bot = Bot::new();
    let args = "run --for 8s --seed 7 --json --set state.dir=state --set journal.rotate_mb=1";
    let done = bot.run(&args.split(' ').collect::<Vec<_>>());
    assert_eq!(done.code, 0, "{done:?}");
    (bot, done.json(), done.stderr)
}

fn journal(bot: &Bot) -> PathBuf {
    let all = std::fs::read_dir(bot.path().join("state")).unwrap();
    let mut dirs = all.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let dir = dirs.next().unwrap();
    assert!(dir.to_str().unwrap().ends_with(".decisions") && dirs.next().is_none());
    dir
}

fn call(bot: &Bot, args: &[&str]) -> Done {
    bot.run(args)
}

/// The value of a key in a line of the log.
fn value<'a>(line: &'a str, key: &str) -> &'a str {
    let at = line.find(&format!(" {key}=")).unwrap_or_else(|| panic!("no {key}: {line}"));
    line[at + key.len() + 2..].split(' ').next().unwrap()
}

#[test]
fn what_a_run_recorded_replays_to_the_byte_and_explains_its_orders() {
    let (bot, summary, log) = run();
    let dir = journal(&bot);
    let dir = dir.to_str().unwrap();

    let replay = call(&bot, &["replay", dir, "--json"]);
    assert_eq!(replay.code, 0, "{replay:?}");
    let document = replay.json();
    assert_eq!(document["identical"], true, "{document}");
    let one = &document["runs"][0];
    assert_eq!(one["end"], "closed", "{document}");
    assert!(one["run_ms"].as_u64().unwrap() > 7_000, "{document}");
    assert!(one["entries"].as_u64().unwrap() > 300, "{document}");
    assert!(one["times_real_time"].as_u64().is_none_or(|times| times >= 200), "{document}");
    let text = call(&bot, &["replay", dir]);
    assert!(text.stdout.ends_with("result: identical\n"), "{text:?}");

    // Each attempt of the log can be explained by either name, and is counted once.
    let attempts: Vec<&str> =
        log.lines().filter(|line| line.starts_with("quant_evt=attempt ")).collect();
    assert_eq!(attempts.len() as u64, summary["total"]["attempts"].as_u64().unwrap());
    let fill = log.lines().find(|line| line.starts_with("fill_evt=maker ")).expect("a fill");
    let cloid = value(fill, "cloid");
    let attempt = attempts.iter().find(|line| value(line, "cloid") == cloid).unwrap();
    explains(&bot, dir, attempt, fill);
}

fn explains(bot: &Bot, dir: &str, attempt: &str, fill: &str) {
    let cloid = value(attempt, "cloid");
    let done = call(bot, &["explain", cloid, "--journal", dir, "--json"]);
    assert_eq!(done.code, 0, "{done:?}");
    let life = done.json();
    assert_eq!(life["cloid"], cloid);
    assert_eq!(life["oid"].as_u64().unwrap().to_string(), value(fill, "oid"), "{life}");
    assert_eq!(life["pair"], value(attempt, "pair"));
    let decision = &life["decision"];
    let rules = decision["gate"].as_array().unwrap();
    assert_eq!(rules.len(), 12, "{life}");
    assert!(rules.iter().all(|rule| rule["passed"] == true), "{life}");
    assert!(decision["knew"]["oracle"].is_string() && decision["knew"]["fair"].is_string());
    // What was signed carries the order's name, its nonce and its expiry, and no key.
    let wire = &decision["wire"];
    assert!(wire["action"].to_string().contains(cloid), "{life}");
    assert_eq!(wire["nonce"], life["nonce"]);
    assert!(wire["nonce"].is_u64() && wire["expiresAfter"].is_u64(), "{life}");
    // The line of the log is among what the engine said, and the fill has markouts.
    let said = life["said"].as_array().unwrap();
    let bare = |line: &str| line.split(" run=").next().unwrap().to_owned();
    assert!(said.iter().any(|it| it["line"] == bare(attempt)), "{life}");
    let fills = life["fills"].as_array().unwrap();
    assert!(fills.iter().any(|it| it["tid"].as_u64().unwrap().to_string() == value(fill, "tid")));
    assert_eq!(fills[0]["markouts"].as_array().unwrap().len(), 4);

    // By the venue's number, from the configured place, as text.
    let oid = value(fill, "oid");
    let done = call(bot, &["explain", oid, "--set", "state.dir=state"]);
    assert_eq!(done.code, 0, "{done:?}");
    for part in [cloid, "\nknown:\n", "\nmodel: spread\n", "\ngate:\n", "\nwire:\n", "\nfills: "] {
        assert!(done.stdout.contains(part), "{part}: {}", done.stdout);
    }
}

#[test]
fn a_journal_that_was_changed_or_cut_is_found_and_nothing_is_made_up() {
    let (bot, _, _) = run();
    let dir = journal(&bot);
    let path = std::fs::read_dir(&dir).unwrap().next().unwrap().unwrap().path();
    let bytes = std::fs::read(&path).unwrap();
    let shown = path.to_str().unwrap();

    std::fs::write(&path, &bytes[..bytes.len() - 60]).unwrap();
    let done = call(&bot, &["replay", shown]);
    assert_eq!(done.code, 8, "{done:?}");
    assert!(done.stdout.contains("end: torn in the block at byte"), "{done:?}");

    let mut flipped = bytes.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    std::fs::write(&path, &flipped).unwrap();
    let done = call(&bot, &["replay", shown, "--json"]);
    assert_eq!((done.code, &done.json()["identical"]), (8, &Value::Bool(false)), "{done:?}");
    let end = done.json()["runs"][0]["end"].as_str().unwrap().to_owned();
    assert!(end.contains("damaged in the block at byte") && end.contains("checksum"), "{end}");

    std::fs::write(&path, &bytes).unwrap();
    let none = call(&bot, &["explain", "0x6d6d686c000000000000000000000001", "--journal", shown]);
    assert_eq!(none.code, 1, "{none:?}");
    assert!(none.stderr.contains("hint: "), "{none:?}");
    let word = call(&bot, &["explain", "everything", "--journal", shown]);
    assert_eq!(word.code, 1, "{word:?}");
    let empty = call(&bot, &["replay", "nowhere"]);
    assert_eq!(empty.code, 1, "{empty:?}");
}

#[test]
fn a_run_without_a_journal_records_nothing_and_a_full_disk_stops_the_start() {
    let bot = Bot::new();
    let args = "run --for 2s --seed 7 --json --set state.dir=state --set journal.record=false";
    let done = bot.run(&args.split(' ').collect::<Vec<_>>());
    assert_eq!(done.code, 0, "{done:?}");
    let mut names = std::fs::read_dir(bot.path().join("state")).unwrap();
    assert!(names.all(|entry| entry.unwrap().path().is_file()));
    let done = bot.run(&["run", "--for", "2s", "--set", "journal.dir=/dev/null/x"]);
    assert_eq!(done.code, 3, "{done:?}");
    assert!(done.stderr.contains("journal.dir names another directory"), "{done:?}");
}
