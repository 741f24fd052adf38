//! What stands in for the live program around the engine: it signs, asks, subscribes and reads, and
//! leaves only the socket out.

use std::collections::BTreeMap;

use hl_engine::adapt::{self, Adapter};
use hl_engine::{
    Command, Connection, Engine, EngineConfig, Event, EventKind, Input, MarketId, Operator, Output,
    Query, Reply, RequestId as EngineRequest, Stats,
};
use hl_quant::Millis;
use hl_specs::{Overrides, SpecCache, SpecCacheConfig, Ticket, Universe, Want};
use hl_wire::info::{self, InfoRequest};
use hl_wire::session::{self, BookDepth, Session, SessionConfig, Subscription};
use hl_wire::stream::Scratch;
use hl_wire::{Address, AgentKey, AssetId, Network, Nonce, parse_exchange_response};

use super::WorldError;
use super::network::ToBot;
use hl_sim::{ConnId, ExchangeConfig, Path, RequestId};

/// What a request was about, to read its answer.
#[derive(Debug)]
enum Asked {
    Action { request: EngineRequest, n: usize },
    Query { request: EngineRequest, query: Query },
    Specs { ticket: Ticket, at: Millis },
    RateLimit,
}

/// The engine with its outputs collected.
#[derive(Debug)]
struct Driven {
    engine: Engine,
    commands: Vec<Command>,
    events: Vec<Event>,
    wake: Millis,
    remaining: Option<u32>,
}

impl Driven {
    fn feed(&mut self, now: Millis, input: Input<'_>) {
        self.engine.handle(now, input);
        loop {
            match self.engine.poll() {
                Output::Command(command) => self.commands.push(command),
                Output::Event(event) => {
                    if let EventKind::Stopped { remaining } = event.kind {
                        self.remaining = Some(remaining);
                    }
                    self.events.push(event);
                }
                Output::WaitUntil(at) => {
                    self.wake = at;
                    return;
                }
            }
        }
    }
}

#[derive(Debug)]
pub(crate) struct Shell {
    driven: Driven,
    adapter: Adapter,
    session: Session,
    session_wake: Millis,
    scratch: Scratch,
    specs: SpecCache,
    coins: Vec<String>,
    key: AgentKey,
    master: Address,
    network: Network,
    nonce: u64,
    /// The nonces of the orders that were sent, by command.
    nonces: BTreeMap<EngineRequest, u64>,
    /// The connection that the session means, and how many there have been.
    conn: ConnId,
    asked: BTreeMap<RequestId, Asked>,
    last_id: u64,
    requests: Vec<hl_sim::Input>,
}

impl Shell {
    pub(crate) fn new(
        exchange: &ExchangeConfig,
        engine: EngineConfig,
        key: AgentKey,
        master: Address,
        seed: u64,
    ) -> Result<Self, WorldError> {
        let coins: Vec<String> =
            engine.markets.iter().map(|market| market.pair.as_str().to_owned()).collect();
        let mut known = Vec::with_capacity(coins.len());
        for coin in &coins {
            let mut markets = (0_u32..).zip(&exchange.markets);
            let asset = markets.find(|(_, market)| market.coin == *coin);
            let (asset, _) = asset.ok_or_else(|| WorldError::UnknownCoin(coin.clone()))?;
            known.push((coin.as_str(), AssetId(asset)));
        }
        let adapter = Adapter::new(known);
        let mut session = Session::new(SessionConfig::default(), seed);
        for coin in &coins {
            let coin = || coin.clone();
            session.subscribe(Subscription::L2Book { coin: coin(), depth: BookDepth::Fast });
            session.subscribe(Subscription::Bbo { coin: coin() });
            session.subscribe(Subscription::Trades { coin: coin() });
            session.subscribe(Subscription::ActiveAssetCtx { coin: coin() });
        }
        session.subscribe(Subscription::OrderUpdates { user: master });
        session.subscribe(Subscription::UserFills { user: master });
        let engine = Engine::new(engine, seed);
        let wake = Millis(0);
        let driven =
            Driven { engine, commands: Vec::new(), events: Vec::new(), wake, remaining: None };
        Ok(Self {
            driven,
            adapter,
            session,
            session_wake: Millis(0),
            scratch: Scratch::default(),
            specs: SpecCache::new(SpecCacheConfig::default(), Overrides::default())?,
            coins,
            key,
            master,
            network: exchange.network,
            nonce: 0,
            nonces: BTreeMap::new(),
            conn: ConnId(0),
            asked: BTreeMap::new(),
            last_id: 0,
            requests: Vec::new(),
        })
    }

