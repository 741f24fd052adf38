//! What is known of one market's book, and how old it is.

use arrayvec::ArrayVec;
use hl_quant::{Millis, Notional, Price, Side, Size};

use crate::{BookLevel, Level, NoQuote, Ppm, Timing};

/// The levels kept on each side; the venue sends 20 at most (5 with `fast`).
const DEPTH: usize = 20;

/// What counts as near the touch: ten basis points.
const NEAR_PPM: i64 = 1_000;

/// Why a message was not applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// A newer one of the same channel came before it.
    Outdated,
    /// It contradicts itself.
    Malformed(&'static str),
}

/// A level and what of it is not ours.
#[derive(Clone, Copy, Debug)]
struct Seen {
    level: Level,
    others: Size,
}

/// When a channel last spoke.
#[derive(Clone, Copy, Debug)]
struct Heard {
    /// The venue's time in the message.
    time: Millis,
    /// Our time of its arrival.
    received: Millis,
}

/// The top of one market, from a snapshot channel and a best-price channel.
#[derive(Clone, Debug, Default)]
pub(crate) struct Book {
    bids: ArrayVec<Seen, DEPTH>,
    asks: ArrayVec<Seen, DEPTH>,
    book: Option<Heard>,
    best: (Option<Seen>, Option<Seen>),
    bbo: Option<Heard>,
    /// The touch in the text of a post-only rejection, until a stream has spoken again.
    told: Option<(Price, Price)>,
}

impl Book {
    /// Applies a snapshot. Each channel moves forward in venue time only.
    ///
    /// `own` is what of ours the message may contain at a price. It is taken off here and not when
    /// quoting, because by then our orders have changed and the message has not.
    pub(crate) fn apply_book(
        &mut self,
        now: Millis,
        time: Millis,
        bids: &[Level],
        asks: &[Level],
        own: impl Fn(Side, Price) -> Size,
    ) -> Result<(), Refused> {
        newer(self.book, time)?;
        let falls = bids.is_sorted_by(|a, b| a.price > b.price);
        let rises = asks.is_sorted_by(|a, b| a.price < b.price);
        if !falls || !rises {
            return Err(Refused::Malformed("book_unsorted"));
        }
        if bids.iter().chain(asks).any(|level| level.size.is_zero()) {
            return Err(Refused::Malformed("book_size_zero"));
        }
        self.bids.clear();
        self.bids.extend(bids.iter().take(DEPTH).map(|level| seen(Side::Bid, *level, &own)));
        self.asks.clear();
        self.asks.extend(asks.iter().take(DEPTH).map(|level| seen(Side::Ask, *level, &own)));
        self.book = Some(Heard { time, received: now });
        self.told = None;
        Ok(())
    }

    /// Applies a best-price message.
    pub(crate) fn apply_bbo(
        &mut self,
        now: Millis,
        time: Millis,
        bid: Option<Level>,
        ask: Option<Level>,
        own: impl Fn(Side, Price) -> Size,
    ) -> Result<(), Refused> {
        newer(self.bbo, time)?;
        if [bid, ask].iter().flatten().any(|level| level.size.is_zero()) {
            return Err(Refused::Malformed("bbo_size_zero"));
        }
        let bid = bid.map(|level| seen(Side::Bid, level, &own));
        let ask = ask.map(|level| seen(Side::Ask, level, &own));
        self.best = (bid, ask);
        self.bbo = Some(Heard { time, received: now });
        self.told = None;
        Ok(())
    }

    /// Remembers the touch that a post-only rejection told.
    pub(crate) fn told(&mut self, bid: Price, ask: Price) {
        if bid < ask {
            self.told = Some((bid, ask));
        }
    }

    /// Takes a step back of our clock: what was heard is as old as it was.
    pub(crate) fn set_back(&mut self, step_ms: u64) {
        for heard in [&mut self.book, &mut self.bbo].into_iter().flatten() {
            heard.received = heard.received.minus(step_ms);
        }
    }

