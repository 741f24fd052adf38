//! From what the engine is told to what it may still do: one limit after the other.

use hl_engine::{
    AccountMoney, Cause, Channel, Command, EngineConfig, Grade, Input, Journal, NoQuote, Ppm,
    RejectLimits, Reply, RequestId, Timing, Transfer, Usd,
};
use hl_quant::{Millis, Notional, Side};
use hl_wire::RejectCode;

use crate::bench::{BTC, Bench, SOL, config, price};

fn usd(dollars: i64) -> Usd {
    Usd::from_e8(dollars.saturating_mul(100_000_000))
}

/// Loses a hundred at most in a day; its account has ten thousand.
fn frugal() -> EngineConfig {
    let mut config = config();
    config.risk.loss.daily = Notional::whole(100);
    config.risk.loss.drawdown = Notional::whole(300);
    config
}

fn why(bench: &Bench) -> Option<NoQuote> {
    bench.engine.market(SOL).unwrap().why_not
}

fn adds(command: &&Command) -> bool {
    matches!(command, Command::Place { .. } | Command::Modify { .. } | Command::Exit { .. })
}

/// Has the account read again, with this value.
fn reports(bench: &mut Bench, dollars: i64) {
    bench.venue.money = AccountMoney::idle(usd(dollars));
    bench.run(30_500);
}

#[test]
fn without_a_young_oracle_price_nothing_is_quoted() {
    let mut bench = Bench::new(config());
    bench.venue.oracle.insert(SOL, None);
    bench.start();
    assert_eq!(why(&bench), Some(NoQuote::NoReference));
    assert_eq!(bench.live(BTC).len(), 2, "the other market has one");
    bench.venue.oracle.clear();
    bench.books();
    assert_eq!(bench.live(SOL).len(), 2);
    // It says nothing more: after eight seconds its last word is too old.
    bench.venue.oracle.insert(SOL, None);
    bench.run(8_000);
    assert_eq!(bench.live(SOL).len(), 2);
    bench.pass(1);
    assert_eq!((why(&bench), bench.live(SOL).len()), (Some(NoQuote::NoReference), 0));
}

#[test]
fn references_that_disagree_stop_the_market_until_they_agree() {
    let mut bench = Bench::started(config());
    // In steps below a jump, away from our own average.
    for oracle in ["168", "171"] {
        bench.venue.oracle.insert(SOL, Some(price(oracle)));
        bench.run(500);
    }
    assert_eq!(why(&bench), Some(NoQuote::ReferencesDisagree));
    assert_eq!(bench.live(SOL), []);
    for oracle in ["168", "164.9"] {
        bench.venue.oracle.insert(SOL, Some(price(oracle)));
        bench.run(500);
    }
    assert_eq!(bench.live(SOL).len(), 2);
}

#[test]
fn a_jump_rests_the_market_for_its_time_although_all_is_as_before() {
    let mut bench = Bench::started(config());
    bench.venue.oracle.insert(SOL, Some(price("90")));
    bench.run(500);
    bench.venue.oracle.clear();
    bench.run(1_000);
    assert_eq!((why(&bench), bench.live(SOL).len()), (Some(NoQuote::Jumped), 0));
    bench.run(28_000);
    assert_eq!(why(&bench), Some(NoQuote::Jumped));
    bench.run(2_000);
    assert_eq!(bench.live(SOL).len(), 2);
}

#[test]
fn a_book_of_absurd_prices_is_not_quoted_on() {
    for (bid, ask) in
        [("0.0001", "0.0002"), ("82", "82.02"), ("330", "330.1"), ("1000000", "1000001")]
    {
        let mut bench = Bench::started(config());
        bench.venue.oracle.insert(SOL, Some(price("164.9")));
        bench.commands.clear();
        bench.touch(SOL, bid, ask);
        bench.run(5_000);
        let orders = bench.commands.iter().filter(adds).filter(|command| match command {
            Command::Place { orders, .. } => orders.iter().any(|order| order.market == SOL),
            Command::Modify { orders, .. } => orders.iter().any(|order| order.new.market == SOL),
            _ => true,
        });
        assert_eq!(orders.count(), 0, "{bid}");
        assert_eq!(bench.live(SOL), []);
    }
}

