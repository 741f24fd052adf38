//! One market: what is known of it, our orders in it, and what to do about them.

mod answers;
mod converge;
mod desire;
mod exit;
mod fills;
mod listing;
mod retry;
mod send;

pub(crate) use answers::Clerk;
pub(crate) use exit::ExitDesk;
pub(crate) use fills::Counted;
pub(crate) use listing::Listed;

use hl_quant::{MarketSpec, Millis, Notional, Price, Reject, Side, SignedSize, Size};
use hl_wire::Cloid;

use crate::{
    Batching, EventKind, Level, Limits, MAX_ORDERS, MarketConfig, MarketId, MarketStatus,
    MarketView, NoQuote, OrderView, Pair, Ppm, QuoteModel, RetryGuard, Rule, Stats, Timing, Usd,
    Wants,
    book::{Book, Refused},
    budget::{Allowance, Bucket, Class, limits::action_weight},
    estimate::Estimates,
    exposure::Exposure,
    guard::Guard,
    ids::CloidMaker,
    ledger::Ledger,
    lens::Lens,
    order::{Order, Origin},
    orders::Orders,
    outbox::Outbox,
    reference::References,
    risk::{MarketRisk, Verdict},
    stats::bump,
};

/// What a market needs from the engine to decide and to send.
#[derive(Debug)]
pub(crate) struct Desk<'a> {
    pub(crate) now: Millis,
    pub(crate) timing: &'a Timing,
    pub(crate) limits: &'a Limits,
    pub(crate) batching: Batching,
    pub(crate) cloids: CloidMaker,
    /// Attempts so far.
    pub(crate) seq: &'a mut u64,
    pub(crate) out: &'a mut Outbox,
    /// Why the engine as a whole may not quote.
    pub(crate) switch: Option<NoQuote>,
    /// What the limits of the account say.
    pub(crate) verdict: Verdict,
    /// How far our clock is known to be behind the venue's: so much older is what the venue says than
    /// it looks.
    pub(crate) behind_ms: u64,
    /// The worst case of the other markets; `None` if one of them cannot be valued.
    pub(crate) gross_others: Option<Notional>,
    /// Orders of the other markets that may be in the book.
    pub(crate) orders_elsewhere: u64,
}

impl Desk<'_> {
    pub(crate) fn event(&mut self, kind: EventKind) {
        self.out.event(self.now, kind);
    }

    /// What an order of this class may cost the address while `live` orders may have to be cancelled.
    pub(crate) fn allowance(&self, class: Class, live: u64) -> Allowance {
        self.out.budgets.allowance(self.now, class, live, self.limits.cancel_reserve)
    }

    /// When a request of this class may leave; not after now if at once.
    pub(crate) fn ready_at(&self, class: Class) -> Millis {
        self.out.budgets.ready_at(self.now, class, action_weight(1))
    }
}

/// The rules of a market, as of a request.
#[derive(Clone, Debug)]
pub(crate) struct Spec {
    pub(crate) rules: MarketSpec,
    pub(crate) requested: Millis,
    pub(crate) status: MarketStatus,
}

/// What rotation lets a market do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Role {
    /// Quote on both sides.
    #[default]
    Quotes,
    /// Nothing; what rests is cancelled.
    Rests,
    /// Only what makes the position smaller, reduce-only.
    Exits,
}

