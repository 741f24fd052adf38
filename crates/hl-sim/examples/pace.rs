//! How many seconds of exchange fit into a second: `cargo run --release -p hl-sim --example pace`.
//!
//! One market with the synthetic traders, and one client that is subscribed to what a market maker
//! subscribes to. The first argument is the number of simulated seconds, the second the number of
//! clients' connections (0 for the exchange by itself).
#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a stop watch")]

use std::time::Instant;

use hl_quant::Millis;
use hl_sim::background::Synthetic;
use hl_sim::{ConnId, Exchange, ExchangeConfig, Input, Output, Usd, universe};
use hl_wire::AgentKey;

const START: u64 = 1_795_392_000_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let seconds: u64 = args.next().map_or(Ok(3_600), |text| text.parse())?;
    let clients: u64 = args.next().map_or(Ok(1), |text| text.parse())?;
    let market = universe::find("SOL").and_then(universe::Listing::market).ok_or("no SOL")?;
    let mut exchange = Exchange::new(ExchangeConfig::new(vec![market]), 1)
        .with_background(Box::new(Synthetic::new(1)));
    let key = AgentKey::from_hex(&"5e".repeat(32))?;
    exchange.fund(key.address(), Usd::dollars(10_000));
    for conn in (1..=clients).map(ConnId) {
        exchange.handle(Millis(START), Input::WsOpen { conn });
        let user = key.address();
        for subscription in [
            r#"{"type":"l2Book","coin":"SOL","fast":true}"#.to_owned(),
            r#"{"type":"bbo","coin":"SOL"}"#.to_owned(),
            r#"{"type":"trades","coin":"SOL"}"#.to_owned(),
            format!(r#"{{"type":"orderUpdates","user":"{user}"}}"#),
            format!(r#"{{"type":"userFills","user":"{user}"}}"#),
        ] {
            let text = format!(r#"{{"method":"subscribe","subscription":{subscription}}}"#);
            exchange.handle(Millis(START), Input::WsText { conn, text });
        }
    }
    let began = Instant::now();
    let end = START + seconds * 1_000;
    let (mut now, mut frames, mut bytes) = (START, 0_u64, 0_usize);
    while now < end {
        exchange.handle(Millis(now), Input::Tick);
        now = loop {
            match exchange.poll() {
                Output::WaitUntil(at) => break at.0,
                Output::WsText { text, .. } => {
                    frames += 1;
                    bytes += text.len();
                }
                Output::HttpReply { .. } | Output::WsClose { .. } => {}
            }
        };
    }
    let took = began.elapsed();
    let trades = exchange.truth().markets.values().map(|market| market.trades).sum::<u64>();
    let pace = u128::from(seconds) * 1_000_000 / took.as_micros().max(1);
    println!(
        "seconds={seconds} took_ms={} pace={pace} frames={frames} bytes={bytes} trades={trades}",
        took.as_millis()
    );
    Ok(())
}
