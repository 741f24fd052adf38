//! What can go wrong, as small values that are cheap to return and to compare.

use core::fmt;

use crate::{Notional, Price, Size};

/// Text that is not a plain non-negative decimal, or not one of the asked kind.
///
/// Retrying does not help: the text itself is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ParseError {
    /// There is no text.
    Empty,
    /// A byte that is neither a digit nor the one allowed point.
    NotADigit {
        /// Offset of the byte.
        at: usize,
        /// The byte.
        byte: u8,
    },
    /// A point with no digit behind it.
    NoFraction,
    /// More than [`TEXT_MAX`](crate::TEXT_MAX) bytes.
    TooLong {
        /// Length in bytes.
        len: usize,
    },
    /// Above 184467440737.09551615, the largest number that fits a `u64` at 10^-8.
    TooLarge,
    /// More than eight decimals, where an exact value is wanted.
    TooPrecise,
    /// Zero, where a price is wanted.
    Zero,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("empty text is not a number"),
            Self::NotADigit { at, byte } => {
                write!(f, "unexpected {:?} at byte {at} of a decimal number", char::from(*byte))
            }
            Self::NoFraction => f.write_str("no digit after the decimal point"),
            Self::TooLong { len } => {
                write!(f, "{len} bytes of text; a number has at most {}", crate::TEXT_MAX)
            }
            Self::TooLarge => f.write_str("number above 184467440737.09551615"),
            Self::TooPrecise => f.write_str("more than 8 decimals"),
            Self::Zero => f.write_str("a price cannot be zero"),
        }
    }
}

impl core::error::Error for ParseError {}

/// Why no order can be made of a price and a size.
///
/// Retrying with the same numbers on the same spec does not help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reject {
    /// No legal price lies in the asked direction: the price is zero, or rounds down past the
    /// smallest tick.
    NoLegalPrice,
    /// The size rounds down to nothing.
    BelowMinSize {
        /// The smallest legal size.
        lot: Size,
    },
    /// Price times size, both quantized, is under the exchange's minimum.
    BelowMinNotional {
        /// What the quantized order is worth.
        notional: Notional,
        /// What it must at least be worth.
        min: Notional,
    },
    /// Rounding up leaves the range of a `u64` at 10^-8.
    TooLarge,
}

impl Reject {
    pub(crate) const BELOW_MIN_SIZE: &'static str = "below_min_size";
    pub(crate) const BELOW_MIN_NOTIONAL: &'static str = "below_min_notional";

    /// A stable name for logs, reports and scripts.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoLegalPrice => "no_legal_price",
            Self::BelowMinSize { .. } => Self::BELOW_MIN_SIZE,
            Self::BelowMinNotional { .. } => Self::BELOW_MIN_NOTIONAL,
            Self::TooLarge => "too_large",
        }
    }
}

impl fmt::Display for Reject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoLegalPrice => f.write_str("no legal price in the asked direction"),
            Self::BelowMinSize { lot } => write!(f, "size is below one lot ({lot})"),
            Self::BelowMinNotional { notional, min } => {
                write!(f, "order is worth {notional}, below the minimum of {min}")
            }
            Self::TooLarge => f.write_str("no legal value fits 64 bits"),
        }
    }
}

impl core::error::Error for Reject {}

/// A price that is not on a market's grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OffGrid {
    /// The price that was checked.
    pub price: Price,
    /// The distance between legal prices there.
    pub tick: Price,
}

impl fmt::Display for OffGrid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "price {} is not a multiple of the tick there ({})", self.price, self.tick)
    }
}

impl core::error::Error for OffGrid {}

/// A size that is not on a market's grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OffLot {
    /// The size that was checked.
    pub size: Size,
    /// The distance between legal sizes.
    pub lot: Size,
}

impl fmt::Display for OffLot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "size {} is not a positive multiple of the lot ({})", self.size, self.lot)
    }
}

impl core::error::Error for OffLot {}

/// An override that the venue's grid cannot honour. Retrying does not help: fix the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BadOverride {
    /// The tick is finer than the finest that the venue accepts.
    TickTooFine {
        /// The asked tick.
        tick: Price,
        /// The venue's finest tick for the market.
        finest: Price,
    },
    /// The tick is not a whole number of the venue's finest ticks.
    TickNotAMultiple {
        /// The asked tick.
        tick: Price,
        /// The venue's finest tick for the market.
        finest: Price,
    },
    /// The lot is finer than the venue's, or zero.
    LotTooFine {
        /// The asked lot.
        lot: Size,
        /// The venue's lot.
        venue: Size,
    },
    /// The lot is not a whole number of the venue's lots.
    LotNotAMultiple {
        /// The asked lot.
        lot: Size,
        /// The venue's lot.
        venue: Size,
    },
}

impl fmt::Display for BadOverride {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TickTooFine { tick, finest } => {
                write!(f, "tick {tick} is finer than the venue's finest tick {finest}")
            }
            Self::TickNotAMultiple { tick, finest } => {
                write!(f, "tick {tick} is not a multiple of the venue's finest tick {finest}")
            }
            Self::LotTooFine { lot, venue } => {
                write!(f, "lot {lot} is finer than the venue's lot {venue}")
            }
            Self::LotNotAMultiple { lot, venue } => {
                write!(f, "lot {lot} is not a multiple of the venue's lot {venue}")
            }
        }
    }
}

impl core::error::Error for BadOverride {}
