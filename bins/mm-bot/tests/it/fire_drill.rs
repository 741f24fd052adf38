//! The fire drill: whole, and with each of its steps broken.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use crate::bot::{Bot, Done};

const STEPS: [&str; 10] = [
    "bot",
    "log",
    "metrics",
    "refusal",
    "rule",
    "message",
    "halt",
    "cancel-all",
    "stop",
    "journal",
];

fn verdicts(done: &Done) -> Vec<(String, String)> {
    let text = |row: &Value, key: &str| row["step"][key].as_str().unwrap().to_owned();
    let steps = done.json()["steps"].as_array().unwrap().clone();
    steps.iter().map(|row| (text(row, "matter"), text(row, "verdict"))).collect()
}

fn verdict<'a>(of: &'a [(String, String)], matter: &str) -> &'a str {
    of.iter().find(|(name, _)| name == matter).map_or("missing", |(_, verdict)| verdict)
}

#[test]
fn a_drill_of_a_healthy_bot_sees_every_step_within_half_a_minute() {
    let done = Bot::new().run(&["fire-drill", "--json"]);
    assert_eq!(done.code, 0, "{done:?}");
    let found = verdicts(&done);
    for step in STEPS {
        assert_eq!(verdict(&found, step), "ok", "{step}: {done:?}");
    }
    assert!(done.json()["ms"].as_u64().unwrap() < 30_000, "{done:?}");
}

/// Five at a time: each is mostly waiting, and runs a bot and an exchange.
#[test]
fn every_step_that_is_broken_is_noticed() {
    for some in STEPS.chunks(5) {
        std::thread::scope(|scope| {
            let drill = |step| move || Bot::new().run(&["fire-drill", "--json", "--break", step]);
            let drills: Vec<_> =
                some.iter().map(|step| (step, scope.spawn(drill(*step)))).collect();
            for (step, drill) in drills {
                let done = drill.join().unwrap();
                assert_eq!(done.code, 1, "{step}: {done:?}");
                let found = verdicts(&done);
                let first = found.iter().find(|(_, verdict)| verdict == "wrong");
                assert_eq!(first.map(|(name, _)| name.as_str()), Some(*step), "{done:?}");
            }
        });
    }
}

/// Answers each request with what `answer` says to its first line.
fn server(answer: impl Fn(&str) -> (u16, Value) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let serve = move || {
        for stream in listener.incoming() {
            let mut reader = BufReader::new(stream.unwrap());
            let (mut first, mut length) = (String::new(), 0);
            reader.read_line(&mut first).unwrap();
            loop {
                let mut line = String::new();
                if reader.read_line(&mut line).unwrap() == 0 || line == "\r\n" {
                    break;
                }
                if let Some(n) = line.to_lowercase().strip_prefix("content-length:") {
                    length = n.trim().parse().unwrap();
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            let (status, body) = answer(&format!("{first}{}", String::from_utf8_lossy(&body)));
            let body = body.to_string();
            let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n", body.len());
            let answer = format!("{head}Connection: close\r\n\r\n{body}");
            reader.get_mut().write_all(answer.as_bytes()).unwrap();
        }
    };
    let _server = std::thread::Builder::new().spawn(serve).unwrap();
    url
}

/// A Prometheus that has every rule of the file but `without`.
fn prometheus(without: &'static str) -> String {
    server(move |request| {
        let rules = include_str!("../../ops/prometheus/mm-bot-alerts.yaml");
        let names = rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: "));
        let rules: Vec<Value> = names
            .filter(|name| *name != without)
            .map(|name| json!({"name": name, "health": "ok"}))
            .collect();
        let data = if request.starts_with("GET /api/v1/rules ") {
            json!({"groups": [{"rules": rules}]})
        } else {
            json!({"activeTargets": [{"labels": {"job": "mm-bot"}, "health": "down"}]})
        };
        (200, json!({"status": "success", "data": data}))
    })
}

#[test]
fn what_is_configured_is_tried_and_what_is_broken_there_is_named() {
    let whole = |hook: &str, prometheus: &str| {
        let bot = Bot::new().file("url", hook).env("MM_MESSAGES_URL_FILE", "url");
        let path = bot.path().join("url");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        let bot = bot.env("MM_LOG_FILE", "events.log");
        let done = bot.run(&["fire-drill", "--json", "--prometheus", prometheus]);
        let log = std::fs::read_to_string(bot.path().join("events.log")).unwrap();
        assert!(log.starts_with("log_evt=drill ts="), "{log}");
        done
    };
    let taken = server(|_| (204, json!({})));
    let done = whole(&format!("{taken}/hook/of/somebody"), &prometheus("none"));
    let found = verdicts(&done);
    assert_eq!(done.code, 0, "{done:?}");
    for matter in ["log file", "receiver", "prometheus"] {
        assert_eq!(verdict(&found, matter), "ok", "{done:?}");
    }
    let refused = server(|_| (403, json!({})));
    let done = whole(&format!("{refused}/hook/of/somebody"), &prometheus("MmTick"));
    let found = verdicts(&done);
    assert_eq!(done.code, 1, "{done:?}");
    assert_eq!((verdict(&found, "receiver"), verdict(&found, "prometheus")), ("wrong", "wrong"));
    assert!(done.stdout.contains("rule MmTick is not loaded"), "{done:?}");
    assert!(!format!("{done:?}").contains("somebody"), "the address is a secret");
}