    /// Forgets everything: after a reconnect only what comes then counts.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Whether the book may be quoted on at `now`.
    ///
    /// Both clocks must agree that it is young: a stalled stream is old by arrival, a delayed one by
    /// venue time. `behind_ms` is how far our clock is known to be behind the venue's; what hides
    /// behind that is no youth.
    pub(crate) fn fresh(
        &self,
        now: Millis,
        behind_ms: u64,
        timing: &Timing,
    ) -> Result<(), NoQuote> {
        let book = self.book.ok_or(NoQuote::NoBook)?;
        let skew = timing.max_skew_ms;
        let check = |heard, max| check(heard, now, max, (skew, skew.saturating_sub(behind_ms)));
        check(book, timing.book_limit_ms())?;
        match (timing.bbo_max_age_ms, self.bbo) {
            (None, _) => Ok(()),
            (Some(_), None) => Err(NoQuote::NoBook),
            (Some(max), Some(bbo)) => check(bbo, max),
        }
    }

    /// Milliseconds since the snapshot channel last spoke.
    pub(crate) fn age_ms(&self, now: Millis) -> u64 {
        self.heard_ms(now).unwrap_or(u64::MAX)
    }

    /// The same; `None` before it has spoken.
    pub(crate) fn heard_ms(&self, now: Millis) -> Option<u64> {
        self.book.map(|book| now.since(book.received))
    }

    /// The first moment at which [`Book::fresh`] fails if nothing more arrives; `None` if it fails
    /// already for lack of data.
    pub(crate) fn stale_at(&self, behind_ms: u64, timing: &Timing) -> Option<Millis> {
        let at = |heard: Heard, max: u64| {
            let by_venue = heard.time.plus(max).plus(timing.max_skew_ms.saturating_sub(behind_ms));
            heard.received.plus(max).min(by_venue).plus(1)
        };
        let book = at(self.book?, timing.book_limit_ms());
        match timing.bbo_max_age_ms {
            None => Some(book),
            Some(max) => Some(book.min(at(self.bbo?, max))),
        }
    }

    /// The best price of each side as last heard, our own orders included. What a rejection told
    /// since is the venue's latest word.
    pub(crate) fn touch(&self) -> (Option<Price>, Option<Price>) {
        match self.told {
            Some((bid, ask)) => (Some(bid), Some(ask)),
            None => {
                let price = |side| self.levels(side).next().map(|seen| seen.level.price);
                (price(Side::Bid), price(Side::Ask))
            }
        }
    }

    /// Every level, bids first, the best of each side first.
    pub(crate) fn view(&self) -> impl Iterator<Item = BookLevel> + '_ {
        [Side::Bid, Side::Ask].into_iter().flat_map(|side| {
            self.levels(side).map(move |Seen { level, others }| BookLevel {
                side,
                price: level.price,
                size: level.size,
                others,
            })
        })
    }

    /// The best level of each side that is not only ours, with the size of others.
    pub(crate) fn others(&self) -> Result<(Level, Level), NoQuote> {
        let best = |side| {
            self.levels(side)
                .find(|seen| !seen.others.is_zero())
                .map(|seen| Level { price: seen.level.price, size: seen.others })
        };
        match (best(Side::Bid), best(Side::Ask)) {
            (Some(bid), Some(ask)) if bid.price < ask.price => Ok((bid, ask)),
            (Some(_), Some(_)) => Err(NoQuote::Crossed),
            (None, None) => Err(NoQuote::EmptyBook),
            _ => Err(NoQuote::OneSided),
        }
    }

    /// What others offer on one side within ten basis points of their best price.
    pub(crate) fn near(&self, side: Side) -> Notional {
        let mut shown = self.levels(side).filter(|seen| !seen.others.is_zero()).peekable();
        let Some(best) = shown.peek().map(|seen| seen.level.price) else { return Notional::ZERO };
        let reach = u64::try_from(Ppm(NEAR_PPM).of_price(best)).unwrap_or(0);
        shown
            .take_while(|seen| seen.level.price.raw().abs_diff(best.raw()) <= reach)
            .fold(Notional::ZERO, |sum, seen| sum.saturating_add(seen.level.price * seen.others))
    }

    /// The levels of one side, best first: the best-price channel speaks for the touch while it is
    /// newer than the snapshot, and the snapshot for what lies behind it.
    fn levels(&self, side: Side) -> impl Iterator<Item = Seen> + '_ {
        let (best, behind) = match side {
            Side::Bid => (self.best.0, &self.bids),
            Side::Ask => (self.best.1, &self.asks),
        };
        let newer = match (self.bbo, self.book) {
            (Some(bbo), Some(book)) => bbo.time >= book.time,
            (bbo, _) => bbo.is_some(),
        };
        let behind = behind.iter().copied().filter(move |seen| match (newer, best) {
            (false, _) => true,
            (true, None) => false,
            (true, Some(best)) => match side {
                Side::Bid => seen.level.price < best.level.price,
                Side::Ask => seen.level.price > best.level.price,
            },
        });
        best.filter(|_| newer).into_iter().chain(behind)
    }
}

