//! The files of alerts against the bot that they watch and the page that explains them.
//! What the rules do over time is tested by promtool: stage `alerts` of `.ci/run`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use hl_wire::RejectCode;

use crate::bot::Bot;

fn here() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn rules() -> String {
    fs::read_to_string(here().join("ops/prometheus/mm-bot-alerts.yaml")).unwrap()
}

pub(crate) fn log_rules() -> String {
    fs::read_to_string(here().join("ops/loki/mm-bot-rules.yaml")).unwrap()
}

/// The words of `text` that look like names of metrics of the bot.
fn metric_names(text: &str) -> BTreeSet<String> {
    let code = text.lines().map(|line| line.split('#').next().unwrap_or_default());
    code.flat_map(|line| line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'))
        .filter(|word| word.starts_with("mm_") || word.starts_with("process_"))
        .map(str::to_owned)
        .collect()
}

fn told() -> BTreeSet<String> {
    let table = Bot::new().run(&["metrics", "--json"]).json();
    let mut names = BTreeSet::new();
    for metric in table.as_array().unwrap() {
        let name = metric["name"].as_str().unwrap().to_owned();
        if metric["kind"] == "histogram" {
            names.extend(["_bucket", "_sum", "_count"].map(|end| format!("{name}{end}")));
        }
        names.insert(name);
    }
    names
}

#[test]
fn every_metric_in_a_rule_is_one_that_the_bot_tells() {
    let told = told();
    let grafana = "ops/grafana/provisioning/alerting/mm-bot-etick.yaml";
    for text in [rules(), fs::read_to_string(here().join(grafana)).unwrap()] {
        let named = metric_names(&text);
        assert!(!named.is_empty());
        let unknown: Vec<&String> = named.difference(&told).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }
}

/// One that may have no row while all is well has its absence handled in the rule that reads it.
#[test]
fn every_metric_in_a_rule_has_its_absence_watched() {
    let rules = rules();
    let may_be_absent = ["mm_reconciled_age_seconds", "mm_not_quoting"];
    for name in metric_names(&rules) {
        let watched = rules.contains(&format!("absent({name})"));
        assert!(watched || may_be_absent.contains(&name.as_str()), "{name}");
    }
}

#[test]
fn every_code_in_a_rule_is_one_of_the_list() {
    let known: BTreeSet<&str> = RejectCode::ALL.iter().map(|code| code.code()).collect();
    let rules = rules() + &log_rules();
    let words = rules.split(|c: char| !c.is_ascii_uppercase() && c != '_');
    let codes: BTreeSet<&str> = words.filter(|word| word.starts_with("E_")).collect();
    assert!(codes.len() >= 8, "{codes:?}");
    // One that is ours, and not in the venue's list.
    let codes: BTreeSet<&str> = codes.into_iter().filter(|code| *code != "E_UNKNOWN").collect();
    assert!(codes.is_subset(&known), "{:?}", codes.difference(&known));
}

#[test]
fn every_alert_has_its_place_in_the_page_and_every_place_its_alert() {
    let page = fs::read_to_string(Path::new(&here()).join("../../docs/alerts.md")).unwrap();
    let rules = rules() + &log_rules();
    let start = "- alert: ";
    let alerts: BTreeSet<&str> =
        rules.lines().filter_map(|line| line.trim().strip_prefix(start)).collect();
    let places: BTreeSet<&str> =
        page.lines().filter_map(|line| line.strip_prefix("### ")).collect();
    assert_eq!(alerts, places);
    for alert in alerts {
        let runbook = format!("runbook: docs/alerts.md#{}\n", alert.to_lowercase());
        assert!(rules.contains(&runbook), "{runbook}");
    }
}
