//! What the market should show now, or why nothing.

use arrayvec::ArrayVec;
use hl_quant::{
    Intent, Notional, OrderPrice, OrderSize, Price, Reject, Round, Side, SignedSize, Size,
};

use super::{Desk, Market, Role, Spec, at};
use crate::{
    BelowMin, Cause, EventKind, Figure, Grade, Known, MAX_LAYERS, MarketStatus, NoQuote, Ppm,
    Thought, Want, Wants,
    budget::Class,
    fair::fair,
    quote::size_worth,
    risk::{Restraint, Verdict},
    stats::bump,
};

/// An order that should rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) price: OrderPrice,
    pub(super) size: OrderSize,
    /// What was wanted, within the limits and before the grid: a second try starts from it.
    pub(super) want: Want,
}

/// The orders that should rest, innermost first on each side.
#[derive(Clone, Debug, Default)]
pub(super) struct Targets {
    pub(super) bids: ArrayVec<Target, MAX_LAYERS>,
    pub(super) asks: ArrayVec<Target, MAX_LAYERS>,
}

/// Why wanted quotes of a side did not become targets.
#[derive(Clone, Copy, Debug, Default)]
struct Missed {
    at_limit: bool,
    too_small: Option<Reject>,
}

impl Market {
    /// What should rest now.
    pub(super) fn targets(&mut self, desk: &mut Desk<'_>) -> Result<Targets, NoQuote> {
        if self.role == Role::Rests && desk.switch.is_none() {
            // What is still held has to be valued, or no other market could judge the whole.
            if let Ok((bid, ask)) = self.book.others() {
                self.set_mark(fair(self.config.fair, bid, ask));
            }
            return Err(NoQuote::Rotation);
        }
        self.ready(desk)?;
        let restraint = self.restraint(desk)?;
        let (bid, ask) = self.book.others()?;
        let touch = match self.book.touch() {
            (Some(bid), Some(ask)) if bid < ask => (bid, ask),
            _ => return Err(NoQuote::Crossed),
        };
        let fair = fair(self.config.fair, bid, ask);
        self.set_mark(fair);
        let spec = self.spec.take().ok_or(NoQuote::NoSpec)?;
        let known = Known {
            now: desk.now,
            spec: &spec.rules,
            fair,
            bid,
            ask,
            position: self.ledger.position(),
            inventory: self.inventory(fair),
            max_position: self.max_position(),
            volatility: self.estimates.volatility(desk.now),
            arrivals: self.estimates.arrivals(desk.now),
        };
        self.wants.bids.clear();
        self.wants.asks.clear();
        let wanted = self.model.quote(&known, &mut self.wants);
        let mut thought = self.lens.is_some().then(|| self.thought(&known, touch, wanted.err()));
        if wanted.is_ok() {
            self.take_share(fair, spec.rules.min_notional());
        }
        restraint.apply(fair, &mut self.wants);
        if let (Some(lens), Some(mut thought)) = (&mut self.lens, thought.take()) {
            thought.allowed.clone_from(&self.wants);
            lens.thought = Some(thought);
        }
        let shaped = wanted.and_then(|()| self.shape(&spec, fair, touch, desk));
        self.spec = Some(spec);
        shaped
    }

    fn thought(
        &self,
        known: &Known<'_>,
        touch: (Price, Price),
        declined: Option<NoQuote>,
    ) -> Thought {
        Thought {
            market: self.id,
            at: known.now,
            fair: known.fair,
            bid: known.bid,
            ask: known.ask,
            touch,
            references: self.refs.both(known.now, &self.config.collar),
            position: known.position,
            inventory: known.inventory,
            max_position: known.max_position,
            volatility: known.volatility,
            arrivals: known.arrivals,
            model: self.config.model,
            declined,
            wished: self.wants.clone(),
            allowed: Wants::default(),
        }
    }

