//! Opinions about markets: kept, aged, followed and judged. What they are worth is for the rotation.

use hl_quant::{Millis, Price, Side, Size};
use hl_signals::account::Counts;
use hl_signals::{
    Board, Ledger, Marked, Micro, News, Reading, Sample, Score, Signal, SourceId, SourceState,
    VenueFlow, Verdict,
};

use super::Engine;
use crate::{
    EventKind, MarkLine, MarketId, Pair, SignalConfig, SignalLine, Switch, Trust, float,
    market::Market,
};

/// How often prices are looked at for what followed an opinion.
const LOOK_MS: u64 = 1_000;
/// How often the venue's own data is made into an opinion.
const VENUE_MS: u64 = 10_000;
/// How often it is told how much the sources had to say.
const COVERAGE_MS: u64 = 300_000;

/// Who is heard, and what became of it.
#[derive(Debug)]
pub(super) struct Signals {
    board: Board,
    ledger: Ledger,
    horizon_ms: u64,
    trust: Vec<Trust>,
    /// The venue's own data, one for each market; empty if that is no source.
    flows: Vec<VenueFlow>,
    venue: Option<SourceId>,
    next_look: Millis,
    next_venue: Millis,
    next_coverage: Option<Millis>,
    /// Verdicts on the records of earlier runs, to be told with the first input.
    untold: Vec<(usize, Verdict)>,
}

impl Signals {
    pub(super) fn new(config: &SignalConfig, markets: usize) -> Self {
        let mut ids: Vec<SourceId> = config.sources.iter().map(|source| source.id).collect();
        ids.extend(config.venue.map(|(id, _)| id));
        let board = Board::new(config.freshness, &ids, markets);
        let trust = board.sources().map(|id| {
            let own = config.sources.iter().find(|source| source.id == id);
            own.map_or(Trust::Judged, |source| source.trust)
        });
        let flow = config.venue.map(|(_, config)| VenueFlow::new(config));
        Self {
            trust: trust.collect(),
            ledger: Ledger::new(config.ledger, &board),
            horizon_ms: config.ledger.horizon_ms,
            flows: flow.map_or_else(Vec::new, |flow| vec![flow; markets]),
            venue: config.venue.map(|(id, _)| id),
            board,
            next_look: Millis(0),
            next_venue: Millis(0),
            next_coverage: None,
            untold: Vec::new(),
        }
    }

    /// The touch of others in a market whose book has just changed.
    pub(super) fn touch(&mut self, now: Millis, market: &Market) {
        let Some(flow) = self.flows.get_mut(market.id.index()) else { return };
        if let Ok((bid, ask)) = market.book.others() {
            let level = |price: Price, size: Size| (float::of_price(price), float::of_size(size));
            flow.touch(now, level(bid.price, bid.size), level(ask.price, ask.size));
        }
    }

    pub(super) fn trade(
        &mut self,
        now: Millis,
        market: MarketId,
        aggressor: Side,
        (price, size): (Price, Size),
    ) {
        if let Some(flow) = self.flows.get_mut(market.index()) {
            flow.trade(now, aggressor, float::of_price(price), float::of_size(size));
        }
    }

    pub(super) fn context(
        &mut self,
        now: Millis,
        market: MarketId,
        funding_e8: i64,
        interest: Size,
    ) {
        if let Some(flow) = self.flows.get_mut(market.index()) {
            flow.context(now, float::from_signed_e8(funding_e8), float::of_size(interest));
        }
    }

    /// Lets the venue's own data speak, if it is time.
    fn hear_venue(&mut self, now: Millis) {
        let Some(source) = self.venue.filter(|_| now >= self.next_venue) else { return };
        self.next_venue = now.plus(VENUE_MS);
        for (market, flow) in self.flows.iter().enumerate() {
            if let Some(opinion) = flow.opinion(now) {
                // Its time is our own, so nothing can be wrong with it but that it came before.
                let _ = self.board.take(market, opinion.heard(source, now), now);
            }
        }
    }

    /// Acts on a verdict; what was done, if something was.
    fn act(&mut self, source: usize, verdict: Verdict) -> Option<Switch> {
        let pinned = self.trust.get(source) == Some(&Trust::Pinned);
        match (verdict.is_off(), pinned, self.board.state(source)) {
            (true, true, _) => Some(Switch::Pinned),
            (true, false, SourceState::On) => {
                self.board.switch(source, SourceState::Off);
                Some(Switch::Off)
            }
            (false, _, SourceState::Off) => {
                self.board.switch(source, SourceState::On);
                Some(Switch::On)
            }
            _ => None,
        }
    }

    fn switched(&self, source: usize, how: Switch) -> Option<SignalLine> {
        let score = self.ledger.score(source)?;
        let coefficient = score.coefficient.map(|estimate| {
            (Micro::of(estimate.value), Micro::of(estimate.low), Micro::of(estimate.high))
        });
        Some(SignalLine::Switched {
            source: Ledger::name(&self.board, source)?,
            how,
            coefficient,
            samples: u64::try_from(score.samples).unwrap_or(u64::MAX),
        })
    }
}

