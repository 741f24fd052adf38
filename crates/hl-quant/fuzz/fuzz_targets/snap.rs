//! Any number on any market is rounded to the neighbour that the text oracle names.
#![no_main]
#![allow(dead_code, reason = "each target uses a part of the shared oracles")]

#[path = "../../tests/it/oracle.rs"]
mod oracle;
#[path = "../../tests/it/properties.rs"]
mod properties;

mod input;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((market, rest)) = bytes.split_first() else { return };
    let market = properties::Market::numbered(market % 18);
    properties::snapping_agrees_with_the_oracle(market, &input::two_numbers(rest).0);
});
