//! Each source against a local stand-in, from the settings to what the loop would be handed.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use hl_client::FeedError;
use tokio::time::timeout;

use super::{Feeds, News, pause, start};
use crate::config::{Sources, load};
use crate::runtime::log::{Log, Plan};

const DOCUMENT: &str = r#"{"SOL":{"smart_buy_ratio":0.72,"smart_money_netflow_24h":125000,"whale_accumulation_score":85,"timestamp":1730700123456},"BAD":{"smart_buy_ratio":7,"smart_money_netflow_24h":0,"whale_accumulation_score":0,"timestamp":1730700123456}}"#;
const TOKEN: &str = "correct-horse-battery-staple";

fn settings(set: &[(&str, &str)]) -> crate::config::Settings {
    let own = |(key, value): &(&str, &str)| {
        ((*key).to_owned(), (*value).to_owned(), format!("--set {key}"))
    };
    let flags = set.iter().map(own).collect();
    load(&Sources { flags, ..Sources::default() }).unwrap().1
}

/// The tasks of these settings, and the log that they began with.
async fn feeds(dir: &Path, set: &[(&str, &str)]) -> (Feeds, String) {
    let path = dir.join("log");
    let mut log = Log::open(Plan {
        file: Some(path.clone()),
        settings: settings(&[]).log,
        terminal: false,
        run: 1,
    })
    .unwrap();
    let coins = ["SOL".to_owned(), "kPEPE".to_owned()];
    let feeds = start(&settings(set).signals, &coins, &mut log).await.unwrap();
    log.close();
    (feeds, std::fs::read_to_string(path).unwrap())
}

async fn next(feeds: &mut Feeds) -> News {
    timeout(Duration::from_secs(20), feeds.next()).await.expect("nothing came")
}

fn opinions(news: &News) -> Vec<(String, String)> {
    let brought = news.what.as_ref().unwrap();
    let show = |(pair, opinion): &(hl_signals::PairName, hl_signals::Opinion)| {
        (pair.to_string(), format!("{:.4}", opinion.value.get()))
    };
    brought.opinions.iter().map(show).collect()
}

fn secret(dir: &Path, text: &str) -> String {
    let path = dir.join("secret");
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    path.display().to_string()
}

fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test);
}

