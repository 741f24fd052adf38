//! From the orders that rest to the orders that should: the fewest actions.

use arrayvec::ArrayVec;
use hl_quant::{Millis, Price, Side, Size};
use hl_wire::Cloid;

use super::{
    Desk, Market,
    desire::{Target, Targets},
};
use crate::{
    EventKind, MAX_LAYERS, NoQuote, Ppm, Replace, Requote,
    order::{Order, Origin, Phase},
    orders::Orders,
};

/// One step towards the targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    Place(Target),
    Replace(Cloid, Target),
    Cancel(Cloid),
}

/// The steps of one side. At most one per target, and a cancel per order beyond them.
type Actions = ArrayVec<Action, { MAX_LAYERS + super::CLOIDS }>;

/// What decides whether an order is worth moving.
#[derive(Clone, Copy, Debug)]
struct Terms {
    now: Millis,
    requote: Requote,
    /// Whether orders may be placed or made more generous.
    round_open: bool,
}

impl Market {
    /// Decides, and sends what follows.
    pub(crate) fn decide(&mut self, desk: &mut Desk<'_>) {
        self.dirty = false;
        match self.targets(desk) {
            Ok(targets) => {
                self.show(desk);
                self.converge(&targets, desk);
            }
            Err(reason) => self.pull(reason, desk),
        }
        self.due = self.next_due(desk);
        if desk.batching == crate::Batching::PerMarket {
            desk.out.flush();
        }
    }

    /// Notes that the market quotes.
    fn show(&mut self, desk: &mut Desk<'_>) {
        if self.why_not.take().is_some()
            && let (Some(fair), Some(spread)) = (self.mark, self.view(desk.now).spread)
        {
            desk.event(EventKind::QuoteStart { pair: self.pair(), fair, spread });
        }
    }

    /// Takes every quote away, because.
    fn pull(&mut self, reason: NoQuote, desk: &mut Desk<'_>) {
        if self.why_not != Some(reason) {
            self.why_not = Some(reason);
            desk.event(EventKind::QuoteStop { pair: self.pair(), reason });
        }
        let cloids = self.cloids(|order| order.may_cancel(desk.now, desk.timing.retry_ms));
        // More than fit at once: go on with the next input.
        self.dirty = cloids.is_full();
        for cloid in cloids {
            self.send_cancel(cloid, desk);
        }
    }

    fn converge(&mut self, targets: &Targets, desk: &mut Desk<'_>) {
        let mut requote = self.config.requote;
        if desk.budget.is_some_and(|left| left < desk.limits.budget_low) {
            requote.tolerance = Ppm(requote.tolerance.0.saturating_mul(4));
        }
        let terms = Terms { now: desk.now, requote, round_open: desk.now >= self.next_round };
        // Orders of an earlier run, and cancels that failed.
        for cloid in self.cloids(|order| {
            (order.origin == Origin::Orphan || order.cancel.is_some())
                && order.may_cancel(desk.now, desk.timing.retry_ms)
        }) {
            self.send_cancel(cloid, desk);
        }
        for side in Side::BOTH {
            let targets = match side {
                Side::Bid => &targets.bids,
                Side::Ask => &targets.asks,
            };
            for action in plan(side, targets, &self.orders, &terms) {
                self.act(side, action, &terms, desk);
            }
        }
    }

    fn act(&mut self, side: Side, action: Action, terms: &Terms, desk: &mut Desk<'_>) {
        match action {
            Action::Place(target) => {
                self.next_round = terms.now.plus(terms.requote.min_interval_ms);
                self.send_place(side, target, desk);
            }
            Action::Replace(old, target) => {
                self.next_round = terms.now.plus(terms.requote.min_interval_ms);
                // Where both may not stand together, the old order makes room first.
                if terms.requote.replace == Replace::CancelThenPlace
                    || !self.send_replace(side, old, target, desk)
                {
                    self.send_cancel(old, desk);
                }
            }
            Action::Cancel(cloid) => self.send_cancel(cloid, desk),
        }
    }

