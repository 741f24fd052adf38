//! Outside opinions about markets: parsed, aged, and neutral where in doubt.
//!
//! A [`Signal`] is a number from -1 to +1 that somebody gives a market, with the time at which it
//! was so. This crate knows no provider's name outside the adapter for it, reads no clock and opens
//! no socket: bytes and the time come in as arguments.
//!
//! ```
//! use hl_quant::Millis;
//! use hl_signals::{Confidence, Fingerprint, Freshness, Neutral, Signal, Value};
//!
//! let heard = Millis(1_762_252_867_000);
//! let signal = Signal {
//!     source: "desk".parse().unwrap(),
//!     value: Value::new(0.44).unwrap(),
//!     confidence: Confidence::FULL,
//!     source_time: heard,
//!     ingested: heard,
//!     content: Fingerprint::of(&[0.72, 125_000.0, 85.0]),
//! };
//! // Whole for two and a half minutes, then it fades, and at five minutes nothing is left.
//! let rule = Freshness::default();
//! let left = |seconds: u64| rule.left(&signal, heard, heard.plus(seconds * 1_000));
//! assert_eq!(left(150), Ok(1.0));
//! assert_eq!(left(225), Ok(0.5));
//! assert_eq!(left(300), Err(Neutral::Stale));
//! ```

#![deny(
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod fingerprint;
mod float;
mod freshness;
mod signal;

pub use fingerprint::Fingerprint;
pub use freshness::{Freshness, Neutral, Reading};
pub use signal::{BadSourceId, Confidence, MAX_SOURCE_LEN, Signal, SourceId, Value};
