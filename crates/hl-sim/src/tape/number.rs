//! The strict door from recorded text to legal numbers.

use hl_quant::{Decimal, DecimalText, MarketSpec, OrderPrice, OrderSize, Price, Size};

use super::stats::Problem;

/// Reads a price that must be in the venue's own formatting and on the market's grid.
pub(super) fn price(text: &str, coin: &str, spec: &MarketSpec) -> Result<OrderPrice, Problem> {
    let raw = canonical("px", text)?;
    let price = Price::from_raw(raw).ok_or_else(|| bad("px", text, "a price cannot be zero"))?;
    spec.prices().check(price).map_err(|off| Problem::OffGrid {
        field: "px",
        coin: coin.to_owned(),
        value: text.to_owned(),
        detail: off.to_string(),
    })
}

/// Reads a size that must be in the venue's own formatting, positive, and a number of lots.
pub(super) fn size(text: &str, coin: &str, spec: &MarketSpec) -> Result<OrderSize, Problem> {
    let raw = canonical("sz", text)?;
    spec.sizes().check(Size::from_raw(raw)).map_err(|off| Problem::OffGrid {
        field: "sz",
        coin: coin.to_owned(),
        value: text.to_owned(),
        detail: off.to_string(),
    })
}

/// The number at 10^-8, if `text` is its shortest form, with or without the `.0` that the venue
/// gives whole numbers on its streams. Anything else was not written by the venue.
fn canonical(field: &'static str, text: &str) -> Result<u64, Problem> {
    let number = Decimal::parse(text).map_err(|why| bad(field, text, &why.to_string()))?;
    let raw = number.exact().ok_or_else(|| bad(field, text, "more than 8 decimals"))?;
    let shortest = DecimalText::from_raw(raw);
    let stripped = text.strip_suffix(".0").unwrap_or(text);
    if stripped == shortest.as_str() {
        Ok(raw)
    } else {
        Err(bad(field, text, &format!("not the shortest form, {}", shortest.as_str())))
    }
}

fn bad(field: &'static str, text: &str, detail: &str) -> Problem {
    /// Enough to recognise any number; a hostile one may be a megabyte long.
    const SHOWN: usize = 64;
    let value = text.chars().take(SHOWN).collect();
    Problem::BadNumber { field, value, detail: detail.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::{price, size};
    use hl_quant::{MarketSpec, SzDecimals};

    fn sol() -> MarketSpec {
        MarketSpec::perp(SzDecimals::new(2).unwrap())
    }

    #[test]
    fn the_venues_own_formatting_is_read_exactly() {
        for (text, raw) in
            [("164.89", 16_489_000_000), ("165.0", 16_500_000_000), ("165", 16_500_000_000)]
        {
            assert_eq!(price(text, "SOL", &sol()).unwrap().get().raw(), raw, "{text}");
        }
        assert_eq!(size("0.13", "SOL", &sol()).unwrap().get().raw(), 13_000_000);
    }

    #[test]
    fn what_the_venue_would_not_write_is_refused_and_named() {
        for text in [
            "NaN", "inf", "-1.5", "+1.5", "1e5", "1.50", "01.5", "1.2.3", "", " 1", "0x10", "0",
            "1,5",
        ] {
            let problem = price(text, "SOL", &sol()).unwrap_err();
            assert_eq!(problem.reason(), "bad_number", "{text}");
            assert!(problem.to_string().contains(&format!("{text:?}")), "{problem}");
        }
        assert_eq!(price("164.8951", "SOL", &sol()).unwrap_err().reason(), "off_grid");
        assert_eq!(size("0.001", "SOL", &sol()).unwrap_err().reason(), "off_grid");
        assert_eq!(size("0", "SOL", &sol()).unwrap_err().reason(), "off_grid");
        let long = "9".repeat(100_000);
        assert!(price(&long, "SOL", &sol()).unwrap_err().to_string().len() < 300);
    }
}
