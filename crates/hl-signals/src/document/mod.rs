//! Bytes from a feed into opinions: strict, bounded, and by rejection.
//!
//! What does not have the shape is refused as a whole: a feed that renames a field must be noticed
//! on the same day. A number out of its range refuses the one market that it belongs to, by name,
//! and the others stand. Nothing is clamped and nothing is guessed.

mod pair;
mod plain;
mod stamp;
mod strict;

use std::fmt;

use hl_quant::Millis;

use crate::{Confidence, Signal, SourceId, Value, nansen};

pub use pair::{BadPairName, MAX_PAIR_LEN, PairName};
pub(crate) use stamp::Stamp;
pub use stamp::{BadStamp, stamp};
pub(crate) use strict::{List, Named};

/// The longest document that is read, in bytes.
pub const MAX_DOCUMENT_BYTES: usize = 256 * 1024;
/// The most markets that one document may name.
pub const MAX_DOCUMENT_PAIRS: usize = 1_000;

/// How a feed writes its documents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// `{"ASTER": {"smart_buy_ratio": 0.72, "smart_money_netflow_24h": 125000,
    /// "whale_accumulation_score": 85, "timestamp": 1730700123456}, ..}`: the feed handlers of the
    /// previous system. A `pair` inside is allowed if it repeats the name.
    #[default]
    Nansen,
    /// `{"signals": [{"pair": "SOL", "value": 0.3, "confidence": 0.8, "timestamp": ..}, ..]}`: an
    /// opinion as it is; `confidence` may be left out and is then full.
    Plain,
}

/// What a document says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// One opinion for each market.
    pub opinions: Vec<(PairName, Opinion)>,
    /// Markets of which what is said makes no sense.
    pub refused: Vec<(PairName, BadOpinion)>,
}

/// An opinion without its source and the moment that it was heard.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Opinion {
    /// What.
    pub value: Value,
    /// How sure.
    pub confidence: Confidence,
    /// When it was so, as the source says.
    pub source_time: Millis,
    /// A fingerprint of everything but the time.
    pub content: u64,
}

impl Opinion {
    /// The signal that it is, of this source and heard now.
    #[must_use]
    pub const fn heard(self, source: SourceId, now: Millis) -> Signal {
        Signal {
            source,
            value: self.value,
            confidence: self.confidence,
            source_time: self.source_time,
            ingested: now,
            content: self.content,
        }
    }
}

/// Why one market's entry is refused. The next document may do better.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum BadOpinion {
    /// A number is outside of what its field can be.
    #[error("{field} {value} is not from {min} to {max}")]
    Range {
        /// The field.
        field: &'static str,
        /// What it says.
        value: f64,
        /// The least it may be.
        min: f64,
        /// The most it may be.
        max: f64,
    },
    /// The time is none.
    #[error(transparent)]
    Stamp(#[from] BadStamp),
    /// The entry names another market than its key.
    #[error("the entry is of another market than its key")]
    OtherPair,
}

/// Why a document is refused as a whole. Asking again helps only if the feed is mended.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadDocument {
    /// Longer than [`MAX_DOCUMENT_BYTES`].
    #[error("{bytes} bytes, more than {MAX_DOCUMENT_BYTES}")]
    TooLong {
        /// How long it is.
        bytes: usize,
    },
    /// Not JSON, or not of the format: which line and column, and in the parser's words what.
    #[error("{0}")]
    Shape(String),
}

/// Reads a document.
///
/// ```
/// use hl_signals::{Format, read};
///
/// let text = br#"{"ASTER": {"smart_buy_ratio": 0.72, "smart_money_netflow_24h": 125000,
///     "whale_accumulation_score": 85, "timestamp": 1730700123}}"#;
/// let document = read(Format::Nansen, text).unwrap();
/// let (pair, opinion) = &document.opinions[0];
/// assert_eq!(pair.as_str(), "ASTER");
/// assert_eq!(format!("{:.4}", opinion.value.get()), "0.6405");
/// assert_eq!(opinion.source_time.0, 1_730_700_123_000);
/// ```
///
/// # Errors
/// It is too long, no JSON, or not of this format.
pub fn read(format: Format, bytes: &[u8]) -> Result<Document, BadDocument> {
    if bytes.len() > MAX_DOCUMENT_BYTES {
        return Err(BadDocument::TooLong { bytes: bytes.len() });
    }
    match format {
        Format::Nansen => nansen::document(bytes),
        Format::Plain => plain::document(bytes),
    }
}

/// `value` if it is from `min` to `max`.
pub(crate) fn within(
    field: &'static str,
    value: f64,
    min: f64,
    max: f64,
) -> Result<f64, BadOpinion> {
    let out = BadOpinion::Range { field, value, min, max };
    if (min..=max).contains(&value) { Ok(value) } else { Err(out) }
}

/// The parser's words. It quotes the names of unknown fields, so control characters are taken out
/// and the length is bounded: this text goes to a log.
pub(crate) fn shape(error: &dyn fmt::Display) -> BadDocument {
    let text = error.to_string();
    let clean = text.chars().map(|c| if c.is_control() || c == '"' { '\'' } else { c });
    BadDocument::Shape(clean.take(160).collect())
}
