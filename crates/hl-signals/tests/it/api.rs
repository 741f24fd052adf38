use hl_quant::Millis;
use hl_signals::nansen::{Endpoint, Gathered, HOLDINGS, MAX_ANSWER_BYTES, NETFLOW, PERP_TRADES};

const NOW: Millis = Millis(1_762_252_867_000);

fn netflow(symbol: &str, address: &str, flow: f64, cap: f64) -> String {
    format!(
        r#"{{"token_address":"{address}","token_symbol":"{symbol}","net_flow_1h_usd":1.0,"net_flow_24h_usd":{flow},"net_flow_7d_usd":2.0,"net_flow_30d_usd":3.0,"chain":"ethereum","token_sectors":["DeFi"],"trader_count":50,"token_age_days":365,"market_cap_usd":{cap}}}"#
    )
}

fn trade(symbol: &str, side: &str, action: &str, value: f64, time: &str) -> String {
    format!(
        r#"{{"trader_address_label":"Fund","trader_address":"0xabc","token_symbol":"{symbol}","side":"{side}","action":"{action}","token_amount":1.5,"price_usd":100.0,"value_usd":{value},"type":"Market","block_timestamp":"{time}","transaction_hash":"0x123"}}"#
    )
}

fn holding(symbol: &str, address: &str, value: f64, change: &str) -> String {
    format!(
        r#"{{"chain":"ethereum","token_address":"{address}","token_symbol":"{symbol}","token_sectors":[],"value_usd":{value},"balance_24h_percent_change":{change},"holders_count":9,"share_of_holdings_percent":0.1,"token_age_days":3,"market_cap_usd":1e9}}"#
    )
}

