//! Serde for the integers of `hl-quant`: the exchange writes them as decimal strings, except times.
//!
//! A JSON number where a string belongs is refused. Written texts have at least one fractional digit,
//! as the exchange's documents have.

use core::fmt::{self, Display, Write as _};
use core::marker::PhantomData;
use core::str::FromStr;

use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serializer};

use hl_quant::{Decimal, Millis, Price, Size};

/// A short text on the stack.
#[derive(Clone, Copy)]
struct Short {
    bytes: [u8; 48],
    len: usize,
}

impl Short {
    const fn new() -> Self {
        Self { bytes: [0; 48], len: 0 }
    }

    fn as_str(&self) -> &str {
        self.bytes.get(..self.len).and_then(|b| core::str::from_utf8(b).ok()).unwrap_or_default()
    }
}

impl fmt::Write for Short {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.len.saturating_add(text.len());
        self.bytes.get_mut(self.len..end).ok_or(fmt::Error)?.copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}

/// Writes a number as the exchange's documents do: `29792.0`, never `29792`.
fn document_text<S: Serializer>(number: &impl Display, serializer: S) -> Result<S::Ok, S::Error> {
    let mut text = Short::new();
    write!(text, "{number}").map_err(serde::ser::Error::custom)?;
    if !text.as_str().contains('.') {
        text.write_str(".0").map_err(serde::ser::Error::custom)?;
    }
    serializer.serialize_str(text.as_str())
}

struct FromText<T>(PhantomData<T>);

impl<T: FromStr<Err: Display>> Visitor<'_> for FromText<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a decimal number in a string")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
        text.parse()
            .map_err(|error| E::custom(format_args!("{error}: {:?}", crate::ids::excerpt(text))))
    }
}

/// For any number that is read from text exactly.
pub(crate) mod exact {
    use super::*;

    pub(crate) fn serialize<T: Display, S: Serializer>(t: &T, s: S) -> Result<S::Ok, S::Error> {
        document_text(t, s)
    }

    pub(crate) fn deserialize<'de, T, D>(d: D) -> Result<T, D::Error>
    where
        T: FromStr<Err: Display>,
        D: Deserializer<'de>,
    {
        d.deserialize_str(FromText(PhantomData))
    }
}

/// For an optional number that is read from text exactly: null and absent are `None`.
pub(crate) mod exact_option {
    use super::*;

    #[expect(clippy::ref_option, reason = "serde passes a reference to the field")]
    pub(crate) fn serialize<T, S>(value: &Option<T>, s: S) -> Result<S::Ok, S::Error>
    where
        T: Display,
        S: Serializer,
    {
        match value {
            Some(value) => document_text(value, s),
            None => s.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, T, D>(d: D) -> Result<Option<T>, D::Error>
    where
        T: FromStr<Err: Display>,
        D: Deserializer<'de>,
    {
        struct Exact<T>(T);
        impl<'de, T: FromStr<Err: Display>> Deserialize<'de> for Exact<T> {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                exact::deserialize(d).map(Self)
            }
        }
        Ok(Option::deserialize(d)?.map(|Exact(value)| value))
    }
}

/// A price that informs and never becomes an order: cut beyond the eighth decimal, zero is `None`.
struct Informative(Option<Price>);

impl FromStr for Informative {
    type Err = hl_quant::ParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Decimal::parse(text).map(|decimal| Self(Price::from_raw(decimal.floor_raw())))
    }
}

/// For the size of a fill: the exchange writes ten decimals for dust conversions, which are cut beyond
/// the eighth.
pub(crate) mod cut {
    use super::*;

    struct Cut(Size);

    impl FromStr for Cut {
        type Err = hl_quant::ParseError;

        fn from_str(text: &str) -> Result<Self, Self::Err> {
            Decimal::parse(text).map(|decimal| Self(Size::from_raw(decimal.floor_raw())))
        }
    }

    pub(crate) fn serialize<S: Serializer>(size: &Size, s: S) -> Result<S::Ok, S::Error> {
        document_text(size, s)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Size, D::Error> {
        exact::deserialize(d).map(|Cut(size)| size)
    }
}

/// For a price that informs: null, absent and zero are `None`.
pub(crate) mod informative {
    use super::*;

    #[expect(clippy::ref_option, reason = "serde passes a reference to the field")]
    pub(crate) fn serialize<S: Serializer>(value: &Option<Price>, s: S) -> Result<S::Ok, S::Error> {
        exact_option::serialize(value, s)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Price>, D::Error> {
        struct Read(Option<Price>);
        impl<'de> Deserialize<'de> for Read {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                exact::deserialize(d).map(|Informative(price)| Self(price))
            }
        }
        Ok(Option::deserialize(d)?.and_then(|Read(price)| price))
    }
}

/// For a moment: a whole number of milliseconds.
pub(crate) mod millis {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(moment: &Millis, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_u64(moment.0)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Millis, D::Error> {
        u64::deserialize(d).map(Millis)
    }
}

/// For an optional moment.
pub(crate) mod millis_option {
    use super::*;

    #[expect(clippy::ref_option, reason = "serde passes a reference to the field")]
    pub(crate) fn serialize<S: Serializer>(m: &Option<Millis>, s: S) -> Result<S::Ok, S::Error> {
        match m {
            Some(moment) => s.serialize_some(&moment.0),
            None => s.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Millis>, D::Error> {
        Ok(Option::<u64>::deserialize(d)?.map(Millis))
    }
}

impl serde::Serialize for crate::Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        document_text(self, serializer)
    }
}
