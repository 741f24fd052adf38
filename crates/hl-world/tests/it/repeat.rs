//! The same seed is the same run, for everybody who looks.

use std::fmt::Write as _;

use hl_world::check::Checks;
use hl_world::{OnBreach, RunConfig, Trace, run_seed};

use crate::rig::MINUTE;

fn config() -> RunConfig {
    RunConfig { faults_ms: 6 * MINUTE, on_breach: OnBreach::GoOn, ..RunConfig::hours(1) }
}

fn trace(seed: u64) -> (String, u64) {
    let mut text = String::new();
    let mut trace = Trace::new(|line| writeln!(text, "{line}").unwrap());
    let report = run_seed(&config(), seed, &mut trace).unwrap();
    drop(trace);
    (text, report.digest)
}

#[test]
fn two_runs_of_a_seed_have_the_same_trace_byte_for_byte() {
    for seed in 100..104 {
        let (first, digest) = trace(seed);
        assert!(first.lines().count() > 1_000, "{seed}: {} lines", first.lines().count());
        let (second, again) = trace(seed);
        let differ = first.lines().zip(second.lines()).find(|(one, two)| one != two);
        assert_eq!(differ, None, "{seed}");
        assert_eq!((first.len(), digest), (second.len(), again), "{seed}");
    }
}

#[test]
fn who_looks_changes_nothing() {
    for seed in 200..203 {
        let nobody = run_seed(&config(), seed, &mut ()).unwrap();
        let mut checks = Checks::new(config().world(seed).engine);
        let mut judged = run_seed(&config(), seed, &mut checks).unwrap();
        judged.breaches.clear();
        assert_eq!(nobody, judged, "{seed}");
        assert_eq!(trace(seed).1, nobody.digest, "{seed}");
    }
}

#[test]
fn seeds_differ_in_their_worlds_and_in_their_runs() {
    let runs: Vec<_> = (300..308).map(|seed| run_seed(&config(), seed, &mut ()).unwrap()).collect();
    let digests: std::collections::BTreeSet<u64> = runs.iter().map(|run| run.digest).collect();
    assert_eq!(digests.len(), runs.len());
    let worlds: std::collections::BTreeSet<String> =
        (300..308).map(|seed| format!("{:?}", config().world(seed))).collect();
    assert_eq!(worlds.len(), 8);
}
