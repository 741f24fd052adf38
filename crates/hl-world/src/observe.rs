//! What checkers see: both sides of everything, as it happens.

use std::fmt;

use hl_engine::{Attempt, Command, Engine, Event, Input, Operator, RequestId};
use hl_quant::Millis;
use hl_sim::fault::Fault;
use hl_sim::{Exchange, Witnessed};
use hl_wire::info::InfoRequest;
use hl_wire::{Address, Nonce, TradingAction};

use crate::crash::Death;
use crate::phase::Phase;

/// A process of the bot, counted from 0: a restart is a new one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BotId(pub u32);

impl fmt::Display for BotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// One thing that happened, on either side.
///
/// Every message between bot and venue is seen where it leaves and where it arrives, so that a
/// checker can tell what the bot knew from what was so.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Observation<'a> {
    /// The run enters a phase.
    Phase(Phase),
    /// A fault begins.
    FaultOn(&'a Fault),
    /// It ends.
    FaultOff(&'a Fault),
    /// A process of the bot began to run, with what its journal told it.
    Started(&'a Started),
    /// A process of the bot ended.
    Died {
        /// Which.
        bot: BotId,
        /// How.
        how: &'a Death,
    },
    /// The operator said something to the bot.
    Operator {
        /// To whom.
        bot: BotId,
        /// What.
        word: Operator,
    },
    /// The engine has just decided to send an order, by what it believes at this moment. The order's
    /// record is written later ([`Observation::Event`]), and when it leaves more may have been heard.
    Decided {
        /// Who.
        bot: BotId,
        /// Which.
        attempt: &'a Attempt,
    },
    /// An event that the engine wrote: its log line. The journal has it when this is seen, or the
    /// write has failed ([`Observation::Journal`]).
    Event {
        /// Who.
        bot: BotId,
        /// What.
        event: &'a Event,
    },
    /// The journal was written and synced, or could not be.
    Journal {
        /// By whom.
        bot: BotId,
        /// Whether what the batch of events says is safe on the disk.
        ok: bool,
    },
    /// The engine gave a command. Seen before it is carried out, whatever comes of that.
    Command {
        /// Who.
        bot: BotId,
        /// What.
        command: &'a Command,
    },
    /// A question left the bot, seen at the socket; for the engine or on the shell's own account.
    Asked {
        /// Who.
        bot: BotId,
        /// What.
        question: &'a InfoRequest,
    },
    /// A signed action left the bot, seen at the socket.
    Sent(&'a Sent<'a>),
    /// The engine is told something, outcomes of its commands included: seen just before it is
    /// handed in.
    Told {
        /// Who.
        bot: BotId,
        /// What.
        input: &'a Input<'a>,
    },
    /// The exchange did something to an order of a client ([`Exchange::take_deeds`]).
    Deed(&'a Witnessed),
    /// The bot has nothing more to do at this moment: its books can be compared with the truth.
    Settled {
        /// Who.
        bot: BotId,
    },
}

/// A process that began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Started {
    /// Its number.
    pub bot: BotId,
    /// What names the run in its client order ids: the seed of its engine.
    pub run: u64,
    /// What its journal told it.
    pub carry: hl_engine::Carry,
    /// Who signs for it.
    pub agent: Address,
}

/// A signed action on its way.
#[derive(Clone, Debug)]
pub struct Sent<'a> {
    /// Who sent it.
    pub bot: BotId,
    /// The key that it was signed with.
    pub signer: Address,
    /// For which command.
    pub request: RequestId,
    /// The nonce.
    pub nonce: Nonce,
    /// When the venue is to refuse it.
    pub expires: Option<Millis>,
    /// What was signed.
    pub action: &'a TradingAction,
    /// The bytes.
    pub body: &'a [u8],
}

/// The moment of an observation, with both sides to look at.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// The venue's clock, which is the true one.
    pub now: Millis,
    /// Milliseconds since the run began.
    pub since_start_ms: u64,
    /// Which part of the run it is.
    pub phase: Phase,
    /// The bot's account.
    pub account: Address,
    /// The exchange: what is so.
    pub exchange: &'a Exchange,
    /// The engines that run, the process that holds the lock first: what is believed.
    pub bots: &'a [BotScene<'a>],
}

/// A running process of the bot.
#[derive(Clone, Copy, Debug)]
pub struct BotScene<'a> {
    /// Which.
    pub bot: BotId,
    /// Its clock.
    pub now: Millis,
    /// Its engine.
    pub engine: &'a Engine,
    /// Whether it is stopped, frozen or slow at this moment, and cannot act.
    pub frozen: bool,
}

/// An invariant that did not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// Which, by its number: `I8`.
    pub invariant: &'static str,
    /// When, by the venue's clock.
    pub at: Millis,
    /// What was seen.
    pub what: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "breach={} at={} what=\"{}\"", self.invariant, self.at.0, self.what)
    }
}

/// Judges a run. A checker keeps what it needs of what it has seen; it cannot change anything.
pub trait Checker {
    /// A few words for reports.
    fn name(&self) -> &'static str;

    /// Whether it does not look at anything: a run without eyes makes no observations at all.
    fn is_idle(&self) -> bool {
        false
    }

    /// Takes one observation in.
    fn see(&mut self, scene: &Scene<'_>, seen: &Observation<'_>, breaches: &mut Vec<Breach>);

    /// The run is over.
    fn end(&mut self, scene: &Scene<'_>, breaches: &mut Vec<Breach>) {
        let _ = (scene, breaches);
    }
}

/// Nobody looks.
impl Checker for () {
    fn name(&self) -> &'static str {
        "nobody"
    }

    fn is_idle(&self) -> bool {
        true
    }

    fn see(&mut self, _: &Scene<'_>, _: &Observation<'_>, _: &mut Vec<Breach>) {}
}

impl<C: Checker + ?Sized> Checker for Box<C> {
    fn name(&self) -> &'static str {
        (**self).name()
    }

    fn is_idle(&self) -> bool {
        (**self).is_idle()
    }

    fn see(&mut self, scene: &Scene<'_>, seen: &Observation<'_>, breaches: &mut Vec<Breach>) {
        (**self).see(scene, seen, breaches);
    }

    fn end(&mut self, scene: &Scene<'_>, breaches: &mut Vec<Breach>) {
        (**self).end(scene, breaches);
    }
}

/// All of them look, in their order.
impl<C: Checker> Checker for Vec<C> {
    fn name(&self) -> &'static str {
        "all"
    }

    fn is_idle(&self) -> bool {
        self.iter().all(Checker::is_idle)
    }

    fn see(&mut self, scene: &Scene<'_>, seen: &Observation<'_>, breaches: &mut Vec<Breach>) {
        for checker in self {
            checker.see(scene, seen, breaches);
        }
    }

    fn end(&mut self, scene: &Scene<'_>, breaches: &mut Vec<Breach>) {
        for checker in self {
            checker.end(scene, breaches);
        }
    }
}
