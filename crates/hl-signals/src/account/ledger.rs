//! Keeping an opinion until what followed it is known.

use std::collections::VecDeque;

use hl_quant::Millis;

use super::estimate::{Confident, Point, mean, rank_correlation};
use super::score::{Score, Verdict, VerdictConfig, verdict, wilson};
use crate::float::{from_count, from_u64};
use crate::{Board, SourceId};

/// How opinions are held to account.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LedgerConfig {
    /// How long after an opinion the price is looked at again, in milliseconds.
    pub horizon_ms: u64,
    /// The latest so many samples of each source count.
    pub samples: usize,
    /// When a source is switched off, and on again.
    pub verdict: VerdictConfig,
}

impl Default for LedgerConfig {
    /// Five minutes, which is as long as an opinion lives; a thousand samples.
    fn default() -> Self {
        Self { horizon_ms: 300_000, samples: 1_024, verdict: VerdictConfig::default() }
    }
}

/// An opinion and what followed it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// When the opinion was taken down.
    pub at: Millis,
    /// The opinion, as the source gave it.
    pub value: f64,
    /// What all sources together said, with this one.
    pub with: f64,
    /// And without it.
    pub without: f64,
    /// How far the mid price moved over the horizon, in basis points.
    pub moved_bps: f64,
}

/// A sample that has just been completed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Marked {
    /// Whose.
    pub source: usize,
    /// About which market.
    pub market: usize,
    /// What followed.
    pub sample: Sample,
    /// What the source's record says now, if that has changed what is to be done.
    pub verdict: Option<Verdict>,
}

/// What was heard of a source and what became of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Looks at a market at which the source had a fresh opinion.
    pub fresh: u64,
    /// Looks at a market.
    pub looks: u64,
    /// The ages of the fresh opinions together, in milliseconds, by the source's time.
    pub age_ms: u64,
    /// Samples completed.
    pub marked: u64,
    /// Opinions that could not be followed: no price was there in time.
    pub lost: u64,
}

impl Counts {
    /// The two together.
    #[must_use]
    pub const fn plus(&self, other: &Self) -> Self {
        Self {
            fresh: self.fresh.saturating_add(other.fresh),
            looks: self.looks.saturating_add(other.looks),
            age_ms: self.age_ms.saturating_add(other.age_ms),
            marked: self.marked.saturating_add(other.marked),
            lost: self.lost.saturating_add(other.lost),
        }
    }

    const fn less(&self, other: &Self) -> Self {
        Self {
            fresh: self.fresh.saturating_sub(other.fresh),
            looks: self.looks.saturating_sub(other.looks),
            age_ms: self.age_ms.saturating_sub(other.age_ms),
            marked: self.marked.saturating_sub(other.marked),
            lost: self.lost.saturating_sub(other.lost),
        }
    }
}

/// The record of every source.
///
/// While a source has a fresh opinion about a market, one sample follows the other and no two
/// overlap: the price is looked at when the opinion is taken down, and again a horizon later. What a
/// source says in between is part of no sample, or hourly news repeated every second would count as
/// thousands. A source that is switched off goes on being sampled: that is how it comes back.
#[derive(Clone, Debug)]
pub struct Ledger {
    config: LedgerConfig,
    books: Vec<Book>,
    done: Vec<Marked>,
}

#[derive(Clone, Debug)]
struct Book {
    open: Vec<Option<Open>>,
    samples: VecDeque<Sample>,
    counts: Counts,
    /// What of those has been taken already.
    taken: Counts,
    state: Verdict,
    /// Samples since the record was last judged.
    unjudged: usize,
}

#[derive(Clone, Copy, Debug)]
struct Open {
    at: Millis,
    price: f64,
    value: f64,
    with: f64,
    without: f64,
}

/// A record is judged anew after so many samples.
const JUDGE_EVERY: usize = 16;

impl Ledger {
    /// An empty record for the sources and markets of a board.
    #[must_use]
    pub fn new(config: LedgerConfig, board: &Board) -> Self {
        let book = || Book {
            open: vec![None; board.markets()],
            samples: VecDeque::with_capacity(config.samples),
            counts: Counts::default(),
            taken: Counts::default(),
            state: Verdict::Unknown,
            unjudged: 0,
        };
        let books: Vec<Book> = board.sources().map(|_| book()).collect();
        let done = Vec::with_capacity(books.len().saturating_mul(board.markets()));
        Self { config, books, done }
    }

    /// Looks at every market: completes what is due and takes down what is new. Call it about once
    /// a second. `price` is the mid price of a market now, `None` where there is none to be trusted.
    ///
    /// No look allocates, but for one in sixteen samples of a source, which judges it.
    pub fn look(
        &mut self,
        now: Millis,
        board: &Board,
        price: impl Fn(usize) -> Option<f64>,
    ) -> &[Marked] {
        self.done.clear();
        for (source, book) in self.books.iter_mut().enumerate() {
            for market in 0..board.markets() {
                let price = price(market).filter(|price| price.is_finite() && *price > 0.0);
                let sample = book.complete(&self.config, now, market, price);
                book.begin(now, board, (source, market), price);
                if let Some(sample) = sample {
                    book.keep(&self.config, sample);
                    self.done.push(Marked { source, market, sample, verdict: None });
                }
            }
            let Some(last) = self.done.iter_mut().rfind(|marked| marked.source == source) else {
                continue;
            };
            if book.unjudged >= JUDGE_EVERY {
                last.verdict = book.judge(&self.config);
            }
        }
        &self.done
    }

