//! Money in whole micro-dollars.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

use hl_quant::Notional;

/// An amount of USDC in millionths of a dollar, signed.
///
/// A perpetual's price has at most `6 - szDecimals` decimals and its size at most `szDecimals`
/// ("Tick and lot size" of the API docs), so the value of every fill is a whole number of
/// micro-dollars: sums of fills are exact and what one account loses another one gains to the unit.
/// The range is that of `i128`, far beyond what a `u64` price and size can multiply to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Usd(i128);

/// Micro-dollars in a dollar.
const MICROS: i128 = 1_000_000;
/// A [`Notional`] counts 10^-16 dollars; a micro-dollar is 10^10 of those.
const NOTIONAL_PER_MICRO: u128 = 10_000_000_000;

impl Usd {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// Whole dollars.
    #[must_use]
    pub fn dollars(dollars: i64) -> Self {
        Self(i128::from(dollars).saturating_mul(MICROS))
    }

    /// Millionths of a dollar.
    #[must_use]
    pub const fn micros(micros: i128) -> Self {
        Self(micros)
    }

    /// The amount in millionths of a dollar.
    #[must_use]
    pub const fn get(self) -> i128 {
        self.0
    }

    /// The value of a trade, rounded down to the micro-dollar (exact for on-grid orders).
    #[must_use]
    pub fn from_notional(notional: Notional) -> Self {
        Self(i128::try_from(notional.raw() / NOTIONAL_PER_MICRO).unwrap_or(i128::MAX))
    }

    /// The distance from zero.
    #[must_use]
    pub const fn abs(self) -> Self {
        Self(self.0.saturating_abs())
    }

    /// The larger of the amount and zero.
    #[must_use]
    pub fn non_negative(self) -> Self {
        Self(self.0.max(0))
    }

    /// `self * numerator / denominator`, rounded towards zero; zero when the denominator is zero.
    #[must_use]
    pub fn mul_div(self, numerator: i128, denominator: i128) -> Self {
        if denominator == 0 {
            return Self::ZERO;
        }
        match self.0.checked_mul(numerator) {
            Some(product) => Self(product / denominator),
            // Only absurd amounts get here; dividing first loses precision, not magnitude.
            None => Self((self.0 / denominator).saturating_mul(numerator)),
        }
    }
}

impl Add for Usd {
    type Output = Self;
    fn add(self, rhs: Self) -> Self {
        Self(self.0.saturating_add(rhs.0))
    }
}

impl Sub for Usd {
    type Output = Self;
    fn sub(self, rhs: Self) -> Self {
        Self(self.0.saturating_sub(rhs.0))
    }
}

impl Neg for Usd {
    type Output = Self;
    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

impl AddAssign for Usd {
    fn add_assign(&mut self, rhs: Self) {
        *self = *self + rhs;
    }
}

impl SubAssign for Usd {
    fn sub_assign(&mut self, rhs: Self) {
        *self = *self - rhs;
    }
}

impl Sum for Usd {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, |total, amount| total + amount)
    }
}

/// The venue's text: no exponent, no trailing zero, at least one decimal (`"10000.0"`).
impl fmt::Display for Usd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::text::scaled(self.0, 6))
    }
}

#[cfg(test)]
mod tests {
    use super::Usd;

    #[test]
    fn amounts_print_as_the_venue_prints_them() {
        for (micros, text) in [
            (0, "0.0"),
            (1, "0.000001"),
            (-1_500_000, "-1.5"),
            (10_000_000_000, "10000.0"),
            (13_109_482_328, "13109.482328"),
        ] {
            assert_eq!(Usd::micros(micros).to_string(), text);
        }
    }

    #[test]
    fn a_share_is_rounded_towards_zero() {
        assert_eq!(Usd::micros(10).mul_div(1, 3), Usd::micros(3));
        assert_eq!(Usd::micros(-10).mul_div(1, 3), Usd::micros(-3));
        assert_eq!(Usd::micros(10).mul_div(1, 0), Usd::ZERO);
    }
}