    pub(crate) const fn agent(&self) -> Address {
        self.key.address()
    }

    pub(crate) fn stats(&self) -> Stats {
        self.driven.engine.stats()
    }

    pub(crate) const fn remaining(&self) -> Option<u32> {
        self.driven.remaining
    }

    /// When something has to be done without a message.
    pub(crate) fn wake(&self) -> Millis {
        self.driven.wake.min(self.session_wake)
    }

    pub(crate) fn take_requests(&mut self) -> Vec<hl_sim::Input> {
        std::mem::take(&mut self.requests)
    }

    pub(crate) fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.driven.events)
    }

    pub(crate) fn stop(&mut self, now: Millis) {
        self.driven.feed(now, Input::Operator(Operator::Stop));
        self.act(now);
    }

    pub(crate) fn timer(&mut self, now: Millis) {
        if self.driven.wake <= now {
            self.driven.feed(now, Input::Timer);
        }
        self.act(now);
    }

    /// Takes a message in.
    pub(crate) fn hear(&mut self, now: Millis, news: ToBot) {
        match news {
            ToBot::Opened { conn } if conn == self.conn => self.session.handle_open(now),
            ToBot::Closed { conn } if conn == self.conn => {
                self.session.handle_closed(now);
                self.driven.feed(now, Input::Connection(Connection::Down));
            }
            ToBot::Text { conn, text } if conn == self.conn => self.read_frame(now, &text),
            ToBot::Http { id, status, body } => self.read_answer(now, id, status, &body),
            // The session has given up on this connection.
            ToBot::Opened { .. } | ToBot::Closed { .. } | ToBot::Text { .. } => {}
        }
        self.act(now);
    }

    fn read_frame(&mut self, now: Millis, text: &str) {
        let Self { session, scratch, adapter, driven, .. } = self;
        match session.handle_text(now, text, scratch) {
            Ok(message) => adapter.message(&message, &mut |input| driven.feed(now, input)),
            Err(_) => driven.feed(now, Input::Unreadable { what: "frame" }),
        }
    }

    fn read_answer(&mut self, now: Millis, id: RequestId, status: u16, body: &[u8]) {
        let Some(asked) = self.asked.remove(&id) else { return };
        let Self { adapter, driven, master, .. } = self;
        match asked {
            Asked::Action { request, n } => {
                let outcome = parse_exchange_response(status, body, n);
                adapter.outcome(request, &outcome, &mut |input| driven.feed(now, input));
            }
            Asked::Query { request, query } => {
                let sink = &mut |input: Input<'_>| driven.feed(now, input);
                if read_query(adapter, request, query, *master, body, sink).is_none() {
                    driven.feed(now, Input::QueryFailed { request });
                }
            }
            Asked::RateLimit => {
                if let Ok(limit) = info::read(body) {
                    adapter.rate_limit(&limit, &mut |input| driven.feed(now, input));
                }
            }
            Asked::Specs { ticket, at } => self.read_specs(now, ticket, at, body),
        }
    }

    fn read_specs(&mut self, now: Millis, ticket: Ticket, at: Millis, body: &[u8]) {
        let Self { specs, driven, coins, .. } = self;
        let universe = info::read::<info::Meta>(body)
            .ok()
            .and_then(|meta| Universe::builder().perps(&meta).build().ok());
        let Some(universe) = universe else {
            specs.fail(ticket, now);
            return driven.feed(now, Input::SpecsFailed);
        };
        if specs.complete(ticket, universe, now).is_err() {
            return driven.feed(now, Input::SpecsFailed);
        }
        for (index, coin) in (0_u16..).zip(coins.iter()) {
            let lookup = specs.lookup(coin, now);
            if let Some(input) = adapt::spec(MarketId(index), &lookup, at) {
                driven.feed(now, input);
            }
        }
    }

    /// Carries out what the engine and the session want, until both wait.
    fn act(&mut self, now: Millis) {
        loop {
            let commands = std::mem::take(&mut self.driven.commands);
            if commands.is_empty() && self.drive_session(now) {
                return;
            }
            for command in commands {
                self.carry_out(now, &command);
            }
        }
    }

    /// One step of the session; true when it waits.
    fn drive_session(&mut self, now: Millis) -> bool {
        match self.session.poll_output(now) {
            session::Output::WaitUntil(at) => {
                self.session_wake = at;
                return true;
            }
            session::Output::Connect => {
                self.conn = ConnId(self.conn.0.saturating_add(1));
                self.requests.push(hl_sim::Input::WsOpen { conn: self.conn });
            }
            session::Output::Send(text) => {
                self.requests.push(hl_sim::Input::WsText { conn: self.conn, text });
            }
            session::Output::Close(_) => {
                self.requests.push(hl_sim::Input::WsClose { conn: self.conn });
                self.driven.feed(now, Input::Connection(Connection::Down));
            }
            session::Output::Ready => {
                self.driven.feed(now, Input::Connection(Connection::Up));
            }
        }
        false
    }

    fn carry_out(&mut self, now: Millis, command: &Command) {
        match command {
            Command::FetchSpecs { .. } => {
                let Some(ticket) = self.specs.begin_fetch(now, Want::Now) else {
                    return self.driven.feed(now, Input::SpecsFailed);
                };
                self.ask(Asked::Specs { ticket, at: now }, &InfoRequest::Meta { dex: None });
                let user = self.master;
                self.ask(Asked::RateLimit, &InfoRequest::UserRateLimit { user });
            }
            Command::Reconcile { request, query } => {
                let (request, query) = (*request, *query);
                let question = adapt::question(query, self.master);
                self.ask(Asked::Query { request, query }, &question);
            }
            Command::Place { .. }
            | Command::Modify { .. }
            | Command::Cancel { .. }
            | Command::Exit { .. }
            | Command::ScheduleCancel { .. } => {
                let nonce = now.0.max(self.nonce.saturating_add(1));
                self.nonce = nonce;
                self.send(nonce, command);
            }
            Command::Burn { request, of } => match self.nonces.get(of).copied() {
                Some(nonce) => self.send(nonce, command),
                None => {
                    let (request, replies) = (*request, &[Reply::NeverSent]);
                    self.driven.feed(now, Input::Outcome { request, replies });
                }
            },
        }
    }

    fn ask(&mut self, asked: Asked, question: &InfoRequest) {
        let body = serde_json::to_vec(question).unwrap_or_default();
        self.post(asked, Path::Info, body);
    }

    /// Signs and posts an action under this nonce.
    fn send(&mut self, nonce: u64, command: &Command) {
        let request = command.request();
        let Some(action) = self.adapter.action(command) else { return };
        let expires = match command {
            Command::Place { expires, .. }
            | Command::Modify { expires, .. }
            | Command::Exit { expires, .. } => {
                self.remember(request, nonce);
                Some(*expires)
            }
            _ => None,
        };
        let signed = self.key.sign_trading(&action, Nonce(nonce), self.network, None, expires);
        let body = signed.ok().and_then(|signed| signed.to_json().ok()).unwrap_or_default();
        let n = action.batch_len();
        self.post(Asked::Action { request, n }, Path::Exchange, body.into_bytes());
    }

    /// Keeps the nonce of a command for as long as it may have to be burnt.
    fn remember(&mut self, request: EngineRequest, nonce: u64) {
        /// More commands than can be in doubt at a time.
        const NONCES: usize = 1_024;
        self.nonces.insert(request, nonce);
        if self.nonces.len() > NONCES {
            self.nonces.pop_first();
        }
    }

    fn post(&mut self, asked: Asked, path: Path, body: Vec<u8>) {
        self.last_id = self.last_id.saturating_add(1);
        let id = RequestId(self.last_id);
        self.asked.insert(id, asked);
        self.requests.push(hl_sim::Input::Http { id, path, body });
    }
}

/// Reads the answer to a query; nothing when it is not what was asked for.
fn read_query(
    adapter: &Adapter,
    request: EngineRequest,
    query: Query,
    user: Address,
    body: &[u8],
    sink: &mut impl FnMut(Input<'_>),
) -> Option<()> {
    match query {
        Query::OpenOrders => {
            let orders: Vec<info::OrderDoc> = info::read(body).ok()?;
            adapter.open_orders(request, &orders, sink);
        }
        Query::Account => adapter.account(request, &info::read(body).ok()?, sink),
        Query::Fills { .. } => {
            let fills: Vec<info::Fill> = info::read(body).ok()?;
            adapter.fills(request, &fills, sink);
        }
        Query::Ledger { .. } => {
            let updates: Vec<info::LedgerUpdate> = info::read(body).ok()?;
            adapter.ledger(request, user, &updates, sink);
        }
        Query::Order { cloid, .. } => {
            adapter.order_status(request, cloid, &info::read(body).ok()?, sink);
        }
    }
    Some(())
}
