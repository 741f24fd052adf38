//! I18 (S0): no quote from a book that is empty, one-sided, crossed or without price, our own
//! orders left out.
//!
//! Judged at each quote: the newest book of the market that the bot was given. A level of it is
//! somebody else's if more rests there than our orders that were there for sure.

use hl_quant::Size;

use super::prelude::*;
use crate::check::record::{Level, Picture};

#[derive(Debug, Default)]
pub(crate) struct Book;

impl Rule for Book {
    fn see(&mut self, view: &View<'_>, seen: &Seen<'_>, court: &mut Court) {
        let Some((bot, orders)) = quotes(view, seen) else { return };
        for order in orders {
            let Some(market) = market_of(view, order) else { continue };
            let Some(book) = bot.books.get(&market) else { continue };
            let sides = has_others(view, market, book, Side::Bid)
                && has_others(view, market, book, Side::Ask);
            let best = book.bids.first().zip(book.asks.first());
            let apart = best.is_some_and(|(bid, ask)| bid.price < ask.price);
            court.judge(Id::of(18), sides && apart, || {
                format!("a quote in market {market} from {:?} / {:?}", book.bids, book.asks)
            });
        }
    }
}

fn has_others(view: &View<'_>, market: usize, book: &Picture, side: Side) -> bool {
    let levels = match side {
        Side::Bid => &book.bids,
        Side::Ask => &book.asks,
    };
    levels.iter().any(|level| level.size > ours(view, market, book.venue, side, *level))
}

/// What rested of ours at a level, at least.
fn ours(view: &View<'_>, market: usize, at: Millis, side: Side, level: Level) -> Size {
    let there = view.record.open_orders().filter(|(_, order)| {
        order.market == market
            && order.side == side
            && order.price == level.price
            && order.opened.is_some_and(|opened| opened <= at)
    });
    there.map(|(_, order)| order.open()).fold(Size::ZERO, Size::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{Case, order};

    #[test]
    fn a_quote_from_half_a_book_or_a_crossed_one_is_a_breach() {
        let mut case = Case::new(Book);
        case.tell_book("149.9", "150.1");
        case.send(&[order(1, true, "149.5", "1")]);
        assert_eq!((case.breaches(), case.judged(18)), (0, 1));
        case.tell_book("", "150.1");
        case.send(&[order(2, true, "149.5", "1")]);
        assert_eq!(case.breaches(), 1);
        case.tell_book("150.1", "150.1");
        case.send(&[order(3, true, "149.5", "1")]);
        assert_eq!(case.breaches(), 2);
    }

    #[test]
    fn a_side_that_is_only_ours_counts_as_empty() {
        let mut case = Case::new(Book);
        // A told level has a size of 5.
        case.send(&[order(1, true, "149.9", "5")]);
        case.live(1);
        case.pass(100);
        case.tell_book("149.9", "150.1");
        case.send(&[order(2, true, "149.5", "1")]);
        assert_eq!(case.breaches(), 1);
    }
}
