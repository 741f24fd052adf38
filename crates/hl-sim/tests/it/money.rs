//! Margin, transfers and limits.

use hl_quant::{Millis, Price};
use hl_sim::{AddressLimit, Background, Path, Usd, Venue};
use hl_wire::{AssetId, Network, Value, user_signed_hash};
use k256::ecdsa::SigningKey;
use serde_json::json;

use crate::rig::{Rig, START, address, assert_conserved, config, oid, order, order_with};

/// Posts a user-signed action of a numbered trader.
fn user_signed(rig: &mut Rig, trader: u8, mut action: serde_json::Value) -> String {
    rig.nonce += 1;
    action["nonce"] = json!(rig.nonce);
    action["signatureChainId"] = json!("0x66eee");
    action["hyperliquidChain"] = json!("Testnet");
    let value: Value = serde_json::from_str(&action.to_string()).unwrap();
    let hash = user_signed_hash(&value, Network::Testnet).unwrap().signing_hash;
    let key = SigningKey::from_slice(&[trader; 32]).unwrap();
    let (signature, id) = key.sign_prehash_recoverable(&hash);
    let hex = |bytes: &[u8]| -> String { bytes.iter().map(|byte| format!("{byte:02x}")).collect() };
    let bytes = signature.to_bytes();
    let body = json!({
        "action": action,
        "nonce": rig.nonce,
        "signature": {
            "r": format!("0x{}", hex(&bytes[..32])),
            "s": format!("0x{}", hex(&bytes[32..])),
            "v": 27 + u8::from(id.is_y_odd()),
        },
    });
    let (status, answer) = rig.http(Path::Exchange, body.to_string().as_bytes());
    assert_eq!(status, 200, "{answer}");
    answer
}

fn transfer(amount: &str, to_perp: bool) -> serde_json::Value {
    json!({"type": "usdClassTransfer", "amount": amount, "toPerp": to_perp})
}

