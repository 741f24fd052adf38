//! Runs against the embedded exchange, as an operator would.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::bot::{Bot, Done};

/// What every run that ended in order must show.
fn check(done: &Done) -> Value {
    assert_eq!(done.code, 0, "{done:?}");
    let json = done.json();
    assert_eq!(json["ok"], true, "{json}");
    assert_eq!(json["equal"], true, "{json}");
    assert_eq!(json["open_orders"], 0);
    let exchange = &json["exchange"];
    for promise in ["illegal_prices", "illegal_sizes", "taker_fills", "open_orders"] {
        assert_eq!(exchange[promise], 0, "{promise}: {json}");
    }
    for count in ["accepted", "maker_fills", "rejected"] {
        assert_eq!(exchange[count], json["total"][count], "{count}: {json}");
    }
    // An order that was waiting for its record when the run was stopped never left.
    let count = |name: &str| json["total"][name].as_u64().unwrap();
    assert_eq!(exchange["attempts"], count("attempts") - count("never_sent"), "{json}");
    assert!(json["total"]["attempts"].as_u64().unwrap() > 0);
    json
}

#[test]
fn a_run_quotes_every_market_and_leaves_nothing_behind() {
    let args = ["run", "--for", "10s", "--seed", "7", "--json", "--set", "status.interval_sec=1"];
    let done = Bot::new().run(&args);
    let json = check(&done);
    let markets = json["markets"].as_array().unwrap();
    assert_eq!(markets.len(), 5);
    for market in markets {
        assert!(market["accepted"].as_u64().unwrap() >= 2, "both sides: {market}");
    }
    // The log is on standard error, a line per event, and each attempt has exactly one end.
    let count = |start: &str| done.stderr.lines().filter(|l| l.starts_with(start)).count() as u64;
    let attempts = json["total"]["attempts"].as_u64().unwrap();
    assert_eq!(count("quant_evt=attempt "), attempts);
    assert_eq!(count("quant_evt=submit "), attempts);
    assert_eq!(count("fill_evt=maker "), json["total"]["maker_fills"].as_u64().unwrap());
    assert!(count("status_evt=market ") >= 5 * 8);
    // Without what differs from run to run: the time behind the name, run and number at the end.
    let last = |start: &str| {
        let line = done.stderr.lines().rfind(|line| line.starts_with(start)).unwrap();
        let (head, rest) = line.split_once(" tms=").unwrap();
        let rest = rest.split_once(' ').unwrap().1;
        format!("{} {}", head.split_once(" ts=").unwrap().0, rest.split_once(" run=").unwrap().0)
    };
    let races = json["total"]["races"].as_u64().unwrap();
    let guard =
        format!("status_evt=guard races={races} guarded=0 success=0 exhausted=0 most_sends=1");
    assert_eq!(last("status_evt=guard "), guard);
    let standing = last("status_evt=standing ");
    assert!(standing.contains(" cap=") && !standing.contains("left=unknown"), "{standing}");
    let tail = "dead_man=armed watchdog=normal grade=normal reason=clear";
    assert!(standing.ends_with(tail), "{standing}");
    // A confirmed stop takes the switch back: each firing is one of ten a day.
    assert_ne!(json["standing"]["dead_man"], "off");
    assert!(json["standing"]["requests_left"].as_u64().unwrap() > 9_000, "{json}");
    as_the_schema_says(&done.stderr);
}

/// Every line is an event of the table, with its keys in their order, its run and its number.
fn as_the_schema_says(log: &str) {
    use hl_journal::log::{Seen, read_line, schema};
    let mut runs = std::collections::BTreeSet::new();
    for (n, line) in log.lines().enumerate() {
        let Seen::Event(event) = read_line(line.as_bytes()) else { panic!("no event: {line}") };
        assert!(schema::check(&event).is_ok(), "{line}: {:?}", schema::check(&event));
        assert!(event.time().is_some(), "{line}");
        assert_eq!(event.get("ln").unwrap(), (n + 1).to_string(), "a line is missing: {line}");
        runs.insert(event.get("run").unwrap().into_owned());
    }
    assert_eq!(runs.len(), 1, "{runs:?}");
    assert!(
        log.starts_with("log_evt=open ")
            && log.lines().last().unwrap().starts_with("log_evt=close ")
    );
}

