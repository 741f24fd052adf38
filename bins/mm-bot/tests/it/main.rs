//! The binary from outside, and the workspace's layers.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod account;
mod alerts;
mod bot;
mod cli;
mod config;
mod containers;
mod dashboard;
mod docs;
mod doctor;
mod fire_drill;
mod handoff;
mod jsonl;
mod layers;
mod log_alerts;
mod messages;
mod metrics;
mod recorded;
mod recorded_report;
mod remote;
mod report;
mod run;
mod signals;
mod supervised;
