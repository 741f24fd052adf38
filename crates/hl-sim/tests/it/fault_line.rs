//! The line between a client and the venue, one fault at a time.

use hl_quant::Millis;
use hl_sim::fault::{Delivery, End, Kind, Line, Message, Order, Passed};
use hl_sim::{ConnId, Path, RequestId};
use hl_wire::{Outcome, parse_exchange_response};
use serde_json::Value;

const NOW: Millis = Millis(1_000);
const OK: &str =
    r#"{"status":"ok","response":{"type":"order","data":{"statuses":[{"resting":{"oid":7}}]}}}"#;

fn line(kinds: &[&str]) -> Line {
    let mut line = Line::new(11);
    for kind in kinds {
        line.inject(NOW, kind.parse().unwrap());
    }
    line
}

fn request(id: u64) -> Message {
    let body = br#"{"action":{"orders":[{"s":"0.5","p":"149.5"}]}}"#.to_vec();
    Message::Request { id: RequestId(id), path: Path::Exchange, body }
}

fn question(id: u64) -> Message {
    Message::Request { id: RequestId(id), path: Path::Info, body: b"{}".to_vec() }
}

fn answer(id: u64, body: &str) -> Message {
    Message::Answer { id: RequestId(id), status: 200, body: body.into() }
}

fn down(text: &str) -> Message {
    Message::Down { conn: ConnId(1), text: text.to_owned() }
}

fn all(passed: Passed) -> Vec<Delivery> {
    passed.into_iter().collect()
}

/// What a client hears of its action: the status and the body of the answer.
fn heard(line: &mut Line, id: u64) -> Vec<(u16, String)> {
    let mut heard = Vec::new();
    let mut waiting = all(line.pass(NOW, request(id)));
    while let Some(delivery) = waiting.pop() {
        match delivery.message {
            Message::Request { id, .. } => waiting.extend(line.pass(NOW, answer(id.0, OK))),
            Message::Answer { id: to, status, body } => {
                assert_eq!(to, RequestId(id));
                heard.push((status, String::from_utf8_lossy(&body).into_owned()));
            }
            other => panic!("{other:?}"),
        }
    }
    heard
}

/// How many requests arrive of so many.
fn arriving(line: &mut Line, count: u64) -> usize {
    (0..count).map(|id| all(line.pass(NOW, request(id))).len()).sum()
}

#[test]
fn a_line_without_faults_touches_nothing() {
    let mut line = Line::new(1);
    for message in [
        request(1),
        answer(1, OK),
        Message::Connect { conn: ConnId(1) },
        Message::Up { conn: ConnId(1), text: "{}".to_owned() },
        down("Websocket connection established."),
        Message::CloseDown { conn: ConnId(1), code: 1000 },
        Message::CloseUp { conn: ConnId(1) },
    ] {
        assert_eq!(line.pass(NOW, message.clone()), Passed::Untouched(message));
    }
    assert_eq!((line.wake(), line.active().len()), (None, 0));
}

#[test]
fn a_probability_is_met_and_what_happens_follows_from_the_seed() {
    let count = arriving(&mut line(&["req.drop prob=0.2"]), 10_000);
    assert!((7_800..8_200).contains(&count), "{count} of 10000 arrived");
    let fates = |seed| {
        let mut line = Line::new(seed);
        line.inject(NOW, "req.delay prob=0.5 ms=500".parse().unwrap());
        (0..50).map(|id| all(line.pass(NOW, request(id)))).collect::<Vec<_>>()
    };
    assert_eq!(fates(1), fates(1));
    assert_ne!(fates(1), fates(2));
}

#[test]
fn a_lost_request_does_not_arrive_and_a_lost_answer_is_not_heard() {
    assert_eq!(arriving(&mut line(&["req.drop prob=1"]), 3), 0);
    assert_eq!(heard(&mut line(&["ack.drop prob=1"]), 1), vec![]);
    let mut only_actions = line(&["ack.drop prob=1"]);
    all(only_actions.pass(NOW, question(1)));
    assert_eq!(all(only_actions.pass(NOW, answer(1, "{}"))).len(), 1, "questions are answered");
}