#[test]
fn numbers_of_attempts_are_unique_across_restarts_by_the_name_of_their_run() {
    let bot = Bot::new();
    let args = ["run", "--for", "3s", "--seed", "7", "--markets", "SOL", "--log-file", "bot.log"];
    for _ in 0..2 {
        assert_eq!(bot.run(&args).code, 0);
    }
    let log = std::fs::read_to_string(bot.path().join("bot.log")).unwrap();
    let attempts = log.lines().filter(|line| line.starts_with("quant_evt=attempt "));
    let field = |line: &str, key: &str| {
        line.split(' ').find_map(|word| word.strip_prefix(key)).unwrap().to_owned()
    };
    let names: Vec<_> = attempts.map(|line| (field(line, "seq="), field(line, "run="))).collect();
    let unique: std::collections::BTreeSet<_> = names.iter().collect();
    assert_eq!(unique.len(), names.len());
    let seqs: std::collections::BTreeSet<_> = names.iter().map(|(seq, _)| seq).collect();
    assert!(seqs.len() < names.len(), "the same seed numbers its attempts alike");
}

#[test]
fn a_log_on_a_full_disk_stops_quoting_and_not_the_process() {
    let bot = Bot::new();
    let args = ["run", "--for", "6s", "--seed", "7", "--json", "--markets", "SOL,BTC"];
    let done = bot.run(&[&args[..], &["--log-file", "/dev/full"]].concat());
    assert_eq!(done.code, 1, "missing lines are no success: {done:?}");
    let json = done.json();
    assert_eq!(json["ended"], "time");
    assert!(json["seconds"].as_f64().unwrap() >= 6.0, "it stayed up: {json}");
    assert_eq!(json["total"]["attempts"], 0, "nothing without a record: {json}");
    assert_eq!(json["open_orders"], 0);
    assert!(done.stdout.contains("No space left on device"), "{}", done.stdout);
}

/// Prices and sizes of the accepted orders of a market, by side.
fn sent(done: &Done, pair: &str) -> [Vec<u64>; 2] {
    let start = format!(" pair={pair} ");
    let attempts = done.stderr.lines().filter(|line| line.starts_with("quant_evt=attempt "));
    let mut sides = [Vec::new(), Vec::new()];
    for line in attempts.filter(|line| line.contains(&start)) {
        let field = |key: &str| line.split(' ').find_map(|word| word.strip_prefix(key)).unwrap();
        let side = usize::from(field("side=") == "sell");
        sides[side].push(field("priceInt=").parse().unwrap());
    }
    sides
}

#[test]
fn each_model_quotes_in_layers_on_its_own_estimates_beside_the_others() {
    // Warm after a few seconds: the embedded markets trade often enough for that.
    let text = "[quote]\nactive_layers = 2\nbase_order_usd = 200\n[estimate]\nsigma_warm_sec = 3\n\
                arrival_warm_sec = 3\narrival_warm_orders = 3\n\
                [market.SOL]\nmodel = \"avellaneda-stoikov\"\n[market.ETH]\nmodel = \"glft\"\n";
    let bot = Bot::new().file("mm-bot.toml", text);
    let args = ["run", "--for", "25s", "--seed", "7", "--json", "--markets", "SOL,ETH,BTC"];
    let done = bot.run(&args);
    let json = check(&done);
    for market in json["markets"].as_array().unwrap() {
        assert!(market["accepted"].as_u64().unwrap() >= 4, "two layers a side: {market}");
    }
    for pair in ["SOL", "ETH", "BTC"] {
        let [bids, asks] = sent(&done, pair);
        assert!(bids.len() >= 2 && asks.len() >= 2, "{pair}: {bids:?} {asks:?}");
        // The first two of each side are the two layers.
        assert_ne!(bids[0], bids[1], "{pair}");
        assert_ne!(asks[0], asks[1], "{pair}");
    }
    // The models said first why they did not quote yet; the spread needs no estimate.
    let said = |pair: &str| {
        let start = format!(" pair={pair} ");
        let mut lines = done.stderr.lines().filter(|line| line.starts_with("quote_evt=stop "));
        lines.any(|line| line.contains(&start) && line.contains("reason=volatility_warming"))
    };
    assert_eq!(["SOL", "ETH", "BTC"].map(said), [true, true, false], "{}", done.stderr);
}