fn page(rows: &[String]) -> Vec<u8> {
    let rows = rows.join(",");
    format!(r#"{{"data":[{rows}],"pagination":{{"page":1,"per_page":200,"is_last_page":true}}}}"#)
        .into_bytes()
}

fn take(gathered: &mut Gathered, endpoint: Endpoint, rows: &[String]) {
    gathered.take(endpoint, &page(rows)).unwrap();
}

#[test]
fn three_answers_make_one_token() {
    let mut all = Gathered::default();
    assert_eq!(all.opinion("SOL", NOW), None);
    take(&mut all, NETFLOW[0], &[netflow("SOL", "0x1", 125_000.0, 1e9)]);
    let alone = all.opinion("SOL", NOW).unwrap();
    let expected = 0.3 * libm_tanh(1.25);
    assert!((alone.value.get() - expected).abs() < 1e-12);
    assert!((alone.confidence.get() - 0.3).abs() < 1e-12, "one number of three");
    assert_eq!(alone.source_time, NOW);
    // Bought 150k, sold 50k, and 100k of doubt: (150 + 50) / 300.
    let time = "2025-11-04T10:00:00Z";
    let trades = [
        trade("SOL", "Long", "Buy - Open Long", 100_000.0, time),
        trade("SOL", "Short", "Close", 50_000.0, time),
        trade("SOL", "Long", "Reduce", 50_000.0, time),
    ];
    take(&mut all, PERP_TRADES, &trades);
    let held = [holding("SOL", "0x1", 3e6, "0.1"), holding("SOL", "0x2", 1e6, "-0.1")];
    take(&mut all, HOLDINGS, &held);
    let whole = all.opinion("SOL", NOW).unwrap();
    let (ratio, change) = (200.0 / 300.0, 0.05);
    let expected = 0.4 * (ratio - 0.5) * 2.0 + expected + 0.3 * libm_tanh(change / 0.1);
    assert!((whole.value.get() - expected).abs() < 1e-12);
    assert!((whole.confidence.get() - 1.0).abs() < 1e-12);
    assert_ne!(whole.content, alone.content);
    assert_eq!(all.refused(), 0);
}

fn libm_tanh(x: f64) -> f64 {
    x.tanh()
}

#[test]
fn trades_alone_are_as_old_as_the_newest_of_them() {
    for (text, ms) in [
        ("2025-11-04T10:41:07Z", 1_762_252_867_000),
        ("2025-11-04 10:41:07", 1_762_252_867_000),
        ("2025-11-04T10:41:07.123456", 1_762_252_867_000),
        ("2025-11-04T10:41:07+00:00", 1_762_252_867_000),
        ("2024-02-29T00:00:00Z", 1_709_164_800_000),
        ("2100-03-01T00:00:00Z", 4_107_542_400_000),
        ("2001-09-10T00:00:00Z", 1_000_080_000_000),
    ] {
        let mut all = Gathered::default();
        let rows = [
            trade("SOL", "Long", "Add", 1.0, "2001-09-10T00:00:00Z"),
            trade("SOL", "Long", "Add", 1.0, text),
            trade("SOL", "Long", "Add", 1.0, "2001-09-10T00:00:00Z"),
        ];
        take(&mut all, PERP_TRADES, &rows);
        assert_eq!(all.opinion("SOL", NOW).unwrap().source_time, Millis(ms), "{text}");
    }
}

#[test]
fn rows_that_make_no_sense_are_counted_and_passed_over() {
    let time = "2025-11-04T10:00:00Z";
    let bad = [
        trade("SOL", "Long", "Liquidate", 1.0, time),
        trade("SOL", "Flat", "Open", 1.0, time),
        trade("SOL", "Long", "Sell - Open Long", 1.0, time),
        trade("SOL", "Long", "Buy - Close Long", 1.0, time),
        trade("SOL", "Long", "Swap - Open Long", 1.0, time),
        trade("SOL", "Long", "Open", -1.0, time),
        trade("SOL", "Long", "Open", 1.0, "2025-13-04T10:00:00Z"),
        trade("SOL", "Long", "Open", 1.0, "2025-11-00T10:00:00Z"),
        trade("SOL", "Long", "Open", 1.0, "2025-11-32T10:00:00Z"),
        trade("SOL", "Long", "Open", 1.0, "2025-00-04T10:00:00Z"),
        trade("SOL", "Long", "Open", 1.0, "2025-11-04T24:00:00Z"),
        trade("SOL", "Long", "Open", 1.0, "2025-11-04T10:60:00Z"),
        trade("SOL", "Long", "Open", 1.0, "2025-11-04T10:00:60Z"),
        trade("SOL", "Long", "Open", 1.0, "2025-11-04T10:00:00:00Z"),
        trade("SOL", "Long", "Open", 1.0, "+025-11-04T10:00:00Z"),
        trade("SOL", "Long", "Open", 1.0, "1999-11-04T10:00:00Z"),
        trade("SOL", "Long", "Open", 1.0, "yesterday"),
    ];
    let mut all = Gathered::default();
    take(&mut all, PERP_TRADES, &bad);
    assert_eq!((all.refused(), all.opinion("SOL", NOW)), (17, None));
    take(&mut all, NETFLOW[1], &[netflow("SOL", "0x1", -2e12, 1e9)]);
    take(
        &mut all,
        HOLDINGS,
        &[holding("SOL", "0x1", 1.0, "-1.1"), holding("SOL", "0x1", -1.0, "0")],
    );
    assert_eq!((all.refused(), all.opinion("SOL", NOW)), (20, None));
    // A change that is not known is not refused.
    take(&mut all, HOLDINGS, &[holding("SOL", "0x1", 1.0, "null")]);
    assert_eq!((all.refused(), all.opinion("SOL", NOW)), (20, None));
}

#[test]
fn a_row_counts_once_and_a_token_that_is_worth_nothing_not_at_all() {
    let mut all = Gathered::default();
    let sol = netflow("SOL", "0x1", 50_000.0, 1e7);
    take(&mut all, NETFLOW[0], &[sol.clone(), netflow("SOL", "0xfake", 9e6, 9.9e6)]);
    take(&mut all, NETFLOW[1], &[sol, netflow("SOL", "0x2", 75_000.0, 1e9)]);
    let value = all.opinion("SOL", NOW).unwrap().value.get();
    assert!((value - 0.3 * libm_tanh(1.25)).abs() < 1e-12, "{value}");
}

#[test]
fn a_thousand_of_a_coin_is_found_under_the_coins_own_name() {
    let mut all = Gathered::default();
    take(&mut all, NETFLOW[0], &[netflow("PEPE", "0x1", 1e5, 1e9), netflow("as", "0x2", 1e5, 1e9)]);
    assert!(all.opinion("kPEPE", NOW).is_some());
    assert!(all.opinion("KPEPE", NOW).is_none());
    assert!(all.opinion("kas", NOW).is_none(), "not a thousand of `as`");
}

#[test]
fn an_answer_that_is_not_as_documented_is_refused_and_changes_nothing() {
    let mut all = Gathered::default();
    let renamed = page(&[netflow("SOL", "0x1", 1.0, 1e9).replace("net_flow_24h_usd", "netflow")]);
    assert!(all.take(NETFLOW[0], &renamed).is_err());
    for bytes in [&b"{}"[..], b"[]", b"", b"{\"data\":null}", b"{\"error\":\"rate limited\"}"] {
        assert!(all.take(NETFLOW[0], bytes).is_err());
    }
    let long = vec![b' '; MAX_ANSWER_BYTES + 1];
    assert!(all.take(NETFLOW[0], &long).unwrap_err().to_string().contains("bytes"));
    let mut full = br#"{"data":[]}"#.to_vec();
    full.resize(MAX_ANSWER_BYTES, b' ');
    assert_eq!(all.take(NETFLOW[0], &full), Ok(()));
    let many = vec![holding("A", "0x1", 1.0, "0"); 1_001];
    assert!(all.take(HOLDINGS, &page(&many)).is_err());
    assert_eq!(all.opinion("SOL", NOW), None);
}

#[test]
fn what_is_asked_is_what_the_documentation_describes() {
    let chains = ["ethereum".to_owned(), "solana".to_owned()];
    let asked: Vec<_> = Endpoint::all().map(|e| (e.path, e.body(&chains))).collect();
    let expected = [
        (
            "/api/v1/smart-money/netflow",
            r#"{"chains":["ethereum","solana"],"filters":{"include_native_tokens":true,"include_smart_money_labels":["Fund","Smart Trader"],"include_stablecoins":false},"order_by":[{"direction":"DESC","field":"net_flow_24h_usd"}],"pagination":{"page":1,"per_page":200}}"#,
        ),
        (
            "/api/v1/smart-money/netflow",
            r#"{"chains":["ethereum","solana"],"filters":{"include_native_tokens":true,"include_smart_money_labels":["Fund","Smart Trader"],"include_stablecoins":false},"order_by":[{"direction":"ASC","field":"net_flow_24h_usd"}],"pagination":{"page":1,"per_page":200}}"#,
        ),
        (
            "/api/v1/smart-money/perp-trades",
            r#"{"filters":{"include_smart_money_labels":["Fund","Smart Trader"]},"order_by":[{"direction":"DESC","field":"block_timestamp"}],"pagination":{"page":1,"per_page":200}}"#,
        ),
        (
            "/api/v1/smart-money/holdings",
            r#"{"chains":["ethereum","solana"],"filters":{"include_native_tokens":true,"include_smart_money_labels":["Fund","Smart Trader"],"include_stablecoins":false},"order_by":[{"direction":"DESC","field":"value_usd"}],"pagination":{"page":1,"per_page":200}}"#,
        ),
    ];
    for ((path, body), (want_path, want_body)) in asked.iter().zip(expected) {
        assert_eq!(*path, want_path);
        // Member order is a matter of how serde_json was built, and of no consequence.
        let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(read(body), read(want_body));
    }
}
