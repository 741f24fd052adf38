#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod budget;
mod carry;
mod common;
mod damage;
mod decisions;
mod laws;
mod log;
mod old_log;
mod profit;
mod report;
mod schema;
mod state;
