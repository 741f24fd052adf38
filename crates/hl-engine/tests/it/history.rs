//! A world for random histories: the engine, a network that loses, delays, reorders and repeats, and
//! the venue's truth, against which every order that leaves is checked.

use std::collections::{BTreeMap, BTreeSet};

use hl_engine::{
    Carry, Command, Connection, Engine, EngineConfig, Fill, Found, Halt, Input, Intent, IntentId,
    MarketId, MarketStatus, OpenOrder, Operator, OrderUpdate, Output, PlaceOrder, Position, Query,
    Reply, RequestId, Usd,
};
use hl_quant::{MarketSpec, Millis, Notional, Price, Side, Size, SzDecimals};
use hl_wire::{Cloid, RejectCode};

use crate::{
    bench::{BTC, SOL, config, price, spec},
    venue::{News, Venue},
};

const START: Millis = Millis(1_762_252_867_000);

/// What can happen next.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// Time passes, with a wake-up in between where the engine wants one.
    Pass(u16),
    /// The touch moves by this many hundredths of a basis point and a book is sent, or not.
    Move(u8, i16, bool),
    Bbo(u8),
    /// The n-th message under way arrives.
    Arrive(u8),
    /// The n-th message under way arrives, and will arrive once more.
    Twice(u8),
    /// The n-th message under way is lost, if it is one that may be lost.
    Lose(u8),
    /// The n-th command under way is carried out and answered.
    Execute(u8),
    /// It is carried out and answered with an error.
    Lie(u8),
    /// It never arrives; the shell says unknown, or nothing.
    Drop(u8, bool),
    /// The n-th open order trades by a part of 1 to 4 quarters.
    Trade(u8, u8),
    /// The venue takes the n-th order away.
    Take(u8),
    /// A human places an order.
    Foreign(u8, bool),
    Halt,
    Resume,
    Down,
    Up,
    Reject(u8),
    /// The venue refuses the tick of a whole batch, for no reason that its rules would tell.
    Tick(u8),
    /// The venue changes the decimals of sizes in a market, and with them both grids.
    Rules(u8, u8),
    /// A fill of any time is told again.
    Again(u8),
    /// The process stands still: time passes without anything being handed in.
    Freeze(u16),
    /// The process dies and a new one follows, with what the journal holds.
    Crash,
}

/// A command under way.
#[derive(Clone, Debug)]
pub struct Flying {
    /// Which run gave it.
    pub run: u64,
    pub given: Millis,
    pub command: Command,
}

/// A message to the engine, under way.
#[derive(Clone, Debug)]
pub enum Mail {
    Outcome(RequestId, Vec<Reply>),
    Fill(Fill),
    Order(OrderUpdate),
    OpenOrders(RequestId, Vec<OpenOrder>),
    Account(RequestId, Millis, Vec<Position>),
    Fills(RequestId, Vec<Fill>),
    Status(RequestId, Cloid, Found),
    Ledger(RequestId),
    Specs(Millis, BTreeMap<MarketId, u8>),
}

pub struct World {
    pub engine: Engine,
    pub config: EngineConfig,
    pub venue: Venue,
    pub now: Millis,
    pub mail: Vec<Mail>,
    pub commands: Vec<Flying>,
    /// How many processes have died.
    pub run: u64,
    /// What the journal holds: attempts without an end, the last halt, fills that are counted.
    pub open: BTreeMap<Cloid, Intent>,
    pub halt: Option<Halt>,
    pub through: Option<Millis>,
    /// Attempts of runs that have died.
    pub attempts_before: u64,
    /// Decimals of sizes as the engine was last told.
    pub told: BTreeMap<MarketId, (Millis, u8)>,
    /// How often each logical order of each run was sent, and its latest order.
    pub intents: BTreeMap<(u64, IntentId), (u8, Cloid)>,
    pub rejected: BTreeMap<Cloid, RejectCode>,
    /// Orders of which the engine has said that they were never placed.
    pub never: BTreeSet<Cloid>,
    /// What commands weigh at the venue, and when.
    pub weights: Vec<(Millis, u64)>,
    pub connected: bool,
    pub wake: Millis,
    pub outputs: Vec<String>,
    /// Orders that were sent and have not reached the venue: they may still.
    pub in_flight: BTreeMap<Cloid, PlaceOrder>,
    pub ends: BTreeMap<Cloid, u32>,
    /// Trades that a run has counted.
    pub fills_seen: BTreeSet<(u64, MarketId, u64)>,
    pub cloids: BTreeSet<Cloid>,
}

