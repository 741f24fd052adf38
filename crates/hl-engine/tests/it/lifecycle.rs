//! Orders between sending and certainty: the four outcomes, doubt, late and early fills.

use hl_engine::{
    Command, EventKind, Input, OrderState, Query, ReconLine, Reply, SubmitEnd, VenueState,
};
use hl_quant::{Side, Size};
use hl_wire::{Oid, RejectCode};

use crate::{
    bench::{BTC, Bench, SOL, config, price, size},
    venue::News,
};

fn is_place(command: &Command) -> bool {
    matches!(command, Command::Place { .. })
}

fn is_status(command: &Command) -> bool {
    matches!(command, Command::Reconcile { query: Query::Order { .. }, .. })
}

/// A bench with the first orders of both markets kept back.
fn holding() -> Bench {
    let mut bench = Bench::new(config());
    bench.hold = is_place;
    bench.start();
    bench
}

fn states(bench: &Bench) -> Vec<OrderState> {
    bench.engine.orders(SOL).map(|order| order.state).collect()
}

#[test]
fn an_order_is_pending_until_the_venue_has_spoken() {
    let mut bench = holding();
    assert_eq!(states(&bench), [OrderState::Pending; 2]);
    let command = bench.held.remove(0);
    bench.carry_out(&command);
    bench.input(Input::Timer);
    assert_eq!(states(&bench), [OrderState::Live; 2]);
    assert_eq!(bench.engine.stats().accepted, 2);
}

#[test]
fn nothing_new_is_sent_while_an_order_is_in_flight() {
    let mut bench = holding();
    bench.commands.clear();
    bench.run(3_000);
    assert!(!bench.commands.iter().any(is_place), "one wish, one order");
}

#[test]
fn an_error_after_acceptance_is_found_out_and_not_repeated() {
    let mut bench = holding();
    bench.streams = false;
    for command in std::mem::take(&mut bench.held) {
        bench.venue.now = bench.now;
        bench.venue.execute(&command);
        bench.reply(command.request(), &[Reply::Unknown; 2]);
    }
    bench.input(Input::Timer);
    assert_eq!(states(&bench), [OrderState::Live; 2], "asked by cloid, found open");
    assert_eq!(bench.venue.orders.len(), 4, "nothing was placed twice");
    let ends = bench.ends();
    assert!(ends.values().all(|ends| *ends == [SubmitEnd::Accepted]), "{ends:?}");
}

#[test]
fn a_rejection_ends_the_attempt_with_its_code_and_waits_before_the_next() {
    let mut bench = holding();
    let command = bench.held.remove(0);
    let margin = Reply::Rejected { code: RejectCode::Margin, bbo: None };
    bench.reply(command.request(), &[margin; 2]);
    bench.input(Input::Timer);
    let lines = bench.lines("quant_evt=submit");
    assert!(lines[0].ends_with("ok=0 err=margin err_code=E_MARGIN"), "{lines:#?}");
    assert_eq!(bench.engine.stats().rejected(), [(RejectCode::Margin, 2)]);
    bench.held.clear();
    bench.pass(900);
    assert!(bench.held.is_empty(), "not at once");
    bench.run(1_000);
    assert_eq!(bench.held.len(), 1);
}

#[test]
fn a_market_rests_after_too_many_rejections_in_a_row() {
    let mut bench = holding();
    for _ in 0..3 {
        for command in std::mem::take(&mut bench.held) {
            let code = RejectCode::Margin;
            bench.reply(command.request(), &[Reply::Rejected { code, bbo: None }; 2]);
        }
        bench.run(1_500);
    }
    assert_eq!(bench.engine.stats().rejected_total(), 12);
    assert_eq!(bench.engine.market(SOL).unwrap().why_not.unwrap().code(), "parked");
    bench.commands.clear();
    bench.run(50_000);
    assert!(!bench.commands.iter().any(is_place));
    bench.hold = |_| false;
    bench.run(15_000);
    assert_eq!(bench.live(SOL).len(), 2);
}

