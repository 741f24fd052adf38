//! The answers of the info endpoint, read back with the client's own document types.

use hl_sim::Path;
use hl_wire::info;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::rig::{Rig, START, address, config, order, order_with};

/// An exchange with a book, positions on both sides and an isolated one.
fn busy() -> Rig {
    let mut rig = Rig::new(config());
    let isolate = r#"{"type":"updateLeverage","asset":1,"isCross":false,"leverage":5}"#;
    assert!(rig.act(1, isolate).contains("default"));
    for (px, buy) in [("149", true), ("149.5", true), ("150.5", false), ("151", false)] {
        rig.order(2, &order(1, buy, px, "100", "Alo"));
    }
    rig.order(2, &order(0, true, "99990", "1", "Alo"));
    rig.order(2, &order(0, false, "100010", "1", "Alo"));
    rig.order(1, &order(1, true, "150.5", "20", "Ioc"));
    rig.order(1, &order(0, false, "99990", "0.5", "Ioc"));
    rig.order(1, &order_with(1, true, "140", "2", "Gtc", false, Some(3)));
    rig
}

fn read<T: DeserializeOwned>(rig: &mut Rig, question: &Value) -> T {
    let (status, body) = rig.http(Path::Info, question.to_string().as_bytes());
    assert_eq!(status, 200, "{question}: {body}");
    info::read(body.as_bytes()).unwrap_or_else(|error| panic!("{question}: {error}\n{body}"))
}

#[test]
fn every_answer_is_a_document_that_the_client_reads() {
    let mut rig = busy();
    let user = address(1);
    let meta: info::Meta = read(&mut rig, &json!({"type": "meta"}));
    assert_eq!(meta.universe.len(), 2);
    let _: info::MetaAndAssetCtxs = read(&mut rig, &json!({"type": "metaAndAssetCtxs"}));
    let _: info::SpotMeta = read(&mut rig, &json!({"type": "spotMeta"}));
    let _: info::SpotMetaAndAssetCtxs = read(&mut rig, &json!({"type": "spotMetaAndAssetCtxs"}));
    let _: Vec<Option<info::PerpDex>> = read(&mut rig, &json!({"type": "perpDexs"}));
    let _: info::AllMids = read(&mut rig, &json!({"type": "allMids"}));
    let _: info::L2BookDoc = read(&mut rig, &json!({"type": "l2Book", "coin": "SOL"}));
    let _: Vec<info::RecentTrade> = read(&mut rig, &json!({"type": "recentTrades", "coin": "SOL"}));
    let _: info::ClearinghouseState =
        read(&mut rig, &json!({"type": "clearinghouseState", "user": user}));
    let _: info::SpotClearinghouseState =
        read(&mut rig, &json!({"type": "spotClearinghouseState", "user": user}));
    let open: Vec<info::OrderDoc> = read(&mut rig, &json!({"type": "openOrders", "user": user}));
    assert_eq!(open.len(), 1);
    let _: Vec<info::OrderDoc> =
        read(&mut rig, &json!({"type": "frontendOpenOrders", "user": user}));
    let _: info::OrderStatus =
        read(&mut rig, &json!({"type": "orderStatus", "user": user, "oid": 1}));
    let history: Vec<info::HistoricalOrder> =
        read(&mut rig, &json!({"type": "historicalOrders", "user": user}));
    assert_eq!(history.len(), 3);
    let fills: Vec<info::Fill> = read(&mut rig, &json!({"type": "userFills", "user": user}));
    assert_eq!(fills.len(), 2);
    let _: info::UserRateLimit = read(&mut rig, &json!({"type": "userRateLimit", "user": user}));
    let _: info::UserFees = read(&mut rig, &json!({"type": "userFees", "user": user}));
    let _: info::UserRole = read(&mut rig, &json!({"type": "userRole", "user": user}));
    let _: Vec<info::ExtraAgent> = read(&mut rig, &json!({"type": "extraAgents", "user": user}));
    let hours: Vec<info::FundingRate> = read(
        &mut rig,
        &json!({"type": "fundingHistory", "coin": "SOL", "startTime": START - 7_200_000}),
    );
    assert_eq!(hours.len(), 3);
}

