//! Engine, network and exchange in one thread under a virtual clock.
//!
//! The engine is driven as a live shell drives it: its commands are signed, written as JSON and
//! posted; the exchange's answers and stream frames are read with `hl-wire`, kept alive by its
//! WebSocket session and translated by `hl_engine::adapt`. Only the socket is missing, so hours of
//! market pass in seconds, and the same configuration, background and seed give the same run.
//!
//! Messages are delayed by a [`Latency`]; they are not lost, duplicated or reordered within a
//! connection, and the clocks agree.
//!
//! ```
//! use hl_engine::{EngineConfig, MarketConfig};
//! use hl_sim::background::Synthetic;
//! use hl_sim::{ExchangeConfig, universe};
//! use hl_world::{World, WorldConfig};
//!
//! let mut exchange = ExchangeConfig::new(universe::markets());
//! exchange.markets.truncate(2);
//! let engine = EngineConfig { markets: vec![MarketConfig::new("BTC")], ..EngineConfig::default() };
//! let background = Box::new(Synthetic::new(7));
//! let mut world = World::new(WorldConfig::new(exchange, engine), background, 7)?;
//! world.run(10_000);
//! world.stop();
//! let report = world.report();
//! assert_eq!(report.truth.attempts, report.stats.attempts);
//! assert_eq!(report.truth.open_orders, 0);
//! # Ok::<(), hl_world::WorldError>(())
//! ```

pub mod check;
mod crash;
mod network;
mod observe;
mod phase;
mod shell;

pub use crash::{CrashPoint, Death};
pub use observe::{BotId, BotScene, Breach, Checker, Observation, Scene, Sent, Started};
pub use phase::Phase;

use hl_engine::{EngineConfig, Event, Stats};
use hl_quant::Millis;
use hl_specs::BadTimes;
use hl_wire::{Address, AgentKey, KeyError};

use hl_sim::{AccountTruth, Background, Exchange, ExchangeConfig, Input, Output, Usd, mix};
use network::{Network, Packet, ToBot};
use shell::Shell;

/// 2026-01-01 00:00 UTC: a world has to begin at some time.
const GENESIS: Millis = Millis(1_767_225_600_000);
/// How long a stop may take before the world gives up waiting for the engine's last word.
const STOP_MS: u64 = 60_000;
/// The bot's master account.
const MASTER: Address = Address::new([0xb0; 20]);

/// What a world is made of.
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
}

impl WorldConfig {
    /// A world with $100,000 and the latency of a host in another city.
    #[must_use]
    pub fn new(exchange: ExchangeConfig, engine: EngineConfig) -> Self {
        let latency = Latency { one_way_ms: 20, jitter_ms: 10 };
        Self { exchange, engine, deposit: Usd::dollars(100_000), latency }
    }
}

/// The time that a message takes one way: the base and a random part of the jitter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Latency {
    /// Milliseconds that every message takes.
    pub one_way_ms: u64,
    /// Most milliseconds on top.
    pub jitter_ms: u64,
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

/// How a run went, from both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorldReport {
    /// Virtual milliseconds since the beginning.
    pub ran_ms: u64,
    /// What the bot believes.
    pub stats: Stats,
    /// What really happened to its account.
    pub truth: AccountTruth,
    /// Events that the engine wrote.
    pub events: u64,
    /// Orders that the engine could not confirm as gone when it stopped; nothing before that.
    pub remaining: Option<u32>,
    /// A digest of every message and every event: equal for equal runs.
    pub digest: u64,
}

/// See the crate.
#[derive(Debug)]
pub struct World {
    exchange: Exchange,
    shell: Shell,
    network: Network,
    now: Millis,
    venue_wake: Millis,
    digest: u64,
    events: u64,
}

