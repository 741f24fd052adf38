//! What is due because time has passed.

use hl_quant::Millis;
use hl_wire::Cloid;

use super::{Engine, Mode};
use crate::{
    CancelLine, CancelStage, Doubt, EventKind, Fetch, Query,
    budget::{
        Class,
        limits::{LIGHT_QUESTION, QUESTION},
    },
    market::{Clerk, Market},
    order::{Order, Phase},
    outbox::Outbox,
};

/// The longest time without a wake-up: half of what counts as a pause, so that a process that stood
/// still for that long notices whenever it did.
const IDLE_MS: u64 = super::clock::PAUSE_MS / 2;

impl Engine {
    pub(super) fn run_timers(&mut self) {
        self.on_markets(expire);
        self.run_burns();
        self.note_budget();
        self.ask_orders();
        self.run_strays();
        self.ask_account();
        self.ask_specs();
        self.run_dead_man();
        self.run_flatten();
        self.run_ending();
    }

    /// Asks about the orders that only the venue can explain.
    fn ask_orders(&mut self) {
        let now = self.now;
        let timeout = self.config.timing.answer_timeout_ms;
        for market in &mut self.markets {
            let id = market.id;
            for order in market.orders.iter_mut() {
                let cloid = order.cloid;
                let Some(asking) = &mut order.asking else { continue };
                let waiting = asking.query.is_some_and(|(_, at)| now.since(at) < timeout);
                let may = self.out.budgets.may_send(now, Class::Reconcile, LIGHT_QUESTION);
                if !waiting && now >= asking.next && may {
                    let request = self.out.query(Query::Order { market: id, cloid });
                    asking.query = Some((request, now));
                }
            }
        }
    }

    /// Asks for orders, positions, fills and specs, each in its own time. Also while halted: what
    /// trades then must be known all the same.
    fn ask_account(&mut self) {
        let now = self.now;
        let timeout = self.config.timing.answer_timeout_ms;
        let listens = self.sync.up.is_some();
        let ends = matches!(self.mode, Mode::Ending { reported: false, .. });
        let may = |out: &Outbox, class, weight| out.budgets.may_send(now, class, weight);
        let orders = (listens || ends) && self.sync.orders.is_due(now, timeout);
        // The list that confirms a stop is part of the stop.
        let class = if ends { Class::Cancel } else { Class::Reconcile };
        if orders && may(&self.out, class, QUESTION) {
            self.sync.orders.asked(self.out.query(Query::OpenOrders), now);
        }
        // After a connection the list of orders is read first, and what was traded after it: else an
        // order of an earlier run could trade after the position was read and be gone before the
        // list was, and nobody would know.
        if !listens || self.sync.orders.good.is_none() {
            return;
        }
        if self.sync.account.is_due(now, timeout)
            && may(&self.out, Class::Reconcile, LIGHT_QUESTION)
        {
            self.sync.account.asked(self.out.query(Query::Account), now);
        }
        if self.sync.fills.is_due(now, timeout) && may(&self.out, Class::Reconcile, QUESTION) {
            let since = self.fills_since();
            self.sync.fills.asked(self.out.query(Query::Fills { since }), now);
        }
        if let Some(since) = self.risk.waits_since()
            && self.sync.ledger.is_due(now, timeout)
            && may(&self.out, Class::Reconcile, QUESTION)
        {
            self.sync.ledger.asked(self.out.query(Query::Ledger { since }), now);
        }
    }

    /// Asks for the markets' rules: those that refused orders wait for, and the routine ones.
    fn ask_specs(&mut self) {
        if self.sync.up.is_none() {
            return;
        }
        let now = self.now;
        let timeout = self.config.timing.answer_timeout_ms;
        self.ask_forced_specs();
        // Rules that are still good can wait; without any there is no quoting.
        let half = self.config.timing.spec_max_age_ms / 2;
        let good =
            |market: &Market| market.spec.as_ref().is_some_and(|s| now.since(s.requested) <= half);
        let class = if self.markets.iter().all(good) { Class::Info } else { Class::Reconcile };
        let may = self.out.budgets.may_send(now, class, QUESTION);
        if self.sync.specs.is_due(now, timeout) && may {
            self.sync.specs.asked(self.out.fetch_specs(Fetch::Routine), now);
        }
    }

    /// The request for new rules brought none, or old ones: another may be made soon.
    pub(super) fn forced_again(&mut self) {
        const SOON_MS: u64 = 250;
        let soon = self.now.plus(SOON_MS);
        self.forced = self.forced.map(|(at, next)| (at, next.min(soon)));
    }

