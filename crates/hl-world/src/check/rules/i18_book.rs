//! I18 (S0): no quote from a book that is empty, one-sided, crossed or without price, our own
//! orders left out.
//!
//! Judged at each quote: the newest book or touch of the market that the bot was given. A level of it is
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
            // The touch tells of a later block, perhaps; then it says which sides there are, and
            // whether somebody else rests behind our own best orders only the book can say.
            let touch = bot.touches.get(&market).filter(|touch| touch.venue >= book.venue);
            let newest = touch.map_or(book.venue, |touch| touch.venue);
            let shown = || [Some(book), touch].into_iter().flatten();
            let others = |side| shown().any(|picture| has_others(view, market, picture, side));
            let apart = shown().any(|picture| picture.venue == newest && is_apart(picture));
            let fine = apart && others(Side::Bid) && others(Side::Ask);
            court.judge(Id::of(18), fine, || {
                format!("a quote in market {market} from {book:?} and {touch:?}")
            });
        }
    }
}

/// Two sides and a gap between them.
fn is_apart(picture: &Picture) -> bool {
    let best = picture.bids.first().zip(picture.asks.first());
    best.is_some_and(|(bid, ask)| bid.price < ask.price)
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
