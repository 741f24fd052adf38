//! What a WebSocket client sees, read back with the client's own parser.

use hl_sim::{ConnId, Input, Output, Resubscription};
use hl_wire::stream::{Message, Scratch};
use serde_json::{Value, json};

use crate::rig::{Rig, address, config, oid, order, order_with, orders};

fn open(rig: &mut Rig) {
    rig.input(Input::WsOpen { conn: ConnId(1) });
    rig.take();
}

fn subscribe(rig: &mut Rig, subscription: &Value) -> Vec<String> {
    rig.ws(1, &json!({"method": "subscribe", "subscription": subscription}).to_string())
}

/// Frames of one channel.
fn of(frames: &[String], channel: &str) -> Vec<Value> {
    let frames = frames.iter().filter_map(|frame| serde_json::from_str::<Value>(frame).ok());
    frames.filter(|frame| frame["channel"] == channel).map(|frame| frame["data"].clone()).collect()
}

/// Every frame is one that the client's parser knows.
fn assert_understood(frames: &[String]) {
    for frame in frames {
        let mut scratch = Scratch::default();
        match Message::parse(frame, &mut scratch) {
            Ok(Message::Other { channel, .. }) => panic!("unknown channel {channel}: {frame}"),
            Ok(_) => {}
            Err(error) => panic!("{error}: {frame}"),
        }
    }
}

/// The docs say that missed data is in the snapshot after subscribing, users that it is not.
#[test]
fn a_second_subscription_begins_with_the_snapshot_or_without() {
    for (rule, again) in [(Resubscription::Snapshot, 1), (Resubscription::Silent, 0)] {
        let mut config = config();
        config.open_questions.resubscription = rule;
        let mut rig = Rig::new(config);
        open(&mut rig);
        let fills = json!({"type": "userFills", "user": address(1)});
        let snapshots = |rig: &mut Rig| of(&subscribe(rig, &fills), "userFills").len();
        assert_eq!(snapshots(&mut rig), 1);
        rig.input(Input::WsClose { conn: ConnId(1) });
        open(&mut rig);
        assert_eq!(snapshots(&mut rig), again, "{rule:?}");
        let book = json!({"type": "l2Book", "coin": "SOL"});
        assert_eq!(of(&subscribe(&mut rig, &book), "l2Book").len(), 1, "a book always comes");
    }
}

