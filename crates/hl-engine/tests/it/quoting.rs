//! What is quoted, and when not.

use hl_engine::{
    Batching, Command, EventKind, FairKind, Input, Layer, Level, MarketStatus, NoQuote, OrderState,
    Ppm, Replace,
};
use hl_quant::{Millis, Notional, Side};

use crate::bench::{BTC, Bench, SOL, config, price, size, spec};

fn layered() -> hl_engine::EngineConfig {
    let mut config = config();
    let layer = |bps, pct: i64| Layer { offset: Ppm::from_bps(bps), capital: Ppm(pct * 10_000) };
    for market in &mut config.markets {
        market.spread.base_order = Notional::whole(200);
        market.spread.layers = vec![layer(0, 25), layer(10, 30), layer(25, 45)];
    }
    config
}

#[test]
fn it_quotes_both_sides_of_every_market_after_reading_everything_first() {
    let mut bench = Bench::new(config());
    bench.books();
    assert!(bench.commands.is_empty(), "nothing is known of the account");
    bench.start();
    let first_order = bench.commands.iter().position(|c| matches!(c, Command::Place { .. }));
    let questions = bench.commands.iter().filter(|c| matches!(c, Command::Reconcile { .. }));
    assert_eq!(questions.count(), 3);
    assert!(first_order.unwrap() >= 4, "specs, orders, account, fills come first");
    assert_eq!(bench.quotes(SOL), ["buy 164.57 x 0.6", "sell 165.23 x 0.6"]);
    assert_eq!(bench.quotes(BTC), ["buy 103248 x 0.00096", "sell 103663 x 0.00096"]);
    assert_eq!(bench.engine.market(SOL).unwrap().why_not, None);
}

#[test]
fn layers_lie_behind_each_other_with_their_part_of_the_capital() {
    let bench = Bench::started(layered());
    let expected = [
        "buy 164.15 x 0.54",
        "buy 164.4 x 0.36",
        "buy 164.57 x 0.3",
        "sell 165.23 x 0.3",
        "sell 165.4 x 0.36",
        "sell 165.65 x 0.54",
    ];
    assert_eq!(bench.quotes(SOL), expected);
    // One batch of six per market, not six requests.
    let places = bench.commands.iter().filter(|c| matches!(c, Command::Place { .. }));
    assert_eq!(places.count(), 2);
}

#[test]
fn one_batch_may_span_markets() {
    let mut config = config();
    config.batching = Batching::Across;
    let mut bench = Bench::new(config);
    // Both books are there when the last answer arrives, so both markets decide at once.
    bench.hold = |command| matches!(command, Command::FetchSpecs { .. });
    bench.start();
    let specs = bench.held.remove(0);
    bench.hold = |_| false;
    bench.carry_out(&specs);
    bench.input(Input::Timer);
    bench.input(Input::Operator(hl_engine::Operator::Halt));
    bench.run(10_000);
    bench.commands.clear();
    bench.input(Input::Operator(hl_engine::Operator::Resume));
    let place = bench.commands.iter().find_map(|command| match command {
        Command::Place { orders, .. } => Some(orders.iter().map(|o| o.market).collect::<Vec<_>>()),
        _ => None,
    });
    assert_eq!(place.unwrap(), [SOL, SOL, BTC, BTC]);
}

#[test]
fn layers_never_collapse_into_one_level() {
    let mut config = layered();
    // Distances far below one tick of BTC.
    for layer in &mut config.markets[1].spread.layers {
        layer.offset = Ppm(1);
    }
    let bench = Bench::started(config);
    let quotes = bench.quotes(BTC);
    assert_eq!(quotes.len(), 6, "{quotes:?}");
    let prices: std::collections::BTreeSet<_> =
        bench.live(BTC).iter().map(|order| order.price).collect();
    assert_eq!(prices.len(), 6, "{quotes:?}");
}

#[test]
fn a_quote_is_never_better_than_the_other_side_allows() {
    // The weighted price sits at the bid; the ask wanted one basis point above it would not be
    // behind the bid by a tick on its own.
    let mut config = config();
    config.markets[0].spread.spread = Ppm(1);
    config.markets[0].fair = FairKind::Mid;
    let bench = Bench::started(config);
    let quotes = bench.quotes(SOL);
    assert_eq!(quotes, ["buy 164.89 x 0.6", "sell 164.91 x 0.6"], "one-tick market, both at best");
}

