//! From the orders that rest to the orders that should: the fewest actions.

use arrayvec::ArrayVec;
use hl_quant::{Millis, Notional, Price, Side, Size};
use hl_wire::Cloid;

use super::{
    Desk, Market,
    desire::{Target, Targets},
};
use crate::{
    EventKind, GuardEnd, MAX_LAYERS, NoQuote, Ppm, Replace, Requote, Rule, Usd,
    budget::Budgets,
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
    /// Whether orders may be placed or moved at all. They may not while refused ones wait for new
    /// rules: they would be made with the old.
    placing: bool,
    /// What a request is priced at, and how much of an improvement is earned on average.
    price: Usd,
    chance: Ppm,
    /// What the quotes are centred on.
    fair: Option<Price>,
}

impl Market {
    /// Decides, and sends what follows.
    pub(crate) fn decide(&mut self, desk: &mut Desk<'_>) {
        (self.dirty, self.held) = (false, None);
        match self.targets(desk) {
            Ok(targets) => {
                self.show(desk);
                self.retry(desk);
                if desk.now < self.parked_until {
                    self.pull(NoQuote::Parked, desk);
                } else {
                    self.converge(&targets, desk);
                }
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
        self.drop_retries(GuardEnd::NotQuoting, desk);
        let cloids = self.cloids(|order| {
            order.origin != Origin::Exit && order.may_cancel(desk.now, desk.timing.retry_ms)
        });
        // More than fit at once: go on with the next input.
        self.dirty = cloids.is_full();
        for cloid in cloids {
            self.send_cancel(cloid, desk);
        }
    }

    fn converge(&mut self, targets: &Targets, desk: &mut Desk<'_>) {
        let terms = Terms {
            now: desk.now,
            requote: self.config.requote,
            round_open: desk.now >= self.next_round,
            placing: !self.guard.is_waiting(),
            price: desk.out.budgets.price(desk.now),
            chance: desk.out.budgets.chance(),
            fair: self.mark,
        };
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
                // The gate has said why, if it did not leave.
                let _ = self.leave(side, target, None, None, desk);
            }
            Action::Replace(old, target) => {
                self.next_round = terms.now.plus(terms.requote.min_interval_ms);
                if terms.requote.replace == Replace::CancelThenPlace {
                    return self.send_cancel(old, desk);
                }
                let must = self
                    .orders
                    .get_mut(old)
                    .is_some_and(|order| must_move(side, order, &target, terms));
                match self.leave(side, target, Some(old), None, desk) {
                    Ok(()) => {}
                    // What is only too timid may stay where no request can be spared.
                    Err(GuardEnd::Gate(Rule::Budget)) if !must => {}
                    // Where both may not stand together, the old order makes room first.
                    Err(_) => self.send_cancel(old, desk),
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
        let refs = self.refs.due(desk.now, &self.config.collar);
        let stale = if self.why_not.is_none() {
            self.book.stale_at(desk.behind_ms, desk.timing)
        } else {
            None
        };
        let spec =
            self.spec.as_ref().map(|spec| spec.requested.plus(desk.timing.spec_max_age_ms).plus(1));
        let lifetimes =
            self.orders.iter().map(|order| order.sent.plus(self.config.requote.min_lifetime_ms));
        let retry_at = self.retry_due(desk);
        [stale, spec, refs, Some(self.next_round), Some(self.parked_until), self.held, retry_at]
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
            None => (terms.round_open && terms.placing).then_some(Action::Place(*target)),
            Some(order) => {
                let _ = taken.try_push(order.cloid);
                let moves = order.is_settled() && is_time(side, order, target, terms);
                moves.then_some(match terms.placing {
                    true => Action::Replace(order.cloid, *target),
                    false => Action::Cancel(order.cloid),
                })
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
/// old enough, the round is open, and moving it earns its request.
fn is_time(side: Side, order: &Order, target: &Target, terms: &Terms) -> bool {
    let old_enough = terms.now.since(order.sent) >= terms.requote.min_lifetime_ms;
    let may_improve = terms.placing && old_enough && terms.round_open;
    must_move(side, order, target, terms) || (may_improve && is_worth(order, target, terms))
}

/// Whether it offers too much: a price too good for others, or too large a size.
fn must_move(side: Side, order: &Order, target: &Target, terms: &Terms) -> bool {
    let price = target.price.get();
    let too_generous = match side {
        Side::Bid => order.price > price,
        Side::Ask => order.price < price,
    };
    let too_large =
        order.remaining() > target.size.get() && !is_size_good(order.remaining(), target, terms);
    too_generous || too_large
}

/// Whether it earns its request to move an order that is too timid or too small: the money by which
/// the price is off for what rests, and what is missing of the size at the edge that it would have.
fn is_worth(order: &Order, target: &Target, terms: &Terms) -> bool {
    let remaining = order.remaining();
    let price = target.price.get();
    let off = Notional::from_raw(
        u128::from(distance(order.price, price)).saturating_mul(u128::from(remaining.raw())),
    );
    let missing = target.size.get().saturating_sub(remaining);
    let edge = terms.fair.map_or(0, |fair| distance(fair, price));
    let more = u128::from(edge).saturating_mul(u128::from(missing.raw()));
    let gain = off.saturating_add(Notional::from_raw(more));
    Budgets::is_worth(gain, terms.chance, terms.price)
}
