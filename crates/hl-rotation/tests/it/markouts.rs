//! What trades did to makers, to the trade and to the millisecond; and what goes with it.

use hl_quant::{Millis, Side};
use hl_rotation::{MarketStats, Markout, Quote, StatsConfig};

/// Trades wait 800 ms, in slots of 100.
fn config() -> StatsConfig {
    StatsConfig {
        window_ms: 10_000,
        steps: 10,
        carry_ms: 5_000,
        markout_ms: 800,
        markout_trades: 1,
        warm_percent: 10,
    }
}

fn quote(mid: f64) -> Quote {
    Quote { bid: mid - 0.5, ask: mid + 0.5, depth_usd: 1_000.0 }
}

fn quoted(config: StatsConfig) -> MarketStats {
    let mut stats = MarketStats::new(config);
    stats.quote(Millis(100_000), quote(101.0));
    stats
}

fn close(have: f64, expected: f64) {
    assert!((have - expected).abs() <= 1e-9 * expected.abs().max(1.0), "{have} != {expected}");
}

#[test]
fn trades_of_one_moment_are_judged_each_at_its_own_price() {
    let mut stats = quoted(config());
    stats.trade(Millis(100_010), Side::Bid, 100.0);
    stats.trade(Millis(100_020), Side::Bid, 50.0);
    let reading = stats.read(Millis(102_000));
    // Bought at 100 and at 50 what is worth 101: makers lost 1 % and 102 %.
    close(reading.toxicity_bps.unwrap(), (100.0 + 10_200.0) / 2.0);
    let markout = stats.markout();
    assert_eq!(markout.trades, 2);
    close(markout.lost_bps, 10_300.0);
}

#[test]
fn as_many_trades_as_there_are_in_one_moment_are_all_judged() {
    let mut stats = quoted(config());
    for _ in 0..50 {
        stats.trade(Millis(100_010), Side::Ask, 101.0);
    }
    stats.read(Millis(102_000));
    assert_eq!(stats.markout().trades, 50);
    close(stats.markout().lost_bps, 0.0);
}

#[test]
fn a_trade_is_judged_when_its_slot_has_waited_and_no_sooner() {
    let mut stats = quoted(config());
    stats.trade(Millis(100_000), Side::Bid, 101.0);
    stats.trade(Millis(100_100), Side::Bid, 101.0);
    let judged = |stats: &mut MarketStats, at| {
        stats.read(Millis(at));
        stats.markout().trades
    };
    assert_eq!(judged(&mut stats, 100_899), 0);
    assert_eq!(judged(&mut stats, 100_900), 1, "800 ms after the end of its slot");
    assert_eq!(judged(&mut stats, 100_999), 1);
    assert_eq!(judged(&mut stats, 101_000), 2);
}

#[test]
fn trades_before_a_gap_are_never_judged() {
    let mut stats = quoted(config());
    stats.trade(Millis(100_000), Side::Bid, 101.0);
    stats.gap(Millis(100_500));
    stats.quote(Millis(100_600), quote(150.0));
    assert_eq!(stats.read(Millis(103_000)).toxicity_bps, None);
    assert_eq!(stats.markout(), Markout::default());
}

#[test]
fn a_price_that_is_none_is_counted_as_a_trade_and_not_judged() {
    for price in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let mut stats = quoted(config());
        stats.trade(Millis(100_000), Side::Bid, price);
        let reading = stats.read(Millis(103_000));
        assert_eq!((reading.toxicity_bps, stats.markout().trades), (None, 0), "{price}");
        close(reading.trades_per_min.unwrap(), 20.0);
    }
}

#[test]
fn without_a_trade_there_is_no_toxicity_even_where_none_is_asked_for() {
    let mut stats = quoted(StatsConfig { markout_trades: 0, ..config() });
    assert_eq!(stats.read(Millis(103_000)).toxicity_bps, None);
}

#[test]
fn a_reading_that_is_not_warm_says_how_much_was_measured() {
    let mut stats = quoted(StatsConfig { warm_percent: 50, ..config() });
    let reading = stats.read(Millis(102_500));
    assert_eq!((reading.covered_ms, reading.vol, reading.spread_bps), (2_500, None, None));
}

#[test]
fn within_one_step_there_is_a_spread_and_no_volatility() {
    let mut stats = MarketStats::new(StatsConfig { warm_percent: 1, ..config() });
    stats.quote(Millis(100_000), quote(100.0));
    let reading = stats.read(Millis(100_500));
    assert_eq!((reading.vol, reading.spread_bps), (None, Some(100.0)));
}

#[test]
fn what_happened_between_two_moments_is_the_difference_of_two_counts() {
    let before = Markout { trades: 10, lost_bps: 50.0 };
    let after = Markout { trades: 14, lost_bps: 42.0 };
    assert_eq!(after.gain_since(&before), Some(2.0), "eight points on four trades");
    assert_eq!(before.gain_since(&before), None);
    assert_eq!(before.gain_since(&after), None, "counts do not go back");
}

/// Steps of a millisecond: walking through those since 1970 would take an hour.
#[test]
fn the_first_message_does_not_walk_through_all_the_time_before_it() {
    let mut stats = MarketStats::new(StatsConfig { window_ms: 100, steps: 100, ..config() });
    stats.quote(Millis(1_762_252_867_000), quote(100.0));
    assert_eq!(stats.read(Millis(1_762_252_867_050)).covered_ms, 50);
}

#[test]
fn correlation_is_that_of_the_textbook_also_where_prices_drift() {
    let ups = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0, 5.0, 3.0, 5.0, 8.0];
    let others = [2.0, 7.0, 1.0, 8.0, 2.0, 8.0, 1.0, 8.0, 2.0, 8.0, 4.0, 5.0];
    let follow = |ups: &[f64]| {
        let mut stats = MarketStats::new(StatsConfig { steps: 20, window_ms: 20_000, ..config() });
        let mut mid = 100.0;
        for (second, up) in (0_u64..).zip(ups) {
            mid *= (up * 0.001).exp();
            stats.quote(Millis(100_000 + second * 1_000), quote(mid));
        }
        stats.read(Millis(112_000));
        stats
    };
    // The first step has nothing before it.
    let (x, y) = (&ups[1..], &others[1..]);
    let n = f64::from(u32::try_from(x.len()).unwrap());
    let (mx, my) = (x.iter().sum::<f64>() / n, y.iter().sum::<f64>() / n);
    let sum = |of: &dyn Fn(f64, f64) -> f64| -> f64 {
        x.iter().zip(y).map(|(a, b)| of(a - mx, b - my)).sum()
    };
    let (xx, yy) = (sum(&|a, _| a * a), sum(&|_, b| b * b));
    let expected = sum(&|a, b| a * b) / (xx * yy).sqrt();
    let have = follow(&ups).correlation(&follow(&others)).unwrap();
    assert!((have - expected).abs() < 1e-9, "{have} != {expected}");
    assert_eq!(follow(&[0.0; 12]).correlation(&follow(&ups)), None, "the other way round as well");
}
