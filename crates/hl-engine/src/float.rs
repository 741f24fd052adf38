//! The doors between the integers of the core and the floats of the models and estimators.
//!
//! Inwards everything may pass: a float says the same number to fifteen digits. Outwards there is one
//! door, [`price`], and nothing but a price comes through it.

use hl_quant::{Notional, Price, Round, SignedSize, Size};

/// Units of a [`Price`] in one.
const SCALE: u64 = 100_000_000;
/// The bits of a float's fraction.
const FRACTION_BITS: u32 = 52;

/// The price that a model's number stands for; `None` unless it is finite, positive and within the
/// range of prices once rounded.
///
/// A float is an integer times a power of two, and this is where it is taken at its word: the
/// rounding to 10^-8 is exact and in the named direction, for every one of the 2^64 bit patterns.
/// [`Round::Nearest`] takes a half up.
pub(crate) fn price(value: f64, round: Round) -> Option<Price> {
    let bits = value.to_bits();
    let exponent = u32::try_from(bits.checked_shr(FRACTION_BITS)?).ok()?;
    // The sign stands above the eleven bits of the exponent; all ones are infinities and NaN.
    if exponent >= 0x7ff {
        return None;
    }
    let fraction = bits & 0x000f_ffff_ffff_ffff;
    let mantissa = if exponent == 0 { fraction } else { fraction | 0x0010_0000_0000_0000 };
    // value = mantissa / 2^shift; at shift 0 it is far beyond every price already.
    let shift = 1_075_u32.checked_sub(exponent.max(1)).filter(|shift| *shift > 0)?;
    let scaled = u128::from(mantissa).checked_mul(SCALE.into())?;
    let down = scaled.checked_shr(shift).unwrap_or(0);
    let rest = scaled.saturating_sub(down.checked_shl(shift).unwrap_or(0));
    let up = match round {
        Round::Down => false,
        Round::Up => rest > 0,
        Round::Nearest => rest.checked_shr(shift.saturating_sub(1)).unwrap_or(0) > 0,
    };
    let raw = down.checked_add(u128::from(up))?;
    Price::from_raw(u64::try_from(raw).ok()?)
}

/// The nearest float to an integer.
#[expect(clippy::float_arithmetic, reason = "two exact halves and one rounding make a conversion")]
pub(crate) fn from_u64(value: u64) -> f64 {
    let half = |bits: u64| f64::from(u32::try_from(bits).unwrap_or(u32::MAX));
    half(value >> 32) * 4_294_967_296.0 + half(value & 0xffff_ffff)
}

/// A decimal at 10^-8, as configurations hold them, as a float.
///
/// ```
/// assert_eq!(hl_engine::from_e8(25_000_000), 0.25);
/// ```
#[must_use]
#[expect(clippy::float_arithmetic, reason = "a scale, not a decision")]
pub fn from_e8(raw: u64) -> f64 {
    from_u64(raw) / from_u64(SCALE)
}

/// A price in the quote unit.
pub(crate) fn of_price(price: Price) -> f64 {
    from_e8(price.raw())
}

/// A size in the base unit.
pub(crate) fn of_size(size: Size) -> f64 {
    from_e8(size.raw())
}

/// A decimal at 10^-8 that may be negative.
#[expect(clippy::float_arithmetic, reason = "a sign")]
pub(crate) fn from_signed_e8(raw: i64) -> f64 {
    let magnitude = from_e8(raw.unsigned_abs());
    if raw < 0 { -magnitude } else { magnitude }
}

/// Halfway between two prices.
pub(crate) fn middle(a: Price, b: Price) -> f64 {
    f64::midpoint(of_price(a), of_price(b))
}

/// A position in the base unit; negative for a short.
#[expect(clippy::float_arithmetic, reason = "a sign")]
pub(crate) fn of_position(position: SignedSize) -> f64 {
    let size = from_e8(position.raw().unsigned_abs());
    if position.raw() < 0 { -size } else { size }
}

