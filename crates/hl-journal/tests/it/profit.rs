//! The parts of the money, one rule at a time. Against a whole exchange: `hl-world`, tests/it/profit.

use hl_engine::{
    AccountMoney, Fill, Funding, Input, Level, Liquidity, MarketId, Pair, Position, RequestId,
    Transfer, Usd,
};
use hl_journal::profit::{Hour, Profit, Statement};
use hl_quant::{Millis, Side, SignedSize};
use hl_wire::Oid;

const HOUR: u64 = 3_600_000;
const SOL: MarketId = MarketId(0);

fn usd(cents: i64) -> Usd {
    Usd::from_e8(cents * 1_000_000)
}

struct Book {
    profit: Profit,
}

impl Book {
    fn new() -> Self {
        let mut profit = Profit::new();
        profit.run(&[Pair::new("SOL"), Pair::new("BTC")]);
        Self { profit }
    }

    fn account(&mut self, time: u64, cents: i64, held: &[(&str, i64)]) {
        let position = |(size, worth): &(&str, i64)| Position {
            market: SOL,
            size: size.parse().unwrap(),
            value: usd(*worth),
        };
        let positions: Vec<Position> = held.iter().map(position).collect();
        let (request, money) = (RequestId(1), AccountMoney::idle(usd(cents)));
        let input = Input::Account { request, time: Millis(time), positions: &positions, money };
        self.profit.feed(Millis(time + 20), &input);
    }

    /// The mid is halfway between these.
    fn touch(&mut self, time: u64, bid: &str, ask: &str) {
        let level =
            |price: &str| Level { price: price.parse().unwrap(), size: "5".parse().unwrap() };
        let (bids, asks) = ([level(bid)], [level(ask)]);
        let input = Input::Book { market: SOL, time: Millis(time), bids: &bids, asks: &asks };
        self.profit.feed(Millis(time + 20), &input);
    }

    fn mark(&mut self, time: u64, mark: &str) {
        let mark = Some(mark.parse().unwrap());
        self.profit.feed(Millis(time), &Input::Reference { market: SOL, mark, oracle: None });
    }

    fn trade(&mut self, time: u64, tid: u64, side: Side, price: &str, size: &str, fee: i64) {
        let fill = Fill {
            market: SOL,
            time: Millis(time),
            tid,
            oid: Oid(tid),
            cloid: None,
            side,
            price: price.parse().unwrap(),
            size: size.parse().unwrap(),
            liquidity: Liquidity::Maker,
            fee: usd(fee),
            start_position: SignedSize::ZERO,
        };
        self.profit.feed(Millis(time + 20), &Input::Fill(fill));
    }

    fn moved(&mut self, entries: &[(u64, i64)]) {
        let transfer =
            |(time, cents): &(u64, i64)| Transfer { time: Millis(*time), amount: usd(*cents) };
        let transfers: Vec<Transfer> = entries.iter().map(transfer).collect();
        let input = Input::Ledger { request: RequestId(1), transfers: &transfers };
        self.profit.feed(Millis(0), &input);
    }

    fn statement(&mut self, through: u64) -> Statement {
        self.profit.told_through(Millis(through));
        self.profit.statement()
    }
}

#[test]
fn a_position_that_was_there_before_counts_from_the_first_document() {
    let mut book = Book::new();
    book.account(1_000, 100_000, &[("3", 45_000)]);
    // Three at 150; the mark rises by one, and one is sold at 151 with the mid at 151.
    book.touch(2_000, "150.9", "151.1");
    book.trade(3_000, 1, Side::Ask, "151", "1", 2);
    book.account(4_000, 100_298, &[("2", 30_200)]);
    let statement = book.statement(5_000);
    assert!(statement.reconciles(), "{:?}", statement.breaks);
    assert_eq!(statement.total.inventory, usd(300));
    assert_eq!((statement.total.spread, statement.total.fees), (Usd::ZERO, usd(2)));
    assert_eq!(statement.markets["SOL"].start, (300_000_000, usd(45_000)));
    assert_eq!(statement.markets.len(), 1, "nothing happened in BTC");
}

