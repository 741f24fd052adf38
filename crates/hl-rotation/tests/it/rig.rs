//! Candidates for tests.

use hl_quant::Millis;
use hl_rotation::{
    Candidate, Factors, Filters, Lists, Previous, Round, Selection, Weights, select,
};

pub(crate) const T0: Millis = Millis(1_762_252_867_000);
pub(crate) const HOUR: u64 = 3_600_000;

/// A market with the required numbers in the middle of nowhere.
pub(crate) fn plain(name: &str) -> Candidate {
    let mut candidate = Candidate::new(name);
    candidate.raw.vol = Some(0.01);
    candidate.raw.spread = Some(10.0);
    candidate.raw.depth = Some(10_000.0);
    candidate
}

/// A market whose only difference from others is volatility.
pub(crate) fn wild(name: &str, vol: f64) -> Candidate {
    let mut candidate = plain(name);
    candidate.raw.vol = Some(vol);
    candidate
}

/// Only volatility counts.
pub(crate) fn by_vol() -> Weights {
    Weights::new(Factors { vol: 1.0, ..Factors::default() }).unwrap()
}

/// Places for `top_n`, and changes that cost nothing.
pub(crate) fn places(top_n: usize) -> Filters {
    let mut filters = Filters { top_n, lists: Lists::default(), ..Filters::default() };
    filters.turnover.min_hold_ms = 0;
    filters.turnover.margin = 0.0;
    filters
}

/// What is held since `T0`.
pub(crate) fn held(names: &[&str]) -> Previous {
    let held = names.iter().map(|name| ((*name).to_owned(), T0)).collect();
    Previous { held, entered: Vec::new(), round: Round::Later }
}

pub(crate) fn first(candidates: &[Candidate], filters: &Filters) -> Selection {
    select(candidates, &by_vol(), filters, &Previous::default(), T0)
}
