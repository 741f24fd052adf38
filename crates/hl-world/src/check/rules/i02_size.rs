//! I2 (S0): every size is a positive number of lots, the order is worth the venue's minimum in the
//! same integers, and every number is written canonically.
//!
//! Judged: the text on the wire against the exchange's rules, old ones forgiven as in I1.

use super::prelude::*;

/// Ten dollars at 10^-16 (docs: "Error responses", minimum order value).
const MIN_VALUE: u128 = 10 * 10_000_000_000_000_000;
/// See I1.
const GRACE_MS: u64 = 65_000;

#[derive(Debug, Default)]
pub(crate) struct Lots;

impl Rule for Lots {
    fn see(&mut self, view: &View<'_>, seen: &Seen<'_>, court: &mut Court) {
        let Seen::Sent { wire, .. } = seen else { return };
        for order in &wire.orders {
            let Some(market) = market_of(view, order) else { continue };
            let holds = is_fine(view, market, order);
            court.judge(Id::of(2), holds, || {
                format!("size {} at {} in market {market}", order.size, order.price)
            });
        }
    }
}

fn is_fine(view: &View<'_>, market: usize, order: &WireOrder<'_>) -> bool {
    let (Some(price), Some(size)) = (Digits::canonical(order.price), Digits::canonical(order.size))
    else {
        return false;
    };
    let mut rules = view.record.rules_within(market, GRACE_MS);
    let value = price.times_e8().zip(size.times_e8());
    let value = value.map_or(0, |(price, size)| u128::from(price).saturating_mul(u128::from(size)));
    // What only reduces may be worth less: a remainder has to go somehow.
    let enough = value >= MIN_VALUE || order.reduce_only;
    enough && rules.any(|rules| size.is_size_on(rules.sz_decimals))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{Case, order};

    #[test]
    fn lots_value_and_writing_are_each_judged() {
        let mut case = Case::new(Lots);
        case.send(&[order(1, true, "149.5", "0.07")]);
        assert_eq!(case.breaches(), 0, "worth 10.465");
        case.send(&[order(2, true, "149.5", "0.06")]);
        assert_eq!(case.breaches(), 1, "worth 8.97");
        case.send(&[order(3, true, "149.5", "0.071")]);
        assert_eq!(case.breaches(), 2, "half a lot too many");
        case.send(&[order(4, true, "149.5", "0.10")]);
        assert_eq!(case.breaches(), 3, "a trailing zero");
        case.send(&[order(5, true, "149.5", "0")]);
        assert_eq!((case.breaches(), case.judged(2)), (4, 5));
    }
}
