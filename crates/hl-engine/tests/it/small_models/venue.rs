//! A venue of one market and one account, written for these models alone and sharing nothing with the
//! engine's other test venue: an order is open or it is not, a fill happened or it did not, a nonce
//! is used or it is not.

use hl_engine::{
    Command, Fill, Found, Liquidity, ModifyOrder, OpenOrder, OrderUpdate, PlaceOrder, Position,
    Reply, RequestId, Usd, VenueState,
};
use hl_quant::{Millis, SignedSize, Size};
use hl_wire::{Cloid, Oid, RejectCode};

use crate::bench::SOL;

/// An order that reached the book at some time.
#[derive(Clone, Copy, Debug)]
pub struct Rested {
    pub order: PlaceOrder,
    pub oid: Oid,
    pub filled: Size,
    pub canceled: bool,
}

impl Rested {
    pub fn left(&self) -> Size {
        self.order.size.get().saturating_sub(self.filled)
    }

    pub fn is_open(&self) -> bool {
        !self.canceled && !self.left().is_zero()
    }

    fn update(&self, time: Millis) -> OrderUpdate {
        let state = match (self.canceled, self.left().is_zero()) {
            (_, true) => VenueState::Filled,
            (true, false) => VenueState::Canceled,
            (false, false) => VenueState::Open,
        };
        OrderUpdate {
            market: SOL,
            time,
            oid: self.oid,
            cloid: Some(self.order.cloid),
            side: self.order.side,
            price: self.order.price.get(),
            original: self.order.size.get(),
            remaining: self.left(),
            state,
        }
    }
}

/// A nonce: which run of the engine used it for which command.
pub type Nonce = (u64, RequestId);

#[derive(Debug, Default)]
pub struct Venue {
    pub orders: Vec<Rested>,
    pub fills: Vec<Fill>,
    /// Nonces that a block contains, those that a `noop` took included.
    used: Vec<Nonce>,
}

const NOT_FOUND: Reply = Reply::Rejected { code: RejectCode::NotFound, bbo: None };
const TAKEN: Reply = Reply::Rejected { code: RejectCode::Nonce, bbo: None };

impl Venue {
    /// The sum of all trades that ever happened. They are all purchases here.
    pub fn position(&self) -> SignedSize {
        let sum = self.fills.iter().map(|fill| fill.size.raw()).sum::<u64>();
        SignedSize::from_raw(i64::try_from(sum).unwrap())
    }

    pub fn open(&self) -> impl Iterator<Item = &Rested> {
        self.orders.iter().filter(|rested| rested.is_open())
    }

    pub fn find(&self, cloid: Cloid) -> Option<&Rested> {
        self.orders.iter().find(|rested| rested.order.cloid == cloid)
    }

    pub fn is_used(&self, nonce: Nonce) -> bool {
        self.used.contains(&nonce)
    }

    fn find_mut(&mut self, cloid: Cloid) -> Option<&mut Rested> {
        self.orders.iter_mut().find(|rested| rested.order.cloid == cloid)
    }

    /// Takes the nonce of an action; `false` if it is gone already.
    fn take(&mut self, nonce: Nonce) -> bool {
        let free = !self.is_used(nonce);
        self.used.push(nonce);
        free
    }

    /// Executes an action that came with this nonce, one reply per part of it.
    pub fn execute(&mut self, run: u64, command: &Command, now: Millis) -> Vec<Reply> {
        let nonce = (run, command.request());
        match command {
            Command::Place { orders, expires, .. } => {
                let refusal = self.refusal(nonce, *expires, now);
                orders.iter().map(|order| refusal.unwrap_or_else(|| self.rest(*order))).collect()
            }
            Command::Modify { orders, expires, .. } => {
                let refusal = self.refusal(nonce, *expires, now);
                orders.iter().map(|order| refusal.unwrap_or_else(|| self.modify(order))).collect()
            }
            Command::Cancel { orders, .. } => {
                self.take(nonce);
                orders.iter().map(|order| self.cancel(order.cloid)).collect()
            }
            // The action that the nonce was used for can come no more, or has come.
            Command::Burn { of, .. } if self.take((run, *of)) => {
                vec![Reply::Accepted { oid: None, filled: Size::ZERO }]
            }
            Command::Burn { .. } => vec![TAKEN],
            other => panic!("not an action: {other:?}"),
        }
    }

    fn refusal(&mut self, nonce: Nonce, expires: Millis, now: Millis) -> Option<Reply> {
        if !self.take(nonce) {
            return Some(TAKEN);
        }
        (now > expires).then_some(Reply::Rejected { code: RejectCode::Expired, bbo: None })
    }

    fn rest(&mut self, order: PlaceOrder) -> Reply {
        assert!(self.find(order.cloid).is_none(), "a name used twice: {}", order.cloid);
        let oid = Oid(500 + u64::try_from(self.orders.len()).unwrap());
        self.orders.push(Rested { order, oid, filled: Size::ZERO, canceled: false });
        Reply::Accepted { oid: Some(oid), filled: Size::ZERO }
    }

    fn modify(&mut self, order: &ModifyOrder) -> Reply {
        match self.cancel(order.old) {
            Reply::Accepted { .. } => self.rest(order.new),
            refused => refused,
        }
    }

    pub fn cancel(&mut self, cloid: Cloid) -> Reply {
        match self.find_mut(cloid).filter(|rested| rested.is_open()) {
            Some(rested) => {
                rested.canceled = true;
                Reply::Accepted { oid: None, filled: Size::ZERO }
            }
            None => NOT_FOUND,
        }
    }

    /// Lets an open order trade by a part of what was placed, or by all that is left of it.
    pub fn trade(&mut self, cloid: Cloid, part: Option<u64>, now: Millis) -> Option<Fill> {
        let (start_position, tid) = (self.position(), 7_000 + self.fills.len() as u64);
        let rested = self.find_mut(cloid).filter(|rested| rested.is_open())?;
        let left = rested.left();
        let size =
            part.map_or(left, |n| left.min(Size::from_raw(rested.order.size.get().raw() / n)));
        rested.filled = rested.filled.saturating_add(size);
        let fill = Fill {
            market: SOL,
            time: now,
            tid,
            oid: rested.oid,
            // Messages with and without our name for the order.
            cloid: (tid % 2 == 1).then_some(cloid),
            side: rested.order.side,
            price: rested.order.price.get(),
            size,
            liquidity: Liquidity::Maker,
            fee: Usd::ZERO,
            start_position,
        };
        self.fills.push(fill);
        Some(fill)
    }

    pub fn list(&self) -> Vec<OpenOrder> {
        let entry = |rested: &Rested| OpenOrder {
            market: SOL,
            oid: rested.oid,
            cloid: Some(rested.order.cloid),
            side: rested.order.side,
            price: rested.order.price.get(),
            remaining: rested.left(),
            original: Some(rested.order.size.get()),
        };
        self.open().map(entry).collect()
    }

    pub fn held(&self) -> Vec<Position> {
        let size = self.position();
        if size == SignedSize::ZERO {
            Vec::new()
        } else {
            vec![Position { market: SOL, size, value: Usd::ZERO }]
        }
    }

    pub fn look_up(&self, cloid: Cloid, now: Millis) -> Found {
        self.find(cloid).map_or(Found::No, |rested| Found::Yes(rested.update(now)))
    }

    /// The state of an order as the stream would tell it.
    pub fn told(&self, cloid: Cloid, now: Millis) -> Option<OrderUpdate> {
        self.find(cloid).map(|rested| rested.update(now))
    }
}
