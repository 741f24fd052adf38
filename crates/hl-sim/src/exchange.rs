//! The exchange as its callers drive it: inputs, outputs and time.

use std::collections::VecDeque;

use hl_quant::Millis;
use hl_wire::Address;

use crate::Usd;
use crate::config::ExchangeConfig;
use crate::core::Core;
use crate::core::account::Owner;
use crate::io::{Input, Output};
use crate::truth::Truth;
use crate::venue::{Background, Venue};

/// Time between mark price updates.
const MARK_MS: u64 = 3_000;
/// A caller that slept longer than this finds that the blocks of its sleep did not happen.
const MAX_CATCH_UP_MS: u64 = 60_000;

/// A Hyperliquid exchange in memory: see the crate's documentation.
#[derive(Debug)]
pub struct Exchange {
    core: Core,
    background: Option<Box<dyn Background>>,
    outputs: VecDeque<Output>,
    next_block: Option<Millis>,
    next_mark: Millis,
}

impl Exchange {
    /// A new exchange with empty books and no accounts. Equal configuration, seed and inputs give
    /// equal outputs.
    #[must_use]
    pub fn new(config: ExchangeConfig, seed: u64) -> Self {
        Self {
            core: Core::new(config, seed),
            background: None,
            outputs: VecDeque::new(),
            next_block: None,
            next_mark: Millis(0),
        }
    }

    /// Adds everybody else in the market.
    #[must_use]
    pub fn with_background(mut self, background: Box<dyn Background>) -> Self {
        self.background = Some(background);
        self
    }

    /// Pays USDC into the perpetuals side of a master account, opening it if need be.
    pub fn fund(&mut self, address: Address, usd: Usd) {
        let id = self.core.open_account(address, Owner::User);
        self.core.deposit(id, usd);
    }

    /// Lets an agent sign for a master, in the unnamed slot, without expiry. Opens the master's
    /// account if need be. Nothing happens when the agent's address has been used before.
    pub fn approve_agent(&mut self, master: Address, agent: Address) {
        let id = self.core.open_account(master, Owner::User);
        // Used addresses are the documented no-op; the other refusals cannot occur here.
        let _ = self.core.approve_agent(id, agent, None, Some(u64::MAX));
    }

    /// What really happened, as of the last block.
    #[must_use]
    pub fn truth(&self) -> Truth {
        self.core.truth()
    }

    /// The configuration, with the markets as they were at the start.
    #[must_use]
    pub const fn config(&self) -> &ExchangeConfig {
        &self.core.config
    }

    /// Brings the exchange to `now` (it never goes back), block by block, then takes one input.
    pub fn handle(&mut self, now: Millis, input: Input) {
        self.advance(now);
        match input {
            Input::Tick => {}
            Input::Http { .. }
            | Input::WsOpen { .. }
            | Input::WsText { .. }
            | Input::WsClose { .. } => {}
        }
    }

    /// The next thing to do; [`Output::WaitUntil`] when there is nothing more to do now.
    pub fn poll(&mut self) -> Output {
        self.outputs
            .pop_front()
            .unwrap_or_else(|| Output::WaitUntil(self.next_block.unwrap_or(Millis(0))))
    }

    fn advance(&mut self, now: Millis) {
        let mut due = self.next_block.unwrap_or(now);
        if now.since(due) > MAX_CATCH_UP_MS {
            due = now;
        }
        while due <= now {
            self.block(due);
            due = due.plus(self.core.config.block_ms.max(1));
        }
        self.next_block = Some(due);
    }

    /// Builds one block.
    fn block(&mut self, now: Millis) {
        self.core.now = now;
        self.core.blocks = self.core.blocks.saturating_add(1);
        for market in &mut self.core.markets {
            market.roll_day(now);
        }
        self.core.fire_schedules();
        if let Some(background) = &mut self.background {
            background.advance(now, &mut Venue::new(&mut self.core));
        }
        if now >= self.next_mark {
            for market in &mut self.core.markets {
                market.update_mark();
            }
            self.next_mark = now.plus(MARK_MS);
        }
        self.core.events.clear();
    }
}
