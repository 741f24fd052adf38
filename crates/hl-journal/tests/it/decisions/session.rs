//! A short run of the real engine, recorded as the shell records it.

use hl_engine::{
    AccountMoney, Carry, Command, Connection, DayMark, Engine, EngineConfig, Fill, Found, Funding,
    Halt, Input, Intent, Level, Liquidity, MarketConfig, MarketId, MarketStatus, OpenOrder,
    Operator, OrderUpdate, Output, Pair, Position, Query, Reply, RequestId, RotationConfig,
    RotationMark, SafeMode, Transfer, Triggers, Usd, VenueState,
};
use hl_journal::decisions::{Close, Encoder, Gap, Head, Packer, Raw};
use hl_quant::{MarketSpec, Millis, Price, Side, SignedSize, Size, SzDecimals};
use hl_signals::{Confidence, Sample, Signal, Value};
use hl_wire::{Cloid, Oid, RejectCode};

pub(super) const T0: u64 = 1_762_252_867_000;

pub(super) fn head() -> Head {
    let market = |pair| MarketConfig::new(pair);
    Head {
        run: 0xfeed_beef,
        seed: 42,
        version: "0.1.0".to_owned(),
        fingerprint: "0123456789abcdef".to_owned(),
        account: "sim 0x14791697260e4c9a71f18484c9f997b308e59325".to_owned(),
        started: Millis(T0),
        assets: vec![5, 110_000],
        config: EngineConfig {
            markets: vec![market("SOL"), market("kPEPE")],
            ..Default::default()
        },
        carry: Carry::default(),
        samples: Vec::new(),
    }
}

/// A head in which nothing is as it is by default.
pub(super) fn full_head() -> Head {
    let mut head = head();
    let at = Millis(T0 - 5);
    head.config.rotation = Some(RotationConfig::default());
    head.config.signals.sources = vec![hl_engine::SignalSource {
        id: "nansen".parse().unwrap(),
        trust: hl_engine::Trust::Pinned,
    }];
    head.carry = Carry {
        halt: Some(Halt { at, cause: hl_engine::Cause::Drawdown }),
        flatten: Some(at),
        safe_mode: SafeMode::On,
        day: Some(DayMark {
            day: 20_000,
            at,
            start: Usd::from_raw(i128::MAX),
            peak: Usd::from_raw(i128::MIN),
            transfers: Usd::from_raw(-1),
        }),
        dead_man: Some(Triggers { day: 20_000, fired: 9 }),
        intents: vec![Intent {
            cloid: Cloid(u128::MAX),
            pair: Pair::new("SOL"),
            side: Side::Ask,
            price: Price::from_raw(u64::MAX).unwrap(),
            size: Size::from_raw(u64::MAX),
            sent: at,
            placed: hl_engine::Placed::Taken,
        }],
        fills_through: Some(at),
        rotation: Some(RotationMark {
            last: at,
            due: Millis(u64::MAX),
            round: 3,
            held: vec![(Pair::new("SOL"), at)],
            leaving: vec![Pair::new("kPEPE")],
            entered: vec![at],
        }),
    };
    head.samples = vec![(
        "nansen".parse().unwrap(),
        Sample { at, value: 0.1, with: -0.2, without: f64::MIN_POSITIVE, moved_bps: 1e300 },
    )];
    head
}

/// Drives an engine and records it.
pub(super) struct Desk {
    pub(super) engine: Engine,
    pub(super) encoder: Encoder,
    pub(super) blocks: Vec<Raw>,
    pub(super) now: Millis,
    /// What the engine asked for and nobody has answered yet.
    pub(super) commands: Vec<Command>,
    /// Every input as text, with its time and what came of it.
    pub(super) told: Vec<String>,
}

impl Desk {
    pub(super) fn new(head: &Head) -> Self {
        Self {
            engine: head.engine(),
            encoder: Encoder::new(head),
            blocks: Vec::new(),
            now: Millis(T0),
            commands: Vec::new(),
            told: Vec::new(),
        }
    }

    pub(super) fn feed(&mut self, input: Input<'_>) {
        let mut line = format!("{} {input:?}", self.now.0);
        self.encoder.input(self.now, &input);
        self.engine.handle(self.now, input);
        let wake = loop {
            match self.engine.poll() {
                Output::Event(event) => {
                    self.encoder.event(&event);
                    line.push_str(&format!(" | {event:?}"));
                }
                Output::Command(command) => {
                    self.encoder.command(&command);
                    self.commands.push(command);
                }
                Output::WaitUntil(at) => break at,
            }
        };
        self.encoder.end(wake);
        line.push_str(&format!(" | {}", wake.0));
        self.told.push(line);
    }

    pub(super) fn cut(&mut self) {
        let raw = self.encoder.take(Vec::new());
        if !raw.is_empty() {
            self.blocks.push(raw);
        }
    }

