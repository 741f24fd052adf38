//! Starting, stopping, reconnecting: nothing of ours is left behind.

use hl_engine::{
    CloidTag, Command, Connection, DeadMan, EventKind, Input, NoQuote, Operator, Query, ReconLine,
    Reply, SubmitEnd,
};
use hl_quant::Side;
use hl_wire::Cloid;

use crate::bench::{BTC, Bench, SOL, config, price, size};

fn stopped(bench: &Bench) -> Vec<u32> {
    let remaining = bench.events.iter().filter_map(|event| match event.kind {
        EventKind::Stopped { remaining } => Some(remaining),
        _ => None,
    });
    remaining.collect()
}

#[test]
fn a_stop_cancels_everything_and_says_so_once_the_venue_confirms() {
    let mut bench = Bench::started(config());
    bench.run(2_000);
    bench.operator(Operator::Stop);
    bench.pass(500);
    assert_eq!(stopped(&bench), [0]);
    assert_eq!(bench.venue.open().count(), 0);
    bench.commands.clear();
    bench.operator(Operator::Resume);
    bench.run(60_000);
    assert_eq!(stopped(&bench), [0], "once");
    assert!(!bench.commands.iter().any(|c| matches!(c, Command::Place { .. })), "for good");
    assert_eq!(bench.engine.market(SOL).unwrap().why_not, Some(NoQuote::Stopped));
}

#[test]
fn no_order_leaves_after_the_word_to_stop() {
    let mut bench = Bench::started(config());
    bench.run(2_000);
    bench.commands.clear();
    bench.operator(Operator::Halt);
    let first: Vec<_> = bench.commands.iter().take(2).collect();
    assert!(first.iter().all(|c| matches!(c, Command::Cancel { .. })), "at once: {first:?}");
    bench.touch(SOL, "165.1", "165.12");
    bench.run(10_000);
    let orders = |c: &&Command| matches!(c, Command::Place { .. } | Command::Modify { .. });
    assert_eq!(bench.commands.iter().filter(orders).count(), 0);
}

#[test]
fn a_halt_is_latched_and_a_resume_reads_everything_first() {
    let mut bench = Bench::started(config());
    bench.operator(Operator::Halt);
    bench.input(Input::Connection(Connection::Down));
    bench.input(Input::Connection(Connection::Up));
    bench.run(15_000);
    assert_eq!(stopped(&bench), [0]);
    assert_eq!(bench.venue.open().count(), 0, "a reconnect does not resume");
    bench.commands.clear();
    bench.operator(Operator::Resume);
    let questions: Vec<_> = bench
        .commands
        .iter()
        .take_while(|c| !matches!(c, Command::Place { .. }))
        .filter(|c| matches!(c, Command::Reconcile { .. }))
        .collect();
    assert_eq!(questions.len(), 4);
    bench.books();
    assert_eq!(bench.live(SOL).len(), 2);
}

#[test]
fn orders_in_flight_at_the_stop_are_cancelled_too() {
    let mut bench = Bench::new(config());
    bench.hold = |command| matches!(command, Command::Place { .. });
    bench.start();
    bench.operator(Operator::Stop);
    // The cancels found nothing, and then the orders arrive.
    bench.pass(300);
    for command in std::mem::take(&mut bench.held) {
        bench.carry_out(&command);
    }
    bench.pass(3_000);
    assert_eq!(bench.venue.open().count(), 0);
    assert_eq!(stopped(&bench), [0]);
    assert!(bench.ends().values().all(|ends| ends.len() == 1));
}

#[test]
fn a_stop_that_cannot_be_confirmed_says_how_many_remain() {
    let mut bench = Bench::started(config());
    bench.hold = |command| matches!(command, Command::Cancel { .. });
    bench.operator(Operator::Stop);
    bench.pass(9_000);
    assert!(stopped(&bench).is_empty(), "it is still trying");
    bench.pass(1_500);
    assert_eq!(stopped(&bench), [4]);
    let cancels = bench.held.iter().filter(|c| matches!(c, Command::Cancel { .. })).count();
    assert!(cancels >= 4, "again and again: {cancels}");
}

#[test]
fn an_unknown_order_at_the_stop_is_counted_and_its_attempt_ended() {
    let mut bench = Bench::new(config());
    bench.hold = |c| matches!(c, Command::Place { .. } | Command::Burn { .. });
    bench.start();
    for command in std::mem::take(&mut bench.held) {
        bench.reply(command.request(), &[Reply::Unknown; 2]);
    }
    bench.operator(Operator::Stop);
    bench.pass(11_000);
    assert_eq!(stopped(&bench), [4]);
    let ends = bench.ends();
    assert!(ends.values().all(|ends| *ends == [SubmitEnd::Unresolved]), "{ends:?}");
    let stats = bench.engine.stats();
    assert_eq!((stats.attempts, stats.unresolved, stats.in_flight()), (4, 4, 0));
}

