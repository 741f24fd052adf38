//! One history: the engine, the tiny venue, what is on its way between them, and the judge.

use std::collections::BTreeMap;

use hl_engine::{
    AccountMoney, Carry, Command, Connection, Durable, Engine, EngineConfig, Event, EventKind,
    Fill, Input, Intent, Known, Level, MarketConfig, MarketStatus, NoQuote, Output, Placed, Query,
    QuoteModel, ReconLine, Reply, RequestId, SubmitEnd, Usd, Want, Wants,
};
use hl_quant::{Millis, Notional, Side};
use hl_wire::Cloid;

use super::{
    history::{Crash, Deed, Doubled, History, Reads, Speed},
    venue::Venue,
};
use crate::bench::{SOL, price, size, spec};

const START: Millis = Millis(1_762_252_867_000);
/// How long the venue's truth may take to arrive once nothing is lost any more.
pub(super) const HEAL_MS: u64 = 75_000;

/// The largest position.
pub(super) const CAP: Notional = Notional::whole(130);

/// Always wants to buy 0.6 at 164.73: any second order of it is one too many.
#[derive(Debug)]
struct OneBid;

impl QuoteModel for OneBid {
    fn quote(&mut self, _: &Known<'_>, wants: &mut Wants) -> Result<(), NoQuote> {
        wants.push(Side::Bid, Want { price: price("164.73"), size: size("0.6") });
        Ok(())
    }
}

/// Room for one order and a little more: two that trade, or one that traded half and another, are too
/// much.
fn config() -> EngineConfig {
    let mut config = EngineConfig {
        markets: vec![MarketConfig { max_position: CAP, ..MarketConfig::new("SOL") }],
        ..EngineConfig::default()
    };
    // The same rules in less time.
    config.timing.reconcile_ms = 4_500;
    config
}

/// What happened to the followed order, as far as it has happened.
#[derive(Debug)]
pub(super) enum Done {
    Place(Vec<Reply>),
    Fill(Fill),
    Cancel(u64, RequestId, Vec<Reply>),
    /// It could not happen: the order had expired, or was not there.
    Nothing,
}

/// A message of the venue: the answer to a command of one run, or a trade.
#[derive(Clone, Debug)]
enum Message {
    Outcome(u64, RequestId, Vec<Reply>),
    Fill(Fill),
}

pub struct Model<'a> {
    pub(super) history: &'a History,
    pub(super) engine: Engine,
    pub(super) venue: Venue,
    pub(super) now: Millis,
    wake: Millis,
    pub(super) run: u64,
    /// What the journal holds.
    pub(super) open: BTreeMap<Cloid, Intent>,
    through: Option<Millis>,
    /// Recorded attempts and how often each was recorded to have ended.
    pub(super) ends: BTreeMap<Cloid, Vec<SubmitEnd>>,
    tids: Vec<(u64, u64)>,
    /// The command that the followed order left with, and the order.
    pub(super) place: Option<(u64, Command)>,
    /// Cancels of it that have left, with their run; and how many of them have been executed.
    cancels: Vec<(u64, Command)>,
    pub(super) done: Vec<Done>,
    delivered: Vec<Message>,
    pub(super) healing: bool,
    /// The first promise that was broken.
    broken: Option<String>,
    /// What happened, if somebody wants to read it.
    trace: Option<Vec<String>>,
}

impl<'a> Model<'a> {
    /// Runs a history to its end: the first promise that it breaks, if any. With `trace`, also what
    /// happened until then.
    pub fn run(history: &'a History, trace: bool) -> Option<String> {
        let mut model = Model {
            history,
            engine: Self::engine(0, Carry::default()),
            venue: Venue::default(),
            now: START,
            wake: START,
            run: 0,
            open: BTreeMap::new(),
            through: None,
            ends: BTreeMap::new(),
            tids: Vec::new(),
            place: None,
            cancels: Vec::new(),
            done: Vec::new(),
            delivered: Vec::new(),
            healing: false,
            broken: None,
            trace: trace.then(Vec::new),
        };
        model.live();
        model.heal();
        model.broken
    }

