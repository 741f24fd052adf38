//! Small helpers for reading maps by hand.

use std::borrow::Cow;

use serde::Deserialize;
pub(super) use serde::de::Error as Expecting;

/// A string that is borrowed from the text unless it has escapes.
#[derive(Deserialize)]
pub(super) struct CowStr<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);

/// A field that must come exactly once.
pub(super) trait Once<T> {
    /// Sets it, or refuses the second time.
    fn once<E: Expecting>(&mut self, name: &'static str, value: T) -> Result<(), E>;

    /// What was set.
    fn needed<E: Expecting>(self, name: &'static str) -> Result<T, E>;
}

impl<T> Once<T> for Option<T> {
    fn once<E: Expecting>(&mut self, name: &'static str, value: T) -> Result<(), E> {
        match self.replace(value) {
            Some(_) => Err(E::duplicate_field(name)),
            None => Ok(()),
        }
    }

    fn needed<E: Expecting>(self, name: &'static str) -> Result<T, E> {
        self.ok_or_else(|| E::missing_field(name))
    }
}
