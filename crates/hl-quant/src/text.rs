//! Decimal text to integers and back: the one parser and the one formatter of the workspace.
//!
//! What the formatter writes is what gets hashed and signed, so it is canonical: no exponent, no
//! trailing zero, no leading zero but the one before a point
//! (Hyperliquid docs, "Tick and lot size" and "Signing").

use core::fmt;

use crate::{DECIMALS, error::ParseError};

/// One whole unit: `10^8` raw.
pub(crate) const UNIT: u64 = 10_u64.pow(DECIMALS);

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
        if text.is_empty() {
            return Err(ParseError::Empty);
        }
        if text.len() > TEXT_MAX {
            return Err(ParseError::TooLong { len: text.len() });
        }
        let mut raw: u64 = 0;
        let mut rest = text;
        let mut at: usize = 0;
        while let [byte, tail @ ..] = rest {
            rest = tail;
            match byte {
                b'0'..=b'9' => match push_digit(raw, *byte) {
                    Some(next) => raw = next,
                    None => return Err(ParseError::TooLarge),
                },
                b'.' if at > 0 => return Self::parse_fraction(raw, rest, at),
                other => return Err(ParseError::NotADigit { at, byte: *other }),
            }
            at = at.wrapping_add(1);
        }
        match raw.checked_mul(UNIT) {
            Some(raw) => Ok(Self::from_raw(raw)),
            None => Err(ParseError::TooLarge),
        }
    }

    /// The digits after the point at offset `point`.
    const fn parse_fraction(int: u64, digits: &[u8], point: usize) -> Result<Self, ParseError> {
        if digits.is_empty() {
            return Err(ParseError::NoFraction);
        }
        let Some(mut raw) = int.checked_mul(UNIT) else { return Err(ParseError::TooLarge) };
        let mut weight = UNIT / 10;
        let mut tail = Tail::Zero;
        let mut rest = digits;
        let mut at = point.wrapping_add(1);
        let mut first_cut = true;
        while let [byte, next @ ..] = rest {
            rest = next;
            if !byte.is_ascii_digit() {
                return Err(ParseError::NotADigit { at, byte: *byte });
            }
            if weight > 0 {
                match raw.checked_add(digit(*byte).wrapping_mul(weight)) {
                    Some(sum) => raw = sum,
                    None => return Err(ParseError::TooLarge),
                }
                weight /= 10;
            } else {
                tail = match (first_cut, *byte) {
                    (true, b'5'..=b'9') => Tail::HalfOrMore,
                    (_, b'0') => tail,
                    _ => tail.or_below_half(),
                };
                first_cut = false;
            }
            at = at.wrapping_add(1);
        }
        Ok(Self { raw, tail })
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
    /// Another non-zero digit beyond the first that was cut.
    const fn or_below_half(self) -> Self {
        match self {
            Self::Zero => Self::BelowHalf,
            other => other,
        }
    }
}

const fn digit(byte: u8) -> u64 {
    #[expect(clippy::as_conversions, reason = "u8 to u64 widens; From is not const")]
    let value = byte.wrapping_sub(b'0') as u64;
    value
}

const fn push_digit(raw: u64, byte: u8) -> Option<u64> {
    match raw.checked_mul(10) {
        Some(shifted) => shifted.checked_add(digit(byte)),
        None => None,
    }
}

/// The longest canonical text: 12 digits, a point and 8 digits.
const LEN: usize = 21;

/// Canonical decimal text on the stack: what goes into the signed message and onto the wire.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct DecimalText {
    bytes: [u8; LEN],
    start: u8,
}

impl DecimalText {
    /// The canonical text of `raw` x 10^-8.
    #[must_use]
    pub fn from_raw(raw: u64) -> Self {
        let mut text = Self { bytes: [b'0'; LEN], start: 21 };
        let mut fraction = raw % UNIT;
        let mut int = raw / UNIT;
        if fraction > 0 {
            let mut decimals = DECIMALS;
            while fraction.is_multiple_of(10) {
                fraction /= 10;
                decimals = decimals.wrapping_sub(1);
            }
            for _ in 0..decimals {
                text.push_front(b'0'.wrapping_add((fraction % 10).to_le_bytes()[0]));
                fraction /= 10;
            }
            text.push_front(b'.');
        }
        loop {
            text.push_front(b'0'.wrapping_add((int % 10).to_le_bytes()[0]));
            int /= 10;
            if int == 0 {
                return text;
            }
        }
    }

    fn push_front(&mut self, byte: u8) {
        let start = self.start.saturating_sub(1);
        if let Some(slot) = self.bytes.get_mut(usize::from(start)) {
            *slot = byte;
            self.start = start;
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only ASCII was written, so neither fallback is reachable.
        let bytes = self.bytes.get(usize::from(self.start)..).unwrap_or_default();
        core::str::from_utf8(bytes).unwrap_or_default()
    }
}

impl AsRef<str> for DecimalText {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for DecimalText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for DecimalText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}
