//! Faults of the venue that change markets, books and what is told of them.

use hl_sim::background::Synthetic;
use hl_sim::{ConnId, Input, Path, universe::ListingState};
use serde_json::{Value, json};

use crate::rig::{Rig, address, config, oid, order};
use crate::trouble_orders::under;

const META: &str = r#"{"type":"meta"}"#;

fn bid(asset: u32, px: &str) -> String {
    order(asset, true, px, "1", "Alo")
}

fn crowd() -> Rig {
    let mut rig = Rig::with_background(config(), Box::new(Synthetic::new(3)));
    rig.exchange.set_fault_markets(["SOL"]);
    rig.pass(3_000);
    rig
}

fn book(rig: &mut Rig) -> [Vec<(String, String)>; 2] {
    let book = rig.info(r#"{"type":"l2Book","coin":"SOL"}"#);
    [0, 1].map(|side| {
        let levels = book["levels"][side].as_array().unwrap().iter();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        levels.map(|level| (text(&level["px"]), text(&level["sz"]))).collect()
    })
}

fn px(level: &(String, String)) -> f64 {
    level.0.parse().unwrap()
}

#[test]
fn a_halt_cancels_and_refuses_and_meta_is_silent_but_a_delisting_shows() {
    for (kind, shown) in
        [("meta.halt market=1", Value::Null), ("meta.delist market=1", json!(true))]
    {
        let mut rig = Rig::new(config());
        rig.order(1, &bid(1, "140"));
        rig.order(1, &order(0, true, "90000", "0.001", "Alo"));
        under(&mut rig, kind, |rig| {
            assert_eq!(rig.truth().accounts[&address(1)].open_orders, 1, "{kind}: SOL's is gone");
            assert_eq!(rig.refusal(1, &bid(1, "140")), "Trading is halted.");
            assert_eq!(rig.info(META)["universe"][1]["isDelisted"], shown, "{kind}");
        });
        assert!(rig.order(1, &bid(1, "140")).contains("resting"), "{kind} is over");
        assert_eq!(rig.info(META)["universe"][1]["isDelisted"], Value::Null);
    }
}

#[test]
fn a_fault_and_an_owner_change_a_market_and_healing_leaves_what_the_owner_did() {
    let mut rig = Rig::new(config());
    under(&mut rig, "meta.halt market=1", |rig| {
        rig.exchange.set_listing("SOL", ListingState::Delisted);
    });
    assert_eq!(rig.refusal(1, &bid(1, "140")), "Trading is halted.");
    rig.exchange.set_listing("SOL", ListingState::Live);
    assert!(rig.order(1, &bid(1, "140")).contains("resting"));
}

#[test]
fn decimals_change_at_once_or_under_the_next_order_and_change_back() {
    let mut rig = Rig::new(config());
    let decimals = |rig: &mut Rig| rig.info(META)["universe"][1]["szDecimals"].clone();
    under(&mut rig, "meta.change market=1 by=1 when=now", |rig| {
        assert_eq!(decimals(rig), 3);
        // A price may have three decimals now, where it could have four.
        assert!(rig.order(1, &order(1, true, "140.05", "0.123", "Alo")).contains("resting"));
    });
    assert_eq!(decimals(&mut rig), 2);
    assert_eq!(rig.truth().accounts[&address(1)].open_orders, 0, "0.123 is off the old grid");
    under(&mut rig, "meta.change market=1 by=-1 when=send", |rig| {
        rig.pass(1_000);
        assert_eq!(decimals(rig), 2, "not before an order comes");
        rig.act(1, r#"{"type":"noop"}"#);
        assert_eq!(decimals(rig), 2, "a noop carries none");
        assert_eq!(
            rig.refusal(1, &order(1, true, "140", "0.25", "Alo")),
            "Order has invalid size."
        );
        assert_eq!(decimals(rig), 1);
    });
    assert_eq!(decimals(&mut rig), 2);
}

#[test]
fn numbers_are_exchanged_in_meta_orders_answers_and_cancels() {
    let mut rig = Rig::new(config());
    let names = |rig: &mut Rig| {
        let meta = rig.info(META);
        [0, 1].map(|n| meta["universe"][n]["name"].as_str().unwrap().to_owned())
    };
    under(&mut rig, "meta.reindex market=1", |rig| {
        assert_eq!(names(rig), ["SOL", "BTC"]);
        // Number 1 is Bitcoin now: 140 is far from its price, 90000 is not.
        let band = "Order price cannot be more than 80% away from the reference price";
        assert_eq!(rig.refusal(1, &bid(1, "140")), band);
        assert!(rig.refusal(1, &order(1, true, "90000.55", "0.001", "Alo")).ends_with("asset=1"));
        let mine = oid(&rig.order(1, &order(1, true, "90000", "0.001", "Alo")));
        let open = rig.info(&json!({"type": "openOrders", "user": address(1)}).to_string());
        assert_eq!(open[0]["coin"], "BTC", "as everybody can see");
        let cancel =
            |asset: u32| format!(r#"{{"type":"cancel","cancels":[{{"a":{asset},"o":{mine}}}]}}"#);
        assert!(rig.act(1, &cancel(0)).contains("asset=0"), "not Solana's");
        assert!(rig.act(1, &cancel(1)).contains("success"));
    });
    assert_eq!(names(&mut rig), ["BTC", "SOL"]);
    assert!(rig.order(1, &bid(1, "140")).contains("resting"));
}

#[test]
fn lists_have_holes_and_are_not_parallel() {
    let mut rig = Rig::new(config());
    under(&mut rig, "meta.sparse", |rig| {
        let both = rig.info(r#"{"type":"metaAndAssetCtxs"}"#);
        let listed = both[0]["universe"].as_array().unwrap();
        assert_eq!((listed.len(), both[1].as_array().unwrap().len()), (5, 2));
        assert!(listed[2..].iter().all(|hole| hole["isDelisted"] == true));
        let spot = rig.info(r#"{"type":"spotMeta"}"#);
        assert_eq!(
            (&spot["universe"][0]["index"], &spot["tokens"][1]["index"]),
            (&json!(107), &json!(150))
        );
    });
    assert_eq!(rig.info(META)["universe"].as_array().unwrap().len(), 2);
}

#[test]
fn specifications_are_slow_or_not_to_be_had_and_nothing_else_is() {
    let mut rig = Rig::new(config());
    under(&mut rig, "meta.slow ms=800", |rig| {
        let began = rig.now;
        rig.info(META);
        assert!(rig.now - began >= 800);
        let began = rig.now;
        rig.info(r#"{"type":"allMids"}"#);
        assert_eq!(rig.now, began);
    });
    under(&mut rig, "meta.unavailable", |rig| {
        assert_eq!(rig.http(Path::Info, META.as_bytes()), (500, "null".to_owned()));
        rig.info(r#"{"type":"allMids"}"#);
    });
    rig.info(META);
}

#[test]
fn everybody_leaves_a_book_and_comes_back() {
    let mut rig = crowd();
    rig.order(1, &bid(1, "100"));
    under(&mut rig, "book.empty market=0", |rig| {
        rig.pass(5_000);
        assert_eq!(book(rig), [vec![("100.0".to_owned(), "1.0".to_owned())], vec![]], "only ours");
    });
    rig.pass(5_000);
    assert!(book(&mut rig).iter().all(|side| side.len() > 3));
    for (side, gone) in [("bid", 0), ("ask", 1)] {
        under(&mut rig, &format!("book.one_sided market=0 gone={side}"), |rig| {
            rig.pass(3_000);
            let book = book(rig);
            // Ours may still be there, unless somebody sold to it: it was the best bid.
            let ours = if gone == 0 { 1 } else { 0 };
            assert!(book[gone].len() <= ours, "{side}");
            assert!(book[1 - gone].len() > 3);
        });
    }
}

#[test]
fn books_are_shown_crossed_or_at_zero_and_are_not() {
    let mut rig = crowd();
    rig.input(Input::WsOpen { conn: ConnId(1) });
    let bbo = r#"{"method":"subscribe","subscription":{"type":"bbo","coin":"SOL"}}"#;
    rig.ws(1, bbo);
    rig.take();
    let shown = |rig: &mut Rig| {
        rig.pass(200);
        let frames = rig.frames(1);
        rig.take();
        let last: Value = serde_json::from_str(frames.last().unwrap()).unwrap();
        [0, 1].map(|side| last["data"]["bbo"][side]["px"].as_str().unwrap().parse::<f64>().unwrap())
    };
    under(&mut rig, "book.crossed market=0", |rig| {
        let [bid, ask] = shown(rig);
        assert!(bid > ask, "{bid} {ask}");
        let [bids, asks] = book(rig);
        assert!(px(&bids[0]) > px(&asks[0]));
        let refused = rig.refusal(1, &order(1, true, "600", "1", "Alo"));
        assert!(refused.starts_with("Post only order would have immediately matched"), "{refused}");
    });
    under(&mut rig, "book.zero market=0", |rig| {
        assert_eq!(shown(rig), [0.0, 0.0]);
        assert_eq!(book(rig).map(|side| side[0].0.clone()), ["0.0", "0.0"]);
    });
    let [bid, ask] = shown(&mut rig);
    assert!(0.0 < bid && bid < ask, "healed, and told at once");
}

#[test]
fn a_jump_takes_what_is_near_and_a_wall_appears_and_is_pulled() {
    let mut rig = crowd();
    rig.exchange.heal(&"book.wall market=0 side=bid usd=1".parse().unwrap());
    let before = book(&mut rig);
    rig.exchange.inject(&"book.jump market=0 ppm=3000".parse().unwrap());
    let after = book(&mut rig);
    let limit = px(&before[1][0]) * 1.003;
    assert!(px(&after[1][0]) > limit - 0.02, "{:?} beyond {limit}", after[1][0]);
    assert_eq!(after[0], before[0], "the other side stays");
    rig.pass(3_000);
    let largest = |rig: &mut Rig| {
        book(rig)[0]
            .iter()
            .map(|level| px(level) * level.1.parse::<f64>().unwrap())
            .fold(0.0, f64::max)
    };
    let usual = largest(&mut rig);
    under(&mut rig, "book.wall market=0 side=bid usd=20000000", |rig| {
        assert!(largest(rig) > 19_900_000.0);
    });
    assert!(largest(&mut rig) < usual * 2.0, "pulled");
}

#[test]
fn the_oracle_is_off_until_healed_and_the_background_does_not_bring_it_back() {
    let mut rig = crowd();
    let oracle = |rig: &mut Rig| {
        let both = rig.info(r#"{"type":"metaAndAssetCtxs"}"#);
        both[1][1]["oraclePx"].as_str().unwrap().parse::<f64>().unwrap()
    };
    let before = oracle(&mut rig);
    under(&mut rig, "oracle.jump market=0 ppm=-450000", |rig| {
        assert!((oracle(rig) / before - 0.55).abs() < 0.001);
        rig.pass(10_000);
        assert!((oracle(rig) / before - 0.55).abs() < 0.05);
    });
    assert!((oracle(&mut rig) / before - 1.0).abs() < 0.05);
}

#[test]
fn answers_come_from_so_many_blocks_ago_and_never_from_further_back() {
    let mut rig = Rig::new(config());
    let count = |rig: &mut Rig| {
        let open = json!({"type": "openOrders", "user": address(1)}).to_string();
        rig.info(&open).as_array().unwrap().len()
    };
    under(&mut rig, "info.stale blocks=20", |rig| {
        rig.pass(2_000);
        rig.order(1, &bid(1, "140"));
        assert_eq!(count(rig), 0, "the order is not there yet");
        rig.pass(20 * 70 + 70);
        assert_eq!(count(rig), 1, "twenty blocks later it is");
    });
    rig.order(1, &bid(1, "139"));
    assert_eq!(count(&mut rig), 2);
    under(&mut rig, "info.inconsistent_nodes blocks=20", |rig| {
        rig.pass(2_000);
        rig.order(1, &bid(1, "138"));
        let answers: Vec<usize> = (0..30).map(|_| count(rig)).collect();
        assert!(answers.contains(&2) && answers.contains(&3), "{answers:?}");
    });
}

#[test]
fn answers_about_accounts_are_empty_or_lack_entries() {
    let mut rig = Rig::new(config());
    for place in 0..4 {
        rig.order(1, &bid(1, &format!("{}", 140 + place)));
    }
    rig.order(2, &order(1, false, "143", "1", "Ioc"));
    let ask = |rig: &mut Rig, kind: &str| {
        rig.info(&json!({"type": kind, "user": address(1)}).to_string())
    };
    let state = "clearinghouseState";
    under(&mut rig, "info.empty prob=1", |rig| {
        assert_eq!(ask(rig, "openOrders"), json!([]));
        assert_eq!(ask(rig, "userFills"), json!([]));
        let state = ask(rig, state);
        assert_eq!((&state["assetPositions"], &state["withdrawable"]), (&json!([]), &json!("0.0")));
        assert_eq!(rig.info(META)["universe"].as_array().unwrap().len(), 2, "markets are there");
    });
    under(&mut rig, "info.partial prob=1", |rig| {
        let open = ask(rig, "openOrders");
        let prices: Vec<_> =
            open.as_array().unwrap().iter().map(|o| o["limitPx"].clone()).collect();
        assert_eq!(prices, ["141.0"], "of 142, 141 and 140");
        assert_eq!(ask(rig, state)["assetPositions"], json!([]));
    });
    assert_eq!(ask(&mut rig, "openOrders").as_array().unwrap().len(), 3);
}

#[test]
fn faults_are_about_the_markets_that_they_were_given_in_turn() {
    let mut rig = Rig::new(config());
    rig.exchange.set_fault_markets(["SOL", "NOPE"]);
    for number in [0, 1, 7] {
        under(&mut rig, &format!("meta.halt market={number}"), |rig| {
            assert_eq!(rig.refusal(1, &bid(1, "140")), "Trading is halted.");
            assert!(rig.order(1, &order(0, true, "90000", "0.001", "Alo")).contains("resting"));
        });
    }
    rig.exchange.set_fault_markets([]);
    under(&mut rig, "meta.halt market=2", |rig| {
        assert_eq!(rig.refusal(1, &order(0, true, "90000", "0.001", "Alo")), "Trading is halted.");
    });
}