#[test]
fn a_loss_takes_freedom_step_by_step_and_then_halts_for_good() {
    let mut bench = Bench::started(frugal());
    reports(&mut bench, 9_940);
    assert_eq!(bench.engine.grade(), (Grade::Widen(Ppm::from_bps(10)), Cause::DailyLoss));
    assert_eq!(bench.quotes(SOL)[0].split(' ').nth(1), Some("164.4"), "ten basis points wider");
    reports(&mut bench, 9_915);
    assert_eq!(bench.engine.grade(), (Grade::OneSided, Cause::DailyLoss));
    assert_eq!(why(&bench), Some(NoQuote::Risk(Cause::DailyLoss)), "flat: nothing to reduce");
    reports(&mut bench, 9_900);
    assert_eq!(bench.engine.halted().unwrap().cause, Cause::DailyLoss);
    assert_eq!(bench.venue.open().count(), 0);
    let lines = bench.lines("risk_evt=grade");
    let last = lines.last().unwrap();
    let tail = "pair=all grade=halt reason=daily_loss have=100.00 limit=100.00";
    assert!(last.ends_with(tail), "{last}");
    assert_eq!(bench.lines("halt_evt=latch").len(), 1);
    // It recovers, and nothing changes.
    bench.commands.clear();
    reports(&mut bench, 10_000);
    assert_eq!(bench.commands.iter().filter(adds).count(), 0);
    bench.operator(hl_engine::Operator::Resume);
    bench.run(1_000);
    assert_eq!(bench.live(SOL).len(), 2, "an operator has accepted the loss");
    assert_eq!(bench.engine.grade().0, Grade::Normal);
    reports(&mut bench, 9_900);
    assert_eq!(bench.engine.halted().unwrap().cause, Cause::DailyLoss, "measured from there");
}

#[test]
fn a_withdrawal_that_the_ledger_explains_stops_no_one() {
    let mut bench = Bench::started(frugal());
    bench.run(10_000);
    bench.venue.transfers.push(Transfer { time: bench.now, amount: usd(-6_000) });
    reports(&mut bench, 4_000);
    assert_eq!(bench.engine.grade(), (Grade::Normal, Cause::Clear));
    assert_eq!(bench.live(SOL).len(), 2);
    bench.venue.transfers.push(Transfer { time: bench.now, amount: usd(3_000) });
    reports(&mut bench, 6_900);
    assert!(bench.engine.halted().is_some(), "a deposit does not hide what was lost");
}

#[test]
fn a_fall_is_no_loss_and_no_reason_to_quote_until_the_ledger_has_been_read() {
    let mut bench = Bench::started(frugal());
    let ledger = |c: &Command| {
        matches!(c, Command::Reconcile { query: hl_engine::Query::Ledger { .. }, .. })
    };
    bench.run(1_000);
    bench.hold = ledger;
    bench.venue.transfers.push(Transfer { time: bench.now, amount: usd(-6_000) });
    reports(&mut bench, 4_000);
    assert_eq!(bench.engine.grade(), (Grade::CancelOnly, Cause::Unexplained));
    assert_eq!(bench.venue.open().count(), 0);
    assert!(bench.engine.halted().is_none());
    bench.hold = |_| false;
    let asked = bench.held.pop().unwrap();
    bench.carry_out(&asked);
    bench.books();
    assert_eq!(bench.live(SOL).len(), 2, "explained");

    let mut bench = Bench::started(frugal());
    bench.run(1_000);
    bench.hold = ledger;
    bench.venue.transfers.push(Transfer { time: bench.now, amount: usd(-6_000) });
    reports(&mut bench, 4_000);
    bench.run(10_000);
    assert_eq!(bench.engine.halted().unwrap().cause, Cause::DailyLoss, "never explained");
}

