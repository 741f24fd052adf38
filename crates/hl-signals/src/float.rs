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
