//! `mm-bot report` over logs of this bot, of the old system, and behind a Loki.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::bot::Bot;

/// 2025-11-04T10:41:07Z.
const T0: u64 = 1_762_252_867_000;

fn grep(files: &str, pattern: &str, dir: &Path) -> u64 {
    let script = format!("zcat -f {files} | grep -c -- '{pattern}'");
    let output = Command::new("sh").args(["-c", &script]).current_dir(dir).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().parse().unwrap()
}

#[test]
fn a_report_on_a_run_equals_its_summary_and_what_grep_counts() {
    let bot = Bot::new();
    // A small file, so that the run puts several aside.
    let config = "[log]\nrotate_mb = 1\nalive_sec = 1\n";
    std::fs::write(bot.path().join("mm-bot.toml"), config).unwrap();
    let args = ["run", "--for", "6s", "--seed", "7", "--json", "--log-file", "bot.log"];
    let ran = bot.run(&args);
    let total = ran.json()["total"].clone();
    let done = bot.run(&["report", "--since", "all", "--log", "bot.log", "--json"]);
    assert_eq!(done.code, 0, "{done:?}");
    let report = done.json();
    assert_eq!(report["ok"], true, "{report}");
    for key in ["attempts", "accepted", "never_sent", "not_placed", "rejected", "maker_fills"] {
        let summary = match key {
            "not_placed" => "not_found",
            key => key,
        };
        assert_eq!(report["total"][key], total[summary], "{key}");
    }
    assert!(report["total"]["attempts"].as_u64().unwrap() > 0);
    for event in ["quant_evt=attempt", "quant_evt=submit", "cancel_evt=ok", "log_evt=alive"] {
        assert_eq!(
            report["events"][event],
            grep("bot.log*", &format!("^{event} "), bot.path()),
            "{event}"
        );
    }
    assert_eq!(report["lines"]["read"], grep("bot.log*", "", bot.path()));
    // The window of a day is mostly not covered, and that is no success.
    let day = bot.run(&["report", "--log", "bot.log"]);
    assert_eq!(day.code, 8, "{day:?}");
    let attempts = report["total"]["attempts"].as_u64().unwrap();
    assert!(
        day.stdout.starts_with("E_TICK_total_last_24h=0\nE_TICK_by_pair_last_24h: "),
        "{day:?}"
    );
    assert!(day.stdout.contains(&format!("\nattempts_last_24h={attempts}\n")), "{day:?}");
    assert!(day.stdout.contains("doubt_last_24h: less than 99 %"), "{day:?}");
}

#[test]
fn a_line_that_is_taken_out_of_a_log_is_noticed() {
    let bot = Bot::new();
    let args = ["run", "--for", "3s", "--seed", "7", "--markets", "SOL", "--log-file", "bot.log"];
    assert_eq!(bot.run(&args).code, 0);
    let path = bot.path().join("bot.log");
    let log = std::fs::read_to_string(&path).unwrap();
    let at = log.find("quant_evt=submit").unwrap();
    let end = at + log[at..].find('\n').unwrap() + 1;
    std::fs::write(&path, format!("{}{}", &log[..at], &log[end..])).unwrap();
    let done = bot.run(&["report", "--since", "all", "--log", "bot.log"]);
    assert_eq!(done.code, 8, "{done:?}");
    assert!(done.stdout.contains("doubt_all: 1 lines that were written are missing"), "{done:?}");
    assert!(done.stdout.contains("unknown_all=1\n"), "its attempt has no end: {done:?}");
}

fn old_log() -> Option<PathBuf> {
    let shared = std::env::var_os("HL_SHARED").map(PathBuf::from);
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let places = [shared.unwrap_or_else(beside), PathBuf::from("/work/shared")];
    places.iter().map(|place| place.join("data/origin/bot.log.gz")).find(|path| path.exists())
}

