//! Decimal numbers inside foreign actions, and signed amounts inside documents.

use core::fmt;
use core::str::FromStr;

use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::ids::excerpt;

/// Longest decimal text that is looked at; the exchange's numbers have fewer than 30 characters.
const MAX_TEXT: usize = 64;

/// Decimals after the point that the exchange keeps.
const DECIMALS: usize = 8;

/// A text that is not a decimal of the asked kind. Retrying cannot help: fix the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecimalError {
    /// Empty, signed where no sign may be, an exponent, `NaN`, a lone point, over-long. Do not retry.
    #[error("not a plain decimal number: {0:?}")]
    NotPlain(Box<str>),
    /// More than eight decimals that are not zero: the exchange answers HTTP 422. Do not retry.
    #[error("more than 8 decimals: {0:?}")]
    TooPrecise(Box<str>),
    /// Does not fit 128 bits at 10^-8. Do not retry.
    #[error("number too large: {0:?}")]
    TooLarge(Box<str>),
}

/// Splits `123.4500` into its digits before and after the point; `None` if it is not that plain.
fn split(text: &str) -> Option<(&str, &str)> {
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction),
        Some(_) => return None,
        None => (text, ""),
    };
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let plain = !whole.is_empty() && text.len() <= MAX_TEXT && digits(whole) && digits(fraction);
    plain.then_some((whole, fraction))
}

/// A non-negative decimal inside an action, kept exactly as it was written.
///
/// The text is part of what is hashed, so `"2000.0"` and `"2000"` are different actions until the
/// exchange canonicalises them ([`WireDecimal::canonical`]). Our own orders never hold one of these:
/// they are made from [`hl_quant::OrderPrice`] and [`hl_quant::OrderSize`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WireDecimal(Box<str>);

impl WireDecimal {
    /// The text as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text that the exchange hashes: no leading zero, no trailing zero, no needless point.
    ///
    /// ```
    /// let text: hl_wire::WireDecimal = "02000.50".parse()?;
    /// assert_eq!(text.canonical(), "2000.5");
    /// # Ok::<(), hl_wire::DecimalError>(())
    /// ```
    #[must_use]
    pub fn canonical(&self) -> &str {
        let text = match self.0.split_once('.') {
            Some(_) => self.0.trim_end_matches('0').trim_end_matches('.'),
            None => &self.0,
        };
        let text = text.trim_start_matches('0');
        // "0" and "0.5" keep one zero before the point; it is there, because the text was plain.
        if text.is_empty() || text.starts_with('.') {
            let zero = self.0.find('.').unwrap_or(self.0.len()).saturating_sub(1);
            return self.0.get(zero..zero + 1 + text.len()).unwrap_or("0");
        }
        text
    }

    /// Replaces the text by its canonical form.
    pub fn canonicalize(&mut self) {
        if self.canonical().len() != self.0.len() {
            self.0 = self.canonical().into();
        }
    }
}

impl FromStr for WireDecimal {
    type Err = DecimalError;

    fn from_str(text: &str) -> Result<Self, DecimalError> {
        let (_, fraction) = split(text).ok_or_else(|| DecimalError::NotPlain(excerpt(text)))?;
        if fraction.trim_end_matches('0').len() > DECIMALS {
            return Err(DecimalError::TooPrecise(excerpt(text)));
        }
        Ok(Self(text.into()))
    }
}

impl From<hl_quant::DecimalText> for WireDecimal {
    fn from(text: hl_quant::DecimalText) -> Self {
        Self(text.as_str().into())
    }
}

impl fmt::Display for WireDecimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for WireDecimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl Serialize for WireDecimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// A signed amount at 10^-8 for everything that never becomes an order: account values, fees,
/// profits, funding, volumes, supplies.
///
/// 128 bits, because total supplies and lifetime volumes leave 64 bits at this scale. Digits beyond
/// the eighth decimal (the exchange sends up to ten) are cut towards zero.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(i128);

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// The amount `raw` x 10^-8.
    #[must_use]
    pub const fn from_raw(raw: i128) -> Self {
        Self(raw)
    }

    /// The amount in units of 10^-8.
    #[must_use]
    pub const fn raw(self) -> i128 {
        self.0
    }

    /// The amount in units of 10^-`decimals` if that is a whole number, as the integer fields of
    /// actions want it: `ntli` and `usd` count millionths of a dollar.
    ///
    /// ```
    /// let amount: hl_wire::Amount = "-250.5".parse()?;
    /// assert_eq!(amount.to_units(6), Some(-250_500_000));
    /// assert_eq!("0.1234567".parse::<hl_wire::Amount>()?.to_units(6), None);
    /// # Ok::<(), hl_wire::DecimalError>(())
    /// ```
    #[must_use]
    pub fn to_units(self, decimals: u32) -> Option<i128> {
        match decimals.checked_sub(8) {
            Some(up) => self.0.checked_mul(10i128.checked_pow(up)?),
            None => {
                let down = 10i128.checked_pow(8 - decimals)?;
                (self.0 % down == 0).then_some(self.0 / down)
            }
        }
    }
}