impl World {
    /// Builds a world: a funded account, its agent, the exchange and an engine that knows nothing.
    ///
    /// # Errors
    /// [`WorldError::UnknownCoin`].
    pub fn new(
        config: WorldConfig,
        background: Box<dyn Background>,
        seed: u64,
    ) -> Result<Self, WorldError> {
        let WorldConfig { exchange, engine, deposit, latency } = config;
        let digits: String =
            (1..=4).map(|part| format!("{:016x}", mix(seed ^ mix(part)))).collect();
        let key = AgentKey::from_hex(&digits)?;
        let shell = Shell::new(&exchange, engine, key, MASTER, seed)?;
        let mut exchange = Exchange::new(exchange, seed).with_background(background);
        exchange.fund(MASTER, deposit);
        exchange.approve_agent(MASTER, shell.agent());
        let network = Network::new(latency, seed);
        let (now, venue_wake) = (GENESIS, GENESIS);
        Ok(Self { exchange, shell, network, now, venue_wake, digest: seed, events: 0 })
    }

    /// Lets this many virtual milliseconds pass.
    pub fn run(&mut self, ms: u64) {
        self.run_with(ms, &mut |_| {});
    }

    /// The same, handing on each of the engine's events.
    pub fn run_with(&mut self, ms: u64, on_event: &mut dyn FnMut(&Event)) {
        let end = self.now.plus(ms);
        while self.step(end, on_event) {}
        self.now = end;
    }

    /// Asks the engine to stop and runs until it has, or for a minute.
    pub fn stop(&mut self) {
        self.shell.stop(self.now);
        let end = self.now.plus(STOP_MS);
        while self.shell.remaining().is_none() && self.step(end, &mut |_| {}) {}
    }

    /// The exchange, to look at its truth or to disturb it.
    pub const fn exchange(&mut self) -> &mut Exchange {
        &mut self.exchange
    }

    /// The bot's account.
    #[must_use]
    pub const fn master(&self) -> Address {
        MASTER
    }

    /// The virtual time.
    #[must_use]
    pub const fn now(&self) -> Millis {
        self.now
    }

    /// How it went so far.
    #[must_use]
    pub fn report(&self) -> WorldReport {
        let mut truth = self.exchange.truth();
        WorldReport {
            ran_ms: self.now.since(GENESIS),
            stats: self.shell.stats(),
            truth: truth.accounts.remove(&MASTER).unwrap_or_default(),
            events: self.events,
            remaining: self.shell.remaining(),
            digest: self.digest,
        }
    }

    /// Goes to the next moment at which anything happens, if that is not after `end`.
    fn step(&mut self, end: Millis, on_event: &mut dyn FnMut(&Event)) -> bool {
        let next = self.venue_wake.min(self.shell.wake());
        let next = self.network.next().map_or(next, |packet| packet.min(next)).max(self.now);
        if next > end {
            return false;
        }
        self.now = next;
        while let Some(packet) = self.network.take(self.now) {
            match packet {
                Packet::ToVenue(input) => self.tell_venue(input),
                Packet::ToBot(news) => self.shell.hear(self.now, news),
            }
        }
        if self.venue_wake <= self.now {
            self.tell_venue(Input::Tick);
        }
        if self.shell.wake() <= self.now {
            self.shell.timer(self.now);
        }
        for input in self.shell.take_requests() {
            self.note(format!("{input:?}").as_bytes());
            self.network.send_up(self.now, input);
        }
        for event in self.shell.take_events() {
            self.events = self.events.saturating_add(1);
            self.note(event.to_string().as_bytes());
            on_event(&event);
        }
        true
    }

    fn tell_venue(&mut self, input: Input) {
        self.exchange.handle(self.now, input);
        loop {
            let news = match self.exchange.poll() {
                Output::WaitUntil(at) => {
                    self.venue_wake = at;
                    return;
                }
                Output::HttpReply { id, status, body } => ToBot::Http { id, status, body },
                Output::WsText { conn, text } => ToBot::Text { conn, text },
                Output::WsClose { conn, .. } => ToBot::Closed { conn },
            };
            if let ToBot::Http { body, .. } = &news {
                self.note(&body.clone());
            } else if let ToBot::Text { text, .. } = &news {
                self.note(&text.clone().into_bytes());
            }
            self.network.send_down(self.now, news);
        }
    }

    /// Adds to the digest: FNV-1a, which is enough to tell two runs apart.
    fn note(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.digest = (self.digest ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}