    fn engine(run: u64, carry: Carry) -> Engine {
        Engine::new(config(), 7 + run).with_model(SOL, Box::new(OneBid)).restore(carry)
    }

    /// A promise.
    pub(super) fn check(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds && self.broken.is_none() {
            let trace = self.trace.as_ref().map(|trace| trace.join("\n")).unwrap_or_default();
            self.broken = Some(format!("{}\nin {}\n{trace}", what(), self.history));
        }
    }

    pub(super) fn note(&mut self, what: impl FnOnce() -> String) {
        if let Some(trace) = &mut self.trace {
            trace.push(format!("{:>6} {}", self.now.since(START), what()));
        }
    }

    // The history.

    fn live(&mut self) {
        self.input(Input::Connection(Connection::Up));
        self.book();
        let sent = self.place.is_some();
        self.check(sent, || "nothing was quoted".into());
        // What happens now does not share its millisecond with the first reports.
        self.pass(5);
        if self.history.truth.contains(&Deed::Cancel) {
            // The market's other side is gone: the engine takes its order back.
            let bids = [Level { price: price("164.89"), size: size("10") }];
            self.input(Input::Book { market: SOL, time: self.now, bids: &bids, asks: &[] });
        }
        for (index, event) in self.history.events.iter().enumerate() {
            let last_of_run = self.history.crash.filter(|(at, _)| *at == index + 1);
            self.happen_early();
            if self.history.crash == Some((index, Crash::Recorded)) {
                self.crash();
            }
            let dies = matches!(last_of_run, Some((_, Crash::Unrecorded)));
            self.deliver(*event, dies);
            if dies {
                self.crash();
                continue;
            }
            self.pass(self.history.pace.ms());
            self.book();
        }
        if self.history.crash == Some((self.history.events.len(), Crash::Recorded)) {
            self.crash();
        }
    }

    /// The process dies; another one follows with what the journal holds.
    fn crash(&mut self) {
        let carry = Carry {
            intents: self.open.values().cloned().collect(),
            fills_through: self.through,
            ..Carry::default()
        };
        self.run += 1;
        self.note(|| format!("-- crash; carried: {}", carry.intents.len()));
        self.engine = Self::engine(self.run, carry);
        self.wake = self.now;
        self.input(Input::Connection(Connection::Up));
        self.book();
    }

    /// The message of the `n`-th deed arrives, or of a deed before it once more.
    fn deliver(&mut self, event: Option<usize>, dies: bool) {
        let message = match event {
            Some(deed) => {
                self.wait_for(deed);
                self.happen(deed + 1);
                self.message(deed)
            }
            None => self.doubled(),
        };
        let Some(message) = message else { return };
        self.note(|| format!("{message:?}"));
        let input = match &message {
            // Answers end with the connection of the process that asked.
            Message::Outcome(run, ..) if *run != self.run => return,
            Message::Outcome(_, request, replies) => Input::Outcome { request: *request, replies },
            Message::Fill(fill) => Input::Fill(*fill),
        };
        self.delivered.push(message.clone());
        if dies {
            // Nothing that follows from it reaches the journal or the wire.
            self.engine.handle(self.now, input);
            while !matches!(self.engine.poll(), Output::WaitUntil(_)) {}
        } else {
            self.input(input);
        }
    }

    /// The answer to a cancel comes after the cancel: lets the engine get there, if it ever does.
    fn wait_for(&mut self, deed: usize) {
        let truth = &self.history.truth;
        if truth[deed] != Deed::Cancel {
            return;
        }
        let nth = truth[..deed].iter().filter(|before| **before == Deed::Cancel).count();
        for _ in 0..14 {
            if self.cancels.len() > nth {
                return;
            }
            self.pass(500);
            self.book();
        }
    }

