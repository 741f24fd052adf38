use hl_quant::Millis;
use hl_signals::{
    Board, Confidence, Freshness, MAX_SOURCES, Neutral, News, Reading, Refused, Signal, SourceId,
    SourceState, Value,
};
use proptest::prelude::*;

const NOW: Millis = Millis(1_762_252_867_000);

fn id(name: &str) -> SourceId {
    name.parse().unwrap()
}

fn signal(source: &str, value: f64, at: Millis) -> Signal {
    Signal {
        source: id(source),
        value: Value::new(value).unwrap(),
        confidence: Confidence::FULL,
        source_time: at,
        ingested: at,
        content: value.to_bits(),
    }
}

fn board(sources: &[&str]) -> Board {
    let ids: Vec<_> = sources.iter().map(|name| id(name)).collect();
    Board::new(Freshness::default(), &ids, 2)
}

#[test]
fn nothing_is_neutral_and_says_why() {
    let mut board = board(&["a", "b"]);
    assert_eq!(board.reading(0, NOW), Reading::Neutral { why: Neutral::Absent });
    assert_eq!(board.reading(9, NOW), Reading::Neutral { why: Neutral::Absent });
    board.take(0, signal("a", 0.5, NOW), NOW).unwrap();
    assert_eq!(board.reading(0, NOW).fresh(), Some(0.5));
    assert_eq!(board.reading(1, NOW).fresh(), None, "the other market");
    let later = NOW.plus(300_000);
    assert_eq!(board.reading(0, later), Reading::Neutral { why: Neutral::Stale });
    assert_eq!(board.reading(0, later).value(), Value::NEUTRAL);
    board.switch(0, SourceState::Off);
    assert_eq!(board.reading(0, NOW), Reading::Neutral { why: Neutral::Disabled });
    assert_eq!(board.with(0, 0, NOW).fresh(), Some(0.5));
    board.switch(0, SourceState::On);
    assert_eq!(board.without(0, 0, NOW), Reading::Neutral { why: Neutral::Disabled });
}

#[test]
fn an_old_payload_served_again_does_not_become_fresh() {
    let mut board = board(&["a"]);
    let old = Millis(NOW.0 - 299_000);
    board.take(0, signal("a", 0.5, old), NOW).unwrap();
    // The same bytes again, at any time: the source's own time goes on.
    for seconds in [10, 100, 200] {
        let now = NOW.plus(seconds * 1_000);
        assert_eq!(board.take(0, signal("a", 0.5, old), now), Ok(News::Repeat));
        assert_eq!(board.reading(0, now), Reading::Neutral { why: Neutral::Stale });
    }
}

#[test]
fn an_old_payload_under_new_stamps_does_not_stay_fresh() {
    let mut board = board(&["a"]);
    assert_eq!(board.take(0, signal("a", 0.5, NOW), NOW), Ok(News::New));
    for seconds in 1..400 {
        let now = NOW.plus(seconds * 1_000);
        assert_eq!(board.take(0, signal("a", 0.5, now), now), Ok(News::Repeat));
        assert_eq!(board.changed(0, 0), Some(NOW));
        let expected = seconds < 300;
        assert_eq!(board.reading(0, now).fresh().is_some(), expected, "{seconds} s");
    }
    let now = NOW.plus(400_000);
    assert_eq!(board.reading(0, now), Reading::Neutral { why: Neutral::Unchanged });
    assert_eq!(board.take(0, signal("a", 0.4, now), now), Ok(News::New));
    assert_eq!(board.reading(0, now).fresh(), Some(0.4));
}

#[test]
fn a_time_ahead_is_now_within_the_tolerance_and_refused_beyond() {
    let mut board = board(&["a"]);
    let ahead = signal("a", 0.5, NOW.plus(5_001));
    assert_eq!(board.take(0, ahead, NOW), Err(Refused::Ahead { ms: 5_001 }));
    assert_eq!(board.reading(0, NOW), Reading::Neutral { why: Neutral::Absent });
    board.take(0, signal("a", 0.5, NOW.plus(5_000)), NOW).unwrap();
    // It does not live those five seconds longer.
    assert_eq!(board.reading(0, NOW.plus(300_000)).fresh(), None);
    // And its successor of a second later is not refused as older.
    let next = NOW.plus(1_000);
    assert_eq!(board.take(0, signal("a", 0.6, next.plus(5_000)), next), Ok(News::New));
}

