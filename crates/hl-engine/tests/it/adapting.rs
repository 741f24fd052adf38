//! Documents in, actions out.

use hl_engine::{Command, Input, MarketId, Query, Reply, RequestId, adapt, adapt::Adapter};
use hl_quant::Millis;
use hl_wire::{
    Address, AssetId, Cloid, info, parse_exchange_response,
    stream::{Message, Scratch},
};

use crate::bench::{Bench, SOL, config};

fn adapter() -> Adapter {
    Adapter::new([("SOL", AssetId(5)), ("BTC", AssetId(0))])
}

/// What a frame becomes.
fn frame(text: &str) -> Vec<String> {
    let mut scratch = Scratch::default();
    let message = Message::parse(text, &mut scratch).unwrap();
    let mut inputs = Vec::new();
    adapter().message(&message, &mut |input| inputs.push(format!("{input:?}")));
    inputs
}

/// What an answer becomes.
fn one(hand: impl FnOnce(&mut Adapter, &mut dyn FnMut(Input<'_>))) -> String {
    let mut inputs = Vec::new();
    hand(&mut adapter(), &mut |input| inputs.push(format!("{input:?}")));
    inputs.join(" ")
}

#[test]
fn every_order_that_is_signed_is_post_only_and_names_its_market() {
    let mut bench = Bench::started(config());
    bench.run(2_000);
    bench.touch(SOL, "165.1", "165.12");
    let actions: Vec<_> = bench
        .commands
        .iter()
        .filter(|c| matches!(c, Command::Place { .. } | Command::Modify { .. }))
        .map(|command| serde_json::to_value(adapter().action(command).unwrap()).unwrap())
        .collect();
    let mut orders = 0;
    for action in &actions {
        let list = action["orders"].as_array().or_else(|| action["modifies"].as_array()).unwrap();
        for entry in list {
            let order = entry.get("order").unwrap_or(entry);
            assert_eq!(order["t"]["limit"]["tif"], "Alo", "{order}");
            assert_eq!(order["r"], false);
            let price: f64 = order["p"].as_str().unwrap().parse().unwrap();
            assert_eq!(order["a"], if price > 1_000.0 { 0 } else { 5 }, "{order}");
            assert!(order["c"].as_str().unwrap().starts_with("0x6d6d686c"));
            orders += 1;
        }
    }
    assert!(orders >= 6, "{orders} orders checked");
    assert!(actions.iter().any(|action| action["type"] == "batchModify"));
}

#[test]
fn a_command_for_a_market_that_the_adapter_lacks_signs_nothing() {
    let bench = Bench::started(config());
    let only_btc = Adapter::new([("BTC", AssetId(0))]);
    let is_of_second = |command: &&Command| match command {
        Command::Place { orders, .. } => orders[0].market == MarketId(1),
        _ => false,
    };
    let of_second = bench.commands.iter().filter(is_of_second);
    assert_eq!(of_second.map(|command| only_btc.action(command)).collect::<Vec<_>>(), [None]);
}

#[test]
fn messages_about_other_markets_are_silent() {
    let book = |coin: &str| {
        frame(&format!(
            r#"{{"channel":"l2Book","data":{{"coin":"{coin}","time":9,
                "levels":[[{{"px":"1","sz":"2","n":1}}],[{{"px":"3","sz":"4","n":1}}]]}}}}"#
        ))
    };
    assert_eq!(book("SOL").len(), 1);
    assert!(book("SOL")[0].contains("Price(1)") && book("SOL")[0].contains("Size(4)"));
    assert!(book("DOGE").is_empty());
}

#[test]
fn an_order_update_is_judged_by_its_state_and_an_unknown_state_is_said() {
    let update = |status: &str| {
        frame(&format!(
            r#"{{"channel":"orderUpdates","data":[{{"order":{{"coin":"SOL","side":"B",
                "limitPx":"164.5","sz":"0.4","oid":7,"timestamp":1,"origSz":"0.6",
                "cloid":"0x6d6d686c000000000000000000000001"}},"status":"{status}",
                "statusTimestamp":2}}]}}"#
        ))
        .join("")
    };
    assert!(update("open").contains("remaining: Size(0.4), state: Open"));
    assert!(update("filled").contains("remaining: Size(0), state: Filled"));
    assert!(update("selfTradeCanceled").contains("state: Canceled"));
    assert!(update("somethingNewCanceled").contains("state: Canceled"));
    assert!(update("badAloPxRejected").contains("state: Rejected(Alo)"));
    assert_eq!(update("somethingNew"), r#"Unreadable { what: "order_state_unknown" }"#);
}

