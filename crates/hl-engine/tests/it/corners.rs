//! What happens seldom: words of the venue that come late, twice, or about what is not there.

use hl_engine::{
    Command, Connection, Engine, EngineConfig, Grade, Input, Known, MarketId, MarketStatus,
    NoQuote, Operator, OrderUpdate, Query, QuoteModel, Reply, SubmitEnd, VenueState, Want, Wants,
};
use hl_quant::{Millis, Notional, Price, Side, Size};
use hl_wire::{Oid, RejectCode};

use crate::bench::{BTC, Bench, SOL, config, price, size, spec};
use crate::venue::Resting;

fn is_place(command: &Command) -> bool {
    matches!(command, Command::Place { .. })
}

fn is_cancel(command: &Command) -> bool {
    matches!(command, Command::Cancel { .. } | Command::Modify { .. })
}

fn is_exit(command: &Command) -> bool {
    matches!(command, Command::Exit { .. })
}

fn rejected(code: RejectCode) -> Reply {
    Reply::Rejected { code, bbo: None }
}

/// The first orders of SOL are with the venue, which has not answered.
fn waiting() -> (Bench, Command) {
    let mut bench = Bench::new(config());
    bench.hold = is_place;
    bench.start();
    let of_sol = |command: &Command| match command {
        Command::Place { orders, .. } => orders.iter().all(|order| order.market == SOL),
        _ => false,
    };
    let at = bench.held.iter().position(of_sol).expect("SOL quotes");
    let command = bench.held.remove(at);
    (bench, command)
}

/// The venue's stream about the first order of a command.
fn word(command: &Command, state: VenueState) -> OrderUpdate {
    let Command::Place { orders, .. } = command else { panic!("{command:?}") };
    let order = &orders[0];
    Resting {
        market: order.market,
        oid: Oid(77),
        cloid: Some(order.cloid),
        side: order.side,
        price: order.price.get(),
        size: order.size.get(),
        filled: Size::ZERO,
        state,
    }
    .update(Millis(1_762_252_867_000))
}

#[test]
fn a_rejection_in_the_stream_ends_the_order_and_its_late_answer_changes_nothing() {
    let (mut bench, command) = waiting();
    let margin = VenueState::Rejected(RejectCode::Margin);
    bench.input(Input::Order(word(&command, margin)));
    assert_eq!(bench.engine.stats().rejected(), [(RejectCode::Margin, 1)]);
    bench.input(Input::Order(word(&command, margin)));
    bench.reply(command.request(), &[rejected(RejectCode::Margin); 2]);
    bench.input(Input::Timer);
    let stats = bench.engine.stats();
    assert_eq!(stats.rejected(), [(RejectCode::Margin, 2)], "one for each of the two orders");
    assert!(bench.ends().values().all(|ends| ends.len() <= 1));
}

#[test]
fn an_acceptance_after_the_word_of_rejection_brings_no_order_back() {
    let (mut bench, command) = waiting();
    bench.input(Input::Order(word(&command, VenueState::Rejected(RejectCode::Margin))));
    let taken = Reply::Accepted { oid: None, filled: Size::ZERO };
    bench.reply(command.request(), &[taken; 2]);
    bench.input(Input::Timer);
    assert_eq!(bench.live(SOL).len(), 1, "the other order of the batch");
    let ends = bench.ends();
    let rejection = [SubmitEnd::Rejected(RejectCode::Margin)];
    assert!(ends.values().any(|ends| *ends == rejection), "{ends:?}");
    assert_eq!(bench.engine.stats().accepted, 1);
}

#[test]
fn an_order_that_was_accepted_and_then_called_rejected_is_gone() {
    let mut bench = Bench::started(config());
    let bid = bench.one(SOL, Side::Bid);
    let resting = bench.venue.open().find(|order| order.cloid == Some(bid.cloid)).cloned().unwrap();
    bench.venue.take_away(bid.cloid);
    bench.venue.news.clear();
    let update = resting.update(bench.now);
    let state = VenueState::Rejected(RejectCode::Margin);
    bench.input(Input::Order(OrderUpdate { state, ..update }));
    assert!(bench.live(SOL).iter().all(|order| order.cloid != bid.cloid));
    assert_eq!(bench.engine.stats().rejected_total(), 0, "it had its end already");
}

