//! From measurements to scores: filters, ranks, sums.

use std::cmp::Ordering;

use crate::{
    Candidate, Check, Explained, Factor, Factors, Filter, Filters, Part, SignalNeed, Status,
    Weights,
    explain::Verdict,
    explain::{Action, Reason},
};

/// All filters of one candidate, each with its numbers, in the order in which they are named as the
/// reason.
pub(crate) fn checks(candidate: &Candidate, filters: &Filters) -> Vec<Check> {
    let (name, raw, lists) = (candidate.name.as_str(), &candidate.raw, &filters.lists);
    let is_in = |list: &std::collections::BTreeSet<String>| flag(list.contains(name));
    let odd = Factor::ALL.into_iter().filter(|f| raw.get(*f).is_some_and(|v| !v.is_finite()));
    let missing = Factor::ALL.into_iter().filter(|f| f.is_required() && raw.get(*f).is_none());
    let depth = raw.depth.unwrap_or(f64::NAN);
    let spread = raw.spread.unwrap_or(f64::NAN);
    let allowed = if lists.allow.is_empty() { 1.0 } else { is_in(&lists.allow) };
    let trading = flag(candidate.status == Status::Trading);
    let mut all = vec![
        at_most(Filter::Never, is_in(&lists.never), 0.0),
        at_most(Filter::Deny, is_in(&lists.deny), 0.0),
        at_least(Filter::Allow, allowed, 1.0),
        at_least(Filter::Trading, trading, 1.0),
        at_most(Filter::Finite, count(odd.count()), 0.0),
        at_most(Filter::Measured, count(missing.count()), 0.0),
        at_least(Filter::MinDepth, depth, filters.min_depth_usd),
        at_most(Filter::MaxSpread, spread, filters.max_spread_bps),
    ];
    if filters.signal == SignalNeed::Required {
        all.push(at_least(Filter::Signal, flag(raw.signal.is_some()), 1.0));
    }
    all
}

fn flag(is: bool) -> f64 {
    f64::from(u8::from(is))
}

/// NaN is not at least anything, so a number that is missing fails.
fn at_least(filter: Filter, have: f64, limit: f64) -> Check {
    let verdict = if have >= limit { Verdict::Passed } else { Verdict::Failed };
    Check { filter, verdict, have, limit }
}

fn at_most(filter: Filter, have: f64, limit: f64) -> Check {
    let verdict = if have <= limit { Verdict::Passed } else { Verdict::Failed };
    Check { filter, verdict, have, limit }
}

/// The values of one factor among the eligible, ascending.
#[derive(Debug, Default)]
struct Column(Vec<f64>);

impl Column {
    fn of(factor: Factor, eligible: &[&Candidate]) -> Self {
        let mut values: Vec<f64> = eligible
            .iter()
            .filter_map(|candidate| *candidate.raw.get(factor))
            .map(plus_zero)
            .collect();
        values.sort_by(f64::total_cmp);
        Self(values)
    }

    /// How many more of the others are below `value` than above it, as a part of all: -1 to 1, 0 in
    /// the middle, for ties, and for a market alone.
    fn rank(&self, value: f64) -> f64 {
        let value = plus_zero(value);
        let below = self.0.partition_point(|other| other.total_cmp(&value) == Ordering::Less);
        let up_to = self.0.partition_point(|other| other.total_cmp(&value) != Ordering::Greater);
        let above = self.0.len().saturating_sub(up_to);
        let count = count(self.0.len()).max(1.0);
        (count_diff(below, above)) / count
    }
}

/// Both zeros are the same number to an operator.
fn plus_zero(value: f64) -> f64 {
    if value == 0.0 { 0.0 } else { value }
}

fn count(n: usize) -> f64 {
    u32::try_from(n).map_or_else(|_| f64::from(u32::MAX), f64::from)
}

fn count_diff(a: usize, b: usize) -> f64 {
    count(a) - count(b)
}

/// Scores every candidate: those that pass all filters against each other, the others against those,
/// so that what cannot be selected moves nobody.
pub(crate) fn explain(
    candidates: &[Candidate],
    weights: &Weights,
    filters: &Filters,
) -> Vec<Explained> {
    let checked: Vec<Vec<Check>> = candidates.iter().map(|c| checks(c, filters)).collect();
    let passes = |checks: &[Check]| checks.iter().all(|c| c.verdict == Verdict::Passed);
    let eligible: Vec<&Candidate> = candidates
        .iter()
        .zip(&checked)
        .filter(|(_, checks)| passes(checks))
        .map(|(candidate, _)| candidate)
        .collect();
    let columns = Factors::from_fn(|factor| Column::of(factor, &eligible));
    let mut all: Vec<Explained> = candidates
        .iter()
        .zip(checked)
        .map(|(candidate, checks)| one(candidate, checks, weights, &columns))
        .collect();
    all.sort_by(order);
    all
}

/// Eligible before ineligible, then by score, then by name.
fn order(a: &Explained, b: &Explained) -> Ordering {
    match (a.failed(), b.failed()) {
        (None, None) => b.score.total_cmp(&a.score).then_with(|| a.name.cmp(&b.name)),
        (None, Some(_)) => Ordering::Less,
        (Some(_), None) => Ordering::Greater,
        (Some(_), Some(_)) => a.name.cmp(&b.name),
    }
}

fn one(
    candidate: &Candidate,
    checks: Vec<Check>,
    weights: &Weights,
    columns: &Factors<Column>,
) -> Explained {
    let parts = Factors::from_fn(|factor| {
        let raw = *candidate.raw.get(factor);
        let normalised = match raw.filter(|value| value.is_finite()) {
            None => 0.0,
            // A signal is an opinion on a scale of its own, whose 0 is neutral wherever the others
            // stand: ranking it would make one market's news another market's loss.
            Some(value) if factor == Factor::Signal => value.clamp(-1.0, 1.0),
            Some(value) => columns.get(factor).rank(value),
        };
        let weight = weights.get(factor);
        Part { raw, normalised, weight, contribution: plus_zero(weight * normalised) }
    });
    let score = Factor::ALL.into_iter().map(|factor| parts.get(factor).contribution).sum();
    let filtered = checks.iter().find(|check| check.verdict == Verdict::Failed);
    let reason = filtered.map_or(Reason::Score, |check| Reason::Filtered(check.filter));
    let name = candidate.name.clone();
    Explained { name, score, parts, checks, action: Action::Pass, reason }
}
