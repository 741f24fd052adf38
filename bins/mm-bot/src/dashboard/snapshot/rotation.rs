//! Which markets are quoted and why; who is listened to, and what it was worth.

use std::collections::BTreeMap;

use hl_engine::{SourceView, Trust};
use hl_rotation::{Action, Explained, Factor, Verdict};
use hl_signals::{SourceState, Verdict as Judgement};
use serde::Serialize;

use super::finite;
use crate::dashboard::frame::Rotating;

/// Rotation.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Rotation {
    /// When is chosen next.
    due: Option<u64>,
    /// The best first.
    chosen: Vec<String>,
    phases: BTreeMap<String, &'static str>,
    /// The last choice, market by market.
    markets: BTreeMap<String, Scored>,
}

#[derive(Clone, Debug, Serialize)]
struct Scored {
    /// Its place among all, from 1.
    rank: usize,
    score: Option<f64>,
    action: &'static str,
    reason: &'static str,
    /// `[raw, normalised, weight, contribution]`.
    factors: BTreeMap<&'static str, [Option<f64>; 4]>,
    /// `[have, limit, 1 if passed]`.
    checks: BTreeMap<&'static str, (Option<f64>, Option<f64>, bool)>,
}

impl Rotation {
    pub(super) fn of(rotating: &Rotating) -> Self {
        let selection = rotating.selection.as_ref();
        let explained = selection.map_or(&[][..], |selection| &selection.explained);
        let phases = rotating.phases.iter().map(|(pair, phase)| (pair.to_string(), phase.code()));
        Self {
            due: rotating.due.map(|at| at.0),
            chosen: selection.map_or_else(Vec::new, |selection| selection.chosen.clone()),
            phases: phases.collect(),
            markets: (1..)
                .zip(explained)
                .map(|(n, e)| (e.name.clone(), Scored::of(n, e)))
                .collect(),
        }
    }
}

impl Scored {
    fn of(rank: usize, explained: &Explained) -> Self {
        let factors = Factor::ALL.into_iter().map(|factor| {
            let part = explained.parts.get(factor);
            let numbers = [part.raw, Some(part.normalised), Some(part.weight)];
            let [raw, normalised, weight] = numbers.map(|number| number.and_then(finite));
            (factor.key(), [raw, normalised, weight, finite(part.contribution)])
        });
        let checks = explained.checks.iter().map(|check| {
            let passed = check.verdict == Verdict::Passed;
            (check.filter.key(), (finite(check.have), finite(check.limit), passed))
        });
        Self {
            rank,
            score: finite(explained.score),
            action: match explained.action {
                Action::Enter => "enter",
                Action::Keep => "keep",
                Action::Leave => "leave",
                Action::Pass => "pass",
            },
            reason: explained.reason.key(),
            factors: factors.collect(),
            checks: checks.collect(),
        }
    }
}

/// The sources of signals by name.
pub(crate) type Sources = BTreeMap<String, Source>;

/// One of them.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Source {
    state: &'static str,
    trust: &'static str,
    verdict: &'static str,
    samples: usize,
    lost: u64,
    /// `[value, low, high]`: rank correlation of opinion and what followed.
    coefficient: Option<[Option<f64>; 3]>,
    /// `[rate, low, high]`.
    hit_rate: Option<[Option<f64>; 3]>,
    coverage: Option<f64>,
    staleness_ms: Option<f64>,
    ablation_bps: Option<[Option<f64>; 3]>,
}

pub(super) fn sources(views: &[SourceView]) -> Sources {
    views.iter().map(|view| (view.id.to_string(), Source::of(view))).collect()
}

impl Source {
    fn of(view: &SourceView) -> Self {
        let score = &view.score;
        let estimate = |e: hl_signals::account::Estimate| [e.value, e.low, e.high].map(finite);
        Self {
            state: match view.state {
                SourceState::On => "on",
                SourceState::Off => "off",
            },
            trust: match view.trust {
                Trust::Judged => "judged",
                Trust::Pinned => "pinned",
            },
            verdict: match score.verdict {
                Judgement::Unknown => "unknown",
                Judgement::Good => "good",
                Judgement::Misleads => "misleads",
            },
            samples: score.samples,
            lost: score.lost,
            coefficient: score.coefficient.map(estimate),
            hit_rate: score.hit_rate.map(|(rate, low, high)| [rate, low, high].map(finite)),
            coverage: score.coverage.and_then(finite),
            staleness_ms: score.staleness_ms.and_then(finite),
            ablation_bps: score.ablation_bps.map(estimate),
        }
    }
}
