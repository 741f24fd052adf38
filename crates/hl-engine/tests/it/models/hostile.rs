//! Inputs and parameters that no market and no operator ever meant.

use hl_engine::{Arrivals, Cold, Layer, NoQuote, Ppm, Volatility};
use hl_quant::{Notional, Price, SignedSize};
use proptest::prelude::*;

use super::{BOTH, Case, Which, number};

/// Every kind of float that stands for no sensible amount of anything.
const SPECIAL: [f64; 18] = [
    f64::NAN,
    -f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
    0.0,
    -0.0,
    -1.0,
    -1e-9,
    5e-324,
    f64::MIN_POSITIVE,
    1e-300,
    1e13,
    1e100,
    1e200,
    1e300,
    f64::MAX,
    f64::MIN,
    -f64::MIN_POSITIVE,
];

fn refused(case: &Case, which: Which, expected: &str) {
    match case.quote(which) {
        Err(NoQuote::Model(why)) => assert_eq!(why, expected, "{which:?} {case:?}"),
        other => panic!("{which:?} {case:?}: {other:?}"),
    }
}

#[test]
fn a_special_float_in_any_parameter_or_input_gives_no_price_but_the_reason() {
    for which in BOTH {
        assert!(Case::default().quote(which).is_ok());
        for value in SPECIAL {
            let gamma = Case { gamma: value, ..Case::default() };
            refused(&gamma, which, "gamma_out_of_range");
            refused(&Case::default().sigma(value), which, "volatility_out_of_range");
            refused(&Case::default().arrive(0.5, value), which, "decay_out_of_range");
            // Each model looks at what it uses, also while a position is held.
            let horizon = Case { horizon: value, ..Case::default().long("-3") };
            let rate = Case::default().long("3").arrive(value, 5_000.0);
            match which {
                Which::AvellanedaStoikov => refused(&horizon, which, "horizon_out_of_range"),
                Which::Glft => refused(&rate, which, "rate_out_of_range"),
            }
        }
    }
}

#[test]
fn an_estimate_that_is_not_there_is_said_and_not_replaced() {
    let cases = [
        (Cold::Warming, "volatility_warming", "arrivals_warming"),
        (Cold::Stale, "volatility_stale", "arrivals_stale"),
        (Cold::Degenerate, "volatility_degenerate", "arrivals_degenerate"),
    ];
    for which in BOTH {
        for (cold, volatility, arrivals) in cases {
            refused(&Case { volatility: Err(cold), ..Case::default() }, which, volatility);
            refused(&Case { arrivals: Err(cold), ..Case::default() }, which, arrivals);
        }
    }
}

#[test]
fn sizes_that_are_nothing_and_layers_that_are_none_are_said() {
    for which in BOTH {
        let mut case = Case::default();
        case.sizes.layers.clear();
        refused(&case, which, "no_layers");
        for (base_order, capital) in [(0, 1_000_000), (100, 0), (100, -5), (u32::MAX, i64::MAX)] {
            let mut case = Case::default();
            case.sizes.base_order = Notional::whole(base_order);
            case.sizes.layers = vec![Layer { offset: Ppm(0), capital: Ppm(capital) }];
            refused(&case, which, "order_size_out_of_range");
        }
        for max in [0, -1, i64::MIN, 900_001, i64::MAX] {
            refused(
                &Case { max_distance: Ppm(max), ..Case::default() },
                which,
                "max_distance_out_of_range",
            );
        }
    }
}

/// Any float at all, with the sensible ones likely enough to get through together.
fn any_float() -> impl Strategy<Value = f64> {
    prop_oneof![
        2 => proptest::sample::select(&SPECIAL[..]),
        2 => any::<u64>().prop_map(f64::from_bits),
        4 => (-13.0_f64..7.0).prop_map(|exponent| 10_f64.powf(exponent)),
        2 => (0.0_f64..5.0).prop_map(|exponent| 10_f64.powf(exponent)),
    ]
}

fn any_ppm() -> impl Strategy<Value = Ppm> {
    prop_oneof![(0_i64..2_000_000).prop_map(Ppm), any::<i64>().prop_map(Ppm)]
}

prop_compose! {
    fn any_case()(
        floats in proptest::array::uniform5(any_float()),
        fair in prop_oneof![1_u64..=u64::MAX, 1_u64..1_000_000_000_000],
        position in prop_oneof![any::<i64>(), -1_000_000_000_i64..1_000_000_000],
        ppm in proptest::array::uniform2(any_ppm()),
        base in prop_oneof![any::<u128>(), 1_u128..10_u128.pow(22)],
        layers in proptest::collection::vec((any_ppm(), any_ppm()), 0..10),
    ) -> Case {
        let [gamma, horizon, sigma, rate, decay] = floats;
        let [max_distance, spread] = ppm;
        let mut case = Case {
            fair: Price::from_raw(fair).unwrap(),
            position: SignedSize::from_raw(position),
            volatility: Ok(Volatility(sigma)),
            arrivals: Ok(Arrivals { rate, decay }),
            gamma,
            horizon,
            max_distance,
            ..Case::default()
        };
        case.sizes.spread = spread;
        case.sizes.base_order = Notional::from_raw(base);
        case.sizes.layers = layers
            .into_iter()
            .map(|(offset, capital)| Layer { offset, capital })
            .collect();
        case
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn whatever_goes_in_what_comes_out_is_a_reason_or_quotes_within_the_largest_distance(
        case in any_case(),
    ) {
        for which in BOTH {
            let Ok(wants) = case.quote(which) else { continue };
            prop_assert!(!wants.bids.is_empty() || !wants.asks.is_empty());
            let fair = number(case.fair);
            let max = case.max_distance.0 as f64 / 1e6;
            for want in wants.bids.iter().chain(&wants.asks) {
                let distance = (number(want.price) / fair - 1.0).abs();
                // A unit of 10^-8 for the rounding.
                prop_assert!(distance <= max + 2e-8 / fair + 1e-12, "{:?} {:?}", which, want);
            }
            if let (Some(bid), Some(ask)) = (wants.bids.first(), wants.asks.first()) {
                prop_assert!(bid.price <= ask.price, "{:?} {:?} {:?}", which, bid, ask);
            }
        }
    }
}
