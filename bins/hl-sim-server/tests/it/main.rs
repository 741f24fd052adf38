//! The program as an operator sees it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, ChildStderr, Command, Output, Stdio};

fn hl_sim() -> Command {
    Command::new(env!("CARGO_BIN_EXE_hl-sim"))
}

/// A running server; killed if the test fails before it is stopped.
struct Server {
    child: Child,
    url: String,
    stderr: ChildStderr,
}

impl Server {
    fn start(arguments: &[&str]) -> Self {
        let mut child =
            hl_sim().args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let stderr = child.stderr.take().unwrap();
        assert!(line.starts_with("http://127.0.0.1:"), "{line:?}: {}", rest(stderr));
        Self { child, url: line.trim().to_owned(), stderr }
    }

    fn ask(&self, request: &str) -> String {
        let address = self.url.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn get(&self, path: &str) -> String {
        self.ask(&format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"))
    }

    fn info(&self, body: &str) -> String {
        let length = body.len();
        self.ask(&format!(
            "POST /info HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
             content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        ))
    }

    /// Signals, waits, and gives back exit code and stderr.
    fn stop(mut self, signal: &str) -> (Option<i32>, String) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
        let code = self.child.wait().unwrap().code();
        let mut log = String::new();
        self.stderr.read_to_string(&mut log).unwrap();
        (code, log)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn rest(mut stderr: ChildStderr) -> String {
    let mut text = String::new();
    stderr.read_to_string(&mut text).unwrap();
    text
}

fn fails(arguments: &[&str]) -> (Option<i32>, String) {
    let Output { status, stdout, stderr } = hl_sim().args(arguments).output().unwrap();
    assert!(stdout.is_empty(), "a failure is no data");
    (status.code(), String::from_utf8(stderr).unwrap())
}

const WHO: &str = "0x1111111111111111111111111111111111111111";
const AGENT: &str = "0x2222222222222222222222222222222222222222";

#[test]
fn it_prints_its_url_serves_and_stops_cleanly_on_either_signal() {
    for signal in ["-INT", "-TERM"] {
        let server = Server::start(&[]);
        assert!(server.info(r#"{"type":"meta"}"#).contains(r#""name":"BTC""#));
        let (code, log) = server.stop(signal);
        assert_eq!(code, Some(0), "{log}");
        assert!(log.starts_with("simulator, not the real exchange: http://127.0.0.1:"), "{log}");
        assert!(log.ends_with("stopping\n"), "{log}");
    }
}

#[test]
fn accounts_are_funded_and_agents_approved_before_it_serves() {
    let (fund, agent) = (format!("{WHO}=12345.5"), format!("{WHO}={AGENT}"));
    let server = Server::start(&["--fund", &fund, "--agent", &agent]);
    let state = server.info(&format!(r#"{{"type":"clearinghouseState","user":"{WHO}"}}"#));
    assert!(state.contains(r#""accountValue":"12345.5""#), "{state}");
    let role = server.info(&format!(r#"{{"type":"userRole","user":"{AGENT}"}}"#));
    assert!(role.contains(r#""role":"agent""#) && role.contains(WHO), "{role}");
    assert!(server.get(&format!("/sim/truth?user={WHO}")).contains(r#""attempts":0"#));
    server.stop("-INT");
}

#[test]
fn a_port_in_use_is_an_error_with_a_way_out_and_its_own_exit_code() {
    let server = Server::start(&[]);
    let port = server.url.rsplit(':').next().unwrap().to_owned();
    let (code, log) = fails(&["--port", &port]);
    assert_eq!(code, Some(3), "{log}");
    assert!(log.contains("is in use by another program; choose another port"), "{log}");
    server.stop("-INT");
}

#[test]
fn an_address_for_everybody_needs_to_be_allowed() {
    let (code, log) = fails(&["--bind", "0.0.0.0"]);
    assert_eq!(code, Some(3), "{log}");
    assert!(log.contains("other machines can reach"), "{log}");
}

#[test]
fn a_command_line_that_makes_no_sense_is_refused_with_the_value() {
    for (arguments, named) in [
        (vec!["--fund", "0x12=5"], "0x12"),
        (vec!["--fund", WHO], "0xADDR=USDC"),
        (vec!["--agent", WHO], "0xMASTER=0xAGENT"),
        (vec!["--open-accounts", "1e6"], "1e6"),
        (vec!["--port", "70000"], "70000"),
        (vec!["--tape-end", "repeat"], "--tape"),
        (vec!["--nonsense"], "--nonsense"),
    ] {
        let (code, log) = fails(&arguments);
        assert_eq!(code, Some(2), "{arguments:?}: {log}");
        assert!(log.contains(named), "{arguments:?}: {log}");
    }
}

#[test]
fn the_help_teaches_and_names_every_exit_code() {
    let output = hl_sim().arg("--help").output().unwrap();
    assert!(output.status.success());
    let help = String::from_utf8(output.stdout).unwrap();
    for part in
        ["Examples:", "--tape BTC.jsonl.zst", "Exit codes: 0 stopped by a signal", "simulator"]
    {
        assert!(help.contains(part), "{part}");
    }
}

/// A file that goes away with the test.
struct TempFile(PathBuf);

impl TempFile {
    fn new(name: &str, content: &str) -> Self {
        let path = std::env::temp_dir().join(format!("hl-sim-{}-{name}", std::process::id()));
        std::fs::write(&path, content).unwrap();
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        std::fs::remove_file(&self.0).ok();
    }
}

#[test]
fn a_tape_that_cannot_be_played_is_named_and_has_its_own_exit_code() {
    let (code, log) = fails(&["--tape", "/nonexistent.jsonl"]);
    assert_eq!(code, Some(4), "{log}");
    assert!(log.contains("cannot open tape /nonexistent.jsonl"), "{log}");
    let empty = TempFile::new("empty.jsonl", "");
    let (code, log) = fails(&["--tape", empty.path()]);
    assert_eq!(code, Some(4), "{log}");
    assert!(log.contains("holds nothing to play"), "{log}");
    let fake = TempFile::new("fake.jsonl.zst", "{}");
    let (code, log) = fails(&["--tape", fake.path()]);
    assert_eq!(code, Some(4), "{log}");
    assert!(log.contains("is not a zstd file"), "{log}");
}

#[test]
fn a_tape_is_played_and_its_bad_lines_are_named_in_the_log() {
    let tape = TempFile::new(
        "tape.jsonl",
        concat!(
            r#"{"ts_recv_ms":1,"msg":{"channel":"bbo","data":{"coin":"BTC","time":1000,"bbo":[{"px":"91234.0","sz":"1.0","n":0},{"px":"91235.0","sz":"1.0","n":0}]}}}"#,
            "\n",
            r#"{"ts_recv_ms":1,"msg":{"channel":"bbo","data":{"coin":"BTC","time":1001,"bbo":[{"px":"NaN","sz":"1.0","n":0},null]}}}"#,
            "\n",
        ),
    );
    let server = Server::start(&["--tape", tape.path()]);
    let book = server.info(r#"{"type":"l2Book","coin":"BTC"}"#);
    assert!(book.contains(r#""px":"91234.0""#) && book.contains(r#""px":"91235.0""#), "{book}");
    let other = server.info(r#"{"type":"l2Book","coin":"ETH"}"#);
    assert!(other.contains(r#""levels":[[],[]]"#), "{other}");
    std::thread::sleep(std::time::Duration::from_millis(1_200));
    let status = server.get("/sim/status");
    assert!(status.contains("tape=holding") && status.contains("bad_number=1"), "{status}");
    let (code, log) = server.stop("-INT");
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains(r#":2: px "NaN" is not a number of the venue"#), "{log}");
    assert!(log.contains("tape ended, the last book is held"), "{log}");
}
