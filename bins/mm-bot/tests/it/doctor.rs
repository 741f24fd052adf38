//! What `doctor` sees of accounts that are and are not fit to trade, and that a run heeds it.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;

use hl_wire::{Address, AgentKey};
use serde_json::Value;

use crate::bot::{Bot, Done};
use crate::remote::{ACCOUNT, KEY, beside_an_exchange, bot, run};

/// The verdict, what was seen and the hint for a matter.
fn finding(done: &Done, matter: &str) -> (String, String, String) {
    let json = done.json();
    let findings = json["findings"].as_array().unwrap();
    let found = findings.iter().find(|f| f["matter"] == matter);
    let found = found.unwrap_or_else(|| panic!("{matter}: {json}"));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (text(&found["verdict"]), text(&found["saw"]), text(&found["hint"]))
}

const JSON: &[&str] = &["doctor", "--json", "--listen", "1s"];

#[test]
fn a_newcomer_sees_a_healthy_account_on_the_embedded_exchange() {
    let done = Bot::new().run(&["doctor", "--listen", "3s"]);
    assert_eq!(done.code, 0, "{done:?}");
    let line = |start: &str| done.stdout.lines().find(|line| line.contains(start)).unwrap();
    for matter in ["clock", "venue", "account", "agent", "balance", "requests", "open orders"] {
        assert!(line(matter).starts_with("ok "), "{}", done.stdout);
    }
    assert!(line("market SOL").contains("tick 0.01, lot 0.01"), "{}", done.stdout);
    assert!(line("feed SOL").contains(" books in 3 s"), "{}", done.stdout);
    assert!(line("looked at").ends_with(" 0 wrong"), "{}", done.stdout);
}

#[test]
fn the_account_the_key_and_the_money_are_judged_by_the_venues_word() {
    beside_an_exchange(|handle| async move {
        let agent = AgentKey::from_hex(KEY).unwrap().address();
        let good = Arc::new(bot(&handle, ACCOUNT).env("ACTIVE_PAIRS", "SOL,ETH"));
        let done = run(&good, JSON).await;
        assert_eq!(done.code, 0, "{done:?}");
        assert!(finding(&done, "key file").1.ends_with(&agent.to_string()));
        assert!(!format!("{done:?}").contains("7b2a4fd07b2a4fd0"), "the key is not shown");

        // The agent's own address where the account's belongs.
        let done = run(&Arc::new(bot(&handle, agent)), JSON).await;
        assert_eq!(done.code, 3, "{done:?}");
        let (verdict, _, hint) = finding(&done, "account");
        assert_eq!(verdict, "wrong");
        assert!(hint.contains(&ACCOUNT.to_string()), "{hint}");

        // An account that never had a deposit, with an agent that is not its own.
        let done = run(&Arc::new(bot(&handle, Address::new([0x33; 20]))), JSON).await;
        assert_eq!(done.code, 3, "{done:?}");
        for matter in ["account", "agent", "balance"] {
            assert_eq!(finding(&done, matter).0, "wrong", "{matter}: {done:?}");
        }

        let path = good.path().join("agent.key");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let done = run(&good, JSON).await;
        assert_eq!(done.code, 3, "{done:?}");
        let (verdict, _, hint) = finding(&done, "key file");
        assert_eq!((verdict.as_str(), hint.as_str()), ("wrong", "chmod 600 agent.key"));
    });
}

#[test]
fn markets_that_do_not_trade_and_orders_that_are_too_small_are_told_apart() {
    beside_an_exchange(|handle| async move {
        let bot = |name: &str, value: &str| Arc::new(bot(&handle, ACCOUNT).env(name, value));
        let done = run(&bot("ACTIVE_PAIRS", "SOL,SOLL"), JSON).await;
        assert_eq!(finding(&done, "market SOL").0, "ok");
        let (verdict, saw, _) = finding(&done, "market SOLL");
        assert!(verdict == "wrong" && saw.contains("SOL"), "{saw}");
        let done = run(&bot("BASE_ORDER_USD", "10"), JSON).await;
        let (verdict, saw, hint) = finding(&done, "market ETH");
        assert_eq!(verdict, "wrong", "{saw}");
        assert!(saw.ends_with("every order is too small"), "{saw}");
        assert!(hint.contains("raise quote.base_order_usd"), "{hint}");
    });
}

#[test]
fn a_run_for_real_orders_does_not_start_on_what_is_wrong() {
    beside_an_exchange(|handle| async move {
        let fit = Arc::new(bot(&handle, ACCOUNT));
        let args = &["run", "--venue", "testnet", "--for", "3s", "--json"];
        let done = run(&fit, args).await;
        assert_eq!(done.code, 0, "{done:?}");
        // A reserve for cancels that is all the address has: nothing is left to quote with.
        let spent = Arc::new(bot(&handle, ACCOUNT).env("MM_CANCEL_RESERVE", "900000"));
        let done = run(&spent, args).await;
        assert_eq!(done.code, 3, "{done:?}");
        let has = |text: &str| assert!(done.stderr.contains(text), "{text}: {}", done.stderr);
        has("not fit for real orders");
        has("requests: ");
        has("hint: `mm-bot doctor`");
    });
}
