//! Every modelled action: its keys in order, its optional fields absent, its canonical form.

use hl_wire::{Action, ActionHasher, ForeignTrading, Nonce, Value};

const USER: &str = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8";
const CLOID: &str = "0x000000000000000000000000000000ff";

/// One text per action and form, in the order of keys of the official SDKs and documentation. Those
/// that the vectors cover too are here so that the list is whole.
fn samples() -> Vec<String> {
    let limit = format!(
        r#"{{"a":1,"b":true,"p":"100","s":"0.5","r":false,"t":{{"limit":{{"tif":"Gtc"}}}},"c":"{CLOID}"}}"#
    );
    let trigger = r#"{"a":1,"b":false,"p":"90","s":"0","r":true,"t":{"trigger":{"isMarket":true,"triggerPx":"95.5","tpsl":"sl"}}}"#;
    [
        r#"{"type":"order","orders":[LIMIT,TRIGGER],"grouping":"na"}"#,
        r#"{"type":"order","orders":[LIMIT,TRIGGER],"grouping":"normalTpsl"}"#,
        r#"{"type":"order","orders":[TRIGGER],"grouping":"positionTpsl","builder":{"b":"USER","f":10}}"#,
        r#"{"type":"order","orders":[LIMIT],"grouping":{"p":12345}}"#,
        r#"{"type":"cancel","cancels":[{"a":1,"o":2}]}"#,
        r#"{"type":"cancel","cancels":[{"a":1,"o":2}],"f":true}"#,
        r#"{"type":"cancelByCloid","cancels":[{"asset":1,"cloid":"CLOID"}],"f":true}"#,
        r#"{"type":"modify","oid":7,"order":LIMIT}"#,
        r#"{"type":"modify","oid":"CLOID","order":LIMIT,"a":true}"#,
        r#"{"type":"batchModify","modifies":[{"oid":7,"order":LIMIT}],"a":true}"#,
        r#"{"type":"scheduleCancel"}"#,
        r#"{"type":"scheduleCancel","time":1758000000000}"#,
        r#"{"type":"updateLeverage","asset":1,"isCross":true,"leverage":20}"#,
        r#"{"type":"updateIsolatedMargin","asset":1,"isBuy":true,"ntli":-250500000}"#,
        r#"{"type":"topUpIsolatedOnlyMargin","asset":110000,"leverage":"5.5"}"#,
        r#"{"type":"vaultTransfer","vaultAddress":"USER","isDeposit":true,"usd":5000000}"#,
        r#"{"type":"subAccountTransfer","subAccountUser":"USER","isDeposit":false,"usd":10}"#,
        r#"{"type":"subAccountSpotTransfer","subAccountUser":"USER","isDeposit":true,"token":"PURR:0xc4","amount":"1.5"}"#,
        r#"{"type":"createSubAccount","name":"example"}"#,
        r#"{"type":"setReferrer","code":"ASDFASDF"}"#,
        r#"{"type":"noop"}"#,
        r#"{"type":"claimRewards"}"#,
        r#"{"type":"reserveRequestWeight","weight":500}"#,
        r#"{"type":"reserveRequestWeight","weight":500,"destination":"USER"}"#,
        r#"{"type":"twapOrder","twap":{"a":1,"b":true,"s":"2.5","r":false,"m":30,"t":true}}"#,
        r#"{"type":"twapOrder","twap":{"a":1,"b":true,"s":"2.5","r":false,"m":30,"t":true},"details":{"t":null,"s":"90"}}"#,
        r#"{"type":"twapOrder","twap":{"a":1,"b":true,"s":"2.5","r":false,"m":30,"t":true},"details":{"t":{"p":"80","a":false},"s":null}}"#,
        r#"{"type":"twapCancel","a":1,"t":2}"#,
        r#"{"type":"agentSetAbstraction","abstraction":"u"}"#,
        r#"{"type":"agentEnableDexAbstraction"}"#,
        r#"{"type":"agentSendAsset","destination":"USER","sourceDex":"","destinationDex":"xyz","token":"USDC:0xeb","amount":"1","fromSubAccount":"","nonce":1}"#,
        r#"{"type":"evmUserModify","usingBigBlocks":true}"#,
        r#"{"type":"gossipPriorityBid","slotId":1,"ip":"127.0.0.1","maxGas":5}"#,
        r#"{"type":"userOutcome","splitOutcome":{"outcome":1,"amount":"2"}}"#,
        r#"{"type":"userOutcome","negateOutcome":{"question":1,"outcome":2,"amount":"2"}}"#,
        r#"{"z":1,"type":"spotDeploy","a":{"y":[1,-2],"x":null}}"#,
    ]
    .iter()
    .map(|text| {
        text.replace("LIMIT", &limit)
            .replace("TRIGGER", trigger)
            .replace("USER", USER)
            .replace("CLOID", CLOID)
    })
    .collect()
}

fn preimage(action: &impl serde::Serialize) -> Vec<u8> {
    let mut hasher = ActionHasher::new();
    hasher.hash(action, Nonce(1), None, None).unwrap();
    hasher.preimage().to_vec()
}

