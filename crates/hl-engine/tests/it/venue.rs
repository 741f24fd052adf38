//! A venue of a few lines: enough truth to check the engine against. It matches nothing by itself;
//! the tests say what trades.

use std::collections::{BTreeMap, BTreeSet};

use hl_engine::{
    AccountMoney, CancelOrder, Command, ExitOrder, Fill, Found, Level, Liquidity, MarketId,
    ModifyOrder, OpenOrder, OrderUpdate, PlaceOrder, Position, Reply, RequestId, Transfer, Usd,
    VenueState,
};
use hl_quant::{MarketSpec, Millis, Price, Side, SignedSize, Size, SzDecimals};
use hl_wire::{Cloid, Oid, RejectCode};

#[derive(Clone, Debug)]
pub struct Resting {
    pub market: MarketId,
    pub oid: Oid,
    pub cloid: Option<Cloid>,
    pub side: Side,
    pub price: Price,
    pub size: Size,
    pub filled: Size,
    pub state: VenueState,
}

impl Resting {
    pub fn is_open(&self) -> bool {
        self.state == VenueState::Open
    }

    pub fn remaining(&self) -> Size {
        self.size.saturating_sub(self.filled)
    }

    pub fn update(&self, time: Millis) -> OrderUpdate {
        OrderUpdate {
            market: self.market,
            time,
            oid: self.oid,
            cloid: self.cloid,
            side: self.side,
            price: self.price,
            original: self.size,
            remaining: self.remaining(),
            state: self.state,
        }
    }
}

/// What the venue tells of its own accord.
#[derive(Clone, Debug)]
pub enum News {
    Fill(Fill),
    Order(OrderUpdate),
}

#[derive(Debug)]
pub struct Venue {
    pub orders: Vec<Resting>,
    pub positions: BTreeMap<MarketId, i64>,
    pub fills: Vec<Fill>,
    /// The best bid and ask of others.
    pub touch: BTreeMap<MarketId, (Price, Price)>,
    pub news: Vec<News>,
    pub now: Millis,
    /// Decimals of sizes per market: they decide both grids.
    pub decimals: BTreeMap<MarketId, u8>,
    /// Nonces that reached a block, by the command that they were used for; and those that a `noop`
    /// took.
    pub used: BTreeSet<(u64, RequestId)>,
    pub burnt: BTreeSet<(u64, RequestId)>,
    /// Whose commands these are: each run of an engine counts its requests from one.
    pub run: u64,
    pub money: AccountMoney,
    /// Oracle and mark price where they are not the mid of the touch.
    pub oracle: BTreeMap<MarketId, Option<Price>>,
    pub transfers: Vec<Transfer>,
    /// What was set, in order.
    pub levers: Vec<(MarketId, hl_engine::Leverage)>,
    pub refuses_leverage: Option<RejectCode>,
    next: u64,
}

impl Default for Venue {
    /// An account of ten thousand dollars and nothing else.
    fn default() -> Self {
        Self {
            orders: Vec::new(),
            positions: BTreeMap::new(),
            fills: Vec::new(),
            touch: BTreeMap::new(),
            news: Vec::new(),
            now: Millis(0),
            decimals: BTreeMap::from([(MarketId(0), 2), (MarketId(1), 5)]),
            used: BTreeSet::new(),
            burnt: BTreeSet::new(),
            run: 0,
            money: AccountMoney::idle(Usd::from_e8(1_000_000_000_000)),
            oracle: BTreeMap::new(),
            transfers: Vec::new(),
            levers: Vec::new(),
            refuses_leverage: None,
            next: 0,
        }
    }
}

