//! Capital across the selected markets.

use hl_rotation::{LEAST, Stake, WHOLE, allocate};
use proptest::prelude::*;

#[test]
fn shares_grow_with_score_and_shrink_with_risk() {
    let stake = |score, vol| Stake { score, vol };
    assert_eq!(allocate(&[]), Vec::<u32>::new());
    assert_eq!(allocate(&[stake(-3.0, 0.02)]), [WHOLE]);
    assert_eq!(allocate(&[stake(1.0, 0.02), stake(1.0, 0.02)]), [WHOLE, WHOLE]);
    assert_eq!(allocate(&[stake(2.0, 0.02), stake(1.0, 0.02)]), [WHOLE, WHOLE / 2]);
    assert_eq!(
        allocate(&[stake(3.0, 0.02), stake(2.0, 0.02), stake(1.0, 0.04)]),
        [WHOLE, WHOLE / 4 * 3, WHOLE / 4]
    );
    assert_eq!(allocate(&[stake(1.0, 0.01), stake(1.0, 0.5)]), [WHOLE, LEAST]);
    assert_eq!(
        allocate(&[stake(1.0, 0.0), stake(1.0, 1e-4)]),
        [WHOLE, WHOLE],
        "nothing is riskless"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_share_is_never_more_than_the_whole_nor_less_than_the_least(
        stakes in prop::collection::vec((any::<f64>(), any::<f64>()), 1..9),
    ) {
        let stakes: Vec<_> = stakes.iter().map(|(score, vol)| Stake { score: *score, vol: *vol }).collect();
        for part in allocate(&stakes) {
            prop_assert!((LEAST..=WHOLE).contains(&part));
        }
    }
}

#[test]
fn half_a_millionth_is_rounded_up() {
    let stake = |score: f64| Stake { score, vol: 1.0 };
    // The one in the middle has (1 + 1/64) / 2 of the best: 507,812.5 millionths, exactly.
    assert_eq!(allocate(&[stake(0.0), stake(1.0 / 64.0), stake(1.0)]), [500_000, 507_813, WHOLE]);
}
