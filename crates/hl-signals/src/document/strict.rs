//! Maps and lists that refuse what serde's own accept in silence: a name twice, and too many.

use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::{MAX_DOCUMENT_PAIRS, PairName};

/// Entries by market, in the order of the text; each market once.
#[derive(Debug)]
pub(crate) struct Named<T>(pub(crate) Vec<(PairName, T)>);

/// Entries in the order of the text, bounded.
#[derive(Debug)]
pub(crate) struct List<T>(pub(crate) Vec<T>);

fn too_many<E: Error>() -> E {
    E::custom(format_args!("more than {MAX_DOCUMENT_PAIRS} entries"))
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Named<T> {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        struct Entries<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<T> {
            type Value = Named<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of markets")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Named<T>, A::Error> {
                let mut entries: Vec<(PairName, T)> = Vec::new();
                let mut seen = BTreeSet::new();
                while let Some(pair) = map.next_key::<PairName>()? {
                    if entries.len() >= MAX_DOCUMENT_PAIRS {
                        return Err(too_many());
                    }
                    if !seen.insert(pair) {
                        return Err(A::Error::custom(format_args!("{pair} twice")));
                    }
                    entries.push((pair, map.next_value()?));
                }
                Ok(Named(entries))
            }
        }
        input.deserialize_map(Entries(PhantomData))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        struct Entries<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<T> {
            type Value = List<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<List<T>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = list.next_element()? {
                    if entries.len() >= MAX_DOCUMENT_PAIRS {
                        return Err(too_many());
                    }
                    entries.push(entry);
                }
                Ok(List(entries))
            }
        }
        input.deserialize_seq(Entries(PhantomData))
    }
}
