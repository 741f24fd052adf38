//! What must be so whatever the numbers.

use hl_engine::{Layer, NoQuote, Ppm};
use hl_quant::{Notional, Price, SignedSize};
use proptest::prelude::*;

use super::{BOTH, Case, Which, number};

/// Cases within which nothing is held at a limit.
fn case() -> impl Strategy<Value = Case> {
    let log = |from: f64, to: f64| (from.ln()..to.ln()).prop_map(f64::exp);
    let market = (log(0.001, 200_000.0), log(1e-5, 5e-4), log(0.01, 10.0), log(500.0, 50_000.0));
    let dealer = (log(1e-4, 1.0), log(1.0, 300.0), 20_u32..500, -3.0_f64..3.0);
    (market, dealer).prop_map(|((fair, sigma, rate, decay), (gamma, horizon, dollars, orders))| {
        let mut case = Case { gamma, horizon, max_distance: Ppm(900_000), ..Case::default() };
        case.fair = Price::from_raw((fair * 1e8) as u64).unwrap();
        case.sizes.spread = Ppm(0);
        case.sizes.base_order = Notional::whole(2 * dollars);
        case.position = coins(orders * f64::from(dollars), case.fair);
        case.sigma(sigma).arrive(rate, decay)
    })
}

fn coins(dollars: f64, fair: Price) -> SignedSize {
    SignedSize::from_raw((dollars / number(fair) * 1e8) as i64)
}

/// A unit of 10^-8 on each side, and the floats of the test itself.
fn slack(case: &Case) -> f64 {
    2e-8 + number(case.fair) * 1e-14
}

proptest! {
    #[test]
    fn more_inventory_lowers_both_sides(case in case(), more in 1.0_f64..300.0) {
        let mut longer = case.clone();
        let step = coins(more, case.fair).raw();
        prop_assume!(step > 0);
        longer.position = SignedSize::from_raw(case.position.raw() + step);
        for which in BOTH {
            let (before, after) = (case.quote(which).unwrap(), longer.quote(which).unwrap());
            for (a, b) in [(&before.bids, &after.bids), (&before.asks, &after.asks)] {
                for (before, after) in a.iter().zip(b.iter()) {
                    prop_assert!(after.price <= before.price, "{:?}", which);
                }
            }
        }
    }

    #[test]
    fn more_volatility_widens_a_flat_quote(case in case(), factor in 1.5_f64..4.0) {
        let case = Case { position: SignedSize::ZERO, ..case };
        let hl_engine::Volatility(sigma) = case.volatility.unwrap();
        let wilder = case.clone().sigma(sigma * factor);
        for which in BOTH {
            let ((bid, ask), (low, high)) = (case.inner(which), wilder.inner(which));
            prop_assert!(low <= bid && high >= ask, "{:?} {} {} {} {}", which, low, bid, ask, high);
        }
    }

    #[test]
    fn more_risk_aversion_shifts_a_position_more(case in case(), factor in 1.5_f64..4.0) {
        let bolder = Case { gamma: case.gamma / factor, ..case.clone() };
        for which in BOTH {
            let centre = |case: &Case| {
                let (bid, ask) = case.inner(which);
                f64::midpoint(bid, ask) - number(case.fair)
            };
            let (more, less) = (centre(&case), centre(&bolder));
            // Against the position: down for a long one.
            let sign = if case.position.raw() < 0 { 1.0 } else { -1.0 };
            prop_assert!(sign * more >= sign * less - slack(&case), "{:?} {} {}", which, more, less);
            prop_assert!(sign * less >= -slack(&case));
        }
    }

    #[test]
    fn a_flat_quote_is_symmetric_and_a_short_one_mirrors_a_long_one(case in case()) {
        let fair = number(case.fair);
        let mirrored = Case { position: SignedSize::from_raw(-case.position.raw()), ..case.clone() };
        let flat = Case { position: SignedSize::ZERO, ..case.clone() };
        for which in BOTH {
            let ((bid, ask), (low, high)) = (case.inner(which), mirrored.inner(which));
            prop_assert!(((fair - bid) - (high - fair)).abs() <= slack(&case), "{:?}", which);
            prop_assert!(((ask - fair) - (fair - low)).abs() <= slack(&case), "{:?}", which);
            let (bid, ask) = flat.inner(which);
            prop_assert!(((fair - bid) - (ask - fair)).abs() <= slack(&case), "{:?}", which);
        }
    }

    #[test]
    fn a_change_of_the_price_unit_changes_nothing_else(case in case(), power in 1_u32..4) {
        // The same dollars of everything, in a coin that is worth a thousand of the old ones.
        let scale = 10_u64.pow(power);
        let Some(fair) = Price::from_raw(case.fair.raw() * scale) else { return Ok(()) };
        let position = SignedSize::from_raw(case.position.raw() / scale as i64 * scale as i64);
        let small = Case { position, ..case.clone() };
        let large = Case { fair, position: SignedSize::from_raw(position.raw() / scale as i64), ..case };
        for which in BOTH {
            let ((bid, ask), (large_bid, large_ask)) = (small.inner(which), large.inner(which));
            let unit = scale as f64;
            for (small, large) in [(bid, large_bid), (ask, large_ask)] {
                // A unit of 10^-8 of the small price is `unit` of them of the large one.
                let error = (small * unit - large).abs();
                prop_assert!(error <= 2e-8 * unit + large * 1e-13, "{:?} {}", which, error);
            }
        }
    }
}