#[test]
fn numbers_that_the_operator_gives_a_model_need_no_warming() {
    for model in ["avellaneda-stoikov", "glft"] {
        let bot = Bot::new()
            .env("MM_MODEL", model)
            .env("MM_SIGMA_BPS", "0.7")
            .env("MM_ARRIVAL_RATE", "0.5")
            .env("MM_ARRIVAL_REACH_BPS", "2");
        let args = ["run", "--for", "5s", "--seed", "7", "--json", "--markets", "SOL,BTC"];
        let done = bot.run(&args);
        check(&done);
        assert!(!done.stderr.contains("warming"), "{model}: {}", done.stderr);
    }
}

#[test]
fn a_table_for_a_market_that_is_not_there_is_refused_at_start() {
    let bot = Bot::new().file("mm-bot.toml", "[market.SOLL]\nspread_bps = 7\n");
    let done = bot.run(&["run", "--for", "1s", "--markets", "BTC"]);
    assert_eq!(done.code, 78, "{done:?}");
    assert!(done.stderr.contains("[market.SOLL]: unknown market \"SOLL\""), "{done:?}");
}

/// Without SIGHUP where this test was started to outlive its terminal, since the bot then is too.
fn signals() -> &'static [&'static str] {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    if ignored.is_some_and(|mask| u64::from_str_radix(mask.trim(), 16).unwrap() & 1 == 1) {
        let _ = writeln!(std::io::stderr(), "skipped: SIGHUP is ignored here");
        return &["INT", "TERM"];
    }
    &["INT", "TERM", "HUP"]
}

#[test]
fn a_signal_or_a_closed_terminal_cancels_everything_first() {
    for signal in signals() {
        let bot = Bot::new();
        let args = ["run", "--seed", "3", "--markets", "SOL,kPEPE,HYPE", "--json"];
        let mut child = bot.command(&args).spawn().unwrap();
        // Until it has quoted: the first acceptance is in the log.
        let mut stderr = child.stderr.take().unwrap();
        let mut seen = Vec::new();
        let mut buffer = [0_u8; 4_096];
        while !String::from_utf8_lossy(&seen).contains("ok=1") {
            let n = stderr.read(&mut buffer).unwrap();
            assert!(n > 0, "{}", String::from_utf8_lossy(&seen));
            seen.extend_from_slice(&buffer[..n]);
        }
        let id = child.id().to_string();
        let sent = Command::new("kill").args([&format!("-{signal}"), &id]).status().unwrap();
        assert!(sent.success());
        let rest = std::thread::Builder::new().spawn(move || {
            let mut rest = String::new();
            stderr.read_to_string(&mut rest).map(|_| rest)
        });
        let output = child.wait_with_output().unwrap();
        let stderr = rest.unwrap().join().unwrap().unwrap();
        let stdout = String::from_utf8(output.stdout).unwrap();
        let done = Done { code: output.status.code().unwrap_or(-1), stdout, stderr };
        let json = check(&done);
        assert_eq!(json["ended"], format!("SIG{signal}"));
    }
}

#[test]
fn the_kill_switch_cancels_everything_and_quoting_waits_for_a_resume() {
    let bot = Bot::new();
    let args = ["run", "--seed", "4", "--markets", "SOL,kPEPE,HYPE", "--json"];
    let mut child = bot.command(&args).spawn().unwrap();
    let mut stderr = child.stderr.take().unwrap();
    let id = child.id().to_string();
    let mut seen = String::new();
    // Up to and with what is waited for; what was read beyond it is for the next one.
    let mut begin = 0;
    let mut until = |wanted: &str| {
        let mut buffer = [0_u8; 4_096];
        let found = loop {
            if let Some(at) = seen[begin..].find(wanted) {
                break begin + at + wanted.len();
            }
            let n = stderr.read(&mut buffer).unwrap();
            assert!(n > 0, "the log ended before {wanted:?}: {seen}");
            seen.push_str(std::str::from_utf8(&buffer[..n]).unwrap());
        };
        let passed = seen[begin..found].to_owned();
        begin = found;
        passed
    };
    let kill = |signal: &str| {
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    };
    until("ok=1");
    kill("-USR1");
    until("halt_evt=halt ");
    // Confirmed by the venue's own list, and then nothing for two status lines.
    until("halt_evt=stopped ");
    until(" remaining=");
    let remaining = until("\n");
    assert!(remaining.starts_with('0'), "{remaining}");
    assert!(!until("status_evt=total ").contains("quant_evt=attempt "));
    kill("-USR2");
    until("halt_evt=resume ");
    until("ok=1");
    kill("-TERM");
    let rest = std::thread::Builder::new().spawn(move || {
        let mut rest = String::new();
        stderr.read_to_string(&mut rest).map(|_| rest)
    });
    let output = child.wait_with_output().unwrap();
    let stderr = rest.unwrap().join().unwrap().unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    check(&Done { code: output.status.code().unwrap_or(-1), stdout, stderr });
}

