//! An engine and a venue on one bench: every command is carried out and answered, unless a test
//! says otherwise.

use hl_engine::{
    Command, Connection, Engine, EngineConfig, Event, EventKind, Input, MarketConfig, MarketId,
    MarketStatus, Operator, OrderState, OrderView, Output, Ppm, Query, Reply, SpreadConfig,
};
use hl_quant::{MarketSpec, Millis, Notional, Price, Size, SzDecimals};

use crate::venue::{News, Venue};

pub const SOL: MarketId = MarketId(0);
pub const BTC: MarketId = MarketId(1);

pub fn price(text: &str) -> Price {
    text.parse().unwrap()
}

pub fn size(text: &str) -> Size {
    text.parse().unwrap()
}

pub fn spec(market: MarketId) -> MarketSpec {
    MarketSpec::perp(SzDecimals::new(if market == SOL { 2 } else { 5 }).unwrap())
}

pub fn config() -> EngineConfig {
    let market = |pair| MarketConfig {
        max_position: Notional::whole(1_000),
        spread: SpreadConfig {
            spread: Ppm::from_bps(20),
            base_order: Notional::whole(100),
            skew: Ppm::from_bps(20),
            ..SpreadConfig::default()
        },
        ..MarketConfig::new(pair)
    };
    EngineConfig { markets: vec![market("SOL"), market("BTC")], ..EngineConfig::default() }
}

pub struct Bench {
    pub engine: Engine,
    pub venue: Venue,
    pub now: Millis,
    pub events: Vec<Event>,
    /// Commands in the order in which they were given.
    pub commands: Vec<Command>,
    /// Commands that are kept back instead of being carried out.
    pub held: Vec<Command>,
    pub hold: fn(&Command) -> bool,
    /// Whether the venue's streams reach the engine.
    pub streams: bool,
    pub wake: Millis,
}

impl Bench {
    pub fn new(config: EngineConfig) -> Self {
        Self::with(Engine::new(config, 7))
    }

    pub fn with(engine: Engine) -> Self {
        let now = Millis(1_762_252_867_000);
        let mut venue = Venue::default();
        venue.touch.insert(SOL, (price("164.89"), price("164.91")));
        venue.touch.insert(BTC, (price("103455"), price("103456")));
        Self {
            engine,
            venue,
            now,
            events: Vec::new(),
            commands: Vec::new(),
            held: Vec::new(),
            hold: |_| false,
            streams: true,
            wake: now,
        }
    }

    /// Connected, reconciled and quoting.
    pub fn started(config: EngineConfig) -> Self {
        let mut bench = Self::new(config);
        bench.start();
        bench
    }

    pub fn start(&mut self) {
        self.input(Input::Connection(Connection::Up));
        self.books();
    }

    /// Hands the engine one input and carries out all that follows from it.
    pub fn input(&mut self, input: Input<'_>) {
        self.engine.handle(self.now, input);
        self.drain();
    }

    fn drain(&mut self) {
        loop {
            match self.engine.poll() {
                Output::Event(event) => self.events.push(event),
                Output::Command(command) => {
                    self.commands.push(command.clone());
                    if (self.hold)(&command) {
                        self.held.push(command);
                    } else {
                        self.carry_out(&command);
                    }
                }
                Output::WaitUntil(wake) => {
                    self.wake = wake;
                    if !self.tell_news() {
                        return;
                    }
                }
            }
        }
    }

    fn tell_news(&mut self) -> bool {
        if self.venue.news.is_empty() || !self.streams {
            return false;
        }
        match self.venue.news.remove(0) {
            News::Fill(fill) => self.engine.handle(self.now, Input::Fill(fill)),
            News::Order(update) => self.engine.handle(self.now, Input::Order(update)),
        }
        true
    }

    /// Carries out a command and answers it.
    pub fn carry_out(&mut self, command: &Command) {
        self.venue.now = self.now;
        let request = command.request();
        match command {
            Command::FetchSpecs { .. } => {
                for market in [SOL, BTC] {
                    let (spec, requested) = (&self.venue.spec(market), self.now);
                    let status = MarketStatus::Trading;
                    let input = Input::Spec { market, spec, requested, status };
                    self.engine.handle(self.now, input);
                }
            }
            Command::Reconcile { query, .. } => self.answer(*query, command),
            _ => {
                let replies = self.venue.execute(command);
                self.reply(request, &replies);
            }
        }
    }

    pub fn reply(&mut self, request: hl_engine::RequestId, replies: &[Reply]) {
        self.engine.handle(self.now, Input::Outcome { request, replies });
    }

