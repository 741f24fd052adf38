//! Integration tests of the local exchange.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    missing_docs
)]

mod documents;
mod envelope;
mod fault_line;
mod fault_text;
mod laws;
mod money;
mod orders;
mod rig;
mod shared;
mod streams;
mod synthetic;
mod tape_feed;
mod tape_lines;
mod tape_player;
mod trouble_law;
mod trouble_markets;
mod trouble_money;
mod trouble_orders;
mod witness;
