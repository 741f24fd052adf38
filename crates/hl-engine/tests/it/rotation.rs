//! Rotation: chosen, warmed up, quoted, left, and nothing left behind.

use std::collections::BTreeSet;

use hl_engine::{
    Carry, Command, Connection, Durable, Engine, EngineConfig, Input, Leverage, MarginMode,
    MarketStatus, NoQuote, Operator, RotationConfig, RotationMark, RotationPhase as Phase,
};
use hl_quant::Side;
use hl_rotation::{Cadence, Factors, Filters, StatsConfig, Weights};
use hl_wire::{ReduceOnly, RejectCode};

use crate::bench::{BTC, Bench, SOL, config, price};

const EVERY_MS: u64 = 60_000;

/// One place, and the narrower spread gets it: BTC's, as the bench begins.
fn rotating() -> EngineConfig {
    let mut filters =
        Filters { top_n: 1, min_depth_usd: 0.0, max_spread_bps: 50.0, ..Filters::default() };
    filters.turnover.min_hold_ms = 0;
    filters.turnover.margin = 0.1;
    filters.turnover.score_usd_hour = 1e6;
    let rotation = RotationConfig {
        weights: Weights::new(Factors { spread: -1.0, ..Factors::default() }).unwrap(),
        filters,
        cadence: Cadence { every_ms: EVERY_MS, jitter_ms: 0 },
        stats: StatsConfig {
            window_ms: 20_000,
            steps: 10,
            carry_ms: 5_000,
            warm_percent: 20,
            ..StatsConfig::default()
        },
        passive_ms: 10_000,
        patience_ms: 30_000,
        ..RotationConfig::default()
    };
    let mut config = EngineConfig { rotation: Some(rotation), ..config() };
    for market in &mut config.markets {
        market.leverage = Some(Leverage { times: 3, mode: MarginMode::Isolated });
    }
    config
}

/// Past the first choice: BTC is quoted.
fn chosen() -> Bench {
    let mut bench = Bench::started(rotating());
    bench.run(6_000);
    bench
}

fn phase(bench: &Bench, market: hl_engine::MarketId) -> Phase {
    bench.engine.rotation_phase(market).unwrap()
}

/// Makes BTC's spread the wider one.
fn turn(bench: &mut Bench) {
    bench.touch(BTC, "103300", "103600");
}

fn mark(bench: &Bench) -> RotationMark {
    let mut marks = bench.events.iter().rev().filter_map(|event| match event.durable() {
        Some(Durable::Rotation(mark)) => Some(mark),
        _ => None,
    });
    marks.next().expect("a mark")
}

/// Until a phase is reached, or for two minutes.
fn until(bench: &mut Bench, market: hl_engine::MarketId, wanted: Phase) {
    for _ in 0..240 {
        if phase(bench, market) == wanted {
            return;
        }
        bench.run(500);
    }
    panic!("{:?} instead of {wanted:?}: {:#?}", phase(bench, market), bench.lines("rotation_evt"));
}

#[test]
fn nothing_is_quoted_before_the_first_choice_and_then_only_what_was_chosen() {
    let mut bench = Bench::started(rotating());
    bench.run(3_500);
    assert_eq!((bench.quotes(SOL), bench.quotes(BTC)), (vec![], vec![]));
    assert_eq!(bench.engine.market(SOL).unwrap().why_not, Some(NoQuote::Rotation));
    bench.run(2_500);
    assert_eq!(bench.quotes(SOL), Vec::<String>::new());
    assert_eq!(bench.quotes(BTC).len(), 2);
    assert_eq!((phase(&bench, SOL), phase(&bench, BTC)), (Phase::Candidate, Phase::Active));
}

#[test]
fn leverage_and_margin_mode_are_set_before_the_first_order() {
    let bench = chosen();
    assert_eq!(bench.venue.levers, [(BTC, Leverage { times: 3, mode: MarginMode::Isolated })]);
    let at = |which: fn(&Command) -> bool| bench.commands.iter().position(which).unwrap();
    let (lever, place) = (
        at(|command| matches!(command, Command::Leverage { .. })),
        at(|command| matches!(command, Command::Place { .. })),
    );
    assert!(lever < place);
}

