//! The last steps before the wire: the gate, the record of the order, the command.

use hl_quant::{Millis, Side, Size};
use hl_wire::{Cloid, ReduceOnly, Tif};

use super::{Desk, Market, Role, Spec, at, desire::Target};
use crate::{
    Attempt, CancelLine, CancelOrder, CancelStage, EventKind, Finding, GateStop, GuardEnd,
    IntentId, Judgement, MarketStatus, ModifyOrder, PlaceOrder, Rule, Want,
    budget::Class,
    gate::{self, Candidate, Facts},
    order::{Cancel, Nonce, Oids, Order, Origin, Phase, Slot, Wish},
    stats::bump,
};

impl Market {
    /// Sends one order: a new one, or one that replaces `old`. With `retry` it is the second try of
    /// that logical order.
    ///
    /// Every order of the engine passes here, so this is where the gate stands, where logical orders
    /// are counted, and where an order comes into being before it is sent. A replacement passes the
    /// gate *beside* the order that it replaces: until the venue has answered, both may trade.
    pub(super) fn leave(
        &mut self,
        side: Side,
        target: Target,
        old: Option<Cloid>,
        retry: Option<IntentId>,
        desk: &mut Desk<'_>,
    ) -> Result<(), GuardEnd> {
        let old_oid = match old {
            None => None,
            Some(old) => {
                let oid = self.orders.get_mut(old).and_then(|order| order.oids.latest());
                Some((old, oid.ok_or(GuardEnd::OldInDoubt)?))
            }
        };
        self.pass(side, target, desk).map_err(GuardEnd::Gate)?;
        let seq = desk.seq.saturating_add(1);
        let intent = retry.unwrap_or(IntentId(seq));
        let tries = self.guard.wires.count(intent, retry.is_none()).ok_or(GuardEnd::Spent)?;
        self.stats.most_sends = self.stats.most_sends.max(u64::from(self.guard.wires.most()));
        *desk.seq = seq;
        let new = PlaceOrder {
            market: self.id,
            side,
            price: target.price,
            size: target.size,
            reduce_only: match self.role {
                Role::Exits => ReduceOnly::Yes,
                Role::Quotes | Role::Rests => ReduceOnly::No,
            },
            cloid: desk.cloids.make(self.id, seq),
        };
        if let Some(lens) = &mut self.lens {
            lens.name(new.cloid);
        }
        let slot = match old_oid {
            None => desk.out.place(new),
            Some((old, old_oid)) => desk.out.modify(ModifyOrder { old_oid, old, new }),
        };
        if let Some(order) = old.and_then(|old| self.orders.get_mut(old)) {
            order.cancel = Some(Cancel {
                slot,
                sent: desk.now,
                replaced_by: Some(new.cloid),
                answered: false,
            });
        }
        self.record(new, target.want, (intent, tries), slot, desk);
        Ok(())
    }

    /// Sends one cancel. Nothing may stop it.
    pub(super) fn send_cancel(&mut self, cloid: Cloid, desk: &mut Desk<'_>) {
        if !desk.out.may_cancel(desk.now) {
            // The venue would refuse it; the next decision tries again when it would not.
            self.hold_until(desk.ready_at(Class::Cancel));
            return;
        }
        let order = CancelOrder { market: self.id, cloid };
        let slot = desk.out.cancel(order);
        let cancel = Cancel { slot, sent: desk.now, replaced_by: None, answered: false };
        self.orders.edit(cloid, |order| order.cancel = Some(cancel));
        let stage = CancelStage::Sent;
        desk.event(EventKind::Cancel(CancelLine { pair: self.pair(), cloid, stage }));
    }

    /// Whether the gate lets an order through; if not, the rule, which is logged once per side.
    fn pass(&mut self, side: Side, target: Target, desk: &mut Desk<'_>) -> Result<(), Rule> {
        let candidate = Candidate { side, price: target.price, size: target.size };
        let facts = self.facts(&candidate, desk);
        let verdict = gate::check(&candidate, &facts);
        if self.lens.is_some() {
            let findings = gate::look(&candidate, &facts);
            self.judged(side, target, findings);
        }
        let rule = verdict.err().map(|stop| stop.rule);
        let mut is_news = false;
        if let Some(last) = self.stopped.get_mut(at(side)) {
            is_news = std::mem::replace(last, rule) != rule;
        }
        let Err(stop) = verdict else { return Ok(()) };
        if stop.rule == Rule::Budget {
            self.hold_until(desk.ready_at(self.class(&candidate)));
        }
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
        Err(stop.rule)
    }

