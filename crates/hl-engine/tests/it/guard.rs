//! The retry guard: one second try after a refused tick or lot, under new rules or not at all.

use hl_engine::{
    Command, EventKind, Fetch, GuardEnd, GuardStage, Input, MarketStatus, NoQuote, PlaceOrder,
    Reply,
};
use hl_quant::{Side, Size};
use hl_wire::{Oid, RejectCode};

use crate::bench::{BTC, Bench, SOL, config, price};

fn is_order(command: &Command) -> bool {
    matches!(command, Command::Place { .. } | Command::Modify { .. })
}

fn is_fetch(command: &Command) -> bool {
    matches!(command, Command::FetchSpecs { fetch: Fetch::Forced, .. })
}

fn refused(code: RejectCode) -> Reply {
    Reply::Rejected { code, bbo: None }
}

/// The first orders of SOL have been kept back.
fn holding() -> (Bench, Command) {
    let mut bench = Bench::new(config());
    bench.hold = is_order;
    bench.start();
    let first = bench.held.remove(0);
    let other = bench.held.remove(0);
    bench.carry_out(&other);
    bench.input(Input::Timer);
    (bench, first)
}

fn orders(bench: &Bench) -> Vec<PlaceOrder> {
    let mut all = Vec::new();
    for command in &bench.commands {
        match command {
            Command::Place { orders, .. } => all.extend(orders.iter().copied()),
            Command::Modify { orders, .. } => all.extend(orders.iter().map(|order| order.new)),
            _ => {}
        }
    }
    all.retain(|order| order.market == SOL);
    all
}

fn stages(bench: &Bench) -> Vec<GuardStage> {
    let stage = |kind: &EventKind| match kind {
        EventKind::Guard(line) => Some(line.stage),
        _ => None,
    };
    bench.events.iter().filter_map(|event| stage(&event.kind)).collect()
}

/// `(intent, try)` of each attempt.
fn tries(bench: &Bench) -> Vec<(u64, u8)> {
    let attempt = |kind: &EventKind| match kind {
        EventKind::Attempt(a) if a.pair.as_str() == "SOL" => Some((a.intent.0, a.tries)),
        _ => None,
    };
    bench.events.iter().filter_map(|event| attempt(&event.kind)).collect()
}

#[test]
fn a_refused_tick_is_sent_once_more_under_the_new_rules_and_a_fresh_name() {
    let (mut bench, first) = holding();
    // The venue now takes whole lots and six decimals of price less... one decimal fewer of size.
    bench.venue.decimals.insert(SOL, 1);
    bench.hold = |_| false;
    bench.commands.clear();
    bench.reply(first.request(), &[refused(RejectCode::Tick); 2]);
    bench.input(Input::Timer);
    assert_eq!(bench.commands.iter().filter(|c| is_fetch(c)).count(), 1, "one request for both");
    let Command::Place { orders: before, .. } = &first else { panic!() };
    let after = orders(&bench);
    assert_eq!(after.len(), 2);
    for (old, new) in before.iter().zip(&after) {
        assert_eq!((old.side, old.market), (new.side, new.market));
        assert_ne!(old.cloid, new.cloid);
    }
    let attempts = tries(&bench);
    assert_eq!(attempts, [(1, 1), (2, 1), (1, 2), (2, 2)], "the same intents, tried twice");
    assert_eq!(stages(&bench)[2..], [GuardStage::Success; 2]);
    assert_eq!(bench.live(SOL).len(), 2);
    let stats = bench.engine.stats();
    assert_eq!((stats.guarded, stats.guard_success, stats.guard_exhausted), (2, 2, 0));
    assert_eq!(stats.most_sends, 2);
}

