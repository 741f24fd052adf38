//! Questions about fills.

use hl_wire::Address;

use super::view::FillDoc;
use crate::core::Core;
use crate::core::account::Fill;

/// Fills per answer.
pub(crate) const PAGE: usize = 2_000;

fn all(core: &Core, user: Address) -> impl DoubleEndedIterator<Item = &Fill> {
    let fills = core.account_at(user).into_iter().flat_map(|account| account.fills.iter());
    fills.filter(|fill| fill.told <= core.now)
}

/// The latest fills, newest first.
pub(crate) fn newest(core: &Core, user: Address) -> Vec<FillDoc> {
    all(core, user).rev().take(PAGE).map(|fill| FillDoc::new(core, user, fill)).collect()
}

/// The fills of a stretch of time, both ends included, oldest first.
pub(super) fn by_time(core: &Core, user: Address, start: u64, end: Option<u64>) -> Vec<FillDoc> {
    let end = end.unwrap_or(u64::MAX);
    all(core, user)
        .filter(|fill| (start..=end).contains(&fill.time.0))
        .take(PAGE)
        .map(|fill| FillDoc::new(core, user, fill))
        .collect()
}
