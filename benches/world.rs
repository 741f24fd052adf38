//! The simulated world: how many simulated seconds pass in one second, faults and all, unwatched and
//! under every rule.
//!
//! One seed of ten minutes; engine, shell, network, disk, clock and exchange in one thread.

#![allow(clippy::expect_used, reason = "a bench may panic")]
#![allow(missing_docs, reason = "criterion's macros")]

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hl_world::check::judge_seed;
use hl_world::{OnBreach, RunConfig, run_seed};

const SEED: u64 = 5;
const SECONDS: u64 = 600;

fn world(c: &mut Criterion) {
    let config = RunConfig {
        faults_ms: SECONDS * 1_000,
        heal_ms: 0,
        on_breach: OnBreach::GoOn,
        ..RunConfig::hours(1)
    };
    let mut group = c.benchmark_group("world");
    // Elements are simulated seconds.
    group.throughput(Throughput::Elements(SECONDS));
    group.sample_size(10).measurement_time(Duration::from_secs(5));
    group.bench_function("simulated_seconds/unwatched", |b| {
        b.iter(|| run_seed(black_box(&config), SEED, &mut ()).expect("a world"));
    });
    group.bench_function("simulated_seconds/judged", |b| {
        b.iter(|| judge_seed(black_box(&config), SEED).expect("a world"));
    });
    group.finish();
}

criterion_group!(benches, world);
criterion_main!(benches);
