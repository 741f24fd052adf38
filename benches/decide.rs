//! One decision: a book of twenty levels in, commands for five quotes a side out.
//!
//! `moved` is a book that moves every quote, `unchanged` one that moves none. `f64_and_strings` is
//! the decision as it is often written: quotes as formatted text, compared with the resting ones in
//! a map, cancel and place for each difference. It knows no risk, no order states and no venue.

#![allow(missing_docs, reason = "criterion's macros generate undocumented items")]
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a bench may panic")]
#![allow(clippy::disallowed_methods, reason = "a bench reads the clock")]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use hl_benches::desk::{BookSides, Desk};
use hl_engine::MarketId;

const MARKET: MarketId = MarketId(0);

/// Ten alternations of the book; only the decisions are timed, not the venue's answers to them.
fn moved(desk: &mut Desk, books: &[BookSides; 2], iterations: u64) -> Duration {
    let mut total = Duration::ZERO;
    for i in 0..iterations {
        let begin = Instant::now();
        black_box(desk.decide(MARKET, &books[(i % 2) as usize]));
        total += begin.elapsed();
        desk.answer();
    }
    total
}

#[derive(Default)]
struct Naive {
    resting: BTreeMap<String, String>,
}

impl Naive {
    fn decide(&mut self, bid: f64, ask: f64) -> (Vec<String>, Vec<(String, String)>) {
        let mid = f64::midpoint(bid, ask);
        let mut wanted = BTreeMap::new();
        for layer in 0..5_u32 {
            let offset = mid * (2.0 + 2.0 * f64::from(layer)) / 10_000.0;
            for price in [mid - offset, mid + offset] {
                wanted.insert(format!("{price:.0}"), format!("{:.5}", 1_000.0 / price));
            }
        }
        let gone = self.resting.keys().filter(|price| !wanted.contains_key(*price)).cloned();
        let cancels = gone.collect();
        let new = wanted.iter().filter(|(price, _)| !self.resting.contains_key(*price));
        let places = new.map(|(price, size)| (price.clone(), size.clone())).collect();
        self.resting = wanted;
        (cancels, places)
    }
}

fn decide(c: &mut Criterion) {
    let books = [BookSides::around(100_000), BookSides::around(100_040)];
    let mut group = c.benchmark_group("decide_5_levels_a_side");
    let mut desk = Desk::quoting(1);
    assert_eq!(desk.orders(MARKET), 10, "five levels a side rest");
    desk.show(MARKET, &books[0]);
    assert!(desk.decide(MARKET, &books[1]) > 0, "a moved book gives commands");
    desk.answer();
    group.bench_function("hl_engine_moved", |b| {
        b.iter_custom(|iterations| moved(&mut desk, &books, iterations));
    });
    desk.show(MARKET, &books[0]);
    assert_eq!(desk.decide(MARKET, &books[0]), 0, "an unchanged book gives none");
    group.bench_function("hl_engine_unchanged", |b| {
        b.iter(|| black_box(desk.decide(MARKET, &books[0])));
    });
    let mut naive = Naive::default();
    let mut i = 0_u32;
    group.bench_function("f64_and_strings_moved", |b| {
        b.iter(|| {
            i += 1;
            let bid = if i.is_multiple_of(2) { 100_000.0 } else { 100_040.0 };
            black_box(naive.decide(black_box(bid), black_box(bid + 1.0)))
        });
    });
    group.finish();
}

criterion_group!(benches, decide);
criterion_main!(benches);
