//! What happens more seldom still: limits met in the middle of something, second words about the same
//! thing, and answers that make no sense together.

use hl_engine::{
    Command, Connection, EventKind, Fill, GuardEnd, GuardStage, Input, Level, Liquidity,
    MarketStatus, Operator, OrderState, Query, Reply, Rule, Usd, VenueState,
};
use hl_quant::{Millis, Price, Side, Size};
use hl_wire::{Cloid, Oid, RejectCode};

use crate::bench::{BTC, Bench, SOL, config, price, size};

fn is_order(command: &Command) -> bool {
    matches!(command, Command::Place { .. } | Command::Modify { .. })
}

fn is_fetch_or_order(command: &Command) -> bool {
    matches!(command, Command::FetchSpecs { .. }) || is_order(command)
}

fn is_status(command: &Command) -> bool {
    matches!(command, Command::Reconcile { query: Query::Order { .. }, .. })
}

fn refused(code: RejectCode) -> Reply {
    Reply::Rejected { code, bbo: None }
}

fn stages(bench: &Bench) -> Vec<GuardStage> {
    let stage = |kind: &EventKind| match kind {
        EventKind::Guard(line) => Some(line.stage),
        _ => None,
    };
    bench.events.iter().filter_map(|event| stage(&event.kind)).collect()
}

/// SOL's first orders were refused for their tick, the rules have changed, and nothing of it has
/// reached the engine yet.
fn refused_for_the_tick() -> Bench {
    let mut bench = Bench::new(config());
    bench.hold = is_order;
    bench.start();
    let first = bench.held.remove(0);
    let other = bench.held.remove(0);
    bench.carry_out(&other);
    bench.venue.decimals.insert(SOL, 1);
    bench.hold = is_fetch_or_order;
    bench.reply(first.request(), &[refused(RejectCode::Tick); 2]);
    bench.input(Input::Timer);
    bench.commands.clear();
    bench
}

/// Lets the rules come that were asked for.
fn rules(bench: &mut Bench) {
    let is_fetch = |c: &Command| matches!(c, Command::FetchSpecs { .. });
    let at = bench.held.iter().rposition(is_fetch).expect("rules were asked for");
    let fetch = bench.held.remove(at);
    bench.carry_out(&fetch);
}

#[test]
fn a_second_try_does_not_wait_longer_than_its_time_for_the_order_that_it_replaces() {
    let mut bench = Bench::started(config());
    bench.run(2_000);
    bench.hold = is_order;
    bench.touch(SOL, "165.1", "165.12");
    let modify = bench.held.remove(0);
    let Command::Modify { orders, .. } = &modify else { panic!("{modify:?}") };
    let (n, old) = (orders.len(), orders[0].old);
    bench.venue.decimals.insert(SOL, 1);
    // What became of the old order is not told either.
    bench.hold = |c| is_status(c) || is_order(c);
    bench.commands.clear();
    bench.reply(modify.request(), &vec![refused(RejectCode::Tick); n]);
    bench.run(9_500);
    assert_eq!(stages(&bench).len(), n, "they wait: {:?}", stages(&bench));
    assert!(!bench.commands.iter().any(is_order), "nothing is placed meanwhile");
    bench.run(2_000);
    let in_doubt = GuardStage::Exhausted(GuardEnd::OldInDoubt);
    assert_eq!(stages(&bench)[n..], vec![in_doubt; n]);
    let state = bench.engine.orders(SOL).find(|order| order.cloid == old).map(|order| order.state);
    assert_eq!(state, Some(OrderState::Unknown), "the old one is not given up for that");
}

#[test]
fn a_second_try_waits_for_the_venues_weight_and_not_for_ever() {
    for (storm, end) in
        [(4, GuardStage::Success), (24, GuardStage::Exhausted(GuardEnd::Gate(Rule::Budget)))]
    {
        let mut bench = refused_for_the_tick();
        // Something else at this address has used the weight up, and goes on with it.
        bench.input(Input::Throttled);
        rules(&mut bench);
        bench.input(Input::Timer);
        assert!(!bench.commands.iter().any(is_order), "nothing left to send it with");
        assert_eq!(stages(&bench).len(), 2, "it waits");
        bench.hold = |_| false;
        for round in 0..40 {
            if round < storm {
                bench.input(Input::Throttled);
            }
            bench.run(500);
        }
        assert_eq!(stages(&bench)[2..], [end; 2], "after {storm} refusals");
        assert_eq!(bench.live(SOL).len(), 2, "quoted again in either case");
    }
}