#[test]
fn the_seeds_override_acts_and_is_logged_once() {
    let bot = Bot::new().file(".env", "SPEC_OVERRIDE_SOL_TICK=0.01\nSPEC_OVERRIDE_SOL_LOT=0.1\n");
    let done = bot.run(&["run", "--for", "4s", "--markets", "SOL", "--seed", "5", "--json"]);
    check(&done);
    let lines: Vec<&str> = done.stderr.lines().filter(|l| l.contains("SPEC_OVERRIDE")).collect();
    let [line] = lines[..] else { panic!("{lines:?}") };
    assert!(line.starts_with("SPEC_OVERRIDE applied for SOL: tick=0.0001→0.01 lot=0.01→0.1 ts="));
    for line in done.stderr.lines().filter(|l| l.starts_with("quant_evt=attempt ")) {
        assert!(line.contains(" stepDec=1 "), "{line}");
    }
}

#[test]
fn the_status_for_people_is_on_standard_error_and_the_summary_on_standard_output() {
    let bot = Bot::new();
    let args = ["run", "--for", "3s", "--seed", "9", "--log-file", "bot.log"];
    let done = bot.run(&args);
    assert_eq!(done.code, 0, "{done:?}");
    assert!(done.stdout.starts_with("summary   sim, "), "{}", done.stdout);
    assert!(done.stdout.ends_with("result: ok\n"), "{}", done.stdout);
    assert_eq!(done.stderr, "", "the log is in the file");
    let log = std::fs::read_to_string(bot.path().join("bot.log")).unwrap();
    assert!(log.contains("quant_evt=attempt ts="), "{log}");
}

#[test]
fn a_port_in_use_is_a_preflight_error_that_names_it() {
    let holder = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = holder.local_addr().unwrap().port().to_string();
    let done = Bot::new().run(&["run", "--for", "1s", "--port", &port]);
    assert_eq!(done.code, 3, "{done:?}");
    assert!(done.stderr.contains(&format!("127.0.0.1:{port} is in use")), "{done:?}");
    assert!(done.stderr.contains("hint: --port 0"), "{done:?}");
    assert_eq!(done.stdout, "");
}

#[test]
fn markets_that_are_not_there_are_refused_before_anything_is_sent() {
    let cases = [("SOLL", "unknown market \"SOLL\"; nearest: SOL"), ("MATIC", "MATIC is delisted")];
    for (coin, expected) in cases {
        let done = Bot::new().run(&["run", "--for", "1s", "--markets", coin]);
        assert_eq!(done.code, 3, "{done:?}");
        assert!(done.stderr.contains(expected), "{done:?}");
    }
    let done = Bot::new().env("LEVERAGE", "30").run(&["run", "--for", "1s", "--markets", "SOL"]);
    assert_eq!(done.code, 3);
    assert!(done.stderr.contains("leverage 30 is above the 20 of SOL"), "{done:?}");
}

#[test]
fn an_override_finer_than_the_venues_grid_is_refused_at_start() {
    let bot = Bot::new().env("SPEC_OVERRIDE_SOL_TICK", "0.00001");
    let done = bot.run(&["run", "--for", "1s"]);
    assert_eq!(done.code, 78, "{done:?}");
    assert!(done.stderr.contains("finer than the venue's finest tick 0.0001"), "{done:?}");
}

#[test]
fn a_tape_that_is_none_is_refused_with_its_name() {
    let bot = Bot::new().file("empty.jsonl.zst", "").file("text.jsonl.zst", "no tape");
    for tape in ["missing.jsonl.zst", "empty.jsonl.zst", "text.jsonl.zst"] {
        let done = bot.run(&["run", "--for", "1s", "--tape", tape]);
        assert_eq!(done.code, 3, "{done:?}");
        assert!(done.stderr.contains(tape), "{done:?}");
    }
}

/// The recordings, where they are.
fn recordings() -> Option<PathBuf> {
    let shared = std::env::var_os("HL_SHARED")
        .map(PathBuf::from)
        .unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"));
    let dir = shared.join("data/market");
    dir.is_dir().then_some(dir)
}

