//! One bot in one world.

use std::collections::BTreeMap;

use hl_engine::{
    EngineConfig, EventKind, MarketConfig, MarketId, Ppm, RotationConfig, RotationLine,
    SignalConfig, SignalSource, Trust,
};
use hl_quant::Millis;
use hl_rotation::{Cadence, Filters, StatsConfig, Turnover, Weights};
use hl_signals::{Confidence, Fingerprint, Signal, SourceId, Value};
use hl_sim::background::Synthetic;
use hl_sim::fault::Plan;
use hl_sim::universe::Liquidity;
use hl_sim::{ExchangeConfig, Signatures, Usd, universe};

use super::truth::{EXAMPLE, Kind, Listed, markets, shuffle};
use crate::dice::Dice;
use crate::{Breach, Checker, Observation, Scene, World, WorldConfig, WorldError};

/// How often the source says something.
const SAID_MS: u64 = 60_000;
/// The name of the source.
const SOURCE: &str = "opinion";

/// How long a trial lasts, and how the bots that rotate do it. The weights are the defaults.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trial {
    /// Simulated minutes; what a bot earns before its first choice and while it looks counts too.
    pub minutes: u64,
    /// Minutes from choice to choice (`ROTATE_EVERY_MIN`).
    pub every_min: u64,
    /// Minutes of the window (`ROTATE_WINDOW_SEC`); a fifth of them pass before the first choice.
    pub window_min: u64,
    /// The most entries in the trial (`ROTATE_MAX_CHANGES_DAY`).
    pub changes: u32,
    /// How far from the fair price every bot quotes.
    pub distance: Distance,
    /// What a bot that rotates weighs (`ROTATE_W_*`).
    pub weights: Weights,
}

impl Default for Trial {
    /// Half an hour, with a choice every ten minutes from a window of ten: a day's rotation in small.
    fn default() -> Self {
        Self {
            minutes: 30,
            every_min: 10,
            window_min: 10,
            changes: 12,
            distance: Distance::OfItsKind,
            weights: Weights::DEFAULT,
        }
    }
}

/// How far from the fair price is quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Distance {
    /// About one basis point more than the usual spread of markets as deep as this one, where it
    /// matters who takes. An operator knows that much of each market, and it says nothing about its
    /// kind.
    OfItsKind,
    /// The same everywhere, in basis points.
    Bps(i64),
}

impl Distance {
    fn of(self, coin: &str) -> Ppm {
        Ppm::from_bps(match (self, universe::liquidity(coin)) {
            (Self::Bps(bps), _) => bps,
            (Self::OfItsKind, Liquidity::Deep) => 2,
            (Self::OfItsKind, Liquidity::Large) => 3,
            (Self::OfItsKind, Liquidity::Mid) => 4,
            (Self::OfItsKind, Liquidity::Thin) => 6,
        })
    }
}

/// A bot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Arm {
    /// It chooses three markets, with somebody's opinions or none.
    Rotation(Opinion),
    /// It stays in the three markets of the old system's example.
    Fixed,
    /// It stays in three markets that were drawn by lot.
    Random,
    /// It stays in the three good markets: what somebody would earn who knew.
    Knowing,
}

impl Arm {
    /// A few words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rotation(Opinion::Nobody) => "rotation",
            Self::Rotation(Opinion::Informs) => "rotation, informed",
            Self::Rotation(Opinion::Noise) => "rotation, noise",
            Self::Rotation(Opinion::Inverted) => "rotation, inverted",
            Self::Fixed => "fixed three",
            Self::Random => "random three",
            Self::Knowing => "who knows",
        }
    }
}

/// Whose opinions a bot that rotates hears, once a minute about each market.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Opinion {
    /// Nobody's.
    Nobody,
    /// Somebody's who knows which markets are good, with as much noise as knowledge.
    Informs,
    /// Somebody's who knows nothing.
    Noise,
    /// The opposite of what the first one says.
    Inverted,
}

/// How it went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What the account gained, positions at the mark price and after fees.
    pub earned: Usd,
    /// The value of all trades.
    pub volume: Usd,
    /// The markets that it was in at the end.
    pub held: Vec<String>,
    /// Market-minutes in which it quoted markets of each kind, in the order of [`Kind`].
    pub minutes: [u64; 3],
    /// How often it chose.
    pub choices: u32,
    /// How often it entered a market after the first choice.
    pub entered: u32,
    /// Orders in the book after it had stopped.
    pub open_orders: u64,
}