#[test]
fn fills_carry_their_fee_their_part_and_their_place_in_the_chain() {
    let text = r#"{"channel":"userFills","data":{"user":"0x0000000000000000000000000000000000000001",
        "fills":[{"coin":"SOL","px":"164.5","sz":"0.6","side":"A","time":5,"startPosition":"-1.2",
        "dir":"Open Short","closedPnl":"0.0","hash":"0x0","oid":7,"crossed":false,"fee":"-0.01",
        "tid":9,"feeToken":"USDC"}]}}"#;
    let fill = frame(text).join("");
    for part in ["side: Ask", "liquidity: Maker", "Usd(-0.01)", "SignedSize(-1.2)", "tid: 9"] {
        assert!(fill.contains(part), "{part} in {fill}");
    }
}

#[test]
fn outcomes_become_one_reply_per_order() {
    let body = br#"{"status":"ok","response":{"type":"order","data":{"statuses":[
        {"resting":{"oid":7}},{"error":"Insufficient margin to place order. asset=5"},
        {"error":"words that nobody knows"}]}}}"#;
    let outcome = parse_exchange_response(200, body, 3);
    let text = one(|adapter, sink| adapter.outcome(RequestId(1), &outcome, sink));
    assert!(text.contains("Accepted { oid: Some(Oid(7))"), "{text}");
    assert!(text.contains("Rejected { code: Margin"), "{text}");
    assert!(text.contains("Unknown]"), "an unlisted sentence is no rejection: {text}");
    let unread = parse_exchange_response(502, b"<html>", 2);
    let replies: Vec<_> = unread.outcomes.iter().map(adapt::reply).collect();
    assert_eq!(replies, [Reply::Unknown; 2]);
}

#[test]
fn a_document_that_does_not_answer_the_question_is_a_failure() {
    let state = r#"{"assetPositions":[],"marginSummary":{"accountValue":"1000.5","totalNtlPos":"0",
        "totalRawUsd":"1000.5","totalMarginUsed":"0"},"crossMarginSummary":{"accountValue":"0",
        "totalNtlPos":"0","totalRawUsd":"0","totalMarginUsed":"0"},"withdrawable":"0"TIME}"#;
    let read = |time: &str| {
        let state: info::ClearinghouseState =
            serde_json::from_str(&state.replace("TIME", time)).unwrap();
        one(|adapter, sink| adapter.account(RequestId(4), &state, sink))
    };
    assert_eq!(read(""), "QueryFailed { request: RequestId(4) }", "when was that?");
    let read = read(r#","time":77"#);
    assert!(read.contains("time: Millis(77), positions: [], money: AccountMoney"), "{read}");
    assert!(read.contains("value: Usd(1000.5)"), "{read}");
    let unknown = one(|adapter, sink| {
        adapter.order_status(RequestId(5), Cloid(1), &info::OrderStatus::UnknownOid, sink);
    });
    assert!(unknown.contains("found: No"));
}

