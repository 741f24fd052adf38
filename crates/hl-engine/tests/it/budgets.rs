//! The venue's budgets in the engine: who may spend, what a quote is worth, how long it lasts.

use hl_engine::{BudgetNews, Command, EventKind, Input, NoQuote, Operator, Query, Reply};
use hl_quant::{Notional, Side};
use hl_wire::RejectCode;

use crate::bench::{BTC, Bench, SOL, config, price};

fn orders(command: &Command) -> usize {
    match command {
        Command::Place { orders, .. } => orders.len(),
        Command::Modify { orders, .. } => orders.len(),
        Command::Cancel { orders, .. } => orders.len(),
        Command::Burn { .. } | Command::ScheduleCancel { .. } | Command::Leverage { .. } => 1,
        _ => 0,
    }
}

/// The weight of a command by the venue's own table.
fn weight(command: &Command) -> u64 {
    match command {
        Command::Reconcile { query: Query::Account | Query::Order { .. }, .. } => 2,
        Command::Reconcile { .. } | Command::FetchSpecs { .. } => 20,
        other => 1 + orders(other) as u64 / 40,
    }
}

#[test]
fn every_order_costs_a_request_and_every_dollar_traded_gives_one() {
    let mut bench = Bench::started(config());
    bench.run(10_000);
    bench.input(Input::RateLimit { used: 1_000, cap: 10_000 });
    bench.commands.clear();
    let left = bench.engine.requests_left().unwrap();
    bench.run(1_500);
    bench.touch(SOL, "165.1", "165.12");
    let spent: usize = bench.commands.iter().map(orders).sum();
    assert!(spent >= 2);
    assert_eq!(bench.engine.requests_left(), Some(left - spent as u64));
    let bid = bench.one(SOL, Side::Bid);
    bench.commands.clear();
    let left = bench.engine.requests_left().unwrap();
    bench.trade(&bid, "0.6");
    let spent: usize = bench.commands.iter().map(orders).sum();
    // 0.6 at about 164.7: 98 whole dollars.
    assert_eq!(bench.engine.requests_left(), Some(left + 98 - spent as u64));
}

#[test]
fn no_minute_weighs_more_than_our_share_whatever_happens() {
    let mut bench = Bench::new(config());
    bench.start();
    let mut spent: Vec<(u64, u64)> = Vec::new();
    for round in 0..900_u64 {
        // A storm: the stream comes and goes, prices jump, the venue answers nonsense.
        bench.commands.clear();
        if round % 3 == 0 {
            bench.input(Input::Connection(hl_engine::Connection::Down));
            bench.input(Input::Connection(hl_engine::Connection::Up));
        }
        let (bid, ask) = if round % 2 == 0 { ("164.89", "164.91") } else { ("168.1", "168.15") };
        bench.venue.touch.insert(SOL, (price(bid), price(ask)));
        bench.books();
        bench.pass(200);
        let sum: u64 = bench.commands.iter().map(weight).sum();
        spent.push((bench.now.0, sum));
    }
    for (start, _) in &spent {
        let minute = spent.iter().filter(|(at, _)| at >= start && *at < start + 60_000);
        let sum: u64 = minute.map(|(_, weight)| weight).sum();
        assert!(sum <= 1_040, "{sum} within a minute");
    }
    let total: u64 = spent.iter().map(|(_, weight)| weight).sum();
    assert!(total > 1_500, "the storm was one: {total}");
    // When it is over, everything is quoted again.
    bench.run(30_000);
    for market in [SOL, BTC] {
        assert_eq!(bench.engine.market(market).unwrap().why_not, None);
    }
}

#[test]
fn after_a_refusal_for_the_rate_cancels_come_first_and_quoting_waits_for_the_venues_count() {
    let mut bench = Bench::started(config());
    bench.run(2_000);
    bench.hold = |c| matches!(c, Command::Modify { .. });
    bench.touch(SOL, "165.1", "165.12");
    let modify = bench.held.remove(0);
    bench.reply(modify.request(), &[Reply::Rejected { code: RejectCode::Rate, bbo: None }; 2]);
    bench.hold = |_| false;
    bench.commands.clear();
    bench.input(Input::Timer);
    bench.operator(Operator::Halt);
    bench.pass(500);
    assert!(
        bench.commands.iter().any(|c| matches!(c, Command::Cancel { .. })),
        "within half a second"
    );
    assert_eq!(bench.venue.open().count(), 0);
    bench.operator(Operator::Resume);
    bench.run(40_000);
    assert_eq!(bench.engine.market(SOL).unwrap().why_not, Some(NoQuote::Budget));
    bench.input(Input::RateLimit { used: 100, cap: 10_000 });
    bench.run(1_000);
    assert_eq!(bench.live(SOL).len(), 2);
    let news: Vec<_> = bench.lines("budget_evt=");
    assert!(news.iter().any(|line| line.starts_with("budget_evt=throttled")), "{news:#?}");
    assert!(news.iter().any(|line| line.starts_with("budget_evt=free")), "{news:#?}");
}

