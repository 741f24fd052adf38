//! Telling news from repetition.

/// A fingerprint of numbers: 64-bit FNV-1a over their bits.
///
/// It decides whether a payload says something else than the last one, so chance collisions do not
/// matter (one in 2^64 keeps a signal from being renewed once) and neither does an attacker, who
/// could as well send other numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint(u64);

impl Default for Fingerprint {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fingerprint {
    /// The fingerprint of these numbers in this order.
    #[must_use]
    pub fn of(numbers: &[f64]) -> u64 {
        numbers.iter().fold(Self::default(), |sum, number| sum.with(*number)).get()
    }

    /// With one number more. The two zeros are the same number.
    #[must_use]
    pub fn with(self, number: f64) -> Self {
        let bytes = (number + 0.0).to_bits().to_le_bytes();
        Self(
            bytes.iter().fold(self.0, |sum, byte| {
                (sum ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
            }),
        )
    }

    /// The fingerprint.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}