#[test]
fn every_tape_with_books_is_played_and_quoted_on() {
    let Some(dir) = recordings() else {
        let _ = writeln!(std::io::stderr(), "skipped: no recordings");
        return;
    };
    for coin in ["BTC", "ETH", "WLFI"] {
        let tape = dir.join(format!("{coin}_2025-09-04.jsonl.zst"));
        let tape = tape.to_str().unwrap();
        let args = ["run", "--for", "6s", "--seed", "1", "--json", "--tape", tape];
        let json = check(&Bot::new().run(&args));
        assert_eq!(json["markets"].as_array().unwrap().len(), 1);
        assert_eq!(json["markets"][0]["coin"], coin, "the tape's market is the one quoted");
    }
    let tape = dir.join("ETH_2025-09-04.jsonl.zst");
    let args = ["run", "--for", "1s", "--markets", "SOL", "--tape", tape.to_str().unwrap()];
    let done = Bot::new().run(&args);
    assert_eq!(done.code, 3);
    assert!(done.stderr.contains("SOL is not on the tape"), "{done:?}");
}

#[test]
fn a_truncated_tape_is_told_and_ends_in_order() {
    let Some(dir) = recordings() else {
        let _ = writeln!(std::io::stderr(), "skipped: no recordings");
        return;
    };
    let whole = std::fs::read(dir.join("BTC_2025-01-26.jsonl.zst")).unwrap();
    let bot = Bot::new();
    std::fs::write(bot.path().join("cut.jsonl.zst"), &whole[..whole.len() / 2]).unwrap();
    let done = bot.run(&["run", "--for", "3s", "--json", "--tape", "cut.jsonl.zst"]);
    // Refused at once if the cut is within the first block, otherwise played as far as it goes.
    assert!(matches!(done.code, 0 | 3), "{done:?}");
    assert!(done.stderr.contains("cut.jsonl.zst"), "{done:?}");
}

#[test]
fn key_files_are_checked_and_never_shown() {
    use std::os::unix::fs::PermissionsExt as _;
    let canary = "c0ffee11".repeat(8);
    let account = "0x14791697260e4c9a71f18484c9f997b308e59325";
    let cases = [
        (canary.clone(), 0o644, "mode 0644 lets others at the key"),
        (canary[..63].to_owned(), 0o600, "63"),
        (format!("{}zz", &canary[..62]), 0o600, "hexadecimal"),
    ];
    for (key, mode, expected) in cases {
        let bot = Bot::new()
            .file("agent.key", &key)
            .env("HL_VENUE", "testnet")
            .env("HL_URL", "http://127.0.0.1:9")
            .env("HL_ACCOUNT", account)
            .env("HL_AGENT_KEY_FILE", "agent.key");
        let path = bot.path().join("agent.key");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let done = bot.run(&["run", "--for", "1s"]);
        assert_eq!(done.code, 3, "{done:?}");
        assert!(done.stderr.contains(expected), "{done:?}");
        assert!(!format!("{done:?}").contains("ffee11c0"), "{done:?}");
    }
}

#[test]
fn a_venue_that_is_not_there_is_exit_code_5() {
    use std::os::unix::fs::PermissionsExt as _;
    let bot = Bot::new()
        .file("agent.key", &"c0ffee11".repeat(8))
        .env("HL_URL", "http://127.0.0.1:9")
        .env("HL_ACCOUNT", "0x14791697260e4c9a71f18484c9f997b308e59325")
        .env("HL_AGENT_KEY_FILE", "agent.key");
    let path = bot.path().join("agent.key");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    let done = bot.run(&["run", "--for", "1s"]);
    assert_eq!(done.code, 5, "{done:?}");
    assert!(!format!("{done:?}").contains("c0ffee11"), "{done:?}");
}

/// Half a minute is when specs are fetched again and everything is read back for the second time.
#[test]
fn a_run_goes_on_past_the_refresh_of_specs_and_the_reconciliation() {
    let done = Bot::new().run(&["run", "--for", "40s", "--seed", "11", "--json"]);
    check(&done);
    let late =
        |line: &&str| line.starts_with("quote_evt=stop ") && !line.contains("reason=stopped");
    let stops: Vec<&str> = done.stderr.lines().filter(late).collect();
    for reason in ["book_stale", "spec_stale", "disconnected"] {
        assert!(stops.iter().all(|line| !line.contains(reason)), "{stops:#?}");
    }
}