#[test]
fn a_list_of_positions_that_lacks_one_is_no_answer_and_an_empty_account_is_none() {
    let position = r#"{"type":"oneWay","position":{"coin":"SOL","szi":"-2","leverage":{"type":
        "cross","value":20},"entryPx":"150","positionValue":"300.02","unrealizedPnl":"-0.02",
        "returnOnEquity":"0","liquidationPx":null,"marginUsed":"15"}}"#;
    let read = |positions: &str, value: &str, total: &str| {
        let summary = format!(
            r#"{{"accountValue":"{value}","totalNtlPos":"{total}","totalRawUsd":"{value}",
            "totalMarginUsed":"15"}}"#
        );
        let state = format!(
            r#"{{"assetPositions":[{positions}],"marginSummary":{summary},
            "crossMarginSummary":{summary},"withdrawable":"0","time":77}}"#
        );
        let state: info::ClearinghouseState = serde_json::from_str(&state).unwrap();
        let mut inputs = Vec::new();
        adapter().account(RequestId(4), &state, &mut |input| inputs.push(format!("{input:?}")));
        inputs.join(" ")
    };
    assert!(read(position, "1000", "300.02").contains("SignedSize(-2)"));
    assert!(read(position, "1000", "300.03").contains("SignedSize(-2)"), "a cent of rounding");
    let missing = read("", "1000", "300.02");
    assert!(missing.contains("account_positions_missing"), "{missing}");
    assert!(missing.ends_with("QueryFailed { request: RequestId(4) }"), "{missing}");
    assert!(read("", "1000", "0").contains("positions: []"), "flat");
    let nobody = read("", "0", "0");
    assert!(nobody.contains("account_without_a_cent"), "{nobody}");
    assert!(nobody.ends_with("QueryFailed { request: RequestId(4) }"), "{nobody}");
}

#[test]
fn questions_go_to_the_account() {
    let user: Address = "0x0000000000000000000000000000000000000001".parse().unwrap();
    let ask = |query| serde_json::to_value(adapt::question(query, user)).unwrap();
    assert_eq!(ask(Query::OpenOrders)["type"], "frontendOpenOrders");
    assert_eq!(ask(Query::Account)["type"], "clearinghouseState");
    assert_eq!(ask(Query::Fills { since: Millis(5) })["startTime"], 5);
    let order = ask(Query::Order { market: SOL, cloid: Cloid(0x2a) });
    assert_eq!(order["oid"], "0x0000000000000000000000000000002a");
    assert_eq!(order["user"], "0x0000000000000000000000000000000000000001");
}

/// What a ledger of these entries says to the account 0x1.
fn ledger(entries: &str) -> String {
    let user: Address = "0x0000000000000000000000000000000000000001".parse().unwrap();
    let updates: Vec<info::LedgerUpdate> = serde_json::from_str(entries).unwrap();
    let mut seen = Vec::new();
    Adapter::new([("SOL", AssetId(5))])
        .ledger(RequestId(7), user, &updates, &mut |input| seen.push(format!("{input:?}")));
    seen.join("; ")
}

