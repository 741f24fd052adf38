//! The dead man's switch: every answer of the venue is a state, and without it our own limits are
//! tighter.

use hl_engine::{
    Carry, Command, DeadMan, DeadManLine, DeadManView, Durable, EngineConfig, EventKind, Input,
    NoQuote, Operator, OrderUpdate, Reply, Triggers, VenueState, utc_day,
};
use hl_quant::{Millis, Notional, Size};
use hl_wire::RejectCode;

use crate::bench::{Bench, SOL, config};

const DONE: Reply = Reply::Accepted { oid: None, filled: Size::ZERO };
const REFUSED: Reply = Reply::Rejected { code: RejectCode::Schedule, bbo: None };

fn armed() -> EngineConfig {
    let mut config = config();
    config.dead_man = Some(DeadMan { ahead_ms: 20_000, every_ms: 5_000 });
    config
}

fn is_schedule(command: &Command) -> bool {
    matches!(command, Command::ScheduleCancel { .. })
}

/// Answers every question about the switch.
fn answer(bench: &mut Bench, reply: Reply) -> usize {
    let held = std::mem::take(&mut bench.held);
    for command in &held {
        bench.reply(command.request(), &[reply]);
        bench.input(Input::Timer);
    }
    held.len()
}

fn started(reply: Reply) -> Bench {
    let mut bench = Bench::new(armed());
    bench.hold = is_schedule;
    bench.start();
    answer(&mut bench, reply);
    bench
}

fn words(bench: &Bench) -> Vec<String> {
    let lines = bench.lines("dead_man_evt=");
    lines.iter().map(|line| line.split([' ', '=']).nth(1).unwrap().to_owned()).collect()
}

#[test]
fn a_refusal_tightens_our_own_limits_and_an_acceptance_relaxes_them() {
    let mut bench = started(REFUSED);
    assert!(bench.engine.watchdog_is_tight());
    assert_eq!(bench.engine.dead_man(), DeadManView::Refused);
    let tight = bench.engine.config();
    assert_eq!((tight.timing.book_max_age_ms, tight.timing.reconcile_ms), (2_000, 15_000));
    assert_eq!(tight.limits.max_gross, Notional::whole(5_000));
    assert_eq!(words(&bench), ["refused"]);
    // Quotes are pulled after two seconds and not after three.
    bench.run(1_000);
    assert_eq!(bench.live(SOL).len(), 2);
    bench.pass(2_001);
    assert_eq!(bench.engine.market(SOL).unwrap().why_not, Some(NoQuote::BookStale));
    // An hour later it is asked for again.
    bench.run(3_590_000);
    assert_eq!(bench.held.len(), 0);
    while bench.held.is_empty() {
        bench.run(500);
    }
    assert_eq!(answer(&mut bench, DONE), 1);
    assert!(!bench.engine.watchdog_is_tight());
    assert_eq!(bench.engine.config().timing, armed().timing);
    assert_eq!(bench.engine.config().limits, armed().limits);
    let DeadManView::Armed(fires) = bench.engine.dead_man() else { panic!("armed") };
    assert!((19_000..=20_000).contains(&fires.since(bench.now)), "{fires}");
    assert_eq!(words(&bench), ["refused", "armed"]);
}

#[test]
fn a_refused_switch_halves_what_may_be_held() {
    let quotes = |reply| {
        let mut config = armed();
        config.markets[0].max_position = Notional::whole(120);
        let mut bench = Bench::new(config);
        bench.hold = is_schedule;
        bench.start();
        answer(&mut bench, reply);
        bench.run(10_000);
        bench.quotes(SOL)
    };
    assert!(quotes(DONE)[0].ends_with("x 0.6"), "a hundred dollars");
    assert!(quotes(REFUSED)[0].ends_with("x 0.36"), "no more than sixty: {:?}", quotes(REFUSED));
}

#[test]
fn it_is_asked_for_again_when_enough_has_been_traded() {
    let mut bench = started(REFUSED);
    bench.input(Input::RateLimit { used: 0, cap: 1_009_999 });
    bench.run(10_000);
    assert_eq!(bench.held.len(), 0, "a dollar is missing");
    bench.input(Input::RateLimit { used: 0, cap: 1_010_000 });
    assert_eq!(answer(&mut bench, DONE), 1);
    assert!(!bench.engine.watchdog_is_tight());
}

