//! What frames say, field by field.

use hl_quant::{Millis, Side};
use hl_wire::info::{OrderState, OrderTif};
use hl_wire::stream::{ErrorFrame, ErrorKind, Message, PostBody, Scratch};
use hl_wire::{Cloid, Oid, Outcome, RejectCode, Value};

/// Parses and hands the message to `check`, since it borrows.
fn with(text: &str, check: impl FnOnce(Message<'_>)) {
    let mut scratch = Scratch::default();
    check(Message::parse(text, &mut scratch).unwrap_or_else(|error| panic!("{error}")));
}

#[test]
fn a_trade_has_its_side_its_hash_and_its_parties() {
    let text = r#"{"channel":"trades","data":[
        {"coin":"SOL","side":"A","px":"128.5","sz":"0.42","time":1765887848009,"hash":"0xab7ac612399342b1acf4041c880dcd011800ddf7d49661834f437164f8971c9c","tid":867891549538215,"users":["0x768484f7e2ebb675c57838366c02ae99ba2a9b08","0xbb05602d74778f4a42dcee87d14051572bb9ec78"]},
        {"coin":"SOL","side":"B","px":"128.6","sz":"1","time":1765887848010,"hash":"","tid":2}]}"#;
    with(text, |message| {
        let Message::Trades(trades) = message else { panic!() };
        assert_eq!(trades.coin, "SOL");
        let [sold, bought] = trades.trades else { panic!() };
        assert_eq!((sold.side, bought.side), (Side::Ask, Side::Bid));
        assert_eq!((sold.px.raw(), sold.sz.raw()), (12_850_000_000, 42_000_000));
        assert_eq!((sold.tid, sold.time), (867_891_549_538_215, Millis(1_765_887_848_009)));
        assert!(sold.hash.unwrap().to_string().starts_with("0xab7ac6"));
        let (buyer, seller) = sold.users.unwrap();
        assert!(
            buyer.to_string().starts_with("0x7684") && seller.to_string().starts_with("0xbb05")
        );
        assert_eq!((bought.hash, bought.users), (None, None));
    });
    with(r#"{"channel":"trades","data":[]}"#, |message| {
        assert!(matches!(message, Message::Trades(trades) if trades.trades.is_empty()));
    });
}

