//! Writes a day's journal of ten markets: the real engine on books, trades and references, answered
//! by a venue of a few lines. Five million records and more. It measures how fast a journal is read:
//! nearly all of it is market data, since the engine quotes for the first moments only.
//!
//! `cargo run --release -p hl-benches --example day_journal -- DIR [HOURS]`, then
//! `mm-bot report --from journal --journal DIR --since all`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "a tool"
)]

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

use hl_engine::{
    AccountMoney, Command, Connection, Engine, EngineConfig, Fill, Found, Funding, Input, Level,
    Liquidity, MarketConfig, MarketId, MarketStatus, Output, PlaceOrder, Position, Query, Reply,
    RequestId, Transfer, Usd,
};
use hl_journal::decisions::{Close, Encoder, Head, Packer};
use hl_quant::{MarketSpec, Millis, Price, Side, SignedSize, Size, SzDecimals};
use hl_wire::{Oid, RejectCode};

const COINS: [&str; 10] =
    ["BTC", "ETH", "SOL", "HYPE", "XRP", "DOGE", "ASTER", "ZEC", "SUI", "LINK"];
/// 2025-11-04T00:00:00Z.
const BEGIN: u64 = 1_762_214_400_000;
/// A turn of every market. Milliseconds.
const TURN_MS: u64 = 500;
struct Resting {
    order: PlaceOrder,
    oid: Oid,
}

struct Venue {
    random: u64,
    mids: [i64; 10],
    marks: [i64; 10],
    held: [i64; 10],
    cash: Usd,
    orders: Vec<Resting>,
    fills: Vec<Fill>,
    transfers: Vec<Transfer>,
    next: u64,
}

/// The prices' step: 0.01.
const STEP: i64 = 1_000_000;

impl Venue {
    /// A number below `n`.
    fn draw(&mut self, n: u64) -> u64 {
        self.random = self
            .random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.random >> 33) % n
    }

    fn value(&self) -> Usd {
        let worth = |(held, mark): (&i64, &i64)| i128::from(*held) * i128::from(*mark);
        let held: i128 = self.held.iter().zip(&self.marks).map(worth).sum();
        self.cash.plus(Usd::from_raw(held))
    }

    fn positions(&self) -> Vec<Position> {
        let position = |((index, held), mark): ((u16, &i64), &i64)| Position {
            market: MarketId(index),
            size: SignedSize::from_raw(*held),
            value: Usd::from_raw(i128::from(*held) * i128::from(*mark)),
        };
        let all = (0..).zip(&self.held).zip(&self.marks).map(position);
        all.filter(|position| position.size != SignedSize::ZERO).collect()
    }

    /// The touch has moved: what it crosses trades.
    fn cross(&mut self, now: Millis, market: MarketId, bid: i64, ask: i64) -> Vec<Fill> {
        let mut fills = Vec::new();
        let (orders, mut left) = (std::mem::take(&mut self.orders), Vec::new());
        for resting in orders {
            let order = resting.order;
            let price = i64::try_from(order.price.get().raw()).unwrap();
            let crossed = match order.side {
                Side::Bid => ask <= price,
                Side::Ask => bid >= price,
            };
            if order.market != market || !crossed {
                left.push(resting);
                continue;
            }
            let (price, size) = (order.price.get(), order.size.get());
            let held = &mut self.held[market.index()];
            let start_position = SignedSize::from_raw(*held);
            let signed = i64::try_from(size.raw()).unwrap();
            *held += if order.side == Side::Bid { signed } else { -signed };
            let notional = price * size;
            // 1.5 bps, cut to the micro-dollar.
            let fee = i128::try_from(notional.raw()).unwrap() * 15 / 100_000;
            let fee = Usd::from_raw(fee / 10_000_000_000 * 10_000_000_000);
            self.cash = self.cash.plus(Usd::flow(order.side, notional)).minus(fee);
            self.next += 1;
            fills.push(Fill {
                market,
                time: now,
                tid: self.next,
                oid: resting.oid,
                cloid: Some(order.cloid),
                side: order.side,
                price,
                size,
                liquidity: Liquidity::Maker,
                fee,
                start_position,
            });
        }
        self.orders = left;
        self.fills.extend(&fills);
        fills
    }

    fn place(&mut self, order: PlaceOrder) -> Reply {
        self.next += 1;
        let oid = Oid(self.next);
        self.orders.push(Resting { order, oid });
        Reply::Accepted { oid: Some(oid), filled: Size::ZERO }
    }
}

struct Recorder {
    engine: Engine,
    encoder: Encoder,
    packer: Packer,
    file: File,
    records: u64,
}

impl Recorder {
    /// One input, and what the engine asks for.
    fn feed(&mut self, now: Millis, input: Input<'_>) -> Vec<Command> {
        let mut commands = Vec::new();
        self.encoder.input(now, &input);
        self.engine.handle(now, input);
        self.records += 1;
        let wake = loop {
            match self.engine.poll() {
                Output::Event(event) => {
                    self.records += 1;
                    self.encoder.event(&event);
                }
                Output::Command(command) => {
                    self.encoder.command(&command);
                    commands.push(command);
                }
                Output::WaitUntil(at) => break at,
            }
        };
        self.encoder.end(wake);
        commands
    }

