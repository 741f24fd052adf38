//! Gathering the exchange's own totals.

use std::collections::BTreeMap;

use hl_quant::SignedSize;
use hl_wire::{Address, AssetId};

use super::Core;
use super::account::{Account, AccountId};
use crate::Usd;
use crate::truth::{AccountTruth, MarketTruth, Truth};

impl Core {
    pub(crate) fn truth(&self) -> Truth {
        Truth {
            time: self.now,
            blocks: self.blocks,
            accounts: self.account_truths(),
            markets: self.market_truths(),
            deposited: self.deposited,
            fees: self.fees,
            max_ip_weight: 0,
            max_ws_frames: 0,
            cash: self.accounts.iter().map(cash).sum(),
        }
    }

    fn account_truths(&self) -> BTreeMap<Address, AccountTruth> {
        (0_u32..)
            .map(AccountId)
            .zip(&self.accounts)
            .filter(|(_, account)| !account.is_internal())
            .map(|(id, account)| (account.address, self.account_truth(id, account)))
            .collect()
    }

    fn account_truth(&self, id: AccountId, account: &Account) -> AccountTruth {
        let mut truth = account.stats.clone();
        truth.open_orders = count(account.open.len());
        truth.account_value = self.account_value(id);
        truth.requests = account.requests.used;
        for (asset, position) in &account.positions {
            truth.positions.insert(self.coin(*asset), position.szi);
        }
        for (asset, stats) in &account.market_stats {
            let mut stats = *stats;
            stats.open_orders = count(self.open_in(id, *asset).len());
            truth.markets.insert(self.coin(*asset), stats);
        }
        truth
    }

    fn market_truths(&self) -> BTreeMap<String, MarketTruth> {
        let mut longs: BTreeMap<AssetId, SignedSize> = BTreeMap::new();
        for (asset, position) in self.accounts.iter().flat_map(|account| &account.positions) {
            let long = longs.entry(*asset).or_default();
            let held = position.szi.raw().max(0);
            *long = SignedSize::from_raw(long.raw().saturating_add(held));
        }
        let market = |market: &super::market::Market| MarketTruth {
            open_interest: longs.get(&market.asset).copied().unwrap_or_default(),
            open_orders: count(market.book.len()),
            ..market.stats
        };
        self.markets.iter().map(|m| (m.config.coin.clone(), market(m))).collect()
    }

    /// A market's name; empty for a number without market.
    pub(crate) fn coin(&self, asset: AssetId) -> String {
        self.market(asset).map(|market| market.config.coin.clone()).unwrap_or_default()
    }

    /// Sum of the long positions of one market.
    pub(crate) fn open_interest(&self, asset: AssetId) -> SignedSize {
        let held = |account: &Account| account.position(asset).szi.raw().max(0);
        let total = self.accounts.iter().map(held).fold(0_i64, i64::saturating_add);
        SignedSize::from_raw(total)
    }
}

fn cash(account: &Account) -> Usd {
    let isolated: Usd = account.positions.values().map(|position| position.isolated).sum();
    account.cash + account.spot + isolated
}

fn count(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}
