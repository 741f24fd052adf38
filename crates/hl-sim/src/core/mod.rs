//! The exchange proper: markets, accounts, money and matching, without any wire format.

pub(crate) mod account;
pub(crate) mod admin;
pub(crate) mod batch;
pub(crate) mod book;
pub(crate) mod cancel;
pub(crate) mod margin;
pub(crate) mod market;
pub(crate) mod matching;
pub(crate) mod order;
pub(crate) mod place;
pub(crate) mod position;
pub(crate) mod reduce;
pub(crate) mod settle;
pub(crate) mod truth;

use std::collections::BTreeMap;

use hl_quant::{Millis, Side, Size};
use hl_wire::{Address, AssetId, Oid};

use crate::Usd;
use crate::config::ExchangeConfig;
use crate::trouble::Trouble;
use account::{Account, AccountId, Fill, Funding, LedgerEntry, Owner};
use market::{Market, Trade};
use order::{Cancellation, Order, Record, Status};

/// Something that streams may have to tell.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    Order(AccountId, Box<Record>),
    Fill(AccountId, Box<Fill>),
    Trade(Trade),
    /// The exchange took an order away for a reason of its own.
    NonUserCancel(AccountId, AssetId, Oid),
    /// A funding payment.
    Funding(AccountId, Funding),
    /// An entry of the ledger.
    Ledger(AccountId, Box<LedgerEntry>),
}

/// An approved API wallet.
#[derive(Clone, Debug)]
pub(crate) struct Agent {
    pub(crate) master: AccountId,
    /// Nothing for the unnamed slot.
    pub(crate) name: Option<String>,
    pub(crate) valid_until: Millis,
}

/// All state that actions change.
#[derive(Clone, Debug)]
pub(crate) struct Core {
    pub(crate) config: ExchangeConfig,
    /// Time of the last block.
    pub(crate) now: Millis,
    pub(crate) blocks: u64,
    pub(crate) markets: Vec<Market>,
    pub(crate) accounts: Vec<Account>,
    pub(crate) by_address: BTreeMap<Address, AccountId>,
    pub(crate) agents: BTreeMap<Address, Agent>,
    pub(crate) orders: BTreeMap<Oid, Order>,
    pub(crate) events: Vec<Event>,
    pub(crate) fees: Usd,
    pub(crate) deposited: Usd,
    /// Hash of the action being executed.
    pub(crate) hash: [u8; 32],
    /// Faults that are active.
    pub(crate) trouble: Trouble,
    /// Two markets whose numbers are exchanged for the outside.
    pub(crate) swapped: Option<(AssetId, AssetId)>,
    seed: u64,
    actions: u64,
    next_oid: u64,
}

/// First order identifier, of the size that the live venue uses today.
const FIRST_OID: u64 = 90_000_000_000;

impl Core {
    pub(crate) fn new(config: ExchangeConfig, seed: u64) -> Self {
        let markets = (0_u32..)
            .zip(config.markets.iter().cloned())
            .map(|(index, market)| Market::new(AssetId(index), market))
            .collect();
        Self {
            config,
            now: Millis(0),
            blocks: 0,
            markets,
            accounts: Vec::new(),
            by_address: BTreeMap::new(),
            agents: BTreeMap::new(),
            orders: BTreeMap::new(),
            events: Vec::new(),
            fees: Usd::ZERO,
            deposited: Usd::ZERO,
            hash: [0; 32],
            trouble: Trouble::new(seed),
            swapped: None,
            seed,
            actions: 0,
            next_oid: FIRST_OID.saturating_add(mix(seed) % 1_000_000_000),
        }
    }

    pub(crate) fn market(&self, asset: AssetId) -> Option<&Market> {
        self.markets.get(usize::try_from(asset.0).ok()?)
    }

    pub(crate) fn market_mut(&mut self, asset: AssetId) -> Option<&mut Market> {
        self.markets.get_mut(usize::try_from(asset.0).ok()?)
    }

    pub(crate) fn market_by_coin(&self, coin: &str) -> Option<&Market> {
        self.markets.iter().find(|market| market.config.coin == coin)
    }

    pub(crate) fn account(&self, id: AccountId) -> Option<&Account> {
        self.accounts.get(usize::try_from(id.0).ok()?)
    }

    pub(crate) fn account_mut(&mut self, id: AccountId) -> Option<&mut Account> {
        self.accounts.get_mut(usize::try_from(id.0).ok()?)
    }

    pub(crate) fn account_at(&self, address: Address) -> Option<&Account> {
        self.account(*self.by_address.get(&address)?)
    }

    pub(crate) fn is_internal(&self, id: AccountId) -> bool {
        self.account(id).is_some_and(Account::is_internal)
    }

    /// Finds or opens an account.
    pub(crate) fn open_account(&mut self, address: Address, owner: Owner) -> AccountId {
        if let Some(id) = self.by_address.get(&address) {
            return *id;
        }
        let id = AccountId(u32::try_from(self.accounts.len()).unwrap_or(u32::MAX));
        self.accounts.push(Account::new(address, owner));
        self.by_address.insert(address, id);
        id
    }

