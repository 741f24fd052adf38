use hl_quant::{Millis, Side};
use hl_signals::{VenueConfig, VenueFlow};
use proptest::prelude::*;

const NOW: Millis = Millis(1_762_252_867_000);

fn flow() -> VenueFlow {
    VenueFlow::new(VenueConfig::default())
}

fn at(seconds: u64) -> Millis {
    NOW.plus(seconds * 1_000)
}

#[test]
fn nothing_heard_is_no_opinion() {
    let flow = flow();
    assert_eq!((flow.parts(NOW), flow.opinion(NOW)), ([None; 4], None));
}

#[test]
fn size_that_comes_to_the_bid_or_leaves_the_ask_is_bullish() {
    // Each row: the next touch, and the imbalance by the paper's four terms.
    for (bid, ask, expected) in [
        ((100.0, 7.0), (101.0, 5.0), 2.0),  // the bid grew by 2
        ((100.0, 3.0), (101.0, 5.0), -2.0), // shrank by 2
        ((100.0, 5.0), (101.0, 2.0), 3.0),  // the ask shrank by 3
        ((100.0, 5.0), (101.0, 9.0), -4.0), // grew by 4
        ((100.5, 2.0), (101.0, 5.0), 2.0),  // a better bid of 2
        ((99.5, 9.0), (101.0, 5.0), -5.0),  // the bid of 5 is gone
        ((100.0, 5.0), (100.5, 2.0), -2.0), // a better ask of 2
        ((100.0, 5.0), (101.5, 9.0), 5.0),  // the ask of 5 is gone
    ] {
        let mut flow = flow();
        flow.touch(NOW, (100.0, 5.0), (101.0, 5.0));
        assert_eq!(flow.parts(NOW)[0], Some(0.0));
        flow.touch(NOW, bid, ask);
        let depth = (5.0 + f64::midpoint(bid.1, ask.1)) / 2.0;
        let part = flow.parts(NOW)[0].unwrap();
        assert!(
            (part - (expected / depth / 8.0_f64).tanh()).abs() < 1e-12,
            "{bid:?} {ask:?} {part}"
        );
        // Half of it is forgotten after the half-life, and the average depth is not.
        let later = flow.parts(at(30))[0].unwrap();
        assert!((later - (expected / depth / 16.0_f64).tanh()).abs() < 1e-12);
    }
}

#[test]
fn large_trades_count_by_their_side_once_the_usual_size_is_known() {
    let mut flow = flow();
    flow.touch(NOW, (100.0, 5.0), (101.0, 5.0));
    for n in 0..19 {
        flow.trade(NOW, Side::Bid, 100.0, 1.0);
        assert_eq!(flow.parts(NOW)[1], None, "{n}");
    }
    // The twentieth is large, but nobody knows yet.
    flow.trade(NOW, Side::Bid, 100.0, 1.0);
    assert_eq!(flow.parts(NOW)[1], Some(0.0));
    flow.trade(NOW, Side::Ask, 399.0, 1.0);
    assert_eq!(flow.parts(NOW)[1], Some(0.0), "just below four times the usual");
    let usual = (20.0 * 100.0 + 399.0) / 21.0;
    flow.trade(NOW, Side::Ask, 4.0 * usual + 1e-9, 1.0);
    let sold = flow.parts(NOW)[1].unwrap();
    let expected = -(4.0 * usual) / (2_399.0 + 4.0 * usual);
    assert!((sold - expected).abs() < 1e-9, "{sold} {expected}");
    flow.trade(NOW, Side::Bid, 10_000.0, 1.0);
    assert!(flow.parts(NOW)[1].unwrap() > 0.0);
}

#[test]
fn crowded_longs_are_bearish_and_the_usual_rate_is_neutral() {
    let part = |rate: f64| {
        let mut flow = flow();
        flow.context(NOW, rate, 1_000.0);
        flow.parts(NOW)[2].unwrap()
    };
    assert_eq!(part(0.000_012_5), 0.0);
    assert!((part(0.000_062_5) + 1.0_f64.tanh()).abs() < 1e-12);
    assert!((part(-0.000_037_5) - 1.0_f64.tanh()).abs() < 1e-12);
}

