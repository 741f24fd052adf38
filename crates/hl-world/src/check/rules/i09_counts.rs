//! I9 (S0): no more orders than allowed, in a market and in all; and no order leaves that was not
//! announced (the comparison of orders out with intents that would have stopped Knight in 2012).
//!
//! Judged at each send: orders by their true fates, and the attempt's line, which must have been
//! written before and agree with the wire on the market's name.

use super::prelude::*;

/// Orders beyond the maximum that the side which reduces the position may place.
const EXTRA: usize = 2;

#[derive(Debug, Default)]
pub(crate) struct Counts;

impl Rule for Counts {
    fn see(&mut self, view: &View<'_>, seen: &Seen<'_>, court: &mut Court) {
        let Seen::Sent { bot, request, wire } = seen else { return };
        if view.record.bot(*bot).is_some_and(|bot| bot.exits.contains(request)) {
            return;
        }
        for order in &wire.orders {
            let announced = order.cloid.filter(|cloid| view.record.attempts.contains_key(cloid));
            court.judge(Id::of(9), announced.is_some(), || {
                format!("an order without an attempt: {order:?}")
            });
            let Some(market) = market_of(view, order) else { continue };
            let here = view.record.open_orders().filter(|(_, o)| o.market == market).count();
            let limit = view.record.config.markets.get(market).map(|m| usize::from(m.max_orders));
            if let Some(limit) = limit {
                court.judge(Id::of(9), here <= limit.saturating_add(EXTRA), || {
                    format!("{here} orders in market {market}, limit {limit}")
                });
            }
        }
        if !wire.orders.is_empty() {
            let all = view.record.open.len();
            let limit = usize::from(view.record.config.limits.max_orders);
            let extra = EXTRA.saturating_mul(view.record.markets.len());
            court.judge(Id::of(9), all <= limit.saturating_add(extra), || {
                format!("{all} orders in all, limit {limit}")
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{Case, order};

    #[test]
    fn more_orders_than_allowed_are_a_breach() {
        let mut case = Case::new(Counts);
        // Thirty-two are allowed, and two more for the side that reduces.
        for cloid in 1..=34 {
            case.send(&[order(cloid, true, "149.5", "1")]);
        }
        assert_eq!(case.breaches(), 0);
        case.send(&[order(35, true, "149.5", "1")]);
        assert_eq!(case.breaches(), 1);
    }

    #[test]
    fn an_order_that_was_not_announced_is_a_breach() {
        let mut case = Case::new(Counts);
        case.send_unannounced(&[order(1, true, "149.5", "1")]);
        assert_eq!(case.breaches(), 1);
    }
}
