//! What a scenario plays on: one exchange, one proxy, one bot (or more), and the judge.

use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use hl_wire::AgentKey;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::bot::Bot;
use crate::proxy::Proxy;
use crate::sim::{self, Sim};
use crate::step::Scenario;
use crate::watch::{Bounds, Watch, quoted};

/// The account.
pub(crate) const ACCOUNT: &str = "0x1111111111111111111111111111111111111111";
/// The agent's key: if any part of it is ever shown, it is recognised.
pub(crate) const KEY: &str = "7b2a4fd07b2a4fd07b2a4fd07b2a4fd07b2a4fd07b2a4fd07b2a4fd07b2a4fd0";
/// What is quoted: markets that are traded often, so that fills happen within seconds.
pub(crate) const COINS: &[&str] = &["SOL", "kPEPE", "HYPE"];
/// `MAX_POSITION_USD`: two orders, so that the cap is reached.
const POSITION_USD: f64 = 300.0;
/// The longest that anything ordinary may take on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(45);
/// Between two looks at what is waited for.
const LOOK: Duration = Duration::from_millis(100);

/// Everything that a scenario has.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) dir: TempDir,
    pub(crate) sim: Sim,
    sim_arguments: Vec<String>,
    pub(crate) proxy: Proxy,
    pub(crate) bot: Bot,
    pub(crate) watch: Watch,
    pub(crate) bounds: Bounds,
    /// What was observed, for the report.
    pub(crate) seen: Vec<String>,
    /// Accepted orders when quoting was last seen: the next quotes must be newer.
    accepted: u64,
    /// Counts of exchanges that have been killed since.
    pub(crate) before: u64,
    /// Why this machine cannot play it.
    pub(crate) skipped: Option<String>,
    /// Checks of a scenario that makes many.
    pub(crate) cases: u64,
    /// What the last command said.
    pub(crate) said: String,
}

impl Stage {
    /// Starts the exchange and gets the bot ready.
    pub(crate) fn new(seed: u64, scenario: &Scenario) -> Result<Self, String> {
        let dir = TempDir::new().map_err(|e| e.to_string())?;
        let agent = AgentKey::from_hex(KEY).map_err(|e| e.to_string())?.address();
        let sim_arguments = vec![
            format!("--seed={seed}"),
            format!("--fund={ACCOUNT}=20000"),
            format!("--agent={ACCOUNT}={agent}"),
            "--status-every=0".to_owned(),
        ];
        let sim = Sim::start(dir.path(), 0, &sim_arguments)?;
        let proxy = Proxy::start(sim.address);
        let bot = Bot::new(dir.path().join("bot"), KEY, environment(&proxy.url()));
        let Scenario { bots, taking, grid_moves, .. } = *scenario;
        let position_usd = POSITION_USD * f64::from(u8::try_from(bots).unwrap_or(1));
        let bounds = Bounds { open_max: bots, position_usd, taking, grid_moves };
        let watch = Watch::start(sim.control, ACCOUNT, bounds.clone());
        watch.process(sim.pid());
        Ok(Self {
            dir,
            sim,
            sim_arguments,
            proxy,
            bot,
            watch,
            bounds,
            seen: Vec::new(),
            accepted: 0,
            before: 0,
            skipped: None,
            cases: 0,
            said: String::new(),
        })
    }