#[test]
fn fills_beyond_an_orders_size_are_reported_while_it_is_known_and_after() {
    let mut bench = Bench::started(config());
    let bid = bench.one(SOL, Side::Bid);
    bench.trade(&bid, "0.5");
    let mut fill = *bench.venue.fills.last().unwrap();
    for (tid, traded) in [(9_001, "0.4"), (9_002, "0.1")] {
        fill.tid = tid;
        fill.size = size(traded);
        bench.input(Input::Fill(fill));
    }
    let lines = bench.lines("recon_evt=overfill");
    assert_eq!(lines.len(), 2, "of 0.6 first 0.9 and then 1.0: {lines:?}");
}

#[test]
fn an_answer_to_a_cancel_whose_order_has_traded_meanwhile_says_nothing() {
    let mut bench = Bench::started(config());
    bench.hold = is_cancel;
    let bid = bench.one(SOL, Side::Bid);
    bench.operator(Operator::Halt);
    bench.trade(&bid, "0.6");
    assert_eq!(bench.position(SOL), "0.6");
    for command in std::mem::take(&mut bench.held) {
        bench.carry_out(&command);
    }
    bench.run(5_000);
    assert_eq!(bench.engine.stats().unknown, 0);
    assert_eq!(bench.lines("halt_evt=stopped").len(), 1);
}

#[test]
fn a_cancel_refused_for_its_rate_is_sent_again() {
    let mut bench = Bench::started(config());
    bench.hold = is_cancel;
    bench.operator(Operator::Halt);
    for command in std::mem::take(&mut bench.held) {
        bench.reply(command.request(), &[rejected(RejectCode::Rate); 20]);
    }
    bench.input(Input::Timer);
    assert_eq!(bench.venue.open().count(), 4);
    bench.hold = |_| false;
    bench.run(15_000);
    assert_eq!(bench.venue.open().count(), 0);
}

#[test]
fn a_modify_that_was_never_sent_leaves_the_old_order_as_it_was() {
    let mut bench = Bench::started(config());
    bench.run(5_000);
    bench.hold = is_cancel;
    bench.touch(SOL, "165.1", "165.12");
    bench.run(1_000);
    let modify = bench.held.iter().position(|c| matches!(c, Command::Modify { .. }));
    let modify = bench.held.remove(modify.expect("a modify"));
    let before = bench.venue.open().count();
    bench.reply(modify.request(), &[Reply::NeverSent; 20]);
    bench.hold = |_| false;
    bench.run(5_000);
    assert_eq!(bench.venue.open().count(), before);
    assert!(bench.engine.stats().never_sent >= 1);
    assert_eq!(bench.engine.stats().unknown, 0);
}

#[test]
fn a_refused_exit_is_no_fault_of_the_quoting_and_is_tried_again() {
    let codes = [RejectCode::IocNoMatch, RejectCode::ReduceOnly];
    for (by_stream, code) in [false, true].into_iter().zip(codes).chain([(true, codes[0])]) {
        let mut config = config();
        config.risk.rejects.market = 1;
        let mut bench = Bench::started(config);
        let bid = bench.one(SOL, Side::Bid);
        bench.trade(&bid, "0.5");
        bench.run(2_000);
        bench.hold = is_exit;
        bench.operator(Operator::Flatten);
        bench.run(1_000);
        let command = bench.held.pop().expect("an exit");
        let Command::Exit { orders, .. } = &command else { panic!() };
        bench.hold = |_| false;
        if by_stream {
            let order = orders[0];
            let update = Resting {
                market: SOL,
                oid: Oid(78),
                cloid: Some(order.cloid),
                side: order.side,
                price: order.price.get(),
                size: order.size.get(),
                filled: Size::ZERO,
                state: VenueState::Rejected(code),
            }
            .update(bench.now);
            bench.input(Input::Order(update));
        }
        bench.reply(command.request(), &[rejected(code)]);
        bench.run(5_000);
        assert_eq!(bench.position(SOL), "0");
        assert_eq!(bench.engine.stats().rejected(), [(code, 1)]);
        assert_eq!(bench.engine.stats().races, 0);
        assert_eq!(bench.engine.market_grade(SOL).unwrap().0, Grade::Normal);
    }
}

