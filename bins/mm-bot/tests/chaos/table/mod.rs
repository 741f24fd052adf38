//! All scenarios.

mod config;
mod disk;
mod line;
mod market;
mod network;
mod operator;
mod outage;
mod process;
mod venue;

use crate::step::Scenario;

/// In the order of the report.
pub(crate) fn all() -> Vec<Scenario> {
    let tables = [
        process::ROWS,
        operator::ROWS,
        disk::ROWS,
        line::ROWS,
        network::ROWS,
        market::ROWS,
        outage::ROWS,
        venue::ROWS,
        config::ROWS,
    ];
    tables.concat()
}
