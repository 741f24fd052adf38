//! Halts: at once, whole, written down, and ended by nobody but the operator.

use hl_engine::{
    AccountMoney, Carry, Cause, Command, Durable, Engine, EventKind, Halt, Input, NoQuote,
    Operator, OrderState, Output, SafeMode, SubmitEnd, Usd, utc_day,
};
use hl_quant::Notional;

use crate::bench::{BTC, Bench, SOL, config};

fn adds(command: &Command) -> bool {
    matches!(command, Command::Place { .. } | Command::Modify { .. } | Command::Exit { .. })
}

/// What the records of a run amount to, folded as a journal does it.
fn carried(bench: &Bench) -> Carry {
    let mut carry = Carry::default();
    for event in &bench.events {
        match event.durable() {
            Some(Durable::Halt(halt)) => carry.halt = Some(halt),
            Some(Durable::Resume { .. }) => {
                (carry.halt, carry.flatten, carry.safe_mode) = (None, None, SafeMode::Off);
            }
            Some(Durable::Flatten { since }) => carry.flatten = Some(since),
            Some(Durable::Flattened { .. }) => carry.flatten = None,
            Some(Durable::Day(mark)) => carry.day = Some(mark),
            Some(Durable::DeadMan(triggers)) => carry.dead_man = Some(triggers),
            Some(Durable::Fills { through }) => carry.fills_through = Some(through),
            _ => {}
        }
    }
    carry
}

fn restarted(bench: Bench, carry: Carry) -> Bench {
    let mut next = Bench::with(Engine::new(bench.engine.config().clone(), 8).restore(carry));
    (next.venue, next.now) = (bench.venue, bench.now);
    next.venue.news.clear();
    next
}

#[test]
fn orders_that_no_shell_has_fetched_never_leave() {
    let mut bench = Bench::started(config());
    bench.run(2_000);
    bench.venue.touch.insert(SOL, (crate::bench::price("165.1"), crate::bench::price("165.12")));
    let (bids, asks) = bench.venue.book(SOL);
    // The engine decides to move its orders; before the shell drains it, the word comes.
    bench
        .engine
        .handle(bench.now, Input::Book { market: SOL, time: bench.now, bids: &bids, asks: &asks });
    let moves = bench.engine.orders(SOL).filter(|order| order.state == OrderState::PendingCancel);
    assert_eq!(moves.count(), 2);
    bench.engine.handle(bench.now, Input::Operator(Operator::Halt));
    let (mut commands, mut ends) = (Vec::new(), Vec::new());
    loop {
        match bench.engine.poll() {
            Output::Command(command) => commands.push(command),
            Output::Event(event) => {
                if let EventKind::Submit(submit) = event.kind {
                    ends.push(submit.end);
                }
            }
            Output::WaitUntil(_) => break,
        }
    }
    assert!(!commands.iter().any(adds), "{commands:?}");
    assert_eq!(ends, [SubmitEnd::NeverSent; 2], "and their attempts have an end");
    let canceled: usize = commands
        .iter()
        .map(|command| match command {
            Command::Cancel { orders, .. } => orders.len(),
            _ => 0,
        })
        .sum();
    assert_eq!(canceled, 4, "every order, in the same breath");
}

#[test]
fn the_cancels_of_a_halt_spend_what_was_kept_for_them() {
    let mut bench = Bench::started(config());
    bench.input(Input::RateLimit { used: 9_000, cap: 10_012 });
    assert_eq!(bench.venue.open().count(), 0, "quoting stopped with the reserve untouched");
    let mut bench = Bench::started(config());
    bench.input(Input::RateLimit { used: 0, cap: 10_000 });
    bench.commands.clear();
    bench.operator(Operator::Halt);
    assert!(matches!(bench.commands[0], Command::Cancel { .. }));
    assert_eq!(bench.venue.open().count(), 0);
}

#[test]
fn after_a_halt_nothing_that_happens_makes_an_order() {
    let mut bench = Bench::started(config());
    bench.operator(Operator::Halt);
    bench.commands.clear();
    let connection = |c| Input::Connection(c);
    for round in 0..40 {
        match round % 5 {
            0 => bench.touch(SOL, "165.9", "165.92"),
            1 => bench.touch(SOL, "164.89", "164.91"),
            2 => bench.input(connection(hl_engine::Connection::Down)),
            3 => bench.input(connection(hl_engine::Connection::Up)),
            _ => bench.operator(Operator::Halt),
        }
        bench.run(1_500);
    }
    assert!(!bench.commands.iter().any(adds));
    assert_eq!(bench.lines("halt_evt=latch").len(), 1);
    assert_eq!(bench.engine.halted().map(|halt| halt.cause), Some(Cause::Operator));
}

#[test]
fn a_halt_survives_restarts_until_somebody_resumes() {
    let mut bench = Bench::started(config());
    bench.run(1_000);
    bench.operator(Operator::Halt);
    let at = bench.now;
    let carry = carried(&bench);
    assert_eq!(carry.halt, Some(Halt { at, cause: Cause::Operator }));
    for _ in 0..3 {
        bench = restarted(bench, carry.clone());
        bench.start();
        bench.run(20_000);
        assert!(!bench.commands.iter().any(adds), "not before a word");
        assert_eq!(bench.engine.market(BTC).unwrap().why_not, Some(NoQuote::Halted));
        let stopped = bench.lines("halt_evt=stopped");
        assert!(stopped.len() == 1 && stopped[0].ends_with("remaining=0"), "{stopped:?}");
        assert_eq!(carried(&bench).halt, carry.halt, "and it is still on record");
    }
    bench.operator(Operator::Resume);
    bench.run(1_000);
    assert_eq!(bench.live(SOL).len(), 2);
    assert_eq!(carried(&bench).halt, None);
}