#[test]
fn orders_of_an_earlier_run_are_cancelled_before_the_first_quote() {
    let mut bench = Bench::new(config());
    let old = Cloid((u128::from(CloidTag::default().0) << 96) | 99);
    let manual = Cloid(7);
    bench.venue.rest(SOL, Some(old), Side::Bid, price("160"), size("1"));
    bench.venue.rest(SOL, Some(manual), Side::Bid, price("150"), size("1"));
    bench.venue.rest(BTC, None, Side::Ask, price("110000"), size("0.001"));
    bench.venue.news.clear();
    bench.start();
    bench.books();
    let at = |wanted: fn(&Command) -> bool| bench.commands.iter().position(wanted).unwrap();
    let cancel = at(|c| matches!(c, Command::Cancel { .. }));
    let place = at(|c| matches!(c, Command::Place { .. }));
    assert!(cancel < place);
    assert!(!bench.venue.open().any(|order| order.cloid == Some(old)));
    assert!(bench.venue.open().any(|order| order.cloid == Some(manual)), "not ours, left alone");
    let ok = ReconLine::Ok { orphans: 1, foreign: 2 };
    assert!(bench.has(|kind| *kind == EventKind::Recon(ok.clone())));
    assert_eq!(bench.live(SOL).len(), 2);
}

#[test]
fn foreign_orders_count_in_the_worst_case() {
    let mut config = config();
    config.markets[0].max_position = hl_quant::Notional::whole(200);
    let mut bench = Bench::new(config);
    bench.venue.rest(SOL, None, Side::Bid, price("160"), size("1"));
    bench.venue.news.clear();
    bench.start();
    let quotes = bench.quotes(SOL);
    assert!(quotes[0].ends_with("x 0.21"), "one of 1.21 allowed is taken: {quotes:?}");
    assert!(quotes[1].ends_with("x 0.6"), "{quotes:?}");
}

#[test]
fn a_lost_connection_pulls_the_quotes_and_the_next_one_reads_back_what_was_missed() {
    let mut bench = Bench::started(config());
    let bid = bench.one(SOL, Side::Bid);
    bench.run(2_000);
    bench.streams = false;
    bench.venue.now = bench.now;
    bench.venue.trade(bid.cloid, size("0.2"));
    bench.input(Input::Connection(Connection::Down));
    assert_eq!(bench.venue.open().count(), 0);
    assert_eq!(bench.engine.market(SOL).unwrap().why_not, Some(NoQuote::Disconnected));
    bench.pass(5_000);
    bench.venue.news.clear(); // never told again
    bench.input(Input::Connection(Connection::Up));
    bench.streams = true;
    bench.books();
    assert_eq!(bench.position(SOL), "0.2");
    assert_eq!(bench.engine.stats().maker_fills, 1);
    assert_eq!(bench.live(SOL).len(), 2);
}

#[test]
fn nothing_is_quoted_while_the_account_cannot_be_read() {
    let mut bench = Bench::new(config());
    bench.hold = |c| matches!(c, Command::Reconcile { query: Query::Account, .. });
    bench.start();
    bench.run(20_000);
    assert_eq!(bench.engine.market(SOL).unwrap().why_not, Some(NoQuote::NotReconciled));
    assert!(bench.held.len() >= 3, "it asks again: {}", bench.held.len());
    // The last question is the one that counts.
    let (first, last) = (bench.held.remove(0), bench.held.pop().unwrap());
    bench.carry_out(&first);
    bench.books();
    assert_eq!(bench.venue.open().count(), 0);
    bench.carry_out(&last);
    bench.books();
    assert_eq!(bench.live(SOL).len(), 2);
}

#[test]
fn quoting_ends_when_the_last_reconciliation_is_too_old() {
    let mut bench = Bench::started(config());
    bench.hold = |c| matches!(c, Command::Reconcile { .. });
    bench.run(59_500);
    assert_eq!(bench.live(SOL).len(), 2);
    bench.run(1_500);
    assert_eq!(bench.live(SOL), []);
    assert_eq!(bench.engine.market(SOL).unwrap().why_not, Some(NoQuote::NotReconciled));
}

#[test]
fn a_market_with_an_old_spec_is_cancel_only() {
    let mut bench = Bench::started(config());
    bench.hold = |c| matches!(c, Command::FetchSpecs { .. });
    bench.run(60_000);
    assert_eq!(bench.live(SOL).len(), 2);
    bench.pass(1);
    assert_eq!(bench.live(SOL), []);
    assert_eq!(bench.engine.market(SOL).unwrap().why_not, Some(NoQuote::SpecStale));
}

#[test]
fn requests_kept_for_cancels_are_not_spent_on_quotes() {
    let mut bench = Bench::started(config());
    // Our share is 9,000 of 10,000. The four orders just sent may be missing from the count.
    bench.input(Input::RateLimit { used: 8_490, cap: 10_000 });
    assert_eq!(bench.engine.requests_left(), Some(1_506));
    assert_eq!(bench.live(SOL).len(), 2, "506 is above 500 and one for each order, and its own");
    bench.input(Input::RateLimit { used: 8_491, cap: 10_000 });
    assert_eq!(bench.engine.market(SOL).unwrap().why_not, Some(NoQuote::Budget));
    assert_eq!(bench.venue.open().count(), 0, "the cancels went out all the same");
}

