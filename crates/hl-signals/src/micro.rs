//! Numbers at a millionth, for logs and journals: the same text on every machine, and back.

use std::{fmt, str::FromStr};

use crate::float::{from_u64, whole};

/// A number in millionths. What is written to a journal is this, and what is read back is the same.
///
/// ```
/// use hl_signals::Micro;
///
/// let micro = Micro::of(-0.640_485_092);
/// assert_eq!(micro.to_string(), "-0.640485");
/// assert_eq!("-0.640485".parse(), Ok(micro));
/// assert_eq!(micro.get(), -0.640_485);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Micro(i64);

/// A text that is no such number. Retrying does not help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a decimal with at most six places")]
pub struct BadMicro;

/// Millionths in one.
const ONE: u64 = 1_000_000;

impl Micro {
    /// The nearest one; half away from zero. What is no number is zero, and what is beyond the
    /// range is its end.
    #[must_use]
    pub fn of(value: f64) -> Self {
        if value.is_nan() {
            return Self(0);
        }
        let magnitude = (value.abs() * from_u64(ONE) + 0.5).min(9e18);
        let units = whole(magnitude).and_then(|units| i64::try_from(units).ok()).unwrap_or(0);
        Self(if value < 0.0 { units.saturating_neg() } else { units })
    }

    /// So many millionths.
    #[must_use]
    pub const fn from_raw(millionths: i64) -> Self {
        Self(millionths)
    }

    /// How many millionths.
    #[must_use]
    pub const fn raw(self) -> i64 {
        self.0
    }

    /// The number.
    #[must_use]
    pub fn get(self) -> f64 {
        let magnitude = from_u64(self.0.unsigned_abs()) / from_u64(ONE);
        if self.0 < 0 { -magnitude } else { magnitude }
    }
}

impl fmt::Display for Micro {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let magnitude = self.0.unsigned_abs();
        let (units, rest) = (magnitude / ONE, magnitude % ONE);
        write!(f, "{}{units}.{rest:06}", if self.0 < 0 { "-" } else { "" })
    }
}

impl FromStr for Micro {
    type Err = BadMicro;

    fn from_str(text: &str) -> Result<Self, BadMicro> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text),
        };
        let (units, places) = digits.split_once('.').unwrap_or((digits, "0"));
        let plain = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !plain(units) || !plain(places) || places.len() > 6 {
            return Err(BadMicro);
        }
        let joined = format!("{units}{places:0<6}");
        let value: i64 = joined.parse().map_err(|_| BadMicro)?;
        Ok(Self(if negative { value.saturating_neg() } else { value }))
    }
}
