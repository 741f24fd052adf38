//! Orders in doubt are resolved by evidence: burnt nonces, expiry, the venue's repeated word.

use hl_engine::{
    BurnStage, Command, Doubt, EventKind, Input, NoQuote, OrderState, Query, Reply, SubmitEnd,
    VenueState,
};
use hl_quant::{Millis, Side, Size};
use hl_wire::{Oid, RejectCode};

use crate::bench::{BTC, Bench, SOL, config, size};

const ACCEPTED: Reply = Reply::Accepted { oid: None, filled: Size::ZERO };
const NONCE: Reply = Reply::Rejected { code: RejectCode::Nonce, bbo: None };

/// Refusals of a request that say nothing about its orders.
const TURNED_AWAY: [RejectCode; 5] = [
    RejectCode::Nonce,
    RejectCode::Expired,
    RejectCode::Rate,
    RejectCode::IpRate,
    RejectCode::Auth,
];

fn is_place(command: &Command) -> bool {
    matches!(command, Command::Place { .. })
}

fn is_burn(command: &Command) -> bool {
    matches!(command, Command::Burn { .. })
}

fn is_status(command: &Command) -> bool {
    matches!(command, Command::Reconcile { query: Query::Order { .. }, .. })
}

/// The first orders of both markets are kept back; those of SOL are told to be in doubt.
fn in_doubt(hold: fn(&Command) -> bool) -> (Bench, Command) {
    let mut bench = Bench::new(config());
    bench.hold = is_place;
    bench.start();
    let lost = bench.held.remove(0);
    let other = bench.held.remove(0);
    bench.carry_out(&other);
    bench.input(Input::Timer);
    bench.hold = hold;
    bench.commands.clear();
    bench.reply(lost.request(), &[Reply::Unknown; 2]);
    bench.input(Input::Timer);
    (bench, lost)
}

fn states(bench: &Bench) -> Vec<OrderState> {
    bench.engine.orders(SOL).map(|order| order.state).collect()
}

fn count(bench: &Bench, which: fn(&Command) -> bool) -> usize {
    bench.commands.iter().filter(|command| which(command)).count()
}

fn stages(bench: &Bench) -> Vec<BurnStage> {
    let stage = |kind: &EventKind| match kind {
        EventKind::Burn { stage, .. } => Some(*stage),
        _ => None,
    };
    bench.events.iter().filter_map(|event| stage(&event.kind)).collect()
}

#[test]
fn an_order_that_never_arrived_is_burnt_and_then_gone_by_two_reads() {
    let (mut bench, lost) = in_doubt(|_| false);
    assert_eq!(states(&bench), [OrderState::Unknown; 2], "the first read says nothing yet");
    bench.pass(1);
    assert_eq!(stages(&bench), [BurnStage::Sent, BurnStage::Done], "and makes us burn it");
    assert!(bench.venue.burnt.contains(&(0, lost.request())));
    bench.run(1_000);
    assert_eq!(states(&bench), [OrderState::Unknown; 2], "one read at most");
    bench.run(2_000);
    let ends = bench.ends();
    let not_found = ends.values().filter(|ends| **ends == [SubmitEnd::NotFound]).count();
    assert_eq!(not_found, 2, "{ends:?}");
    assert_eq!(bench.live(SOL).len(), 2, "quoted anew");
    // Had it come late after all, its nonce is used.
    assert_eq!(bench.venue.execute(&lost), [NONCE; 2]);
    assert_eq!(bench.engine.stats().burns, 1, "one for the whole batch");
}

#[test]
fn before_its_nonce_is_dead_no_number_of_reads_makes_an_order_gone() {
    // Burns and the venue's time are kept away: books no longer arrive.
    let (mut bench, _) = in_doubt(is_burn);
    bench.hold = |c| is_burn(c) || matches!(c, Command::Reconcile { query: Query::Account, .. });
    bench.pass(60_000);
    assert!(count(&bench, is_status) > 10, "asked again and again");
    assert_eq!(states(&bench), [OrderState::Unknown; 2], "a timer alone proves nothing");
    // The venue's time moves past the expiry: now two reads suffice.
    bench.hold = |_| false;
    bench.books();
    bench.pass(8_000);
    assert_eq!(bench.engine.stats().not_found, 2);
}

#[test]
fn the_reads_that_count_are_asked_after_the_nonce_is_dead() {
    let (mut bench, _) = in_doubt(|c| is_burn(c) || is_status(c));
    // A question from before the burn is answered after it.
    let early = bench.held.iter().position(is_status).unwrap();
    let early = bench.held.remove(early);
    bench.pass(1_000);
    let burn = bench.held.iter().position(is_burn).unwrap();
    let burn = bench.held.remove(burn);
    bench.carry_out(&burn);
    bench.carry_out(&early);
    bench.hold = |_| false;
    bench.commands.clear();
    let mut reads = 0;
    while states(&bench).first() == Some(&OrderState::Unknown) {
        bench.pass(100);
        reads = count(&bench, is_status);
    }
    assert!(reads >= 4, "two for each of the two orders after the early one: {reads}");
}

