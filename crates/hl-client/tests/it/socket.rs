use std::time::Duration;

use hl_client::{Down, SubscribeError, WsEvent, connect};
use hl_wire::Address;
use hl_wire::session::{BookDepth, CloseReason, Freshness, Subscription, SubscriptionState};
use hl_wire::stream::{Message, Scratch};
use serde_json::json;
use tokio::io::AsyncReadExt as _;
use tokio::time::timeout;

use crate::client::{client, down, frame, hasty, next, of, ready};
use crate::venue::{SOON, Venue, bbo};

#[tokio::test]
async fn subscriptions_are_made_acknowledged_and_deliver() {
    let mut venue = Venue::open().await;
    let (handle, mut events) = client(&venue, hasty());
    handle.subscribe(of("BTC")).unwrap();
    handle.subscribe(Subscription::L2Book { coin: "BTC".into(), depth: BookDepth::Fast }).unwrap();
    let mut connection = venue.next().await;
    connection.say_text("Websocket connection established.").await;
    let heard = connection.acknowledge(2).await;
    assert_eq!(
        heard,
        [
            json!({"type": "bbo", "coin": "BTC"}),
            json!({"type": "l2Book", "coin": "BTC", "fast": true})
        ]
    );
    assert!(matches!(next(&mut events).await, WsEvent::Up));
    assert!(matches!(next(&mut events).await, WsEvent::Ready));
    assert!(handle.is_ready());

    connection.say(&bbo("BTC", 7)).await;
    let WsEvent::Frame(frame) = next(&mut events).await else { panic!("no frame") };
    let mut scratch = Scratch::default();
    let Message::Bbo(best) = frame.parse(&mut scratch).unwrap() else { panic!("no bbo") };
    assert_eq!((best.coin.as_ref(), best.time.0), ("BTC", 7));
    assert!(frame.received().0 > 1_700_000_000_000);
}

#[tokio::test]
async fn after_a_lost_connection_everything_is_subscribed_to_again() {
    for how in ["close", "reset"] {
        let mut venue = Venue::open().await;
        let (handle, mut events) = client(&venue, hasty());
        handle.subscribe(of("BTC")).unwrap();
        handle.subscribe(Subscription::OrderUpdates { user: Address::new([1; 20]) }).unwrap();
        let mut first = venue.next().await;
        first.acknowledge(2).await;
        ready(&mut events).await;
        // Added while the socket is up: part of what is restored.
        handle.subscribe(of("ETH")).unwrap();
        first.acknowledge(1).await;
        ready(&mut events).await;
        if how == "close" {
            first.close().await
        } else {
            first.reset()
        }
        assert!(matches!(down(&mut events).await, Down::Lost(_)), "{how}");

        let mut second = venue.next().await;
        let heard = second.acknowledge(3).await;
        let kinds: Vec<_> = heard.iter().map(|wanted| wanted["type"].clone()).collect();
        assert_eq!(kinds, ["bbo", "orderUpdates", "bbo"], "{how}");
        ready(&mut events).await;
        second.say(&bbo("ETH", 9)).await;
        assert_eq!(frame(&mut events).await["data"]["coin"], "ETH", "{how}");
    }
}

#[tokio::test]
async fn what_is_unsubscribed_is_not_restored() {
    let mut venue = Venue::open().await;
    let (handle, mut events) = client(&venue, hasty());
    handle.subscribe(of("BTC")).unwrap();
    handle.subscribe(of("ETH")).unwrap();
    let mut first = venue.next().await;
    first.acknowledge(2).await;
    ready(&mut events).await;
    handle.unsubscribe(&of("BTC"));
    assert_eq!(
        first.hear().await,
        json!({"method": "unsubscribe", "subscription": {"type": "bbo", "coin": "BTC"}})
    );
    first.reset();
    let mut second = venue.next().await;
    assert_eq!(second.acknowledge(1).await[0]["coin"], "ETH");
    ready(&mut events).await;
}

#[tokio::test]
async fn a_venue_that_says_nothing_is_pinged_and_then_dropped() {
    let mut venue = Venue::open().await;
    let (_handle, mut events) = client(&venue, hasty());
    let mut first = venue.next().await;
    assert_eq!(first.hear().await, json!({"method": "ping"}));
    // No pong, although the connection is open and pings of the protocol are answered.
    assert_eq!(down(&mut events).await, Down::Dropped(CloseReason::Silence));
    first.gone().await;
    venue.next().await;
}

