//! Playback of recorded markets.
//!
//! A tape is a file of JSON lines, plain or zstd-compressed, one line per WebSocket message that a
//! recorder received from the real exchange:
//!
//! ```text
//! {"ts_recv_ms":1757015216673,"msg":{"channel":"bbo","data":{"coin":"BTC","time":1757015216253,
//!  "bbo":[{"px":"109755.0","sz":"3.24457","n":0},{"px":"109756.0","sz":"15.17236","n":0}]}}}
//! ```
//!
//! Channels `l2Book`, `bbo` and `trades` are played; every other one is skipped and counted. A
//! recording may lack what a recorder did not keep: `ts_recv_ms` may be null, `n` 0, `hash` empty,
//! `users` absent. None of these is used.
//!
//! # From bytes to a market
//!
//! 1. The bytes are split into lines of bounded length; a file that was cut is noticed.
//! 2. [`TapeReader`] parses a line with one set of strict rules. Prices and sizes become
//!    [`OrderPrice`](hl_quant::OrderPrice) and [`OrderSize`](hl_quant::OrderSize), so a number that
//!    is not canonical text or not on the market's grid cannot get further than this.
//! 3. [`Feed`] merges several tapes into one sequence ordered by the *venue's* time. Recorders
//!    receive `bbo` before the `trades` of the same block; in the sequence the trade comes first.
//! 4. [`TapePlayer`] turns the sequence into orders of ghost accounts on the local exchange.
//!
//! # What is wrong with a tape
//!
//! A file that cannot be read to its end is a [`TapeError`]. A line that makes no sense is skipped
//! and becomes a [`Notice`] that names file, line, and value; the counts by reason are in
//! [`TapeStats`]. Nothing of such a line reaches the book: not the good half of it either.

//! # How orders of clients fill
//!
//! The recorded book is mirrored level by level by resting orders of a ghost account, and recorded
//! trades are replayed as immediate-or-cancel orders of another one. A client's order stands in the
//! same queues:
//!
//! - A recorded trade fills it when its price is at or better than the trade's and the ghosts before
//!   it are used up: price first, then time.
//! - A level that shrinks without a trade loses its newest ghosts first, so a client's order does not
//!   gain a place by cancellations that may have been behind it. This is pessimistic on purpose.
//! - A recorded book that crosses a client's order trades with it: somebody was willing to.
//!
//! What a recording cannot show: nobody reacts to the client's orders, and volume that a client took
//! is there again at the next snapshot.
//!
//! # The end
//!
//! [`AtEnd::Hold`] keeps the last book in place and says so in the status, [`AtEnd::Repeat`] begins
//! again.

mod error;
mod event;
mod feed;
mod mirror;
mod number;
mod parse;
mod player;
mod reader;
mod source;
mod stats;

pub use error::TapeError;
pub use event::{Coins, Event, Level, What};
pub use feed::Feed;
pub use player::{AtEnd, TapePlayer};
pub use reader::TapeReader;
pub use stats::{Notice, Problem, TapeStats};