#[test]
fn a_used_nonce_means_that_the_order_reached_a_block_and_is_asked_for_until_it_answers() {
    let (mut bench, late) = in_doubt(|c| is_burn(c) || is_status(c));
    bench.streams = false;
    bench.pass(1_100);
    // It arrives just before the noop.
    bench.venue.now = bench.now;
    bench.venue.execute(&late);
    let burn = bench.held.iter().find(|c| is_burn(c)).cloned().unwrap();
    bench.carry_out(&burn);
    bench.input(Input::Timer);
    assert_eq!(stages(&bench), [BurnStage::Sent, BurnStage::Used]);
    assert_eq!(states(&bench), [OrderState::Unknown; 2]);
    bench.run(3_000);
    assert_eq!(count(&bench, is_burn), 1, "a used nonce is not burnt again");
    bench.hold = |_| false;
    bench.run(6_000);
    assert_eq!(states(&bench), [OrderState::Live; 2]);
    let ends = bench.ends();
    assert!(ends.values().take(2).all(|ends| *ends == [SubmitEnd::Accepted]), "{ends:?}");
    assert_eq!(bench.venue.open().filter(|o| o.market == SOL).count(), 2, "no doubles");
}

#[test]
fn a_used_nonce_alone_makes_no_order_gone() {
    // The venue says that the nonce is used, and lags behind with the order.
    let (mut bench, _) = in_doubt(is_burn);
    bench.pass(1_100);
    let burn = bench.held.iter().find(|c| is_burn(c)).cloned().unwrap();
    bench.reply(burn.request(), &[NONCE]);
    bench.run(8_000);
    assert_eq!(states(&bench)[..2], [OrderState::Unknown; 2]);
    bench.run(6_000);
    assert_eq!(bench.engine.stats().not_found, 2, "past its expiry it is");
}

#[test]
fn a_burn_without_an_answer_is_sent_again() {
    for silence in [false, true] {
        let (mut bench, _) = in_doubt(is_burn);
        bench.pass(1);
        let burn = bench.held.remove(0);
        if !silence {
            bench.reply(burn.request(), &[Reply::Unknown]);
        }
        bench.pass(if silence { 5_000 } else { 1_000 });
        assert_eq!(count(&bench, is_burn), 2, "silence: {silence}");
        let again = bench.held.remove(0);
        bench.reply(again.request(), &[ACCEPTED]);
        bench.hold = |_| false;
        bench.pass(3_000);
        assert_eq!(bench.engine.stats().not_found, 2);
    }
}

#[test]
fn an_acceptance_that_comes_after_the_burn_was_sent_settles_it() {
    let (mut bench, late) = in_doubt(is_burn);
    bench.streams = false;
    bench.pass(1);
    assert_eq!(count(&bench, is_burn), 1);
    bench.venue.now = bench.now;
    let replies = bench.venue.execute(&late);
    bench.reply(late.request(), &replies);
    bench.input(Input::Timer);
    assert_eq!(states(&bench), [OrderState::Live; 2]);
    let burn = bench.held.remove(0);
    bench.reply(burn.request(), &[NONCE]);
    bench.run(10_000);
    assert_eq!(bench.engine.stats().accepted, 4, "both, and those of the other market");
    assert_eq!(bench.venue.open().filter(|o| o.market == SOL).count(), 2);
}

#[test]
fn silence_is_doubt_and_the_exposure_stays_reserved_until_the_end() {
    let mut bench = Bench::new(config());
    bench.hold = |c| is_place(c) || is_burn(c);
    bench.start();
    bench.run(4_500);
    assert_eq!(states(&bench), [OrderState::Pending; 2]);
    bench.run(1_000);
    assert_eq!(states(&bench), [OrderState::Unknown; 2]);
    let places = count(&bench, is_place);
    bench.run(4_000);
    assert_eq!(count(&bench, is_place), places, "nothing in its place while it is in doubt");
    assert_eq!(bench.lines("order_evt=unknown").len(), 4, "both markets' orders");
    bench.hold = |_| false;
    bench.run(6_000);
    assert_eq!(bench.live(SOL).len(), 2);
    assert_eq!(bench.engine.stats().not_found, 4);
}

