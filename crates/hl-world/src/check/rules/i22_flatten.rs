//! I22 (S0), the other end of a limit: what closes a position leaves only while positions are being
//! closed, makes it smaller and never turns it round; "flat" is true; and where nothing is broken any
//! more, every market ends flat or says what is left.
//!
//! Judged: orders that take on the wire, their trades by the exchange's word, the bot's last word on a
//! market against the exchange's position.

use std::collections::BTreeSet;

use hl_engine::{Grade, Operator};
use hl_quant::SignedSize;

use super::prelude::*;
use crate::BotId;

/// From the word to the last market's end, with nothing in the way: two waits for our own quotes and
/// eight tries, a second each, their answers, and a reconciliation before all that.
const END_MS: u64 = 25_000;
/// How long ago the last trade must have been where two counts are compared.
const CALM_MS: u64 = 5_000;

#[derive(Debug, Default)]
pub(crate) struct Flatten {
    /// Which process closes positions, and since when.
    closing: Option<(BotId, Millis, Phase)>,
    /// Markets that have reported their end.
    ended: BTreeSet<usize>,
}

impl Rule for Flatten {
    fn see(&mut self, view: &View<'_>, seen: &Seen<'_>, court: &mut Court) {
        match seen {
            Seen::Started { .. } | Seen::Died { .. } => self.closing = None,
            Seen::Operator { bot, word } => match word {
                Operator::Flatten => self.begin(*bot, view),
                Operator::Resume | Operator::Halt => self.closing = None,
                // Nothing more is promised, but what is under way may still leave.
                Operator::Stop => {}
            },
            Seen::Event { bot, event } => match &event.kind {
                EventKind::Grade(line) if line.grade == Grade::Flatten => self.begin(*bot, view),
                EventKind::Exit(line) => {
                    let Some(market) = view.record.market_of(line.pair.as_str()) else { return };
                    self.ended.insert(market);
                    let Some(truth) = view.record.markets.get(market) else { return };
                    let calm =
                        |at: Option<Millis>| at.is_none_or(|at| view.now.since(at) > CALM_MS);
                    if line.left == SignedSize::ZERO
                        && calm(truth.last_fill)
                        && calm(truth.adjusted)
                    {
                        court.judge(Id::of(22), truth.position == SignedSize::ZERO, || {
                            format!("market {market} is said to be flat with {}", truth.position)
                        });
                    }
                }
                _ => {}
            },
            Seen::Sent { bot, request, wire } => {
                let exits = view.record.bot(*bot).is_some_and(|bot| bot.exits.contains(request));
                if exits && !wire.orders.is_empty() {
                    let closing = self.closing.is_some_and(|(id, ..)| id == *bot);
                    court.judge(Id::of(22), closing, || {
                        "an order that closes a position, unasked".to_owned()
                    });
                }
            }
            Seen::Deed(Deed::Fill(fill)) => {
                let order = fill.cloid.and_then(|cloid| view.record.orders.get(&cloid));
                if order.is_none_or(|order| order.alo) {
                    return;
                }
                let before = fill.position.after_fill(fill.side.opposite(), fill.size);
                let closes = before.is_some_and(|before| {
                    before.side() == Some(fill.side.opposite()) && before.magnitude() >= fill.size
                });
                court.judge(Id::of(22), closes, || {
                    format!("an exit of {} {} led to {}", fill.side, fill.size, fill.position)
                });
            }
            _ => {}
        }
    }

    fn end(&mut self, view: &View<'_>, court: &mut Court) {
        let Some((_, since, phase)) = self.closing else { return };
        if phase != Phase::Healed || view.now.since(since) < END_MS {
            return;
        }
        for market in 0..view.record.markets.len() {
            court.judge(Id::of(22), self.ended.contains(&market), || {
                let truth = view.record.markets.get(market).map(|market| market.position);
                format!("market {market} has not been closed since {since:?}: {truth:?}")
            });
        }
    }
}

impl Flatten {
    fn begin(&mut self, bot: BotId, view: &View<'_>) {
        if self.closing.is_none() {
            self.closing = Some((bot, view.now, view.phase));
            self.ended.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{Case, exit};

    /// Long of 1, and told to close it.
    fn closing() -> Case {
        let mut case = Case::new(Flatten::default());
        case.send(&[crate::check::testing::order(1, true, "149.5", "1")]);
        case.live(1);
        case.fill(1, 7, "1", false);
        case.operator(Operator::Flatten);
        case
    }

    #[test]
    fn an_order_that_closes_a_position_unasked_is_a_breach() {
        let mut case = closing();
        case.send_exit(&[exit(2, false, "149", "1")]);
        assert_eq!((case.breaches(), case.judged(22)), (0, 1));
        case.operator(Operator::Resume);
        case.send_exit(&[exit(3, false, "149", "1")]);
        assert_eq!(case.breaches(), 1);
    }

    #[test]
    fn an_exit_that_trades_beyond_the_position_or_away_from_flat_is_a_breach() {
        let mut case = closing();
        case.send_exit(&[exit(2, false, "149", "2")]);
        case.fill(2, 8, "0.4", true);
        assert_eq!(case.breaches(), 0);
        case.fill(2, 9, "0.7", true);
        assert_eq!(case.breaches(), 1, "from 0.6 to -0.1");
        case.fill(2, 10, "0.1", true);
        assert_eq!(case.breaches(), 2, "from -0.1 to -0.2");
    }

    #[test]
    fn flat_must_be_true_and_every_market_must_come_to_an_end() {
        let mut case = closing();
        case.pass(6_000);
        case.exit_line("1");
        assert_eq!(case.breaches(), 0, "it says what is left");
        case.exit_line("0");
        assert_eq!(case.breaches(), 1);
        let mut case = closing();
        case.heal(0);
        case.operator(Operator::Resume);
        case.operator(Operator::Flatten);
        case.pass(26_000);
        case.end();
        assert_eq!(case.breaches(), 1, "no word about it");
        case.exit_line("1");
        case.end();
        assert_eq!(case.breaches(), 1);
    }
}
