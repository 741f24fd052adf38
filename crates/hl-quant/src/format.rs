//! Integers to decimal text: the one formatter of the workspace.
//!
//! What it writes is what gets hashed and signed, so it is canonical: no exponent, no trailing zero,
//! no leading zero but the one before a point
//! (Hyperliquid docs, "Tick and lot size" and "Signing").

use core::fmt;

use crate::text::UNIT;

/// Sixteen digits before the point and eight behind it.
const LEN: usize = 25;

/// Canonical decimal text on the stack: what goes into the signed message and onto the wire.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct DecimalText {
    bytes: [u8; LEN],
    /// Offsets of the first byte of the text and of the one behind it.
    span: [u8; 2],
}

impl DecimalText {
    /// The canonical text of `raw` x 10^-8.
    #[must_use]
    pub fn from_raw(raw: u64) -> Self {
        let int = sixteen_digits(raw / UNIT);
        let fraction = eight_digits(raw % UNIT);
        let mut bytes = [b'.'; LEN];
        if let Some((head, rest)) = bytes.split_first_chunk_mut()
            && let Some(tail) = rest.last_chunk_mut()
        {
            *head = ascii(int);
            *tail = (fraction | u64::from_ne_bytes([b'0'; 8])).to_le_bytes();
        }
        // The first digit is the lowest byte. The last one before the point is always written.
        let skipped = (int.trailing_zeros() / 8).min(15);
        let written = match fraction.leading_zeros() / 8 {
            8 => 16,
            zeros => 25_u32.saturating_sub(zeros),
        };
        Self { bytes, span: [skipped, written].map(|at| u8::try_from(at).unwrap_or(0)) }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only ASCII was written, so neither fallback is reachable.
        let [start, end] = self.span.map(usize::from);
        let bytes = self.bytes.get(start..end).unwrap_or_default();
        core::str::from_utf8(bytes).unwrap_or_default()
    }
}

/// The sixteen digits of a number below 10^16, one a byte, the first in the lowest.
pub(crate) fn sixteen_digits(number: u64) -> u128 {
    let (high, low) = (eight_digits(number / UNIT), eight_digits(number % UNIT));
    u128::from(high) | (u128::from(low) << 64)
}

/// Sixteen digits as text.
pub(crate) const fn ascii(digits: u128) -> [u8; 16] {
    (digits | u128::from_ne_bytes([b'0'; 16])).to_le_bytes()
}

/// The eight digits of a number below 10^8, one a byte, the first in the lowest.
///
/// Halves, quarters and single digits are split off in the lanes of one integer at a time. Dividing
/// by 100 is multiplying by 10,486 / 2^20, which is exact below 10,000, and dividing by 10 is
/// multiplying by 103 / 2^10, which is exact below 100.
fn eight_digits(number: u64) -> u64 {
    const BELOW_128: u64 = 0x0000_007f_0000_007f;
    const BELOW_16: u64 = 0x000f_000f_000f_000f;
    let fours = (number / 10_000) | ((number % 10_000) << 32);
    let hundreds = (fours.wrapping_mul(10_486) >> 20) & BELOW_128;
    let twos = hundreds | (fours.wrapping_sub(hundreds.wrapping_mul(100)) << 16);
    let tens = (twos.wrapping_mul(103) >> 10) & BELOW_16;
    tens | (twos.wrapping_sub(tens.wrapping_mul(10)) << 8)
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

#[cfg(test)]
mod tests {
    use super::eight_digits;

    /// The two halves do not meet in any step, so all values of each are all cases.
    #[test]
    fn eight_digits_are_those_of_the_number() {
        for half in 0..10_000_u64 {
            for number in [half, half * 10_000, half * 10_001, half * 10_000 + 9_999] {
                let mut rest = number;
                let mut digits = 0_u64;
                for _ in 0..8 {
                    digits = digits << 8 | (rest % 10);
                    rest /= 10;
                }
                assert_eq!(eight_digits(number), digits, "{number}");
            }
        }
    }
}
