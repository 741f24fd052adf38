//! Statistics against numbers worked out by hand.

use hl_quant::{Millis, Side};
use hl_rotation::{MarketStats, Quote, StatsConfig, expected_fills};

/// Ten steps of a second; what is measured for a second is a reading.
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

fn quote(mid: f64, spread_bps: f64, depth_usd: f64) -> Quote {
    let half = mid * spread_bps / 20_000.0;
    Quote { bid: mid - half, ask: mid + half, depth_usd }
}

fn close(have: Option<f64>, expected: f64) {
    let have = have.expect("a reading");
    assert!((have - expected).abs() <= 1e-9 * expected.abs().max(1.0), "{have} != {expected}");
}

#[test]
fn spread_and_depth_are_weighted_by_the_time_that_they_held() {
    let mut stats = MarketStats::new(config());
    stats.quote(Millis(100_000), quote(100.0, 10.0, 1_000.0));
    stats.quote(Millis(103_000), quote(100.0, 40.0, 4_000.0));
    let reading = stats.read(Millis(104_000));
    close(reading.spread_bps, (3.0 * 10.0 + 40.0) / 4.0);
    close(reading.depth_usd, (3.0 * 1_000.0 + 4_000.0) / 4.0);
    assert_eq!(reading.covered_ms, 4_000);
}

#[test]
fn what_is_older_than_the_window_is_forgotten() {
    let mut stats = MarketStats::new(config());
    stats.quote(Millis(100_000), quote(100.0, 10.0, 1_000.0));
    for second in 1..=20 {
        stats.quote(Millis(100_000 + second * 1_000), quote(100.0, 30.0, 3_000.0));
    }
    let reading = stats.read(Millis(120_500));
    close(reading.spread_bps, 30.0);
    close(reading.depth_usd, 3_000.0);
    assert_eq!(reading.covered_ms, 9_500, "nine whole steps and the half that has begun");
}

#[test]
fn a_quote_counts_only_as_long_as_it_is_renewed_and_a_little_longer() {
    let mut stats = MarketStats::new(config());
    stats.quote(Millis(100_000), quote(100.0, 10.0, 1_000.0));
    assert_eq!(stats.read(Millis(109_000)).covered_ms, 5_000, "carried for five seconds");
    let mut stats = MarketStats::new(config());
    stats.quote(Millis(100_000), quote(100.0, 10.0, 1_000.0));
    stats.gap(Millis(102_000));
    assert_eq!(stats.read(Millis(105_000)).covered_ms, 2_000, "a gap ends it at once");
}

#[test]
fn volatility_is_the_root_of_the_sum_of_squared_returns_scaled_to_the_window() {
    let mut stats = MarketStats::new(config());
    let mids = [100.0, 101.0, 100.0, 102.0];
    for (second, mid) in (0_u64..).zip(mids) {
        stats.quote(Millis(100_000 + second * 1_000), quote(mid, 10.0, 1_000.0));
    }
    let returns = [(101.0_f64 / 100.0).ln(), (100.0_f64 / 101.0).ln(), (102.0_f64 / 100.0).ln()];
    let squares: f64 = returns.iter().map(|r| r * r).sum();
    // Three returns of ten that the window has room for.
    close(stats.read(Millis(104_000)).vol, (squares / 3.0 * 10.0).sqrt());
}

#[test]
fn no_return_is_taken_across_a_gap() {
    let mut stats = MarketStats::new(config());
    stats.quote(Millis(100_000), quote(100.0, 10.0, 1_000.0));
    stats.quote(Millis(101_500), quote(100.0, 10.0, 1_000.0));
    stats.gap(Millis(102_500));
    stats.quote(Millis(104_500), quote(200.0, 10.0, 1_000.0));
    stats.quote(Millis(106_500), quote(200.0, 10.0, 1_000.0));
    close(stats.read(Millis(107_000)).vol, 0.0);
}

#[test]
fn trades_are_counted_by_the_minute_of_what_was_watched() {
    let mut stats = MarketStats::new(config());
    stats.quote(Millis(100_000), quote(100.0, 10.0, 1_000.0));
    for n in 0..6 {
        stats.trade(Millis(100_100 + n), Side::Bid, 100.05);
    }
    close(stats.read(Millis(103_000)).trades_per_min, 120.0);
}

#[test]
fn toxicity_is_what_makers_lost_when_the_price_went_on_after_the_trade() {
    let mut stats = MarketStats::new(config());
    stats.quote(Millis(100_000), quote(100.0, 10.0, 1_000.0));
    // Somebody buys at 100, and a second later it is worth 101: the maker lost 100 basis points.
    stats.trade(Millis(100_000), Side::Bid, 100.0);
    // Somebody sells at 100, and a second later it is worth 101: the maker gained as much.
    stats.quote(Millis(100_500), quote(101.0, 10.0, 1_000.0));
    stats.quote(Millis(101_000), quote(101.0, 10.0, 1_000.0));
    close(stats.read(Millis(101_500)).toxicity_bps, 100.0);
    stats.trade(Millis(101_500), Side::Ask, 100.0);
    stats.quote(Millis(102_600), quote(101.0, 10.0, 1_000.0));
    close(stats.read(Millis(102_600)).toxicity_bps, 0.0);
}

#[test]
fn a_trade_is_judged_by_the_price_that_held_and_not_by_the_one_that_came_next() {
    let mut stats = MarketStats::new(config());
    stats.quote(Millis(100_000), quote(100.0, 10.0, 1_000.0));
    stats.trade(Millis(100_000), Side::Bid, 100.0);
    stats.quote(Millis(104_000), quote(150.0, 10.0, 1_000.0));
    close(stats.read(Millis(104_000)).toxicity_bps, 0.0);
}

