//! The loop of a run: inputs to the engine, its commands to the venue, its events to the log.

use std::time::Duration;

use hl_client::{WsEvent, WsEvents, clock};
use hl_engine::{Command, Connection, Input, MarketId, Reply, RequestId, adapt, adapt::Adapter};
use hl_quant::{Millis, Notional};
use hl_specs::{SpecCache, Universe, Want};
use hl_wire::info::Meta;
use hl_wire::stream::Scratch;
use tokio::task::{JoinError, JoinSet};
use tokio::time::Instant;

use super::core::Core;
use super::log::Log;
use super::status::Screen;
use super::stop::Stops;
use super::tasks::{Answer, Link};

/// An order or a modify that is older than this is refused by the venue, so that one that is
/// delayed on the way cannot appear long after it was given up.
const ACTION_LIFE_MS: u64 = 10_000;
/// How often the request budget is asked for; the engine counts in between.
const BUDGET_EVERY: Duration = Duration::from_secs(60);
/// After the engine has stopped: how long to wait for fills that were on their way.
const SETTLE: Duration = Duration::from_secs(2);
/// The engine gives up a stop by itself after ten seconds. If even that does not come, it is stuck.
const STOP_MAX: Duration = Duration::from_secs(20);

/// Why the run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// Somebody asked: a signal, or the time was up.
    Asked(&'static str),
    /// Something that must not end did.
    Broken(String),
}

/// Everything that the loop owns. It comes back from [`Driver::run`] for the summary.
pub(super) struct Driver {
    pub(super) core: Core,
    pub(super) adapter: Adapter,
    pub(super) cache: SpecCache,
    /// When the request for the cache's documents was sent.
    pub(super) specs_at: Millis,
    pub(super) coins: Vec<String>,
    pub(super) min_notional: Notional,
    pub(super) link: Link,
    pub(super) log: Log,
    pub(super) screen: Screen,
    pub(super) started: Millis,
    tasks: JoinSet<Answer>,
    scratch: Scratch,
    ending: Option<Ending>,
    /// After the stop: the last fills have been asked for; and have come.
    settling: Option<Settling>,
}

enum Settling {
    Asked(Instant),
    Done,
}

/// What [`Driver::new`] is made of.
pub(super) struct Parts {
    pub(super) core: Core,
    pub(super) adapter: Adapter,
    pub(super) cache: SpecCache,
    pub(super) specs_at: Millis,
    pub(super) coins: Vec<String>,
    pub(super) min_notional: Notional,
    pub(super) link: Link,
    pub(super) log: Log,
    pub(super) screen: Screen,
}

/// Marks the last question for fills, which the engine did not ask. It counts its own from 1.
const LAST_FILLS: RequestId = RequestId(u64::MAX);

impl Driver {
    pub(super) fn new(parts: Parts) -> Self {
        let Parts { core, adapter, cache, specs_at, coins, min_notional, link, log, screen } =
            parts;
        Self {
            core,
            adapter,
            cache,
            specs_at,
            coins,
            min_notional,
            link,
            log,
            screen,
            started: clock::now(),
            tasks: JoinSet::new(),
            scratch: Scratch::default(),
            ending: None,
            settling: None,
        }
    }

    /// Runs until the engine has stopped and its last fills have been read.
    pub(super) async fn run(mut self, mut events: WsEvents, mut stops: Stops) -> (Self, Ending) {
        let mut status = tokio::time::interval(self.screen.every());
        let mut budget = tokio::time::interval(BUDGET_EVERY);
        let mut give_up: Option<Instant> = None;
        stops.start_clock();
        self.core.feed(clock::now(), Input::Timer);
        loop {
            self.carry_out();
            if self.is_finished() || give_up.is_some_and(|at| Instant::now() >= at) {
                break;
            }
            if self.ending.is_some() {
                give_up.get_or_insert_with(|| Instant::now() + STOP_MAX);
            }
            tokio::select! {
                biased;
                why = stops.next() => {
                    // A second signal means at once: the caller cancels by the venue's own list.
                    if self.ending.is_some() {
                        break;
                    }
                    self.end(Ending::Asked(why));
                }
                Some(answer) = self.tasks.join_next(), if !self.tasks.is_empty() => {
                    self.answered(answer);
                }
                event = events.next() => match event {
                    Some(event) => self.heard(event),
                    None => {
                        self.end(Ending::Broken("the stream task ended".to_owned()));
                        break;
                    }
                },
                () = tokio::time::sleep(until(self.core.wake)) => {
                    self.core.feed(clock::now(), Input::Timer);
                }
                _ = budget.tick() => {
                    let link = self.link.clone();
                    self.tasks.spawn(link.rate_limit());
                }
                _ = status.tick() => self.screen.draw(&self.core.engine, &self.coins, &mut self.log),
            }
        }
        self.log.flush();
        let ending = self.ending.take().unwrap_or(Ending::Asked("end"));
        (self, ending)
    }

