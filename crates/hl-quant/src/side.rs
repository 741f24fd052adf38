//! Who is trading, and which way an inexact number is resolved.

use core::fmt;

/// The side of the book that an order rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// A buy order.
    Bid,
    /// A sell order.
    Ask,
}

impl Side {
    /// Both sides, bid first.
    pub const BOTH: [Self; 2] = [Self::Bid, Self::Ask];

    /// The other side.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Bid => Self::Ask,
            Self::Ask => Self::Bid,
        }
    }
}

impl fmt::Display for Side {
    /// `buy` or `sell`, as in the operators' log lines.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Bid => "buy",
            Self::Ask => "sell",
        })
    }
}

/// How a number between two legal values is resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Round {
    /// The largest legal value that is not above the number.
    Down,
    /// The smallest legal value that is not below the number.
    Up,
    /// The closest legal value; of two equally close ones, the upper.
    Nearest,
}

/// What an order is meant to do, which decides the direction of rounding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Intent {
    /// Rest in the book: a bid is rounded down and an ask up, never towards the market.
    Passive,
    /// Trade now: a bid is rounded up and an ask down, never short of the asked limit.
    Aggressive,
}

impl Intent {
    /// The rounding of a price for this intent on `side`.
    #[must_use]
    pub const fn round(self, side: Side) -> Round {
        match (self, side) {
            (Self::Passive, Side::Bid) | (Self::Aggressive, Side::Ask) => Round::Down,
            (Self::Passive, Side::Ask) | (Self::Aggressive, Side::Bid) => Round::Up,
        }
    }
}
