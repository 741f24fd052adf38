//! Rotation: choosing from two hundred and from ten thousand markets, and what one message costs the
//! statistics of a market.

#![allow(missing_docs, reason = "criterion's macros generate undocumented items")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hl_benches::universe::{START, candidates, measured, rules, show};
use hl_rotation::{Candidate, select};

/// What a program does that only wants the best three: one product sum a market and a sort, without
/// ranks, reasons, filters' numbers or costs.
fn sorted(candidates: &[Candidate]) -> Vec<(f64, &str)> {
    let mut all: Vec<(f64, &str)> = candidates
        .iter()
        .map(|candidate| {
            let raw = &candidate.raw;
            let of = |value: Option<f64>| value.unwrap_or(0.0);
            let score = of(raw.vol) - 0.6 * of(raw.spread) + 0.4 * of(raw.depth)
                - 0.4 * of(raw.fees)
                + 0.5 * of(raw.signal);
            (score, candidate.name.as_str())
        })
        .collect();
    all.sort_by(|a, b| b.0.total_cmp(&a.0));
    all.truncate(3);
    all
}

fn choose(c: &mut Criterion) {
    let (weights, filters) = rules();
    let mut group = c.benchmark_group("rotation");
    for count in [200_u32, 10_000] {
        let (all, previous) = candidates(count);
        let now = START.plus(14_400_000);
        assert_eq!(select(&all, &weights, &filters, &previous, now).chosen.len(), 3);
        group.throughput(Throughput::Elements(u64::from(count)));
        group.bench_function(format!("score and select from {count}, every reason kept"), |b| {
            b.iter(|| select(black_box(&all), &weights, &filters, &previous, now));
        });
        group.bench_function(format!("a sum of products of {count}, sorted"), |b| {
            b.iter(|| sorted(black_box(&all)));
        });
    }
    group.finish();
}

fn measure(c: &mut Criterion) {
    let (mut stats, mut now) = measured();
    let mut n = 0_u64;
    let mut group = c.benchmark_group("rotation");
    group.bench_function("one message into the statistics of a market", |b| {
        b.iter(|| {
            n += 1;
            now = now.plus(100);
            show(&mut stats, now, black_box(n));
        });
    });
    group.bench_function("one reading of a market", |b| b.iter(|| stats.read(black_box(now))));
    group.finish();
}

criterion_group!(benches, choose, measure);
criterion_main!(benches);