#[test]
fn a_fill_that_loses_halts_before_the_next_report() {
    let mut config = frugal();
    config.markets[0].max_position = Notional::whole(20_000);
    config.markets[0].spread.base_order = Notional::whole(10_000);
    config.limits.max_gross = Notional::whole(50_000);
    let mut bench = Bench::started(config);
    let bid = bench.one(SOL, Side::Bid);
    bench.trade(&bid, &bid.remaining.to_string());
    bench.run(1_000);
    assert!(bench.engine.halted().is_none());
    bench.venue.oracle.insert(SOL, Some(price("164")));
    bench.touch(SOL, "162.5", "162.52");
    assert_eq!(bench.engine.halted().unwrap().cause, Cause::DailyLoss, "60 SOL, down two dollars");
    assert_eq!(bench.venue.open().count(), 0);
}

#[test]
fn little_margin_leaves_the_side_that_reduces() {
    let mut bench = Bench::started(config());
    let bid = bench.one(SOL, Side::Bid);
    bench.trade(&bid, "0.3");
    let tight = |free| AccountMoney {
        margin_used: usd(10_000 - free),
        withdrawable: Some(usd(free)),
        ..AccountMoney::idle(usd(10_000))
    };
    bench.venue.money = tight(900);
    bench.run(31_000);
    assert_eq!(bench.engine.grade(), (Grade::OneSided, Cause::Margin));
    let quotes = bench.quotes(SOL);
    assert_eq!(quotes.len(), 1, "{quotes:?}");
    assert!(quotes[0].starts_with("sell") && quotes[0].ends_with("x 0.3"), "{quotes:?}");
    assert_eq!(bench.engine.market(BTC).unwrap().why_not, Some(NoQuote::Risk(Cause::Margin)));
    bench.venue.money = tight(5_000);
    bench.run(41_000);
    assert_eq!(bench.live(SOL).len(), 2);
}

#[test]
fn fills_that_turn_out_badly_widen_the_quotes_and_then_leave_one_side() {
    let mut config = config();
    config.markets[0].markout.min_fills = 5;
    config.markets[0].max_position = Notional::whole(5_000);
    let mut bench = Bench::started(config);
    for _ in 0..5 {
        let bid = bench.one(SOL, Side::Bid);
        bench.trade(&bid, "0.05");
    }
    assert_eq!(bench.engine.market_grade(SOL).unwrap().0, Grade::Normal, "nothing is known yet");
    // Bought at 164.57; a tenth of a percent below it a second later.
    bench.touch(SOL, "164.4", "164.42");
    bench.run(2_000);
    assert_eq!(
        bench.engine.market_grade(SOL),
        Some((Grade::Widen(Ppm::from_bps(5)), Cause::Markout))
    );
    // And half a percent after five.
    bench.touch(SOL, "163.7", "163.72");
    bench.run(5_000);
    assert_eq!(bench.engine.market_grade(SOL), Some((Grade::OneSided, Cause::Markout)));
    let quotes = bench.quotes(SOL);
    assert!(quotes.len() == 1 && quotes[0].starts_with("sell"), "{quotes:?}");
    assert_eq!(bench.live(BTC).len(), 2, "the other market is its own");
}

#[test]
fn refusals_that_are_our_fault_stop_a_market_then_all_and_then_halt() {
    let mut config = config();
    config.risk.rejects = RejectLimits { window_ms: 60_000, market: 4, account: 8, halt: 12 };
    config.limits.max_rejects = 1_000;
    let refusing = |code: RejectCode| {
        let mut bench = Bench::new(config.clone());
        bench.hold = |command| matches!(command, Command::Place { .. });
        bench.start();
        for _ in 0..8 {
            for command in std::mem::take(&mut bench.held) {
                bench.reply(command.request(), &[Reply::Rejected { code, bbo: None }; 20]);
            }
            bench.run(1_500);
        }
        bench
    };
    let bench = refusing(RejectCode::Margin);
    assert_eq!(bench.engine.market_grade(SOL), Some((Grade::CancelOnly, Cause::Rejects)));
    assert_eq!(bench.engine.grade(), (Grade::CancelOnly, Cause::Rejects), "four in each of two");
    assert!(bench.engine.halted().is_none());
    let lines = bench.lines("risk_evt=grade");
    assert!(
        lines[0].contains("pair=SOL grade=cancel_only reason=rejects have=4 limit=4"),
        "{lines:?}"
    );
    let races = refusing(RejectCode::Alo);
    assert_eq!(races.engine.grade(), (Grade::Normal, Cause::Clear), "a race is no fault");
    let attempts = bench.engine.stats().attempts;
    let mut bench = bench;
    bench.hold = |_| false;
    bench.run(40_000);
    assert_eq!(bench.engine.stats().attempts, attempts, "the window has not passed");
    bench.run(45_000);
    assert_eq!(bench.live(SOL).len(), 2);
}