#[test]
fn a_market_whose_leverage_is_refused_is_not_quoted_and_is_asked_again() {
    let mut bench = Bench::new(rotating());
    bench.venue.refuses_leverage = Some(RejectCode::Margin);
    bench.start();
    bench.run(20_000);
    assert_eq!((phase(&bench, BTC), bench.quotes(BTC)), (Phase::Warming, vec![]));
    assert!(bench.venue.levers.len() > 2, "{}", bench.venue.levers.len());
    bench.venue.refuses_leverage = None;
    bench.run(10_000);
    assert_eq!((phase(&bench, BTC), bench.quotes(BTC).len()), (Phase::Active, 2));
}

#[test]
fn an_unanswered_leverage_is_asked_again_after_the_timeout() {
    let mut bench = Bench::new(rotating());
    bench.hold = |command| matches!(command, Command::Leverage { .. });
    bench.start();
    bench.run(20_000);
    assert!(bench.held.len() > 1, "{}", bench.held.len());
    assert!(bench.held.len() < 8, "and not in every breath: {}", bench.held.len());
    assert_eq!(phase(&bench, BTC), Phase::Warming);
}

#[test]
fn the_log_says_who_was_chosen_and_why() {
    let bench = chosen();
    let lines = bench.lines("rotation_evt=");
    let at = lines.iter().position(|line| line.starts_with("rotation_evt=rebalance")).unwrap();
    assert!(lines[at].starts_with("rotation_evt=rebalance pairs=BTC ts=17622528"), "{}", lines[at]);
    assert!(
        lines[at - 2].starts_with("rotation_evt=score pair=BTC score=0.5 vol=0 spread=0.096"),
        "{}",
        lines[at - 2]
    );
    let keys: Vec<_> =
        lines[at - 2].split(' ').map(|field| field.split('=').next().unwrap()).collect();
    assert_eq!(
        keys,
        [
            "rotation_evt",
            "pair",
            "score",
            "vol",
            "spread",
            "depth",
            "fees",
            "nansen",
            "flow",
            "tox",
            "funding",
            "profit",
            "corr",
            "filter",
            "ts"
        ]
    );
    assert!(lines[at + 1].starts_with("rotation_evt=enter pair=BTC reason=free_place ts="));
    assert!(lines.iter().any(|line| line.starts_with("rotation_evt=active pair=BTC reason=ready")));
}

#[test]
fn what_is_waited_for_before_the_first_choice_is_said_once() {
    let bench = chosen();
    let lines = bench.lines("rotation_evt=");
    assert!(
        lines[0].starts_with("rotation_evt=wait reason=measuring due=17622528"),
        "{}",
        lines[0]
    );
    assert_eq!(bench.lines("rotation_evt=wait reason=measuring").len(), 1);
}

#[test]
fn at_the_next_choice_is_said_what_became_of_every_market_since_the_last_one() {
    let mut bench = chosen();
    assert_eq!(bench.lines("rotation_evt=followed"), Vec::<String>::new(), "nothing to judge yet");
    // In SOL somebody sells 1 % under the mid and the price stays: makers gain a hundred points.
    let (time, size) = (bench.now, "0.1".parse().unwrap());
    let (mark, _) = bench.venue.references(SOL);
    let price = hl_quant::Price::from_raw(mark.unwrap().raw() / 100 * 99).unwrap();
    for _ in 0..3 {
        bench.input(Input::Trade { market: SOL, time, aggressor: Side::Ask, price, size });
    }
    bench.run(EVERY_MS);
    let lines = bench.lines("rotation_evt=followed");
    let [sol, btc] = lines.as_slice() else { panic!("{lines:#?}") };
    let field = |line: &str, key: &str| {
        let word = line.split(' ').find_map(|word| word.strip_prefix(key));
        word.unwrap_or_else(|| panic!("{key} {line}")).to_owned()
    };
    assert_eq!(field(sol, "pair=") + &field(btc, "pair="), "SOLBTC");
    assert_eq!((field(sol, "held="), field(btc, "held=")), ("0".into(), "1".into()));
    assert_eq!((field(sol, "trades="), field(btc, "edge=")), ("3".into(), "-".into()));
    // 101.01 basis points of the price paid, less a fee of 1.5.
    let edge: f64 = field(sol, "edge=").parse().unwrap();
    assert!((98.0..101.0).contains(&edge), "{sol}");
    assert_eq!((field(sol, "made="), field(sol, "traded=")), ("0".into(), "0".into()));
    // Each period is judged by itself.
    bench.run(EVERY_MS);
    assert_eq!(bench.lines("rotation_evt=followed pair=SOL").len(), 1, "no trade, nothing to say");
    assert_eq!(bench.lines("rotation_evt=followed pair=BTC").len(), 2);
}

