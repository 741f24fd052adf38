//! I23 (S0): after the operator's word no order leaves; cancels of all live ones leave within a
//! quarter of a second; "nothing remains" is true; and the word outlives the process.
//!
//! Judged: what leaves the bot after it was told; orders by their true fates.

use hl_engine::Operator;

use super::prelude::*;
use crate::BotId;

/// From the word to the last cancel on the wire.
const CANCEL_MS: u64 = 250;

#[derive(Debug, Default)]
pub(crate) struct Kill {
    /// A halt that the journal may hold, and one that it holds.
    halting: bool,
    halted: bool,
    /// The word whose cancels have been judged.
    judged: Option<(BotId, Millis)>,
}

impl Rule for Kill {
    fn see(&mut self, view: &View<'_>, seen: &Seen<'_>, court: &mut Court) {
        match seen {
            Seen::Operator { word, .. } => {
                self.halting = *word == Operator::Halt;
                self.halted &= *word != Operator::Resume;
            }
            // Who died before it had written the word down has not confirmed it either.
            Seen::Started { .. } => self.halting = false,
            Seen::Journal { ok: true, .. } => self.halted |= self.halting,
            Seen::Settled { bot } => self.canceled(view, *bot, court),
            Seen::Event { bot, event: Event { kind: EventKind::Stopped { remaining: 0 }, .. } } => {
                let left = view.record.open_orders().filter(|(_, order)| order.bot <= *bot).count();
                court.judge(Id::of(23), left == 0, || {
                    format!("said to be stopped with {left} orders left")
                });
            }
            _ => {
                let Some((bot, orders)) = quotes(view, seen) else { return };
                if !orders.is_empty() {
                    let free = bot.ended.is_none() && !self.halted;
                    court.judge(Id::of(23), free, || {
                        format!("an order after the operator's word {:?}", bot.ended)
                    });
                }
            }
        }
    }
}

impl Kill {
    fn canceled(&mut self, view: &View<'_>, id: BotId, court: &mut Court) {
        let Some((bot, belief)) = view.record.bot(id).zip(view.belief) else { return };
        let Some((_, at)) = bot.ended else { return };
        let awake = bot.thawed.max(Some(bot.started)).max(Some(at)).unwrap_or(at);
        if belief.frozen || view.now.since(awake) < CANCEL_MS || self.judged == Some((id, at)) {
            return;
        }
        self.judged = Some((id, at));
        for order in &belief.orders {
            let record = view.record.orders.get(&order.cloid);
            let Some(record) = record.filter(|o| o.fate == Fate::Live && o.sent < at) else {
                continue;
            };
            court.judge(Id::of(23), record.cancel_sent.is_some(), || {
                format!("{} rests without a cancel", order.cloid)
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{Case, order};

    #[test]
    fn an_order_after_a_halt_is_a_breach_and_so_it_is_after_a_restart() {
        let mut case = Case::new(Kill::default());
        case.send(&[order(1, true, "149.5", "1")]);
        assert_eq!((case.breaches(), case.judged(23)), (0, 1));
        case.operator(Operator::Halt);
        case.journal(true);
        case.send(&[order(2, true, "149.5", "1")]);
        assert_eq!(case.breaches(), 1);
        case.restart();
        case.send(&[order(3, true, "149.5", "1")]);
        assert_eq!(case.breaches(), 2, "the halt is on the disk");
        case.operator(Operator::Resume);
        case.send(&[order(4, true, "149.5", "1")]);
        assert_eq!(case.breaches(), 2);
    }

    #[test]
    fn live_orders_must_be_cancelled_in_time() {
        let mut case = Case::new(Kill::default());
        case.pass(5_000);
        case.send(&[order(1, true, "149.5", "1")]);
        case.live(1);
        case.believe(1, OrderState::Live);
        case.pass(10);
        case.operator(Operator::Stop);
        case.pass(240);
        case.settle();
        assert_eq!(case.breaches(), 0);
        case.pass(20);
        case.settle();
        assert_eq!(case.breaches(), 1);
    }

    #[test]
    fn a_stop_that_leaves_orders_behind_is_a_breach() {
        let mut case = Case::new(Kill::default());
        case.send(&[order(1, true, "149.5", "1")]);
        case.stopped(1);
        assert_eq!(case.breaches(), 0, "it says so");
        case.stopped(0);
        assert_eq!(case.breaches(), 1);
        case.gone(1);
        case.stopped(0);
        assert_eq!(case.breaches(), 1);
    }
}
