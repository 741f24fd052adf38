//! Closing positions: the one path that takes, and all that keeps it from doing harm.

use hl_engine::{
    AccountMoney, AtLimit, Batch, Cause, Command, ExitOrder, Input, Operator, Query, Reply, Usd,
};
use hl_quant::{Notional, Side};
use hl_wire::RejectCode;

use crate::bench::{BTC, Bench, SOL, config, price, size};

fn exits(bench: &Bench) -> Vec<ExitOrder> {
    let batches = bench.commands.iter().filter_map(|command| match command {
        Command::Exit { orders, .. } => Some(orders.clone()),
        _ => None,
    });
    batches.flatten().collect()
}

fn is_exit(command: &Command) -> bool {
    matches!(command, Command::Exit { .. })
}

/// Long half a SOL, quoting.
fn long() -> Bench {
    let mut bench = Bench::started(config());
    let bid = bench.one(SOL, Side::Bid);
    bench.trade(&bid, "0.5");
    bench.run(2_000);
    bench.commands.clear();
    bench
}

#[test]
fn on_the_operators_word_positions_are_closed_within_the_slippage() {
    let mut bench = long();
    bench.operator(Operator::Flatten);
    bench.run(5_000);
    assert_eq!(bench.position(SOL), "0");
    assert_eq!(bench.venue.open().count(), 0);
    let exits = exits(&bench);
    assert_eq!(exits.len(), 1);
    // One percent below 164.9 is 163.251; the next legal price that is no worse.
    assert_eq!(
        (exits[0].side, exits[0].price.get(), exits[0].size.get()),
        (Side::Ask, price("163.26"), size("0.5"))
    );
    let line = &bench.lines("quant_evt=attempt").pop().unwrap();
    assert!(line.contains("side=sell tif=Ioc ro=1"), "{line}");
    let ends = bench.lines("risk_evt=exit");
    assert!(ends.iter().any(|line| line.ends_with("pair=SOL left=0 tries=1")), "{ends:?}");
    assert!(!bench.engine.is_flattening());
    let stats = bench.engine.stats();
    assert_eq!((stats.taker_fills, stats.meant_takes), (1, 1), "taken on purpose");
    let halted = bench.engine.halted().map(|halt| halt.cause);
    assert_eq!(halted, Some(Cause::Operator), "and it stays halted");
    let cancel = bench.commands.iter().position(|c| matches!(c, Command::Cancel { .. })).unwrap();
    assert!(cancel < bench.commands.iter().position(is_exit).unwrap(), "our own quotes go first");
}

/// Two quotes have traded, the venue has said so of both, and one fill has come: in the middle of them
/// the position looks flat.
#[test]
fn a_market_is_not_flat_while_fills_are_owed() {
    let mut bench = long();
    bench.streams = false;
    let (bid, ask) = (bench.one(SOL, Side::Bid), bench.one(SOL, Side::Ask));
    let sold = bench.venue.trade(ask.cloid, size("0.5")).unwrap();
    let bought = bench.venue.trade(bid.cloid, size("0.3")).unwrap();
    for cloid in [bid.cloid, ask.cloid] {
        bench.venue.take_away(cloid);
    }
    bench.venue.news.clear();
    bench.hold = |c| matches!(c, Command::Reconcile { query: Query::Account, .. });
    bench.operator(Operator::Flatten);
    bench.input(Input::Fill(sold));
    assert_eq!(bench.position(SOL), "0");
    let said = |bench: &Bench| bench.lines("risk_evt=exit").concat().contains("pair=SOL left=0");
    assert!(!said(&bench), "the other fill is owed");
    bench.input(Input::Fill(bought));
    bench.hold = |_| false;
    bench.streams = true;
    bench.run(10_000);
    assert!(said(&bench));
    assert_eq!((bench.position(SOL), bench.venue.position(SOL).raw()), ("0".into(), 0));
}

#[test]
fn nothing_but_a_flatten_sends_an_order_that_takes() {
    let mut bench = long();
    for word in [Operator::Halt, Operator::Resume, Operator::Stop] {
        bench.operator(word);
        bench.run(10_000);
    }
    assert_eq!(exits(&bench), []);
    assert_eq!(bench.position(SOL), "0.5");
}