#[test]
fn a_post_only_race_tells_the_touch_and_the_next_order_respects_it() {
    let mut bench = holding();
    let command = bench.held.remove(0);
    let Command::Place { orders, .. } = &command else { panic!() };
    assert_eq!(orders[0].price.to_string(), "164.57");
    // The market has fallen below our bid; no book has said so yet.
    let bbo = Some((price("164.2"), price("164.3")));
    let raced = Reply::Rejected { code: RejectCode::Alo, bbo };
    bench.reply(
        command.request(),
        &[raced, Reply::Accepted { oid: Some(Oid(5)), filled: Size::ZERO }],
    );
    bench.held.clear();
    bench.pass(300);
    let Command::Place { orders, .. } = &bench.held[0] else { panic!() };
    assert_eq!(orders[0].side, Side::Bid);
    assert_eq!(orders[0].price.to_string(), "164.29", "one tick below the ask that was told");
    assert_eq!(bench.engine.market(SOL).unwrap().why_not, None, "a race is not a fault");
}

#[test]
fn an_order_that_never_left_is_no_order() {
    let mut bench = holding();
    let command = bench.held.remove(0);
    bench.reply(command.request(), &[Reply::NeverSent; 2]);
    bench.input(Input::Timer);
    assert_eq!(states(&bench), []);
    assert_eq!(bench.engine.stats().never_sent, 2);
    assert!(bench.lines("quant_evt=submit")[0].ends_with("ok=0 err=never_sent err_code=E_NET"));
}

#[test]
fn a_fill_before_the_acknowledgement_is_the_orders_own() {
    for by_oid_only in [false, true] {
        let mut bench = holding();
        bench.streams = false;
        let command = bench.held.remove(0);
        bench.venue.now = bench.now;
        let replies = bench.venue.execute(&command);
        let Command::Place { orders, .. } = &command else { panic!() };
        let mut fill = bench.venue.trade(orders[0].cloid, size("0.2")).unwrap();
        if by_oid_only {
            fill.cloid = None;
        }
        bench.input(Input::Fill(fill));
        assert_eq!(bench.position(SOL), "0.2");
        bench.reply(command.request(), &replies);
        bench.input(Input::Timer);
        let bid = bench.one(SOL, Side::Bid);
        assert_eq!(bid.remaining.to_string(), "0.4", "by oid only: {by_oid_only}");
        assert_eq!(bench.ends().values().filter(|ends| ends.len() == 1).count(), 2);
    }
}

#[test]
fn a_fill_counts_once_however_often_it_is_told() {
    let mut bench = Bench::started(config());
    let bid = bench.one(SOL, Side::Bid);
    bench.trade(&bid, "0.2");
    let fill = bench.venue.fills[0];
    for _ in 0..3 {
        bench.input(Input::Fill(fill));
        bench.input(Input::Fills { request: None, fills: &[fill, fill] });
    }
    bench.run(61_000);
    let market = bench.engine.market(SOL).unwrap();
    assert_eq!((market.position.to_string(), market.stats.maker_fills), ("0.2".into(), 1));
    assert_eq!(bench.lines("fill_evt=").len(), 1);
}

#[test]
fn what_the_venue_claims_to_have_filled_moves_no_position() {
    let mut bench = holding();
    let command = bench.held.remove(0);
    let filled = size("0.6");
    bench.reply(command.request(), &[Reply::Accepted { oid: Some(Oid(9)), filled }; 2]);
    bench.input(Input::Timer);
    assert_eq!(bench.position(SOL), "0");
    assert_eq!(states(&bench), [OrderState::Unknown; 2], "and they may rest all the same");
}

#[test]
fn a_cancelled_order_keeps_its_exposure_until_its_total_is_told() {
    let mut config = config();
    config.markets[0].max_position = hl_quant::Notional::whole(125);
    let mut bench = Bench::started(config);
    bench.streams = false;
    bench.hold = is_status;
    // The book turns stale: the quotes are cancelled and confirmed, but how much of them traded just
    // before is not known yet.
    bench.pass(3_001);
    assert_eq!(states(&bench), [OrderState::Closed; 2]);
    bench.books();
    // $99 of $125 are reserved for each side.
    let open: Vec<_> = bench.venue.open().filter(|o| o.market == SOL).cloned().collect();
    assert_eq!(open.len(), 2);
    assert!(open.iter().all(|o| o.size == size("0.15")), "{open:?}");
    // The streams tell the totals: all of it was cancelled.
    bench.streams = true;
    bench.run(3_000);
    assert_eq!(bench.quotes(SOL), ["buy 164.57 x 0.6", "sell 165.23 x 0.6"]);
}

