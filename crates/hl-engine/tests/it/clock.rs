//! Pauses and clocks that are set back.

use hl_engine::{Command, Input, MarketStatus, NoQuote, OrderState, Query, Reply};
use hl_quant::Millis;
use hl_wire::RejectCode;

use crate::bench::{BTC, Bench, SOL, config, spec};

fn questions(bench: &Bench) -> usize {
    let asks = |c: &&Command| {
        matches!(
            c,
            Command::Reconcile {
                query: Query::OpenOrders | Query::Account | Query::Fills { .. },
                ..
            }
        )
    };
    bench.commands.iter().filter(asks).count()
}

#[test]
fn a_pause_of_more_than_a_second_counts_as_a_reconnect() {
    let mut bench = Bench::started(config());
    bench.run(2_000);
    bench.commands.clear();
    bench.now = bench.now.plus(1_000);
    bench.input(Input::Timer);
    assert_eq!(bench.lines("clock_evt="), [""; 0], "a second is no pause");
    bench.commands.clear();
    bench.hold = |c| matches!(c, Command::Reconcile { .. });
    assert!(bench.wake <= bench.now.plus(500), "called early enough to notice any pause");
    bench.now = bench.now.plus(1_001);
    bench.venue.now = bench.now;
    let (bids, asks) = bench.venue.book(SOL);
    bench.input(Input::Book { market: SOL, time: bench.now, bids: &bids, asks: &asks });
    assert!(bench.lines("clock_evt=pause")[0].ends_with("by=1001ms"));
    assert_eq!(bench.engine.market(SOL).unwrap().why_not, Some(NoQuote::NotReconciled));
    assert_eq!(questions(&bench), 1, "the orders first");
    bench.hold = |_| false;
    for held in std::mem::take(&mut bench.held) {
        bench.carry_out(&held);
    }
    bench.input(Input::Timer);
    assert_eq!(questions(&bench), 3, "and then what was traded");
    bench.books();
    assert_eq!(bench.engine.market(BTC).unwrap().why_not, None);
    assert_eq!(bench.engine.stats().pauses, 1);
}

#[test]
fn waking_up_as_announced_is_no_pause() {
    let mut bench = Bench::started(config());
    bench.pass(30_000);
    assert_eq!(bench.engine.stats().pauses, 0);
}

#[test]
fn a_small_step_back_of_the_clock_is_counted_and_time_stands_still() {
    let mut bench = Bench::started(config());
    bench.run(2_000);
    let before = bench.events.len();
    let past = Millis(bench.now.0 - 900);
    bench.engine.handle(past, Input::Timer);
    bench.input(Input::Timer);
    assert_eq!(bench.engine.stats().clock_back, 1);
    assert!(bench.events[before..].iter().all(|event| event.at > past));
    assert_eq!(bench.engine.orders(SOL).filter(|o| o.state == OrderState::Live).count(), 2);
}

#[test]
fn after_a_large_step_back_nothing_waits_for_the_old_time_to_come_again() {
    let mut bench = Bench::started(config());
    bench.run(2_000);
    // A place is in doubt and a cancel is under way when the clock is set back by an hour.
    bench.hold = |c| matches!(c, Command::Cancel { .. } | Command::Burn { .. });
    bench.pass(3_500);
    assert!(bench.held.iter().any(|c| matches!(c, Command::Cancel { .. })));
    bench.now = Millis(bench.now.0 - 3_600_000);
    bench.commands.clear();
    bench.input(Input::Timer);
    assert!(bench.lines("clock_evt=back")[0].contains("by=3600000ms"));
    assert_eq!(questions(&bench), 3);
    bench.hold = |_| false;
    bench.commands.clear();
    bench.run(7_000);
    let cancels = bench.commands.iter().filter(|c| matches!(c, Command::Cancel { .. })).count();
    assert!(cancels > 0, "the lost cancel is sent again within its own time");
    bench.run(10_000);
    for market in [SOL, BTC] {
        assert_eq!(bench.engine.market(market).unwrap().why_not, None);
        assert_eq!(bench.live(market).len(), 2);
    }
}

