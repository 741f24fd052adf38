use std::cmp::Ordering;
use std::collections::{BTreeMap, BinaryHeap};
use std::path::PathBuf;

use hl_quant::Millis;
use hl_wire::AssetId;

use super::TapeError;
use super::event::{Coins, Event, What};
use super::reader::TapeReader;
use super::stats::{Problem, TapeStats};

/// How much venue time a tape is read ahead so that messages of one block, which a recorder receives
/// up to a second apart, can be put into the order in which they happened.
const AHEAD_MS: u64 = 2_000;
/// The same bound as a number of events, for a tape whose time stands still.
const AHEAD_EVENTS: usize = 4_096;
/// A pause worth a notice: the venue sends a book every half second.
const GAP_MS: u64 = 5_000;
/// A pause that is not sat through ...
const LONG_GAP_MS: u64 = 60_000;
/// ... but shortened to this.
const LONG_GAP_HELD_MS: u64 = 5_000;

/// Several tapes as one sequence, in the order of the venue's time, shifted to begin at a given time.
///
/// Trades come before the book of their block. A coin's trades from before its first book are
/// skipped: nobody could have traded with them here. Gaps are noticed from 5 s; one longer than a
/// minute, such as between tapes of different days, is played as 5 s.
#[derive(Debug)]
pub struct Feed {
    lanes: Vec<Lane>,
    stats: TapeStats,
    /// The last event's own time, and the time it was played at.
    cursor: Option<(Millis, Millis)>,
    /// The time at which the first event is played.
    start: Millis,
}

impl Feed {
    /// Opens the files and reads the beginning of each.
    ///
    /// # Errors
    /// A file that cannot be opened, or holds no book or best price of a listed coin.
    pub fn open(paths: &[PathBuf], coins: &Coins, start: Millis) -> Result<Self, TapeError> {
        let readers = paths
            .iter()
            .map(|path| TapeReader::open(path, coins.clone()))
            .collect::<Result<Vec<_>, _>>()?;
        Self::new(readers, start)
    }

    /// Plays these readers.
    ///
    /// # Errors
    /// [`TapeError::Nothing`] when one of them has no book or best price of a listed coin, or the
    /// reader's error when it cannot even be read that far.
    pub fn new(readers: Vec<TapeReader>, start: Millis) -> Result<Self, TapeError> {
        let mut stats = TapeStats::default();
        let mut lanes: Vec<_> = readers.into_iter().map(Lane::new).collect();
        for lane in &mut lanes {
            lane.begin(&mut stats)?;
        }
        Ok(Self { lanes, stats, cursor: None, start })
    }

    /// When [`Feed::next`] has its next event, in the shifted time; `None` at the end.
    pub fn peek(&mut self) -> Option<Millis> {
        let (_, at) = self.first_lane()?;
        Some(self.play_time(at))
    }

    /// The next event with its shifted time if that is not after `now`.
    pub fn next(&mut self, now: Millis) -> Option<(Millis, Event)> {
        let (index, at) = self.first_lane()?;
        let play_at = self.play_time(at);
        if play_at > now {
            return None;
        }
        let lane = self.lanes.get_mut(index)?;
        let event = lane.pop(&mut self.stats)?;
        self.cursor = Some((at, play_at));
        match event.what {
            What::Trade { .. } => self.stats.trades = self.stats.trades.saturating_add(1),
            What::Bbo { .. } => self.stats.bbos = self.stats.bbos.saturating_add(1),
            What::Book { .. } => self.stats.books = self.stats.books.saturating_add(1),
        }
        Some((play_at, event))
    }

    /// Whether everything was given out.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        self.first_lane().is_none()
    }

    /// The events that have been read ahead, earliest first.
    pub(super) fn ahead(&self) -> Vec<&Event> {
        let mut ahead: Vec<_> = self.lanes.iter().flat_map(|lane| &lane.ahead).collect();
        ahead.sort_by_key(|ahead| ahead.key());
        ahead.into_iter().map(|ahead| &ahead.event).collect()
    }

    /// What was played and skipped so far, the read-ahead included.
    #[must_use]
    pub const fn stats(&self) -> &TapeStats {
        &self.stats
    }

    /// The same, for taking the notices.
    pub const fn stats_mut(&mut self) -> &mut TapeStats {
        &mut self.stats
    }

    /// The lane whose next event is the earliest, and that event's own time. Ties go to the tape
    /// named first; the events of one market are in one tape.
    fn first_lane(&self) -> Option<(usize, Millis)> {
        let heads = self.lanes.iter().enumerate();
        heads.filter_map(|(index, lane)| Some((index, lane.head()?))).min_by_key(|(_, at)| *at)
    }

    /// Where an event of this time comes in the shifted time.
    fn play_time(&self, at: Millis) -> Millis {
        let Some((last, played)) = self.cursor else { return self.start };
        let pause = at.since(last);
        played.plus(if pause > LONG_GAP_MS { LONG_GAP_HELD_MS } else { pause })
    }
}

