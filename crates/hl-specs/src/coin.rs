//! The name of a market, as the venue spells it.

use std::fmt;
use std::sync::Arc;

/// The longest name accepted, in bytes. The longest that the venue uses are around twenty.
pub const COIN_MAX_BYTES: usize = 64;

/// A market's name: `BTC`, `kPEPE`, `PURR/USDC`, `@107`, `xyz:AAPL`.
///
/// Opaque: nothing is read out of the text, and two names are the same only if every byte is, so
/// `kPEPE` and `KPEPE` are different coins. Any name is safe to print in a `key=value` log line,
/// because [`Coin::new`] takes only visible ASCII without `=`, `"` and `\`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Coin(Arc<str>);

/// A text that cannot be a market's name. Retrying does not help.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadCoin {
    /// There is no text.
    #[error("market name is empty")]
    Empty,
    /// Longer than [`COIN_MAX_BYTES`].
    #[error("market name of {0} bytes is longer than {COIN_MAX_BYTES}")]
    TooLong(usize),
    /// A character that would not survive a log line.
    #[error("market name {name:?} contains {found:?}")]
    Character {
        /// The whole name.
        name: String,
        /// The first character that is refused.
        found: char,
    },
}

impl Coin {
    /// Checks a name from a document or from an operator.
    ///
    /// # Errors
    ///
    /// [`BadCoin`] names what is wrong with it.
    pub fn new(name: &str) -> Result<Self, BadCoin> {
        if name.is_empty() {
            return Err(BadCoin::Empty);
        }
        if name.len() > COIN_MAX_BYTES {
            return Err(BadCoin::TooLong(name.len()));
        }
        match name.chars().find(|&c| !c.is_ascii_graphic() || matches!(c, '=' | '"' | '\\')) {
            Some(found) => Err(BadCoin::Character { name: name.to_owned(), found }),
            None => Ok(Self(Arc::from(name))),
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Coin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Coin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

impl std::borrow::Borrow<str> for Coin {
    fn borrow(&self) -> &str {
        &self.0
    }
}
