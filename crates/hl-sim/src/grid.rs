//! The exchange's own check of a price or size, on the decimal text that arrived.
//!
//! The rule is that of the API docs' "Tick and lot size" page: a price is legal when it is an
//! integer, or has at most five significant figures and at most `6 - szDecimals` decimals; a size
//! has at most `szDecimals` decimals; trailing zeros do not count. It counts digits of the text and
//! shares no code with `hl-quant`, so that the two can be tested against each other.

/// Significant figures that a price with a fraction may have.
const SIGNIFICANT: usize = 5;
/// `MAX_DECIMALS` of a perpetual.
const PERP_DECIMALS: usize = 6;

/// The digits of a decimal number: what stands left and right of the point, without the zeros that
/// do not count.
struct Digits<'a> {
    whole: &'a str,
    fraction: &'a str,
}

impl<'a> Digits<'a> {
    /// Splits `12.340` into `12` and `34`; anything but ASCII digits around at most one point is
    /// nothing.
    fn of(text: &'a str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let numeric = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !numeric(whole) || !numeric(fraction) {
            return None;
        }
        Some(Self {
            whole: whole.trim_start_matches('0'),
            fraction: fraction.trim_end_matches('0'),
        })
    }

    /// Significant figures of a number that has a fraction.
    fn significant(&self) -> usize {
        if self.whole.is_empty() {
            self.fraction.trim_start_matches('0').len()
        } else {
            self.whole.len().saturating_add(self.fraction.len())
        }
    }

    fn is_zero(&self) -> bool {
        self.whole.is_empty() && self.fraction.is_empty()
    }
}

/// Whether `text` is a legal perpetual price for this `szDecimals`.
#[must_use]
pub fn is_legal_price(text: &str, sz_decimals: u8) -> bool {
    let Some(digits) = Digits::of(text) else { return false };
    if digits.is_zero() {
        return false;
    }
    let decimals = PERP_DECIMALS.saturating_sub(usize::from(sz_decimals));
    digits.fraction.is_empty()
        || (digits.fraction.len() <= decimals && digits.significant() <= SIGNIFICANT)
}

/// Whether `text` is a legal size for this `szDecimals`: positive, and a whole number of lots.
#[must_use]
pub fn is_legal_size(text: &str, sz_decimals: u8) -> bool {
    Digits::of(text).is_some_and(|digits| {
        !digits.is_zero() && digits.fraction.len() <= usize::from(sz_decimals)
    })
}

#[cfg(test)]
mod tests {
    use super::{is_legal_price, is_legal_size};

    #[test]
    fn the_examples_of_the_docs_hold() {
        for (text, sz_decimals, legal) in [
            ("1234.5", 1, true),
            ("1234.56", 1, false),
            ("0.001234", 0, true),
            ("0.0012345", 0, false),
            ("0.01234", 1, true),
            ("0.012345", 1, false),
            ("123456", 5, true),
            ("12345.6", 0, false),
            ("123456.0", 0, true),
            ("100000000", 0, true),
            ("0", 0, false),
            ("", 0, false),
            ("1e5", 0, false),
            ("-1", 0, false),
            ("+1", 0, false),
            (".5", 0, false),
            ("1.2.3", 0, false),
            ("0.50000000", 5, true),
        ] {
            assert_eq!(is_legal_price(text, sz_decimals), legal, "{text} at {sz_decimals}");
        }
    }

    #[test]
    fn a_size_is_a_whole_number_of_lots() {
        for (text, sz_decimals, legal) in [
            ("1", 0, true),
            ("1.0", 0, true),
            ("0.1", 0, false),
            ("0.01", 2, true),
            ("0.001", 2, false),
            ("0", 2, false),
            ("0.0", 2, false),
        ] {
            assert_eq!(is_legal_size(text, sz_decimals), legal, "{text} at {sz_decimals}");
        }
    }
}
