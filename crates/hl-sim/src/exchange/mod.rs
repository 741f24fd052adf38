//! The exchange as its callers drive it: inputs, outputs and time.

mod ask;
pub(crate) mod window;

use std::collections::{BTreeMap, VecDeque};

use hl_quant::{Millis, SignedSize, SzDecimals};
use hl_wire::Address;

use crate::Usd;
use crate::config::ExchangeConfig;
use crate::core::account::Owner;
use crate::core::{Core, Event};
use crate::exec::{self, Class, Mempool, Pending, ReplyTo};
use crate::fault::Kind;
use crate::io::{ConnId, Input, Output, Path, RequestId};
use crate::trouble::memory::Memory;
use crate::truth::{Listed, Truth};
use crate::universe::ListingState;
use crate::venue::{Background, Venue};
use crate::witness::{Witness, Witnessed};
use crate::ws::{Streams, Wanted};
use window::Window;

/// Time between mark price updates.
const MARK_MS: u64 = 3_000;
/// A caller that slept longer than this finds that the blocks of its sleep did not happen: on a
/// machine too slow to build blocks in real time, catching up would only fall further behind.
const MAX_CATCH_UP_MS: u64 = 1_000;

/// A Hyperliquid exchange in memory: see the crate's documentation.
#[derive(Debug)]
pub struct Exchange {
    core: Core,
    background: Option<Box<dyn Background>>,
    mempool: Mempool,
    streams: Streams,
    outputs: VecDeque<Output>,
    next_block: Option<Millis>,
    next_mark: Millis,
    witness: Witness,
    /// The latest time that the exchange was told of.
    clock: Millis,
    /// Answers that are held back, by when they go out.
    late: BTreeMap<(Millis, u64), Output>,
    /// Fills that their owners have not been told of, by when they will be.
    untold: BTreeMap<(Millis, u64), Event>,
    /// Tells apart what is held back until the same time.
    serial: u64,
    memory: Memory,
    ip: Window,
}

impl Exchange {
    /// A new exchange with empty books and no accounts. Equal configuration, seed and inputs give
    /// equal outputs.
    #[must_use]
    pub fn new(config: ExchangeConfig, seed: u64) -> Self {
        Self {
            core: Core::new(config, seed),
            background: None,
            mempool: Mempool::default(),
            streams: Streams::default(),
            outputs: VecDeque::new(),
            next_block: None,
            next_mark: Millis(0),
            witness: Witness::default(),
            clock: Millis(0),
            late: BTreeMap::new(),
            untold: BTreeMap::new(),
            serial: 0,
            memory: Memory::default(),
            ip: Window::default(),
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
        self.core.pay_in(id, usd);
    }

    /// Takes USDC out of a master account's perpetuals side, as its owner could: at most what backs
    /// no position and no order. Returns how much that was; zero for an unknown account.
    pub fn withdraw(&mut self, address: Address, usd: Usd) -> Usd {
        let id = self.core.by_address.get(&address).copied();
        id.map_or(Usd::ZERO, |id| self.core.pay_out(id, usd))
    }

    /// Begins a fault of the venue; kinds of other layers change nothing. What it does at once is
    /// in the state when this returns, and told with the next block.
    ///
    /// ```
    /// # use hl_sim::{Exchange, ExchangeConfig, universe};
    /// # use hl_quant::Millis;
    /// # let mut exchange = Exchange::new(ExchangeConfig::new(universe::markets()), 1);
    /// let halt = "meta.halt market=0".parse()?;
    /// exchange.inject(&halt);
    /// // Orders for the first market are refused with "Trading is halted." until this:
    /// exchange.heal(&halt);
    /// # Ok::<(), hl_sim::fault::UnreadableFault>(())
    /// ```
    pub fn inject(&mut self, kind: &Kind) {
        self.core.inject(*kind);
    }

    /// Ends a fault that was begun with the same kind and parameters, the oldest one if there are
    /// several. What a fault has done (a fill, a payment, a cancelled order) stays done; what it
    /// has changed (a listing, `szDecimals`, an approval, a limit) is as it was before.
    pub fn heal(&mut self, kind: &Kind) {
        self.core.heal(*kind);
    }

    /// The markets that the `market` of a fault counts, by coin; coins without market are left out.
    /// With none, which is how an exchange begins, they are all of them.
    pub fn set_fault_markets<'a>(&mut self, coins: impl IntoIterator<Item = &'a str>) {
        let assets = coins.into_iter().filter_map(|coin| self.core.market_by_coin(coin));
        let assets = assets.map(|market| market.asset).collect();
        self.core.trouble.set_targets(assets);
    }