    fn answer(&mut self, query: Query, command: &Command) {
        let request = command.request();
        let now = self.now;
        match query {
            Query::OpenOrders => {
                let orders = &self.venue.list();
                self.engine.handle(now, Input::OpenOrders { request, orders });
            }
            Query::Account => {
                let positions = &self.venue.held();
                let money = self.venue.money;
                self.engine.handle(now, Input::Account { request, time: now, positions, money });
            }
            Query::Ledger { since } => {
                let transfers = self.venue.transfers.iter().filter(|t| t.time >= since);
                let transfers = &transfers.copied().collect::<Vec<_>>();
                self.engine.handle(now, Input::Ledger { request, transfers });
            }
            Query::Fills { since } => {
                let fills = self.venue.fills.iter().filter(|fill| fill.time >= since);
                let fills = &fills.copied().collect::<Vec<_>>();
                self.engine.handle(now, Input::Fills { request: Some(request), fills });
            }
            Query::Order { cloid, .. } => {
                let found = self.venue.look_up(cloid);
                self.engine.handle(now, Input::OrderStatus { request, cloid, found });
            }
        }
    }

    /// Sends the present book of a market.
    pub fn book(&mut self, market: MarketId) {
        let (mark, oracle) = self.venue.references(market);
        self.input(Input::Reference { market, mark, oracle });
        let (bids, asks) = self.venue.book(market);
        self.input(Input::Book { market, time: self.now, bids: &bids, asks: &asks });
    }

    pub fn books(&mut self) {
        self.book(SOL);
        self.book(BTC);
    }

    /// Moves a market's touch and sends the book.
    pub fn touch(&mut self, market: MarketId, bid: &str, ask: &str) {
        self.venue.touch.insert(market, (price(bid), price(ask)));
        self.book(market);
    }

    /// Lets time pass, waking the engine whenever it asks for it; no data arrives.
    pub fn pass(&mut self, ms: u64) {
        let end = self.now.plus(ms);
        while self.wake < end {
            self.now = self.wake.max(self.now);
            self.input(Input::Timer);
        }
        self.now = end;
        self.input(Input::Timer);
    }

    /// Lets time pass with books twice a second.
    pub fn run(&mut self, ms: u64) {
        for _ in 0..ms / 500 {
            self.pass(500);
            self.books();
        }
    }

    pub fn operator(&mut self, word: Operator) {
        self.input(Input::Operator(word));
    }

    /// Lets an order trade.
    pub fn trade(&mut self, order: &OrderView, traded: &str) {
        self.venue.now = self.now;
        self.venue.trade(order.cloid, size(traded)).unwrap();
        self.input(Input::Timer);
    }

    pub fn live(&self, market: MarketId) -> Vec<OrderView> {
        self.engine.orders(market).filter(|order| order.state == OrderState::Live).collect()
    }

    /// `price x size` of the live orders, bids first.
    pub fn quotes(&self, market: MarketId) -> Vec<String> {
        let mut orders = self.live(market);
        orders.sort_by_key(|order| (order.side, order.price));
        orders.iter().map(|o| format!("{} {} x {}", o.side, o.price, o.remaining)).collect()
    }

    pub fn lines(&self, prefix: &str) -> Vec<String> {
        let lines = self.events.iter().map(ToString::to_string);
        lines.filter(|line| line.starts_with(prefix)).collect()
    }

    pub fn has(&self, which: impl Fn(&EventKind) -> bool) -> bool {
        self.events.iter().any(|event| which(&event.kind))
    }

    pub fn position(&self, market: MarketId) -> String {
        self.engine.market(market).unwrap().position.to_string()
    }
}

impl Bench {
    /// The live order of a side, if there is exactly one.
    pub fn one(&self, market: MarketId, side: hl_quant::Side) -> OrderView {
        let orders = self.live(market);
        let mut orders = orders.into_iter().filter(|order| order.side == side);
        let (one, none) = (orders.next().unwrap(), orders.next());
        assert_eq!(none, None);
        one
    }

    /// What became of each attempt, by sequence number: the ends of its terminal events.
    pub fn ends(&self) -> std::collections::BTreeMap<u64, Vec<hl_engine::SubmitEnd>> {
        let mut ends = std::collections::BTreeMap::new();
        for event in &self.events {
            match &event.kind {
                EventKind::Attempt(attempt) => {
                    assert!(ends.insert(attempt.seq, Vec::new()).is_none(), "attempted twice");
                }
                EventKind::Submit(submit) => {
                    ends.get_mut(&submit.seq).expect("an end without an attempt").push(submit.end);
                }
                _ => {}
            }
        }
        ends
    }
}
