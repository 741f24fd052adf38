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

/// A file with these contents and permissions, in the directory of temporary files.
struct Private(PathBuf);

impl Private {
    fn new(name: &str, text: &str, mode: u32) -> Self {
        use std::os::unix::fs::PermissionsExt as _;
        let path = std::env::temp_dir().join(format!("hl-sim-{}-{name}", std::process::id()));
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Private {
    fn drop(&mut self) {
        std::fs::remove_file(&self.0).ok();
    }
}

#[test]
fn the_control_connection_takes_faults_and_tells_the_truth() {
    let token = Private::new("token", "a-token-for-this-test\n", 0o600);
    let fund = format!("{WHO}=500");
    let mut child = hl_sim()
        .args(["--fund", &fund, "--control", "127.0.0.1:0", "--control-token-file", token.path()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let url = lines.next().unwrap().unwrap();
    let control = lines.next().unwrap().unwrap();
    let server = Server { stderr: child.stderr.take().unwrap(), child, url };
    let mut stream = TcpStream::connect(control.strip_prefix("control ").unwrap()).unwrap();
    let words = format!("token a-token-for-this-test\nfault http.429 prob=1\ntruth {WHO}\n");
    stream.write_all(words.as_bytes()).unwrap();
    let mut answers = BufReader::new(stream.try_clone().unwrap()).lines().map(Result::unwrap);
    assert!(answers.next().unwrap().starts_with("ok hl-sim control"));
    assert_eq!(answers.next().unwrap(), "ok 1");
    assert!(answers.next().unwrap().contains(r#""accountValue":"500.0""#));
    assert!(server.info(r#"{"type":"meta"}"#).starts_with("HTTP/1.1 429 "));
    stream.write_all(b"heal all\nquit\n").unwrap();
    assert_eq!(answers.by_ref().take(2).collect::<Vec<_>>(), ["ok 1", "ok"]);
    assert!(server.info(r#"{"type":"meta"}"#).starts_with("HTTP/1.1 200 "));
    let (code, log) = server.stop("-INT");
    assert_eq!(code, Some(0), "{log}");
    assert!(!log.contains("a-token-for-this-test"), "{log}");
}

#[test]
fn a_control_connection_needs_a_private_token_and_a_private_address() {
    let open = Private::new("open", "a-token-for-this-test", 0o644);
    let short = Private::new("short", "secret", 0o600);
    let good = Private::new("good", "a-token-for-this-test", 0o600);
    let local = "127.0.0.1:0";
    let cases = [
        (vec!["--control", local], 2, "--control-token-file"),
        (vec!["--control-token-file", good.path()], 2, "--control"),
        (vec!["--control", local, "--control-token-file", "/nonexistent"], 5, "/nonexistent"),
        (vec!["--control", local, "--control-token-file", open.path()], 5, "mode 0644"),
        (vec!["--control", local, "--control-token-file", short.path()], 5, "16 to 256"),
        (vec!["--control", "0.0.0.0:0", "--control-token-file", good.path()], 3, "other machines"),
    ];
    for (arguments, code, expected) in cases {
        let (exit, log) = fails(&arguments);
        assert_eq!(exit, Some(code), "{arguments:?}: {log}");
        assert!(log.contains(expected), "{arguments:?}: {log}");
        assert!(!log.contains("secret") && !log.contains("a-token-for"), "{log}");
    }
}

#[test]
fn a_plan_of_faults_is_played_and_a_mistake_in_it_has_its_line() {
    let plan = Private::new("plan", "# a minute of them\nhttp.429 prob=1 @0+60000\n", 0o644);
    let server = Server::start(&["--faults", plan.path()]);
    assert!(server.info(r#"{"type":"meta"}"#).starts_with("HTTP/1.1 429 "));
    server.stop("-INT");
    let typo = Private::new("typo", "\nhttp.429 prob=1 @0+5\nhttp.430 prob=1 @0+5\n", 0o644);
    let (code, log) = fails(&["--faults", typo.path()]);
    assert_eq!(code, Some(5), "{log}");
    assert!(log.contains("line 3") && log.contains("http.430"), "{log}");
    let disk = Private::new("disk", "disk.ro on=log @0+5\n", 0o644);
    let (code, log) = fails(&["--faults", disk.path()]);
    assert_eq!(code, Some(5), "{log}");
    assert!(log.contains("is done to the client"), "{log}");
}