#[test]
fn a_short_is_bought_back() {
    let mut bench = Bench::started(config());
    let ask = bench.one(BTC, Side::Ask);
    bench.trade(&ask, "0.0005");
    bench.run(2_000);
    bench.operator(Operator::Flatten);
    bench.run(5_000);
    assert_eq!(bench.position(BTC), "0");
    let exit = exits(&bench)[0];
    assert_eq!((exit.side, exit.price.get()), (Side::Bid, price("104490")));
}

#[test]
fn a_halt_ends_a_flatten_at_once() {
    let mut bench = long();
    bench.hold = is_exit;
    bench.engine.handle(bench.now, Input::Operator(Operator::Flatten));
    bench.operator(Operator::Halt);
    bench.run(20_000);
    assert_eq!(exits(&bench), [], "not even one that was waiting to be fetched");
    assert_eq!(bench.position(SOL), "0.5");
    assert!(!bench.engine.is_flattening());
    bench.operator(Operator::Flatten);
    bench.run(5_000);
    assert_eq!(exits(&bench).len(), 1, "named again, it is done");
}

#[test]
fn without_references_there_is_no_exit() {
    let mut bench = long();
    bench.venue.oracle.insert(SOL, None);
    bench.run(9_000);
    bench.operator(Operator::Flatten);
    bench.run(20_000);
    assert_eq!(exits(&bench), []);
    bench.venue.oracle.insert(SOL, Some(price("120")));
    bench.run(5_000);
    assert_eq!(exits(&bench), [], "one that contradicts the market is none");
    bench.venue.oracle.clear();
    bench.run(5_000);
    assert_eq!(bench.position(SOL), "0");
}

#[test]
fn a_market_far_below_its_references_is_not_sold_into() {
    let mut bench = long();
    bench.venue.oracle.insert(SOL, Some(price("164.9")));
    bench.touch(SOL, "140", "140.02");
    bench.operator(Operator::Flatten);
    bench.run(30_000);
    let exits = exits(&bench);
    assert_eq!(exits.len(), 8, "tried as often as configured, and no more");
    assert!(exits.iter().all(|exit| exit.price.get() > price("155")), "{exits:?}");
    assert_eq!(bench.position(SOL), "0.5");
    let ends = bench.lines("risk_evt=exit");
    assert!(ends.iter().any(|line| line.ends_with("pair=SOL left=0.5 tries=8")), "{ends:?}");
    assert_eq!(bench.engine.stats().rejected_total(), 8);
    assert_eq!(bench.engine.grade().1, Cause::Clear, "they are no fault of ours");
}

#[test]
fn what_is_left_is_tried_again_and_no_more_than_that() {
    let mut bench = long();
    bench.hold = is_exit;
    bench.operator(Operator::Flatten);
    bench.run(3_000);
    let first = bench.held.remove(0);
    // Two fifths trade; the rest finds nothing.
    let Command::Exit { orders, .. } = &first else { panic!() };
    let part: Batch<ExitOrder> = orders
        .iter()
        .map(|order| ExitOrder {
            size: crate::bench::spec(SOL).sizes().check(size("0.2")).unwrap(),
            ..*order
        })
        .collect();
    let request = first.request();
    let expires = bench.now;
    bench.venue.now = bench.now;
    let replies = bench.venue.execute(&Command::Exit { request, orders: part, expires });
    bench.reply(request, &replies);
    bench.input(Input::Timer);
    bench.run(45_000);
    assert_eq!(bench.position(SOL), "0.3");
    let second = exits(&bench);
    assert_eq!(second.last().unwrap().size.get(), size("0.3"), "{second:?}");
}

#[test]
fn an_exit_without_an_answer_is_not_sent_twice() {
    let mut bench = long();
    bench.hold = is_exit;
    bench.operator(Operator::Flatten);
    bench.run(3_000);
    assert_eq!(bench.held.len(), 1);
    // It is on its way for four seconds, and then trades whole.
    bench.run(1_500);
    assert_eq!(bench.held.len(), 1, "the first may still trade");
    let command = bench.held.remove(0);
    bench.venue.now = bench.now;
    bench.venue.execute(&command);
    bench.reply(command.request(), &[Reply::Unknown]);
    bench.run(10_000);
    assert_eq!(bench.position(SOL), "0");
    assert_eq!(bench.held.len(), 0);
    assert_eq!(bench.engine.stats().taker_fills + bench.engine.stats().maker_fills, 2);
}