#[test]
fn the_margin_document_satisfies_the_venues_identities() {
    let mut rig = busy();
    let state = rig.info(&json!({"type": "clearinghouseState", "user": address(1)}).to_string());
    let number = |value: &Value| -> i128 {
        let text = value.as_str().unwrap();
        let (whole, fraction) = text.trim_start_matches('-').split_once('.').unwrap();
        let digits = format!("{whole}{fraction:0<8}");
        let sign = if text.starts_with('-') { -1 } else { 1 };
        sign * digits.parse::<i128>().unwrap()
    };
    let mut signed_value = 0;
    for entry in state["assetPositions"].as_array().unwrap() {
        let position = &entry["position"];
        let sign = if number(&position["szi"]) < 0 { -1 } else { 1 };
        let value = number(&position["positionValue"]);
        signed_value += sign * value;
        if position["leverage"]["type"] == "isolated" {
            let raw = number(&position["leverage"]["rawUsd"]);
            assert_eq!(number(&position["marginUsed"]), sign * value + raw);
        } else {
            assert_eq!(position["coin"], "BTC");
            assert_eq!(number(&position["marginUsed"]) * 20, value, "20x by default");
        }
    }
    let summary = &state["marginSummary"];
    assert_eq!(
        number(&summary["accountValue"]),
        number(&summary["totalRawUsd"]) + signed_value,
        "value is cash plus positions"
    );
    crate::rig::assert_conserved(&rig.truth());
}

#[test]
fn an_unknown_account_is_empty_not_an_error() {
    let mut rig = busy();
    let user = address(77);
    let state = rig.info(&json!({"type": "clearinghouseState", "user": user}).to_string());
    assert_eq!(state["marginSummary"]["accountValue"], "0.0");
    assert_eq!(state["assetPositions"], json!([]));
    for list in ["openOrders", "userFills", "historicalOrders", "extraAgents"] {
        assert_eq!(rig.info(&json!({"type": list, "user": user}).to_string()), json!([]));
    }
    let role = rig.info(&json!({"type": "userRole", "user": user}).to_string());
    assert_eq!(role, json!({"role": "missing"}));
}

#[test]
fn a_book_is_aggregated_downwards_for_bids_and_upwards_for_asks() {
    let mut rig = busy();
    let book = rig.info(r#"{"type":"l2Book","coin":"SOL","nSigFigs":2}"#);
    assert_eq!(
        book["levels"],
        json!([
            [{"px": "140.0", "sz": "202.0", "n": 3}],
            [{"px": "160.0", "sz": "180.0", "n": 2}]
        ])
    );
    assert_eq!(book["spread"], "1.0");
    let five = rig.info(r#"{"type":"l2Book","coin":"SOL","nSigFigs":5,"mantissa":5}"#);
    assert_eq!(five["levels"][0][0]["px"], "149.5");
}

#[test]
fn the_dead_mans_switch_has_its_rules_and_fires() {
    let mut rig = busy();
    let schedule = |time: u64| format!(r#"{{"type":"scheduleCancel","time":{time}}}"#);
    let early = rig.act(1, &schedule(rig.now + 4_000));
    assert!(early.contains("Scheduled cancel time too early"), "{early}");
    let time = rig.now + 6_000;
    assert!(rig.act(1, &schedule(time)).contains("default"));
    rig.pass(5_000);
    assert_eq!(rig.truth().accounts[&address(1)].open_orders, 1);
    rig.pass(1_100);
    assert_eq!(rig.truth().accounts[&address(1)].open_orders, 0);
    let history = rig.info(&json!({"type": "historicalOrders", "user": address(1)}).to_string());
    assert_eq!(history[0]["status"], "scheduledCancel");
    let time = rig.now + 6_000;
    assert!(rig.act(1, &schedule(time)).contains("default"));
    assert!(rig.act(1, r#"{"type":"scheduleCancel"}"#).contains("default"), "disarmed");

    let mut strict = config();
    strict.limits.schedule_cancel_volume = hl_sim::Usd::dollars(1_000_000);
    let mut rig = Rig::new(strict);
    let refused = rig.act(1, &schedule(rig.now + 60_000));
    let text = "Cannot set scheduled cancel time until enough volume traded. Required: $1000000. Traded: $0";
    assert!(refused.contains(text), "{refused}");
}