impl Outcome {
    /// What part of its market-minutes was in markets of this kind, in percent.
    #[must_use]
    pub fn percent(&self, kind: Kind) -> u64 {
        let [good, usual, toxic] = self.minutes;
        let part = match kind {
            Kind::Good => good,
            Kind::Usual => usual,
            Kind::Toxic => toxic,
        };
        let all = good.saturating_add(usual).saturating_add(toxic);
        part.saturating_mul(100).checked_div(all).unwrap_or(0)
    }
}

/// Runs a bot through the world of a seed.
///
/// # Errors
/// [`WorldError`]; not for the markets of a trial, which the exchange lists.
pub fn run(trial: &Trial, arm: Arm, seed: u64) -> Result<Outcome, WorldError> {
    let listed = markets(seed);
    let quoted = quoted(arm, &listed, seed);
    let mut exchange = ExchangeConfig::new(universe::many(200));
    exchange.markets.retain(|market| listed.iter().any(|of| of.coin == market.coin));
    exchange.signatures = Signatures::StandIn;
    let config = WorldConfig::new(exchange, engine(trial, arm, &quoted));
    let deposit = config.deposit;
    let background = Box::new(Synthetic::with_flows(seed, universe::flow));
    let mut notes = Notes::new(arm, &quoted);
    let mut world = World::new(config, Plan::default(), background, seed, &mut notes)?;
    let mut voice = Voice::new(arm, seed);
    for _ in 0..trial.minutes {
        voice.say(&mut world, &quoted);
        world.run(SAID_MS);
    }
    world.stop();
    let truth = world.finish().truth;
    Ok(Outcome {
        earned: truth.account_value - deposit,
        volume: truth.maker_volume + truth.taker_volume,
        open_orders: truth.open_orders,
        ..notes.outcome()
    })
}

/// The markets that the engine knows of.
fn quoted(arm: Arm, listed: &[Listed], seed: u64) -> Vec<Listed> {
    let those = |is: &dyn Fn(&Listed) -> bool| listed.iter().filter(|of| is(of)).cloned().collect();
    match arm {
        Arm::Rotation(_) => listed.to_vec(),
        Arm::Fixed => those(&|of| EXAMPLE.contains(&of.coin.as_str())),
        Arm::Knowing => those(&|of| of.kind == Kind::Good),
        Arm::Random => {
            let mut all = listed.to_vec();
            shuffle(&mut Dice::new(seed, "proof random"), &mut all);
            all.truncate(EXAMPLE.len());
            all
        }
    }
}

fn engine(trial: &Trial, arm: Arm, quoted: &[Listed]) -> EngineConfig {
    let market = |of: &Listed| {
        let mut market = MarketConfig::new(&of.coin);
        market.spread.spread = trial.distance.of(&of.coin);
        market
    };
    let markets = quoted.iter().map(market).collect();
    let Arm::Rotation(opinion) = arm else {
        return EngineConfig { markets, ..EngineConfig::default() };
    };
    let every_ms = trial.every_min.saturating_mul(60_000);
    let window_ms = trial.window_min.saturating_mul(60_000);
    let turnover = Turnover {
        min_hold_ms: every_ms,
        max_changes_day: trial.changes,
        horizon_ms: trial.minutes.saturating_mul(60_000),
        ..Turnover::default()
    };
    let rotation = RotationConfig {
        weights: trial.weights,
        filters: Filters { turnover, ..Filters::default() },
        cadence: Cadence { every_ms, jitter_ms: 30_000 },
        stats: StatsConfig { window_ms, ..StatsConfig::default() },
        ..RotationConfig::default()
    };
    let source = (opinion != Opinion::Nobody).then(|| SOURCE.parse().ok()).flatten();
    let sources = source.map(|id| SignalSource { id, trust: Trust::Judged }).into_iter().collect();
    let signals = SignalConfig { sources, ..SignalConfig::default() };
    EngineConfig { markets, rotation: Some(rotation), signals, ..EngineConfig::default() }
}