#[test]
fn an_older_one_does_not_replace_a_newer_one() {
    let mut board = board(&["a"]);
    board.take(0, signal("a", 0.5, NOW), NOW).unwrap();
    let older = signal("a", -0.5, Millis(NOW.0 - 7));
    assert_eq!(board.take(0, older, NOW), Err(Refused::Older { ms: 7 }));
    // A correction of the same moment does.
    assert_eq!(board.take(0, signal("a", 0.4, NOW), NOW), Ok(News::New));
    assert_eq!(board.reading(0, NOW).fresh(), Some(0.4));
}

#[test]
fn who_and_what_is_unknown_is_refused() {
    let mut board = board(&["a", "a"]);
    assert_eq!(board.sources().count(), 1, "named twice, there once");
    assert_eq!(board.take(0, signal("b", 0.5, NOW), NOW), Err(Refused::Source));
    assert_eq!(board.take(2, signal("a", 0.5, NOW), NOW), Err(Refused::Market));
    assert_eq!((board.position(id("a")), board.position(id("b"))), (Some(0), None));
    assert_eq!((board.state(0), board.state(1)), (SourceState::On, SourceState::Off));
    let many: Vec<SourceId> = (0..10).map(|n| id(&format!("s{n}"))).collect();
    assert_eq!(Board::new(Freshness::default(), &many, 1).sources().count(), MAX_SOURCES);
}

#[test]
fn sources_count_by_confidence_and_by_what_age_has_left() {
    let mut board = board(&["a", "b"]);
    let half = Signal { confidence: Confidence::new(0.5).unwrap(), ..signal("a", 0.8, NOW) };
    board.take(0, half, NOW).unwrap();
    let Reading::Fresh { value, confidence } = board.reading(0, NOW) else { panic!() };
    assert_eq!(
        (value.get(), confidence.get()),
        (0.4, 0.5),
        "half sure is half as far from neutral"
    );
    board.take(0, signal("b", -0.2, NOW), NOW).unwrap();
    // (0.5 x 0.8 - 0.2) / 1.5.
    let all = board.reading(0, NOW).fresh().unwrap();
    assert!((all - 0.2 / 1.5).abs() < 1e-12, "{all}");
    assert_eq!(board.without(0, 0, NOW).fresh(), Some(-0.2));
    assert_eq!(board.without(1, 0, NOW).fresh(), Some(0.4));
    assert_eq!(board.opinion(0, 0, NOW.plus(9)).map(|(v, age)| (v.get(), age)), Ok((0.8, 9)));
    assert_eq!(board.opinion(0, 1, NOW), Err(Neutral::Absent));
    assert_eq!(board.opinion(0, 0, NOW.plus(300_000)), Err(Neutral::Stale));
}

proptest! {
    /// However opinions and ages are, time alone moves the combined one in small steps, and the
    /// ranking of two markets cannot jump with it.
    #[test]
    fn going_stale_is_no_jump(
        values in proptest::collection::vec((-1.0..=1.0_f64, 0.0..=1.0_f64, 0_u64..300_000), 1..4),
        at in 0_u64..310_000, step in 1_u64..500,
    ) {
        let names = ["a", "b", "c"];
        let mut board = board(&names);
        for ((value, confidence, age), name) in values.iter().zip(names) {
            let given = Signal {
                confidence: Confidence::new(*confidence).unwrap(),
                ..signal(name, *value, Millis(NOW.0 - age))
            };
            board.take(0, given, NOW).unwrap();
        }
        let show = |ms: u64| board.reading(0, NOW.plus(ms)).value().get();
        let (a, b) = (show(at), show(at + step));
        prop_assert!((-1.0..=1.0).contains(&a));
        // Each weight moves by no more than step / 150 s, and the mean of weights that add up to one
        // or more by no more than twice the sum of those.
        let bound = 2.0 * values.len() as f64 * step as f64 / 150_000.0 + 1e-9;
        prop_assert!((a - b).abs() <= bound, "{} {} {}", a, b, bound);
    }
}