#[test]
fn clocks_that_are_apart_are_warned_of_and_then_stop_the_quotes() {
    let at = |bench: &mut Bench, ahead: i64| {
        for market in [SOL, BTC] {
            let (mark, oracle) = bench.venue.references(market);
            bench.input(Input::Reference { market, mark, oracle });
            let time = Millis(bench.now.0.saturating_add_signed(ahead));
            let (bids, asks) = bench.venue.book(market);
            bench.input(Input::Book { market, time, bids: &bids, asks: &asks });
        }
    };
    for ahead in [-2_200_i64, -900] {
        let mut bench = Bench::new(config());
        bench.input(Input::Connection(hl_engine::Connection::Up));
        for _ in 0..30 {
            at(&mut bench, ahead);
            bench.pass(500);
        }
        assert_eq!(bench.lines("risk_evt=warn").len(), 1, "{ahead}");
        let stopped = bench.engine.grade() == (Grade::CancelOnly, Cause::Skew);
        assert_eq!(stopped, ahead < -2_000, "{ahead}");
        assert_eq!(bench.live(SOL).is_empty(), stopped);
    }
    // A venue ahead of us cannot be explained by any delay.
    let mut bench = Bench::started(config());
    at(&mut bench, 2_001);
    assert_eq!(bench.engine.grade(), (Grade::CancelOnly, Cause::Skew));
    assert_eq!(bench.venue.open().count(), 0);
}

/// The streams are as late as our clock is slow, so that they look young.
#[test]
fn a_report_of_the_account_from_the_future_tells_of_a_clock_that_is_behind() {
    let mut bench = Bench::started(config());
    let request = RequestId(0);
    let time = bench.now.plus(4_400);
    bench.hold = |c| matches!(c, Command::Reconcile { query: hl_engine::Query::Account, .. });
    bench.run(60_000);
    let asked = bench.held.pop().map_or(request, |command| command.request());
    let money = bench.venue.money;
    let time = time.plus(60_000);
    bench.input(Input::Account { request: asked, time, positions: &[], money });
    assert_eq!(bench.engine.grade(), (Grade::CancelOnly, Cause::Skew));
}

#[test]
fn while_the_journal_takes_nothing_only_cancels_leave() {
    let mut bench = Bench::started(config());
    bench.commands.clear();
    bench.input(Input::Journal(Journal::Failed));
    assert_eq!(bench.venue.open().count(), 0);
    bench.run(5_000);
    assert_eq!(bench.commands.iter().filter(adds).count(), 0);
    assert_eq!(why(&bench), Some(NoQuote::Risk(Cause::Journal)));
    bench.input(Input::Journal(Journal::Written));
    bench.books();
    assert_eq!(bench.live(SOL).len(), 2, "at once: a state does not linger");
}

#[test]
fn with_the_requests_used_up_the_side_that_reduces_goes_on() {
    let mut bench = Bench::started(config());
    let bid = bench.one(SOL, Side::Bid);
    bench.trade(&bid, "0.3");
    bench.input(Input::RateLimit { used: 9_100, cap: 10_400 });
    bench.run(5_000);
    let quotes = bench.quotes(SOL);
    assert!(quotes.len() == 1 && quotes[0].starts_with("sell"), "{quotes:?}");
    assert!(quotes[0].ends_with("x 0.3"), "no more than the position: {quotes:?}");
    assert_eq!(bench.engine.market(BTC).unwrap().why_not, Some(NoQuote::Budget));
}

