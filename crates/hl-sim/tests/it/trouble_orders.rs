//! Faults of the venue that orders, cancels and limits meet.

use hl_sim::fault::Kind;
use hl_sim::{AddressLimit, CancelPriority, ConnId, Input, IpLimit, Output, Path, RequestId, Usd};
use hl_wire::RejectCode;
use serde_json::{Value, json};

use crate::rig::{
    Rig, START, address, assert_conserved, config, key, oid, order, order_with, orders, sign,
};

/// Runs something while a fault is active.
pub(crate) fn under<T>(rig: &mut Rig, kind: &str, job: impl FnOnce(&mut Rig) -> T) -> T {
    let kind: Kind = kind.parse().unwrap();
    rig.exchange.inject(&kind);
    let result = job(rig);
    rig.exchange.heal(&kind);
    result
}

fn bid(px: &str) -> String {
    order(1, true, px, "1", "Alo")
}

fn cancel(oid: u64) -> String {
    format!(r#"{{"type":"cancel","cancels":[{{"a":1,"o":{oid}}}]}}"#)
}

#[test]
fn an_upgrade_window_takes_post_only_orders_and_uses_up_the_nonces_of_the_others() {
    let mut rig = Rig::new(config());
    let text = "Only post-only orders allowed immediately after network upgrade";
    under(&mut rig, "upgrade_window", |rig| {
        assert!(rig.order(1, &bid("140")).contains("resting"));
        for tif in ["Gtc", "Ioc", "FrontendMarket"] {
            assert_eq!(rig.refusal(1, &order(1, true, "140", "1", tif)), text, "{tif}");
        }
        let both = [bid("141"), order(1, true, "141", "1", "Gtc")];
        let answer = rig.act(1, &orders(&both));
        assert_eq!(answer.matches(text).count(), 1, "one error for the whole batch: {answer}");
        let late = sign(1, r#"{"type":"noop"}"#, rig.nonce, None);
        assert!(rig.http(Path::Exchange, late.as_bytes()).1.contains("duplicate nonce"));
    });
    assert!(rig.order(1, &order(1, true, "140", "1", "Gtc")).contains("resting"));
    assert_eq!(rig.truth().accounts[&address(1)].rejected[&RejectCode::PostOnlyWindow], 5);
}

#[test]
fn orders_are_refused_out_of_turn_each_with_its_sentence_and_only_those_of_clients() {
    let mut rig = Rig::new(config());
    for (kind, text, code) in [
        ("reject.margin prob=1", "Insufficient margin to place order. asset=1", RejectCode::Margin),
        ("reject.tick prob=1", "Price must be divisible by tick size. asset=1", RejectCode::Tick),
        ("reject.batch prob=1", "Order has invalid price.", RejectCode::InvalidPrice),
    ] {
        under(&mut rig, kind, |rig| {
            assert_eq!(rig.refusal(1, &bid("140")), text);
            assert_eq!(rig.truth().accounts[&address(1)].rejected[&code], 1);
        });
        assert!(rig.order(1, &bid("140")).contains("resting"), "{kind} is over");
    }
    let half = (0..200).filter(|_| {
        under(&mut rig, "reject.margin prob=0.5", |rig| rig.refusal(1, &bid("139")).is_empty())
    });
    assert!((70..130).contains(&half.count()));
}

#[test]
fn an_order_is_taken_just_before_its_cancel_and_the_cancel_finds_nothing() {
    let mut rig = Rig::new(config());
    let behind = oid(&rig.order(1, &bid("140")));
    rig.order(2, &bid("140.1"));
    let answer = under(&mut rig, "cancel.race prob=1", |rig| rig.act(1, &cancel(behind)));
    assert!(answer.contains("already canceled, or filled"), "{answer}");
    let truth = rig.truth();
    assert_eq!(truth.accounts[&address(1)].maker_fills, 1);
    assert_eq!(truth.accounts[&address(2)].maker_fills, 1, "who stood before it was taken first");
    assert_conserved(&truth);
}

#[test]
fn a_cancel_succeeds_and_the_half_that_was_filled_before_it_is_told_later() {
    let mut rig = Rig::new(config());
    let mine = oid(&rig.order(1, &bid("140")));
    rig.input(Input::WsOpen { conn: ConnId(1) });
    let fills = json!({"type": "userFills", "user": address(1)});
    rig.ws(1, &json!({"method": "subscribe", "subscription": fills}).to_string());
    rig.take();
    let kind = "fill.after_cancel prob=1 ms=3000";
    let answer = under(&mut rig, kind, |rig| rig.act(1, &cancel(mine)));
    assert!(answer.contains("success"), "{answer}");
    assert_eq!(rig.exchange.position(address(1), "SOL").to_string(), "0.5", "it happened");
    let question = json!({"type": "userFills", "user": address(1)}).to_string();
    assert_eq!(rig.info(&question), json!([]), "and nobody is told");
    rig.pass(2_900);
    assert!(rig.frames(1).iter().all(|frame| !frame.contains("userFills")));
    rig.pass(200);
    assert!(rig.frames(1).iter().any(|frame| frame.contains(r#""sz":"0.5""#)), "but later");
    assert_eq!(rig.info(&question)[0]["sz"], "0.5");
}

#[test]
fn the_nearest_order_is_taken_but_for_dust_again_and_again() {
    let mut rig = Rig::new(config());
    let first = oid(&rig.order(1, &bid("140")));
    rig.order(1, &bid("139"));
    under(&mut rig, "fill.partial every=1000 leave_usd=5", |rig| {
        rig.pass(500);
        let open = rig.info(&json!({"type": "openOrders", "user": address(1)}).to_string());
        let left = open.as_array().unwrap().iter().find(|order| order["oid"] == first).unwrap();
        assert_eq!(left["sz"], "0.03", "worth less than five dollars at 140");
        assert_eq!(rig.truth().accounts[&address(1)].maker_fills, 1);
        rig.order(1, &bid("141"));
        rig.pass(1_000);
        assert_eq!(rig.truth().accounts[&address(1)].maker_fills, 2);
    });
    rig.pass(5_000);
    assert_eq!(rig.truth().accounts[&address(1)].maker_fills, 2, "healed");
}

#[test]
fn everything_that_rests_is_taken_in_one_block() {
    let mut rig = Rig::new(config());
    for px in ["140", "139", "138"] {
        rig.order(1, &bid(px));
        rig.order(2, &order(0, false, &format!("1010{}", &px[1..]), "0.01", "Alo"));
    }
    under(&mut rig, "fill.burst every=60000", |rig| rig.pass(100));
    let truth = rig.truth();
    for trader in [1, 2] {
        let account = &truth.accounts[&address(trader)];
        assert_eq!((account.maker_fills, account.open_orders), (3, 0));
    }
    assert_eq!(truth.accounts[&address(1)].max_open_orders, 3);
    assert_conserved(&truth);
}

#[test]
fn one_order_is_filled_in_pieces_of_one_block_which_are_told_backwards() {
    let mut rig = Rig::new(config());
    rig.order(1, &bid("140"));
    rig.input(Input::WsOpen { conn: ConnId(1) });
    let fills = json!({"type": "userFills", "user": address(1)});
    rig.ws(1, &json!({"method": "subscribe", "subscription": fills}).to_string());
    rig.take();
    under(&mut rig, "fill.same_ms every=60000 pieces=4", |rig| rig.pass(100));
    let frames = rig.frames(1);
    let told: Value = serde_json::from_str(&frames[0]).unwrap();
    let fills = told["data"]["fills"].as_array().unwrap();
    let starts: Vec<_> = fills.iter().map(|fill| fill["startPosition"].clone()).collect();
    assert_eq!(starts, ["0.75", "0.5", "0.25", "0.0"]);
    let distinct = |key: &str| {
        let values = fills.iter().map(|fill| fill[key].to_string());
        values.collect::<std::collections::BTreeSet<_>>().len()
    };
    assert_eq!((distinct("time"), distinct("tid"), distinct("oid")), (1, 4, 1));
}

#[test]
fn the_answer_comes_after_the_streams_have_told_of_the_fill() {
    let mut rig = Rig::new(config());
    rig.order(2, &bid("140"));
    rig.input(Input::WsOpen { conn: ConnId(1) });
    let fills = json!({"type": "userFills", "user": address(1)});
    rig.ws(1, &json!({"method": "subscribe", "subscription": fills}).to_string());
    rig.take();
    rig.exchange.inject(&"fill.before_ack ms=400".parse().unwrap());
    let began = rig.now;
    let body = rig.signed(1, &orders(&[order(1, false, "140", "1", "Ioc")]));
    let answer = rig.http(Path::Exchange, body.as_bytes()).1;
    assert!(answer.contains("filled") && rig.now - began >= 400, "{answer}");
    assert!(rig.frames(1)[0].contains(r#""channel":"userFills""#), "told before");
}

#[test]
fn fills_are_told_late_by_streams_and_questions_but_happen_at_once() {
    let mut rig = Rig::new(config());
    rig.order(1, &bid("140"));
    under(&mut rig, "fill.late ms=31000", |rig| {
        rig.order(2, &order(1, false, "140", "1", "Ioc"));
        let question = json!({"type": "userFills", "user": address(1)}).to_string();
        assert_eq!(rig.info(&question), json!([]));
        rig.pass(30_500);
        assert_eq!(rig.info(&question), json!([]));
        rig.pass(1_000);
        assert_eq!(rig.info(&question).as_array().unwrap().len(), 1);
    });
}

#[test]
fn the_switch_is_refused_exhausted_and_fired() {
    let mut rig = Rig::new(config());
    let arm = |rig: &mut Rig| {
        let at = rig.now + 60_000;
        rig.act(1, &format!(r#"{{"type":"scheduleCancel","time":{at}}}"#))
    };
    let refused = under(&mut rig, "deadman.refuse", arm);
    assert!(refused.contains("Required: $1000000. Traded: $0"), "{refused}");
    let spent = under(&mut rig, "deadman.exhaust", arm);
    assert!(spent.contains("Too many scheduled cancels triggered today"), "{spent}");
    rig.order(1, &bid("140"));
    under(&mut rig, "deadman.fire", |rig| rig.pass(200));
    assert_eq!(rig.truth().accounts[&address(1)].open_orders, 1, "what is not armed cannot fire");
    assert!(arm(&mut rig).contains("ok"));
    under(&mut rig, "deadman.fire", |rig| rig.pass(200));
    assert_eq!(rig.truth().accounts[&address(1)].open_orders, 0);
}

#[test]
fn a_switch_fires_ten_times_a_day_and_wants_five_seconds() {
    let mut rig = Rig::new(config());
    let arm = |rig: &mut Rig, ahead: u64| {
        let at = rig.now + ahead;
        rig.act(1, &format!(r#"{{"type":"scheduleCancel","time":{at}}}"#))
    };
    assert!(arm(&mut rig, 4_900).contains("must be at least 5 seconds from now"));
    for _ in 0..10 {
        assert!(arm(&mut rig, 5_500).contains("ok"));
        rig.pass(6_000);
    }
    assert!(arm(&mut rig, 5_500).contains("Too many scheduled cancels triggered today"));
    assert_eq!(START % 86_400_000, 0, "the story begins at midnight UTC");
    rig.now = START + 86_400_000;
    rig.input(Input::Tick);
    assert!(arm(&mut rig, 5_500).contains("ok"), "the count begins anew at midnight UTC");
}

#[test]
fn an_agent_is_a_stranger_while_revoked_or_expired() {
    let mut rig = Rig::new(config());
    rig.exchange.approve_agent(address(1), key(9).address());
    let role = json!({"type": "userRole", "user": key(9).address()}).to_string();
    for kind in ["agent.revoke", "agent.expire"] {
        rig.order(9, &bid("140"));
        under(&mut rig, kind, |rig| {
            let answer = rig.order(9, &bid("139"));
            assert!(answer.contains("does not exist"), "{kind}: {answer}");
            assert_eq!(rig.info(&role)["role"], "missing");
            let open = json!({"type": "openOrders", "user": address(1)}).to_string();
            assert!(!rig.info(&open).as_array().unwrap().is_empty(), "orders are still there");
        });
        assert_eq!(rig.info(&role)["role"], "agent", "{kind} is over");
    }
}

#[test]
fn a_client_has_so_many_requests_left_then_one_in_ten_seconds_and_cancels_have_room() {
    let mut config = config();
    config.limits.address = AddressLimit::Enforced { initial: 100 };
    let mut rig = Rig::new(config);
    let mine = oid(&rig.order(1, &bid("140")));
    rig.exchange.inject(&"limits.addr left=2".parse().unwrap());
    let limit = json!({"type": "userRateLimit", "user": address(1)}).to_string();
    assert_eq!(rig.info(&limit)["nRequestsUsed"], 98);
    for px in ["139", "138", "137"] {
        assert!(rig.order(1, &bid(px)).contains("resting"), "two and the first extra one");
    }
    let refused = rig.order(1, &bid("136"));
    assert!(refused.contains("Too many cumulative requests sent (102 > 100)"), "{refused}");
    assert!(rig.act(1, &cancel(mine)).contains("success"), "cancels have twice the limit");
    rig.pass(10_000);
    assert!(rig.order(1, &bid("136")).contains("resting"), "one in ten seconds");
    assert!(rig.order(1, &bid("135")).contains("Too many"));
    rig.exchange.heal(&"limits.addr left=2".parse().unwrap());
    assert!(rig.order(1, &bid("135")).contains("resting"));
}

#[test]
fn weight_is_counted_per_minute_and_what_goes_beyond_is_answered_429_and_not_done() {
    let mut config = config();
    config.limits.ip = IpLimit::Enforced { per_minute: 100 };
    let mut rig = Rig::new(config);
    let batch: Vec<String> =
        (0..80).map(|n| order(1, true, &format!("{}", 60 + n), "1", "Alo")).collect();
    rig.act(1, &orders(&batch));
    assert_eq!(rig.truth().max_ip_weight, 3, "1 + 80 / 40");
    let role = json!({"type": "userRole", "user": address(1)}).to_string();
    assert_eq!(rig.http(Path::Info, role.as_bytes()).0, 200);
    assert_eq!(rig.http(Path::Info, role.as_bytes()), (429, "null".to_owned()));
    assert_eq!(rig.truth().max_ip_weight, 63, "what is refused costs nothing");
    under(&mut rig, "limits.ip weight=63", |rig| {
        let body = rig.signed(1, &orders(&[bid("148")]));
        assert_eq!(rig.http(Path::Exchange, body.as_bytes()).0, 429);
        rig.pass(500);
        assert_eq!(rig.truth().accounts[&address(1)].open_orders, 80, "it was not done");
    });
    rig.pass(60_000);
    assert_eq!(rig.http(Path::Info, role.as_bytes()).0, 200);
}

#[test]
fn connections_and_frames_beyond_the_limits_are_closed() {
    let mut rig = Rig::new(config().with_network_limits());
    let closed = |rig: &mut Rig| {
        let outputs = rig.take();
        let closed = outputs.into_iter().filter_map(|output| match output {
            Output::WsClose { conn, code } => Some((conn.0, code)),
            _ => None,
        });
        closed.collect::<Vec<_>>()
    };
    for conn in 1..=11 {
        rig.input(Input::WsOpen { conn: ConnId(conn) });
    }
    assert_eq!(closed(&mut rig), [(11, 1008)], "ten at a time");
    for conn in 12..=31 {
        rig.input(Input::WsClose { conn: ConnId(1) });
        rig.input(Input::WsOpen { conn: ConnId(conn) });
        rig.input(Input::WsClose { conn: ConnId(conn) });
    }
    assert_eq!(closed(&mut rig), [(31, 1008)], "thirty new ones in a minute");
    for _ in 0..2_000 {
        rig.input(Input::WsText { conn: ConnId(2), text: r#"{"method":"ping"}"#.to_owned() });
    }
    assert_eq!(closed(&mut rig), []);
    rig.input(Input::WsText { conn: ConnId(2), text: r#"{"method":"ping"}"#.to_owned() });
    assert_eq!(closed(&mut rig), [(2, 1008)], "two thousand frames in a minute");
    assert_eq!(rig.truth().max_ws_frames, 2_001);
    rig.pass(60_000);
    under(&mut rig, "limits.ws messages=2", |rig| {
        rig.input(Input::WsOpen { conn: ConnId(40) });
        for _ in 0..3 {
            rig.input(Input::WsText { conn: ConnId(40), text: r#"{"method":"ping"}"#.to_owned() });
        }
        assert_eq!(closed(rig).last(), Some(&(40, 1008)));
    });
}

/// One block: what cannot take, then cancels, then what may take, in whatever order they came.
#[test]
fn a_block_executes_passive_orders_then_cancels_then_takers_and_slow_cancels_may_come_last() {
    for (rule, fast, filled) in [
        (CancelPriority::All, false, false),
        (CancelPriority::Fast, true, false),
        (CancelPriority::Fast, false, true),
    ] {
        let mut config = config();
        config.taker_delay_blocks = 0;
        config.open_questions.cancel_priority = rule;
        let mut rig = Rig::new(config);
        let old = oid(&rig.order(1, &bid("140")));
        let take = rig.signed(2, &orders(&[order(1, false, "140", "1", "Ioc")]));
        let flag = if fast { r#","f":true"# } else { "" };
        let cancel = format!(r#"{{"type":"cancel","cancels":[{{"a":1,"o":{old}}}]{flag}}}"#);
        let cancel = rig.signed(1, &cancel);
        let place = rig.signed(3, &orders(&[bid("139")]));
        for (id, body) in [(901, take), (902, cancel), (903, place)] {
            let body = body.into_bytes();
            rig.input(Input::Http { id: RequestId(id), path: Path::Exchange, body });
        }
        rig.pass(200);
        let order: Vec<u64> = rig
            .take()
            .iter()
            .filter_map(|output| match output {
                Output::HttpReply { id, .. } => Some(id.0),
                _ => None,
            })
            .collect();
        let expected = if filled { [903, 901, 902] } else { [903, 902, 901] };
        assert_eq!(order, expected, "{rule:?} fast={fast}");
        assert_eq!(rig.truth().accounts[&address(1)].maker_fills == 1, filled);
    }
}

/// The resolver of an order in doubt: its nonce is burnt, and the order can never come.
#[test]
fn a_noop_with_the_nonce_of_an_order_kills_the_late_order_and_one_that_came_kills_the_noop() {
    let mut rig = Rig::new(config());
    let noop = r#"{"type":"noop"}"#;
    let place = orders(&[order_with(1, true, "140", "1", "Alo", false, Some(7))]);
    rig.nonce += 1;
    let (late, burn) = (sign(1, &place, rig.nonce, None), sign(1, noop, rig.nonce, None));
    assert!(rig.http(Path::Exchange, burn.as_bytes()).1.contains(r#"{"type":"default"}"#));
    let answer = rig.http(Path::Exchange, late.as_bytes()).1;
    assert_eq!(
        answer,
        format!(r#"{{"status":"err","response":"Invalid nonce: duplicate nonce {}"}}"#, rig.nonce)
    );
    assert_eq!(rig.truth().accounts[&address(1)].open_orders, 0);
    rig.nonce += 1;
    let (early, burn) = (sign(1, &place, rig.nonce, None), sign(1, noop, rig.nonce, None));
    assert!(rig.http(Path::Exchange, early.as_bytes()).1.contains("resting"));
    assert!(rig.http(Path::Exchange, burn.as_bytes()).1.contains("duplicate nonce"));
    assert_eq!(rig.truth().accounts[&address(1)].open_orders, 1);
}

#[test]
fn an_order_that_comes_after_its_expiry_is_dead_uses_its_nonce_and_costs_five() {
    let mut rig = Rig::new(config());
    let used = |rig: &Rig| rig.truth().accounts[&address(1)].requests;
    rig.nonce += 1;
    let stale = sign(1, &orders(&[bid("140"), bid("139")]), rig.nonce, Some(rig.now - 1));
    let answer = rig.http(Path::Exchange, stale.as_bytes()).1;
    assert!(answer.contains("Action already expired"), "{answer}");
    assert_eq!(used(&rig), 10, "five for each of two");
    assert!(rig.http(Path::Exchange, stale.as_bytes()).1.contains("duplicate nonce"));
    assert_eq!(rig.exchange.withdraw(address(9), Usd::dollars(1)), Usd::ZERO);
}