#[test]
fn without_risk_aversion_only_the_fill_is_paid_for() {
    // As gamma tends to 0, ln(1 + gamma D / k) / (gamma D) tends to 1 / k and the shift to nothing.
    for which in BOTH {
        let case = Case { gamma: 1e-12, ..Case::default().long("5") };
        let (bid, ask) = case.inner(which);
        let reach = 100.0 / 5_000.0;
        assert!((100.0 - bid - reach).abs() < 1e-6, "{which:?} {bid}");
        assert!((ask - 100.0 - reach).abs() < 1e-6, "{which:?} {ask}");
    }
}

#[test]
fn faster_arrivals_let_glft_carry_more_and_leave_avellaneda_stoikov_alone() {
    let slow = Case::default().long("2").arrive(0.1, 5_000.0);
    let fast = Case::default().long("2").arrive(10.0, 5_000.0);
    let shift = |case: &Case, which| {
        let (bid, ask) = case.inner(which);
        100.0 - f64::midpoint(bid, ask)
    };
    // A hundred times the arrivals, a tenth of the shift.
    let ratio = shift(&slow, Which::Glft) / shift(&fast, Which::Glft);
    assert!((ratio - 10.0).abs() < 0.01, "{ratio}");
    assert_eq!(slow.inner(Which::AvellanedaStoikov), fast.inner(Which::AvellanedaStoikov));
    // A longer horizon fears the position more.
    let patient = Case { horizon: 600.0, ..slow.clone() };
    let ratio = shift(&patient, Which::AvellanedaStoikov) / shift(&slow, Which::AvellanedaStoikov);
    assert!((ratio - 10.0).abs() < 0.01, "{ratio}");
}

#[test]
fn each_layer_is_quoted_for_the_position_after_the_ones_before_it() {
    for which in BOTH {
        // Once 200 dollars more are held, the first bid is where the second was, less its offset.
        let flat = Case::default();
        let after = Case::default().long("2");
        let (flat, after) = (flat.quote(which).unwrap(), after.quote(which).unwrap());
        let second = number(flat.bids[1].price) + 100.0 * 0.0003;
        assert!((second - number(after.bids[0].price)).abs() < 3e-8, "{which:?}");
        assert_eq!(flat.bids.len(), 2);
        assert_eq!(flat.bids[1].size.to_string(), "2");
    }
}

#[test]
fn the_configured_spread_is_the_least_distance_from_the_centre() {
    for which in BOTH {
        let mut case = Case::default().long("4");
        case.sizes.spread = Ppm::from_bps(12);
        let (bid, ask) = case.inner(which);
        assert!((ask - bid - 0.24).abs() < 3e-8, "{which:?}: 12 bps each way around {bid} {ask}");
        assert!(f64::midpoint(bid, ask) < 100.0 - 0.001, "{which:?}: still shifted");
    }
}

#[test]
fn the_side_that_reduces_is_shown_however_far_the_model_wants_to_be() {
    for which in BOTH {
        let mut wide = Case { max_distance: Ppm::from_bps(10), ..Case::default() };
        wide.sizes.spread = Ppm::from_bps(50);
        assert_eq!(wide.quote(which).unwrap_err(), NoQuote::Model("too_wide"));
        let long = wide.clone().long("0.01").quote(which).unwrap();
        assert_eq!((long.bids.len(), long.asks.len()), (0, 2), "{which:?}");
        let near = |got: Price, expected: f64| (number(got) - expected).abs() < 2e-8;
        assert!(near(long.asks[0].price, 100.1), "{which:?} {long:?}");
        let short = wide.long("-0.01").quote(which).unwrap();
        assert_eq!((short.bids.len(), short.asks.len()), (2, 0), "{which:?}");
        assert!(near(short.bids[0].price, 99.9), "{which:?} {short:?}");
        // A shift beyond all measure does not offer beyond the largest distance either.
        let mut scared = Case { gamma: 1e6, ..Case::default().long("1000") };
        scared.max_distance = Ppm::from_bps(10);
        let wants = scared.quote(which).unwrap();
        assert!(wants.bids.is_empty(), "{which:?}");
        assert!(near(wants.asks[0].price, 99.9), "{which:?} {wants:?}");
    }
}

#[test]
fn at_most_as_many_layers_as_there_is_room_for_are_wanted() {
    for which in BOTH {
        let mut case = Case::default();
        case.sizes.layers = vec![Layer { offset: Ppm(0), capital: Ppm(1_000) }; 30];
        let wants = case.quote(which).unwrap();
        assert_eq!((wants.bids.len(), wants.asks.len()), (8, 8));
    }
}