#[test]
fn the_old_systems_log_reconciles_with_grep() {
    let Some(path) = old_log() else {
        eprintln!("skipped: the old log is not here; HL_SHARED names its directory");
        return;
    };
    let bot = Bot::new();
    let file = path.to_str().unwrap();
    let done = bot.run(&["report", "--since", "all", "--log", file, "--json"]);
    let report = done.json();
    let count = |pattern: &str| grep(file, pattern, bot.path());
    let total = &report["total"];
    assert_eq!(total["attempts"], count("^quant_evt=attempt "));
    assert_eq!(total["accepted"], count("^quant_evt=submit .* ok=1"));
    assert_eq!(total["rejected"]["E_TICK"], count("^quant_evt=submit .* err=tick_size\\( \\|$\\)"));
    assert_eq!(total["rejected"]["E_TICK_SUPP"], count("err=tick_size_auto_suppressed"));
    assert_eq!(total["below_min"], count("quant_evt=below_min"));
    assert_eq!(report["pairs"]["SOL"]["attempts"], count("^quant_evt=attempt .*pair=SOL "));
    assert_eq!(report["lines"]["read"], count(""));
    assert!(
        total["unknown"].as_u64().unwrap() > 1_000,
        "most of its attempts have no end: {total}"
    );
    assert_eq!(report["lines"]["bad"], json!({}));
    // As of its last line, a window of an hour.
    let hour = bot.run(&["report", "--since", "1h", "--until", "last", "--log", file]);
    assert!(hour.stdout.contains("attempts_by_pair_last_1h: ASTER="), "{hour:?}");
}

#[test]
fn files_put_aside_by_others_and_broken_ones_are_read_as_far_as_they_go() {
    let bot = Bot::new();
    let line = |n: u64| {
        let at = T0 + n * 1_000;
        format!("quant_evt=attempt ts=x tms={at} seq={n} pair=SOL run=0000002a ln={n}\n")
    };
    let gz = |text: &str| {
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gz.write_all(text.as_bytes()).unwrap();
        gz.finish().unwrap()
    };
    let put = |name: &str, bytes: &[u8]| std::fs::write(bot.path().join(name), bytes).unwrap();
    let all: Vec<String> = (1..=40).map(line).collect();
    put("bot.log", all[30..].concat().as_bytes());
    put("bot.log.1", all[20..30].concat().as_bytes());
    put("bot.log.2.gz", &gz(&all[10..20].concat()));
    put("bot.log-20251103.gz", &gz(&all[..10].concat()));
    // A crash between the compressing and the removal: the same lines twice.
    put("bot.log.2", all[10..20].concat().as_bytes());
    put("bot.log.bak", b"quant_evt=attempt ts=x tms=1 seq=1 pair=SOL run=0000002a ln=1\n");
    let args = ["report", "--since", "all", "--log", "bot.log", "--json"];
    let done = bot.run(&args);
    let report = done.json();
    assert_eq!(report["total"]["attempts"], 40, "{report}");
    assert_eq!((&report["lines"]["missing"], &report["strays"]), (&json!(0), &json!(0)));
    // A file that breaks off.
    let whole = gz(&all[10..20].concat());
    std::fs::remove_file(bot.path().join("bot.log.2")).unwrap();
    put("bot.log.2.gz", &whole[..whole.len() - 12]);
    let done = bot.run(&args);
    assert_eq!(done.code, 8, "{done:?}");
    assert!(done.json()["broken"][0].as_str().unwrap().contains("ends early"), "{done:?}");
    let none = bot.run(&["report", "--log", "nowhere.log"]);
    assert_eq!(none.code, 3, "{none:?}");
    let unnamed = bot.run(&["report"]);
    assert!(unnamed.stderr.contains("hint: mm-bot report --log bot.log"), "{unnamed:?}");
}

