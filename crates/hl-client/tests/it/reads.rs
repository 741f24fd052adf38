use std::time::Duration;

use hl_client::{
    Endpoint, InfoClient, InfoError, RetryPolicy, Timeouts, Transport, TransportError,
};
use hl_wire::Network;

use tokio::time::Instant;

use crate::hasty;
use crate::server::{Act, Server};

const META: &str = r#"{"universe":[{"name":"BTC","szDecimals":5,"maxLeverage":40}]}"#;

fn client(server: &Server, attempts: u32) -> InfoClient {
    let retry = RetryPolicy {
        attempts,
        first: Duration::from_millis(10),
        longest: Duration::from_millis(20),
    };
    let endpoint = Endpoint::new(&server.url(), Network::Testnet).unwrap();
    InfoClient::new(Transport::with(endpoint, hasty(), retry).unwrap())
}

#[tokio::test]
async fn a_question_is_posted_as_the_venue_wants_it() {
    let server = Server::play([Act::json(META)]).await;
    let meta = client(&server, 1).meta(None).await.unwrap();
    assert_eq!(meta.universe[0].name, "BTC");
    let seen = server.seen();
    assert_eq!(seen.requests[0].path, "/info");
    assert_eq!(seen.requests[0].body, r#"{"type":"meta"}"#);
    let head = seen.requests[0].head.to_ascii_lowercase();
    assert!(head.starts_with("post "), "{head}");
    assert!(head.contains("content-type: application/json"), "{head}");
}

#[tokio::test]
async fn a_read_is_tried_again_when_the_venue_is_unwell_and_no_more_often_than_allowed() {
    for act in [
        Act::Close,
        Act::Reset,
        Act::Reply(500, b"null".to_vec()),
        Act::Reply(502, b"<html>bad gateway</html>".to_vec()),
        Act::Reply(429, b"null".to_vec()),
    ] {
        let healed = Server::play([act.clone(), act.clone(), Act::json(META)]).await;
        assert!(client(&healed, 3).meta(None).await.is_ok(), "{act:?}");
        assert_eq!(healed.seen().requests.len(), 3, "{act:?}");

        let ill = Server::play([act.clone()]).await;
        assert!(client(&ill, 3).meta(None).await.is_err(), "{act:?}");
        assert_eq!(ill.seen().requests.len(), 3, "{act:?}");
    }
}

#[tokio::test]
async fn a_read_that_is_wrong_in_itself_is_not_tried_again() {
    let refusal = b"Failed to deserialize the JSON body into the target type".to_vec();
    let server = Server::play([Act::Reply(422, refusal)]).await;
    let error = client(&server, 3).meta(None).await.unwrap_err();
    assert!(matches!(error, InfoError::Refused { status: 422, .. }), "{error}");
    assert_eq!(server.seen().requests.len(), 1);
}

#[tokio::test]
async fn what_is_not_the_document_is_an_error_that_names_it() {
    for body in ["<html></html>", "{\"universe\":[", "[]", "{}", "\"\"", "", "{\"universe\":{}}"] {
        let server = Server::play([Act::json(body)]).await;
        let error = client(&server, 3).meta(None).await.unwrap_err();
        assert!(matches!(error, InfoError::Malformed { request: "meta", .. }), "{body}: {error}");
        assert_eq!(server.seen().requests.len(), 1, "{body}");
    }
}

#[tokio::test]
async fn an_answer_nested_too_deeply_is_an_error() {
    let deep = format!("{{\"universe\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let server = Server::play([Act::json(&deep)]).await;
    let error = client(&server, 1).meta(None).await.unwrap_err();
    assert!(matches!(error, InfoError::Malformed { .. }), "{error}");
}

#[tokio::test]
async fn null_for_an_unknown_coin_is_said_to_be_null() {
    let server = Server::play([Act::json("null")]).await;
    let error = client(&server, 3).l2_book("NOPE", Default::default()).await.unwrap_err();
    assert!(matches!(error, InfoError::Null { request: "l2Book" }), "{error}");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let target = Server::play([Act::json(META)]).await;
    for status in [301, 302, 303, 307, 308] {
        let head = format!(
            "HTTP/1.1 {status} X\r\nlocation: {}/info\r\ncontent-length: 0\r\n\r\n",
            target.url()
        );
        let server = Server::play([Act::Raw(head.into_bytes())]).await;
        let error = client(&server, 3).meta(None).await.unwrap_err();
        assert!(matches!(error, InfoError::Status { .. }), "{status}: {error}");
        assert_eq!(server.seen().requests.len(), 1, "{status}");
    }
    assert_eq!(target.seen().connections, 0);
}

#[tokio::test]
async fn silence_ends_with_a_timeout() {
    let server = Server::play([Act::Hang]).await;
    let start = Instant::now();
    let error = client(&server, 1).meta(None).await.unwrap_err();
    assert!(matches!(error, InfoError::Transport(TransportError::Timeout(_))), "{error}");
    assert!(start.elapsed() < Duration::from_secs(9));
}

#[tokio::test]
async fn an_answer_that_drips_ends_with_the_total_timeout_although_bytes_keep_coming() {
    let server = Server::play([Act::Drip(Duration::from_millis(20))]).await;
    let start = Instant::now();
    let error = client(&server, 1).meta(None).await.unwrap_err();
    assert!(matches!(error, InfoError::Transport(TransportError::Timeout(_))), "{error}");
    assert!(start.elapsed() < Duration::from_secs(9));
}

#[tokio::test]
async fn a_body_over_the_cap_is_refused_by_its_announced_length_before_it_is_read() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n";
    let server = Server::play([Act::Raw(head.into())]).await;
    let error = client(&server, 3).meta(None).await.unwrap_err();
    assert!(matches!(error, InfoError::Transport(TransportError::TooLarge { .. })), "{error}");
    assert_eq!(server.seen().requests.len(), 1, "it would be as large again");
}

#[tokio::test]
async fn a_body_over_the_cap_is_refused_while_it_streams() {
    let server = Server::play([Act::Endless(64 << 20)]).await;
    let error = client(&server, 1).meta(None).await.unwrap_err();
    assert!(matches!(error, InfoError::Transport(TransportError::TooLarge { .. })), "{error}");
}

#[tokio::test]
async fn a_body_just_under_the_cap_is_read() {
    let body = format!("{META}{}", " ".repeat((4 << 20) - META.len()));
    let server = Server::play([Act::json(&body)]).await;
    assert!(client(&server, 1).meta(None).await.is_ok());
}

#[tokio::test]
async fn nobody_at_the_address_is_known_not_to_have_received_anything() {
    let address = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    let endpoint = Endpoint::new(&format!("http://{address}"), Network::Testnet).unwrap();
    let transport = Transport::with(endpoint, Timeouts::default(), RetryPolicy::once()).unwrap();
    let InfoError::Transport(error) = InfoClient::new(transport).meta(None).await.unwrap_err()
    else {
        panic!("not a transport error")
    };
    assert!(!error.was_sent(), "{error}");
}

#[tokio::test]
async fn tls_to_a_plain_server_does_not_connect() {
    let server = Server::play([Act::json(META)]).await;
    let base = server.url().replace("http://", "https://");
    let endpoint = Endpoint::new(&base, Network::Testnet).unwrap();
    let transport = Transport::with(endpoint, Timeouts::default(), RetryPolicy::once()).unwrap();
    let error = InfoClient::new(transport).meta(None).await.unwrap_err();
    assert!(matches!(error, InfoError::Transport(_)), "{error}");
    assert!(server.seen().requests.is_empty());
}

#[tokio::test]
async fn https_begins_with_tls() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("https://{}", listener.local_addr().unwrap());
    let endpoint = Endpoint::new(&base, Network::Testnet).unwrap();
    let transport = Transport::with(endpoint, Timeouts::default(), RetryPolicy::once()).unwrap();
    let asking = tokio::spawn(async move { InfoClient::new(transport).meta(None).await });
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut start = [0; 2];
    tokio::io::AsyncReadExt::read_exact(&mut stream, &mut start).await.unwrap();
    assert_eq!(start, [0x16, 0x03], "not a handshake record");
    drop(stream);
    assert!(asking.await.unwrap().is_err());
}

