use std::time::Duration;

use hl_client::NotSent;
use hl_wire::{Network, Outcome, ReceivedRequest, TradingAction, Unsure};

use tokio::time::Instant;

use crate::server::{Act, Server};
use crate::{SECRET, bids, exchange};

const RESTING: &str =
    r#"{"status":"ok","response":{"type":"order","data":{"statuses":[{"resting":{"oid":77}}]}}}"#;

/// What becomes of one bid when the server does this.
async fn outcome(act: Act) -> (Outcome, Server) {
    let server = Server::play([act]).await;
    let receipt = exchange(&server.url()).send(&bids(1), None).await.unwrap();
    assert_eq!(receipt.outcome.outcomes.len(), 1);
    (receipt.outcome.outcomes[0].clone(), server)
}

fn unsure(outcome: &Outcome) -> &Unsure {
    match outcome {
        Outcome::Unknown { why } => why,
        known => panic!("known: {known:?}"),
    }
}

#[tokio::test]
async fn an_order_is_posted_signed_by_the_agent_and_its_acknowledgement_is_read() {
    let server = Server::play([Act::json(RESTING)]).await;
    let client = exchange(&server.url());
    let receipt = client.send(&bids(1), None).await.unwrap();
    assert!(receipt.outcome.outcomes[0].is_accepted());
    let seen = server.seen();
    assert_eq!(seen.requests[0].path, "/exchange");
    let received = ReceivedRequest::from_json(&seen.requests[0].body).unwrap();
    assert_eq!(received.nonce, receipt.nonce);
    let action = received.l1_action().unwrap();
    assert_eq!(received.recover(&action, Network::Testnet).unwrap(), client.agent());
}

#[tokio::test]
async fn a_rejection_has_its_code() {
    let body = r#"{"status":"ok","response":{"type":"order","data":{"statuses":[
        {"error":"Post only order would have immediately matched, bbo was 2440.1@2440.2. asset=1"}]}}}"#;
    let (outcome, _) = outcome(Act::json(body)).await;
    assert_eq!(outcome.code(), Some("E_ALO"));
}

#[tokio::test]
async fn each_order_of_a_batch_has_its_own_outcome() {
    let body = r#"{"status":"ok","response":{"type":"order","data":{"statuses":[
        {"resting":{"oid":1}},{"error":"Order must have minimum value of $10. asset=4"},
        {"error":"something never heard of"}]}}}"#;
    let server = Server::play([Act::json(body)]).await;
    let receipt = exchange(&server.url()).send(&bids(3), None).await.unwrap();
    let codes: Vec<_> = receipt.outcome.outcomes.iter().map(Outcome::code).collect();
    assert_eq!(codes, [None, Some("E_MIN_NTL"), Some("E_OTHER")]);
    assert!(matches!(receipt.outcome.outcomes[2], Outcome::Unknown { .. }));
}

#[tokio::test]
async fn silence_after_the_request_is_unknown_and_ends_in_time() {
    let start = Instant::now();
    let (outcome, server) = outcome(Act::Hang).await;
    assert_eq!(unsure(&outcome), &Unsure::Timeout);
    assert!(start.elapsed() < Duration::from_secs(9));
    assert_eq!(server.seen().requests.len(), 1);
}

#[tokio::test]
async fn an_answer_that_drips_is_unknown_and_ends_in_time() {
    let start = Instant::now();
    let (outcome, _) = outcome(Act::Drip(Duration::from_millis(20))).await;
    assert_eq!(unsure(&outcome), &Unsure::Timeout);
    assert!(start.elapsed() < Duration::from_secs(9));
}

#[tokio::test]
async fn a_connection_that_breaks_after_the_request_is_unknown() {
    for act in [Act::Reset, Act::Close] {
        let (outcome, server) = outcome(act.clone()).await;
        assert!(matches!(unsure(&outcome), Unsure::Transport(_)), "{act:?}: {outcome:?}");
        assert_eq!(server.seen().requests.len(), 1, "{act:?}");
    }
}

