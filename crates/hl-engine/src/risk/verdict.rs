//! One limit's word, the worst of several, and how long it holds.

use hl_quant::Millis;

use super::{Cause, Grade};
use crate::Figure;

/// What one limit says, with its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) grade: Grade,
    pub(crate) cause: Cause,
    pub(crate) have: Figure,
    pub(crate) limit: Figure,
}

impl Verdict {
    /// Nothing is wrong.
    pub(crate) const CLEAR: Self =
        Self { grade: Grade::Normal, cause: Cause::Clear, have: Figure::None, limit: Figure::None };

    pub(crate) const fn new(grade: Grade, cause: Cause, have: Figure, limit: Figure) -> Self {
        Self { grade, cause, have, limit }
    }

    /// The harsher of two; of two alike, the first.
    pub(crate) fn worst(self, other: Self) -> Self {
        if other.grade > self.grade { other } else { self }
    }
}

/// The grade in force: a harsher one comes at once, a milder one only when it has been due for a
/// while without a break, or when what is over is a state and not a number near its limit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hold {
    shown: Verdict,
    /// Since when something milder has been due.
    milder: Option<Millis>,
}

impl Default for Hold {
    fn default() -> Self {
        Self { shown: Verdict::CLEAR, milder: None }
    }
}

impl Hold {
    /// What is in force.
    pub(crate) const fn shown(&self) -> Verdict {
        self.shown
    }

    /// Takes what the limits say now. Returns what is in force from now on, if grade or cause are
    /// news.
    pub(crate) fn settle(&mut self, now: Millis, due: Verdict, hold_ms: u64) -> Option<Verdict> {
        let before = (self.shown.grade, self.shown.cause);
        if due.grade >= self.shown.grade {
            // The numbers stay those of the moment at which the grade came.
            if due.grade > self.shown.grade || due.cause != self.shown.cause {
                self.shown = due;
            }
            self.milder = None;
        } else {
            let since = *self.milder.get_or_insert(now);
            if !self.shown.cause.lingers() || now.since(since) >= hold_ms {
                self.shown = due;
                self.milder = None;
            }
        }
        (before != (self.shown.grade, self.shown.cause)).then_some(self.shown)
    }

    /// The clock was set back.
    pub(crate) fn rebase(&mut self, now: Millis) {
        self.milder = self.milder.map(|at| at.min(now));
    }

    /// Forgets: the operator has decided.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Ppm;

    fn verdict(grade: Grade) -> Verdict {
        Verdict::new(grade, Cause::Margin, Figure::None, Figure::None)
    }

    #[test]
    fn grades_are_ordered_from_mild_to_harsh() {
        let grades = [
            Grade::Normal,
            Grade::Widen(Ppm(1)),
            Grade::Widen(Ppm(2)),
            Grade::OneSided,
            Grade::CancelOnly,
            Grade::Flatten,
            Grade::Halt,
        ];
        assert!(grades.is_sorted());
        for (i, a) in grades.iter().enumerate() {
            for b in grades.iter().skip(i) {
                assert_eq!(verdict(*a).worst(verdict(*b)).grade, *b);
                assert_eq!(verdict(*b).worst(verdict(*a)).grade, *b);
            }
        }
    }

    #[test]
    fn a_harsher_grade_comes_at_once_and_a_milder_one_only_when_it_lasts() {
        let mut hold = Hold::default();
        let mut at =
            |ms, grade| hold.settle(Millis(ms), verdict(grade), 100).map(|verdict| verdict.grade);
        assert_eq!(at(0, Grade::OneSided), Some(Grade::OneSided));
        assert_eq!(at(10, Grade::Normal), None);
        assert_eq!(at(109, Grade::Normal), None);
        assert_eq!(at(109, Grade::OneSided), None, "it hovers");
        assert_eq!(at(110, Grade::Normal), None, "and starts again");
        assert_eq!(at(150, Grade::CancelOnly), Some(Grade::CancelOnly));
        assert_eq!(at(160, Grade::Normal), None);
        assert_eq!(at(260, Grade::Normal), Some(Grade::Normal));
    }

    #[test]
    fn another_cause_of_the_same_grade_is_news_and_the_same_one_is_none() {
        let mut hold = Hold::default();
        let mut at = |cause| {
            let due = Verdict::new(Grade::OneSided, cause, Figure::None, Figure::None);
            hold.settle(Millis(0), due, 100).map(|verdict| verdict.cause)
        };
        assert_eq!(at(Cause::Margin), Some(Cause::Margin));
        assert_eq!(at(Cause::Margin), None);
        assert_eq!(at(Cause::Markout), Some(Cause::Markout));
    }
}
