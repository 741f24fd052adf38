//! I15 (S0): an order reaches the market that it was meant for, or is taken away where it came to.
//!
//! Judged: the number on the wire against the exchange's numbers of the attempt's market, old ones
//! forgiven for as long as a spec may be used; the market in which the exchange opens it. An order that
//! was under way while the venue numbered its markets anew comes to another one, whatever its sender
//! does. Nothing is quoted any more once the sender has been told of it, and it is gone when the faults
//! are over.

use std::collections::BTreeSet;

use hl_sim::{DeedState, OrderDeed};

use super::prelude::*;

const GRACE_MS: u64 = 65_000;
/// So much later than its opening a list of open orders must have been asked for to show it, whatever
/// nodes lag behind or leave out.
const TOLD_MS: u64 = 60_000;
/// How long after the faults it may still rest.
const HEALED_MS: u64 = 30_000;

#[derive(Debug, Default)]
pub(crate) struct Assets {
    /// Orders in a market that they were not meant for.
    strays: BTreeSet<Cloid>,
}

impl Rule for Assets {
    fn see(&mut self, view: &View<'_>, seen: &Seen<'_>, court: &mut Court) {
        match seen {
            Seen::Sent { wire, .. } => {
                for order in &wire.orders {
                    let attempt = order.cloid.and_then(|cloid| view.record.attempts.get(&cloid));
                    let Some(market) = attempt.map(|attempt| attempt.market) else { continue };
                    let mut rules = view.record.rules_within(market, GRACE_MS);
                    let right = rules.any(|rules| rules.asset == order.asset);
                    court.judge(Id::of(15), right, || {
                        format!("an order for market {market} goes to number {}", order.asset)
                    });
                }
                self.quoted(view, seen, court);
            }
            Seen::Deed(Deed::Order(deed)) => self.opened(view, deed, court),
            Seen::Settled { .. } => self.healed(view, court),
            _ => {}
        }
    }
}

impl Assets {
    /// The strays that still rest.
    fn resting<'a>(&'a self, view: &View<'a>) -> impl Iterator<Item = (Cloid, Millis)> + 'a {
        let record = view.record;
        self.strays.iter().filter_map(|cloid| {
            let order = record.orders.get(cloid).filter(|order| order.fate == Fate::Live)?;
            Some((*cloid, order.opened?))
        })
    }

    fn quoted(&self, view: &View<'_>, seen: &Seen<'_>, court: &mut Court) {
        let Some((bot, orders)) = quotes(view, seen).filter(|_| !self.strays.is_empty()) else {
            return;
        };
        let told = bot.reads.first().copied().flatten();
        let known = |opened: Millis| told.is_some_and(|told| told > opened.plus(TOLD_MS));
        let stray = self.resting(view).find(|(_, opened)| known(*opened));
        if !orders.is_empty() {
            court.judge(Id::of(15), stray.is_none(), || {
                format!("a quote while {stray:?} rests in another market")
            });
        }
    }

    fn healed(&self, view: &View<'_>, court: &mut Court) {
        if view.phase != Phase::Healed || view.healed_ms < HEALED_MS || self.strays.is_empty() {
            return;
        }
        let old = |opened: Millis| view.now.since(opened) >= HEALED_MS;
        let stray = self.resting(view).find(|(_, opened)| old(*opened));
        court.judge(Id::of(15), stray.is_none(), || {
            format!("{stray:?} still rests in another market")
        });
    }

    fn opened(&mut self, view: &View<'_>, deed: &OrderDeed, court: &mut Court) {
        let Some(order) = deed.cloid.and_then(|cloid| view.record.orders.get(&cloid)) else {
            return;
        };
        let Some(market) = view.record.markets.get(order.market) else { return };
        if market.coin != deed.coin && deed.state == DeedState::Open {
            if let Some(cloid) = deed.cloid {
                // What is told later of an order that has come there is no second one.
                if !self.strays.insert(cloid) {
                    return;
                }
            }
        } else if market.coin != deed.coin {
            return;
        }
        let renumbered = view.record.rules_within(order.market, GRACE_MS).map(|rules| rules.asset);
        let stable = renumbered.collect::<BTreeSet<_>>().len() == 1;
        if stable {
            court.judge(Id::of(15), market.coin == deed.coin, || {
                format!("an order for {} came to {}", market.coin, deed.coin)
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{Case, order};

    #[test]
    fn an_order_with_the_number_of_another_market_is_a_breach() {
        let mut case = Case::new(Assets::default());
        case.send(&[order(1, true, "149.5", "1")]);
        case.live(1);
        assert_eq!((case.breaches(), case.judged(15)), (0, 2));
        case.send(&[order(2, true, "149.5", "1").replace("\"a\":1", "\"a\":7")]);
        assert_eq!(case.breaches(), 1);
        case.live_in(1, "ETH");
        assert_eq!(case.breaches(), 2);
    }
}
