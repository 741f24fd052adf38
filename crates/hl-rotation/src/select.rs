//! From scores to a selection that does not change for nothing.

use std::collections::BTreeMap;

use hl_quant::Millis;

use crate::{
    Candidate, Costs, Explained, Filters, Previous, Round, Selection, Weights,
    explain::{Action, Reason},
    score,
};

const DAY_MS: u64 = 86_400_000;
const HOUR_MS: f64 = 3_600_000.0;

/// Which markets to quote from `now` on.
///
/// Scores every candidate ([`Explained`]) and changes `previous` as little as the rules ask for:
/// what is no longer eligible leaves, pinned markets enter, free places go to the best, and then the
/// best outsider replaces the worst market that is held, as long as it is better by more than the
/// margin *and* by more than the switch costs, the other has been held for its minimum time, and
/// fewer markets than the daily maximum were entered. Ties are resolved by name.
///
/// The result depends on nothing but the arguments, and not on the order of the candidates.
#[must_use]
pub fn select(
    candidates: &[Candidate],
    weights: &Weights,
    filters: &Filters,
    previous: &Previous,
    now: Millis,
) -> Selection {
    let mut desk = Desk {
        all: score::explain(candidates, weights, filters),
        costs: candidates.iter().map(|c| (c.name.as_str(), c.costs)).collect(),
        filters,
        previous,
        now,
        left: changes_left(filters, previous, now),
        changes: 0,
        chosen: Vec::new(),
    };
    desk.keep_held();
    desk.enter_pinned();
    desk.fill();
    desk.swap();
    desk.finish()
}

/// How many more markets may be entered.
fn changes_left(filters: &Filters, previous: &Previous, now: Millis) -> u32 {
    let recent = previous.entered.iter().filter(|at| now.since(**at) < DAY_MS).count();
    let recent = u32::try_from(recent).unwrap_or(u32::MAX);
    filters.turnover.max_changes_day.saturating_sub(recent)
}

struct Desk<'a> {
    all: Vec<Explained>,
    costs: BTreeMap<&'a str, Costs>,
    filters: &'a Filters,
    previous: &'a Previous,
    now: Millis,
    left: u32,
    changes: u32,
    /// Places in `all`.
    chosen: Vec<usize>,
}

