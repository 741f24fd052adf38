//! What an earlier run left: orders on its record without an end, orders at the venue, foreign ones.

use hl_engine::{
    Carry, Command, Durable, Engine, EventKind, Input, Intent, NoQuote, OrderState, Pair, Placed,
    Query, ReconLine,
};
use hl_quant::{Millis, Side, Size};
use hl_wire::{Cloid, Oid};

use crate::bench::{Bench, SOL, config, price, size};

/// A bench whose engine follows on one that ended without a word, with these open intents.
fn restarted(old: Bench, intents: Vec<Intent>) -> Bench {
    let carry = Carry { intents, ..Carry::default() };
    let mut bench = Bench::with(Engine::new(config(), 8).restore(carry));
    bench.venue = old.venue;
    bench.venue.news.clear();
    bench.now = old.now;
    bench
}

/// What the journal of a run would hold: the attempts without an end.
fn open_intents(bench: &Bench) -> Vec<Intent> {
    let mut open: Vec<Intent> = Vec::new();
    for event in &bench.events {
        match event.durable() {
            Some(Durable::Attempt(intent)) => open.push(intent),
            Some(Durable::Taken { cloid }) => {
                let taken = open.iter_mut().filter(|intent| intent.cloid == cloid);
                taken.for_each(|intent| intent.placed = Placed::Taken);
            }
            Some(Durable::End { cloid }) => open.retain(|intent| intent.cloid != cloid),
            _ => {}
        }
    }
    open
}

fn is_place(command: &Command) -> bool {
    matches!(command, Command::Place { .. })
}

/// A run that died with its first four orders on the way.
fn died() -> (Bench, Vec<Command>) {
    let mut bench = Bench::new(config());
    bench.hold = is_place;
    bench.start();
    let flying = std::mem::take(&mut bench.held);
    (bench, flying)
}

#[test]
fn intents_without_an_end_are_unknown_and_reserved_and_nothing_is_quoted_before_they_are_settled() {
    let (old, flying) = died();
    let intents = open_intents(&old);
    assert_eq!(intents.len(), 4);
    let mut bench = restarted(old, intents);
    bench.start();
    assert_eq!(bench.lines("recon_evt=carried").len(), 4);
    let states: Vec<_> = bench.engine.orders(SOL).map(|order| order.state).collect();
    assert_eq!(states, [OrderState::Unknown; 2]);
    assert_eq!(bench.engine.market(SOL).unwrap().why_not, Some(NoQuote::Orphans));
    // They arrive only now.
    bench.venue.now = bench.now;
    for command in &flying {
        bench.venue.execute(command);
    }
    bench.venue.news.clear();
    assert_eq!(bench.venue.open().count(), 4);
    bench.commands.clear();
    bench.run(4_000);
    let ours = bench.venue.orders.iter().take(4);
    assert!(ours.clone().all(|order| !order.is_open()), "found and cancelled");
    let first_order = bench.commands.iter().position(is_place).unwrap();
    let last_cancel =
        bench.commands.iter().rposition(|c| matches!(c, Command::Cancel { .. })).unwrap();
    assert!(last_cancel < first_order, "before the first quote");
    assert_eq!(bench.live(SOL).len(), 2);
    assert_eq!(bench.engine.stats().in_flight(), 0);
}

/// One list of the venue that leaves orders out is not believed where the record knows better.
#[test]
fn orders_that_rested_are_looked_for_whatever_the_first_list_says() {
    let old = Bench::started(config());
    let resting = open_intents(&old);
    assert_eq!(resting.len(), 4, "until they are gone");
    assert!(resting.iter().all(|intent| intent.placed == Placed::Taken));
    let mut bench = restarted(old, resting);
    bench.hold = |c| matches!(c, Command::Reconcile { query: Query::OpenOrders, .. });
    bench.start();
    let request = bench.held.remove(0).request();
    bench.hold = |_| false;
    bench.input(Input::OpenOrders { request, orders: &[] });
    bench.run(500);
    assert!(bench.venue.orders.iter().take(4).all(|order| !order.is_open()), "cancelled by name");
    bench.run(3_000);
    assert_eq!(bench.live(SOL).len(), 2);
    assert_eq!(bench.engine.stats().in_flight(), 0, "their attempts had ended");
}

