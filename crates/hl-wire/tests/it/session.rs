//! The WebSocket session, driven by a test clock.

use hl_quant::Millis;
use hl_wire::Value;
use hl_wire::session::{
    BookDepth, CloseReason, Freshness, Output, Session, SessionConfig, Subscription,
    SubscriptionState, covers,
};
use hl_wire::stream::Scratch;

const USER: &str = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8";

fn bbo() -> Subscription {
    Subscription::Bbo { coin: "BTC".into() }
}

fn book() -> Subscription {
    Subscription::L2Book { coin: "BTC".into(), depth: BookDepth::Fast }
}

fn say(session: &mut Session, now: u64, text: &str) {
    session.handle_text(Millis(now), text, &mut Scratch::default()).unwrap();
}

/// Everything up to the next wait, and until when that is.
fn drain(session: &mut Session, now: u64) -> (Vec<Output>, Millis) {
    let mut outputs = Vec::new();
    for _ in 0..1_000 {
        match session.poll_output(Millis(now)) {
            Output::WaitUntil(at) => return (outputs, at),
            output => outputs.push(output),
        }
    }
    panic!("never waits: {outputs:?}");
}

fn opened(subscriptions: &[Subscription]) -> Session {
    let mut session = Session::new(SessionConfig::default(), 1);
    subscriptions.iter().for_each(|s| session.subscribe(s.clone()));
    assert_eq!(session.poll_output(Millis(0)), Output::Connect);
    session.handle_open(Millis(0));
    session
}

fn ack(subscription: &str) -> String {
    format!(
        r#"{{"channel":"subscriptionResponse","data":{{"method":"subscribe","subscription":{subscription}}}}}"#
    )
}