    fn write(&mut self) {
        let (raw, mut bytes) = (self.encoder.take(Vec::new()), Vec::new());
        self.packer.entries(&raw, &mut bytes);
        self.file.write_all(&bytes).unwrap();
    }

    /// Hands in an input and carries out everything that follows.
    fn tell(&mut self, now: Millis, venue: &mut Venue, specs: &[MarketSpec], input: Input<'_>) {
        let mut todo = self.feed(now, input);
        while let Some(command) = todo.pop() {
            let request = command.request();
            todo.extend(self.answer(now, venue, specs, request, &command));
        }
    }

    fn answer(
        &mut self,
        now: Millis,
        venue: &mut Venue,
        specs: &[MarketSpec],
        request: RequestId,
        command: &Command,
    ) -> Vec<Command> {
        let replies: Vec<Reply> = match command {
            Command::Place { orders, .. } => orders.iter().map(|it| venue.place(*it)).collect(),
            Command::Modify { orders, .. } => {
                let one = |modify: &hl_engine::ModifyOrder| {
                    let at = venue.orders.iter().position(|it| it.oid == modify.old_oid);
                    match at {
                        Some(at) => {
                            venue.orders.remove(at);
                            venue.place(modify.new)
                        }
                        None => Reply::Rejected { code: RejectCode::NotFound, bbo: None },
                    }
                };
                orders.iter().map(one).collect()
            }
            Command::Cancel { orders, .. } => {
                let one = |cancel: &hl_engine::CancelOrder| {
                    let at = venue.orders.iter().position(|it| it.order.cloid == cancel.cloid);
                    match at {
                        Some(at) => {
                            venue.orders.remove(at);
                            Reply::Accepted { oid: None, filled: Size::ZERO }
                        }
                        None => Reply::Rejected { code: RejectCode::NotFound, bbo: None },
                    }
                };
                orders.iter().map(one).collect()
            }
            Command::FetchSpecs { .. } => {
                let mut commands = Vec::new();
                for (index, spec) in (0..).zip(specs) {
                    let (market, status) = (MarketId(index), MarketStatus::Trading);
                    let input = Input::Spec { market, spec, requested: now, status };
                    commands.extend(self.feed(now, input));
                }
                return commands;
            }
            Command::Reconcile { query, .. } => {
                return match *query {
                    Query::OpenOrders => {
                        let open = |it: &Resting| hl_engine::OpenOrder {
                            market: it.order.market,
                            oid: it.oid,
                            cloid: Some(it.order.cloid),
                            side: it.order.side,
                            price: it.order.price.get(),
                            remaining: it.order.size.get(),
                            original: None,
                        };
                        let orders: Vec<_> = venue.orders.iter().map(open).collect();
                        self.feed(now, Input::OpenOrders { request, orders: &orders })
                    }
                    Query::Account => {
                        let positions = &venue.positions();
                        let money = AccountMoney::idle(venue.value());
                        self.feed(now, Input::Account { request, time: now, positions, money })
                    }
                    Query::Ledger { since } => {
                        let mut transfers = venue.transfers.clone();
                        transfers.retain(|transfer| transfer.time >= since);
                        self.feed(now, Input::Ledger { request, transfers: &transfers })
                    }
                    Query::Fills { since } => {
                        let fills: Vec<Fill> =
                            venue.fills.iter().filter(|it| it.time >= since).copied().collect();
                        self.feed(now, Input::Fills { request: Some(request), fills: &fills })
                    }
                    Query::Order { cloid, .. } => {
                        self.feed(now, Input::OrderStatus { request, cloid, found: Found::No })
                    }
                };
            }
            _ => vec![Reply::Accepted { oid: None, filled: Size::ZERO }],
        };
        self.feed(now, Input::Outcome { request, replies: &replies })
    }
}

fn head(hours: u64) -> Head {
    let markets = COINS.map(MarketConfig::new).to_vec();
    Head {
        run: 0x5f3a_9c21,
        seed: 42,
        version: "0.1.0".to_owned(),
        fingerprint: format!("generated{hours}h"),
        account: "generated".to_owned(),
        started: Millis(BEGIN),
        assets: (0..10).collect(),
        config: EngineConfig { markets, ..EngineConfig::default() },
        carry: Default::default(),
        samples: Vec::new(),
    }
}