#[test]
fn an_order_known_to_have_rested_needs_no_burn() {
    let mut bench = Bench::started(config());
    bench.run(2_000);
    bench.streams = false;
    let bid = bench.one(SOL, Side::Bid);
    bench.venue.now = bench.now;
    bench.venue.orders.retain(|order| order.cloid != Some(bid.cloid)); // the venue has forgotten it
    bench.pass(3_001);
    bench.run(35_000);
    assert_eq!(count(&bench, is_burn), 0);
    assert!(bench.engine.orders(SOL).all(|order| order.cloid != bid.cloid));
}

#[test]
fn fills_of_an_order_in_doubt_settle_it_too() {
    let (mut bench, late) = in_doubt(|c| is_burn(c) || is_status(c));
    bench.venue.now = bench.now;
    bench.venue.execute(&late);
    bench.venue.news.clear(); // its first words are lost
    let Command::Place { orders, .. } = &late else { panic!() };
    let fill = bench.venue.trade(orders[0].cloid, "0.2".parse().unwrap()).unwrap();
    bench.venue.news.clear();
    bench.input(Input::Fill(fill));
    let bid = bench.engine.orders(SOL).find(|o| o.cloid == orders[0].cloid).unwrap();
    assert_eq!((bid.state, bid.remaining.to_string()), (OrderState::Live, "0.4".into()));
}

#[test]
fn every_command_that_places_says_when_it_expires() {
    let mut bench = Bench::started(config());
    bench.run(3_000);
    bench.touch(SOL, "165.1", "165.12");
    let expiry = |command: &Command| match command {
        Command::Place { expires, .. } | Command::Modify { expires, .. } => Some(*expires),
        _ => None,
    };
    let modify = bench.commands.iter().rev().find_map(expiry).unwrap();
    assert_eq!(modify, bench.now.plus(10_000));
    assert!(bench.commands.iter().filter_map(expiry).count() >= 3);
    // A reply that it expired costs four requests more than the one.
    let mut bench = Bench::new(config());
    bench.hold = is_place;
    bench.start();
    bench.input(Input::RateLimit { used: 0, cap: 10_000 });
    let left = bench.engine.requests_left().unwrap();
    let command = bench.held.remove(0);
    let expired = Reply::Rejected { code: RejectCode::Expired, bbo: None };
    bench.reply(
        command.request(),
        &[expired, Reply::Accepted { oid: Some(Oid(1)), filled: Size::ZERO }],
    );
    assert_eq!(bench.engine.requests_left(), Some(left - 4));
}

#[test]
fn what_is_in_doubt_is_taken_off_what_other_markets_may_risk() {
    let mut config = config();
    config.limits.max_gross = hl_quant::Notional::whole(150);
    let mut bench = Bench::new(config);
    bench.hold = |c| is_place(c) || is_burn(c);
    bench.start();
    let first = bench.held.remove(0);
    let other = bench.held.remove(0);
    bench.carry_out(&other);
    bench.reply(first.request(), &[Reply::Unknown; 2]);
    bench.hold = is_burn;
    bench.run(6_000);
    assert_eq!(states(&bench), [OrderState::Unknown; 2]);
    // 99 dollars of 150 are SOL's, as long as nobody knows better.
    let worth = |bench: &Bench| {
        let orders = bench.live(BTC);
        orders.iter().map(|order| order.price * order.remaining).max().unwrap()
    };
    assert!(worth(&bench) <= hl_quant::Notional::whole(51), "{}", worth(&bench));
    bench.venue.touch.insert(BTC, ("103000".parse().unwrap(), "103001".parse().unwrap()));
    bench.run(2_000);
    assert!(worth(&bench) <= hl_quant::Notional::whole(51), "{}", worth(&bench));
}

/// The answer to the first orders of SOL, which the venue has executed if `executed`, is this.
fn answered(executed: bool, reply: Reply) -> Bench {
    let mut bench = Bench::new(config());
    bench.hold = is_place;
    bench.start();
    let place = bench.held.remove(0);
    bench.hold = |_| false;
    let other = bench.held.remove(0);
    bench.carry_out(&other);
    bench.streams = false;
    if executed {
        bench.venue.now = bench.now;
        bench.venue.execute(&place);
    }
    bench.reply(place.request(), &[reply; 2]);
    bench.input(Input::Timer);
    bench
}

#[test]
fn the_answer_to_a_second_copy_of_a_request_ends_no_order_of_the_first() {
    for code in TURNED_AWAY {
        let mut bench = answered(true, Reply::Rejected { code, bbo: None });
        bench.run(3_000);
        let ends = bench.ends();
        assert!(ends.values().take(2).all(|ends| *ends == [SubmitEnd::Accepted]), "{ends:?}");
        let ours = bench.venue.open().filter(|order| order.market == SOL).count();
        // Where the address's limit is said to be reached, the quotes go: found, and cancelled.
        let left = if code == RejectCode::Rate { 0 } else { 2 };
        assert_eq!((ours, states(&bench).len()), (left, left), "{code:?}: no doubles");
    }
}

