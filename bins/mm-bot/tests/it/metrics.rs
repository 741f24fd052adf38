//! Metrics of a running bot, asked for as Prometheus does.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::bot::Bot;

/// `GET path`: the status and the body.
fn get(address: &str, path: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

/// The lines of the log until the one that says where metrics are asked for; then that address.
/// The rest of the log is read away.
fn address(child: &mut Child) -> String {
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let line = lines.by_ref().map(Result::unwrap).find(|l| l.starts_with("metrics_evt=listening"));
    let line = line.unwrap();
    assert!(line.contains(" reach=this_machine "), "{line}");
    let _reader = std::thread::Builder::new().spawn(move || lines.for_each(drop)).unwrap();
    line.split(' ').find_map(|word| word.strip_prefix("address=")).unwrap().to_owned()
}

/// `name{labels}` and its value, in the order of the text.
fn samples(text: &str) -> BTreeMap<String, f64> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let parse = |line: &str| {
        let (name, value) = line.rsplit_once(' ').unwrap();
        (name.to_owned(), value.parse().unwrap())
    };
    lines.map(parse).collect()
}

fn sum(samples: &BTreeMap<String, f64>, name: &str) -> f64 {
    let start = format!("{name}{{");
    samples.iter().filter(|(key, _)| key.starts_with(&start)).map(|(_, value)| value).sum()
}

fn table() -> Vec<Value> {
    Bot::new().run(&["metrics", "--json"]).json().as_array().unwrap().clone()
}

#[test]
fn a_scrape_has_every_metric_of_the_table_and_counts_what_the_summary_counts() {
    let bot = Bot::new();
    let args =
        ["run", "--for", "12s", "--seed", "7", "--json", "--set", "metrics.listen=127.0.0.1:0"];
    let mut child = bot.command(&args).stderr(Stdio::piped()).spawn().unwrap();
    let address = address(&mut child);
    std::thread::sleep(Duration::from_secs(7));
    let (status, text) = get(&address, "/metrics");
    assert_eq!(status, 200, "{text}");
    assert!(text.ends_with("# EOF\n"), "{text}");
    let seen = samples(&text);
    for metric in table() {
        let name = metric["name"].as_str().unwrap();
        let base = name.strip_suffix("_total").unwrap_or(name);
        let line = format!("# TYPE {base} {}\n", metric["kind"].as_str().unwrap());
        assert!(text.contains(&line), "{line}");
        // Why a market is not quoted has no row while every one is.
        let rows = seen.keys().filter(|key| key.starts_with(name)).count();
        assert!(rows > 0 || name == "mm_not_quoting", "{name} has no row: {text}");
        for label in metric["labels"].as_array().unwrap() {
            let has = format!("{}=\"", label.as_str().unwrap());
            let mut rows = seen.keys().filter(|key| key.starts_with(&format!("{name}{{")));
            assert!(rows.all(|row| row.contains(&has)), "{name} {has}");
        }
    }
    // A tick error has a row before the first, or no alert would see it.
    assert_eq!(seen["mm_rejected_by_code_total{code=\"E_TICK\"}"], 0.0);
    assert_eq!(seen["mm_tick_rejected_total{pair=\"BTC\"}"], 0.0);
    assert_eq!(seen["mm_orders{pair=\"BTC\",state=\"unknown\"}"], 0.0);
    assert_eq!(seen["mm_quoting{pair=\"BTC\"}"], 1.0);
    assert!(seen["mm_answer_seconds_count"] > 0.0 && seen["mm_turn_seconds_count"] > 100.0);
    let worst = sum(&seen, "mm_worst_case_usd");
    assert!(worst > 0.0 && (worst - seen["mm_gross_worst_case_usd"]).abs() < 1e-6, "{worst}");
    assert!(worst <= seen["mm_gross_limit_usd"], "{worst}");

    assert_eq!(get(&address, "/").0, 404);
    let mut stdout = String::new();
    child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
    assert!(child.wait().unwrap().success(), "{stdout}");
    let end: Value = serde_json::from_str(&stdout).unwrap();
    for (metric, key) in [("mm_attempts_total", "attempts"), ("mm_accepted_total", "accepted")] {
        let (scraped, whole) = (sum(&seen, metric), end["total"][key].as_f64().unwrap());
        assert!(scraped > 0.0 && scraped <= whole, "{metric}: {scraped} of {whole}");
    }
}

#[test]
fn an_address_that_is_taken_is_a_reason_not_to_start() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let set = format!("metrics.listen={address}");
    let done = Bot::new().run(&["run", "--for", "1s", "--set", &set]);
    assert_eq!(done.code, 3, "{done:?}");
    let has = |text: &str| assert!(done.stderr.contains(text), "{text}: {}", done.stderr);
    has(&address);
    has("hint: set metrics.listen to");
}

#[test]
fn the_page_lists_the_metrics_that_there_are() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/metrics.md");
    let page = std::fs::read_to_string(page).unwrap();
    let table = Bot::new().run(&["metrics"]).stdout;
    assert!(page.contains(&table), "docs/metrics.md is to contain:\n{table}");
}
