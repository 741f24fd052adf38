//! The dashboard of a running bot, as a browser and as a stranger would ask it.
#![allow(clippy::disallowed_methods, reason = "real processes take real time")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::bot::Bot;

/// A running bot with a dashboard.
struct Running {
    _bot: Bot,
    child: Child,
    address: String,
}

const TOKEN: &str = "correct-horse-battery-staple";

impl Running {
    /// With more options, on whatever port is free.
    fn start(options: &[&str]) -> Self {
        let bot = Bot::new();
        let token = bot.path().join("token");
        std::fs::write(&token, format!("{TOKEN}\n")).unwrap();
        std::fs::set_permissions(&token, std::fs::Permissions::from_mode(0o600)).unwrap();
        let mut args =
            vec!["run", "--seed", "7", "--json", "--set", "dashboard.listen=127.0.0.1:0"];
        args.extend(options);
        let mut child = bot.command(&args).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        let line = lines.find(|line| line.starts_with("dashboard_evt=listening")).unwrap();
        let _reader = std::thread::Builder::new().spawn(move || lines.for_each(drop)).unwrap();
        let url = line.split(' ').find_map(|word| word.strip_prefix("url=http://")).unwrap();
        let address = url.trim_end_matches('/').to_owned();
        Self { _bot: bot, child, address }
    }

    /// One question, with what `head` adds: the status, the head and the body of the answer.
    fn ask(&self, line: &str, head: &str, body: &str) -> (u16, String, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let host = if head.contains("Host:") {
            String::new()
        } else {
            format!("Host: {}\r\n", self.address)
        };
        let length = body.len();
        write!(
            stream,
            "{line} HTTP/1.1\r\n{host}{head}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        )
        .unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, head.to_owned(), body.to_owned())
    }

    fn get(&self, path: &str) -> (u16, String) {
        let (status, _, body) = self.ask(&format!("GET {path}"), "", "");
        (status, body)
    }

    fn snapshot(&self) -> Value {
        let (status, body) = self.get("/api/snapshot");
        assert_eq!(status, 200, "{body}");
        serde_json::from_str(&body).unwrap()
    }

    /// Looks until something is so.
    fn until(&self, what: &str, is: impl Fn(&Value) -> bool) -> Value {
        let end = Instant::now() + Duration::from_secs(30);
        loop {
            let seen = self.snapshot();
            if is(&seen) {
                return seen;
            }
            assert!(Instant::now() < end, "{what}: {seen}");
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    fn control(&self, body: &Value, token: &str) -> (u16, Value) {
        let head = format!("Authorization: Bearer {token}\r\nContent-Type: application/json\r\n");
        let (status, _, body) = self.ask("POST /api/control", &head, &body.to_string());
        (status, serde_json::from_str(&body).unwrap_or(Value::String(body)))
    }

    /// Waits for the end: the summary and the exit code.
    fn end(mut self) -> (Value, i32) {
        let mut stdout = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
        let code = self.child.wait().unwrap().code().unwrap();
        (serde_json::from_str(&stdout).unwrap(), code)
    }

    fn stop(self) -> (Value, i32) {
        let id = self.child.id().to_string();
        std::process::Command::new("kill").args(["-TERM", &id]).status().unwrap();
        self.end()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // A test that failed leaves no bot behind.
        let _ = self.child.kill();
    }
}

/// The messages of a stream as they come: event and data.
struct Messages(BufReader<TcpStream>);

impl Messages {
    fn of(address: &str) -> Self {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        write!(stream, "GET /api/stream HTTP/1.1\r\nHost: {address}\r\n\r\n").unwrap();
        Self(BufReader::new(stream))
    }

    /// The next one; the sizes of chunks between the lines are passed over.
    fn next(&mut self) -> Option<(String, Value)> {
        let mut event = String::new();
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line).unwrap() == 0 {
                return None;
            }
            if let Some(name) = line.trim_end().strip_prefix("event: ") {
                event = name.to_owned();
            } else if let Some(data) = line.strip_prefix("data: ") {
                return Some((event, serde_json::from_str(data).unwrap()));
            }
        }
    }
}

/// RFC 7386.
fn apply(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    let members = target.as_object_mut().unwrap();
    for (key, value) in patch {
        if value.is_null() {
            members.remove(key);
        } else {
            apply(members.entry(key.clone()).or_insert(Value::Null), value);
        }
    }
}