#[test]
fn a_connection_is_greeted_pinged_and_closed_when_nothing_is_sent_to_it() {
    let mut rig = Rig::new(config());
    rig.input(Input::WsOpen { conn: ConnId(1) });
    assert_eq!(rig.frames(1), ["Websocket connection established."]);
    assert_eq!(rig.ws(1, r#"{"method":"ping"}"#), [r#"{"channel":"pong"}"#]);
    rig.take();
    rig.pass(59_000);
    assert!(rig.take().is_empty(), "nothing to say");
    rig.pass(1_100);
    assert_eq!(rig.take(), [Output::WsClose { conn: ConnId(1), code: 1000 }]);
}

#[test]
fn subscriptions_are_echoed_with_defaults_and_complaints_name_the_frame() {
    let mut rig = Rig::new(config());
    open(&mut rig);
    let book = json!({"coin": "BTC", "type": "l2Book"});
    let frames = subscribe(&mut rig, &book);
    assert_eq!(
        frames[0],
        r#"{"channel":"subscriptionResponse","data":{"method":"subscribe","subscription":{"type":"l2Book","coin":"BTC","nSigFigs":null,"mantissa":null}}}"#
    );
    let again = of(&subscribe(&mut rig, &book), "error");
    assert!(again[0].as_str().unwrap().starts_with("Already subscribed: {"), "{again:?}");
    let unsubscribe = r#"{"method":"unsubscribe","subscription":{"type":"trades","coin":"BTC"}}"#;
    let unknown = of(&rig.ws(1, unsubscribe), "error");
    assert!(unknown[0].as_str().unwrap().starts_with("Already unsubscribed: {"));
    let invalid = of(&subscribe(&mut rig, &json!({"type": "bbo", "coin": "NONE"})), "error");
    assert!(invalid[0].as_str().unwrap().starts_with("Invalid subscription {"));
    let nonsense = r#"{"method":"subscribe","xsubscription":{"type":"bbo","coin":"SOL"}}"#;
    let text = of(&rig.ws(1, nonsense), "error");
    let expected = format!("Error parsing JSON into valid websocket request: {nonsense}");
    assert_eq!(text[0].as_str().unwrap(), expected);
    for n in 0..10_u8 {
        let user = format!("0x{n:040x}");
        assert!(subscribe(&mut rig, &json!({"type": "orderUpdates", "user": user})).len() == 1);
    }
    let eleventh = json!({"type": "userFills", "user": format!("0x{:040x}", 99)});
    let limit = of(&subscribe(&mut rig, &eleventh), "error");
    assert_eq!(limit[0], "Cannot track more than 10 total users.");
    assert_understood(&rig.frames(1));
}

#[test]
fn market_channels_follow_their_cadence() {
    let mut rig = Rig::new(config());
    rig.order(2, &order(1, true, "149", "1", "Alo"));
    rig.order(2, &order(1, false, "151", "1", "Alo"));
    open(&mut rig);
    for subscription in [
        json!({"type": "l2Book", "coin": "SOL"}),
        json!({"type": "l2Book", "coin": "SOL", "fast": true}),
        json!({"type": "l2Book", "coin": "SOL", "nSigFigs": 2}),
        json!({"type": "bbo", "coin": "SOL"}),
        json!({"type": "trades", "coin": "SOL"}),
        json!({"type": "allMids"}),
        json!({"type": "activeAssetCtx", "coin": "SOL"}),
    ] {
        let frames = subscribe(&mut rig, &subscription);
        assert_eq!(frames.len(), 2, "an acknowledgement and a first message: {frames:?}");
        assert_understood(&frames);
    }
    rig.take();
    rig.pass(10_000);
    let frames = rig.frames(1);
    assert_understood(&frames);
    let books = of(&frames, "l2Book");
    // The first block at least half a second after the last push: every eighth, 560 ms.
    assert_eq!(books.iter().filter(|book| book["fast"] == true).count(), 17);
    assert_eq!(books.iter().filter(|book| book.get("fast").is_none()).count(), 2);
    assert!(of(&frames, "bbo").is_empty(), "nothing changed");
    assert!(matches!(of(&frames, "allMids").len(), 4..=5));

    let end = r#"{"method":"unsubscribe","subscription":{"type":"allMids"}}"#;
    let acknowledged = of(&rig.ws(1, end), "subscriptionResponse");
    assert_eq!(acknowledged[0]["method"], "unsubscribe");
    rig.take();
    rig.pass(5_000);
    assert!(of(&rig.frames(1), "allMids").is_empty(), "it was ended");

    rig.take();
    rig.order(1, &order(1, true, "151", "0.5", "Ioc"));
    let frames = rig.frames(1);
    assert_eq!(of(&frames, "bbo")[0]["bbo"][1], json!({"px": "151.0", "sz": "0.5", "n": 1}));
    let trades = of(&frames, "trades");
    assert_eq!(trades[0][0]["side"], "B");
    assert_eq!(trades[0][0]["users"], json!([address(1), address(2)]), "buyer, seller");
    assert_understood(&frames);
}

#[test]
fn private_channels_tell_the_life_of_an_order() {
    let mut rig = Rig::new(config());
    let user = address(1);
    open(&mut rig);
    assert_eq!(subscribe(&mut rig, &json!({"type": "orderUpdates", "user": user})).len(), 1);
    let fills = subscribe(&mut rig, &json!({"type": "userFills", "user": user}));
    assert_eq!(of(&fills, "userFills")[0]["isSnapshot"], true);
    subscribe(&mut rig, &json!({"type": "userEvents", "user": user}));
    rig.take();

    let resting = oid(&rig.order(1, &order_with(1, true, "149", "2", "Alo", false, Some(5))));
    rig.order(2, &order(1, false, "149", "0.5", "Ioc"));
    rig.order(2, &order(1, false, "149", "1.5", "Ioc"));
    let frames = rig.frames(1);
    assert_understood(&frames);
    let updates: Vec<Value> = of(&frames, "orderUpdates");
    let states: Vec<_> = updates
        .iter()
        .flat_map(|message| message.as_array().unwrap())
        .map(|update| {
            assert_eq!(update["order"]["oid"], resting);
            (update["status"].as_str().unwrap(), update["order"]["sz"].as_str().unwrap())
        })
        .collect();
    assert_eq!(states, [("open", "2.0"), ("filled", "0.0")], "partial fills show in fills only");
    let fills = of(&frames, "userFills");
    assert_eq!(fills.len(), 2);
    assert!(fills[0].get("isSnapshot").is_none());
    assert_eq!(fills[0]["fills"][0]["crossed"], false);
    assert_eq!(fills[0]["fills"][0]["cloid"], "0x00000000000000000000000000000005");
    assert_eq!(of(&frames, "user").len(), 2);

    rig.take();
    rig.order(1, &order(1, true, "149.12345", "1", "Gtc"));
    let updates = of(&rig.frames(1), "orderUpdates");
    assert_eq!(updates[0][0]["status"], "tickRejected", "a refusal at run time is told");
}

#[test]
fn an_own_order_in_the_way_is_a_non_user_cancel() {
    let mut rig = Rig::new(config());
    open(&mut rig);
    subscribe(&mut rig, &json!({"type": "userEvents", "user": address(1)}));
    let own = oid(&rig.order(1, &order(1, false, "150", "1", "Alo")));
    rig.order(1, &order(1, true, "150", "1", "Gtc"));
    let events = of(&rig.frames(1), "user");
    assert_eq!(events, [json!({"nonUserCancel": [{"coin": "SOL", "oid": own}]})]);
    assert_understood(&rig.frames(1));
}

#[test]
fn requests_can_be_posted_on_the_socket() {
    let mut rig = Rig::new(config());
    open(&mut rig);
    let info = r#"{"method":"post","id":1,"request":{"type":"info","payload":{"type":"l2Book","coin":"SOL"}}}"#;
    let answer = of(&rig.ws(1, info), "post");
    assert_eq!(answer[0]["id"], 1);
    assert_eq!(answer[0]["response"]["type"], "info");
    assert_eq!(answer[0]["response"]["payload"]["data"]["coin"], "SOL");

    let action = rig.signed(1, &orders(&[order(1, true, "149", "1", "Alo")]));
    let post =
        format!(r#"{{"method":"post","id":2,"request":{{"type":"action","payload":{action}}}}}"#);
    rig.take();
    assert!(rig.ws(1, &post).is_empty(), "an action is answered after its block");
    rig.pass(80);
    let answer = of(&rig.frames(1), "post");
    assert_eq!(answer[0]["response"]["type"], "action");
    let status = &answer[0]["response"]["payload"]["response"]["data"]["statuses"][0];
    assert!(status["resting"]["oid"].is_u64(), "{status}");

    let wrong = r#"{"method":"post","id":3,"request":{"type":"action","payload":{"type":"x"}}}"#;
    let answer = of(&rig.ws(1, wrong), "post");
    assert_eq!(answer[0]["response"]["type"], "error");
    assert_understood(&rig.frames(1));
}
