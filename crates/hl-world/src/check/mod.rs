//! Ground truth: the invariants I1 to I42, and the rules that judge a run by them.
//!
//! A [`Checks`] is one [`Checker`]. It keeps a record of what happened on both sides, asks the
//! exchange what is so, and shows each observation to every rule. A rule is one small file; its
//! first lines say which invariant it is, how bad a breach is, and which truth it judges by. A
//! judgement is counted whether it holds or not, so that a run can say how often each promise was
//! put to the test ([`Court::judged`]); [`INVARIANTS`] says for every one of the forty-two who looks
//! after it.

mod belief;
mod court;
mod coverage;
mod directed;
mod invariants;
mod judge;
mod record;
mod rules;
mod seen;
mod shrink;
mod summary;
mod text;
mod wire;

#[cfg(test)]
mod testing;

pub use court::Court;
pub use coverage::{Coverage, OrderStage, impossible};
pub use directed::directed;
pub use invariants::{COUNT, Held, INVARIANTS, Id, Invariant, Severity};
pub use judge::{Judged, judge_seed, plan_of, shrink_seed, trace_seed};
pub use shrink::{Shrunk, shrink};
pub use summary::Summary;

use hl_engine::{EngineConfig, EventKind, ReconLine};
use hl_quant::Millis;
use hl_sim::fault::Kind;

use crate::{Breach, Checker, Observation, Phase, Scene};
use record::Record;
use rules::Rule;
use seen::{Belief, Seen, View};
use wire::Wire;

/// A process that could not act for longer than this has to look around again first.
const PAUSE_MS: u64 = 1_000;

/// When something happened.
#[derive(Clone, Copy, Debug)]
struct Moment {
    now: Millis,
    /// By the clock of the process that acts.
    bot_now: Millis,
    phase: Phase,
}

impl Moment {
    fn of(scene: &Scene<'_>) -> Self {
        let bot_now = scene.bots.first().map_or(scene.now, |bot| bot.now);
        Self { now: scene.now, bot_now, phase: scene.phase }
    }
}

/// Every rule over one record.
#[derive(Debug)]
pub struct Checks {
    record: Record,
    rules: Vec<Box<dyn Rule>>,
    court: Court,
    healed: Option<Millis>,
    /// Since when the acting process stands still.
    frozen: Option<Millis>,
}

impl Checks {
    /// For a run with this configuration of the engine.
    #[must_use]
    pub fn new(config: EngineConfig) -> Self {
        Self::with(config, rules::all())
    }

    fn with(config: EngineConfig, rules: Vec<Box<dyn Rule>>) -> Self {
        let record = Record::new(config);
        Self { record, rules, court: Court::default(), healed: None, frozen: None }
    }

    /// What was judged so far.
    #[must_use]
    pub const fn court(&self) -> &Court {
        &self.court
    }

    /// Takes one thing in and shows it to every rule.
    fn take(&mut self, moment: Moment, belief: Option<&Belief>, seen: &Seen<'_>) {
        let Moment { now, phase, bot_now } = moment;
        self.record.now = now;
        if let (Seen::Phase(Phase::Healed), None) = (seen, self.healed) {
            self.healed = Some(now);
        }
        self.record.apply(bot_now, seen);
        self.court.open(now);
        let view =
            View { now, phase, healed_ms: self.healed_ms(now), record: &self.record, belief };
        for rule in &mut self.rules {
            rule.see(&view, seen, &mut self.court);
        }
    }

    fn close(&mut self, now: Millis, phase: Phase, belief: Option<&Belief>) {
        self.court.open(now);
        let view =
            View { now, phase, healed_ms: self.healed_ms(now), record: &self.record, belief };
        for rule in &mut self.rules {
            rule.end(&view, &mut self.court);
        }
    }

    fn healed_ms(&self, now: Millis) -> u64 {
        self.healed.map_or(0, |healed| now.since(healed))
    }

    /// Notices the end of a pause: a process that stood still does something again.
    fn pauses(&mut self, scene: &Scene<'_>, seen: &Observation<'_>) {
        match seen {
            Observation::FaultOn(fault)
                if matches!(fault.kind, Kind::ProcStop { .. } | Kind::TimeFreeze { .. }) =>
            {
                self.frozen = self.frozen.or(Some(scene.now));
            }
            Observation::Died { .. } => self.frozen = None,
            Observation::Told { bot, .. } | Observation::Settled { bot } => {
                let Some(since) = self.frozen.take() else { return };
                if scene.now.since(since) > PAUSE_MS {
                    self.take(Moment::of(scene), None, &Seen::Thawed { bot: *bot });
                }
            }
            _ => {}
        }
    }
}

impl Checker for Checks {
    fn name(&self) -> &'static str {
        "invariants"
    }

    fn see(&mut self, scene: &Scene<'_>, seen: &Observation<'_>, breaches: &mut Vec<Breach>) {
        self.pauses(scene, seen);
        let wire;
        let seen = match *seen {
            Observation::Phase(phase) => Seen::Phase(phase),
            Observation::Started(started) => {
                Seen::Started { bot: started.bot, agent: started.agent }
            }
            Observation::Died { bot, .. } => Seen::Died { bot },
            Observation::Operator { bot, word } => Seen::Operator { bot, word },
            Observation::Decided { bot, attempt } => Seen::Decided { bot, cloid: attempt.cloid },
            Observation::Event { bot, event } => Seen::Event { bot, event },
            Observation::Journal { bot, ok } => Seen::Journal { bot, ok },
            Observation::Command { bot, command } => Seen::Command { bot, command },
            Observation::Told { bot, input } => Seen::Told { bot, input },
            Observation::Asked { question, .. } => {
                Seen::Asked { weight: u64::from(question.weight()) }
            }
            Observation::Deed(witnessed) => Seen::Deed(&witnessed.deed),
            Observation::Settled { bot } => Seen::Settled { bot },
            Observation::FaultOn(_) | Observation::FaultOff(_) => return,
            Observation::Sent(sent) => {
                let Some(read) = Wire::read(sent.body) else {
                    let what = "an action that cannot be read".to_owned();
                    breaches.push(Breach { invariant: "I2", at: scene.now, what });
                    return;
                };
                wire = read;
                Seen::Sent { bot: sent.bot, request: sent.request, wire: &wire }
            }
        };
        let belief = belief::of(scene, &seen);
        // With nobody left to act it is the exchange alone that can still do something. What is taken
        // over from the venue is compared with what is so at that moment.
        let taken_over = |event: &hl_engine::Event| {
            matches!(event.kind, EventKind::Recon(ReconLine::Position { .. }))
        };
        let compared = match &seen {
            Seen::Died { .. } => true,
            Seen::Event { event, .. } => taken_over(event),
            _ => belief.is_some(),
        };
        if compared {
            belief::truth(scene, &mut self.record);
        }
        self.take(Moment::of(scene), belief.as_ref(), &seen);
        breaches.append(&mut self.court.take_breaches());
    }

    fn end(&mut self, scene: &Scene<'_>, breaches: &mut Vec<Breach>) {
        // A run that was broken off has no end to judge.
        if scene.phase != Phase::Stopping || !breaches.is_empty() {
            return;
        }
        let belief = scene.bots.first().map(belief::read);
        belief::truth(scene, &mut self.record);
        self.close(scene.now, scene.phase, belief.as_ref());
        breaches.append(&mut self.court.take_breaches());
    }
}
