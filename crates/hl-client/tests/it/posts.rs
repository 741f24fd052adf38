//! Actions posted on the socket.

use std::time::Duration;

use futures_util::FutureExt as _;
use hl_client::{Down, Endpoint, NotSent, connect};
use hl_wire::session::CloseReason;
use hl_wire::{Network, Outcome, Unsure};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::client::{client, down, hasty, ready};
use crate::venue::{Connection, SOON, Venue};
use crate::{bids, exchange};

/// An open socket, a client of it, and one bid posted, of which the venue holds the request.
async fn posted() -> (Connection, Value, tokio::task::JoinHandle<Result<Outcome, NotSent>>) {
    let mut venue = Venue::open().await;
    let (handle, mut events) = client(&venue, hasty());
    let mut connection = venue.next().await;
    ready(&mut events).await;
    let action = exchange("http://127.0.0.1:1").prepare(&bids(1), None).unwrap();
    let waiting = tokio::spawn(async move {
        let receipt = handle.post(action, Duration::from_millis(500)).await?;
        drop(events);
        Ok(receipt.outcome.outcomes[0].clone())
    });
    let request = loop {
        let frame = connection.hear().await;
        if frame["method"] == "post" {
            break frame;
        }
    };
    (connection, request, waiting)
}

fn answer(request: &Value, kind: &str, payload: &Value) -> Value {
    json!({"channel": "post", "data": {"id": request["id"], "response": {"type": kind, "payload": payload}}})
}

fn resting() -> Value {
    json!({"status": "ok", "response": {"type": "order", "data": {"statuses": [{"resting": {"oid": 77}}]}}})
}

#[tokio::test]
async fn a_posted_order_is_acknowledged_like_one_over_http() {
    let (mut connection, request, waiting) = posted().await;
    assert_eq!(request["request"]["type"], "action");
    let payload = request["request"]["payload"].to_string();
    assert!(payload.contains("\"signature\"") && payload.contains("164.89"), "{payload}");
    connection.say(&answer(&request, "action", &resting())).await;
    assert!(waiting.await.unwrap().unwrap().is_accepted());
}

#[tokio::test]
async fn an_answer_to_another_post_is_not_taken_for_this_one() {
    let (mut connection, request, waiting) = posted().await;
    let mut other = answer(&request, "action", &resting());
    other["data"]["id"] = json!(999);
    connection.say(&other).await;
    let outcome = waiting.await.unwrap().unwrap();
    assert_eq!(outcome, Outcome::unknown(Unsure::Timeout));
}

#[tokio::test]
async fn a_posted_order_without_an_answer_is_unknown() {
    let (connection, _, waiting) = posted().await;
    let outcome = waiting.await.unwrap().unwrap();
    assert_eq!(outcome, Outcome::unknown(Unsure::Timeout));
    drop(connection);
}

#[tokio::test]
async fn a_socket_that_is_lost_under_a_posted_order_makes_it_unknown() {
    let (connection, _, waiting) = posted().await;
    connection.reset();
    let outcome = waiting.await.unwrap().unwrap();
    assert!(matches!(outcome, Outcome::Unknown { why: Unsure::Transport(_) }), "{outcome:?}");
}

#[tokio::test]
async fn an_error_for_a_posted_order_is_a_rejection_only_in_known_words() {
    let (mut connection, request, waiting) = posted().await;
    connection.say(&answer(&request, "error", &json!("Trading is halted."))).await;
    let known = waiting.await.unwrap().unwrap();
    assert!(matches!(known, Outcome::Rejected { .. }), "{known:?}");

    let (mut connection, request, waiting) = posted().await;
    connection.say(&answer(&request, "error", &json!("502 Bad Gateway"))).await;
    let unknown = waiting.await.unwrap().unwrap();
    assert!(matches!(unknown, Outcome::Unknown { .. }), "{unknown:?}");
}

#[tokio::test]
async fn a_post_that_the_venue_does_not_admit_is_rejected() {
    let (mut connection, request, waiting) = posted().await;
    let text = format!("too many pending post requests id={}", request["id"]);
    connection.say(&json!({"channel": "error", "data": text})).await;
    assert_eq!(waiting.await.unwrap().unwrap().code(), Some("E_IP_RATE"));
}

#[tokio::test]
async fn with_the_socket_down_an_order_is_certainly_not_sent() {
    let endpoint = Venue::open().await.endpoint;
    let (handle, _events, driver) = connect(&endpoint, hasty()).unwrap();
    let actions = exchange("http://127.0.0.1:1");
    // The driver does not run yet, so the action waits for it; then the socket is still opening.
    let action = actions.prepare(&bids(1), None).unwrap();
    let post = handle.post(action, SOON);
    let (result, ()) = tokio::join!(post, async {
        handle.stop();
        driver.run().await;
    });
    assert!(matches!(result, Err(NotSent::Connect(_))), "{result:?}");
    let action = actions.prepare(&bids(1), None).unwrap();
    let result = handle.post(action, SOON).await;
    assert!(matches!(result, Err(NotSent::Connect(_))), "{result:?}");
}

#[tokio::test]
async fn while_the_socket_is_opening_an_order_is_certainly_not_sent() {
    // Takes connections and never says a word, so that the socket stays opening.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let endpoint = Endpoint::new(&base, Network::Testnet).unwrap();
    let (handle, mut events, driver) = connect(&endpoint, hasty()).unwrap();
    tokio::spawn(driver.run());
    let (_held, _) = timeout(SOON, listener.accept()).await.unwrap().unwrap();
    let action = exchange("http://127.0.0.1:1").prepare(&bids(1), None).unwrap();
    let result = handle.post(action, SOON).await;
    assert!(matches!(result, Err(NotSent::Connect(_))), "{result:?}");
    assert_eq!(down(&mut events).await, Down::Dropped(CloseReason::ConnectTimeout));
}

#[tokio::test]
async fn a_post_that_was_given_up_in_the_queue_is_not_sent_later() {
    let mut venue = Venue::open().await;
    let (handle, mut events) = client(&venue, hasty());
    let mut connection = venue.next().await;
    ready(&mut events).await;
    let action = exchange("http://127.0.0.1:1").prepare(&bids(1), None).unwrap();
    // There is one thread, so the driver cannot run between the first poll and the drop.
    assert!(handle.post(action, SOON).now_or_never().is_none());
    assert_eq!(connection.hear().await, json!({"method": "ping"}), "and nothing before");
}

#[tokio::test]
async fn no_more_posts_are_in_flight_than_the_venue_allows() {
    let venue = Venue::open().await;
    let (handle, _events, _driver) = connect(&venue.endpoint, hasty()).unwrap();
    let actions = exchange("http://127.0.0.1:1");
    for _ in 0..100 {
        let (handle, action) = (handle.clone(), actions.prepare(&bids(1), None).unwrap());
        tokio::spawn(async move { handle.post(action, SOON).await });
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    let action = actions.prepare(&bids(1), None).unwrap();
    assert!(matches!(handle.post(action, SOON).await, Err(NotSent::Busy)));
}
