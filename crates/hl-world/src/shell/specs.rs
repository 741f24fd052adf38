//! The list of markets: read once before the engine runs, and again whenever it asks.

use hl_engine::{Fetch, Input, MarketId, adapt};
use hl_quant::Millis;
use hl_specs::{Ticket, Universe, Want};
use hl_wire::info::{InfoRequest, Meta};

use super::{Asked, BOOT_AGAIN_MS, Shell};
use crate::host::Host;

/// The list of markets is not fetched again if it is younger than this, as in `mm-bot`.
const YOUNG_MS: u64 = 5_000;
/// How often the request budget is asked for.
const BUDGET_EVERY_MS: u64 = 60_000;

impl Shell {
    /// Before anything else: which markets there are and how they are numbered.
    pub(super) fn ask_for_markets(&mut self, host: &mut Host<'_, '_>) {
        self.boot = Some(host.steady.plus(BOOT_AGAIN_MS));
        self.begin_fetch(host);
    }

    /// The engine knows when it wants specs. The cache has its own opinion on how often the venue
    /// may be asked; where it refuses, the engine is told so and asks again later.
    pub(super) fn fetch_specs(&mut self, host: &mut Host<'_, '_>, fetch: Fetch) {
        // After the clock was set back, a list of later is of no known age.
        let young = self.specs_at <= host.now && host.now.since(self.specs_at) < YOUNG_MS;
        if fetch == Fetch::Routine && young {
            return self.tell_specs(host);
        }
        if self.specs_asked {
            return;
        }
        if !self.begin_fetch(host) {
            self.core.feed(host, Input::SpecsFailed);
        }
        self.ask_for_budget(host);
    }

    /// How many requests are left is asked once a minute, as in `mm-bot`; the engine counts in
    /// between, and asks for specs more often than that.
    fn ask_for_budget(&mut self, host: &mut Host<'_, '_>) {
        if host.steady >= self.budget_at {
            self.budget_at = host.steady.plus(BUDGET_EVERY_MS);
            let user = self.me.master;
            self.ask(host, Asked::RateLimit, &InfoRequest::UserRateLimit { user });
        }
    }

    fn begin_fetch(&mut self, host: &mut Host<'_, '_>) -> bool {
        let Some(ticket) = self.specs.begin_fetch(host.now, Want::Now) else { return false };
        self.specs_asked = true;
        let at = host.now;
        self.ask(host, Asked::Specs { ticket, at }, &InfoRequest::Meta { dex: None });
        true
    }

    pub(super) fn specs_failed(&mut self, host: &mut Host<'_, '_>, ticket: Ticket) {
        self.specs_asked = false;
        self.specs.fail(ticket, host.now);
        if self.boot.is_none() {
            self.core.feed(host, Input::SpecsFailed);
        }
    }

    pub(super) fn read_specs(
        &mut self,
        host: &mut Host<'_, '_>,
        ticket: Ticket,
        requested: Millis,
        meta: Option<Meta>,
    ) {
        self.specs_asked = false;
        let universe = meta.and_then(|meta| Universe::builder().perps(&meta).build().ok());
        let Some(universe) = universe else {
            return self.specs_failed(host, ticket);
        };
        if self.specs.complete(ticket, universe, host.now).is_err() {
            if self.boot.is_none() {
                self.core.feed(host, Input::SpecsFailed);
            }
            return;
        }
        self.specs_at = requested;
        if self.boot.is_some() {
            return self.begin_to_trade(host);
        }
        self.tell_specs(host);
    }

    /// The list of markets is known: the engine begins to run, if all of its markets are there.
    fn begin_to_trade(&mut self, host: &mut Host<'_, '_>) {
        let universe = self.specs.universe();
        let found = self.me.coins.iter().map(|coin| {
            let market = universe?.get(coin)?;
            Some((coin.as_str(), market.asset))
        });
        let Some(known) = found.collect::<Option<Vec<_>>>() else { return };
        self.adapter = adapt::Adapter::new(known).watching(self.me.engine.cloid_tag);
        self.boot = None;
        self.core.feed(host, Input::Timer);
    }

    fn tell_specs(&mut self, host: &mut Host<'_, '_>) {
        let Self { specs, core, me, specs_at, adapter, .. } = self;
        for (index, coin) in (0_u16..).zip(&me.coins) {
            let lookup = specs.lookup(coin, host.now);
            adapter.renumber(MarketId(index), &lookup);
            if let Some(input) = adapt::spec(MarketId(index), &lookup, *specs_at) {
                core.feed(host, input);
            }
        }
        let strays: Vec<_> =
            adapter.strays().map(|(market, coin)| (market, coin.to_owned())).collect();
        for (market, coin) in strays {
            adapter.renumber(market, &specs.lookup(&coin, host.now));
        }
    }
}