    /// Lets an agent sign for a master, in the unnamed slot, without expiry. Opens the master's
    /// account if need be. Nothing happens when the agent's address has been used before.
    pub fn approve_agent(&mut self, master: Address, agent: Address) {
        let id = self.core.open_account(master, Owner::User);
        // Used addresses are the documented no-op; the other refusals cannot occur here.
        let _ = self.core.approve_agent(id, agent, None, Some(u64::MAX));
    }

    /// The background's one line about how it goes; see [`Background::status`].
    #[must_use]
    pub fn background_status(&self) -> Option<String> {
        self.background.as_ref()?.status()
    }

    /// What the background wants an operator to know; see [`Background::take_notices`].
    pub fn take_notices(&mut self) -> Vec<String> {
        self.background.as_mut().map(|background| background.take_notices()).unwrap_or_default()
    }

    /// Takes back every approval of an agent's address: its signatures are a stranger's from now on.
    pub fn revoke_agent(&mut self, agent: Address) {
        self.core.agents.remove(&agent);
    }

    /// Halts or resumes a market, by coin; a halt cancels every order in it. False when there is no
    /// such market.
    pub fn set_listing(&mut self, coin: &str, listing: ListingState) -> bool {
        let asset = self.core.market_by_coin(coin).map(|market| market.asset);
        asset.map(|asset| self.core.set_listing(asset, listing)).is_some()
    }

    /// Changes a market's `szDecimals` under the feet of everybody who has read `meta`; orders off
    /// the new grids are cancelled. False when there is no such market.
    pub fn set_sz_decimals(&mut self, coin: &str, sz_decimals: SzDecimals) -> bool {
        let asset = self.core.market_by_coin(coin).map(|market| market.asset);
        asset.map(|asset| self.core.set_sz_decimals(asset, sz_decimals)).is_some()
    }

    /// What really happened, as of the last block.
    #[must_use]
    pub fn truth(&self) -> Truth {
        let mut truth = self.core.truth();
        truth.max_ip_weight = self.ip.most;
        truth.max_ws_frames = self.streams.most_frames();
        truth
    }

    /// From now on keeps every deed for [`Exchange::take_deeds`].
    #[must_use]
    pub const fn witnessed(mut self) -> Self {
        self.witness.wake();
        self
    }

    /// What was done to clients' orders since the last call; nothing unless
    /// [`Exchange::witnessed`].
    pub fn take_deeds(&mut self) -> Vec<Witnessed> {
        self.witness.take()
    }

    /// What a market is now, which its configuration need not say any more.
    #[must_use]
    pub fn listed(&self, coin: &str) -> Option<Listed> {
        self.core.market_by_coin(coin).map(|market| Listed {
            asset: self.core.renumbered(market.asset),
            sz_decimals: market.config.sz_decimals,
            listing: market.config.listing,
            mark: market.mark,
            oracle: market.oracle,
        })
    }

    /// What an account holds in a market, as of now; zero where there is no such account or market.
    #[must_use]
    pub fn position(&self, account: Address, coin: &str) -> SignedSize {
        let asset = self.core.market_by_coin(coin).map(|market| market.asset);
        let account = self.core.account_at(account);
        asset.zip(account).map(|(asset, account)| account.position(asset).szi).unwrap_or_default()
    }

    /// Everything that an account is worth as of now, positions at their mark price; nothing where
    /// there is no such account.
    #[must_use]
    pub fn account_value(&self, account: Address) -> Usd {
        let id = self.core.by_address.get(&account);
        id.map(|id| self.core.account_value(*id)).unwrap_or_default()
    }

    /// When an account's scheduled cancel fires, if one is armed.
    #[must_use]
    pub fn scheduled_cancel(&self, account: Address) -> Option<Millis> {
        self.core.account_at(account)?.schedule.at
    }

    /// The configuration, with the markets as they were at the start.
    #[must_use]
    pub const fn config(&self) -> &ExchangeConfig {
        &self.core.config
    }

    /// Brings the exchange to `now` (it never goes back), block by block, then takes one input.
    pub fn handle(&mut self, now: Millis, input: Input) {
        self.clock = self.clock.max(now);
        self.advance(now);
        self.release();
        match input {
            Input::Tick => {}
            Input::Http { id, path: Path::Info, body } => self.ask(id, &body),
            Input::Http { id, path: Path::Exchange, body } => self.submit(id, &body),
            Input::WsOpen { conn } => self.streams.open(&mut self.core, self.clock, conn),
            Input::WsText { conn, text } => self.frame(conn, &text),
            Input::WsClose { conn } => self.streams.close(conn),
        }
        self.outputs.extend(self.streams.take_output());
    }

