//! What rules are shown: an observation with the wire parsed, and the moment around it.

use hl_engine::{Command, Event, Input, NoQuote, Operator, OrderState, RequestId};
use hl_quant::{Millis, Price, SignedSize};
use hl_sim::Deed;
use hl_wire::{Address, Cloid};

use super::record::Record;
use super::wire::Wire;
use crate::{BotId, Phase};

/// One thing that happened.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Seen<'a> {
    Phase(Phase),
    Started {
        bot: BotId,
        agent: Address,
    },
    Died {
        bot: BotId,
    },
    Operator {
        bot: BotId,
        word: Operator,
    },
    Told {
        bot: BotId,
        input: &'a Input<'a>,
    },
    /// The engine has decided to send an order; its belief is the one that it decided by.
    Decided {
        bot: BotId,
        cloid: Cloid,
    },
    Event {
        bot: BotId,
        event: &'a Event,
    },
    Journal {
        bot: BotId,
        ok: bool,
    },
    Command {
        bot: BotId,
        command: &'a Command,
    },
    Sent {
        bot: BotId,
        request: RequestId,
        wire: &'a Wire<'a>,
    },
    /// A question of this weight left.
    Asked {
        weight: u64,
    },
    Deed(&'a Deed),
    /// A process that stood still goes on.
    Thawed {
        bot: BotId,
    },
    Settled {
        bot: BotId,
    },
}

/// What a rule may look at. The record has taken the observation in already.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a> {
    /// The true time.
    pub(crate) now: Millis,
    pub(crate) phase: Phase,
    /// How long ago the faults ended, in the phases after that.
    pub(crate) healed_ms: u64,
    pub(crate) record: &'a Record,
    /// What the process that acts believes; absent where nothing acts.
    pub(crate) belief: Option<&'a Belief>,
}

/// What a process believes at this moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Belief {
    /// Its clock.
    pub(crate) now: Millis,
    /// Whether it cannot act.
    pub(crate) frozen: bool,
    pub(crate) markets: Vec<MarketBelief>,
    pub(crate) orders: Vec<OrderBelief>,
}

/// One market as the bot sees it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct MarketBelief {
    pub(crate) position: SignedSize,
    pub(crate) fair: Option<Price>,
    pub(crate) touch: Option<(Price, Price)>,
    pub(crate) why_not: Option<NoQuote>,
}

/// One order as the bot sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OrderBelief {
    pub(crate) market: usize,
    pub(crate) cloid: Cloid,
    pub(crate) state: OrderState,
}

impl Belief {
    pub(crate) fn order(&self, cloid: Cloid) -> Option<&OrderBelief> {
        self.orders.iter().find(|order| order.cloid == cloid)
    }
}
