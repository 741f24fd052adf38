//! Random histories: whatever the network and the venue do, the promises hold.
//!
//! A history is a list of steps. The network loses, delays, reorders and repeats; the venue answers
//! errors to what it did; the operator halts; the connection drops. Two phases: first faults, in
//! which safety must hold at every moment; then calm, in which the engine must come to rest in
//! agreement with the venue.

use std::collections::{BTreeMap, BTreeSet};

use hl_engine::{
    Command, Connection, Engine, EngineConfig, Event, EventKind, Fill, Found, Input, MarketId,
    MarketStatus, OpenOrder, Operator, OrderState, OrderUpdate, Output, PlaceOrder, Position,
    Query, Reply, RequestId, Usd,
};
use hl_quant::{Millis, Notional, Price, Side, Size};
use hl_wire::{Cloid, RejectCode};
use proptest::prelude::*;

use crate::{
    bench::{BTC, SOL, config, price, size, spec},
    venue::{News, Venue},
};

const START: Millis = Millis(1_762_252_867_000);

/// What can happen next.
#[derive(Clone, Copy, Debug)]
enum Step {
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
}

fn step() -> impl Strategy<Value = Step> {
    use Step::{
        Arrive, Bbo, Down, Drop, Execute, Foreign, Halt, Lie, Lose, Move, Pass, Reject, Resume,
        Take, Trade, Twice, Up,
    };
    prop_oneof![
        10 => (1_u16..400).prop_map(Pass),
        2 => (400_u16..6_000).prop_map(Pass),
        10 => (0_u8..2, -3_000_i16..3_000, any::<bool>()).prop_map(|(m, d, s)| Move(m, d, s)),
        3 => (0_u8..2).prop_map(Bbo),
        25 => any::<u8>().prop_map(Arrive),
        3 => any::<u8>().prop_map(Twice),
        2 => any::<u8>().prop_map(Lose),
        20 => any::<u8>().prop_map(Execute),
        3 => any::<u8>().prop_map(Lie),
        2 => (any::<u8>(), any::<bool>()).prop_map(|(n, s)| Drop(n, s)),
        8 => (any::<u8>(), 1_u8..5).prop_map(|(n, q)| Trade(n, q)),
        1 => any::<u8>().prop_map(Take),
        1 => (0_u8..2, any::<bool>()).prop_map(|(m, b)| Foreign(m, b)),
        1 => Just(Halt),
        2 => Just(Resume),
        1 => Just(Down),
        3 => Just(Up),
        1 => any::<u8>().prop_map(Reject),
    ]
}

/// A message to the engine, under way.
#[derive(Clone, Debug)]
enum Mail {
    Outcome(RequestId, Vec<Reply>),
    Fill(Fill),
    Order(OrderUpdate),
    OpenOrders(RequestId, Vec<OpenOrder>),
    Account(RequestId, Millis, Vec<Position>),
    Fills(RequestId, Vec<Fill>),
    Status(RequestId, Cloid, Found),
    Specs(Millis),
}

struct World {
    engine: Engine,
    config: EngineConfig,
    venue: Venue,
    now: Millis,
    mail: Vec<Mail>,
    /// Commands under way, and when they were given.
    commands: Vec<(Millis, Command)>,
    connected: bool,
    wake: Millis,
    outputs: Vec<String>,
    /// Orders that were sent and have not reached the venue: they may still.
    in_flight: BTreeMap<Cloid, PlaceOrder>,
    ends: BTreeMap<u64, u32>,
    fills_seen: BTreeSet<(MarketId, u64)>,
    cloids: BTreeSet<Cloid>,
}

