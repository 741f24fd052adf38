//! Tests of the crate as its users see it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod account;
mod api;
mod board;
mod document;
mod freshness;
mod micro;
mod nansen;
mod properties;
mod truth;
mod venue;