/// Answers as Loki does: only lines within the asked nanoseconds, at most `limit`, and refuses what
/// the real one refuses.
fn stand_in(lines: Vec<(u64, String)>) -> (String, std::sync::mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (said, heard) = std::sync::mpsc::channel();
    let serve = move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = String::new();
            BufReader::new(stream.try_clone().unwrap()).read_line(&mut request).unwrap();
            let _ = said.send(request.clone());
            let path = request.split(' ').nth(1).unwrap().to_owned();
            let field = |key: &str| {
                let value = path.split(['?', '&']).find_map(|pair| pair.strip_prefix(key));
                value.unwrap_or_default().to_owned()
            };
            let (start, end, limit) = (field("start="), field("end="), field("limit="));
            let good = path.starts_with("/loki/api/v1/query_range?")
                // Thirteen digits would be read as nanoseconds of 1970.
                && start.len() == 19
                && end.len() == 19
                && field("direction=") == "forward"
                && field("query=").starts_with("%7Bjob%3D%22mm-bot%22%7D%20%7C~%20%60quant_evt%3D%7C");
            let answer = if good {
                let (start, end): (u64, u64) = (start.parse().unwrap(), end.parse().unwrap());
                let limit: usize = limit.parse().unwrap();
                let inside = |(at, _): &&(u64, String)| *at >= start && *at < end;
                let page: Vec<_> = lines.iter().filter(inside).take(limit).collect();
                // Two sets of labels, each in its own order.
                let side = |odd: bool| -> Vec<Value> {
                    let own = page.iter().filter(|(at, _)| (at / 1_000_000) % 2 == u64::from(odd));
                    own.map(|(at, line)| json!([at.to_string(), line])).collect()
                };
                let stream = |odd| json!({ "stream": { "job": "mm-bot" }, "values": side(odd) });
                let result = [stream(false), stream(true)];
                json!({ "status": "success", "data": { "resultType": "streams", "result": result } })
                    .to_string()
            } else {
                "parse error : queries require at least one regexp or equality matcher".to_owned()
            };
            let status = if good { "200 OK" } else { "400 Bad Request" };
            // In two chunks, as a server does that does not know the length.
            let (a, b) = answer.split_at(answer.len() / 2);
            let head = format!("HTTP/1.1 {status}\r\nTransfer-Encoding: chunked\r\n\r\n");
            let body = format!("{:x}\r\n{a}\r\n{:x}\r\n{b}\r\n0\r\n\r\n", a.len(), b.len());
            let _ = stream.write_all(format!("{head}{body}").as_bytes());
        }
    };
    std::thread::Builder::new().spawn(serve).unwrap();
    (url, heard)
}

#[test]
fn loki_is_asked_in_nanoseconds_with_its_labels_and_page_by_page() {
    // Twelve thousand attempts, several in each millisecond, over a day that is covered.
    let mut lines = Vec::new();
    for n in 0..12_000_u64 {
        let at = T0 + n / 2 * 14_400;
        let line = format!("quant_evt=attempt ts=x tms={at} seq={n} pair=SOL run=0000002a ln={n}");
        lines.push((at * 1_000_000, line));
    }
    let (url, heard) = stand_in(lines);
    let until = "2025-11-05T10:41:07.000Z";
    let bot = Bot::new();
    let day = ["report", "--loki", &url, "--since", "12h", "--until", until, "--json"];
    let done = bot.run(&day);
    let report = done.json();
    // The second half of the day.
    assert_eq!(report["total"]["attempts"], 6_000, "{report}");
    assert_eq!(report["coverage_ppm"], 1_000_000, "{report}");
    let asked: Vec<String> = heard.try_iter().collect();
    assert_eq!(asked.len(), 2, "{asked:?}");
    assert!(asked[0].contains("start=1762296067000000000&end=1762339267001000000&"), "{asked:?}");
    let bad = bot.run(&["report", "--loki", &url, "--selector", "{}"]);
    assert_eq!(bad.code, 3, "{bad:?}");
    let refused = bot.run(&["report", "--loki", &url, "--selector", "{app=\"other\"}"]);
    assert_eq!(refused.code, 5, "{refused:?}");
    assert!(refused.stderr.contains("400 Bad Request"), "{refused:?}");
    let nobody = bot.run(&["report", "--loki", "http://127.0.0.1:9"]);
    assert_eq!(nobody.code, 5, "{nobody:?}");
}