/// One tape, read ahead far enough to be put in order.
#[derive(Debug)]
struct Lane {
    reader: TapeReader,
    ahead: BinaryHeap<Ahead>,
    /// The newest time read.
    newest: Millis,
    /// The time of the last event that was given out.
    played: Millis,
    /// Gives equal events the order of the file.
    sequence: u64,
    /// From when on trades of a market can be played: its first book or best price.
    opened: BTreeMap<AssetId, Millis>,
    ended: bool,
}

impl Lane {
    const fn new(reader: TapeReader) -> Self {
        Self {
            reader,
            ahead: BinaryHeap::new(),
            newest: Millis(0),
            played: Millis(0),
            sequence: 0,
            opened: BTreeMap::new(),
            ended: false,
        }
    }

    fn begin(&mut self, stats: &mut TapeStats) -> Result<(), TapeError> {
        self.fill(stats);
        if !self.ahead.is_empty() {
            return Ok(());
        }
        let detail = stats.to_string();
        Err(stats
            .errors
            .pop()
            .unwrap_or_else(|| TapeError::Nothing { file: self.reader.file().to_owned(), detail }))
    }

    fn head(&self) -> Option<Millis> {
        self.ahead.peek().map(|ahead| ahead.event.at)
    }

    fn pop(&mut self, stats: &mut TapeStats) -> Option<Event> {
        let event = self.ahead.pop()?.event;
        self.played = event.at;
        self.fill(stats);
        Some(event)
    }

    /// Reads until the head of the queue cannot be preceded by anything that is still to come.
    fn fill(&mut self, stats: &mut TapeStats) {
        while !self.ended
            && self.ahead.len() < AHEAD_EVENTS
            && self.head().is_none_or(|head| self.newest.since(head) < AHEAD_MS)
        {
            match self.reader.next(stats) {
                Ok(Some(event)) => self.push(event, stats),
                Ok(None) => self.ended = true,
                Err(error) => {
                    self.ended = true;
                    stats.errors.push(error);
                }
            }
        }
    }

    fn push(&mut self, event: Event, stats: &mut TapeStats) {
        let floor = match event.what {
            What::Trade { .. } => match self.opened.get(&event.asset) {
                Some(opened) => self.played.max(*opened),
                None => Millis(u64::MAX),
            },
            What::Bbo { .. } | What::Book { .. } => {
                self.opened.entry(event.asset).or_insert(event.at);
                self.played
            }
        };
        if event.at < floor {
            let by_ms = if floor == Millis(u64::MAX) { 0 } else { floor.since(event.at) };
            self.reader.notice(Problem::Late { by_ms }, stats);
            return;
        }
        let pause = event.at.since(self.newest);
        if self.newest > Millis(0) && pause > GAP_MS {
            let held_ms = if pause > LONG_GAP_MS { LONG_GAP_HELD_MS } else { pause };
            self.reader.notice(Problem::Gap { ms: pause, held_ms }, stats);
        }
        self.newest = self.newest.max(event.at);
        self.sequence = self.sequence.saturating_add(1);
        self.ahead.push(Ahead { event, sequence: self.sequence });
    }
}

/// An event in the queue; the earliest is the greatest, as the heap wants it.
#[derive(Debug)]
struct Ahead {
    event: Event,
    sequence: u64,
}

impl Ahead {
    const fn key(&self) -> (Millis, u8, u64) {
        (self.event.at, self.event.what.rank(), self.sequence)
    }
}

impl Ord for Ahead {
    fn cmp(&self, other: &Self) -> Ordering {
        other.key().cmp(&self.key())
    }
}

impl PartialOrd for Ahead {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ahead {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Ahead {}