    /// Pays USDC from outside into an account's perpetuals side.
    pub(crate) fn deposit(&mut self, id: AccountId, usd: Usd) {
        if let Some(account) = self.account_mut(id) {
            account.cash += usd;
            self.deposited += usd;
        }
    }

    pub(crate) fn allocate_oid(&mut self) -> Oid {
        let oid = Oid(self.next_oid);
        self.next_oid = self.next_oid.saturating_add(1);
        oid
    }

    /// Gives the action about to be executed its hash.
    pub(crate) fn begin_action(&mut self) {
        self.actions = self.actions.saturating_add(1);
        let mut state = mix(self.seed ^ mix(self.actions));
        for chunk in self.hash.chunks_mut(8) {
            state = mix(state);
            chunk.copy_from_slice(&state.to_be_bytes());
        }
    }

    /// Records an order's new status and tells its owner.
    pub(crate) fn report(&mut self, order: Order, status: Status) {
        let id = order.spec.account;
        let record = Record { order, status, status_time: self.now };
        let Some(account) = self.account_mut(id) else { return };
        if !account.is_internal() {
            account.remember(record);
            self.events.push(Event::Order(id, Box::new(record)));
        }
    }

    /// Takes a resting order out of the table, the book and its owner's list.
    pub(crate) fn unlink(&mut self, oid: Oid) -> Option<Order> {
        let order = self.orders.remove(&oid)?;
        let spec = order.spec;
        if let Some(market) = self.market_mut(spec.asset) {
            market.book.remove(spec.side, spec.px, order.sz, oid);
        }
        if let Some(account) = self.account_mut(spec.account) {
            account.open.remove(&oid);
            if spec.reduce_only {
                account.reduce_only_open = account.reduce_only_open.saturating_sub(1);
            }
        }
        Some(order)
    }

    /// Puts what remains of an order into the book.
    pub(crate) fn link(&mut self, order: Order) {
        let spec = order.spec;
        if let Some(market) = self.market_mut(spec.asset) {
            market.book.insert(spec.side, spec.px, order.sz, order.oid);
        }
        if let Some(account) = self.account_mut(spec.account) {
            account.open.insert(order.oid);
            let open = u64::try_from(account.open.len()).unwrap_or(u64::MAX);
            account.stats.max_open_orders = account.stats.max_open_orders.max(open);
            if spec.reduce_only {
                account.reduce_only_open = account.reduce_only_open.saturating_add(1);
            }
        }
        self.orders.insert(order.oid, order);
    }

    /// Makes a resting order smaller in place; it keeps its turn.
    pub(crate) fn shrink(&mut self, oid: Oid, by: Size) {
        let Some(order) = self.orders.get_mut(&oid) else { return };
        order.sz = order.sz.saturating_sub(by);
        let spec = order.spec;
        if let Some(market) = self.market_mut(spec.asset) {
            market.book.shrink(spec.side, spec.px, by);
        }
    }

    /// Cancels a resting order for a reason and tells its owner.
    pub(crate) fn cancel_resting(&mut self, oid: Oid, why: Cancellation) -> Option<Order> {
        let order = self.unlink(oid)?;
        let id = order.spec.account;
        if let Some(account) = self.account_mut(id) {
            account.stats.canceled = account.stats.canceled.saturating_add(1);
        }
        self.report(order, Status::Canceled(why));
        // The owner asked for a cancel, or learns of a reduce-only one from the closing fill.
        let quiet = matches!(why, Cancellation::User | Cancellation::ReduceOnly);
        if !quiet && !self.is_internal(id) {
            self.events.push(Event::NonUserCancel(id, order.spec.asset, oid));
        }
        Some(order)
    }

    /// The identifiers of an account's open orders in one market.
    pub(crate) fn open_in(&self, id: AccountId, asset: AssetId) -> Vec<Order> {
        let Some(account) = self.account(id) else { return Vec::new() };
        let orders = account.open.iter().filter_map(|oid| self.orders.get(oid));
        orders.filter(|order| order.spec.asset == asset).copied().collect()
    }

    /// A trade's 50-bit identifier, a hash of the two orders (docs: `tid`).
    pub(crate) fn tid(buyer: Oid, seller: Oid) -> u64 {
        mix(mix(buyer.0) ^ seller.0.rotate_left(32)) & ((1 << 50) - 1)
    }

    /// The buyer's and seller's halves of a pair given as aggressor and resting side.
    pub(crate) fn buyer_first<T>(aggressor: Side, taker: T, maker: T) -> [T; 2] {
        match aggressor {
            Side::Bid => [taker, maker],
            Side::Ask => [maker, taker],
        }
    }
}

/// One step of SplitMix64: a well-spread function of a number, for identifiers and for drawing from
/// a seed what needs no stream of random numbers. No protection against anybody.
#[must_use]
pub const fn mix(value: u64) -> u64 {
    let z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
