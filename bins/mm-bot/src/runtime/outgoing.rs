//! From the engine: events to the log, commands to the venue.

use hl_client::{InfoError, clock};
use hl_engine::{Command, Fetch, Input, MarketId, Reply, RequestId, adapt};
use hl_journal::log::Quoted;
use hl_quant::Millis;
use hl_specs::{Ticket, Universe, Want};
use hl_wire::{Nonce, info::Meta};

use super::driver::Driver;

/// Nonces that are kept: more commands than can be in doubt at a time.
const NONCES: usize = 1_024;
/// The list of markets is not fetched again if it is younger than this: the start has just done so.
const SPECS_YOUNG_MS: u64 = 5_000;

impl Driver {
    /// Writes the events, then carries out the commands. Orders wait until their record is on the
    /// disk; cancels, questions and exits wait for nothing.
    ///
    /// One round only. What the engine asks for in return waits for the next turn of the loop, so
    /// that no conversation between it and this shell can keep a signal from being heard.
    pub(super) fn carry_out(&mut self) {
        self.write_events();
        for command in core::mem::take(&mut self.core.commands) {
            match command {
                Command::Place { .. } | Command::Modify { .. } => self.hold(command),
                command => {
                    self.withdraw_cancelled(&command);
                    self.execute(command);
                }
            }
        }
        self.keep();
        if !self.core.commands.is_empty() {
            self.core.wake = clock::now();
        }
        self.write_events();
        self.tend_decisions();
        self.log.alive(clock::now());
    }

    pub(super) fn write_events(&mut self) {
        let mut ends = false;
        for event in core::mem::take(&mut self.core.events) {
            self.messenger.note(&event);
            self.recorder.note(&event);
            ends |= self.note(&event);
            self.log.event(event);
        }
        if ends {
            self.withdraw_all();
        }
    }

    pub(super) fn execute(&mut self, command: Command) {
        let request = command.request();
        let orders = match &command {
            Command::FetchSpecs { fetch, .. } => return self.fetch_specs(*fetch),
            Command::Reconcile { query, .. } => {
                self.tasks.spawn(self.link.clone().ask(request, *query));
                return;
            }
            Command::Place { orders, .. } => orders.len(),
            Command::Modify { orders, .. } => orders.len(),
            Command::Cancel { orders, .. } => orders.len(),
            Command::ScheduleCancel { .. } | Command::Burn { .. } | Command::Leverage { .. } => 1,
            Command::Exit { orders, .. } => orders.len(),
        };
        if !self.core.engine.still_stands(clock::now(), &command) {
            return self.never_sent(request, orders);
        }
        let Some(action) = self.adapter.action(&command) else {
            return self.never_sent(request, orders);
        };
        let places = matches!(
            command,
            Command::Place { .. } | Command::Modify { .. } | Command::Exit { .. }
        );
        // Signed here and not in the task, so that nonces rise in the order of the commands and are
        // known should one have to be burnt.
        let prepared = match command {
            Command::Place { expires, .. }
            | Command::Modify { expires, .. }
            | Command::Exit { expires, .. } => self.link.exchange.prepare(&action, Some(expires)),
            Command::Burn { of, .. } => match self.nonces.get(&of) {
                Some(nonce) => self.link.exchange.prepare_burn(*nonce),
                None => return self.never_sent(request, orders),
            },
            _ => self.link.exchange.prepare(&action, None),
        };
        match prepared {
            Ok(prepared) => {
                self.core.signed(request, prepared.nonce());
                self.remember(request, prepared.nonce());
                self.pulse.sent(request);
                self.tasks.spawn(self.link.clone().send(request, orders, prepared, places));
            }
            Err(error) => {
                self.log.line(&format!("shell_evt=not_sent reason={}", Quoted(error)));
                self.never_sent(request, orders);
            }
        }
    }

    /// Keeps the nonce of a command for as long as it may have to be burnt.
    fn remember(&mut self, request: RequestId, nonce: Nonce) {
        self.nonces.insert(request, nonce);
        if self.nonces.len() > NONCES {
            self.nonces.pop_first();
        }
    }

    pub(super) fn never_sent(&mut self, request: RequestId, orders: usize) {
        let replies = vec![Reply::NeverSent; orders];
        self.core.feed(clock::now(), Input::Outcome { request, replies: &replies });
    }

    /// The engine knows when it wants specs. The cache has its own opinion on how often the venue
    /// may be asked; where it refuses, the engine is told so and asks again later.
    fn fetch_specs(&mut self, fetch: Fetch) {
        let now = clock::now();
        // After the clock was set back, a list of later is of no known age.
        let young = self.specs_at <= now && now.since(self.specs_at) < SPECS_YOUNG_MS;
        if fetch == Fetch::Routine && young {
            return self.tell_specs(now);
        }
        if self.specs_asked {
            return;
        }
        match self.cache.begin_fetch(now, Want::Now) {
            Some(ticket) => {
                self.specs_asked = true;
                self.tasks.spawn(self.link.clone().specs(ticket, now));
            }
            None => self.core.feed(now, Input::SpecsFailed),
        }
    }

    pub(super) fn specs(
        &mut self,
        ticket: Ticket,
        requested: Millis,
        result: Result<Meta, InfoError>,
    ) {
        self.specs_asked = false;
        let now = clock::now();
        if matches!(result, Err(InfoError::RateLimited { .. })) {
            self.core.feed(now, Input::Throttled);
        }
        let universe = result
            .map_err(|error| error.to_string())
            .and_then(|meta| Universe::builder().perps(&meta).build().map_err(|e| e.to_string()));
        match universe {
            Ok(universe) => {
                let Ok(update) = self.cache.complete(ticket, universe, now) else {
                    return self.core.feed(now, Input::SpecsFailed);
                };
                self.specs_at = requested;
                for applied in &update.applied {
                    self.log.line(applied);
                }
                for refused in &update.refused {
                    self.log.line(&format!("spec_evt=override_refused reason={}", Quoted(refused)));
                }
                self.tell_specs(now);
            }
            Err(why) => {
                self.cache.fail(ticket, now);
                self.log.line(&format!("spec_evt=failed reason={}", Quoted(why)));
                self.core.feed(now, Input::SpecsFailed);
            }
        }
    }

    fn tell_specs(&mut self, now: Millis) {
        for (index, coin) in (0_u16..).zip(&self.coins) {
            let lookup = self.cache.lookup(coin, now);
            if let Some(asset) = self.adapter.renumber(MarketId(index), &lookup) {
                self.core.renumbered(MarketId(index), asset.0);
                self.log.line(&format!("shell_evt=renumbered pair={coin} asset={}", asset.0));
            }
            let told = adapt::spec(MarketId(index), &lookup, self.specs_at);
            let Some(Input::Spec { market, spec, requested, status }) = told else { continue };
            let spec = &spec.with_min_notional(self.min_notional);
            self.core.feed(now, Input::Spec { market, spec, requested, status });
        }
        let strays: Vec<_> =
            self.adapter.strays().map(|(market, coin)| (market, coin.to_owned())).collect();
        for (market, coin) in strays {
            let lookup = self.cache.lookup(&coin, now);
            if let Some(asset) = self.adapter.renumber(market, &lookup) {
                self.log.line(&format!("shell_evt=renumbered pair={coin} asset={}", asset.0));
            }
        }
    }
}
