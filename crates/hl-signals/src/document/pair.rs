//! The name by which a feed calls a market.

use std::{fmt, str::FromStr};

use arrayvec::ArrayString;
use serde::{Deserialize, Deserializer, de};

/// The longest name of a market in a feed, in bytes: the venue's own are shorter.
pub const MAX_PAIR_LEN: usize = 24;

/// A market as a feed names it: the venue's coin, letter by letter (`kPEPE` is not `KPEPE`).
///
/// One to 24 printable ASCII characters without space, `=`, quote or backslash, so that it can
/// stand in a log line. Copying allocates nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PairName(ArrayString<MAX_PAIR_LEN>);

/// A name that no market can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the name of a market is 1 to {MAX_PAIR_LEN} plain characters")]
pub struct BadPairName;

impl PairName {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl FromStr for PairName {
    type Err = BadPairName;

    fn from_str(text: &str) -> Result<Self, BadPairName> {
        let is_plain = |b: u8| b.is_ascii_graphic() && !b"=\"'\\".contains(&b);
        if text.is_empty() || !text.bytes().all(is_plain) {
            return Err(BadPairName);
        }
        ArrayString::from(text).map(Self).map_err(|_| BadPairName)
    }
}

impl fmt::Display for PairName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for PairName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PairName({self})")
    }
}

impl<'de> Deserialize<'de> for PairName {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        struct Text;
        impl de::Visitor<'_> for Text {
            type Value = PairName;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a market")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<PairName, E> {
                text.parse().map_err(E::custom)
            }
        }
        input.deserialize_str(Text)
    }
}