impl Venue {
    pub fn draw(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    pub fn open(&self) -> impl Iterator<Item = &Resting> {
        self.orders.iter().filter(|order| order.is_open())
    }

    /// Mark and oracle price.
    pub fn references(&self, market: MarketId) -> (Option<Price>, Option<Price>) {
        let mid =
            self.touch.get(&market).map(|(bid, ask)| bid.midpoint(*ask, hl_quant::Round::Down));
        let told = self.oracle.get(&market).copied().unwrap_or(mid);
        (told, told)
    }

    pub fn position(&self, market: MarketId) -> SignedSize {
        SignedSize::from_raw(self.positions.get(&market).copied().unwrap_or(0))
    }

    fn find(&mut self, cloid: Cloid) -> Option<&mut Resting> {
        self.orders.iter_mut().rev().find(|order| order.cloid == Some(cloid))
    }

    /// Does what a command asks, now.
    pub fn execute(&mut self, command: &Command) -> Vec<Reply> {
        let n = match command {
            Command::Place { orders, .. } => orders.len(),
            Command::Modify { orders, .. } => orders.len(),
            _ => 1,
        };
        let all = |code| vec![Reply::Rejected { code, bbo: None }; n];
        if let Command::Place { request, expires, .. } | Command::Modify { request, expires, .. } =
            command
        {
            // A nonce is taken once, and also by what is refused afterwards.
            let nonce = (self.run, *request);
            if self.burnt.contains(&nonce) || !self.used.insert(nonce) {
                return all(RejectCode::Nonce);
            }
            if self.now > *expires {
                return all(RejectCode::Expired);
            }
        }
        match command {
            Command::Place { orders, .. } => orders.iter().map(|o| self.place(o)).collect(),
            Command::Modify { orders, .. } => orders.iter().map(|o| self.modify(o)).collect(),
            Command::Cancel { orders, .. } => orders.iter().map(|o| self.cancel(o)).collect(),
            Command::Exit { orders, .. } => orders.iter().map(|o| self.exit(o)).collect(),
            Command::ScheduleCancel { .. } => {
                vec![Reply::Rejected { code: RejectCode::Schedule, bbo: None }]
            }
            Command::Leverage { market, leverage, .. } => {
                self.levers.push((*market, *leverage));
                vec![match self.refuses_leverage {
                    Some(code) => Reply::Rejected { code, bbo: None },
                    None => Reply::Accepted { oid: None, filled: Size::ZERO },
                }]
            }
            Command::Burn { of, .. }
                if self.used.contains(&(self.run, *of)) || !self.burnt.insert((self.run, *of)) =>
            {
                vec![Reply::Rejected { code: RejectCode::Nonce, bbo: None }]
            }
            Command::Burn { .. } => vec![Reply::Accepted { oid: None, filled: Size::ZERO }],
            Command::FetchSpecs { .. } | Command::Reconcile { .. } => Vec::new(),
        }
    }

    fn place(&mut self, order: &PlaceOrder) -> Reply {
        if let Some(code) = self.off_grid(order) {
            return Reply::Rejected { code, bbo: None };
        }
        let (bid, ask) = self.touch[&order.market];
        let own = |side| {
            let prices = self.open().filter(|o| o.market == order.market && o.side == side);
            prices.map(|o| o.price).collect::<Vec<_>>()
        };
        let price = order.price.get();
        let crosses = match order.side {
            Side::Bid => price >= ask || own(Side::Ask).iter().any(|own| price >= *own),
            Side::Ask => price <= bid || own(Side::Bid).iter().any(|own| price <= *own),
        };
        if crosses {
            return Reply::Rejected { code: RejectCode::Alo, bbo: Some((bid, ask)) };
        }
        self.rest(order.market, Some(order.cloid), order.side, price, order.size.get());
        let oid = self.orders.last().map(|order| order.oid);
        Reply::Accepted { oid, filled: Size::ZERO }
    }

    /// Trades an order that takes, whole and at the touch, up to the position and never beyond it.
    fn exit(&mut self, order: &ExitOrder) -> Reply {
        let (bid, ask) = self.touch[&order.market];
        let position = self.position(order.market);
        let reaches = match order.side {
            Side::Bid => order.price.get() >= ask,
            Side::Ask => order.price.get() <= bid,
        };
        if position.side() != Some(order.side.opposite()) {
            return Reply::Rejected { code: RejectCode::ReduceOnly, bbo: None };
        }
        if !reaches {
            return Reply::Rejected { code: RejectCode::IocNoMatch, bbo: None };
        }
        let size = order.size.get().min(position.magnitude());
        let price = if order.side == Side::Bid { ask } else { bid };
        self.rest(order.market, Some(order.cloid), order.side, price, size);
        self.trade(order.cloid, size).expect("it was placed a moment ago");
        let news = self.news.iter_mut().filter_map(|news| match news {
            News::Fill(fill) => Some(fill),
            News::Order(_) => None,
        });
        for fill in self.fills.iter_mut().chain(news).filter(|it| it.cloid == Some(order.cloid)) {
            fill.liquidity = Liquidity::Taker;
        }
        let oid = self.orders.last().map(|order| order.oid);
        Reply::Accepted { oid, filled: size }
    }

    /// The venue's own rule for a perp's price and size, on their text: five figures, `6 - szDecimals`
    /// decimals, whole lots.
    fn off_grid(&self, order: &PlaceOrder) -> Option<RejectCode> {
        let lot = self.decimals[&order.market];
        let decimals = |text: &str| text.split_once('.').map_or(0, |(_, part)| part.len());
        let price = order.price.to_text();
        let figures = price.as_str().replace('.', "").trim_start_matches('0').len();
        let fraction = decimals(price.as_str());
        if fraction > 0 && (fraction > usize::from(6 - lot) || figures > 5) {
            return Some(RejectCode::Tick);
        }
        (decimals(order.size.to_text().as_str()) > usize::from(lot)).then_some(RejectCode::Size)
    }

    /// The rules of a market as a request for them says now.
    pub fn spec(&self, market: MarketId) -> MarketSpec {
        MarketSpec::perp(SzDecimals::new(self.decimals[&market]).unwrap())
    }

    /// Puts an order into the book, whoever's.
    pub fn rest(
        &mut self,
        market: MarketId,
        cloid: Option<Cloid>,
        side: Side,
        price: Price,
        size: Size,
    ) {
        let oid = Oid(1_000 + self.draw());
        let filled = Size::ZERO;
        let state = VenueState::Open;
        self.orders.push(Resting { market, oid, cloid, side, price, size, filled, state });
        let update = self.orders.last().map(|order| order.update(self.now));
        self.news.extend(update.map(News::Order));
    }

    fn cancel(&mut self, order: &CancelOrder) -> Reply {
        if self.take_away(order.cloid) {
            Reply::Accepted { oid: None, filled: Size::ZERO }
        } else {
            Reply::Rejected { code: RejectCode::NotFound, bbo: None }
        }
    }

    /// Takes an order off the book; `false` if it is not there.
    pub fn take_away(&mut self, cloid: Cloid) -> bool {
        let now = self.now;
        let Some(order) = self.find(cloid).filter(|order| order.is_open()) else { return false };
        order.state = VenueState::Canceled;
        let update = order.update(now);
        self.news.push(News::Order(update));
        true
    }

    fn modify(&mut self, order: &ModifyOrder) -> Reply {
        if !self.take_away(order.old) {
            return Reply::Rejected { code: RejectCode::NotFound, bbo: None };
        }
        match self.place(&order.new) {
            Reply::Rejected { .. } => Reply::Rejected { code: RejectCode::Modify, bbo: None },
            accepted => accepted,
        }
    }

    /// Lets an open order trade, at most what remains of it.
    pub fn trade(&mut self, cloid: Cloid, size: Size) -> Option<Fill> {
        let tid = self.draw();
        let time = self.now;
        let order = self.find(cloid).filter(|order| order.is_open())?;
        let size = size.min(order.remaining());
        if size.is_zero() {
            return None;
        }
        order.filled = order.filled.saturating_add(size);
        let done = order.remaining().is_zero();
        if done {
            order.state = VenueState::Filled;
        }
        let (update, order) = (order.update(time), order.clone());
        let position = self.positions.entry(order.market).or_default();
        let start_position = SignedSize::from_raw(*position);
        *position = start_position.after_fill(order.side, size).unwrap().raw();
        let fill = Fill {
            market: order.market,
            time,
            tid,
            oid: order.oid,
            cloid: order.cloid,
            side: order.side,
            price: order.price,
            size,
            liquidity: Liquidity::Maker,
            fee: Usd::from_raw(1_000_000),
            start_position,
        };
        self.fills.push(fill);
        self.news.push(News::Fill(fill));
        if done {
            self.news.push(News::Order(update));
        }
        Some(fill)
    }

    pub fn list(&self) -> Vec<OpenOrder> {
        let entry = |order: &Resting| OpenOrder {
            market: order.market,
            oid: order.oid,
            cloid: order.cloid,
            side: order.side,
            price: order.price,
            remaining: order.remaining(),
            original: Some(order.size),
        };
        self.open().map(entry).collect()
    }

    pub fn held(&self) -> Vec<Position> {
        let position = |(market, size): (&MarketId, &i64)| Position {
            market: *market,
            size: SignedSize::from_raw(*size),
            value: Usd::ZERO,
        };
        self.positions.iter().filter(|(_, size)| **size != 0).map(position).collect()
    }

    pub fn look_up(&mut self, cloid: Cloid) -> Found {
        let now = self.now;
        self.find(cloid).map_or(Found::No, |order| Found::Yes(order.update(now)))
    }

    /// The book: the touch and our orders. Foreign orders of the account are not shown, because
    /// they do not follow the touch when a test moves it.
    pub fn book(&self, market: MarketId) -> (Vec<Level>, Vec<Level>) {
        let (bid, ask) = self.touch[&market];
        let mut sides: [BTreeMap<Price, Size>; 2] = Default::default();
        let ten = "10".parse().unwrap();
        sides[0].insert(bid, ten);
        sides[1].insert(ask, ten);
        for order in self.open().filter(|o| o.market == market && o.cloid.is_some()) {
            let at = usize::from(order.side == Side::Ask);
            let size = sides[at].entry(order.price).or_default();
            *size = size.saturating_add(order.remaining());
        }
        let level = |(price, size): (&Price, &Size)| Level { price: *price, size: *size };
        let bids = sides[0].iter().rev().map(level).collect();
        (bids, sides[1].iter().map(level).collect())
    }
}
