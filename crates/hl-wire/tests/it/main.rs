//! One binary for the tests that look at the crate from outside.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod allocations;
mod documents;
mod hostile;
mod responses;
mod session;
mod shared;
mod trading;
mod vectors;