fn limited() -> EngineConfig {
    let mut config = config();
    for market in &mut config.markets {
        market.max_position = Notional::whole(150);
    }
    config.limits.max_gross = Notional::whole(220);
    config
}

impl World {
    fn new() -> Self {
        let config = limited();
        let mut venue = Venue::default();
        venue.now = START;
        venue.touch.insert(SOL, (price("164.89"), price("164.91")));
        venue.touch.insert(BTC, (price("103455"), price("103456")));
        let mut world = Self {
            engine: Engine::new(config.clone(), 7),
            config,
            venue,
            now: START,
            mail: Vec::new(),
            commands: Vec::new(),
            run: 0,
            open: BTreeMap::new(),
            halt: None,
            through: None,
            attempts_before: 0,
            told: BTreeMap::from([(SOL, (Millis(0), 2)), (BTC, (Millis(0), 5))]),
            intents: BTreeMap::new(),
            rejected: BTreeMap::new(),
            never: BTreeSet::new(),
            weights: Vec::new(),
            connected: true,
            wake: START,
            outputs: Vec::new(),
            in_flight: BTreeMap::new(),
            ends: BTreeMap::new(),
            fills_seen: BTreeSet::new(),
            cloids: BTreeSet::new(),
        };
        world.input(Input::Connection(Connection::Up));
        world
    }

    pub fn input(&mut self, input: Input<'_>) {
        self.engine.handle(self.now, input);
        loop {
            match self.engine.poll() {
                Output::Event(event) => {
                    self.outputs.push(event.to_string());
                    self.check_event(&event);
                }
                Output::Command(command) => {
                    self.outputs.push(format!("{command:?}"));
                    self.check_command(&command);
                    let (run, given) = (self.run, self.now);
                    self.commands.push(Flying { run, given, command });
                }
                Output::WaitUntil(wake) => {
                    assert!(wake > self.now, "a wake-up in the past");
                    self.wake = wake;
                    break;
                }
            }
        }
        self.check_pulled();
    }

    /// The venue's streams reach the mail while the connection is up.
    pub fn collect_news(&mut self) {
        for news in std::mem::take(&mut self.venue.news) {
            if self.connected {
                self.mail.push(match news {
                    News::Fill(fill) => Mail::Fill(fill),
                    News::Order(update) => Mail::Order(update),
                });
            }
        }
    }

    pub fn deliver(&mut self, mail: &Mail) {
        match mail {
            Mail::Outcome(request, replies) => {
                self.input(Input::Outcome { request: *request, replies });
            }
            Mail::Fill(fill) => self.input(Input::Fill(*fill)),
            Mail::Order(update) => self.input(Input::Order(*update)),
            Mail::OpenOrders(request, orders) => {
                self.input(Input::OpenOrders { request: *request, orders });
            }
            Mail::Ledger(request) => {
                self.input(Input::Ledger { request: *request, transfers: &[] });
            }
            Mail::Account(request, time, positions) => self.input(Input::Account {
                request: *request,
                time: *time,
                positions,
                money: hl_engine::AccountMoney::idle(Usd::from_e8(1_000_000_000_000)),
            }),
            Mail::Fills(request, fills) => {
                self.input(Input::Fills { request: Some(*request), fills });
            }
            Mail::Status(request, cloid, found) => {
                self.input(Input::OrderStatus { request: *request, cloid: *cloid, found: *found })
            }
            Mail::Specs(requested, decimals) => {
                for market in [SOL, BTC] {
                    let lot = decimals[&market];
                    if *requested >= self.told[&market].0 {
                        self.told.insert(market, (*requested, lot));
                    }
                    let spec = &MarketSpec::perp(SzDecimals::new(lot).unwrap());
                    let requested = *requested;
                    let status = MarketStatus::Trading;
                    self.input(Input::Spec { market, spec, requested, status });
                }
            }
        }
    }

