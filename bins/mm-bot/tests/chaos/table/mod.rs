//! All scenarios.

mod config;
mod line;
mod network;
mod outage;
mod process;
mod venue;

use crate::step::Scenario;

/// In the order of the report.
pub(crate) fn all() -> Vec<Scenario> {
    [process::ROWS, line::ROWS, network::ROWS, outage::ROWS, venue::ROWS, config::ROWS].concat()
}
