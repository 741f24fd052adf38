//! The venue's rules for numbers, checked on the very text that would be sent.
//!
//! This shares no code with `hl-quant`: it counts digits. Whoever breaks the grid there is stopped
//! here (Hyperliquid docs, "Tick and lot size", and the signing notes on trailing zeros).

use hl_quant::MarketKind;

/// The most significant figures of a price that is not an integer.
const FIGURES: usize = 5;

/// Whether the venue takes `text` as a price in a market of this kind with these size decimals.
pub(crate) fn price_is_legal(text: &str, kind: MarketKind, sz_decimals: u8) -> bool {
    let Some((int, fraction)) = canonical(text) else { return false };
    if fraction.is_empty() {
        return true;
    }
    let most: usize = match kind {
        MarketKind::Perp => 6,
        MarketKind::Spot => 8,
    };
    let decimals = most.saturating_sub(usize::from(sz_decimals));
    let figures = match int {
        "0" => fraction.trim_start_matches('0').len(),
        int => int.len().saturating_add(fraction.len()),
    };
    fraction.len() <= decimals && figures <= FIGURES
}

/// Whether the venue takes `text` as a size with these decimals.
pub(crate) fn size_is_legal(text: &str, sz_decimals: u8) -> bool {
    canonical(text).is_some_and(|(_, fraction)| fraction.len() <= usize::from(sz_decimals))
}

/// The digits before and after the point of a positive number in the one form that signs right: no
/// sign, no exponent, no leading zero, no trailing zero, no bare point.
fn canonical(text: &str) -> Option<(&str, &str)> {
    let (int, fraction) = match text.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (text, ""),
    };
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let zero = |s: &str| s.bytes().all(|b| b == b'0');
    let well_formed = !int.is_empty()
        && digits(int)
        && digits(fraction)
        && (int == "0" || !int.starts_with('0'))
        && !fraction.ends_with('0')
        && !(zero(int) && zero(fraction));
    well_formed.then_some((int, fraction))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hl_quant::{Decimal, PriceGrid, Round, SzDecimals};

    #[test]
    fn the_documented_examples_are_judged_as_documented() {
        // Hyperliquid docs, "Tick and lot size".
        let perp = |text| price_is_legal(text, MarketKind::Perp, 0);
        assert!(perp("1234.5"));
        assert!(!perp("1234.56"));
        assert!(perp("0.001234"));
        assert!(!perp("0.0012345"));
        assert!(price_is_legal("0.01234", MarketKind::Perp, 1));
        assert!(!price_is_legal("0.012345", MarketKind::Perp, 1));
        assert!(perp("123456"));
        assert!(price_is_legal("0.0001234", MarketKind::Spot, 0));
        assert!(price_is_legal("0.0001234", MarketKind::Spot, 1));
        assert!(!price_is_legal("0.0001234", MarketKind::Spot, 2));
        assert!(size_is_legal("1.001", 3));
        assert!(!size_is_legal("1.0001", 3));
    }

    #[test]
    fn only_the_form_that_signs_right_is_legal() {
        for text in [
            "", ".", "1.", ".5", "0", "0.0", "00", "01", "1.0", "1.50", "+1", "-1", "1e5", "1_0",
            "0x1", " 1", "1 ", "1.2.3", "NaN", "\u{661}",
        ] {
            assert!(!price_is_legal(text, MarketKind::Perp, 0), "{text:?}");
            assert!(!size_is_legal(text, 8), "{text:?}");
        }
    }

    #[test]
    fn it_agrees_with_the_grid_on_every_neighbour_of_random_prices() {
        let mut state = 1_u64;
        for round in 0..20_000_u32 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let raw = (state >> 8) >> (round % 40);
            for sz in 0..=6 {
                let grid = PriceGrid::perp(SzDecimals::new(sz).unwrap());
                let Ok(price) = grid.snap(Decimal::from_raw(raw), Round::Up) else { continue };
                assert!(price_is_legal(price.to_text().as_str(), MarketKind::Perp, sz), "{price}");
                let between = price.get().raw() + 1;
                let text = hl_quant::Price::from_raw(between).unwrap();
                let legal = price_is_legal(text.to_text().as_str(), MarketKind::Perp, sz);
                assert_eq!(legal, grid.check(text).is_ok(), "{text} at szDecimals {sz}");
            }
        }
    }
}
