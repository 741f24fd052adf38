//! What keys do: from their text through the bot's own wiring to what an engine sends.

use hl_engine::{AccountMoney, Cause, Connection, Engine, Fetch, Grade, Input, NoQuote};
use hl_quant::Notional;
use hl_wire::RejectCode;

use super::desk::{Desk, SOL, config, usd};

#[test]
fn prices_and_sizes_are_the_operators() {
    assert_eq!(Desk::new(&[]).quotes(), ["buy 164.81 x 0.9", "sell 164.99 x 0.9"]);
    let set = [("market.SOL.spread_bps", "50"), ("quote.base_order_usd", "330")];
    assert_eq!(Desk::new(&set).quotes(), ["buy 164.07 x 2", "sell 165.73 x 2"]);
    let layers = [("quote.active_layers", "2"), ("quote.layer_offsets_bps", "5,20,30,40,50")];
    assert_eq!(Desk::new(&layers).quotes().len(), 4);
    // A long position is leaned against, in proportion to its limit.
    let leaning = |set: &[(&str, &str)]| {
        let mut desk = Desk::new(set);
        desk.buys("0.5");
        desk.run(5_000);
        desk.quotes()
    };
    let quotes = leaning(&[("quote.skew_bps", "100"), ("quote.requote_tolerance_bps", "0")]);
    assert!(quotes.iter().any(|q| q.starts_with("buy 164.")), "{quotes:?}");
    assert_ne!(quotes, leaning(&[("quote.skew_bps", "0"), ("quote.requote_tolerance_bps", "0")]));
}

#[test]
fn a_model_wants_its_numbers_estimated_or_said() {
    let mut desk = Desk::new(&[("quote.model", "glft")]);
    desk.run(5_000);
    assert_eq!(desk.why_not().map(|why| why.code()), Some("volatility_warming"));
    let said = [
        ("quote.model", "glft"),
        ("estimate.sigma_bps", "1"),
        ("estimate.arrival_rate", "0.5"),
        ("estimate.arrival_reach_bps", "4"),
    ];
    assert_eq!(Desk::new(&said).quotes().len(), 2);
    let stoikov = Desk::new(&[&said[1..], &[("quote.model", "avellaneda-stoikov")]].concat());
    assert_eq!(stoikov.quotes().len(), 2);
    // Where orders reach far, a model wants to quote far away: no further than allowed.
    let far = [&said[..3], &[("estimate.arrival_reach_bps", "40")]].concat();
    let quotes = Desk::new(&far).quotes();
    assert!(quotes.len() == 2 && quotes[0].as_str() < "buy 164.7", "{quotes:?}");
    let near = Desk::new(&[&far[..], &[("quote.max_distance_bps", "10")]].concat());
    assert_eq!((near.why_not().is_some(), near.quotes().len()), (true, 0));
}

#[test]
fn the_retry_guard_is_on_or_off_and_specs_are_as_young_as_it_says() {
    let forced = |set: &[(&str, &str)]| {
        let mut desk = Desk::new(&[]);
        desk.engine = Engine::new(config(set), 9);
        desk.refuse = Some(RejectCode::Tick);
        desk.open.clear();
        desk.input(Input::Connection(Connection::Up));
        desk.run(5_000);
        desk.fetches.contains(&Fetch::Forced)
    };
    assert!(forced(&[]));
    assert!(!forced(&[("guard.enabled", "false")]));
    assert!(!forced(&[("guard.max_retries", "0")]));
    let fetches = |ttl: &str| {
        let mut desk = Desk::new(&[("guard.spec_ttl_ms", ttl)]);
        desk.run(120_000);
        desk.fetches.len()
    };
    assert_eq!((fetches("60000"), fetches("20000")), (5, 13));
}

