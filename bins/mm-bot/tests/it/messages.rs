//! Messages to people, delivered to a webhook on loopback.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;

use crate::bot::Bot;

/// What the address ends with: whoever sees it could write there.
const SECRET: &str = "/hook/T0000-secret-B1111";

/// A webhook that answers with `status`; what was posted to it, in order.
fn webhook(status: &'static str) -> (String, Arc<Mutex<Vec<Value>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}{SECRET}", listener.local_addr().unwrap());
    let posted = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&posted);
    let serve = move || {
        for stream in listener.incoming() {
            let mut reader = BufReader::new(stream.unwrap());
            let mut length = 0;
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
            seen.lock().unwrap().push(serde_json::from_slice(&body).unwrap());
            let answer =
                format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            reader.get_mut().write_all(answer.as_bytes()).unwrap();
        }
    };
    let _server = std::thread::Builder::new().spawn(serve).unwrap();
    (url, posted)
}

fn bot(url: &str) -> Bot {
    let bot = Bot::new().file("url", &format!("{url}\n")).env("MM_MESSAGES_URL_FILE", "url");
    let path = bot.path().join("url");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    bot
}

#[test]
fn a_halt_reaches_a_webhook_once_and_the_address_is_shown_nowhere() {
    // 204 is what Discord answers.
    let (url, posted) = webhook("204 No Content");
    let bot = bot(&url).env("MM_MESSAGES_LEVEL", "info");
    let mut child = bot.command(&["run", "--for", "9s", "--seed", "7"]).spawn().unwrap();
    let pid = child.id().to_string();
    let mut log = BufReader::new(child.stderr.take().unwrap());
    let mut text = String::new();
    while !text.contains("quote_evt=start") {
        assert!(log.read_line(&mut text).unwrap() > 0, "{text}");
    }
    // Halted, resumed and halted again: the second halt is of the same kind a moment later.
    for signal in ["-USR1", "-USR2", "-USR1"] {
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
        std::thread::sleep(Duration::from_secs(1));
    }
    log.read_to_string(&mut text).unwrap();
    let mut stdout = String::new();
    child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
    let _ = child.wait().unwrap();
    let posted = posted.lock().unwrap();
    let kinds: Vec<&str> = posted.iter().map(|m| m["kind"].as_str().unwrap()).collect();
    let count = |kind: &str| kinds.iter().filter(|k| **k == kind).count();
    assert_eq!((kinds.first(), kinds.last()), (Some(&"started"), Some(&"ended")), "{kinds:?}");
    assert_eq!((count("halt"), count("resume")), (1, 1), "{kinds:?}");
    let halt = posted.iter().find(|m| m["kind"] == "halt").unwrap();
    assert_eq!(halt["severity"], "page");
    assert!(halt["text"].as_str().unwrap().starts_with("halted (operator)"), "{halt}");
    let on = text.lines().find(|line| line.starts_with("message_evt=on "));
    assert!(on.is_some_and(|line| line.contains(" style=plain level=info")), "{text}");
    assert!(!format!("{text}{stdout}").contains("secret"), "{text}");
}

#[test]
fn a_receiver_that_refuses_everything_keeps_neither_the_run_nor_its_end() {
    let (url, posted) = webhook("500 Internal Server Error");
    let done = bot(&url).env("MM_MESSAGES_LEVEL", "info").run(&["run", "--for", "3s"]);
    assert_eq!(done.code, 0, "{done:?}");
    assert!(posted.lock().unwrap().len() > 1, "tried again");
}

#[test]
fn an_address_that_is_none_or_that_others_may_read_is_refused_without_being_shown() {
    let done = bot("ftp://T0000-secret-B1111.example/hook").run(&["run", "--for", "1s"]);
    assert_eq!(done.code, 3, "{done:?}");
    assert!(done.stderr.contains("hint: one line: https://host/path"), "{done:?}");
    assert!(!format!("{done:?}").contains("secret"), "{done:?}");
    let open = bot("https://T0000-secret-B1111.example/hook");
    let path = open.path().join("url");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let done = open.run(&["run", "--for", "1s"]);
    assert_eq!(done.code, 3, "{done:?}");
    assert!(done.stderr.contains("chmod 600 url"), "{done:?}");
}
