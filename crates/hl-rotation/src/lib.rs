//! Which markets to quote: a pure function from measurements to a selection, with its reasons.
//!
//! A market maker with money for three markets and two hundred to choose from has to choose again
//! from time to time, and both mistakes cost: staying where flow is toxic, and moving for noise.
//! [`select`] scores every market, explains every score, and changes the selection only where that
//! pays. [`stats`] measures what the scores are made of.
//!
//! ```
//! use hl_quant::Millis;
//! use hl_rotation::{Action, Candidate, Factor, Filters, Previous, Reason, Weights, select};
//!
//! let market = |name: &str, vol, spread, depth| {
//!     let mut candidate = Candidate::new(name);
//!     candidate.raw.vol = Some(vol);
//!     candidate.raw.spread = Some(spread);
//!     candidate.raw.depth = Some(depth);
//!     candidate
//! };
//! let markets = [
//!     market("ASTER", 0.015, 12.0, 5_000.0),
//!     market("SOL", 0.020, 2.0, 90_000.0),
//!     market("FARTCOIN", 0.025, 18.0, 3_000.0),
//!     market("DUST", 0.300, 55.0, 40.0),
//! ];
//! let filters = Filters { top_n: 2, ..Filters::default() };
//! let first = select(&markets, &Weights::default(), &filters, &Previous::default(), Millis(0));
//! assert_eq!(first.chosen, ["SOL", "FARTCOIN"]);
//!
//! // Why? SOL is the cheapest and the deepest. FARTCOIN moves most: two of three markets have less.
//! let why = first.of("FARTCOIN").unwrap().parts.get(Factor::Vol);
//! assert_eq!((why.raw, why.weight), (Some(0.025), 1.0));
//! assert!((why.normalised - 2.0 / 3.0).abs() < 1e-12);
//!
//! // The most volatile of all is not to be had: ineligible is never selected, and moves nobody.
//! let dust = first.of("DUST").unwrap();
//! assert_eq!(dust.action, Action::Pass);
//! assert_eq!(dust.reason.key(), "min_depth");
//! assert_eq!(first.of("SOL").unwrap().reason, Reason::Free);
//! ```
//!
//! # How a score is made
//!
//! **Ranks, not magnitudes.** A factor's normalised value is the number of eligible markets that have
//! less of it minus the number that have more, divided by how many there are: -1 to 1, 0 in the
//! middle. The median with its absolute deviation would keep magnitudes, and has two faults here: it
//! is zero as soon as half of the markets agree (fees always do), and moving one value moves the
//! yardstick of all, so that more of a factor can lower its own score. A rank has neither. One
//! market alone scores 0, ties score the same, an outlier counts one place, and no input can make the
//! result anything but a number between -1 and 1.
//!
//! **The weight's sign is the operator's.** Contribution = weight x normalised value, and every raw
//! value grows with its name. `spread = -0.6` penalises wide spreads; nothing is negated twice.
//!
//! **A signal is not ranked.** It is an opinion between -1 and 1 whose zero is neutral by its own
//! account, so it is weighed as it is. When it goes stale, one market goes neutral and no other
//! moves.
//!
//! **What cannot be selected moves nobody.** A market that fails a filter, or has a number that is
//! not finite, is not part of the crowd that the others are ranked in.
//!
//! # What a change costs
//!
//! A market that is held stays until somebody else is better by more than [`Turnover::margin`], by
//! more than the switch costs over [`Turnover::horizon_ms`], after [`Turnover::min_hold_ms`], and
//! within [`Turnover::max_changes_day`] entries in any 24 hours. That bounds turnover whatever the
//! scores do. Only ineligibility ends a market at once.
//!
//! # What it does not do
//!
//! It holds no state but [`stats`], reads no clock, and sends nothing: `hl-engine` keeps the moment
//! of the next rotation ([`Cadence`]), works positions down, and applies [`allocate`]. It does not
//! know where a signal comes from. [`legacy`] is the old system's formula, for comparison only.

#![deny(
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod allocate;
mod clock;
mod explain;
mod factor;
pub mod legacy;
mod rules;
mod score;
mod select;
pub mod stats;

pub use allocate::{LEAST, Stake, WHOLE, allocate};
pub use clock::Cadence;
pub use explain::{Action, Check, Explained, Filter, Part, Reason, Selection, Verdict};
pub use factor::{Factor, Factors};
pub use rules::{
    BadWeight, Candidate, Costs, Filters, Lists, Previous, Round, SignalNeed, Status, Turnover,
    Weights,
};
pub use select::select;
pub use stats::{MarketStats, Markout, Quote, Reading, StatsConfig, expected_fills};