#[test]
fn what_is_gone_is_off_the_record() {
    let mut bench = Bench::started(config());
    bench.operator(hl_engine::Operator::Stop);
    bench.run(3_000);
    assert_eq!(open_intents(&bench), []);
    assert_eq!(bench.lines("order_evt=gone").len(), 4);
}

#[test]
fn intents_that_never_arrived_are_gone_by_expiry_and_two_reads_and_end_on_record() {
    let (old, flying) = died();
    let intents = open_intents(&old);
    let sent = intents[0].sent;
    let cloids: Vec<_> = intents.iter().map(|intent| intent.cloid).collect();
    let mut bench = restarted(old, intents);
    bench.start();
    bench.run(29_000);
    assert_eq!(bench.live(SOL), [], "they could still come");
    assert!(bench.venue.now.since(sent) < 30_000);
    bench.run(5_000);
    assert_eq!(bench.live(SOL).len(), 2);
    assert_eq!(bench.engine.stats().not_found, 4);
    let ended: Vec<Cloid> = bench
        .events
        .iter()
        .filter_map(|event| match event.durable() {
            Some(Durable::End { cloid }) => Some(cloid),
            _ => None,
        })
        .collect();
    assert!(cloids.iter().all(|cloid| ended.contains(cloid)), "or they would be carried for ever");
    assert_eq!(bench.engine.stats().carried, 4);
    drop(flying);
}

#[test]
fn an_intent_that_traded_while_nobody_looked_owes_its_fill_and_the_position_has_it() {
    let (mut old, flying) = died();
    let intents = open_intents(&old);
    old.venue.now = old.now;
    for command in &flying {
        old.venue.execute(command);
    }
    let bid = old.venue.orders[0].cloid.unwrap();
    old.venue.trade(bid, Size::MAX).unwrap();
    old.now = old.now.plus(5_000);
    let mut bench = restarted(old, intents);
    bench.start();
    bench.run(5_000);
    assert_eq!(bench.position(SOL), "0.6");
    assert_eq!(bench.venue.orders.iter().take(4).filter(|order| order.is_open()).count(), 0);
    assert_eq!(bench.live(SOL).len(), 2);
    assert_eq!(bench.engine.market(SOL).unwrap().stats.maker_fills, 0, "before this run");
}

#[test]
fn an_intent_in_a_market_that_is_no_longer_quoted_is_reported() {
    let intent = Intent {
        cloid: Cloid(0x6d6d_686c << 96),
        pair: Pair::new("DOGE"),
        side: Side::Bid,
        price: price("1"),
        size: size("1"),
        sent: Millis(1),
        placed: Placed::InDoubt,
    };
    let mut bench = restarted(Bench::new(config()), vec![intent]);
    bench.start();
    assert_eq!(bench.lines("audit_evt=carried_order_elsewhere").len(), 1);
    assert_eq!(bench.live(SOL).len(), 2);
}

