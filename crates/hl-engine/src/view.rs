//! What the engine shows of itself, for a status screen.

use hl_quant::{Price, Side, SignedSize, Size};
use hl_wire::Cloid;

use crate::{Arrivals, Cold, NoQuote, Pair, Ppm, Stats, Usd, Volatility};

/// One market as the engine sees it.
#[derive(Clone, Debug)]
pub struct MarketView<'a> {
    /// Its symbol.
    pub pair: &'a Pair,
    /// Why it does not quote; `None` while it does.
    pub why_not: Option<NoQuote>,
    /// The best bid and ask, our own orders included; `None` while unknown.
    pub touch: Option<(Price, Price)>,
    /// Halfway between them.
    pub mid: Option<Price>,
    /// The distance between them as a part of the mid.
    pub spread: Option<Ppm>,
    /// What the quotes are centred on: the last one that could be computed.
    pub fair: Option<Price>,
    /// What we hold.
    pub position: SignedSize,
    /// What this run has made: cash plus position at the last fair price, less what the position
    /// that it found was worth at its first; `None` for a position without a price.
    pub profit: Option<Usd>,
    /// How much the price moves, or why that is not known.
    pub volatility: Result<Volatility, Cold>,
    /// How often and how far trades reach, or why that is not known.
    pub arrivals: Result<Arrivals, Cold>,
    /// The counters.
    pub stats: &'a Stats,
}

/// One order of ours that may be live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderView {
    /// Its name.
    pub cloid: Cloid,
    /// Its side.
    pub side: Side,
    /// Its price.
    pub price: Price,
    /// What has not traded.
    pub remaining: Size,
    /// How far it got.
    pub state: OrderState,
}

/// How far an order got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OrderState {
    /// Sent, not answered.
    Pending,
    /// Resting, as far as we know.
    Live,
    /// Resting or gone: a cancel is on its way, or the order that replaces it.
    PendingCancel,
    /// Nobody knows. Its exposure stays reserved until the venue's word settles it.
    Unknown,
    /// Gone, with fills perhaps still to come.
    Closed,
}