    /// Carries a command out; its answer goes into the mail, or a lie in its place.
    pub fn execute(&mut self, flying: &Flying, lie: bool) {
        let Flying { run, given, command } = flying;
        let given = *given;
        self.venue.now = self.now;
        self.venue.run = *run;
        let request = command.request();
        self.landed(command);
        if let Command::Burn { of, .. } = command
            && !self.venue.used.contains(&(*run, *of))
        {
            // What it was about can land no more.
            let burnt = |other: &&Flying| (other.run, other.command.request()) == (*run, *of);
            let burnt = self.commands.iter().find(burnt).map(|other| other.command.clone());
            burnt.iter().for_each(|command| self.landed(command));
        }
        let mail = match command {
            Command::FetchSpecs { .. } => Mail::Specs(given, self.venue.decimals.clone()),
            Command::Reconcile { query, .. } => match query {
                Query::OpenOrders => Mail::OpenOrders(request, self.venue.list()),
                Query::Account => Mail::Account(request, self.now, self.venue.held()),
                Query::Fills { since } => {
                    let fills = self.venue.fills.iter().filter(|fill| fill.time >= *since);
                    Mail::Fills(request, fills.copied().collect())
                }
                Query::Ledger { .. } => Mail::Ledger(request),
                Query::Order { cloid, .. } => {
                    Mail::Status(request, *cloid, self.venue.look_up(*cloid))
                }
            },
            _ => {
                let replies = self.venue.execute(command);
                let n = replies.len();
                Mail::Outcome(request, if lie { vec![Reply::Unknown; n] } else { replies })
            }
        };
        if *run == self.run {
            self.mail.push(mail);
        }
        self.collect_news();
    }

    /// The orders of a command are no longer under way.
    pub fn landed(&mut self, command: &Command) {
        match command {
            Command::Place { orders, .. } => {
                for order in orders {
                    self.in_flight.remove(&order.cloid);
                }
            }
            Command::Modify { orders, .. } => {
                for order in orders {
                    self.in_flight.remove(&order.new.cloid);
                }
            }
            _ => {}
        }
    }

    pub fn send_book(&mut self, market: MarketId) {
        if self.connected {
            let (mark, oracle) = self.venue.references(market);
            self.input(Input::Reference { market, mark, oracle });
            let (bids, asks) = self.venue.book(market);
            self.input(Input::Book { market, time: self.now, bids: &bids, asks: &asks });
        }
    }

    /// Lets time pass. What has expired may arrive, and is refused.
    pub fn pass(&mut self, ms: u64) {
        let end = self.now.plus(ms);
        while self.wake <= end {
            self.now = self.wake;
            self.input(Input::Timer);
        }
        self.now = end;
        self.venue.now = end;
        self.expire();
        self.input(Input::Timer);
    }

    pub fn expire(&mut self) {
        let now = self.now;
        let late = |flying: &&Flying| match flying.command {
            Command::Place { expires, .. } | Command::Modify { expires, .. } => now > expires,
            _ => false,
        };
        let expired: Vec<_> = self.commands.iter().filter(late).cloned().collect();
        expired.iter().for_each(|flying| self.landed(&flying.command));
    }

