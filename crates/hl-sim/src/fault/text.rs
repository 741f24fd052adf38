//! Faults as text: `name key=value key=value @at+lasts`.

use std::fmt;
use std::str::FromStr;

use super::{Fault, Kind};

/// A line that is not a fault. Retrying is of no use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableFault {
    /// No kind has this name.
    #[error("no fault is called {0:?}")]
    Name(String),
    /// A parameter that the kind has is missing.
    #[error("{name} without {key}=")]
    Missing {
        /// The kind's name.
        name: &'static str,
        /// The parameter's.
        key: &'static str,
    },
    /// A parameter that the kind has not, or has already been given.
    #[error("{name} has no place for {word:?}")]
    Extra {
        /// The kind's name.
        name: &'static str,
        /// The word that is too much.
        word: String,
    },
    /// A value of the wrong form.
    #[error("{text:?} is not {wanted}")]
    Value {
        /// What it should be.
        wanted: &'static str,
        /// What was there.
        text: String,
    },
    /// No `@at+lasts` at the end.
    #[error("no time in {0:?}: a fault ends in @at+lasts, in milliseconds")]
    Time(String),
}

impl UnreadableFault {
    pub(super) fn value(wanted: &'static str, text: &str) -> Self {
        Self::Value { wanted, text: text.to_owned() }
    }
}

/// The `key=value` words of a line, of which a kind takes its own.
pub(super) struct Params<'a> {
    name: &'static str,
    words: Vec<&'a str>,
}

impl<'a> Params<'a> {
    pub(super) fn new(name: &'static str, words: impl Iterator<Item = &'a str>) -> Self {
        Self { name, words: words.collect() }
    }

    /// Takes the value of a key.
    pub(super) fn take<T: FromStr>(&mut self, key: &'static str) -> Result<T, UnreadableFault> {
        let value = |word: &&str| word.strip_prefix(key).is_some_and(|rest| rest.starts_with('='));
        let place = self.words.iter().position(value);
        let place = place.ok_or(UnreadableFault::Missing { name: self.name, key })?;
        let word = self.words.remove(place);
        let text = word.split_once('=').map_or("", |(_, text)| text);
        text.parse().map_err(|_| UnreadableFault::value(key, text))
    }

    /// Checks that every word has been taken.
    pub(super) fn finish(self) -> Result<(), UnreadableFault> {
        match self.words.first() {
            None => Ok(()),
            Some(word) => Err(UnreadableFault::Extra { name: self.name, word: (*word).to_owned() }),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} @{}+{}", self.kind, self.at, self.lasts_ms)
    }
}

impl FromStr for Fault {
    type Err = UnreadableFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let no_time = || UnreadableFault::Time(text.to_owned());
        let (kind, time) = text.rsplit_once('@').ok_or_else(no_time)?;
        let (at, lasts) = time.trim_end().split_once('+').ok_or_else(no_time)?;
        Ok(Self {
            at: at.parse().map_err(|_| no_time())?,
            lasts_ms: lasts.parse().map_err(|_| no_time())?,
            kind: kind.parse::<Kind>()?,
        })
    }
}
