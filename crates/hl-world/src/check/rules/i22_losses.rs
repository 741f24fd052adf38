//! I22 (S0): losses are counted in integers, and one that reaches a limit ends quoting until the
//! operator's word, across restarts.
//!
//! Judged at each quote: what the exchange says the account is worth, less what its owner paid in,
//! against the marks that the bot measures from. The bot may be told late, so a loss has to have
//! lasted for longer than any way of hearing of it takes. And no quote leaves after a halt that the
//! journal holds, whatever raised it.

use hl_engine::{DayMark, Operator, Usd};
use hl_quant::Notional;

use super::prelude::*;

/// A reconciliation, its answer, the ledger's word, a second look at that, and the time that a fall
/// without an explanation may take.
const NOTICE_MS: u64 = 95_000;

#[derive(Debug, Default)]
pub(crate) struct Losses {
    /// What the bot has said it measures from, and what of that the journal holds.
    said: Option<DayMark>,
    mark: Option<DayMark>,
    /// Since when a limit has been passed without a break.
    since: Option<Millis>,
    /// A halt that the journal may hold, and one that it holds.
    halting: bool,
    halted: bool,
    /// When the operator last ended a halt.
    resumed: Option<Millis>,
}

impl Rule for Losses {
    fn see(&mut self, view: &View<'_>, seen: &Seen<'_>, court: &mut Court) {
        match seen {
            Seen::Event { event, .. } => match &event.kind {
                EventKind::DayMark(mark) => self.said = Some(*mark),
                EventKind::Halt(_) => self.halting = true,
                // A halt of the last process is told with the first input of this one, even if that
                // is the word which ends it.
                EventKind::Operator(Operator::Resume) if self.resumed == Some(view.now) => {
                    (self.halting, self.halted) = (false, false);
                }
                _ => {}
            },
            Seen::Journal { ok: true, .. } => {
                self.mark = self.said.or(self.mark);
                self.halted |= self.halting;
            }
            Seen::Started { .. } => (self.said, self.halting) = (None, false),
            // What was lost is accepted; losses are measured anew from the next report on.
            Seen::Operator { word: Operator::Resume, .. } => {
                (self.since, self.halting, self.halted) = (None, false, false);
                self.resumed = Some(view.now);
            }
            _ => {}
        }
        if view.belief.is_none() {
            return;
        }
        let over = self.mark.is_some_and(|mark| is_over(view, &mark));
        self.since = if over { self.since.or(Some(view.now)) } else { None };
        let Some((_, orders)) = quotes(view, seen) else { return };
        if orders.is_empty() {
            return;
        }
        let lasts = self.since.map_or(0, |since| view.now.since(since));
        court.judge(Id::of(22), lasts < NOTICE_MS && !self.halted, || {
            let (value, mark) = (view.record.account.value, self.mark);
            let halted = self.halted;
            format!(
                "a quote {lasts} ms after a loss, halted: {halted}, worth {value:?}, from {mark:?}"
            )
        });
    }
}

/// Whether the account has lost what it may lose.
fn is_over(view: &View<'_>, mark: &DayMark) -> bool {
    let Some(value) = view.record.account.value else { return false };
    let limits = view.record.config.risk.loss;
    let net = value.raw().saturating_sub(view.record.account.paid_since(mark.at));
    let lost = |from: Usd, limit: Notional| {
        let limit = i128::try_from(limit.raw()).unwrap_or(i128::MAX);
        from.raw().saturating_sub(net) >= limit
    };
    lost(mark.start, limits.daily) || lost(mark.peak, limits.drawdown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{Case, order};

    /// Losses of 500 from the day's start and of 1,000 from the peak are the default limits.
    fn marked() -> Case {
        let mut case = Case::new(Losses::default());
        case.worth(10_000);
        case.day_mark(10_000);
        case.journal(true);
        case
    }

    #[test]
    fn a_quote_long_after_a_loss_is_a_breach() {
        let mut case = marked();
        case.worth(9_499);
        case.send(&[order(1, true, "149.5", "1")]);
        case.pass(90_000);
        case.send(&[order(2, true, "149.5", "1")]);
        assert_eq!((case.breaches(), case.judged(22)), (0, 2), "it may not have heard of it");
        case.pass(10_000);
        case.send(&[order(3, true, "149.5", "1")]);
        assert_eq!(case.breaches(), 1);
        case.worth(9_501);
        case.send(&[order(4, true, "149.5", "1")]);
        case.worth(9_499);
        case.pass(90_000);
        case.send(&[order(5, true, "149.5", "1")]);
        assert_eq!(case.breaches(), 1, "it was gone in between");
    }

    #[test]
    fn what_the_owner_takes_out_is_no_loss_and_what_he_pays_in_hides_none() {
        let mut case = marked();
        case.pass(1_000);
        case.pay(-5_000);
        case.worth(5_000);
        case.send(&[order(1, true, "149.5", "1")]);
        case.pass(200_000);
        case.send(&[order(2, true, "149.5", "1")]);
        assert_eq!(case.breaches(), 0);
        case.pay(600);
        case.settle();
        case.pass(100_000);
        case.send(&[order(3, true, "149.5", "1")]);
        assert_eq!(case.breaches(), 1);
    }

    #[test]
    fn a_halt_ends_quoting_until_the_operators_word_in_the_next_process_too() {
        let mut case = marked();
        case.halt();
        case.journal(true);
        case.send(&[order(1, true, "149.5", "1")]);
        assert_eq!(case.breaches(), 1);
        case.restart();
        case.send(&[order(2, true, "149.5", "1")]);
        assert_eq!(case.breaches(), 2);
        case.operator(Operator::Resume);
        case.send(&[order(3, true, "149.5", "1")]);
        assert_eq!(case.breaches(), 2);
    }
}