#[test]
fn hours_meet_at_the_mark_of_their_edge() {
    let mut book = Book::new();
    book.account(HOUR - 10_000, 100_000, &[("2", 30_000)]);
    book.mark(HOUR - 9_000, "155");
    // The first word of the new hour does not change what stood at the edge.
    book.mark(HOUR + 5, "170");
    book.account(HOUR + 10_000, 102_000, &[("2", 32_000)]);
    let statement = book.statement(HOUR + 10_000);
    assert!(statement.reconciles());
    let hours: Vec<_> =
        statement.hours.iter().map(|(hour, parts)| (*hour, parts.inventory)).collect();
    assert_eq!(hours, [(Hour(0), usd(1_000)), (Hour(1), usd(1_000))]);
    // Hours in which nothing was said end where they began.
    let mut book = Book::new();
    book.account(1, 100_000, &[("2", 30_000)]);
    book.account(4 * HOUR + 1, 102_000, &[("2", 32_000)]);
    let statement = book.statement(5 * HOUR);
    let hours: Vec<_> = statement.hours.values().map(|parts| parts.inventory).collect();
    assert_eq!(hours, [Usd::ZERO, Usd::ZERO, Usd::ZERO, Usd::ZERO, usd(2_000)]);
}

#[test]
fn a_trade_that_is_told_late_heals_the_document_that_lacked_it() {
    let mut book = Book::new();
    book.touch(500, "149.9", "150.1");
    book.account(1_000, 100_000, &[]);
    book.account(3_000, 100_009, &[("1", 15_010)]);
    book.account(5_000, 100_009, &[("1", 15_010)]);
    let before = book.statement(6_000);
    assert!(!before.reconciles());
    assert_eq!(before.breaks.len(), 1);
    // Its cash, 150 dollars and a cent for the fee, and the position, are named.
    assert_eq!(before.breaks[0].amount, usd(-15_001));
    assert_eq!(before.breaks[0].positions, [("SOL".to_owned(), 0, 100_000_000)]);
    let text = before.breaks[0].to_string();
    assert!(text.contains("SOL is 1, by its trades 0"), "{text}");
    book.trade(2_000, 1, Side::Bid, "150", "1", 1);
    let after = book.statement(6_000);
    assert!(after.reconciles(), "{:?}", after.breaks);
    assert_eq!(after.total.inventory, usd(10));
}

#[test]
fn what_lies_before_the_first_document_or_after_the_last_does_not_count() {
    let mut book = Book::new();
    book.trade(900, 1, Side::Bid, "150", "1", 1);
    book.account(1_000, 100_000, &[("1", 15_000)]);
    book.trade(1_000, 2, Side::Bid, "150", "1", 1);
    book.account(3_000, 100_000, &[("1", 15_000)]);
    book.trade(3_001, 3, Side::Ask, "150", "1", 1);
    let statement = book.statement(9_000);
    assert!(statement.reconciles(), "{:?}", statement.breaks);
    assert_eq!((statement.total.fills(), statement.documents), (0, (2, 0)));
}

#[test]
fn a_document_waits_until_everything_before_it_has_been_told() {
    let mut book = Book::new();
    book.account(1_000, 100_000, &[]);
    book.account(3_000, 85_000, &[]);
    assert_eq!(book.profit.statement().documents, (1, 1));
    assert!(!book.profit.statement().reconciles(), "one document proves nothing");
    assert!(book.profit.statement().doubts()[0].contains("fewer than two documents"));
    let statement = book.statement(2_999);
    assert_eq!(statement.documents, (1, 1));
    assert_eq!(book.statement(3_000).difference(), usd(-15_000));
}

#[test]
fn a_transfer_counts_once_however_often_it_is_read_and_two_alike_count_twice() {
    let mut book = Book::new();
    book.account(1_000, 100_000, &[]);
    book.moved(&[(2_000, 500)]);
    book.moved(&[(2_000, 500), (2_000, 500), (2_500, -300)]);
    book.moved(&[(2_000, 500), (2_500, -300)]);
    book.account(3_000, 100_700, &[]);
    let statement = book.statement(4_000);
    assert!(statement.reconciles(), "{:?}", statement.breaks);
    assert_eq!((statement.transferred(), statement.total.sum()), (usd(700), Usd::ZERO));
}

#[test]
fn funding_counts_once_an_hour_and_market() {
    let mut book = Book::new();
    book.account(1_000, 100_000, &[]);
    for market in [SOL, SOL, MarketId(1)] {
        let funding = Funding { market, time: Millis(HOUR + 40), amount: usd(-7) };
        book.profit.feed(Millis(HOUR + 60), &Input::Funding(funding));
    }
    book.account(HOUR + 1_000, 99_986, &[]);
    let statement = book.statement(2 * HOUR);
    assert!(statement.reconciles(), "{:?}", statement.breaks);
    assert_eq!(statement.hours[&Hour(1)].funding, usd(-14));
    assert_eq!(statement.markets["BTC"].total.funding, usd(-7));
}