#[test]
fn a_cancel_that_finds_nothing_is_a_question_and_not_an_answer() {
    let mut bench = Bench::started(config());
    bench.streams = false;
    let bid = bench.one(SOL, Side::Bid);
    bench.venue.now = bench.now;
    bench.venue.trade(bid.cloid, size("0.6")).unwrap();
    bench.hold = is_status;
    bench.pass(3_001); // stale: cancel both; the bid is gone already
    let view = bench.engine.orders(SOL).find(|o| o.cloid == bid.cloid).unwrap();
    assert_eq!(view.state, OrderState::Unknown);
    let asked = bench.held.remove(0);
    bench.carry_out(&asked);
    bench.input(Input::Timer);
    let view = bench.engine.orders(SOL).find(|o| o.cloid == bid.cloid).unwrap();
    assert_eq!(view.state, OrderState::Closed, "filled, its fill still owed");
    bench.streams = true;
    bench.input(Input::Timer);
    assert_eq!(bench.position(SOL), "0.6");
    assert!(bench.engine.orders(SOL).all(|o| o.cloid != bid.cloid));
}

#[test]
fn a_failed_modify_leaves_the_old_order_in_doubt_until_it_is_found() {
    let mut bench = Bench::started(config());
    bench.run(2_000);
    bench.hold = |command| matches!(command, Command::Modify { .. });
    bench.touch(SOL, "165.1", "165.12");
    let modify = bench.held.remove(0);
    // The venue says no to the new orders and nothing about the old ones.
    let refused = Reply::Rejected { code: RejectCode::Modify, bbo: None };
    bench.reply(modify.request(), &[refused; 2]);
    bench.hold = |_| false;
    bench.run(3_000);
    assert_eq!(bench.venue.open().filter(|o| o.market == SOL).count(), 2, "no doubles");
    assert_eq!(bench.quotes(SOL), ["buy 164.77 x 0.6", "sell 165.45 x 0.6"]);
}

#[test]
fn every_order_of_events_around_a_modify_ends_alike() {
    // Told: the new order opens, the old one is cancelled, the old one traded a little before, the
    // answer comes. In all 24 orders.
    let mut results = std::collections::BTreeSet::new();
    for order in permutations(4) {
        let mut bench = Bench::started(config());
        bench.run(2_000);
        bench.hold = |command| matches!(command, Command::Modify { .. } | Command::Place { .. });
        let old = bench.one(SOL, Side::Bid);
        bench.touch(SOL, "165.1", "165.12");
        let modify = bench.held.remove(0);
        bench.streams = false;
        bench.venue.now = bench.now;
        let fill = bench.venue.trade(old.cloid, size("0.2")).unwrap();
        bench.venue.news.clear();
        let replies = bench.venue.execute(&modify);
        let news = std::mem::take(&mut bench.venue.news);
        let update = |state| {
            let of = |n: &News| matches!(n, News::Order(u) if u.state == state);
            news.iter().filter(|n| of(n)).cloned().collect::<Vec<_>>()
        };
        for step in order {
            match step {
                0 => tell(&mut bench, &update(VenueState::Open)),
                1 => tell(&mut bench, &update(VenueState::Canceled)),
                2 => bench.input(Input::Fill(fill)),
                _ => {
                    bench.reply(modify.request(), &replies);
                    bench.input(Input::Timer);
                }
            }
        }
        bench.run(1_000);
        let stats = bench.engine.market(SOL).unwrap().stats.clone();
        results.insert((
            bench.quotes(SOL),
            bench.position(SOL),
            stats.accepted,
            stats.maker_fills,
            bench.engine.orders(SOL).count(),
        ));
    }
    assert_eq!(results.len(), 1, "{results:#?}");
}

fn tell(bench: &mut Bench, news: &[News]) {
    for news in news {
        match news {
            News::Fill(fill) => bench.input(Input::Fill(*fill)),
            News::Order(update) => bench.input(Input::Order(*update)),
        }
    }
}

