//! Any bytes are a feed's document, in range and bounded, or are refused.
#![no_main]
#![allow(dead_code, reason = "each target uses a part of the shared oracles")]

#[path = "../../tests/it/properties.rs"]
mod properties;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| properties::a_document_is_in_range_or_refused(bytes));
