//! Times as feeds write them: seconds or milliseconds since 1970.

use std::fmt;

use hl_quant::Millis;
use serde::{Deserialize, Deserializer, de};

/// A time that is none. Carries what was said.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("timestamp {0} is neither seconds nor milliseconds since 1970")]
pub struct BadStamp(pub f64);

/// Seconds from here on: September 2001. Milliseconds from a thousand times this on.
const SECONDS_FROM: f64 = 1e9;
/// Seconds end here: the year 5138.
const SECONDS_TO: f64 = 1e11;

/// The moment that a number means.
///
/// The two units are a factor of a thousand apart and overlap nowhere between 2001 and 5138:
/// 1730700123 and 1730700123.456 are seconds, 1730700123456 are milliseconds. Microseconds,
/// nanoseconds and anything before 2001 are refused rather than guessed.
///
/// # Errors
/// The number is in neither range.
pub fn stamp(number: f64) -> Result<Millis, BadStamp> {
    let ms = match number {
        n if (SECONDS_FROM..SECONDS_TO).contains(&n) => n * 1_000.0,
        n if (SECONDS_FROM * 1_000.0..SECONDS_TO * 1_000.0).contains(&n) => n,
        n => return Err(BadStamp(n)),
    };
    crate::float::whole(ms).map(Millis).ok_or(BadStamp(number))
}

/// A number where a time is expected.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stamp(pub(crate) f64);

impl<'de> Deserialize<'de> for Stamp {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        struct Number;
        impl de::Visitor<'_> for Number {
            type Value = Stamp;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a time as a number")
            }

            fn visit_u64<E: de::Error>(self, n: u64) -> Result<Stamp, E> {
                Ok(Stamp(crate::float::from_u64(n)))
            }

            fn visit_i64<E: de::Error>(self, _: i64) -> Result<Stamp, E> {
                Ok(Stamp(-1.0))
            }

            fn visit_f64<E: de::Error>(self, n: f64) -> Result<Stamp, E> {
                Ok(Stamp(n))
            }
        }
        input.deserialize_any(Number)
    }
}