#[tokio::test]
async fn an_http_error_is_unknown_whatever_its_body_says() {
    let success = RESTING.as_bytes().to_vec();
    let refusal = br#"{"status":"err","response":"Trading is halted."}"#.to_vec();
    for status in [301, 307, 403, 404, 500, 502, 503, 504] {
        for body in [b"<html>gateway</html>".to_vec(), success.clone(), refusal.clone()] {
            let (outcome, server) = outcome(Act::Reply(status, body)).await;
            assert_eq!(unsure(&outcome), &Unsure::HttpStatus(status));
            assert_eq!(server.seen().requests.len(), 1, "{status}");
        }
    }
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_unknown() {
    let cut = &RESTING[..RESTING.len() - 2];
    for body in ["", "null", "[]", "<html></html>", cut, "{\"status\":\"ok\"}", "\u{0}\u{0}"] {
        let (outcome, _) = outcome(Act::json(body)).await;
        assert!(matches!(unsure(&outcome), Unsure::Body(_)), "{body:?}: {outcome:?}");
    }
    let (outcome, _) = outcome(Act::Reply(200, vec![0xff, 0xfe, 0x00])).await;
    assert!(matches!(unsure(&outcome), Unsure::Body(_)), "{outcome:?}");
}

#[tokio::test]
async fn a_body_cut_short_by_the_connection_is_unknown() {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", RESTING.len() + 10);
    let (outcome, _) = outcome(Act::Raw([head.as_bytes(), RESTING.as_bytes()].concat())).await;
    assert!(matches!(unsure(&outcome), Unsure::Transport(_)), "{outcome:?}");
}

#[tokio::test]
async fn a_body_over_the_cap_is_unknown() {
    let (outcome, _) = outcome(Act::Endless(64 << 20)).await;
    assert!(matches!(unsure(&outcome), Unsure::Body(_)), "{outcome:?}");
}

#[tokio::test]
async fn what_is_not_http_is_unknown() {
    let (outcome, _) = outcome(Act::Raw(b"SSH-2.0-OpenSSH_9.6\r\n".to_vec())).await;
    assert!(matches!(unsure(&outcome), Unsure::Transport(_)), "{outcome:?}");
}

#[tokio::test]
async fn too_many_requests_is_a_rejection_only_in_the_venues_own_words() {
    let (own, server) = outcome(Act::Reply(429, b"null".to_vec())).await;
    assert_eq!(own.code(), Some("E_IP_RATE"));
    assert_eq!(server.seen().requests.len(), 1, "not tried again");
    let (foreign, _) = outcome(Act::Reply(429, b"<html>proxy</html>".to_vec())).await;
    assert_eq!(unsure(&foreign), &Unsure::HttpStatus(429));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let target = Server::play([Act::json(RESTING)]).await;
    for status in [301, 302, 303, 307, 308] {
        let head = format!(
            "HTTP/1.1 {status} X\r\nlocation: {}/exchange\r\ncontent-length: 0\r\n\r\n",
            target.url()
        );
        let (outcome, server) = outcome(Act::Raw(head.into_bytes())).await;
        assert_eq!(unsure(&outcome), &Unsure::HttpStatus(status));
        assert_eq!(server.seen().requests.len(), 1);
    }
    assert_eq!(target.seen().connections, 0);
}

#[tokio::test]
async fn with_nobody_at_the_address_an_order_is_certainly_not_sent() {
    let address = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    let error = exchange(&format!("http://{address}")).send(&bids(1), None).await.unwrap_err();
    assert!(matches!(error, NotSent::Connect(_)), "{error}");
}

#[tokio::test]
async fn a_batch_that_the_venue_would_refuse_for_its_length_is_not_sent() {
    let server = Server::play([Act::json(RESTING)]).await;
    let client = exchange(&server.url());
    assert!(matches!(client.send(&bids(0), None).await, Err(NotSent::Empty)));
    let long = client.send(&bids(201), None).await;
    assert!(matches!(long, Err(NotSent::Batch { batch: 201 })), "{long:?}");
    assert!(client.send(&bids(200), None).await.is_ok());
    assert_eq!(server.seen().requests.len(), 1);
}

#[tokio::test]
async fn an_action_without_orders_has_one_outcome() {
    let body = r#"{"status":"ok","response":{"type":"default"}}"#;
    let server = Server::play([Act::json(body)]).await;
    let receipt = exchange(&server.url()).send(&TradingAction::Noop, None).await.unwrap();
    assert!(receipt.outcome.outcomes[0].is_accepted());
    assert_eq!(receipt.outcome.outcomes.len(), 1);
}

#[tokio::test]
async fn a_nonce_is_burnt_by_a_noop_under_the_same_nonce_and_by_nothing_else() {
    let body = r#"{"status":"ok","response":{"type":"default"}}"#;
    let server = Server::play([Act::Hang, Act::json(body)]).await;
    let client = exchange(&server.url());
    let lost = client.send(&bids(1), None).await.unwrap();
    assert_eq!(unsure(&lost.outcome.outcomes[0]), &Unsure::Timeout);
    let noop = client.prepare_burn(lost.nonce).unwrap();
    let burnt = client.send_prepared(noop).await.unwrap();
    assert!(burnt.outcome.outcomes[0].is_accepted());
    assert_eq!(burnt.nonce, lost.nonce);
    let seen = server.seen();
    let received = ReceivedRequest::from_json(&seen.requests[1].body).unwrap();
    assert_eq!(received.nonce, lost.nonce);
    assert_eq!(received.l1_action().unwrap(), hl_wire::Action::Noop);
    // The allocator goes on above it.
    assert!(client.prepare(&bids(1), None).unwrap().nonce() > lost.nonce);
}

#[tokio::test]
async fn no_text_contains_the_secret() {
    let server = Server::play([Act::Reset]).await;
    let client = exchange(&server.url());
    let receipt = client.send(&bids(1), None).await;
    let prepared = client.prepare(&bids(1), None).unwrap();
    let text = format!("{client:?} {receipt:?} {prepared:?}").to_lowercase();
    assert!(!text.contains(&SECRET[..16]) && !text.contains(&SECRET[48..]), "{text}");
    // Nor the signature, with which the action could be sent by others.
    assert!(!text.contains("signature"), "{text}");
}