#[test]
fn foreign_orders_count_are_told_once_per_change_and_are_left_alone() {
    let mut bench = Bench::started(config());
    let foreign = |bench: &Bench| {
        let line = |kind: &EventKind| match kind {
            EventKind::Recon(ReconLine::Foreign { orders, bids, asks, .. }) => {
                Some((*orders, bids.to_string(), asks.to_string()))
            }
            _ => None,
        };
        bench.events.iter().filter_map(|event| line(&event.kind)).collect::<Vec<_>>()
    };
    bench.run(10_000);
    assert_eq!(foreign(&bench), []);
    bench.commands.clear();
    bench.venue.now = bench.now;
    bench.venue.rest(SOL, None, Side::Bid, price("1"), size("2"));
    bench.pass(1);
    bench.run(5_500);
    assert_eq!(foreign(&bench), [(1, "2".into(), "0".into())], "long before the routine question");
    bench.run(60_000);
    assert_eq!(foreign(&bench).len(), 1, "once");
    bench.venue.rest(SOL, None, Side::Ask, price("900"), size("3"));
    bench.run(35_000);
    assert_eq!(foreign(&bench)[1..], [(2, "2".into(), "3".into())]);
    let touched = bench.commands.iter().any(|command| match command {
        Command::Cancel { orders, .. } => orders.len() > 2,
        _ => false,
    });
    assert!(!touched);
    assert_eq!(bench.venue.open().filter(|order| order.cloid.is_none()).count(), 2);
}

#[test]
fn the_truth_is_read_back_at_least_once_a_minute_whatever_was_configured() {
    let mut config = config();
    config.timing.reconcile_ms = 3_600_000;
    config.timing.reconcile_max_age_ms = 3_600_000;
    let mut bench = Bench::started(config);
    bench.commands.clear();
    bench.run(61_000);
    for query in [Query::OpenOrders, Query::Account] {
        let asked = |c: &&Command| matches!(c, Command::Reconcile { query: q, .. } if *q == query);
        assert!(bench.commands.iter().filter(asked).count() >= 1, "{query:?}");
    }
}

#[test]
fn a_fill_that_comes_hours_late_is_counted_and_finds_its_order() {
    let mut bench = Bench::started(config());
    bench.run(2_000);
    bench.streams = false;
    let bid = bench.one(SOL, Side::Bid);
    bench.venue.now = bench.now;
    let fill = bench.venue.trade(bid.cloid, size("0.2")).unwrap();
    // Neither stream nor list tells it; the account report does, and the order is cancelled.
    let hidden = bench.venue.fills.pop().unwrap();
    bench.venue.news.clear();
    bench.streams = true;
    for _ in 0..120 {
        bench.run(60_000);
    }
    assert_eq!(bench.position(SOL), "0.2", "by the venue's word");
    for cloid in [hidden.cloid, None] {
        bench.input(Input::Fill(hl_engine::Fill { cloid, ..fill }));
        assert_eq!(bench.position(SOL), "0.2", "not twice");
        assert_eq!(bench.engine.stats().maker_fills, 1);
    }
    let line = &bench.lines("fill_evt=")[0];
    assert!(line.contains(&format!(" cloid={} ", bid.cloid)), "{line}");
}

#[test]
fn a_fill_under_an_earlier_name_of_the_venue_is_the_orders_own() {
    let mut bench = Bench::started(config());
    bench.run(2_000);
    let bid = bench.one(SOL, Side::Bid);
    let resting = bench.venue.orders.iter().find(|o| o.cloid == Some(bid.cloid)).unwrap().clone();
    // The venue gives the same order another number.
    let mut update = resting.update(bench.now);
    update.oid = Oid(987_654);
    bench.input(Input::Order(update));
    let fill = bench.venue.trade(bid.cloid, size("0.1")).unwrap();
    bench.venue.news.clear();
    for (tid, oid) in [(1, resting.oid), (2, Oid(987_654))] {
        bench.input(Input::Fill(hl_engine::Fill {
            cloid: None,
            oid,
            tid,
            start_position: if tid == 1 { fill.start_position } else { "0.1".parse().unwrap() },
            ..fill
        }));
    }
    let view = bench.engine.orders(SOL).find(|order| order.cloid == bid.cloid).unwrap();
    assert_eq!(view.remaining.to_string(), "0.4");
}