#[test]
fn a_touch_may_lack_a_side() {
    for (bbo, sides) in [
        ("[null,null]", (false, false)),
        (r#"[{"px":"1","sz":"2","n":3},null]"#, (true, false)),
        (r#"[null,{"px":"1","sz":"2","n":3}]"#, (false, true)),
        (r#"[{"px":"1","sz":"2","n":3}]"#, (true, false)),
        ("[]", (false, false)),
    ] {
        let text = format!(r#"{{"channel":"bbo","data":{{"coin":"BTC","time":1,"bbo":{bbo}}}}}"#);
        with(&text, |message| {
            let Message::Bbo(bbo) = message else { panic!() };
            assert_eq!((bbo.bbo.0.is_some(), bbo.bbo.1.is_some()), sides);
        });
    }
}

#[test]
fn the_order_of_keys_in_a_frame_does_not_matter() {
    let text = r#" {"later":[1], "data":{"time":1,"levels":[[],[{"n":1,"sz":"2","px":"3.5"}]],"spread":"0.5","coin":"B\u0054C"},"channel":"l2Book"}"#;
    with(text, |message| {
        let Message::L2Book(book) = message else { panic!() };
        assert_eq!((book.coin.as_ref(), book.bids.len()), ("BTC", 0));
        assert_eq!(book.asks[0].px.raw(), 350_000_000);
    });
}

#[test]
fn an_order_update_keeps_what_it_does_not_know() {
    let update = |status: &str, cloid: &str| {
        format!(
            r#"{{"channel":"orderUpdates","data":[{{"order":{{"coin":"ETH","side":"B","limitPx":"1500.0","sz":"0.0","oid":5,"timestamp":1,"origSz":"1.0","cloid":{cloid},"tif":"Weird"}},"status":"{status}","statusTimestamp":2}}]}}"#
        )
    };
    let text = update("badAloPxRejected", "\"0x00030050c6301a2b00000100000000d2\"");
    with(&text, |message| {
        let Message::OrderUpdates(updates) = message else { panic!() };
        let [update] = &updates[..] else { panic!() };
        assert_eq!(update.status, OrderState::BadAloPxRejected);
        assert_eq!(update.status.reject_code(), Some(RejectCode::Alo));
        assert_eq!(update.order.oid, Oid(5));
        assert_eq!(update.order.cloid, Some(Cloid(0x0003_0050_c630_1a2b_0000_0100_0000_00d2)));
        assert_eq!(update.order.tif, Some(OrderTif::Other("Weird".into())));
    });
    for (cloid, status) in [("null", "brandNewRejected"), ("\"other shape\"", "brandNewCanceled")] {
        with(&update(status, cloid), |message| {
            let Message::OrderUpdates(updates) = message else { panic!() };
            assert_eq!(updates[0].order.cloid, None);
            assert_eq!(updates[0].status, OrderState::Other(status.into()));
            assert!(updates[0].status.is_terminal());
        });
    }
}

#[test]
fn terminal_states_are_told_from_live_ones() {
    for live in ["open", "triggered", "somethingNew", "canceledMaybe"] {
        assert!(!OrderState::from(live).is_terminal(), "{live}");
    }
    for dead in
        ["filled", "canceled", "rejected", "scheduledCancel", "internalCancel", "marginCanceled"]
    {
        assert!(OrderState::from(dead).is_terminal(), "{dead}");
    }
    assert_eq!(OrderState::from("tickRejected").reject_code(), Some(RejectCode::Tick));
    assert_eq!(OrderState::from("newRejected").reject_code(), Some(RejectCode::Unknown));
    assert_eq!(OrderState::from("canceled").reject_code(), None);
}

#[test]
fn user_events_are_told_apart() {
    with(r#"{"channel":"user","data":{"nonUserCancel":[{"coin":"BTC","oid":7}]}}"#, |message| {
        let Message::User(events) = message else { panic!() };
        assert_eq!(events.non_user_cancel[0].oid, Oid(7));
        assert!(events.fills.is_empty() && events.funding.is_none());
    });
    let liquidation = r#"{"channel":"user","data":{"liquidation":{"lid":1,"liquidator":"0x0","liquidated_user":"0x70997970c51812dc3a010c7d01b50e0d17dc79c8","liquidated_ntl_pos":"1.5","liquidated_account_value":"0.1"}}}"#;
    with(liquidation, |message| {
        let Message::User(events) = message else { panic!() };
        assert_eq!(events.liquidation.unwrap().liquidated_ntl_pos.to_string(), "1.5");
    });
    with(r#"{"channel":"user","data":{"twapHistory":[1]}}"#, |message| {
        let Message::User(events) = message else { panic!() };
        assert_eq!(events, Default::default());
    });
}

#[test]
fn a_posted_action_has_the_outcome_that_http_would_give() {
    let post = |kind: &str, payload: &str| {
        format!(
            r#"{{"channel":"post","data":{{"id":9,"response":{{"type":"{kind}","payload":{payload}}}}}}}"#
        )
    };
    let ok = r#"{"status":"ok","response":{"type":"order","data":{"statuses":[{"resting":{"oid":1}}]}}}"#;
    with(&post("action", ok), |message| {
        let Message::Post(reply) = message else { panic!() };
        assert_eq!(reply.id, 9);
        assert!(reply.outcomes(1).outcomes[0].is_accepted());
        assert!(!reply.outcomes(2).outcomes[0].is_accepted());
    });
    with(&post("info", r#"{"type":"l2Book","data":{}}"#), |message| {
        let Message::Post(reply) = message else { panic!() };
        assert!(matches!(reply.body, PostBody::Info(_)));
        assert!(matches!(reply.outcomes(1).outcomes[0], Outcome::Unknown { .. }));
    });
    for (payload, code) in [
        (r#""Failed to deserialize the JSON body into the target type""#, "E_REQUEST"),
        (r#""Service unavailable""#, "E_OTHER"),
    ] {
        with(&post("error", payload), |message| {
            let Message::Post(reply) = message else { panic!() };
            assert_eq!(reply.outcomes(2).outcomes[1].code(), Some(code));
        });
    }
    let mut scratch = Scratch::default();
    assert!(Message::parse(&post("magic", "1"), &mut scratch).is_err());
}

#[test]
fn complaints_are_told_apart_and_name_their_subject() {
    let frame = |text: &'static str| ErrorFrame { text: text.into() };
    for (text, kind) in [
        (r#"Already subscribed: {"type":"bbo","coin":"A"}"#, ErrorKind::AlreadySubscribed),
        (r#"Already unsubscribed: {"type":"bbo","coin":"A"}"#, ErrorKind::AlreadyUnsubscribed),
        (r#"Invalid subscription {"type":"bbo","coin":"A"}"#, ErrorKind::InvalidSubscription),
        (
            r#"Error parsing JSON into valid websocket request: {"method":"subscribe","subscription":{"type":"bbo","coin":"A"}}"#,
            ErrorKind::NotUnderstood,
        ),
    ] {
        assert_eq!(frame(text).kind(), kind);
        let subject = frame(text).subject().unwrap();
        assert_eq!(subject.get("coin").and_then(Value::as_str), Some("A"), "{text}");
    }
    assert_eq!(frame("Cannot track more than 10 total users.").kind(), ErrorKind::TooManyUsers);
    let posts = frame("too many pending post requests id=42");
    assert_eq!(posts.kind(), ErrorKind::TooManyPosts { id: 42 });
    assert_eq!(frame("What?").kind(), ErrorKind::Other);
    assert_eq!(frame("What? {broken").subject(), None);
}

#[test]
fn greeting_pong_and_unknown_channels_are_no_errors() {
    with("Websocket connection established.", |message| {
        assert!(matches!(message, Message::Connected));
    });
    with(r#"{"channel":"pong"}"#, |message| assert!(matches!(message, Message::Pong)));
    with(r#"{"channel":"webData9","data":{"x":[1.5]}}"#, |message| {
        let Message::Other { channel, data } = message else { panic!() };
        assert_eq!((channel.as_ref(), data.unwrap().get()), ("webData9", r#"{"x":[1.5]}"#));
    });
}