#[test]
fn the_document_counts_what_the_summary_counts() {
    let running = Running::start(&["--for", "14s", "--set", "metrics.listen="]);
    let seen = running.until("fills", |seen| {
        seen["counts"]["maker_fills"].as_u64().unwrap() > 0
            && seen["markets"].as_object().unwrap().values().all(|m| m.get("why").is_none())
    });
    assert_eq!((&seen["version"], &seen["source"]), (&json!(1), &json!("live")));
    assert_eq!(seen["run"]["controls"], false);
    assert_eq!(seen["safety"]["grade"], "normal");
    let fills = seen["fills"].as_object().unwrap();
    assert_eq!(fills.len() as u64, seen["counts"]["maker_fills"].as_u64().unwrap());
    for (pair, market) in seen["markets"].as_object().unwrap() {
        let of = fills.values().filter(|fill| fill["pair"] == *pair);
        assert_eq!(of.count() as u64, market["counts"]["maker_fills"].as_u64().unwrap());
        // The last fill says what is held, and the position is that.
        let last = fills.values().filter(|fill| fill["pair"] == *pair);
        if let Some(last) = last.max_by_key(|fill| fill["at"].as_u64()) {
            assert_eq!(last["position"], market["position"], "{pair}");
        }
    }
    let resting = |market: &Value| !market["orders"].as_object().unwrap().is_empty();
    assert!(seen["markets"].as_object().unwrap().values().any(resting), "{seen}");
    let (status, head, page) = running.ask("GET /", "", "");
    assert_eq!(status, 200);
    assert!(
        head.contains("content-security-policy: default-src 'none'; script-src 'self';"),
        "{head}"
    );
    assert!(page.starts_with("<!doctype html>") && !page.contains("://"), "{page}");
    assert_eq!(running.get("/none").0, 404);
    let (end, code) = running.end();
    assert_eq!((code, &end["equal"]), (0, &json!(true)), "{end}");
    for key in ["attempts", "accepted", "maker_fills", "canceled"] {
        let (then, whole) = (seen["counts"][key].as_u64(), end["total"][key].as_u64());
        assert!(then > Some(0) && then <= whole, "{key}: {then:?} of {whole:?}");
    }
}

#[test]
fn the_stream_begins_with_the_document_and_its_changes_keep_it_so() {
    let running = Running::start(&["--for", "25s"]);
    let mut messages = Messages::of(&running.address);
    let (event, mut document) = messages.next().unwrap();
    assert_eq!(event, "snapshot");
    let begun = Instant::now();
    let mut count = 0;
    while begun.elapsed() < Duration::from_secs(8) {
        let (event, patch) = messages.next().unwrap();
        assert_eq!(event, "patch", "{patch}");
        apply(&mut document, &patch);
        count += 1;
    }
    assert!((8..=40).contains(&count), "{count} changes in 8 s: four a second at most");
    assert!(document["counts"]["attempts"].as_u64().unwrap() > 0);
    // A document that is fetched now is what the changes have made, moment by moment.
    let whole = running.snapshot();
    let at = whole["at"].as_u64().unwrap();
    while document["at"].as_u64().unwrap() < at {
        let (_, patch) = messages.next().unwrap();
        apply(&mut document, &patch);
    }
    for key in ["run", "version", "source"] {
        assert_eq!(document[key], whole[key], "{key}");
    }
    let lines = |seen: &Value| seen["log"].as_object().unwrap().len();
    assert!(lines(&document) >= lines(&whole), "{} {}", lines(&document), lines(&whole));
    for (number, line) in whole["log"].as_object().unwrap() {
        assert_eq!(&document["log"][number], line);
    }
    for (second, point) in whole["series"]["account"]["fine"].as_object().unwrap() {
        assert_eq!(&document["series"]["account"]["fine"][second], point);
    }
    let (end, code) = running.end();
    assert_eq!(code, 0, "{end}");
}

#[test]
fn nobody_is_answered_who_calls_it_by_another_name_or_from_another_page() {
    let running = Running::start(&["--for", "20s"]);
    let port = running.address.rsplit(':').next().unwrap().to_owned();
    for head in [
        format!("Host: evil.example:{port}\r\n"),
        "Host: evil.example\r\n".to_owned(),
        "Host: 127.0.0.1.evil.example\r\n".to_owned(),
        format!("Host: {}\r\nOrigin: http://evil.example\r\n", running.address),
        format!("Host: {}\r\nSec-Fetch-Site: cross-site\r\n", running.address),
    ] {
        for path in ["GET /api/snapshot", "GET /api/stream", "POST /api/control"] {
            let (status, _, body) = running.ask(path, &head, "");
            assert_eq!(status, 403, "{path} {head}");
            assert!(!body.contains("profit") && body.starts_with("not "), "{body}");
        }
    }
    let (status, _, _) =
        running.ask("GET /api/snapshot", &format!("Host: localhost:{port}\r\n"), "");
    assert_eq!(status, 200);
    running.stop();
}

#[test]
fn without_a_token_it_is_read_only() {
    let running = Running::start(&["--for", "20s"]);
    for token in ["", TOKEN, "guess"] {
        let (status, told) = running.control(&json!({"do": "halt", "confirm": "halt"}), token);
        assert_eq!(status, 403, "{told}");
    }
    assert!(running.snapshot()["safety"].get("halted").is_none());
    running.stop();
}