#[test]
fn a_long_position_lowers_both_quotes() {
    let mut bench = Bench::started(config());
    let bid = bench.one(SOL, Side::Bid);
    bench.trade(&bid, "0.6");
    bench.run(3_000);
    assert_eq!(bench.position(SOL), "0.6");
    // 0.6 SOL is about a tenth of the limit of $1,000: the centre moves by 2 of 20 bps.
    assert_eq!(bench.quotes(SOL), ["buy 164.53 x 0.6", "sell 165.23 x 0.6"]);
    let bid = bench.one(SOL, Side::Bid);
    bench.trade(&bid, "0.6");
    bench.run(3_000);
    assert_eq!(bench.quotes(SOL), ["buy 164.5 x 0.6", "sell 165.17 x 0.6"]);
}

#[test]
fn an_order_close_enough_keeps_its_place_in_the_queue() {
    let mut bench = Bench::started(config());
    let before = bench.live(SOL);
    bench.run(2_000);
    bench.touch(SOL, "164.9", "164.92");
    bench.run(2_000);
    assert_eq!(bench.live(SOL), before, "one tick is within two basis points");
    bench.touch(SOL, "165.1", "165.12");
    bench.run(2_000);
    let after = bench.live(SOL);
    assert_ne!(after, before);
    assert_eq!(bench.quotes(SOL), ["buy 164.77 x 0.6", "sell 165.45 x 0.6"]);
    let modifies = bench.commands.iter().filter_map(|c| match c {
        Command::Modify { orders, .. } => Some(orders.len()),
        _ => None,
    });
    assert_eq!(modifies.collect::<Vec<_>>(), [2], "both in one request");
}

#[test]
fn a_quote_that_became_too_generous_moves_at_once_and_a_timid_one_waits() {
    let mut bench = Bench::started(config());
    bench.pass(10);
    // The market jumps up right after quoting: the ask is too cheap, the bid too low.
    bench.touch(SOL, "165.14", "165.16");
    assert_eq!(bench.quotes(SOL), ["buy 164.57 x 0.6", "sell 165.49 x 0.6"]);
    bench.run(1_500);
    assert_eq!(bench.quotes(SOL), ["buy 164.81 x 0.6", "sell 165.49 x 0.6"]);
}

#[test]
fn a_cancel_and_place_waits_for_the_confirmation_between_the_two() {
    let mut config = config();
    config.markets[0].requote.replace = Replace::CancelThenPlace;
    let mut bench = Bench::started(config);
    bench.hold = |command| matches!(command, Command::Cancel { .. });
    bench.run(2_000);
    bench.commands.clear();
    bench.touch(SOL, "164.69", "164.71");
    bench.run(1_000);
    assert!(!bench.commands.iter().any(|c| matches!(c, Command::Place { .. })));
    let cancel = bench.held.remove(0);
    bench.carry_out(&cancel);
    bench.hold = |_| false;
    bench.run(2_000);
    assert_eq!(bench.quotes(SOL), ["buy 164.37 x 0.6", "sell 165.03 x 0.6"]);
}

#[test]
fn no_quote_comes_from_a_book_that_cannot_be_trusted() {
    let level = |p, s| Level { price: price(p), size: size(s) };
    let (bid, ask) = (level("164.89", "5"), level("164.91", "5"));
    let cases: [(&[Level], &[Level], NoQuote); 4] = [
        (&[], &[], NoQuote::EmptyBook),
        (&[bid], &[], NoQuote::OneSided),
        (&[], &[ask], NoQuote::OneSided),
        (&[ask], &[bid], NoQuote::Crossed),
    ];
    for (bids, asks, reason) in cases {
        let mut bench = Bench::started(config());
        bench.pass(100);
        bench.input(Input::Book { market: SOL, time: bench.now, bids, asks });
        assert_eq!(bench.engine.market(SOL).unwrap().why_not, Some(reason));
        assert_eq!(bench.live(SOL), [], "{reason}");
        assert_eq!(bench.live(BTC).len(), 2, "the other market goes on");
    }
}

#[test]
fn our_own_quotes_alone_are_no_market() {
    let mut bench = Bench::started(config());
    let own = bench.live(SOL);
    let level = |o: &hl_engine::OrderView| Level { price: o.price, size: o.remaining };
    let bids: Vec<_> = own.iter().filter(|o| o.side == Side::Bid).map(level).collect();
    let asks: Vec<_> = own.iter().filter(|o| o.side == Side::Ask).map(level).collect();
    bench.pass(100);
    bench.input(Input::Book { market: SOL, time: bench.now, bids: &bids, asks: &asks });
    assert_eq!(bench.engine.market(SOL).unwrap().why_not, Some(NoQuote::EmptyBook));
}

#[test]
fn stale_data_pulls_the_quotes_within_the_limit() {
    let mut bench = Bench::started(config());
    bench.pass(3_000);
    assert_eq!(bench.live(SOL).len(), 2, "at the limit, not beyond it");
    bench.pass(1);
    assert_eq!(bench.live(SOL), []);
    assert_eq!(bench.venue.open().count(), 0, "cancelled at the venue, one millisecond later");
    assert_eq!(bench.engine.market(SOL).unwrap().why_not, Some(NoQuote::BookStale));
    // Data again, quotes again.
    bench.books();
    assert_eq!(bench.live(SOL).len(), 2);
}

