//! When the next rotation is.

use hl_rotation::Cadence;

use crate::rig::T0;

#[test]
fn the_next_rotation_is_an_interval_later_and_a_jitter_within_its_bound() {
    let cadence = Cadence { every_ms: 1_000_000, jitter_ms: 5_000 };
    let mut seen = std::collections::BTreeSet::new();
    for seed in 0..40 {
        for round in 0..40 {
            let next = cadence.next(T0, round, seed);
            let after = next.since(T0);
            assert!((1_000_000..=1_005_000).contains(&after));
            seen.insert(after);
            assert_eq!(next, cadence.next(T0, round, seed), "not rolled again");
        }
    }
    assert!(seen.len() > 1_200, "{} different moments", seen.len());
    let (low, high) = (seen.first().unwrap(), seen.last().unwrap());
    assert!(*low < 1_000_050 && *high > 1_004_950, "from {low} to {high}");
}

#[test]
fn without_jitter_it_is_on_the_dot() {
    let cadence = Cadence { every_ms: 60_000, jitter_ms: 0 };
    assert_eq!(cadence.next(T0, 7, 9), T0.plus(60_000));
}

/// The first number of SplitMix64 from seed 0, as its authors' program prints it.
#[test]
fn the_jitter_is_made_by_the_published_generator() {
    const FIRST: u64 = 0xe220_a839_7b1d_cdaf;
    let cadence = Cadence { every_ms: 0, jitter_ms: u64::MAX - 1 };
    assert_eq!(cadence.next(hl_quant::Millis(0), 0, FIRST).0, FIRST);
}
