//! I16 (S0): the spec that an order is made with is at most a minute old, counted from the request
//! for it; a market with an older one only cancels and reduces.
//!
//! Judged at each quote: the true time since the request left whose answer the bot was last given,
//! so that no clock of the bot's can make it younger.

use super::prelude::*;

/// What the bot's clock may gain or lose within the promise.
const SLACK_MS: u64 = 2_000;

#[derive(Debug, Default)]
pub(crate) struct SpecAge;

impl Rule for SpecAge {
    fn see(&mut self, view: &View<'_>, seen: &Seen<'_>, court: &mut Court) {
        let Some((bot, orders)) = quotes(view, seen) else { return };
        let limit = view.record.config.timing.spec_max_age_ms.saturating_add(SLACK_MS);
        for order in orders {
            let Some(market) = market_of(view, order) else { continue };
            let asked = bot.specs.get(&market).map(|spec| spec.asked);
            let age = asked.map(|asked| view.now.since(asked));
            court.judge(Id::of(16), age.is_some_and(|age| age <= limit), || {
                format!("a spec of {age:?} ms in market {market}")
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{Case, order};

    #[test]
    fn an_order_made_with_an_old_spec_is_a_breach() {
        let mut case = Case::new(SpecAge);
        case.send(&[order(1, true, "149.5", "1")]);
        case.pass(60_000);
        case.send(&[order(2, true, "149.5", "1")]);
        assert_eq!((case.breaches(), case.judged(16)), (0, 2));
        case.pass(3_000);
        case.send(&[order(3, true, "149.5", "1")]);
        assert_eq!(case.breaches(), 1);
        case.tell_spec(2, true);
        case.send(&[order(4, true, "149.5", "1")]);
        assert_eq!(case.breaches(), 1);
    }
}
