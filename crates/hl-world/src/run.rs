//! One seed from its beginning to its report.

use hl_sim::background::Synthetic;

use crate::config::{RunConfig, WorldError};
use crate::observe::Checker;
use crate::report::SeedReport;
use crate::world::World;

/// Runs a seed: faults, then none, then an orderly stop. The same configuration and seed give the
/// same report, digest included, whoever looks.
///
/// # Errors
/// [`WorldError`]: a world that was given and cannot be built.
pub fn run_seed(
    config: &RunConfig,
    seed: u64,
    checker: &mut dyn Checker,
) -> Result<SeedReport, WorldError> {
    let world = config.world(seed);
    let background = Box::new(Synthetic::with_flow(seed, world.flow));
    let world = World::new(world, config.plan(seed), background, seed, checker)?;
    let mut world = world.on_breach(config.on_breach);
    world.run(config.faults_ms);
    world.heal();
    world.run(config.heal_ms);
    world.stop();
    Ok(world.finish())
}