    /// When to decide again without being told anything.
    fn next_due(&self, desk: &Desk<'_>) -> Option<Millis> {
        let retry = self.orders.iter().filter_map(|order| {
            order.cancel.filter(|c| c.answered).map(|c| c.sent.plus(desk.timing.retry_ms))
        });
        let stale = if self.why_not.is_none() { self.book.stale_at(desk.timing) } else { None };
        let spec =
            self.spec.as_ref().map(|spec| spec.requested.plus(desk.timing.spec_max_age_ms).plus(1));
        let lifetimes =
            self.orders.iter().map(|order| order.sent.plus(self.config.requote.min_lifetime_ms));
        [stale, spec, Some(self.next_round), Some(self.parked_until)]
            .into_iter()
            .flatten()
            .chain(retry)
            .chain(lifetimes)
            .filter(|at| *at > desk.now)
            .min()
    }
}

/// The steps that bring the orders of `side` to `targets`.
///
/// First every target keeps the closest order that is good enough where it stands, with its place in
/// the queue. Then the targets left over take the closest orders left over, and move them. What then
/// remains is placed, or cancelled. An order with something under way holds its target's place until
/// the answer comes, so that one wish never becomes two orders.
fn plan(side: Side, targets: &[Target], orders: &Orders, terms: &Terms) -> Actions {
    let mut actions = Actions::new();
    let mut taken: ArrayVec<Cloid, { super::CLOIDS }> = ArrayVec::new();
    let mut open: ArrayVec<&Target, MAX_LAYERS> = ArrayVec::new();
    let ours = |order: &&Order| {
        order.side == side
            && order.origin == Origin::Quote
            && order.may_rest()
            && order.cancel.is_none_or(|cancel| cancel.replaced_by.is_none())
    };
    for target in targets {
        let kept = orders
            .iter()
            .filter(ours)
            .filter(|order| !taken.contains(&order.cloid) && is_good(order, target, terms))
            .min_by_key(|order| distance(order.price, target.price.get()));
        match kept {
            Some(order) => drop(taken.try_push(order.cloid)),
            None => drop(open.try_push(target)),
        }
    }
    for target in open {
        let closest = orders
            .iter()
            .filter(ours)
            .filter(|order| !taken.contains(&order.cloid))
            .min_by_key(|order| distance(order.price, target.price.get()));
        let action = match closest {
            None => terms.round_open.then_some(Action::Place(*target)),
            Some(order) => {
                let _ = taken.try_push(order.cloid);
                let moves = order.is_settled() && is_time(side, order, target, terms);
                moves.then_some(Action::Replace(order.cloid, *target))
            }
        };
        if let Some(action) = action {
            // There is one place per target.
            let _ = actions.try_push(action);
        }
    }
    let surplus = orders
        .iter()
        .filter(ours)
        .filter(|order| !taken.contains(&order.cloid) && order.is_settled());
    let space = actions.remaining_capacity();
    actions.extend(surplus.map(|order| Action::Cancel(order.cloid)).take(space));
    actions
}

fn distance(a: Price, b: Price) -> u64 {
    a.raw().abs_diff(b.raw())
}

/// Whether an order may stay where it is for `target`.
fn is_good(order: &Order, target: &Target, terms: &Terms) -> bool {
    if order.cancel.is_some() {
        return false;
    }
    let price = target.price.get();
    let far = u64::try_from(terms.requote.tolerance.of_price(price)).unwrap_or(0);
    // What is in flight cannot be judged by its size yet.
    distance(order.price, price) <= far
        && (order.phase != Phase::Live || is_size_good(order.remaining(), target, terms))
}

fn is_size_good(remaining: Size, target: &Target, terms: &Terms) -> bool {
    let wanted = target.size.get().raw();
    let part = Ppm::ratio(i128::from(remaining.raw().abs_diff(wanted)), i128::from(wanted));
    part.is_some_and(|part| part <= terms.requote.size_tolerance)
}

/// Whether an order that should move may move now: at once if it offers too much, else when it is
/// old enough and the round is open.
fn is_time(side: Side, order: &Order, target: &Target, terms: &Terms) -> bool {
    let price = target.price.get();
    let too_generous = match side {
        Side::Bid => order.price > price,
        Side::Ask => order.price < price,
    };
    let too_large =
        order.remaining() > target.size.get() && !is_size_good(order.remaining(), target, terms);
    let old_enough = terms.now.since(order.sent) >= terms.requote.min_lifetime_ms;
    too_generous || too_large || (old_enough && terms.round_open)
}
