//! What followed each opinion, and what that says about the source.

mod estimate;
mod ledger;
mod score;

pub use estimate::{Confident, Estimate, MIN_BLOCKS, Point, mean, rank_correlation};
pub use ledger::{Counts, Ledger, LedgerConfig, Marked, Sample};
pub use score::{Score, Verdict, VerdictConfig, verdict, wilson};