#[test]
fn a_master_approves_an_agent_with_its_own_signature() {
    let mut rig = Rig::new(config());
    let approve = |name: Option<&str>| {
        let mut action = json!({"type": "approveAgent", "agentAddress": address(7)});
        if let Some(name) = name {
            action["agentName"] = json!(name);
        }
        action
    };
    let noop = r#"{"type":"noop"}"#;
    assert!(rig.act(7, noop).contains("does not exist"));
    assert!(user_signed(&mut rig, 1, approve(Some("quoter"))).contains("default"));
    assert!(rig.act(7, noop).contains("ok"));
    let agents = rig.info(&format!(r#"{{"type":"extraAgents","user":"{}"}}"#, address(1)));
    assert_eq!(agents[0]["name"], "quoter");
    assert!(user_signed(&mut rig, 2, approve(None)).contains("Extra agent already used."));
    let stranger = user_signed(&mut rig, 7, transfer("1", true));
    assert!(stranger.contains("Must deposit before performing actions. User: 0x"), "{stranger}");

    let until = rig.now + 5_000;
    let mut expiring = approve(Some(&format!("short valid_until {until}")));
    expiring["agentAddress"] = json!(address(8));
    assert!(user_signed(&mut rig, 1, expiring).contains("default"));
    assert!(rig.act(8, noop).contains("ok"));
    rig.pass(6_000);
    assert!(rig.act(8, noop).contains("does not exist"), "it has expired");
}

#[test]
fn money_moves_between_the_two_sides_of_an_account() {
    let mut rig = Rig::new(config());
    assert!(user_signed(&mut rig, 1, transfer("250.5", false)).contains("default"));
    let spot = rig.info(&format!(r#"{{"type":"spotClearinghouseState","user":"{}"}}"#, address(1)));
    assert_eq!(spot["balances"][0]["total"], "250.5");
    let more = user_signed(&mut rig, 1, transfer("250.6", true));
    assert!(more.contains("Insufficient balance for token transfer"), "{more}");
    assert!(user_signed(&mut rig, 1, transfer("x", true)).contains("Invalid decimal number"));
    assert!(user_signed(&mut rig, 1, transfer("250.5", true)).contains("default"));
    assert_eq!(rig.truth().accounts[&address(1)].account_value, Usd::dollars(1_000_000));
    assert_conserved(&rig.truth());
}

#[test]
fn resting_orders_reserve_margin_and_what_is_reserved_cannot_leave() {
    let mut rig = Rig::new(config());
    // 20x by default: 19,000,000 dollars of bids need 950,000.
    rig.order(1, &order(0, true, "95000", "200", "Alo"));
    let second = rig.refusal(1, &order(0, true, "95000", "11", "Alo"));
    assert_eq!(second, "Insufficient margin to place order. asset=0");
    assert!(user_signed(&mut rig, 1, transfer("50001", false)).contains("Insufficient"));
    assert!(user_signed(&mut rig, 1, transfer("49999", false)).contains("default"));
    assert!(rig.order(1, &order(0, true, "95000", "0.01", "Alo")).contains("Insufficient margin"));
}

/// A background that sets one oracle price from a moment on.
#[derive(Debug)]
struct Drop(Millis, AssetId, Price);

impl Background for Drop {
    fn advance(&mut self, now: Millis, venue: &mut Venue<'_>) {
        if now >= self.0 {
            venue.set_oracle(self.1, self.2);
        }
    }
}

#[test]
fn a_maker_that_cannot_pay_any_more_is_taken_out_of_the_way() {
    let crash = Drop(Millis(START + 60_000), AssetId(1), "120".parse().unwrap());
    let mut rig = Rig::with_background(config(), Box::new(crash));
    // 4,500,000 dollars of SOL at 20x, and a bid for BTC that was affordable at the time.
    rig.order(2, &order(1, false, "150", "30000", "Alo"));
    rig.order(1, &order(1, true, "150", "30000", "Ioc"));
    let bid = oid(&rig.order(1, &order(0, true, "95000", "75", "Alo")));
    rig.pass(65_000);
    assert!(rig.truth().accounts[&address(1)].account_value < Usd::dollars(110_000));
    let sold = rig.refusal(3, &order(0, false, "95000", "1", "Ioc"));
    assert_eq!(sold, "Order could not immediately match against any resting orders. asset=0");
    let status =
        rig.info(&format!(r#"{{"type":"orderStatus","user":"{}","oid":{bid}}}"#, address(1)));
    assert_eq!(status["order"]["status"], "marginCanceled");
    assert_conserved(&rig.truth());
}

#[test]
fn isolated_margin_goes_in_and_out_with_the_position() {
    let mut rig = Rig::new(config());
    let user = address(1);
    let state =
        |rig: &mut Rig| rig.info(&format!(r#"{{"type":"clearinghouseState","user":"{user}"}}"#));
    let isolate = r#"{"type":"updateLeverage","asset":1,"isCross":false,"leverage":10}"#;
    assert!(rig.act(1, isolate).contains("default"));
    rig.order(2, &order(1, false, "150", "100", "Alo"));
    rig.order(1, &order(1, true, "150", "20", "Ioc"));
    let leverage = state(&mut rig)["assetPositions"][0]["position"]["leverage"].clone();
    // 3,000 dollars at 10x: 300 in, 3,000 paid.
    assert_eq!(leverage, json!({"type": "isolated", "value": 10, "rawUsd": "-2700.0"}));
    let cross = r#"{"type":"updateLeverage","asset":1,"isCross":true,"leverage":10}"#;
    assert!(rig.act(1, cross).contains("Cannot switch leverage type with open position."));

    let margin = |ntli: i64| {
        format!(r#"{{"type":"updateIsolatedMargin","asset":1,"isBuy":true,"ntli":{ntli}}}"#)
    };
    assert!(rig.act(1, &margin(100_000_000)).contains("default"));
    let position = state(&mut rig)["assetPositions"][0]["position"].clone();
    assert_eq!(position["leverage"]["rawUsd"], "-2600.0");
    assert_eq!(position["marginUsed"], "400.0");
    assert!(rig.act(1, &margin(-200_000_000)).contains("Insufficient margin"));
    let other = margin(1).replace(r#""asset":1"#, r#""asset":0"#);
    assert!(rig.act(1, &other).contains("Position does not use isolated margin."));

    rig.order(2, &order(1, true, "149.9", "20", "Alo"));
    rig.order(1, &order(1, false, "149.9", "10", "Ioc"));
    // It was worth 2,998 - 2,600 = 398: half of that goes back, and 1,499 comes in.
    let leverage = state(&mut rig)["assetPositions"][0]["position"]["leverage"].clone();
    assert_eq!(leverage["rawUsd"], "-1300.0");
    rig.order(1, &order_with(1, false, "149.9", "20", "Ioc", true, None));
    let truth = rig.truth();
    assert!(truth.accounts[&user].positions.is_empty());
    let fees = truth.accounts[&user].fees;
    assert_eq!(truth.accounts[&user].account_value, Usd::dollars(999_998) - fees);
    assert_conserved(&truth);
}

#[test]
fn an_address_that_sends_too_much_is_slowed_down_but_may_cancel() {
    let mut config = config();
    config.limits.address = AddressLimit::Enforced { initial: 3 };
    let mut rig = Rig::new(config);
    let bid = order(1, true, "140", "1", "Alo");
    let mut oids: Vec<u64> = (0..4).map(|_| oid(&rig.order(1, &bid))).collect();
    let refused = rig.order(1, &bid);
    assert!(refused.contains("Too many cumulative requests sent (5 > 3)"), "{refused}");
    let cancel = format!(r#"{{"type":"cancel","cancels":[{{"a":1,"o":{}}}]}}"#, oids.remove(0));
    assert!(rig.act(1, &cancel).contains("success"));
    rig.pass(10_100);
    assert!(rig.order(1, &bid).contains("resting"), "one in ten seconds");
    let limit = rig.info(&format!(r#"{{"type":"userRateLimit","user":"{}"}}"#, address(1)));
    assert_eq!(
        (limit["nRequestsUsed"].as_u64(), limit["nRequestsCap"].as_u64()),
        (Some(6), Some(3))
    );
    let bought = rig.act(1, r#"{"type":"reserveRequestWeight","weight":1000}"#);
    assert!(bought.contains("Too many"), "not beyond the limit either: {bought}");
    rig.pass(10_100);
    assert!(rig.act(1, r#"{"type":"reserveRequestWeight","weight":1000}"#).contains("default"));
    assert!(rig.order(1, &bid).contains("resting"));
    assert_conserved(&rig.truth());
}
