//! Decimal text to integers: the one parser of the workspace.

use crate::{DECIMALS, error::ParseError};

/// One whole unit: `10^8` raw.
pub(crate) const UNIT: u64 = 10_u64.pow(DECIMALS);

/// [`DECIMALS`] as a length.
#[expect(clippy::as_conversions, reason = "u32 to usize widens; From is not const")]
const FRACTION: usize = DECIMALS as usize;

/// The longest text that is read, in bytes. Longer input is refused unread: no legal number needs
/// it, and it bounds the work that hostile input can ask for.
pub const TEXT_MAX: usize = 128;

/// What lies beyond the eighth decimal of a parsed number, compared with half a unit of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Tail {
    Zero,
    BelowHalf,
    HalfOrMore,
}

/// A non-negative decimal number as it was written: an integer at 10^-8 and what was cut off.
///
/// Quantizing starts here, so that a fraction longer than eight digits is rounded once, in the
/// asked direction, and never cut first.
///
/// ```
/// use hl_quant::Decimal;
///
/// let exact = Decimal::parse("164.8951")?;
/// assert_eq!(exact.exact(), Some(16_489_510_000));
///
/// let longer = Decimal::parse("0.000000019")?;
/// assert_eq!((longer.floor_raw(), longer.exact()), (1, None));
/// # Ok::<(), hl_quant::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Decimal {
    pub(crate) raw: u64,
    pub(crate) tail: Tail,
}

impl Decimal {
    /// The number `raw` x 10^-8, exactly.
    #[must_use]
    pub const fn from_raw(raw: u64) -> Self {
        Self { raw, tail: Tail::Zero }
    }

    /// Reads plain decimal text: digits, then optionally a point and digits.
    ///
    /// Leading and trailing zeros are allowed. Signs, exponents, spaces, separators, a bare point
    /// and other bases are not.
    ///
    /// # Errors
    /// [`ParseError`] names what is wrong and where. Retrying does not help.
    pub const fn parse(text: &str) -> Result<Self, ParseError> {
        Self::parse_bytes(text.as_bytes())
    }

    /// [`Decimal::parse`] for text that is not known to be UTF-8.
    ///
    /// # Errors
    /// As [`Decimal::parse`].
    pub const fn parse_bytes(text: &[u8]) -> Result<Self, ParseError> {
        let (int, fraction) = match split(text) {
            Ok(parts) => parts,
            Err(error) => return Err(error),
        };
        let (kept, cut): (_, &[u8]) = match fraction.split_at_checked(FRACTION) {
            Some(parts) => parts,
            None => (fraction, &[]),
        };
        let raw = match whole(int) {
            Some(int) => int.checked_mul(UNIT),
            None => None,
        };
        let raw = match raw {
            Some(raw) => raw.checked_add(eighth_decimals(kept)),
            None => None,
        };
        match raw {
            Some(raw) => Ok(Self { raw, tail: Tail::of(cut) }),
            None => Err(ParseError::TooLarge),
        }
    }

    /// The number at 10^-8, without what lies beyond the eighth decimal.
    #[must_use]
    pub const fn floor_raw(self) -> u64 {
        self.raw
    }

    /// The number at 10^-8 if it has at most eight significant decimals.
    #[must_use]
    pub const fn exact(self) -> Option<u64> {
        match self.tail {
            Tail::Zero => Some(self.raw),
            Tail::BelowHalf | Tail::HalfOrMore => None,
        }
    }

    /// Whether the number is exactly zero.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        matches!(self, Self { raw: 0, tail: Tail::Zero })
    }
}

impl Tail {
    /// Of the digits from the ninth decimal on.
    pub(crate) const fn of(mut digits: &[u8]) -> Self {
        if let [b'5'..=b'9', ..] = digits {
            return Self::HalfOrMore;
        }
        while let [digit, rest @ ..] = digits {
            if *digit != b'0' {
                return Self::BelowHalf;
            }
            digits = rest;
        }
        Self::Zero
    }
}

/// The digits before and behind the point: the grammar of every number that is read.
pub(crate) const fn split(text: &[u8]) -> Result<(&[u8], &[u8]), ParseError> {
    if text.is_empty() {
        return Err(ParseError::Empty);
    }
    if text.len() > TEXT_MAX {
        return Err(ParseError::TooLong { len: text.len() });
    }
    let (int, rest) = split_digits(text);
    let (fraction, rest): (&[u8], _) = match rest {
        [b'.', fraction @ ..] if !int.is_empty() => split_digits(fraction),
        _ => (&[], rest),
    };
    match rest {
        [byte, ..] => {
            Err(ParseError::NotADigit { at: text.len().saturating_sub(rest.len()), byte: *byte })
        }
        [] if fraction.is_empty() && int.len() < text.len() => Err(ParseError::NoFraction),
        [] => Ok((int, fraction)),
    }
}

/// The digits that `text` begins with, and the rest of it.
const fn split_digits(text: &[u8]) -> (&[u8], &[u8]) {
    let mut rest = text;
    let mut len: usize = 0;
    while let [b'0'..=b'9', tail @ ..] = rest {
        rest = tail;
        len = len.wrapping_add(1);
    }
    match text.split_at_checked(len) {
        Some(parts) => parts,
        None => (text, rest),
    }
}

/// The number that these digits are; `None` out of range.
const fn whole(mut digits: &[u8]) -> Option<u64> {
    let mut number: u64 = 0;
    while let [byte, rest @ ..] = digits {
        number = match number.checked_mul(10) {
            Some(shifted) => match shifted.checked_add(digit(*byte)) {
                Some(sum) => sum,
                None => return None,
            },
            None => return None,
        };
        digits = rest;
    }
    Some(number)
}

/// At most eight digits behind the point, in units of 10^-8.
const fn eighth_decimals(mut digits: &[u8]) -> u64 {
    let mut number: u64 = 0;
    let mut decimals = 0;
    while decimals < DECIMALS {
        number = number.wrapping_mul(10);
        if let [byte, rest @ ..] = digits {
            number = number.wrapping_add(digit(*byte));
            digits = rest;
        }
        decimals = decimals.wrapping_add(1);
    }
    number
}

const fn digit(byte: u8) -> u64 {
    #[expect(clippy::as_conversions, reason = "u8 to u64 widens; From is not const")]
    let value = byte.wrapping_sub(b'0') as u64;
    value
}
