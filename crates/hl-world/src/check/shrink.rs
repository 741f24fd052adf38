//! The shortest list of faults that still breaks an invariant.

use hl_sim::fault::Plan;

use crate::{Breach, RunConfig};

/// A plan that still breaks, and how it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shrunk {
    /// The faults that are left.
    pub plan: Plan,
    /// How long they happen, milliseconds.
    pub faults_ms: u64,
    /// The breach as it looks now.
    pub breach: Breach,
    /// Runs that it took.
    pub runs: u32,
}

/// Makes a breaking run shorter while the same invariant breaks: first the end of the run is cut
/// off, then faults are left out, by halves, quarters and so on (ddmin: Zeller and Hildebrandt,
/// "Simplifying and isolating failure-inducing input", 2002), then those left are made shorter.
///
/// `run` runs the seed with the given configuration and tells its first breach; at most `budget`
/// such runs are made. `plan` is the plan of the run that broke with `first`.
pub fn shrink(
    config: &RunConfig,
    plan: Plan,
    first: Breach,
    started: u64,
    budget: u32,
    run: &mut dyn FnMut(&RunConfig) -> Option<Breach>,
) -> Shrunk {
    let best = Shrunk { plan, faults_ms: config.faults_ms, breach: first, runs: 0 };
    let mut search = Search { config, best, started, budget, run };
    search.cut();
    search.leave_out();
    search.shorten();
    search.cut();
    search.best
}

struct Search<'a> {
    config: &'a RunConfig,
    best: Shrunk,
    started: u64,
    budget: u32,
    run: &'a mut dyn FnMut(&RunConfig) -> Option<Breach>,
}

impl Search<'_> {
    /// Whether the same invariant breaks with this; then it is the best so far.
    fn holds(&mut self, plan: Plan, faults_ms: u64) -> bool {
        if self.best.runs >= self.budget {
            return false;
        }
        self.best.runs = self.best.runs.saturating_add(1);
        let config = RunConfig { plan: Some(plan.clone()), faults_ms, ..self.config.clone() };
        match (self.run)(&config) {
            Some(breach) if breach.invariant == self.best.breach.invariant => {
                self.best = Shrunk { plan, faults_ms, breach, runs: self.best.runs };
                true
            }
            _ => false,
        }
    }

    /// Ends the faults just after the breach, and leaves out those that had not begun.
    fn cut(&mut self) {
        let after = self.best.breach.at.0.saturating_sub(self.started).saturating_add(1_000);
        let faults_ms = after.min(self.best.faults_ms);
        let begun = |fault: &&hl_sim::fault::Fault| fault.at <= faults_ms;
        let plan = Plan { faults: self.best.plan.faults.iter().filter(begun).cloned().collect() };
        if faults_ms < self.best.faults_ms || plan.faults.len() < self.best.plan.faults.len() {
            self.holds(plan, faults_ms);
        }
    }

    fn leave_out(&mut self) {
        let mut parts = 2;
        while !self.best.plan.faults.is_empty() && self.best.runs < self.budget {
            let count = self.best.plan.faults.len();
            let size = count.div_ceil(parts).max(1);
            let shorter = (0..count).step_by(size).any(|from| {
                let plan = self.best.plan.without_range(from..from.saturating_add(size));
                self.holds(plan, self.best.faults_ms)
            });
            if shorter {
                parts = parts.saturating_sub(1).max(2);
            } else if size == 1 {
                return;
            } else {
                parts = parts.saturating_mul(2).min(count);
            }
        }
    }

    fn shorten(&mut self) {
        for place in 0..self.best.plan.faults.len() {
            while let Some(plan) = self.best.plan.shortened(place) {
                if !self.holds(plan, self.best.faults_ms) {
                    break;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hl_quant::Millis;
    use hl_sim::fault::Intensity;

    fn breach(invariant: &'static str, at: u64) -> Breach {
        Breach { invariant, at: Millis(at), what: String::new() }
    }

    /// Breaks when two faults of a plan come together, whatever else there is.
    fn broken(config: &RunConfig, guilty: &[String]) -> Option<Breach> {
        let faults = &config.plan.as_ref()?.faults;
        let there = |text: &String| {
            let kind = text.split(" @").next();
            faults.iter().any(|f| Some(f.kind.to_string().as_str()) == kind && f.lasts_ms >= 100)
        };
        guilty.iter().all(there).then(|| breach("I8", 1_900_000))
    }

    #[test]
    fn of_ninety_faults_the_two_that_matter_are_left_and_made_short() {
        let config = RunConfig::hours(1);
        let plan = Plan::draw(5, config.faults_ms, Intensity::per_hour(90));
        let early: Vec<String> = plan
            .faults
            .iter()
            .filter(|f| f.at < 1_800_000 && f.lasts_ms > 400)
            .map(ToString::to_string)
            .collect();
        let guilty = [early[3].clone(), early[17].clone()];
        let mut run = |config: &RunConfig| broken(config, &guilty);
        let shrunk = shrink(&config, plan, breach("I8", 1_900_000), 0, 1_000, &mut run);
        assert_eq!(shrunk.plan.faults.len(), 2, "{}", shrunk.plan);
        assert_eq!(shrunk.faults_ms, 1_901_000);
        assert!(shrunk.plan.faults.iter().all(|fault| fault.lasts_ms < 200), "{}", shrunk.plan);
    }

    #[test]
    fn another_invariant_is_another_story() {
        let config = RunConfig::hours(1);
        let plan = Plan::draw(5, config.faults_ms, Intensity::per_hour(90));
        let mut run = |config: &RunConfig| {
            let all = config.plan.as_ref().is_some_and(|plan| plan.faults.len() == 90);
            Some(breach(if all { "I8" } else { "I4" }, 3_599_000))
        };
        let shrunk = shrink(&config, plan.clone(), breach("I8", 3_599_000), 0, 1_000, &mut run);
        assert_eq!(shrunk.plan.faults.len(), 90);
    }

    #[test]
    fn the_budget_of_runs_is_kept() {
        let config = RunConfig::hours(1);
        let plan = Plan::draw(5, config.faults_ms, Intensity::per_hour(90));
        let mut runs = 0;
        let mut run = |_: &RunConfig| {
            runs += 1;
            None
        };
        let shrunk = shrink(&config, plan, breach("I8", 1), 0, 7, &mut run);
        assert_eq!((shrunk.runs, runs), (7, 7));
    }
}