fn moved(delta: &str) -> String {
    let text = ledger(&format!(r#"[{{"time":5,"hash":"0x0","delta":{delta}}}]"#));
    let start = "Ledger { request: RequestId(7), transfers: [";
    let list = text.strip_prefix(start).unwrap_or_else(|| panic!("{text}"));
    let amount = list.split("Usd(").nth(1).and_then(|rest| rest.split(')').next());
    amount.unwrap_or("0").to_owned()
}

#[test]
fn each_kind_of_transfer_moves_the_perpetual_account_by_what_it_says() {
    let (us, them) = (
        "0x0000000000000000000000000000000000000001",
        "0x0000000000000000000000000000000000000002",
    );
    for (delta, amount) in [
        (r#"{"type":"deposit","usdc":"25.0"}"#.to_owned(), "25"),
        (r#"{"type":"withdraw","usdc":"99.0","nonce":1,"fee":"1.0"}"#.into(), "-100"),
        (r#"{"type":"accountClassTransfer","usdc":"5.5","toPerp":true}"#.into(), "5.5"),
        (r#"{"type":"accountClassTransfer","usdc":"5.5","toPerp":false}"#.into(), "-5.5"),
        (
            format!(
                r#"{{"type":"internalTransfer","usdc":"7","user":"{us}","destination":"{them}","fee":"1"}}"#
            ),
            "-8",
        ),
        (
            format!(
                r#"{{"type":"internalTransfer","usdc":"7","user":"{them}","destination":"{us}","fee":"1"}}"#
            ),
            "7",
        ),
        (
            format!(
                r#"{{"type":"subAccountTransfer","usdc":"3","user":"{us}","destination":"{them}"}}"#
            ),
            "-3",
        ),
        (
            format!(
                r#"{{"type":"send","user":"{us}","destination":"{us}","sourceDex":"spot","destinationDex":"","token":"USDC","amount":"4","usdcValue":"4","fee":"0","nativeTokenFee":"0","nonce":1,"feeToken":""}}"#
            ),
            "4",
        ),
        (
            format!(
                r#"{{"type":"send","user":"{us}","destination":"{them}","sourceDex":"","destinationDex":"","token":"USDC","amount":"4","fee":"1","feeToken":"USDC"}}"#
            ),
            "-5",
        ),
        (
            format!(
                r#"{{"type":"send","user":"{us}","destination":"{them}","sourceDex":"spot","destinationDex":"spot","token":"HYPE:0x1","amount":"4"}}"#
            ),
            "0",
        ),
        (r#"{"type":"vaultDeposit","vault":"0x3","usdc":"9"}"#.into(), "-9"),
        (r#"{"type":"vaultWithdraw","vault":"0x3","netWithdrawnUsd":"8.5"}"#.into(), "8.5"),
        (r#"{"type":"liquidation","accountValue":"900"}"#.into(), "0"),
    ] {
        assert_eq!(moved(&delta), amount, "{delta}");
    }
}

#[test]
fn a_ledger_that_is_not_understood_answers_nothing() {
    let failed = "QueryFailed { request: RequestId(7) }";
    let unknown = ledger(r#"[{"time":5,"hash":"0x0","delta":{"type":"somethingNew","usdc":"1"}}]"#);
    assert!(unknown.contains("ledger_kind_unknown") && unknown.ends_with(failed), "{unknown}");
    let entry = r#"{"time":5,"hash":"0x0","delta":{"type":"deposit","usdc":"1"}}"#;
    let full = format!("[{}]", vec![entry; 500].join(","));
    assert!(ledger(&full).ends_with(failed), "a full page may have been cut");
    let fits = format!("[{}]", vec![entry; 499].join(","));
    assert!(ledger(&fits).starts_with("Ledger"));
    let (a, b) = (
        "0x0000000000000000000000000000000000000008",
        "0x0000000000000000000000000000000000000009",
    );
    let strangers = format!(
        r#"[{{"time":5,"hash":"0x0","delta":{{"type":"internalTransfer","usdc":"7","user":"{a}","destination":"{b}"}}}}]"#
    );
    assert!(ledger(&strangers).ends_with(failed), "our name is another one than we think");
    let huge = r#"[{"time":5,"hash":"0x0","delta":{"type":"deposit","usdc":"170141183460469231731687303715"}}]"#;
    assert!(ledger(huge).ends_with(failed), "a number out of range is no number");
}

#[test]
fn an_exit_is_signed_as_reduce_only_and_immediate_or_cancel_and_nothing_else_is() {
    let adapter = Adapter::new([("SOL", AssetId(5))]);
    let spec = crate::bench::spec(SOL);
    let order = hl_engine::ExitOrder {
        market: SOL,
        side: hl_quant::Side::Ask,
        price: spec.prices().check(crate::bench::price("163.26")).unwrap(),
        size: spec.sizes().check(crate::bench::size("0.5")).unwrap(),
        cloid: Cloid(9),
    };
    let (request, expires) = (RequestId(1), Millis(1));
    let orders = [order].into_iter().collect();
    let action = adapter.action(&Command::Exit { request, orders, expires }).unwrap();
    let json = serde_json::to_string(&action).unwrap();
    assert!(json.contains(r#""r":true,"t":{"limit":{"tif":"Ioc"}}"#), "{json}");
}

#[test]
fn a_context_is_a_reference_and_the_switchs_cancel_is_known_as_such() {
    let text = r#"{"channel":"activeAssetCtx","data":{"coin":"SOL","ctx":{"funding":"0.0000125",
        "openInterest":"688.11","prevDayPx":"15.3","dayNtlVlm":"1.0","premium":null,
        "oraclePx":"164.95","markPx":"164.9","midPx":null,"impactPxs":null}}}"#;
    let seen = frame(text).join("");
    assert!(seen.starts_with("Reference { market: MarketId(0)"), "{seen}");
    assert!(seen.contains("164.9") && seen.contains("164.95"), "{seen}");
    assert!(seen.contains("Context { market: MarketId(0), funding_e8: 1250,"), "{seen}");
    assert!(seen.contains("688.11"), "{seen}");
    let text = r#"{"channel":"orderUpdates","data":[{"order":{"coin":"SOL","side":"B",
        "limitPx":"164.5","sz":"1","oid":3,"timestamp":5,"origSz":"1"},
        "status":"scheduledCancel","statusTimestamp":6}]}"#;
    assert!(frame(text).join("").contains("state: Scheduled"));
}

/// What is left of an order is not what it was placed for: of one that was partly filled and then
/// cancelled that would say that nothing has traded.
#[test]
fn an_order_without_its_original_size_is_not_read_unless_it_is_filled() {
    let update = |original: &str, status: &str| {
        frame(&format!(
            r#"{{"channel":"orderUpdates","data":[{{"order":{{"coin":"SOL","side":"B","limitPx":"164.5",
            "sz":"0.28","oid":3,"timestamp":5,"origSz":{original}}},"status":"{status}",
            "statusTimestamp":6}}]}}"#
        ))
        .join("")
    };
    assert!(update("\"3.62\"", "canceled").contains("original: Size(3.62), remaining: Size(0.28)"));
    for status in ["canceled", "open", "scheduledCancel"] {
        let seen = update("null", status);
        assert_eq!(seen, r#"Unreadable { what: "order_without_original_size" }"#, "{status}");
    }
    assert!(update("null", "filled").contains("remaining: Size(0)"));
}