#[test]
fn safe_mode_cancels_what_was_left_and_waits_for_a_word() {
    let old = Bench::started(config());
    assert_eq!(old.venue.open().count(), 4);
    let carry = Carry { safe_mode: SafeMode::On, ..Carry::default() };
    let mut bench = restarted(old, carry);
    bench.start();
    bench.run(5_000);
    assert_eq!(bench.venue.open().count(), 0, "the last run's orders are gone");
    assert!(!bench.commands.iter().any(adds));
    assert_eq!(bench.engine.halted().map(|halt| halt.cause), Some(Cause::SafeMode));
    bench.operator(Operator::Resume);
    bench.run(1_000);
    assert_eq!(bench.live(SOL).len(), 2);
}

#[test]
fn a_restart_does_not_forget_what_was_lost_today() {
    let mut config = config();
    config.risk.loss.daily = Notional::whole(100);
    let usd = |dollars: i64| AccountMoney::idle(Usd::from_e8(dollars * 100_000_000));
    let mut bench = Bench::started(config);
    bench.venue.money = usd(9_930);
    bench.run(31_000);
    let carry = carried(&bench);
    assert_eq!(carry.day.map(|mark| mark.start), Some(Usd::from_e8(1_000_000_000_000)));
    assert_eq!(carry.day.map(|mark| mark.day), Some(utc_day(bench.now)));
    let mut bench = restarted(bench, carry);
    bench.venue.money = usd(9_890);
    bench.start();
    bench.run(15_000);
    assert_eq!(bench.engine.halted().map(|halt| halt.cause), Some(Cause::DailyLoss));
    // Without the marks, the same account would have begun anew.
    let mut bench = restarted(bench, Carry::default());
    bench.start();
    bench.run(15_000);
    assert_eq!(bench.engine.halted(), None);
}

#[test]
fn an_operators_halt_leaves_the_marks_of_losses_where_they_are() {
    let mut config = config();
    config.risk.loss.daily = Notional::whole(100);
    let mut bench = Bench::started(config);
    let usd = |dollars: i64| AccountMoney::idle(Usd::from_e8(dollars * 100_000_000));
    bench.venue.money = usd(9_930);
    bench.run(31_000);
    bench.operator(Operator::Halt);
    bench.operator(Operator::Resume);
    bench.venue.money = usd(9_895);
    bench.run(31_000);
    assert_eq!(bench.engine.halted().map(|halt| halt.cause), Some(Cause::DailyLoss));
}

#[test]
fn what_must_survive_is_said_before_any_command_of_the_same_input() {
    let mut bench = Bench::new(config());
    bench.start();
    // The contract of `poll`: all events first. So a halt's record is written before its cancels go.
    bench.engine.handle(bench.now, Input::Operator(Operator::Halt));
    let mut seen = Vec::new();
    loop {
        match bench.engine.poll() {
            Output::Event(event) => seen.push(event.durable().is_some()),
            Output::Command(_) => break,
            Output::WaitUntil(_) => panic!("no cancels"),
        }
    }
    assert!(seen.contains(&true));
}

/// Half a SOL, and an exit for it on its way when the process dies.
fn died_while_flattening() -> (Bench, Carry) {
    let mut bench = Bench::started(config());
    let bid = bench.one(SOL, hl_quant::Side::Bid);
    bench.trade(&bid, "0.5");
    bench.run(2_000);
    bench.hold = |command| matches!(command, Command::Exit { .. });
    bench.operator(Operator::Flatten);
    bench.run(3_000);
    assert!(!bench.held.is_empty() && bench.engine.is_flattening());
    let carry = carried(&bench);
    (bench, carry)
}

#[test]
fn a_flatten_goes_on_after_a_restart_and_only_until_it_is_done() {
    let (bench, carry) = died_while_flattening();
    let begun = carry.flatten;
    let mut next = restarted(bench, carry);
    next.input(Input::Connection(hl_engine::Connection::Up));
    next.books();
    next.run(30_000);
    assert_eq!(next.position(SOL), "0");
    assert!(!next.engine.is_flattening());
    assert_eq!(next.lines("risk_evt=flatten").len(), 2, "begun and ended");
    let again = format!("since={}", begun.unwrap());
    assert!(next.lines("risk_evt=flatten")[0].ends_with(&again), "begun then");
    // What somebody buys by hand afterwards is not sold at the next start.
    let carry = carried(&next);
    assert_eq!((carry.flatten, carry.halt.is_some()), (None, true));
    next.venue.positions.insert(SOL, 10_000_000);
    let mut third = restarted(next, carry);
    third.input(Input::Connection(hl_engine::Connection::Up));
    third.run(30_000);
    assert_eq!(third.position(SOL), "0.1");
    assert!(third.commands.iter().all(|command| !adds(command)));
}

#[test]
fn safe_mode_takes_nothing_even_in_the_middle_of_a_flatten() {
    let (bench, carry) = died_while_flattening();
    let mut next = restarted(bench, Carry { safe_mode: SafeMode::On, ..carry });
    next.input(Input::Connection(hl_engine::Connection::Up));
    next.run(30_000);
    assert_eq!(next.position(SOL), "0.5");
    next.operator(Operator::Flatten);
    next.run(10_000);
    assert_eq!(next.position(SOL), "0", "named again, it is done");
}
