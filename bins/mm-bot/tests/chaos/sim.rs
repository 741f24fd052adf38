//! The real `hl-sim` as a process of its own.

use std::fs::{File, Permissions};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

/// How long a question of the judge may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// A running exchange; killed when it is dropped.
#[derive(Debug)]
pub(crate) struct Sim {
    child: Child,
    pub(crate) address: SocketAddr,
    /// Where faults are asked for and the truth is told.
    pub(crate) control: SocketAddr,
}

/// What opens the control connection.
const TOKEN: &str = "chaos-with-real-processes";

impl Sim {
    /// Starts it on `port` (0 for a free one) and waits until it listens.
    pub(crate) fn start(dir: &Path, port: u16, arguments: &[String]) -> Result<Self, String> {
        let text = |e: std::io::Error| e.to_string();
        let token = dir.join("token");
        std::fs::write(&token, TOKEN).map_err(text)?;
        std::fs::set_permissions(&token, Permissions::from_mode(0o600)).map_err(text)?;
        let log = File::options().create(true).append(true).open(dir.join("hl-sim.stderr"));
        let mut child = Command::new(binary())
            .args(["--port", &port.to_string(), "--control", "127.0.0.1:0"])
            .arg("--control-token-file")
            .arg(token)
            .args(arguments)
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log.map_err(|e| e.to_string())?)
            .spawn()
            .map_err(|e| format!("hl-sim does not start: {e}"))?;
        let stdout = child.stdout.take().ok_or("no standard output")?;
        let said: Vec<String> =
            BufReader::new(stdout).lines().take(2).collect::<Result<_, _>>().map_err(text)?;
        let part = |line: usize, start: &str| said.get(line)?.strip_prefix(start)?.parse().ok();
        let (Some(address), Some(control)) = (part(0, "http://"), part(1, "control ")) else {
            child.kill().ok();
            return Err(format!("hl-sim said {said:?}"));
        };
        Ok(Self { child, address, control })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Where the program is: `HL_SIM_BIN`, or beside the bot's.
pub(crate) fn binary() -> PathBuf {
    let beside = Path::new(env!("CARGO_BIN_EXE_mm-bot")).with_file_name("hl-sim");
    std::env::var_os("HL_SIM_BIN").map_or(beside, PathBuf::from)
}

/// One request of the judge's own, past the proxy.
pub(crate) fn ask(address: SocketAddr, head: &str, body: &str) -> Result<String, String> {
    let text = |e: std::io::Error| e.to_string();
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).map_err(text)?;
    stream.set_read_timeout(Some(PATIENCE)).map_err(text)?;
    let length = body.len();
    let request = format!(
        "{head} HTTP/1.1\r\nhost: judge\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).map_err(text)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).map_err(text)?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or("no answer")?;
    let status = head.lines().next().unwrap_or_default();
    if status.contains(" 200 ") { Ok(body.to_owned()) } else { Err(format!("{status}: {body}")) }
}

/// One command to the control connection: what follows `ok`.
pub(crate) fn control(address: SocketAddr, command: &str) -> Result<String, String> {
    let text = |e: std::io::Error| e.to_string();
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).map_err(text)?;
    stream.set_read_timeout(Some(PATIENCE)).map_err(text)?;
    stream.write_all(format!("token {TOKEN}\n{command}\nquit\n").as_bytes()).map_err(text)?;
    let mut lines = BufReader::new(stream).lines();
    let mut line = || lines.next().unwrap_or(Ok(String::new())).map_err(text);
    let opened = line()?;
    if !opened.starts_with("ok ") {
        return Err(opened);
    }
    let answer = line()?;
    match answer.strip_prefix("ok") {
        Some(rest) => Ok(rest.trim().to_owned()),
        None => Err(format!("{command}: {answer}")),
    }
}

/// A question of the judge to `/info`, past the faults of the line.
pub(crate) fn info(control: SocketAddr, kind: &str, user: &str) -> Result<Value, String> {
    let question = json!({ "type": kind, "user": user });
    let answer = self::control(control, &format!("info {question}"))?;
    serde_json::from_str(&answer).map_err(|e| format!("{kind}: {e}"))
}

/// What really happened to an account; nothing while it has none.
pub(crate) fn truth(control: SocketAddr, user: &str) -> Result<Value, String> {
    let answer = self::control(control, &format!("truth {user}"))?;
    serde_json::from_str(&answer).map_err(|e| format!("truth: {e}"))
}