fn main() {
    let mut args = std::env::args().skip(1);
    let dir = args.next().expect("a directory");
    let hours: u64 = args.next().map_or(24, |hours| hours.parse().expect("hours"));
    fs::create_dir_all(&dir).unwrap();
    let path = Path::new(&dir).join("20251104T000000000Z-5f3a9c21-0000.hlj");
    let head = head(hours);
    let mut packer = Packer::new(head.clone());
    let (mut file, mut bytes) = (File::create(&path).unwrap(), Vec::new());
    packer.begin(&mut bytes);
    file.write_all(&bytes).unwrap();
    let (engine, encoder) = (head.engine(), Encoder::new(&head));
    let mut recorder = Recorder { engine, encoder, packer, file, records: 0 };
    let specs = [MarketSpec::perp(SzDecimals::new(2).unwrap()); 10];
    let mids = [50_000, 30_000, 16_490, 3_900, 2_500, 20_000, 10_900, 45_000, 2_000, 1_700];
    let mids = mids.map(|cents: i64| cents * STEP);
    let mut venue = Venue {
        random: 7,
        mids,
        marks: mids,
        held: [0; 10],
        cash: Usd::from_e8(100_000 * 100_000_000),
        orders: Vec::new(),
        fills: Vec::new(),
        transfers: Vec::new(),
        next: 1,
    };
    recorder.tell(Millis(BEGIN), &mut venue, &specs, Input::Connection(Connection::Up));
    let turns = hours * 3_600_000 / TURN_MS;
    for turn in 0..turns {
        let now = Millis(BEGIN + turn * TURN_MS);
        for index in 0..10_u16 {
            step(&mut recorder, &mut venue, &specs, now.plus(u64::from(index) * 7), index, turn);
        }
        if turn == turns / 2 {
            let amount = Usd::from_e8(250 * 100_000_000);
            venue.cash = venue.cash.plus(amount);
            venue.transfers.push(Transfer { time: now, amount });
        }
        recorder.tell(now.plus(100), &mut venue, &specs, Input::Timer);
        if turn % 64 == 0 {
            recorder.write();
        }
        if venue.fills.len() > 4_000 {
            venue.fills.drain(..2_000);
        }
    }
    recorder.write();
    let mut bytes = Vec::new();
    recorder.packer.end(Close::Ended, &mut bytes);
    recorder.file.write_all(&bytes).unwrap();
    let length = recorder.file.metadata().unwrap().len();
    println!(
        "records={} bytes={length} fills={} value={} path={}",
        recorder.records,
        recorder.engine.stats().maker_fills,
        venue.value(),
        path.display()
    );
}

/// One turn of a market: the price walks, the book and the references are told, somebody trades.
fn step(
    recorder: &mut Recorder,
    venue: &mut Venue,
    specs: &[MarketSpec],
    now: Millis,
    index: u16,
    turn: u64,
) {
    let (market, place) = (MarketId(index), usize::from(index));
    let base = venue.mids[place];
    // A walk that is drawn back a little, in steps of about a basis point.
    let size = (base / 10_000 / STEP).max(1) * STEP;
    let jump = if venue.draw(400) == 0 { 8 } else { 1 };
    let up = (venue.draw(9) as i64 - 4) * jump;
    venue.mids[place] += up * size / 2 / STEP * STEP;
    let mid = venue.mids[place];
    let (bid, ask) = (mid - STEP, mid + STEP);
    let price = |raw: i64| Price::from_raw(u64::try_from(raw).unwrap()).unwrap();
    let level =
        |raw: i64, n: u64| Level { price: price(raw), size: Size::from_raw(n * 100_000_000) };
    for fill in venue.cross(now, market, bid, ask) {
        recorder.tell(now, venue, specs, Input::Fill(fill));
    }
    let deep =
        |side: i64| [0, 1, 2, 3, 4].map(|n| level(mid + side * (n + 1) * STEP, 3 + n as u64));
    let (bids, asks) = (deep(-1), deep(1));
    let book = Input::Book { market, time: now, bids: &bids, asks: &asks };
    recorder.tell(now, venue, specs, book);
    if turn.is_multiple_of(6) {
        venue.marks[place] = mid + STEP * (venue.draw(5) as i64 - 2);
        let (mark, oracle) = (Some(price(venue.marks[place])), Some(price(mid)));
        recorder.tell(now, venue, specs, Input::Reference { market, mark, oracle });
    }
    let quiet = now.plus(3);
    let bid_level = Some(level(bid, 5));
    let bbo = Input::Bbo { market, time: quiet, bid: bid_level, ask: Some(level(ask, 4)) };
    recorder.tell(quiet, venue, specs, bbo);
    if venue.draw(3) == 0 {
        let aggressor = if venue.draw(2) == 0 { Side::Bid } else { Side::Ask };
        let price = price(if aggressor == Side::Bid { ask } else { bid });
        let size = Size::from_raw(100_000_000);
        recorder.tell(
            quiet,
            venue,
            specs,
            Input::Trade { market, time: quiet, aggressor, price, size },
        );
    }
    let held = venue.held[place];
    if turn.is_multiple_of(7_200) && turn > 0 && held != 0 {
        let worth = i128::from(held) * i128::from(mid);
        let amount = Usd::from_raw(-(worth / 80_000 / 10_000_000_000) * 10_000_000_000);
        venue.cash = venue.cash.plus(amount);
        recorder.tell(quiet, venue, specs, Input::Funding(Funding { market, time: quiet, amount }));
    }
}
