//! Scores: signs, normalisation, exclusion.

use hl_rotation::{Candidate, Factor, Factors, Filters, Previous, Verdict, Weights, select};
use proptest::prelude::*;

use crate::rig::{T0, by_vol, first, places, plain, wild};

fn score(all: &[Candidate], weights: &Weights, name: &str) -> f64 {
    let selection = select(all, weights, &places(1), &Previous::default(), T0);
    selection.of(name).unwrap().score
}

fn only(factor: Factor, weight: f64) -> Weights {
    let mut weights = Factors::default();
    *weights.get_mut(factor) = weight;
    Weights::new(weights).unwrap()
}

/// A value of that factor which passes every filter.
fn usual(factor: Factor) -> impl Strategy<Value = f64> {
    let (low, high) = match factor {
        Factor::Vol => (0.0, 0.5),
        Factor::Spread => (0.0, 40.0),
        Factor::Depth => (2_000.0, 1e6),
        Factor::Signal => (-1.0, 1.0),
        Factor::Correlation => (0.0, 1.0),
        _ => (-50.0, 50.0),
    };
    low..high
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    /// One test for all ten: the factor is drawn, and the case count is high enough for each.
    #[test]
    fn all_else_equal_more_of_a_factor_moves_the_score_in_the_direction_of_its_weight(
        (factor, values, more) in (0..10_usize).prop_flat_map(|at| {
            let factor = Factor::ALL[at];
            (Just(factor), prop::collection::vec(usual(factor), 2..8), usual(factor))
        }),
        weight in prop_oneof![-2.0..-0.01, 0.01..2.0],
    ) {
        let market = |index: usize, value: f64| {
            let mut candidate = plain(&format!("M{index}"));
            *candidate.raw.get_mut(factor) = Some(value);
            candidate
        };
        let before: Vec<_> = values.iter().enumerate().map(|(i, v)| market(i, *v)).collect();
        let mut after = before.clone();
        let raised = values[0].max(more);
        after[0] = market(0, raised);
        let weights = only(factor, weight);
        let (low, high) = (score(&before, &weights, "M0"), score(&after, &weights, "M0"));
        prop_assert!((high - low) * weight >= 0.0, "{factor:?} {low} -> {high} by {weight}");
        // And it moves for certain once somebody was passed.
        let passed = values[1..].iter().any(|v| values[0] < *v && *v < raised);
        prop_assert!(!passed || high != low, "{factor:?} passed somebody and {low} stayed");
    }

    #[test]
    fn scores_are_numbers_whatever_comes_in(
        raws in prop::collection::vec(prop::collection::vec(prop::option::of(any::<f64>()), 10), 0..12),
        weights in prop::collection::vec(-1e3..1e3_f64, 10),
    ) {
        let mut at = weights.iter();
        let weights = Weights::new(Factors::from_fn(|_| *at.next().unwrap())).unwrap();
        let all: Vec<_> = raws.iter().enumerate().map(|(index, raw)| {
            let mut at = raw.iter();
            Candidate { raw: Factors::from_fn(|_| *at.next().unwrap()), ..Candidate::new(&format!("M{index}")) }
        }).collect();
        let selection = select(&all, &weights, &places(3), &Previous::default(), T0);
        for explained in &selection.explained {
            prop_assert!(explained.score.is_finite());
            for factor in Factor::ALL {
                let part = explained.parts.get(factor);
                prop_assert!((-1.0..=1.0).contains(&part.normalised));
                prop_assert!(part.contribution == part.weight * part.normalised);
            }
        }
        for name in &selection.chosen {
            prop_assert_eq!(selection.of(name).unwrap().failed(), None);
        }
    }

    #[test]
    fn what_is_not_finite_is_excluded_with_a_reason_and_reorders_nobody(
        vols in prop::collection::vec(0.0..0.2_f64, 1..8),
        at in 0..10_usize,
        bad in prop::sample::select(vec![f64::NAN, -f64::NAN, f64::INFINITY, f64::NEG_INFINITY]),
    ) {
        let good: Vec<_> = vols.iter().enumerate().map(|(i, v)| wild(&format!("M{i}"), *v)).collect();
        let mut all = good.clone();
        let mut odd = plain("ODD");
        *odd.raw.get_mut(Factor::ALL[at]) = Some(bad);
        all.insert(all.len() / 2, odd);
        let (with, without) = (first(&all, &places(9)), first(&good, &places(9)));
        prop_assert_eq!(&with.chosen, &without.chosen);
        for name in &without.chosen {
            prop_assert_eq!(with.of(name), without.of(name));
        }
        let odd = with.of("ODD").unwrap();
        prop_assert_eq!(odd.failed().unwrap().key(), "not_finite");
    }

    #[test]
    fn the_order_of_the_candidates_is_of_no_consequence(
        vols in prop::collection::vec(prop::sample::select(vec![0.01, 0.02, 0.03]), 1..9),
        turn in 0..9_usize,
    ) {
        let all: Vec<_> = vols.iter().enumerate().map(|(i, v)| wild(&format!("M{i}"), *v)).collect();
        let mut turned = all.clone();
        turned.rotate_left(turn % all.len());
        prop_assert_eq!(first(&all, &places(3)), first(&turned, &places(3)));
    }
}