#[test]
fn it_subscribes_on_opening_and_is_ready_when_all_are_acknowledged() {
    let mut session = opened(&[bbo(), book()]);
    let (sent, _) = drain(&mut session, 0);
    assert_eq!(
        sent,
        [
            Output::Send(
                r#"{"method":"subscribe","subscription":{"type":"bbo","coin":"BTC"}}"#.into()
            ),
            Output::Send(
                r#"{"method":"subscribe","subscription":{"type":"l2Book","coin":"BTC","fast":true}}"#
                    .into()
            ),
        ]
    );
    say(&mut session, 1, &ack(r#"{"type":"bbo","coin":"BTC"}"#));
    assert!(!session.is_ready());
    // The exchange adds defaults and orders keys as it likes.
    let echo = r#"{"coin":"BTC","fast":true,"mantissa":null,"nSigFigs":null,"type":"l2Book"}"#;
    say(&mut session, 2, &ack(echo));
    assert_eq!(drain(&mut session, 2).0, [Output::Ready]);
    assert_eq!(drain(&mut session, 3).0, []);
}

#[test]
fn an_acknowledgement_of_another_subscription_does_not_count() {
    let mut session = opened(&[bbo(), book()]);
    drain(&mut session, 0);
    for other in [
        r#"{"type":"bbo","coin":"ETH"}"#,
        r#"{"type":"trades","coin":"BTC"}"#,
        r#"{"type":"l2Book","coin":"BTC","nSigFigs":null,"mantissa":null}"#,
    ] {
        say(&mut session, 1, &ack(other));
    }
    let states: Vec<_> = session.subscriptions(Millis(1)).map(|(_, state, _)| state).collect();
    assert_eq!(states, [SubscriptionState::Asked { at: Millis(0) }; 2]);
}

#[test]
fn an_echo_may_have_more_keys_but_not_other_values() {
    let value = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let wanted = value(&format!(r#"{{"type":"userFills","user":"{USER}"}}"#));
    let upper = USER.to_uppercase().replace("0X", "0x");
    let echo =
        value(&format!(r#"{{"aggregateByTime":false,"user":"{upper}","type":"userFills"}}"#));
    assert!(covers(&echo, &wanted));
    assert!(!covers(&wanted, &echo));
    assert!(!covers(&value(r#"{"type":"BBO","coin":"a"}"#), &value(r#"{"type":"bbo"}"#)));
}

#[test]
fn data_and_already_subscribed_are_as_good_as_an_acknowledgement() {
    let mut session = opened(&[bbo(), book()]);
    drain(&mut session, 0);
    say(&mut session, 5, r#"{"channel":"bbo","data":{"coin":"BTC","time":1,"bbo":[null,null]}}"#);
    let text = r#"{"channel":"error","data":"Already subscribed: {\"type\":\"l2Book\",\"coin\":\"BTC\",\"nSigFigs\":null,\"mantissa\":null,\"fast\":true}"}"#;
    say(&mut session, 6, text);
    assert!(session.is_ready());
    let fresh: Vec<_> = session.subscriptions(Millis(9)).map(|(_, _, fresh)| fresh).collect();
    assert_eq!(fresh, [Freshness::Irregular { age_ms: 4 }, Freshness::Never]);
}

#[test]
fn a_refused_subscription_is_shown_and_does_not_hold_up_the_others() {
    let mut session = opened(&[bbo()]);
    drain(&mut session, 0);
    let text =
        r#"{"channel":"error","data":"Invalid subscription {\"type\":\"bbo\",\"coin\":\"BTC\"}"}"#;
    say(&mut session, 1, text);
    let (_, state, _) = session.subscriptions(Millis(1)).next().unwrap();
    assert_eq!(state, SubscriptionState::Refused);
    assert_eq!(drain(&mut session, 1).0, [Output::Ready]);
    assert_eq!(drain(&mut session, 15_000).0, []);
}

#[test]
fn it_pings_and_drops_a_half_open_connection() {
    let mut session = opened(&[]);
    assert_eq!(drain(&mut session, 0).1, Millis(20_000));
    let (outputs, next) = drain(&mut session, 20_000);
    assert_eq!(outputs, [Output::Send(r#"{"method":"ping"}"#.into())]);
    assert_eq!(next, Millis(30_000));
    say(&mut session, 29_999, r#"{"channel":"pong"}"#);
    assert_eq!(drain(&mut session, 30_000).0, []);
    assert_eq!(session.silence_ms(Millis(30_000)), Some(1));

    drain(&mut session, 40_000);
    assert_eq!(session.poll_output(Millis(50_000)), Output::Close(CloseReason::Silence));
    assert!(!session.is_up());
}

#[test]
fn a_missing_acknowledgement_drops_the_connection() {
    let mut session = opened(&[bbo()]);
    assert_eq!(drain(&mut session, 0).1, Millis(10_000));
    say(&mut session, 9_000, r#"{"channel":"pong"}"#);
    assert_eq!(session.poll_output(Millis(10_000)), Output::Close(CloseReason::NoAck));
}

#[test]
fn while_acknowledgements_come_those_that_wait_are_not_late() {
    let mut session = opened(&[bbo(), book()]);
    drain(&mut session, 0);
    say(&mut session, 9_000, &ack(r#"{"type":"bbo","coin":"BTC"}"#));
    assert_eq!(drain(&mut session, 10_000).0, []);
    say(&mut session, 18_000, r#"{"channel":"pong"}"#);
    // Ten seconds after the last one, the other is.
    assert_eq!(drain(&mut session, 18_999).0, []);
    assert_eq!(session.poll_output(Millis(19_000)), Output::Close(CloseReason::NoAck));
}

#[test]
fn after_a_reconnect_everything_is_subscribed_to_again() {
    let mut session = opened(&[bbo(), book()]);
    drain(&mut session, 0);
    say(&mut session, 1, &ack(r#"{"type":"bbo","coin":"BTC"}"#));
    session.handle_closed(Millis(100));
    let Output::WaitUntil(at) = session.poll_output(Millis(100)) else { panic!() };
    assert!((225..=350).contains(&at.0), "{at}");
    assert_eq!(session.poll_output(at), Output::Connect);
    session.handle_open(at);
    let (sent, _) = drain(&mut session, at.0);
    assert_eq!(sent.len(), 2);
    assert!(!session.is_ready());
}

#[test]
fn a_silent_channel_with_a_rhythm_is_subscribed_to_afresh() {
    let mut session = opened(&[book()]);
    drain(&mut session, 0);
    let frame =
        r#"{"channel":"l2Book","data":{"coin":"BTC","time":1,"levels":[[],[]],"fast":true}}"#;
    say(&mut session, 1_000, frame);
    drain(&mut session, 1_000);
    let fresh = |session: &Session, now| session.subscriptions(Millis(now)).next().unwrap().2;
    assert_eq!(fresh(&session, 2_000), Freshness::Fresh { age_ms: 1_000 });
    assert_eq!(fresh(&session, 3_000), Freshness::Stale { age_ms: 2_000 });
    drain(&mut session, 20_000);
    say(&mut session, 20_100, r#"{"channel":"pong"}"#);

    let (sent, _) = drain(&mut session, 31_000);
    let methods: Vec<_> = sent
        .iter()
        .filter_map(|output| match output {
            Output::Send(text) => Some(text.contains("unsubscribe")),
            _ => None,
        })
        .collect();
    assert_eq!(methods, [true, false]);
    // A dead channel misses the deadline, although the connection itself answers.
    say(&mut session, 40_500, r#"{"channel":"pong"}"#);
    assert!(drain(&mut session, 41_000).0.contains(&Output::Close(CloseReason::NoAck)));
}

#[test]
fn pauses_double_up_to_a_cap_and_start_over_after_a_stable_connection() {
    let mut session = Session::new(SessionConfig::default(), 9);
    let mut now = Millis(0);
    let mut pauses = Vec::new();
    for _ in 0..10 {
        assert_eq!(session.poll_output(now), Output::Connect);
        session.handle_closed(now);
        let Output::WaitUntil(at) = session.poll_output(now) else { panic!() };
        pauses.push(at.since(now));
        now = at;
    }
    for (failures, pause) in pauses.iter().enumerate() {
        let full = (250u64 << failures).min(30_000);
        assert!((full / 2..=full).contains(pause), "{pauses:?}");
    }

    assert_eq!(session.poll_output(now), Output::Connect);
    session.handle_open(now);
    for _ in 0..4 {
        now = now.plus(20_000);
        drain(&mut session, now.0);
        say(&mut session, now.0, r#"{"channel":"pong"}"#);
        drain(&mut session, now.0);
    }
    session.handle_closed(now);
    let Output::WaitUntil(at) = session.poll_output(now) else { panic!() };
    assert!(at.since(now) <= 250, "{at}");
}

#[test]
fn connections_per_minute_are_capped() {
    let config =
        SessionConfig { backoff_first_ms: 0, backoff_max_ms: 0, ..SessionConfig::default() };
    let cap = config.connects_per_minute;
    let mut session = Session::new(config, 3);
    let mut connects = Vec::new();
    let mut now = Millis(0);
    while now < Millis(180_000) {
        match session.poll_output(now) {
            Output::Connect => {
                connects.push(now);
                session.handle_closed(now);
            }
            Output::WaitUntil(at) => now = at.max(now.plus(1)),
            other => panic!("{other:?}"),
        }
    }
    for window in connects.windows(cap + 1) {
        assert!(window[cap].since(window[0]) >= 60_000);
    }
    assert_eq!(connects.len(), 3 * cap);
}

#[test]
fn a_socket_that_does_not_open_is_given_up() {
    let mut session = Session::new(SessionConfig::default(), 1);
    assert_eq!(session.poll_output(Millis(0)), Output::Connect);
    assert_eq!(session.poll_output(Millis(1)), Output::WaitUntil(Millis(10_000)));
    assert_eq!(session.poll_output(Millis(10_000)), Output::Close(CloseReason::ConnectTimeout));
}

#[test]
fn stopping_closes_and_never_connects_again() {
    let mut session = opened(&[bbo()]);
    session.stop();
    assert_eq!(session.poll_output(Millis(5)), Output::Close(CloseReason::Stopped));
    assert_eq!(session.poll_output(Millis(5)), Output::WaitUntil(Millis(u64::MAX)));
    assert_eq!(session.poll_output(Millis(99_999)), Output::WaitUntil(Millis(u64::MAX)));
}

#[test]
fn an_unwanted_subscription_is_ended() {
    let mut session = opened(&[bbo()]);
    drain(&mut session, 0);
    session.unsubscribe(&bbo());
    let (sent, _) = drain(&mut session, 1);
    assert_eq!(
        sent[0],
        Output::Send(
            r#"{"method":"unsubscribe","subscription":{"type":"bbo","coin":"BTC"}}"#.into()
        )
    );
}

#[test]
fn an_unreadable_frame_is_still_a_sign_of_life() {
    let mut session = opened(&[]);
    drain(&mut session, 20_000);
    let mut scratch = Scratch::default();
    assert!(session.handle_text(Millis(25_000), "garbage", &mut scratch).is_err());
    assert_eq!(drain(&mut session, 30_000).0, []);
}

#[test]
fn a_dead_socket_is_noticed_in_time_although_the_clock_was_set_back() {
    let config = SessionConfig::default();
    let mut session = Session::new(config.clone(), 1);
    session.subscribe(bbo());
    assert_eq!(session.poll_output(Millis(10_000_000)), Output::Connect);
    session.handle_open(Millis(10_000_000));
    say(&mut session, 10_000_000, &ack(r#"{"type":"bbo","coin":"BTC"}"#));
    drain(&mut session, 10_000_000);
    // Back by hours, and nothing is heard any more.
    let mut now = 1_000_000;
    let end = now + config.ping_every_ms + config.answer_within_ms + 60_000;
    loop {
        let (outputs, wake) = drain(&mut session, now);
        let closed = |output: &Output| matches!(output, Output::Close(_));
        if outputs.iter().any(closed) {
            break;
        }
        now = wake.0.max(now + 1);
        assert!(now <= end, "it waits until {now}");
    }
    // And the way back does not wait for the old time either.
    let (outputs, wake) = drain(&mut session, now);
    let soon = wake.0 <= now + config.backoff_max_ms + 60_000;
    assert!(outputs.contains(&Output::Connect) || soon, "{outputs:?} {wake:?}");
}

#[test]
fn a_connection_that_nobody_looked_after_is_given_up_whatever_its_buffers_hold() {
    let mut session = opened(&[bbo()]);
    say(&mut session, 100, &ack(r#"{"type":"bbo","coin":"BTC"}"#));
    let (_, due) = drain(&mut session, 100);
    // Late, but within what a ping would be waited for.
    assert!(!drain(&mut session, due.0 + 9_999).0.iter().any(|o| matches!(o, Output::Close(_))));
    let (_, due) = drain(&mut session, due.0 + 9_999);
    let late = due.0 + 10_000;
    say(&mut session, late, r#"{"channel":"pong"}"#);
    assert_eq!(drain(&mut session, late).0, [Output::Close(CloseReason::Asleep)]);
    assert!(!session.is_up());
    let again = session.poll_output(Millis(late + 250));
    assert_eq!(again, Output::Connect, "a first failure");
}

#[test]
fn of_hundreds_of_subscriptions_only_so_many_wait_at_once_and_none_is_late_for_the_others() {
    let mut session = Session::new(SessionConfig::default(), 1);
    let coins: Vec<String> = (0..120).map(|n| format!("C{n}")).collect();
    for coin in &coins {
        session.subscribe(Subscription::Bbo { coin: coin.clone() });
    }
    assert_eq!(session.poll_output(Millis(0)), Output::Connect);
    session.handle_open(Millis(0));
    let sent = |session: &mut Session, now| {
        let mut sent = 0;
        while let Output::Send(_) = session.poll_output(Millis(now)) {
            sent += 1;
        }
        sent
    };
    assert_eq!(sent(&mut session, 0), 50);
    let mut now = 0;
    for (acked, coin) in coins.iter().enumerate() {
        // A venue that takes 150 ms for each: the last one waits 18 seconds in all.
        now += 150;
        let ack = format!(
            r#"{{"channel":"subscriptionResponse","data":{{"method":"subscribe","subscription":{{"type":"bbo","coin":"{coin}"}}}}}}"#
        );
        say(&mut session, now, &ack);
        let more = usize::from(acked + 50 < coins.len());
        if acked + 1 < coins.len() {
            // A ping may be due as well.
            let sent = sent(&mut session, now);
            assert!((more..=more + 1).contains(&sent), "{acked}: {sent}");
        }
    }
    assert!(session.is_ready());
}
