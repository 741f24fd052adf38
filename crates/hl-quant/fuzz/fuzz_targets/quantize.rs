//! An order of any two numbers on any market is the one that the text oracle makes of them.
#![no_main]
#![allow(dead_code, reason = "each target uses a part of the shared oracles")]

#[path = "../../tests/it/oracle.rs"]
mod oracle;
#[path = "../../tests/it/properties.rs"]
mod properties;

mod input;

use hl_quant::Side;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, rest)) = bytes.split_first() else { return };
    let market = properties::Market::numbered(choice % 18);
    let side = if choice & 64 == 0 { Side::Bid } else { Side::Ask };
    let intent = properties::INTENTS[usize::from(choice >> 7)];
    let (px, sz) = input::two_numbers(rest);
    properties::quantizing_agrees_with_the_oracle(market, side, intent, &px, &sz);
});
