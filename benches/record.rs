//! The record of one order: what it costs the engine's thread, and how fast it is read and replayed.
//!
//! `one_order` is what an order leaves from the book that asked for it to its fill: four inputs, three
//! events, one command. `journal` encodes them, `journal_and_log` also hands the events to the log's
//! thread through its bounded queue, as the bot's loop does; `text` is the obvious alternative: the
//! lines are formatted where the engine runs. `read` is 60,000 entries of a ten-market run unpacked
//! and decoded, `replay` the same fed to the engine and compared; its elements are seconds of the run.

#![allow(missing_docs, reason = "criterion's macros generate undocumented items")]
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a bench may panic")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::mpsc::sync_channel;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use hl_benches::desk::{BookSides, Desk};
use hl_benches::order_life::OrderLife;
use hl_engine::{Event, MarketId};
use hl_journal::decisions::{Close, Encoder, Item, Packer, Reader, replay};

fn one_order(c: &mut Criterion) {
    let life = OrderLife::new();
    let mut group = c.benchmark_group("one_order");
    let mut encoder = Encoder::new(&life.head);
    let mut spare = Vec::new();
    let mut journal = |encoder: &mut Encoder| {
        life.record(encoder);
        if encoder.len() > 65_536 {
            spare = encoder.take(std::mem::take(&mut spare)).into_spare();
        }
    };
    group.bench_function("journal", |b| b.iter(|| journal(&mut encoder)));
    let (queue, lines) = sync_channel::<Event>(16_384);
    let reader = std::thread::Builder::new().spawn(move || lines.into_iter().count()).unwrap();
    group.bench_function("journal_and_log", |b| {
        b.iter_batched(
            || life.events.clone(),
            |events| {
                journal(&mut encoder);
                for event in events {
                    let _ = queue.try_send(event);
                }
            },
            BatchSize::SmallInput,
        );
    });
    let mut text = String::with_capacity(1 << 16);
    group.bench_function("text", |b| {
        b.iter(|| {
            text.clear();
            for event in &life.events {
                writeln!(text, "{event}").unwrap();
            }
            black_box(text.len())
        });
    });
    group.finish();
    drop(queue);
    assert!(reader.join().unwrap() > 0);
}

/// Some hours of ten markets, as a file.
fn file() -> (Vec<u8>, u64, u64) {
    const MARKETS: u16 = 10;
    let (mut desk, head) = Desk::recording(MARKETS);
    let (mut packer, mut out) = (Packer::new(head), Vec::new());
    packer.begin(&mut out);
    let books = [BookSides::around(100_000), BookSides::around(100_040)];
    let mut entries = 0;
    for n in 0..20_000_u16 {
        let [low, high] = &books;
        let book = if (n / MARKETS / 10).is_multiple_of(2) { low } else { high };
        desk.show(MarketId(n % MARKETS), book);
        if n % 100 == 99 {
            let raw = desk.recorded(Vec::new()).unwrap();
            entries += u64::from(raw.entries());
            packer.entries(&raw, &mut out);
        }
    }
    packer.end(Close::Ended, &mut out);
    (out, entries, 2_000)
}

fn reading(c: &mut Criterion) {
    let (file, entries, seconds) = file();
    eprintln!("{entries} entries in {} bytes", file.len());
    let mut group = c.benchmark_group("recorded");
    group.sample_size(10).throughput(Throughput::Elements(entries));
    group.bench_function("read", |b| {
        b.iter(|| {
            let mut reader = Reader::open(&file[..]).unwrap();
            let mut count = 0_u64;
            while let Some(item) = reader.next() {
                count += u64::from(matches!(item, Item::Entry(_)));
            }
            assert_eq!(count, entries);
        });
    });
    group.throughput(Throughput::Elements(seconds));
    group.bench_function("replay", |b| {
        b.iter(|| {
            let replayed = replay(&mut Reader::open(&file[..]).unwrap(), |_, _| {});
            assert!(replayed.is_identical());
        });
    });
    group.finish();
}

criterion_group!(benches, one_order, reading);
criterion_main!(benches);
