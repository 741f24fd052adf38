//! What each step does, and what it must see.

use std::fs;
use std::path::Path;
use std::time::Duration;

use hl_client::clock;
use hl_journal::log::{LogEvent, Seen, read_line, schema};
use rustix::process::Signal;

use super::Step;
use super::rule::{Increase, RULES};
use super::scrape::Scrape;
use super::stage::{Stage, ended, until};

/// How long anything may take that takes a healthy bot a second or two.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a halted bot must send nothing.
const SILENCE: Duration = Duration::from_millis(1_500);
/// Orders that the exchange must accept for the bot to count as at work.
const AT_WORK: u64 = 4;
/// Quoted on the drill's exchange: enough for something to happen within a second.
const PAIRS: &str = "BTC,ETH,SOL,ASTER,FARTCOIN";

impl Stage {
    /// Plays one step: what was seen, or what is wrong.
    pub(super) async fn play(&mut self, step: Step) -> Result<String, String> {
        match step {
            Step::Bot => self.start().await,
            Step::Log => self.read_log().await,
            Step::Metrics => self.scrape().await,
            Step::Refusal => self.refuse().await,
            Step::Rule => self.evaluate(),
            Step::Message => self.message().await,
            Step::Halt => self.halt().await,
            Step::CancelAll => self.cancel_all().await,
            Step::Stop => self.stop().await,
            Step::Journal => self.journal().await,
        }
    }

    fn breaks(&self, step: Step) -> bool {
        self.broken == Some(step)
    }

    async fn start(&mut self) -> Result<String, String> {
        let begin = clock::now();
        let log = if self.breaks(Step::Log) { "/dev/null" } else { "bot.log" };
        let mut command = self.command(&["run", "--log-file", log])?;
        command.envs([
            ("MM_MESSAGES_URL_FILE", "inbox"),
            ("MM_MESSAGES_LEVEL", "page"),
            ("ACTIVE_PAIRS", PAIRS),
            // Nothing but price moves makes orders otherwise.
            ("REQUOTE_TOLERANCE_BPS", "0.1"),
        ]);
        if !self.breaks(Step::Metrics) {
            command.env("MM_METRICS_LISTEN", self.metrics.to_string());
        }
        if self.breaks(Step::Bot) {
            command.env("HL_AGENT_KEY_FILE", "inbox");
        }
        let bot = command.spawn().map_err(|e| e.to_string())?;
        let pid = bot.id();
        self.bot = Some(bot);
        let truth = until(PATIENCE, async || {
            let truth = self.truth().await?;
            if truth.accepted >= AT_WORK {
                return Ok(truth);
            }
            Err(format!("{} orders accepted; {}", truth.accepted, self.last_words()))
        })
        .await?;
        let (accepted, attempts, ms) = (truth.accepted, truth.attempts, clock::now().since(begin));
        Ok(format!("process {pid}: {accepted} of {attempts} orders accepted after {ms} ms"))
    }

    async fn read_log(&self) -> Result<String, String> {
        let attempts = self.truth().await?.attempts;
        until(PATIENCE, async || {
            let log = Log::read(&self.path("bot.log"))?;
            if log.attempts < attempts {
                let found = log.attempts;
                return Err(format!("the exchange got {attempts} orders, the log has {found}"));
            }
            let (lines, found) = (log.lines, log.attempts);
            Ok(format!("{lines} lines, each as the schema says; {found} attempts for the exchange's {attempts}"))
        })
        .await
    }

    async fn scrape(&self) -> Result<String, String> {
        let accepted = self.truth().await?.accepted;
        until(PATIENCE, async || {
            let scrape = Scrape::of(self.metrics).await?;
            let told = scrape.sum("mm_accepted_total", None).unwrap_or(-1.0);
            let families = scrape.families();
            // Counts of one exchange in one drill are far below 2^53.
            let seen =
                format!("{families} metrics; mm_accepted_total {told}, the exchange's {accepted}");
            if format!("{told:.0}").parse::<u64>().is_ok_and(|told| told >= accepted) {
                Ok(seen)
            } else {
                Err(seen)
            }
        })
        .await
    }

