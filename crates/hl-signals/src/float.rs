//! Integers into floats, without a conversion that could round in silence.

/// The nearest float to an integer.
pub(crate) fn from_u64(value: u64) -> f64 {
    let half = |bits: u64| f64::from(u32::try_from(bits).unwrap_or(u32::MAX));
    half(value >> 32) * 4_294_967_296.0 + half(value & 0xffff_ffff)
}

/// The nearest float to a count.
pub(crate) fn from_count(value: usize) -> f64 {
    from_u64(u64::try_from(value).unwrap_or(u64::MAX))
}

/// The integer part of a number from 0 to 2^63, by its bits.
pub(crate) fn whole(value: f64) -> Option<u64> {
    const FRACTION: u32 = 52;
    let bits = value.to_bits();
    let exponent = bits.checked_shr(FRACTION)?;
    let mantissa = (bits & 0x000f_ffff_ffff_ffff) | 0x0010_0000_0000_0000;
    match 1_075_u64.checked_sub(exponent) {
        Some(right) => Some(mantissa.checked_shr(u32::try_from(right).ok()?).unwrap_or(0)),
        None => {
            let left = u32::try_from(exponent.checked_sub(1_075)?).ok()?;
            (left <= 10).then(|| mantissa.checked_shl(left)).flatten()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_integer_part_is_exact_up_to_two_to_the_sixty_three() {
        for (value, expected) in [
            (0.0, 0),
            (0.999, 0),
            (1.0, 1),
            (1.999_999, 1),
            (4_503_599_627_370_495.5, 4_503_599_627_370_495),
            (9_007_199_254_740_991.0, 9_007_199_254_740_991),
            (9_007_199_254_740_992.0, 9_007_199_254_740_992),
            (9e18, 9_000_000_000_000_000_000),
            (f64::MIN_POSITIVE, 0),
        ] {
            assert_eq!(whole(value), Some(expected), "{value}");
        }
        for value in [-1.0, 1.9e19, f64::INFINITY, f64::NAN] {
            assert_eq!(whole(value), None, "{value}");
        }
    }

    #[test]
    fn integers_become_the_nearest_float() {
        assert_eq!(from_u64(u64::MAX), 18_446_744_073_709_551_615.0);
        assert_eq!(from_u64(4_294_967_297), 4_294_967_297.0);
        assert_eq!(from_count(7), 7.0);
    }
}
