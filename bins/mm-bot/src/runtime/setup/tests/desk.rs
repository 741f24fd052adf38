//! An engine as the bot configures it, and a venue with one market that does as it is told.

use hl_engine::{
    AccountMoney, Cause, Command, Connection, Engine, EngineConfig, ExitOrder, Fetch, Fill, Input,
    Level, Liquidity, MarketId, MarketStatus, NoQuote, OpenOrder, Output, PlaceOrder, Position,
    Query, Reply, Usd,
};
use hl_quant::{MarketSpec, Millis, Price, Side, SignedSize, Size, SzDecimals};
use hl_wire::{Oid, RejectCode};

use super::engine_config;
use crate::config::{Sources, load};

pub(super) const SOL: MarketId = MarketId(0);

pub(super) fn config(set: &[(&str, &str)]) -> EngineConfig {
    let own = |(key, value): &(&str, &str)| {
        ((*key).to_owned(), (*value).to_owned(), format!("--set {key}"))
    };
    let flags = set.iter().map(own).collect();
    let (_, settings) = load(&Sources { flags, ..Sources::default() }).unwrap();
    engine_config(&settings, &["SOL".to_owned()])
}

/// One market, whose venue does as it is told: takes every order, or refuses each with a code.
pub(super) struct Desk {
    pub(super) engine: Engine,
    pub(super) now: Millis,
    pub(super) touch: (&'static str, &'static str),
    money: AccountMoney,
    position: SignedSize,
    pub(super) refuse: Option<RejectCode>,
    orders: Vec<PlaceOrder>,
    pub(super) open: Vec<OpenOrder>,
    pub(super) exits: Vec<ExitOrder>,
    pub(super) fetches: Vec<Fetch>,
    fills: Vec<Fill>,
    pub(super) lines: Vec<String>,
}

const TAKEN: Reply = Reply::Accepted { oid: None, filled: Size::ZERO };

fn spec() -> MarketSpec {
    MarketSpec::perp(SzDecimals::new(2).unwrap())
}

pub(super) fn usd(dollars: i64) -> Usd {
    Usd::from_e8(dollars * 100_000_000)
}

fn price(text: &str) -> Price {
    text.parse().unwrap()
}

impl Desk {
    /// Connected and with a book, unless the settings keep it from quoting.
    pub(super) fn new(set: &[(&str, &str)]) -> Self {
        let mut desk = Self {
            engine: Engine::new(config(set), 7),
            now: Millis(1_762_252_867_000),
            touch: ("164.89", "164.91"),
            money: AccountMoney::idle(usd(10_000)),
            position: SignedSize::ZERO,
            refuse: None,
            orders: Vec::new(),
            open: Vec::new(),
            exits: Vec::new(),
            fetches: Vec::new(),
            fills: Vec::new(),
            lines: Vec::new(),
        };
        desk.input(Input::Connection(Connection::Up));
        desk.run(1_000);
        desk
    }

    pub(super) fn input(&mut self, input: Input<'_>) {
        self.engine.handle(self.now, input);
        loop {
            match self.engine.poll() {
                Output::Event(event) => self.lines.push(event.to_string()),
                Output::Command(command) => self.answer(&command),
                Output::WaitUntil(_) => break,
            }
        }
    }

    fn answer(&mut self, command: &Command) {
        let (now, request) = (self.now, command.request());
        match command {
            Command::FetchSpecs { fetch, .. } => {
                self.fetches.push(*fetch);
                let (spec, status) = (spec(), MarketStatus::Trading);
                let input = Input::Spec { market: SOL, spec: &spec, requested: now, status };
                self.engine.handle(now, input);
            }
            Command::Reconcile { query, .. } => self.tell(*query, command),
            Command::Place { orders, .. } => {
                let replies: Vec<Reply> = orders.iter().map(|order| self.place(order)).collect();
                self.engine.handle(now, Input::Outcome { request, replies: &replies });
            }
            Command::Modify { orders, .. } => {
                self.open.retain(|open| orders.iter().all(|order| open.cloid != Some(order.old)));
                let replies: Vec<Reply> = orders.iter().map(|o| self.place(&o.new)).collect();
                self.engine.handle(now, Input::Outcome { request, replies: &replies });
            }
            Command::Cancel { orders, .. } => {
                self.open.retain(|open| orders.iter().all(|order| open.cloid != Some(order.cloid)));
                let replies = vec![TAKEN; orders.len()];
                self.engine.handle(now, Input::Outcome { request, replies: &replies });
            }
            Command::Exit { orders, .. } => {
                self.exits.extend(orders.iter().copied());
                let replies = vec![Reply::NeverSent; orders.len()];
                self.engine.handle(now, Input::Outcome { request, replies: &replies });
            }
            // As the venue does below a traded volume.
            Command::ScheduleCancel { .. } => {
                let refused = Reply::Rejected { code: RejectCode::Schedule, bbo: None };
                self.engine.handle(now, Input::Outcome { request, replies: &[refused] });
            }
            Command::Burn { .. } | Command::Leverage { .. } => {
                self.engine.handle(now, Input::Outcome { request, replies: &[TAKEN] });
            }
        }
    }