/// One market.
#[derive(Debug)]
pub(crate) struct Market {
    pub(crate) id: MarketId,
    pub(crate) config: MarketConfig,
    model: Box<dyn QuoteModel>,
    wants: Wants,
    pub(crate) spec: Option<Spec>,
    /// How often rules have come.
    specs_heard: u64,
    pub(crate) book: Book,
    estimates: Estimates,
    pub(crate) orders: Orders,
    pub(crate) ledger: Ledger,
    /// What orders that are not ours may still trade into the position, and how many there are.
    foreign: (Size, Size),
    /// What the market is worth by sources that one book cannot move.
    pub(crate) refs: References,
    foreign_orders: u32,
    /// What the market's own limits go by.
    pub(crate) risk: MarketRisk,
    /// How far the closing of the position got, while it is being closed.
    exit: Option<exit::Exit>,
    /// What rotation lets it do.
    pub(crate) role: Role,
    /// How much of its limits rotation gives it; never more than all.
    pub(crate) share: Ppm,
    /// The last fair price: what the position is valued at.
    pub(crate) mark: Option<Price>,
    /// What the position from before this run was worth at its first fair price: not our profit.
    basis: Option<Usd>,
    /// Why it does not quote.
    pub(crate) why_not: Option<NoQuote>,
    /// Whether something happened that asks for a decision.
    pub(crate) dirty: bool,
    /// When to decide at the latest.
    pub(crate) due: Option<Millis>,
    /// When orders may next be placed or made more generous.
    next_round: Millis,
    /// When something may leave that the venue's limits have held back.
    held: Option<Millis>,
    /// What happens after a refused tick or lot.
    pub(crate) guard: Guard,
    /// How often a lost race may be answered at once.
    races: Bucket,
    /// Rejections in a row, races aside.
    rejects: u16,
    parked_until: Millis,
    /// Wanted quotes of each side that are too small, as last reported.
    too_small: [Option<Reject>; 2],
    /// The rule that last stopped each side, as last reported.
    stopped: [Option<Rule>; 2],
    pub(crate) stats: Stats,
    /// What is kept while somebody looks.
    pub(crate) lens: Option<Box<Lens>>,
}

/// The place of a side in a pair of values.
const fn at(side: Side) -> usize {
    match side {
        Side::Bid => 0,
        Side::Ask => 1,
    }
}

impl Market {
    pub(crate) fn new(id: MarketId, mut config: MarketConfig, guard: RetryGuard) -> Self {
        let races = config.races;
        config.max_orders = config.max_orders.min(MAX_ORDERS);
        let model = config.model.build(config.spread.clone());
        let estimates = Estimates::new(config.estimate);
        let orders = Orders::new(usize::from(config.max_orders).saturating_mul(3));
        Self {
            id,
            config,
            model,
            wants: Wants::default(),
            spec: None,
            specs_heard: 0,
            book: Book::default(),
            estimates,
            orders,
            ledger: Ledger::new(),
            foreign: (Size::ZERO, Size::ZERO),
            refs: References::default(),
            foreign_orders: 0,
            risk: MarketRisk::default(),
            exit: None,
            role: Role::Quotes,
            share: Ppm::ONE,
            mark: None,
            basis: None,
            why_not: Some(NoQuote::Disconnected),
            dirty: false,
            due: None,
            next_round: Millis(0),
            held: None,
            guard: Guard::new(guard),
            races: Bucket::new(u64::from(races.burst), 1, races.every_ms),
            rejects: 0,
            parked_until: Millis(0),
            too_small: [None; 2],
            stopped: [None; 2],
            stats: Stats::default(),
            lens: None,
        }
    }

    pub(crate) fn set_model(&mut self, model: Box<dyn QuoteModel>) {
        self.model = model;
    }

    pub(crate) fn pair(&self) -> Pair {
        self.config.pair.clone()
    }

    /// The position and all that may trade into it.
    pub(crate) fn exposure(&self) -> Exposure {
        let (bids, asks) = self.beyond_control();
        self.orders.add_to(Exposure { position: self.ledger.position(), bids, asks })
    }

    /// The largest position that it may have: its own limit, as far as rotation gives it.
    pub(crate) fn max_position(&self) -> Notional {
        self.share.of_notional(self.config.max_position).min(self.config.max_position)
    }

    /// Whether nothing is held and nothing of ours may still trade.
    pub(crate) fn is_idle(&self) -> bool {
        let owes = |order: &Order| order.may_rest() || !order.reserve().is_zero();
        self.ledger.position() == SignedSize::ZERO && !self.orders.iter().any(owes)
    }

    /// What of [`Market::exposure`] is not in doubt.
    pub(crate) fn certain(&self) -> Exposure {
        let ((bids, asks), position) = (self.foreign, self.ledger.position());
        self.orders.add_certain_to(Exposure { position, bids, asks })
    }