#[test]
fn nothing_is_closed_while_the_account_has_not_been_read_nor_where_the_market_is_shut() {
    let sends = |spoil: fn(&mut Bench), ms| {
        let mut bench = Bench::started(config());
        let bid = bench.one(SOL, Side::Bid);
        bench.trade(&bid, "0.5");
        bench.run(2_000);
        spoil(&mut bench);
        bench.operator(Operator::Flatten);
        bench.run(ms);
        bench.commands.iter().filter(|command| is_exit(command)).count()
    };
    let shut = |bench: &mut Bench| {
        bench.hold = |command| matches!(command, Command::FetchSpecs { .. });
        let (spec, status) = (spec(SOL), MarketStatus::CancelOnly);
        let requested = bench.now;
        bench.input(Input::Spec { market: SOL, spec: &spec, requested, status });
        assert_eq!(bench.engine.market(SOL).unwrap().why_not, Some(NoQuote::NotTrading));
    };
    let unread = |bench: &mut Bench| {
        bench.hold = |command| matches!(command, Command::Reconcile { .. });
        bench.input(Input::Connection(Connection::Down));
        bench.input(Input::Connection(Connection::Up));
    };
    let old = |bench: &mut Bench| {
        bench.hold = |command| matches!(command, Command::FetchSpecs { .. });
        bench.run(70_000);
        assert_eq!(bench.engine.market(SOL).unwrap().why_not, Some(NoQuote::SpecStale));
    };
    assert_eq!(sends(|_| {}, 5_000), 1);
    assert_eq!([sends(shut, 20_000), sends(unread, 20_000), sends(old, 20_000)], [0; 3]);
}

#[test]
fn an_order_that_the_list_insists_on_is_taken_for_open_and_cancelled() {
    let mut bench = Bench::started(config());
    let bid = bench.one(SOL, Side::Bid);
    let resting = bench.venue.open().find(|order| order.cloid == Some(bid.cloid)).cloned().unwrap();
    // The stream calls it cancelled, with fills still owed; the venue keeps it.
    let traded = size("0.1");
    let remaining = bid.remaining.saturating_sub(traded);
    let state = VenueState::Canceled;
    bench.input(Input::Order(OrderUpdate { state, remaining, ..resting.update(bench.now) }));
    assert!(bench.live(SOL).iter().all(|order| order.cloid != bid.cloid));
    bench.run(90_000);
    assert!(bench.venue.open().all(|order| order.cloid != Some(bid.cloid)), "never two for one");
}

#[test]
fn a_question_that_fails_is_asked_again_until_the_order_is_found() {
    let (mut bench, command) = waiting();
    bench.venue.now = bench.now;
    bench.streams = false;
    bench.venue.execute(&command);
    bench.hold = |command| matches!(command, Command::Reconcile { query: Query::Order { .. }, .. });
    bench.held.clear();
    bench.reply(command.request(), &[Reply::Unknown; 2]);
    bench.run(1_000);
    let asked = std::mem::take(&mut bench.held);
    assert!(!asked.is_empty());
    for command in &asked {
        bench.input(Input::QueryFailed { request: command.request() });
    }
    bench.hold = |_| false;
    bench.run(3_000);
    assert_eq!(bench.engine.stats().unknown, 2);
    assert!(bench.live(SOL).len() >= 2, "{:?}", bench.quotes(SOL));
}

#[test]
fn a_clock_that_is_set_back_while_orders_are_in_doubt_or_after_a_halt_delays_nothing_for_long() {
    let (mut bench, command) = waiting();
    bench.held.clear();
    bench.hold = |_| false;
    bench.reply(command.request(), &[Reply::Unknown; 2]);
    bench.input(Input::Timer);
    bench.now = Millis(bench.now.0 - 3_600_000);
    bench.venue.now = bench.now;
    bench.input(Input::Timer);
    bench.run(120_000);
    assert!(bench.ends().values().all(|ends| ends.len() == 1), "{:?}", bench.ends());

    let mut bench = Bench::started(config());
    bench.hold = is_cancel;
    bench.operator(Operator::Halt);
    bench.now = Millis(bench.now.0 - 3_600_000);
    bench.venue.now = bench.now;
    bench.input(Input::Timer);
    bench.hold = |_| false;
    bench.run(30_000);
    assert_eq!(bench.venue.open().count(), 0);
    assert_eq!(bench.lines("halt_evt=stopped").len(), 1);
}