    fn end(&mut self, ending: Ending) {
        if self.ending.is_none() {
            self.log.line(&match &ending {
                Ending::Asked(why) => format!("shell_evt=stop reason={why}"),
                Ending::Broken(why) => format!("shell_evt=broken reason=\"{why}\""),
            });
            self.ending = Some(ending);
            self.core.stop(clock::now());
        }
    }

    /// After the engine's last word, fills that happened before the cancels may still be on their
    /// way; they are asked for once.
    fn is_finished(&mut self) -> bool {
        if self.core.stopped.is_none() {
            return false;
        }
        match &self.settling {
            None => {
                let query = hl_engine::Query::Fills { since: self.started };
                self.tasks.spawn(self.link.clone().ask(LAST_FILLS, query));
                self.settling = Some(Settling::Asked(Instant::now()));
                // Wakes the loop when nothing else does.
                self.core.wake = clock::now().plus(100);
                false
            }
            Some(Settling::Asked(since)) => since.elapsed() >= SETTLE,
            Some(Settling::Done) => true,
        }
    }

    /// Writes the events, then carries out the commands: an order that is sent is on record.
    fn carry_out(&mut self) {
        for event in self.core.events.drain(..) {
            self.log.line(&event);
        }
        self.log.flush();
        // Carrying one out may feed the engine, which may ask for more.
        while let Some(command) =
            (!self.core.commands.is_empty()).then(|| self.core.commands.remove(0))
        {
            self.execute(command);
            for event in self.core.events.drain(..) {
                self.log.line(&event);
            }
        }
    }

    fn execute(&mut self, command: Command) {
        let request = command.request();
        let orders = match &command {
            Command::FetchSpecs { .. } => return self.fetch_specs(),
            Command::Reconcile { query, .. } => {
                self.tasks.spawn(self.link.clone().ask(request, *query));
                return;
            }
            Command::Place { orders, .. } => orders.len(),
            Command::Modify { orders, .. } => orders.len(),
            Command::Cancel { orders, .. } => orders.len(),
            Command::ScheduleCancel { .. } => 1,
        };
        let Some(action) = self.adapter.action(&command) else {
            return self.never_sent(request, orders);
        };
        let expires_after = match command {
            Command::Place { .. } | Command::Modify { .. } => {
                Some(clock::now().plus(ACTION_LIFE_MS))
            }
            _ => None,
        };
        self.tasks.spawn(self.link.clone().send(request, orders, action, expires_after));
    }

    fn never_sent(&mut self, request: RequestId, orders: usize) {
        let replies = vec![Reply::NeverSent; orders];
        self.core.feed(clock::now(), Input::Outcome { request, replies: &replies });
    }

    fn heard(&mut self, event: WsEvent) {
        let now = clock::now();
        match event {
            WsEvent::Ready => self.core.feed(now, Input::Connection(Connection::Up)),
            WsEvent::Down(why) => {
                self.log.line(&format!("stream_evt=down reason=\"{why}\""));
                self.core.feed(now, Input::Connection(Connection::Down));
            }
            WsEvent::Frame(frame) => match frame.parse(&mut self.scratch) {
                Ok(message) => {
                    let core = &mut self.core;
                    self.adapter.message(&message, &mut |input| core.feed(now, input));
                }
                Err(_) => self.core.feed(now, Input::Unreadable { what: "stream_frame" }),
            },
            WsEvent::Unreadable { why } => {
                self.log.line(&format!("stream_evt=unreadable reason=\"{why}\""));
                self.core.feed(now, Input::Unreadable { what: "stream_frame" });
            }
            WsEvent::Dropped { frames } => {
                self.log.line(&format!("stream_evt=dropped frames={frames}"));
            }
            WsEvent::Up => self.log.line(&"stream_evt=up"),
        }
    }

    fn answered(&mut self, answer: Result<Answer, JoinError>) {
        match answer {
            Ok(answer) => self.take(answer),
            // The engine takes the missing answer for an unknown outcome, which is what it is.
            Err(error) => self.end(Ending::Broken(format!("a request task ended: {error}"))),
        }
    }

