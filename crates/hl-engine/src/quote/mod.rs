//! From what is known to what is wanted: the quoting models and why nothing may be wanted.

mod avellaneda_stoikov;
mod config;
mod glft;
mod ladder;
mod spread;

use std::fmt;

use arrayvec::ArrayVec;
use hl_quant::{MarketSpec, Millis, Notional, Price, Side, SignedSize, Size};

pub use avellaneda_stoikov::AvellanedaStoikov;
pub use config::{AvellanedaStoikovConfig, GlftConfig, ModelConfig};
pub use glft::Glft;
pub use spread::SpreadModel;
pub(crate) use spread::size_worth;

use crate::{Arrivals, Cause, Cold, Level, MAX_LAYERS, Ppm, Volatility};

/// What a model is told about its market.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The moment of the decision.
    pub now: Millis,
    /// The market's grid and limits.
    pub spec: &'a MarketSpec,
    /// The fair price: see [`FairKind`](crate::FairKind). Our own orders are left out of it.
    pub fair: Price,
    /// The best bid of others.
    pub bid: Level,
    /// The best ask of others.
    pub ask: Level,
    /// What we hold.
    pub position: SignedSize,
    /// What `position` is of the largest allowed position, from -1,000,000 to 1,000,000 ppm.
    pub inventory: Ppm,
    /// The value at which the position is at its limit.
    pub max_position: Notional,
    /// How much the price moves, or why that is not known.
    pub volatility: Result<Volatility, Cold>,
    /// How often and how far trades reach, or why that is not known.
    pub arrivals: Result<Arrivals, Cold>,
}

/// A quote that a model wants, not yet on any grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Want {
    /// The price, in units of 10^-8; a bid is rounded down to the grid, an ask up.
    pub price: Price,
    /// The size, rounded down to the lot and cut to what the position limit leaves.
    pub size: Size,
}

/// The quotes that a model wants, innermost first on each side.
#[derive(Clone, Debug, Default)]
pub struct Wants {
    /// To buy.
    pub bids: ArrayVec<Want, MAX_LAYERS>,
    /// To sell.
    pub asks: ArrayVec<Want, MAX_LAYERS>,
}

impl Wants {
    /// The quotes of one side.
    #[must_use]
    pub fn side(&self, side: Side) -> &[Want] {
        match side {
            Side::Bid => &self.bids,
            Side::Ask => &self.asks,
        }
    }

    /// Adds a quote behind the others of its side; one beyond [`MAX_LAYERS`] is dropped.
    pub fn push(&mut self, side: Side, want: Want) {
        let list = match side {
            Side::Bid => &mut self.bids,
            Side::Ask => &mut self.asks,
        };
        // A full side is the documented limit, not a fault.
        let _ = list.try_push(want);
    }
}

/// Maps what is known of a market to the quotes it should show.
///
/// A model only wishes. The engine snaps its prices to the grid, keeps them off the touch and off
/// each other, cuts its sizes to the limits, and sends every order through the gate. A model that
/// cannot answer says why it does not; it never guesses a price.
pub trait QuoteModel: fmt::Debug + Send {
    /// Adds the wanted quotes to `wants`, which comes empty.
    ///
    /// # Errors
    /// [`NoQuote`] if nothing should be quoted; whatever is in `wants` is then ignored.
    fn quote(&mut self, known: &Known<'_>, wants: &mut Wants) -> Result<(), NoQuote>;
}

/// Why a market does not quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoQuote {
    /// The operator stopped the engine.
    Stopped,
    /// The operator halted the engine.
    Halted,
    /// Some stream is not connected.
    Disconnected,
    /// Orders, positions and fills have not been read back from the venue since the connection
    /// came up, or not recently enough.
    NotReconciled,
    /// Orders of an earlier run are still being cancelled.
    Orphans,
    /// No spec has been received.
    NoSpec,
    /// The spec is past its age limit.
    SpecStale,
    /// The venue takes no orders in this market.
    NotTrading,
    /// Too many rejections in a row; the market rests for a while.
    Parked,
    /// No book has been received.
    NoBook,
    /// The book is past its age limit.
    BookStale,
    /// Venue time and our clock are too far apart.
    ClockSkew,
    /// Nothing of others rests on either side.
    EmptyBook,
    /// Nothing of others rests on one side.
    OneSided,
    /// The best bid is not below the best ask.
    Crossed,
    /// The oracle price or the slow average of the mid is missing or too old.
    NoReference,
    /// Oracle price and slow average are too far from each other.
    ReferencesDisagree,
    /// A reference or the mid jumped; the market rests for a while.
    Jumped,
    /// A limit of risk was passed: the reason is in the line of its grade.
    Risk(Cause),
    /// Only cancels may spend what is left of the address budget.
    Budget,
    /// The limits leave no room on either side.
    AtLimit,
    /// Every wanted quote is too small for the venue.
    BelowMin,
    /// No legal price is left between the touch and the end of the grid.
    NoLegalPrice,
    /// Rotation has not selected the market, or is leaving it.
    Rotation,
    /// The model declined, for a reason of its own in a few fixed words joined by `_`.
    Model(&'static str),
}

impl NoQuote {
    /// The word in log lines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::Halted => "halted",
            Self::Disconnected => "disconnected",
            Self::NotReconciled => "not_reconciled",
            Self::Orphans => "orphans",
            Self::NoSpec => "no_spec",
            Self::SpecStale => "spec_stale",
            Self::NotTrading => "not_trading",
            Self::Parked => "parked",
            Self::NoBook => "no_book",
            Self::BookStale => "book_stale",
            Self::ClockSkew => "clock_skew",
            Self::EmptyBook => "empty_book",
            Self::OneSided => "one_sided",
            Self::Crossed => "crossed",
            Self::NoReference => "no_reference",
            Self::ReferencesDisagree => "references_disagree",
            Self::Jumped => "jumped",
            Self::Risk(cause) => cause.code(),
            Self::Budget => "budget",
            Self::AtLimit => "at_limit",
            Self::BelowMin => "below_min",
            Self::NoLegalPrice => "no_legal_price",
            Self::Rotation => "rotation",
            Self::Model(why) => why,
        }
    }
}

impl fmt::Display for NoQuote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