#[test]
fn data_that_was_delayed_on_the_way_is_stale_although_it_just_arrived() {
    let mut bench = Bench::started(config());
    bench.pass(60_000);
    let old = Millis(bench.now.0 - 10_000);
    let (bids, asks) = bench.venue.book(SOL);
    bench.input(Input::Book { market: SOL, time: old, bids: &bids, asks: &asks });
    assert_eq!(bench.engine.market(SOL).unwrap().why_not, Some(NoQuote::BookStale));
}

#[test]
fn a_quote_too_small_for_the_venue_is_said_once_until_it_changes() {
    let mut config = config();
    config.markets[0].spread.base_order = Notional::whole(9);
    let mut bench = Bench::started(config);
    bench.run(5_000);
    let lines = bench.lines("quant_evt=below_min");
    assert_eq!(lines.len(), 2, "one per side, not per book: {lines:#?}");
    assert!(lines[0].ends_with(
        "pair=SOL side=buy ticks=16457 stepInt=5 szInt=5 notional=8.22 min=10 \
         err_code=below_min_notional"
    ));
    assert_eq!(bench.engine.market(SOL).unwrap().why_not, Some(NoQuote::BelowMin));
    assert_eq!(bench.engine.market(SOL).unwrap().stats.attempts, 0);
}

#[test]
fn the_limit_cuts_the_side_that_grows_the_position_and_never_the_other() {
    let mut bench = Bench::started(config());
    bench.venue.positions.insert(SOL, 595_000_000);
    // 5.95 SOL at 164.90 is $981 of the $1,000 allowed: $19 of room to buy.
    bench.run(31_000);
    assert_eq!(bench.position(SOL), "5.95");
    let quotes = bench.quotes(SOL);
    assert!(quotes[0].ends_with("x 0.11"), "{quotes:?}");
    assert!(quotes[1].ends_with("x 0.6"), "{quotes:?}");
    bench.venue.positions.insert(SOL, 700_000_000);
    bench.run(31_000);
    let quotes = bench.quotes(SOL);
    assert_eq!(quotes.len(), 1, "over the limit: only sales: {quotes:?}");
    assert!(quotes[0].starts_with("sell") && quotes[0].ends_with("x 0.6"), "{quotes:?}");
}

#[test]
fn the_gross_limit_counts_every_market() {
    let mut config = config();
    config.limits.max_gross = Notional::whole(250);
    let mut bench = Bench::started(config);
    bench.venue.positions.insert(BTC, 190_000); // about $196
    bench.run(31_000);
    let quotes = bench.quotes(SOL);
    assert_eq!(quotes.len(), 2, "{quotes:?}");
    assert!(quotes.iter().all(|q| q.ends_with("x 0.32")), "$53 is left: {quotes:?}");
    let btc = bench.quotes(BTC);
    assert!(btc.iter().any(|q| q.starts_with("sell") && q.ends_with("x 0.00096")), "{btc:?}");
}

#[test]
fn the_mark_of_a_spec_change_is_seen_and_the_quotes_follow_the_new_lot() {
    let mut bench = Bench::started(config());
    let coarse = spec(SOL).with_lot(size("0.25")).unwrap();
    bench.pass(500);
    bench.input(Input::Spec {
        market: SOL,
        spec: &coarse,
        requested: bench.now,
        status: MarketStatus::Trading,
    });
    assert!(bench.has(|kind| matches!(kind, EventKind::SpecChange { .. })));
    let bid = bench.one(SOL, Side::Bid);
    bench.trade(&bid, "0.6");
    bench.books();
    bench.pass(500);
    bench.books();
    let new = bench.one(SOL, Side::Bid);
    assert_eq!(new.remaining.to_string(), "0.5");
    assert_eq!(new.state, OrderState::Live);
}

#[test]
fn a_spec_that_is_old_on_arrival_is_not_asked_for_again_in_the_same_breath() {
    let mut bench = Bench::new(config());
    bench.hold = |command| matches!(command, Command::FetchSpecs { .. });
    bench.start();
    let asked = |bench: &Bench| {
        bench.commands.iter().filter(|c| matches!(c, Command::FetchSpecs { .. })).count()
    };
    let before = asked(&bench);
    let requested = Millis(bench.now.0 - 600_000);
    for market in [SOL, BTC] {
        let (spec, status) = (&spec(market), MarketStatus::Trading);
        bench.input(Input::Spec { market, spec, requested, status });
    }
    assert_eq!(asked(&bench), before, "an answer that is old must not make a loop");
    bench.pass(2_000);
    assert!(asked(&bench) > before, "but soon after");
}
