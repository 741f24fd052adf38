//! What the journal holds: everything that a restarted bot cannot learn from the venue.

use hl_engine::Usd;
use hl_quant::{Millis, Price, Side, Size};
use hl_wire::Cloid;
use serde::{Deserialize, Serialize};

use crate::text;

/// The version of the records. A file with another one is [`Foreign`](crate::Foreign).
pub const SCHEMA: u32 = 1;

/// One thing to remember. Times are the bot's own clock, in milliseconds since the epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "t", rename_all = "snake_case")]
pub enum Record {
    /// Who writes this file: the first record of every file, and of no start by itself.
    Run(Run),
    /// A process started to trade. Counts against the [`StartBudget`](crate::StartBudget) until it
    /// ends in order.
    Start(At),
    /// An order is about to be sent. Durable before it is.
    Attempt(Attempt),
    /// The venue took an order, which rests from here on.
    Taken(Ended),
    /// An order does not exist, or not any more.
    End(Ended),
    /// Quoting ended until an operator says otherwise.
    Halt(Halt),
    /// Positions are being closed, since then: whoever starts next goes on with it.
    Flatten(At),
    /// They are closed or given up.
    Flattened(At),
    /// There were too many starts: nothing is quoted until an operator says otherwise.
    Safe(At),
    /// An operator ended a halt or safe mode; the starts until then no longer count.
    Resume(At),
    /// Where the limits on losses count from.
    Day(Day),
    /// The dead man's switch has fired.
    DeadMan(Fired),
    /// Fills up to this moment of the venue have been counted.
    Fills(At),
    /// Which markets are being quoted, and when to choose again.
    Rotation(Rotation),
    /// The process ended in order: it was asked to, and the venue confirmed that nothing of ours is
    /// left.
    Stop(At),
}

/// A moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct At {
    /// When.
    #[serde(with = "text::millis")]
    pub at: Millis,
}

/// Who writes a journal, and for whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// [`SCHEMA`] of the writer.
    pub schema: u32,
    /// The first bits of every client order id, in hexadecimal.
    pub tag: String,
    /// The seed that names the run in its client order ids.
    pub run: u64,
    /// The version of the program.
    pub version: String,
    /// A hash of its effective configuration.
    pub config: String,
    /// The account, and at which venue.
    pub account: String,
    /// When the file was begun.
    #[serde(with = "text::millis")]
    pub at: Millis,
}

/// An order about to be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attempt {
    /// When.
    #[serde(with = "text::millis")]
    pub at: Millis,
    /// Its name.
    pub cloid: Cloid,
    /// The market's symbol; a number of a market is not the same in every run.
    pub pair: String,
    /// Which side.
    #[serde(with = "text::side")]
    pub side: Side,
    /// At what price.
    #[serde(with = "text::exact")]
    pub price: Price,
    /// How much.
    #[serde(with = "text::exact")]
    pub size: Size,
}

/// An order of which something is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ended {
    /// Which.
    pub cloid: Cloid,
}

/// A halt, which a restart does not end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Halt {
    /// When.
    #[serde(with = "text::millis")]
    pub at: Millis,
    /// Why, in a word of the engine's log; a colon and the operator's own words may follow.
    pub why: String,
}

/// Where the limits on losses count from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Day {
    /// Which UTC day: days since 1970-01-01.
    pub day: u64,
    /// The moment of the report that the day began with.
    #[serde(with = "text::millis")]
    pub at: Millis,
    /// What the account was worth then.
    #[serde(with = "text::usd")]
    pub start: Usd,
    /// The most it has been worth since, less what was transferred.
    #[serde(with = "text::usd")]
    pub peak: Usd,
    /// What was paid in, less what was taken out, since.
    #[serde(with = "text::usd")]
    pub transfers: Usd,
}

/// How often the dead man's switch has fired on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fired {
    /// Which UTC day: days since 1970-01-01.
    pub day: u64,
    /// How often.
    pub fired: u32,
}

/// Which markets are being quoted, and when to choose again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rotation {
    /// When markets were last chosen.
    #[serde(with = "text::millis")]
    pub last: Millis,
    /// When they are chosen next.
    #[serde(with = "text::millis")]
    pub due: Millis,
    /// How often they were chosen.
    pub round: u64,
    /// The markets that are held, and since when.
    pub held: Vec<Held>,
    /// The markets that are being left.
    pub leaving: Vec<String>,
    /// When markets were entered, in milliseconds.
    pub entered: Vec<u64>,
}

/// A market that is held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// Its symbol.
    pub pair: String,
    /// Since when.
    #[serde(with = "text::millis")]
    pub since: Millis,
}