/// A value in the quote unit, cut to 10^-8.
pub(crate) fn of_notional(notional: Notional) -> f64 {
    from_e8(u64::try_from(notional.raw() / u128::from(SCALE)).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn both(value: f64) -> (Option<u64>, Option<u64>) {
        let raw = |round| price(value, round).map(Price::raw);
        (raw(Round::Down), raw(Round::Up))
    }

    #[test]
    fn only_finite_positive_numbers_in_range_become_prices() {
        let nothing = [
            f64::NAN,
            -f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            0.0,
            -0.0,
            -1.0,
            -f64::MIN_POSITIVE,
            f64::MAX,
            f64::MIN,
            1e300,
            184_467_440_737.1,
            4_503_599_627_370_496.0,
        ];
        for value in nothing {
            assert_eq!(both(value), (None, None), "{value}");
            assert_eq!(price(value, Round::Nearest), None, "{value}");
        }
        // Less than one unit is nothing when rounded down, and one unit when rounded up.
        for value in [f64::MIN_POSITIVE, 5e-324, 9.9e-9] {
            assert_eq!(both(value), (None, Some(1)), "{value}");
        }
        assert_eq!(price(4.9e-9, Round::Nearest), None);
        assert_eq!(price(5.1e-9, Round::Nearest).map(Price::raw), Some(1));
    }

    #[test]
    fn the_direction_of_rounding_is_the_named_one() {
        // 0.1 as a float is a little more than a tenth, 0.3 a little less than three.
        assert_eq!(both(0.1), (Some(10_000_000), Some(10_000_001)));
        assert_eq!(both(0.3), (Some(29_999_999), Some(30_000_000)));
        assert_eq!(both(0.25), (Some(25_000_000), Some(25_000_000)));
        assert_eq!(both(164.5), (Some(16_450_000_000), Some(16_450_000_000)));
        assert_eq!(price(0.3, Round::Nearest).map(Price::raw), Some(30_000_000));
        // 2^-9 = 0.001953125 is half a unit above 195312: a half goes up.
        assert_eq!(price(0.001_953_125, Round::Nearest).map(Price::raw), Some(195_313));
        // The largest prices: a float has no digits left behind the point there.
        assert_eq!(
            both(184_467_440_737.0),
            (Some(18_446_744_073_700_000_000), Some(18_446_744_073_700_000_000))
        );
    }

    #[test]
    fn integers_become_the_nearest_float() {
        // The standard library's own conversion, which this crate may not use elsewhere.
        #[expect(clippy::as_conversions, reason = "the reference")]
        for value in [0, 1, 2_u64.pow(53) - 1, 2_u64.pow(53) + 1, u64::MAX, u64::MAX - 1_025] {
            assert_eq!(from_u64(value).to_bits(), (value as f64).to_bits(), "{value}");
        }
        assert_eq!(of_position("-2.5".parse().unwrap()).to_bits(), (-2.5_f64).to_bits());
        assert_eq!(of_notional(Notional::whole(150)).to_bits(), 150_f64.to_bits());
        assert_eq!(
            of_notional(Notional::from_raw(u128::MAX)).to_bits(),
            from_e8(u64::MAX).to_bits()
        );
    }

    proptest! {
        #[test]
        fn whatever_the_bits_the_price_encloses_the_number(bits in any::<u64>()) {
            let value = f64::from_bits(bits);
            let (down, up) = both(value);
            if !(value.is_finite() && value > 0.0) {
                prop_assert_eq!((down, up), (None, None));
            }
            // Comparing decimal texts: exact, and no code shared with the door.
            if let Some(down) = down {
                prop_assert!(cmp(down, value).is_le(), "{} {}", down, value);
                if let Some(next) = down.checked_add(1) {
                    prop_assert!(cmp(next, value).is_gt(), "{} {}", down, value);
                }
            }
            if let Some(up) = up {
                prop_assert!(cmp(up, value).is_ge(), "{} {}", up, value);
                prop_assert!(cmp(up - 1, value).is_lt(), "{} {}", up, value);
            }
        }

        #[test]
        fn a_price_that_a_float_can_hold_comes_back_as_it_was(raw in 1_u64..4_503_599_627_370_496) {
            let back = price(of_price(Price::from_raw(raw).unwrap()), Round::Nearest);
            prop_assert_eq!(back.map(Price::raw), Some(raw));
        }
    }

    /// Compares `raw` x 10^-8 with the exact decimal expansion of `value`.
    fn cmp(raw: u64, value: f64) -> std::cmp::Ordering {
        let exact = format!("{value:.1100}");
        let (int, fraction) = exact.split_once('.').unwrap();
        let ours = format!("{}{:08}", raw / SCALE, raw % SCALE);
        let theirs = format!("{int}{}", &fraction[..8]);
        let ours = format!("{ours:0>400}");
        let theirs_padded = format!("{theirs:0>400}");
        let rest = fraction[8..].bytes().any(|digit| digit != b'0');
        match ours.cmp(&theirs_padded) {
            std::cmp::Ordering::Equal if rest => std::cmp::Ordering::Less,
            other => other,
        }
    }
}
