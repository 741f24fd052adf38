//! Opinions about markets: heard, aged, followed, and switched off when they mislead.

use hl_engine::{
    EngineConfig, EventKind, Input, MarketId, SignalConfig, SignalLine, SignalSource, Switch, Trust,
};
use hl_quant::{Millis, Side};
use hl_signals::{
    Confidence, Fingerprint, Neutral, Reading, Sample, Signal, SourceId, SourceState, Value,
    VenueConfig, Verdict,
};

use crate::bench::{BTC, Bench, SOL, config, price, size};

fn id(name: &str) -> SourceId {
    name.parse().unwrap()
}

fn with(trust: Trust, venue: bool) -> EngineConfig {
    let sources = vec![SignalSource { id: id("desk"), trust }];
    let venue = venue.then(|| (id("venue"), VenueConfig::default()));
    EngineConfig { signals: SignalConfig { sources, venue, ..SignalConfig::default() }, ..config() }
}

fn signal(source: &str, value: f64, at: Millis) -> Signal {
    Signal {
        source: id(source),
        value: Value::new(value).unwrap(),
        confidence: Confidence::FULL,
        source_time: at,
        ingested: at,
        content: Fingerprint::of(&[value]),
    }
}

fn signals(bench: &Bench) -> Vec<String> {
    bench.lines("signal_evt=").into_iter().collect()
}

#[test]
fn an_opinion_is_kept_by_market_and_fades_to_neutral() {
    let mut bench = Bench::started(with(Trust::Judged, false));
    let absent = Reading::Neutral { why: Neutral::Absent };
    assert_eq!(bench.engine.signal(SOL), absent);
    let now = bench.now;
    bench.input(Input::Signal { market: SOL, signal: signal("desk", 0.44, now) });
    assert_eq!(bench.engine.signal(SOL).fresh(), Some(0.44));
    assert_eq!(bench.engine.signal(BTC), absent);
    bench.run(299_000);
    let late = bench.engine.signal(SOL).fresh().unwrap();
    assert!(late > 0.0 && late < 0.01, "{late}");
    bench.run(2_000);
    assert_eq!(bench.engine.signal(SOL), Reading::Neutral { why: Neutral::Stale });
    let heard = &signals(&bench)[0];
    assert!(heard.starts_with("signal_evt=heard ts="), "{heard}");
    assert!(heard.ends_with(" pair=SOL source=desk value=0.440000 confidence=1.000000 age_ms=0"));
}

#[test]
fn what_is_refused_says_why_and_what_is_repeated_says_nothing() {
    let mut bench = Bench::started(with(Trust::Judged, false));
    let now = bench.now;
    let give = |bench: &mut Bench, signal| bench.input(Input::Signal { market: SOL, signal });
    give(&mut bench, signal("desk", 0.5, now));
    give(&mut bench, signal("desk", 0.5, now));
    give(&mut bench, signal("desk", 0.6, Millis(now.0 - 9)));
    give(&mut bench, signal("desk", 0.6, now.plus(3_600_000)));
    give(&mut bench, signal("else", 0.6, now));
    let lines = signals(&bench);
    let ends: Vec<_> = lines.iter().map(|l| l.split_once(" pair=").unwrap().1).collect();
    assert_eq!(
        ends,
        [
            "SOL source=desk value=0.500000 confidence=1.000000 age_ms=0",
            "SOL source=desk reason=\"9 ms older than the one before\"",
            "SOL source=desk reason=\"3600000 ms ahead of our clock\"",
            "SOL source=else reason=\"unknown source\"",
        ]
    );
    bench.input(Input::Signal { market: MarketId(9), signal: signal("desk", 0.5, now) });
    assert!(bench.lines("audit_evt=market_unknown").len() == 1);
    assert_eq!(bench.engine.signal(SOL).fresh(), Some(0.5));
}

#[test]
fn what_followed_is_on_the_record_after_the_horizon() {
    let mut bench = Bench::started(with(Trust::Judged, false));
    let now = bench.now;
    bench.input(Input::Signal { market: SOL, signal: signal("desk", -0.25, now) });
    bench.run(2_000);
    bench.touch(SOL, "166.54", "166.56");
    bench.run(302_000);
    let lines = signals(&bench);
    let marked: Vec<_> = lines.iter().filter(|l| l.starts_with("signal_evt=marked")).collect();
    assert_eq!(marked.len(), 1, "{lines:?}");
    let tail = marked[0].split_once(" pair=").unwrap().1;
    assert!(tail.starts_with("SOL source=desk taken=17622528"), "{tail}");
    // From 164.90 to 166.55.
    let expected =
        " value=-0.250000 with=-0.250000 without=0.000000 horizon_ms=300000 moved_bps=100.06";
    assert!(tail.contains(expected), "{tail}");
    let view = bench.engine.signal_sources().next().unwrap();
    assert_eq!((view.id, view.state, view.score.samples), (id("desk"), SourceState::On, 1));
    // Two markets, one of them spoken of: about half of what there was to say.
    let coverage = &bench.lines("signal_evt=coverage")[0];
    let count = |key: &str| -> u64 {
        coverage.split(' ').find_map(|w| w.strip_prefix(key)).unwrap().parse().unwrap()
    };
    let (looks, fresh) = (count("looks="), count("fresh="));
    assert!(looks > 500 && fresh * 2 > looks * 9 / 10 && fresh * 2 <= looks, "{coverage}");
    assert_eq!(count("lost="), 0);
}

