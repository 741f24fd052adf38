//! I40 (S1): half a minute after the faults have ended, the bot quotes in every market or says why
//! not for a reason of its own, and no order's fate is unknown any more.
//!
//! Judged from then on, once a second: a reason that only a fault can give, or an unknown order,
//! may not last; quoting means an order in the exchange's book.

use std::collections::BTreeMap;

use hl_engine::NoQuote;

use super::prelude::*;

/// How long the way back may take.
const HEALED_MS: u64 = 30_000;
/// How long a single hiccup may last after that.
const HICCUP_MS: u64 = 10_000;

#[derive(Debug, Default)]
pub(crate) struct Liveness {
    looked: Millis,
    bad_since: Vec<Option<Millis>>,
    /// When each market last gave a reason of its own: at a limit it may begin and end many times
    /// between two looks.
    excused: BTreeMap<usize, Millis>,
}

impl Rule for Liveness {
    fn see(&mut self, view: &View<'_>, seen: &Seen<'_>, court: &mut Court) {
        if let Seen::Event { event, .. } = seen {
            let pair = match &event.kind {
                EventKind::QuoteStop { pair, reason } if !is_a_faults(*reason) => Some(pair),
                EventKind::Gate(stop) => Some(&stop.pair),
                _ => None,
            };
            if let Some(market) = pair.and_then(|pair| view.record.market_of(pair.as_str())) {
                self.excused.insert(market, view.now);
            }
        }
        let healed = view.phase == Phase::Healed && view.healed_ms >= HEALED_MS - HICCUP_MS;
        let Some(belief) = view.belief.filter(|_| healed) else { return };
        if !matches!(seen, Seen::Settled { .. }) || view.now.since(self.looked) < 1_000 {
            return;
        }
        self.looked = view.now;
        self.bad_since.resize(belief.markets.len(), None);
        let mut verdicts = Vec::new();
        for (market, known) in belief.markets.iter().enumerate() {
            let quotes = view.record.open_orders().any(|(_, o)| o.market == market);
            let unknown = belief.orders.iter().any(|order| {
                let old = view.record.orders.get(&order.cloid);
                order.market == market
                    && order.state == OrderState::Unknown
                    && old.is_none_or(|order| view.now.since(order.sent) > HEALED_MS)
            });
            let said = self.excused.get(&market).is_some_and(|at| view.now.since(*at) < HICCUP_MS);
            let fine = known.why_not.map_or(quotes || said, |why| !is_a_faults(why)) && !unknown;
            let since = self.bad_since.get_mut(market);
            let Some(since) = since else { continue };
            *since = if fine { None } else { since.or(Some(view.now)) };
            verdicts.push((market, *since, known.why_not, unknown));
        }
        if view.healed_ms < HEALED_MS {
            return;
        }
        for (market, since, why, unknown) in verdicts {
            let lasts = since.map_or(0, |since| view.now.since(since));
            court.judge(Id::of(40), lasts < HICCUP_MS, || {
                format!("market {market} for {lasts} ms: {why:?}, unknown orders: {unknown}")
            });
        }
    }
}

/// Whether a reason not to quote can only come from something that has been healed.
const fn is_a_faults(why: NoQuote) -> bool {
    matches!(
        why,
        NoQuote::Disconnected
            | NoQuote::NotReconciled
            | NoQuote::Orphans
            | NoQuote::NoSpec
            | NoQuote::SpecStale
            | NoQuote::NotTrading
            | NoQuote::NoBook
            | NoQuote::BookStale
            | NoQuote::ClockSkew
            | NoQuote::EmptyBook
            | NoQuote::OneSided
            | NoQuote::Crossed
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{Case, order};

    fn watch(case: &mut Case, seconds: u64) {
        for _ in 0..seconds {
            case.pass(1_000);
            case.settle();
        }
    }

    #[test]
    fn a_bot_that_does_not_find_its_way_back_is_a_breach() {
        let mut case = Case::new(Liveness::default());
        case.heal(0);
        case.believe_reason(Some(NoQuote::NotReconciled));
        watch(&mut case, 29);
        assert_eq!(case.breaches(), 0);
        watch(&mut case, 3);
        assert!(case.breaches() > 0);
    }

    #[test]
    fn a_reason_of_its_own_or_an_order_in_the_book_is_fine() {
        let mut case = Case::new(Liveness::default());
        case.heal(0);
        case.believe_reason(Some(NoQuote::Parked));
        watch(&mut case, 60);
        assert_eq!(case.breaches(), 0);
        case.believe_reason(None);
        case.send(&[order(1, true, "149.5", "1")]);
        case.live(1);
        watch(&mut case, 60);
        assert_eq!(case.breaches(), 0);
        assert!(case.judged(40) > 60);
        case.gone(1);
        watch(&mut case, 15);
        assert!(case.breaches() > 0, "it says that it quotes and has no order");
    }
}