    /// The process dies; what it has sent goes on without it. Another one follows at once.
    pub fn crash(&mut self) {
        self.attempts_before += self.engine.stats().attempts;
        self.mail.clear();
        self.commands.retain(|flying| {
            !matches!(flying.command, Command::Reconcile { .. } | Command::FetchSpecs { .. })
        });
        let carry = Carry {
            intents: self.open.values().cloned().collect(),
            halt: self.halt,
            fills_through: self.through,
            ..Carry::default()
        };
        self.check_weights();
        self.weights.clear();
        for told in self.told.values_mut() {
            told.0 = Millis(0);
        }
        self.run += 1;
        self.engine = Engine::new(self.config.clone(), 7 + self.run).restore(carry);
        self.wake = self.now;
        self.outputs.push(format!("run {}", self.run));
        self.input(Input::Timer);
        if self.connected {
            self.input(Input::Connection(Connection::Up));
        }
    }

    /// The touch moves, and whatever of ours it reaches trades.
    pub fn shift(&mut self, market: MarketId, hundredths: i16) {
        let (bid, ask) = self.venue.touch[&market];
        let moved = |p: Price| {
            let raw = i128::from(p.raw());
            let raw = raw + raw * i128::from(hundredths) / 1_000_000;
            let grid = spec(market);
            let text = Price::from_raw(u64::try_from(raw).unwrap()).unwrap();
            grid.prices().snap(text, hl_quant::Round::Down).unwrap()
        };
        let grid = spec(market);
        let new = moved(bid);
        let width = ask.raw() - bid.raw();
        let above = Price::from_raw(new.get().raw() + width).unwrap();
        let above = grid.prices().snap(above, hl_quant::Round::Up).unwrap();
        self.venue.touch.insert(market, (new.get(), above.get()));
        let (bid, ask) = self.venue.touch[&market];
        let reached: Vec<_> = self
            .venue
            .open()
            .filter(|o| o.market == market)
            .filter(|o| if o.side == Side::Bid { o.price >= ask } else { o.price <= bid })
            .filter_map(|o| o.cloid)
            .collect();
        for cloid in reached {
            self.venue.trade(cloid, Size::MAX);
        }
        self.collect_news();
    }

    /// Everything arrives, in order and at once, for this long.
    fn calm(&mut self, ms: u64) {
        for _ in 0..ms / 250 {
            self.pass(250);
            self.send_book(SOL);
            self.send_book(BTC);
            for _ in 0..20 {
                let commands = std::mem::take(&mut self.commands);
                for flying in &commands {
                    self.execute(flying, false);
                }
                let mail = std::mem::take(&mut self.mail);
                for mail in &mail {
                    self.deliver(mail);
                }
                if mail.is_empty() && self.commands.is_empty() {
                    break;
                }
            }
        }
    }

    pub fn run(steps: &[Step]) -> Self {
        let mut world = Self::new();
        world.calm(1_000);
        world.check_healed();
        for step in steps {
            world.step(*step);
        }
        world.step(Step::Up);
        world.step(Step::Resume);
        world.calm(90_000);
        world.check_healed();
        world.input(Input::Operator(Operator::Stop));
        world.calm(3_000);
        assert!(
            world
                .outputs
                .iter()
                .any(|line| line.ends_with(" remaining=0") && line.starts_with("halt_evt=stopped"))
        );
        assert_eq!(world.venue.open().filter(|o| o.cloid.is_some()).count(), 0);
        assert!(world.ends.values().all(|ends| *ends == 1), "every attempt ends once");
        let stats = world.engine.stats();
        assert_eq!(world.attempts_before + stats.attempts, world.ends.len() as u64);
        assert!(stats.most_sends <= 2, "nothing is sent a third time");
        let placed: BTreeSet<_> = world.venue.orders.iter().filter_map(|o| o.cloid).collect();
        let risen = world.never.intersection(&placed).collect::<Vec<_>>();
        assert!(risen.is_empty(), "said to be never placed: {risen:?}");
        world.check_weights();
        assert_eq!(stats.in_flight(), 0);
        assert_eq!(stats.taker_fills, 0);
        world
    }
}
