//! What an order is worth, exactly.

use core::{fmt, ops::Mul};

use crate::{
    Price, Size,
    format::{ascii, sixteen_digits},
};

/// The decimals of a notional: eight of the price and eight of the size.
const DECIMALS: u32 = 16;

/// One whole unit of the quote currency.
const UNIT: u128 = 10_u128.pow(DECIMALS);

/// Price times size at 10^-16 of the quote unit. The product of any price and any size fits.
///
/// It is the only product of this crate that compiles:
///
/// ```
/// # use hl_quant::{Price, Size};
/// let price: Price = "164.89".parse()?;
/// let size: Size = "0.1".parse()?;
/// assert_eq!((price * size).to_string(), "16.489");
/// # Ok::<(), hl_quant::ParseError>(())
/// ```
///
/// ```compile_fail,E0308
/// # use hl_quant::Price;
/// fn meaningless(a: Price, b: Price) { let _ = a * b; }
/// ```
///
/// ```compile_fail,E0369
/// # use hl_quant::Price;
/// fn meaningless(a: Price, b: Price) { let _ = a + b; }
/// ```
///
/// ```compile_fail,E0369
/// # use hl_quant::Size;
/// fn meaningless(a: Size, b: Size) { let _ = a * b; }
/// ```
///
/// ```compile_fail,E0308
/// # use hl_quant::Price;
/// fn meaningless(a: Price) { let _ = a * 2_u64; }
/// ```
///
/// ```compile_fail,E0369
/// # use hl_quant::{Notional, Size};
/// fn meaningless(a: Notional, b: Size) { let _ = a * b; }
/// ```
///
/// ```compile_fail,E0277
/// # use hl_quant::Price;
/// fn from_a_float(x: f64) { let _ = Price::from(x); }
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Notional(u128);

impl Notional {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// The notional `raw` x 10^-16.
    #[must_use]
    pub const fn from_raw(raw: u128) -> Self {
        Self(raw)
    }

    /// A whole number of quote units (dollars).
    #[must_use]
    pub const fn whole(units: u32) -> Self {
        #[expect(clippy::as_conversions, reason = "u32 to u128 widens; From is not const")]
        let units = units as u128;
        Self(units.wrapping_mul(UNIT))
    }

    /// What `size` is worth at `price`, exactly.
    #[must_use]
    pub const fn of(price: Price, size: Size) -> Self {
        #[expect(clippy::as_conversions, reason = "u64 to u128 widens; From is not const")]
        let (price, size) = (price.raw() as u128, size.raw() as u128);
        // The product of two 64-bit numbers fits 128 bits.
        Self(price.wrapping_mul(size))
    }

    /// The notional in units of 10^-16.
    #[must_use]
    pub const fn raw(self) -> u128 {
        self.0
    }

    /// The sum, at most the largest that can be counted.
    #[must_use]
    pub const fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The difference, at least zero.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Mul<Size> for Price {
    type Output = Notional;

    fn mul(self, size: Size) -> Notional {
        Notional::of(self, size)
    }
}

/// Thirty-two digits before the point and sixteen behind it.
const LEN: usize = 49;

impl fmt::Display for Notional {
    /// Plain decimal text, without trailing zeros.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let int = self.0 / UNIT;
        // Each group is below 10^16, which fits 64 bits.
        let groups = [int / UNIT, int % UNIT, self.0 % UNIT];
        let digits = groups.map(|group| sixteen_digits(u64::try_from(group).unwrap_or(0)));
        let mut bytes = [b'.'; LEN];
        let [high, low, fraction] = digits.map(ascii);
        if let Some((head, rest)) = bytes.split_first_chunk_mut()
            && let Some((middle, rest)) = rest.split_first_chunk_mut()
            && let Some(tail) = rest.last_chunk_mut()
        {
            (*head, *middle, *tail) = (high, low, fraction);
        }
        // The first digit is the lowest byte. The last one before the point is always written.
        let start = match digits.map(|group| group.trailing_zeros() / 8) {
            [16, zeros, _] => zeros.min(15).wrapping_add(16),
            [zeros, ..] => zeros,
        };
        let end = match digits.map(|group| group.leading_zeros() / 8) {
            [.., 16] => 32,
            [.., zeros] => 49_u32.saturating_sub(zeros),
        };
        let span = usize::try_from(start).unwrap_or(0)..usize::try_from(end).unwrap_or(0);
        // Only ASCII was written, so neither fallback is reachable.
        let text = core::str::from_utf8(bytes.get(span).unwrap_or_default());
        f.pad(text.unwrap_or_default())
    }
}

impl fmt::Debug for Notional {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Notional({self})")
    }
}