    /// Asks for the rules that refused orders wait for: one request for all that wait, and another
    /// only if it brought nothing.
    fn ask_forced_specs(&mut self) {
        let since = self.markets.iter().filter_map(|market| market.guard_since()).max();
        let Some(since) = since else {
            self.forced = None;
            return;
        };
        let now = self.now;
        let timeout = self.config.timing.answer_timeout_ms;
        let asked = self.forced.is_some_and(|(at, next)| at >= since && now < next);
        if asked || !self.out.budgets.may_send(now, Class::Reconcile, QUESTION) {
            return;
        }
        self.forced = Some((now, now.plus(timeout)));
        self.sync.specs.asked(self.out.fetch_specs(Fetch::Forced), now);
    }

    /// The moment at which something becomes due by itself.
    pub(super) fn wake_at(&self) -> Millis {
        let timing = &self.config.timing;
        let timeout = timing.answer_timeout_ms;
        let listens = self.sync.up.is_some();
        let first = [self.sync.orders.due_at(timeout), self.sync.specs.due_at(timeout)];
        let later = [self.sync.account.due_at(timeout), self.sync.fills.due_at(timeout)];
        let ledger = self.risk.waits_since().map(|_| self.sync.ledger.due_at(timeout));
        let listed = self.sync.orders.good.is_some();
        let later = later.into_iter().chain(ledger).filter(move |_| listed);
        // What the venue's limits hold back is not due before they let it go.
        let ready = self.out.budgets.ready_at(self.now, Class::Reconcile, LIGHT_QUESTION);
        let legs = first.into_iter().chain(later).filter(move |_| listens);
        let legs = legs.map(move |at| at.max(ready));
        let ending = match self.mode {
            Mode::Ending { since, reported: false, .. } => {
                let since = since.unwrap_or(self.now);
                Some(since.plus(timing.stop_ms).min(self.sync.orders.due_at(timeout)))
            }
            _ => None,
        };
        let orders =
            self.markets.iter().flat_map(|market| market.orders.iter()).flat_map(|order| {
                let answer = (order.phase == Phase::Pending).then(|| order.sent.plus(timeout));
                let cancel = order.cancel.map(|cancel| {
                    cancel.sent.plus(if cancel.answered { timing.retry_ms } else { timeout })
                });
                let asking = order.asking.map(|asking| match asking.query {
                    Some((_, at)) => at.plus(timeout).max(asking.next).max(ready),
                    None => asking.next.max(ready),
                });
                [answer, cancel, asking].into_iter().flatten()
            });
        let markets = self
            .markets
            .iter()
            .filter_map(|market| if market.dirty { Some(self.now) } else { market.due });
        let idle = self.now.plus(IDLE_MS);
        let next = legs
            .chain(ending)
            .chain(orders)
            .chain(markets)
            .chain(self.sync.expires_at(timing))
            .chain(self.dead_man_due())
            .chain(self.burns_due())
            .chain(self.strays_due())
            .chain(self.rotation_wakes())
            .min();
        // Something overdue is due in the next millisecond, never in this one again.
        next.map_or(idle, |at| at.min(idle).max(self.now.plus(1)))
    }
}

/// Takes silence for what it is: an order without an answer is in doubt, a cancel without one is
/// sent again.
fn expire(market: &mut Market, clerk: &mut Clerk<'_>) {
    let (now, timeout) = (clerk.now, clerk.timing.answer_timeout_ms);
    loop {
        let late = market
            .orders
            .iter()
            .find(|order| order.phase == Phase::Pending && now.since(order.sent) >= timeout);
        let Some(cloid) = late.map(|order| order.cloid) else { break };
        market.doubt(cloid, Doubt::Timeout, clerk);
    }
    while let Some((cloid, is_modify)) = late_cancel(market, now, timeout) {
        market.orders.edit(cloid, Order::give_up_cancel);
        let line = CancelLine { pair: market.pair(), cloid, stage: CancelStage::Unknown };
        clerk.out.event(now, EventKind::Cancel(line));
        if is_modify {
            // Nobody knows whether the order is gone.
            market.doubt(cloid, Doubt::Timeout, clerk);
        }
        market.dirty = true;
    }
}

/// An order whose cancel has waited too long for its answer, and whether that was a modify.
fn late_cancel(market: &Market, now: Millis, timeout: u64) -> Option<(Cloid, bool)> {
    market.orders.iter().find_map(|order| {
        let cancel = order.cancel.filter(|c| !c.answered && now.since(c.sent) >= timeout)?;
        Some((order.cloid, cancel.replaced_by.is_some()))
    })
}