    /// Takes back a sample of an earlier run, oldest first.
    pub fn restore(&mut self, source: usize, sample: Sample) {
        if let Some(book) = self.books.get_mut(source) {
            book.keep(&self.config, sample);
        }
    }

    /// Judges a source by what was restored; the verdict, if there is one.
    pub fn judge(&mut self, source: usize) -> Option<Verdict> {
        self.books.get_mut(source).and_then(|book| book.judge(&self.config))
    }

    /// What the record of a source says.
    #[must_use]
    pub fn score(&self, source: usize) -> Option<Score> {
        self.books.get(source).map(|book| book.score(&self.config))
    }

    /// What was counted of a source since this was last asked.
    pub fn take_counts(&mut self, source: usize) -> Counts {
        let Some(book) = self.books.get_mut(source) else { return Counts::default() };
        let taken = core::mem::replace(&mut book.taken, book.counts);
        book.counts.less(&taken)
    }

    /// The scores of samples that were kept elsewhere, by the same arithmetic.
    #[must_use]
    pub fn score_of(config: &LedgerConfig, samples: &[Sample], counts: Counts) -> Score {
        score(config, samples.iter(), counts)
    }

    /// Of which source the record with this number is.
    #[must_use]
    pub fn name(board: &Board, source: usize) -> Option<SourceId> {
        board.sources().nth(source)
    }
}

impl Book {
    fn complete(
        &mut self,
        config: &LedgerConfig,
        now: Millis,
        market: usize,
        price: Option<f64>,
    ) -> Option<Sample> {
        let slot = self.open.get_mut(market)?;
        let open = (*slot)?;
        let age = now.since(open.at);
        if age < config.horizon_ms {
            return None;
        }
        // Half a horizon late is another question than the one that was asked.
        if age >= config.horizon_ms.saturating_add(config.horizon_ms / 2) {
            *slot = None;
            self.counts.lost = self.counts.lost.saturating_add(1);
            return None;
        }
        let moved_bps = (price? / open.price - 1.0) * 10_000.0;
        *slot = None;
        let Open { at, value, with, without, .. } = open;
        Some(Sample { at, value, with, without, moved_bps })
    }

    fn begin(
        &mut self,
        now: Millis,
        board: &Board,
        (source, market): (usize, usize),
        price: Option<f64>,
    ) {
        self.counts.looks = self.counts.looks.saturating_add(1);
        let Ok((value, age_ms)) = board.opinion(source, market, now) else { return };
        self.counts.fresh = self.counts.fresh.saturating_add(1);
        self.counts.age_ms = self.counts.age_ms.saturating_add(age_ms);
        let (Some(price), Some(slot)) = (price, self.open.get_mut(market)) else { return };
        if slot.is_none() {
            let with = board.with(source, market, now).value().get();
            let without = board.without(source, market, now).value().get();
            *slot = Some(Open { at: now, price, value: value.get(), with, without });
        }
    }

    fn keep(&mut self, config: &LedgerConfig, sample: Sample) {
        while self.samples.len() >= config.samples.max(1) {
            self.samples.pop_front();
        }
        self.samples.push_back(sample);
        self.counts.marked = self.counts.marked.saturating_add(1);
        self.unjudged = self.unjudged.saturating_add(1);
    }

    fn judge(&mut self, config: &LedgerConfig) -> Option<Verdict> {
        self.unjudged = 0;
        let points = points(config, self.samples.iter());
        let sure = rank_correlation(&points, Confident::P999);
        let next = verdict(&config.verdict, self.state, sure.as_ref());
        let changed = next.is_off() != self.state.is_off();
        self.state = next;
        changed.then_some(next)
    }

    fn score(&self, config: &LedgerConfig) -> Score {
        Score { verdict: self.state, ..score(config, self.samples.iter(), self.counts) }
    }
}

/// The block of time of a sample, its opinion and what followed.
fn points<'a>(config: &LedgerConfig, samples: impl Iterator<Item = &'a Sample>) -> Vec<Point> {
    let block = |at: Millis| at.0.checked_div(config.horizon_ms).unwrap_or(0);
    samples.map(|sample| (block(sample.at), sample.value, sample.moved_bps)).collect()
}

fn score<'a>(
    config: &LedgerConfig,
    samples: impl Iterator<Item = &'a Sample> + Clone,
    counts: Counts,
) -> Score {
    let pairs = points(config, samples.clone());
    // What one unit of the combined opinion would have earned with the source, less without it.
    let gains: Vec<Point> = pairs
        .iter()
        .zip(samples)
        .map(|((block, ..), s)| (*block, (s.with - s.without) * s.moved_bps, 0.0))
        .collect();
    let calls = pairs.iter().filter(|(_, x, y)| *x != 0.0 && *y != 0.0);
    let (hits, all) = calls.fold((0_usize, 0_usize), |(hits, all), (_, x, y)| {
        (hits.saturating_add(usize::from((*x > 0.0) == (*y > 0.0))), all.saturating_add(1))
    });
    let share = |part: u64, whole: u64| {
        if whole == 0 { None } else { Some(from_u64(part) / from_u64(whole)) }
    };
    Score {
        coefficient: rank_correlation(&pairs, Confident::P95),
        hit_rate: wilson(from_count(hits), from_count(all)),
        coverage: share(counts.fresh, counts.looks),
        staleness_ms: share(counts.age_ms, counts.fresh),
        ablation_bps: mean(&gains, Confident::P95),
        samples: pairs.len(),
        lost: counts.lost,
        verdict: verdict(
            &config.verdict,
            Verdict::Unknown,
            rank_correlation(&pairs, Confident::P999).as_ref(),
        ),
    }
}