#[test]
fn positions_opened_with_a_move_take_its_side_and_closed_ones_say_nothing() {
    let part = |interest: f64, price: f64| {
        let mut flow = flow();
        let touch = |flow: &mut VenueFlow, now, mid: f64| {
            flow.touch(now, (mid - 0.05, 1.0), (mid + 0.05, 1.0));
        };
        for second in 0..60 {
            touch(&mut flow, at(second), 100.0);
            flow.context(at(second), 0.0, 1_000.0);
        }
        touch(&mut flow, at(60), price);
        flow.context(at(60), 0.0, interest);
        flow.parts(at(60))[3].unwrap()
    };
    assert!(part(1_050.0, 100.5) > 0.5);
    assert!(part(1_050.0, 99.5) < -0.5);
    assert_eq!(part(950.0, 100.5), 0.0);
    assert!(part(1_050.0, 100.0).abs() < 1e-9);
}

#[test]
fn what_is_silent_for_two_minutes_says_nothing_and_costs_confidence() {
    let mut flow = flow();
    flow.touch(NOW, (100.0, 5.0), (101.0, 5.0));
    (0..20).for_each(|_| flow.trade(at(10), Side::Bid, 100.0, 1.0));
    flow.context(at(20), 0.0, 1_000.0);
    let sure =
        |seconds: u64| flow.opinion(at(seconds)).map(|o| (o.confidence.get() * 100.0).round());
    assert_eq!(sure(20), Some(100.0));
    assert_eq!(flow.opinion(at(30)).unwrap().source_time, at(20));
    assert_eq!(sure(119), Some(100.0));
    assert_eq!(sure(120), Some(45.0), "no touch: neither order flow nor a move");
    assert_eq!(sure(130), Some(15.0), "no trades");
    assert_eq!(sure(140), None);
}

#[test]
fn numbers_that_are_none_are_passed_over() {
    let mut flow = flow();
    for bad in [f64::NAN, f64::INFINITY, 0.0, -1.0] {
        flow.touch(NOW, (bad, 1.0), (101.0, 1.0));
        flow.touch(NOW, (100.0, bad), (101.0, 1.0));
        flow.touch(NOW, (100.0, 1.0), (101.0, bad));
        flow.touch(NOW, (100.0, 1.0), (bad, 1.0));
        flow.trade(NOW, Side::Bid, bad, 1.0);
    }
    flow.touch(NOW, (101.0, 1.0), (101.0, 1.0));
    flow.context(NOW, f64::NAN, 1.0);
    flow.context(NOW, 0.0, f64::INFINITY);
    flow.context(NOW, 0.0, -1.0);
    assert_eq!((flow.parts(NOW), flow.opinion(NOW)), ([None; 4], None));
    flow.context(NOW, 0.0, 0.0);
    assert_eq!(flow.parts(NOW)[3], None, "no interest to compare with");
}

proptest! {
    #[test]
    fn whatever_happens_every_part_is_in_range(
        events in proptest::collection::vec((0_u8..3, any::<f64>(), any::<f64>(), 0_u64..60_000), 0..80)
    ) {
        let mut flow = flow();
        let mut now = NOW;
        for (kind, a, b, ms) in events {
            now = now.plus(ms);
            match kind {
                0 => flow.touch(now, (a.abs(), b.abs()), (a.abs() * 1.01, b.abs())),
                1 => flow.trade(now, if a > 0.0 { Side::Bid } else { Side::Ask }, b.abs(), 1.0),
                _ => flow.context(now, a, b.abs()),
            }
            for part in flow.parts(now).into_iter().flatten() {
                prop_assert!((-1.0..=1.0).contains(&part) || part.is_nan());
            }
            if let Some(opinion) = flow.opinion(now) {
                prop_assert!((-1.0..=1.0).contains(&opinion.value.get()));
            }
        }
    }
}
