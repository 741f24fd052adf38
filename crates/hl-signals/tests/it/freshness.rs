use hl_quant::Millis;
use hl_signals::{Confidence, Fingerprint, Freshness, Neutral, Signal, SourceId, Value};
use proptest::prelude::*;

const NOW: Millis = Millis(1_762_252_867_000);

fn signal(source_time: Millis) -> Signal {
    Signal {
        source: "desk".parse().unwrap(),
        value: Value::new(0.5).unwrap(),
        confidence: Confidence::FULL,
        source_time,
        ingested: source_time,
        content: 1,
    }
}

#[test]
fn five_minutes_is_the_end_by_the_sources_time_and_by_the_last_change() {
    let rule = Freshness::default();
    let signal = signal(NOW);
    assert_eq!(rule.left(&signal, NOW, NOW.plus(300_000)), Err(Neutral::Stale));
    assert!(rule.left(&signal, NOW, NOW.plus(299_999)).unwrap() > 0.0);
    // Stamped anew, but the same content for five minutes.
    let before = Millis(NOW.0 - 300_000);
    assert_eq!(rule.left(&signal, before, NOW), Err(Neutral::Unchanged));
    assert!(rule.left(&signal, Millis(before.0 + 1), NOW).unwrap() > 0.0);
}

#[test]
fn a_name_of_a_source_is_short_and_plain() {
    for good in ["a", "nansen", "venue_2", "my-feed-00000001"] {
        assert_eq!(good.parse::<SourceId>().unwrap().as_str(), good);
    }
    for bad in ["", "Nansen", "a b", "a=b", "a\n", "seventeen-letters", "\u{e9}"] {
        assert!(bad.parse::<SourceId>().is_err(), "{bad:?}");
    }
    assert_eq!(format!("{:?}", "a".parse::<SourceId>().unwrap()), "SourceId(a)");
}

#[test]
fn why_there_is_no_opinion_has_a_word_for_the_log() {
    let all = [Neutral::Absent, Neutral::Stale, Neutral::Unchanged, Neutral::Disabled];
    assert_eq!(all.map(Neutral::as_str), ["absent", "stale", "unchanged", "disabled"]);
}

#[test]
fn values_and_confidences_are_in_range_or_nothing() {
    for bad in [f64::NAN, f64::INFINITY, -f64::INFINITY, 1.0 + f64::EPSILON, -1.000_001] {
        assert_eq!(Value::new(bad), None, "{bad}");
        assert_eq!(Confidence::new(bad), None, "{bad}");
    }
    assert_eq!(Confidence::new(-1e-300), None);
    assert_eq!(Value::new(-1.0).unwrap().get(), -1.0);
    assert_eq!(Value::new(-0.0).unwrap().get().to_bits(), 0.0_f64.to_bits());
    assert_eq!(Confidence::new(-0.0).unwrap().get().to_bits(), 0.0_f64.to_bits());
}

#[test]
fn a_fingerprint_tells_numbers_and_their_order_apart() {
    let of = Fingerprint::of;
    assert_eq!(of(&[1.0, 2.0]), of(&[1.0, 2.0]));
    assert_ne!(of(&[1.0, 2.0]), of(&[2.0, 1.0]));
    assert_ne!(of(&[1.0]), of(&[1.0, 0.0]));
    assert_eq!(of(&[0.0]), of(&[-0.0]));
    // The published FNV-1a of eight zero bytes.
    assert_eq!(of(&[0.0]), 0xa8c7_f832_281a_39c5);
}

proptest! {
    #[test]
    fn what_is_left_never_rises_and_never_jumps(age in 0_u64..400_000, step in 1_u64..1_000) {
        let rule = Freshness::default();
        let signal = signal(NOW);
        let left = |age| rule.left(&signal, NOW, NOW.plus(age)).unwrap_or(0.0);
        let (a, b) = (left(age), left(age + step));
        prop_assert!((0.0..=1.0).contains(&a));
        prop_assert!(b <= a);
        // No more than the slope of the fade, also across the end.
        prop_assert!(a - b <= step as f64 / 150_000.0 + 1e-12);
    }
}
