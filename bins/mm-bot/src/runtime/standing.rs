//! How the engine stands with the venue: what it may still spend, what it may still do, who acts if it
//! falls silent.

use hl_engine::{BudgetView, Cause, DeadManView, Engine, Grade, Stats};
use serde_json::{Value, json};

/// A moment's standing, copied out of the engine.
#[derive(Clone, Copy, Debug)]
pub(super) struct Standing {
    budget: BudgetView,
    dead_man: DeadManView,
    watchdog_is_tight: bool,
    grade: (Grade, Cause),
}

impl Standing {
    pub(super) fn of(engine: &Engine) -> Self {
        Self {
            budget: engine.budget(),
            dead_man: engine.dead_man(),
            watchdog_is_tight: engine.watchdog_is_tight(),
            grade: engine.grade(),
        }
    }

    fn watchdog(&self) -> &'static str {
        if self.watchdog_is_tight { "tight" } else { "normal" }
    }

    /// One line in the grammar of the event log.
    pub(super) fn line(&self) -> String {
        let Self { budget, dead_man, grade: (grade, cause), .. } = self;
        format!(
            "status_evt=standing left={} cap={} cancels_left={} per_hour={} runway_h={} price={} \
             weight={} dead_man={} watchdog={} grade={grade} reason={cause}",
            known(budget.left),
            known(budget.cap),
            known(budget.cancels_left),
            budget.per_hour,
            runway(budget),
            budget.price,
            budget.weight_left,
            dead_man.code(),
            self.watchdog(),
        )
    }

    /// For people, on one line.
    pub(super) fn text(&self) -> String {
        let Self { budget, dead_man, grade: (grade, cause), .. } = self;
        format!(
            "requests left {} of {}, net use {} an hour, runway {}; dead man's switch {}, own limits \
             {}; grade {grade} ({cause})",
            known(budget.left),
            known(budget.cap),
            budget.per_hour,
            budget
                .runway_hours()
                .map_or_else(|| "endless".to_owned(), |hours| format!("{hours} h")),
            dead_man.code(),
            self.watchdog(),
        )
    }

    /// For scripts. `null` is what is not known; a runway without end is `null` beside a pace that is
    /// not above 0.
    pub(super) fn json(&self) -> Value {
        let Self { budget, dead_man, grade: (grade, cause), .. } = self;
        json!({
            "requests_left": budget.left,
            "requests_cap": budget.cap,
            "cancels_left": budget.cancels_left,
            "requests_per_hour": budget.per_hour,
            "runway_hours": budget.runway_hours(),
            "request_price": budget.price.to_string(),
            "weight_left": budget.weight_left,
            "dead_man": dead_man.code(),
            "watchdog": self.watchdog(),
            "grade": grade.to_string(),
            "reason": cause.code(),
        })
    }
}

fn known(n: Option<u64>) -> String {
    n.map_or_else(|| "unknown".to_owned(), |n| n.to_string())
}

fn runway(budget: &BudgetView) -> String {
    budget.runway_hours().map_or_else(|| "endless".to_owned(), |hours| hours.to_string())
}

/// What became of orders that the venue refused for a reason that is not their price's worth: races
/// for the touch, and ticks and lots that the retry guard took up.
pub(super) fn guard_line(stats: &Stats) -> String {
    format!(
        "status_evt=guard races={} guarded={} success={} exhausted={} most_sends={}",
        stats.races, stats.guarded, stats.guard_success, stats.guard_exhausted, stats.most_sends
    )
}

/// The same for people.
pub(super) fn guard_text(stats: &Stats) -> String {
    format!(
        "lost races {}; refused ticks and lots: {} taken up, {} then accepted, {} given up; most \
         sends of one order {}",
        stats.races, stats.guarded, stats.guard_success, stats.guard_exhausted, stats.most_sends
    )
}
