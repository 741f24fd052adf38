//! Post-only refusals: the venue's words as a quote, counted apart, at a bounded rate.

use hl_engine::{Command, EventKind, Input, RaceLimit, RacePace, Reply};
use hl_quant::{Price, Side, Size};
use hl_wire::{Oid, RejectCode};

use crate::bench::{Bench, SOL, config, price};

fn is_place(command: &Command) -> bool {
    matches!(command, Command::Place { .. })
}

fn raced(bid: &str, ask: &str) -> Reply {
    Reply::Rejected { code: RejectCode::Alo, bbo: Some((price(bid), price(ask))) }
}

fn accepted() -> Reply {
    Reply::Accepted { oid: Some(Oid(5)), filled: Size::ZERO }
}

fn holding(races: RaceLimit) -> Bench {
    let mut config = config();
    config.markets[0].races = races;
    let mut bench = Bench::new(config);
    bench.hold = is_place;
    bench.start();
    bench.held.truncate(1);
    bench
}

fn price_of(command: &Command, side: Side) -> Price {
    let Command::Place { orders, .. } = command else { panic!() };
    orders.iter().find(|order| order.side == side).unwrap().price.get()
}

#[test]
fn each_side_goes_behind_the_told_price_of_the_other() {
    let mut bench = holding(RaceLimit::default());
    let command = bench.held.remove(0);
    bench.reply(command.request(), &[raced("164.2", "164.3"), accepted()]);
    bench.pass(300);
    assert_eq!(price_of(&bench.held[0], Side::Bid), price("164.29"));
    let mut bench = holding(RaceLimit::default());
    let command = bench.held.remove(0);
    bench.reply(command.request(), &[accepted(), raced("165.5", "165.6")]);
    bench.pass(300);
    assert_eq!(price_of(&bench.held[0], Side::Ask), price("165.51"));
}

#[test]
fn it_is_counted_apart_and_says_what_was_told() {
    let mut bench = holding(RaceLimit::default());
    let command = bench.held.remove(0);
    bench.reply(command.request(), &[raced("164.2", "164.3"), accepted()]);
    bench.input(Input::Timer);
    let stats = bench.engine.stats();
    assert_eq!((stats.races, stats.rejected()), (1, &[(RejectCode::Alo, 1)][..]));
    let line = &bench.lines("race_evt=")[0];
    assert!(line.starts_with("race_evt=post_only ts="), "{line}");
    assert!(line.contains(" pair=SOL side=buy px=164.57 bid=164.2 ask=164.3 wait=none"), "{line}");
    assert_eq!(bench.engine.market(SOL).unwrap().why_not, None, "a race is not a fault");
}

#[test]
fn a_crossed_touch_in_a_refusal_is_not_believed() {
    let mut bench = holding(RaceLimit::default());
    let command = bench.held.remove(0);
    bench.reply(command.request(), &[raced("170", "160"), accepted()]);
    bench.pass(300);
    assert_eq!(price_of(&bench.held[0], Side::Bid), price("164.57"));
}

#[test]
fn races_lost_again_and_again_come_at_a_bounded_rate_and_park_nothing() {
    let limit = RaceLimit { burst: 3, every_ms: 2_000 };
    let mut bench = holding(limit);
    let mut sent = Vec::new();
    for _ in 0..200 {
        for command in std::mem::take(&mut bench.held) {
            let Command::Place { orders, .. } = &command else { continue };
            if orders[0].market != SOL {
                bench.carry_out(&command);
                continue;
            }
            sent.push(bench.now);
            let replies: Vec<_> = orders
                .iter()
                .map(|o| if o.side == Side::Bid { raced("164.2", "164.3") } else { accepted() })
                .collect();
            bench.reply(command.request(), &replies);
        }
        bench.pass(100);
        bench.books();
    }
    // 20 seconds: three at once, then one every two seconds.
    assert!((11..=14).contains(&sent.len()), "{}", sent.len());
    let waits = bench.has(
        |kind| matches!(kind, EventKind::Race(line) if matches!(line.pace, RacePace::Until(_))),
    );
    assert!(waits);
    assert_eq!(bench.engine.market(SOL).unwrap().why_not, None, "not parked");
}
