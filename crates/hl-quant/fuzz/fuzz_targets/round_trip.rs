//! What is written from an integer is canonical and reads back as the same integer.
#![no_main]
#![allow(dead_code, reason = "each target uses a part of the shared oracles")]

#[path = "../../tests/it/oracle.rs"]
mod oracle;
#[path = "../../tests/it/properties.rs"]
mod properties;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|raw: [u8; 8]| properties::integers_survive_the_round_trip(u64::from_le_bytes(raw)));