    async fn refuse(&mut self) -> Result<String, String> {
        let before = Scrape::of(self.metrics).await?;
        if !self.breaks(Step::Refusal) {
            self.fault(true).await?;
        }
        let label = Some(("code", "E_TICK"));
        let after = until(PATIENCE, async || {
            let scrape = Scrape::of(self.metrics).await?;
            match scrape.sum("mm_rejected_by_code_total", label) {
                Some(n) if n > 0.0 => Ok(scrape),
                _ => Err("no E_TICK in the metrics".to_owned()),
            }
        })
        .await;
        self.fault(false).await?;
        let after = after?;
        let told = after.sum("mm_rejected_by_code_total", label).unwrap_or_default();
        self.scrapes = Some((before, after));
        let found = until(PATIENCE, async || {
            let log = Log::read(&self.path("bot.log"))?;
            if log.ticks > 0 {
                Ok(log.ticks)
            } else {
                Err("no err_code=E_TICK in the log".to_owned())
            }
        })
        .await?;
        Ok(format!(
            "prices refused for their tick: E_TICK {told} times in the metrics, {found} in the log"
        ))
    }

    fn evaluate(&self) -> Result<String, String> {
        let rules = if self.breaks(Step::Rule) {
            RULES.replace("mm_rejected_by_code_total", "mm_rejects_total")
        } else {
            RULES.to_owned()
        };
        let rule = Increase::of(&rules, "MmTick")?;
        let (before, after) = self.scrapes.as_ref().ok_or("there were no refusals to look at")?;
        let (_, quiet) = rule.fires(before, before).unwrap_or((0.0, false));
        if quiet {
            return Err("MmTick fires without a refusal".to_owned());
        }
        match rule.fires(before, after)? {
            (grown, true) => Ok(format!("MmTick fires: {} ({grown})", rule.text)),
            (grown, false) => Err(format!("MmTick is silent: {} ({grown})", rule.text)),
        }
    }

    async fn message(&self) -> Result<String, String> {
        until(PATIENCE, async || {
            let message = self.inbox.find("E_TICK");
            let message = message.ok_or("no message about E_TICK came to the drill's receiver")?;
            Ok(format!("delivered: [{}] {}", word(&message, "severity"), word(&message, "text")))
        })
        .await
    }

    async fn halt(&self) -> Result<String, String> {
        let open = self.quoting().await?;
        let begin = clock::now();
        if !self.breaks(Step::Halt) {
            let status = self.finish(&["halt", "--reason", "fire drill"], PATIENCE).await?;
            if !status.success() {
                return Err(format!("mm-bot halt: {status}; {}", self.last_words()));
            }
        }
        self.emptied().await?;
        let took = clock::now().since(begin);
        let sent = self.truth().await?.attempts;
        tokio::time::sleep(SILENCE).await;
        let truth = self.truth().await?;
        if truth.attempts != sent || truth.open_orders != 0 {
            let (more, open) = (truth.attempts.saturating_sub(sent), truth.open_orders);
            return Err(format!("halted, and {more} orders more came; {open} are open"));
        }
        let status = self.finish(&["resume"], PATIENCE).await?;
        if !status.success() {
            return Err(format!("mm-bot resume: {status}; {}", self.last_words()));
        }
        let quoting = self.quoting().await?;
        Ok(format!(
            "{open} orders open, none after {took} ms, none sent for {} ms; resumed: {quoting} open",
            SILENCE.as_millis()
        ))
    }

    async fn cancel_all(&self) -> Result<String, String> {
        let before = self.quoting().await?;
        self.signal(Signal::STOP)?;
        let begin = clock::now();
        let status = if self.breaks(Step::CancelAll) {
            self.finish(&["specs"], PATIENCE).await
        } else {
            self.finish(&["cancel-all"], PATIENCE * 2).await
        };
        let open = self.truth().await?.open_orders;
        let took = clock::now().since(begin);
        self.signal(Signal::CONT)?;
        let status = status?;
        if open > 0 || !status.success() {
            return Err(format!(
                "mm-bot cancel-all: {status}, {open} of {before} orders are open; {}",
                self.last_words()
            ));
        }
        Ok(format!("the bot frozen, {before} orders open: none after {took} ms"))
    }

    async fn stop(&mut self) -> Result<String, String> {
        let begin = clock::now();
        if !self.breaks(Step::Stop) {
            self.signal(Signal::TERM)?;
        }
        let bot = self.bot.as_mut().ok_or("there is no bot")?;
        let status = ended(bot, PATIENCE).await?;
        self.bot = None;
        let open = self.truth().await?.open_orders;
        let took = clock::now().since(begin);
        // 6: it was halted, by cancel-all.
        match status.code() {
            Some(0 | 6) if open == 0 => {
                Ok(format!("ended after {took} ms, {status}, 0 orders open"))
            }
            _ => Err(format!("{status}, {open} orders open; {}", self.last_words())),
        }
    }