#[test]
fn a_file_is_read_at_once_and_whenever_it_is_replaced() {
    run(async {
        let dir = tempfile::TempDir::new().unwrap();
        let path = dir.path().join("signals.json");
        let (mut feeds, log) =
            feeds(dir.path(), &[("signals.file", &path.display().to_string())]).await;
        let begins = log.starts_with("signal_evt=source ");
        assert!(begins && log.contains(" source=file "), "{log}");
        let news = next(&mut feeds).await;
        assert!(news.what.unwrap_err().contains("cannot be read"), "it is not there yet");
        let replace = |text: &str| {
            let new = dir.path().join("new");
            std::fs::write(&new, text).unwrap();
            std::fs::rename(&new, &path).unwrap();
        };
        replace(DOCUMENT);
        let news = next(&mut feeds).await;
        assert_eq!(news.source.as_str(), "file");
        assert_eq!(opinions(&news), [("SOL".to_owned(), "0.6405".to_owned())]);
        let refused = &news.what.as_ref().unwrap().refused;
        assert_eq!(refused[0].0.as_str(), "BAD");
        replace("{\"SOL\":");
        assert!(next(&mut feeds).await.what.is_err());
        replace(r#"{"signals":[]}"#);
        assert!(next(&mut feeds).await.what.is_err(), "another format than was configured");
    });
}

/// What a stand-in was asked: path, body and the header of the key.
type Asked = Arc<Mutex<Vec<(String, String, String)>>>;

/// Answers by path with a status and a body, and remembers what was asked.
async fn stand_in(answers: BTreeMap<&'static str, (u16, String)>) -> (SocketAddr, Asked) {
    let asked = Asked::default();
    let state = (Arc::new(answers), Arc::clone(&asked));
    type All = (Arc<BTreeMap<&'static str, (u16, String)>>, Asked);
    let answer = |State((answers, asked)): State<All>,
                  uri: Uri,
                  headers: HeaderMap,
                  body: String| async move {
        let key = headers.get("apiKey").map_or("", |v| v.to_str().unwrap()).to_owned();
        asked.lock().unwrap().push((uri.path().to_owned(), body, key));
        let (status, body) = answers.get(uri.path()).cloned().unwrap_or((404, String::new()));
        (StatusCode::from_u16(status).unwrap(), body)
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = Router::new().fallback(answer).with_state(state);
    tokio::spawn(async move { axum::serve(listener, app).await });
    (address, asked)
}

#[test]
fn an_address_is_asked_again_and_again_in_the_format_that_was_configured() {
    run(async {
        let plain = r#"{"signals":[{"pair":"SOL","value":-0.5,"timestamp":1730700123}]}"#;
        let (address, asked) = stand_in([("/a/b", (200, plain.to_owned()))].into()).await;
        let dir = tempfile::TempDir::new().unwrap();
        let url = format!("http://{address}/a/b");
        let set = [
            ("signals.url", url.as_str()),
            ("signals.format", "plain"),
            ("signals.url_every_sec", "1"),
        ];
        let (mut feeds, log) = feeds(dir.path(), &set).await;
        assert!(log.contains("source=url every_s=1"), "{log}");
        for _ in 0..2 {
            let news = next(&mut feeds).await;
            assert_eq!((news.source.as_str(), opinions(&news).len()), ("url", 1));
        }
        assert_eq!(asked.lock().unwrap().len(), 2);
    });
}

#[test]
fn an_address_that_fails_is_told_and_left_alone_for_longer_each_time() {
    run(async {
        let (address, _) = stand_in([("/", (503, "x".to_owned()))].into()).await;
        let dir = tempfile::TempDir::new().unwrap();
        let url = format!("http://{address}");
        let (mut feeds, _) = feeds(dir.path(), &[("signals.url", &url)]).await;
        assert_eq!(next(&mut feeds).await.what.unwrap_err(), "http status 503");
    });
    let second = Duration::from_secs(1);
    let asked = |s| FeedError::Status { status: 429, retry_after: Some(Duration::from_secs(s)) };
    assert_eq!(pause(second, 0, None), second);
    assert_eq!(pause(second, 3, None), second * 4);
    assert_eq!(pause(second, 99, None), second * 10);
    assert_eq!(pause(second, 1, Some(&asked(60))), second * 60);
    assert_eq!(pause(second * 100, 1, Some(&asked(60))), second * 200);
}

/// `POST /signals` with these header lines: the status line's code and the body.
async fn push(address: &str, headers: &str, body: &str) -> (u16, String) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let length = body.len();
    let head = format!(
        "POST /signals HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    // A server that refuses early may have closed already.
    let _ = stream.write_all(body.as_bytes()).await;
    let mut text = Vec::new();
    let _ = stream.read_to_end(&mut text).await;
    let text = String::from_utf8_lossy(&text).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

#[test]
fn who_pushes_needs_the_token_a_document_and_some_measure() {
    run(async {
        let dir = tempfile::TempDir::new().unwrap();
        let token = secret(dir.path(), TOKEN);
        let set =
            [("signals.push_listen", "127.0.0.1:0"), ("signals.push_token_file", token.as_str())];
        let (mut feeds, log) = feeds(dir.path(), &set).await;
        assert!(!log.contains(TOKEN), "{log}");
        let address =
            log.split_whitespace().find_map(|word| word.strip_prefix("address=")).unwrap();
        let with = format!("Authorization: Bearer {TOKEN}\r\n");
        for wrong in ["", "Authorization: Bearer x\r\n", "Authorization: Basic correct\r\n"] {
            assert_eq!(push(address, wrong, DOCUMENT).await.0, 401, "{wrong}");
        }
        assert_eq!(push(address, &with, DOCUMENT).await.0, 204);
        let news = next(&mut feeds).await;
        assert_eq!((news.source.as_str(), opinions(&news).len()), ("push", 1));
        let (status, why) = push(address, &with, "[]").await;
        assert_eq!(status, 400);
        assert!(why.contains("expected"), "{why}");
        assert!(next(&mut feeds).await.what.is_err(), "the log says so too");
        let long = " ".repeat(hl_signals::MAX_DOCUMENT_BYTES + 1);
        assert_eq!(push(address, &with, &long).await.0, 413);
        // Sixteen wait, the next is turned away.
        for _ in 0..super::QUEUE {
            assert_eq!(push(address, &with, "{}").await.0, 204);
        }
        assert_eq!(push(address, &with, "{}").await.0, 503);
    });
}

fn nansen(netflow_status: u16) -> BTreeMap<&'static str, (u16, String)> {
    let page = |rows: &str| {
        format!(
            r#"{{"data":[{rows}],"pagination":{{"page":1,"per_page":200,"is_last_page":true}}}}"#
        )
    };
    let netflow = r#"{"token_address":"0x1","token_symbol":"PEPE","net_flow_1h_usd":0.0,"net_flow_24h_usd":125000.0,"net_flow_7d_usd":0.0,"net_flow_30d_usd":0.0,"chain":"ethereum","token_sectors":["Memecoins"],"trader_count":12,"token_age_days":900,"market_cap_usd":4e9}"#;
    let trade = r#"{"trader_address_label":"Fund","trader_address":"0xabc","token_symbol":"SOL","side":"Short","action":"Open","token_amount":1000.0,"price_usd":164.9,"value_usd":164900.0,"type":"Market","block_timestamp":"2025-11-04T10:41:07Z","transaction_hash":"0x1"}"#;
    let holding = r#"{"chain":"ethereum","token_address":"0x1","token_symbol":"PEPE","token_sectors":[],"value_usd":1.5e7,"balance_24h_percent_change":-0.02,"holders_count":120,"share_of_holdings_percent":0.1,"token_age_days":900,"market_cap_usd":4e9}"#;
    [
        ("/api/v1/smart-money/netflow", (netflow_status, page(netflow))),
        ("/api/v1/smart-money/perp-trades", (200, page(trade))),
        ("/api/v1/smart-money/holdings", (200, page(holding))),
    ]
    .into()
}

#[test]
fn the_nansen_api_is_asked_as_documented_and_its_key_stands_in_one_header() {
    run(async {
        let (address, asked) = stand_in(nansen(200)).await;
        let dir = tempfile::TempDir::new().unwrap();
        let (key, url) = (secret(dir.path(), TOKEN), format!("http://{address}"));
        let set = [
            ("signals.nansen_key_file", key.as_str()),
            ("signals.nansen_url", url.as_str()),
            ("signals.nansen_every_sec", "1"),
        ];
        let (mut feeds, log) = feeds(dir.path(), &set).await;
        assert!(log.contains("source=nansen every_s=1") && !log.contains(TOKEN), "{log}");
        let news = next(&mut feeds).await;
        let names: Vec<_> = opinions(&news).into_iter().map(|(pair, _)| pair).collect();
        assert_eq!(names, ["SOL", "kPEPE"]);
        let (sol, pepe) = (&opinions(&news)[0].1, &opinions(&news)[1].1);
        assert!(sol.starts_with("-0.") && pepe.starts_with("0."), "{sol} {pepe}");
        next(&mut feeds).await;
        let asked = asked.lock().unwrap();
        assert!(asked.len() >= 8, "a second round after a second");
        for (path, body, key) in &asked[..4] {
            assert!(path.starts_with("/api/v1/smart-money/") && key == TOKEN);
            assert!(
                serde_json::from_str::<serde_json::Value>(body).is_ok() && !body.contains(TOKEN)
            );
        }
    });
}

#[test]
fn a_key_that_is_refused_is_told_without_being_shown_and_not_tried_four_times() {
    run(async {
        let (address, asked) = stand_in(nansen(401)).await;
        let dir = tempfile::TempDir::new().unwrap();
        let (key, url) = (secret(dir.path(), TOKEN), format!("http://{address}"));
        let set = [("signals.nansen_key_file", key.as_str()), ("signals.nansen_url", url.as_str())];
        let (mut feeds, _) = feeds(dir.path(), &set).await;
        let news = next(&mut feeds).await;
        assert_eq!(news.what.unwrap_err(), "/api/v1/smart-money/netflow: http status 401");
        assert_eq!(asked.lock().unwrap().len(), 1);
        let feed =
            super::nansen::feed(&url, &crate::runtime::keyfile::secret(key.as_ref()).unwrap());
        assert!(!format!("{feed:?}").contains(TOKEN));
    });
}
