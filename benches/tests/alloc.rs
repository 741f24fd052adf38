//! Where nothing may be allocated, nothing is: counted by an allocator that counts.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use allocation_counter::measure;
use hl_benches::desk::{BookSides, Desk};
use hl_benches::feeds::{Said, flow};
use hl_benches::messages::l2_book;
use hl_benches::order_life::OrderLife;
use hl_benches::orders::{specs, wishes};
use hl_benches::universe::{measured, show};
use hl_engine::MarketId;
use hl_journal::decisions::Encoder;
use hl_quant::{Decimal, Intent};
use hl_wire::stream::{Message, Scratch};

#[test]
fn the_counter_counts() {
    assert_eq!(measure(|| drop(std::hint::black_box(vec![1_u8; 100]))).count_total, 1);
}

#[test]
fn text_to_wire_text_does_not_allocate() {
    let specs = specs();
    let wishes = wishes(&specs, 1_024);
    let mut made = 0;
    let info = measure(|| {
        for wish in &wishes {
            let price = Decimal::parse(&wish.price).unwrap();
            let size = Decimal::parse(&wish.size).unwrap();
            let order = wish.spec.quantize(wish.side, price, size, Intent::Passive).unwrap();
            let (px, sz) = std::hint::black_box(order.wire());
            made += usize::from(!px.as_str().is_empty() && !sz.as_str().is_empty());
        }
    });
    assert_eq!(made, 1_024);
    assert_eq!(info.count_total, 0, "{info:?}");
}

#[test]
fn reading_a_book_into_used_memory_does_not_allocate() {
    let text = l2_book();
    let mut scratch = Scratch::default();
    let mut levels = 0;
    let mut read = || {
        if let Ok(Message::L2Book(book)) = Message::parse(&text, &mut scratch) {
            levels += book.bids.len() + book.asks.len();
        }
    };
    read();
    let info = measure(|| {
        for _ in 0..100 {
            read();
        }
    });
    assert_eq!(levels, 101 * 40);
    assert_eq!(info.count_total, 0, "{info:?}");
}

#[test]
fn the_exchanges_own_data_and_a_look_at_all_that_was_said_allocate_nothing() {
    let (mut flow, start) = flow();
    let mut said = Said::new(200);
    said.look();
    let info = measure(|| {
        for n in 0..1_000 {
            let now = start.plus(n);
            flow.touch(now, (164.89, 3.0), (164.91, 5.0));
            flow.trade(now, hl_quant::Side::Ask, 164.9, 1.0);
            flow.context(now, 0.000_012_5, 1_000.0);
            std::hint::black_box(flow.opinion(now));
            std::hint::black_box(said.look());
        }
    });
    assert_eq!(info.count_total, 0, "{info:?}");
}

#[test]
fn statistics_of_a_market_allocate_nothing_for_a_message_nor_for_a_reading() {
    let (mut stats, mut now) = measured();
    let mut readings = 0;
    let info = measure(|| {
        for n in 0..10_000 {
            now = now.plus(100);
            show(&mut stats, now, n);
            readings += usize::from(std::hint::black_box(stats.read(now)).vol.is_some());
        }
    });
    assert_eq!(readings, 10_000);
    assert_eq!(info.count_total, 0, "{info:?}");
}

#[test]
fn the_engine_does_not_allocate_in_steady_state() {
    quotes_without_allocating(Desk::quoting(10));
}

#[test]
fn the_models_with_their_estimates_do_not_allocate_either() {
    let desk = Desk::estimating(10);
    assert!(desk.is_estimating(), "volatility and arrivals are known in every market");
    quotes_without_allocating(desk);
}

fn quotes_without_allocating(mut desk: Desk) {
    const MARKETS: u16 = 10;
    let books = [BookSides::around(100_000), BookSides::around(100_040)];
    let round = |desk: &mut Desk| {
        for (i, book) in books.iter().cycle().take(100).enumerate() {
            desk.show(MarketId((i / 2) as u16 % MARKETS), book);
        }
    };
    // Ids, histories and queues reach the size that they keep.
    for _ in 0..20 {
        round(&mut desk);
    }
    let before = desk.given;
    let info = measure(|| {
        for _ in 0..20 {
            round(&mut desk);
        }
    });
    assert!(desk.given - before >= 1_000, "it was at work: {} commands", desk.given - before);
    assert_eq!(info.count_total, 0, "{info:?}");
}

#[test]
fn recording_inputs_and_decisions_allocates_nothing_once_its_buffers_have_grown() {
    let life = OrderLife::new();
    let mut encoder = Encoder::new(&life.head);
    let mut spare = Vec::new();
    let mut round = || {
        for _ in 0..500 {
            life.record(&mut encoder);
        }
        spare = encoder.take(std::mem::take(&mut spare)).into_spare();
    };
    round();
    round();
    let info = measure(|| (0..20).for_each(|_| round()));
    assert_eq!(info.count_total, 0, "{info:?}");
}
