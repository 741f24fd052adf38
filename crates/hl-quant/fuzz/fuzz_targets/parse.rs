//! Any bytes are read for what they say or refused, by every reader alike.
#![no_main]
#![allow(dead_code, reason = "each target uses a part of the shared oracles")]

#[path = "../../tests/it/oracle.rs"]
mod oracle;
#[path = "../../tests/it/properties.rs"]
mod properties;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| properties::bytes_are_read_or_refused(bytes));