#[test]
fn markouts_look_at_the_mid_that_stood_at_their_moment_and_do_not_count() {
    let mut book = Book::new();
    book.account(0, 100_000, &[]);
    book.touch(9_900, "149.9", "150.1");
    book.trade(10_000, 1, Side::Bid, "149.9", "1", 0);
    // After one second 150.3, after five 150.5, then the stream is silent for a minute and more.
    book.touch(10_999, "150.2", "150.4");
    book.touch(11_001, "151.9", "152.1");
    book.touch(14_000, "150.4", "150.6");
    book.touch(15_001, "140", "140.2");
    book.touch(99_000, "140", "140.2");
    book.account(100_000, 100_010, &[("1", 15_000)]);
    let statement = book.statement(100_000);
    assert!(statement.reconciles());
    let total = &statement.total;
    let sums = total.markouts.map(|markout| (markout.sum, markout.fills));
    assert_eq!(sums, [(usd(40), 1), (usd(60), 1), (Usd::ZERO, 0), (Usd::ZERO, 0)]);
    assert_eq!(total.spread, usd(10));
    assert_eq!(total.markouts[0].ppm(), Some(2_668), "40 cents of 149.9 dollars");
    let text = statement.text("all", &|_| true);
    assert!(text.contains("markout_bps_all: SOL 0s=6.67 1s=26.68 5s=40.02\n"), "{text}");
}

#[test]
fn the_rates_that_were_charged_are_told_apart_and_a_rebate_is_no_fee() {
    let mut book = Book::new();
    book.account(0, 100_000, &[]);
    // 2 and then 1 hundredths of a percent, and half of that back.
    book.trade(1, 1, Side::Bid, "100", "1", 2);
    book.trade(2, 2, Side::Ask, "100", "1", 1);
    book.trade(3, 3, Side::Bid, "200", "1", -1);
    book.trade(4, 4, Side::Ask, "200", "1", -1);
    book.account(5, 99_999, &[]);
    let statement = book.statement(6);
    assert!(statement.reconciles(), "{:?}", statement.breaks);
    assert_eq!((statement.total.fees, statement.total.rebates), (usd(3), usd(2)));
    let rates: Vec<_> =
        statement.tiers.iter().map(|((_, rate), tier)| (*rate, tier.fills)).collect();
    assert_eq!(rates, [(-50, 2), (100, 1), (200, 1)]);
    let text = statement.text("all", &|_| true);
    assert!(text.contains("fees_by_tier_all: maker_bps=-0.50 fills=2 volume=400"), "{text}");
}

#[test]
fn a_run_with_other_markets_goes_on_with_the_same_account() {
    let mut book = Book::new();
    book.account(1_000, 100_000, &[("1", 15_000)]);
    // Restarted: what was market 0 is market 1 now. It has traded meanwhile.
    book.profit.run(&[Pair::new("BTC"), Pair::new("SOL")]);
    let fill = Fill {
        market: MarketId(1),
        time: Millis(2_000),
        tid: 9,
        oid: Oid(9),
        cloid: None,
        side: Side::Ask,
        price: "150".parse().unwrap(),
        size: "1".parse().unwrap(),
        liquidity: Liquidity::Maker,
        fee: usd(1),
        start_position: "1".parse().unwrap(),
    };
    book.profit.feed(Millis(3_000), &Input::Fills { request: None, fills: &[fill, fill] });
    book.account(4_000, 99_999, &[]);
    let statement = book.statement(5_000);
    assert!(statement.reconciles(), "{:?}", statement.breaks);
    assert_eq!(statement.markets.keys().collect::<Vec<_>>(), ["SOL"]);
}

#[test]
fn the_same_numbers_stand_in_the_lines_and_in_the_json() {
    let mut book = Book::new();
    book.account(1_000, 100_000, &[]);
    book.trade(2_000, 1, Side::Bid, "150", "1", 1);
    book.account(3_000, 100_100, &[("1", 15_050)]);
    let statement = book.statement(4_000);
    let json = statement.json();
    assert_eq!(json["difference"], "0.51");
    assert_eq!(json["reconciles"], false);
    assert_eq!(json["breaks"][0]["amount"], "0.51");
    let text = statement.text("last_24h", &|_| true);
    assert!(text.contains(" transfers=0 difference=0.51\n"), "{text}");
    assert!(text.contains("doubt_last_24h: profit: 0.51 not accounted for\n"), "{text}");
    assert!(!statement.text("all", &|pair| pair == "BTC").contains(": SOL "));
}
