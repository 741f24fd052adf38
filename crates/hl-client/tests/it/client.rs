//! The client's side of the WebSocket tests: short waiting times, and waiting for an event.

use hl_client::{Down, WsEvent, WsEvents, WsHandle, connect};
use hl_wire::session::{SessionConfig, Subscription};
use serde_json::Value;
use tokio::time::timeout;

use crate::venue::{SOON, Venue};

pub(crate) fn hasty() -> SessionConfig {
    SessionConfig {
        ping_every_ms: 300,
        answer_within_ms: 900,
        connect_within_ms: 1_000,
        ack_within_ms: 1_500,
        backoff_first_ms: 10,
        backoff_max_ms: 50,
        ..SessionConfig::default()
    }
}

/// A client of this venue whose driver runs.
pub(crate) fn client(venue: &Venue, config: SessionConfig) -> (WsHandle, WsEvents) {
    let (handle, events, driver) = connect(&venue.endpoint, config).unwrap();
    tokio::spawn(driver.run());
    (handle, events)
}

pub(crate) fn of(coin: &str) -> Subscription {
    Subscription::Bbo { coin: coin.into() }
}

pub(crate) async fn next(events: &mut WsEvents) -> WsEvent {
    timeout(SOON, events.next()).await.expect("no event").expect("the events ended")
}

/// The next event that is a frame, as its channel and data.
pub(crate) async fn frame(events: &mut WsEvents) -> Value {
    loop {
        if let WsEvent::Frame(frame) = next(events).await {
            return serde_json::from_str(frame.as_str()).unwrap();
        }
    }
}

pub(crate) async fn ready(events: &mut WsEvents) {
    while !matches!(next(events).await, WsEvent::Ready) {}
}

pub(crate) async fn down(events: &mut WsEvents) -> Down {
    loop {
        if let WsEvent::Down(why) = next(events).await {
            return why;
        }
    }
}
