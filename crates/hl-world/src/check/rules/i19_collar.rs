//! I19 (S0): no quote outside the collar around the venue's oracle price, and none without a recent
//! one. The slow average of the bot's own is the other reference: the engine's laws of the gate check
//! it over random facts, because nobody outside can know it.
//!
//! Judged at each decision to quote: the price of the attempt's line against the oracle price that
//! the bot was last told, and how long ago that was by the true clock.

use hl_wire::Tif;

use super::prelude::*;

/// What the bot's clock may gain or lose on the true one in that time.
const SLACK_MS: u64 = 2_500;

#[derive(Debug, Default)]
pub(crate) struct Collar;

impl Rule for Collar {
    fn see(&mut self, view: &View<'_>, seen: &Seen<'_>, court: &mut Court) {
        let Seen::Event { bot, event: Event { kind: EventKind::Attempt(attempt), .. } } = seen
        else {
            return;
        };
        if attempt.tif != Tif::Alo {
            return;
        }
        let Some(market) = view.record.market_of(attempt.pair.as_str()) else { return };
        let Some(config) = view.record.config.markets.get(market) else { return };
        let told = view.record.bot(*bot).and_then(|bot| bot.oracles.get(&market).copied());
        let holds = told.is_some_and(|(oracle, at)| {
            let off = u128::from(attempt.price.raw().abs_diff(oracle.raw())) * 1_000_000;
            let most = u128::from(oracle.raw())
                .saturating_mul(u128::try_from(config.collar.oracle.0).unwrap_or(0));
            let age = view.now.since(at);
            off <= most && age <= config.collar.max_age_ms.saturating_add(SLACK_MS)
        });
        court.judge(Id::of(19), holds, || {
            let told = told.map(|(oracle, at)| (oracle, view.now.since(at)));
            format!("{} at {} with the oracle and its age at {told:?}", attempt.side, attempt.price)
        });
    }
}

#[cfg(test)]
mod tests {
    use hl_engine::{Input, MarketId};

    use super::*;
    use crate::check::testing::Case;

    fn oracle(case: &mut Case, price: &str) {
        let oracle = Some(price.parse().unwrap());
        case.tell(&Input::Reference { market: MarketId(0), mark: None, oracle });
    }

    #[test]
    fn a_quote_far_from_the_oracle_or_without_a_recent_one_is_a_breach() {
        let mut case = Case::new(Collar);
        // The cases' attempts are at 150.
        case.attempt_for(1, 1, 1);
        assert_eq!((case.breaches(), case.judged(19)), (1, 1), "nothing told");
        oracle(&mut case, "150.1");
        case.attempt_for(2, 2, 1);
        assert_eq!(case.breaches(), 1);
        oracle(&mut case, "100");
        case.attempt_for(3, 3, 1);
        assert_eq!(case.breaches(), 2, "a third away");
        oracle(&mut case, "150");
        case.pass(600_000);
        case.attempt_for(4, 4, 1);
        assert_eq!(case.breaches(), 3, "ten minutes old");
    }
}
