//! Signed money and ratios as integers.

use std::fmt;

use hl_quant::{Decimal, Notional, Price, Side, SignedSize};

/// One dollar in units of 10^-16.
const UNIT: u128 = 10_000_000_000_000_000;

/// Signed money at 10^-16 of the quote unit, the scale of [`Notional`]: cash, fees, profit.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Usd(i128);

impl Usd {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// The amount `raw` x 10^-16.
    #[must_use]
    pub const fn from_raw(raw: i128) -> Self {
        Self(raw)
    }

    /// The amount in units of 10^-16.
    #[must_use]
    pub const fn raw(self) -> i128 {
        self.0
    }

    /// The amount `raw` x 10^-8, the scale of the venue's texts.
    #[must_use]
    pub fn from_e8(raw: i64) -> Self {
        Self(i128::from(raw).saturating_mul(100_000_000))
    }

    /// What `notional` adds to the cash of someone who trades on `side`: a buyer pays.
    #[must_use]
    pub fn flow(side: Side, notional: Notional) -> Self {
        let amount = i128::try_from(notional.raw()).unwrap_or(i128::MAX);
        match side {
            Side::Bid => Self(amount.saturating_neg()),
            Side::Ask => Self(amount),
        }
    }

    /// What `position` is worth at `price`: negative for a short.
    #[must_use]
    pub fn value(position: SignedSize, price: Price) -> Self {
        Self(i128::from(position.raw()).saturating_mul(i128::from(price.raw())))
    }

    /// The sum, at the ends of the range at most.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The difference, at the ends of the range at most.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl fmt::Display for Usd {
    /// Plain decimal text, exact, without trailing zeros; `f.precision()` decimals, cut towards
    /// zero, if given.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let magnitude = self.0.unsigned_abs();
        let (int, mut fraction) = (magnitude / UNIT, magnitude % UNIT);
        let mut width = 16_usize;
        let keep = f.precision();
        while width > keep.unwrap_or(0) && (keep.is_some() || fraction.is_multiple_of(10)) {
            fraction /= 10;
            width = width.saturating_sub(1);
        }
        if self.0 < 0 && (int > 0 || fraction > 0) {
            f.write_str("-")?;
        }
        write!(f, "{int}")?;
        if width > 0 { write!(f, ".{fraction:0width$}") } else { Ok(()) }
    }
}

impl fmt::Debug for Usd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Usd({self})")
    }
}

/// A ratio in parts per million: 100 ppm is one basis point. May be negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ppm(pub i64);

impl Ppm {
    /// The whole.
    pub const ONE: Self = Self(1_000_000);

    /// A whole number of basis points.
    #[must_use]
    pub const fn from_bps(bps: i64) -> Self {
        Self(bps.saturating_mul(100))
    }

    /// Basis points as the operators write them, with up to two decimals; `None` if there are more
    /// or the number is out of range.
    #[must_use]
    pub fn from_bps_decimal(bps: Decimal) -> Option<Self> {
        let raw = bps.exact()?;
        if !raw.is_multiple_of(1_000_000) {
            return None;
        }
        i64::try_from(raw / 1_000_000).ok().map(Self)
    }

    /// This part of `price`, in units of 10^-8 and rounded towards zero. Negative if the ratio is.
    #[must_use]
    pub fn of_price(self, price: Price) -> i128 {
        i128::from(price.raw())
            .saturating_mul(i128::from(self.0))
            .checked_div(1_000_000)
            .unwrap_or_default()
    }

    /// This part of `notional`, rounded down; nothing if the ratio is negative.
    #[must_use]
    pub fn of_notional(self, notional: Notional) -> Notional {
        let part = u128::try_from(self.0).unwrap_or(0);
        let whole = notional.raw();
        // Divide first where the product would not fit: a millionth of such a number is no loss.
        let raw = match whole.checked_mul(part) {
            Some(product) => product / 1_000_000,
            None => (whole / 1_000_000).saturating_mul(part),
        };
        Notional::from_raw(raw)
    }

    /// The product of two ratios, rounded towards zero.
    #[must_use]
    pub fn times(self, other: Self) -> Self {
        let ppm = i128::from(self.0).saturating_mul(i128::from(other.0)) / 1_000_000;
        Self(i64::try_from(ppm).unwrap_or(if ppm < 0 { i64::MIN } else { i64::MAX }))
    }

    /// `part` of `whole`, rounded towards zero; `None` if there is no whole.
    #[must_use]
    pub fn ratio(part: i128, whole: i128) -> Option<Self> {
        let ppm = part.saturating_mul(1_000_000).checked_div(whole)?;
        Some(Self(i64::try_from(ppm).unwrap_or(if ppm < 0 { i64::MIN } else { i64::MAX })))
    }
}

impl fmt::Display for Ppm {
    /// In basis points, the unit of the operators: 150 ppm is `1.5`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let magnitude = self.0.unsigned_abs();
        let (bps, rest) = (magnitude / 100, magnitude % 100);
        let sign = if self.0 < 0 { "-" } else { "" };
        match (rest, rest % 10) {
            (0, _) => write!(f, "{sign}{bps}"),
            (_, 0) => write!(f, "{sign}{bps}.{}", rest / 10),
            _ => write!(f, "{sign}{bps}.{rest:02}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_prints_exactly_or_cut_to_a_number_of_decimals() {
        let usd = Usd::from_raw(-12_345_000_000_000_000);
        assert_eq!(usd.to_string(), "-1.2345");
        assert_eq!(format!("{usd:.2}"), "-1.23");
        assert_eq!(format!("{:.2}", Usd::from_raw(-1)), "0.00");
        assert_eq!(Usd::ZERO.to_string(), "0");
        assert_eq!(format!("{:.2}", Usd::from_e8(1_650_000_000)), "16.50");
    }

    #[test]
    fn a_buyer_pays_and_a_short_is_worth_less_than_nothing() {
        let price: Price = "100.5".parse().unwrap();
        let two = "2".parse::<hl_quant::Size>().unwrap();
        assert_eq!(Usd::flow(Side::Bid, price * two).to_string(), "-201");
        assert_eq!(Usd::flow(Side::Ask, price * two).to_string(), "201");
        assert_eq!(Usd::value("-2".parse().unwrap(), price).to_string(), "-201");
    }

    #[test]
    fn basis_points_are_read_and_written_alike() {
        for (text, ppm) in [("40", 4000), ("1.5", 150), ("0.05", 5), ("12.34", 1234), ("0", 0)] {
            let read = Ppm::from_bps_decimal(Decimal::parse(text).unwrap());
            assert_eq!(read, Some(Ppm(ppm)), "{text}");
            assert_eq!(Ppm(ppm).to_string(), text);
        }
        assert_eq!(Ppm(-225).to_string(), "-2.25");
        assert_eq!(Ppm::from_bps_decimal(Decimal::parse("0.001").unwrap()), None);
        assert_eq!(Ppm::from_bps(40).of_price("100".parse().unwrap()), 40_000_000);
    }
}
