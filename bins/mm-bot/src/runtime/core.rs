//! The engine and what it has asked for so far.

use hl_engine::{Command, Engine, EventKind, Input, MarketId, Operator, Output, RequestId};
use hl_journal::profit::Profit;
use hl_quant::Millis;
use hl_wire::Nonce;

use super::decisions::Decisions;

/// Feeds the engine one input at a time and collects its outputs, in their order.
#[derive(Debug)]
pub(super) struct Core {
    pub(super) engine: Engine,
    /// Events not yet written.
    pub(super) events: Vec<hl_engine::Event>,
    /// Commands not yet carried out.
    pub(super) commands: Vec<Command>,
    /// When the engine wants to be called at the latest.
    pub(super) wake: Millis,
    /// Orders that may remain, once the engine has stopped or halted: its answer to the last word.
    pub(super) stopped: Option<u32>,
    /// Where the money went, if somebody wants to see it.
    pub(super) profit: Option<Profit>,
    /// Queries that failed, without the engine's own repetition of them.
    pub(super) failed_queries: u64,
    /// Where everything that passes here is recorded, if it is.
    pub(super) decisions: Option<Decisions>,
}

impl Core {
    pub(super) fn new(engine: Engine, decisions: Option<Decisions>) -> Self {
        Self {
            engine,
            events: Vec::new(),
            commands: Vec::new(),
            wake: Millis(0),
            stopped: None,
            profit: None,
            failed_queries: 0,
            decisions,
        }
    }

    /// From now on it is known where the money went.
    pub(super) fn keep_profit(&mut self) {
        let markets = &self.engine.config().markets;
        let pairs: Vec<_> = markets.iter().map(|market| market.pair.clone()).collect();
        let mut profit = Profit::new();
        profit.run(&pairs);
        self.profit = Some(profit);
    }

    /// One input, and everything that the engine says to it.
    pub(super) fn feed(&mut self, now: Millis, input: Input<'_>) {
        if let Some(profit) = &mut self.profit {
            profit.feed(now, &input);
        }
        if let Some(decisions) = &mut self.decisions {
            decisions.input(now, &input);
        }
        self.engine.handle(now, input);
        loop {
            match self.engine.poll() {
                Output::Event(event) => {
                    if let EventKind::Stopped { remaining } = event.kind {
                        self.stopped = Some(remaining);
                    }
                    if let Some(profit) = &mut self.profit {
                        profit.event(&event);
                    }
                    if let Some(decisions) = &mut self.decisions {
                        decisions.event(&event);
                    }
                    self.events.push(event);
                }
                Output::Command(command) => {
                    if let Some(decisions) = &mut self.decisions {
                        decisions.command(&command);
                    }
                    self.commands.push(command);
                }
                Output::WaitUntil(at) => {
                    self.wake = at;
                    if let Some(decisions) = &mut self.decisions {
                        decisions.end(now, at);
                    }
                    return;
                }
            }
        }
    }

    /// The action of a request has been signed with this nonce: for the record.
    pub(super) fn signed(&mut self, request: RequestId, nonce: Nonce) {
        if let Some(decisions) = &mut self.decisions {
            decisions.sent(request, nonce.0);
        }
    }

    /// The venue calls a market by another number: for the record.
    pub(super) fn renumbered(&mut self, market: MarketId, asset: u32) {
        if let Some(decisions) = &mut self.decisions {
            decisions.renumbered(market, asset);
        }
    }

    /// A word of the operator; what was reported of an earlier one no longer counts.
    pub(super) fn operator(&mut self, now: Millis, word: Operator) {
        self.stopped = None;
        self.feed(now, Input::Operator(word));
    }

    pub(super) fn query_failed(&mut self, now: Millis, request: RequestId) {
        self.failed_queries = self.failed_queries.saturating_add(1);
        self.feed(now, Input::QueryFailed { request });
    }
}
