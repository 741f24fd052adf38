//! Positions and money that move without an order: both sides of the books stay equal.

use hl_sim::{ConnId, Input, Usd};
use hl_wire::info::{Fill, LedgerDelta, LedgerUpdate};
use serde_json::{Value, json};

use crate::rig::{Rig, address, assert_conserved, config, order};
use crate::trouble_orders::under;

/// Trader 1 is long two SOL at 140, trader 2 short; trader 1 has an order in the book.
fn holding() -> Rig {
    let mut rig = Rig::new(config());
    rig.order(1, &order(1, true, "140", "2", "Alo"));
    rig.order(2, &order(1, false, "140", "2", "Ioc"));
    rig.order(1, &order(1, true, "130", "1", "Alo"));
    rig.input(Input::WsOpen { conn: ConnId(1) });
    for kind in
        ["userFills", "userEvents", "userFundings", "userNonFundingLedgerUpdates", "orderUpdates"]
    {
        let subscription = json!({"type": kind, "user": address(1)});
        rig.ws(1, &json!({"method": "subscribe", "subscription": subscription}).to_string());
    }
    rig.take();
    rig
}

fn held(rig: &Rig, trader: u8) -> String {
    rig.exchange.position(address(trader), "SOL").to_string()
}

/// The data of the frames of one channel.
fn told(rig: &Rig, channel: &str) -> Vec<Value> {
    let frames =
        rig.frames(1).into_iter().map(|text| serde_json::from_str::<Value>(&text).unwrap());
    frames.filter(|frame| frame["channel"] == channel).map(|frame| frame["data"].clone()).collect()
}

fn last_fill(rig: &mut Rig) -> Fill {
    let fills = rig.info(&json!({"type": "userFills", "user": address(1)}).to_string());
    serde_json::from_value(fills[0].clone()).unwrap()
}

fn ledger(rig: &mut Rig) -> Vec<LedgerUpdate> {
    let question =
        json!({"type": "userNonFundingLedgerUpdates", "user": address(1), "startTime": 1});
    serde_json::from_value(rig.info(&question.to_string())).unwrap()
}

#[test]
fn deleveraging_closes_a_share_of_a_position_with_its_own_kind_of_fill() {
    let mut rig = holding();
    under(&mut rig, "adl share=0.5", |rig| rig.pass(100));
    assert_eq!((held(&rig, 1), held(&rig, 2)), ("1".to_owned(), "-1".to_owned()));
    let fills = told(&rig, "userFills");
    let fill = &fills[0]["fills"][0];
    assert_eq!(
        (&fill["dir"], &fill["fee"], &fill["px"]),
        (&json!("Auto-Deleveraging"), &json!("0.0"), &json!("150.0"))
    );
    assert_eq!(last_fill(&mut rig).dir.to_string(), "Auto-Deleveraging");
    let truth = rig.truth();
    let account = &truth.accounts[&address(1)];
    assert_eq!((account.forced_fills, account.maker_fills, account.taker_fills), (1, 1, 0));
    assert_eq!(account.closed_pnl, Usd::dollars(10), "one at 150 that cost 140");
    assert_conserved(&truth);
    under(&mut rig, "adl share=1", |rig| rig.pass(100));
    assert_eq!((held(&rig, 1), held(&rig, 2)), ("0".to_owned(), "0".to_owned()));
}

#[test]
fn a_liquidation_cancels_closes_and_is_told_on_every_channel() {
    for method in ["market", "backstop"] {
        let mut rig = holding();
        let value = rig.truth().accounts[&address(1)].account_value;
        under(&mut rig, &format!("liq method={method}"), |rig| rig.pass(100));
        assert_eq!(held(&rig, 1), "0");
        let truth = rig.truth();
        let account = &truth.accounts[&address(1)];
        assert_eq!(account.open_orders, 0);
        // Maintenance margin: half of the initial margin at twenty times.
        let margin = Usd::micros(300 * 1_000_000 / 40);
        let lost = if method == "backstop" { margin } else { Usd::ZERO };
        assert_eq!(account.account_value, value - lost, "{method}");
        assert_conserved(&truth);
        let updates = told(&rig, "orderUpdates");
        assert_eq!(updates[0][0]["status"], "liquidatedCanceled");
        let events = told(&rig, "user");
        let event = events.iter().find(|event| event["liquidation"].is_object()).unwrap();
        assert_eq!(event["liquidation"]["liquidated_user"], json!(address(1)));
        let fill = last_fill(&mut rig);
        assert_eq!(fill.dir.to_string(), "Liquidated Cross Long");
        assert!(fill.liquidation.is_some());
        let ledger = ledger(&mut rig);
        assert!(matches!(ledger.last().unwrap().delta, LedgerDelta::Liquidation { .. }));
    }
}

