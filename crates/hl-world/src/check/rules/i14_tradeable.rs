//! I14 (S0): a market that does not trade gets no new order once the bot knows.
//!
//! Judged at each send: the status that the bot was last told.

use super::prelude::*;

#[derive(Debug, Default)]
pub(crate) struct Tradeable;

impl Rule for Tradeable {
    fn see(&mut self, view: &View<'_>, seen: &Seen<'_>, court: &mut Court) {
        let Some((bot, orders)) = quotes(view, seen) else { return };
        for order in orders {
            let Some(market) = market_of(view, order) else { continue };
            let trading = bot.specs.get(&market).is_some_and(|spec| spec.trading);
            court.judge(Id::of(14), trading, || format!("market {market} is known not to trade"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{Case, order};

    #[test]
    fn an_order_in_a_market_that_is_known_to_be_halted_is_a_breach() {
        let mut case = Case::new(Tradeable);
        case.send(&[order(1, true, "149.5", "1")]);
        assert_eq!((case.breaches(), case.judged(14)), (0, 1));
        case.tell_spec(2, false);
        case.send(&[order(2, true, "149.5", "1")]);
        assert_eq!(case.breaches(), 1);
    }
}
