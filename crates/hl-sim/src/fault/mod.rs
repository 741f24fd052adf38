//! What can go wrong, as data.
//!
//! A [`Fault`] is a [`Kind`] with a beginning and a length. Kinds have one line of text each, and a
//! [`Plan`] is a list of faults that follows from a seed, can be printed, read back, and made
//! shorter by leaving faults out:
//!
//! ```
//! use hl_sim::fault::{Fault, Intensity, Kind, Plan};
//!
//! let fault: Fault = "ack.drop prob=0.5 @12000+5000".parse()?;
//! assert!(matches!(fault.kind, Kind::AckDrop { .. }));
//! assert_eq!(fault.to_string(), "ack.drop prob=0.5 @12000+5000");
//!
//! let plan = Plan::draw(7, 3_600_000, Intensity::per_hour(90));
//! assert_eq!(plan.faults.len(), 90);
//! assert_eq!(plan.to_string().parse::<Plan>()?, plan);
//! # Ok::<(), hl_sim::fault::UnreadableFault>(())
//! ```
//!
//! # Who carries a fault out
//!
//! [`Kind::layer`] says it. [`Layer::Line`] is a [`Line`]'s: it stands between a client and a venue
//! and is given every message. [`Layer::Venue`] is the exchange's own:
//! [`Exchange::inject`](crate::Exchange::inject) and [`heal`](crate::Exchange::heal). The clock, the
//! process and the disk of the client belong to whoever runs it: the simulated world or a test that
//! starts the real program.
//!
//! # What is not here
//!
//! Faults of the configuration (a typo in a key, a key twice) and of the signals file are not events
//! in time but different inputs at start, so they are tests of those crates and not part of this
//! vocabulary. Markets are named by their place among the markets that faults are about
//! ([`set_fault_markets`](crate::Exchange::set_fault_markets)), modulo their number, because a plan is drawn before there is an exchange.

#[macro_use]
mod vocabulary;

pub(crate) mod dice;
mod family;
mod kind;
mod line;
mod param;
mod plan;
mod text;

pub use family::{Family, Layer};
pub use kind::Kind;
pub use line::{Delivery, End, Line, Message, Order, Passed};
pub use param::{
    BookSide, Chance, Channel, Disguise, Document, LiqMethod, Moment, Reach, Volume, Which,
};
pub use plan::{Intensity, Plan};
pub use text::UnreadableFault;

/// One thing that goes wrong, when, and for how long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// When it begins, milliseconds from the start of the run.
    pub at: u64,
    /// How long it lasts, milliseconds; it is healed at `at + lasts_ms`.
    pub lasts_ms: u64,
    /// What it is.
    pub kind: Kind,
}
