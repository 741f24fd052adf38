//! The world: one thread, one clock that is true, and whatever happens next.

mod faults;
mod step;

use std::collections::BTreeMap;

use hl_engine::{MarketId, Operator};
use hl_quant::Millis;
use hl_signals::Signal;
use hl_sim::fault::Plan;
use hl_sim::{Background, Exchange, mix};
use hl_wire::{Address, AgentKey};

use crate::config::{OnBreach, WorldConfig, WorldError};
use crate::crash::CrashPoint;
use crate::host::{Digest, Eyes, Stage, scene};
use crate::machine::Machine;
use crate::network::Network;
use crate::observe::{BotScene, Checker, Observation};
use crate::phase::Phase;
use crate::report::{Believed, SeedReport};
use crate::schedule::{Due, Schedule};
use crate::shell::{Identity, Shell};
use crate::sign::Signer;

/// 2026-01-01 00:00 UTC: a world has to begin at some time.
pub(crate) const GENESIS: Millis = Millis(1_767_225_600_000);
/// How long a stop may take before the world gives up waiting for the engine's last word.
const STOP_MS: u64 = 60_000;
/// After the last fault the operator comes by once more: whatever halted the bot is over.
const OPERATOR_BACK_MS: u64 = 3_000;
/// The bot's master account.
const MASTER: Address = Address::new([0xb0; 20]);

/// Engine, shell, network, disk, clock and exchange in one thread; see the crate.
#[derive(Debug)]
pub struct World<'c> {
    exchange: Exchange,
    network: Network,
    machine: Machine,
    /// The processes that run: one, unless the lock is broken.
    processes: Vec<Shell>,
    me: Identity,
    schedule: Schedule,
    closes_ms: u64,
    eyes: Eyes<'c>,
    on_breach: OnBreach,
    now: Millis,
    venue_wake: Millis,
    phase: Phase,
    seed: u64,
    plan: Plan,
    digest: Digest,
    faults: BTreeMap<&'static str, u64>,
    believed: Believed,
    remaining: Option<u32>,
}

impl<'c> World<'c> {
    /// Builds a world: a funded account, its agent, the exchange, and a machine on which the bot is
    /// about to be started. Faults happen as planned while [`World::run`] is called, until
    /// [`World::heal`].
    ///
    /// # Errors
    /// [`WorldError::UnknownCoin`].
    pub fn new(
        config: WorldConfig,
        plan: Plan,
        background: Box<dyn Background>,
        seed: u64,
        checker: &'c mut dyn Checker,
    ) -> Result<Self, WorldError> {
        let WorldConfig { exchange, engine, deposit, latency, operator, .. } = config;
        let digits: String =
            (1..=4).map(|part| format!("{:016x}", mix(seed ^ mix(part)))).collect();
        let coins: Vec<String> =
            engine.markets.iter().map(|market| market.pair.as_str().to_owned()).collect();
        let listed = |coin: &&String| exchange.markets.iter().all(|market| market.coin != **coin);
        if let Some(coin) = coins.iter().find(listed) {
            return Err(WorldError::UnknownCoin(coin.clone()));
        }
        let key = AgentKey::from_hex(&digits)?;
        let agent = key.address();
        let signer = Signer::new(key, exchange.network, exchange.signatures).into();
        let me = Identity { engine, coins, signer, master: MASTER };
        let mut exchange = Exchange::new(exchange, seed).with_background(background);
        let closed = checker.is_idle();
        if !closed {
            exchange = exchange.witnessed();
        }
        exchange.set_fault_markets(me.coins.iter().map(String::as_str));
        exchange.fund(MASTER, deposit);
        exchange.approve_agent(MASTER, agent);
        let until = plan.faults.iter().map(|f| f.at.saturating_add(f.lasts_ms)).max();
        let until = GENESIS.plus(until.unwrap_or(0));
        Ok(Self {
            exchange,
            network: Network::new(latency, seed),
            machine: Machine::new(seed, GENESIS),
            processes: Vec::new(),
            me,
            closes_ms: operator.closes_ms,
            schedule: Schedule::new(&plan, operator, GENESIS, until, seed),
            eyes: Eyes { checker, breaches: Vec::new(), closed },
            on_breach: OnBreach::default(),
            now: GENESIS,
            venue_wake: GENESIS,
            phase: Phase::Faults,
            seed,
            plan,
            digest: Digest(mix(seed)),
            faults: BTreeMap::new(),
            believed: Believed::default(),
            remaining: None,
        })
    }

