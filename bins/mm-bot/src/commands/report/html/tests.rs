//! The page of hostile names, of nothing, and of very long journals.

use hl_engine::{
    AccountMoney, Fill, Input, Level, Liquidity, MarketId, Pair, Position, RequestId, Usd,
};
use hl_journal::chart::Charts;
use hl_journal::profit::Profit;
use hl_journal::report::{Recorded, Scope};
use hl_quant::{Millis, Side, SignedSize};
use hl_wire::Oid;
use serde_json::{Value, json};

use super::Page;

const HOSTILE: &str = "</script><script>alert(1)</script>&'<b>";

/// Two documents and a trade in a market of this name, and so many books.
fn kept(name: &str, books: u64) -> (Profit, Charts) {
    let pairs = [Pair::new(name)];
    let (mut profit, mut charts) = (Profit::new(), Charts::default());
    profit.run(&pairs);
    charts.run(&pairs);
    let (market, request) = (MarketId(0), RequestId(1));
    let mut feed = |at: u64, input: Input<'_>| {
        profit.feed(Millis(at), &input);
        charts.feed(Millis(at), &input);
    };
    let money = AccountMoney::idle(Usd::from_e8(100_000_000_000));
    feed(1, Input::Account { request, time: Millis(1), positions: &[], money });
    for n in 0..books {
        let level = |cents: u64| Level {
            price: format!("{}.{:02}", 100 + (n * 7_919) % 37, cents).parse().unwrap(),
            size: "1".parse().unwrap(),
        };
        let (bids, asks) = ([level(10)], [level(12)]);
        let time = Millis(10 + n * 250);
        feed(time.0, Input::Book { market, time, bids: &bids, asks: &asks });
    }
    let fill = Fill {
        market,
        time: Millis(11),
        tid: 1,
        oid: Oid(1),
        cloid: None,
        side: Side::Bid,
        price: "100".parse().unwrap(),
        size: "1".parse().unwrap(),
        liquidity: Liquidity::Maker,
        fee: Usd::ZERO,
        start_position: SignedSize::ZERO,
    };
    feed(12, Input::Fill(fill));
    let size = "1".parse().unwrap();
    let positions = [Position { market, size, value: Usd::from_e8(10_000_000_000) }];
    let end = 20 + books * 250;
    feed(end, Input::Account { request, time: Millis(end), positions: &positions, money });
    profit.told_through(Millis(end));
    (profit, charts)
}

fn page(name: &str, books: u64) -> (String, Value) {
    let (profit, charts) = kept(name, books);
    let statement = profit.statement();
    assert!(statement.reconciles(), "{:?}", statement.breaks);
    let mut json = Recorded::new(Scope::all()).finish().json("all");
    json["profit"] = statement.json();
    json["broken"] = json!([format!("journal {name}: torn")]);
    let recorded = Some((&profit, &statement, &charts));
    (Page { label: name, json: &json, recorded }.html(), json)
}

#[test]
fn a_hostile_name_stays_text() {
    let (html, json) = page(HOSTILE, 50);
    let name = Pair::new(HOSTILE);
    assert!(json["profit"]["markets"][name.as_str()].is_object(), "it is there");
    assert!(!html.contains("<script>alert"), "it cannot become an element");
    assert!(!html.contains("<b>&"), "nor end one");
    assert!(html.contains("&lt;/script&gt;&lt;script&gt;alert(1)"));
    assert_eq!(html.matches("<script").count(), 1);
    assert_eq!(html.matches("</script>").count(), 1);
    let data = html.split("id=\"report\">").nth(1).unwrap().split("</script>").next().unwrap();
    assert_eq!(serde_json::from_str::<Value>(data).unwrap(), json);
}

#[test]
fn a_journal_of_any_length_makes_a_page_of_bounded_length_that_keeps_extremes() {
    let (short, _) = page("SOL", 2_000);
    let (long, _) = page("SOL", 400_000);
    // Four curves of at most 300 stretches with four points each.
    assert!(long.len() < 100_000, "{}", long.len());
    for html in [short, long] {
        assert!(html.contains("<span>136.11</span>"), "the highest mid");
        assert!(html.contains("<span>100.11</span>"), "the lowest");
    }
}

#[test]
fn a_log_alone_makes_a_page_without_plots() {
    let mut json = Recorded::new(Scope::all()).finish().json("all");
    json["broken"] = json!([]);
    let html = Page { label: "all", json: &json, recorded: None }.html();
    assert!(html.contains("No evidence:") && html.contains("no attempts"));
    assert!(!html.contains("<svg") && html.ends_with("</html>\n"));
}
