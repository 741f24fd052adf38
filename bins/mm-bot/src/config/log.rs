//! Where the event log goes and how much of it is kept.

use std::path::PathBuf;

use super::reader::Reader;

/// The event log. Sizes are in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LogSettings {
    pub(crate) file: Option<PathBuf>,
    pub(crate) rotate: u64,
    pub(crate) keep_days: u64,
    pub(crate) budget: u64,
    pub(crate) alive_sec: u64,
}

/// Bytes of a megabyte, as disks are sold.
const MEGABYTE: u64 = 1_000_000;

impl LogSettings {
    pub(super) fn read(read: &mut Reader<'_>) -> Self {
        let rotate = read.integer("log.rotate_mb");
        let budget = read.integer("log.budget_mb");
        if budget < rotate.saturating_mul(2) {
            let why = format!("below twice rotate_mb, which is {rotate}");
            read.refuse("log.budget_mb", why, None);
        }
        Self {
            file: read.some("log.file").map(PathBuf::from),
            rotate: rotate.saturating_mul(MEGABYTE),
            keep_days: read.integer("log.keep_days"),
            budget: budget.saturating_mul(MEGABYTE),
            alive_sec: read.integer("log.alive_sec"),
        }
    }
}