fn limited() -> EngineConfig {
    let mut config = config();
    for market in &mut config.markets {
        market.max_position = Notional::whole(300);
    }
    config.limits.max_gross = Notional::whole(500);
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

    fn input(&mut self, input: Input<'_>) {
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
                    self.commands.push((self.now, command));
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

    fn check_event(&mut self, event: &Event) {
        match &event.kind {
            EventKind::Attempt(attempt) => {
                assert!(self.ends.insert(attempt.seq, 0).is_none());
            }
            EventKind::Submit(submit) => {
                let ends = self.ends.get_mut(&submit.seq).expect("an end without an attempt");
                *ends += 1;
                assert_eq!(*ends, 1, "two ends of one attempt: {event}");
            }
            EventKind::Fill(fill) => {
                let market = if fill.pair.as_str() == "SOL" { SOL } else { BTC };
                assert!(self.fills_seen.insert((market, fill.tid)), "counted twice: {event}");
            }
            _ => {}
        }
    }

    fn check_command(&mut self, command: &Command) {
        match command {
            Command::Place { orders, .. } => {
                orders.iter().for_each(|order| self.check_order(order));
            }
            Command::Modify { orders, .. } => {
                orders.iter().for_each(|order| self.check_order(&order.new));
            }
            _ => {}
        }
    }

    /// The promises about every order that leaves, against what is true.
    fn check_order(&mut self, order: &PlaceOrder) {
        assert!(self.connected, "an order without a connection");
        assert!(self.cloids.insert(order.cloid), "a name used twice");
        let text = order.price.to_text();
        let decimals = text.as_str().split_once('.').map_or(0, |(_, fraction)| fraction.len());
        let figures = text.as_str().replace('.', "");
        let figures = figures.trim_start_matches('0').len();
        let most = if order.market == SOL { 4 } else { 1 };
        assert!(decimals == 0 || (decimals <= most && figures <= 5), "illegal price {text}");
        let lots = if order.market == SOL { 2 } else { 5 };
        assert_eq!(order.size.get().raw() % 10_u64.pow(8 - lots), 0, "illegal size {}", order.size);
        let value = order.price.get() * order.size.get();
        assert!(value >= Notional::whole(10), "worth {value}");
        let view = self.engine.market(order.market).unwrap();
        let (bid, ask) = view.touch.expect("quoted without a touch");
        let price = order.price.get();
        assert!(order.side == Side::Ask || price < ask, "bid {price} at the ask {ask}");
        assert!(order.side == Side::Bid || price > bid, "ask {price} at the bid {bid}");
        let mark = view.fair.unwrap();
        for other in self.could_trade(order.market).filter(|other| other.0 != order.side) {
            let apart = match order.side {
                Side::Bid => price < other.1,
                Side::Ask => price > other.1,
            };
            assert!(apart, "own {} {price} meets own {}", order.side, other.1);
        }
        self.in_flight.insert(order.cloid, *order);
        self.check_cap(order.market, order.side, mark);
    }

    /// All that could still trade at the venue, in flight or open, whoever's.
    fn could_trade(&self, market: MarketId) -> impl Iterator<Item = (Side, Price, Size)> {
        let flying = self.in_flight.values().filter(move |order| order.market == market);
        let flying = flying.map(|o| (o.side, o.price.get(), o.size.get()));
        let open = self.venue.open().filter(move |order| order.market == market);
        let ours = open.filter(|order| order.cloid.is_some());
        flying.chain(ours.map(|o| (o.side, o.price, o.remaining())))
    }

    /// After any subset of fills, the position is within its limit: the true position and all that
    /// could truly trade.
    fn check_cap(&self, market: MarketId, side: Side, mark: Price) {
        let orders = self.could_trade(market).filter(|order| order.0 == side);
        let sum = orders.fold(0_i128, |sum, (_, _, size)| sum + i128::from(size.raw()));
        let position = i128::from(self.venue.position(market).raw());
        let worst = if side == Side::Bid { position + sum } else { sum - position };
        let worst = Size::from_raw(u64::try_from(worst.max(0)).unwrap());
        let max = self.config.markets[market.index()].max_position;
        assert!(mark * worst <= max, "{} could become {worst} x {mark}", market);
    }

    /// While a market does not quote, nothing of it rests without a cancel under way.
    fn check_pulled(&self) {
        for market in [SOL, BTC] {
            let view = self.engine.market(market).unwrap();
            if view.why_not.is_some() {
                let idle = |o: &hl_engine::OrderView| {
                    matches!(o.state, OrderState::Live | OrderState::Pending)
                };
                let order = self.engine.orders(market).find(idle);
                assert_eq!(order, None, "not pulled: {:?}", view.why_not);
            }
        }
    }

    /// The venue's streams reach the mail while the connection is up.
    fn collect_news(&mut self) {
        for news in std::mem::take(&mut self.venue.news) {
            if self.connected {
                self.mail.push(match news {
                    News::Fill(fill) => Mail::Fill(fill),
                    News::Order(update) => Mail::Order(update),
                });
            }
        }
    }

    fn deliver(&mut self, mail: &Mail) {
        match mail {
            Mail::Outcome(request, replies) => {
                self.input(Input::Outcome { request: *request, replies });
            }
            Mail::Fill(fill) => self.input(Input::Fill(*fill)),
            Mail::Order(update) => self.input(Input::Order(*update)),
            Mail::OpenOrders(request, orders) => {
                self.input(Input::OpenOrders { request: *request, orders });
            }
            Mail::Account(request, time, positions) => self.input(Input::Account {
                request: *request,
                time: *time,
                positions,
                value: Usd::ZERO,
            }),
            Mail::Fills(request, fills) => {
                self.input(Input::Fills { request: Some(*request), fills });
            }
            Mail::Status(request, cloid, found) => {
                self.input(Input::OrderStatus { request: *request, cloid: *cloid, found: *found })
            }
            Mail::Specs(requested) => {
                for market in [SOL, BTC] {
                    let (spec, requested) = (&spec(market), *requested);
                    let status = MarketStatus::Trading;
                    self.input(Input::Spec { market, spec, requested, status });
                }
            }
        }
    }

    /// Carries a command out; its answer goes into the mail, or a lie in its place.
    fn execute(&mut self, given: Millis, command: &Command, lie: bool) {
        self.venue.now = self.now;
        let request = command.request();
        self.landed(command);
        let mail = match command {
            Command::FetchSpecs { .. } => Mail::Specs(given),
            Command::Reconcile { query, .. } => match query {
                Query::OpenOrders => Mail::OpenOrders(request, self.venue.list()),
                Query::Account => Mail::Account(request, self.now, self.venue.held()),
                Query::Fills { since } => {
                    let fills = self.venue.fills.iter().filter(|fill| fill.time >= *since);
                    Mail::Fills(request, fills.copied().collect())
                }
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
        self.mail.push(mail);
        self.collect_news();
    }

    /// The orders of a command are no longer under way.
    fn landed(&mut self, command: &Command) {
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

    fn send_book(&mut self, market: MarketId) {
        if self.connected {
            let (bids, asks) = self.venue.book(market);
            self.input(Input::Book { market, time: self.now, bids: &bids, asks: &asks });
        }
    }

    /// Lets time pass. The venue refuses what is on its way for ten seconds (`expiresAfter`).
    fn pass(&mut self, ms: u64) {
        let end = self.now.plus(ms);
        while self.wake <= end {
            self.now = self.wake;
            self.input(Input::Timer);
        }
        self.now = end;
        self.venue.now = end;
        let late = |(given, _): &(Millis, Command)| end.since(*given) > 10_000;
        for (_, command) in self.commands.iter().filter(|c| late(c)).cloned().collect::<Vec<_>>() {
            self.landed(&command);
        }
        self.commands.retain(|command| !late(command));
        self.input(Input::Timer);
    }

    /// The touch moves, and whatever of ours it reaches trades.
    fn shift(&mut self, market: MarketId, hundredths: i16) {
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

    fn pick<T>(list: &[T], n: u8) -> Option<usize> {
        (!list.is_empty()).then(|| usize::from(n) % list.len())
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Pass(ms) => self.pass(u64::from(ms)),
            Step::Move(market, by, sends) => {
                let market = MarketId(u16::from(market));
                self.shift(market, by);
                if sends {
                    self.send_book(market);
                }
            }
            Step::Bbo(market) => {
                let market = MarketId(u16::from(market));
                let (bids, asks) = self.venue.book(market);
                let (bid, ask) = (bids.first().copied(), asks.first().copied());
                if self.connected {
                    self.input(Input::Bbo { market, time: self.now, bid, ask });
                }
            }
            Step::Arrive(n) | Step::Twice(n) => {
                if let Some(at) = Self::pick(&self.mail, n) {
                    let mail = self.mail.remove(at);
                    self.deliver(&mail);
                    if matches!(step, Step::Twice(_)) {
                        self.mail.push(mail);
                    }
                }
            }
            Step::Lose(n) => {
                if let Some(at) = Self::pick(&self.mail, n) {
                    self.mail.remove(at);
                }
            }
            Step::Execute(n) | Step::Lie(n) => {
                if let Some(at) = Self::pick(&self.commands, n) {
                    let (given, command) = self.commands.remove(at);
                    self.execute(given, &command, matches!(step, Step::Lie(_)));
                }
            }
            Step::Drop(n, says) => {
                if let Some(at) = Self::pick(&self.commands, n) {
                    let (_, command) = self.commands.remove(at);
                    self.landed(&command);
                    if says {
                        self.mail.push(Mail::Outcome(command.request(), Vec::new()));
                    }
                }
            }
            Step::Reject(n) => {
                if let Some(at) = Self::pick(&self.commands, n)
                    && let Command::Place { request, orders } = self.commands[at].1.clone()
                {
                    let (_, command) = self.commands.remove(at);
                    self.landed(&command);
                    let margin = Reply::Rejected { code: RejectCode::Margin, bbo: None };
                    self.mail.push(Mail::Outcome(request, vec![margin; orders.len()]));
                }
            }
            Step::Trade(n, quarters) => {
                let open: Vec<_> = self.venue.open().filter_map(|o| o.cloid).collect();
                if let Some(at) = Self::pick(&open, n) {
                    let order = self.venue.open().find(|o| o.cloid == Some(open[at])).unwrap();
                    let part = order.size.raw() / 4 * u64::from(quarters);
                    self.venue.trade(open[at], Size::from_raw(part));
                    self.collect_news();
                }
            }
            Step::Take(n) => {
                let open: Vec<_> = self.venue.open().filter_map(|o| o.cloid).collect();
                if let Some(at) = Self::pick(&open, n) {
                    self.venue.take_away(open[at]);
                    self.collect_news();
                }
            }
            Step::Foreign(market, bids) => {
                let market = MarketId(u16::from(market));
                // Far away: what happens between it and the market is not this test's business.
                let side = if bids { Side::Bid } else { Side::Ask };
                let at = price(if bids { "1" } else { "1000000" });
                self.venue.rest(market, None, side, at, size("0.0001"));
                self.collect_news();
            }
            Step::Halt => self.input(Input::Operator(Operator::Halt)),
            Step::Resume => self.input(Input::Operator(Operator::Resume)),
            Step::Down => {
                self.connected = false;
                self.mail.retain(|m| !matches!(m, Mail::Fill(_) | Mail::Order(_)));
                self.input(Input::Connection(Connection::Down));
            }
            Step::Up if !self.connected => {
                self.connected = true;
                self.input(Input::Connection(Connection::Up));
            }
            Step::Up => {}
        }
    }

    /// Everything arrives, in order and at once, for this long.
    fn calm(&mut self, ms: u64) {
        for _ in 0..ms / 250 {
            self.pass(250);
            self.send_book(SOL);
            self.send_book(BTC);
            for _ in 0..20 {
                let commands = std::mem::take(&mut self.commands);
                for (given, command) in commands {
                    self.execute(given, &command, false);
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

    /// After calm: agreement with the venue, quotes on, nothing in doubt.
    fn check_healed(&self) {
        for market in [SOL, BTC] {
            let view = self.engine.market(market).unwrap();
            assert_eq!(view.position, self.venue.position(market), "positions differ");
            assert_eq!(view.why_not, None, "not quoting");
            let ours: BTreeSet<_> = self.engine.orders(market).map(|order| order.cloid).collect();
            let open = self.venue.open().filter(|o| o.market == market && o.cloid.is_some());
            let truth: BTreeSet<_> = open.filter_map(|order| order.cloid).collect();
            assert_eq!(ours, truth, "orders differ");
            assert!(!truth.is_empty());
            let fills = self.venue.fills.iter().filter(|fill| fill.market == market);
            assert_eq!(view.stats.maker_fills, fills.count() as u64, "fills differ");
        }
    }

    fn run(steps: &[Step]) -> Self {
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
        assert_eq!(stats.attempts, world.ends.len() as u64);
        assert_eq!(stats.in_flight(), 0);
        assert_eq!(stats.taker_fills, 0);
        world
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_promises_hold(steps in proptest::collection::vec(step(), 1..250)) {
        World::run(&steps);
    }

    #[test]
    fn the_same_history_twice_gives_the_same_outputs(
        steps in proptest::collection::vec(step(), 1..80),
    ) {
        prop_assert_eq!(World::run(&steps).outputs, World::run(&steps).outputs);
    }
}