    async fn journal(&self) -> Result<String, String> {
        let state = self.path("state");
        let intents = one(&state, |name| name.ends_with(".journal"))?;
        let bytes = fs::read(&intents).map_err(|e| e.to_string())?;
        let found = hl_journal::read(&bytes);
        if found.end != hl_journal::End::Clean {
            return Err(format!("the journal of intents ends badly: {:?}", found.end));
        }
        let decisions = one(&state, |name| name.ends_with(".decisions"))?;
        if self.breaks(Step::Journal) {
            flip(&one(&decisions, |name| name.ends_with(".hlj"))?)?;
        }
        let path = decisions.to_string_lossy().into_owned();
        let status = self.finish(&["replay", &path], PATIENCE).await?;
        if !status.success() {
            return Err(format!("mm-bot replay: {status}; {}", self.last_words()));
        }
        let records = found.records.len();
        Ok(format!("intents: {records} records, whole; decisions: {}", self.last_words()))
    }

    /// Waits until the exchange has none of our orders.
    async fn emptied(&self) -> Result<(), String> {
        until(PATIENCE / 2, async || match self.truth().await?.open_orders {
            0 => Ok(()),
            open => Err(format!("{open} orders are open")),
        })
        .await
    }

    /// Waits until it has some.
    async fn quoting(&self) -> Result<u64, String> {
        until(PATIENCE, async || match self.truth().await?.open_orders {
            0 => Err("no order is open".to_owned()),
            open => Ok(open),
        })
        .await
    }
}

/// What a log says.
struct Log {
    lines: u64,
    attempts: u64,
    ticks: u64,
}

impl Log {
    /// Reads it whole; a line that is not as the schema says is an error.
    fn read(path: &Path) -> Result<Self, String> {
        let text = fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?;
        let mut log = Self { lines: 0, attempts: 0, ticks: 0 };
        // The last line may be in the middle of being written.
        let whole = text.iter().rposition(|byte| *byte == b'\n').unwrap_or(0);
        for line in text.get(..whole).unwrap_or_default().split(|byte| *byte == b'\n') {
            log.lines += 1;
            let shown = || String::from_utf8_lossy(line).chars().take(120).collect::<String>();
            match read_line(line) {
                Seen::Event(event) => log.count(&event).map_err(|e| format!("{e}: {}", shown()))?,
                _ => return Err(format!("a line is no event: {}", shown())),
            }
        }
        Ok(log)
    }

    fn count(&mut self, event: &LogEvent<'_>) -> Result<(), String> {
        schema::check(event).map_err(|e| e.to_string())?;
        let is = |family, word| (event.family, event.word) == (family, word);
        self.attempts += u64::from(is("quant_evt", "attempt"));
        let tick = event.get("err_code").is_some_and(|code| code == "E_TICK");
        self.ticks += u64::from(is("quant_evt", "submit") && tick);
        Ok(())
    }
}

fn word<'a>(message: &'a serde_json::Value, key: &str) -> &'a str {
    message.get(key).and_then(|value| value.as_str()).unwrap_or_default()
}

/// The one entry of a directory whose name is wanted.
fn one(dir: &Path, wanted: impl Fn(&str) -> bool) -> Result<std::path::PathBuf, String> {
    let entries = fs::read_dir(dir).map_err(|e| format!("{}: {e}", dir.display()))?;
    let mut paths = entries.filter_map(Result::ok).map(|entry| entry.path());
    let fits = |path: &std::path::PathBuf| {
        path.file_name().is_some_and(|name| wanted(&name.to_string_lossy()))
    };
    paths.find(fits).ok_or_else(|| format!("{}: no journal there", dir.display()))
}

/// Flips one bit in the middle of a file.
fn flip(path: &Path) -> Result<(), String> {
    let mut bytes = fs::read(path).map_err(|e| e.to_string())?;
    let middle = bytes.len() / 2;
    if let Some(byte) = bytes.get_mut(middle) {
        *byte ^= 1;
    }
    fs::write(path, bytes).map_err(|e| e.to_string())
}
