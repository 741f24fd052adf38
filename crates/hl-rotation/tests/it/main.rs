//! What `hl-rotation` promises, as tests.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod clock;
mod legacy;
mod markouts;
mod rig;
mod scoring;
mod selecting;
mod shares;
mod stats;
mod turnover;
