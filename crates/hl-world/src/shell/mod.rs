//! What stands in for the live program around the engine: it signs, asks, subscribes, reads, and
//! writes its journal, as `mm-bot`'s runtime does, and leaves only the socket and the kernel out.

mod answers;
mod core;
mod journal;
mod send;
mod specs;
mod turn;

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use hl_engine::adapt::Adapter;
use hl_engine::{
    Command, Engine, EngineConfig, MarketId, Operator, Query, RequestId as EngineRequest, Stats,
};
use hl_quant::Millis;
use hl_signals::Signal;
use hl_sim::{ConnId, Input, RequestId};
use hl_specs::{Overrides, SpecCache, SpecCacheConfig, Ticket};
use hl_wire::session::{BookDepth, Session, SessionConfig, Subscription};
use hl_wire::stream::Scratch;
use hl_wire::{Address, Nonce};

use crate::WorldError;
use crate::crash::Death;
use crate::host::Host;
use crate::network::ToBot;
use crate::nonces::Nonces;
use crate::observe::{BotId, Observation, Started};
use crate::sign::Signer;
use core::Core;
use journal::Journal;

/// How long an answer may take, as in `hl_client`'s timeouts.
const ANSWER_MS: u64 = 10_000;
/// A start that could not read the venue's list of markets is tried again after this, as a service
/// manager would.
const BOOT_AGAIN_MS: u64 = 2_000;

/// What a request was about, to read its answer.
#[derive(Debug)]
enum Asked {
    Action { request: EngineRequest, n: usize },
    Query { request: EngineRequest, query: Query },
    Specs { ticket: Ticket, at: Millis },
    RateLimit,
}

/// What every process of a machine has in common.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    pub(crate) engine: EngineConfig,
    pub(crate) coins: Vec<String>,
    pub(crate) signer: Rc<Signer>,
    pub(crate) master: Address,
}

/// One process.
#[derive(Debug)]
pub(crate) struct Shell {
    core: Core,
    adapter: Adapter,
    session: Session,
    session_wake: Millis,
    scratch: Scratch,
    specs: SpecCache,
    /// When the request for the cache's documents was sent.
    specs_at: Millis,
    specs_asked: bool,
    /// When the request budget is asked for again.
    budget_at: Millis,
    me: Identity,
    nonces: Nonces,
    /// The nonce of each place and modify, to be burnt if nobody knows what became of it.
    used: BTreeMap<EngineRequest, Nonce>,
    /// The connection that the session means.
    conn: ConnId,
    asked: BTreeMap<RequestId, Asked>,
    /// Who is still waited for, and until when by the steady clock; all wait equally long, so the first
    /// is due first.
    deadlines: VecDeque<(Millis, RequestId)>,
    journal: Journal,
    /// The engine has been told that the journal takes nothing.
    failing: bool,
    /// It has been asked to end.
    stopping: bool,
    /// Whether the list of markets has been read and the engine runs; before that, when to ask, by the
    /// steady clock.
    boot: Option<Millis>,
    /// Commands whose events are written, or about to be.
    batch: Vec<Command>,
    /// Written and waiting for the disk: the commands go out then, by the steady clock.
    busy_until: Option<Millis>,
    /// Why it no longer runs.
    pub(crate) death: Option<Death>,
    /// What leaves the machine.
    out: Vec<Input>,
}

impl Shell {
    /// Starts a process: reads the journal, and asks for the list of markets.
    ///
    /// # Errors
    /// The spec cache's times contradict each other.
    pub(crate) fn start(
        bot: BotId,
        me: &Identity,
        run: u64,
        host: &mut Host<'_, '_>,
    ) -> Result<Self, WorldError> {
        let me = me.clone();
        let (journal, carry) = Journal::open(host, run);
        let started = Started { bot, run, agent: me.signer.address(), carry: carry.clone() };
        let engine = Engine::new(me.engine.clone(), run).restore(carry);
        let mut shell = Self {
            core: Core::new(bot, engine),
            adapter: Adapter::new([]),
            session: Session::new(SessionConfig::default(), run),
            session_wake: Millis(u64::MAX),
            scratch: Scratch::default(),
            specs: SpecCache::new(SpecCacheConfig::default(), Overrides::default())?,
            specs_at: Millis(0),
            specs_asked: false,
            budget_at: Millis(0),
            nonces: Nonces::open(host.disk),
            me,
            used: BTreeMap::new(),
            conn: ConnId(0),
            asked: BTreeMap::new(),
            deadlines: VecDeque::new(),
            journal,
            failing: false,
            stopping: false,
            boot: Some(host.steady),
            batch: Vec::new(),
            busy_until: None,
            death: None,
            out: Vec::new(),
        };
        host.see(bot, &shell.core.engine, &Observation::Started(&started));
        for subscription in subscriptions(&shell.me.coins, shell.me.master) {
            shell.session.subscribe(subscription);
        }
        shell.timer(host);
        Ok(shell)
    }

