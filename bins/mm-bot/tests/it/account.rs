//! `cancel-all`, `flatten`, `halt` and `resume`: what they say and how they end. What they do to a bot
//! that runs, hangs or is down is the chaos test's part.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;
use tokio::time::Instant;

use crate::bot::{Bot, Done};
use crate::remote::{ACCOUNT, KEY, beside_an_exchange, bot, run, truth};

/// Far from any venue: nothing listens at this port.
fn offline() -> Bot {
    let bot = Bot::new()
        .file("agent.key", &format!("{KEY}\n"))
        .env("HL_URL", "http://127.0.0.1:9")
        .env("HL_ACCOUNT", &ACCOUNT.to_string())
        .env("HL_AGENT_KEY_FILE", "agent.key")
        .env("MM_STATE_DIR", "state");
    let path = bot.path().join("agent.key");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    bot
}

/// Ended with this code, one line of what and one of what to do.
fn failed(done: &Done, code: i32, words: &[&str]) {
    assert_eq!(done.code, code, "{done:?}");
    assert!(done.stderr.contains("error: ") && done.stderr.contains("hint: "), "{done:?}");
    for word in words {
        assert!(done.stderr.contains(word), "{word:?} is missing: {done:?}");
    }
    assert!(!done.stderr.contains(&KEY[2..18]), "the key is not shown");
}

#[test]
fn the_help_of_each_teaches_by_example_and_names_its_exit_codes() {
    for (command, words) in [
        ("cancel-all", &["--foreign", "--within", "--json", "Exit codes", "mm-bot resume"][..]),
        ("flatten", &["--confirm", "--slippage-bps", "--markets", "7 --confirm", "reduce-only"]),
        ("halt", &["--reason", "survives every restart", "mm-bot cancel-all"]),
        ("resume", &["safe mode", "--json"]),
    ] {
        let done = Bot::new().run(&[command, "--help"]);
        assert_eq!(done.code, 0, "{done:?}");
        for word in words {
            assert!(done.stdout.contains(word), "{command}: {word:?}: {}", done.stdout);
        }
    }
}

#[test]
fn none_of_them_has_anything_to_do_with_the_embedded_exchange() {
    for command in ["cancel-all", "flatten", "halt", "resume"] {
        failed(&Bot::new().run(&[command]), 3, &["embedded exchange", "--url"]);
    }
}

#[test]
fn on_mainnet_each_wants_the_same_statement_as_a_run() {
    for command in ["cancel-all", "flatten", "halt", "resume"] {
        let done = offline().run(&[command, "--venue", "mainnet"]);
        assert_eq!(done.code, 78, "{command}: {done:?}");
        assert!(done.stderr.contains("live.confirm"), "{done:?}");
    }
}

#[test]
fn without_the_venue_nothing_is_claimed_and_it_does_not_take_long() {
    let begin = Instant::now();
    failed(&offline().run(&["cancel-all"]), 5, &["cannot connect"]);
    failed(&offline().run(&["flatten"]), 5, &["cannot connect"]);
    failed(&offline().run(&["flatten", "--confirm"]), 5, &["cannot connect"]);
    assert!(begin.elapsed().as_secs() < 40, "{:?}", begin.elapsed());
}

#[test]
fn a_halt_needs_no_venue_and_the_next_start_begins_with_it() {
    let bot = offline();
    let done = bot.run(&["halt", "--reason", "exchange \"upgrade\"", "--json"]);
    assert_eq!(done.code, 0, "{done:?}");
    let json = done.json();
    assert_eq!((&json["halted"], &json["process"]), (&true.into(), &serde_json::Value::Null));
    assert_eq!(json["reason"], "exchange  upgrade", "one line, without quotes");
    let journal = |bot: &Bot| {
        let state = std::fs::read_dir(bot.path().join("state")).unwrap();
        let mut paths = state.map(|entry| entry.unwrap().path());
        let path = paths.find(|path| path.extension().is_some_and(|e| e == "journal")).unwrap();
        std::fs::read_to_string(path).unwrap()
    };
    assert!(journal(&bot).contains("operator: exchange"), "{}", journal(&bot));
    let again = bot.run(&["halt", "--reason", "second"]);
    assert_eq!(again.code, 0, "{again:?}");
    assert!(journal(&bot).contains("operator: exchange"), "the first reason stands");
    let done = bot.run(&["resume"]);
    assert_eq!(done.code, 0, "{done:?}");
    assert!(done.stdout.contains("resumed (no bot runs; the next one starts so)"), "{done:?}");
    assert!(!journal(&bot).contains("operator"), "{}", journal(&bot));
}

