//! The door through which the background market trades.

use hl_quant::{Millis, Price, Side, SignedSize, Size};
use hl_wire::{Address, AssetId, Oid, Tif};

use crate::config::MarketConfig;
use crate::core::Core;
use crate::core::account::{AccountId, Owner};
use crate::core::book::BookLevel;
use crate::core::market::Trade;
use crate::core::order::{Cancellation, Incoming};
use crate::grid;
use crate::refusal::Refusal;

/// Everybody else in the market: synthetic traders, or the playback of a recording.
///
/// Called once per block, after the clients' post-only orders and cancels and before their orders
/// that may take, with the block's time. Everything it does goes through the same matching code as
/// the clients' orders. It is `Send` so that a served exchange can live on any thread.
pub trait Background: std::fmt::Debug + Send {
    /// Does what the background does at this block.
    fn advance(&mut self, now: Millis, venue: &mut Venue<'_>);

    /// One line for an operator about how it goes; nothing when there is nothing to tell.
    fn status(&self) -> Option<String> {
        None
    }

    /// What an operator should know and has not been told yet, one line each.
    fn take_notices(&mut self) -> Vec<String> {
        Vec::new()
    }
}

/// An order of an internal account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderSpec {
    /// The market.
    pub asset: AssetId,
    /// Buy or sell.
    pub side: Side,
    /// Limit price; it must be on the market's grid.
    pub price: Price,
    /// Size; it must be a whole number of lots.
    pub size: Size,
    /// How long it may live and whether it may take.
    pub tif: Tif,
}

/// What became of an internal account's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placed {
    /// It rests, perhaps after a partial fill.
    Resting(Oid),
    /// It traded this much and does not rest.
    Filled(Size),
    /// It was refused.
    Refused(Refused),
}

/// Why an internal account's order was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// No such market, or it is delisted.
    Market,
    /// The price is not on the grid.
    Price,
    /// The size is zero or not on the grid.
    Size,
    /// A post-only order would have matched.
    WouldMatch,
    /// An order that may not rest found nothing to match.
    NoMatch,
    /// Anything else, such as a position out of range.
    Other,
}

/// The exchange as an internal account sees it.
#[derive(Debug)]
pub struct Venue<'a> {
    core: &'a mut Core,
}

impl<'a> Venue<'a> {
    pub(crate) const fn new(core: &'a mut Core) -> Self {
        Self { core }
    }

    /// Time of the block being built.
    #[must_use]
    pub fn now(&self) -> Millis {
        self.core.now
    }

    /// Every market with its number, delisted ones included.
    pub fn markets(&self) -> impl Iterator<Item = (AssetId, &MarketConfig)> {
        self.core.markets.iter().map(|market| (market.asset, &market.config))
    }

    /// The number of a market by coin.
    #[must_use]
    pub fn asset(&self, coin: &str) -> Option<AssetId> {
        self.core.market_by_coin(coin).map(|market| market.asset)
    }

    /// Finds or opens an internal account: unlimited credit, no fees refused, no order history.
    pub fn open_account(&mut self, address: Address) -> AccountId {
        self.core.open_account(address, Owner::Internal)
    }

    /// Places an order and matches it at once.
    pub fn submit(&mut self, account: AccountId, order: OrderSpec) -> Placed {
        let OrderSpec { asset, side, price, size, tif } = order;
        let Some(market) = self.core.market(asset) else { return Placed::Refused(Refused::Market) };
        if market.config.listing != crate::universe::ListingState::Live {
            return Placed::Refused(Refused::Market);
        }
        let deserted = |side| self.core.is_deserted(asset, side);
        let rests = matches!(tif, Tif::Gtc | Tif::Alo);
        if rests && deserted(side) || deserted(Side::Bid) && deserted(Side::Ask) {
            return Placed::Refused(Refused::Market);
        }
        let decimals = market.config.sz_decimals.get();
        if !grid::is_legal_size(size.to_text().as_str(), decimals) {
            return Placed::Refused(Refused::Size);
        }
        let (px, sz) = (price, size);
        let spec = Incoming { account, asset, side, px, sz, tif, reduce_only: false, cloid: None };
        self.core.begin_action();
        match self.core.place(spec, price.to_text().as_str()) {
            Ok(executed) if executed.resting.is_zero() => Placed::Filled(executed.filled),
            Ok(executed) => Placed::Resting(executed.oid),
            Err(refusal) => Placed::Refused(refusal.into()),
        }
    }