#[test]
fn requests_and_answers_come_late_and_may_overtake() {
    let mut late = line(&["req.delay prob=1 ms=30000"]);
    let delays: Vec<u64> = (0..200)
        .flat_map(|id| all(late.pass(NOW, request(id))))
        .map(|d| {
            assert_eq!(d.order, Order::Free);
            d.after_ms
        })
        .collect();
    assert!(delays.iter().all(|ms| (1..=30_000).contains(ms)));
    assert!(delays.iter().max() > Some(&25_000) && !delays.is_sorted());
    let mut acks = line(&["ack.delay prob=1 ms=100"]);
    all(acks.pass(NOW, request(1)));
    let deliveries = all(acks.pass(NOW, answer(1, OK)));
    assert!((1..=100).contains(&deliveries[0].after_ms));
    let mut reordered = line(&["req.reorder ms=50"]);
    let delays: Vec<u64> =
        (0..50).flat_map(|id| all(reordered.pass(NOW, request(id)))).map(|d| d.after_ms).collect();
    assert!(!delays.is_sorted() && delays.iter().all(|ms| *ms < 50));
}

#[test]
fn the_same_bytes_arrive_twice_and_one_answer_is_heard() {
    for (which, first, second) in [("first", 1, 0), ("second", 0, 1)] {
        let mut line = line(&[&format!("req.dup prob=1 ms=40 answer={which}")]);
        let copies = all(line.pass(NOW, request(5)));
        let parts = |d: &Delivery| match &d.message {
            Message::Request { id, body, .. } => (*id, body.clone(), d.after_ms),
            other => panic!("{other:?}"),
        };
        let ((one, bytes, _), (two, again, gap)) = (parts(&copies[0]), parts(&copies[1]));
        assert_eq!((bytes, gap), (again, 40));
        assert_ne!(one, two);
        let answers = |line: &mut Line, id: RequestId| all(line.pass(NOW, answer(id.0, OK)));
        let (to_first, to_second) = (answers(&mut line, one), answers(&mut line, two));
        assert_eq!((to_first.len(), to_second.len()), (first, second));
        let told = to_first.into_iter().chain(to_second).next().unwrap();
        assert_eq!(told.message, answer(5, OK), "in the name of the request that was made");
    }
}

#[test]
fn an_executed_action_is_answered_with_an_error() {
    for (how, status) in [("5xx", 502), ("text", 200)] {
        let mut line = line(&[&format!("ack.err_after_accept prob=1 how={how}")]);
        let answers = heard(&mut line, 1);
        assert_eq!(answers[0].0, status);
        let outcome = parse_exchange_response(status, answers[0].1.as_bytes(), 1);
        assert!(matches!(outcome.outcomes[..], [Outcome::Unknown { .. }]), "{how}: {outcome:?}");
    }
}

