//! The stage of a drill: an exchange, a directory, a receiver of messages, and a bot that is a
//! process of its own.

use std::fs::{self, File, Permissions};
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use hl_client::clock;
use hl_sim::background::Synthetic;
use hl_sim::{AccountTruth, Exchange, ExchangeConfig, Usd, universe};
use hl_sim_http::{FrontConfig, Handle};
use hl_wire::{Address, AgentKey};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::Step;
use super::inbox::Inbox;
use super::scrape::Scrape;
use crate::exit::{Exit, Failed};
use crate::runtime::random;

/// An entry of the drill's exchange that nobody has the key of; its agent's is made for the drill.
const ACCOUNT: Address = Address::new([0xd1; 20]);
const DEPOSIT_USD: i64 = 100_000;
/// How often is looked whether something has happened.
const LOOK: Duration = Duration::from_millis(50);

/// Everything a step can look at.
pub(super) struct Stage {
    pub(super) broken: Option<Step>,
    dir: TempDir,
    exchange: Handle,
    pub(super) inbox: Inbox,
    pub(super) metrics: SocketAddr,
    pub(super) bot: Option<Child>,
    /// The metrics before the refusals and after.
    pub(super) scrapes: Option<(Scrape, Scrape)>,
}

impl Stage {
    /// # Errors
    /// No directory, no exchange, no port.
    pub(super) async fn set(broken: Option<Step>) -> Result<Self, Failed> {
        let failed = |what: String| Failed::new(Exit::Failure, what);
        let dir = TempDir::with_prefix("mm-bot-drill-")?;
        fs::set_permissions(dir.path(), Permissions::from_mode(0o700))?;
        let (exchange, key) = exchange()?;
        secret(&dir.path().join("agent.key"), &key)?;
        let exchange = hl_sim_http::spawn(exchange, FrontConfig::default()).await;
        let exchange = exchange.map_err(|e| failed(format!("the drill's exchange: {e}")))?;
        let inbox = Inbox::open(broken == Some(Step::Message)).await?;
        secret(&dir.path().join("inbox"), &inbox.url)?;
        // Free now, and hardly taken by the time the bot listens.
        let probe = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let metrics = probe.local_addr()?;
        Ok(Self { broken, dir, exchange, inbox, metrics, bot: None, scrapes: None })
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The exchange's own account of ours.
    pub(super) async fn truth(&self) -> Result<AccountTruth, String> {
        let truth = self.exchange.with_exchange(|exchange| exchange.truth()).await;
        let truth = truth.map_err(|_| "the drill's exchange has ended".to_owned())?;
        Ok(truth.accounts.get(&ACCOUNT).cloned().unwrap_or_default())
    }

    /// Breaks the exchange, or heals it.
    pub(super) async fn fault(&self, begin: bool) -> Result<(), String> {
        let fault: hl_sim::fault::Fault =
            "reject.tick prob=1 @0+1".parse().map_err(|e| format!("{e}"))?;
        let kind = fault.kind;
        let job = move |exchange: &mut Exchange| {
            if begin { exchange.inject(&kind) } else { exchange.heal(&kind) }
        };
        self.exchange.with_exchange(job).await.map_err(|_| "the exchange has ended".to_owned())
    }

    /// This program with other arguments, the drill's account and nothing of the operator's.
    pub(super) fn command(&self, args: &[&str]) -> Result<Command, String> {
        let program = std::env::current_exe().map_err(|e| e.to_string())?;
        let mut command = Command::new(program);
        command.args(args).env_clear().current_dir(self.dir.path()).envs([
            ("HL_URL", self.exchange.base_url()),
            ("HL_ACCOUNT", ACCOUNT.to_string()),
            ("HL_AGENT_KEY_FILE", "agent.key".to_owned()),
            ("MM_STATE_DIR", "state".to_owned()),
        ]);
        let out = |name: &str| File::options().create(true).append(true).open(self.path(name));
        command.stdin(Stdio::null());
        command.stdout(out("said").map_err(|e| e.to_string())?);
        command.stderr(out("said").map_err(|e| e.to_string())?);
        Ok(command)
    }

    /// Runs such a command to its end.
    pub(super) async fn finish(
        &self,
        args: &[&str],
        within: Duration,
    ) -> Result<ExitStatus, String> {
        let mut child = self.command(args)?.spawn().map_err(|e| e.to_string())?;
        let ended = ended(&mut child, within).await;
        if ended.is_err() {
            let _ = child.kill();
            let _ = child.wait();
        }
        ended
    }

    /// Sends the bot a signal.
    pub(super) fn signal(&self, signal: Signal) -> Result<(), String> {
        let pid = self.bot.as_ref().and_then(|bot| Pid::from_raw(bot.id().cast_signed()));
        let pid = pid.ok_or("there is no bot")?;
        kill_process(pid, signal).map_err(|e| e.to_string())
    }

    /// The last thing that processes of the drill said, for who has to find out why.
    pub(super) fn last_words(&self) -> String {
        let said = fs::read_to_string(self.path("said")).unwrap_or_default();
        let lines: Vec<&str> =
            said.lines().map(str::trim).rev().filter(|line| !line.is_empty()).take(3).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join(" | ")
    }
}

/// However the drill ends, no bot is left behind.
impl Drop for Stage {
    fn drop(&mut self) {
        if let Some(bot) = &mut self.bot {
            let _ = bot.kill();
            let _ = bot.wait();
        }
    }
}

fn exchange() -> Result<(Exchange, String), Failed> {
    let seed = random();
    let digits: String = (0..4).map(|_| format!("{:016x}", random())).collect();
    let key = AgentKey::from_hex(&digits);
    let key = key.map_err(|e| Failed::new(Exit::Failure, e.to_string()))?;
    let config = ExchangeConfig::new(universe::markets());
    let mut exchange = Exchange::new(config, seed).with_background(Box::new(Synthetic::new(seed)));
    exchange.fund(ACCOUNT, Usd::dollars(DEPOSIT_USD));
    exchange.approve_agent(ACCOUNT, key.address());
    Ok((exchange, digits))
}

fn secret(path: &Path, text: &str) -> std::io::Result<()> {
    fs::write(path, text)?;
    fs::set_permissions(path, Permissions::from_mode(0o600))
}

/// Waits until `child` has ended.
pub(super) async fn ended(child: &mut Child, within: Duration) -> Result<ExitStatus, String> {
    let begin = clock::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status),
            Ok(None) if waited(begin) < within => tokio::time::sleep(LOOK).await,
            Ok(None) => return Err(format!("not ended after {} s", within.as_secs())),
            Err(error) => return Err(error.to_string()),
        }
    }
}

/// Looks until `what` answers something, at most for `within`; then what it said last.
pub(super) async fn until<T>(
    within: Duration,
    mut what: impl AsyncFnMut() -> Result<T, String>,
) -> Result<T, String> {
    let begin = clock::now();
    loop {
        match what().await {
            Ok(value) => return Ok(value),
            Err(error) if waited(begin) >= within => return Err(error),
            Err(_) => tokio::time::sleep(LOOK).await,
        }
    }
}

fn waited(begin: hl_quant::Millis) -> Duration {
    Duration::from_millis(clock::now().since(begin))
}