    /// Whether the market may be quoted at all.
    fn ready(&self, desk: &Desk<'_>) -> Result<(), NoQuote> {
        if let Some(reason) = desk.switch {
            return Err(reason);
        }
        let spec = self.spec.as_ref().ok_or(NoQuote::NoSpec)?;
        if spec.status != MarketStatus::Trading {
            return Err(NoQuote::NotTrading);
        }
        if desk.now.since(spec.requested) > desk.timing.spec_max_age_ms {
            return Err(NoQuote::SpecStale);
        }
        if desk.now < self.parked_until {
            return Err(NoQuote::Parked);
        }
        let live = self.orders.count().saturating_add(desk.orders_elsewhere);
        // While the position can be made smaller, the gate decides order by order.
        let class = match self.ledger.position() {
            SignedSize::ZERO => Class::Quote,
            _ => Class::Reduce,
        };
        if !desk.allowance(class, live).is_enough() {
            return Err(NoQuote::Budget);
        }
        self.book.fresh(desk.now, desk.behind_ms, desk.timing)?;
        self.refs.ready(desk.now, &self.config.collar)
    }

    /// What the limits of the account, of this market and of the request budget leave of the quotes.
    fn restraint(&self, desk: &Desk<'_>) -> Result<Restraint, NoQuote> {
        let mut verdict = desk.verdict.worst(self.risk.shown());
        let live = self.orders.count().saturating_add(desk.orders_elsewhere);
        let allowance = desk.allowance(Class::Quote, live);
        if !allowance.is_enough() {
            let left = allowance.left.map_or(Figure::None, Figure::Count);
            let limit = Figure::Count(allowance.reserve);
            verdict = verdict.worst(Verdict::new(Grade::OneSided, Cause::Budget, left, limit));
        }
        if self.role == Role::Exits {
            let exits = Verdict::new(Grade::OneSided, Cause::Rotation, Figure::None, Figure::None);
            verdict = verdict.worst(exits);
        }
        Restraint::of(&verdict, self.ledger.position())
    }

    /// Cuts wishes to the market's share of its limits, but not below what the venue takes.
    fn take_share(&mut self, fair: Price, min: Notional) {
        if self.share >= Ppm::ONE {
            return;
        }
        // A tenth more than the least, so that rounding to lots does not undo it.
        let least = size_worth(min.saturating_add(Ppm(100_000).of_notional(min)), fair);
        let least = least.unwrap_or(Size::MAX);
        let share = u128::try_from(self.share.0.max(0)).unwrap_or(0);
        for want in self.wants.bids.iter_mut().chain(self.wants.asks.iter_mut()) {
            let part = u128::from(want.size.raw()).saturating_mul(share) / 1_000_000;
            let part = Size::from_raw(u64::try_from(part).unwrap_or(u64::MAX));
            want.size = part.max(least).min(want.size);
        }
    }

    /// The position as a part of its limit, from -1 to 1.
    fn inventory(&self, fair: Price) -> Ppm {
        let value = crate::Usd::value(self.ledger.position(), fair).raw();
        let max = i128::try_from(self.max_position().raw()).unwrap_or(i128::MAX);
        let ratio = Ppm::ratio(value, max).unwrap_or_default();
        Ppm(ratio.0.clamp(-Ppm::ONE.0, Ppm::ONE.0))
    }

    /// Makes wishes legal: on the grid, off the touch, off each other, within the limits.
    fn shape(
        &mut self,
        spec: &Spec,
        fair: Price,
        touch: (Price, Price),
        desk: &mut Desk<'_>,
    ) -> Result<Targets, NoQuote> {
        let mut targets = Targets::default();
        let mut limited = false;
        for side in Side::BOTH {
            let room = self.room(side, fair, desk);
            let mut list = ArrayVec::new();
            let missed = self.shape_side(side, spec, touch, room, &mut list);
            limited |= missed.at_limit;
            self.report_too_small(side, missed.too_small, spec, desk);
            match side {
                Side::Bid => targets.bids = list,
                Side::Ask => targets.asks = list,
            }
        }
        match (targets.bids.first(), targets.asks.first()) {
            (Some(bid), Some(ask)) if bid.price >= ask.price => Err(NoQuote::Model("own_cross")),
            (None, None) if limited => Err(NoQuote::AtLimit),
            (None, None) if self.too_small != [None, None] => Err(NoQuote::BelowMin),
            (None, None) => Err(NoQuote::NoLegalPrice),
            _ => Ok(targets),
        }
    }

