//! I20 (S0): who quotes has read orders, account and trades completely since the streams came up,
//! and within the last minute.
//!
//! Judged at each quote: when the questions left whose complete answers the bot was given.

use super::prelude::*;

#[derive(Debug, Default)]
pub(crate) struct Reconciled;

impl Rule for Reconciled {
    fn see(&mut self, view: &View<'_>, seen: &Seen<'_>, court: &mut Court) {
        let Some((bot, orders)) = quotes(view, seen) else { return };
        if orders.is_empty() {
            return;
        }
        let timing = &view.record.config.timing;
        // The bot counts from the answer, which may take so long.
        let limit = timing.reconcile_max_age_ms.saturating_add(timing.answer_timeout_ms);
        let oldest = bot.reads.iter().min().copied().flatten();
        let age = oldest.map(|oldest| view.now.since(oldest));
        let holds = bot.up.is_some() && age.is_some_and(|age| age <= limit);
        court.judge(Id::of(20), holds, || {
            format!("a quote, streams up since {:?}, oldest reading {age:?} ms ago", bot.up)
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{Case, order};

    #[test]
    fn a_quote_without_a_recent_and_complete_reading_is_a_breach() {
        let mut case = Case::new(Reconciled);
        case.reconcile(&[0, 1]);
        case.send(&[order(1, true, "149.5", "1")]);
        assert_eq!(case.breaches(), 1, "no trades were read");
        case.reconcile(&[2]);
        case.send(&[order(2, true, "149.5", "1")]);
        assert_eq!((case.breaches(), case.judged(20)), (1, 2));
        case.pass(70_000);
        case.send(&[order(3, true, "149.5", "1")]);
        assert_eq!(case.breaches(), 2, "more than a minute ago");
        case.reconcile(&[0, 1, 2]);
        case.reconnect();
        case.send(&[order(4, true, "149.5", "1")]);
        assert_eq!(case.breaches(), 3, "before the last connection");
    }
}
