//! Decimal text to integers and back: the one parser and the one formatter of the workspace.
//!
//! What the formatter writes is what gets hashed and signed, so it is canonical: no exponent, no
//! trailing zero, no leading zero but the one before a point
//! (Hyperliquid docs, "Tick and lot size" and "Signing").

use core::fmt;

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
        let mut raw = match append_digits(0, int) {
            Some(int) => append_digits(int, kept),
            None => None,
        };
        let mut decimals = kept.len();
        while decimals < FRACTION {
            raw = match raw {
                Some(raw) => raw.checked_mul(10),
                None => None,
            };
            decimals = decimals.wrapping_add(1);
        }
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
    let mut parts: (&[u8], &[u8]) = (text, &[]);
    let mut has_point = false;
    let mut rest = text;
    let mut at: usize = 0;
    while let [byte, tail @ ..] = rest {
        match (byte, text.split_at_checked(at)) {
            (b'0'..=b'9', _) => {}
            (b'.', Some((int, _))) if at > 0 && !has_point => {
                parts = (int, tail);
                has_point = true;
            }
            _ => return Err(ParseError::NotADigit { at, byte: *byte }),
        }
        rest = tail;
        at = at.wrapping_add(1);
    }
    if has_point && parts.1.is_empty() {
        return Err(ParseError::NoFraction);
    }
    Ok(parts)
}

/// `raw` with these digits written behind it; `None` out of range.
const fn append_digits(raw: u64, mut digits: &[u8]) -> Option<u64> {
    let mut raw = raw;
    while let [byte, rest @ ..] = digits {
        #[expect(clippy::as_conversions, reason = "u8 to u64 widens; From is not const")]
        let digit = byte.wrapping_sub(b'0') as u64;
        raw = match raw.checked_mul(10) {
            Some(shifted) => match shifted.checked_add(digit) {
                Some(sum) => sum,
                None => return None,
            },
            None => return None,
        };
        digits = rest;
    }
    Some(raw)
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