#[test]
fn what_is_said_about_a_market_that_is_not_there_is_counted_and_changes_nothing() {
    let mut bench = Bench::started(config());
    let quotes = bench.quotes(SOL);
    let nowhere = MarketId(9);
    let level = hl_engine::Level { price: price("1"), size: size("1") };
    let bid = bench.one(SOL, Side::Bid);
    let time = bench.now;
    bench.trade(&bid, "0.1");
    let fill = hl_engine::Fill { market: nowhere, tid: 99, ..bench.venue.fills[0] };
    for input in [
        Input::Book { market: nowhere, time, bids: &[level], asks: &[level] },
        Input::Bbo { market: nowhere, time, bid: Some(level), ask: Some(level) },
        Input::Reference { market: nowhere, mark: None, oracle: None },
        Input::Trade {
            market: nowhere,
            time,
            aggressor: Side::Bid,
            price: level.price,
            size: level.size,
        },
        Input::Fill(fill),
    ] {
        bench.input(input);
    }
    assert!(bench.engine.stats().audits >= 4, "{}", bench.engine.stats().audits);
    assert_eq!(bench.position(SOL), "0.1");
    assert_eq!(bench.quotes(SOL)[1..], quotes[1..]);
}

/// Wants what it was told to want.
#[derive(Debug)]
struct Fixed(&'static str, &'static str);

impl QuoteModel for Fixed {
    fn quote(&mut self, _: &Known<'_>, wants: &mut Wants) -> Result<(), NoQuote> {
        let want = |text: &str| Want { price: price(text), size: size("1") };
        wants.push(Side::Bid, want(self.0));
        wants.push(Side::Ask, want(self.1));
        Ok(())
    }
}

fn wanting(bid: &'static str, ask: &'static str) -> Bench {
    let engine = Engine::new(config(), 7).with_model(SOL, Box::new(Fixed(bid, ask)));
    let engine = engine.with_model(MarketId(9), Box::new(Fixed("1", "2")));
    let mut bench = Bench::with(engine);
    bench.venue.touch.insert(SOL, (price("164"), price("165")));
    bench.start();
    bench
}

#[test]
fn a_model_that_wants_to_cross_itself_or_the_impossible_gets_nothing() {
    let why = |bench: &Bench| bench.engine.market(SOL).unwrap().why_not;
    assert_eq!(wanting("164.4", "164.6").live(SOL).len(), 2);
    let crossed = wanting("164.6", "164.4");
    assert_eq!((why(&crossed), crossed.live(SOL).len()), (Some(NoQuote::Model("own_cross")), 0));
    let most: &'static str = Box::leak(Price::MAX.to_string().into_boxed_str());
    let impossible = wanting("0.00000001", most);
    assert_eq!(impossible.live(SOL).len(), 0, "{:?}", impossible.quotes(SOL));
}

#[test]
fn an_order_smaller_than_a_lot_is_said_to_be_too_small() {
    let mut tiny: EngineConfig = config();
    tiny.markets[0].spread.base_order = Notional::from_raw(10_000_000_000_000_000);
    let bench = Bench::started(tiny);
    assert_eq!(bench.engine.market(SOL).unwrap().why_not, Some(NoQuote::BelowMin));
    let lines = bench.lines("quant_evt=below_min");
    assert!(lines.iter().any(|line| line.contains("pair=SOL")), "{lines:?}");
    assert_eq!(bench.live(BTC).len(), 2);
}

#[test]
fn a_last_look_keeps_back_what_would_cross_or_comes_after_the_word_to_stop() {
    let mut bench = Bench::started(config());
    bench.run(5_000);
    bench.hold = is_cancel;
    bench.touch(SOL, "165.1", "165.12");
    bench.run(1_000);
    let modify = bench.held.iter().find(|c| matches!(c, Command::Modify { .. })).cloned();
    let modify = modify.expect("a modify");
    assert!(bench.engine.still_stands(bench.now, &modify));
    bench.touch(SOL, "164.2", "164.3");
    assert!(!bench.engine.still_stands(bench.now, &modify), "its bid would cross");
    bench.touch(SOL, "165.1", "165.12");
    assert!(bench.engine.still_stands(bench.now, &modify));
    bench.operator(Operator::Halt);
    assert!(!bench.engine.still_stands(bench.now, &modify));
    let cancel = bench.held.iter().find(|c| matches!(c, Command::Cancel { .. })).cloned();
    assert!(bench.engine.still_stands(bench.now, &cancel.expect("a cancel")), "that always stands");
}

