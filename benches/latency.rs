//! The tail of a decision, beside the signature that must follow it.
//!
//! Ten markets with five quotes a side; each book that comes in moves all ten quotes of its market.
//! Measured in turn, in one run: the decision (a book in, commands out, every gate rule passed), and
//! the signature over the batch of ten orders that such a decision sends. Criterion reports means;
//! an operator waits for the slowest, so this one prints quantiles of single decisions.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench may panic and print"
)]
#![allow(clippy::disallowed_methods, reason = "a bench reads the clock")]

use std::hint::black_box;
use std::time::Instant;

use hl_benches::desk::{BookSides, Desk};
use hl_benches::orders::batch;
use hl_engine::MarketId;
use hl_wire::{ActionHasher, AgentKey, Network, Nonce};

const MARKETS: u16 = 10;
const WARM_UP: u64 = 2_000;
const SAMPLES: u64 = 50_000;

/// The value below which this part (in thousandths) of the sorted samples lies.
fn quantile(sorted: &[u64], thousandths: usize) -> u64 {
    let last = sorted.len().saturating_sub(1);
    sorted.get(last * thousandths / 1_000).copied().unwrap_or_default()
}

fn report(name: &str, mut nanos: Vec<u64>) -> u64 {
    nanos.sort_unstable();
    let us = |thousandths| quantile(&nanos, thousandths) as f64 / 1_000.0;
    println!(
        "{name:<28} median {:>7.2} us   99 % {:>7.2} us   99.9 % {:>7.2} us   n={}",
        us(500),
        us(990),
        us(999),
        nanos.len()
    );
    quantile(&nanos, 500)
}

fn main() {
    let books = [BookSides::around(100_000), BookSides::around(100_040)];
    let mut desk = Desk::quoting(MARKETS);
    let key = AgentKey::from_hex(&"07".repeat(32)).expect("the key is valid");
    let mut hasher = ActionHasher::new();
    let action = batch(10);
    let (mut decided, mut signed) = (Vec::new(), Vec::new());
    let mut commands = 0;
    for i in 0..WARM_UP + SAMPLES {
        let market = MarketId((i % u64::from(MARKETS)) as u16);
        let book = &books[((i / u64::from(MARKETS)) % 2) as usize];
        let begin = Instant::now();
        let given = black_box(desk.decide(market, book));
        let decision = begin.elapsed();
        desk.answer();

        // One signature for ten decisions keeps the run short and its share of the cache honest.
        if i % 10 == 0 {
            let begin = Instant::now();
            let request = key
                .sign_trading_with(&mut hasher, &action, Nonce(i), Network::Testnet, None, None)
                .expect("orders can be hashed");
            black_box(request);
            if i >= WARM_UP {
                signed.push(begin.elapsed().as_nanos() as u64);
            }
        }
        if i >= WARM_UP {
            commands += given;
            decided.push(decision.as_nanos() as u64);
        }
    }
    assert!(commands as u64 >= SAMPLES, "every book moves quotes: {commands} commands");
    let decision = report("decide (10 markets, 5 a side)", decided);
    let signature = report("sign (one batch of 10)", signed);
    println!("a decision is {:.1} % of its signature", 100.0 * decision as f64 / signature as f64);
}