#[test]
fn its_lines_are_the_old_systems_with_ours_behind() {
    let (mut bench, first) = holding();
    bench.venue.decimals.insert(SOL, 1);
    bench.hold = |_| false;
    bench.reply(first.request(), &[refused(RejectCode::Tick); 2]);
    bench.input(Input::Timer);
    let line = &bench.lines("retry_guard pair=")[0];
    assert!(
        line.starts_with("retry_guard pair=SOL attempt=1/1 reason=tick_size ts=2025-"),
        "{line}"
    );
    assert!(line.contains(" intent=1 cloid=0x6d6d686c"), "{line}");
    let line = &bench.lines("retry_guard_success")[0];
    assert!(
        line.starts_with("retry_guard_success pair=SOL attempt=1 result=success ts="),
        "{line}"
    );
    let attempt = bench.lines("quant_evt=attempt");
    assert!(attempt.iter().filter(|line| line.ends_with("try=2")).count() == 2);
    // And the end of one whose rules did not change.
    let (mut bench, first) = holding();
    bench.hold = |_| false;
    bench.reply(first.request(), &[refused(RejectCode::Tick); 2]);
    bench.input(Input::Timer);
    let line = &bench.lines("retry_guard_exhausted")[0];
    let wanted = "retry_guard_exhausted pair=SOL attempts=0 result=failed why=spec_unchanged ts=";
    assert!(line.starts_with(wanted), "{line}");
}

#[test]
fn the_raw_wish_is_made_legal_anew_and_not_the_refused_number() {
    let (mut bench, first) = holding();
    let Command::Place { orders: before, .. } = &first else { panic!() };
    assert_eq!(before[0].size.to_string(), "0.6", "100 dollars at two decimals, cut from 0.606...");
    // One decimal more: the wish has more digits than the refused order had.
    bench.venue.decimals.insert(SOL, 3);
    bench.hold = |_| false;
    bench.commands.clear();
    bench.reply(first.request(), &[refused(RejectCode::Size); 2]);
    bench.input(Input::Timer);
    assert_eq!(orders(&bench)[0].size.to_string(), "0.606");
}

#[test]
fn under_the_same_rules_the_same_order_is_not_sent_again() {
    let (mut bench, first) = holding();
    bench.commands.clear();
    bench.reply(first.request(), &[refused(RejectCode::Tick); 2]);
    bench.input(Input::Timer);
    assert_eq!(orders(&bench), [], "an unchanged rule would be broken again");
    let unchanged = GuardStage::Exhausted(GuardEnd::SpecUnchanged);
    assert_eq!(stages(&bench)[2..], [unchanged; 2]);
    assert_eq!(bench.engine.stats().most_sends, 1);
    // Two failures in a row make the market rest.
    assert_eq!(bench.engine.market(SOL).unwrap().why_not, Some(NoQuote::Parked));
    bench.hold = |_| false;
    bench.run(59_000);
    assert_eq!(orders(&bench), []);
    bench.run(2_000);
    assert_eq!(bench.live(SOL).len(), 2);
}

#[test]
fn rules_from_before_the_refusal_do_not_count() {
    let (mut bench, first) = holding();
    bench.hold = |c| is_order(c) || is_fetch(c);
    bench.pass(100);
    bench.venue.decimals.insert(SOL, 1);
    bench.commands.clear();
    bench.reply(first.request(), &[refused(RejectCode::Tick); 2]);
    bench.input(Input::Timer);
    // An answer to a request from before the refusal says the new rules already.
    let spec = bench.venue.spec(SOL);
    let requested = hl_quant::Millis(bench.now.0 - 1);
    let status = MarketStatus::Trading;
    bench.input(Input::Spec { market: SOL, spec: &spec, requested, status });
    assert_eq!(orders(&bench), []);
    bench.pass(300);
    assert_eq!(bench.commands.iter().filter(|c| is_fetch(c)).count(), 2, "asked again soon");
    for fetch in std::mem::take(&mut bench.held) {
        bench.carry_out(&fetch);
    }
    bench.run(2_000); // the two requests have used up the minute's weight for a moment
    assert_eq!(orders(&bench).len(), 2);
    assert_eq!(tries(&bench), [(1, 1), (2, 1), (1, 2), (2, 2)]);
}

