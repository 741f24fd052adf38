//! One binary for the tests that look at the crate from outside.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod actions;
mod allocations;
mod documents;
mod hostile;
mod requests;
mod responses;
mod session;
mod shared;
mod streams;
mod trading;
mod vectors;