#[test]
fn how_old_a_book_may_be_follows_from_what_its_channel_promises() {
    let stale_after = |timing: Timing| {
        let mut config = config();
        config.timing = timing;
        let mut bench = Bench::started(config);
        let from = bench.now;
        while bench.engine.market(SOL).unwrap().why_not != Some(NoQuote::BookStale) {
            bench.pass(100);
            let (mark, oracle) = bench.venue.references(SOL);
            bench.input(Input::Reference { market: SOL, mark, oracle });
            assert!(bench.now.since(from) < 60_000);
        }
        bench.now.since(from)
    };
    assert_eq!(stale_after(Timing::of(Channel::BookFast)), 3_100);
    assert_eq!(stale_after(Timing::of(Channel::BookFull)), 12_100);
    let lax = Timing { book_max_age_ms: 30_000, ..Timing::default() };
    assert_eq!(stale_after(lax), 3_100, "no setting makes a channel's word last longer");
    let strict = Timing { book_max_age_ms: 1_000, ..Timing::default() };
    assert_eq!(stale_after(strict), 1_100);
}

#[test]
fn the_gates_collar_stops_what_a_model_wishes_too_far_away() {
    let mut config = config();
    config.markets[0].collar.oracle = Ppm::from_bps(10);
    let mut bench = Bench::started(config);
    bench.run(2_000);
    assert_eq!(bench.live(SOL), []);
    let lines = bench.lines("gate_evt=stop");
    let expected = "pair=SOL side=buy rule=collar px=164.57 sz=0.6 have=164.57 limit=164.9";
    assert!(lines.iter().any(|line| line.ends_with(expected)), "{lines:?}");
}

#[test]
fn an_oracle_price_from_before_the_clock_was_set_back_is_none() {
    let mut bench = Bench::started(config());
    bench.run(2_000);
    bench.now = Millis(bench.now.0 - 5_000);
    bench.venue.now = bench.now;
    bench.input(Input::Timer);
    let (bids, asks) = bench.venue.book(SOL);
    bench.input(Input::Book { market: SOL, time: bench.now, bids: &bids, asks: &asks });
    assert_eq!(why(&bench), Some(NoQuote::NoReference));
    bench.books();
    bench.run(1_000);
    assert_eq!(bench.live(SOL).len(), 2);
}

#[test]
fn a_clock_that_is_set_back_while_the_ledger_is_asked_leaves_no_fall_unexplained() {
    let mut bench = Bench::started(frugal());
    let ledger = |c: &Command| {
        matches!(c, Command::Reconcile { query: hl_engine::Query::Ledger { .. }, .. })
    };
    bench.run(1_000);
    bench.hold = ledger;
    bench.venue.money = AccountMoney::idle(usd(9_990));
    bench.run(31_000);
    assert!(!bench.held.is_empty(), "the ledger is asked");
    bench.held.clear();
    bench.hold = |_| false;
    bench.now = Millis(bench.now.0 - 3_600_000);
    bench.venue.now = bench.now;
    bench.input(Input::Timer);
    bench.run(60_000);
    assert_eq!(bench.engine.grade(), (Grade::Normal, Cause::Clear));
    assert_eq!(bench.live(SOL).len(), 2);
}

#[test]
fn what_a_shell_reads_unasked_after_the_last_word_changes_nothing() {
    let mut bench = Bench::started(config());
    let before = (bench.position(SOL), bench.engine.stats(), why(&bench));
    let request = RequestId::UNASKED;
    let size = "9".parse().unwrap();
    let positions = &[hl_engine::Position { market: SOL, size, value: Usd::ZERO }];
    let money = AccountMoney::idle(Usd::from_e8(1));
    let time = bench.now;
    bench.input(Input::Account { request, time, positions, money });
    let transfers = &[Transfer { time, amount: Usd::from_e8(7) }];
    bench.input(Input::Ledger { request, transfers });
    bench.input(Input::Funding(hl_engine::Funding { market: SOL, time, amount: Usd::from_e8(1) }));
    assert_eq!((bench.position(SOL), bench.engine.stats(), why(&bench)), before);
    assert_eq!(bench.lines("audit_evt=").len(), 0);
}