#[tokio::test]
async fn a_venue_that_answers_pings_is_kept() {
    let mut venue = Venue::open().await;
    let (handle, mut events) = client(&venue, hasty());
    let mut connection = venue.next().await;
    ready(&mut events).await;
    for _ in 0..4 {
        assert_eq!(connection.hear().await, json!({"method": "ping"}));
        connection.say(&json!({"channel": "pong"})).await;
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(venue.opened(), 1);
    assert!(handle.silence_ms().unwrap() < 900);
}

#[tokio::test]
async fn a_subscription_that_is_not_acknowledged_drops_the_connection() {
    let mut venue = Venue::open().await;
    let (handle, mut events) = client(&venue, hasty());
    handle.subscribe(of("BTC")).unwrap();
    let mut first = venue.next().await;
    let keep_alive = tokio::spawn(async move {
        loop {
            if first.hear().await["method"] == "ping" {
                first.say(&json!({"channel": "pong"})).await;
            }
        }
    });
    assert_eq!(down(&mut events).await, Down::Dropped(CloseReason::NoAck));
    keep_alive.abort();
}

#[tokio::test]
async fn a_refused_subscription_does_not_stand_in_the_way_of_the_others() {
    let mut venue = Venue::open().await;
    let (handle, mut events) = client(&venue, hasty());
    handle.subscribe(of("NOPE")).unwrap();
    handle.subscribe(of("BTC")).unwrap();
    let mut connection = venue.next().await;
    let refused = connection.hear().await["subscription"].clone();
    connection
        .say(&json!({"channel": "error", "data": format!("Invalid subscription {refused}")}))
        .await;
    connection.acknowledge(1).await;
    ready(&mut events).await;
    let states: Vec<_> = handle.freshness().into_iter().map(|(_, state, _)| state).collect();
    assert!(matches!(states[0], SubscriptionState::Refused), "{states:?}");
    assert!(matches!(states[1], SubscriptionState::Live { .. }), "{states:?}");
}

#[tokio::test]
async fn freshness_is_kept_per_channel() {
    let mut venue = Venue::open().await;
    let (handle, mut events) = client(&venue, hasty());
    let book = |coin: &str| Subscription::L2Book { coin: coin.into(), depth: BookDepth::Fast };
    handle.subscribe(book("BTC")).unwrap();
    handle.subscribe(book("ETH")).unwrap();
    let mut connection = venue.next().await;
    connection.acknowledge(2).await;
    ready(&mut events).await;
    let snapshot =
        json!({"channel": "l2Book", "data": {"coin": "BTC", "time": 1, "levels": [[], []]}});
    connection.say(&snapshot).await;
    frame(&mut events).await;
    let fresh: Vec<_> = handle.freshness().into_iter().map(|(_, _, fresh)| fresh).collect();
    assert!(matches!(fresh[0], Freshness::Fresh { .. }), "{fresh:?}");
    assert_eq!(fresh[1], Freshness::Never);
    // One channel is silent while the connection is alive.
    let deadline = tokio::time::Instant::now() + Duration::from_millis(1_700);
    while tokio::time::Instant::now() < deadline {
        connection.say(&json!({"channel": "pong"})).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(matches!(handle.freshness()[0].2, Freshness::Stale { .. }));
    assert!(handle.silence_ms().unwrap() < 900);
}

#[tokio::test]
async fn a_slow_consumer_gets_the_latest_book_and_every_event_of_the_account() {
    let mut venue = Venue::open().await;
    let (handle, mut events) = client(&venue, hasty());
    handle.subscribe(of("BTC")).unwrap();
    let mut connection = venue.next().await;
    connection.acknowledge(1).await;
    ready(&mut events).await;
    for time in 1..=2_000 {
        connection.say(&bbo("BTC", time)).await;
        if time % 4 == 0 {
            connection.say(&json!({"channel": "orderUpdates", "data": []})).await;
        }
    }
    connection.say(&json!({"channel": "user", "data": {"fills": []}})).await;
    // Nobody has read meanwhile.
    let (mut books, mut updates) = (Vec::new(), 0);
    loop {
        let frame = frame(&mut events).await;
        match frame["channel"].as_str().unwrap() {
            "bbo" => books.push(frame["data"]["time"].as_u64().unwrap()),
            "orderUpdates" => updates += 1,
            _ => break,
        }
    }
    assert_eq!(updates, 500);
    assert!(books.len() < 2_000, "nothing was conflated");
    assert_eq!(books.last(), Some(&2_000));
    assert!(books.windows(2).all(|pair| pair[0] < pair[1]));
    assert_eq!(handle.conflated(), 2_000 - u64::try_from(books.len()).unwrap());
}

#[tokio::test]
async fn a_frame_that_cannot_be_read_is_reported_and_the_next_one_is_read() {
    let mut venue = Venue::open().await;
    let (_handle, mut events) = client(&venue, hasty());
    let mut connection = venue.next().await;
    ready(&mut events).await;
    for bad in [
        "{",
        "{\"channel\":\"bbo\",\"data\":{\"coin\":\"BTC\",\"time\":1,\"bbo\":[{\"px\":\"NaN\",\"sz\":\"1\",\"n\":1},null]}}",
        &format!("{{\"channel\":\"l2Book\",\"data\":{}", "[".repeat(50_000)),
    ] {
        connection.say_text(bad).await;
        let event = next(&mut events).await;
        assert!(matches!(event, WsEvent::Unreadable { .. }), "{event:?}");
    }
    connection.say(&bbo("BTC", 3)).await;
    assert_eq!(frame(&mut events).await["data"]["time"], 3);
    assert_eq!(venue.opened(), 1);
}

#[tokio::test]
async fn a_message_over_the_cap_drops_the_connection() {
    let mut venue = Venue::open().await;
    let (_handle, mut events) = client(&venue, hasty());
    let mut connection = venue.next().await;
    ready(&mut events).await;
    let flood = tokio::spawn(async move {
        connection.say_text(&" ".repeat(5 << 20)).await;
        connection
    });
    assert!(matches!(down(&mut events).await, Down::Lost(_)));
    flood.abort();
}

#[tokio::test]
async fn limits_of_the_venue_are_refused_before_they_are_met() {
    let venue = Venue::open().await;
    let (handle, _events, _driver) = connect(&venue.endpoint, hasty()).unwrap();
    let updates = |n: u8| Subscription::OrderUpdates { user: Address::new([n; 20]) };
    for n in 0..10 {
        handle.subscribe(updates(n)).unwrap();
        handle.subscribe(Subscription::UserFills { user: Address::new([n; 20]) }).unwrap();
    }
    assert_eq!(handle.subscribe(updates(10)), Err(SubscribeError::Users));
    for n in 0..980 {
        handle.subscribe(of(&n.to_string())).unwrap();
    }
    assert_eq!(handle.subscribe(of("one more")), Err(SubscribeError::Subscriptions));
    assert_eq!(handle.subscribe(of("0")), Ok(()), "one that is there already");
}

#[tokio::test]
async fn stopping_closes_the_socket_and_ends_the_events() {
    let mut venue = Venue::open().await;
    let (handle, mut events, driver) = connect(&venue.endpoint, hasty()).unwrap();
    let driver = tokio::spawn(driver.run());
    let mut connection = venue.next().await;
    ready(&mut events).await;
    handle.stop();
    assert_eq!(down(&mut events).await, Down::Dropped(CloseReason::Stopped));
    assert!(timeout(SOON, events.next()).await.unwrap().is_none());
    timeout(SOON, driver).await.unwrap().unwrap();
    connection.gone().await;
}

#[tokio::test]
async fn dropping_the_events_ends_the_driver() {
    let mut venue = Venue::open().await;
    let (_handle, events, driver) = connect(&venue.endpoint, hasty()).unwrap();
    let driver = tokio::spawn(driver.run());
    venue.next().await;
    drop(events);
    timeout(SOON, driver).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_venue_that_is_not_there_is_tried_again_until_it_is() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let endpoint =
        hl_client::Endpoint::new(&format!("http://{address}"), hl_wire::Network::Testnet).unwrap();
    let (_handle, mut events, driver) = connect(&endpoint, hasty()).unwrap();
    tokio::spawn(driver.run());
    for _ in 0..3 {
        assert!(matches!(down(&mut events).await, Down::Connect(_)));
    }
    let listener = tokio::net::TcpListener::bind(address).await.unwrap();
    let (stream, _) = timeout(SOON, listener.accept()).await.unwrap().unwrap();
    let _socket = tokio_tungstenite::accept_async(stream).await.unwrap();
    ready(&mut events).await;
}

#[tokio::test]
async fn a_consumer_that_stands_still_loses_the_connection_and_no_event_of_the_account() {
    let mut venue = Venue::open().await;
    let (_handle, mut events) = client(&venue, hasty());
    let mut first = venue.next().await;
    ready(&mut events).await;
    let mut said = 0_u32;
    // More than may wait, and as many as are taken before the connection is given up.
    while said < 100_000 {
        let update = json!({"channel": "orderUpdates", "data": []});
        if timeout(SOON, first.try_say(&update)).await != Ok(true) {
            break;
        }
        said += 1;
    }
    assert!((16_000..100_000).contains(&said), "{said}");
    assert_eq!(venue.opened(), 1, "it stays down while nothing is taken");
    let mut taken = 0;
    let why = loop {
        match next(&mut events).await {
            WsEvent::Frame(_) => taken += 1,
            WsEvent::Down(why) => break why,
            other => panic!("{other:?}"),
        }
    };
    assert!(matches!(why, Down::Overflow(_)), "{why:?}");
    assert!(taken >= 16_000, "{taken}");
    venue.next().await;
    ready(&mut events).await;
}

#[tokio::test]
async fn wss_begins_with_tls() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("https://{}", listener.local_addr().unwrap());
    let endpoint = hl_client::Endpoint::new(&base, hl_wire::Network::Testnet).unwrap();
    let (_handle, mut events, driver) = connect(&endpoint, hasty()).unwrap();
    tokio::spawn(driver.run());
    let (mut stream, _) = timeout(SOON, listener.accept()).await.unwrap().unwrap();
    let mut start = [0; 2];
    timeout(SOON, stream.read_exact(&mut start)).await.unwrap().unwrap();
    assert_eq!(start, [0x16, 0x03], "not a handshake record");
    drop(stream);
    assert!(matches!(down(&mut events).await, Down::Connect(_)));
}
