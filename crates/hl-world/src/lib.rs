//! Engine, shell, network, disk, clock and exchange in one thread, from one seed.
//!
//! A world is a bot at work on an exchange, with everything in between that can fail. It has one true
//! clock and no other source of time or chance than a seed, so a day of trading takes a minute, and
//! whatever goes wrong goes wrong again, at the same message, as often as it is asked for.
//!
//! ```
//! use hl_world::{RunConfig, run_seed};
//!
//! // Two minutes of faults, one without, and an orderly stop. Nobody checks: that is `()`.
//! let config = RunConfig { faults_ms: 120_000, ..RunConfig::hours(1) };
//! let report = run_seed(&config, 7, &mut ())?;
//! assert_eq!(report.faults_total(), 3);
//! assert_eq!(report.truth.open_orders, 0);
//! assert_eq!(run_seed(&config, 7, &mut ())?, report);
//! # Ok::<(), hl_world::WorldError>(())
//! ```
//!
//! # What is real and what stands in
//!
//! The engine, the wire formats, the WebSocket session, the spec cache, the journal and the exchange
//! are the crates that run live. What stands in is the shell: it does what `mm-bot`'s runtime does,
//! in its order, without a kernel under it. It makes an engine's events durable before it carries out
//! the commands that came with them, signs with nonces that no restart can repeat, sends every action
//! once, takes whatever is not an answer for not knowing, and starts again from its journal.
//!
//! # A run
//!
//! [`run_seed`] draws a world ([`WorldConfig::draw`]) and a plan of faults from the seed. While
//! faults happen only safety is asked for; after [`World::heal`] the bot has to find its way back,
//! and in the end it is told to stop. [`Checker`]s see both sides of everything ([`Observation`])
//! and report a [`Breach`]. The [`SeedReport`] says how much of everything there was, so that no
//! claim about a run comes without its denominator.
//!
//! # What it does not do
//!
//! There are no threads in it, so it finds no race between threads; there is no real socket and no
//! real file. `mm-bot`'s own tests run the program itself for these.

#![deny(clippy::as_conversions, clippy::float_arithmetic)]

pub mod check;

mod clock;
mod config;
mod crash;
mod dice;
mod disk;
mod draw;
mod host;
mod machine;
mod network;
mod nonces;
mod observe;
mod phase;
pub mod proof;
mod report;
mod run;
mod schedule;
mod shell;
mod sign;
mod trace;
mod world;

pub use config::{Latency, OnBreach, Operations, RunConfig, WorldConfig, WorldError};
pub use crash::{CrashPoint, Death};
pub use observe::{BotId, BotScene, Breach, Checker, Observation, Scene, Sent, Started};
pub use phase::Phase;
pub use report::{Believed, SeedReport, Tally};
pub use run::run_seed;
pub use trace::Trace;
pub use world::World;