#[test]
fn losses_are_limited_by_day_and_from_the_best() {
    let losing = |set: &[(&str, &str)]| {
        let mut desk = Desk::new(set);
        desk.reports(AccountMoney::idle(usd(9_990)));
        desk
    };
    assert_eq!(losing(&[]).engine.grade().0, Grade::Normal);
    let daily = losing(&[("risk.max_daily_loss_usd", "10")]);
    assert_eq!((daily.halted(), daily.quotes().len()), (Some(Cause::DailyLoss), 0));
    assert_eq!(losing(&[("risk.max_drawdown_usd", "10")]).halted(), Some(Cause::Drawdown));
    let grade = |set: &[(&str, &str)]| losing(set).engine.grade();
    let twenty = ("risk.max_daily_loss_usd", "20");
    assert_eq!(grade(&[twenty]).0.code(), "widen");
    assert_eq!(grade(&[twenty, ("risk.loss_widen_pct", "51")]).0, Grade::Normal);
    assert_eq!(grade(&[twenty, ("risk.loss_one_sided_pct", "50")]).0, Grade::OneSided);
}

#[test]
fn at_the_loss_limit_positions_are_kept_or_closed_within_the_slippage() {
    let exits = |set: &[(&str, &str)]| {
        let mut desk = Desk::new(&[&[("risk.max_daily_loss_usd", "10")], set].concat());
        desk.buys("0.5");
        desk.run(2_000);
        desk.reports(AccountMoney::idle(usd(9_000)));
        desk.run(5_000);
        desk.exits.first().map(|exit| exit.price.to_string())
    };
    assert_eq!(exits(&[]), None);
    let flatten = ("risk.at_loss_limit", "flatten");
    assert_eq!(exits(&[flatten]).as_deref(), Some("163.26"), "one percent below 164.9");
    let half = exits(&[flatten, ("risk.exit_slippage_bps", "50")]);
    assert_eq!(half.as_deref(), Some("164.08"));
}

#[test]
fn margin_is_kept_free() {
    let tight = AccountMoney {
        margin_used: usd(9_500),
        maintenance: usd(5_000),
        withdrawable: Some(usd(500)),
        ..AccountMoney::idle(usd(10_000))
    };
    let grade = |set: &[(&str, &str)]| {
        let mut desk = Desk::new(set);
        desk.reports(tight);
        (desk.engine.grade(), desk.halted())
    };
    assert_eq!(grade(&[]).0, (Grade::OneSided, Cause::Margin));
    assert_eq!(grade(&[("risk.margin_one_sided_pct", "5")]).0.0, Grade::Normal);
    assert_eq!(grade(&[("risk.margin_flatten_pct", "49")]).1, Some(Cause::Margin));
}

#[test]
fn refusals_are_counted_for_a_market_for_all_and_for_a_halt() {
    let refused = |set: &[(&str, &str)]| {
        let mut desk = Desk::new(set);
        desk.refuse = Some(RejectCode::Margin);
        for step in 0..8 {
            desk.touch = if step % 2 == 0 { ("165.1", "165.12") } else { ("164.89", "164.91") };
            desk.run(2_000);
        }
        desk
    };
    let lax = refused(&[]);
    assert_eq!((lax.engine.market_grade(SOL).unwrap().0, lax.halted()), (Grade::Normal, None));
    let market = [("risk.max_rejects_market", "1")];
    let stop = Some((Grade::CancelOnly, Cause::Rejects));
    assert_eq!(refused(&market).engine.market_grade(SOL), stop);
    let all = [market[0], ("risk.max_rejects_account", "1")];
    assert_eq!(Some(refused(&all).engine.grade()), stop);
    let halt = [all[0], all[1], ("risk.max_rejects_halt", "1")];
    assert_eq!(refused(&halt).halted(), Some(Cause::Rejects));
}