#[test]
fn a_word_that_lies_there_is_obeyed_before_the_new_one() {
    let bot = offline();
    assert_eq!(bot.run(&["resume"]).code, 0);
    let state = bot.path().join("state");
    let lock = std::fs::read_dir(&state).unwrap().map(|e| e.unwrap().path());
    let lock = lock.into_iter().find(|p| p.extension().is_some_and(|e| e == "lock")).unwrap();
    let word = lock.with_extension("word");
    std::fs::write(&word, "word=halt at=5 reason=\"left by hand\"\n").unwrap();
    let done = bot.run(&["resume", "--json"]);
    assert_eq!((done.code, &done.json()["halted"]), (0, &false.into()), "{done:?}");
    assert!(!word.exists());
    let journal = std::fs::read_to_string(lock.with_extension("journal")).unwrap();
    assert!(!journal.contains("by hand"), "the resume is the younger of the two: {journal}");
}

#[test]
fn an_account_without_orders_and_positions_is_said_to_have_none() {
    beside_an_exchange(|handle| async move {
        let bot = Arc::new(bot(&handle, ACCOUNT));
        let done = run(&bot, &["cancel-all", "--json"]).await;
        assert_eq!(done.code, 0, "{done:?}");
        let json = done.json();
        let counts = (&json["found"], &json["cancelled"], &json["left"], &json["foreign"]);
        assert_eq!(counts, (&0.into(), &0.into(), &0.into(), &0.into()), "{json}");
        for args in [&["flatten"][..], &["flatten", "--confirm"], &["flatten", "--markets", "SOL"]]
        {
            let done = run(&bot, Box::leak(args.to_vec().into_boxed_slice())).await;
            assert_eq!((done.code, done.stdout.contains("\nflat\n")), (0, true), "{done:?}");
        }
        let truth = truth(&handle).await;
        assert_eq!((truth.attempts, truth.taker_fills), (0, 0), "nothing was placed");
        let bad = run(&bot, &["flatten", "--slippage-bps", "5000"]).await;
        assert_eq!(bad.code, 2, "{bad:?}");
    });
}

#[test]
fn a_key_that_may_not_act_for_the_account_cancels_nothing_and_says_why() {
    beside_an_exchange(|handle| async move {
        let bot = Arc::new(bot(&handle, ACCOUNT));
        // Orders of the account, then a key that nobody has approved.
        let mut child = bot.command(&["run", "--for", "60s"]).spawn().unwrap();
        while truth(&handle).await.open_orders == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let other = KEY.replace("7b", "5c");
        std::fs::write(bot.path().join("agent.key"), other).unwrap();
        for file in ["agent.nonce", "agent.nonce.lock"] {
            drop(std::fs::remove_file(bot.path().join(file)));
        }
        let done = run(&bot, &["cancel-all", "--within", "4s"]).await;
        failed(&done, 4, &["still open", "refused a cancel", "does not exist"]);
        assert!(truth(&handle).await.open_orders > 0);
        std::fs::write(bot.path().join("agent.key"), KEY).unwrap();
        drop(std::fs::remove_file(bot.path().join("agent.nonce")));
        let done = run(&bot, &["cancel-all", "--json"]).await;
        assert_eq!(done.code, 0, "{done:?}");
        assert_eq!(truth(&handle).await.open_orders, 0);
        assert!(done.json()["cancelled"].as_u64().unwrap() > 0, "{done:?}");
    });
}