/// A record of a source whose every word is followed by the opposite.
fn inverted(count: u64) -> Vec<(SourceId, Sample)> {
    let sample = |n: u64| {
        let value = if n.is_multiple_of(3) { 0.5 } else { -0.3 + n as f64 / 1_000.0 };
        let moved_bps = -20.0 * value + if n.is_multiple_of(2) { 1.0 } else { -1.0 };
        let at = Millis(1_762_252_867_000 - (count - n) * 300_000);
        (id("desk"), Sample { at, value, with: value, without: 0.0, moved_bps })
    };
    (0..count).map(sample).collect()
}

#[test]
fn a_source_that_misleads_is_switched_to_neutral_and_that_is_told_also_after_a_restart() {
    let engine = hl_engine::Engine::new(with(Trust::Judged, false), 7);
    let mut bench = Bench::with(engine.with_signal_record(&inverted(100)));
    bench.start();
    let now = bench.now;
    bench.input(Input::Signal { market: SOL, signal: signal("desk", 0.9, now) });
    assert_eq!(bench.engine.signal(SOL), Reading::Neutral { why: Neutral::Disabled });
    let off = &bench.lines("signal_evt=off")[0];
    assert!(off.contains(" source=desk samples=100 pinned=0 ic=-0."), "{off}");
    assert!(off.contains(" ic_high=-0."), "{off}");
    let view = bench.engine.signal_sources().next().unwrap();
    assert_eq!((view.state, view.score.verdict), (SourceState::Off, Verdict::Misleads));
}

#[test]
fn a_pinned_source_goes_on_counting_and_its_record_is_told() {
    let engine = hl_engine::Engine::new(with(Trust::Pinned, false), 7);
    let mut bench = Bench::with(engine.with_signal_record(&inverted(100)));
    bench.start();
    let now = bench.now;
    bench.input(Input::Signal { market: SOL, signal: signal("desk", 0.9, now) });
    assert_eq!(bench.engine.signal(SOL).fresh(), Some(0.9));
    assert!(bench.lines("signal_evt=misleads")[0].contains(" pinned=1 "));
    assert!(bench.has(|kind| matches!(
        kind,
        EventKind::Signal(SignalLine::Switched { how: Switch::Pinned, .. })
    )));
}

#[test]
fn too_short_a_record_or_one_of_nobody_switches_nothing() {
    for past in [inverted(47), vec![(id("else"), inverted(100)[0].1); 100]] {
        let engine = hl_engine::Engine::new(with(Trust::Judged, false), 7);
        let mut bench = Bench::with(engine.with_signal_record(&past));
        bench.start();
        let now = bench.now;
        bench.input(Input::Signal { market: SOL, signal: signal("desk", 0.9, now) });
        assert_eq!(bench.engine.signal(SOL).fresh(), Some(0.9));
    }
}

#[test]
fn the_venues_own_data_speaks_for_itself() {
    let mut bench = Bench::started(with(Trust::Judged, true));
    bench.run(11_000);
    let before = bench.engine.signal(SOL).fresh().unwrap();
    for _ in 0..25 {
        let (price, size, time) = (price("164.91"), size("1"), bench.now);
        bench.input(Input::Trade { market: SOL, time, aggressor: Side::Ask, price, size });
    }
    let (price, size, time) = (price("164.90"), size("90"), bench.now);
    bench.input(Input::Trade { market: SOL, time, aggressor: Side::Ask, price, size });
    let crowded = Input::Context { market: SOL, funding_e8: 20_000, open_interest: size };
    bench.input(crowded);
    bench.run(11_000);
    let after = bench.engine.signal(SOL).fresh().unwrap();
    assert!(after < before && after < -0.2, "sold and crowded: {before} {after}");
    assert!(bench.lines("signal_evt=heard").is_empty(), "not told every ten seconds");
    bench.run(301_000);
    assert!(!bench.lines("signal_evt=marked").is_empty(), "but followed like any other");
}

#[test]
fn without_sources_nothing_happens() {
    let mut bench = Bench::started(config());
    let now = bench.now;
    bench.input(Input::Context { market: SOL, funding_e8: 1, open_interest: size("1") });
    bench.run(400_000);
    assert_eq!(signals(&bench), [] as [&str; 0]);
    bench.input(Input::Signal { market: SOL, signal: signal("desk", 0.9, now) });
    assert!(signals(&bench)[0].ends_with("reason=\"unknown source\""));
    assert_eq!(bench.engine.signal_sources().count(), 0);
}