#[test]
fn a_better_market_takes_over_and_the_other_is_left_without_an_order() {
    let mut bench = chosen();
    turn(&mut bench);
    bench.run(EVERY_MS);
    assert_eq!((phase(&bench, SOL), phase(&bench, BTC)), (Phase::Active, Phase::Gone));
    assert_eq!((bench.quotes(SOL).len(), bench.quotes(BTC)), (2, vec![]));
    assert_eq!(bench.venue.open().filter(|order| order.market == BTC).count(), 0);
    let lines = bench.lines("rotation_evt=");
    for wanted in ["drain pair=BTC reason=outscored", "gone pair=BTC reason=flat"] {
        assert!(lines.iter().any(|line| line.contains(wanted)), "{wanted}: {lines:#?}");
    }
    // A round later it is a candidate again, and SOL is kept.
    bench.run(EVERY_MS);
    assert_eq!(phase(&bench, BTC), Phase::Candidate);
    assert!(bench.lines("rotation_evt=keep pair=SOL reason=score").len() == 1);
}

#[test]
fn a_market_is_gone_only_when_its_cancels_are_confirmed() {
    let mut bench = chosen();
    turn(&mut bench);
    bench.hold = |command| matches!(command, Command::Cancel { .. });
    bench.run(EVERY_MS);
    assert_eq!(phase(&bench, BTC), Phase::Draining);
    bench.run(5_000);
    assert_eq!(phase(&bench, BTC), Phase::Draining, "and not by a timer of ours");
    bench.hold = |_| false;
    until(&mut bench, BTC, Phase::Gone);
}

/// BTC has bought something and is then left.
fn leaving_with_inventory() -> Bench {
    let mut bench = chosen();
    let bid = bench.one(BTC, Side::Bid);
    bench.trade(&bid, &bid.remaining.to_string());
    turn(&mut bench);
    until(&mut bench, BTC, Phase::Exiting);
    bench
}

#[test]
fn inventory_is_worked_out_reduce_only_and_post_only_first() {
    let mut bench = leaving_with_inventory();
    let begun = bench.commands.len();
    bench.run(3_000);
    let exits: Vec<_> = bench.live(BTC);
    assert_eq!(exits.len(), 1);
    assert_eq!(exits[0].side, Side::Ask, "only the side that reduces");
    let placed = bench.commands[begun..].iter().filter_map(|command| match command {
        Command::Place { orders, .. } => Some(orders.iter().filter(|order| order.market == BTC)),
        _ => None,
    });
    assert!(placed.flatten().all(|order| order.reduce_only == ReduceOnly::Yes));
    assert!(!bench.commands.iter().any(|command| matches!(command, Command::Exit { .. })));
    // It trades, and that was all.
    bench.trade(&exits[0], &exits[0].remaining.to_string());
    until(&mut bench, BTC, Phase::Gone);
    assert_eq!(bench.position(BTC), "0");
    assert_eq!(bench.venue.open().filter(|order| order.market == BTC).count(), 0);
}

#[test]
fn what_does_not_trade_passively_is_taken_out_within_the_bounds() {
    let mut bench = leaving_with_inventory();
    until(&mut bench, BTC, Phase::Gone);
    assert_eq!(bench.position(BTC), "0");
    let exits = bench.commands.iter().filter(|c| matches!(c, Command::Exit { .. })).count();
    assert_eq!(exits, 1);
    assert!(bench.lines("rotation_evt=exit pair=BTC reason=taking").len() == 1);
    // The other market goes on quoting meanwhile.
    assert_eq!(bench.quotes(SOL).len(), 2);
}

