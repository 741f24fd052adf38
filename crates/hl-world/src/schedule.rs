//! When faults begin and end, and when the operator comes by.

use std::collections::BTreeMap;

use hl_engine::Operator;
use hl_quant::Millis;
use hl_sim::fault::{Fault, Plan};

use crate::config::Operations;
use crate::dice::Dice;

/// Something that is to happen to the world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    /// A fault begins; its place in the plan.
    Begin(usize),
    /// A fault ends.
    End(usize),
    /// The operator says something.
    Word(Operator),
}

/// Everything that is to happen, in its order.
#[derive(Debug)]
pub(crate) struct Schedule {
    faults: Vec<Fault>,
    due: BTreeMap<(Millis, u64), Due>,
    count: u64,
}

impl Schedule {
    /// The plan's faults from `start` on, and the operator's visits until `until`.
    pub(crate) fn new(
        plan: &Plan,
        operator: Operations,
        start: Millis,
        until: Millis,
        seed: u64,
    ) -> Self {
        let (faults, due) = (plan.faults.clone(), BTreeMap::new());
        let mut schedule = Self { faults, due, count: 0 };
        for (place, fault) in plan.faults.iter().enumerate() {
            schedule.add(start.plus(fault.at), Due::Begin(place));
        }
        let mut dice = Dice::new(seed, "operator");
        if let Some(every) = Some(operator.visits_ms).filter(|every| *every > 0) {
            let mut at = start.plus(every);
            while at < until {
                schedule.add(at, Due::Word(Operator::Resume));
                at = at.plus(every);
            }
        }
        for _ in 0..operator.halts {
            let at = start.plus(dice.below(until.since(start)));
            schedule.add(at, Due::Word(Operator::Halt));
        }
        for _ in 0..operator.flattens {
            let at = start.plus(dice.below(until.since(start)));
            schedule.add(at, Due::Word(Operator::Flatten));
        }
        schedule
    }

    pub(crate) fn add(&mut self, at: Millis, due: Due) {
        self.count = self.count.saturating_add(1);
        self.due.insert((at, self.count), due);
    }

    /// When the next thing happens.
    pub(crate) fn next(&self) -> Option<Millis> {
        self.due.first_key_value().map(|((at, _), _)| *at)
    }

    /// What happens by now, one at a time. A fault that begins has its end put on the schedule.
    pub(crate) fn take(&mut self, now: Millis) -> Option<(Due, Option<Fault>)> {
        self.next().filter(|at| *at <= now)?;
        let ((at, _), due) = self.due.pop_first()?;
        let fault = match due {
            Due::Begin(place) | Due::End(place) => self.faults.get(place).cloned(),
            Due::Word(_) => None,
        };
        if let (Due::Begin(place), Some(fault)) = (&due, &fault) {
            self.add(at.plus(fault.lasts_ms), Due::End(*place));
        }
        Some((due, fault))
    }

    /// Everything that has begun ends now, and nothing begins any more.
    pub(crate) fn heal(&mut self) -> Vec<(usize, Fault)> {
        let due = std::mem::take(&mut self.due);
        let ends = due.into_values().filter_map(|due| match due {
            Due::End(place) => Some((place, self.faults.get(place)?.clone())),
            Due::Begin(_) | Due::Word(_) => None,
        });
        ends.collect()
    }
}
