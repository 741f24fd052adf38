//! Decimal text judged digit by digit, by code that shares nothing with the quantizer.

/// The digits of a decimal: before the point and after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Digits<'a> {
    whole: &'a str,
    part: &'a str,
}

impl<'a> Digits<'a> {
    /// Reads a number that is written canonically: digits, at most one point between digits, no
    /// sign, no exponent, no leading zero but a single one before the point, no trailing zero after
    /// it, at most 20 characters.
    pub(crate) fn canonical(text: &'a str) -> Option<Self> {
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        let (whole, part) = match text.split_once('.') {
            Some((whole, part)) => (whole, Some(part)),
            None => (text, None),
        };
        let led = whole.len() > 1 && whole.starts_with('0');
        let trailed = part.is_some_and(|part| !digits(part) || part.ends_with('0'));
        let fine = text.len() <= 20 && digits(whole) && !led && !trailed;
        fine.then(|| Self { whole, part: part.unwrap_or_default() })
    }

    /// Digits after the point.
    pub(crate) const fn decimals(self) -> usize {
        self.part.len()
    }

    /// Figures from the first that is not zero to the last that is not zero.
    pub(crate) fn significant(self) -> usize {
        let all = format!("{}{}", self.whole, self.part);
        all.trim_start_matches('0').trim_end_matches('0').len()
    }

    pub(crate) fn is_zero(self) -> bool {
        self.whole.bytes().chain(self.part.bytes()).all(|digit| digit == b'0')
    }

    /// The value times 10^8; nothing when it has more decimals or does not fit.
    pub(crate) fn times_e8(self) -> Option<u64> {
        let missing = 8_usize.checked_sub(self.part.len())?;
        let text = format!("{}{}{}", self.whole, self.part, "0".repeat(missing));
        text.parse().ok()
    }

    /// The venue's rule for perpetual prices: whole numbers always; otherwise at most five
    /// significant figures and at most `6 - szDecimals` decimals (docs: "Tick and lot size").
    pub(crate) fn is_price_on(self, sz_decimals: u8) -> bool {
        let most = 6_usize.saturating_sub(usize::from(sz_decimals));
        !self.is_zero()
            && (self.part.is_empty() || (self.significant() <= 5 && self.decimals() <= most))
    }

    /// The venue's rule for sizes: positive, at most `szDecimals` decimals.
    pub(crate) fn is_size_on(self, sz_decimals: u8) -> bool {
        !self.is_zero() && self.decimals() <= usize::from(sz_decimals)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_canonical_text_is_read() {
        for good in ["1", "0.5", "100", "164.89", "0.00001", "123456789"] {
            assert!(Digits::canonical(good).is_some(), "{good}");
        }
        for bad in ["", ".", "1.", ".5", "01", "1.50", "1.0", "1e5", "+1", "-1", "1 ", "00", "١"] {
            assert!(Digits::canonical(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn the_grid_rule_is_the_documented_one() {
        let on = |text, decimals| Digits::canonical(text).unwrap().is_price_on(decimals);
        // The examples of the docs' page "Tick and lot size".
        assert!(on("1234.5", 1) && !on("1234.56", 1));
        assert!(on("0.001234", 0) && !on("0.0012345", 0));
        assert!(on("0.01234", 1) && !on("0.012345", 1));
        assert!(on("123456", 5), "whole numbers always");
        assert!(!on("0", 0));
        let size = |text, decimals| Digits::canonical(text).unwrap().is_size_on(decimals);
        assert!(size("1.001", 3) && !size("1.0001", 3) && !size("0", 3));
    }

    #[test]
    fn a_value_is_read_exactly() {
        assert_eq!(Digits::canonical("164.89").unwrap().times_e8(), Some(16_489_000_000));
        assert_eq!(Digits::canonical("0.000000001").unwrap().times_e8(), None);
    }
}