    /// Answers everything that the engine asked for, as an empty account's venue does.
    pub(super) fn answer(&mut self) {
        let mut next_oid = T0;
        while !self.commands.is_empty() {
            for command in std::mem::take(&mut self.commands) {
                let request = command.request();
                match command {
                    Command::FetchSpecs { .. } => self.specs(),
                    Command::Reconcile { query, .. } => self.answer_query(request, query),
                    Command::Place { orders, .. } => {
                        let mut accept = |_| {
                            next_oid += 1;
                            Reply::Accepted { oid: Some(Oid(next_oid)), filled: Size::ZERO }
                        };
                        let replies: Vec<_> = orders.iter().map(&mut accept).collect();
                        self.feed(Input::Outcome { request, replies: &replies });
                    }
                    _ => {
                        let reply = Reply::Rejected { code: RejectCode::Nonce, bbo: None };
                        self.feed(Input::Outcome { request, replies: &[reply] });
                    }
                }
            }
        }
    }

    fn specs(&mut self) {
        let spec = MarketSpec::perp(SzDecimals::new(2).unwrap());
        let status = MarketStatus::Trading;
        let requested = self.now;
        self.feed(Input::Spec { market: MarketId(0), spec: &spec, requested, status });
        let tick = "0.000003".parse().unwrap();
        let spec = MarketSpec::perp(SzDecimals::new(0).unwrap()).with_tick(tick).unwrap();
        self.feed(Input::Spec { market: MarketId(1), spec: &spec, requested, status });
    }

    fn answer_query(&mut self, request: RequestId, query: Query) {
        match query {
            Query::OpenOrders => self.feed(Input::OpenOrders { request, orders: &[] }),
            Query::Account => {
                let money = AccountMoney::idle(Usd::from_e8(1_000_000_000_000));
                let time = self.now;
                self.feed(Input::Account { request, time, positions: &[], money });
            }
            Query::Ledger { .. } => self.feed(Input::Ledger { request, transfers: &[] }),
            Query::Fills { .. } => self.feed(Input::Fills { request: Some(request), fills: &[] }),
            Query::Order { cloid, .. } => {
                self.feed(Input::OrderStatus { request, cloid, found: Found::No });
            }
        }
    }

    /// A book around `mid`, in units of 10^-2.
    pub(super) fn book(&mut self, market: u16, mid: u64) {
        let level = |cents: u64, size: u64| Level {
            price: Price::from_raw(cents * 1_000_000).unwrap(),
            size: Size::from_raw(size * 10_000_000),
        };
        let bids: Vec<_> = (1..=20).map(|n| level(mid - n, 7 * n)).collect();
        let asks: Vec<_> = (1..=20).map(|n| level(mid + n, 5 * n)).collect();
        let (market, time) = (MarketId(market), self.now);
        self.feed(Input::Book { market, time, bids: &bids, asks: &asks });
    }
}

/// A few seconds of a run that quotes, in blocks.
pub(super) fn session() -> Desk {
    let mut desk = Desk::new(&head());
    desk.feed(Input::Connection(Connection::Up));
    for market in 0..2 {
        let fair = Some("164.9".parse().unwrap());
        desk.feed(Input::Reference { market: MarketId(market), mark: fair, oracle: fair });
    }
    for n in 0..40 {
        desk.now = desk.now.plus(250);
        for market in 0..2 {
            desk.book(market, 16_490 + 6 * (n % 3));
        }
        desk.answer();
        if n % 10 == 9 {
            desk.encoder.sent(RequestId(n), T0 + n);
            desk.cut();
        }
    }
    desk.encoder.renumbered(MarketId(1), 7);
    desk.cut();
    desk
}

/// Every kind of input, told to an engine by clocks that were set.
pub(super) fn everything(desk: &mut Desk) {
    every_input(&mut |input| {
        desk.now = desk.now.plus(1);
        desk.feed(input);
    });
    // A clock that was set back.
    desk.now = Millis(17);
    desk.feed(Input::Timer);
    desk.now = Millis(u64::MAX);
    desk.feed(Input::Timer);
    desk.cut();
}