#[test]
fn a_cancel_waits_for_the_venues_weight_and_leaves_as_soon_as_there_is_some() {
    let mut bench = Bench::started(config());
    bench.run(2_000);
    bench.commands.clear();
    bench.input(Input::Throttled);
    bench.operator(Operator::Halt);
    let is_cancel = |c: &&Command| matches!(c, Command::Cancel { .. });
    assert_eq!(bench.commands.iter().filter(is_cancel).count(), 0, "it would be refused");
    assert_eq!(bench.venue.open().count(), 4);
    bench.pass(500);
    assert!(bench.commands.iter().filter(is_cancel).count() > 0, "a unit of weight has come back");
    bench.pass(1_000);
    assert_eq!(bench.venue.open().count(), 0);
    assert_eq!(bench.engine.stats().never_sent, 0);
}

#[test]
fn an_accepted_order_without_a_number_is_cancelled_and_not_moved() {
    let mut bench = Bench::new(config());
    bench.hold = is_order;
    bench.streams = false;
    bench.start();
    for command in std::mem::take(&mut bench.held) {
        bench.venue.execute(&command);
        let taken = Reply::Accepted { oid: None, filled: Size::ZERO };
        bench.reply(command.request(), &[taken; 2]);
    }
    bench.input(Input::Timer);
    assert_eq!(bench.live(SOL).len(), 2);
    bench.hold = |_| false;
    bench.run(1_500);
    bench.commands.clear();
    bench.touch(SOL, "164.1", "164.12");
    bench.run(1_500);
    let modifies = |c: &&Command| match c {
        Command::Modify { orders, .. } => orders.iter().any(|order| order.new.market == SOL),
        _ => false,
    };
    assert_eq!(bench.commands.iter().filter(modifies).count(), 0, "by which number?");
    assert!(
        bench.quotes(SOL).iter().all(|quote| quote.contains(" 163.") || quote.contains(" 164."))
    );
}

#[test]
fn a_refusal_that_tells_the_touch_is_a_race_whatever_its_code() {
    let mut bench = Bench::new(config());
    bench.hold = is_order;
    bench.start();
    let first = bench.held.remove(0);
    let bbo = Some((price("164.95"), price("164.97")));
    let reply = Reply::Rejected { code: RejectCode::InvalidPrice, bbo };
    bench.commands.clear();
    bench.reply(first.request(), &[reply; 2]);
    bench.input(Input::Timer);
    let stats = bench.engine.stats();
    assert_eq!((stats.races, stats.guarded), (2, 0), "no case for new rules");
    assert_eq!(stats.rejected(), [(RejectCode::InvalidPrice, 2)]);
    let (bid, ask) = bench.engine.market(SOL).unwrap().touch.unwrap();
    assert_eq!((bid, ask), (price("164.95"), price("164.97")), "the freshest quote there is");
}

#[test]
fn one_fill_beyond_an_orders_size_closes_it_and_is_reported() {
    let mut bench = Bench::started(config());
    let bid = bench.one(SOL, Side::Bid);
    bench.trade(&bid, "0.1");
    let mut fill = *bench.venue.fills.last().unwrap();
    (fill.tid, fill.size) = (9_001, size("0.7"));
    bench.input(Input::Fill(fill));
    let lines = bench.lines("recon_evt=overfill");
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("orig=0.6 filled=0.8"), "{lines:?}");
    assert!(
        bench.engine.orders(SOL).all(|order| order.cloid != bid.cloid),
        "nothing is left of it"
    );
}

#[test]
fn a_quote_that_took_is_counted_as_not_meant() {
    let mut bench = Bench::started(config());
    bench.run(2_000);
    let bid = bench.one(SOL, Side::Bid);
    let resting = bench.venue.open().find(|order| order.cloid == Some(bid.cloid)).cloned().unwrap();
    let fill = Fill {
        market: SOL,
        time: bench.now,
        tid: 7,
        oid: resting.oid,
        cloid: Some(bid.cloid),
        side: Side::Bid,
        price: bid.price,
        size: size("0.1"),
        liquidity: Liquidity::Taker,
        ..blank(&mut bench)
    };
    bench.input(Input::Fill(fill));
    let stats = bench.engine.stats();
    assert_eq!((stats.taker_fills, stats.meant_takes, stats.maker_fills), (1, 0, 1));
    // One without any name fits no order, and may be ours; a stranger's name says that it is not.
    for (tid, cloid, meant) in [(8, None, 0), (9, Some(Cloid(5)), 1)] {
        bench.input(Input::Fill(Fill { tid, oid: Oid(4_000 + tid), cloid, ..fill }));
        assert_eq!(bench.engine.stats().meant_takes, meant, "{cloid:?}");
    }
    assert_eq!(bench.engine.stats().taker_fills, 3);
}