#[test]
fn the_collar_and_its_pause_are_the_operators() {
    for key in ["risk.collar_oracle_bps", "market.SOL.collar_slow_bps"] {
        let desk = Desk::new(&[(key, "4")]);
        assert_eq!(desk.quotes(), [""; 0], "{key}");
        assert!(desk.lines.iter().any(|line| line.contains(" rule=collar ")), "{key}");
    }
    let moved = |set: &[(&str, &str)], ms: u64| {
        let mut desk = Desk::new(set);
        desk.touch = ("165.9", "165.92");
        desk.run(ms);
        desk.why_not()
    };
    assert_eq!(moved(&[], 60_000), None);
    let disagree = moved(&[("risk.collar_disagree_bps", "20")], 60_000);
    assert_eq!(disagree, Some(NoQuote::ReferencesDisagree));
    let jumped = |pause: &str, ms: u64| {
        let mut desk =
            Desk::new(&[("risk.collar_jump_bps", "50"), ("risk.collar_pause_sec", pause)]);
        desk.touch = ("165.9", "165.92");
        desk.run(500);
        desk.touch = ("164.89", "164.91");
        desk.run(ms);
        desk.why_not()
    };
    assert_eq!(jumped("10", 5_000), Some(NoQuote::Jumped));
    assert_eq!(jumped("1", 5_000), None);
}

#[test]
fn fills_that_turn_out_badly_count_as_the_operator_says() {
    let one = ("risk.markout_min_fills", "1");
    let grade = |set: &[(&str, &str)], ms: u64| {
        let mut desk = Desk::new(set);
        desk.buys("0.1");
        desk.run(500);
        desk.touch = ("164.59", "164.61");
        desk.run(ms);
        desk.engine.market_grade(SOL).unwrap().0
    };
    // Bought at 164.81; 13 basis points lower afterwards.
    assert_eq!(grade(&[one], 7_000).code(), "widen");
    assert_eq!(grade(&[one, ("risk.markout_stop_bps", "10")], 7_000), Grade::OneSided);
    assert_eq!(grade(&[one, ("risk.markout_widen_bps", "14")], 7_000), Grade::Normal);
    assert_eq!(grade(&[("risk.markout_min_fills", "2")], 7_000), Grade::Normal);
    assert_eq!(grade(&[one], 60_000).code(), "widen");
    assert_eq!(grade(&[one, ("market.SOL.markout_window_sec", "10")], 60_000), Grade::Normal);
}

#[test]
fn requests_are_kept_for_cancels_and_get_dearer_as_they_run_out() {
    let quoting = |set: &[(&str, &str)]| {
        let mut desk = Desk::new(set);
        desk.input(Input::RateLimit { used: 5_000, cap: 10_000 });
        desk.run(2_000);
        desk.why_not()
    };
    assert_eq!(quoting(&[]), None);
    assert_eq!(quoting(&[("budget.cancel_reserve", "5000")]), Some(NoQuote::Budget));
    let price = |hours: &str| {
        let mut desk = Desk::new(&[("budget.runway_hours", hours)]);
        desk.input(Input::RateLimit { used: 0, cap: 10_000 });
        for step in 0..120 {
            desk.touch = if step % 2 == 0 { ("165.1", "165.12") } else { ("164.89", "164.91") };
            desk.run(1_000);
        }
        desk.engine.budget().price
    };
    assert!(price("8760") > price("1"));
}

#[test]
fn without_the_dead_mans_switch_less_is_held_and_books_age_as_configured() {
    let gross = |set: &[(&str, &str)]| Desk::new(set).engine.config().limits.max_gross;
    assert_eq!(gross(&[]), Notional::whole(5_000), "the venue of this test refuses the switch");
    assert_eq!(gross(&[("risk.watchdog_cap_pct", "25")]), Notional::whole(2_500));
    let off = ("risk.dead_man_sec", "0");
    assert_eq!(gross(&[off]), Notional::whole(10_000));
    assert_eq!(gross(&[off, ("risk.max_gross_usd", "900")]), Notional::whole(900));
    let stale = |set: &[(&str, &str)]| {
        let mut desk = Desk::new(set);
        desk.now = desk.now.plus(900);
        desk.input(Input::Timer);
        desk.now = desk.now.plus(900);
        desk.input(Input::Timer);
        desk.why_not()
    };
    assert_eq!(stale(&[off]), None);
    assert_eq!(stale(&[off, ("risk.max_stale_sec", "1")]), Some(NoQuote::BookStale));
}
