//! Where the money went: profit in parts that add up to the venue's own account, to the last digit.
//!
//! [`Profit`] is fed with the inputs of the engine, live or from a journal, and keeps sums. A
//! [`Statement`] of it says what the account gained between the first and the last of the venue's
//! documents about it, and splits that by market and hour into
//!
//! - **spread**: what each trade was better than the mid of its moment;
//! - **inventory**: what positions gained or lost from there on, by the venue's marks;
//! - **fees**, **rebates** and **funding**, as the venue told them, trade by trade.
//!
//! With what was transferred this is everything that can move the account, so for any two documents
//!
//! ```text
//! value(B) - value(A) = spread + inventory - fees + rebates + funding + transfers
//! ```
//!
//! holds to the unit, a millionth of a dollar. What does not is a trade, a payment or a document that
//! is missing, told twice or wrong: [`Statement::breaks`] says between which two documents, and how
//! much.
//!
//! ```
//! use hl_engine::{AccountMoney, Fill, Input, Liquidity, MarketId, Pair, Position, RequestId, Usd};
//! use hl_journal::profit::Profit;
//! use hl_quant::{Millis, Side, SignedSize};
//! use hl_wire::Oid;
//!
//! let usd = |cents: i64| Usd::from_e8(cents * 1_000_000);
//! let (market, request) = (MarketId(0), RequestId(1));
//! let level = |price: &str| hl_engine::Level { price: price.parse().unwrap(), size: "9".parse().unwrap() };
//! let account = |time, cents, positions| Input::Account {
//!     request, time: Millis(time), positions, money: AccountMoney::idle(usd(cents)),
//! };
//!
//! let mut profit = Profit::new();
//! profit.run(&[Pair::new("SOL")]);
//! profit.feed(Millis(1), &account(0, 100_000, &[]));
//! let (bid, ask) = (Some(level("150.00")), Some(level("150.10")));
//! profit.feed(Millis(5), &Input::Bbo { market, time: Millis(5), bid, ask });
//! // Two bought at the bid, five cents under the mid, for a fee of one cent. Then the mark rises.
//! profit.feed(Millis(8), &Input::Fill(Fill {
//!     market, time: Millis(7), tid: 1, oid: Oid(1), cloid: None, side: Side::Bid,
//!     price: "150".parse().unwrap(), size: "2".parse().unwrap(), liquidity: Liquidity::Maker,
//!     fee: usd(1), start_position: SignedSize::ZERO,
//! }));
//! let size = "2".parse().unwrap();
//! let held = [Position { market, size, value: usd(30_100) }];
//! profit.feed(Millis(9), &account(8, 100_099, &held));
//! profit.told_through(Millis(9));
//!
//! let statement = profit.statement();
//! assert_eq!(statement.change(), usd(99));
//! assert_eq!((statement.total.spread, statement.total.inventory), (usd(10), usd(90)));
//! assert!(statement.reconciles());
//! ```
//!
//! # Hours
//!
//! What was held over the edge of an hour is valued there at the mark of that moment, and both hours
//! use the same number, so that hours add up to their market and markets to the total.
//!
//! # What it does not do
//!
//! It trusts no count of the engine: it reads the same documents and knows each trade by its own
//! time and number. It does not see trades in markets that the engine does not have: what they cost
//! shows as a difference.

mod account;
mod market;
mod parts;
mod prices;
mod print;
mod statement;

use std::collections::{BTreeMap, BTreeSet};

use hl_engine::{
    AccountMoney, Event, EventKind, Fill, Funding, Input, MarketId, Pair, Position, ReconLine,
    RequestId, Transfer, Usd,
};
use hl_quant::{Millis, Price};

pub use account::Break;
pub use parts::{HORIZONS_MS, Hour, Markout, Parts, Tier, Tiers};
pub use statement::{MarketStatement, Statement};

use account::{Account, Doc, Stated};
use market::{Item, Market, What};

/// How many trades are known by their names. A stream begins with the last 2,000 of the account; what
/// is older than the oldest of these is taken for one of them.
const KNOWN: usize = 65_536;