    fn take(&mut self, answer: Answer) {
        let now = clock::now();
        let core = &mut self.core;
        match answer {
            Answer::Action { request, result: Ok(receipt), .. } => {
                let outcome = &receipt.outcome;
                self.adapter.outcome(request, outcome, &mut |input| core.feed(now, input));
            }
            Answer::Action { request, orders, result: Err(error) } => {
                self.log.line(&format!("shell_evt=not_sent reason=\"{error}\""));
                self.never_sent(request, orders);
            }
            Answer::Specs { ticket, requested, result } => self.specs(ticket, requested, result),
            Answer::OpenOrders { request, result: Ok(orders) } => {
                self.adapter.open_orders(request, &orders, &mut |input| core.feed(now, input));
            }
            Answer::Account { request, result: Ok(state) } => {
                self.adapter.account(request, &state, &mut |input| core.feed(now, input));
            }
            Answer::Fills { request: LAST_FILLS, result } => self.last_fills(result),
            Answer::Fills { request, result: Ok(fills) } => {
                self.adapter.fills(request, &fills, &mut |input| core.feed(now, input));
            }
            Answer::Order { request, cloid, result: Ok(status) } => {
                let sink = &mut |input: Input<'_>| core.feed(now, input);
                self.adapter.order_status(request, cloid, &status, sink);
            }
            Answer::RateLimit { result: Ok(limit) } => {
                self.adapter.rate_limit(&limit, &mut |input| core.feed(now, input));
            }
            Answer::RateLimit { result: Err(error) } => self.not_answered(&error),
            Answer::OpenOrders { request, result: Err(error) }
            | Answer::Account { request, result: Err(error) }
            | Answer::Fills { request, result: Err(error) }
            | Answer::Order { request, result: Err(error), .. } => {
                self.not_answered(&error);
                self.core.query_failed(now, request);
            }
        }
    }

    /// The engine did not ask for these, so they come as a stream's snapshot does: unasked.
    fn last_fills(&mut self, result: Result<Vec<hl_wire::info::Fill>, hl_client::InfoError>) {
        self.settling = Some(Settling::Done);
        let (now, core) = (clock::now(), &mut self.core);
        match result {
            Ok(fills) => self.adapter.fills(LAST_FILLS, &fills, &mut |input| {
                if let Input::Fills { fills, .. } = input {
                    core.feed(now, Input::Fills { request: None, fills });
                }
            }),
            Err(error) => self.not_answered(&error),
        }
    }

    fn not_answered(&mut self, error: &hl_client::InfoError) {
        self.log.line(&format!("shell_evt=query_failed reason=\"{error}\""));
    }

    /// The cache may still be fresh, and asks the venue only where it is not.
    fn fetch_specs(&mut self) {
        let now = clock::now();
        match self.cache.begin_fetch(now, Want::IfDue) {
            Some(ticket) => {
                self.tasks.spawn(self.link.clone().specs(ticket, now));
            }
            None => self.tell_specs(now),
        }
    }

    fn specs(
        &mut self,
        ticket: hl_specs::Ticket,
        requested: Millis,
        result: Result<Meta, hl_client::InfoError>,
    ) {
        let now = clock::now();
        let universe = result
            .map_err(|error| error.to_string())
            .and_then(|meta| Universe::builder().perps(&meta).build().map_err(|e| e.to_string()));
        match universe {
            Ok(universe) => {
                let Ok(update) = self.cache.complete(ticket, universe, now) else { return };
                self.specs_at = requested;
                for applied in &update.applied {
                    self.log.line(applied);
                }
                for refused in &update.refused {
                    self.log.line(&format!("spec_evt=override_refused reason=\"{refused}\""));
                }
                self.tell_specs(now);
            }
            Err(why) => {
                self.cache.fail(ticket, now);
                self.log.line(&format!("spec_evt=failed reason=\"{why}\""));
                self.core.feed(now, Input::SpecsFailed);
            }
        }
    }

    fn tell_specs(&mut self, now: Millis) {
        for (index, coin) in (0_u16..).zip(&self.coins) {
            let lookup = self.cache.lookup(coin, now);
            let told = adapt::spec(MarketId(index), &lookup, self.specs_at);
            let Some(Input::Spec { market, spec, requested, status }) = told else { continue };
            let spec = &spec.with_min_notional(self.min_notional);
            self.core.feed(now, Input::Spec { market, spec, requested, status });
        }
    }
}

/// How long to sleep until `at`, by the clock that the engine is fed with.
fn until(at: Millis) -> Duration {
    Duration::from_millis(at.since(clock::now()))
}
