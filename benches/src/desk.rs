//! An engine at work on a venue that accepts everything: steady state for benches and allocation
//! counts.

use hl_engine::{
    AccountMoney, AvellanedaStoikovConfig, Command, Connection, Engine, EngineConfig, GlftConfig,
    Input, Layer, Level, MarketConfig, MarketId, MarketStatus, ModelConfig, OpenOrder, OrderUpdate,
    Output, Ppm, Query, Reply, Requote, RetryGuard, SpreadConfig, Timing, Usd, VenueState,
};
use hl_journal::decisions::{Encoder, Head, Raw};
use hl_quant::{MarketSpec, Millis, Notional, Price, Side, Size, SzDecimals};
use hl_wire::{Cloid, Oid};

/// Levels a side of the books that the desk is shown.
const DEPTH: usize = 20;

/// Names the run in client order ids.
const SEED: u64 = 7;

/// How often the venue tells its own prices.
const CONTEXT_MS: u64 = 3_000;

/// An engine that quotes five levels a side in each market, and the little venue around it.
#[derive(Debug)]
pub struct Desk {
    engine: Engine,
    now: Millis,
    /// Each market sees a book once a second: more decisions that act than that, and the venue's
    /// limit on requests would decide.
    step_ms: u64,
    next_oid: u64,
    commands: Vec<Command>,
    /// When the venue last told its own prices.
    told: Millis,
    /// Whether others trade between the books.
    trades: bool,
    /// The list of open orders, when it is asked for.
    list: Vec<OpenOrder>,
    /// Commands given since the start.
    pub given: u64,
    /// Where inputs and outputs are recorded, if they are.
    encoder: Option<Encoder>,
}

/// A market's book around a price of 100,000 and its whole distance in dollars.
#[derive(Debug)]
pub struct BookSides {
    bids: [Level; DEPTH],
    asks: [Level; DEPTH],
}

impl BookSides {
    /// The book with its best bid at this many dollars.
    #[must_use]
    pub fn around(dollars: u64) -> Self {
        let level = |dollars: u64, i: usize| Level {
            price: Price::from_raw(dollars * 100_000_000).unwrap_or(Price::MAX),
            size: Size::from_raw(50_000_000 + 7_000_000 * i as u64),
        };
        Self {
            bids: std::array::from_fn(|i| level(dollars - i as u64, i)),
            asks: std::array::from_fn(|i| level(dollars + 1 + i as u64, i)),
        }
    }
}

fn config(markets: u16) -> EngineConfig {
    let layer = |bps| Layer { offset: Ppm::from_bps(bps), capital: Ppm(200_000) };
    let market = |index| MarketConfig {
        max_position: Notional::whole(1_000_000),
        max_orders: 64,
        spread: SpreadConfig {
            spread: Ppm::from_bps(2),
            base_order: Notional::whole(5_000),
            layers: [0, 2, 4, 6, 8].map(layer).to_vec(),
            ..SpreadConfig::default()
        },
        // Every move of the book moves the quotes: the case that costs.
        requote: Requote {
            tolerance: Ppm(0),
            min_lifetime_ms: 0,
            min_interval_ms: 0,
            ..Requote::default()
        },
        ..MarketConfig::new(&format!("M{index}"))
    };
    // Not within any run.
    let never = 1 << 50;
    EngineConfig {
        markets: (0..markets).map(market).collect(),
        limits: hl_engine::Limits {
            max_gross: Notional::whole(100_000_000),
            max_orders: 1_000,
            ..hl_engine::Limits::default()
        },
        // The housekeeping of a live run is not what is measured here.
        timing: Timing {
            spec_refresh_ms: never,
            spec_max_age_ms: never,
            reconcile_ms: never,
            reconcile_max_age_ms: never,
            ..Timing::default()
        },
        guard: RetryGuard { spec_ttl_ms: never, ..RetryGuard::default() },
        ..EngineConfig::default()
    }
}

impl Desk {
    /// A desk that is connected, reconciled and quoting in all its markets.
    #[must_use]
    pub fn quoting(markets: u16) -> Self {
        Self::of(config(markets))
    }

    /// The same, recorded from its first input on: what [`Desk::recorded`] takes belongs to this
    /// beginning.
    #[must_use]
    pub fn recording(markets: u16) -> (Self, Head) {
        let head = Head {
            run: 1,
            seed: SEED,
            version: String::new(),
            fingerprint: String::new(),
            account: String::new(),
            started: Millis(0),
            assets: (0..u32::from(markets)).collect(),
            config: config(markets),
            carry: hl_engine::Carry::default(),
            samples: Vec::new(),
        };
        (Self::with(config(markets), Some(Encoder::new(&head))), head)
    }

