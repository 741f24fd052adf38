//! Each rule of the gate.

use hl_quant::{MarketSpec, Notional, Price, Side};

use super::{Budget, Candidate, Facts, REDUCING_ORDERS, Rule, reduces, text};
use crate::{Figure, MarketStatus, NoQuote, reference::far};

/// What the order has and what it may have: of a rule that holds, and of one that does not.
pub(super) type Verdict = Result<Figures, Figures>;
type Figures = (Figure, Figure);

pub(super) fn holds(rule: Rule, order: &Candidate, facts: &Facts<'_>) -> Verdict {
    match rule {
        Rule::Switch => match facts.switch {
            None => Ok((Figure::Word("on"), Figure::None)),
            Some(why) => Err((Figure::Word(why.code()), Figure::None)),
        },
        Rule::Tradeable => tradeable(facts),
        Rule::FreshData => {
            let (age, max) = (facts.data_age_ms, facts.data_max_age_ms);
            let young = require(age <= max, (Figure::Ms(age), Figure::Ms(max)));
            young.and_then(|figures| {
                let stop = |why: NoQuote| Err((Figure::Word(why.code()), Figure::Ms(max)));
                facts.data.map_or(Ok(figures), stop)
            })
        }
        Rule::LegalText => legal_text(order, facts),
        Rule::MinNotional => {
            let min = facts.spec.map_or(Notional::from_raw(u128::MAX), MarketSpec::min_notional);
            let have = order.price.get() * order.size.get();
            require(have >= min, (Figure::Notional(have), Figure::Notional(min)))
        }
        Rule::Touch => away_from(order, facts.touch),
        Rule::OwnCross => away_from(order, facts.own),
        Rule::Collar => collar(order, facts),
        Rule::PositionCap => position_cap(order, facts),
        Rule::GrossCap => gross_cap(order, facts),
        Rule::OrderCount => order_count(order, facts),
        Rule::Budget => budget(facts.budget),
    }
}

fn require(holds: bool, figures: Figures) -> Verdict {
    if holds { Ok(figures) } else { Err(figures) }
}

fn tradeable(facts: &Facts<'_>) -> Verdict {
    let (age, max) = (facts.spec_age_ms, facts.spec_max_age_ms);
    let young = require(facts.spec.is_some() && age <= max, (Figure::Ms(age), Figure::Ms(max)));
    match facts.status {
        MarketStatus::Trading => young,
        MarketStatus::CancelOnly => young.and(Err((Figure::Word("cancel_only"), Figure::None))),
    }
}

fn legal_text(order: &Candidate, facts: &Facts<'_>) -> Verdict {
    let (price, size) = (order.price.to_text(), order.size.to_text());
    let legal = facts.spec.is_some_and(|spec| {
        let sz_decimals = spec.sz_decimals().get();
        text::price_is_legal(price.as_str(), spec.kind(), sz_decimals)
            && text::size_is_legal(size.as_str(), sz_decimals)
    });
    require(legal, (Figure::Price(order.price.get()), Figure::Size(order.size.get())))
}

/// A bid below the ask of the pair, an ask above its bid; an unknown price forbids nothing, since
/// the data rule has already demanded a two-sided book.
fn away_from(order: &Candidate, (bid, ask): (Option<Price>, Option<Price>)) -> Verdict {
    let price = order.price.get();
    let (opposite, holds) = match order.side {
        Side::Bid => (ask, ask.is_none_or(|ask| price < ask)),
        Side::Ask => (bid, bid.is_none_or(|bid| price > bid)),
    };
    require(holds, (Figure::Price(price), opposite.map_or(Figure::None, Figure::Price)))
}

/// Near both references, on either side of them: far below its reference a bid is as much a sign of a
/// wrong price as far above it.
fn collar(order: &Candidate, facts: &Facts<'_>) -> Verdict {
    let max_age = Figure::Ms(facts.collar.max_age_ms);
    let (oracle, slow) = facts.references.map_err(|why| (Figure::Word(why.code()), max_age))?;
    let price = order.price.get();
    let near = |reference, limit| {
        let figures = (Figure::Price(price), Figure::Price(reference));
        require(!far(price, reference, limit), figures)
    };
    let by_oracle = near(oracle, facts.collar.oracle)?;
    near(slow, facts.collar.slow).map(|_| by_oracle)
}

/// What an order that only takes away from the position has, where that excuses it.
const REDUCES: Figure = Figure::Word("reduces");

/// An order that only takes away from the position cannot make any worst case worse, and needs no
/// price to know it.
fn position_cap(order: &Candidate, facts: &Facts<'_>) -> Verdict {
    let max = Figure::Notional(facts.max_position);
    if reduces(order, &facts.exposure) {
        return Ok((REDUCES, max));
    }
    let mark = facts.mark.ok_or((Figure::None, max))?;
    let after = facts.exposure.with(order.side, order.size.get());
    let worst = after.worst(order.side, mark);
    require(worst <= facts.max_position, (Figure::Notional(worst), max))
}

/// An order that does not worsen its own market's worst case is never stopped here: with the sum
/// above its limit, or not computable, the side that reduces must still be able to trade. The worst
/// case that excuses it is the one that surely is; an order in doubt may be none in truth, and then
/// this one would be what breaks the limit.
fn gross_cap(order: &Candidate, facts: &Facts<'_>) -> Verdict {
    let max = Figure::Notional(facts.max_gross);
    if reduces(order, &facts.exposure) {
        return Ok((REDUCES, max));
    }
    let mark = facts.mark.ok_or((Figure::None, max))?;
    let before = facts.certain.worst_of_both(mark);
    let after = facts.exposure.with(order.side, order.size.get()).worst_of_both(mark);
    if after <= before {
        return Ok((Figure::Word("no_worse"), max));
    }
    let others = facts.gross_others.ok_or((Figure::None, max))?;
    let sum = others.saturating_add(after);
    require(sum <= facts.max_gross, (Figure::Notional(sum), max))
}

/// Whatever the counts say, the side that reduces the position may have a few orders.
fn order_count(order: &Candidate, facts: &Facts<'_>) -> Verdict {
    let count = facts.orders;
    let reduces = facts.exposure.position.side() == Some(order.side.opposite());
    let room = |have: u64, max: u64| require(have < max, (Figure::Count(have), Figure::Count(max)));
    if reduces && count.same_side < REDUCING_ORDERS {
        return Ok((REDUCES, Figure::Count(count.max_here)));
    }
    let here = room(count.here, count.max_here)?;
    room(count.all, count.max_all).map(|_| here)
}

/// What is kept depends on what the order does: quoting leaves the cancels their whole reserve, an
/// order that reduces the position only what the orders in the book need for their own cancels.
fn budget(budget: Budget) -> Verdict {
    let left = budget.left.map_or(Figure::None, Figure::Count);
    let holds = budget.left.is_none_or(|left| left > budget.reserve);
    require(holds, (left, Figure::Count(budget.reserve)))
}