#[test]
fn a_restart_does_not_choose_again_and_keeps_the_clock() {
    let old = chosen();
    let (mark, due) = (mark(&old), old.engine.rotation_due());
    let carry = Carry { rotation: Some(mark.clone()), ..Carry::default() };
    let mut bench = Bench::with(Engine::new(rotating(), 8).restore(carry));
    (bench.venue, bench.now) = (old.venue, old.now.plus(2_000));
    bench.venue.news.clear();
    // The other one is better now, and must wait for the moment that was planned.
    bench.venue.touch.insert(BTC, (price("103300"), price("103600")));
    bench.start();
    bench.run(10_000);
    assert_eq!(bench.engine.rotation_due(), due);
    assert_eq!((phase(&bench, SOL), phase(&bench, BTC)), (Phase::Candidate, Phase::Active));
    assert_eq!(bench.quotes(BTC).len(), 2);
    assert_eq!(bench.lines("rotation_evt=rebalance"), Vec::<String>::new());
    bench.run(EVERY_MS);
    assert_eq!(phase(&bench, SOL), Phase::Active);
    assert_eq!(bench.lines("rotation_evt=rebalance").len(), 1);
}

#[test]
fn a_restart_in_the_middle_of_leaving_goes_on_leaving() {
    let old = leaving_with_inventory();
    let mark = mark(&old);
    assert_eq!(mark.leaving.iter().map(ToString::to_string).collect::<Vec<_>>(), ["BTC"]);
    let carry = Carry { rotation: Some(mark), ..Carry::default() };
    let mut bench = Bench::with(Engine::new(rotating(), 8).restore(carry));
    (bench.venue, bench.now) = (old.venue, old.now.plus(2_000));
    bench.venue.news.clear();
    bench.start();
    until(&mut bench, BTC, Phase::Gone);
    assert_eq!(bench.position(BTC), "0");
}

#[test]
fn a_position_in_a_market_that_is_not_chosen_is_found_and_worked_out() {
    let mut bench = Bench::new(rotating());
    bench.venue.positions.insert(SOL, 200_000_000);
    bench.start();
    bench.run(6_000);
    assert!(bench.lines("rotation_evt=drain pair=SOL reason=found").len() == 1);
    until(&mut bench, SOL, Phase::Gone);
    assert_eq!(bench.position(SOL), "0");
}

#[test]
fn a_market_that_must_never_be_touched_is_not() {
    let mut config = rotating();
    let filters = &mut config.rotation.as_mut().unwrap().filters;
    filters.lists.never = BTreeSet::from(["SOL".to_owned()]);
    let mut bench = Bench::new(config);
    bench.venue.positions.insert(SOL, 200_000_000);
    bench.start();
    bench.run(2 * EVERY_MS);
    assert_eq!((phase(&bench, SOL), bench.position(SOL).as_str()), (Phase::Candidate, "2"));
    assert!(bench.commands.iter().all(|command| match command {
        Command::Place { orders, .. } => orders.iter().all(|order| order.market == BTC),
        Command::Exit { .. } => false,
        _ => true,
    }));
}

#[test]
fn data_that_is_missing_puts_the_choice_off_for_a_while_and_not_for_ever() {
    let mut bench = chosen();
    let (mark, oracle) = bench.venue.references(SOL);
    // BTC falls silent before the choice is due.
    bench.run(EVERY_MS - 40_000);
    for _ in 0..120 {
        bench.pass(500);
        bench.input(Input::Reference { market: SOL, mark, oracle });
        bench.book(SOL);
    }
    let lines = bench.lines("rotation_evt=rebalance");
    assert_eq!(lines.len(), 1, "due half a minute ago, and waiting: {lines:?}");
    let waits = bench.lines("rotation_evt=wait reason=held_not_measured due=");
    assert_eq!(waits.len(), 1, "said once: {waits:?}");
    for _ in 0..40 {
        bench.pass(500);
        bench.book(SOL);
    }
    assert_eq!(phase(&bench, SOL), Phase::Active);
    assert!(bench.lines("rotation_evt=drain pair=BTC reason=not_measured").len() == 1);
}

#[test]
fn a_market_that_the_venue_closes_is_left_before_its_time() {
    let mut config = rotating();
    config.rotation.as_mut().unwrap().cadence.every_ms = 100 * EVERY_MS;
    let mut bench = Bench::started(config);
    bench.run(6_000);
    assert_eq!(phase(&bench, BTC), Phase::Active);
    let spec = crate::bench::spec(BTC);
    for _ in 0..700 {
        let (requested, status) = (bench.now, MarketStatus::CancelOnly);
        bench.input(Input::Spec { market: BTC, spec: &spec, requested, status });
        bench.run(500);
    }
    assert_eq!((phase(&bench, SOL), phase(&bench, BTC)), (Phase::Active, Phase::Gone));
    assert!(bench.lines("rotation_evt=drain pair=BTC reason=not_trading").len() == 1);
}