    /// What happens after a breach; the run ends, unless this says otherwise.
    #[must_use]
    pub const fn on_breach(mut self, what: OnBreach) -> Self {
        self.on_breach = what;
        self
    }

    /// Lets this many virtual milliseconds pass, or fewer if there is a breach.
    pub fn run(&mut self, ms: u64) {
        let end = self.now.plus(ms);
        while !self.is_over() {
            if !self.step(end) {
                self.now = end;
                return;
            }
        }
    }

    /// Ends all faults and starts the bot if it is down: from now on it has to find its way back.
    pub fn heal(&mut self) {
        for (place, fault) in self.schedule.heal() {
            self.end_fault(place, &fault);
        }
        self.machine.heal(self.now, !self.processes.is_empty());
        self.enter(Phase::Healed);
        // Whatever halted it is over, and somebody has looked at it.
        let back = self.now.plus(OPERATOR_BACK_MS);
        self.schedule.add(back, Due::Word(Operator::Resume));
        if self.closes_ms > 0 {
            let at = self.now.plus(self.closes_ms);
            self.schedule.add(at, Due::Word(Operator::Flatten));
        }
    }

    /// A feed says something about a market, and the bot hears it now, if it runs.
    pub fn tell(&mut self, market: MarketId, signal: Signal) {
        if !self.machine.is_frozen(self.now) {
            self.each(|shell, host| shell.signal(host, market, signal));
        }
    }

    /// Asks the bot to stop and runs until it has, or for a minute.
    pub fn stop(&mut self) {
        self.enter(Phase::Stopping);
        self.word(Operator::Stop);
        let end = self.now.plus(STOP_MS);
        while !self.processes.is_empty() && !self.is_over() && self.step(end) {}
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

    /// The true time.
    #[must_use]
    pub const fn now(&self) -> Millis {
        self.now
    }

    /// How it went so far.
    #[must_use]
    pub fn report(&self) -> SeedReport {
        let mut truth = self.exchange.truth();
        let mut believed = self.believed.clone();
        for process in &self.processes {
            believed.add(&process.stats());
        }
        let mut tally = self.machine.tally.clone();
        tally.disk_failures = self.machine.disk.failures;
        tally.passed = CrashPoint::ALL.into_iter().zip(self.machine.kill.passed).collect();
        SeedReport {
            seed: self.seed,
            plan: self.plan.clone(),
            faults: self.faults.clone(),
            ran_ms: self.now.since(GENESIS),
            believed,
            truth: truth.accounts.remove(&MASTER).unwrap_or_default(),
            tally,
            remaining: self.remaining,
            breaches: self.eyes.breaches.clone(),
            digest: self.digest.0,
        }
    }

    /// The run is over: the checkers have their last word.
    #[must_use]
    pub fn finish(mut self) -> SeedReport {
        if !self.eyes.closed {
            let Self { exchange, machine, processes, eyes, now, phase, .. } = &mut self;
            let bots = bot_scenes(processes, machine, *now);
            let stage = stage(exchange, *now, *phase);
            eyes.checker.end(&scene(stage, &bots), &mut eyes.breaches);
        }
        self.report()
    }

    fn is_over(&self) -> bool {
        self.on_breach == OnBreach::Stop && !self.eyes.breaches.is_empty()
    }

    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.see(&Observation::Phase(phase));
    }
}

/// The truth, for checkers.
const fn stage(exchange: &Exchange, now: Millis, phase: Phase) -> Stage<'_> {
    let since_start_ms = now.0.saturating_sub(GENESIS.0);
    Stage { now, since_start_ms, phase, account: MASTER, exchange }
}

/// The processes, for checkers.
fn bot_scenes<'a>(processes: &'a [Shell], machine: &Machine, now: Millis) -> Vec<BotScene<'a>> {
    let frozen = machine.is_frozen(now);
    let scene = |process: &'a Shell| BotScene {
        bot: process.bot(),
        now: machine.clock.shows(now),
        engine: process.engine(),
        frozen: frozen || process.busy().is_some(),
    };
    processes.iter().map(scene).collect()
}