#[test]
fn an_account_near_liquidation_closes_by_itself() {
    let mut bench = long();
    let money = AccountMoney::idle(Usd::from_e8(100_000_000_000));
    bench.venue.money = AccountMoney { maintenance: Usd::from_e8(81_000_000_000), ..money };
    bench.run(36_000);
    assert_eq!(bench.position(SOL), "0");
    assert_eq!(bench.engine.halted().map(|halt| halt.cause), Some(Cause::Margin));
}

#[test]
fn a_loss_closes_positions_only_where_that_was_asked_for() {
    for (at_limit, left) in [(AtLimit::Halt, "0.5"), (AtLimit::Flatten, "0")] {
        let mut config = config();
        config.risk.loss.daily = Notional::whole(100);
        config.risk.loss.at_limit = at_limit;
        let mut bench = Bench::started(config);
        let bid = bench.one(SOL, Side::Bid);
        bench.trade(&bid, "0.5");
        bench.venue.money = AccountMoney::idle(Usd::from_e8(989_000_000_000));
        bench.run(40_000);
        assert_eq!(bench.position(SOL), left, "{at_limit:?}");
        assert_eq!(bench.engine.halted().map(|halt| halt.cause), Some(Cause::DailyLoss));
    }
}

#[test]
fn a_venue_that_refuses_is_asked_a_few_times() {
    let mut bench = long();
    bench.hold = is_exit;
    bench.operator(Operator::Flatten);
    for _ in 0..60 {
        bench.run(1_000);
        for command in std::mem::take(&mut bench.held) {
            let reply = Reply::Rejected { code: RejectCode::PostOnlyWindow, bbo: None };
            bench.reply(command.request(), &[reply]);
        }
    }
    let tried = bench.commands.iter().filter(|command| is_exit(command)).count();
    assert_eq!(tried, 8);
    assert!(!bench.engine.is_flattening());
}

#[test]
fn a_stop_ends_a_flatten_that_was_waiting() {
    let mut bench = long();
    bench.venue.oracle.insert(SOL, None);
    bench.run(9_000);
    bench.operator(Operator::Flatten);
    bench.operator(Operator::Stop);
    bench.venue.oracle.clear();
    bench.run(20_000);
    assert_eq!(exits(&bench), [], "a stop is the last word");
}

#[test]
fn an_exit_costs_a_request() {
    let mut bench = long();
    bench.operator(Operator::Halt);
    bench.run(2_000);
    bench.input(Input::RateLimit { used: 1_000, cap: 10_000 });
    bench.hold = is_exit;
    let left = bench.engine.requests_left().unwrap();
    bench.operator(Operator::Flatten);
    bench.run(100);
    assert_eq!(bench.held.len(), 1);
    assert_eq!(bench.engine.requests_left(), Some(left - 1));
}

#[test]
fn an_address_without_requests_still_closes_at_the_venues_drip() {
    let mut bench = long();
    bench.operator(Operator::Halt);
    bench.run(2_000);
    bench.input(Input::RateLimit { used: 10_000, cap: 10_000 });
    bench.hold = is_exit;
    bench.operator(Operator::Flatten);
    let mut sent = Vec::new();
    for _ in 0..80 {
        bench.run(500);
        for command in std::mem::take(&mut bench.held) {
            sent.push(bench.now);
            bench.reply(command.request(), &[Reply::NeverSent]);
        }
    }
    assert!(sent.len() >= 3, "{sent:?}");
    assert!(sent.windows(2).all(|pair| pair[1].since(pair[0]) >= 10_500), "{sent:?}");
}

#[test]
fn our_own_quotes_are_gone_before_a_position_is_closed_or_have_had_their_time() {
    let mut bench = long();
    bench.hold = |command| matches!(command, Command::Cancel { .. });
    bench.operator(Operator::Flatten);
    bench.run(1_500);
    assert_eq!(exits(&bench), [], "the venue has not answered the cancels");
    bench.run(2_000);
    assert_eq!(exits(&bench).len(), 1, "a venue that does not answer keeps no position open");
}