#[test]
fn nothing_is_chosen_while_halted_or_disconnected() {
    let mut bench = chosen();
    turn(&mut bench);
    bench.operator(Operator::Halt);
    bench.run(2 * EVERY_MS);
    assert_eq!(bench.lines("rotation_evt=rebalance").len(), 1);
    bench.operator(Operator::Resume);
    bench.run(15_000);
    assert_eq!(phase(&bench, SOL), Phase::Active);
    bench.input(Input::Connection(Connection::Down));
    bench.pass(2 * EVERY_MS);
    assert_eq!(bench.lines("rotation_evt=rebalance").len(), 2);
}

#[test]
fn shares_lower_limits_and_never_raise_them() {
    let mut config = rotating();
    let rotation = config.rotation.as_mut().unwrap();
    rotation.filters.top_n = 2;
    let mut bench = Bench::started(config);
    bench.run(10_000);
    // BTC scores better: it has all of its limit, SOL half: 50 of 100 dollars a side.
    assert_eq!(bench.quotes(SOL), ["buy 164.57 x 0.3", "sell 165.23 x 0.3"]);
    let btc: Vec<_> = bench.live(BTC).iter().map(|order| order.remaining.to_string()).collect();
    assert_eq!(btc, ["0.00096", "0.00096"]);
}

#[test]
fn without_rotation_every_market_is_quoted_as_ever() {
    let mut bench = Bench::started(config());
    bench.run(2_000);
    assert_eq!((bench.quotes(SOL).len(), bench.quotes(BTC).len()), (2, 2));
    assert_eq!(bench.engine.rotation_phase(SOL), None);
    assert_eq!(bench.venue.levers, []);
}

mod signals {
    //! Opinions count while they are fresh, and are neutral after that.

    use hl_engine::{SignalConfig, SignalSource, Trust};
    use hl_rotation::SignalNeed;
    use hl_signals::{Confidence, Signal, Value};

    use super::*;

    fn heard(need: SignalNeed) -> Bench {
        let mut config = rotating();
        let rotation = config.rotation.as_mut().unwrap();
        rotation.weights =
            Weights::new(Factors { spread: -0.5, signal: 2.0, ..Factors::default() }).unwrap();
        rotation.filters.signal = need;
        let source = SignalSource { id: "test".parse().unwrap(), trust: Trust::Pinned };
        config.signals = SignalConfig { sources: vec![source], ..SignalConfig::default() };
        let mut bench = Bench::started(config);
        let signal = Signal {
            value: Value::new(1.0).unwrap(),
            source_time: bench.now,
            ingested: bench.now,
            source: source.id,
            confidence: Confidence::new(1.0).unwrap(),
            content: 7,
        };
        bench.input(Input::Signal { market: SOL, signal });
        bench
    }

    #[test]
    fn a_fresh_opinion_counts_and_a_stale_one_is_neutral() {
        let mut bench = heard(SignalNeed::Optional);
        bench.run(6_000);
        assert_eq!(phase(&bench, SOL), Phase::Active, "SOL is wider, and somebody likes it");
        bench.run(7 * EVERY_MS);
        assert_eq!(phase(&bench, BTC), Phase::Active, "nobody has said so for minutes");
        let line = bench.lines("rotation_evt=score pair=SOL").pop().unwrap();
        assert!(line.contains(" nansen=- "), "{line}");
    }

    #[test]
    fn where_an_opinion_is_required_a_market_without_a_fresh_one_is_left_and_none_is_chosen() {
        let mut bench = heard(SignalNeed::Required);
        bench.run(6_000);
        assert_eq!((phase(&bench, SOL), phase(&bench, BTC)), (Phase::Active, Phase::Candidate));
        bench.run(7 * EVERY_MS);
        assert_eq!((phase(&bench, SOL), phase(&bench, BTC)), (Phase::Candidate, Phase::Candidate));
        assert!(bench.lines("rotation_evt=drain pair=SOL reason=no_signal").len() == 1);
        assert_eq!((bench.quotes(SOL), bench.quotes(BTC)), (vec![], vec![]));
    }
}
