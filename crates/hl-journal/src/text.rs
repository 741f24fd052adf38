//! How numbers are written: as the shortest exact text, and times as integers.

/// Anything with exact text, as a JSON string.
pub(crate) mod exact {
    use core::fmt::Display;
    use core::str::FromStr;

    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub(crate) fn serialize<T: Display, S: Serializer>(t: &T, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(t)
    }

    pub(crate) fn deserialize<'de, T, D>(d: D) -> Result<T, D::Error>
    where
        T: FromStr<Err: Display>,
        D: Deserializer<'de>,
    {
        let text = String::deserialize(d)?;
        text.parse().map_err(D::Error::custom)
    }
}

/// A moment as milliseconds since the epoch.
pub(crate) mod millis {
    use hl_quant::Millis;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(t: &Millis, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_u64(t.0)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Millis, D::Error> {
        u64::deserialize(d).map(Millis)
    }
}

/// Money as an integer of 10^-16 dollars, in a string: it has more digits than a JSON number keeps.
pub(crate) mod usd {
    use hl_engine::Usd;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub(crate) fn serialize<S: Serializer>(t: &Usd, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(&t.raw())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Usd, D::Error> {
        let text = String::deserialize(d)?;
        text.parse().map(Usd::from_raw).map_err(D::Error::custom)
    }
}

/// A side as `B` or `A`, the venue's letters.
pub(crate) mod side {
    use hl_quant::Side;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub(crate) fn serialize<S: Serializer>(t: &Side, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(match t {
            Side::Bid => "B",
            Side::Ask => "A",
        })
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Side, D::Error> {
        match String::deserialize(d)?.as_str() {
            "B" => Ok(Side::Bid),
            "A" => Ok(Side::Ask),
            other => Err(D::Error::custom(format_args!("no side: {other:?}"))),
        }
    }
}
