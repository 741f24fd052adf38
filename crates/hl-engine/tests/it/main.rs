//! The engine against a small scripted venue.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    unreachable_pub
)]

mod adapting;
mod bench;
mod budgets;
mod checks;
mod clock;
mod corners;
mod dead_man;
mod estimators;
mod evidence;
mod flattening;
mod guard;
mod halting;
mod history;
mod lifecycle;
mod lines;
mod memory;
mod models;
mod quoting;
mod races;
mod random;
mod restart;
mod risk;
mod rotation;
mod safety;
mod seldom;
mod signals;
mod small_models;
mod steps;
mod strays;
mod venue;