    /// How much orders of `side` may trade before a limit is reached, by the position alone and what
    /// is beyond our control; the orders that these targets replace are the gate's to count.
    fn room(&self, side: Side, fair: Price, desk: &Desk<'_>) -> Size {
        let own = self.max_position();
        let max = match desk.gross_others {
            Some(others) => own.min(desk.limits.max_gross.saturating_sub(others)),
            // With the others not computable, only what reduces.
            None => Notional::ZERO,
        };
        let position = i128::from(self.ledger.position().raw());
        let held = match side {
            Side::Bid => position,
            Side::Ask => position.saturating_neg(),
        };
        let (bids, asks) = self.beyond_control();
        let others = match side {
            Side::Bid => bids,
            Side::Ask => asks,
        };
        let owed = self
            .orders
            .iter()
            .filter(|order| order.side == side && !order.may_rest())
            .fold(others, |sum, order| sum.saturating_add(order.reserve()));
        let most = size_worth(max, fair).unwrap_or_default();
        let room = i128::from(most.raw())
            .saturating_sub(held)
            .saturating_sub(i128::from(owed.raw()))
            .max(0);
        Size::from_raw(u64::try_from(room).unwrap_or(u64::MAX))
    }

    fn shape_side(
        &self,
        side: Side,
        spec: &Spec,
        touch: (Price, Price),
        mut room: Size,
        list: &mut ArrayVec<Target, MAX_LAYERS>,
    ) -> Missed {
        let mut missed = Missed::default();
        for want in self.wants.side(side) {
            let last = list.last().map(|target: &Target| target.price);
            let Some(price) = legal_price(side, want, spec, touch, last) else { continue };
            let wanted = want.size.min(room);
            let legal = spec
                .rules
                .sizes()
                .snap(wanted, Round::Down)
                .and_then(|size| spec.rules.order(price, size).map(|order| order.size));
            match legal {
                Ok(size) => {
                    room = room.saturating_sub(size.get());
                    // There is one place per layer.
                    let want = Want { size: wanted, ..*want };
                    let _ = list.try_push(Target { price, size, want });
                }
                Err(_) if wanted < want.size => missed.at_limit = true,
                Err(reject) => missed.too_small = Some(reject),
            }
        }
        missed
    }

    /// Says once that a side's quotes are too small for the venue, and again only after they were
    /// not.
    fn report_too_small(
        &mut self,
        side: Side,
        now: Option<Reject>,
        spec: &Spec,
        desk: &mut Desk<'_>,
    ) {
        let Some(before) = self.too_small.get_mut(at(side)) else { return };
        let is_news = now.is_some() && before.is_none();
        *before = now;
        let Some(reject) = now.filter(|_| is_news) else { return };
        bump(&mut self.stats.below_min);
        let Some(want) = self.wants.side(side).first().copied() else { return };
        let Ok(price) = spec.rules.prices().snap(want.price, Intent::Passive.round(side)) else {
            return;
        };
        let size = spec.rules.sizes().snap(want.size, Round::Down);
        let mut quant = match size.or_else(|_| spec.rules.sizes().check(spec.rules.sizes().lot())) {
            Ok(size) => spec.rules.log_fields(price, size),
            Err(_) => return,
        };
        if size.is_err() {
            (quant.steps, quant.size_int) = (0, 0);
        }
        let (notional, min) = match reject {
            Reject::BelowMinNotional { notional, min } => (notional, min),
            _ => (price.get() * want.size, spec.rules.min_notional()),
        };
        let pair = self.pair();
        desk.event(EventKind::BelowMin(BelowMin { pair, side, quant, notional, min, reject }));
    }
}

/// The legal price for a wish: rounded away from the market, behind the touch, and behind the price
/// `last` of the layer before, so that layers never collapse into one.
pub(super) fn legal_price(
    side: Side,
    want: &Want,
    spec: &Spec,
    (bid, ask): (Price, Price),
    last: Option<OrderPrice>,
) -> Option<OrderPrice> {
    let grid = spec.rules.prices();
    let opposite = match side {
        Side::Bid => ask,
        Side::Ask => bid,
    };
    let price = grid.maker_safe(side, want.price, opposite).ok()?;
    match last {
        None => Some(price),
        Some(last) => {
            let behind = grid.away(side, last, 1)?;
            Some(match side {
                Side::Bid => price.min(behind),
                Side::Ask => price.max(behind),
            })
        }
    }
}
