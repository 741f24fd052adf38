//! An `l2Book` message of twenty levels a side to integers: ours beside the two obvious ways.
//!
//! `serde_json::Value` is what a bot writes first; the typed structure with `f64` levels is what it
//! writes second. Neither checks the text of a number.

#![allow(missing_docs, reason = "criterion's macros generate undocumented items")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hl_benches::messages::l2_book;
use hl_wire::stream::{Message, Scratch};
use serde::Deserialize;

#[derive(Deserialize)]
struct Frame {
    data: Book,
}

#[derive(Deserialize)]
struct Book {
    levels: [Vec<Level>; 2],
}

#[derive(Deserialize)]
struct Level {
    px: String,
    sz: String,
}

fn ours(text: &str, scratch: &mut Scratch) -> usize {
    match Message::parse(text, scratch) {
        Ok(Message::L2Book(book)) => book.bids.len() + book.asks.len(),
        _ => 0,
    }
}

fn value(text: &str) -> Option<Vec<(f64, f64)>> {
    let frame: serde_json::Value = serde_json::from_str(text).ok()?;
    let sides = frame.get("data")?.get("levels")?.as_array()?;
    let number = |level: &serde_json::Value, key: &str| level.get(key)?.as_str()?.parse().ok();
    sides
        .iter()
        .flat_map(|side| side.as_array().into_iter().flatten())
        .map(|level| Some((number(level, "px")?, number(level, "sz")?)))
        .collect()
}

fn typed(text: &str) -> Option<Vec<(f64, f64)>> {
    let frame: Frame = serde_json::from_str(text).ok()?;
    let levels = frame.data.levels.iter().flatten();
    levels.map(|level| Some((level.px.parse().ok()?, level.sz.parse().ok()?))).collect()
}

fn parse(c: &mut Criterion) {
    let text = l2_book();
    let mut scratch = Scratch::default();
    assert_eq!(ours(&text, &mut scratch), 40);
    assert_eq!(value(&text).map(|levels| levels.len()), Some(40));
    assert_eq!(typed(&text).map(|levels| levels.len()), Some(40));

    let mut group = c.benchmark_group("parse_l2book_20_levels");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("hl_wire", |b| b.iter(|| black_box(ours(black_box(&text), &mut scratch))));
    group.bench_function("serde_typed_f64", |b| b.iter(|| black_box(typed(black_box(&text)))));
    group.bench_function("serde_json_value", |b| b.iter(|| black_box(value(black_box(&text)))));
    group.finish();
}

criterion_group!(benches, parse);
criterion_main!(benches);
