//! The binary from outside, and the workspace's layers.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod bot;
mod config;
mod jsonl;
mod layers;
mod run;