    /// What may trade, or may have traded, without an order of this run: foreign orders, and fills
    /// that are not settled.
    fn beyond_control(&self) -> (Size, Size) {
        let (bought, sold) = self.ledger.unsettled();
        (self.foreign.0.saturating_add(bought), self.foreign.1.saturating_add(sold))
    }

    /// The worst case in money; `None` if there is one and no price to value it at.
    pub(crate) fn worst(&self) -> Option<Notional> {
        let exposure = self.exposure();
        match self.mark {
            _ if exposure.is_empty() => Some(Notional::ZERO),
            Some(mark) => Some(exposure.worst_of_both(mark)),
            None => None,
        }
    }

    /// Cash and position by our own count; `None` if it cannot be said.
    pub(crate) fn worth(&self) -> Option<i128> {
        self.risk.worth(self.ledger.position(), self.refs.mid())
    }

    /// Applies a snapshot of the book.
    pub(crate) fn take_book(
        &mut self,
        now: Millis,
        time: Millis,
        bids: &[Level],
        asks: &[Level],
    ) -> Result<(), Refused> {
        let orders = &self.orders;
        let own = |side, price| orders.shown_at(side, price, now);
        self.book.apply_book(now, time, bids, asks, own)?;
        self.estimate(now, time);
        Ok(())
    }

    /// Applies a best-price message.
    pub(crate) fn take_bbo(
        &mut self,
        now: Millis,
        time: Millis,
        bid: Option<Level>,
        ask: Option<Level>,
    ) -> Result<(), Refused> {
        let orders = &self.orders;
        let own = |side, price| orders.shown_at(side, price, now);
        self.book.apply_bbo(now, time, bid, ask, own)?;
        self.estimate(now, time);
        Ok(())
    }

    /// Shows the estimators and the references a book that could be quoted on, as far as they are concerned.
    fn estimate(&mut self, now: Millis, time: Millis) {
        if let (Ok((bid, ask)), (Some(best_bid), Some(best_ask))) =
            (self.book.others(), self.book.touch())
        {
            let mid = bid.price.midpoint(ask.price, hl_quant::Round::Down);
            self.estimates.see(now, time, (best_bid, best_ask), mid);
            self.refs.see(now, mid, &self.config.collar);
            self.risk.see(now, mid);
        }
    }

    /// The best prices of others, and what the thinner side offers near them in USD.
    pub(crate) fn sight(&self) -> Option<hl_rotation::Quote> {
        let (bid, ask) = self.book.others().ok()?;
        let depth = self.book.near(Side::Bid).min(self.book.near(Side::Ask));
        Some(hl_rotation::Quote {
            bid: crate::float::of_price(bid.price),
            ask: crate::float::of_price(ask.price),
            depth_usd: crate::float::of_notional(depth),
        })
    }

    /// Takes a public trade.
    pub(crate) fn take_trade(&mut self, time: Millis, aggressor: Side, price: Price) {
        self.estimates.trade(time, aggressor, price);
    }

    /// Notes that a message of the market was not applied.
    pub(crate) fn refused(&mut self, refused: Refused, now: Millis, out: &mut Outbox) {
        match refused {
            Refused::Outdated => bump(&mut self.stats.outdated),
            Refused::Malformed(what) => self.audit(what, now, out),
        }
    }

    pub(crate) fn audit(&mut self, what: &'static str, now: Millis, out: &mut Outbox) {
        bump(&mut self.stats.audits);
        out.event(now, EventKind::Audit { pair: Some(self.pair()), what });
    }

    /// Takes the market's rules.
    pub(crate) fn set_spec(&mut self, spec: Spec, now: Millis, out: &mut Outbox) {
        if let Some(old) = &self.spec {
            if spec.requested < old.requested {
                return bump(&mut self.stats.outdated);
            }
            let (from, to) = (old.rules.sizes().lot(), spec.rules.sizes().lot());
            if old.rules != spec.rules {
                let pair = self.pair();
                out.event(now, EventKind::SpecChange { pair, lot_from: from, lot_to: to });
            }
        }
        bump(&mut self.specs_heard);
        self.spec = Some(spec);
        self.dirty = true;
    }