#[test]
fn an_answer_to_a_cancel_of_an_order_that_is_called_filled_leaves_its_fills_owed() {
    let mut bench = Bench::started(config());
    bench.hold = is_cancel;
    let bid = bench.one(SOL, Side::Bid);
    bench.operator(Operator::Halt);
    let resting = bench.venue.open().find(|order| order.cloid == Some(bid.cloid)).cloned().unwrap();
    let update = resting.update(bench.now);
    let (state, remaining) = (VenueState::Filled, Size::ZERO);
    bench.input(Input::Order(OrderUpdate { state, remaining, ..update }));
    let cancels = bench.lines("cancel_evt=").len();
    let missed = rejected(RejectCode::NotFound);
    for command in std::mem::take(&mut bench.held) {
        let Command::Cancel { orders, .. } = &command else { panic!("{command:?}") };
        if orders.iter().any(|order| order.market == SOL) {
            bench.reply(command.request(), &[missed; 20]);
        } else {
            bench.carry_out(&command);
        }
    }
    bench.input(Input::Timer);
    let about = |line: &&String| line.contains(&bid.cloid.to_string());
    let lines = bench.lines("cancel_evt=");
    assert_eq!(lines[cancels..].iter().filter(about).count(), 0, "{lines:?}");
}

#[test]
fn an_exit_turned_away_for_its_rate_is_in_doubt_until_its_nonce_is_dead() {
    let mut bench = Bench::started(config());
    let bid = bench.one(SOL, Side::Bid);
    bench.trade(&bid, "0.5");
    bench.run(2_000);
    bench.hold = is_exit;
    bench.operator(Operator::Flatten);
    bench.run(1_000);
    let command = bench.held.pop().expect("an exit");
    bench.reply(command.request(), &[rejected(RejectCode::Rate)]);
    bench.run(1_500);
    assert_eq!(bench.held.len(), 0, "the first may still have reached a block");
    bench.hold = |_| false;
    bench.run(60_000);
    assert_eq!(bench.position(SOL), "0");
    assert_eq!(bench.engine.stats().rejected(), [(RejectCode::Rate, 1)]);
}

#[test]
fn an_order_that_gets_new_numbers_again_and_again_is_still_one() {
    let mut bench = Bench::started(config());
    let bid = bench.one(SOL, Side::Bid);
    let resting = bench.venue.open().find(|order| order.cloid == Some(bid.cloid)).cloned().unwrap();
    for oid in 5_000..5_010 {
        let update = resting.update(bench.now);
        bench.input(Input::Order(OrderUpdate { oid: Oid(oid), ..update }));
    }
    assert_eq!(bench.one(SOL, Side::Bid).cloid, bid.cloid);
    bench.trade(&bid, "0.1");
    assert_eq!(bench.position(SOL), "0.1");
    assert_eq!(bench.one(SOL, Side::Bid).remaining, size("0.5"));
}

#[test]
fn a_budget_that_stays_used_up_is_said_again_every_minute() {
    let mut bench = Bench::started(config());
    bench.input(Input::RateLimit { used: 10_000, cap: 10_000 });
    bench.run(130_000);
    let lines = bench.lines("budget_evt=throttled");
    assert_eq!(lines.len(), 3, "{lines:?}");
}

#[test]
fn an_order_of_an_earlier_run_whose_size_nobody_told_still_moves_the_position() {
    let mut bench = Bench::started(config());
    let bid = bench.one(SOL, Side::Bid);
    let earlier = hl_wire::Cloid(bid.cloid.0 ^ (0xff << 80));
    bench.hold =
        |c| is_cancel(c) || matches!(c, Command::Reconcile { query: Query::OpenOrders, .. });
    let (bid_price, half) = (price("164.1"), size("0.5"));
    bench.venue.rest(SOL, Some(earlier), Side::Bid, bid_price, half);
    bench.venue.news.clear();
    while bench.held.is_empty() {
        bench.run(1_000);
    }
    let request = bench.held.pop().expect("the list").request();
    let mut orders = bench.venue.list();
    orders.iter_mut().filter(|it| it.cloid == Some(earlier)).for_each(|it| it.original = None);
    bench.input(Input::OpenOrders { request, orders: &orders });
    bench.venue.now = bench.now;
    bench.venue.trade(earlier, size("0.2")).expect("it rests");
    bench.input(Input::Timer);
    assert_eq!(bench.position(SOL), "0.2");
    bench.hold = |_| false;
    for command in std::mem::take(&mut bench.held) {
        bench.carry_out(&command);
    }
    bench.run(70_000);
    assert!(bench.venue.open().all(|order| order.cloid != Some(earlier)), "cancelled");
    assert_eq!(bench.position(SOL), "0.2");
}
