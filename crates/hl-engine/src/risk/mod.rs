//! What may be lost, and what happens before and when it is.
//!
//! Each limit says a [`Grade`] with its numbers (`verdict`); the worst of them counts, comes at once
//! and goes slowly; what it means for the quotes of a market is a `restraint`. The limits: losses by
//! the venue's word about the account (`equity`), margin, refusals in a window, the clocks (`skew`),
//! what fills were worth afterwards (`markout`).

mod channel;
mod config;
mod equity;
mod grade;
mod margin;
mod market;
mod markout;
mod restraint;
mod skew;
mod verdict;
mod window;

pub use channel::Channel;
pub use config::{
    AtLimit, Collar, ExitConfig, LossLimits, MarginLimits, MarkoutLimits, RejectLimits, RiskConfig,
    Watchdog,
};
pub use grade::{Cause, Grade};

pub(crate) use equity::{Equity, Outcome as MoneyOutcome};
pub(crate) use margin::verdict as margin_verdict;
pub(crate) use market::MarketRisk;
pub(crate) use markout::Markouts;
pub(crate) use restraint::Restraint;
pub(crate) use skew::Skew;
pub(crate) use verdict::{Hold, Verdict};
pub(crate) use window::Window;
