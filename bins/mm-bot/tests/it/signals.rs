//! Opinions from a feed handler to the report, through the real bot on the embedded exchange.

use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use crate::bot::Bot;

const TOKEN: &str = "correct-horse-battery-staple";

fn now_ms() -> u64 {
    hl_client::clock::now().0
}

fn document(value: f64) -> String {
    let time = now_ms();
    format!(
        r#"{{"signals":[{{"pair":"SOL","value":{value},"timestamp":{time}}},{{"pair":"NOSUCH","value":0,"timestamp":{time}}}]}}"#
    )
}

#[test]
fn opinions_of_a_file_are_heard_followed_recorded_and_reported_and_the_record_goes_on() {
    let bot = Bot::new().file("push.token", TOKEN);
    let token = bot.path().join("push.token");
    std::fs::set_permissions(&token, std::fs::Permissions::from_mode(0o600)).unwrap();
    let replace = |value: f64| {
        let new = bot.path().join("new");
        std::fs::write(&new, document(value)).unwrap();
        std::fs::rename(&new, bot.path().join("signals.json")).unwrap();
    };
    let set = [
        "--set",
        "signals.file=signals.json",
        "--set",
        "signals.format=plain",
        "--set",
        "signals.horizon_sec=3",
        "--set",
        "signals.pinned=file",
        "--set",
        "signals.push_listen=127.0.0.1:0",
        "--set",
        "signals.push_token_file=push.token",
        "--set",
        "state.dir=state",
    ];
    let mut samples = 0;
    for run in 0..2 {
        replace(0.5 + f64::from(run) / 10.0);
        let args = ["run", "--for", "14s", "--markets", "SOL,BTC", "--log-file", "bot.log"];
        let mut child = bot.command(&[&args[..], &set].concat()).spawn().unwrap();
        std::thread::sleep(Duration::from_secs(6));
        replace(-0.25);
        assert!(child.wait().unwrap().success());
        let report = bot.run(&["signals", "--report", "--json", "--set", "state.dir=state"]).json();
        assert_eq!(report["horizon_ms"], 3_000);
        let sources = report["sources"].as_array().unwrap();
        let file = sources.iter().find(|source| source["source"] == "file").unwrap();
        let found = file["samples"].as_u64().unwrap();
        assert!(found >= samples + 2, "run {run}: {report:#}");
        assert_eq!(file["markets"][0], "SOL");
        assert!(sources.iter().any(|source| source["source"] == "venue"), "{report:#}");
        samples = found;
    }
    let log = std::fs::read_to_string(bot.path().join("bot.log")).unwrap();
    let said =
        |start: &str, words: &str| log.lines().any(|l| l.starts_with(start) && l.contains(words));
    assert!(said("signal_evt=source ", " source=file path=\"signals.json\""), "{log}");
    assert!(said("signal_evt=feed ", " source=file markets=1 others=1 refused=0"), "{log}");
    assert!(log.contains("source=file value=-0.250000 confidence=1.000000"));
    assert!(log.contains("signal_evt=marked "), "{log}");
    assert!(!log.contains(TOKEN));
    let text = bot.run(&["signals", "--report", "--set", "state.dir=state"]);
    assert_eq!(text.code, 0, "{text:?}");
    assert!(text.stdout.contains("95 % intervals") && text.stdout.contains("\nfile "), "{text:?}");
    // The same from the event log.
    let of_log = bot.run(&["signals", "--report", "--file", "bot.log"]);
    assert!(of_log.stdout.contains("\nvenue "), "{of_log:?}");
}

#[test]
fn nothing_on_record_is_a_failure_that_says_what_to_do() {
    let bot = Bot::new().file("bot.log", "quant_evt=attempt ts=x\n");
    let done = bot.run(&["signals", "--report", "--file", "bot.log"]);
    assert_eq!((done.code, done.stdout.as_str()), (1, ""));
    assert!(done.stderr.contains("no opinion has been followed yet"), "{done:?}");
    assert!(done.stderr.contains("hint: "), "{done:?}");
    assert_eq!(bot.run(&["signals"]).code, 2);
}

#[test]
fn a_secret_that_others_may_read_or_an_address_that_others_reach_stops_the_start() {
    let bot = Bot::new().file("key", TOKEN);
    let path = bot.path().join("key");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let done = bot.run(&["run", "--for", "1s", "--set", "signals.nansen_key_file=key"]);
    assert_eq!(done.code, 3, "{done:?}");
    assert!(done.stderr.contains("chmod 600 key") && !done.stderr.contains(TOKEN), "{done:?}");
    for (set, why) in [
        (vec!["signals.push_listen=0.0.0.0:1", "signals.push_token_file=key"], "loopback"),
        (vec!["signals.push_listen=127.0.0.1:1"], "needs signals.push_token_file"),
        (vec!["signals.push_token_file=key"], "without signals.push_listen"),
        (vec!["signals.pinned=nansen"], "pins nansen, which is not configured"),
        (vec!["signals.pinned=else"], "must be any of"),
    ] {
        let sets = set.iter().flat_map(|set| ["--set", set]);
        let done = bot.run(&["config", "check"].into_iter().chain(sets).collect::<Vec<_>>());
        assert_eq!(done.code, 78, "{done:?}");
        assert!(done.stderr.contains(why), "{done:?}");
    }
    let done = bot.run(&["config", "check", "--set", "quote.pairs=SOL"]);
    assert_eq!(done.code, 0, "{done:?}");
    let bot = Bot::new().env("NANSEN_API_KEY", TOKEN);
    let done = bot.run(&["config", "check"]);
    assert_eq!(done.code, 78);
    assert!(
        done.stderr.contains("NANSEN_API_KEY_FILE") && !done.stderr.contains(TOKEN),
        "{done:?}"
    );
}
