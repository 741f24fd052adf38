//! Values that are proven legal: only a grid makes them.

use core::fmt;

use crate::{DecimalText, Price, Size};

/// The position of a legal price in the ordered list of all legal prices of one market, from 1.
///
/// Ticks order like prices, and consecutive ticks are neighbouring legal prices, also across a
/// power of ten, where the distance between prices changes: 99.999 -> 100 -> 100.01 are three
/// consecutive ticks. A distance in ticks is a plain subtraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tick(pub(crate) u64);

impl Tick {
    /// The tick with this ordinal. Whether a price exists there is the grid's to say.
    #[must_use]
    pub const fn new(ordinal: u64) -> Self {
        Self(ordinal)
    }

    /// The ordinal, from 1.
    #[must_use]
    pub const fn ordinal(self) -> u64 {
        self.0
    }

    /// How many legal prices `self` lies above `other`; negative if below.
    #[must_use]
    pub const fn distance(self, other: Self) -> i128 {
        #[expect(clippy::as_conversions, reason = "u64 to i128 widens; From is not const")]
        let (a, b) = (self.0 as i128, other.0 as i128);
        a.wrapping_sub(b)
    }
}

/// A price that a market accepts. Only a [`PriceGrid`](crate::PriceGrid) makes one.
///
/// ```compile_fail,E0451
/// use hl_quant::{OrderPrice, Price, Tick};
/// fn forge(price: Price, tick: Tick) -> OrderPrice { OrderPrice { price, tick } }
/// ```
///
/// ```compile_fail,E0308
/// use hl_quant::{OrderPrice, Price};
/// fn forge(price: Price) -> OrderPrice { OrderPrice::from(price) }
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderPrice {
    price: Price,
    tick: Tick,
}

impl OrderPrice {
    pub(crate) const fn new(price: Price, tick: Tick) -> Self {
        Self { price, tick }
    }

    /// The price.
    #[must_use]
    pub const fn get(self) -> Price {
        self.price
    }

    /// Its ordinal on the grid that made it. Compare ticks of one market only.
    #[must_use]
    pub const fn tick(self) -> Tick {
        self.tick
    }

    /// The canonical text: what is signed and sent.
    #[must_use]
    pub fn to_text(self) -> DecimalText {
        self.price.to_text()
    }
}

impl From<OrderPrice> for Price {
    fn from(legal: OrderPrice) -> Self {
        legal.price
    }
}

impl fmt::Display for OrderPrice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.price, f)
    }
}

impl fmt::Debug for OrderPrice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OrderPrice({}, tick {})", self.price, self.tick.0)
    }
}

/// A size that a market accepts: positive and a multiple of its lot. Only a
/// [`LotGrid`](crate::LotGrid) makes one.
///
/// ```compile_fail,E0423
/// use hl_quant::{OrderSize, Size};
/// fn forge(size: Size) -> OrderSize { OrderSize(size) }
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderSize(Size);

impl OrderSize {
    pub(crate) const fn new(size: Size) -> Self {
        Self(size)
    }

    /// The size.
    #[must_use]
    pub const fn get(self) -> Size {
        self.0
    }

    /// The canonical text: what is signed and sent.
    #[must_use]
    pub fn to_text(self) -> DecimalText {
        self.0.to_text()
    }
}

impl From<OrderSize> for Size {
    fn from(legal: OrderSize) -> Self {
        legal.0
    }
}

impl fmt::Display for OrderSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for OrderSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OrderSize({})", self.0)
    }
}
