//! The real `mm-bot` as a process, in a directory of its own.

use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// How often something that is waited for is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// A bot that can be started again and again in one place.
#[derive(Debug)]
pub(crate) struct Bot {
    pub(crate) dir: PathBuf,
    env: Vec<(String, String)>,
    child: Option<Child>,
    /// Starts so far; output files are numbered by it.
    starts: u32,
    /// Put before the command line, such as `prlimit --fsize=0`.
    pub(crate) wrapper: Vec<String>,
    /// Added to `run`.
    pub(crate) extra: Vec<String>,
}

impl Bot {
    /// A directory with a key file.
    pub(crate) fn new(dir: PathBuf, key: &str, env: Vec<(String, String)>) -> Self {
        std::fs::create_dir_all(&dir).unwrap();
        let path = dir.join("agent.key");
        std::fs::write(&path, format!("0x{key}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        Self { dir, env, child: None, starts: 0, wrapper: Vec::new(), extra: Vec::new() }
    }

    fn command(&self, args: &[&str]) -> Command {
        let bot = env!("CARGO_BIN_EXE_mm-bot");
        let mut words = self.wrapper.iter().map(String::as_str).chain([bot]);
        let mut command = Command::new(words.next().unwrap_or(bot));
        command.args(words).args(args).current_dir(&self.dir).env_clear();
        command.envs(self.env.iter().map(|(n, v)| (n, v))).stdin(Stdio::null());
        command
    }

    /// Another bot with a copy of the key, in a place of its own.
    pub(crate) fn twin(&self, dir: PathBuf, key: &str) -> Self {
        Self::new(dir, key, self.env.clone())
    }

    /// Sets a variable for what is started from now on.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.env.retain(|(known, _)| known != name);
        self.env.push((name.to_owned(), value.to_owned()));
    }

    /// `mm-bot run --json`, with its output in files.
    pub(crate) fn start(&mut self) -> Result<(), String> {
        self.starts += 1;
        let file = |name: String| File::create(self.dir.join(name)).map_err(|e| e.to_string());
        let (out, err) =
            (file(format!("stdout.{}", self.starts))?, file(format!("stderr.{}", self.starts))?);
        let mut args = vec!["run", "--json"];
        args.extend(self.extra.iter().map(String::as_str));
        let child = self.command(&args).stdout(out).stderr(err).spawn();
        self.child = Some(child.map_err(|e| e.to_string())?);
        Ok(())
    }

    /// Another command of the program, to its end: exit code, standard output, standard error.
    pub(crate) fn run(&self, args: &[&str], patience: Duration) -> Result<(i32, String), String> {
        let (out, err) = (self.dir.join("command.stdout"), self.dir.join("command.stderr"));
        let file = |path: &Path| File::create(path).map_err(|e| e.to_string());
        let mut command = self.command(args);
        let mut child =
            command.stdout(file(&out)?).stderr(file(&err)?).spawn().map_err(|e| e.to_string())?;
        let until = Instant::now() + patience;
        let status = loop {
            match child.try_wait().map_err(|e| e.to_string())? {
                Some(status) => break status,
                None if Instant::now() > until => {
                    child.kill().ok();
                    child.wait().ok();
                    return Err(format!("{args:?} took more than {patience:?}"));
                }
                None => std::thread::sleep(LOOK),
            }
        };
        let text = |path: &Path| std::fs::read_to_string(path).unwrap_or_default();
        Ok((code(status), format!("{}{}", text(&out), text(&err))))
    }

    /// `mm-bot sign --jsonl` of one line. Its input goes through a pipe: a key is in it.
    pub(crate) fn sign(&self, line: &str) -> Result<String, String> {
        let text = |e: std::io::Error| e.to_string();
        let mut command = self.command(&["sign", "--jsonl"]);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(text)?;
        let mut pipe = child.stdin.take().ok_or("no pipe")?;
        writeln!(pipe, "{line}").map_err(text)?;
        drop(pipe);
        let output = child.wait_with_output().map_err(text)?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    pub(crate) fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// Sends it a signal by name.
    pub(crate) fn signal(&self, name: &str) -> Result<(), String> {
        signal(self.pid().ok_or("there is no process")?, name)
    }

    /// Its exit code, once it has ended; `-n` after signal n.
    pub(crate) fn ended(&mut self) -> Option<i32> {
        let status = self.child.as_mut()?.try_wait().ok()??;
        self.child = None;
        Some(code(status))
    }

    pub(crate) fn wait(&mut self, patience: Duration) -> Result<i32, String> {
        let until = Instant::now() + patience;
        loop {
            if let Some(code) = self.ended() {
                return Ok(code);
            }
            if Instant::now() > until {
                return Err(format!("still there after {} s", patience.as_secs()));
            }
            std::thread::sleep(LOOK);
        }
    }

    /// The event log of the present start.
    pub(crate) fn log(&self) -> String {
        self.output("stderr")
    }

    /// Its standard output.
    pub(crate) fn stdout(&self) -> String {
        self.output("stdout")
    }

    fn output(&self, kind: &str) -> String {
        let bytes = std::fs::read(self.dir.join(format!("{kind}.{}", self.starts)));
        String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned()
    }
}

/// Sends a process a signal by name.
pub(crate) fn signal(pid: u32, name: &str) -> Result<(), String> {
    match Command::new("kill").args(["-s", name, &pid.to_string()]).status() {
        Ok(status) if status.success() => Ok(()),
        other => Err(format!("kill -s {name}: {other:?}")),
    }
}

fn code(status: ExitStatus) -> i32 {
    status.code().unwrap_or_else(|| -status.signal().unwrap_or(0))
}

impl Drop for Bot {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            child.kill().ok();
            child.wait().ok();
        }
    }
}
