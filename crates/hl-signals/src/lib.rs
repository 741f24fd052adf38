//! Outside opinions about markets: parsed, aged, combined, and held to account.
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
//!
//! # What it does
//!
//! - **Reads feeds strictly** ([`read`]): a size and a count cap, unknown and repeated fields
//!   refused, numbers out of range refused by name, seconds and milliseconds told apart ([`stamp`]).
//! - **Nansen** ([`nansen`]): the numbers of the previous system's feed, as a composite that is
//!   symmetric around a neutral token; the requests and answers of the public API.
//! - **The exchange's own data** ([`VenueFlow`]): order flow, large trades, funding, open interest.
//! - **Ages by two clocks** ([`Freshness`]): the time that the source states, and the time since it
//!   last said something else. An old payload served again, or under a new stamp, is not fresh. The
//!   end of an opinion is a slope and no step.
//! - **Combines** ([`Board`]): each source by its confidence and age; the rest is neutral.
//! - **Holds to account** ([`Ledger`]): what the price did after each opinion, the information
//!   coefficient with an interval that counts moments and not messages, hits, coverage, staleness,
//!   and what the combined opinion earned with a source and without it. A source that misleads is to
//!   be switched off; it goes on being judged, and that is how it comes back.
//!
//! # What it does not do
//!
//! - It fetches nothing and holds no key: `mm-bot` has the tasks that do.
//! - It knows no ranking of markets, and does not decide whether a market needs a signal: a
//!   [`Reading`] is neutral *and* says why, and who ranks decides what to make of that.
//! - It does not test for profit. A coefficient says that opinion and price moved together over the
//!   horizon, in the middle of the book; what a maker earns from that is for the account to say.

#![deny(
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

pub mod account;
mod board;
mod document;
mod fingerprint;
mod float;
mod freshness;
mod micro;
pub mod nansen;
mod signal;
mod venue;

pub use account::{Ledger, LedgerConfig, Marked, Sample, Score, Verdict};
pub use board::{Board, MAX_SOURCES, News, Refused, SourceState};
pub use document::{
    BadDocument, BadOpinion, BadPairName, BadStamp, Document, Format, MAX_DOCUMENT_BYTES,
    MAX_DOCUMENT_PAIRS, MAX_PAIR_LEN, Opinion, PairName, read, stamp,
};
pub use fingerprint::Fingerprint;
pub use freshness::{Freshness, Neutral, Reading};
pub use micro::{BadMicro, Micro};
pub use signal::{BadSourceId, Confidence, MAX_SOURCE_LEN, Signal, SourceId, Value};
pub use venue::{VenueConfig, VenueFlow};