    pub(crate) fn place(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn start(&mut self) -> Result<(), String> {
        self.bot.start()?;
        if let Some(pid) = self.bot.pid() {
            self.watch.process(pid);
        }
        Ok(())
    }

    /// The exchange goes away without a word.
    pub(crate) fn venue_down(&mut self) {
        self.before += self.truth().map_or(0, |truth| truth["accepted"].as_u64().unwrap_or(0));
        self.watch.venue(None);
        self.sim.kill();
    }

    /// And comes back at the same address, having forgotten everything.
    pub(crate) fn venue_up(&mut self) -> Result<(), String> {
        let port = self.sim.address.port();
        self.sim = Sim::start(self.dir.path(), port, &self.sim_arguments)?;
        self.watch.venue(Some(self.sim.control));
        self.watch.process(self.sim.pid());
        self.accepted = 0;
        Ok(())
    }

    /// A word on the control connection.
    pub(crate) fn control(&mut self, command: &str) -> Result<(), String> {
        sim::control(self.sim.control, command).map(drop)?;
        self.mark();
        Ok(())
    }

    pub(crate) fn sim_signal(&self, name: &str) -> Result<(), String> {
        crate::bot::signal(self.sim.pid(), name)
    }

    /// Signs an action with the bot's key, by the bot's own program, and sends it past the proxy.
    pub(crate) fn act(&self, action: &Value) -> Result<String, String> {
        let nonce = SystemTime::now().duration_since(UNIX_EPOCH).map_err(|e| e.to_string())?;
        let nonce = u64::try_from(nonce.as_millis()).unwrap_or(0);
        let request = json!({
            "private_key": KEY, "action": action, "nonce": nonce, "network": "testnet",
            "vault_address": null, "expires_after": null,
        });
        let signed: Value = serde_json::from_str(&self.bot.sign(&request.to_string())?)
            .map_err(|e| format!("signature: {e}"))?;
        let v = signed["v"].clone();
        let body = json!({
            "action": action, "nonce": nonce,
            "signature": { "r": signed["r"], "s": signed["s"], "v": v },
        });
        sim::ask(self.sim.address, "POST /exchange", &body.to_string())
    }

    /// The number of a market.
    pub(crate) fn asset(&self, coin: &str) -> Result<usize, String> {
        let meta = sim::info(self.sim.control, "meta", ACCOUNT)?;
        let mut listed = meta["universe"].as_array().into_iter().flatten();
        listed.position(|market| market["name"] == coin).ok_or_else(|| format!("no {coin}"))
    }

    pub(crate) fn truth(&self) -> Result<Value, String> {
        sim::truth(self.sim.control, ACCOUNT)
    }

    fn count(&self, name: &str) -> Result<u64, String> {
        self.truth()?[name].as_u64().ok_or_else(|| format!("{name} is missing"))
    }

    pub(crate) fn open_orders(&self) -> Result<u64, String> {
        self.count("openOrders")
    }

    pub(crate) fn accepted(&self) -> Result<u64, String> {
        self.count("accepted")
    }

    /// Waits until it quotes: an order in every market, on most sides, at least one of them new
    /// since the last time.
    pub(crate) fn quotes(&mut self, patience: Duration) -> Result<(), String> {
        let begin = Instant::now();
        let coins = COINS;
        let mut last = String::from("nothing");
        while begin.elapsed() < patience {
            if let Ok(truth) = self.truth() {
                let (sides, markets) = quoted(&truth["orders"], coins);
                let accepted = truth["accepted"].as_u64().unwrap_or(0);
                last = format!("{sides} sides of {markets} markets, {accepted} accepted");
                let enough = sides + 1 >= 2 * coins.len() && markets == coins.len();
                if enough && accepted > self.accepted {
                    self.accepted = accepted;
                    self.seen.push(format!("quotes after {:.1} s", begin.elapsed().as_secs_f64()));
                    return Ok(());
                }
            }
            if let Some(code) = self.bot.ended() {
                return Err(format!("ended with {code} instead of quoting: {}", self.tail()));
            }
            std::thread::sleep(LOOK);
        }
        Err(format!("does not quote within {patience:?}: {last}; {}", self.tail()))
    }

    /// Whatever was accepted so far does not count as quoting again.
    pub(crate) fn mark(&mut self) {
        // An exchange that does not answer now has accepted at least what it had before.
        self.accepted = self.accepted().map_or(self.accepted, |now| now.max(self.accepted));
    }

    /// Waits until the exchange has no order of the account.
    pub(crate) fn no_orders(&mut self, patience: Duration) -> Result<(), String> {
        let begin = Instant::now();
        let mut last = Ok(0);
        while begin.elapsed() < patience {
            last = self.open_orders();
            if last == Ok(0) {
                self.seen.push(format!("none open after {:.1} s", begin.elapsed().as_secs_f64()));
                return Ok(());
            }
            std::thread::sleep(LOOK);
        }
        Err(format!("orders open after {patience:?}: {last:?}; {}", self.tail()))
    }

    /// Waits until the log holds `text`.
    pub(crate) fn says(&mut self, text: &str) -> Result<(), String> {
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            if self.bot.log().contains(text) {
                self.seen.push(format!("said {text:?}"));
                return Ok(());
            }
            std::thread::sleep(LOOK);
        }
        Err(format!("never said {text:?}: {}", self.tail()))
    }

