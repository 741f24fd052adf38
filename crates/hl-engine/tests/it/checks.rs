//! The promises, checked against what is true at the venue and not what the engine believes.

use std::collections::BTreeSet;

use hl_engine::{
    Attempt, Command, Durable, Event, EventKind, MarketId, OrderState, PlaceOrder, Placed, Query,
    SubmitEnd,
};
use hl_quant::{Notional, Price, Side, Size};
use hl_wire::RejectCode;

use crate::{
    bench::{BTC, SOL},
    history::World,
};

impl World {
    pub fn check_event(&mut self, event: &Event) {
        match event.durable() {
            Some(Durable::Attempt(intent)) => drop(self.open.insert(intent.cloid, intent)),
            Some(Durable::Taken { cloid }) => {
                self.open.entry(cloid).and_modify(|intent| intent.placed = Placed::Taken);
            }
            Some(Durable::End { cloid }) => drop(self.open.remove(&cloid)),
            Some(Durable::Halt(halt)) => self.halt = Some(halt),
            Some(Durable::Resume { .. }) => self.halt = None,
            Some(Durable::Fills { through }) => self.through = Some(through),
            _ => {}
        }
        match &event.kind {
            EventKind::Attempt(attempt) => {
                assert!(self.ends.insert(attempt.cloid, 0).is_none());
                self.check_intent(attempt);
            }
            EventKind::Submit(submit) => {
                let ends = self.ends.get_mut(&submit.cloid).expect("an end without an attempt");
                *ends += 1;
                assert_eq!(*ends, 1, "two ends of one attempt: {event}");
                match submit.end {
                    SubmitEnd::Rejected(code) => drop(self.rejected.insert(submit.cloid, code)),
                    SubmitEnd::NotFound => {
                        let cloid = submit.cloid;
                        assert!(!self.in_flight.contains_key(&cloid), "it may still land: {event}");
                        self.never.insert(cloid);
                    }
                    _ => {}
                }
            }
            EventKind::Fill(fill) => {
                let market = if fill.pair.as_str() == "SOL" { SOL } else { BTC };
                assert!(
                    self.fills_seen.insert((self.run, market, fill.tid)),
                    "counted twice: {event}"
                );
            }
            _ => {}
        }
    }

    /// A logical order is sent once, or once more after a definitive refusal of its tick or lot; and
    /// then nothing of its first try can still trade.
    fn check_intent(&mut self, attempt: &Attempt) {
        let key = (self.run, attempt.intent);
        let sends = match self.intents.get(&key) {
            None => 1,
            Some((sends, before)) => {
                let code = self.rejected.get(before);
                let curable = [RejectCode::Tick, RejectCode::Size, RejectCode::InvalidPrice];
                assert!(code.is_some_and(|code| curable.contains(code)), "retried after {code:?}");
                assert!(!self.in_flight.contains_key(before), "its first try may still land");
                assert!(self.venue.open().all(|order| order.cloid != Some(*before)));
                sends + 1
            }
        };
        assert!(sends <= 2, "sent {sends} times");
        assert_eq!(attempt.tries, sends);
        self.intents.insert(key, (sends, attempt.cloid));
    }

    /// What our requests weigh stays within nine tenths of the venue's limit in every minute.
    pub fn check_weights(&self) {
        for (start, _) in &self.weights {
            let minute =
                self.weights.iter().filter(|(at, _)| *at >= *start && at.since(*start) < 60_000);
            let sum: u64 = minute.map(|(_, weight)| weight).sum();
            assert!(sum <= 1_040, "{sum} within a minute");
        }
    }

    pub fn check_command(&mut self, command: &Command) {
        let weight = match command {
            Command::Reconcile { query: Query::Account | Query::Order { .. }, .. } => 2,
            Command::Reconcile { .. } | Command::FetchSpecs { .. } => 20,
            _ => 1,
        };
        self.weights.push((self.now, weight));
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
    pub fn check_order(&mut self, order: &PlaceOrder) {
        assert!(self.connected, "an order without a connection");
        assert!(self.cloids.insert(order.cloid), "a name used twice");
        let text = order.price.to_text();
        let decimals = text.as_str().split_once('.').map_or(0, |(_, fraction)| fraction.len());
        let figures = text.as_str().replace('.', "");
        let figures = figures.trim_start_matches('0').len();
        let lots = self.told[&order.market].1;
        let most = usize::from(6 - lots);
        assert!(decimals == 0 || (decimals <= most && figures <= 5), "illegal price {text}");
        let lot = 10_u64.pow(8 - u32::from(lots));
        assert_eq!(order.size.get().raw() % lot, 0, "illegal size {}", order.size);
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
        self.check_gross(order.market, order.side);
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
    pub fn check_cap(&self, market: MarketId, side: Side, mark: Price) {
        let orders = self.could_trade(market).filter(|order| order.0 == side);
        let sum = orders.fold(0_i128, |sum, (_, _, size)| sum + i128::from(size.raw()));
        let position = i128::from(self.venue.position(market).raw());
        let worst = if side == Side::Bid { position + sum } else { sum - position };
        let worst = Size::from_raw(u64::try_from(worst.max(0)).unwrap());
        let max = self.config.markets[market.index()].max_position;
        assert!(mark * worst <= max, "{} could become {worst} x {mark}", market);
    }

    /// And so is the sum over all markets, after an order that may enlarge a position. The engine
    /// values at its own prices, which have moved a little since the last order.
    pub fn check_gross(&self, market: MarketId, side: Side) {
        let position = self.venue.position(market);
        if position.side() == Some(side.opposite()) {
            return;
        }
        let worst = |market: MarketId| {
            let Some(mark) = self.engine.market(market).and_then(|view| view.fair) else {
                return Notional::ZERO;
            };
            let position = i128::from(self.venue.position(market).raw());
            let sum = |side| {
                let orders = self.could_trade(market).filter(move |order| order.0 == side);
                orders.fold(0_i128, |sum, (_, _, size)| sum + i128::from(size.raw()))
            };
            let worst = (position + sum(Side::Bid)).max(sum(Side::Ask) - position).max(0);
            mark * Size::from_raw(u64::try_from(worst).unwrap())
        };
        let gross = worst(SOL).saturating_add(worst(BTC));
        let max = self.config.limits.max_gross;
        let slack = Notional::from_raw(max.raw() / 20);
        assert!(gross <= max.saturating_add(slack), "gross {gross}");
    }

    /// While a market does not quote, nothing of it rests without a cancel under way.
    pub fn check_pulled(&self) {
        for market in [SOL, BTC] {
            let view = self.engine.market(market).unwrap();
            // Nothing can leave while the venue's limit is used up; it is tried again when it can.
            if view.why_not.is_some() && self.engine.budget().weight_left > 0 {
                let idle = |o: &hl_engine::OrderView| {
                    matches!(o.state, OrderState::Live | OrderState::Pending)
                };
                let order = self.engine.orders(market).find(idle);
                assert_eq!(order, None, "not pulled: {:?}", view.why_not);
            }
        }
    }

    /// After calm: agreement with the venue, quotes on, nothing in doubt.
    pub fn check_healed(&self) {
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
            // A run counts what happened in it.
            let counted = view.stats.maker_fills;
            assert!(self.run > 0 || counted == fills.count() as u64, "fills differ");
        }
    }
}
