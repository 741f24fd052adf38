//! Numbers as arrays of digits, and their canonical text.

use core::fmt;

use crate::{DECIMALS, TEXT_MAX};

/// Where the units digit sits in a number at 10^-8.
#[expect(clippy::as_conversions, reason = "u32 to usize widens; From is not const")]
pub(super) const UNITS: usize = DECIMALS as usize;
/// As many digits as a text can have before its point, and eight behind it. A carry needs no room of
/// its own: a text that is rounded up spends bytes on its fraction.
pub(super) const WIDTH: usize = TEXT_MAX.saturating_add(UNITS);
/// A product of two.
const PRODUCT: usize = WIDTH.saturating_mul(2);
/// A product with its point.
const TEXT: usize = PRODUCT.saturating_add(1);

/// A number as decimal digits, the least significant first.
#[derive(Clone, Copy)]
pub(super) struct Digits<const N: usize>(pub(super) [u8; N]);

impl<const N: usize> Digits<N> {
    pub(super) fn highest(&self) -> Option<usize> {
        self.0.iter().rposition(|digit| *digit != 0)
    }

    pub(super) fn is_zero(&self) -> bool {
        self.highest().is_none()
    }

    /// Adds `10^place`.
    pub(super) fn increment(&mut self, place: usize) {
        for digit in self.0.iter_mut().skip(place) {
            if *digit < 9 {
                *digit = digit.wrapping_add(1);
                return;
            }
            *digit = 0;
        }
    }

    /// The canonical text of the number in units of `10^point`.
    pub(super) fn text(&self, point: usize) -> WideText {
        let highest = self.highest().unwrap_or(point).max(point);
        let lowest = self.0.iter().position(|digit| *digit != 0).unwrap_or(point).min(point);
        let mut text = WideText { bytes: [0; TEXT], len: 0 };
        let places = self.0.iter().enumerate().take(highest.wrapping_add(1)).skip(lowest);
        for (place, digit) in places.rev() {
            text.push(b'0'.wrapping_add(*digit));
            if place == point && lowest < point {
                text.push(b'.');
            }
        }
        text
    }
}

impl Digits<WIDTH> {
    /// The product, by columns: each is a sum of at most [`WIDTH`] products of two digits.
    pub(super) fn times(&self, other: &Self) -> Digits<PRODUCT> {
        let mut columns = [0_u32; PRODUCT];
        for (shift, a) in self.0.iter().enumerate() {
            for (column, b) in columns.iter_mut().skip(shift).zip(&other.0) {
                *column = column.wrapping_add(u32::from(*a).wrapping_mul(u32::from(*b)));
            }
        }
        let mut product = Digits([0; PRODUCT]);
        let mut carry = 0_u32;
        for (digit, column) in product.0.iter_mut().zip(columns) {
            let sum = carry.wrapping_add(column);
            *digit = u8::try_from(sum % 10).unwrap_or(0);
            carry = sum / 10;
        }
        product
    }
}

impl Digits<PRODUCT> {
    /// Whether a notional, at 10^-16, is under the exchange's minimum of 10.
    pub(super) fn is_below_ten(&self) -> bool {
        let tens = UNITS.wrapping_mul(2).wrapping_add(1);
        self.highest().is_none_or(|highest| highest < tens)
    }
}

/// Canonical decimal text on the stack, long enough for a product of two numbers.
#[derive(Clone, PartialEq, Eq)]
pub struct WideText {
    bytes: [u8; TEXT],
    len: usize,
}

impl WideText {
    fn push(&mut self, byte: u8) {
        if let Some(slot) = self.bytes.get_mut(self.len) {
            *slot = byte;
            self.len = self.len.wrapping_add(1);
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only ASCII was written, so neither fallback is reachable.
        let bytes = self.bytes.get(..self.len).unwrap_or_default();
        core::str::from_utf8(bytes).unwrap_or_default()
    }
}

impl AsRef<str> for WideText {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for WideText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for WideText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}
