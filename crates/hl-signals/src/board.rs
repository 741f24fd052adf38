//! What every source last said about every market.

use hl_quant::Millis;

use crate::{Confidence, Freshness, Neutral, Reading, Signal, SourceId, Value};

/// The most sources that a board has.
pub const MAX_SOURCES: usize = 8;

/// Opinions of several sources about several markets, the latest of each.
///
/// A market is a number from 0. The opinions that are fresh are combined: each counts by its
/// confidence and by what its age has left of it, and where those add up to less than one, the rest
/// is the neutral opinion. So a source that ages out, or one that is hardly sure of itself, moves
/// the sum in small steps towards what the others say, or towards nothing.
#[derive(Clone, Debug)]
pub struct Board {
    freshness: Freshness,
    sources: Vec<Source>,
    markets: usize,
}

#[derive(Clone, Debug)]
struct Source {
    id: SourceId,
    state: SourceState,
    slots: Vec<Option<Slot>>,
}

/// The latest of one source about one market.
#[derive(Clone, Copy, Debug)]
struct Slot {
    signal: Signal,
    /// When its content was first heard.
    changed: Millis,
}

/// Whether a source is listened to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SourceState {
    /// It is.
    #[default]
    On,
    /// It is heard and judged, and counts for nothing.
    Off,
}

/// What a signal was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// It says something else than the one before, or there was none.
    New,
    /// It says the same under a later time: its age by content goes on.
    Repeat,
}

/// Why a signal is not taken. The one before stands, and ages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The board knows no source by that name.
    #[error("unknown source")]
    Source,
    /// The board has no such market.
    #[error("unknown market")]
    Market,
    /// The source's time is further ahead than its clock may be.
    #[error("{ms} ms ahead of our clock")]
    Ahead {
        /// How far.
        ms: u64,
    },
    /// The source has already said something of a later time.
    #[error("{ms} ms older than the one before")]
    Older {
        /// By how much.
        ms: u64,
    },
}

impl Board {
    /// A board for these sources and `markets` markets. A source named twice counts once; those
    /// beyond [`MAX_SOURCES`] are left out.
    #[must_use]
    pub fn new(freshness: Freshness, sources: &[SourceId], markets: usize) -> Self {
        let mut own: Vec<Source> = Vec::new();
        for id in sources {
            if own.len() < MAX_SOURCES && own.iter().all(|source| source.id != *id) {
                own.push(Source { id: *id, state: SourceState::On, slots: vec![None; markets] });
            }
        }
        Self { freshness, sources: own, markets }
    }

    /// The sources, in the order of their numbers.
    pub fn sources(&self) -> impl Iterator<Item = SourceId> + '_ {
        self.sources.iter().map(|source| source.id)
    }

    /// How many markets there are.
    #[must_use]
    pub const fn markets(&self) -> usize {
        self.markets
    }

    /// The number of a source.
    #[must_use]
    pub fn position(&self, source: SourceId) -> Option<usize> {
        self.sources.iter().position(|known| known.id == source)
    }

    /// Whether the source with this number is listened to.
    #[must_use]
    pub fn state(&self, source: usize) -> SourceState {
        self.sources.get(source).map_or(SourceState::Off, |source| source.state)
    }

    /// Listens to a source, or no longer.
    pub fn switch(&mut self, source: usize, state: SourceState) {
        if let Some(source) = self.sources.get_mut(source) {
            source.state = state;
        }
    }

    /// Takes a signal that was heard at `now`.
    ///
    /// # Errors
    /// It is not taken, and the one before stands.
    pub fn take(&mut self, market: usize, signal: Signal, now: Millis) -> Result<News, Refused> {
        let ahead = signal.source_time.since(now);
        if ahead > self.freshness.max_ahead_ms {
            return Err(Refused::Ahead { ms: ahead });
        }
        let source = self.sources.iter_mut().find(|source| source.id == signal.source);
        let slots = &mut source.ok_or(Refused::Source)?.slots;
        let slot = slots.get_mut(market).ok_or(Refused::Market)?;
        // A clock that is a little ahead must not make an opinion live longer.
        let source_time = signal.source_time.min(now);
        let signal = Signal { source_time, ..signal };
        let mut changed = now;
        let mut news = News::New;
        if let Some(before) = slot {
            let older = before.signal.source_time.since(source_time);
            if older > 0 {
                return Err(Refused::Older { ms: older });
            }
            if before.signal.content == signal.content {
                (changed, news) = (before.changed, News::Repeat);
            }
        }
        *slot = Some(Slot { signal, changed });
        Ok(news)
    }

    /// What all sources that are listened to say about a market.
    #[must_use]
    pub fn reading(&self, market: usize, now: Millis) -> Reading {
        self.combined(market, now, |_, state| state == SourceState::On)
    }

    /// What all sources say but the one with this number, of those that are listened to.
    #[must_use]
    pub fn without(&self, but: usize, market: usize, now: Millis) -> Reading {
        self.combined(market, now, |source, state| state == SourceState::On && source != but)
    }

    /// What they say with this one, whether it is listened to or not.
    #[must_use]
    pub fn with(&self, also: usize, market: usize, now: Millis) -> Reading {
        self.combined(market, now, |source, state| state == SourceState::On || source == also)
    }

    /// What the source with this number says about a market, and the age of that by the source's
    /// time; whether it is listened to or not.
    ///
    /// # Errors
    /// Why it says nothing.
    pub fn opinion(
        &self,
        source: usize,
        market: usize,
        now: Millis,
    ) -> Result<(Value, u64), Neutral> {
        let slot = self.slot(source, market).ok_or(Neutral::Absent)?;
        self.freshness.left(&slot.signal, slot.changed, now)?;
        Ok((slot.signal.value, now.since(slot.signal.source_time)))
    }

    /// When what a source last said about a market was first heard.
    #[must_use]
    pub fn changed(&self, source: usize, market: usize) -> Option<Millis> {
        self.slot(source, market).map(|slot| slot.changed)
    }

    fn slot(&self, source: usize, market: usize) -> Option<&Slot> {
        self.sources.get(source)?.slots.get(market)?.as_ref()
    }

    fn combined(
        &self,
        market: usize,
        now: Millis,
        which: impl Fn(usize, SourceState) -> bool,
    ) -> Reading {
        let mut why = Neutral::Absent;
        let (mut weights, mut sum, mut heard) = (0.0, 0.0, false);
        for (index, source) in self.sources.iter().enumerate() {
            let Some(Some(slot)) = source.slots.get(market) else { continue };
            let left = self.freshness.left(&slot.signal, slot.changed, now);
            let left = if which(index, source.state) { left } else { Err(Neutral::Disabled) };
            match left {
                Ok(left) => {
                    let weight = left * slot.signal.confidence.get();
                    (weights, sum) = (weights + weight, sum + weight * slot.signal.value.get());
                    heard = true;
                }
                Err(reason) => why = why.max(reason),
            }
        }
        if !heard {
            return Reading::Neutral { why };
        }
        let value = sum / weights.max(1.0);
        Reading::Fresh {
            // Rounding may carry a sum of ones a hair beyond one.
            value: Value::new(value.clamp(-1.0, 1.0)).unwrap_or_default(),
            confidence: Confidence::new(weights.min(1.0)).unwrap_or(Confidence::NONE),
        }
    }
}
