//! Orders and what really became of them.

use hl_engine::RequestId;
use hl_quant::{Millis, Price, Side, Size};
use hl_sim::{Deed, DeedState, FillDeed, OrderDeed};
use hl_wire::{Cloid, RejectCode};

use super::{MarketRecord, Record};
use crate::BotId;
use crate::check::text::Digits;
use crate::check::wire::{Name, Wire, WireOrder};

/// How long an order that is gone is remembered: longer than anything is told late.
const REMEMBER_MS: u64 = 600_000;
/// How long after its expiry a request may still be waiting for its block.
const BLOCKS_MS: u64 = 500;

/// What really became of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Sent; the exchange has not taken it up and still may.
    Flying,
    /// In the book.
    Live,
    /// It cannot trade any more, since this moment.
    Gone(Millis),
}

/// One order of ours.
#[derive(Clone, Debug)]
pub(crate) struct OrderRecord {
    pub(crate) bot: BotId,
    pub(crate) market: usize,
    pub(crate) side: Side,
    pub(crate) price: Price,
    pub(crate) size: Size,
    pub(crate) alo: bool,
    pub(crate) sent: Millis,
    pub(crate) expires: Option<Millis>,
    /// How often it was sent as a new order.
    pub(crate) wires: u32,
    pub(crate) fate: Fate,
    /// When the exchange took it.
    pub(crate) opened: Option<Millis>,
    pub(crate) refused: Option<RejectCode>,
    pub(crate) filled: Size,
    /// When a cancel of it, or a modify that replaces it, left last.
    pub(crate) cancel_sent: Option<Millis>,
}

impl OrderRecord {
    /// How much may still trade.
    pub(crate) fn open(&self) -> Size {
        match self.fate {
            Fate::Gone(_) => Size::ZERO,
            Fate::Flying | Fate::Live => self.size.saturating_sub(self.filled),
        }
    }

    /// Whether the exchange took it.
    pub(crate) const fn accepted(&self) -> bool {
        self.opened.is_some()
    }
}

impl Record {
    pub(super) fn sent(&mut self, bot: BotId, request: RequestId, wire: &Wire<'_>) {
        for order in &wire.orders {
            self.order_sent(bot, wire, order);
        }
        let cloids = wire.orders.iter().filter_map(|order| order.cloid).collect();
        self.with_bot(bot, |bot| {
            bot.wrote = true;
            bot.batches.insert(request, cloids);
            while bot.batches.len() > 512 {
                bot.batches.pop_first();
            }
        });
        let replaced = wire.orders.iter().filter_map(|order| match order.replaces? {
            Name::Cloid(cloid) => Some(cloid),
            Name::Oid(oid) => self.oids.get(&oid).copied(),
        });
        let going: Vec<Cloid> = replaced.chain(wire.cancels.iter().copied()).collect();
        for cloid in going {
            if let Some(order) = self.orders.get_mut(&cloid) {
                order.cancel_sent = Some(self.now);
            }
        }
    }

    fn order_sent(&mut self, bot: BotId, wire: &Wire<'_>, order: &WireOrder<'_>) {
        let Some(cloid) = order.cloid else { return };
        if let Some(known) = self.orders.get_mut(&cloid) {
            known.wires = known.wires.saturating_add(1);
            return;
        }
        let by_asset = || {
            let has = |market: &MarketRecord| {
                market.rules.last().is_some_and(|(_, rules)| rules.asset == order.asset)
            };
            self.markets.iter().position(has)
        };
        let attempted = self.attempts.get(&cloid).map(|attempt| attempt.market);
        let Some(market) = attempted.or_else(by_asset) else { return };
        let number = |text: &str| Digits::canonical(text).and_then(Digits::times_e8);
        let Some(price) = number(order.price).and_then(Price::from_raw) else { return };
        let record = OrderRecord {
            bot,
            market,
            side: if order.buys { Side::Bid } else { Side::Ask },
            price,
            size: Size::from_raw(number(order.size).unwrap_or_default()),
            alo: order.tif == "Alo",
            sent: self.now,
            expires: wire.expires.map(Millis),
            wires: 1,
            fate: Fate::Flying,
            opened: None,
            refused: None,
            filled: Size::ZERO,
            cancel_sent: None,
        };
        self.orders.insert(cloid, record);
        self.open.insert(cloid);
        self.nonces.entry(wire.nonce).or_default().push(cloid);
    }

