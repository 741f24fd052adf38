//! The life of one order, from a journal of decisions: what was known, why that price, what each rule
//! of the gate said, what went over the wire, what came back, and what the fills were worth later.
//!
//! Nothing of it is recorded for the purpose. [`life`] reads what the journal says about the order;
//! [`decision`] drives the engine by the same inputs to the moment of the decision and looks closely
//! while it decides again, so that model and gate explain themselves.

mod decision;
mod life;
mod print;

pub use decision::{Decision, Undecided, decision};
pub use life::{FillSeen, Life, Name, find, life};