    pub(crate) const fn bot(&self) -> BotId {
        self.core.bot
    }

    pub(crate) const fn engine(&self) -> &Engine {
        &self.core.engine
    }

    pub(crate) fn stats(&self) -> Stats {
        self.core.engine.stats()
    }

    /// The connection that the venue believes in.
    pub(crate) const fn conn(&self) -> ConnId {
        self.conn
    }

    /// Whether it waits for its disk and hears nothing meanwhile.
    pub(crate) const fn busy(&self) -> Option<Millis> {
        self.busy_until
    }

    /// When the engine or the session has something to do without a message, by the clock that they
    /// are shown.
    pub(crate) fn wake(&self) -> Millis {
        match (self.busy_until, self.boot) {
            (None, None) => self.core.wake.min(self.session_wake),
            _ => Millis(u64::MAX),
        }
    }

    /// When a wait of its own is over, by the clock that nobody sets.
    pub(crate) fn wake_steady(&self) -> Millis {
        if let Some(at) = self.busy_until {
            return at;
        }
        let due = self.deadlines.front().map(|(at, _)| *at);
        let waits = [due, self.journal.again(), self.boot];
        waits.into_iter().flatten().min().unwrap_or(Millis(u64::MAX))
    }

    /// What it wants sent.
    pub(crate) fn take_out(&mut self) -> std::vec::Drain<'_, Input> {
        self.out.drain(..)
    }

    pub(crate) fn operator(&mut self, host: &mut Host<'_, '_>, word: Operator) {
        let bot = self.bot();
        host.see(bot, &self.core.engine, &Observation::Operator { bot, word });
        self.core.stopped = None;
        self.stopping |= word == Operator::Stop;
        self.core.feed(host, hl_engine::Input::Operator(word));
        self.turn(host);
    }

    /// A feed says something about a market. Before the engine runs nobody listens.
    pub(crate) fn signal(&mut self, host: &mut Host<'_, '_>, market: MarketId, signal: Signal) {
        if self.boot.is_none() && self.busy_until.is_none() {
            self.core.feed(host, hl_engine::Input::Signal { market, signal });
            self.turn(host);
        }
    }

    /// Takes a message in.
    pub(crate) fn hear(&mut self, host: &mut Host<'_, '_>, news: ToBot) {
        match news {
            ToBot::Opened { conn } if conn == self.conn => self.session.handle_open(host.now),
            ToBot::Closed { conn } if conn == self.conn => {
                self.session.handle_closed(host.now);
                self.core.feed(host, hl_engine::Input::Connection(hl_engine::Connection::Down));
            }
            ToBot::Text { conn, text } if conn == self.conn => self.read_frame(host, &text),
            ToBot::Http { id, answer } => self.read_answer(host, id, &answer),
            // The session has given up on this connection, or another process had it.
            ToBot::Opened { .. } | ToBot::Closed { .. } | ToBot::Text { .. } => {}
        }
        self.turn(host);
    }

    /// Time has passed.
    pub(crate) fn timer(&mut self, host: &mut Host<'_, '_>) {
        if let Some(at) = self.busy_until {
            if at > host.steady {
                return;
            }
            self.busy_until = None;
            self.execute(host);
        }
        self.give_up_late_answers(host);
        match self.boot {
            Some(at) if at <= host.steady => self.ask_for_markets(host),
            Some(_) => {}
            None if self.core.wake <= host.now => {
                self.core.feed(host, hl_engine::Input::Timer);
            }
            None => {}
        }
        self.turn(host);
    }

    fn is_dead(&self) -> bool {
        self.death.is_some()
    }
}

/// What `mm-bot` listens to.
fn subscriptions(coins: &[String], account: Address) -> Vec<Subscription> {
    let mut all = vec![
        Subscription::OrderUpdates { user: account },
        Subscription::UserFills { user: account },
    ];
    for coin in coins {
        all.push(Subscription::L2Book { coin: coin.clone(), depth: BookDepth::Fast });
        all.push(Subscription::Bbo { coin: coin.clone() });
        all.push(Subscription::Trades { coin: coin.clone() });
        all.push(Subscription::ActiveAssetCtx { coin: coin.clone() });
    }
    all
}
