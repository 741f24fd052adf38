//! I32 (S1): an order is on the disk before it is sent, and a disk that refuses a write means
//! cancels only.
//!
//! Judged at each send: whether the journal was synced after the attempt's line, and whether the
//! last write failed.

use super::prelude::*;

#[derive(Debug, Default)]
pub(crate) struct Durable;

impl Rule for Durable {
    fn see(&mut self, view: &View<'_>, seen: &Seen<'_>, court: &mut Court) {
        let Some((bot, orders)) = quotes(view, seen) else { return };
        for order in orders {
            let attempt = order.cloid.and_then(|cloid| view.record.attempts.get(&cloid));
            let written = attempt.is_some_and(|attempt| attempt.durable);
            court.judge(Id::of(32), written && !bot.journal_failed, || {
                let failed = bot.journal_failed;
                format!("{:?} sent, written: {written}, last write failed: {failed}", order.cloid)
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{Case, order};

    #[test]
    fn an_order_that_is_sent_before_it_is_written_is_a_breach() {
        let mut case = Case::new(Durable);
        case.send(&[order(1, true, "149.5", "1")]);
        assert_eq!((case.breaches(), case.judged(32)), (0, 1));
        case.journal(false);
        case.send_unwritten(&[order(2, true, "149.5", "1")]);
        assert_eq!(case.breaches(), 1);
    }
}