    /// Takes what has been recorded, and leaves the buffer `spare` in its place.
    pub fn recorded(&mut self, spare: Vec<u8>) -> Option<Raw> {
        self.encoder.as_mut().map(|encoder| encoder.take(spare))
    }

    fn of(config: EngineConfig) -> Self {
        Self::with(config, None)
    }

    fn with(config: EngineConfig, encoder: Option<Encoder>) -> Self {
        let markets = u16::try_from(config.markets.len()).unwrap_or(u16::MAX);
        let now = Millis(1_762_252_867_000);
        let trades = config.markets.iter().any(|market| market.model != ModelConfig::Spread);
        let engine = Engine::new(config, SEED);
        let step_ms = 1_000 / u64::from(markets.max(1));
        let commands = Vec::with_capacity(64);
        let list = Vec::with_capacity(1_024);
        let mut desk = Self {
            engine,
            now,
            step_ms,
            next_oid: 0,
            commands,
            list,
            given: 0,
            told: now,
            trades,
            encoder,
        };
        desk.input(Input::Connection(Connection::Up));
        desk.tell_references(markets);
        for round in 0..64 {
            for market in 0..markets {
                desk.show(MarketId(market), &BookSides::around(100_000 + 40 * (round % 2)));
            }
        }
        desk
    }

    /// The same with models that quote on what they estimate, half of the markets by each: trades
    /// go through the books all the while.
    #[must_use]
    pub fn estimating(markets: u16) -> Self {
        let max_distance = Ppm::from_bps(100);
        let mut config = config(markets);
        for (index, market) in config.markets.iter_mut().enumerate() {
            market.model = if index % 2 == 0 {
                let gamma = 1e-6;
                let horizon = 300.0;
                ModelConfig::AvellanedaStoikov(AvellanedaStoikovConfig {
                    gamma,
                    horizon,
                    max_distance,
                })
            } else {
                ModelConfig::Glft(GlftConfig { gamma: 1e-6, max_distance })
            };
            market.estimate.volatility.warm_ms = 10_000;
            market.estimate.arrivals.warm_ms = 10_000;
            market.estimate.arrivals.warm_orders = 5;
        }
        Self::of(config)
    }

    /// Whether every market knows its volatility and its arrivals.
    #[must_use]
    pub fn is_estimating(&self) -> bool {
        self.engine.markets().all(|market| market.volatility.is_ok() && market.arrivals.is_ok())
    }

    /// Shows a market's book, decides, and has the venue accept all that follows.
    pub fn show(&mut self, market: MarketId, book: &BookSides) {
        self.decide(market, book);
        self.answer();
    }

    /// Shows a market's book and decides; returns how many commands came out.
    pub fn decide(&mut self, market: MarketId, book: &BookSides) -> usize {
        self.now = self.now.plus(self.step_ms);
        if self.now.since(self.told) >= CONTEXT_MS {
            self.tell_references(self.engine.config().markets.len() as u16);
        }
        let (time, bids, asks) = (self.now, &book.bids[..], &book.asks[..]);
        if self.trades {
            self.tell_trade(market, book);
        }
        self.tell(Input::Book { market, time, bids, asks });
        self.commands.len()
    }

    /// Has the venue accept the commands given so far, and those that follow.
    pub fn answer(&mut self) {
        while let Some(command) = self.commands.pop() {
            self.accept(&command);
        }
    }

    /// Orders of ours in a market.
    #[must_use]
    pub fn orders(&self, market: MarketId) -> usize {
        self.engine.orders(market).count()
    }

    /// The venue's own prices of every market, as its context channel brings them.
    fn tell_references(&mut self, markets: u16) {
        self.told = self.now;
        let price = Price::from_raw(10_000_000_000_000);
        for market in (0..markets).map(MarketId) {
            self.tell(Input::Reference { market, mark: price, oracle: price });
        }
    }

    /// Somebody buys or sells, a few levels deep, by turns.
    fn tell_trade(&mut self, market: MarketId, book: &BookSides) {
        let step = self.now.0 / self.step_ms.max(1);
        let depth = usize::try_from(step % 5).unwrap_or(0);
        let (aggressor, levels) =
            if step.is_multiple_of(2) { (Side::Bid, &book.asks) } else { (Side::Ask, &book.bids) };
        let Some(Level { price, size }) = levels.get(depth).copied() else { return };
        let time = Millis(self.now.0 - 1);
        self.tell(Input::Trade { market, time, aggressor, price, size });
    }

