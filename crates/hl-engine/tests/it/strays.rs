//! Orders that came to a market which the engine does not have, because the venue numbered its markets
//! anew while they flew.

use hl_engine::{Cause, Command, Input, MarketId, NoQuote, OrderUpdate, VenueState};
use hl_quant::{Side, Size};
use hl_wire::Oid;

use crate::bench::{Bench, SOL, config};

/// After the two markets of the bench.
const ELSEWHERE: MarketId = MarketId(2);

/// A bid of SOL that the venue has elsewhere.
fn strayed() -> (Bench, OrderUpdate) {
    let mut bench = Bench::started(config());
    let bid = bench.one(SOL, Side::Bid);
    let update = OrderUpdate {
        market: ELSEWHERE,
        time: bench.now,
        oid: Oid(77),
        cloid: Some(bid.cloid),
        side: Side::Bid,
        price: bid.price,
        original: bid.remaining,
        remaining: bid.remaining,
        state: VenueState::Open,
    };
    bench.venue.orders.retain(|order| order.cloid != Some(bid.cloid));
    bench.commands.clear();
    bench.input(Input::Order(update));
    (bench, update)
}

#[test]
fn it_is_cancelled_where_it_is_and_nothing_is_quoted_until_it_is_gone() {
    let (mut bench, update) = strayed();
    assert_eq!(bench.lines("audit_evt=order_in_another_market").len(), 1);
    let strays: Vec<_> =
        bench.engine.strays().map(|(market, order)| (market, order.cloid)).collect();
    assert_eq!(strays, [(ELSEWHERE, update.cloid.unwrap())]);
    assert_eq!(bench.engine.market(SOL).unwrap().why_not, Some(NoQuote::Orphans));
    bench.run(2_500);
    let is_meant = |c: &&Command| match c {
        Command::Cancel { orders, .. } => orders.iter().any(|o| o.market == ELSEWHERE),
        _ => false,
    };
    assert!(bench.commands.iter().filter(is_meant).count() >= 2, "again, while it is not found");
    assert!(bench.commands.iter().any(|c| matches!(c, Command::FetchSpecs { .. })), "the numbers");
    assert_eq!(bench.engine.strays().count(), 1, "what became of it is not told yet");
    bench.input(Input::Order(OrderUpdate { state: VenueState::Canceled, ..update }));
    assert_eq!(bench.engine.strays().count(), 0);
    let gone = format!("cloid={}", update.cloid.unwrap());
    let lines = bench.lines("order_evt=gone");
    assert_eq!(lines.iter().filter(|line| line.contains(&gone)).count(), 1, "once, when it is");
    bench.input(Input::Order(update));
    assert_eq!(bench.engine.strays().count(), 0, "an older word that came late");
    bench.run(3_000);
    assert_eq!(bench.live(SOL).len(), 2);
    assert_eq!(bench.engine.halted(), None);
}

#[test]
fn one_that_has_traded_there_halts() {
    for state in [VenueState::Filled, VenueState::Canceled] {
        let (mut bench, update) = strayed();
        let remaining = match state {
            VenueState::Filled => Size::ZERO,
            _ => Size::from_raw(update.original.raw() / 2),
        };
        bench.input(Input::Order(OrderUpdate { state, remaining, ..update }));
        assert_eq!(bench.engine.halted().map(|halt| halt.cause), Some(Cause::NotComputable));
        assert_eq!(bench.engine.strays().count(), 0);
    }
}

#[test]
fn a_stop_is_not_confirmed_while_it_rests() {
    let (mut bench, _) = strayed();
    bench.operator(hl_engine::Operator::Stop);
    bench.run(20_000);
    let stopped = bench.lines("halt_evt=stopped").pop().unwrap();
    assert!(stopped.ends_with("remaining=1"), "{stopped}");
}