impl FromStr for Amount {
    type Err = DecimalError;

    fn from_str(text: &str) -> Result<Self, DecimalError> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text),
        };
        let (whole, fraction) =
            split(digits).ok_or_else(|| DecimalError::NotPlain(excerpt(text)))?;
        let padding = core::iter::repeat_n(b'0', DECIMALS);
        let mut digits = whole.bytes().chain(fraction.bytes().chain(padding).take(DECIMALS));
        let raw = digits
            .try_fold(0i128, |sum, digit| {
                sum.checked_mul(10)?.checked_add(i128::from(digit.saturating_sub(b'0')))
            })
            .ok_or_else(|| DecimalError::TooLarge(excerpt(text)))?;
        Ok(Self(if negative { -raw } else { raw }))
    }
}

impl fmt::Display for Amount {
    /// Canonical text: no exponent, no trailing zero.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNIT: u128 = 100_000_000;
        let magnitude = self.0.unsigned_abs();
        let (whole, fraction) = (magnitude / UNIT, magnitude % UNIT);
        let digits = format!("{fraction:08}");
        let digits = digits.trim_end_matches('0');
        let point = if digits.is_empty() { "" } else { "." };
        f.pad_integral(self.0 >= 0, "", &format!("{whole}{point}{digits}"))
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Amount({self})")
    }
}

/// Deserialises from a decimal string and nothing else: a JSON number is refused.
macro_rules! from_decimal_string {
    ($name:ident) => {
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Text;
                impl Visitor<'_> for Text {
                    type Value = $name;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str("a decimal number in a string")
                    }

                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$name, E> {
                        text.parse().map_err(E::custom)
                    }
                }
                deserializer.deserialize_str(Text)
            }
        }
    };
}

from_decimal_string!(WireDecimal);
from_decimal_string!(Amount);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_text_has_no_needless_digit() {
        for (text, canonical) in [
            ("0", "0"),
            ("0.0", "0"),
            ("000", "0"),
            ("00.500", "0.5"),
            ("0.00076", "0.00076"),
            ("987654321.0", "987654321"),
            ("2000", "2000"),
            ("2000.0", "2000"),
            ("0100.10", "100.1"),
            ("1.000000000", "1"),
        ] {
            let mut decimal: WireDecimal = text.parse().unwrap();
            assert_eq!(decimal.canonical(), canonical, "{text}");
            assert_eq!(decimal.as_str(), text);
            decimal.canonicalize();
            assert_eq!(decimal.as_str(), canonical);
        }
    }

    #[test]
    fn what_the_exchange_answers_with_422_is_refused() {
        for text in ["", ".", "1.", ".5", "-1", "+1", "1e5", "NaN", "1.2.3", "0x10", " 1", "1_0"] {
            assert!(
                matches!(text.parse::<WireDecimal>(), Err(DecimalError::NotPlain(_))),
                "{text}"
            );
        }
        assert!(matches!("0.123456789".parse::<WireDecimal>(), Err(DecimalError::TooPrecise(_))));
        assert!("9".repeat(65).parse::<WireDecimal>().is_err());
    }

    #[test]
    fn amounts_keep_sign_and_cut_beyond_eight_decimals() {
        let amount = |text: &str| text.parse::<Amount>().unwrap();
        assert_eq!(amount("-0.0134").raw(), -1_340_000);
        assert_eq!(amount("170043721737.450012207").raw(), 17_004_372_173_745_001_220);
        assert_eq!(amount("-0.0"), Amount::ZERO);
        assert_eq!(amount("-0.000000019").raw(), -1);
        for text in ["0", "-250.5", "12.345678", "0.00000001", "1000000000000000"] {
            assert_eq!(amount(text).to_string(), text);
        }
        for text in ["--1", "-", "1e3", "inf", ""] {
            assert!(text.parse::<Amount>().is_err(), "{text}");
        }
        assert!(matches!("9".repeat(40).parse::<Amount>(), Err(DecimalError::TooLarge(_))));
    }
}
