//! Whether every input and decision is recorded, where, and how much of it is kept.

use std::path::PathBuf;

use super::reader::Reader;

/// The journal of decisions. Sizes are in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct JournalSettings {
    pub(crate) record: bool,
    pub(crate) dir: Option<PathBuf>,
    pub(crate) rotate: u64,
    pub(crate) keep_days: u64,
    pub(crate) budget: u64,
    pub(crate) sync_sec: u64,
}

/// Bytes of a megabyte, as disks are sold.
const MEGABYTE: u64 = 1_000_000;

impl JournalSettings {
    pub(super) fn read(read: &mut Reader<'_>) -> Self {
        let rotate = read.integer("journal.rotate_mb");
        let budget = read.integer("journal.budget_mb");
        if budget < rotate.saturating_mul(2) {
            let why = format!("below twice rotate_mb, which is {rotate}");
            read.refuse("journal.budget_mb", why, None);
        }
        Self {
            record: read.text("journal.record") == "true",
            dir: read.some("journal.dir").map(PathBuf::from),
            rotate: rotate.saturating_mul(MEGABYTE),
            keep_days: read.integer("journal.keep_days"),
            budget: budget.saturating_mul(MEGABYTE),
            sync_sec: read.integer("journal.sync_sec"),
        }
    }
}