    /// Lets the first `n` deeds happen at the venue that have not happened yet.
    pub(super) fn happen(&mut self, n: usize) {
        while self.done.len() < n {
            let done = self.do_next();
            self.note(|| format!("venue: {done:?}"));
            self.done.push(done);
        }
    }

    /// Where the venue is quick: whatever can happen has happened.
    fn happen_early(&mut self) {
        let truth = &self.history.truth;
        while self.history.venue == Speed::Early && self.done.len() < truth.len() {
            let next = self.done.len();
            let sent = self.cancels.len() > self.canceled_so_far();
            if truth[next] == Deed::Cancel && !sent {
                return;
            }
            self.happen(next + 1);
        }
    }

    fn canceled_so_far(&self) -> usize {
        self.done.iter().filter(|done| matches!(done, Done::Cancel(..))).count()
    }

    fn do_next(&mut self) -> Done {
        let now = self.now;
        let (run, place) = self.place.clone().expect("sent at the beginning");
        let Command::Place { orders, .. } = &place else { unreachable!() };
        let cloid = orders[0].cloid;
        match self.history.truth[self.done.len()] {
            Deed::Place => Done::Place(self.venue.execute(run, &place, now)),
            Deed::Part => self.venue.trade(cloid, Some(4), now).map_or(Done::Nothing, Done::Fill),
            Deed::Rest => self.venue.trade(cloid, None, now).map_or(Done::Nothing, Done::Fill),
            Deed::Cancel => {
                let nth = self.canceled_so_far();
                let Some((run, cancel)) = self.cancels.get(nth).cloned() else {
                    return Done::Nothing;
                };
                Done::Cancel(run, cancel.request(), self.venue.execute(run, &cancel, now))
            }
        }
    }

    /// What the venue says of a deed.
    fn message(&self, deed: usize) -> Option<Message> {
        match &self.done[deed] {
            Done::Place(replies) => {
                let (run, command) = self.place.as_ref()?;
                Some(Message::Outcome(*run, command.request(), replies.clone()))
            }
            Done::Cancel(run, request, replies) => {
                Some(Message::Outcome(*run, *request, replies.clone()))
            }
            Done::Fill(fill) => Some(Message::Fill(*fill)),
            Done::Nothing => None,
        }
    }

    fn doubled(&mut self) -> Option<Message> {
        match self.history.doubled {
            Doubled::Last => self.delivered.last().cloned(),
            Doubled::First => self.delivered.first().cloned(),
            Doubled::Snapshot => {
                // As a stream that begins anew repeats all of them.
                let fills = self.venue.fills.clone();
                self.note(|| "all fills again".into());
                self.input(Input::Fills { request: None, fills: &fills });
                None
            }
            Doubled::Stream => {
                let Command::Place { orders, .. } = &self.place.as_ref()?.1 else { return None };
                let update = self.venue.told(orders[0].cloid, self.now)?;
                self.note(|| format!("{:?}", update.state));
                self.input(Input::Order(update));
                None
            }
        }
    }

    // The world around the engine.

    pub(super) fn book(&mut self) {
        let (bid, ask) = (price("164.89"), price("164.91"));
        let middle = Some(price("164.9"));
        self.input(Input::Reference { market: SOL, mark: middle, oracle: middle });
        let level = |price| [Level { price, size: size("10") }];
        let (bids, asks) = (level(bid), level(ask));
        self.input(Input::Book { market: SOL, time: self.now, bids: &bids, asks: &asks });
    }

    pub(super) fn pass(&mut self, ms: u64) {
        let end = self.now.plus(ms);
        while self.wake < end {
            self.now = self.wake.max(self.now);
            self.input(Input::Timer);
        }
        self.now = end;
        self.input(Input::Timer);
    }

    /// Hands in one input, writes down what must survive, and carries out what was asked for.
    fn input(&mut self, input: Input<'_>) {
        self.engine.handle(self.now, input);
        loop {
            let mut commands = Vec::new();
            loop {
                match self.engine.poll() {
                    Output::Event(event) => self.record(&event),
                    Output::Command(command) => commands.push(command),
                    Output::WaitUntil(wake) => {
                        self.wake = wake;
                        break;
                    }
                }
            }
            if commands.is_empty() {
                break;
            }
            for command in commands {
                self.carry_out(command);
            }
        }
        self.judge();
    }