#[test]
fn every_action_is_written_as_it_was_read_and_hashed_alike_by_both_paths() {
    for text in samples() {
        let action = Action::from_json(&text).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(serde_json::to_string(&action).unwrap(), text);
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(preimage(&action), preimage(&value), "{text}");
        assert_eq!(value.get("type").and_then(Value::as_str), Some(action.kind()));
        assert_eq!(matches!(action, Action::Other(_)), text.contains("spotDeploy"), "{text}");
        let mut canonical = action.clone();
        canonical.canonicalize();
        assert_eq!(canonical, action, "{text}");
    }
}

#[test]
fn reversed_keys_make_the_same_action() {
    fn reversed(value: &Value) -> Value {
        match value {
            Value::Map(entries) => Value::Map(
                entries.iter().rev().map(|(key, value)| (key.clone(), reversed(value))).collect(),
            ),
            Value::List(items) => Value::List(items.iter().map(reversed).collect()),
            other => other.clone(),
        }
    }
    for text in samples() {
        let value: Value = serde_json::from_str(&text).unwrap();
        let action = Action::from_json(&text).unwrap();
        if matches!(action, Action::Other(_) | Action::UserOutcome(_)) {
            // What is not modelled keeps its order, for better or worse.
            continue;
        }
        let backwards = serde_json::to_string(&reversed(&value)).unwrap();
        assert_eq!(Action::from_json(&backwards).unwrap(), action, "{backwards}");
    }
}

#[test]
fn every_decimal_of_an_action_becomes_canonical() {
    for (text, canonical) in [
        (
            r#"{"type":"order","orders":[{"a":1,"b":false,"p":"090.0","s":"0.0","r":true,"t":{"trigger":{"isMarket":true,"triggerPx":"95.50","tpsl":"tp"}}}],"grouping":"na"}"#,
            r#"{"type":"order","orders":[{"a":1,"b":false,"p":"90","s":"0","r":true,"t":{"trigger":{"isMarket":true,"triggerPx":"95.5","tpsl":"tp"}}}],"grouping":"na"}"#,
        ),
        (
            r#"{"type":"modify","oid":7,"order":{"a":1,"b":true,"p":"2000.0","s":"3.50","r":false,"t":{"limit":{"tif":"Ioc"}}}}"#,
            r#"{"type":"modify","oid":7,"order":{"a":1,"b":true,"p":"2000","s":"3.5","r":false,"t":{"limit":{"tif":"Ioc"}}}}"#,
        ),
        (
            r#"{"type":"batchModify","modifies":[{"oid":7,"order":{"a":1,"b":true,"p":"1.0","s":"3.0","r":false,"t":{"limit":{"tif":"Ioc"}}}}]}"#,
            r#"{"type":"batchModify","modifies":[{"oid":7,"order":{"a":1,"b":true,"p":"1","s":"3","r":false,"t":{"limit":{"tif":"Ioc"}}}}]}"#,
        ),
        (
            r#"{"type":"twapOrder","twap":{"a":1,"b":true,"s":"2.50","r":false,"m":30,"t":true},"details":{"t":{"p":"80.0","a":false},"s":"90.0"}}"#,
            r#"{"type":"twapOrder","twap":{"a":1,"b":true,"s":"2.5","r":false,"m":30,"t":true},"details":{"t":{"p":"80","a":false},"s":"90"}}"#,
        ),
        (
            r#"{"type":"topUpIsolatedOnlyMargin","asset":1,"leverage":"5.0"}"#,
            r#"{"type":"topUpIsolatedOnlyMargin","asset":1,"leverage":"5"}"#,
        ),
        (
            r#"{"type":"cancelByCloid","cancels":[{"asset":1,"cloid":"0x000000000000000000000000000000FF"}]}"#,
            r#"{"type":"cancelByCloid","cancels":[{"asset":1,"cloid":"0x000000000000000000000000000000ff"}]}"#,
        ),
        (
            r#"{"type":"vaultTransfer","vaultAddress":"70997970C51812DC3A010C7D01B50E0D17DC79C8","isDeposit":true,"usd":1}"#,
            r#"{"type":"vaultTransfer","vaultAddress":"0x70997970c51812dc3a010c7d01b50e0d17dc79c8","isDeposit":true,"usd":1}"#,
        ),
    ] {
        let mut action = Action::from_json(text).unwrap();
        action.canonicalize();
        assert_eq!(serde_json::to_string(&action).unwrap(), canonical);
    }
}

#[test]
fn the_address_limit_charges_each_entry_of_a_batch() {
    let len = |text: &str| Action::from_json(text).unwrap().batch_len();
    assert_eq!(len(r#"{"type":"cancel","cancels":[{"a":1,"o":2},{"a":1,"o":3}]}"#), 2);
    assert_eq!(len(r#"{"type":"noop"}"#), 1);
}

#[test]
fn the_foreign_door_is_open_for_trading_only() {
    let open: Vec<_> = samples()
        .iter()
        .map(|text| Action::from_json(text).unwrap())
        .filter_map(|action| {
            let kind = action.kind().to_owned();
            ForeignTrading::try_from(action).is_ok().then_some(kind)
        })
        .collect();
    for closed in
        ["Transfer", "Send", "Account", "Referrer", "Rewards", "Abstraction", "evm", "Deploy"]
    {
        assert!(!open.iter().any(|kind| kind.contains(closed)), "{closed}: {open:?}");
    }
    assert_eq!(open.len(), 22);
}