#[test]
fn an_order_of_ours_in_a_market_that_is_not_ours_is_seen_and_can_be_cancelled_by_its_number() {
    let mut adapter = adapter().watching(hl_engine::CloidTag::default());
    let ours = "0x6d6d686c000000000000000000000007";
    let theirs = "0x00000000000000000000000000000007";
    let mut say = |coin: &str, cloid: &str| {
        let text = format!(
            r#"{{"channel":"orderUpdates","data":[{{"order":{{"coin":"{coin}","side":"B","limitPx":"1.5",
            "sz":"8","oid":3,"timestamp":5,"origSz":"8","cloid":"{cloid}"}},"status":"open",
            "statusTimestamp":6}}]}}"#
        );
        let mut scratch = Scratch::default();
        let message = Message::parse(&text, &mut scratch).unwrap();
        let mut seen = Vec::new();
        adapter.message(&message, &mut |input| {
            if let Input::Order(update) = input {
                seen.push(update.market);
            }
        });
        seen
    };
    assert_eq!(say("WLFI", theirs), [], "somebody else's");
    assert_eq!(say("WLFI", ours), [MarketId(2)]);
    assert_eq!(say("XRP", ours), [MarketId(3)]);
    assert_eq!(say("WLFI", ours), [MarketId(2)], "as before");
    let strays: Vec<_> = adapter.strays().map(|(market, coin)| (market, coin.to_owned())).collect();
    assert_eq!(strays, [(MarketId(2), "WLFI".to_owned()), (MarketId(3), "XRP".to_owned())]);
    let cancel = hl_engine::CancelOrder { market: MarketId(2), cloid: Cloid(7) };
    let orders = [cancel].into_iter().collect();
    let command = Command::Cancel { request: RequestId(1), orders };
    assert_eq!(adapter.action(&command), None, "nobody knows its number yet");
    let config = hl_specs::SpecCacheConfig::default();
    let mut cache = hl_specs::SpecCache::new(config, hl_specs::Overrides::default()).unwrap();
    let meta = r#"{"universe":[{"name":"BTC","szDecimals":5,"maxLeverage":40},
        {"name":"WLFI","szDecimals":0,"maxLeverage":5}]}"#;
    let meta: info::Meta = serde_json::from_str(meta).unwrap();
    let universe = hl_specs::Universe::builder().perps(&meta).build().unwrap();
    let ticket = cache.begin_fetch(Millis(5), hl_specs::Want::Now).unwrap();
    cache.complete(ticket, universe, Millis(6)).unwrap();
    assert_eq!(adapter.renumber(MarketId(2), &cache.lookup("WLFI", Millis(7))), Some(AssetId(1)));
    let json = serde_json::to_string(&adapter.action(&command).unwrap()).unwrap();
    assert!(json.contains(r#""asset":1"#), "{json}");
}

#[test]
fn actions_name_markets_by_the_numbers_last_read() {
    let mut adapter = adapter();
    let config = hl_specs::SpecCacheConfig::default();
    let mut cache = hl_specs::SpecCache::new(config, hl_specs::Overrides::default()).unwrap();
    let meta = r#"{"universe":[{"name":"SOL","szDecimals":2,"maxLeverage":20},
        {"name":"BTC","szDecimals":5,"maxLeverage":40}]}"#;
    let meta: info::Meta = serde_json::from_str(meta).unwrap();
    let universe = hl_specs::Universe::builder().perps(&meta).build().unwrap();
    let ticket = cache.begin_fetch(Millis(5), hl_specs::Want::Now).unwrap();
    cache.complete(ticket, universe, Millis(6)).unwrap();
    assert_eq!(adapter.renumber(SOL, &cache.lookup("SOL", Millis(7))), Some(AssetId(0)));
    assert_eq!(adapter.renumber(SOL, &cache.lookup("SOL", Millis(7))), None, "no news");
    assert_eq!(adapter.renumber(SOL, &cache.lookup("NONE", Millis(7))), None, "not listed");
    assert_eq!(adapter.asset(SOL), Some(AssetId(0)));
}