    fn record(&mut self, event: &Event) {
        self.note(|| event.to_string());
        match event.durable() {
            Some(Durable::Attempt(intent)) => {
                let twice = self.ends.insert(intent.cloid, Vec::new()).is_some();
                self.check(!twice, || "attempted twice".into());
                self.open.insert(intent.cloid, intent);
            }
            Some(Durable::Taken { cloid }) => {
                self.open.entry(cloid).and_modify(|intent| intent.placed = Placed::Taken);
            }
            Some(Durable::End { cloid }) => drop(self.open.remove(&cloid)),
            Some(Durable::Fills { through }) => self.through = Some(through),
            _ => {}
        }
        match &event.kind {
            EventKind::Submit(submit) => {
                let ends = self.ends.get_mut(&submit.cloid).expect("an end without an attempt");
                ends.push(submit.end);
                let once = ends.len() == 1;
                self.check(once, || format!("two ends: {event}"));
            }
            EventKind::Fill(fill) => {
                let twice = self.tids.contains(&(self.run, fill.tid));
                self.check(!twice, || format!("counted twice: {event}"));
                self.tids.push((self.run, fill.tid));
            }
            EventKind::Recon(ReconLine::Overfill { .. }) => {
                self.check(false, || format!("more than was placed: {event}"));
            }
            _ => {}
        }
    }

    fn carry_out(&mut self, command: Command) {
        let (now, request) = (self.now, command.request());
        let followed = |cloid: Cloid| match &self.place {
            Some((_, Command::Place { orders, .. })) => orders[0].cloid == cloid,
            _ => false,
        };
        let silent = self.history.reads == Reads::Lost && self.place.is_some() && !self.healing;
        match &command {
            Command::FetchSpecs { .. } => {
                let (spec, status) = (&spec(SOL), MarketStatus::Trading);
                self.engine.handle(now, Input::Spec { market: SOL, spec, requested: now, status });
            }
            Command::Reconcile { .. } | Command::Burn { .. } if silent => {}
            Command::Reconcile { query, .. } => self.answer(*query, request),
            Command::Place { orders, .. } if self.place.is_none() => {
                self.check(orders.len() == 1, || "one order is wanted".into());
                self.place = Some((self.run, command));
            }
            Command::Cancel { orders, .. }
                if orders.iter().any(|order| followed(order.cloid))
                    && self.cancels.len() < self.history.cancels() =>
            {
                self.cancels.push((self.run, command));
            }
            _ => {
                let replies = self.venue.execute(self.run, &command, now);
                self.note(|| format!("{command:?}: {replies:?}"));
                self.engine.handle(now, Input::Outcome { request, replies: &replies });
            }
        }
    }

    fn answer(&mut self, query: Query, request: RequestId) {
        let now = self.now;
        match query {
            Query::OpenOrders => {
                let orders = &self.venue.list();
                self.engine.handle(now, Input::OpenOrders { request, orders });
            }
            Query::Account => {
                let positions = &self.venue.held();
                let money = AccountMoney::idle(Usd::from_e8(1_000_000_000_000));
                self.engine.handle(now, Input::Account { request, time: now, positions, money });
            }
            Query::Ledger { .. } => {
                self.engine.handle(now, Input::Ledger { request, transfers: &[] });
            }
            Query::Fills { since } => {
                let fills = self.venue.fills.iter().filter(|fill| fill.time >= since);
                let fills = &fills.copied().collect::<Vec<_>>();
                self.engine.handle(now, Input::Fills { request: Some(request), fills });
            }
            Query::Order { cloid, .. } => {
                let found = self.venue.look_up(cloid, now);
                self.engine.handle(now, Input::OrderStatus { request, cloid, found });
            }
        }
    }
}
