//! What faults do to real sockets.

use std::io::ErrorKind;
use std::time::Duration;

use hl_sim_http::FrontConfig;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::Instant;

use crate::control::{Control, config};
use crate::raw::{Frame, Socket, connect, exchange_bytes, front, once, post, read_response, soon};

/// Long enough for an answer, had there been one.
const SILENCE: Duration = Duration::from_millis(400);

fn meta() -> Vec<u8> {
    post("/info", "application/json", r#"{"type":"meta"}"#)
}

fn action() -> Vec<u8> {
    post("/exchange", "application/json", "{}")
}

#[tokio::test]
async fn answers_are_replaced_by_what_gateways_say() {
    let handle = front(config()).await;
    let mut control = Control::open(&handle).await;
    for (fault, status, header, body) in [
        ("http.429 prob=1", 429, "text/plain", "null"),
        ("http.redirect prob=1", 307, "location: http://127.0.0.1:9/", ""),
        ("http.html prob=1 reach=before", 0, "text/html", "<!DOCTYPE html>"),
        ("http.5xx prob=1 reach=after", 0, "text/html", "Bad Gateway"),
        ("json.trunc prob=1 on=info", 200, "application/json", "{"),
    ] {
        let number = control.say(&format!("fault {fault}")).await;
        let number = number.strip_prefix("ok ").unwrap().to_owned();
        let response = once(&handle, &meta()).await;
        assert!(status == 0 || response.status == status, "{fault}: {response:?}");
        assert!(response.headers.contains(header), "{fault}: {response:?}");
        assert!(response.body.contains(body), "{fault}: {response:?}");
        let whole: Result<serde_json::Value, _> = serde_json::from_str(&response.body);
        assert!(status == 429 || whole.is_err(), "{fault}: {response:?}");
        assert_eq!(control.say(&format!("heal {number}")).await, "ok");
    }
    assert_eq!(once(&handle, &meta()).await.status, 200);
    handle.shutdown().await;
}

#[tokio::test]
async fn a_reset_is_a_reset_and_not_an_orderly_end() {
    let handle = front(config()).await;
    let mut control = Control::open(&handle).await;
    control.say("fault http.rst_after_request prob=1 reach=after").await;
    for request in [meta(), action()] {
        let mut stream = connect(&handle).await;
        stream.write_all(&request).await.unwrap();
        let mut answer = Vec::new();
        let ended = soon(stream.read_to_end(&mut answer)).await;
        assert_eq!(ended.unwrap_err().kind(), ErrorKind::ConnectionReset, "{answer:?}");
        assert!(answer.is_empty(), "{answer:?}");
    }
    handle.shutdown().await;
}

#[tokio::test]
async fn lost_answers_never_come_and_late_ones_come_late() {
    let handle = front(config()).await;
    let mut control = Control::open(&handle).await;
    control.say("fault ack.drop prob=1").await;
    let mut stream = connect(&handle).await;
    let answer = tokio::time::timeout(SILENCE, exchange_bytes(&mut stream, &action())).await;
    assert!(answer.is_err(), "{answer:?}");
    assert_eq!(once(&handle, &meta()).await.status, 200, "answers to questions are not lost");
    control.say("heal all").await;
    control.say("fault req.drop prob=1").await;
    let late = tokio::time::timeout(SILENCE, once(&handle, &meta())).await;
    assert!(late.is_err(), "{late:?}");
    control.say("heal all").await;
    assert_eq!(once(&handle, &meta()).await.status, 200);
    handle.shutdown().await;
}

#[tokio::test]
async fn a_slow_answer_comes_a_byte_at_a_time() {
    let handle = front(config()).await;
    let mut control = Control::open(&handle).await;
    control.say("fault http.slowloris prob=1 ms_per_byte=100").await;
    let mut stream = connect(&handle).await;
    let begin = Instant::now();
    stream.write_all(&action()).await.unwrap();
    let mut buffer = [0; 4_096];
    let mut pieces = 0;
    while pieces < 6 {
        assert!(soon(stream.read(&mut buffer)).await.unwrap() > 0);
        pieces += 1;
    }
    assert!(begin.elapsed() >= Duration::from_millis(400), "{:?}", begin.elapsed());
    handle.shutdown().await;
}

#[tokio::test]
async fn streams_are_closed_with_any_code_or_with_none() {
    let handle = front(config()).await;
    let mut control = Control::open(&handle).await;
    for code in [1000_u16, 1001, 1011, 1013] {
        let mut socket = Socket::open(&handle).await;
        socket.send(r#"{"method":"ping"}"#).await;
        socket.until(&["pong"]).await;
        control.say(&format!("fault ws.close code={code}")).await;
        assert_eq!(socket.next().await, Frame::Close(Some(code)));
    }
    let mut socket = Socket::open(&handle).await;
    socket.send(r#"{"method":"ping"}"#).await;
    socket.until(&["pong"]).await;
    control.say("fault ws.close code=1006").await;
    let mut rest = Vec::new();
    soon(socket.0.read_to_end(&mut rest)).await.ok();
    assert!(rest.is_empty(), "no close frame: {rest:?}");
    handle.shutdown().await;
}

#[tokio::test]
async fn one_channel_goes_silent_and_the_connection_lives() {
    let handle = front(config()).await;
    let mut control = Control::open(&handle).await;
    let mut socket = Socket::open(&handle).await;
    for channel in ["bbo", "l2Book"] {
        let subscription = format!(r#"{{"type":"{channel}","coin":"BTC"}}"#);
        socket.send(&format!(r#"{{"method":"subscribe","subscription":{subscription}}}"#)).await;
    }
    socket.until(&[r#""channel":"bbo""#]).await;
    control.say("fault ws.stall chan=bbo").await;
    socket.send(r#"{"method":"ping"}"#).await;
    socket.until(&["pong"]).await;
    // What was sent before has been read by now; then only books and pongs come.
    let until = Instant::now() + Duration::from_millis(1_500);
    let mut books = 0;
    while Instant::now() < until {
        match socket.next().await {
            Frame::Text(text) => {
                assert!(!text.contains(r#""channel":"bbo""#), "{text}");
                books += usize::from(text.contains("l2Book"));
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(books > 0);
    handle.shutdown().await;
}

#[tokio::test]
async fn a_half_open_connection_carries_nothing_and_is_not_closed() {
    let handle = front(config()).await;
    let mut control = Control::open(&handle).await;
    let mut socket = Socket::open(&handle).await;
    socket.send(r#"{"method":"ping"}"#).await;
    socket.until(&["pong"]).await;
    control.say("fault ws.half_open").await;
    socket.send(r#"{"method":"ping"}"#).await;
    let heard = tokio::time::timeout(SILENCE, socket.next()).await;
    assert!(heard.is_err(), "{heard:?}");
    // A new one is sound.
    let mut other = Socket::open(&handle).await;
    other.send(r#"{"method":"ping"}"#).await;
    other.until(&["pong"]).await;
    handle.shutdown().await;
}

#[tokio::test]
async fn nothing_gets_through_a_blackhole_and_everything_does_after_it() {
    let handle = front(config()).await;
    let mut control = Control::open(&handle).await;
    control.say("fault net.blackhole").await;
    let mut socket = Socket::open(&handle).await;
    socket.send(r#"{"method":"ping"}"#).await;
    let question = meta();
    let (heard, told) = tokio::join!(
        tokio::time::timeout(SILENCE, socket.next()),
        tokio::time::timeout(SILENCE, once(&handle, &question)),
    );
    assert!(heard.is_err() && told.is_err(), "{heard:?} {told:?}");
    control.say("heal all").await;
    assert_eq!(once(&handle, &meta()).await.status, 200);
    let mut socket = Socket::open(&handle).await;
    socket.send(r#"{"method":"ping"}"#).await;
    socket.until(&["pong"]).await;
    handle.shutdown().await;
}

#[tokio::test]
async fn a_plan_begins_with_the_front_and_ends_by_itself() {
    let faults = "http.429 prob=1 @0+700".parse().unwrap();
    let handle = front(FrontConfig { faults, ..FrontConfig::default() }).await;
    assert_eq!(once(&handle, &meta()).await.status, 429);
    tokio::time::sleep(Duration::from_millis(900)).await;
    assert_eq!(once(&handle, &meta()).await.status, 200);
    handle.shutdown().await;
    let faults = "disk.ro on=log @0+700".parse().unwrap();
    let config = FrontConfig { faults, ..FrontConfig::default() };
    let exchange = hl_sim::Exchange::new(hl_sim::ExchangeConfig::new(Vec::new()), 1);
    let refused = hl_sim_http::spawn(exchange, config).await.unwrap_err();
    assert!(refused.to_string().contains("disk.ro is done to the client"), "{refused}");
}

#[tokio::test]
async fn a_doubled_request_is_answered_once() {
    let handle = front(config()).await;
    let mut control = Control::open(&handle).await;
    control.say("fault req.dup prob=1 ms=50 answer=second").await;
    let mut stream = connect(&handle).await;
    assert_eq!(exchange_bytes(&mut stream, &meta()).await.status, 200);
    let more = tokio::time::timeout(SILENCE, read_response(&mut stream)).await;
    assert!(more.is_err(), "{more:?}");
    handle.shutdown().await;
}

#[tokio::test]
async fn faults_of_the_exchange_itself_reach_it_and_are_healed() {
    let handle = front(config()).await;
    let mut control = Control::open(&handle).await;
    assert_eq!(control.say("fault meta.unavailable").await, "ok 1");
    assert_eq!(once(&handle, &meta()).await.status, 500);
    assert_eq!(control.say("heal 1").await, "ok");
    assert_eq!(once(&handle, &meta()).await.status, 200);
    handle.shutdown().await;
}
