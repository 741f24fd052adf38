//! I8 (S0): whichever of our orders trade, the position stays within the limit of its market, and
//! the sum of all within the limit of the account.
//!
//! Judged at each send: the exchange's position and all that rests there or is on its way, foreign
//! orders included, valued as the bot valued it when it decided on the order: until that has left,
//! its record has to be written, and what prices do meanwhile is no decision. A trade moves size from
//! an order into the position, so the bot has no excuse in news that it has not got yet. It has one
//! where the position changed without a trade, or a foreign order came, within a reconciliation's
//! time.

use std::collections::{BTreeSet, VecDeque};

use hl_quant::{Notional, Size};

use super::prelude::*;

const UNTOLD_MS: u64 = 65_000;
/// The sum over markets is valued by fair prices that are read after a whole turn, in which the
/// engine may have decided at each of several messages. What prices do meanwhile stays far below this
/// part of the limit, and an order that should not have left is far above it.
const DRIFT_PARTS: u128 = 1_000;

/// More orders than can be on their way from a decision to the wire.
const DECIDED: usize = 256;

#[derive(Debug, Default)]
pub(crate) struct Exposure {
    /// The fair prices of the last moment of rest: other markets are valued at their last decision.
    before: Vec<Option<Price>>,
    /// The fair prices by which the latest orders were decided on.
    decided: VecDeque<(Cloid, Vec<Option<Price>>)>,
    /// The orders that the bot then took for open, or for not told entirely.
    known: BTreeSet<Cloid>,
}

impl Rule for Exposure {
    fn see(&mut self, view: &View<'_>, seen: &Seen<'_>, court: &mut Court) {
        if let (Seen::Settled { .. }, Some(belief)) = (seen, view.belief) {
            self.before.clear();
            self.before.extend(belief.markets.iter().map(|market| market.fair));
            self.known.clear();
            self.known.extend(belief.orders.iter().map(|order| order.cloid));
        }
        if let (Seen::Decided { cloid, .. }, Some(belief)) = (seen, view.belief) {
            if self.decided.len() == DECIDED {
                self.decided.pop_front();
            }
            let fair = belief.markets.iter().map(|market| market.fair).collect();
            self.decided.push_back((*cloid, fair));
        }
        let Seen::Sent { bot, request, wire } = seen else { return };
        let exit = view.record.bot(*bot).is_some_and(|bot| bot.exits.contains(request));
        if wire.orders.is_empty() || exit {
            return;
        }
        let recent = |at: Option<Millis>| at.is_some_and(|at| view.now.since(at) < UNTOLD_MS);
        let untold =
            view.record.markets.iter().any(|m| recent(m.adjusted) || recent(m.last_foreign));
        if untold {
            return;
        }
        for order in &wire.orders {
            self.position(view, order, court);
        }
        self.gross(view, wire, court);
    }
}

impl Exposure {
    /// The worst side of every market; of those in which orders leave, the sides that they are on,
    /// because an order does not have to make good what prices have done to the other side.
    fn gross(&self, view: &View<'_>, wire: &Wire<'_>, court: &mut Court) {
        let Some(belief) = view.belief else { return };
        let into = |market, side| {
            wire.orders.iter().any(|o| market_of(view, o) == Some(market) && side_of(o) == side)
        };
        let mut sum = Notional::ZERO;
        let mut parts = Vec::new();
        for (market, known) in belief.markets.iter().enumerate() {
            let (buys, sells) = (into(market, Side::Bid), into(market, Side::Ask));
            let mut worst = Size::ZERO;
            if buys || !sells {
                worst = view.record.worst(market, Side::Bid);
            }
            if sells || !buys {
                worst = worst.max(view.record.worst(market, Side::Ask));
            }
            let before = self.before.get(market).copied().flatten();
            let decided = wire.orders.first().and_then(|order| self.decided(order, market));
            match before.into_iter().chain(decided).chain(known.fair).min() {
                Some(fair) => {
                    sum = sum.saturating_add(fair * worst);
                    parts.push((worst, fair));
                }
                None if worst.is_zero() => {}
                None => return,
            }
        }
        let limit = view.record.config.limits.max_gross;
        // What prices have done to other markets is nothing that an order has to make good which
        // leaves its own market no worse than the bot knew it to be.
        let drift = Notional::from_raw(limit.raw() / DRIFT_PARTS);
        let holds = sum <= limit.saturating_add(drift) || self.worsens_nothing(view, wire);
        court.judge(Id::of(8), holds, || {
            format!("gross {sum}, limit {limit}: sizes and prices {parts:?}")
        });
    }
}