/// A true fill, for its other fields.
fn blank(bench: &mut Bench) -> Fill {
    let ask = bench.one(BTC, Side::Ask);
    bench.trade(&ask, "0.0001");
    *bench.venue.fills.last().unwrap()
}

#[test]
fn an_order_that_came_to_another_market_and_has_gone_there_is_only_taken_off_the_books() {
    for state in [VenueState::Canceled, VenueState::Open] {
        let mut bench = Bench::started(config());
        bench.run(2_000);
        let bid = bench.one(SOL, Side::Bid);
        let at = bench.venue.orders.iter().position(|o| o.cloid == Some(bid.cloid)).unwrap();
        bench.venue.orders[at].market = BTC;
        bench.hold = |c| matches!(c, Command::Cancel { .. });
        if state == VenueState::Open {
            // A list has shown it there before the stream does.
            let listed = bench.venue.list();
            let orphans = bench.lines("recon_evt=orphan").len();
            bench.pass(61_000);
            bench.input(Input::Timer);
            assert!(listed.iter().any(|order| order.cloid == Some(bid.cloid)));
            assert_eq!(bench.lines("recon_evt=orphan").len(), orphans + 1);
        }
        let order = &mut bench.venue.orders[at];
        order.state = state;
        let update = order.update(bench.now);
        bench.input(Input::Order(update));
        bench.input(Input::Order(update));
        let in_btc = bench.engine.orders(BTC).filter(|order| order.cloid == bid.cloid).count();
        assert_eq!(in_btc, usize::from(state == VenueState::Open), "{state:?}: once or not at all");
        assert!(bench.engine.orders(SOL).all(|order| order.cloid != bid.cloid));
    }
}

#[test]
fn a_clock_set_back_before_any_rules_are_known_changes_nothing() {
    let mut bench = Bench::new(config());
    bench.hold = |c| matches!(c, Command::FetchSpecs { .. });
    bench.start();
    bench.now = Millis(bench.now.0 - 3_600_000);
    bench.input(Input::Timer);
    assert_eq!(bench.engine.stats().clock_back, 1);
    bench.hold = |_| false;
    for fetch in std::mem::take(&mut bench.held) {
        bench.carry_out(&fetch);
    }
    bench.run(7_000);
    assert_eq!(bench.live(SOL).len(), 2, "quoted with the rules that came after it");
}

#[test]
fn a_fill_of_one_of_the_last_thousands_of_orders_that_have_gone_still_finds_it() {
    let mut config = config();
    for market in &mut config.markets {
        market.requote.min_lifetime_ms = 0;
        market.requote.min_interval_ms = 0;
    }
    let mut bench = Bench::started(config);
    let mut seen: Vec<(Cloid, Oid, Price)> = Vec::new();
    for round in 0..4_800_u32 {
        let (bid, ask) = if round % 2 == 0 { ("164.1", "164.12") } else { ("165.9", "165.92") };
        bench.pass(200);
        bench.touch(SOL, bid, ask);
        let order = bench.venue.open().find(|o| o.market == SOL && o.side == Side::Bid);
        seen.extend(order.map(|order| (order.cloid.unwrap(), order.oid, order.price)));
        let open: Vec<_> = bench.venue.open().cloned().collect();
        bench.venue.orders = open;
    }
    seen.dedup_by_key(|(cloid, ..)| *cloid);
    assert!(seen.len() > 2_100, "{} bids and as many asks have gone", seen.len());
    bench.run(3_000);
    let template = blank(&mut bench);
    // An order that is remembered: more than it was for is noticed. One that is forgotten: counted in
    // the position all the same, and nothing to compare it with.
    let remembered = seen[seen.len() - 100];
    for (tid, (cloid, oid, price), noticed) in [(501, remembered, 1), (502, seen[0], 1)] {
        let before = bench.position(SOL).parse::<f64>().unwrap();
        let fill = Fill {
            market: SOL,
            tid,
            oid,
            cloid: Some(cloid),
            side: Side::Bid,
            price,
            size: size("0.9"),
            time: bench.now,
            ..template
        };
        bench.input(Input::Fill(fill));
        assert_eq!(bench.lines("recon_evt=overfill").len(), noticed);
        let after = bench.position(SOL).parse::<f64>().unwrap();
        assert!((after - before - 0.9).abs() < 1e-9, "{before} {after}");
    }
}