#[test]
fn answers_that_are_none_do_not_count_as_protection() {
    let mut bench = started(Reply::Unknown);
    assert!(!bench.engine.watchdog_is_tight(), "one says nothing");
    for _ in 0..2 {
        bench.run(2_000);
        answer(&mut bench, Reply::Unknown);
    }
    assert!(bench.engine.watchdog_is_tight());
    assert_eq!(words(&bench), ["doubtful"]);
    assert_eq!(bench.engine.dead_man(), DeadManView::Doubtful);
    bench.run(6_000);
    answer(&mut bench, DONE);
    assert!(!bench.engine.watchdog_is_tight());
}

/// The venue cancels one order of ours by the switch, and says so.
fn fires(bench: &mut Bench) {
    let order = bench.venue.open().next().cloned().expect("an order to cancel");
    let update = OrderUpdate { state: VenueState::Scheduled, ..order.update(bench.now) };
    bench.venue.take_away(order.cloid.unwrap());
    bench.venue.news.clear();
    bench.input(Input::Order(update));
}

#[test]
fn a_firing_is_recognised_counted_once_and_read_back_before_quoting() {
    let mut bench = started(DONE);
    bench.run(1_000);
    bench.commands.clear();
    let hold = |c: &Command| is_schedule(c) || matches!(c, Command::Reconcile { .. });
    bench.hold = hold;
    fires(&mut bench);
    assert_eq!(words(&bench), ["armed", "fired"]);
    assert_eq!(bench.engine.market(SOL).unwrap().why_not, Some(NoQuote::NotReconciled));
    let mut again = bench.venue.orders[1].update(bench.now);
    again.state = VenueState::Scheduled;
    bench.input(Input::Order(again));
    assert_eq!(words(&bench), ["armed", "fired"], "one firing cancels many orders");
    let durable = bench.events.iter().filter_map(hl_engine::Event::durable);
    let fired: Vec<_> = durable.filter(|record| matches!(record, Durable::DeadMan(_))).collect();
    let day = utc_day(bench.now);
    assert_eq!(fired, [Durable::DeadMan(Triggers { day, fired: 1 })]);
    bench.hold = is_schedule;
    for command in std::mem::take(&mut bench.held) {
        if is_schedule(&command) {
            bench.reply(command.request(), &[DONE]);
        } else {
            bench.carry_out(&command);
        }
    }
    bench.run(8_000);
    answer(&mut bench, DONE);
    bench.run(2_000);
    assert_eq!(bench.live(SOL).len(), 2, "and armed again: {:?}", words(&bench));
}

#[test]
fn a_switch_that_was_not_pushed_back_in_time_has_fired() {
    let mut bench = started(DONE);
    bench.run(10_000);
    // Questions about it vanish from now on.
    bench.held.clear();
    for _ in 0..30 {
        bench.run(1_000);
        bench.held.clear();
    }
    assert!(words(&bench).contains(&"fired".to_owned()), "{:?}", words(&bench));
    assert!(bench.engine.watchdog_is_tight());
}

#[test]
fn the_tenth_firing_of_a_day_is_the_last_until_the_next_one() {
    let mut bench = Bench::new(armed());
    let nine = Carry {
        dead_man: Some(Triggers { day: utc_day(bench.now), fired: 9 }),
        ..Carry::default()
    };
    bench.engine = hl_engine::Engine::new(armed(), 9).restore(nine);
    bench.hold = is_schedule;
    bench.start();
    answer(&mut bench, DONE);
    bench.run(1_000);
    fires(&mut bench);
    assert_eq!(words(&bench), ["armed", "fired", "exhausted"]);
    assert_eq!(bench.engine.dead_man(), DeadManView::Exhausted);
    assert!(bench.engine.watchdog_is_tight());
    bench.held.clear();
    bench.run(60_000);
    assert_eq!(bench.held.len(), 0, "there is no use in asking");
    let midnight = Millis((utc_day(bench.now) + 1) * 86_400_000);
    bench.pass(midnight.since(bench.now) + 1_000);
    bench.run(2_000);
    assert_eq!(answer(&mut bench, DONE), 1);
    assert!(!bench.engine.watchdog_is_tight());
    let armed = bench
        .has(|kind| matches!(kind, EventKind::DeadMan(DeadManLine::Armed(at)) if *at > midnight));
    assert!(armed);
}

