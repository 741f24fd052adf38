//! Integration tests of the simulated world.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    missing_docs
)]

mod crashes;
mod decisions;
mod faults;
mod machine;
mod profit;
mod proof;
mod repeat;
mod rig;
mod rotation;
mod shared;
mod world;