#[test]
fn nothing_else_is_placed_while_a_refused_order_waits() {
    let (mut bench, first) = holding();
    bench.hold = |c| is_order(c) || is_fetch(c);
    bench.reply(
        first.request(),
        &[refused(RejectCode::Tick), Reply::Accepted { oid: Some(Oid(5)), filled: Size::ZERO }],
    );
    bench.commands.clear();
    bench.run(5_000);
    assert_eq!(orders(&bench), [], "it would be made with the rules that were refused");
    bench.run(6_000);
    assert_eq!(stages(&bench).last(), Some(&GuardStage::Exhausted(GuardEnd::NoSpec)));
    assert!(!orders(&bench).is_empty(), "given up, quoted anew");
}

#[test]
fn a_second_refusal_ends_it_and_nothing_is_sent_a_third_time() {
    let (mut bench, mut command) = holding();
    bench.commands.clear();
    for decimals in [1, 3] {
        bench.venue.decimals.insert(SOL, decimals);
        bench.reply(command.request(), &[refused(RejectCode::Tick); 2]);
        bench.input(Input::Timer);
        match bench.held.pop() {
            Some(next) => command = next,
            None => break,
        }
    }
    assert_eq!(tries(&bench), [(1, 1), (2, 1), (1, 2), (2, 2)]);
    let rejected = GuardStage::Exhausted(GuardEnd::Rejected(RejectCode::Tick));
    assert_eq!(stages(&bench)[2..], [rejected; 2]);
    assert_eq!(bench.engine.stats().most_sends, 2);
    assert_eq!(bench.engine.market(SOL).unwrap().why_not, Some(NoQuote::Parked));
}

#[test]
fn a_second_try_that_is_lost_is_no_reason_for_a_third() {
    let (mut bench, first) = holding();
    bench.venue.decimals.insert(SOL, 1);
    bench.reply(first.request(), &[refused(RejectCode::Tick); 2]);
    bench.input(Input::Timer);
    let second = bench.held.remove(0);
    bench.reply(second.request(), &[Reply::Unknown; 2]);
    bench.run(4_000);
    let lost = GuardStage::Exhausted(GuardEnd::Lost);
    assert_eq!(stages(&bench)[2..], [lost; 2]);
    assert!(tries(&bench).iter().filter(|(intent, _)| *intent <= 2).count() == 4);
}

#[test]
fn an_error_that_says_nothing_is_not_retried() {
    for reply in [Reply::Unknown, Reply::NeverSent, refused(RejectCode::Margin)] {
        let (mut bench, first) = holding();
        bench.commands.clear();
        bench.reply(first.request(), &[reply; 2]);
        bench.input(Input::Timer);
        assert_eq!(stages(&bench), [], "{reply:?}");
        assert_eq!(bench.commands.iter().filter(|c| is_fetch(c)).count(), 0);
    }
}

#[test]
fn the_second_try_respects_the_touch_of_its_own_moment() {
    let (mut bench, first) = holding();
    bench.hold = |c| is_order(c) || is_fetch(c);
    bench.venue.decimals.insert(SOL, 1);
    bench.reply(first.request(), &[refused(RejectCode::Tick); 2]);
    // The market falls below the bid that was wanted, before the new rules come.
    bench.touch(SOL, "164.30", "164.32");
    let fetch = bench.held.iter().find(|c| is_fetch(c)).cloned().unwrap();
    bench.commands.clear();
    bench.carry_out(&fetch);
    bench.input(Input::Timer);
    let bid = orders(&bench).into_iter().find(|order| order.side == Side::Bid).unwrap();
    assert_eq!(bid.price.to_string(), "164.31", "one tick below the ask of now");
    // The market rises above the ask that was wanted, and the data turns stale: no second try.
    let (mut bench, first) = holding();
    bench.hold = |c| is_order(c) || is_fetch(c);
    bench.venue.decimals.insert(SOL, 1);
    bench.reply(first.request(), &[refused(RejectCode::Tick); 2]);
    bench.commands.clear();
    bench.pass(3_001);
    let stale = GuardStage::Exhausted(GuardEnd::NotQuoting);
    assert_eq!(stages(&bench)[2..], [stale; 2]);
    assert_eq!(orders(&bench), []);
}