#[test]
fn settlement_closes_everybody_at_one_price() {
    let mut rig = holding();
    under(&mut rig, "settle market=1 ppm=-50000", |rig| rig.pass(100));
    assert_eq!((held(&rig, 1), held(&rig, 2)), ("0".to_owned(), "0".to_owned()));
    let fill = last_fill(&mut rig);
    assert_eq!(
        (fill.dir.to_string(), fill.px.to_string()),
        ("Settlement".to_owned(), "142.5".to_owned())
    );
    let truth = rig.truth();
    assert_eq!(truth.accounts[&address(1)].closed_pnl, Usd::dollars(5));
    assert_eq!(truth.accounts[&address(2)].closed_pnl, Usd::dollars(-5));
    assert_conserved(&truth);
}

#[test]
fn longs_pay_funding_on_the_oracle_price_and_shorts_receive_it() {
    let mut rig = holding();
    let cash = |rig: &Rig, trader| rig.truth().accounts[&address(trader)].account_value;
    let before = [1, 2].map(|trader| cash(&rig, trader));
    under(&mut rig, "funding market=1 ppm=1000", |rig| rig.pass(100));
    let paid = Usd::micros(300_000);
    assert_eq!([1, 2].map(|trader| cash(&rig, trader)), [before[0] - paid, before[1] + paid]);
    assert_eq!(rig.truth().accounts[&address(1)].funding, -paid);
    assert_conserved(&rig.truth());
    let told = told(&rig, "userFundings");
    let one = &told[0]["fundings"][0];
    assert_eq!(
        (&one["usdc"], &one["fundingRate"], &one["szi"]),
        (&json!("-0.3"), &json!("0.001"), &json!("2.0"))
    );
    let asked =
        rig.info(&json!({"type": "userFunding", "user": address(1), "startTime": 1}).to_string());
    assert_eq!(asked[0]["delta"]["usdc"], "-0.3");
}

#[test]
fn money_that_comes_and_goes_is_in_the_ledger_and_only_what_is_free_can_go() {
    let mut rig = holding();
    for (kind, words) in
        [("acct.transfer usd=100", "deposit"), ("acct.transfer usd=-100", "withdraw")]
    {
        under(&mut rig, kind, |rig| rig.pass(100));
        let told = told(&rig, "userNonFundingLedgerUpdates");
        rig.take();
        let entry = &told[0]["nonFundingLedgerUpdates"][0]["delta"];
        assert_eq!((&entry["type"], &entry["usdc"]), (&json!(words), &json!("100.0")));
    }
    rig.act(1, r#"{"type":"scheduleCancel"}"#);
    let all = rig.exchange.withdraw(address(1), Usd::dollars(10_000_000));
    let truth = rig.truth();
    let left = truth.accounts[&address(1)].account_value;
    assert!(
        all > Usd::dollars(999_900) && left >= Usd::dollars(30),
        "a tenth of 300 stays: {left}"
    );
    assert_conserved(&truth);
    let ledger = ledger(&mut rig);
    let total: i128 = ledger
        .iter()
        .map(|entry| match &entry.delta {
            LedgerDelta::Deposit { usdc } => usdc.raw(),
            LedgerDelta::Withdraw { usdc, .. } => -usdc.raw(),
            other => panic!("{other:?}"),
        })
        .sum();
    let deposit = Usd::dollars(1_000_000).get();
    assert_eq!(total / 100 + deposit, truth.accounts[&address(1)].transfers.get());
}
