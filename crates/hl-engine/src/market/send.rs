//! The last steps before the wire: the gate, the record of the order, the command.

use hl_quant::{Millis, Side, Size};
use hl_wire::{Cloid, ReduceOnly, Tif};

use super::{Desk, Market, Spec, at, desire::Target};
use crate::{
    Attempt, CancelLine, CancelOrder, CancelStage, EventKind, GateStop, IntentId, MarketStatus,
    ModifyOrder, PlaceOrder,
    gate::{self, Candidate, Facts},
    order::{Cancel, Order, Origin, Phase, Slot},
    stats::bump,
};

impl Market {
    /// Sends one new order, if the gate lets it through.
    pub(super) fn send_place(&mut self, side: Side, target: Target, desk: &mut Desk<'_>) -> bool {
        if !self.pass(side, target, desk) {
            return false;
        }
        let order = self.next_order(side, target, desk);
        let slot = desk.out.place(order);
        self.record(order, slot, desk);
        true
    }

    /// Sends one replacement, if the gate lets the new order through beside the old one: until the
    /// venue has answered, both may trade.
    pub(super) fn send_replace(
        &mut self,
        side: Side,
        old: Cloid,
        target: Target,
        desk: &mut Desk<'_>,
    ) -> bool {
        let oid = self.orders.get_mut(old).and_then(|order| order.oid);
        let Some(old_oid) = oid else { return false };
        if !self.pass(side, target, desk) {
            return false;
        }
        let new = self.next_order(side, target, desk);
        let slot = desk.out.modify(ModifyOrder { old_oid, old, new });
        if let Some(order) = self.orders.get_mut(old) {
            order.cancel = Some(Cancel {
                slot,
                sent: desk.now,
                replaced_by: Some(new.cloid),
                answered: false,
            });
        }
        self.record(new, slot, desk);
        true
    }

    /// Sends one cancel. Nothing may stop it.
    pub(super) fn send_cancel(&mut self, cloid: Cloid, desk: &mut Desk<'_>) {
        let order = CancelOrder { market: self.id, cloid };
        let slot = desk.out.cancel(order);
        desk.spend(1);
        if let Some(order) = self.orders.get_mut(cloid) {
            let sent = desk.now;
            order.cancel = Some(Cancel { slot, sent, replaced_by: None, answered: false });
        }
        let stage = CancelStage::Sent;
        desk.event(EventKind::Cancel(CancelLine { pair: self.pair(), cloid, stage }));
    }

    /// Whether the gate lets an order through; if not, says so once per side and rule.
    fn pass(&mut self, side: Side, target: Target, desk: &mut Desk<'_>) -> bool {
        let candidate = Candidate { side, price: target.price, size: target.size };
        let verdict = gate::check(&candidate, &self.facts(desk));
        let rule = verdict.err().map(|stop| stop.rule);
        let Some(last) = self.stopped.get_mut(at(side)) else { return false };
        let is_news = *last != rule;
        *last = rule;
        let Err(stop) = verdict else { return true };
        if is_news {
            bump(&mut self.stats.gate_stops);
            desk.event(EventKind::Gate(GateStop {
                pair: self.pair(),
                side,
                price: target.price.get(),
                size: target.size.get(),
                rule: stop.rule,
                have: stop.have,
                limit: stop.limit,
            }));
        }
        false
    }

    /// What the gate looks at, as of now: orders recorded a moment ago count.
    fn facts(&self, desk: &Desk<'_>) -> Facts<'_> {
        let spec = self.spec.as_ref();
        let here = self.orders.count();
        let all = here.saturating_add(desk.orders_elsewhere);
        Facts {
            switch: desk.switch,
            spec: spec.map(|spec| &spec.rules),
            spec_age_ms: spec.map_or(u64::MAX, |spec| desk.now.since(spec.requested)),
            spec_max_age_ms: desk.timing.spec_max_age_ms,
            status: spec.map_or(MarketStatus::CancelOnly, |spec: &Spec| spec.status),
            data: self.book.fresh(desk.now, desk.timing).err(),
            data_age_ms: self.book.age_ms(desk.now),
            data_max_age_ms: desk.timing.book_limit_ms(),
            touch: self.book.touch(),
            own: self.orders.extremes(),
            exposure: self.exposure(),
            mark: self.mark,
            max_position: self.config.max_position,
            gross_others: desk.gross_others,
            max_gross: desk.limits.max_gross,
            orders: gate::OrderCount {
                here,
                max_here: u64::from(self.config.max_orders),
                all,
                max_all: u64::from(desk.limits.max_orders),
            },
            budget: gate::Budget {
                left: *desk.budget,
                reserve: desk.limits.cancel_reserve.saturating_add(all),
            },
        }
    }

    fn next_order(&self, side: Side, target: Target, desk: &mut Desk<'_>) -> PlaceOrder {
        bump(desk.seq);
        PlaceOrder {
            market: self.id,
            side,
            price: target.price,
            size: target.size,
            reduce_only: ReduceOnly::No,
            cloid: desk.cloids.make(self.id, *desk.seq),
        }
    }

    /// Records an order before it is sent, and says so: from here on it exists.
    fn record(&mut self, order: PlaceOrder, slot: Slot, desk: &mut Desk<'_>) {
        desk.spend(1);
        bump(&mut self.stats.attempts);
        let Some(quant) =
            self.spec.as_ref().map(|spec| spec.rules.log_fields(order.price, order.size))
        else {
            return;
        };
        let seq = *desk.seq;
        let PlaceOrder { side, price, size, reduce_only, cloid, .. } = order;
        let (price, size) = (price.get(), size.get());
        self.orders.push(Order {
            cloid,
            seq,
            origin: Origin::Quote,
            side,
            price,
            size,
            reduce_only,
            quant,
            oid: None,
            phase: Phase::Pending,
            slot,
            sent: desk.now,
            filled: Size::ZERO,
            told: None,
            cancel: None,
            asking: None,
            closed_at: Millis(0),
            ended: false,
            listed: false,
        });
        let pair = self.pair();
        let tries = 1;
        desk.event(EventKind::Attempt(Attempt {
            seq,
            intent: IntentId(seq),
            pair,
            side,
            tif: Tif::Alo,
            reduce_only,
            cloid,
            price,
            size,
            quant,
            tries,
        }));
    }
}
