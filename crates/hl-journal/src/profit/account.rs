//! What the venue says the account is worth, against what our items of cash say.

use std::fmt;

use hl_engine::{AccountMoney, Timestamp, Usd};
use hl_quant::Millis;

use super::market::{Item, What, signed};

/// The last digit of the venue's money: a millionth of a dollar. Units of 10^-16.
const UNIT: i128 = 10_000_000_000;

/// The most documents that are kept apart: more than a day's, at one every five seconds. Beyond
/// that the oldest stretch grows, and a difference in it is known less exactly.
const KEPT: usize = 20_000;

/// A position as a document states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stated {
    pub(super) market: usize,
    /// Units of 10^-8.
    pub(super) size: i128,
    /// At the document's mark.
    pub(super) value: Usd,
}

/// One document, and what moved the cash since the one before it.
#[derive(Clone, Debug)]
pub(super) struct Doc {
    pub(super) time: Millis,
    pub(super) value: Usd,
    pub(super) positions: Vec<Stated>,
    flow: Usd,
    /// By how much trades changed positions, by market.
    moved: Vec<(usize, i128)>,
}

/// Two documents between which something is not accounted for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Break {
    /// The moment and the value of the earlier one.
    pub from: (Millis, Usd),
    /// Those of the later one.
    pub to: (Millis, Usd),
    /// What the account has more than it should: money nobody knows the origin of, or, if negative,
    /// where it went.
    pub amount: Usd,
    /// Positions that are not what trades say: the market, what the trades say, what the venue
    /// says. Units of 10^-8.
    pub positions: Vec<(String, i128, i128)>,
}

impl fmt::Display for Break {
    /// `between 2025-11-04T10:41:07.000Z (1000.5) and 2025-11-04T10:41:17.000Z (1000.4): -0.1 not
    /// accounted for`, and the positions that are not what trades say.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ((from, before), (to, after)) = (self.from, self.to);
        let (from, to) = (Timestamp(from), Timestamp(to));
        write!(
            f,
            "between {from} ({before}) and {to} ({after}): {} not accounted for",
            self.amount
        )?;
        for (pair, counted, stated) in &self.positions {
            let (counted, stated) = (Units(*counted), Units(*stated));
            write!(f, "; {pair} is {stated}, by its trades {counted}")?;
        }
        Ok(())
    }
}

/// An integer at 10^-8 as plain decimal text.
pub(super) struct Units(pub(super) i128);

impl fmt::Display for Units {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Usd::from_raw(self.0.saturating_mul(100_000_000)), f)
    }
}

/// The documents of an account in the order of their time.
#[derive(Clone, Debug, Default)]
pub(super) struct Account {
    /// The first is where the account begins.
    docs: Vec<Doc>,
    /// Documents of which some items may not have been told yet.
    fresh: Vec<Doc>,
    /// Items after the last of `docs`, in the order of their time.
    tail: Vec<Item>,
}

impl Doc {
    pub(super) fn new(time: Millis, money: AccountMoney, mut positions: Vec<Stated>) -> Self {
        // A product of floats shows in the venue's position values beyond the last digit of its money.
        for stated in &mut positions {
            stated.value = to_unit(stated.value);
        }
        Self { time, value: money.value, positions, flow: Usd::ZERO, moved: Vec::new() }
    }

    /// What is not in positions: cash, and what other markets hold.
    fn cash(&self) -> Usd {
        self.positions.iter().fold(self.value, |cash, stated| cash.minus(stated.value))
    }

    pub(super) fn size(&self, market: usize) -> i128 {
        self.stated(market).map_or(0, |stated| stated.size)
    }

    pub(super) fn worth(&self, market: usize) -> Usd {
        self.stated(market).map_or(Usd::ZERO, |stated| stated.value)
    }

    fn stated(&self, market: usize) -> Option<&Stated> {
        self.positions.iter().find(|stated| stated.market == market)
    }

    fn add(&mut self, item: &Item) {
        self.flow = self.flow.plus(item.cash);
        if let What::Fill { fill, market, .. } = &item.what {
            self.shift(*market, signed(fill));
        }
    }

    fn shift(&mut self, market: usize, delta: i128) {
        match self.moved.iter_mut().find(|(at, _)| *at == market) {
            Some((_, sum)) => *sum = sum.saturating_add(delta),
            None => self.moved.push((market, delta)),
        }
    }

    /// What happened in `other`, the document before this one, happened before this one.
    fn swallow(&mut self, other: &Self) {
        self.flow = self.flow.plus(other.flow);
        for (market, delta) in &other.moved {
            self.shift(*market, *delta);
        }
    }
}

