//! Integers into floats, without a conversion that could round in silence.

/// The nearest float to an integer.
pub(crate) fn from_u64(value: u64) -> f64 {
    let half = |bits: u64| f64::from(u32::try_from(bits).unwrap_or(u32::MAX));
    half(value >> 32) * 4_294_967_296.0 + half(value & 0xffff_ffff)
}
