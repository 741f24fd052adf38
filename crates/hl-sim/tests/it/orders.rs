//! Orders from signature to book, with every answer parsed back by the client's own table.

use hl_quant::SignedSize;
use hl_wire::{Accepted, Outcome, RejectCode};
use serde_json::{Value, json};

use crate::rig::{Rig, address, assert_conserved, config, oid, order, order_with, orders};

fn resting(coin_asset: u32, buy: bool, px: &str, sz: &str) -> String {
    order(coin_asset, buy, px, sz, "Alo")
}

#[test]
fn a_post_only_order_rests_and_is_seen_everywhere() {
    let mut rig = Rig::new(config());
    let answer = rig.order(1, &order_with(1, true, "149.5", "2", "Alo", false, Some(7)));
    let oid = oid(&answer);
    assert_eq!(
        answer,
        format!(
            r#"{{"status":"ok","response":{{"type":"order","data":{{"statuses":[{{"resting":{{"oid":{oid},"cloid":"0x00000000000000000000000000000007"}}}}]}}}}}}"#
        )
    );
    let book = rig.info(r#"{"type":"l2Book","coin":"SOL"}"#);
    assert_eq!(book["levels"], json!([[{"px": "149.5", "sz": "2.0", "n": 1}], []]));
    let user = address(1);
    let open = rig.info(&format!(r#"{{"type":"openOrders","user":"{user}"}}"#));
    assert_eq!(open[0]["limitPx"], "149.5");
    assert_eq!(open[0]["origSz"], "2.0");
    for name in [format!("{oid}"), r#""0x00000000000000000000000000000007""#.to_owned()] {
        let status = rig.info(&format!(r#"{{"type":"orderStatus","user":"{user}","oid":{name}}}"#));
        assert_eq!(status["order"]["status"], "open");
        assert_eq!(status["order"]["order"]["tif"], "Alo");
    }
    let truth = rig.truth();
    let account = &truth.accounts[&user];
    assert_eq!((account.attempts, account.accepted, account.open_orders), (1, 1, 1));
}

#[test]
fn every_refusal_of_one_order_carries_its_sentence_and_its_code() {
    let mut rig = Rig::new(config());
    rig.order(2, &resting(1, true, "149.9", "10"));
    rig.order(2, &resting(1, false, "150.1", "10"));
    let cases = [
        (order(1, true, "149.12345", "1", "Gtc"), "Price must be divisible by tick size. asset=1"),
        (order(1, true, "140", "0.07", "Gtc"), "Order must have minimum value of $10. asset=1"),
        (
            order(1, true, "150.1", "1", "Alo"),
            "Post only order would have immediately matched, bbo was 149.9@150.1. asset=1",
        ),
        (
            order(1, true, "150", "1", "Ioc"),
            "Order could not immediately match against any resting orders. asset=1",
        ),
        (
            order(0, true, "100000", "1", "FrontendMarket"),
            "No liquidity available for market order. asset=0",
        ),
        (order(0, true, "100000", "300", "Gtc"), "Insufficient margin to place order. asset=0"),
        (
            order_with(1, true, "140", "1", "Gtc", true, None),
            "Reduce only order would increase position. asset=1",
        ),
    ];
    for (order, text) in &cases {
        assert_eq!(rig.refusal(1, order), *text);
        let parsed = rig.outcome(1, &orders(&[order]), 1);
        let [Outcome::Rejected { code, .. }] = parsed.outcomes.as_slice() else {
            panic!("{text} is not understood: {parsed:?}")
        };
        assert_ne!(*code, RejectCode::Unknown, "{text}");
    }
    let truth = rig.truth();
    let account = &truth.accounts[&address(1)];
    assert_eq!(account.attempts, 14);
    assert_eq!(account.accepted, 0);
    assert_eq!(account.rejected.values().sum::<u64>(), 14);
    assert_eq!(account.rejected.get(&RejectCode::Tick), Some(&2));
    assert_eq!(account.illegal_prices, 2);
}

#[test]
fn a_static_refusal_is_one_error_for_the_whole_batch_and_leaves_no_record() {
    let good = resting(1, true, "140", "1");
    for (bad, text) in [
        (order(1, true, "140", "0", "Gtc"), "Order has zero size."),
        (order(1, true, "140", "0.001", "Gtc"), "Order has invalid size."),
        (order(1, true, "0", "1", "Gtc"), "Order has invalid price."),
        (
            order(1, true, "30", "1", "Gtc"),
            "Order price cannot be more than 80% away from the reference price",
        ),
        (order(1, true, "150", "400000", "Gtc"), "Order value too large. Max is $50000000."),
    ] {
        let mut rig = Rig::new(config());
        let batch = orders(&[good.as_str(), bad.as_str(), good.as_str()]);
        let answer: Value = serde_json::from_str(&rig.act(1, &batch)).unwrap();
        assert_eq!(answer["response"]["data"]["statuses"], json!([{ "error": text }]));
        let parsed = rig.outcome(1, &batch, 3);
        assert_eq!(parsed.outcomes.len(), 3);
        assert!(parsed.outcomes.iter().all(|o| matches!(o, Outcome::Rejected { .. })), "{text}");
        let truth = rig.truth();
        let account = &truth.accounts[&address(1)];
        assert_eq!((account.attempts, account.accepted, account.open_orders), (6, 0, 0));
        assert_eq!(account.rejected.values().sum::<u64>(), 6);
        let history =
            rig.info(&format!(r#"{{"type":"historicalOrders","user":"{}"}}"#, address(1)));
        assert_eq!(history, json!([]));
    }
    let mut rig = Rig::new(config());
    let empty = rig.act(1, r#"{"type":"order","orders":[],"grouping":"na"}"#);
    assert!(empty.contains(r#"[{"error":"Orders are empty."}]"#), "{empty}");
}

#[test]
fn taking_fills_at_the_resting_price_with_fees_and_positions_on_both_sides() {
    let mut rig = Rig::new(config());
    rig.order(2, &resting(1, false, "150", "3"));
    rig.order(2, &resting(1, false, "151", "3"));
    let answer = rig.outcome(1, &orders(&[order(1, true, "152", "4", "Ioc")]), 1);
    let [Outcome::Accepted { state: Accepted::Filled { total_sz, avg_px }, .. }] =
        answer.outcomes.as_slice()
    else {
        panic!("{answer:?}")
    };
    assert_eq!((total_sz.to_string(), avg_px.to_string()), ("4".into(), "150.25".into()));
    let truth = rig.truth();
    let (taker, maker) = (&truth.accounts[&address(1)], &truth.accounts[&address(2)]);
    assert_eq!(taker.positions["SOL"], SignedSize::from_raw(400_000_000));
    assert_eq!(maker.positions["SOL"], SignedSize::from_raw(-400_000_000));
    // 601 dollars: 0.045 % is 0.27045; 450 and 151 at 0.015 % are 0.0675 and 0.02265.
    assert_eq!(taker.fees.to_string(), "0.27045");
    assert_eq!(maker.fees.to_string(), "0.09015");
    assert_eq!((taker.taker_fills, taker.maker_fills), (2, 0));
    assert_eq!((maker.taker_fills, maker.maker_fills), (0, 2));
    assert_eq!(truth.markets["SOL"].trades, 2);
    assert_conserved(&truth);

    let state = rig.info(&format!(r#"{{"type":"clearinghouseState","user":"{}"}}"#, address(1)));
    let position = &state["assetPositions"][0]["position"];
    assert_eq!(position["szi"], "4.0");
    assert_eq!(position["entryPx"], "150.25");
    let fills = rig.info(&format!(r#"{{"type":"userFills","user":"{}"}}"#, address(1)));
    assert_eq!(fills.as_array().unwrap().len(), 2);
    assert_eq!(fills[0]["px"], "151.0", "newest first");
    assert_eq!(fills[0]["startPosition"], "3.0");
    assert_eq!(fills[0]["dir"], "Open Long");
    assert_eq!(fills[0]["crossed"], true);
}

#[test]
fn an_ioc_remainder_is_dropped_and_a_gtc_remainder_rests() {
    let mut rig = Rig::new(config());
    rig.order(2, &resting(1, false, "150", "1"));
    let ioc = rig.order(1, &order(1, true, "150", "5", "Ioc"));
    assert!(ioc.contains(r#""totalSz":"1.0""#), "{ioc}");
    assert_eq!(rig.truth().accounts[&address(1)].open_orders, 0);
    rig.order(2, &resting(1, false, "150", "1"));
    let gtc = rig.order(1, &order(1, true, "150", "5", "Gtc"));
    assert!(gtc.contains("resting"), "the default reading of a partly filled GTC: {gtc}");
    let book = rig.info(r#"{"type":"l2Book","coin":"SOL"}"#);
    assert_eq!(book["levels"], json!([[{"px": "150.0", "sz": "4.0", "n": 1}], []]));
}

#[test]
fn own_resting_orders_are_cancelled_instead_of_traded_with() {
    let mut rig = Rig::new(config());
    let own = oid(&rig.order(1, &resting(1, false, "150", "1")));
    rig.order(2, &resting(1, false, "150", "1"));
    let answer = rig.order(1, &order(1, true, "150", "1", "Gtc"));
    assert!(answer.contains("filled"), "{answer}");
    let user = address(1);
    let status = rig.info(&format!(r#"{{"type":"orderStatus","user":"{user}","oid":{own}}}"#));
    assert_eq!(status["order"]["status"], "selfTradeCanceled");
    assert_eq!(rig.truth().markets["SOL"].trades, 1);
}

#[test]
fn cancels_by_either_name_answer_item_by_item() {
    let mut rig = Rig::new(config());
    let first = oid(&rig.order(1, &resting(1, true, "140", "1")));
    rig.order(1, &order_with(1, true, "141", "1", "Alo", false, Some(9)));
    let gone = "Order was never placed, already canceled, or filled. asset=1";
    let answer = rig.act(
        1,
        &format!(
            r#"{{"type":"cancel","cancels":[{{"a":1,"o":{first}}},{{"a":1,"o":5}}],"f":true}}"#
        ),
    );
    assert_eq!(
        answer,
        format!(
            r#"{{"status":"ok","response":{{"type":"cancel","data":{{"statuses":["success",{{"error":"{gone}"}}]}}}}}}"#
        )
    );
    let cancel = r#"{"type":"cancelByCloid","cancels":[{"asset":1,"cloid":"0x00000000000000000000000000000009"}]}"#;
    assert!(rig.act(1, cancel).contains("success"));
    assert!(rig.act(1, cancel).contains(gone), "the second time it is gone");
    let other = rig.order(2, &resting(1, true, "140", "1"));
    let foreign = format!(r#"{{"type":"cancel","cancels":[{{"a":1,"o":{}}}]}}"#, oid(&other));
    assert!(rig.act(1, &foreign).contains(gone), "another account's order is not ours to cancel");
}

#[test]
fn a_modify_is_a_cancel_and_a_new_order_under_a_new_identifier() {
    let mut rig = Rig::new(config());
    let old = oid(&rig.order(1, &resting(1, true, "140", "1")));
    let modify = |oid: u64, order: &str, flag: &str| {
        format!(r#"{{"type":"batchModify","modifies":[{{"oid":{oid},"order":{order}}}]{flag}}}"#)
    };
    let new = oid(&rig.act(1, &modify(old, &resting(1, true, "141", "2"), "")));
    assert_ne!(new, old);
    let again = rig.act(1, &modify(old, &resting(1, true, "142", "2"), ""));
    assert!(again.contains("Cannot modify canceled or filled order"), "{again}");
    let always = rig.act(1, &modify(old, &resting(1, true, "142", "2"), r#","a":true"#));
    assert!(always.contains("resting"), "always_place does not need the old order: {always}");

    rig.order(2, &resting(1, false, "150", "1"));
    let ioc = rig.act(1, &modify(new, &order(1, true, "150", "1", "Ioc"), ""));
    assert!(ioc.contains("Attempted to modify to invalid new order"), "{ioc}");
    let crossing = rig.act(1, &modify(new, &resting(1, true, "150", "1"), ""));
    assert!(crossing.contains("Error placing new order during modify: Post only"), "{crossing}");
    assert_eq!(
        rig.truth().accounts[&address(1)].open_orders,
        1,
        "the old order is gone all the same"
    );

    let single = format!(
        r#"{{"type":"modify","oid":{},"order":{}}}"#,
        oid(&rig.order(1, &resting(1, true, "139", "1"))),
        resting(1, true, "138", "1")
    );
    assert_eq!(rig.act(1, &single), r#"{"status":"ok","response":{"type":"default"}}"#);
}

#[test]
fn reduce_only_orders_follow_the_position_and_never_turn_it() {
    let mut rig = Rig::new(config());
    rig.order(2, &resting(1, false, "150", "3"));
    rig.order(1, &order(1, true, "150", "3", "Ioc"));
    let older = oid(&rig.order(1, &order_with(1, false, "160", "3", "Gtc", true, None)));
    let newer = oid(&rig.order(1, &order_with(1, false, "161", "9", "Gtc", true, None)));
    let user = address(1);
    let status = |rig: &mut Rig, oid: u64| {
        rig.info(&format!(r#"{{"type":"orderStatus","user":"{user}","oid":{oid}}}"#))
    };
    assert_eq!(status(&mut rig, older)["order"]["status"], "reduceOnlyCanceled");
    let open = rig.info(&format!(r#"{{"type":"openOrders","user":"{user}"}}"#));
    assert_eq!((open[0]["sz"].as_str(), open[0]["origSz"].as_str()), (Some("3.0"), Some("9.0")));

    rig.order(2, &resting(1, true, "150", "10"));
    let part = rig.order(1, &order(1, false, "150", "1", "Ioc"));
    assert!(part.contains("filled"), "{part}");
    let open = rig.info(&format!(r#"{{"type":"openOrders","user":"{user}"}}"#));
    assert_eq!(open[0]["sz"], "2.0", "it shrinks with the position");

    let all = rig.order(1, &order_with(1, false, "150", "9", "Ioc", true, None));
    assert!(all.contains(r#""totalSz":"2.0""#), "{all}");
    assert_eq!(status(&mut rig, newer)["order"]["status"], "reduceOnlyCanceled");
    assert!(rig.truth().accounts[&user].positions.is_empty());
    assert_conserved(&rig.truth());
}

#[test]
fn min_notional_does_not_apply_to_an_order_that_closes_the_whole_position() {
    let mut rig = Rig::new(config());
    rig.order(2, &resting(1, false, "150", "0.1"));
    rig.order(1, &order(1, true, "150", "0.1", "Ioc"));
    rig.order(2, &resting(1, true, "90", "1"));
    let part = rig.refusal(1, &order(1, false, "90", "0.05", "Ioc"));
    assert_eq!(part, "Order must have minimum value of $10. asset=1");
    let whole = rig.order(1, &order(1, false, "90", "0.1", "Ioc"));
    assert!(whole.contains("filled"), "{whole}");
}

#[test]
fn makers_and_cancels_of_a_block_come_before_takers_and_takers_come_later() {
    let mut rig = Rig::new(config());
    let resting_oid = oid(&rig.order(2, &resting(1, false, "150", "1")));
    rig.take();
    let take = rig.signed(1, &orders(&[order(1, true, "150", "1", "Ioc")]));
    let cancel =
        rig.signed(2, &format!(r#"{{"type":"cancel","cancels":[{{"a":1,"o":{resting_oid}}}]}}"#));
    for (id, body) in [(1001, take), (1002, cancel)] {
        rig.input(hl_sim::Input::Http {
            id: hl_sim::RequestId(id),
            path: hl_sim::Path::Exchange,
            body: body.into_bytes(),
        });
    }
    rig.pass(500);
    let replies: Vec<_> = rig
        .take()
        .into_iter()
        .filter_map(|output| match output {
            hl_sim::Output::HttpReply { id, body, .. } => {
                Some((id.0, String::from_utf8(body).unwrap()))
            }
            _ => None,
        })
        .collect();
    assert_eq!(replies[0].0, 1002, "the cancel, though sent later, is executed first");
    assert!(replies[0].1.contains("success"));
    assert!(replies[1].1.contains("could not immediately match"));
}

#[test]
fn post_only_orders_of_a_block_come_before_its_cancels() {
    let mut rig = Rig::new(config());
    let ask = oid(&rig.order(2, &resting(1, false, "150", "1")));
    rig.take();
    let cancel = rig.signed(2, &format!(r#"{{"type":"cancel","cancels":[{{"a":1,"o":{ask}}}]}}"#));
    let bid = rig.signed(1, &orders(&[resting(1, true, "150", "1")]));
    for (id, body) in [(1001, cancel), (1002, bid)] {
        rig.input(hl_sim::Input::Http {
            id: hl_sim::RequestId(id),
            path: hl_sim::Path::Exchange,
            body: body.into_bytes(),
        });
    }
    rig.pass(100);
    let truth = rig.truth();
    let refused = truth.accounts[&address(1)].rejected.get(&RejectCode::Alo);
    assert_eq!(refused, Some(&1), "the ask was still there when the bid came");
    assert_eq!(truth.markets["SOL"].open_orders, 0);
}

#[test]
fn a_change_of_decimals_and_a_halt_are_felt_at_once() {
    let mut rig = Rig::new(config());
    rig.order(1, &resting(1, true, "149.51", "1.25"));
    rig.order(1, &resting(1, true, "149", "1"));
    assert!(rig.exchange.set_sz_decimals("SOL", hl_quant::SzDecimals::new(0).unwrap()));
    let open = rig.info(&format!(r#"{{"type":"openOrders","user":"{}"}}"#, address(1)));
    assert_eq!(open.as_array().unwrap().len(), 1, "an order off the new grid is gone");
    assert_eq!(rig.refusal(1, &resting(1, true, "149", "1.5")), "Order has invalid size.");
    assert_eq!(rig.info(r#"{"type":"meta"}"#)["universe"][1]["szDecimals"], 0);
    assert!(rig.exchange.set_listing("SOL", hl_sim::universe::ListingState::Delisted));
    assert_eq!(rig.refusal(1, &resting(1, true, "149", "1")), "Trading is halted.");
    assert_eq!(rig.truth().accounts[&address(1)].open_orders, 0);
    assert!(!rig.exchange.set_listing("NONE", hl_sim::universe::ListingState::Live));
}
