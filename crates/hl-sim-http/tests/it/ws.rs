//! The streams.

use std::time::Duration;

use hl_sim_http::FrontConfig;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::raw::{Frame, Socket, front, masked, once, post, soon};

#[tokio::test]
async fn a_subscription_is_acknowledged_and_delivers() {
    let handle = front(FrontConfig::default()).await;
    let mut socket = Socket::open(&handle).await;
    let subscription = r#"{"type":"bbo","coin":"BTC"}"#;
    socket.send(&format!(r#"{{"method":"subscribe","subscription":{subscription}}}"#)).await;
    let acknowledged = socket.until(&["subscriptionResponse"]).await;
    assert!(acknowledged.contains(r#""coin":"BTC""#), "{acknowledged}");
    for _ in 0..3 {
        socket.until(&[r#""channel":"bbo""#, r#""coin":"BTC""#]).await;
    }
    handle.shutdown().await;
}

#[tokio::test]
async fn two_connections_get_their_own_messages() {
    let handle = front(FrontConfig::default()).await;
    let (mut first, mut second) = (Socket::open(&handle).await, Socket::open(&handle).await);
    first.send(r#"{"method":"subscribe","subscription":{"type":"bbo","coin":"ETH"}}"#).await;
    first.until(&[r#""channel":"bbo""#]).await;
    second.send(r#"{"method":"ping"}"#).await;
    loop {
        match second.next().await {
            Frame::Text(text) if text == r#"{"channel":"pong"}"# => break,
            Frame::Text(text) => assert!(!text.contains("bbo"), "{text}"),
            other => panic!("{other:?}"),
        }
    }
    handle.shutdown().await;
}

#[tokio::test]
async fn rubbish_is_answered_on_the_error_channel_and_does_not_end_the_connection() {
    let handle = front(FrontConfig::default()).await;
    let mut socket = Socket::open(&handle).await;
    for rubbish in ["", "{", "null", r#"{"method":5}"#, r#"{"method":"subscribe"}"#] {
        socket.send(rubbish).await;
        socket.until(&[r#""channel":"error""#]).await;
    }
    socket.0.write_all(&masked(0x82, &[0xff, 0x00])).await.unwrap();
    socket.until(&[r#""channel":"error""#]).await;
    socket.send(r#"{"method":"ping"}"#).await;
    socket.until(&["pong"]).await;
    handle.shutdown().await;
}

#[tokio::test]
async fn a_message_over_the_limit_ends_the_connection_and_nothing_else() {
    let handle = front(FrontConfig { frame_max: 1_000, ..FrontConfig::default() }).await;
    let mut socket = Socket::open(&handle).await;
    socket.send(&"x".repeat(2_000)).await;
    let mut rest = Vec::new();
    soon(socket.0.read_to_end(&mut rest)).await.ok();
    let answer = once(&handle, &post("/info", "application/json", r#"{"type":"meta"}"#)).await;
    assert_eq!(answer.status, 200);
    handle.shutdown().await;
}

#[tokio::test]
async fn a_client_that_does_not_read_is_cut_off_and_the_others_are_served() {
    let patience = Duration::from_millis(300);
    let config = FrontConfig { backlog_max: 16, patience, ..FrontConfig::default() };
    let handle = front(config).await;
    let mut deaf = Socket::open(&handle).await;
    let question =
        r#"{"method":"post","id":1,"request":{"type":"info","payload":{"type":"meta"}}}"#;
    let frame = masked(0x81, question.as_bytes());
    // Far more answers than the sockets' buffers hold; the writes fail once the server has hung up.
    let mut asked: usize = 0;
    for _ in 0..20_000 {
        let sent = tokio::time::timeout(Duration::from_secs(2), deaf.0.write_all(&frame)).await;
        if !matches!(sent, Ok(Ok(()))) {
            break;
        }
        asked += 1;
    }
    let answer =
        soon(once(&handle, &post("/info", "application/json", r#"{"type":"meta"}"#))).await;
    assert_eq!(answer.status, 200);
    let mut answers = Vec::new();
    soon(deaf.0.read_to_end(&mut answers)).await.ok();
    let given = answers.len() / answer.body.len();
    assert!(given < asked, "{given} answers of {asked} were kept for a client that does not read");
    handle.shutdown().await;
}

#[tokio::test]
async fn a_shutdown_says_goodbye_to_open_connections() {
    let handle = front(FrontConfig::default()).await;
    let mut socket = Socket::open(&handle).await;
    socket.send(r#"{"method":"ping"}"#).await;
    socket.until(&["pong"]).await;
    soon(handle.shutdown()).await;
    assert_eq!(socket.next().await, Frame::Close(Some(1001)));
}
