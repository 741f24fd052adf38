//! The old formula, to the digit.

use hl_rotation::legacy::{FILTERED, Inputs, Legacy};

fn inputs((vol, spread_bps, depth_usd, fees_bps): (f64, f64, f64, f64)) -> Inputs {
    Inputs { vol, spread_bps, depth_usd, fees_bps, nansen: 0.0 }
}

#[test]
fn the_reference_vectors_of_the_old_system_come_out() {
    for (of, expected) in [
        ((0.015, 12.0, 5_000.0, 8.0), 0.732_631_968_5),
        ((0.008, 8.0, 15_000.0, 6.0), 1.117_723_466_7),
        ((0.025, 18.0, 3_000.0, 10.0), 0.580_689_386_2),
        ((0.05, 40.0, 2_000.0, 8.0), 0.490_950_290_2),
        ((0.05, 40.0, 1_999.99, 8.0), FILTERED),
        ((0.05, 40.01, 2_000.0, 8.0), FILTERED),
    ] {
        let score = Legacy::default().score(&inputs(of));
        assert!((score - expected).abs() < 1e-8, "{of:?}: {score} instead of {expected}");
    }
}

#[test]
fn the_signal_counts_half() {
    let base = inputs((0.015, 12.0, 5_000.0, 8.0));
    let with = Inputs { nansen: 0.44, ..base };
    let difference = Legacy::default().score(&with) - Legacy::default().score(&base);
    assert!((difference - 0.22).abs() < 1e-12);
}

#[test]
fn the_double_negation_is_kept_wide_spreads_and_high_fees_raise_the_score() {
    let score = |spread, fees| Legacy::default().score(&inputs((0.015, spread, 5_000.0, fees)));
    assert!((score(40.0, 1.0) - score(1.0, 1.0) - 0.0023).abs() < 1e-4);
    assert!((score(1.0, 10.0) - score(1.0, 1.0) - 0.00036).abs() < 1e-6);
}

#[test]
fn filtered_markets_are_still_in_the_order() {
    let good = inputs((0.015, 12.0, 5_000.0, 8.0));
    let order = Legacy::default().order(&[
        ("Z", inputs((0.5, 12.0, 1.0, 8.0))),
        ("B", good),
        ("A", good),
        ("Y", inputs((0.5, 99.0, 9_000.0, 8.0))),
    ]);
    let names: Vec<_> = order.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["A", "B", "Y", "Z"]);
}