#[test]
fn too_few_trades_say_nothing_about_toxicity() {
    let mut stats = MarketStats::new(StatsConfig { markout_trades: 2, ..config() });
    stats.quote(Millis(100_000), quote(100.0, 10.0, 1_000.0));
    stats.trade(Millis(100_000), Side::Bid, 100.0);
    assert_eq!(stats.read(Millis(102_000)).toxicity_bps, None);
    stats.trade(Millis(102_000), Side::Bid, 100.0);
    close(stats.read(Millis(104_000)).toxicity_bps, 0.0);
}

#[test]
fn before_it_is_warm_there_is_no_reading() {
    let mut stats = MarketStats::new(StatsConfig { warm_percent: 50, ..config() });
    assert_eq!(stats.read(Millis(100_000)).spread_bps, None);
    stats.quote(Millis(100_000), quote(100.0, 10.0, 1_000.0));
    assert_eq!(stats.read(Millis(104_999)).spread_bps, None);
    assert!(stats.read(Millis(105_000)).spread_bps.is_some());
}

#[test]
fn a_quote_that_makes_no_sense_ends_the_one_before_it() {
    for bad in [
        Quote { bid: f64::NAN, ask: 1.0, depth_usd: 1.0 },
        Quote { bid: 2.0, ask: 1.0, depth_usd: 1.0 },
        Quote { bid: 0.0, ask: 1.0, depth_usd: 1.0 },
        Quote { bid: 1.0, ask: f64::INFINITY, depth_usd: 1.0 },
        Quote { bid: 1.0, ask: 2.0, depth_usd: f64::NAN },
        Quote { bid: 1.0, ask: 2.0, depth_usd: -1.0 },
    ] {
        let mut stats = MarketStats::new(config());
        stats.quote(Millis(100_000), quote(100.0, 10.0, 1_000.0));
        stats.quote(Millis(102_000), bad);
        let reading = stats.read(Millis(104_000));
        assert_eq!(reading.covered_ms, 2_000, "{bad:?}");
        close(reading.spread_bps, 10.0);
    }
}

#[test]
fn time_that_goes_back_counts_nothing_twice() {
    let mut stats = MarketStats::new(config());
    stats.quote(Millis(100_000), quote(100.0, 10.0, 1_000.0));
    stats.quote(Millis(102_000), quote(100.0, 20.0, 1_000.0));
    stats.quote(Millis(101_000), quote(100.0, 30.0, 1_000.0));
    let reading = stats.read(Millis(104_000));
    assert_eq!(reading.covered_ms, 4_000);
    close(reading.spread_bps, (2.0 * 10.0 + 2.0 * 30.0) / 4.0);
}

#[test]
fn markets_that_move_together_are_correlated() {
    let follow = |moves: &[f64]| {
        let mut stats = MarketStats::new(StatsConfig { steps: 20, window_ms: 20_000, ..config() });
        let mut mid = 100.0;
        for (second, up) in (0_u64..).zip(moves) {
            mid *= 1.0 + up;
            stats.quote(Millis(100_000 + second * 1_000), quote(mid, 10.0, 1_000.0));
        }
        let _ = stats.read(Millis(100_000 + 1_000 * u64::try_from(moves.len()).unwrap()));
        stats
    };
    let moves: Vec<f64> = (0..16).map(|n| f64::from((n * 7) % 5 - 2) * 0.001).collect();
    let against: Vec<f64> = moves.iter().map(|up| -up).collect();
    let (a, b, c) = (follow(&moves), follow(&moves), follow(&against));
    close(a.correlation(&b), 1.0);
    assert!(a.correlation(&c).unwrap() < -0.99);
    assert_eq!(a.correlation(&follow(&[0.0; 16])), None, "one that does not move");
    let few = (follow(&moves[..8]), follow(&moves[..8]));
    assert_eq!(few.0.correlation(&few.1), None, "seven returns are too few");
    let enough = (follow(&moves[..9]), follow(&moves[..9]));
    assert!(enough.0.correlation(&enough.1).is_some());
}

#[test]
fn our_part_of_the_trades_is_our_part_of_what_is_there() {
    assert_eq!(expected_fills(12.0, 100.0, 300.0), 3.0);
    assert_eq!(expected_fills(12.0, 0.0, 0.0), 0.0);
}

#[test]
fn an_event_allocates_nothing() {
    let mut stats = MarketStats::new(StatsConfig::default());
    let run = |stats: &mut MarketStats, from: u64| {
        for n in 0..20_000_u64 {
            let now = Millis(100_000_000 + (from + n) * 137);
            stats
                .quote(now, quote(100.0 + f64::from(u32::try_from(n % 7).unwrap()), 10.0, 1_000.0));
            stats.trade(now, Side::Ask, 100.0);
        }
        stats.read(Millis(100_000_000 + (from + 20_000) * 137))
    };
    let info = allocation_counter::measure(|| {
        let reading = run(&mut stats, 0);
        assert!(reading.vol.is_some());
    });
    assert_eq!(info.count_total, 0);
    // Nor does a day of silence, nor a trade without a price for ever.
    let info = allocation_counter::measure(|| {
        stats.trade(Millis(300_000_000), Side::Bid, 100.0);
        for n in 0..100_000 {
            stats.trade(Millis(300_000_000 + n * 1_000), Side::Bid, 100.0);
        }
    });
    assert_eq!(info.count_total, 0);
}