#[test]
fn answers_lie_and_speak_of_unknown_things() {
    let lie = heard(&mut line(&["ack.lie_filled prob=1"]), 1);
    let lie: Value = serde_json::from_str(&lie[0].1).unwrap();
    let filled = &lie["response"]["data"]["statuses"][0]["filled"];
    assert_eq!(
        (&filled["totalSz"], &filled["avgPx"], &filled["oid"]),
        (&"0.5".into(), &"149.5".into(), &7.into())
    );
    let variant = heard(&mut line(&["ack.variant prob=1"]), 1);
    assert!(variant[0].1.contains(r#"[{"deferred":{"batch":1}}]"#), "{variant:?}");
}

#[test]
fn http_fails_before_or_after_the_venue_has_seen_the_request() {
    for (kind, statuses, arrives) in [
        ("http.429 prob=1", [429, 429, 429, 429], false),
        ("http.5xx prob=1 reach=before", [500, 502, 503, 504], false),
        ("http.5xx prob=1 reach=after", [500, 502, 503, 504], true),
        ("http.html prob=1 reach=before", [200, 503, 503, 503], false),
        ("http.html prob=1 reach=after", [200, 503, 503, 503], true),
        ("http.redirect prob=1", [307, 307, 307, 307], false),
    ] {
        let mut line = line(&[kind]);
        for id in 0..20 {
            let out = all(line.pass(NOW, request(id)));
            let (out, arrived) = match out[0].message.receiver() {
                End::Venue => (all(line.pass(NOW, answer(id, OK))), true),
                End::Client => (out, false),
            };
            assert_eq!(arrived, arrives, "{kind}");
            let Message::Answer { status, body, .. } = &out[0].message else { panic!("{kind}") };
            assert!(statuses.contains(status), "{kind}: {status}");
            let outcome = parse_exchange_response(*status, body, 1);
            assert!(
                !matches!(outcome.outcomes[..], [Outcome::Accepted { .. }]),
                "{kind}: {outcome:?}"
            );
        }
    }
}

#[test]
fn a_reset_is_told_at_once_and_the_answer_of_a_request_that_arrived_is_not() {
    for (reach, arrives) in [("before", 0), ("after", 1)] {
        let mut line = line(&[&format!("http.rst_after_request prob=1 reach={reach}")]);
        let out = all(line.pass(NOW, request(1)));
        assert_eq!(out[0], Delivery::plain(Message::Reset { id: RequestId(1) }));
        assert_eq!(out.len(), 1 + arrives);
        assert_eq!(all(line.pass(NOW, answer(1, OK))).len(), 1 - arrives, "{reach}");
    }
}

#[test]
fn a_slow_answer_comes_byte_by_byte() {
    let mut line = line(&["http.slowloris prob=1 ms_per_byte=20"]);
    all(line.pass(NOW, question(1)));
    assert_eq!(all(line.pass(NOW, answer(1, "[]")))[0].ms_per_byte, 20);
}

/// Every way of spoiling a document spoils it as it says, on the documents that it is about only.
#[test]
fn documents_are_spoilt_as_named() {
    let text = r#"{"status":"ok","response":{"px":"149.5","n":3,"t":["a"]}}"#;
    let read = |text: &str| serde_json::from_str::<Value>(text);
    let check = |name: &str, spoilt: &str| match name {
        "trunc" => text.starts_with(spoilt) && read(spoilt).is_err(),
        "extra" => read(spoilt).unwrap()["zzUnasked"].is_object(),
        "newenum" => spoilt.contains(r#""status":"perhaps""#),
        "dupkey" => spoilt.matches(r#""status":"#).count() == 2,
        "huge" => spoilt.len() > 100_000 && read(spoilt).unwrap()["response"].is_object(),
        "deep" => read(spoilt).is_err() && spoilt.contains("[[[[[[[["),
        "nan" => spoilt.contains("NaN") || spoilt.contains("Infinity"),
        "exp" => spoilt.contains("14950e-2") || spoilt.contains(":300e-2"),
        "missing" => fields(&read(spoilt).unwrap()) < 5,
        "null" => spoilt.contains("null"),
        other => panic!("{other}"),
    };
    for name in
        ["trunc", "extra", "newenum", "dupkey", "huge", "deep", "nan", "exp", "missing", "null"]
    {
        let more = match name {
            "huge" => " bytes=100000",
            "deep" => " levels=200",
            _ => "",
        };
        for on in ["ack", "info"] {
            let kind = format!("json.{name} prob=1 on={on}{more}");
            let mut line = line(&[&kind]);
            for id in 0..20 {
                all(line.pass(NOW, request(id)));
                all(line.pass(NOW, question(1_000 + id)));
                let (about, other) = if on == "ack" { (id, 1_000 + id) } else { (1_000 + id, id) };
                let spoilt = all(line.pass(NOW, answer(about, text))).remove(0).message;
                let Message::Answer { body, status: 200, .. } = spoilt else { panic!("{kind}") };
                let body = String::from_utf8(body).unwrap();
                assert!(check(name, &body), "{kind}: {body}");
                assert_eq!(
                    line.pass(NOW, answer(other, text)),
                    Passed::Untouched(answer(other, text))
                );
            }
        }
    }
}

fn fields(value: &Value) -> usize {
    match value {
        Value::Object(map) => map.values().map(|value| 1 + fields(value)).sum(),
        Value::Array(list) => list.iter().map(fields).sum(),
        _ => 0,
    }
}

#[test]
fn a_healed_fault_is_gone_and_two_of_the_same_are_healed_one_by_one() {
    let mut line = line(&["req.drop prob=1", "req.drop prob=1"]);
    let kind: Kind = "req.drop prob=1".parse().unwrap();
    line.heal(kind);
    assert_eq!(arriving(&mut line, 1), 0);
    line.heal(kind);
    assert_eq!(line.pass(NOW, request(9)), Passed::Untouched(request(9)));
    line.inject(NOW, "book.empty market=0".parse().unwrap());
    assert_eq!(line.active(), [], "the exchange's faults are not the line's");
}

const BOOK: &str = r#"{"channel":"l2Book","data":{"coin":"SOL","time":1}}"#;
const BTC: &str = r#"{"channel":"l2Book","data":{"coin":"BTC","time":1}}"#;
const BBO: &str = r#"{"channel":"bbo","data":{"coin":"SOL"}}"#;
const ORDERS: &str = r#"{"channel":"orderUpdates","data":[]}"#;
const FILLS: &str =
    r#"{"channel":"userFills","data":{"isSnapshot":true,"user":"0x","fills":[3,2,1]}}"#;
const PONG: &str = r#"{"channel":"pong"}"#;

fn open(line: &mut Line) {
    assert_eq!(all(line.pass(NOW, Message::Connect { conn: ConnId(1) })).len(), 1);
}

/// Which of the usual frames get through.
fn through(kind: &str) -> Vec<&'static str> {
    let mut line = line(&[kind]);
    open(&mut line);
    let frames =
        [("book", BOOK), ("bbo", BBO), ("orders", ORDERS), ("fills", FILLS), ("pong", PONG)];
    frames
        .into_iter()
        .filter(|(_, text)| !all(line.pass(NOW, down(text))).is_empty())
        .map(|(name, _)| name)
        .collect()
}

#[test]
fn channels_go_silent_by_name_and_by_kind_while_the_connection_lives() {
    assert_eq!(through("ws.stall chan=l2Book"), ["bbo", "orders", "fills", "pong"]);
    assert_eq!(through("ws.stall chan=market"), ["orders", "fills", "pong"]);
    assert_eq!(through("ws.stall chan=user"), ["book", "bbo", "pong"]);
    assert_eq!(through("ws.stall chan=data"), ["pong"]);
    assert_eq!(through("ws.gap prob=1 chan=userFills"), ["book", "bbo", "orders", "pong"]);
    assert_eq!(through("ws.nosnapshot"), ["book", "bbo", "orders", "pong"]);
    let mut gaps = line(&["ws.gap prob=0.5 chan=data"]);
    let count = (0..1_000).filter(|_| !all(gaps.pass(NOW, down(BBO))).is_empty()).count();
    assert!((400..600).contains(&count), "{count}");
}

#[test]
fn frames_are_slow_doubled_and_out_of_order() {
    let slow = all(line(&["ws.slow ms=700"]).pass(NOW, down(BBO)));
    assert_eq!((slow[0].after_ms, slow[0].order, slow.len()), (700, Order::Kept, 1));
    let twice = all(line(&["ws.dup prob=1"]).pass(NOW, down(ORDERS)));
    assert_eq!(twice, vec![Delivery::plain(down(ORDERS)); 2]);
    assert_eq!(all(line(&["ws.burst times=50"]).pass(NOW, down(BBO))).len(), 50);
    assert_eq!(all(line(&["ws.burst times=50"]).pass(NOW, down(ORDERS))).len(), 1);
    let mut mixed = line(&["ws.reorder ms=300"]);
    let delays: Vec<u64> = (0..50)
        .flat_map(|_| all(mixed.pass(NOW, down(BBO))))
        .map(|d| {
            assert_eq!(d.order, Order::Free);
            d.after_ms
        })
        .collect();
    assert!(!delays.is_sorted() && delays.iter().all(|ms| *ms < 300));
}

#[test]
fn a_stale_snapshot_lacks_what_is_newest() {
    let told = all(line(&["ws.stale_snapshot miss=2"]).pass(NOW, down(FILLS))).remove(0).message;
    let Message::Down { text, .. } = told else { panic!() };
    assert_eq!(
        serde_json::from_str::<Value>(&text).unwrap()["data"]["fills"],
        serde_json::json!([1])
    );
    assert_eq!(
        all(line(&["ws.stale_snapshot miss=2"]).pass(NOW, down(BBO))),
        vec![Delivery::plain(down(BBO))]
    );
}

#[test]
fn books_come_no_more_often_than_the_new_cadence_each_coin_for_itself() {
    let mut line = line(&["ws.cadence every=5000"]);
    open(&mut line);
    let mut passed = Vec::new();
    for step in 0..21 {
        let now = NOW.plus(step * 500);
        for (name, text) in [("sol", BOOK), ("btc", BTC), ("bbo", BBO)] {
            if !all(line.pass(now, down(text))).is_empty() {
                passed.push((step, name));
            }
        }
    }
    let of = |wanted| {
        passed.iter().filter(|(_, name)| *name == wanted).map(|(step, _)| *step).collect::<Vec<_>>()
    };
    assert_eq!((of("sol"), of("btc")), (vec![0, 10, 20], vec![0, 10, 20]));
    assert_eq!(of("bbo").len(), 21);
}

#[test]
fn a_closed_connection_is_closed_at_both_ends() {
    let mut line = Line::new(1);
    open(&mut line);
    let ends = line.inject(NOW, "ws.close code=1006".parse().unwrap());
    let messages: Vec<Message> = ends.into_iter().map(|d| d.message).collect();
    let conn = ConnId(1);
    assert_eq!(messages, [Message::CloseUp { conn }, Message::CloseDown { conn, code: 1006 }]);
    assert_eq!(line.inject(NOW, "ws.close code=1001".parse().unwrap()), vec![], "nothing is open");
}

#[test]
fn a_half_open_connection_carries_nothing_and_stays_so_when_healed_but_new_ones_are_sound() {
    let mut line = Line::new(1);
    open(&mut line);
    line.inject(NOW, Kind::WsHalfOpen {});
    let up = |conn| Message::Up { conn: ConnId(conn), text: "{}".to_owned() };
    assert!(all(line.pass(NOW, up(1))).is_empty());
    assert!(all(line.pass(NOW, down(PONG))).is_empty());
    line.heal(Kind::WsHalfOpen {});
    assert!(all(line.pass(NOW, down(BBO))).is_empty());
    assert!(all(line.pass(NOW, Message::CloseDown { conn: ConnId(1), code: 1000 })).is_empty());
    all(line.pass(NOW, Message::Connect { conn: ConnId(2) }));
    assert_eq!(all(line.pass(NOW, up(2))).len(), 1);
}

#[test]
fn a_refused_subscription_closes_everything() {
    let refusal = r#"{"channel":"error","data":"Invalid subscription {\"type\":\"bbo\"}"}"#;
    let mut line = line(&["ws.close1006_on_bad_sub"]);
    open(&mut line);
    assert_eq!(all(line.pass(NOW, down(PONG))).len(), 1);
    let out: Vec<Message> =
        all(line.pass(NOW, down(refusal))).into_iter().map(|d| d.message).collect();
    let conn = ConnId(1);
    assert_eq!(out, [Message::CloseUp { conn }, Message::CloseDown { conn, code: 1006 }]);
}

#[test]
fn a_connection_expires_at_its_age() {
    let mut line = line(&["ws.expire3h age=60000"]);
    assert_eq!(line.wake(), None);
    open(&mut line);
    assert_eq!(line.wake(), Some(NOW.plus(60_000)));
    assert_eq!(line.tick(NOW.plus(59_999)), vec![]);
    assert_eq!(line.tick(NOW.plus(60_000)).len(), 2);
    assert_eq!(line.wake(), None);
}

#[test]
fn in_a_blackhole_nothing_gets_through() {
    let mut line = line(&[]);
    open(&mut line);
    all(line.pass(NOW, request(1)));
    line.inject(NOW, "net.blackhole".parse().unwrap());
    for message in [
        request(2),
        answer(1, OK),
        down(PONG),
        Message::Up { conn: ConnId(1), text: "{}".to_owned() },
        Message::Connect { conn: ConnId(2) },
        Message::CloseDown { conn: ConnId(1), code: 1000 },
    ] {
        assert_eq!(all(line.pass(NOW, message)), vec![]);
    }
}

/// Any mixture of faults keeps what must hold: no answer to a request that was not made, no frame on
/// a connection that is gone, no panic.
#[test]
fn under_every_fault_at_once_answers_belong_to_requests() {
    for seed in 0..30 {
        let mut line = Line::new(seed);
        let plan =
            hl_sim::fault::Plan::draw(seed, 600_000, hl_sim::fault::Intensity::per_hour(2_000));
        open(&mut line);
        let mut answered = std::collections::BTreeMap::<RequestId, u32>::new();
        for (step, fault) in (0_u64..).zip(&plan.faults) {
            line.inject(Millis(fault.at), fault.kind);
            for delivery in line.pass(Millis(fault.at), request(step)) {
                let replies = match delivery.message {
                    Message::Request { id, .. } => {
                        all(line.pass(Millis(fault.at), answer(id.0, OK)))
                    }
                    _ => vec![delivery],
                };
                for reply in replies {
                    match reply.message {
                        Message::Answer { id, .. } | Message::Reset { id } => {
                            assert_eq!(id, RequestId(step), "seed {seed}");
                            *answered.entry(id).or_default() += 1;
                        }
                        other => panic!("{other:?}"),
                    }
                }
            }
            all(line.pass(Millis(fault.at), down(FILLS)));
            if step % 3 == 0 {
                line.heal(plan.faults[usize::try_from(step / 3).unwrap()].kind);
            }
        }
        assert!(answered.values().all(|count| *count == 1), "seed {seed}: {answered:?}");
        assert!(!answered.is_empty(), "seed {seed}");
    }
}
