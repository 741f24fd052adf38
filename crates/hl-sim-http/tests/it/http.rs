//! Requests and answers.

use std::time::Duration;

use hl_sim::Usd;
use hl_sim_http::FrontConfig;
use hl_wire::Address;

use crate::raw::{connect, exchange_bytes, front, get, once, post, soon};

const JSON: &str = "application/json";

#[tokio::test]
async fn a_question_is_answered_by_the_exchange_and_marked_as_a_simulators() {
    let handle = front(FrontConfig::default()).await;
    let answer = once(&handle, &post("/info", JSON, r#"{"type":"allMids"}"#)).await;
    assert_eq!(answer.status, 200);
    assert!(answer.body.starts_with('{') && answer.body.contains(r#""BTC":""#), "{}", answer.body);
    assert!(answer.headers.contains("x-simulator: hl-sim"), "{}", answer.headers);
    assert!(answer.headers.contains("content-type: application/json"), "{}", answer.headers);
    handle.shutdown().await;
}

#[tokio::test]
async fn what_is_no_question_is_refused_in_the_venues_words() {
    let handle = front(FrontConfig::default()).await;
    let not_json = "Failed to parse the request body as JSON";
    let wrong_shape = "Failed to deserialize the JSON body into the target type";
    let wrong_kind = "Expected request with `Content-Type: application/json`";
    for (request, status, body) in [
        (post("/info", JSON, "{"), 400, not_json),
        (post("/exchange", JSON, ""), 400, not_json),
        (post("/exchange", JSON, "\u{0}"), 400, not_json),
        (post("/info", JSON, "[]"), 422, wrong_shape),
        (post("/exchange", JSON, "{}"), 422, wrong_shape),
        (post("/info", "text/plain", r#"{"type":"meta"}"#), 415, wrong_kind),
        (post("/info", "application/jsonp", r#"{"type":"meta"}"#), 415, wrong_kind),
        (post("/exchange", "", "{}"), 415, wrong_kind),
        (get("/info"), 405, ""),
        (get("/nowhere"), 404, ""),
        (get("/ws"), 400, "Connection header did not include 'upgrade'"),
    ] {
        let answer = once(&handle, &request).await;
        let shown = String::from_utf8_lossy(&request).into_owned();
        assert_eq!((answer.status, answer.body.as_str()), (status, body), "{shown}");
        assert!(answer.headers.contains("x-simulator: hl-sim"), "{shown}");
    }
    for kind in ["application/json; charset=utf-8", "Application/JSON", "application/x+json"] {
        let answer = once(&handle, &post("/info", kind, r#"{"type":"meta"}"#)).await;
        assert_eq!(answer.status, 200, "{kind}");
    }
    handle.shutdown().await;
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_and_one_below_is_not() {
    let handle = front(FrontConfig { body_max: 1_000, ..FrontConfig::default() }).await;
    let padded = |length| format!("{:<length$}", r#"{"type":"meta"}"#);
    assert_eq!(once(&handle, &post("/info", JSON, &padded(1_000))).await.status, 200);
    assert_eq!(once(&handle, &post("/info", JSON, &padded(1_001))).await.status, 413);
    handle.shutdown().await;
}

#[tokio::test]
async fn a_client_that_does_not_send_its_body_is_not_waited_for_long() {
    let patience = Duration::from_millis(200);
    let handle = front(FrontConfig { patience, ..FrontConfig::default() }).await;
    let half = b"POST /info HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
        content-length: 100\r\n\r\n{";
    let answer = soon(async { once(&handle, half).await }).await;
    assert_eq!(answer.status, 408);
    handle.shutdown().await;
}

#[tokio::test]
async fn one_connection_carries_many_requests() {
    let handle = front(FrontConfig::default()).await;
    let mut stream = connect(&handle).await;
    for _ in 0..50 {
        let request = post("/info", JSON, r#"{"type":"l2Book","coin":"BTC"}"#);
        let answer = exchange_bytes(&mut stream, &request).await;
        assert!(answer.body.starts_with(r#"{"coin":"BTC","time":"#), "{}", answer.body);
    }
    handle.shutdown().await;
}

#[tokio::test]
async fn the_truth_is_told_for_one_account_or_all() {
    let handle = front(FrontConfig::default()).await;
    let user = Address::new([0x42; 20]);
    handle.with_exchange(move |exchange| exchange.fund(user, Usd::dollars(500))).await.unwrap();
    let one = once(&handle, &get(&format!("/sim/truth?user={user}"))).await;
    assert_eq!(one.status, 200);
    assert!(one.body.contains(r#""accountValue":"500.0""#), "{}", one.body);
    let all = once(&handle, &get("/sim/truth")).await;
    assert!(
        all.body.contains(&user.to_string()) && all.body.contains("\"markets\""),
        "{}",
        all.body
    );
    let nobody = Address::new([0x43; 20]);
    assert_eq!(once(&handle, &get(&format!("/sim/truth?user={nobody}"))).await.status, 404);
    assert_eq!(once(&handle, &get("/sim/truth?user=0x12")).await.status, 400);
    handle.shutdown().await;
}

#[tokio::test]
async fn the_greeting_says_what_this_is() {
    let handle = front(FrontConfig::default()).await;
    let answer = once(&handle, &get("/")).await;
    assert!(answer.body.contains("not the real exchange"), "{}", answer.body);
    handle.shutdown().await;
}
