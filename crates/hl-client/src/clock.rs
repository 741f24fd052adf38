//! The clock, read in this file and nowhere else in the crate.

use std::time::SystemTime;

use hl_quant::Millis;

/// Milliseconds since the Unix epoch, by this machine's clock.
///
/// A clock set before 1970 reads as zero: the venue then refuses the nonce as too low, which is an
/// answer that a caller sees, where a panic here would not be.
#[expect(clippy::disallowed_methods, reason = "the transport is a shell: nonces follow the clock")]
#[must_use]
pub fn now() -> Millis {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Millis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