fn seen(side: Side, level: Level, own: impl Fn(Side, Price) -> Size) -> Seen {
    Seen { level, others: level.size.saturating_sub(own(side, level.price)) }
}

fn newer(last: Option<Heard>, time: Millis) -> Result<(), Refused> {
    match last {
        Some(last) if time < last.time => Err(Refused::Outdated),
        _ => Ok(()),
    }
}

/// `skew` is what the venue's clock may be ahead of ours, and what it may be behind.
fn check(heard: Heard, now: Millis, max_age: u64, skew: (u64, u64)) -> Result<(), NoQuote> {
    if heard.time.since(now) > skew.0 {
        return Err(NoQuote::ClockSkew);
    }
    let by_venue = max_age.saturating_add(skew.1);
    if now.since(heard.received) > max_age || now.since(heard.time) > by_venue {
        return Err(NoQuote::BookStale);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(price: &str, size: &str) -> Level {
        Level { price: price.parse().unwrap(), size: size.parse().unwrap() }
    }

    fn none(_: Side, _: Price) -> Size {
        Size::ZERO
    }

    fn book() -> Book {
        let mut book = Book::default();
        let bids = [level("100", "1"), level("99", "5")];
        let asks = [level("101", "2"), level("102", "5")];
        book.apply_book(Millis(1_000), Millis(990), &bids, &asks, none).unwrap();
        book
    }

    fn touch(book: &Book) -> (String, String) {
        let (bid, ask) = book.touch();
        let text = |price: Option<Price>| price.map_or_else(|| "-".into(), |p| p.to_string());
        (text(bid), text(ask))
    }

    #[test]
    fn the_newer_channel_speaks_for_the_touch() {
        let mut book = book();
        let newer = (Some(level("100.5", "1")), Some(level("100.9", "1")));
        book.apply_bbo(Millis(1_001), Millis(991), newer.0, newer.1, none).unwrap();
        assert_eq!(touch(&book), ("100.5".into(), "100.9".into()));
        let bids = [level("98", "1")];
        let asks = [level("99", "1")];
        book.apply_book(Millis(1_002), Millis(992), &bids, &asks, none).unwrap();
        assert_eq!(touch(&book), ("98".into(), "99".into()));
        // An empty side in the newer message is an empty side.
        book.apply_bbo(Millis(1_003), Millis(993), None, Some(level("99", "1")), none).unwrap();
        assert_eq!(touch(&book), ("-".into(), "99".into()));
        assert_eq!(book.others(), Err(NoQuote::OneSided));
    }

    #[test]
    fn a_channel_never_goes_back_in_time() {
        let mut book = book();
        let older = book.apply_book(Millis(1_001), Millis(989), &[level("1", "1")], &[], none);
        assert_eq!(older, Err(Refused::Outdated));
        assert_eq!(touch(&book), ("100".into(), "101".into()));
        // Another channel may lag behind; it just does not speak for the touch.
        book.apply_bbo(Millis(1_001), Millis(980), Some(level("1", "1")), None, none).unwrap();
        assert_eq!(touch(&book), ("100".into(), "101".into()));
    }

    #[test]
    fn our_own_orders_do_not_count_as_the_market() {
        let own = |side, price: Price| match (side, price.to_string().as_str()) {
            (Side::Bid, "100") => "1".parse().unwrap(),
            (Side::Ask, "101") => "0.5".parse().unwrap(),
            _ => Size::ZERO,
        };
        let mut book = Book::default();
        let bids = [level("100", "1"), level("99", "5")];
        let asks = [level("101", "2"), level("102", "5")];
        book.apply_book(Millis(1), Millis(1), &bids, &asks, own).unwrap();
        assert_eq!(book.others(), Ok((level("99", "5"), level("101", "1.5"))));
        assert_eq!(touch(&book), ("100".into(), "101".into()), "they do count as the touch");
        book.apply_book(Millis(2), Millis(2), &bids, &asks, |_, _| Size::MAX).unwrap();
        assert_eq!(book.others(), Err(NoQuote::EmptyBook));
    }

    #[test]
    fn a_book_that_contradicts_itself_changes_nothing() {
        let mut book = book();
        let unsorted = [level("99", "1"), level("100", "1")];
        let refused = book.apply_book(Millis(2_000), Millis(2_000), &unsorted, &[], none);
        assert_eq!(refused, Err(Refused::Malformed("book_unsorted")));
        let zero = [level("99", "0")];
        let refused = book.apply_book(Millis(2_000), Millis(2_000), &zero, &[], none);
        assert_eq!(refused, Err(Refused::Malformed("book_size_zero")));
        assert_eq!(touch(&book), ("100".into(), "101".into()));
        let crossed = ([level("101", "1")], [level("101", "1")]);
        book.apply_book(Millis(2_000), Millis(2_000), &crossed.0, &crossed.1, none).unwrap();
        assert_eq!(book.others(), Err(NoQuote::Crossed));
    }

    #[test]
    fn a_book_is_fresh_until_its_limit_by_both_clocks() {
        let timing = Timing::default();
        let book = book();
        assert_eq!(Book::default().fresh(Millis(0), 0, &timing), Err(NoQuote::NoBook));
        assert_eq!(book.fresh(Millis(4_000), 0, &timing), Ok(()));
        assert_eq!(book.fresh(Millis(4_001), 0, &timing), Err(NoQuote::BookStale));
        assert_eq!(book.stale_at(0, &timing), Some(Millis(4_001)));
        // Delayed on the way: fresh by arrival, old by the venue's clock.
        let mut late = Book::default();
        late.apply_book(Millis(9_000), Millis(4_001), &[], &[], none).unwrap();
        assert_eq!(late.fresh(Millis(9_001), 0, &timing), Ok(()));
        assert_eq!(late.fresh(Millis(9_002), 0, &timing), Err(NoQuote::BookStale));
        // The same when our clock is known to be behind.
        assert_eq!(late.fresh(Millis(8_502), 499, &timing), Ok(()));
        assert_eq!(late.fresh(Millis(8_502), 500, &timing), Err(NoQuote::BookStale));
        assert_eq!(late.stale_at(500, &timing), Some(Millis(8_502)));
        // From the future: somebody's clock is wrong.
        let mut ahead = Book::default();
        ahead.apply_book(Millis(9_000), Millis(11_001), &[], &[], none).unwrap();
        assert_eq!(ahead.fresh(Millis(9_000), 0, &timing), Err(NoQuote::ClockSkew));
    }

    #[test]
    fn a_rejection_tells_the_touch_until_a_stream_speaks() {
        let mut book = book();
        book.told("100.2".parse().unwrap(), "100.4".parse().unwrap());
        assert_eq!(touch(&book), ("100.2".into(), "100.4".into()));
        book.apply_bbo(Millis(1_001), Millis(991), None, None, none).unwrap();
        assert_eq!(touch(&book), ("-".into(), "-".into()));
    }
}
