//! Inputs shared by the benches and the allocation tests. How to run and read them:
//! `docs/performance.md`.

pub mod desk;
pub mod feeds;
pub mod messages;
pub mod order_life;
pub mod orders;
pub mod universe;