#[test]
fn the_dead_mans_switch_is_pushed_back_while_quoting_and_a_refusal_is_taken() {
    let mut config = config();
    config.dead_man = Some(DeadMan { ahead_ms: 20_000, every_ms: 5_000 });
    let mut bench = Bench::new(config.clone());
    bench.start();
    assert_eq!(bench.lines("dead_man_evt=refused").len(), 1);
    bench.commands.clear();
    bench.run(30_000);
    let asked = |c: &&Command| matches!(c, Command::ScheduleCancel { .. });
    assert_eq!(bench.commands.iter().filter(asked).count(), 0, "not again");

    let mut bench = Bench::new(config);
    bench.hold = |c| matches!(c, Command::ScheduleCancel { .. });
    bench.start();
    for _ in 0..6 {
        let Some(command) = bench.held.pop() else { continue };
        let Command::ScheduleCancel { at: Some(at), .. } = command else { panic!() };
        assert_eq!(at, bench.now.plus(20_000));
        let done = Reply::Accepted { oid: None, filled: hl_quant::Size::ZERO };
        bench.reply(command.request(), &[done]);
        bench.run(5_000);
    }
    assert_eq!(bench.commands.iter().filter(asked).count(), 7);
    assert_eq!(bench.lines("dead_man_evt=armed").len(), 1);
}

#[test]
fn input_that_makes_no_sense_is_counted_and_changes_nothing() {
    let mut bench = Bench::started(config());
    let before = bench.quotes(SOL);
    let nowhere = hl_engine::MarketId(9);
    bench.input(Input::Book { market: nowhere, time: bench.now, bids: &[], asks: &[] });
    bench.input(Input::Unreadable { what: "frame_not_json" });
    bench.reply(hl_engine::RequestId(424_242), &[Reply::Unknown]);
    bench.input(Input::OpenOrders { request: hl_engine::RequestId(424_242), orders: &[] });
    bench.input(Input::Timer);
    assert_eq!(bench.engine.stats().audits, 4);
    let lines = bench.lines("audit_evt=");
    let words: Vec<_> = lines.iter().map(|l| l.split(' ').next().unwrap()).collect();
    let expected = [
        "audit_evt=market_unknown",
        "audit_evt=frame_not_json",
        "audit_evt=outcome_unexpected",
        "audit_evt=answer_unexpected",
    ];
    assert_eq!(words, expected);
    assert_eq!(bench.quotes(SOL), before);
}

#[test]
fn an_answer_that_finds_its_orders_settled_already_makes_sense_once() {
    let mut bench = Bench::new(config());
    bench.hold = |c| matches!(c, Command::Place { .. });
    bench.start();
    let place = bench.held.remove(0);
    let replies = bench.venue.execute(&place);
    let Command::Place { orders, .. } = &place else { panic!() };
    for order in orders {
        bench.venue.trade(order.cloid, order.size.get()).unwrap();
    }
    bench.input(Input::Timer);
    let settled = |cloid| bench.engine.orders(SOL).all(|order| order.cloid != cloid);
    assert!(orders.iter().all(|order| settled(order.cloid)), "the streams were faster");
    bench.reply(place.request(), &replies);
    bench.input(Input::Timer);
    assert_eq!(bench.lines("audit_evt="), [""; 0]);
    bench.reply(place.request(), &replies);
    bench.input(Input::Timer);
    assert_eq!(bench.lines("audit_evt=outcome_unexpected").len(), 1, "nobody waited for that");
}

#[test]
fn what_was_heard_while_an_order_was_written_down_can_still_hold_it_back() {
    let mut bench = Bench::new(config());
    bench.hold = |c| matches!(c, Command::Place { .. });
    bench.start();
    let place = bench.held.remove(0);
    assert!(bench.engine.still_stands(bench.now, &place));
    bench.touch(SOL, "160", "160.02");
    assert!(!bench.engine.still_stands(bench.now, &place), "the bid would meet the ask of now");
    bench.touch(SOL, "164.89", "164.91");
    assert!(bench.engine.still_stands(bench.now, &place));
    assert!(!bench.engine.still_stands(bench.now.plus(3_001), &place), "from an old book by now");
    let best = hl_engine::Level { price: price("164.89"), size: size("9") };
    let time = bench.now;
    bench.input(Input::Bbo { market: SOL, time, bid: Some(best), ask: None });
    assert!(!bench.engine.still_stands(bench.now, &place), "one side is gone");
    bench.touch(SOL, "164.89", "164.91");
    bench.operator(Operator::Halt);
    assert!(!bench.engine.still_stands(bench.now, &place), "no order after the word");
    let cancel = bench.commands.iter().rev().find(|c| matches!(c, Command::Cancel { .. }));
    assert!(bench.engine.still_stands(bench.now, cancel.unwrap()), "cancels always");
}