/// A source of opinions, as the engine shows it.
#[derive(Clone, Debug)]
pub struct SourceView {
    /// Who.
    pub id: SourceId,
    /// Whether it counts.
    pub state: SourceState,
    /// Whether its record may change that.
    pub trust: Trust,
    /// What its record says.
    pub score: Score,
}

impl Engine {
    /// What the sources together say about a market now.
    #[must_use]
    pub fn signal(&self, market: MarketId) -> Reading {
        self.signals.board.reading(market.index(), self.now)
    }

    /// Every source with its record. Each call computes the records anew: for a screen or a report,
    /// not for a decision.
    pub fn signal_sources(&self) -> impl Iterator<Item = SourceView> + '_ {
        let Signals { board, ledger, trust, .. } = &self.signals;
        board.sources().enumerate().filter_map(|(index, id)| {
            Some(SourceView {
                id,
                state: board.state(index),
                trust: trust.get(index).copied()?,
                score: ledger.score(index)?,
            })
        })
    }

    /// Takes back what followed the opinions of earlier runs, oldest first, and judges the sources
    /// by it. Those that are unknown now are passed over. Call it before the first input.
    #[must_use]
    pub fn with_signal_record(mut self, past: &[(SourceId, Sample)]) -> Self {
        let signals = &mut self.signals;
        for (source, sample) in past {
            if let Some(index) = signals.board.position(*source) {
                signals.ledger.restore(index, *sample);
            }
        }
        for index in 0..signals.trust.len() {
            if let Some(verdict) = signals.ledger.judge(index) {
                signals.untold.push((index, verdict));
            }
        }
        self
    }

    pub(super) fn signal_heard(&mut self, market: MarketId, signal: Signal) {
        let now = self.now;
        let Some(pair) = self.markets.get(market.index()).map(Market::pair) else {
            return self.audit("market_unknown");
        };
        let source = signal.source;
        let line = match self.signals.board.take(market.index(), signal, now) {
            Ok(News::Repeat) => return,
            Ok(News::New) => SignalLine::Heard {
                pair,
                source,
                value: Micro::of(signal.value.get()),
                confidence: Micro::of(signal.confidence.get()),
                age_ms: now.since(signal.source_time),
            },
            Err(why) => SignalLine::Refused { pair, source, why },
        };
        self.out.event(now, EventKind::Signal(line));
    }

    /// Looks at what followed, and acts on what the records say.
    pub(super) fn run_signals(&mut self) {
        let now = self.now;
        if self.signals.trust.is_empty() || now < self.signals.next_look {
            return;
        }
        self.signals.next_look = now.plus(LOOK_MS);
        for (source, verdict) in core::mem::take(&mut self.signals.untold) {
            self.judged(source, verdict);
        }
        self.signals.hear_venue(now);
        let (markets, timing) = (&self.markets, &self.config.timing);
        let behind_ms = self.risk.skew.behind_ms(now);
        let mid = |market: usize| {
            let book = &markets.get(market)?.book;
            book.fresh(now, behind_ms, timing).ok()?;
            let (bid, ask) = book.others().ok()?;
            Some(float::middle(bid.price, ask.price))
        };
        let Signals { board, ledger, horizon_ms, .. } = &mut self.signals;
        let marked = ledger.look(now, board, mid);
        let mut verdicts = [None; hl_signals::MAX_SOURCES];
        for Marked { source, market, sample, verdict } in marked {
            let name = Ledger::name(board, *source).zip(markets.get(*market).map(Market::pair));
            if let Some((source, pair)) = name {
                let line = mark(pair, source, sample, *horizon_ms);
                self.out.event(now, EventKind::Signal(SignalLine::Marked(line)));
            }
            if let (Some(slot), Some(verdict)) = (verdicts.get_mut(*source), verdict) {
                *slot = Some(*verdict);
            }
        }
        for (source, verdict) in verdicts.into_iter().enumerate() {
            if let Some(verdict) = verdict {
                self.judged(source, verdict);
            }
        }
        self.tell_coverage();
    }

    fn tell_coverage(&mut self) {
        let now = self.now;
        let due = *self.signals.next_coverage.get_or_insert_with(|| now.plus(COVERAGE_MS));
        if now < due {
            return;
        }
        self.signals.next_coverage = Some(now.plus(COVERAGE_MS));
        for (index, source) in self.signals.board.sources().enumerate() {
            let counts = self.signals.ledger.take_counts(index);
            let Counts { looks, fresh, age_ms, lost, .. } = counts;
            let line = SignalLine::Coverage { source, looks, fresh, age_ms, lost };
            self.out.event(now, EventKind::Signal(line));
        }
    }

    fn judged(&mut self, source: usize, verdict: Verdict) {
        let Some(how) = self.signals.act(source, verdict) else { return };
        if let Some(line) = self.signals.switched(source, how) {
            self.out.event(self.now, EventKind::Signal(line));
        }
    }
}

fn mark(pair: Pair, source: SourceId, sample: &Sample, horizon_ms: u64) -> MarkLine {
    MarkLine {
        pair,
        source,
        taken: sample.at,
        value: Micro::of(sample.value),
        with: Micro::of(sample.with),
        without: Micro::of(sample.without),
        horizon_ms,
        moved_bps: Micro::of(sample.moved_bps),
    }
}