/// Keeps the account. Pure: the same inputs give the same statement.
#[derive(Clone, Debug, Default)]
pub struct Profit {
    markets: Vec<Market>,
    /// The places in `markets` of the markets of the present run.
    of_run: Vec<usize>,
    account: Account,
    /// Trades by time, market and number.
    fills: Known<(Millis, usize, u64)>,
    /// Payments by time and market.
    fundings: Known<(Millis, usize)>,
    /// How often each transfer was in an answer: the same sum may move twice in a moment.
    transfers: BTreeMap<(Millis, Usd), u32>,
    /// What counts of them, by the hour.
    moved: BTreeMap<Hour, Usd>,
    /// Every trade up to this moment has been told.
    fills_through: Millis,
    /// The newest document that the ledger has been read after.
    ledger_through: Millis,
    newest: Millis,
}

/// Names that have been heard.
#[derive(Clone, Debug)]
struct Known<K> {
    names: BTreeSet<K>,
    /// What is not after this may have been heard.
    forgotten: Millis,
}

impl<K> Default for Known<K> {
    fn default() -> Self {
        Self { names: BTreeSet::new(), forgotten: Millis(0) }
    }
}

impl<K: Ord + Copy> Known<K> {
    /// Whether this is the first time.
    fn is_new(&mut self, time: Millis, name: K, moment: impl Fn(&K) -> Millis) -> bool {
        if time < self.forgotten || !self.names.insert(name) {
            return false;
        }
        if self.names.len() > KNOWN
            && let Some(oldest) = self.names.pop_first()
        {
            self.forgotten = self.forgotten.max(moment(&oldest).plus(1));
        }
        true
    }
}

impl Profit {
    /// Nothing known yet. The account begins with the first document.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A run of the engine begins, with these markets in the order of their numbers. The account goes
    /// on: what traded while nothing ran is told after the start.
    pub fn run(&mut self, pairs: &[Pair]) {
        self.of_run.clear();
        for pair in pairs {
            let place = self.markets.iter().position(|market| market.name == pair.as_str());
            let place = place.unwrap_or_else(|| {
                self.markets.push(Market::new(pair.as_str()));
                self.markets.len().saturating_sub(1)
            });
            self.of_run.push(place);
        }
    }

    /// One input of the engine, as it was told.
    pub fn feed(&mut self, now: Millis, input: &Input<'_>) {
        match input {
            Input::Book { market, time, bids, asks } => {
                if let Some((bid, ask)) = bids.first().zip(asks.first()) {
                    self.book(*market, *time, bid.price, ask.price);
                }
            }
            Input::Bbo { market, time, bid: Some(bid), ask: Some(ask) } => {
                self.book(*market, *time, bid.price, ask.price);
            }
            Input::Reference { market, mark: Some(mark), .. } => {
                if let Some((_, market)) = self.market(*market) {
                    market.prices.mark(now, *mark);
                }
            }
            Input::Fill(fill) => self.fill(fill),
            Input::Fills { fills, .. } => fills.iter().for_each(|fill| self.fill(fill)),
            Input::Funding(funding) => self.funding(funding),
            Input::Ledger { request, transfers } => {
                if *request == RequestId::UNASKED {
                    // The shell's last words: the account, then the fills, then this.
                    self.fills_through = self.fills_through.max(self.newest);
                }
                self.ledger(transfers);
            }
            Input::Account { time, positions, money, .. } => self.state(*time, positions, *money),
            _ => {}
        }
    }

    /// One event of the engine: that all trades up to a moment have been told.
    pub fn event(&mut self, event: &Event) {
        if let EventKind::Recon(ReconLine::Fills { through }) = event.kind {
            self.fills_through = self.fills_through.max(through);
            self.settle(self.fills_through.min(self.ledger_through));
        }
    }

    /// Everything that happened up to this moment has been told, as somebody else knows.
    pub fn told_through(&mut self, through: Millis) {
        self.fills_through = self.fills_through.max(through);
        self.ledger_through = self.ledger_through.max(through);
        self.settle(through);
    }

    /// What is accounted for by now.
    #[must_use]
    pub fn statement(&self) -> Statement {
        let mut statement = Statement::default();
        let Some((first, last)) = self.account.ends() else { return statement };
        statement.start = Some((first.time, first.value));
        statement.end = Some((last.time, last.value));
        for (index, market) in self.markets.iter().enumerate() {
            statement.market(market, index, first, last);
        }
        statement.transfers = self.moved.clone();
        let name = |index: usize| self.markets.get(index).map(|it| it.name.clone());
        statement.breaks = self.account.breaks(|index| name(index).unwrap_or_default());
        let count = |n| u64::try_from(n).unwrap_or(u64::MAX);
        statement.documents = (count(self.account.docs().len()), count(self.account.waiting()));
        statement
    }