#[test]
fn a_fill_that_waited_for_its_order_is_found_by_whatever_tells_the_number() {
    for by_list in [true, false] {
        let mut config = config();
        // The list is read before the silence about the order is noticed.
        config.timing.reconcile_ms = 4_000;
        let mut bench = Bench::new(config);
        bench.hold = |c| matches!(c, Command::Place { .. });
        bench.start();
        let place = bench.held.remove(0);
        bench.venue.now = bench.now;
        bench.venue.execute(&place);
        let bid = bench.venue.orders[0].cloid;
        bench.venue.news.clear();
        // The answer is lost, and the first fill names the order as only the venue knows it.
        bench.now = bench.now.plus(10);
        bench.venue.now = bench.now;
        let fill = bench.venue.trade(bid.unwrap(), size("0.1")).unwrap();
        bench.input(Input::Fill(hl_engine::Fill { cloid: None, ..fill }));
        if by_list {
            bench.venue.news.clear();
            bench.run(4_500);
        } else {
            let other = bench.venue.trade(bid.unwrap(), size("0.1")).unwrap();
            bench.venue.news.clear();
            bench.input(Input::Fill(other));
        }
        let order = bench.engine.orders(SOL).find(|order| Some(order.cloid) == bid).unwrap();
        let left = if by_list { "0.5" } else { "0.4" };
        assert_eq!(order.remaining.to_string(), left, "by the list: {by_list}");
    }
}

#[test]
fn a_fill_older_than_all_that_is_remembered_is_reported_and_the_position_is_read() {
    let mut bench = Bench::started(config());
    bench.run(2_000);
    let bid = bench.one(SOL, Side::Bid);
    bench.venue.now = bench.now;
    let fill = bench.venue.trade(bid.cloid, size("0.1")).unwrap();
    bench.venue.news.clear();
    // More trades of the account than are remembered, by a human far away from our orders.
    let many = (0..4_200_u64).map(|i| hl_engine::Fill {
        tid: 1_000_000 + i,
        time: bench.now.plus(1 + i),
        oid: Oid(5),
        cloid: None,
        size: size("0.01"),
        ..fill
    });
    let many: Vec<_> = many.collect();
    bench.input(Input::Fills { request: None, fills: &many });
    bench.run(5_000);
    let before = bench.position(SOL);
    let counted = bench.engine.stats().maker_fills;
    bench.commands.clear();
    let told = bench.lines("audit_evt=fill_too_old").len();
    bench.input(Input::Fill(fill));
    assert_eq!(bench.lines("audit_evt=fill_too_old").len(), told + 1);
    assert_eq!(bench.position(SOL), before, "not counted, since nobody knows whether it was");
    assert_eq!(bench.engine.stats().maker_fills, counted);
    bench.pass(1_100);
    let asked = |query: fn(&Query) -> bool| {
        bench.commands.iter().any(|c| matches!(c, Command::Reconcile { query: q, .. } if query(q)))
    };
    assert!(asked(|q| *q == Query::Account), "the position decides");
    assert!(!asked(|q| matches!(q, Query::Fills { .. })), "the same fills would not help");
}

#[test]
fn the_position_is_read_after_the_list_so_that_no_trade_falls_between_them() {
    // An order of an earlier run trades and is gone between the questions. Its fill is late.
    let mut bench = Bench::new(config());
    let old = Cloid((0x6d6d_686c << 96) | 7);
    bench.venue.now = bench.now;
    bench.venue.rest(SOL, Some(old), Side::Bid, price("164"), size("0.6"));
    bench.streams = false;
    bench.hold = |c| matches!(c, Command::Reconcile { .. });
    bench.start();
    let asked: Vec<_> = bench.held.drain(..).collect();
    assert!(matches!(asked[..], [Command::Reconcile { query: Query::OpenOrders, .. }]));
    bench.venue.trade(old, Size::MAX).unwrap();
    bench.carry_out(&asked[0]);
    bench.hold = |_| false;
    bench.books();
    bench.pass(100);
    assert_eq!(bench.position(SOL), "0.6", "read when the list had shown nothing of it");
}