    fn input(&mut self, input: Input<'_>) {
        self.tell(input);
        self.answer();
    }

    /// One input, recorded with what comes of it if somebody wants that.
    fn tell(&mut self, input: Input<'_>) {
        if let Some(encoder) = &mut self.encoder {
            encoder.input(self.now, &input);
        }
        self.engine.handle(self.now, input);
        loop {
            match self.engine.poll() {
                Output::Event(event) => {
                    if let Some(encoder) = &mut self.encoder {
                        encoder.event(&event);
                    }
                }
                Output::Command(command) => {
                    if let Some(encoder) = &mut self.encoder {
                        encoder.command(&command);
                    }
                    self.given += 1;
                    self.commands.push(command);
                }
                Output::WaitUntil(wake) => {
                    if let Some(encoder) = &mut self.encoder {
                        encoder.end(wake);
                    }
                    return;
                }
            }
        }
    }

    fn accept(&mut self, command: &Command) {
        let (now, request) = (self.now, command.request());
        match command {
            Command::Place { orders, .. } => self.reply(command, orders.len()),
            Command::Modify { orders, .. } => {
                self.reply(command, orders.len());
                for order in orders {
                    self.tell_gone(order.new.market, order.old, order.old_oid);
                }
            }
            Command::Cancel { orders, .. } => {
                self.reply(command, orders.len());
                for order in orders {
                    self.tell_gone(order.market, order.cloid, Oid(0));
                }
            }
            Command::ScheduleCancel { .. } | Command::Burn { .. } | Command::Leverage { .. } => {
                self.reply(command, 1);
            }
            Command::Exit { orders, .. } => self.reply(command, orders.len()),
            Command::FetchSpecs { .. } => {
                let Some(decimals) = SzDecimals::new(5) else { return };
                let spec = MarketSpec::perp(decimals);
                for index in 0..self.engine.config().markets.len() {
                    let market = MarketId(index as u16);
                    let status = MarketStatus::Trading;
                    let input = Input::Spec { market, spec: &spec, requested: now, status };
                    self.tell(input);
                }
            }
            Command::Reconcile { query: Query::OpenOrders, .. } => self.tell_open(request),
            Command::Reconcile { query, .. } => {
                let input = match query {
                    Query::Account => {
                        let money = AccountMoney::idle(Usd::from_e8(1_000_000_000_000));
                        Input::Account { request, time: now, positions: &[], money }
                    }
                    Query::Fills { .. } => Input::Fills { request: Some(request), fills: &[] },
                    Query::Ledger { .. } => Input::Ledger { request, transfers: &[] },
                    Query::OpenOrders | Query::Order { .. } => Input::QueryFailed { request },
                };
                self.tell(input);
            }
        }
    }

    /// Every order that rests, as the engine knows them: the venue has accepted all.
    fn tell_open(&mut self, request: hl_engine::RequestId) {
        self.list.clear();
        for index in 0..self.engine.config().markets.len() {
            let market = MarketId(index as u16);
            self.list.extend(self.engine.orders(market).map(|order| OpenOrder {
                market,
                oid: Oid(order.cloid.0 as u64),
                cloid: Some(order.cloid),
                side: order.side,
                price: order.price,
                remaining: order.remaining,
                original: Some(order.remaining),
            }));
        }
        let list = std::mem::take(&mut self.list);
        self.tell(Input::OpenOrders { request, orders: &list });
        self.list = list;
    }

    /// What the order stream says of an order that was taken off the book untouched.
    fn tell_gone(&mut self, market: MarketId, cloid: Cloid, oid: Oid) {
        let old = self.engine.orders(market).find(|order| order.cloid == cloid);
        let Some(old) = old else { return };
        let update = OrderUpdate {
            market,
            time: self.now,
            oid,
            cloid: Some(cloid),
            side: old.side,
            price: old.price,
            original: old.remaining,
            remaining: old.remaining,
            state: VenueState::Canceled,
        };
        self.tell(Input::Order(update));
    }

    fn reply(&mut self, command: &Command, orders: usize) {
        let mut replies = [Reply::Unknown; hl_engine::MAX_BATCH];
        for reply in &mut replies {
            self.next_oid += 1;
            *reply = Reply::Accepted { oid: Some(Oid(self.next_oid)), filled: Size::ZERO };
        }
        let request = command.request();
        let replies = replies.get(..orders).unwrap_or_default();
        self.tell(Input::Outcome { request, replies });
    }
}