/// The source of opinions.
struct Voice {
    opinion: Opinion,
    dice: Dice,
}

impl Voice {
    fn new(arm: Arm, seed: u64) -> Self {
        let opinion = match arm {
            Arm::Rotation(opinion) => opinion,
            Arm::Fixed | Arm::Random | Arm::Knowing => Opinion::Nobody,
        };
        Self { opinion, dice: Dice::new(seed, "proof opinions") }
    }

    /// Speaks about every market.
    fn say(&mut self, world: &mut World<'_>, markets: &[Listed]) {
        let Ok(source) = SOURCE.parse::<SourceId>() else { return };
        if self.opinion == Opinion::Nobody {
            return;
        }
        let now = world.now();
        for (market, listed) in (0..).map(MarketId).zip(markets) {
            let Some(value) = Value::new(self.value(listed.kind)) else { continue };
            world.tell(market, signal(source, value, now));
        }
    }

    /// Half of it is the truth, half of it is chance.
    #[expect(clippy::float_arithmetic, reason = "an opinion, of which no order is made")]
    fn value(&mut self, kind: Kind) -> f64 {
        let thousandths = u32::try_from(self.dice.below(1_001)).unwrap_or(0);
        let chance = f64::from(thousandths) / 1_000.0 - 0.5;
        let truth = match kind {
            Kind::Good => 0.5,
            Kind::Usual => 0.0,
            Kind::Toxic => -0.5,
        };
        match self.opinion {
            Opinion::Nobody => 0.0,
            Opinion::Informs => truth + chance,
            Opinion::Noise => chance * 2.0,
            Opinion::Inverted => -(truth + chance),
        }
    }
}

fn signal(source: SourceId, value: Value, now: Millis) -> Signal {
    Signal {
        source,
        value,
        confidence: Confidence::FULL,
        source_time: now,
        ingested: now,
        content: Fingerprint::of(&[value.get()]),
    }
}

/// What a run is remembered by.
struct Notes {
    kinds: BTreeMap<String, Kind>,
    held: Vec<String>,
    minutes: [u64; 3],
    counted: Millis,
    choices: u32,
    entered: u32,
}

impl Notes {
    fn new(arm: Arm, quoted: &[Listed]) -> Self {
        let names = quoted.iter().map(|of| of.coin.clone());
        Self {
            kinds: quoted.iter().map(|of| (of.coin.clone(), of.kind)).collect(),
            held: if matches!(arm, Arm::Rotation(_)) { Vec::new() } else { names.collect() },
            minutes: [0; 3],
            counted: Millis(0),
            choices: 0,
            entered: 0,
        }
    }

    fn outcome(self) -> Outcome {
        let Self { held, minutes, choices, entered, .. } = self;
        Outcome { held, minutes, choices, entered, ..Outcome::default() }
    }

    /// Counts the minutes that have passed.
    fn count(&mut self, now: Millis) {
        while now.since(self.counted) >= SAID_MS {
            self.counted = if self.counted.0 == 0 { now } else { self.counted.plus(SAID_MS) };
            for coin in &self.held {
                let [good, usual, toxic] = &mut self.minutes;
                let place = match self.kinds.get(coin) {
                    Some(Kind::Good) => good,
                    Some(Kind::Toxic) => toxic,
                    Some(Kind::Usual) | None => usual,
                };
                *place = place.saturating_add(1);
            }
        }
    }
}

impl Checker for Notes {
    fn name(&self) -> &'static str {
        "notes"
    }

    fn see(&mut self, scene: &Scene<'_>, seen: &Observation<'_>, _: &mut Vec<Breach>) {
        self.count(scene.now);
        if let Observation::Event { event, .. } = seen
            && let EventKind::Rotation(RotationLine::Rebalance(pairs)) = &event.kind
        {
            let names: Vec<String> = pairs.iter().map(|pair| pair.as_str().to_owned()).collect();
            if self.choices > 0 {
                let new = names.iter().filter(|name| !self.held.contains(name)).count();
                self.entered = self.entered.saturating_add(u32::try_from(new).unwrap_or(u32::MAX));
            }
            self.choices = self.choices.saturating_add(1);
            self.held = names;
        }
    }
}
