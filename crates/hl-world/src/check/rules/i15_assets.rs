//! I15 (S0): an order reaches the market that it was meant for.
//!
//! Judged: the number on the wire against the exchange's numbers of the attempt's market, old ones
//! forgiven for as long as a spec may be used; and the market in which the exchange opens it.

use hl_sim::OrderDeed;

use super::prelude::*;

const GRACE_MS: u64 = 65_000;

#[derive(Debug, Default)]
pub(crate) struct Assets;

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
            }
            Seen::Deed(Deed::Order(deed)) => opened(view, deed, court),
            _ => {}
        }
    }
}

fn opened(view: &View<'_>, deed: &OrderDeed, court: &mut Court) {
    let Some(order) = deed.cloid.and_then(|cloid| view.record.orders.get(&cloid)) else { return };
    let Some(market) = view.record.markets.get(order.market) else { return };
    let renumbered = view.record.rules_within(order.market, GRACE_MS).map(|rules| rules.asset);
    let stable = renumbered.collect::<std::collections::BTreeSet<_>>().len() == 1;
    if stable {
        court.judge(Id::of(15), market.coin == deed.coin, || {
            format!("an order for {} came to {}", market.coin, deed.coin)
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{Case, order};

    #[test]
    fn an_order_with_the_number_of_another_market_is_a_breach() {
        let mut case = Case::new(Assets);
        case.send(&[order(1, true, "149.5", "1")]);
        case.live(1);
        assert_eq!((case.breaches(), case.judged(15)), (0, 2));
        case.send(&[order(2, true, "149.5", "1").replace("\"a\":1", "\"a\":7")]);
        assert_eq!(case.breaches(), 1);
        case.live_in(1, "ETH");
        assert_eq!(case.breaches(), 2);
    }
}