    fn judged(&mut self, side: Side, target: Target, findings: Vec<Finding>) {
        let (price, size) = (target.price.get(), target.size.get());
        let (market, want, cloid) = (self.id, target.want, None);
        if let Some(lens) = &mut self.lens {
            let judgement = Judgement { market, cloid, side, price, size, want, findings };
            lens.judgements.push(judgement);
        }
    }

    /// Decide again at this moment: something was held back for the venue's limits.
    fn hold_until(&mut self, at: Millis) {
        self.held = Some(self.held.map_or(at, |held| held.min(at)));
    }

    /// What an order of `side` is to the budget: one that makes the position smaller comes first.
    fn class(&self, order: &Candidate) -> Class {
        if gate::reduces(order, &self.exposure()) { Class::Reduce } else { Class::Quote }
    }

    /// What the gate looks at, as of now: orders recorded a moment ago count.
    fn facts(&self, order: &Candidate, desk: &Desk<'_>) -> Facts<'_> {
        let spec = self.spec.as_ref();
        let here = self.orders.count();
        let all = here.saturating_add(desk.orders_elsewhere);
        let class = self.class(order);
        let allowance = desk.allowance(class, all);
        // The minute's weight counts like a budget of the address with nothing left.
        let (left, reserve) = match desk.ready_at(class) {
            at if at > desk.now => (Some(0), 0),
            _ => (allowance.left, allowance.reserve),
        };
        Facts {
            switch: desk.switch,
            spec: spec.map(|spec| &spec.rules),
            spec_age_ms: spec.map_or(u64::MAX, |spec| desk.now.since(spec.requested)),
            spec_max_age_ms: desk.timing.spec_max_age_ms,
            status: spec.map_or(MarketStatus::CancelOnly, |spec: &Spec| spec.status),
            data: self.book.fresh(desk.now, desk.behind_ms, desk.timing).err(),
            data_age_ms: self.book.age_ms(desk.now),
            data_max_age_ms: desk.timing.book_limit_ms(),
            touch: self.book.touch(),
            own: self.orders.extremes(),
            references: self.refs.both(desk.now, &self.config.collar),
            collar: self.config.collar,
            exposure: self.exposure(),
            certain: self.certain(),
            mark: self.mark,
            max_position: self.max_position(),
            gross_others: desk.gross_others,
            max_gross: desk.limits.max_gross,
            orders: gate::OrderCount {
                here,
                max_here: u64::from(self.config.max_orders),
                all,
                max_all: u64::from(desk.limits.max_orders),
                same_side: self.orders.count_of(order.side),
            },
            budget: gate::Budget { left, reserve },
        }
    }

    /// Records an order before it is sent, and says so: from here on it exists.
    fn record(
        &mut self,
        order: PlaceOrder,
        want: Want,
        (intent, tries): (IntentId, u8),
        slot: Slot,
        desk: &mut Desk<'_>,
    ) {
        bump(&mut self.stats.attempts);
        // Without rules the gate has let nothing through.
        let Some(rules) = self.spec.as_ref().map(|spec| spec.rules) else { return };
        let quant = rules.log_fields(order.price, order.size);
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
            size_is_whole: true,
            reduce_only,
            quant,
            intent,
            tries,
            wish: Some(Wish { want, rules }),
            oids: Oids::default(),
            phase: Phase::Pending,
            slot,
            sent: desk.now,
            nonce: Nonce::new(desk.out.expires()),
            filled: Size::ZERO,
            told: None,
            cancel: None,
            asking: None,
            closed_at: Millis(0),
            dated: None,
            refused: None,
            ended: false,
            on_record: true,
            listed: false,
        });
        let pair = self.pair();
        desk.event(EventKind::Attempt(Attempt {
            seq,
            intent,
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