#[test]
fn with_the_token_and_only_with_it_the_bot_halts_and_resumes() {
    let running = Running::start(&["--for", "60s", "--set", "dashboard.token_file=token"]);
    running.until("quoting", |seen| seen["counts"]["accepted"].as_u64().unwrap() >= 10);
    let halt = json!({"do": "halt", "confirm": "halt", "reason": "a test"});
    for wrong in ["", "correct-horse-battery-stapl", "correct-horse-battery-staple-"] {
        assert_eq!(running.control(&halt, wrong).0, 401, "{wrong}");
    }
    for (body, why) in [
        (json!({"do": "halt"}), "confirm"),
        (json!({"do": "halt", "confirm": "resume"}), "not confirmed"),
        (json!({"do": "sell", "confirm": "sell"}), "sell"),
        (json!({"do": "halt", "confirm": "halt", "more": 1}), "more"),
    ] {
        let (status, told) = running.control(&body, TOKEN);
        assert!(status == 400 && told["error"].as_str().unwrap().contains(why), "{told}");
    }
    assert!(running.snapshot()["safety"].get("halted").is_none());

    assert_eq!(running.control(&halt, TOKEN), (200, json!({"done": "halt"})));
    let seen = running.until("no order left", |seen| {
        seen["markets"].as_object().unwrap().values().all(|m| m["orders"] == json!({}))
    });
    assert_eq!(seen["safety"]["halted"]["reason"], "operator");
    assert_eq!(seen["alerts"]["halted"]["severity"], "page");
    let log = seen["log"].as_object().unwrap();
    let has = |text: &str| log.values().any(|line| line["text"].as_str().unwrap().contains(text));
    assert!(has("dashboard_evt=refused reason=token") && has("dashboard_evt=control do=halt"));
    // The same way as `mm-bot halt`: a word on the desk, with its reason.
    assert!(has("state_evt=operator word=halt") && has("dashboard halt: a test"), "{log:?}");

    let resume = json!({"do": "resume", "confirm": "resume"});
    assert_eq!(running.control(&resume, TOKEN), (200, json!({"done": "resume"})));
    running.until("quoting again", |seen| {
        seen["safety"].get("halted").is_none()
            && seen["markets"].as_object().unwrap().values().any(|m| m["orders"] != json!({}))
    });
    let all = json!({"do": "cancel-all", "confirm": "cancel-all"});
    let (status, told) = running.control(&all, TOKEN);
    assert_eq!((status, told), (200, json!({"done": "cancel-all", "remaining": 0})));
    let (end, code) = running.stop();
    assert_eq!(end["halted"]["reason"], "operator", "{end}");
    assert_ne!(code, 0, "a halt holds");
}

#[test]
fn one_who_does_not_read_is_dropped_and_holds_up_nobody() {
    let running = Running::start(&["--for", "25s"]);
    let deaf: Vec<TcpStream> = (0..8)
        .map(|_| {
            let mut stream = TcpStream::connect(&running.address).unwrap();
            let host = &running.address;
            write!(stream, "GET /api/stream HTTP/1.1\r\nHost: {host}\r\n\r\n").unwrap();
            stream.shutdown(Shutdown::Read).unwrap();
            stream
        })
        .collect();
    running.until("eight seats are taken", |_| running.get("/api/stream").0 == 503);
    let before = running.snapshot();
    std::thread::sleep(Duration::from_secs(3));
    let after = running.snapshot();
    let attempts = |seen: &Value| seen["counts"]["attempts"].as_u64().unwrap();
    assert!(attempts(&after) > attempts(&before), "the bot goes on");
    drop(deaf);
    // Their seats are free again.
    let begun = Instant::now();
    let mut messages = loop {
        let mut messages = Messages::of(&running.address);
        let mut line = String::new();
        messages.0.read_line(&mut line).unwrap();
        if line.contains("200") {
            break messages;
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "{line}");
        std::thread::sleep(Duration::from_millis(200));
    };
    assert_eq!(messages.next().unwrap().0, "snapshot");
    let (end, code) = running.end();
    assert_eq!((code, &end["equal"]), (0, &json!(true)), "{end}");
}

#[test]
fn what_would_show_it_to_the_network_or_leave_the_token_open_is_refused() {
    let refused = |args: &[&str], code: i32, text: &str| {
        let bot = Bot::new().file("open", "correct-horse-battery-staple\n");
        let mode = std::fs::Permissions::from_mode(0o644);
        std::fs::set_permissions(bot.path().join("open"), mode).unwrap();
        let done = bot.run(&[&["run", "--for", "1s"], args].concat());
        assert_eq!(done.code, code, "{done:?}");
        assert!(done.stderr.contains(text), "{done:?}");
    };
    for address in ["0.0.0.0:8787", "192.168.1.2:8787", "[::]:8787"] {
        let set = format!("dashboard.listen={address}");
        refused(&["--set", &set], 78, "not of this machine alone");
    }
    refused(&["--set", "dashboard.token_file=open"], 78, "dashboard that is not served");
    let (listen, token) = ("dashboard.listen=127.0.0.1:0", "dashboard.token_file=open");
    refused(&["--set", listen, "--set", token], 3, "chmod 600");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let set = format!("dashboard.listen={}", taken.local_addr().unwrap());
    refused(&["--set", &set], 3, "hint: set dashboard.listen");
}