#[test]
fn with_a_position_and_no_requests_to_spare_only_the_reducing_side_is_renewed() {
    let mut bench = Bench::started(config());
    bench.run(2_000);
    let bid = bench.one(SOL, Side::Bid);
    bench.trade(&bid, "0.6");
    // Below the reserve of 500, above what live orders need.
    bench.run(10_000);
    bench.input(Input::RateLimit { used: 8_800, cap: 10_000 });
    bench.run(1_000);
    assert_eq!(bench.engine.market(SOL).unwrap().why_not, None, "it can still be reduced");
    assert_eq!(bench.engine.market(BTC).unwrap().why_not, Some(NoQuote::Budget), "flat");
    let ask = bench.one(SOL, Side::Ask);
    bench.pass(1);
    bench.venue.take_away(ask.cloid);
    let others: Vec<_> =
        bench.live(SOL).into_iter().filter(|o| o.side == Side::Bid).map(|o| o.cloid).collect();
    for cloid in others {
        bench.venue.take_away(cloid);
    }
    bench.commands.clear();
    bench.run(3_000);
    let sides: Vec<_> = bench.live(SOL).iter().map(|order| order.side).collect();
    assert_eq!(sides, [Side::Ask], "sold, and not bought");
}

#[test]
fn a_timid_quote_is_moved_only_if_that_earns_its_request() {
    let moved = |worth_cents: u128| {
        let mut config = config();
        for market in &mut config.markets {
            market.spread.base_order = Notional::from_raw(worth_cents * 100_000_000_000_000);
        }
        let mut bench = Bench::started(config);
        bench.run(5_000);
        bench.commands.clear();
        // Five basis points: the bid is too timid, the ask too generous.
        bench.touch(SOL, "164.97", "164.99");
        bench.run(2_000);
        let bids = |c: &Command| match c {
            Command::Modify { orders, .. } => {
                orders.iter().filter(|o| o.new.market == SOL && o.new.side == Side::Bid).count()
            }
            _ => 0,
        };
        bench.commands.iter().map(bids).sum::<usize>()
    };
    assert_eq!(moved(10_000), 1, "100 dollars, 5 basis points, one in twenty: a quarter of a cent");
    assert_eq!(moved(1_500), 0, "15 dollars: less than the twentieth of a cent that it costs");
}

#[test]
fn with_a_short_runway_the_same_move_is_not_worth_it_and_the_line_says_why() {
    let mut bench = Bench::started(config());
    bench.input(Input::RateLimit { used: 0, cap: 10_000 });
    // A restless market: about two orders a second.
    for round in 0..300 {
        let (bid, ask) = if round % 2 == 0 { ("164.4", "164.42") } else { ("165.4", "165.42") };
        bench.touch(SOL, bid, ask);
        bench.run(1_500);
    }
    bench.touch(SOL, "164.89", "164.91");
    bench.run(3_000);
    let view = bench.engine.budget();
    assert!(view.runway_ms.unwrap() < 12 * 3_600_000, "{view:?}");
    bench.input(Input::RateLimit { used: 8_000, cap: 10_000 });
    bench.commands.clear();
    bench.touch(SOL, "164.97", "164.99");
    bench.run(2_000);
    let bids = |c: &Command| match c {
        Command::Modify { orders, .. } => {
            orders.iter().filter(|o| o.new.market == SOL && o.new.side == Side::Bid).count()
        }
        _ => 0,
    };
    assert_eq!(bench.commands.iter().map(bids).sum::<usize>(), 0, "{:?}", bench.engine.budget());
    let runway = bench.events.iter().rev().find_map(|event| match &event.kind {
        EventKind::Budget { news: BudgetNews::Runway, figures } => Some(*figures),
        _ => None,
    });
    let figures = runway.expect("told once a minute");
    assert!(figures.runway_hours().is_some_and(|hours| hours < 3), "{figures:?}");
    let line = bench.lines("budget_evt=runway").pop().unwrap();
    for key in [" left=", " cap=10000", " per_hour=", " runway_h=", " price=", " weight="] {
        assert!(line.contains(key), "{key} in {line}");
    }
}

#[test]
fn an_action_weighs_one_and_a_question_what_the_venue_says() {
    let mut bench = Bench::started(config());
    bench.run(20_000);
    assert_eq!(bench.engine.budget().weight_left, 200, "rested, it is full");
    bench.commands.clear();
    bench.touch(SOL, "165.1", "165.12");
    let sum: u64 = bench.commands.iter().map(weight).sum();
    assert!(sum > 0 && bench.commands.iter().all(|c| orders(c) > 0), "{:?}", bench.commands);
    assert_eq!(bench.engine.budget().weight_left, 200 - sum);
}

#[test]
fn a_refusal_for_the_weight_of_the_network_address_pauses_quoting_for_seconds_and_says_nothing_of_ours()
 {
    let mut bench = Bench::started(config());
    bench.run(2_000);
    bench.hold = |c| matches!(c, Command::Modify { .. });
    bench.touch(SOL, "165.1", "165.12");
    let modify = bench.held.remove(0);
    bench.reply(modify.request(), &[Reply::Rejected { code: RejectCode::IpRate, bbo: None }; 2]);
    bench.hold = |_| false;
    bench.commands.clear();
    bench.pass(900);
    let sent = bench.commands.iter().filter(|c| !matches!(c, Command::Cancel { .. })).count();
    assert_eq!(sent, 0, "nothing but cancels for a second: {:?}", bench.commands);
    bench.run(8_000);
    assert_eq!(bench.live(SOL).len(), 2, "without a word about the address");
    assert!(bench.lines("budget_evt=throttled").is_empty());
    // A question that is refused counts the same, and a storm of them ends with it.
    for _ in 0..10 {
        bench.input(Input::Throttled);
        bench.pass(700);
    }
    bench.run(12_000);
    for market in [SOL, BTC] {
        assert_eq!(bench.engine.market(market).unwrap().why_not, None);
    }
}