    pub(super) fn deed(&mut self, deed: &Deed) {
        match deed {
            Deed::Action { nonce, .. } => {
                for cloid in self.nonces.get(nonce).cloned().unwrap_or_default() {
                    self.close_if(cloid, |order| order.fate == Fate::Flying);
                }
            }
            Deed::Unreadable { .. } | Deed::Paid { .. } => {}
            Deed::Order(order) => self.order_deed(order),
            Deed::Fill(fill) => self.fill_deed(fill),
        }
    }

    fn order_deed(&mut self, deed: &OrderDeed) {
        let known = deed.cloid.filter(|cloid| self.orders.contains_key(cloid));
        let Some(cloid) = known else { return self.foreign_deed(deed) };
        self.oids.insert(deed.oid, cloid);
        if deed.state != DeedState::Open {
            if let (DeedState::Rejected(code), Some(order)) =
                (deed.state, self.orders.get_mut(&cloid))
            {
                order.refused = Some(code);
            }
            return self.close_if(cloid, |_| true);
        }
        let now = self.now;
        if let Some(order) = self.orders.get_mut(&cloid) {
            order.fate = Fate::Live;
            order.opened = order.opened.or(Some(now));
            self.open.insert(cloid);
        }
    }

    fn foreign_deed(&mut self, deed: &OrderDeed) {
        let Some(market) = self.market_of(&deed.coin) else { return };
        if deed.state == DeedState::Open {
            self.foreign.insert(deed.oid, (market, deed.side, deed.remaining));
        } else {
            self.foreign.remove(&deed.oid);
        }
        if let Some(market) = self.markets.get_mut(market) {
            market.last_foreign = Some(self.now);
        }
    }

    fn fill_deed(&mut self, deed: &FillDeed) {
        self.fills.insert(deed.tid, deed.clone());
        if let Some(order) = deed.cloid.and_then(|cloid| self.orders.get_mut(&cloid)) {
            order.filled = order.filled.saturating_add(deed.size);
        } else if let Some((_, _, size)) = self.foreign.get_mut(&deed.oid) {
            *size = size.saturating_sub(deed.size);
        }
        let now = self.now;
        // A trade of no order, as a liquidation is, changes the position out of nothing.
        let by_venue = deed.cloid.is_none() && !self.foreign.contains_key(&deed.oid);
        let market = self.market_of(&deed.coin).and_then(|place| self.markets.get_mut(place));
        if let Some(market) = market {
            if by_venue {
                market.adjusted = Some(now);
            }
            market.by_fills = deed.position;
            market.held(now, deed.position);
            market.last_fill = Some(now);
        }
    }

    fn close_if(&mut self, cloid: Cloid, when: impl FnOnce(&OrderRecord) -> bool) {
        let now = self.now;
        if let Some(order) = self.orders.get_mut(&cloid).filter(|order| when(order)) {
            order.fate = Fate::Gone(now);
            self.open.remove(&cloid);
        }
    }

    /// Orders whose time ran out before they arrived; then what is too old to matter.
    pub(super) fn expire(&mut self) {
        let now = self.now;
        let over = |order: &OrderRecord| {
            let late = order.expires.is_some_and(|expires| expires.plus(BLOCKS_MS) < now);
            order.fate == Fate::Flying && late
        };
        let late = self.open_orders().filter(|(_, order)| over(order));
        let late: Vec<Cloid> = late.map(|(cloid, _)| cloid).collect();
        for cloid in late {
            self.close_if(cloid, |_| true);
        }
        if now.since(self.pruned) > REMEMBER_MS / 4 {
            self.pruned = now;
            self.prune(now);
        }
    }

    fn prune(&mut self, now: Millis) {
        let old = |at: Millis| now.since(at) > REMEMBER_MS;
        self.orders.retain(|_, order| !matches!(order.fate, Fate::Gone(at) if old(at)));
        let orders = &self.orders;
        self.attempts.retain(|cloid, attempt| !attempt.ended || orders.contains_key(cloid));
        self.oids.retain(|_, cloid| orders.contains_key(cloid));
        self.nonces.retain(|_, cloids| cloids.iter().any(|cloid| orders.contains_key(cloid)));
    }
}