#[test]
fn the_gate_may_stop_the_second_try() {
    let (mut bench, first) = holding();
    bench.hold = |c| is_order(c) || is_fetch(c);
    bench.venue.decimals.insert(SOL, 1);
    bench.reply(first.request(), &[refused(RejectCode::Tick); 2]);
    // Meanwhile a human has filled the position up to its limit with orders far away.
    bench.venue.rest(SOL, None, Side::Bid, price("1"), "6.0".parse().unwrap());
    bench.pass(1);
    bench.run(500);
    let request = bench.held.iter().find(|c| is_fetch(c)).cloned().unwrap();
    bench.venue.news.clear();
    bench.run(5_500);
    bench.carry_out(&request);
    bench.input(Input::Timer);
    assert!(
        stages(&bench)
            .contains(&GuardStage::Exhausted(GuardEnd::Gate(hl_engine::Rule::PositionCap))),
        "{:?}",
        stages(&bench)
    );
}

#[test]
fn a_refused_modify_is_tried_again_as_one_when_the_old_order_is_known_to_rest() {
    let mut bench = Bench::started(config());
    bench.run(2_000);
    bench.hold = is_order;
    bench.touch(SOL, "165.1", "165.12");
    let modify = bench.held.remove(0);
    let Command::Modify { orders: moved, .. } = &modify else { panic!("{modify:?}") };
    let n = moved.len();
    bench.venue.decimals.insert(SOL, 1);
    bench.hold = |_| false;
    bench.commands.clear();
    // One error for the whole batch: the shell tells it for each.
    bench.reply(modify.request(), &vec![refused(RejectCode::Tick); n]);
    bench.input(Input::Timer);
    bench.run(3_000);
    let modifies = bench.commands.iter().filter(|c| matches!(c, Command::Modify { .. })).count();
    assert!(modifies >= 1, "the old orders were found resting, and moved");
    assert_eq!(stages(&bench).iter().filter(|s| **s == GuardStage::Success).count(), n);
    assert_eq!(bench.venue.open().filter(|o| o.market == SOL).count(), 2, "no doubles");
    assert_eq!(bench.quotes(SOL), ["buy 164.77 x 0.6", "sell 165.45 x 0.6"]);
}

#[test]
fn a_guard_that_is_switched_off_leaves_it_at_the_refusal() {
    for (enabled, max_retries) in [(false, 1), (true, 0)] {
        let mut config = config();
        (config.guard.enabled, config.guard.max_retries) = (enabled, max_retries);
        let mut bench = Bench::new(config);
        bench.hold = is_order;
        bench.start();
        let first = bench.held.remove(0);
        bench.venue.decimals.insert(SOL, 1);
        bench.reply(first.request(), &[refused(RejectCode::Tick); 2]);
        bench.input(Input::Timer);
        assert_eq!(stages(&bench), []);
        assert_eq!(bench.engine.stats().most_sends, 1);
        assert_eq!(bench.engine.stats().rejected_total(), 2);
    }
}

#[test]
fn rules_are_no_older_than_the_guards_limit() {
    let mut config = config();
    config.guard.spec_ttl_ms = 10_000;
    let mut bench = Bench::started(config);
    bench.hold = |c| matches!(c, Command::FetchSpecs { .. });
    bench.run(10_000);
    assert_eq!(bench.live(BTC).len(), 2);
    bench.run(500);
    assert_eq!(bench.engine.market(BTC).unwrap().why_not, Some(NoQuote::SpecStale));
}
