use hl_quant::Millis;
use hl_wire::stream::Scratch;

use super::*;

fn frame(text: &str) -> Frame {
    Frame::new(text.into(), Millis(1))
}

fn bbo(coin: &str, time: u64) -> String {
    let data = format!(r#"{{"coin":"{coin}","time":{time},"bbo":[null,null]}}"#);
    format!(r#"{{"channel":"bbo","data":{data}}}"#)
}

fn push(inbox: &Inbox, text: &str) {
    let mut scratch = Scratch::default();
    let class = classify(&Message::parse(text, &mut scratch).unwrap());
    inbox.push_frame(frame(text), class);
}

/// All that waits, as text.
fn drain(inbox: &Inbox) -> Vec<String> {
    let mut taken = Vec::new();
    while let Some(event) = inbox.lock().take() {
        taken.push(match event {
            WsEvent::Frame(frame) => frame.as_str().to_owned(),
            other => format!("{other:?}"),
        });
    }
    taken
}

const TRADES: &str = r#"{"channel":"trades","data":[]}"#;
const UPDATES: &str = r#"{"channel":"orderUpdates","data":[]}"#;

#[test]
fn a_newer_book_replaces_the_waiting_one_of_its_coin_and_no_other() {
    let inbox = Inbox::default();
    for time in 1..=1_000 {
        push(&inbox, &bbo("BTC", time));
        push(&inbox, &bbo("ETH", time));
    }
    assert_eq!(drain(&inbox), [bbo("BTC", 1_000), bbo("ETH", 1_000)]);
    assert_eq!(inbox.conflated(), 1_998);
    push(&inbox, &bbo("BTC", 1_001));
    assert_eq!(drain(&inbox), [bbo("BTC", 1_001)]);
}

#[test]
fn the_oldest_trades_go_first_and_the_consumer_is_told_how_many() {
    let inbox = Inbox::default();
    push(&inbox, UPDATES);
    for _ in 0..MAX_HISTORY + 7 {
        push(&inbox, TRADES);
    }
    let taken = drain(&inbox);
    assert_eq!(taken[0], "Dropped { frames: 7 }");
    assert_eq!(taken[1], UPDATES);
    assert_eq!(taken.len(), 2 + MAX_HISTORY);
}

#[test]
fn no_event_of_the_account_is_dropped_however_slow_the_consumer() {
    let inbox = Inbox::default();
    for _ in 0..MAX_ACCOUNT {
        assert_eq!(inbox.overflow(), None);
        push(&inbox, UPDATES);
    }
    assert_eq!(inbox.overflow(), Some(Down::Overflow(MAX_ACCOUNT)));
    assert!(!inbox.has_room());
    assert_eq!(drain(&inbox).len(), MAX_ACCOUNT);
    assert!(inbox.has_room());
}

#[test]
fn books_of_a_lost_connection_are_forgotten_and_events_of_the_account_are_not() {
    let inbox = Inbox::default();
    push(&inbox, UPDATES);
    push(&inbox, &bbo("BTC", 1));
    push(&inbox, TRADES);
    inbox.push(WsEvent::Down(Down::Lost("gone".into())));
    inbox.push(WsEvent::Up);
    push(&inbox, &bbo("BTC", 2));
    let taken = drain(&inbox);
    assert_eq!(taken, [UPDATES, TRADES, "Down(Lost(\"gone\"))", "Up", bbo("BTC", 2).as_str()]);
}

#[test]
fn memory_stays_bounded_when_the_venue_invents_coins() {
    let inbox = Inbox::default();
    for number in 0..3 * MAX_KEYS {
        push(&inbox, &bbo(&number.to_string(), 1));
    }
    assert!(inbox.lock().events.len() <= MAX_KEYS + MAX_HISTORY);
}

#[test]
fn acknowledgements_and_pongs_are_not_passed_on() {
    let inbox = Inbox::default();
    push(&inbox, r#"{"channel":"pong"}"#);
    push(&inbox, "Websocket connection established.");
    assert!(drain(&inbox).is_empty());
}