#[test]
fn a_negative_weight_on_spread_penalises_wide_spreads_and_one_on_fees_high_fees() {
    for (factor, low, high) in [(Factor::Spread, 1.0, 40.0), (Factor::Fees, 1.0, 10.0)] {
        let market = |name: &str, value| {
            let mut candidate = plain(name);
            *candidate.raw.get_mut(factor) = Some(value);
            candidate
        };
        let all = [market("A_DEAR", high), market("B_CHEAP", low)];
        let selection = select(&all, &Weights::default(), &places(2), &Previous::default(), T0);
        assert_eq!(selection.chosen, ["B_CHEAP", "A_DEAR"], "{factor:?}");
    }
}

#[test]
fn one_candidate_scores_zero() {
    assert_eq!(score(&[wild("A", 0.3)], &by_vol(), "A"), 0.0);
}

#[test]
fn where_all_are_equal_all_score_zero_and_names_decide() {
    let all = [plain("C"), plain("A"), plain("B")];
    let selection = select(&all, &Weights::default(), &places(2), &Previous::default(), T0);
    assert!(selection.explained.iter().all(|explained| explained.score == 0.0));
    assert_eq!(selection.chosen, ["A", "B"]);
}

#[test]
fn an_outlier_counts_one_place_however_far_out_it_is() {
    let far = |vol| [wild("A", 0.01), wild("B", 0.02), wild("FAR", vol)];
    for vol in [0.03, 1e3, 1e300] {
        let all = far(vol);
        let of = |name| score(&all, &by_vol(), name);
        assert_eq!((of("A"), of("B"), of("FAR")), (-2.0 / 3.0, 0.0, 2.0 / 3.0));
    }
}

#[test]
fn ties_score_the_same_and_both_zeros_are_one_number() {
    let all = [wild("A", 0.0), wild("B", -0.0), wild("C", 0.5), wild("D", 0.5)];
    let of = |name| score(&all, &by_vol(), name);
    assert_eq!((of("A"), of("B"), of("C"), of("D")), (-0.5, -0.5, 0.5, 0.5));
}

#[test]
fn a_signal_is_weighed_as_it_is_and_one_that_is_missing_is_neutral_and_moves_nobody() {
    let market = |name: &str, signal| {
        let mut candidate = plain(name);
        candidate.raw.signal = signal;
        candidate
    };
    let weights = only(Factor::Signal, 0.5);
    let mut all = [market("A", Some(0.44)), market("B", Some(-0.8)), market("C", Some(7.0))];
    let of = |all: &[Candidate], name| score(all, &weights, name);
    assert_eq!((of(&all, "A"), of(&all, "B"), of(&all, "C")), (0.22, -0.4, 0.5));
    all[0].raw.signal = None;
    assert_eq!((of(&all, "A"), of(&all, "B"), of(&all, "C")), (0.0, -0.4, 0.5));
}

#[test]
fn a_missing_number_that_is_not_required_is_neutral() {
    let mut all = [plain("A"), plain("B"), plain("C")];
    all[0].raw.profit = Some(5.0);
    all[1].raw.profit = Some(-5.0);
    let of = |name| score(&all, &only(Factor::Profit, 1.0), name);
    assert_eq!((of("A"), of("B"), of("C")), (0.5, -0.5, 0.0));
}

#[test]
fn a_weight_that_is_not_finite_is_refused_by_name() {
    let bad = Weights::new(Factors { toxicity: f64::NAN, ..Factors::default() }).unwrap_err();
    assert_eq!(bad.to_string(), "weight of tox is NaN, which is not a number to weigh with");
    assert!(Weights::new(Factors { vol: f64::INFINITY, ..Factors::default() }).is_err());
}

#[test]
fn every_filter_shows_its_numbers() {
    let mut thin = plain("THIN");
    thin.raw.depth = Some(1_999.99);
    let selection = first(&[thin], &Filters::default());
    let check =
        selection.explained[0].checks.iter().find(|c| c.verdict == Verdict::Failed).unwrap();
    assert_eq!((check.filter.key(), check.have, check.limit), ("min_depth", 1_999.99, 2_000.0));
    assert_eq!(selection.explained[0].checks.len(), 8, "all others are there, and passed");
}

#[test]
fn the_defaults_are_the_seeds_and_what_is_bad_counts_against() {
    let of = |factor| Weights::default().get(factor);
    let seed = [Factor::Vol, Factor::Spread, Factor::Depth, Factor::Fees, Factor::Signal].map(of);
    assert_eq!(seed, [1.0, -0.6, 0.4, -0.4, 0.5]);
    assert!(of(Factor::Toxicity) < 0.0 && of(Factor::Correlation) < 0.0);
    assert!(of(Factor::Flow) > 0.0 && of(Factor::Funding) > 0.0 && of(Factor::Profit) > 0.0);
    let filters = Filters::default();
    assert_eq!((filters.top_n, filters.min_depth_usd, filters.max_spread_bps), (3, 2_000.0, 40.0));
}