#[test]
fn a_confirmed_stop_takes_the_switch_back() {
    let mut bench = started(DONE);
    bench.run(1_000);
    bench.commands.clear();
    bench.operator(Operator::Halt);
    bench.run(1_000);
    let cleared = |command: &&Command| matches!(command, Command::ScheduleCancel { at: None, .. });
    assert_eq!(bench.commands.iter().filter(cleared).count(), 1, "each firing is one of ten a day");
    answer(&mut bench, DONE);
    bench.run(60_000);
    assert_eq!(words(&bench), ["armed", "cleared"], "nothing fired, nothing is armed");
    assert_eq!(bench.engine.dead_man(), DeadManView::Waiting);
    assert_eq!(Bench::started(config()).engine.dead_man(), DeadManView::Off);
    bench.operator(Operator::Resume);
    bench.run(1_000);
    assert_eq!(answer(&mut bench, DONE), 1);
    assert_eq!(words(&bench), ["armed", "cleared", "armed"]);
}

#[test]
fn a_refusal_for_a_rate_is_no_word_about_the_switch_and_is_repeated_when_there_is_weight() {
    let limited = Reply::Rejected { code: RejectCode::IpRate, bbo: None };
    let mut config = armed();
    config.timing.retry_ms = 1;
    let mut bench = Bench::new(config);
    bench.hold = is_schedule;
    bench.start();
    let from = bench.now;
    assert_eq!(answer(&mut bench, limited), 1);
    assert!(!bench.engine.watchdog_is_tight(), "it is asked for again");
    while bench.held.is_empty() {
        bench.pass(1);
        bench.input(Input::Timer);
    }
    let waited = bench.now.since(from);
    assert!((74..200).contains(&waited), "the weight of one action: {waited} ms");
    answer(&mut bench, limited);
    bench.run(1_000);
    answer(&mut bench, limited);
    assert_eq!(words(&bench), ["doubtful"]);
    assert!(bench.engine.watchdog_is_tight());
}

#[test]
fn a_refusal_is_said_once_and_more_volume_changes_nothing_for_one_that_stands() {
    let mut bench = started(REFUSED);
    for _ in 0..2 {
        while bench.held.is_empty() {
            bench.run(60_000);
        }
        answer(&mut bench, REFUSED);
    }
    assert_eq!(words(&bench), ["refused"], "an hour later, and another");
    bench.input(Input::RateLimit { used: 0, cap: 1_010_000 });
    assert_eq!(answer(&mut bench, DONE), 1);
    bench.input(Input::RateLimit { used: 0, cap: 1_020_000 });
    assert_eq!(answer(&mut bench, DONE), 0, "nothing new in that");
    assert_eq!(words(&bench), ["refused", "armed"]);
}

#[test]
fn a_switch_in_doubt_is_said_to_be_armed_again() {
    let mut bench = started(DONE);
    for _ in 0..3 {
        while bench.held.is_empty() {
            bench.run(500);
        }
        answer(&mut bench, Reply::Unknown);
    }
    assert_eq!(words(&bench), ["armed", "doubtful"]);
    while bench.held.is_empty() {
        bench.run(500);
    }
    answer(&mut bench, DONE);
    assert_eq!(words(&bench), ["armed", "doubtful", "armed"]);
}

#[test]
fn while_offline_nothing_is_asked_and_the_switch_is_presumed_to_fire() {
    let mut bench = started(DONE);
    bench.input(Input::Connection(hl_engine::Connection::Down));
    bench.pass(30_000);
    assert_eq!(bench.held.len(), 0);
    assert_eq!(words(&bench), ["armed", "fired"]);
    bench.input(Input::Connection(hl_engine::Connection::Up));
    bench.run(1_000);
    assert_eq!(answer(&mut bench, DONE), 1);
}

#[test]
fn an_order_that_is_asked_about_may_turn_out_to_have_been_cancelled_by_the_switch() {
    let mut bench = started(DONE);
    bench.run(1_000);
    let order = bench.live(SOL)[0];
    bench.venue.take_away(order.cloid);
    bench.venue.news.clear();
    let resting = bench.venue.orders.iter_mut().find(|it| it.cloid == Some(order.cloid));
    resting.expect("it was placed").state = VenueState::Scheduled;
    // The operator's halt cancels an order that is gone: what became of it is asked.
    bench.operator(Operator::Halt);
    bench.run(5_000);
    assert!(words(&bench).contains(&"fired".to_owned()), "{:?}", words(&bench));
}

#[test]
fn a_firing_that_nobody_ordered_is_reported_and_not_counted() {
    let mut bench = Bench::started(config());
    let order = bench.venue.open().next().cloned().expect("an order");
    let update = OrderUpdate { state: VenueState::Scheduled, ..order.update(bench.now) };
    bench.venue.take_away(order.cloid.unwrap());
    bench.venue.news.clear();
    bench.input(Input::Order(update));
    assert!(bench.engine.stats().audits >= 1);
    assert_eq!(words(&bench), [""; 0]);
}
