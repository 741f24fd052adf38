//! I7 (S0): the position is the sum of the trades, each counted exactly once, and what the venue
//! changed without one.
//!
//! Judged: each trade that the bot counts must have happened, with that size, price and side, and
//! is counted once by a process; and once nothing has traded for a while after the faults have
//! ended, the bot's position equals the exchange's.

use std::collections::BTreeSet;

use hl_engine::FillLine;

use super::prelude::*;
use crate::BotId;

/// How long nothing may have traded before the books are compared.
const CALM_MS: u64 = 5_000;
/// How long the bot may take to hear of a change without a trade: a reconciliation.
const ADJUST_MS: u64 = 65_000;
/// After the faults have ended, books are compared this much later, once a second.
const HEALED_MS: u64 = 30_000;

#[derive(Debug, Default)]
pub(crate) struct Position {
    counted: BTreeSet<(BotId, u64)>,
    compared: Millis,
}

impl Rule for Position {
    fn see(&mut self, view: &View<'_>, seen: &Seen<'_>, court: &mut Court) {
        match seen {
            Seen::Event { bot, event: Event { kind: EventKind::Fill(line), .. } } => {
                self.fill(view, *bot, line, court);
            }
            Seen::Settled { .. }
                if view.healed_ms >= HEALED_MS && view.now.since(self.compared) >= 1_000 =>
            {
                self.compared = view.now;
                compare(view, court);
            }
            _ => {}
        }
    }

    fn end(&mut self, view: &View<'_>, court: &mut Court) {
        compare(view, court);
    }
}

impl Position {
    fn fill(&mut self, view: &View<'_>, bot: BotId, line: &FillLine, court: &mut Court) {
        let once = self.counted.insert((bot, line.tid));
        court.judge(Id::of(7), once, || format!("trade {} counted twice", line.tid));
        let true_one = view.record.fills.get(&line.tid).is_some_and(|fill| {
            (fill.size, fill.price, fill.side, fill.oid)
                == (line.size, line.price, line.side, line.oid)
                && fill.coin == line.pair.as_str()
        });
        court.judge(Id::of(7), true_one, || format!("trade {} never happened so", line.tid));
    }
}

fn compare(view: &View<'_>, court: &mut Court) {
    let Some(belief) = view.belief.filter(|belief| !belief.frozen) else { return };
    for (place, (market, known)) in view.record.markets.iter().zip(&belief.markets).enumerate() {
        let calm = |at: Option<Millis>, ms| at.is_none_or(|at| view.now.since(at) > ms);
        if calm(market.last_fill, CALM_MS) && calm(market.adjusted, ADJUST_MS) {
            court.judge(Id::of(7), known.position == market.position, || {
                let (bot, venue) = (known.position, market.position);
                format!("market {place}: the bot has {bot}, the exchange {venue}")
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{Case, order};

    #[test]
    fn a_trade_counted_twice_or_out_of_thin_air_is_a_breach() {
        let mut case = Case::new(Position::default());
        case.send(&[order(1, true, "149.5", "1")]);
        case.live(1);
        case.fill(1, 7, "0.5", false);
        case.count_fill(1, 7, "0.5");
        assert_eq!((case.breaches(), case.judged(7)), (0, 2));
        case.count_fill(1, 7, "0.5");
        assert_eq!(case.breaches(), 1, "twice");
        case.count_fill(1, 8, "0.5");
        assert_eq!(case.breaches(), 2, "no such trade");
        case.fill(1, 9, "0.5", false);
        case.count_fill(1, 9, "0.4");
        assert_eq!(case.breaches(), 3, "another size");
    }

    #[test]
    fn positions_that_differ_in_calm_are_a_breach() {
        let mut case = Case::new(Position::default());
        case.heal(40_000);
        case.send(&[order(1, true, "149.5", "1")]);
        case.live(1);
        case.fill(1, 7, "0.5", false);
        case.settle();
        assert_eq!(case.judged(7), 0, "the word of it may be on its way");
        case.pass(10_000);
        case.settle();
        assert_eq!((case.breaches(), case.judged(7)), (1, 1));
        case.believe_position("0.5");
        case.pass(2_000);
        case.settle();
        assert_eq!((case.breaches(), case.judged(7)), (1, 2));
    }
}
