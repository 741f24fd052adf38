//! The parts of real operation: the configured log, the receiver of messages, Prometheus,
//! Alertmanager.

use std::io::Write as _;
use std::time::Duration;

use hl_client::{Feed, clock};
use hl_journal::log::Quoted;
use serde_json::{Value, json};

use super::Outside;
use super::rule::{RULES, alerts};
use crate::doctor::Finding;
use crate::runtime::{Severity, send_one};

/// No answer is longer. Bytes.
const LONGEST: usize = 32 << 20;
/// How long Alertmanager may take to show an alert that it took.
const PATIENCE_MS: u64 = 3_000;

pub(super) async fn examine(outside: Outside<'_>) -> Vec<Finding> {
    let mut found = vec![log(outside), messages(outside).await];
    if let Some(url) = outside.prometheus {
        found.push(match prometheus(url).await {
            Ok(saw) => Finding::ok("prometheus", saw),
            Err(what) => Finding::wrong("prometheus", what, "docs/alerts.md has its configuration"),
        });
    }
    if let Some(url) = outside.alertmanager {
        found.push(match alertmanager(url).await {
            Ok(saw) => Finding::ok("alertmanager", saw),
            Err(what) => {
                Finding::wrong("alertmanager", what, "docs/alerts.md has its configuration")
            }
        });
    }
    found
}

/// A line into the very file that the bot's lines go to, and found again.
fn log(outside: Outside<'_>) -> Finding {
    let Some(path) = &outside.settings.log.file else {
        let fix = "set log.file, or have the service manager keep standard error";
        return Finding::warn("log file", "log.file is not set: lines go to standard error", fix);
    };
    let at = clock::now();
    let id = format!("{:016x}", crate::runtime::random());
    let line = format!("log_evt=drill ts={} tms={at} id={id}\n", hl_engine::Timestamp(at));
    let write = || -> std::io::Result<bool> {
        let mut file = std::fs::File::options().create(true).append(true).open(path)?;
        file.write_all(line.as_bytes())?;
        file.sync_data()?;
        Ok(std::fs::read_to_string(path)?.contains(&line))
    };
    let shown = path.display();
    match write() {
        Ok(true) => Finding::ok("log file", format!("{shown}: line {id} found again")),
        Ok(false) => Finding::wrong(
            "log file",
            format!("{shown}: line {id} is not there"),
            "is it a device, or moved away at this moment? try again",
        ),
        Err(error) => Finding::wrong(
            "log file",
            format!("{shown}: {}", Quoted(error)),
            "log.file names another place",
        ),
    }
}

async fn messages(outside: Outside<'_>) -> Finding {
    let settings = &outside.settings.messages;
    let text = "fire drill: this message is a test, nothing has happened";
    match send_one(settings, Severity::Info, "drill", text).await {
        Ok(true) => {
            Finding::ok("receiver", format!("{} took the message of the drill", settings.style))
        }
        Ok(false) => Finding::warn(
            "receiver",
            "messages.url_file is not set: the bot writes to nobody",
            "docs/alerts.md, Messages from the bot",
        ),
        Err(what) => {
            Finding::wrong("receiver", what, "correct messages.url_file and messages.style")
        }
    }
}

async fn get(url: &str, path: &str) -> Result<Value, String> {
    let url = format!("{}{path}", url.trim_end_matches('/'));
    let feed = Feed::new(&url, LONGEST).map_err(|e| format!("{url}: {e}"))?;
    let body = feed.get().await.map_err(|e| format!("{url}: {e}"))?;
    serde_json::from_slice(&body).map_err(|e| format!("{url}: {e}"))
}

/// Every rule is loaded and healthy, and the bot is a target.
async fn prometheus(url: &str) -> Result<String, String> {
    let rules = get(url, "/api/v1/rules").await?;
    let groups = list(&rules, "/data/groups");
    let loaded: Vec<Value> = groups.iter().flat_map(|group| list(group, "/rules")).collect();
    let mut healthy = 0;
    for name in alerts(RULES) {
        let rule = loaded.iter().find(|rule| text(rule, "/name") == name);
        let rule = rule.ok_or_else(|| format!("rule {name} is not loaded"))?;
        if text(rule, "/health") == "err" {
            return Err(format!("rule {name} cannot be evaluated: {}", text(rule, "/lastError")));
        }
        healthy += 1;
    }
    let targets = get(url, "/api/v1/targets").await?;
    let targets = list(&targets, "/data/activeTargets");
    let bot = targets.iter().find(|target| text(target, "/labels/job") == "mm-bot");
    let bot = bot.ok_or("no target has the job mm-bot")?;
    Ok(format!(
        "{healthy} of {healthy} rules loaded; the target mm-bot is {}",
        text(bot, "/health")
    ))
}

/// An alert of its own is taken and shown.
async fn alertmanager(url: &str) -> Result<String, String> {
    let id = format!("{:016x}", crate::runtime::random());
    let alert = json!([{
        "labels": {"alertname": "MmFireDrill", "severity": "info", "drill": id},
        "annotations": {"summary": "a fire drill of mm-bot: nothing has happened"},
    }]);
    let place = format!("{}/api/v2/alerts", url.trim_end_matches('/'));
    let feed = Feed::new(&place, LONGEST).map_err(|e| format!("{place}: {e}"))?;
    feed.deliver(alert.to_string()).await.map_err(|e| format!("{place}: {e}"))?;
    let begin = clock::now();
    loop {
        let alerts = get(url, "/api/v2/alerts").await?;
        let shown =
            alerts.as_array().and_then(|all| all.iter().find(|a| text(a, "/labels/drill") == id));
        if let Some(alert) = shown {
            let receivers = list(alert, "/receivers");
            let names: Vec<&str> =
                receivers.iter().map(|receiver| text(receiver, "/name")).collect();
            return Ok(format!("took MmFireDrill for {}", names.join(", ")));
        }
        if clock::now().since(begin) >= PATIENCE_MS {
            return Err("took MmFireDrill and does not show it".to_owned());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// The list at a place of a document; an empty one where there is none.
fn list(document: &Value, place: &str) -> Vec<Value> {
    document.pointer(place).and_then(Value::as_array).cloned().unwrap_or_default()
}

/// The text there.
fn text<'a>(document: &'a Value, place: &str) -> &'a str {
    document.pointer(place).and_then(Value::as_str).unwrap_or_default()
}
