//! What a source says about one market at one moment.

use std::{fmt, str::FromStr};

use arrayvec::ArrayString;
use hl_quant::Millis;

/// The longest name of a source, in bytes.
pub const MAX_SOURCE_LEN: usize = 16;

/// Who says it: `nansen`, `venue`, or whatever a feed is called in the configuration.
///
/// One to sixteen lower-case letters, digits, `_` or `-`, so that it stands in a log line, a file
/// name and a configuration key as it is. Copying allocates nothing.
///
/// ```
/// use hl_signals::SourceId;
///
/// let nansen: SourceId = "nansen".parse().unwrap();
/// assert_eq!(nansen.to_string(), "nansen");
/// assert!("Nansen Pro".parse::<SourceId>().is_err());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(ArrayString<MAX_SOURCE_LEN>);

/// A name that no source can have. Retrying does not help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the name of a source is 1 to 16 of a-z, 0-9, `_` and `-`")]
pub struct BadSourceId;

impl SourceId {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl FromStr for SourceId {
    type Err = BadSourceId;

    fn from_str(text: &str) -> Result<Self, BadSourceId> {
        let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-".contains(&b);
        if text.is_empty() || !text.bytes().all(is_plain) {
            return Err(BadSourceId);
        }
        ArrayString::from(text).map(Self).map_err(|_| BadSourceId)
    }
}

impl fmt::Display for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SourceId({self})")
    }
}

/// An opinion: -1 is as bearish as the source can be, +1 as bullish, 0 is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Value(f64);

impl Value {
    /// No opinion.
    pub const NEUTRAL: Self = Self(0.0);

    /// `value`, if it is a number from -1 to +1. Nothing is clamped: a source that says 3 means
    /// something else by its numbers than we do.
    #[must_use]
    pub fn new(value: f64) -> Option<Self> {
        // Minus zero would print as `-0`, and is the same opinion.
        (-1.0..=1.0).contains(&value).then_some(Self(value + 0.0))
    }

    /// The number, from -1 to +1.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

/// How much a source trusts its own opinion: 0 is not at all, 1 is fully.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Confidence(f64);

impl Confidence {
    /// Not at all: the same as saying nothing.
    pub const NONE: Self = Self(0.0);
    /// Fully: what a source means that says nothing about it.
    pub const FULL: Self = Self(1.0);

    /// `value`, if it is a number from 0 to 1.
    #[must_use]
    pub fn new(value: f64) -> Option<Self> {
        (0.0..=1.0).contains(&value).then_some(Self(value + 0.0))
    }

    /// The number, from 0 to 1.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

/// One opinion of one source about one market.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Signal {
    /// Who.
    pub source: SourceId,
    /// What.
    pub value: Value,
    /// How sure.
    pub confidence: Confidence,
    /// When the source says that it was so.
    pub source_time: Millis,
    /// When we heard it.
    pub ingested: Millis,
    /// A fingerprint of everything that the source said except for the time: what tells news from
    /// an old payload under a new stamp. See [`Fingerprint`](crate::Fingerprint).
    pub content: u64,
}
