//! What one block has to tell, gathered once for all subscribers.

use std::collections::BTreeMap;

use hl_wire::{Address, AssetId, Oid};

use super::frames;
use crate::core::account::{AccountId, Fill, Funding, LedgerEntry};
use crate::core::market::Trade;
use crate::core::order::Record;
use crate::core::{Core, Event};

/// One user's share of a block.
#[derive(Debug, Default)]
struct UserNews {
    records: Vec<Record>,
    fills: Vec<Fill>,
    cancels: Vec<(AssetId, Oid)>,
    fundings: Vec<Funding>,
    entries: Vec<LedgerEntry>,
}

/// The frames of one block, by what they are about.
#[derive(Debug, Default)]
pub(super) struct BlockFrames {
    pub(super) order_updates: BTreeMap<Address, String>,
    pub(super) user_fills: BTreeMap<Address, String>,
    pub(super) user_events: BTreeMap<Address, Vec<String>>,
    pub(super) user_fundings: BTreeMap<Address, String>,
    pub(super) user_ledgers: BTreeMap<Address, String>,
    pub(super) bbo: BTreeMap<String, String>,
    pub(super) trades: BTreeMap<String, String>,
}

impl BlockFrames {
    /// Writes the frames for a block's events and remembers which best prices were shown.
    pub(super) fn gather(core: &mut Core, events: Vec<Event>) -> Self {
        let mut users: BTreeMap<AccountId, UserNews> = BTreeMap::new();
        let mut trades: BTreeMap<AssetId, Vec<Trade>> = BTreeMap::new();
        for event in events {
            match event {
                Event::Order(id, record) => users.entry(id).or_default().records.push(*record),
                Event::Fill(id, fill) => users.entry(id).or_default().fills.push(*fill),
                Event::NonUserCancel(id, asset, oid) => {
                    users.entry(id).or_default().cancels.push((asset, oid));
                }
                Event::Funding(id, funding) => users.entry(id).or_default().fundings.push(funding),
                Event::Ledger(id, entry) => users.entry(id).or_default().entries.push(*entry),
                Event::Trade(trade) => trades.entry(trade.asset).or_default().push(trade),
            }
        }
        let mut frames = Self::default();
        for (id, mut news) in users {
            if core.trouble.shuffles_fills() {
                news.fills.reverse();
            }
            if let Some(user) = core.account(id).map(|account| account.address) {
                frames.add_user(core, user, &news);
            }
        }
        for (asset, list) in trades {
            frames.trades.insert(core.coin(asset), frames::trades(core, list.iter()));
        }
        frames.add_bbos(core);
        frames
    }

    fn add_user(&mut self, core: &Core, user: Address, news: &UserNews) {
        if !news.records.is_empty() {
            self.order_updates.insert(user, frames::order_updates(core, &news.records));
        }
        let mut events = Vec::new();
        if !news.fills.is_empty() {
            self.user_fills.insert(user, frames::user_fills(core, user, &news.fills));
            events.push(frames::user_fill_event(core, user, &news.fills));
        }
        if !news.fundings.is_empty() {
            self.user_fundings.insert(user, frames::user_fundings(core, user, &news.fundings));
            events.extend(news.fundings.iter().map(|one| frames::user_funding_event(core, one)));
        }
        if !news.entries.is_empty() {
            self.user_ledgers.insert(user, frames::user_ledger(core, user, &news.entries));
            events
                .extend(news.entries.iter().filter_map(|one| frames::liquidation_event(user, one)));
        }
        if !news.cancels.is_empty() {
            events.push(frames::user_cancel_event(core, &news.cancels));
        }
        if !events.is_empty() {
            self.user_events.insert(user, events);
        }
    }

    fn add_bbos(&mut self, core: &mut Core) {
        let mut changed = Vec::new();
        for market in &core.markets {
            let now = market.book.bbo();
            if market.shown != Some(now) {
                self.bbo.insert(market.config.coin.clone(), frames::bbo(core, market));
                changed.push((market.asset, now));
            }
        }
        for (asset, now) in changed {
            if let Some(market) = core.market_mut(asset) {
                market.shown = Some(now);
            }
        }
    }
}