impl Account {
    /// The first document and the last one that is accounted for.
    pub(super) fn ends(&self) -> Option<(&Doc, &Doc)> {
        self.docs.first().zip(self.docs.last())
    }

    pub(super) fn docs(&self) -> &[Doc] {
        &self.docs
    }

    /// How many documents wait for the rest of what happened before them.
    pub(super) fn waiting(&self) -> usize {
        self.fresh.len()
    }

    /// When the account begins.
    pub(super) fn begin(&self) -> Option<Millis> {
        self.docs.first().map(|doc| doc.time)
    }

    /// A document; false for one that is not newer than those before.
    pub(super) fn state(&mut self, doc: Doc) -> bool {
        let newest = self.fresh.last().or_else(|| self.docs.last()).map(|doc| doc.time);
        if newest.is_some_and(|newest| doc.time <= newest) {
            return false;
        }
        if self.docs.is_empty() {
            self.docs.push(doc);
        } else {
            self.fresh.push(doc);
        }
        true
    }

    /// Something moved the cash. Returns it if it happened before the last document that is accounted
    /// for, so that it counts at once.
    pub(super) fn item(&mut self, item: Item) -> Option<Item> {
        let at = self.docs.partition_point(|doc| doc.time < item.time);
        match self.docs.get_mut(at) {
            // Before the beginning: what it did is in the first document.
            Some(_) if at == 0 => None,
            Some(doc) => {
                doc.add(&item);
                Some(item)
            }
            None => {
                let at = self.tail.partition_point(|other| other.time <= item.time);
                self.tail.insert(at, item);
                None
            }
        }
    }

    /// Everything before `through` has been told: the items that count from now on.
    pub(super) fn settle(&mut self, through: Millis) -> Vec<Item> {
        let ready = self.fresh.partition_point(|doc| doc.time <= through);
        let Some(last) = ready.checked_sub(1).and_then(|last| self.fresh.get(last)) else {
            return Vec::new();
        };
        let count = self.tail.partition_point(|item| item.time <= last.time);
        let items: Vec<Item> = self.tail.drain(..count).collect();
        let mut rest = items.as_slice();
        for mut doc in self.fresh.drain(..ready) {
            let (now, later) = rest.split_at(rest.partition_point(|item| item.time <= doc.time));
            now.iter().for_each(|item| doc.add(item));
            rest = later;
            self.docs.push(doc);
        }
        self.shorten();
        items
    }

    /// Joins the oldest stretches beyond what is kept.
    fn shorten(&mut self) {
        let over = self.docs.len().saturating_sub(KEPT);
        if over == 0 {
            return;
        }
        // Many at a time, so that each costs little.
        let gone: Vec<Doc> = self.docs.drain(1..over.saturating_add(KEPT / 8)).collect();
        if let Some(next) = self.docs.get_mut(1) {
            gone.iter().for_each(|doc| next.swallow(doc));
        }
    }

    /// Everything that is not accounted for.
    pub(super) fn breaks(&self, names: impl Fn(usize) -> String) -> Vec<Break> {
        let mut breaks = Vec::new();
        for (from, to) in self.docs.iter().zip(self.docs.iter().skip(1)) {
            let amount = to.cash().minus(from.cash()).minus(to.flow);
            let held = from.positions.iter().chain(&to.positions).map(|stated| stated.market);
            let mut markets: Vec<usize> =
                held.chain(to.moved.iter().map(|(market, _)| *market)).collect();
            markets.sort_unstable();
            markets.dedup();
            let moved = |market| to.moved.iter().find(|(at, _)| *at == market);
            let wrong = markets.into_iter().filter_map(|market| {
                let moved = moved(market).map_or(0, |(_, delta)| *delta);
                let counted = from.size(market).saturating_add(moved);
                let stated = to.size(market);
                (counted != stated).then(|| (names(market), counted, stated))
            });
            let positions: Vec<_> = wrong.collect();
            if amount != Usd::ZERO || !positions.is_empty() {
                let (from, to) = ((from.time, from.value), (to.time, to.value));
                breaks.push(Break { from, to, amount, positions });
            }
        }
        breaks
    }
}

/// To the nearest unit of the venue's money.
fn to_unit(money: Usd) -> Usd {
    let shifted = money.raw().saturating_add(UNIT / 2);
    Usd::from_raw(shifted.div_euclid(UNIT).saturating_mul(UNIT))
}