#[test]
fn a_book_is_not_younger_because_the_clock_was_set_back_a_little() {
    let mut bench = Bench::started(config());
    bench.run(2_000);
    let heard = bench.now;
    bench.books();
    bench.now = Millis(heard.0 - 900);
    for passed in [0, 900, 1_900, 2_900] {
        bench.now = Millis(heard.0 - 900 + passed);
        bench.input(Input::Timer);
        assert_eq!(bench.engine.market(SOL).unwrap().why_not, None, "after {passed} ms");
    }
    bench.now = Millis(heard.0 - 900 + 3_001);
    bench.input(Input::Timer);
    assert_eq!(bench.engine.market(SOL).unwrap().why_not, Some(NoQuote::BookStale));
}

#[test]
fn what_a_clock_that_is_behind_hides_of_a_books_age_is_known_from_what_came_before_it_was_written()
{
    let mut bench = Bench::started(config());
    bench.run(2_000);
    // A message that is written 900 ms after it arrives: the clock is that far behind.
    let book = |bench: &mut Bench, behind: i64| {
        let (bids, asks) = bench.venue.book(SOL);
        let (mark, oracle) = bench.venue.references(SOL);
        bench.input(Input::Reference { market: SOL, mark, oracle });
        let time = Millis(bench.now.0.saturating_add_signed(behind));
        bench.input(Input::Book { market: SOL, time, bids: &bids, asks: &asks });
        bench.engine.market(SOL).unwrap().why_not
    };
    bench.pass(500);
    assert_eq!(book(&mut bench, 900), None);
    // From then on the stream is delayed, as far as the limit of three seconds and two for the
    // clocks' difference allows, of which 900 ms are spent.
    bench.pass(6_000);
    assert_eq!(book(&mut bench, -4_100), None);
    bench.pass(500);
    assert_eq!(book(&mut bench, -4_101), Some(NoQuote::BookStale));
}

#[test]
fn a_market_that_rests_rests_as_long_although_the_clock_is_set_back() {
    let mut bench = Bench::new(config());
    bench.hold = |c| matches!(c, Command::Place { .. });
    bench.start();
    let rejected = Reply::Rejected { code: RejectCode::PriceBand, bbo: None };
    while bench.engine.market(SOL).unwrap().why_not != Some(NoQuote::Parked) {
        for held in std::mem::take(&mut bench.held) {
            let Command::Place { request, orders, .. } = held else { continue };
            bench.reply(request, &vec![rejected; orders.len()]);
        }
        bench.run(1_000);
    }
    bench.hold = |_| false;
    // Set back and put right again: two seconds have passed.
    bench.now = Millis(bench.now.0 - 5_000);
    bench.input(Input::Timer);
    bench.run(2_000);
    bench.now = bench.now.plus(5_000);
    bench.run(config().timing.park_ms - 4_000);
    assert_eq!(bench.engine.market(SOL).unwrap().why_not, Some(NoQuote::Parked));
    // Set back by an hour: two rests more at most.
    bench.now = Millis(bench.now.0 - 3_600_000);
    bench.input(Input::Timer);
    bench.run(2 * config().timing.park_ms - 1_000);
    assert_eq!(bench.engine.market(SOL).unwrap().why_not, Some(NoQuote::Parked));
    bench.run(2_000);
    assert_eq!(bench.engine.market(SOL).unwrap().why_not, None);
}

#[test]
fn rules_that_were_asked_for_before_the_clock_was_set_back_are_asked_for_anew() {
    let mut bench = Bench::started(config());
    bench.run(2_000);
    let asked = bench.now;
    bench.now = Millis(bench.now.0 - 3_600_000);
    bench.input(Input::Timer);
    bench.commands.clear();
    let (spec, status) = (&spec(SOL), MarketStatus::Trading);
    bench.input(Input::Spec { market: SOL, spec, requested: asked, status });
    bench.run(5_000);
    assert!(bench.commands.iter().any(|c| matches!(c, Command::FetchSpecs { .. })));
    bench.run(120_000);
    assert_eq!(bench.engine.market(SOL).unwrap().why_not, None, "and the new ones count");
}