fn permutations(n: usize) -> Vec<Vec<usize>> {
    if n == 0 {
        return vec![Vec::new()];
    }
    let shorter = permutations(n - 1);
    let insert = |p: &Vec<usize>, at: usize| {
        let mut p = p.clone();
        p.insert(at, n - 1);
        p
    };
    shorter.iter().flat_map(|p| (0..n).map(|at| insert(p, at)).collect::<Vec<_>>()).collect()
}

#[test]
fn an_order_that_the_venue_takes_away_is_replaced() {
    let mut bench = Bench::started(config());
    let bid = bench.one(SOL, Side::Bid);
    bench.pass(300);
    bench.venue.take_away(bid.cloid);
    bench.input(Input::Timer);
    assert_eq!(bench.lines("cancel_evt=venue").len(), 1);
    assert_ne!(bench.one(SOL, Side::Bid).cloid, bid.cloid);
    assert_eq!(bench.engine.stats().canceled_by_venue, 1);
}

#[test]
fn an_order_missing_from_the_venues_list_is_asked_about() {
    let mut bench = Bench::started(config());
    bench.streams = false;
    let bid = bench.one(SOL, Side::Bid);
    bench.run(20_000);
    bench.venue.take_away(bid.cloid); // its message is lost
    bench.run(12_000);
    assert!(
        bench.has(|kind| matches!(kind, EventKind::Unknown { cloid, .. } if *cloid == bid.cloid))
    );
    assert_ne!(bench.one(SOL, Side::Bid).cloid, bid.cloid, "found out, and quoted again");
}

#[test]
fn the_venues_position_stands_against_ours() {
    let mut bench = Bench::started(config());
    bench.venue.positions.insert(SOL, -50_000_000);
    bench.run(31_000);
    assert_eq!(bench.position(SOL), "-0.5");
    let differs = |kind: &EventKind| {
        matches!(kind, EventKind::Recon(ReconLine::Position { local, venue, .. })
            if local.raw() == 0 && venue.raw() == -50_000_000)
    };
    assert!(bench.has(differs));
}

#[test]
fn a_position_from_before_the_run_is_no_profit_of_it() {
    let mut bench = Bench::new(config());
    bench.venue.positions.insert(SOL, -50_000_000);
    bench.start();
    let profit = |bench: &Bench| bench.engine.market(SOL).unwrap().profit.unwrap().to_string();
    assert_eq!((bench.position(SOL), profit(&bench)), ("-0.5".into(), "0".into()));
    bench.run(5_000);
    let bid = bench.one(SOL, Side::Bid);
    bench.trade(&bid, "0.5");
    // Bought back at the bid what was worth the fair price when the run began.
    let worth = |price| hl_engine::Usd::value("0.5".parse().unwrap(), price);
    let made = worth(bench.engine.market(SOL).unwrap().fair.unwrap()).minus(worth(bid.price));
    assert_eq!(bench.position(SOL), "0");
    assert_eq!(profit(&bench), made.minus(bench.engine.stats().fees).to_string());
}

#[test]
fn a_missed_fill_is_noticed_at_the_next_one_and_read_back() {
    let mut bench = Bench::started(config());
    bench.run(5_000);
    bench.streams = false;
    let bid = bench.one(SOL, Side::Bid);
    bench.venue.now = bench.now;
    bench.venue.trade(bid.cloid, size("0.2"));
    bench.venue.news.clear(); // lost
    bench.streams = true;
    bench.pass(50);
    bench.trade(&bid, "0.1");
    assert_eq!(bench.position(SOL), "0.1");
    bench.run(1_500);
    assert_eq!(bench.position(SOL), "0.3", "long before the next routine question");
    assert_eq!(bench.engine.stats().maker_fills, 2);
}

#[test]
fn the_other_market_is_not_touched_by_all_this() {
    let mut bench = holding();
    let command = bench.held.remove(0);
    bench.hold = |_| false;
    let second = bench.held.remove(0);
    bench.carry_out(&second);
    bench.reply(command.request(), &[Reply::Unknown; 2]);
    bench.input(Input::Timer);
    assert_eq!(bench.live(BTC).len(), 2);
}
