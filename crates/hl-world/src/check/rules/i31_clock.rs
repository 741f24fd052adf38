//! I31 (S1): who quotes has a clock within two seconds of the venue's; and a process that stood
//! still for more than a second reads everything again before it quotes.
//!
//! Judged at each quote: the bot's clock against the true one, with what a message that is as late
//! as a usable book can hide; the times of its readings against its last awakening.

use super::prelude::*;

/// The bot learns the venue's clock from messages, which are this much older at most before they
/// are refused as old data.
const HIDDEN_MS: u64 = 1_500;

#[derive(Debug, Default)]
pub(crate) struct Clock;

impl Rule for Clock {
    fn see(&mut self, view: &View<'_>, seen: &Seen<'_>, court: &mut Court) {
        let Some((bot, orders)) = quotes(view, seen) else { return };
        let Some(belief) = view.belief.filter(|_| !orders.is_empty()) else { return };
        let skew = belief.now.0.abs_diff(view.now.0);
        let limit = view.record.config.timing.max_skew_ms.saturating_add(HIDDEN_MS);
        court.judge(Id::of(31), skew <= limit, || format!("a quote with a clock {skew} ms off"));
        if let Some(thawed) = bot.thawed {
            let oldest = bot.reads.iter().min().copied().flatten();
            court.judge(Id::of(31), oldest >= Some(thawed), || {
                format!("a quote after a pause until {}, read at {oldest:?}", thawed.0)
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{Case, order};

    #[test]
    fn a_quote_with_a_wrong_clock_is_a_breach() {
        let mut case = Case::new(Clock);
        case.skew(2_000);
        case.send(&[order(1, true, "149.5", "1")]);
        assert_eq!((case.breaches(), case.judged(31)), (0, 1));
        case.skew(4_000);
        case.send(&[order(2, true, "149.5", "1")]);
        assert_eq!(case.breaches(), 1);
    }

    #[test]
    fn a_quote_after_a_pause_and_before_a_reading_is_a_breach() {
        let mut case = Case::new(Clock);
        case.reconcile(&[0, 1, 2]);
        case.pass(10_000);
        case.thaw();
        case.send(&[order(1, true, "149.5", "1")]);
        assert_eq!(case.breaches(), 1);
        case.reconcile(&[0, 1, 2]);
        case.send(&[order(2, true, "149.5", "1")]);
        assert_eq!(case.breaches(), 1);
    }
}