/// Every kind of input, sensible or not.
pub(super) fn every_input(sink: &mut dyn FnMut(Input<'_>)) {
    let (market, time, request) = (MarketId(0), Millis(T0 + 9), RequestId(77));
    let level = Level { price: Price::from_raw(u64::MAX).unwrap(), size: Size::from_raw(u64::MAX) };
    let price = Price::from_raw(1).unwrap();
    let fill = Fill {
        market,
        time,
        tid: u64::MAX,
        oid: Oid(u64::MAX),
        cloid: Some(Cloid(3)),
        side: Side::Bid,
        price,
        size: Size::from_raw(123_456_789),
        liquidity: Liquidity::Taker,
        fee: Usd::from_raw(-12_345),
        start_position: SignedSize::from_raw(i64::MIN),
    };
    let update = OrderUpdate {
        market,
        time,
        oid: Oid(1),
        cloid: None,
        side: Side::Ask,
        price,
        original: Size::from_raw(10),
        remaining: Size::ZERO,
        state: VenueState::Rejected(RejectCode::Alo),
    };
    let open = OpenOrder {
        market,
        oid: Oid(9),
        cloid: Some(Cloid(u128::MAX)),
        side: Side::Bid,
        price,
        remaining: Size::from_raw(5),
        original: Some(Size::from_raw(6)),
    };
    let signal = Signal {
        source: "nansen".parse().unwrap(),
        value: Value::new(-0.25).unwrap(),
        confidence: Confidence::FULL,
        source_time: Millis(0),
        ingested: time,
        content: u64::MAX,
    };
    let money = AccountMoney::idle(Usd::from_raw(i128::MIN));
    let transfers = [Transfer { time, amount: Usd::from_raw(i128::MAX) }];
    let replies = [
        Reply::Accepted { oid: None, filled: Size::MAX },
        Reply::Rejected { code: RejectCode::Alo, bbo: Some((price, price)) },
        Reply::Unknown,
        Reply::NeverSent,
    ];
    let value = Usd::from_raw(-9);
    let position = Position { market, size: SignedSize::from_raw(-7), value };
    let spec = MarketSpec::spot(SzDecimals::new(8).unwrap());
    let status = MarketStatus::CancelOnly;
    for input in [
        Input::Book { market, time, bids: &[level], asks: &[] },
        Input::Bbo { market: MarketId(u16::MAX), time, bid: None, ask: Some(level) },
        Input::Trade { market, time, aggressor: Side::Ask, price, size: Size::MAX },
        Input::Reference { market, mark: None, oracle: Some(price) },
        Input::Context { market, funding_e8: i64::MIN, open_interest: Size::MAX },
        Input::Signal { market, signal },
        Input::Spec { market, spec: &spec, requested: Millis(u64::MAX), status },
        Input::SpecsFailed,
        Input::Fill(fill),
        Input::Funding(Funding { market, time, amount: value }),
        Input::Order(update),
        Input::Outcome { request, replies: &replies },
        Input::OpenOrders { request, orders: &[open, open] },
        Input::Account { request, time, positions: &[position], money },
        Input::Ledger { request, transfers: &transfers },
        Input::Fills { request: None, fills: &[fill] },
        Input::Fills { request: Some(request), fills: &[] },
        Input::OrderStatus { request, cloid: Cloid(1), found: Found::Yes(update) },
        Input::QueryFailed { request },
        Input::RateLimit { used: u64::MAX, cap: 0 },
        Input::Throttled,
        Input::Connection(Connection::Down),
        Input::Journal(hl_engine::Journal::Failed),
        Input::Journal(hl_engine::Journal::Written),
        Input::Operator(Operator::Halt),
        Input::Operator(Operator::Resume),
        Input::Operator(Operator::Flatten),
        Input::Unreadable { what: "account_money_out_of_range" },
        Input::Timer,
        Input::Operator(Operator::Stop),
    ] {
        sink(input);
    }
}

/// One file of these blocks, closed.
pub(super) fn file(head: &Head, blocks: &[Raw]) -> Vec<u8> {
    files(head, &[blocks]).concat()
}

/// A file for each group of blocks.
pub(super) fn files(head: &Head, groups: &[&[Raw]]) -> Vec<Vec<u8>> {
    let mut packer = Packer::new(head.clone());
    let last = groups.len() - 1;
    let mut all = Vec::new();
    for (n, blocks) in groups.iter().enumerate() {
        let mut out = Vec::new();
        packer.begin(&mut out);
        blocks.iter().for_each(|raw| packer.entries(raw, &mut out));
        packer.end(if n == last { Close::Ended } else { Close::Rotated }, &mut out);
        all.push(out);
    }
    all
}

/// One file in which the second block was not recorded.
pub(super) fn with_gap(head: &Head, blocks: &[Raw]) -> (Vec<u8>, Gap) {
    let (mut packer, mut out) = (Packer::new(head.clone()), Vec::new());
    let lost = &blocks[1];
    let gap = Gap {
        first: lost.first(),
        entries: lost.entries().into(),
        span: lost.span(),
        why: "queue_full".to_owned(),
    };
    packer.begin(&mut out);
    packer.entries(&blocks[0], &mut out);
    packer.gap(&gap, &mut out);
    blocks[2..].iter().for_each(|raw| packer.entries(raw, &mut out));
    packer.end(Close::Ended, &mut out);
    (out, gap)
}
