//! What a trading bot must remember across a crash, as pure code over bytes.
//!
//! The venue knows which orders rest, what is held and what has traded; a restarted bot asks it.
//! What no question brings back is kept here: the orders that were about to be sent when the process
//! died, whether an operator or a limit had halted it, where the day's loss is counted from, and how
//! often it has been started lately. The shell appends a line for each and makes it durable *before*
//! the order it speaks of is sent; the next start reads the file, and the engine resolves what is
//! open before its first quote.
//!
//! ```
//! use hl_journal::{At, Encoder, End, Halt, Record, Run, SCHEMA, State, read};
//! use hl_quant::Millis;
//!
//! let run = Run {
//!     schema: SCHEMA,
//!     tag: "6d6d686c".to_owned(),
//!     run: 7,
//!     version: "0.1.0".to_owned(),
//!     config: "d41d8cd9".to_owned(),
//!     account: "testnet 0x1479…9325".to_owned(),
//!     at: Millis(1_758_000_000_000),
//! };
//! let (mut file, mut encoder) = (Vec::new(), Encoder::new());
//! encoder.encode(&Record::Run(run.clone()), &mut file);
//! encoder.encode(&Record::Start(At { at: run.at }), &mut file);
//! let halt = Halt { at: run.at.plus(60_000), why: "operator".to_owned() };
//! encoder.encode(&Record::Halt(halt.clone()), &mut file);
//! let whole = file.len();
//!
//! // The power fails in the middle of the next line.
//! encoder.encode(&Record::Stop(At { at: run.at.plus(61_000) }), &mut file);
//! file.truncate(whole + 20);
//!
//! let found = read(&file);
//! assert!(matches!(found.end, End::Torn { at, .. } if at == whole));
//! let state = State::recover(&found);
//! assert_eq!(state.halt, Some(halt));
//!
//! // The next start begins a new file with what still matters.
//! let (file, _) = state.snapshot(&run);
//! assert_eq!(State::recover(&read(&file)), state);
//! ```
//!
//! # What holds
//!
//! Every prefix of a journal yields a prefix of its records. One flipped bit anywhere is found, and
//! costs at most the records from its line on. A line that is missing in the middle is found. No
//! bytes make the reader panic, or allocate more than they are long.
//!
//! # What else is here
//!
//! [`decisions`] is the other journal: every input of the engine and everything that came of it, from
//! which a run can be had again; [`explain`] is the life of one order out of it.
//!
//! # What it does not do
//!
//! It opens no file and reads no clock; durability is its caller's part, in the live bot as in the
//! simulated world, whose disk tears writes on purpose. It does not say what happened: that is the
//! event log. A journal without a trace of an order does not mean that there is none; the venue's
//! list decides.

#![deny(clippy::as_conversions, clippy::float_arithmetic)]

mod budget;
mod carry;
pub mod chart;
pub mod decisions;
pub mod explain;
mod line;
pub mod log;
pub mod profit;
mod read;
mod record;
pub mod report;
mod state;
mod text;

pub use budget::{StartBudget, Verdict};
pub use carry::fold;
pub use line::{Encoder, LINE_MAX};
pub use read::{End, Foreign, Lost, Recovered, read};
pub use record::{At, Attempt, Day, Ended, Fired, Halt, Held, Record, Rotation, Run, SCHEMA};
pub use state::{DAMAGED, State};
