//! The rules for Loki's ruler against the schema of the log and against lines of it. Loki itself is
//! not here: the two stages that the rules use, a line filter and labels out of logfmt, are evaluated
//! by this file, with regular expressions that are nothing but alternatives.

use std::fs;

use hl_journal::log::{Pairs, Seen, read_line, schema};

use crate::alerts::log_rules;
use crate::bot::Bot;

/// What a rule selects.
struct Filter {
    alert: String,
    absence: bool,
    contains: String,
    /// A label and the values that it may have.
    labels: Vec<(String, Vec<String>)>,
}

/// The text between the first `from` and the next `to`.
fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    text.split_once(from).unwrap().1.split_once(to).unwrap().0
}

fn filters() -> Vec<Filter> {
    let rules = log_rules();
    let read = |rule: &str| {
        let expr = between(rule, "expr: >", "labels:");
        let expr = expr.split_whitespace().collect::<Vec<_>>().join(" ");
        let pipeline = between(&expr, "{job=\"mm-bot\"} |= \"", " [5m])");
        let (contains, stages) = pipeline.split_once("\" | logfmt | ").unwrap();
        let label = |stage: &str| {
            let (name, values) = stage.split_once(['=']).unwrap();
            let values = values.trim_start_matches('~').trim_matches('"');
            (name.to_owned(), values.split('|').map(str::to_owned).collect())
        };
        let absence = expr.starts_with("absent_over_time(");
        assert!(absence || expr.ends_with(") > 0"), "{expr}");
        Filter {
            alert: rule.lines().next().unwrap().to_owned(),
            absence,
            contains: contains.to_owned(),
            labels: stages.split(" | ").map(label).collect(),
        }
    };
    rules.split("- alert: ").skip(1).map(read).collect()
}

impl Filter {
    fn selects(&self, line: &str) -> bool {
        let has = |name: &str, values: &[String]| {
            let mut pairs = Pairs::new(line).filter(|pair| pair.key == name);
            pairs.any(|pair| pair.value().is_some_and(|value| values.iter().any(|v| *v == *value)))
        };
        line.contains(&self.contains) && self.labels.iter().all(|(name, values)| has(name, values))
    }
}

#[test]
fn every_event_and_key_in_a_rule_for_loki_is_one_of_the_schema() {
    let filters = filters();
    assert!(filters.len() >= 10);
    for filter in filters {
        let (family, words) = &filter.labels[0];
        for word in words {
            let row = schema::find(family, word);
            let row = row.unwrap_or_else(|| panic!("{}: {family}={word}", filter.alert));
            assert_ne!(row.word, "*", "{}", filter.alert);
            for (key, _) in &filter.labels[1..] {
                assert!(row.keys.split(' ').any(|known| known == key), "{}: {key}", filter.alert);
            }
        }
    }
}

/// A line for each rule, and near it one that a careless rule would count.
const LINES: &[(&str, &str, &str)] = &[
    (
        "MmLogTick",
        "quant_evt=submit ts=1 tms=1 seq=1 cloid=0x1 pair=SOL side=buy tif=Alo ro=0 ticks=1 stepInt=1 szInt=1 ok=0 err=tick_size err_code=E_TICK",
        "recon_evt=ok ts=1 tms=1 orphans=0 foreign=0 text=\"quant_evt=submit err_code=E_TICK\"",
    ),
    (
        "MmLogAbsent",
        "log_evt=alive ts=1 tms=1 every_sec=10",
        "sim_evt=notice ts=1 tms=1 text=\"log_evt=alive\"",
    ),
    (
        "MmLogAvoidableReject",
        "quant_evt=submit ts=1 tms=1 seq=1 cloid=0x1 pair=SOL side=buy tif=Alo ro=0 ticks=1 stepInt=1 szInt=1 ok=0 err=nonce err_code=E_NONCE",
        "quant_evt=submit ts=1 tms=1 seq=1 cloid=0x1 pair=SOL side=buy tif=Alo ro=0 ticks=1 stepInt=1 szInt=1 ok=0 err=alo err_code=E_ALO",
    ),
    (
        "MmLogUnknown",
        "quant_evt=submit ts=1 tms=1 seq=1 cloid=0x1 pair=SOL side=buy tif=Alo ro=0 ticks=1 stepInt=1 szInt=1 ok=0 err=unknown err_code=E_UNKNOWN",
        "order_evt=unknown ts=1 tms=1 cloid=0x1 pair=SOL why=timeout",
    ),
    (
        "MmLogHalt",
        "halt_evt=latch ts=1 tms=1 reason=daily_loss since=1",
        "halt_evt=stopped ts=1 tms=1 remaining=0",
    ),
    (
        "MmLogHaltedStart",
        "state_evt=safe_mode ts=1 tms=1 starts=6 within_sec=600",
        "state_evt=carry ts=1 tms=1 intents=0 starts=1 day=1 fills_through=1",
    ),
    (
        "MmLogJournalFailed",
        "state_evt=journal_failed ts=1 tms=1 reason=\"no space\"",
        "state_evt=journal_ok ts=1 tms=1",
    ),
    (
        "MmLogDecisionsFailed",
        "journal_evt=lost ts=1 tms=1 entries=3 first=9 reason=slow",
        "journal_evt=open ts=1 tms=1 file=a",
    ),
    (
        "MmLogFailed",
        "log_evt=failed ts=1 tms=1 reason=\"no space\"",
        "log_evt=ok ts=1 tms=1 held=1 dropped=0",
    ),
    (
        "MmLogBroken",
        "shell_evt=broken ts=1 tms=1 reason=\"x\"",
        "shell_evt=stop ts=1 tms=1 reason=done",
    ),
];

#[test]
fn every_rule_for_loki_counts_its_line_and_not_the_one_beside_it() {
    let filters = filters();
    assert_eq!(filters.len(), LINES.len());
    for (filter, (alert, fires, beside)) in filters.iter().zip(LINES) {
        assert_eq!(filter.alert, *alert);
        let Seen::Event(event) = read_line(fires.as_bytes()) else { panic!("{fires}") };
        assert!(schema::check(&event).is_ok(), "{fires}: {:?}", schema::check(&event));
        assert!(filter.selects(fires), "{alert}");
        assert!(!filter.selects(beside), "{alert}");
    }
}

#[test]
fn a_healthy_run_fires_no_rule_for_loki_and_an_empty_log_the_absence() {
    let bot = Bot::new();
    let args = ["run", "--for", "3s", "--seed", "7", "--markets", "SOL", "--log-file", "bot.log"];
    assert_eq!(bot.run(&args).code, 0);
    let log = fs::read_to_string(bot.path().join("bot.log")).unwrap();
    assert!(log.lines().count() > 20);
    for filter in filters() {
        let found = log.lines().find(|line| filter.selects(line));
        assert_eq!(found.is_some(), filter.absence, "{}: {found:?}", filter.alert);
    }
    assert_eq!(filters().iter().filter(|filter| filter.absence).count(), 1);
}
