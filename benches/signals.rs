//! Signals: a payload of two hundred markets, one event of the exchange's own data, one look at
//! everything that has been said.

#![allow(missing_docs, reason = "criterion's macros generate undocumented items")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hl_benches::feeds::{Said, flow, payload};
use hl_quant::{Millis, Side};
use hl_signals::{Format, read};

fn parse(c: &mut Criterion) {
    let text = payload(200);
    assert_eq!(read(Format::Nansen, text.as_bytes()).map(|d| d.opinions.len()), Ok(200));
    let mut group = c.benchmark_group("signals");
    group.throughput(Throughput::Bytes(u64::try_from(text.len()).unwrap_or(0)));
    group.bench_function("read a payload of 200 markets", |b| {
        b.iter(|| read(Format::Nansen, black_box(text.as_bytes())));
    });
    group.bench_function("the same as serde_json::Value", |b| {
        b.iter(|| serde_json::from_slice::<serde_json::Value>(black_box(text.as_bytes())));
    });
    group.finish();
}

fn venue(c: &mut Criterion) {
    let (mut flow, start) = flow();
    let mut n = 0_u64;
    let mut group = c.benchmark_group("signals");
    group.bench_function("one touch of the exchange's own data", |b| {
        b.iter(|| {
            n += 1;
            let bid = if n.is_multiple_of(2) { 164.89 } else { 164.90 };
            flow.touch(Millis(start.0 + n), black_box((bid, 3.0)), black_box((164.91, 5.0)));
        });
    });
    group.bench_function("one trade", |b| {
        b.iter(|| {
            n += 1;
            flow.trade(Millis(start.0 + n), Side::Bid, black_box(164.9), black_box(1.5));
        });
    });
    let mut said = Said::new(200);
    group.bench_function("one look at 5 sources in 200 markets", |b| b.iter(|| said.look()));
    group.finish();
}

criterion_group!(benches, parse, venue);
criterion_main!(benches);
