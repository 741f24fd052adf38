//! I3 (S0): quoting is post-only; at send a bid is below the best known ask and an ask above the
//! best known bid; own bids stay below own asks; no fill of a quote takes liquidity.
//!
//! Judged: the wire for time in force; the touch that the bot itself shows, because the exchange's
//! may have moved since; own orders by their *true* fates, so that an order which the bot has
//! forgotten counts as much as one that it knows; fills by the exchange's word.

use super::prelude::*;

#[derive(Debug, Default)]
pub(crate) struct Maker;

impl Rule for Maker {
    fn see(&mut self, view: &View<'_>, seen: &Seen<'_>, court: &mut Court) {
        match seen {
            Seen::Sent { bot, request, wire } => {
                let bot = view.record.bot(*bot);
                let exit = bot.is_some_and(|bot| bot.exits.contains(request));
                for (place, order) in wire.orders.iter().enumerate() {
                    if exit {
                        let holds = order.tif == "Ioc" && order.reduce_only;
                        court.judge(Id::of(3), holds, || {
                            format!("an exit that may open: {order:?}")
                        });
                    } else {
                        quote(view, wire, place, order, court);
                    }
                }
            }
            Seen::Deed(Deed::Fill(fill)) => {
                let order = fill.cloid.and_then(|cloid| view.record.orders.get(&cloid));
                if let Some(order) = order.filter(|order| order.alo) {
                    court.judge(Id::of(3), !fill.crossed, || {
                        format!(
                            "a quote took {} at {}, limit {}",
                            fill.size, fill.price, order.price
                        )
                    });
                }
            }
            _ => {}
        }
    }
}

fn quote(view: &View<'_>, wire: &Wire<'_>, place: usize, order: &WireOrder<'_>, court: &mut Court) {
    let id = Id::of(3);
    court.judge(id, order.tif == "Alo", || format!("a quote that is {}", order.tif));
    let Some((market, price)) = market_of(view, order).zip(price_of(order)) else { return };
    let belief = view.belief.and_then(|belief| belief.markets.get(market));
    if let Some((bid, ask)) = belief.and_then(|belief| belief.touch) {
        let outside = if order.buys { price < ask } else { price > bid };
        court.judge(id, outside, || {
            format!("{} {price} meets the touch {bid}@{ask}", side_of(order))
        });
    }
    let gone: Vec<Cloid> = replaced(view, wire, place).collect();
    let side = side_of(order).opposite();
    let mut against = view.record.open_orders().filter(|(cloid, other)| {
        other.market == market && other.side == side && !gone.contains(cloid)
    });
    let met = against.find(
        |(_, other)| {
            if order.buys { price >= other.price } else { price <= other.price }
        },
    );
    court.judge(id, met.is_none(), || {
        let other = met.map(|(cloid, other)| format!("{cloid} {} {:?}", other.price, other.fate));
        format!("{} {price} meets our own {}", side_of(order), other.unwrap_or_default())
    });
}

/// The orders that this action has replaced when it comes to the order at `place`.
fn replaced<'a>(
    view: &'a View<'_>,
    wire: &'a Wire<'_>,
    place: usize,
) -> impl Iterator<Item = Cloid> + 'a {
    let until = wire.orders.iter().take(place.saturating_add(1));
    until.filter_map(|order| match order.replaces? {
        Name::Cloid(cloid) => Some(cloid),
        Name::Oid(oid) => view.record.oids.get(&oid).copied(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{Case, order};

    #[test]
    fn a_quote_that_is_not_post_only_is_a_breach() {
        let mut case = Case::new(Maker);
        case.send(&[order(1, true, "149.5", "1")]);
        assert_eq!(case.breaches(), 0);
        case.send(&[order(2, true, "149.5", "1").replace("Alo", "Gtc")]);
        assert_eq!(case.breaches(), 1);
    }

    #[test]
    fn the_known_touch_and_our_own_orders_are_not_crossed() {
        let mut case = Case::new(Maker);
        case.touch("149.9", "150.1");
        case.send(&[order(1, true, "150", "1")]);
        assert_eq!(case.breaches(), 0);
        case.send(&[order(2, true, "150.1", "1")]);
        assert_eq!(case.breaches(), 1, "at the ask");
        case.send(&[order(3, false, "150", "1")]);
        assert_eq!(case.breaches(), 2, "meets our bid, which is still on its way");
        case.gone(1);
        case.gone(2);
        case.send(&[order(4, false, "150", "1")]);
        assert_eq!(case.breaches(), 2, "the bids are gone");
    }

    #[test]
    fn a_fill_of_a_quote_that_took_is_a_breach() {
        let mut case = Case::new(Maker);
        case.send(&[order(1, true, "149.5", "1")]);
        case.live(1);
        case.fill(1, 7, "0.5", false);
        assert_eq!(case.breaches(), 0);
        case.fill(1, 8, "0.5", true);
        assert_eq!(case.breaches(), 1);
    }
}
