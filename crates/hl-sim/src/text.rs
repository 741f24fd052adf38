//! Numbers as the venue writes them in its documents and streams.
//!
//! Market data and account documents carry decimal strings without exponent and without trailing
//! zeros but with at least one decimal (`"29792.0"`).

use hl_quant::{DECIMALS, Price, SignedSize, Size};

/// `value` at 10^-`decimals` as text with at least one decimal.
pub(crate) fn scaled(value: i128, decimals: u32) -> String {
    // Nearly every number of a document is a price or a size, and documents are most of the work.
    match u64::try_from(value) {
        Ok(small) if decimals <= DECIMALS => short(small, decimals),
        _ => long(value, decimals),
    }
}

/// The same for what fits into 64 bits, in the narrow arithmetic that this allows.
fn short(value: u64, decimals: u32) -> String {
    let unit = 10_u64.saturating_pow(decimals);
    let (whole, mut fraction) = (value / unit, value % unit);
    let mut text = whole.to_string();
    text.push('.');
    if fraction == 0 {
        text.push('0');
        return text;
    }
    let mut place = unit / 10;
    while fraction > 0 {
        let digit = fraction.checked_div(place).unwrap_or(0);
        text.push(char::from_digit(u32::try_from(digit).unwrap_or(0), 10).unwrap_or('0'));
        fraction = fraction.saturating_sub(digit.saturating_mul(place));
        place /= 10;
    }
    text
}

fn long(value: i128, decimals: u32) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let magnitude = value.unsigned_abs();
    let unit = 10_u128.saturating_pow(decimals);
    let whole = magnitude / unit;
    let fraction = magnitude % unit;
    let width = usize::try_from(decimals).unwrap_or(0);
    let digits = format!("{fraction:0width$}");
    let trimmed = digits.trim_end_matches('0');
    if decimals == 0 || trimmed.is_empty() {
        format!("{sign}{whole}.0")
    } else {
        format!("{sign}{whole}.{trimmed}")
    }
}

/// The same without the compulsory decimal: `"83000"`.
pub(crate) fn bare(value: i128, decimals: u32) -> String {
    let mut text = scaled(value, decimals);
    if text.ends_with(".0") {
        text.truncate(text.len().saturating_sub(2));
    }
    text
}

/// A price in market data.
pub(crate) fn px(price: Price) -> String {
    scaled(i128::from(price.raw()), DECIMALS)
}

/// A price given by its number at 10^-8, which may be zero or half a tick.
pub(crate) fn px_raw(raw: u64) -> String {
    scaled(i128::from(raw), DECIMALS)
}

/// A size in market data.
pub(crate) fn sz(size: Size) -> String {
    scaled(i128::from(size.raw()), DECIMALS)
}

/// A position size.
pub(crate) fn szi(size: SignedSize) -> String {
    scaled(i128::from(size.raw()), DECIMALS)
}

#[cfg(test)]
mod tests {
    use super::{bare, long, scaled, short};

    #[test]
    fn at_least_one_decimal_and_no_trailing_zero() {
        for (value, decimals, text) in [
            (2_979_200_000_000, 8, "29792.0"),
            (150, 8, "0.0000015"),
            (-1, 8, "-0.00000001"),
            (0, 8, "0.0"),
            (7, 0, "7.0"),
        ] {
            assert_eq!(scaled(value, decimals), text);
        }
        assert_eq!(bare(8_300_000_000_000, 8), "83000");
        assert_eq!(bare(244_010_000_000, 8), "2440.1");
    }

    /// Two ways to the same text: the quick one and the one that takes any number.
    #[test]
    fn small_numbers_are_written_like_any_others() {
        let mut value: u64 = 1;
        for step in 0..200_000_u64 {
            value = value.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(step);
            let small = value >> (step % 64);
            for decimals in [0, 2, 6, 8] {
                let (quick, any) = (short(small, decimals), long(i128::from(small), decimals));
                assert_eq!(quick, any, "{small} at {decimals}");
            }
        }
    }
}
