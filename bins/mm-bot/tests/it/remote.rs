//! Against an exchange in another process, reached with a key file as any real venue is.

use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;

use hl_sim::background::Synthetic;
use hl_sim::{AccountTruth, Exchange, ExchangeConfig, Usd, universe};
use hl_sim_http::{FrontConfig, Handle, spawn};
use hl_wire::{Address, AgentKey};

use crate::bot::{Bot, Done};

pub(crate) const KEY: &str = "0x7b2a4fd07b2a4fd07b2a4fd07b2a4fd07b2a4fd07b2a4fd07b2a4fd07b2a4fd0";
pub(crate) const ACCOUNT: Address = Address::new([0x11; 20]);

/// Runs `test` beside an exchange on which the key's agent is approved.
pub(crate) fn beside_an_exchange<F: Future<Output = ()>>(test: impl FnOnce(Handle) -> F) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let config = ExchangeConfig::new(universe::markets());
        let mut exchange = Exchange::new(config, 5).with_background(Box::new(Synthetic::new(5)));
        exchange.fund(ACCOUNT, Usd::dollars(20_000));
        exchange.approve_agent(ACCOUNT, AgentKey::from_hex(KEY).unwrap().address());
        test(spawn(exchange, FrontConfig::default()).await.unwrap()).await;
    });
}

pub(crate) fn bot(handle: &Handle, account: Address) -> Bot {
    let bot = Bot::new()
        .file("agent.key", &format!("{KEY}\n"))
        .env("HL_URL", &handle.base_url())
        .env("HL_ACCOUNT", &account.to_string())
        .env("HL_AGENT_KEY_FILE", "agent.key")
        .env("ACTIVE_PAIRS", "SOL,ETH,DOGE");
    let path = bot.path().join("agent.key");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    bot
}

pub(crate) async fn truth(handle: &Handle) -> AccountTruth {
    let mut truth = handle.with_exchange(|exchange| exchange.truth()).await.unwrap();
    truth.accounts.remove(&ACCOUNT).unwrap_or_default()
}

/// On a thread of its own, so that the exchange goes on meanwhile.
pub(crate) async fn run(bot: &std::sync::Arc<Bot>, args: &'static [&'static str]) -> Done {
    let bot = std::sync::Arc::clone(bot);
    tokio::task::spawn_blocking(move || bot.run(args)).await.unwrap()
}

#[test]
fn the_same_path_as_a_real_venue_with_the_exchanges_count_as_judge() {
    beside_an_exchange(|handle| async move {
        let bot = std::sync::Arc::new(bot(&handle, ACCOUNT));
        let done = run(&bot, &["run", "--for", "5s", "--json"]).await;
        assert_eq!(done.code, 0, "{done:?}");
        assert!(!format!("{done:?}").contains("7b2a4fd07b2a4fd0"), "the key is not shown");
        let (json, truth) = (done.json(), truth(&handle).await);
        assert_eq!(json["total"]["attempts"], truth.attempts);
        assert_eq!(json["total"]["accepted"], truth.accepted);
        assert_eq!(json["total"]["maker_fills"], truth.maker_fills);
        assert!(truth.attempts > 0, "{truth:?}");
        let illegal = (truth.illegal_prices, truth.illegal_sizes);
        assert_eq!((illegal, truth.taker_fills, truth.open_orders), ((0, 0), 0, 0));
        assert!(bot.path().join("agent.nonce").exists(), "the high-water mark of the nonces");
    });
}

#[test]
fn what_a_killed_run_left_behind_is_cancelled_by_the_next_one() {
    beside_an_exchange(|handle| async move {
        let bot = std::sync::Arc::new(bot(&handle, ACCOUNT));
        let mut child = bot.command(&["run"]).spawn().unwrap();
        let child = tokio::task::spawn_blocking(move || {
            let mut stderr = child.stderr.take().unwrap();
            let (mut seen, mut buffer) = (Vec::new(), [0_u8; 4_096]);
            while String::from_utf8_lossy(&seen).matches(" ok=1").count() < 6 {
                let n = stderr.read(&mut buffer).unwrap();
                assert!(n > 0, "{}", String::from_utf8_lossy(&seen));
                seen.extend_from_slice(&buffer[..n]);
            }
            child.kill().unwrap();
            child.wait().unwrap();
        });
        child.await.unwrap();
        assert!(truth(&handle).await.open_orders > 0, "it had no time to cancel");
        let done = run(&bot, &["run", "--for", "4s", "--json"]).await;
        assert_eq!(done.code, 0, "{done:?}");
        let found = ["recon_evt=orphan ", "recon_evt=carried "];
        assert!(found.iter().any(|line| done.stderr.contains(line)), "{}", done.stderr);
        let truth = truth(&handle).await;
        assert_eq!((truth.open_orders, truth.taker_fills), (0, 0));
    });
}

#[test]
fn a_key_that_is_not_the_accounts_agent_is_refused_in_words() {
    beside_an_exchange(|handle| async move {
        let other = Address::new([0x22; 20]);
        let bot = std::sync::Arc::new(bot(&handle, other));
        let done = run(&bot, &["run", "--for", "1s"]).await;
        assert_eq!(done.code, 3, "{done:?}");
        assert!(done.stderr.contains("is not an approved agent of 0x2222"), "{done:?}");
        for args in [&["run", "--seed", "1"][..], &["run", "--port", "9"], &["run", "--tape", "x"]]
        {
            let done = run(&bot, args).await;
            assert_eq!(done.code, 3, "{done:?}");
            assert!(done.stderr.contains("for the embedded exchange only"), "{done:?}");
        }
    });
}

#[test]
fn specs_and_quantize_can_ask_a_running_venue() {
    beside_an_exchange(|handle| async move {
        let url: &'static str = Box::leak(handle.base_url().into_boxed_str());
        let bot = std::sync::Arc::new(Bot::new());
        let args: &'static [&'static str] =
            Box::leak(Box::new(["specs", "SOL", "--json", "--url", url]));
        let done = run(&bot, args).await;
        assert_eq!(done.code, 0, "{done:?}");
        assert_eq!(done.json()[0]["sz_decimals"], 2, "{done:?}");
        assert!(done.json()[0]["price"].is_string(), "{done:?}");
        let args: &'static [&'static str] =
            Box::leak(Box::new(["quantize", "SOL", "buy", "164.8951", "0.137", "--url", url]));
        let done = run(&bot, args).await;
        assert!(done.stdout.contains("p=\"164.89\" s=\"0.13\""), "{done:?}");
    });
    let done = Bot::new().run(&["specs", "--url", "http://127.0.0.1:9"]);
    assert_eq!(done.code, 5, "{done:?}");
}
