//! I26 (S1): a market whose orders are refused again and again rests; and orders leave at a bounded
//! rate.
//!
//! Judged: refusals as the bot's own lines tell them, post-only races and rate limits aside, since
//! the last order that was taken; and the orders that leave in any second.

use std::collections::{BTreeMap, VecDeque};

use hl_engine::{GuardStage, SubmitEnd};
use hl_wire::{RejectCode, Tif};

use super::prelude::*;

/// Orders of one market in any second: five rounds of all levels on both sides.
const MAX_PER_SECOND: usize = 80;

#[derive(Debug, Default)]
pub(crate) struct Parked {
    refusals: BTreeMap<usize, (u16, Millis)>,
    sent: BTreeMap<usize, VecDeque<Millis>>,
}

impl Rule for Parked {
    fn see(&mut self, view: &View<'_>, seen: &Seen<'_>, court: &mut Court) {
        match seen {
            Seen::Started { .. } => self.refusals.clear(),
            Seen::Event { event: Event { kind: EventKind::Submit(submit), .. }, .. } => {
                let Some(market) = view.record.market_of(submit.pair.as_str()) else { return };
                // An order that closes a position counts against no quoting.
                if submit.tif == Tif::Alo {
                    let most = view.record.config.limits.max_rejects;
                    self.ended(market, submit.end, view.now, most);
                }
            }
            // What is tried once more under new rules was no refusal of the market's; if that fails
            // too, its own refusal is.
            Seen::Event { event: Event { kind: EventKind::Guard(line), .. }, .. }
                if matches!(line.stage, GuardStage::Retry(_)) =>
            {
                let market = view.record.market_of(line.pair.as_str());
                let refusals = market.and_then(|market| self.refusals.get_mut(&market));
                if let Some((count, _)) = refusals {
                    *count = count.saturating_sub(1);
                }
            }
            _ => {
                let Some((_, orders)) = quotes(view, seen) else { return };
                for order in orders {
                    if let Some(market) = market_of(view, order) {
                        self.quote(view, market, court);
                    }
                }
            }
        }
    }
}

impl Parked {
    fn ended(&mut self, market: usize, end: SubmitEnd, now: Millis, most: u16) {
        match end {
            SubmitEnd::Accepted => drop(self.refusals.remove(&market)),
            SubmitEnd::Rejected(code) if is_deterministic(code) => {
                let (count, at) = self.refusals.entry(market).or_default();
                *count = count.saturating_add(1);
                // The rest begins with the refusal that leads to it. Answers to what was on its way
                // by then make it no longer.
                if *count <= most {
                    *at = now;
                }
            }
            _ => {}
        }
    }

    fn quote(&mut self, view: &View<'_>, market: usize, court: &mut Court) {
        let config = &view.record.config;
        if let Some((count, at)) = self.refusals.get(&market).copied() {
            let resting = count >= config.limits.max_rejects
                && view.now.since(at).saturating_add(1_000) < config.timing.park_ms;
            court.judge(Id::of(26), !resting, || {
                format!("an order in market {market} after {count} refusals in a row")
            });
            // After its rest a market begins anew.
            if count >= config.limits.max_rejects && !resting {
                self.refusals.remove(&market);
            }
        }
        let sent = self.sent.entry(market).or_default();
        sent.push_back(view.now);
        while sent.front().is_some_and(|at| view.now.since(*at) > 1_000) {
            sent.pop_front();
        }
        let count = sent.len();
        court.judge(Id::of(26), count <= MAX_PER_SECOND, || {
            format!("{count} orders in market {market} within a second")
        });
    }
}

/// Whether the same order would be refused again: not for races, limits and the state of the venue.
const fn is_deterministic(code: RejectCode) -> bool {
    matches!(
        code,
        RejectCode::Tick
            | RejectCode::InvalidPrice
            | RejectCode::Size
            | RejectCode::MinNotional
            | RejectCode::MaxNotional
            | RejectCode::PriceBand
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{Case, order};

    #[test]
    fn what_the_guard_takes_up_is_no_refusal_of_the_markets() {
        let mut case = Case::new(Parked::default());
        for cloid in 1..=6 {
            case.send(&[order(cloid, true, "149.5", "1")]);
            case.end_attempt_as(cloid, SubmitEnd::Rejected(RejectCode::Tick));
            case.guard(cloid, RejectCode::Tick);
        }
        assert_eq!(case.breaches(), 0);
    }

    #[test]
    fn an_order_after_too_many_refusals_is_a_breach_until_the_rest_is_over() {
        let mut case = Case::new(Parked::default());
        for cloid in 1..=5 {
            case.send(&[order(cloid, true, "149.5", "1")]);
            case.end_attempt_as(cloid, SubmitEnd::Rejected(RejectCode::Tick));
        }
        assert_eq!(case.breaches(), 0);
        case.send(&[order(6, true, "149.5", "1")]);
        assert_eq!(case.breaches(), 1);
        case.pass(61_000);
        case.send(&[order(7, true, "149.5", "1")]);
        assert_eq!(case.breaches(), 1);
    }

    #[test]
    fn a_flood_is_a_breach() {
        let mut case = Case::new(Parked::default());
        for cloid in 1..=80 {
            case.send(&[order(cloid, true, "149.5", "1")]);
        }
        assert_eq!(case.breaches(), 0);
        case.send(&[order(81, true, "149.5", "1")]);
        assert_eq!(case.breaches(), 1);
    }
}
