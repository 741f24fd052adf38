//! What the engine shows of itself, for a status screen.

use hl_quant::{Millis, Notional, Price, Side, SignedSize, Size};
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
    /// Milliseconds since the snapshots of the book last spoke; `None` before they have.
    pub book_age_ms: Option<u64>,
    /// What we hold.
    pub position: SignedSize,
    /// The largest value that the position can reach by any subset of fills of what may be in the
    /// book; `None` without a price.
    pub worst: Option<Notional>,
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

/// One price of the book as last heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BookLevel {
    /// Which side.
    pub side: Side,
    /// At what price.
    pub price: Price,
    /// All that rests there, our own orders included.
    pub size: Size,
    /// What of it is not ours.
    pub others: Size,
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

/// When the questions were asked whose answers the engine last took; `None` before the first of the
/// present connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Freshness {
    /// Since when every stream has been connected.
    pub connected: Option<Millis>,
    /// Our open orders.
    pub orders: Option<Millis>,
    /// Positions and margin.
    pub account: Option<Millis>,
    /// Fills.
    pub fills: Option<Millis>,
}

impl Freshness {
    /// The oldest of the three: everything is as the venue had it then, or later. `None` if one is
    /// missing.
    #[must_use]
    pub fn reconciled(&self) -> Option<Millis> {
        Some(self.orders?.min(self.account?).min(self.fills?))
    }
}

/// What the venue does if it hears nothing from us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeadManView {
    /// Nothing: the configuration asks for no dead man's switch.
    Off,
    /// Nothing: the switch has not been set yet, or was taken back after a confirmed stop.
    Waiting,
    /// It cancels everything at this moment.
    Armed(Millis),
    /// Nothing: it refuses. Our own limits are tighter until it relents.
    Refused,
    /// Perhaps something: its answers do not say. Our own limits are tighter.
    Doubtful,
    /// Nothing more on this UTC day: the switch has fired as often as it may. Our own limits are
    /// tighter.
    Exhausted,
}

impl DeadManView {
    /// The word on status lines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Waiting => "waiting",
            Self::Armed(_) => "armed",
            Self::Refused => "refused",
            Self::Doubtful => "doubtful",
            Self::Exhausted => "exhausted",
        }
    }
}