impl Exposure {
    /// The price at which a market was valued when an order was decided on.
    fn decided(&self, order: &WireOrder<'_>, market: usize) -> Option<Price> {
        let decided = self.decided.iter().rev().find(|(cloid, _)| Some(*cloid) == order.cloid);
        decided.and_then(|(_, fair)| fair.get(market).copied().flatten())
    }

    fn position(&self, view: &View<'_>, order: &WireOrder<'_>, court: &mut Court) {
        let Some(market) = market_of(view, order) else { return };
        let belief = view.belief.and_then(|belief| belief.markets.get(market));
        let limit = view.record.config.markets.get(market).map(|config| config.max_position);
        let fair = self.decided(order, market);
        let fair = fair.or_else(|| belief.and_then(|belief| belief.fair));
        let Some((fair, limit)) = fair.zip(limit) else { return };
        let worst = fair * view.record.worst(market, side_of(order));
        court.judge(Id::of(8), worst <= limit, || {
            let position = view.record.markets.get(market).map(|market| market.position);
            format!(
                "market {market}: {} orders lead from {position:?} to {worst}, limit {limit}",
                side_of(order)
            )
        });
    }

    /// Whether the worst case of each market in which orders leave is what it was before, orders
    /// included that were gone without the bot having heard of it when it decided.
    fn worsens_nothing(&self, view: &View<'_>, wire: &Wire<'_>) -> bool {
        let new = |cloid: Cloid| wire.orders.iter().any(|order| order.cloid == Some(cloid));
        (0..view.record.markets.len())
            .filter(|market| wire.orders.iter().any(|o| market_of(view, o) == Some(*market)))
            .all(|market| {
                let after = Side::BOTH.map(|side| view.record.worst(market, side));
                let before = Side::BOTH.map(|side| {
                    let there = view.record.orders.iter().filter(|(cloid, order)| {
                        (order.market, order.side) == (market, side)
                            && !new(**cloid)
                            && (order.fate == Fate::Live || self.known.contains(cloid))
                    });
                    let open = there.map(|(_, order)| order.size.saturating_sub(order.filled));
                    view.record.worst_with(
                        market,
                        side,
                        open.fold(Size::ZERO, Size::saturating_add),
                    )
                });
                after.into_iter().max() <= before.into_iter().max()
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{Case, order};

    #[test]
    fn what_rests_what_flies_and_what_is_held_count_together() {
        // The limit is $1,000 and the price 150: six fit, seven do not.
        let mut case = Case::new(Exposure::default());
        case.send(&[order(1, true, "149.5", "3")]);
        case.live(1);
        case.fill(1, 7, "1", false);
        case.send(&[order(2, true, "149.4", "3")]);
        assert_eq!((case.breaches(), case.judged(8)), (0, 4));
        case.send(&[order(3, true, "149.3", "1")]);
        assert_eq!(case.breaches(), 1, "1 held, 2 resting, 4 on their way");
        case.send(&[order(4, false, "150.5", "3")]);
        assert_eq!(case.breaches(), 1, "the other side has room");
        case.gone(2);
        case.gone(3);
        case.send(&[order(5, true, "149.3", "3")]);
        assert_eq!(case.breaches(), 1);
    }

    /// The record of an order takes time to write. At 150 the limit of $1,000 has room for 6.66.
    #[test]
    fn an_order_is_judged_by_the_price_that_it_was_decided_by() {
        let mut case = Case::new(Exposure::default());
        case.decide(1, "150");
        case.decide(2, "160");
        case.send(&[order(1, true, "149.5", "6.6")]);
        assert_eq!(case.breaches(), 0, "the price has risen since");
        case.gone(1);
        case.decide(3, "160");
        case.decide(4, "150");
        case.send(&[order(3, true, "149.5", "6.6")]);
        assert!(case.breaches() > 0, "6.6 at 160 was too much, whatever the price does then");
    }

    #[test]
    fn a_foreign_order_counts_once_the_bot_can_know_it() {
        let mut case = Case::new(Exposure::default());
        case.foreign(true, "5");
        case.send(&[order(1, true, "149.5", "2")]);
        assert_eq!(case.judged(8), 0, "it came just now");
        case.gone(1);
        case.pass(70_000);
        case.send(&[order(2, true, "149.5", "2")]);
        assert_eq!(case.breaches(), 1);
    }
}