#[test]
fn a_trade_without_its_number_is_not_counted_and_the_question_is_asked_again() {
    let fill = r#"{"coin":"SOL","px":"150","sz":"1","side":"B","time":7,"startPosition":"0",
        "dir":"Open Long","closedPnl":"0","hash":"0x0000000000000000000000000000000000000000000000000000000000000000",
        "oid":9,"crossed":false,"fee":"0.01","tid":5}"#;
    let read = |text: &str| {
        let fills: Vec<info::Fill> = serde_json::from_str(&format!("[{text}]")).unwrap();
        one(|adapter, sink| adapter.fills(RequestId(3), &fills, sink))
    };
    assert!(read(fill).contains("tid: 5"));
    let without = read(&fill.replace(r#","tid":5"#, ""));
    assert!(without.contains("fill_without_tid") && !without.contains("tid: 0"), "{without}");
    assert!(without.ends_with("QueryFailed { request: RequestId(3) }"), "{without}");
}

#[test]
fn funding_and_what_positions_are_worth_reach_the_record_with_their_signs() {
    let text = r#"{"channel":"userFundings","data":{"isSnapshot":true,"user":
        "0x0000000000000000000000000000000000000001","fundings":[
        {"time":3600007,"coin":"SOL","usdc":"-0.012345","szi":"2","fundingRate":"0.0000125"},
        {"time":3600007,"coin":"NONE","usdc":"9","szi":"2","fundingRate":"0.0000125"},
        {"time":7200011,"coin":"SOL","usdc":"0.5","szi":"-2","fundingRate":"0.0000125"}]}}"#;
    let seen = frame(text);
    assert_eq!(seen.len(), 2, "{seen:?}");
    assert!(seen[0].starts_with("Funding(Funding { market: MarketId(0), time: Millis(3600007)"));
    assert!(seen[0].contains("-0.012345") && seen[1].contains("amount: Usd(0.5)"), "{seen:?}");

    let state = r#"{"assetPositions":[{"type":"oneWay","position":{"coin":"SOL","szi":"-2",
        "leverage":{"type":"cross","value":20},"entryPx":"150","positionValue":"300.02",
        "unrealizedPnl":"-0.02","returnOnEquity":"0","marginUsed":"15","maxLeverage":20}}],
        "marginSummary":{"accountValue":"900","totalNtlPos":"300.02","totalRawUsd":"1200.02",
        "totalMarginUsed":"15"},"crossMarginSummary":{"accountValue":"900","totalNtlPos":"300.02",
        "totalRawUsd":"1200.02","totalMarginUsed":"15"},"time":7}"#;
    let state: info::ClearinghouseState = serde_json::from_str(state).unwrap();
    let seen = one(|adapter, sink| adapter.account(RequestId(3), &state, sink));
    assert!(seen.contains("-300.02"), "a short is worth less than nothing: {seen}");
}
