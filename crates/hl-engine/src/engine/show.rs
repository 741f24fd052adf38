//! What the engine shows beyond what it decides by: for a screen, not for the loop.

use super::Engine;
use crate::{AccountMoney, BookLevel, MarketId};

impl Engine {
    /// The book of one market as last heard: bids, then asks, the best of each first.
    pub fn book(&self, market: MarketId) -> impl Iterator<Item = BookLevel> + '_ {
        self.markets.get(market.index()).into_iter().flat_map(|market| market.book.view())
    }

    /// The money of the account, as the last report of it said; `None` before the first one.
    #[must_use]
    pub const fn account_money(&self) -> Option<AccountMoney> {
        self.risk.money
    }
}
