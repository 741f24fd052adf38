//! What happened: fills, orders that are gone, refusals, notices, lines of the log, points of charts.

use std::collections::BTreeMap;

use hl_engine::{Liquidity, Pair};
use serde::Serialize;

use super::market::word;
use super::text;
use crate::dashboard::memory::{self, Ended, Memory, Refusal, Series};

/// One trade of ours.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Fill {
    at: u64,
    pair: String,
    side: &'static str,
    price: String,
    size: String,
    fee: String,
    liquidity: &'static str,
    cloid: Option<String>,
    oid: u64,
    tid: u64,
    position: String,
    /// How far its price was from the mid in our favour, in basis points.
    edge: Option<String>,
    /// How far the mid is in our favour 1, 5, 30 and 60 s later, in basis points; null before, and
    /// where there was no mid.
    marks: [Option<String>; memory::HORIZONS_MS.len()],
}

impl Fill {
    pub(super) fn of(fill: &memory::Fill) -> Self {
        let line = &fill.line;
        Self {
            at: fill.at.0,
            pair: line.pair.to_string(),
            side: word(line.side),
            price: line.price.to_string(),
            size: line.size.to_string(),
            fee: line.fee.to_string(),
            liquidity: match line.liquidity {
                Liquidity::Maker => "maker",
                Liquidity::Taker => "taker",
            },
            cloid: text(line.cloid),
            oid: line.oid.0,
            tid: line.tid,
            position: line.position.to_string(),
            edge: text(fill.edge),
            marks: fill.marks.map(text),
        }
    }
}

/// Orders that are no more, and those that never were.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Orders {
    /// By the number of their attempt.
    ended: BTreeMap<u64, Gone>,
    /// By a number of their own, from 1.
    refused: BTreeMap<u64, Refused>,
}

#[derive(Clone, Debug, Serialize)]
struct Gone {
    at: u64,
    sent: u64,
    pair: String,
    side: &'static str,
    price: String,
    size: String,
    /// What had not traded.
    left: String,
    cloid: String,
    how: &'static str,
}

#[derive(Clone, Debug, Serialize)]
struct Refused {
    at: u64,
    pair: String,
    side: &'static str,
    price: String,
    size: String,
    code: String,
}

impl Orders {
    pub(super) fn of(memory: &Memory) -> Self {
        let ended = memory.orders.ended.iter().map(|ended| (ended.trace.seq, Gone::of(ended)));
        let refused = memory.orders.refused.iter().map(|one| (one.number, Refused::of(one)));
        Self { ended: ended.collect(), refused: refused.collect() }
    }
}

impl Gone {
    fn of(Ended { trace, cloid, at, how }: &Ended) -> Self {
        Self {
            at: at.0,
            sent: trace.sent.0,
            pair: trace.pair.to_string(),
            side: word(trace.side),
            price: trace.price.to_string(),
            size: trace.size.to_string(),
            left: trace.left.to_string(),
            cloid: cloid.to_string(),
            how,
        }
    }
}

impl Refused {
    fn of(refusal: &Refusal) -> Self {
        Self {
            at: refusal.at.0,
            pair: refusal.pair.to_string(),
            side: word(refusal.side),
            price: refusal.price.to_string(),
            size: refusal.size.to_string(),
            code: refusal.code.clone(),
        }
    }
}

/// A line of the log.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Line {
    at: u64,
    text: String,
}

impl Line {
    pub(super) fn of(line: &memory::Line) -> Self {
        Self { at: line.at.0, text: line.text.clone() }
    }
}

/// What in the log is for people.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Noticed {
    at: u64,
    severity: &'static str,
    kind: &'static str,
    pair: Option<String>,
    text: String,
}

/// The latest notices, by the numbers of their lines.
pub(super) fn notices(memory: &Memory) -> BTreeMap<u64, Noticed> {
    let all = memory.notices.iter().map(|(number, noticed)| {
        let notice = &noticed.notice;
        let shown = Noticed {
            at: noticed.at.0,
            severity: notice.severity.word(),
            kind: notice.kind,
            pair: notice.pair.clone(),
            text: notice.text.clone(),
        };
        (*number, shown)
    });
    all.collect()
}

/// Which numbers of a ring have been told: from the first to the last.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Span(Option<(u64, u64)>);

impl Span {
    /// What is new in the ring, and `None` for each number that has left it.
    pub(super) fn news<T, U>(
        &mut self,
        ring: &BTreeMap<u64, T>,
        show: impl Fn(&T) -> U,
    ) -> BTreeMap<u64, Option<U>> {
        let (Some((first, _)), Some((last, _))) = (ring.first_key_value(), ring.last_key_value())
        else {
            return BTreeMap::new();
        };
        let told = self.0.replace((*first, *last));
        let mut news = BTreeMap::new();
        let fresh = told.map_or(0, |(_, last)| last.saturating_add(1));
        news.extend(ring.range(fresh..).map(|(number, one)| (*number, Some(show(one)))));
        if let Some((from, _)) = told {
            news.extend((from..*first).map(|gone| (gone, None)));
        }
        news
    }
}

/// Points by the number of their step; `null` for one that is gone.
type Points = BTreeMap<u64, Option<Vec<Option<String>>>>;

/// What charts are drawn from.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct SeriesOf {
    account: Tiers,
    markets: BTreeMap<String, Tiers>,
}

/// A point a second for ten minutes (`fine`, by second), a point every five minutes for a day
/// (`coarse`, by 300 s).
#[derive(Clone, Debug, Serialize)]
struct Tiers {
    fine: Points,
    coarse: Points,
}

impl Tiers {
    fn since<T, const N: usize>(
        series: &Series<T>,
        told: &mut [Span; 2],
        point: impl Fn(&T) -> [Option<String>; N],
    ) -> Self {
        let ([fine, coarse], [seen, coarsely]) = (&series.tiers, told);
        let point = |one: &T| Vec::from(point(one));
        Self { fine: seen.news(fine, point), coarse: coarsely.news(coarse, point) }
    }
}

impl SeriesOf {
    /// Of the account: profit, equity. Of a market: mid, our best bid and ask, position, profit.
    pub(super) fn since(
        memory: &Memory,
        account: &mut [Span; 2],
        markets: &mut BTreeMap<Pair, [Span; 2]>,
    ) -> Self {
        let of = memory.markets.iter().map(|(pair, series)| {
            let told = markets.entry(pair.clone()).or_default();
            let tiers = Tiers::since(series, told, |p| {
                [text(p.mid), text(p.bid), text(p.ask), text(Some(p.position)), text(p.profit)]
            });
            (pair.to_string(), tiers)
        });
        Self {
            markets: of.collect(),
            account: Tiers::since(&memory.account, account, |p| [text(p.profit), text(p.equity)]),
        }
    }
}