    /// Waits until no order's fate is in doubt, by the bot's own status line.
    pub(crate) fn settled(&mut self) -> Result<(), String> {
        let begin = Instant::now();
        let old = self.bot.log().len();
        while begin.elapsed() < PATIENCE {
            let log = self.bot.log();
            let mut lines = log.get(old..).unwrap_or_default().lines();
            if lines
                .any(|line| line.starts_with("status_evt=total ") && line.contains(" in_flight=0 "))
            {
                let seconds = begin.elapsed().as_secs_f64();
                self.seen.push(format!("nothing in doubt after {seconds:.1} s"));
                return Ok(());
            }
            std::thread::sleep(LOOK);
        }
        Err(format!("orders in doubt after {PATIENCE:?}: {}", self.tail()))
    }

    /// Waits for its end.
    pub(crate) fn exit(&mut self, codes: &[i32]) -> Result<(), String> {
        let begin = Instant::now();
        let code = self.bot.wait(PATIENCE)?;
        let seconds = begin.elapsed().as_secs_f64();
        self.seen.push(format!("exit {code} after {seconds:.1} s"));
        if codes.contains(&code) {
            return Ok(());
        }
        Err(format!("exit {code}, expected {codes:?}: {} {}", self.bot.stdout(), self.tail()))
    }

    /// Another command, which must end with this code. What it said can be read later.
    pub(crate) fn run(&mut self, args: &[&str], expected: i32) -> Result<(), String> {
        let begin = Instant::now();
        let (code, said) = self.bot.run(args, PATIENCE)?;
        let seconds = begin.elapsed().as_secs_f64();
        let first: String = said.lines().next().unwrap_or_default().chars().take(90).collect();
        self.seen.push(format!("{} exit {code} after {seconds:.1} s {first:?}", args[0]));
        self.said = said;
        self.mark();
        if code == expected {
            return Ok(());
        }
        Err(format!("{args:?} ended with {code}, expected {expected}: {}", self.said))
    }

    /// What the account holds, by the exchange's own answer: market and size.
    pub(crate) fn positions(&self) -> Result<Vec<(String, f64)>, String> {
        let state = sim::info(self.sim.control, "clearinghouseState", ACCOUNT)?;
        let positions = state["assetPositions"].as_array().into_iter().flatten();
        let held = positions.filter_map(|entry| {
            let size: f64 = entry["position"]["szi"].as_str()?.parse().ok()?;
            Some((entry["position"]["coin"].as_str()?.to_owned(), size))
        });
        Ok(held.filter(|(_, size)| *size != 0.0).collect())
    }

    /// The end of the log, for a report.
    pub(crate) fn tail(&self) -> String {
        let log = self.bot.log();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(8)..].join(" | ")
    }
}

/// The configuration of every bot here, unless its scenario changes it.
fn environment(url: &str) -> Vec<(String, String)> {
    let coins = COINS.join(",");
    let position = POSITION_USD.to_string();
    [
        ("HL_URL", url),
        ("HL_ACCOUNT", ACCOUNT),
        ("HL_AGENT_KEY_FILE", "agent.key"),
        ("ACTIVE_PAIRS", &coins),
        ("MAX_POSITION_USD", &position),
        // Close to the touch and following it: something happens in every second.
        ("MAKER_SPREAD_BPS", "1"),
        ("REQUOTE_TOLERANCE_BPS", "0.5"),
        ("MM_INTERVAL_SEC", "1"),
    ]
    .iter()
    .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
    .collect()
}