    /// The next thing to do; [`Output::WaitUntil`] when there is nothing more to do now.
    pub fn poll(&mut self) -> Output {
        self.outputs.pop_front().unwrap_or_else(|| {
            let block = self.next_block.unwrap_or(Millis(0));
            Output::WaitUntil(self.next_late().map_or(block, |late| late.min(block)))
        })
    }

    /// Takes in an action, to be answered when it has been executed, or refuses it at once.
    fn submit(&mut self, id: RequestId, body: &[u8]) {
        match exec::receive(&self.core.config, body) {
            Ok(request) => {
                let weight = request.ip_weight();
                if !self.has_weight(weight) {
                    return self.reply(id, 429, "null".to_owned(), 0);
                }
                self.use_weight(weight);
                self.mempool.push(&self.core, ReplyTo::Http(id), request);
            }
            Err(bad) => {
                self.witness.unreadable(self.core.now, id);
                let (status, body) = bad.reply();
                self.reply(id, status, body, 0);
            }
        }
    }

    fn frame(&mut self, conn: ConnId, text: &str) {
        let in_flight = self.mempool.posts_of(conn);
        let wanted = self.streams.receive(&self.core, conn, text, self.clock, in_flight);
        let Some(Wanted::Action { id, body }) = wanted else { return };
        match exec::receive(&self.core.config, body.as_bytes()) {
            Ok(request) => self.mempool.push(&self.core, ReplyTo::Post { conn, id }, request),
            Err(bad) => self.streams.refuse_post(&self.core, conn, id, &bad.reply().1),
        }
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
        let due = self.mempool.due(self.core.blocks);
        let (early, late): (Vec<_>, Vec<_>) =
            due.into_iter().partition(|pending| pending.class != Class::Taking);
        self.execute(&early);
        self.core.trouble_block();
        if let Some(background) = &mut self.background {
            background.advance(now, &mut Venue::new(&mut self.core));
        }
        self.execute(&late);
        if now >= self.next_mark {
            for market in &mut self.core.markets {
                market.update_mark();
            }
            self.next_mark = now.plus(MARK_MS);
        }
        let events = std::mem::take(&mut self.core.events);
        self.witness.events(&self.core, &events);
        let events = self.hold_untold(events);
        self.streams.publish(&mut self.core, events);
        self.outputs.extend(self.streams.take_output());
        self.memory.look(&self.core);
    }

    /// Keeps back the fills that are to be told later, and adds those whose time has come.
    fn hold_untold(&mut self, mut events: Vec<Event>) -> Vec<Event> {
        let now = self.core.now;
        let is_late = |event: &Event| match event {
            Event::Fill(_, fill) if fill.told > now => Some(fill.told),
            _ => None,
        };
        if self.untold.is_empty() && !events.iter().any(|event| is_late(event).is_some()) {
            return events;
        }
        let mut told = Vec::new();
        for event in events.drain(..) {
            if let Some(at) = is_late(&event) {
                self.serial = self.serial.saturating_add(1);
                self.untold.insert((at, self.serial), event);
            } else {
                told.push(event);
            }
        }
        while self.untold.first_key_value().is_some_and(|((at, _), _)| *at <= now) {
            told.extend(self.untold.pop_first().map(|(_, event)| event));
        }
        told
    }

    fn execute(&mut self, actions: &[Pending]) {
        for Pending { to, request, .. } in actions {
            let answer = self.mempool.execute(&mut self.core, request);
            self.witness.action(self.core.now, request, &answer);
            match *to {
                ReplyTo::Http(id) => {
                    let lag = self.core.trouble.ack_lag();
                    self.reply(id, 200, answer.to_json(), lag);
                }
                ReplyTo::Post { conn, id } => {
                    self.streams.answer_post(&self.core, conn, id, &answer);
                }
            }
        }
        self.outputs.extend(self.streams.take_output());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::universe;

    /// A machine that is too slow for the blocks must not be given more of them for it.
    #[test]
    fn the_blocks_of_a_long_sleep_did_not_happen() {
        let mut exchange = Exchange::new(ExchangeConfig::new(universe::markets()), 1);
        let (start, every) = (Millis(1_762_252_867_000), exchange.config().block_ms);
        exchange.handle(start, Input::Tick);
        let blocks = |exchange: &Exchange| exchange.core.blocks;
        assert_eq!(blocks(&exchange), 1);
        // A short delay is made up for, block by block.
        exchange.handle(start.plus(5 * every), Input::Tick);
        assert_eq!(blocks(&exchange), 6);
        // A long one is not: one block, at the present time.
        exchange.handle(start.plus(60_000), Input::Tick);
        assert_eq!(blocks(&exchange), 7);
        assert_eq!(exchange.core.now, start.plus(60_000));
    }
}
