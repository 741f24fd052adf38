//! I17 (S0): no quote comes from a book older than its limit, and live quotes are pulled within
//! half a second after it.
//!
//! Judged at each quote: the true age of the newest book of that market that the bot was given,
//! counted from the block that it shows (with the skew that the bot cannot see) and from its
//! arrival. Judged whenever the bot rests: that every order which it knows to be live in a market
//! without fresh book has had a cancel since.

use super::prelude::*;
use crate::check::record::Picture;

/// From the limit to the cancel on the wire.
const PULL_MS: u64 = 500;
/// A step back of the clock that counts as a pause; a shorter one may go unnoticed between two looks.
const STEP_MS: i64 = 1_000;
/// How long a process that has just begun or thawed may take to look around.
const WAKE_MS: u64 = 1_000;

#[derive(Debug, Default)]
pub(crate) struct Freshness;

impl Rule for Freshness {
    fn see(&mut self, view: &View<'_>, seen: &Seen<'_>, court: &mut Court) {
        if let Seen::Settled { bot } = seen {
            return pulled(view, *bot, court);
        }
        let Some((bot, orders)) = quotes(view, seen) else { return };
        let timing = &view.record.config.timing;
        let (limit, skew) = (timing.book_max_age_ms, timing.max_skew_ms);
        for order in orders {
            let Some(market) = market_of(view, order) else { continue };
            let book = bot.books.get(&market);
            let age = book.map(|book| (view.now.since(book.at), view.now.since(book.venue)));
            let shown = view.belief.map_or(view.now, |belief| belief.now);
            let hidden = book.map_or(0, |book| hidden_ms(book, shown, view.now));
            let fresh = age.is_some_and(|(arrival, block)| {
                arrival.saturating_sub(hidden) <= limit.saturating_add(PULL_MS)
                    && block <= limit.saturating_add(skew).saturating_add(PULL_MS)
            });
            court.judge(Id::of(17), fresh, || {
                format!("a quote in market {market} from a book that arrived and was made (ms ago): {age:?}")
            });
        }
    }
}

/// What the bot's clock was set back by since the book came: that time it cannot have seen pass.
fn hidden_ms(book: &Picture, shown: Millis, now: Millis) -> u64 {
    let ahead_ms = shown.0.cast_signed().saturating_sub(now.0.cast_signed());
    book.ahead_ms.saturating_sub(ahead_ms).clamp(0, STEP_MS).unsigned_abs()
}

fn pulled(view: &View<'_>, id: crate::BotId, court: &mut Court) {
    let Some((bot, belief)) = view.record.bot(id).zip(view.belief) else { return };
    let awake = bot.thawed.max(Some(bot.started));
    if belief.frozen || awake.is_some_and(|at| view.now.since(at) < WAKE_MS) {
        return;
    }
    let limit = view.record.config.timing.book_max_age_ms;
    for (market, book) in &bot.books {
        let hidden = hidden_ms(book, belief.now, view.now);
        let limit = limit.saturating_add(hidden);
        if view.now.since(book.at) <= limit.saturating_add(PULL_MS) {
            continue;
        }
        let stale = book.at.plus(limit);
        let known = belief.orders.iter().filter(|o| o.market == *market);
        for order in known.filter(|order| order.state == OrderState::Live) {
            let Some(record) = view.record.orders.get(&order.cloid) else { continue };
            let live = record.fate == Fate::Live && record.sent < stale;
            let pulled = record.cancel_sent.is_some_and(|sent| sent >= book.at);
            if live {
                court.judge(Id::of(17), pulled, || {
                    let age = view.now.since(book.at);
                    format!("{} rests in market {market} with a book {age} ms old", order.cloid)
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{Case, order};

    #[test]
    fn a_quote_from_an_old_book_is_a_breach() {
        let mut case = Case::new(Freshness);
        case.tell_book("149.9", "150.1");
        case.send(&[order(1, true, "149.5", "1")]);
        case.pass(3_000);
        case.send(&[order(2, true, "149.5", "1")]);
        assert_eq!((case.breaches(), case.judged(17)), (0, 2));
        case.pass(1_000);
        case.send(&[order(3, true, "149.5", "1")]);
        assert_eq!(case.breaches(), 1);
    }

    #[test]
    fn a_book_that_arrives_late_is_old_all_the_same() {
        let mut case = Case::new(Freshness);
        case.tell_book_of(10_000, "149.9", "150.1");
        case.send(&[order(1, true, "149.5", "1")]);
        assert_eq!(case.breaches(), 1);
    }

    #[test]
    fn live_quotes_on_an_old_book_must_be_pulled() {
        let mut case = Case::new(Freshness);
        case.tell_book("149.9", "150.1");
        case.send(&[order(1, true, "149.5", "1")]);
        case.live(1);
        case.believe(1, OrderState::Live);
        case.pass(3_400);
        case.settle();
        assert_eq!(case.breaches(), 0, "the time to pull is not over");
        case.pass(200);
        case.settle();
        assert_eq!(case.breaches(), 1);
        case.cancel(1);
        case.settle();
        assert_eq!(case.breaches(), 1);
    }
}
