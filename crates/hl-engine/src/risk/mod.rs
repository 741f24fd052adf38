//! What may be lost, and what happens before and when it is.

mod channel;
mod config;
mod grade;

pub use channel::Channel;
pub use config::{
    AtLimit, Collar, ExitConfig, LossLimits, MarginLimits, MarkoutLimits, RejectLimits, RiskConfig,
    Watchdog,
};
pub use grade::{Cause, Grade};
