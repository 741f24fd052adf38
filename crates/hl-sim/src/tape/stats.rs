use std::collections::BTreeMap;
use std::fmt;

use super::TapeError;

/// What is wrong with one line of a tape, or between two of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// Not JSON, or not the document that the channel calls for.
    Malformed {
        /// What the parser said, and the text around the place.
        detail: String,
    },
    /// A line longer than any message of the venue.
    TooLong {
        /// Its length in bytes.
        bytes: u64,
    },
    /// A channel that is not played.
    UnknownChannel {
        /// Its name.
        channel: String,
    },
    /// A coin that the exchange does not list.
    UnknownCoin {
        /// Its name.
        coin: String,
    },
    /// A price or size that is no number, or not in the venue's own formatting.
    BadNumber {
        /// `px` or `sz`.
        field: &'static str,
        /// The text as recorded, cut to 64 characters.
        value: String,
        /// What is wrong with it.
        detail: String,
    },
    /// A price or size that the venue could not have had.
    OffGrid {
        /// `px` or `sz`.
        field: &'static str,
        /// The coin.
        coin: String,
        /// The text as recorded.
        value: String,
        /// What the grid said.
        detail: String,
    },
    /// A book that is crossed, locked, or not sorted.
    Disordered {
        /// The two prices that are out of order.
        detail: String,
    },
    /// A book or best price older than the one before it.
    WentBack {
        /// By how much, in milliseconds.
        by_ms: u64,
    },
    /// A time far after the one before it that the next line does not confirm.
    FarAhead {
        /// By how much, in milliseconds.
        by_ms: u64,
    },
    /// A trade that was played before: the venue replays recent ones after a subscription.
    DuplicateTrade {
        /// The trade's identifier.
        tid: u64,
    },
    /// A trade from before the market's first book, or a message that the recorder received so late
    /// that its time had been played.
    Late {
        /// By how much, in milliseconds; 0 when there was no book yet.
        by_ms: u64,
    },
    /// Nothing was recorded for a while. Not a skip: the book is held.
    Gap {
        /// For how long, in milliseconds.
        ms: u64,
        /// How long the playback holds the book.
        held_ms: u64,
    },
}

impl Problem {
    /// A stable key, under which [`TapeStats::problems`] counts.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "malformed",
            Self::TooLong { .. } => "too_long",
            Self::UnknownChannel { .. } => "unknown_channel",
            Self::UnknownCoin { .. } => "unknown_coin",
            Self::BadNumber { .. } => "bad_number",
            Self::OffGrid { .. } => "off_grid",
            Self::Disordered { .. } => "disordered",
            Self::WentBack { .. } => "went_back",
            Self::FarAhead { .. } => "far_ahead",
            Self::DuplicateTrade { .. } => "duplicate_trade",
            Self::Late { .. } => "late",
            Self::Gap { .. } => "gap",
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed { detail } => write!(f, "not a market message: {detail}"),
            Self::TooLong { bytes } => write!(f, "a line of {bytes} bytes"),
            Self::UnknownChannel { channel } => write!(f, "channel {channel:?} is not played"),
            Self::UnknownCoin { coin } => write!(f, "coin {coin:?} is not listed"),
            Self::BadNumber { field, value, detail } => {
                write!(f, "{field} {value:?} is not a number of the venue: {detail}")
            }
            Self::OffGrid { field, coin, value, detail } => {
                write!(f, "{field} {value:?} of {coin} is off the grid: {detail}")
            }
            Self::Disordered { detail } => write!(f, "disordered book: {detail}"),
            Self::WentBack { by_ms } => write!(f, "venue time went back by {by_ms} ms"),
            Self::FarAhead { by_ms } => write!(f, "venue time jumped ahead by {by_ms} ms"),
            Self::DuplicateTrade { tid } => write!(f, "trade {tid} was played before"),
            Self::Late { by_ms: 0 } => f.write_str("a trade from before the first book"),
            Self::Late { by_ms } => write!(f, "{by_ms} ms too late to be played"),
            Self::Gap { ms, held_ms } if ms == held_ms => {
                write!(f, "nothing recorded for {ms} ms")
            }
            Self::Gap { ms, held_ms } => {
                write!(f, "nothing recorded for {ms} ms, shortened to {held_ms} ms")
            }
        }
    }
}

/// One [`Problem`] with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The tape's file name.
    pub file: String,
    /// The line, from 1.
    pub line: u64,
    /// What is wrong.
    pub problem: Problem,
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.problem)
    }
}

/// How many notices per reason are kept for [`TapeStats::take_notices`]; all are counted. A tape of
/// nothing but rubbish must not fill the memory.
const KEPT_PER_REASON: u64 = 32;

/// What was played and what was not, over all tapes of a [`Feed`](super::Feed).
#[derive(Debug, Default)]
pub struct TapeStats {
    /// Lines read, empty ones included.
    pub lines: u64,
    /// `l2Book` messages played.
    pub books: u64,
    /// `bbo` messages played.
    pub bbos: u64,
    /// Trades played.
    pub trades: u64,
    /// Problems by [`Problem::reason`].
    pub problems: BTreeMap<&'static str, u64>,
    /// Tapes that ended in an error.
    pub errors: Vec<TapeError>,
    notices: Vec<Notice>,
}

impl TapeStats {
    /// Counts a problem, and keeps it if not too many of its kind were kept.
    pub(super) fn note(&mut self, file: &str, line: u64, problem: Problem) {
        let count = self.problems.entry(problem.reason()).or_default();
        *count = count.saturating_add(1);
        if *count <= KEPT_PER_REASON {
            self.notices.push(Notice { file: file.to_owned(), line, problem });
        }
    }

    /// How often this reason occurred.
    #[must_use]
    pub fn count(&self, reason: &str) -> u64 {
        self.problems.get(reason).copied().unwrap_or(0)
    }

    /// The notices since the last call, for a log. At most 32 of each reason are ever given.
    pub fn take_notices(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.notices)
    }
}

/// One line: what was played, then what was not.
impl fmt::Display for TapeStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { lines, books, bbos, trades, .. } = self;
        write!(f, "lines={lines} books={books} bbos={bbos} trades={trades}")?;
        for (reason, count) in &self.problems {
            write!(f, " {reason}={count}")?;
        }
        write!(f, " errors={}", self.errors.len())
    }
}