#[test]
fn a_best_price_message_between_two_books_moves_the_quotes() {
    let mut bench = Bench::started(config());
    bench.run(2_000);
    let before = bench.quotes(SOL);
    let level = |text: &str| Some(Level { price: price(text), size: size("10") });
    bench.venue.touch.insert(SOL, (price("163.10"), price("163.12")));
    bench.pass(300);
    let (bid, ask) = (level("163.10"), level("163.12"));
    bench.input(Input::Bbo { market: SOL, time: bench.now, bid, ask });
    let touch = bench.engine.market(SOL).unwrap().touch;
    assert_eq!(touch, Some((price("163.10"), price("163.12"))));
    assert_ne!(bench.quotes(SOL), before, "a bid above the ask may not wait for the next book");
    assert!(
        bench
            .venue
            .open()
            .filter(|o| o.market == SOL)
            .all(|o| o.side == Side::Ask || o.price < price("163.12"))
    );
}

#[test]
fn messages_that_are_old_or_make_no_sense_are_counted() {
    let mut bench = Bench::started(config());
    bench.run(2_000);
    let level = |text: &str| Level { price: price(text), size: size("10") };
    let (old, before) = (Millis(bench.now.0 - 1_500), bench.quotes(SOL));
    let (bids, asks) = ([level("160")], [level("160.1")]);
    bench.input(Input::Book { market: SOL, time: old, bids: &bids, asks: &asks });
    assert_eq!((bench.engine.stats().outdated, bench.engine.stats().audits), (1, 0));
    let empty = Level { size: Size::ZERO, ..bids[0] };
    bench.input(Input::Bbo { market: SOL, time: bench.now, bid: Some(empty), ask: None });
    assert_eq!((bench.engine.stats().outdated, bench.engine.stats().audits), (1, 1));
    assert_eq!(bench.quotes(SOL), before);
}

#[test]
fn while_a_market_does_not_trade_its_rules_are_asked_for_often() {
    let asked = |status: MarketStatus| {
        let mut bench = Bench::started(config());
        bench.run(2_000);
        bench.hold = |c| matches!(c, Command::FetchSpecs { .. });
        let (spec, requested) = (bench.venue.spec(BTC), bench.now);
        bench.input(Input::Spec { market: BTC, spec: &spec, requested, status });
        bench.commands.clear();
        bench.run(12_000);
        bench.commands.iter().any(|c| matches!(c, Command::FetchSpecs { .. }))
    };
    assert!(asked(MarketStatus::CancelOnly), "that it trades again is told nowhere else");
    assert!(!asked(MarketStatus::Trading));
}

#[test]
fn what_a_found_position_has_made_is_not_said_without_a_price() {
    let profit = |held: i64| {
        let mut bench = Bench::new(config());
        bench.venue.positions.insert(SOL, held);
        bench.input(Input::Connection(Connection::Up));
        bench.engine.market(SOL).unwrap().profit
    };
    assert_eq!(profit(0), Some(Usd::ZERO));
    assert_eq!(profit(100_000_000), None, "worth what?");
    let mut bench = Bench::new(config());
    bench.venue.positions.insert(SOL, 100_000_000);
    bench.start();
    assert_eq!(bench.engine.market(SOL).unwrap().profit, Some(Usd::ZERO), "as it was found");
}

#[test]
fn a_nonce_that_the_venue_calls_expired_or_used_is_not_burnt() {
    let burns = |code: RejectCode| {
        let mut bench = Bench::new(config());
        bench.hold = is_order;
        bench.start();
        for command in std::mem::take(&mut bench.held) {
            bench.reply(command.request(), &[refused(code); 2]);
        }
        bench.run(2_500);
        bench.commands.iter().filter(|c| matches!(c, Command::Burn { .. })).count()
    };
    assert_eq!(burns(RejectCode::Expired), 0, "its end is certain already");
    assert_eq!(burns(RejectCode::Nonce), 0, "it would be refused");
    assert!(burns(RejectCode::Auth) > 0, "an earlier copy may still arrive");
}