impl Desk<'_> {
    fn since(&self, name: &str) -> Option<Millis> {
        self.previous.held.iter().find(|(held, _)| held == name).map(|(_, since)| *since)
    }

    fn is_pinned(&self, at: usize) -> bool {
        self.all.get(at).is_some_and(|e| self.filters.lists.pinned.contains(&e.name))
    }

    fn is_young(&self, at: usize) -> bool {
        let since = self.all.get(at).and_then(|e| self.since(&e.name));
        since.is_some_and(|since| self.now.since(since) < self.filters.turnover.min_hold_ms)
    }

    fn mark(&mut self, at: usize, action: Action, reason: Reason) {
        if let Some(explained) = self.all.get_mut(at) {
            (explained.action, explained.reason) = (action, reason);
        }
    }

    fn score(&self, at: usize) -> f64 {
        self.all.get(at).map_or(f64::NEG_INFINITY, |explained| explained.score)
    }

    /// What is held and eligible stays for now, the pinned and then the best first.
    fn keep_held(&mut self) {
        let held: Vec<usize> = (0..self.all.len())
            .filter(|at| self.all.get(*at).is_some_and(|e| self.since(&e.name).is_some()))
            .collect();
        for at in &held {
            let failed = self.all.get(*at).and_then(Explained::failed);
            match failed {
                Some(filter) => self.mark(*at, Action::Leave, Reason::Filtered(filter)),
                None => {
                    self.mark(*at, Action::Keep, Reason::Score);
                    self.chosen.push(*at);
                }
            }
        }
        // Stable: among the pinned and among the others the order of the scores stays.
        let mut chosen = std::mem::take(&mut self.chosen);
        chosen.sort_by_key(|at| !self.is_pinned(*at));
        for at in chosen.iter().skip(self.filters.top_n) {
            self.mark(*at, Action::Leave, Reason::Places);
        }
        chosen.truncate(self.filters.top_n);
        for at in &chosen {
            if self.is_pinned(*at) {
                self.mark(*at, Action::Keep, Reason::Pinned);
            }
        }
        self.chosen = chosen;
    }

    fn outsiders(&self) -> Vec<usize> {
        let is_out = |at: &usize| {
            self.all.get(*at).is_some_and(|e| e.failed().is_none() && e.action == Action::Pass)
        };
        (0..self.all.len()).filter(is_out).collect()
    }

    /// Counts one entry; `false` if there may be no more.
    fn may_enter(&mut self) -> bool {
        if self.previous.round == Round::First {
            return true;
        }
        if self.left == 0 {
            return false;
        }
        self.left = self.left.saturating_sub(1);
        self.changes = self.changes.saturating_add(1);
        true
    }

    /// Pinned markets take free places first, and then those of the worst that are not pinned.
    fn enter_pinned(&mut self) {
        let pinned: Vec<usize> =
            self.outsiders().into_iter().filter(|at| self.is_pinned(*at)).collect();
        for at in pinned {
            let full = self.chosen.len() >= self.filters.top_n;
            let place = self.chosen.iter().rposition(|held| !self.is_pinned(*held));
            if full && place.is_none() {
                self.mark(at, Action::Pass, Reason::Places);
                continue;
            }
            if let Some(place) = place.filter(|_| full) {
                let gone = self.chosen.remove(place);
                self.mark(gone, Action::Leave, Reason::Outscored);
            }
            // The operator's word is no turnover of ours: it is done, and counted as far as it goes.
            let _ = self.may_enter();
            self.mark(at, Action::Enter, Reason::Pinned);
            self.chosen.insert(0, at);
        }
    }

    fn fill(&mut self) {
        for at in self.outsiders() {
            if self.chosen.len() >= self.filters.top_n {
                return;
            }
            if self.may_enter() {
                self.mark(at, Action::Enter, Reason::Free);
                self.chosen.push(at);
            } else {
                self.mark(at, Action::Pass, Reason::MaxChanges);
            }
        }
    }

    /// Replaces what is held by what is better, one by one.
    fn swap(&mut self) {
        for newcomer in self.outsiders() {
            let mut worst_first: Vec<usize> = self
                .chosen
                .iter()
                .copied()
                .filter(|at| self.all.get(*at).is_some_and(|e| e.action == Action::Keep))
                .filter(|at| !self.is_pinned(*at))
                .collect();
            worst_first.sort_by(|a, b| b.cmp(a));
            for held in worst_first {
                let gain = self.score(newcomer) - self.score(held);
                if gain <= 0.0 {
                    break;
                }
                let Some(why) = self.obstacle(newcomer, held, gain) else {
                    self.replace(newcomer, held);
                    break;
                };
                self.mark(held, Action::Keep, why);
                self.mark(newcomer, Action::Pass, why);
                if matches!(why, Reason::Margin | Reason::MaxChanges) {
                    break;
                }
            }
        }
    }

    /// Why a better market does not replace one that is held.
    fn obstacle(&self, newcomer: usize, held: usize, gain: f64) -> Option<Reason> {
        let turnover = &self.filters.turnover;
        // What is not above the margin, NaN included, is within it.
        if gain.partial_cmp(&turnover.margin) != Some(std::cmp::Ordering::Greater) {
            return Some(Reason::Margin);
        }
        if self.is_young(held) {
            return Some(Reason::MinHold);
        }
        let hours = u32::try_from(turnover.horizon_ms)
            .map_or_else(|_| f64::from(u32::MAX), f64::from)
            / HOUR_MS;
        let worth = gain * turnover.score_usd_hour * hours;
        let cost = self.cost(held).leave + self.cost(newcomer).enter;
        if worth.partial_cmp(&cost) != Some(std::cmp::Ordering::Greater) {
            return Some(Reason::Cost);
        }
        (self.left == 0).then_some(Reason::MaxChanges)
    }

    fn cost(&self, at: usize) -> Costs {
        let name = self.all.get(at).map_or("", |explained| explained.name.as_str());
        self.costs.get(name).copied().unwrap_or_default()
    }

    fn replace(&mut self, newcomer: usize, held: usize) {
        let _ = self.may_enter();
        self.mark(held, Action::Leave, Reason::Outscored);
        self.mark(newcomer, Action::Enter, Reason::Score);
        if let Some(place) = self.chosen.iter_mut().find(|place| **place == held) {
            *place = newcomer;
        }
    }

    fn finish(mut self) -> Selection {
        self.chosen.sort_unstable();
        let name = |at: &usize| self.all.get(*at).map(|explained| explained.name.clone());
        let chosen = self.chosen.iter().filter_map(name).collect();
        Selection { chosen, explained: self.all, changes: self.changes }
    }
}
