//! An action is on the wire once, whatever happens to the connection.

use std::collections::BTreeMap;

use hl_wire::{Outcome, ReceivedRequest};

use crate::server::{Act, Seen, Server};
use crate::{bids, exchange};

const RESTING: &str =
    r#"{"status":"ok","response":{"type":"order","data":{"statuses":[{"resting":{"oid":77}}]}}}"#;

/// How often each nonce was on the wire.
fn counts(seen: &Seen) -> BTreeMap<u64, usize> {
    let mut counts = BTreeMap::new();
    for request in &seen.requests {
        let received = ReceivedRequest::from_json(&request.body).unwrap();
        *counts.entry(received.nonce.0).or_insert(0) += 1;
    }
    counts
}

#[tokio::test]
async fn a_reset_after_the_request_on_a_reused_connection_is_unknown_and_not_sent_again() {
    for last in [Act::Reset, Act::Close] {
        let server = Server::play([Act::json(RESTING), Act::json(RESTING), last.clone()]).await;
        let client = exchange(&server.url());
        for _ in 0..2 {
            client.send(&bids(1), None).await.unwrap();
        }
        assert_eq!(server.seen().connections, 1, "the connection is reused");
        let receipt = client.send(&bids(1), None).await.unwrap();
        assert!(matches!(receipt.outcome.outcomes[0], Outcome::Unknown { .. }), "{last:?}");
        // Whatever would send it again has time to.
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        let seen = server.seen();
        assert_eq!((seen.connections, seen.requests.len()), (1, 3), "{last:?}");
    }
}

/// The server closes each connection right after its answer without saying so, so the client often
/// finds out while it writes the next action to it. That action may arrive or not; what matters is that
/// it never arrives twice, and that none is called accepted without having arrived.
#[tokio::test]
async fn a_connection_that_closes_under_a_request_never_makes_it_arrive_twice() {
    let server = Server::play([Act::ReplyThenClose(200, RESTING.into())]).await;
    let client = exchange(&server.url());
    let mut accepted = Vec::new();
    for round in 0..400_u64 {
        if let Ok(receipt) = client.send(&bids(1), None).await
            && receipt.outcome.outcomes[0].is_accepted()
        {
            accepted.push(receipt.nonce.0);
        }
        if round % 3 == 0 {
            tokio::time::sleep(std::time::Duration::from_micros(round * 7 % 400)).await;
        }
    }
    let counts = counts(&server.seen());
    assert!(counts.values().all(|count| *count == 1), "{counts:?}");
    assert!(accepted.len() > 100, "only {} got through", accepted.len());
    assert!(accepted.iter().all(|nonce| counts.contains_key(nonce)));
}

#[tokio::test]
async fn many_actions_at_once_are_each_sent_once() {
    let server = Server::play([Act::json(RESTING)]).await;
    let client = std::sync::Arc::new(exchange(&server.url()));
    let sends: Vec<_> = (0..64)
        .map(|_| {
            let client = std::sync::Arc::clone(&client);
            tokio::spawn(async move { client.send(&bids(1), None).await.unwrap().nonce.0 })
        })
        .collect();
    let mut nonces = Vec::new();
    for send in sends {
        nonces.push(send.await.unwrap());
    }
    let counts = counts(&server.seen());
    assert_eq!(counts.len(), 64);
    assert!(nonces.iter().all(|nonce| counts.get(nonce) == Some(&1)), "{counts:?}");
}

#[tokio::test]
async fn a_send_that_is_given_up_is_not_sent_again() {
    let server = Server::play([Act::Hang]).await;
    let client = exchange(&server.url());
    let action = bids(1);
    let given_up =
        tokio::time::timeout(std::time::Duration::from_millis(100), client.send(&action, None));
    assert!(given_up.await.is_err());
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert_eq!(server.seen().requests.len(), 1);
}