#[test]
fn a_request_that_was_truly_turned_away_ends_with_what_it_was_refused_for() {
    for code in TURNED_AWAY {
        let mut bench = answered(false, Reply::Rejected { code, bbo: None });
        bench.run(14_000);
        let ends = bench.ends();
        let refused = [SubmitEnd::Rejected(code)];
        assert!(ends.values().take(2).all(|ends| *ends == refused), "{code:?}: {ends:?}");
        assert_eq!(bench.engine.stats().rejected(), [(code, 2)]);
        assert!(bench.has(|kind| matches!(
            kind,
            EventKind::Unknown { why: Doubt::TurnedAway(why), .. } if *why == code
        )));
    }
}

#[test]
fn an_order_that_is_called_filled_keeps_its_place_until_the_fill_or_the_truth_comes() {
    let filled = Reply::Accepted { oid: Some(Oid(1)), filled: size("1000") };
    let mut bench = answered(true, filled);
    let before = bench.engine.stats().attempts;
    bench.run(500);
    // The prices move: whatever is free to move would be replaced.
    bench.touch(SOL, "165.1", "165.12");
    bench.run(400);
    let sol = |bench: &Bench| bench.venue.open().filter(|order| order.market == SOL).count();
    assert_eq!((sol(&bench), bench.engine.stats().attempts), (2, before), "nothing in their place");
    bench.run(3_000);
    // It was a lie, and they are ordinary orders again.
    assert!(count(&bench, is_status) >= 2, "the venue was asked");
    assert_eq!((sol(&bench), states(&bench)), (2, vec![OrderState::Live; 2]));
    assert!(bench.engine.stats().attempts > before, "which follow the market");
}

#[test]
fn an_order_that_came_to_another_market_is_taken_away_there_before_anything_is_quoted() {
    let mut bench = Bench::started(config());
    bench.run(2_000);
    let bid = bench.one(SOL, Side::Bid);
    // The numbers had changed on its way: the venue has it in BTC.
    let order = bench.venue.orders.iter_mut().find(|o| o.cloid == Some(bid.cloid)).unwrap();
    order.market = BTC;
    let update = order.update(bench.now);
    bench.hold = |c| matches!(c, Command::Cancel { .. });
    bench.input(Input::Order(update));
    let orders =
        |bench: &Bench, market| bench.engine.orders(market).map(|o| o.cloid).collect::<Vec<_>>();
    assert!(!orders(&bench, SOL).contains(&bid.cloid), "it is not here");
    assert!(orders(&bench, BTC).contains(&bid.cloid), "and counts there");
    let why = |bench: &Bench| bench.engine.market(SOL).unwrap().why_not;
    assert_eq!(why(&bench), Some(NoQuote::Orphans));
    bench.hold = |_| false;
    for held in std::mem::take(&mut bench.held) {
        bench.carry_out(&held);
    }
    bench.run(3_000);
    assert!(!orders(&bench, BTC).contains(&bid.cloid));
    assert_eq!(why(&bench), None);
    assert_eq!(bench.venue.open().count(), 4, "quoted as before");
}

fn is_account(command: &Command) -> bool {
    matches!(command, Command::Reconcile { query: Query::Account, .. })
}

#[test]
fn a_report_as_of_before_an_order_was_filled_is_no_word_about_its_fill() {
    let mut bench = Bench::started(config());
    bench.run(2_000);
    let (before, bid) = (bench.now, bench.one(SOL, Side::Bid));
    bench.pass(500);
    bench.hold = |command| matches!(command, Command::Reconcile { .. });
    bench.streams = false;
    // It trades as a whole, and the stream says so; the fill itself is on its way for long.
    bench.venue.now = bench.now;
    bench.venue.trade(bid.cloid, bid.remaining).unwrap();
    let order = bench.venue.orders.iter().find(|order| order.cloid == Some(bid.cloid)).unwrap();
    let update = order.update(bench.now);
    assert_eq!(update.state, VenueState::Filled);
    bench.input(Input::Order(update));
    let owes = |bench: &Bench| bench.engine.orders(SOL).any(|order| order.cloid == bid.cloid);
    let money = bench.venue.money;
    for (time, owed) in [(before, true), (Millis(bench.now.0 + 60_000), false)] {
        bench.pass(65_000);
        let asked = bench.held.iter().rposition(is_account).unwrap();
        let request = bench.held.remove(asked).request();
        let positions = &bench.venue.held();
        bench.engine.handle(bench.now, Input::Account { request, time, positions, money });
        assert_eq!(owes(&bench), owed, "as of {time:?}");
    }
}