#[tokio::test]
async fn a_proxy_of_the_environment_is_not_used() {
    // The variables must be there when the process starts, so this test runs itself as a child.
    if std::env::var_os("HL_CLIENT_PROXY_CHILD").is_none() {
        let proxy = Server::play([Act::json("{}")]).await;
        let test = "reads::a_proxy_of_the_environment_is_not_used";
        let child = tokio::task::spawn_blocking({
            let url = proxy.url();
            move || {
                std::process::Command::new(std::env::current_exe().unwrap())
                    .args(["--exact", test])
                    .env("HL_CLIENT_PROXY_CHILD", "1")
                    .env("http_proxy", &url)
                    .env("HTTP_PROXY", &url)
                    .env("ALL_PROXY", &url)
                    .env("all_proxy", &url)
                    .output()
                    .unwrap()
            }
        });
        let output = child.await.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        assert_eq!(proxy.seen().connections, 0);
        return;
    }
    let server = Server::play([Act::json(META)]).await;
    client(&server, 1).meta(None).await.unwrap();
    assert_eq!(server.seen().requests.len(), 1);
}

#[tokio::test]
async fn the_weight_of_reads_is_counted() {
    let server = Server::play([Act::json(META)]).await;
    let endpoint = Endpoint::new(&server.url(), Network::Testnet).unwrap();
    let transport = Transport::new(endpoint).unwrap();
    let info = InfoClient::new(transport.clone());
    info.meta(None).await.unwrap();
    assert_eq!(transport.weight_used(), 20);
    for _ in 0..53 {
        info.meta(None).await.unwrap();
    }
    assert_eq!(transport.weight_used(), 1_080);
    let error = info.meta(None).await.unwrap_err();
    assert!(matches!(error, InfoError::Budget { .. }), "{error}");
    assert_eq!(server.seen().requests.len(), 54, "what does not fit is not sent");
}
