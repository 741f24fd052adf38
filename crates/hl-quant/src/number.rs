//! The numbers: price, size, position and time, each its own type.

use core::{fmt, num::NonZeroU64, str::FromStr};

use crate::{Decimal, DecimalText, ParseError, Round, Side};

/// A positive price at 10^-8 of the quote unit (US dollars on every perp).
///
/// From 0.00000001 to 184467440737.09551615. Not necessarily on any market's grid: that is
/// [`OrderPrice`](crate::OrderPrice).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Price(NonZeroU64);

impl Price {
    /// The largest price.
    pub const MAX: Self = Self(NonZeroU64::MAX);

    /// The price `raw` x 10^-8; `None` for zero, which is no price.
    #[must_use]
    pub const fn from_raw(raw: u64) -> Option<Self> {
        match NonZeroU64::new(raw) {
            Some(raw) => Some(Self(raw)),
            None => None,
        }
    }

    /// The price in units of 10^-8.
    #[must_use]
    pub const fn raw(self) -> u64 {
        self.0.get()
    }

    /// The canonical text, on the stack.
    #[must_use]
    pub fn to_text(self) -> DecimalText {
        DecimalText::from_raw(self.raw())
    }

    /// The price halfway between two others; `round` decides an odd unit of 10^-8.
    #[must_use]
    pub const fn midpoint(self, other: Self, round: Round) -> Self {
        let (a, b) = (self.raw(), other.raw());
        let down = a.midpoint(b);
        let odd = (a ^ b) & 1 == 1;
        match (odd, round) {
            // The upper of two different numbers is above their midpoint, so this cannot overflow.
            (true, Round::Up | Round::Nearest) => match Self::from_raw(down.wrapping_add(1)) {
                Some(up) => up,
                None => self,
            },
            _ => match Self::from_raw(down) {
                Some(down) => down,
                None => self,
            },
        }
    }
}

/// A size or quantity at 10^-8 of the base unit; zero is allowed.
///
/// Up to 184467440737.09551615. Not necessarily on any market's grid: that is
/// [`OrderSize`](crate::OrderSize).
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Size(u64);

impl Size {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The largest size.
    pub const MAX: Self = Self(u64::MAX);

    /// The size `raw` x 10^-8.
    #[must_use]
    pub const fn from_raw(raw: u64) -> Self {
        Self(raw)
    }

    /// The size in units of 10^-8.
    #[must_use]
    pub const fn raw(self) -> u64 {
        self.0
    }

    /// Whether this is nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum; `None` out of range.
    #[must_use]
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(raw) => Some(Self(raw)),
            None => None,
        }
    }

    /// The difference; `None` if `other` is larger.
    #[must_use]
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(raw) => Some(Self(raw)),
            None => None,
        }
    }

    /// The sum, at most [`Size::MAX`].
    #[must_use]
    pub const fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The difference, at least zero.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// The canonical text, on the stack.
    #[must_use]
    pub fn to_text(self) -> DecimalText {
        DecimalText::from_raw(self.0)
    }
}

/// A position at 10^-8 of the base unit: positive is long, negative is short.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SignedSize(i64);

impl SignedSize {
    /// Flat.
    pub const ZERO: Self = Self(0);

    /// The position `raw` x 10^-8.
    #[must_use]
    pub const fn from_raw(raw: i64) -> Self {
        Self(raw)
    }

    /// The position in units of 10^-8.
    #[must_use]
    pub const fn raw(self) -> i64 {
        self.0
    }

    /// How much is held, long or short.
    #[must_use]
    pub const fn magnitude(self) -> Size {
        Size(self.0.unsigned_abs())
    }

    /// The side of the order that would have opened it; `None` when flat.
    #[must_use]
    pub const fn side(self) -> Option<Side> {
        match self.0 {
            0 => None,
            1.. => Some(Side::Bid),
            _ => Some(Side::Ask),
        }
    }

    /// The position after a fill of `size` on `side`; `None` out of range.
    #[must_use]
    pub const fn after_fill(self, side: Side, size: Size) -> Option<Self> {
        let raw = match side {
            Side::Bid => self.0.checked_add_unsigned(size.0),
            Side::Ask => self.0.checked_sub_unsigned(size.0),
        };
        match raw {
            Some(raw) => Some(Self(raw)),
            None => None,
        }
    }
}

/// A moment as the venue counts it: milliseconds since 1970-01-01 00:00 UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millis(pub u64);

impl Millis {
    /// The moment `ms` milliseconds later, at most the last one that can be counted.
    #[must_use]
    pub const fn plus(self, ms: u64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// The moment `ms` milliseconds sooner, at least the first one that can be counted.
    #[must_use]
    pub const fn minus(self, ms: u64) -> Self {
        Self(self.0.saturating_sub(ms))
    }

    /// Milliseconds from `earlier` to this moment; zero if `earlier` is in fact later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for Price {
    type Err = ParseError;

    /// Reads an exact price: plain decimal text with at most eight significant decimals, not zero.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let raw = Decimal::parse(text)?.exact().ok_or(ParseError::TooPrecise)?;
        Self::from_raw(raw).ok_or(ParseError::Zero)
    }
}

impl FromStr for Size {
    type Err = ParseError;

    /// Reads an exact size: plain decimal text with at most eight significant decimals.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        Decimal::parse(text)?.exact().map(Self).ok_or(ParseError::TooPrecise)
    }
}

impl FromStr for SignedSize {
    type Err = ParseError;

    /// Reads an exact position: as a size, with an optional leading minus.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let (digits, negative) = match text.strip_prefix('-') {
            Some(digits) => (digits, true),
            None => (text, false),
        };
        let size: Size = digits.parse()?;
        let raw = if negative {
            0_i64.checked_sub_unsigned(size.0)
        } else {
            0_i64.checked_add_unsigned(size.0)
        };
        raw.map(Self).ok_or(ParseError::TooLarge)
    }
}

impl From<Price> for Decimal {
    fn from(price: Price) -> Self {
        Self::from_raw(price.raw())
    }
}

impl From<Size> for Decimal {
    fn from(size: Size) -> Self {
        Self::from_raw(size.raw())
    }
}

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.to_text(), f)
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.to_text(), f)
    }
}

impl fmt::Display for SignedSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.magnitude().to_text();
        f.pad_integral(self.0 >= 0, "", text.as_str())
    }
}

impl fmt::Debug for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Price({self})")
    }
}

impl fmt::Debug for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Size({self})")
    }
}

impl fmt::Debug for SignedSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignedSize({self})")
    }
}
