//! `POST /exchange`: from a body to an executed action.

mod actions;
mod auth;
mod envelope;
mod limit;
mod nonce;
mod renumber;
mod reply;
mod stand_in;
mod transfers;

use std::collections::BTreeMap;

use hl_wire::Address;

pub(crate) use envelope::{BadRequest, Request, receive};
pub(crate) use reply::Answer;
pub use stand_in::{Signatures, stand_in};

use crate::core::Core;
use crate::io::{ConnId, RequestId};
use nonce::Nonces;

/// Where an answer goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReplyTo {
    Http(RequestId),
    Post { conn: ConnId, id: u64 },
}

/// The order in which the actions of a block are executed (docs: "Order book"): first what sends
/// no order that may take, then cancels, then the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    Passive,
    Cancel,
    Taking,
}

/// An action that waits for its block.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) to: ReplyTo,
    pub(crate) request: Request,
    pub(crate) class: Class,
    /// The first block that may execute it.
    pub(crate) block: u64,
}

/// Actions that wait, and the nonces of all signers.
#[derive(Debug, Default)]
pub(crate) struct Mempool {
    waiting: Vec<Pending>,
    nonces: BTreeMap<Address, Nonces>,
}

impl Mempool {
    /// Takes an action in; it is executed with the next block, or some blocks later if it may take.
    pub(crate) fn push(&mut self, core: &Core, to: ReplyTo, request: Request) {
        let class = request.class(core.config.open_questions.cancel_priority);
        let delay = if class == Class::Taking { core.config.taker_delay_blocks } else { 0 };
        let block = core.blocks.saturating_add(1).saturating_add(delay);
        self.waiting.push(Pending { to, request, class, block });
    }

    /// Actions of a connection that have not been answered.
    pub(crate) fn posts_of(&self, conn: ConnId) -> usize {
        let of = |to: ReplyTo| matches!(to, ReplyTo::Post { conn: other, .. } if other == conn);
        self.waiting.iter().filter(|pending| of(pending.to)).count()
    }

    /// Takes out the actions that this block executes, in the order of their execution.
    pub(crate) fn due(&mut self, block: u64) -> Vec<Pending> {
        let (mut due, rest): (Vec<_>, Vec<_>) = std::mem::take(&mut self.waiting)
            .into_iter()
            .partition(|pending| pending.block <= block);
        self.waiting = rest;
        // A stable sort: within a class, as they came in.
        due.sort_by_key(|pending| pending.class);
        due
    }

    /// Executes one action.
    pub(crate) fn execute(&mut self, core: &mut Core, request: &Request) -> Answer {
        core.begin_action();
        match self.admit(core, request) {
            Ok(id) => actions::perform(core, id, request),
            Err(error) => Answer::Err(error.text()),
        }
    }
}
