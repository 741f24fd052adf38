//! One user of the exchange.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use hl_quant::{Millis, Price, Side, SignedSize, Size};
use hl_wire::{Address, AssetId, Cloid, Oid};

use super::order::{Record, Status};
use super::position::{Leverage, Position};
use crate::Usd;
use crate::fault::LiqMethod;
use crate::truth::{AccountMarketTruth, AccountTruth};
use crate::witness::Cause;

/// An account's place in the exchange's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(pub(crate) u32);

/// Orders that `orderStatus` and `historicalOrders` remember per account.
const ORDERS_KEPT: usize = 2_000;
/// Fills that `userFillsByTime` remembers per account.
const FILLS_KEPT: usize = 10_000;
/// Payments and ledger entries that are remembered per account.
const ENTRIES_KEPT: usize = 2_000;

/// Who an account belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// A client that signs.
    User,
    /// The background market: unlimited credit, no history, no limits.
    Internal,
}

/// One side of a trade as its owner sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fill {
    pub(crate) asset: AssetId,
    pub(crate) px: Price,
    pub(crate) sz: Size,
    pub(crate) side: Side,
    pub(crate) time: Millis,
    pub(crate) start_position: SignedSize,
    pub(crate) dir: &'static str,
    pub(crate) closed_pnl: Usd,
    pub(crate) hash: [u8; 32],
    pub(crate) oid: Oid,
    pub(crate) crossed: bool,
    pub(crate) fee: Usd,
    pub(crate) tid: u64,
    pub(crate) cloid: Option<Cloid>,
    /// When its owner can learn of it; later than `time` only under a fault.
    pub(crate) told: Millis,
    pub(crate) cause: Cause,
    /// The price and manner of the liquidation that it belongs to.
    pub(crate) liquidation: Option<(Price, LiqMethod)>,
}

/// A funding payment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Funding {
    pub(crate) asset: AssetId,
    pub(crate) time: Millis,
    /// What the account got; negative when it paid.
    pub(crate) usd: Usd,
    pub(crate) szi: SignedSize,
    pub(crate) rate_ppm: i64,
}

/// Why money came or went other than by trading and funding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Movement {
    Deposit,
    Withdrawal,
    /// Between the perpetuals and the spot side.
    ClassTransfer,
    /// A liquidation: what was held, what it was worth, and what the account was worth.
    Liquidation {
        notional: Usd,
        value: Usd,
        positions: Vec<(AssetId, SignedSize)>,
    },
}

/// An entry of an account's ledger.
#[derive(Clone, Debug)]
pub(crate) struct LedgerEntry {
    pub(crate) time: Millis,
    pub(crate) hash: [u8; 32],
    /// What the perpetuals side got; negative when it lost.
    pub(crate) usd: Usd,
    pub(crate) movement: Movement,
}

/// An armed or spent dead man's switch.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Schedule {
    pub(crate) at: Option<Millis>,
    /// The UTC day that `fired` counts.
    pub(crate) day: u64,
    pub(crate) fired: u32,
}

/// Requests counted against the address.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Requests {
    pub(crate) used: u64,
    /// Counted as used while a fault says so.
    pub(crate) burnt: u64,
    pub(crate) reserved: u64,
    /// When the last request beyond the limit was let through.
    pub(crate) last_extra: Option<Millis>,
}

/// Everything the exchange knows about one account.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) address: Address,
    pub(crate) owner: Owner,
    /// Perpetuals cash (`rawUsd` of the cross account).
    pub(crate) cash: Usd,
    /// USDC on the spot side.
    pub(crate) spot: Usd,
    pub(crate) positions: BTreeMap<AssetId, Position>,
    pub(crate) leverage: BTreeMap<AssetId, Leverage>,
    pub(crate) open: BTreeSet<Oid>,
    pub(crate) reduce_only_open: usize,
    pub(crate) cloids: BTreeMap<Cloid, Oid>,
    pub(crate) records: BTreeMap<Oid, Record>,
    pub(crate) fills: VecDeque<Fill>,
    pub(crate) fundings: VecDeque<Funding>,
    pub(crate) ledger: VecDeque<LedgerEntry>,
    pub(crate) schedule: Schedule,
    pub(crate) requests: Requests,
    pub(crate) stats: AccountTruth,
    pub(crate) market_stats: BTreeMap<AssetId, AccountMarketTruth>,
}

impl Account {
    pub(crate) fn new(address: Address, owner: Owner) -> Self {
        Self {
            address,
            owner,
            cash: Usd::ZERO,
            spot: Usd::ZERO,
            positions: BTreeMap::new(),
            leverage: BTreeMap::new(),
            open: BTreeSet::new(),
            reduce_only_open: 0,
            cloids: BTreeMap::new(),
            records: BTreeMap::new(),
            fills: VecDeque::new(),
            fundings: VecDeque::new(),
            ledger: VecDeque::new(),
            schedule: Schedule::default(),
            requests: Requests::default(),
            stats: AccountTruth::default(),
            market_stats: BTreeMap::new(),
        }
    }

    pub(crate) fn is_internal(&self) -> bool {
        self.owner == Owner::Internal
    }

    pub(crate) fn position(&self, asset: AssetId) -> Position {
        self.positions.get(&asset).copied().unwrap_or_default()
    }

    /// Everything traded since the account was opened.
    pub(crate) fn volume(&self) -> Usd {
        self.stats.maker_volume + self.stats.taker_volume
    }

    /// Remembers an order's status, forgetting the oldest closed one beyond the limit.
    pub(crate) fn remember(&mut self, record: Record) {
        let oid = record.order.oid;
        if let Some(cloid) = record.order.spec.cloid {
            // By cloid the latest order wins, and an older one's cancellation does not change that.
            let latest = self.cloids.entry(cloid).or_insert(oid);
            *latest = (*latest).max(oid);
        }
        self.records.insert(oid, record);
        if self.records.len() > ORDERS_KEPT + self.open.len() {
            let closed = self.records.iter().find(|(_, old)| old.status != Status::Open);
            if let Some((oldest, old)) = closed.map(|(oid, old)| (*oid, *old)) {
                self.records.remove(&oldest);
                if let Some(cloid) = old.order.spec.cloid
                    && self.cloids.get(&cloid) == Some(&oldest)
                {
                    self.cloids.remove(&cloid);
                }
            }
        }
    }

    /// Remembers a fill.
    pub(crate) fn remember_fill(&mut self, fill: Fill) {
        self.fills.push_back(fill);
        if self.fills.len() > FILLS_KEPT {
            self.fills.pop_front();
        }
    }

    /// Remembers a funding payment.
    pub(crate) fn remember_funding(&mut self, funding: Funding) {
        self.fundings.push_back(funding);
        if self.fundings.len() > ENTRIES_KEPT {
            self.fundings.pop_front();
        }
    }

    /// Remembers an entry of the ledger.
    pub(crate) fn remember_entry(&mut self, entry: LedgerEntry) {
        self.ledger.push_back(entry);
        if self.ledger.len() > ENTRIES_KEPT {
            self.ledger.pop_front();
        }
    }
}