    /// Cancels an order of this account; false when it is no longer open.
    pub fn cancel(&mut self, account: AccountId, asset: AssetId, oid: Oid) -> bool {
        self.core.cancel_by_oid(account, asset, oid)
    }

    /// Makes an order of this account smaller in place: it keeps its turn, which a cancel and a new
    /// order would lose. Nothing happens when it is no longer open or not larger than `by`.
    pub fn shrink(&mut self, account: AccountId, oid: Oid, by: Size) {
        let order = self.core.orders.get(&oid);
        if order.is_some_and(|order| order.spec.account == account && order.sz > by) {
            self.core.shrink(oid, by);
        }
    }

    /// Cancels everything this account has open; how many orders that were.
    pub fn cancel_all(&mut self, account: AccountId) -> usize {
        self.core.cancel_all(account, Cancellation::User)
    }

    /// What remains of an open order; nothing when it is no longer open.
    #[must_use]
    pub fn remaining(&self, oid: Oid) -> Option<Size> {
        self.core.orders.get(&oid).map(|order| order.sz)
    }

    /// An account's open orders in a market, oldest first: identifier, side, price, remaining size.
    #[must_use]
    pub fn open_orders(&self, account: AccountId, asset: AssetId) -> Vec<(Oid, Side, Price, Size)> {
        let orders = self.core.open_in(account, asset);
        orders.iter().map(|o| (o.oid, o.spec.side, o.spec.px, o.sz)).collect()
    }

    /// An account's position in a market.
    #[must_use]
    pub fn position(&self, account: AccountId, asset: AssetId) -> SignedSize {
        self.core.account(account).map_or(SignedSize::ZERO, |a| a.position(asset).szi)
    }

    /// The best price of a side.
    #[must_use]
    pub fn best(&self, asset: AssetId, side: Side) -> Option<Price> {
        self.core.market(asset)?.book.best(side)
    }

    /// The levels of one side of a book, best first.
    pub fn levels(&self, asset: AssetId, side: Side) -> impl Iterator<Item = BookLevel> + '_ {
        let market = self.core.market(asset);
        market.into_iter().flat_map(move |market| market.book.levels(side))
    }

    /// The mark price.
    #[must_use]
    pub fn mark(&self, asset: AssetId) -> Option<Price> {
        self.core.mark(asset)
    }

    /// The oracle price.
    #[must_use]
    pub fn oracle(&self, asset: AssetId) -> Option<Price> {
        self.core.market(asset).map(|market| market.oracle)
    }

    /// Publishes a new oracle price, from which the mark price follows every three seconds.
    pub fn set_oracle(&mut self, asset: AssetId, price: Price) {
        if let Some(market) = self.core.market_mut(asset) {
            market.oracle_base = price;
            market.oracle = crate::trouble::shifted(price, market.oracle_ppm);
        }
    }

    /// The market's last trades, oldest first (at most a few dozen).
    pub fn trades(&self, asset: AssetId) -> impl Iterator<Item = &Trade> + '_ {
        self.core.market(asset).into_iter().flat_map(|market| market.trades.iter())
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Tick => Self::Price,
            Refusal::BadAlo { .. } => Self::WouldMatch,
            Refusal::IocNoMatch | Refusal::NoLiquidity => Self::NoMatch,
            _ => Self::Other,
        }
    }
}
