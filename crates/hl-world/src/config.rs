//! What a world and a run are made of.

use hl_engine::EngineConfig;
use hl_sim::background::Flow;
use hl_sim::fault::{Intensity, Plan};
use hl_sim::{ExchangeConfig, Usd};
use hl_specs::BadTimes;
use hl_wire::KeyError;

use crate::dice::Dice;

/// What a world is made of. [`WorldConfig::draw`] makes one from a seed.
#[derive(Clone, Debug)]
pub struct WorldConfig {
    /// The exchange.
    pub exchange: ExchangeConfig,
    /// The engine; the pairs of its markets are coins of the exchange.
    pub engine: EngineConfig,
    /// What the bot's account begins with.
    pub deposit: Usd,
    /// How long messages take.
    pub latency: Latency,
    /// How busy everybody else is.
    pub flow: Flow,
    /// Who looks after the bot.
    pub operator: Operations,
}

impl WorldConfig {
    /// A world with $100,000, the latency of a host in another city and nobody at the console.
    #[must_use]
    pub fn new(exchange: ExchangeConfig, engine: EngineConfig) -> Self {
        Self {
            exchange,
            engine,
            deposit: Usd::dollars(100_000),
            latency: Latency { one_way_ms: 20, jitter_ms: 10, spikes_ppm: 0, spike_ms: 0 },
            flow: Flow { noise: 1_000, informed: 330 },
            operator: Operations::default(),
        }
    }
}

/// The time that a message takes one way: the base, a random part of the jitter, and now and then a
/// random part of a spike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Latency {
    /// Milliseconds that every message takes.
    pub one_way_ms: u64,
    /// Most milliseconds on top.
    pub jitter_ms: u64,
    /// How many messages in a million meet a spike.
    pub spikes_ppm: u64,
    /// Most milliseconds that a spike adds.
    pub spike_ms: u64,
}

impl Latency {
    pub(crate) fn draw(self, dice: &mut Dice) -> u64 {
        let jitter = dice.below(self.jitter_ms.saturating_add(1));
        let spike = if self.spikes_ppm > 0 && dice.below(1_000_000) < self.spikes_ppm {
            dice.below(self.spike_ms.saturating_add(1))
        } else {
            0
        };
        self.one_way_ms.saturating_add(jitter).saturating_add(spike)
    }
}

/// What the operator does while faults happen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Operations {
    /// So often somebody looks after the bot and ends a halt that has come up. Milliseconds; 0 is
    /// never.
    pub visits_ms: u64,
    /// How often in the run the kill switch is pulled, at random moments.
    pub halts: u32,
    /// How often in the run all positions are to be closed, at random moments.
    pub flattens: u32,
    /// So long after the faults all positions are to be closed for good. Milliseconds; 0 is never.
    pub closes_ms: u64,
}

/// How a seed is run.
#[derive(Clone, Debug)]
pub struct RunConfig {
    /// How long faults happen. Milliseconds.
    pub faults_ms: u64,
    /// How long the bot is watched after the last one. Milliseconds.
    pub heal_ms: u64,
    /// How many faults there are.
    pub intensity: Intensity,
    /// Exactly these faults instead of those of the seed.
    pub plan: Option<Plan>,
    /// This world instead of the seed's.
    pub world: Option<WorldConfig>,
    /// What happens after a breach.
    pub on_breach: OnBreach,
}

impl RunConfig {
    /// Faults for so many hours, then a minute without.
    #[must_use]
    pub const fn hours(hours: u64) -> Self {
        Self {
            faults_ms: hours.saturating_mul(3_600_000),
            heal_ms: 60_000,
            intensity: Intensity::USUAL,
            plan: None,
            world: None,
            on_breach: OnBreach::Stop,
        }
    }

    /// The world of a seed, unless another is given.
    #[must_use]
    pub fn world(&self, seed: u64) -> WorldConfig {
        self.world.clone().unwrap_or_else(|| WorldConfig::draw(seed))
    }

    /// The faults of a seed, unless others are given.
    #[must_use]
    pub fn plan(&self, seed: u64) -> Plan {
        match &self.plan {
            Some(plan) => plan.clone(),
            None => Plan::draw(seed, self.faults_ms, self.intensity),
        }
    }
}

/// What happens after a breach.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnBreach {
    /// The run ends: what follows a breach is often more of the same.
    #[default]
    Stop,
    /// The run goes on to its end.
    GoOn,
}

/// A world that cannot be built. Do not retry: the configuration is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WorldError {
    /// A pair of the engine is not a coin of the exchange.
    #[error("the exchange does not list {0:?}")]
    UnknownCoin(String),
    /// The seed gave no secret key; it happens to one seed in 2^128.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The spec cache's times contradict each other; its defaults do not.
    #[error(transparent)]
    Specs(#[from] BadTimes),
}
