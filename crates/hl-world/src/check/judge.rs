//! A seed with everything that watches it.

use hl_sim::fault::Plan;

use super::court::Court;
use super::coverage::{Coverage, OrderStage};
use super::directed::directed;
use super::{Checks, Shrunk, shrink};
use crate::{
    Breach, Checker, Observation, RunConfig, Scene, SeedReport, Trace, WorldError, run_seed,
};

/// One seed in so many has a plan that is directed at pairs of fault and order stage.
const DIRECTED: u64 = 8;

/// How a seed went, and what was judged.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The run.
    pub report: SeedReport,
    /// The counts of judgements.
    pub court: Court,
    /// Which faults met which orders.
    pub coverage: Coverage,
}

/// The plan of a seed: that of the configuration if there is one; otherwise drawn, or, for every
/// eighth seed, directed at each pair of a kind of fault and a stage of an order in turn, so that
/// rare pairs meet too. It depends on nothing but its arguments.
#[must_use]
pub fn plan_of(config: &RunConfig, seed: u64) -> Plan {
    let is_directed = config.plan.is_none()
        && config.intensity != hl_sim::fault::Intensity::per_hour(0)
        && seed % DIRECTED == DIRECTED - 1;
    let all = || -> Vec<(&'static str, OrderStage)> { Coverage::default().missing() };
    is_directed
        .then(|| directed(seed, config.faults_ms, &all()))
        .flatten()
        .unwrap_or_else(|| config.plan(seed))
}

/// Runs a seed under every rule.
///
/// # Errors
/// [`WorldError`], as [`run_seed`].
pub fn judge_seed(config: &RunConfig, seed: u64) -> Result<Judged, WorldError> {
    let world = config.world(seed);
    let mut watch =
        Watch { checks: Checks::new(world.engine.clone()), coverage: Coverage::default() };
    let plan = Some(plan_of(config, seed));
    let config = RunConfig { world: Some(world), plan, ..config.clone() };
    let report = run_seed(&config, seed, &mut watch)?;
    Ok(Judged { report, court: watch.checks.court, coverage: watch.coverage })
}

/// Shrinks the run of a seed that broke an invariant; nothing if it breaks none.
///
/// # Errors
/// [`WorldError`], as [`run_seed`].
pub fn shrink_seed(
    config: &RunConfig,
    seed: u64,
    budget: u32,
) -> Result<Option<Shrunk>, WorldError> {
    let whole = judge_seed(config, seed)?;
    let Some(first) = whole.report.breaches.first().cloned() else { return Ok(None) };
    let started = crate::world::GENESIS.0;
    let mut run = |config: &RunConfig| -> Option<Breach> {
        let judged = judge_seed(config, seed).ok()?;
        judged.report.breaches.first().cloned()
    };
    Ok(Some(shrink(config, whole.report.plan, first, started, budget, &mut run)))
}

/// Runs a seed under every rule and writes a line for each thing that happens.
///
/// # Errors
/// [`WorldError`], as [`run_seed`].
pub fn trace_seed(
    config: &RunConfig,
    seed: u64,
    write: &mut dyn FnMut(&str),
) -> Result<SeedReport, WorldError> {
    let world = config.world(seed);
    let checks = Checks::new(world.engine.clone());
    let plan = Some(plan_of(config, seed));
    let config = RunConfig { world: Some(world), plan, ..config.clone() };
    // The rules first: the trace ends with what they found.
    let mut both: Vec<Box<dyn Checker + '_>> = vec![Box::new(checks), Box::new(Trace::new(write))];
    run_seed(&config, seed, &mut both)
}

struct Watch {
    checks: Checks,
    coverage: Coverage,
}

impl Checker for Watch {
    fn name(&self) -> &'static str {
        "invariants and coverage"
    }

    fn see(&mut self, scene: &Scene<'_>, seen: &Observation<'_>, breaches: &mut Vec<Breach>) {
        self.checks.see(scene, seen, breaches);
        self.coverage.see(scene, seen, breaches);
    }

    fn end(&mut self, scene: &Scene<'_>, breaches: &mut Vec<Breach>) {
        self.checks.end(scene, breaches);
    }
}