    /// What the account was worth, at each document that is accounted for: a curve.
    #[must_use]
    pub fn equity(&self) -> impl ExactSizeIterator<Item = (Millis, Usd)> {
        self.account.docs().iter().map(|doc| (doc.time, doc.value))
    }

    fn market(&mut self, market: MarketId) -> Option<(usize, &mut Market)> {
        let place = *self.of_run.get(market.index())?;
        self.markets.get_mut(place).map(|market| (place, market))
    }

    fn book(&mut self, market: MarketId, time: Millis, bid: Price, ask: Price) {
        if let Some((_, market)) = self.market(market) {
            market.prices.book(time, bid, ask);
            market.look();
        }
    }

    fn fill(&mut self, fill: &Fill) {
        // What happened before the first document is in it.
        if self.account.begin().is_none_or(|begin| fill.time <= begin) {
            return;
        }
        let Some(place) = self.of_run.get(fill.market.index()).copied() else { return };
        if !self.fills.is_new(fill.time, (fill.time, place, fill.tid), |(time, ..)| *time) {
            return;
        }
        let item = self.markets.get_mut(place).and_then(|market| market.item(place, fill));
        if let Some(item) = item {
            self.item(item);
        }
    }

    fn funding(&mut self, funding: &Funding) {
        if self.account.begin().is_none_or(|begin| funding.time <= begin) {
            return;
        }
        let Some(market) = self.of_run.get(funding.market.index()).copied() else { return };
        if self.fundings.is_new(funding.time, (funding.time, market), |(time, _)| *time) {
            let what = What::Funding { market };
            self.item(Item { time: funding.time, cash: funding.amount, what });
        }
    }

    fn ledger(&mut self, transfers: &[Transfer]) {
        let mut heard: BTreeMap<(Millis, Usd), u32> = BTreeMap::new();
        for transfer in transfers {
            let count = heard.entry((transfer.time, transfer.amount)).or_default();
            *count = count.saturating_add(1);
        }
        for ((time, amount), count) in heard {
            let known = self.transfers.entry((time, amount)).or_default();
            let more = count.saturating_sub(*known);
            *known = (*known).max(count);
            for _ in 0..more {
                self.item(Item { time, cash: amount, what: What::Transfer });
            }
        }
        self.ledger_through = self.ledger_through.max(self.newest);
        self.settle(self.fills_through.min(self.ledger_through));
    }

    fn state(&mut self, time: Millis, positions: &[Position], money: AccountMoney) {
        let mut stated = Vec::with_capacity(positions.len());
        for position in positions {
            let size = i128::from(position.size.raw());
            let Some((place, market)) = self.market(position.market) else { continue };
            // What the venue values it at is its mark price.
            let mark = position.value.raw().checked_div(size);
            let mark = mark.and_then(|mark| u64::try_from(mark).ok());
            if let Some(mark) = mark.and_then(Price::from_raw) {
                market.prices.mark(time, mark);
            }
            stated.push(Stated { market: place, size, value: position.value });
        }
        if self.account.state(Doc::new(time, money, stated)) {
            self.newest = self.newest.max(time);
        }
    }

    fn item(&mut self, item: Item) {
        if let Some(item) = self.account.item(item) {
            self.count(&item);
        }
    }

    fn settle(&mut self, through: Millis) {
        for item in self.account.settle(through) {
            self.count(&item);
        }
    }

    fn count(&mut self, item: &Item) {
        match &item.what {
            What::Fill { fill, market, spread } => {
                if let Some(market) = self.markets.get_mut(*market) {
                    market.count(fill, *spread);
                }
            }
            What::Funding { market } => {
                if let Some(market) = self.markets.get_mut(*market) {
                    let bucket = market.hours.entry(Hour::of(item.time)).or_default();
                    bucket.parts.funding = bucket.parts.funding.plus(item.cash);
                }
            }
            What::Transfer => {
                let sum = self.moved.entry(Hour::of(item.time)).or_default();
                *sum = sum.plus(item.cash);
            }
        }
    }
}