    fn place(&mut self, order: &PlaceOrder) -> Reply {
        self.orders.push(*order);
        if let Some(code) = self.refuse {
            return Reply::Rejected { code, bbo: None };
        }
        let oid = Oid(1_000 + self.orders.len() as u64);
        self.open.push(OpenOrder {
            market: SOL,
            oid,
            cloid: Some(order.cloid),
            side: order.side,
            price: order.price.get(),
            remaining: order.size.get(),
            original: Some(order.size.get()),
        });
        Reply::Accepted { oid: Some(oid), filled: Size::ZERO }
    }

    fn tell(&mut self, query: Query, command: &Command) {
        let (now, request) = (self.now, command.request());
        let engine = &mut self.engine;
        match query {
            Query::OpenOrders => {
                engine.handle(now, Input::OpenOrders { request, orders: &self.open });
            }
            Query::Account => {
                let positions = &[Position { market: SOL, size: self.position, value: Usd::ZERO }];
                let money = self.money;
                engine.handle(now, Input::Account { request, time: now, positions, money });
            }
            Query::Ledger { .. } => engine.handle(now, Input::Ledger { request, transfers: &[] }),
            Query::Fills { .. } => {
                engine.handle(now, Input::Fills { request: Some(request), fills: &self.fills });
            }
            Query::Order { .. } => engine.handle(now, Input::QueryFailed { request }),
        }
    }

    /// Two books and references a second.
    pub(super) fn run(&mut self, ms: u64) {
        for _ in 0..ms / 500 {
            self.now = self.now.plus(500);
            let level = |text: &str| Level { price: price(text), size: "70".parse().unwrap() };
            let oracle = Some(price("164.9"));
            self.input(Input::Reference { market: SOL, mark: oracle, oracle });
            let (bids, asks) = ([level(self.touch.0)], [level(self.touch.1)]);
            self.input(Input::Book { market: SOL, time: self.now, bids: &bids, asks: &asks });
        }
    }

    /// A resting bid is hit for this much.
    pub(super) fn buys(&mut self, size: &str) {
        let size: Size = size.parse().unwrap();
        let bid = self.open.iter_mut().find(|order| order.side == Side::Bid).unwrap();
        bid.remaining = Size::from_raw(bid.remaining.raw() - size.raw());
        let fill = Fill {
            market: SOL,
            time: self.now,
            tid: 1 + self.fills.len() as u64,
            oid: bid.oid,
            cloid: bid.cloid,
            side: Side::Bid,
            price: bid.price,
            size,
            liquidity: Liquidity::Maker,
            fee: Usd::ZERO,
            start_position: self.position,
        };
        self.fills.push(fill);
        self.input(Input::Fill(fill));
        self.position = self.engine.market(SOL).unwrap().position;
    }

    pub(super) fn why_not(&self) -> Option<NoQuote> {
        self.engine.market(SOL).unwrap().why_not
    }

    /// What rests, in the order in which it was placed.
    pub(super) fn quotes(&self) -> Vec<String> {
        let text = |o: &OpenOrder| format!("{} {} x {}", o.side, o.price, o.remaining);
        self.open.iter().map(text).collect()
    }

    pub(super) fn halted(&self) -> Option<Cause> {
        self.engine.halted().map(|halt| halt.cause)
    }

    /// The account is worth this much at the next report.
    pub(super) fn reports(&mut self, money: AccountMoney) {
        self.money = money;
        self.run(31_000);
    }
}
