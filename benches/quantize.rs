//! One price and one size, text in, wire text out: ours beside the two obvious alternatives.
//!
//! `rust_decimal` does the same job (side-aware rounding to five figures and the decimals cap).
//! `f64` does less: nearest rounding and formatting, as many bots have it.

#![allow(missing_docs, reason = "criterion's macros generate undocumented items")]
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a bench may panic")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hl_benches::orders::{Wish, specs, wishes};
use hl_quant::{Decimal, DecimalText, Intent, Side};
use rust_decimal::{Decimal as BigDecimal, RoundingStrategy};

fn ours(wish: &Wish<'_>) -> Option<(DecimalText, DecimalText)> {
    let price = Decimal::parse(&wish.price).ok()?;
    let size = Decimal::parse(&wish.size).ok()?;
    Some(wish.spec.quantize(wish.side, price, size, Intent::Passive).ok()?.wire())
}

fn rust_decimal(wish: &Wish<'_>) -> Option<(String, String)> {
    let price = BigDecimal::from_str_exact(&wish.price).ok()?;
    let size = BigDecimal::from_str_exact(&wish.size).ok()?;
    let cap = 6_u32.saturating_sub(wish.sz_decimals);
    let magnitude =
        i64::from(price.mantissa().unsigned_abs().checked_ilog10()?) - i64::from(price.scale());
    let decimals = u32::try_from((4 - magnitude).max(0)).ok()?.min(cap);
    let direction = match wish.side {
        Side::Bid => RoundingStrategy::ToZero,
        Side::Ask => RoundingStrategy::AwayFromZero,
    };
    let price = price.round_dp_with_strategy(decimals, direction).normalize();
    let size = size.round_dp_with_strategy(wish.sz_decimals, RoundingStrategy::ToZero).normalize();
    let enough = price * size >= BigDecimal::TEN;
    enough.then(|| (price.to_string(), size.to_string()))
}

fn float(wish: &Wish<'_>) -> Option<(String, String)> {
    let price: f64 = wish.price.parse().ok()?;
    let size: f64 = wish.size.parse().ok()?;
    let cap = 6 - i32::try_from(wish.sz_decimals).ok()?;
    let decimals = (4.0 - price.log10().floor()).clamp(0.0, f64::from(cap));
    let scale = 10_f64.powf(decimals);
    let price = (price * scale).round() / scale;
    let lot = 10_f64.powi(i32::try_from(wish.sz_decimals).ok()?);
    let size = (size * lot).floor() / lot;
    let trim = |text: String| {
        if text.contains('.') {
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        } else {
            text
        }
    };
    (price * size >= 10.0).then(|| (trim(format!("{price:.8}")), trim(format!("{size:.8}"))))
}

fn quantize(c: &mut Criterion) {
    let specs = specs();
    let wishes = wishes(&specs, 1_024);
    // The exact alternative must give the same text, or the comparison means nothing.
    for wish in &wishes {
        let (px, sz) = ours(wish).expect("every wish is worth more than the minimum");
        let same = rust_decimal(wish).expect("rust_decimal agrees");
        assert_eq!((px.as_str(), sz.as_str()), (same.0.as_str(), same.1.as_str()));
    }
    let mut group = c.benchmark_group("quantize_1024_orders");
    group.throughput(Throughput::Elements(1_024));
    group.bench_function("hl_quant", |b| {
        b.iter(|| wishes.iter().filter(|wish| black_box(ours(wish)).is_some()).count());
    });
    group.bench_function("rust_decimal", |b| {
        b.iter(|| wishes.iter().filter(|wish| black_box(rust_decimal(wish)).is_some()).count());
    });
    group.bench_function("f64_and_format", |b| {
        b.iter(|| wishes.iter().filter(|wish| black_box(float(wish)).is_some()).count());
    });
    group.finish();
}

criterion_group!(benches, quantize);
criterion_main!(benches);
