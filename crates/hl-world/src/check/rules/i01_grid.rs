//! I1 (S0): every price sent is on the legal grid of its market.
//!
//! Judged: the text on the wire, digit by digit, against the rules that the bot was last told, and
//! against the exchange's own. A market whose
//! rules just changed may still be met with an order of the old rules, for as long as a spec may be
//! used (I16), and no longer. That prices move only away from crossing when they are made legal is
//! a law of the quantizer alone and is tested there.

use super::prelude::*;

/// How long old rules may still be met: the age limit of a spec, and the way.
const GRACE_MS: u64 = 65_000;

#[derive(Debug, Default)]
pub(crate) struct Grid;

impl Rule for Grid {
    fn see(&mut self, view: &View<'_>, seen: &Seen<'_>, court: &mut Court) {
        let Seen::Sent { bot, wire, .. } = seen else { return };
        let told = view.record.bot(*bot).map(|bot| &bot.specs);
        for order in &wire.orders {
            let Some(market) = market_of(view, order) else { continue };
            let mut rules = view.record.rules_within(market, GRACE_MS);
            let digits = Digits::canonical(order.price);
            let legal = digits.is_some_and(|d| rules.any(|rules| d.is_price_on(rules.sz_decimals)));
            court.judge(Id::of(1), legal, || {
                format!("price {} is not on the grid of market {market}", order.price)
            });
            let Some(spec) = told.and_then(|specs| specs.get(&market)) else { continue };
            let legal = digits.is_some_and(|d| d.is_price_on(spec.sz_decimals));
            court.judge(Id::of(1), legal, || {
                format!("price {} is not on the grid last told, {spec:?}", order.price)
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{Case, order};

    #[test]
    fn a_price_off_the_grid_is_a_breach_and_one_on_it_is_not() {
        let mut case = Case::new(Grid);
        case.send(&[order(1, true, "149.5", "1")]);
        assert_eq!(case.breaches(), 0);
        case.send(&[order(2, true, "149.5123", "1")]);
        case.send(&[order(3, true, "149.50", "1")]);
        assert_eq!((case.breaches(), case.judged(1)), (4, 6), "by both grids");
    }

    #[test]
    fn old_rules_are_forgiven_for_as_long_as_a_spec_may_be_used() {
        let mut case = Case::new(Grid);
        case.rules(3);
        case.pass(60_000);
        // The bot knows nothing of it.
        case.send(&[order(1, true, "1.5432", "10")]);
        assert_eq!(case.breaches(), 0, "four decimals were legal a minute ago");
        case.pass(10_000);
        case.send(&[order(2, true, "1.5432", "10")]);
        assert_eq!(case.breaches(), 1);
    }
}