    /// Takes a step back of the clock, however small: what must not grow old is as old as it was.
    pub(crate) fn set_back(&mut self, step_ms: u64) {
        self.book.set_back(step_ms);
        if let Some(spec) = &mut self.spec {
            spec.requested = spec.requested.minus(step_ms);
        }
        // When to decide next was reckoned by the clock as it was.
        self.dirty = true;
    }

    /// Takes a large step back of the clock: nothing planned waits longer than it was planned to. A
    /// market that rests because its orders were refused rests twice as long at most, and not for less
    /// if the clock is put right again.
    pub(crate) fn rebase(&mut self, now: Millis, step_ms: u64, (retry_ms, park_ms): (u64, u64)) {
        self.next_round = self.next_round.minus(step_ms);
        self.parked_until = self.parked_until.min(now.plus(park_ms.saturating_mul(2)));
        (self.held, self.due) = (None, None);
        self.orders.rebase(now, retry_ms);
        self.guard.rebase(now);
        self.races.rebase(now);
    }

    /// Whether the venue has said that it takes no orders here.
    pub(crate) fn is_known_not_to_trade(&self) -> bool {
        self.spec.as_ref().is_some_and(|spec| spec.status != MarketStatus::Trading)
    }

    /// Whether orders of an earlier run may still be in the book.
    pub(crate) fn has_orphans(&self) -> bool {
        self.orders.iter().any(|order| order.origin == Origin::Orphan && order.may_rest())
    }

    pub(crate) fn view(&self, now: Millis) -> MarketView<'_> {
        let touch = match self.book.touch() {
            (Some(bid), Some(ask)) => Some((bid, ask)),
            _ => None,
        };
        let mid = touch.map(|(bid, ask)| bid.midpoint(ask, hl_quant::Round::Down));
        let spread = touch.zip(mid).and_then(|((bid, ask), mid)| {
            let width = i128::from(ask.raw()).saturating_sub(i128::from(bid.raw()));
            Ppm::ratio(width, i128::from(mid.raw()))
        });
        let position = self.ledger.position();
        MarketView {
            pair: &self.config.pair,
            why_not: self.why_not,
            touch,
            mid,
            spread,
            fair: self.mark,
            book_age_ms: self.book.heard_ms(now),
            position,
            worst: self.worst(),
            profit: self.profit(),
            volatility: self.estimates.volatility(now),
            arrivals: self.estimates.arrivals(now),
            stats: &self.stats,
        }
    }

    /// Sets what positions are valued at from now on.
    fn set_mark(&mut self, fair: Price) {
        self.mark = Some(fair);
        if self.basis.is_none() {
            self.basis = self.ledger.opening().map(|held| Usd::value(held, fair));
        }
    }

    /// What this run has made: its cash, and what its position gained on the one that it found.
    fn profit(&self) -> Option<Usd> {
        let position = self.ledger.position();
        let found = self.ledger.opening().unwrap_or(SignedSize::ZERO);
        match (self.mark, self.basis) {
            (Some(mark), Some(basis)) => {
                Some(self.stats.cash.plus(Usd::value(position, mark)).minus(basis))
            }
            _ if (position, found) == (SignedSize::ZERO, SignedSize::ZERO) => Some(self.stats.cash),
            _ => None,
        }
    }

    pub(crate) fn order_views(&self) -> impl Iterator<Item = OrderView> + '_ {
        self.orders.iter().map(|order| OrderView {
            cloid: order.cloid,
            side: order.side,
            price: order.price,
            remaining: order.remaining(),
            state: order.state(),
        })
    }

    /// The cloids of a set of orders, so that they can be worked on one after the other.
    fn cloids(&self, which: impl Fn(&Order) -> bool) -> Several<Cloid> {
        self.of_orders(|order| which(order).then_some(order.cloid))
    }

    /// What `what` says of each order that it has something to say of.
    fn of_orders<T>(&self, what: impl Fn(&Order) -> Option<T>) -> Several<T> {
        self.orders.iter().filter_map(what).take(CLOIDS).collect()
    }
}

/// More orders than one market can have within its limits.
const CLOIDS: usize = 64;

/// Of orders to be worked on one after the other; those beyond the end come with the next input.
type Several<T> = arrayvec::ArrayVec<T, CLOIDS>;
