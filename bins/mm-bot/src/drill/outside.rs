//! The parts of real operation: the configured log, the receiver of messages, Prometheus,
//! Alertmanager.

use std::io::Write as _;
use std::time::{Duration, Instant};

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
const PATIENCE: Duration = Duration::from_secs(3);

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
    let groups = rules["data"]["groups"].as_array().cloned().unwrap_or_default();
    let loaded: Vec<Value> =
        groups.iter().filter_map(|group| group["rules"].as_array()).flatten().cloned().collect();
    let mut healthy = 0;
    for name in alerts(RULES) {
        let rule = loaded.iter().find(|rule| rule["name"] == name);
        let rule = rule.ok_or_else(|| format!("rule {name} is not loaded"))?;
        if rule["health"] == "err" {
            return Err(format!("rule {name} cannot be evaluated: {}", rule["lastError"]));
        }
        healthy += 1;
    }
    let targets = get(url, "/api/v1/targets").await?;
    let targets = targets["data"]["activeTargets"].as_array().cloned().unwrap_or_default();
    let bot = targets.iter().find(|target| target["labels"]["job"] == "mm-bot");
    let bot = bot.ok_or("no target has the job mm-bot")?;
    Ok(format!(
        "{healthy} of {healthy} rules loaded; the target mm-bot is {}",
        bot["health"].as_str().unwrap_or("unknown")
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
    let begin = Instant::now();
    loop {
        let alerts = get(url, "/api/v2/alerts").await?;
        let shown =
            alerts.as_array().and_then(|all| all.iter().find(|a| a["labels"]["drill"] == *id));
        if let Some(alert) = shown {
            let names: Vec<&str> = alert["receivers"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|receiver| receiver["name"].as_str())
                .collect();
            return Ok(format!("took MmFireDrill for {}", names.join(", ")));
        }
        if begin.elapsed() >= PATIENCE {
            return Err("took MmFireDrill and does not show it".to_owned());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
