use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::{self, Read};
use std::path::Path;

use hl_quant::Millis;
use hl_wire::AssetId;

use super::TapeError;
use super::event::{Coins, Event, What};
use super::parse;
use super::source::{Line, Lines};
use super::stats::{Problem, TapeStats};

/// A time this much after the last one is doubted until the next line confirms it.
const FAR_AHEAD_MS: u64 = 3_600_000;
/// How many trade identifiers per coin are remembered. The venue replays up to 30 trades after a
/// subscription; this is minutes of the busiest market.
const TIDS_KEPT: usize = 16_384;

/// One tape as a stream of checked events, in the order of the file.
///
/// Memory is bounded by one line and the trade identifiers kept for telling duplicates.
#[derive(Debug)]
pub struct TapeReader {
    file: String,
    lines: Lines,
    buffer: Vec<u8>,
    coins: Coins,
    /// Complete lines so far.
    line: u64,
    pending: VecDeque<Event>,
    times: Times,
    seen: BTreeMap<AssetId, Seen>,
    ended: bool,
}

impl TapeReader {
    /// Opens a file, compressed if it begins as zstd does.
    ///
    /// # Errors
    /// [`TapeError::Open`], [`TapeError::NotZstd`].
    pub fn open(path: &Path, coins: Coins) -> Result<Self, TapeError> {
        let file = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        Ok(Self::new(file, Lines::open(path)?, coins))
    }

    /// Reads from anything that gives bytes; `name` stands in notices and errors.
    ///
    /// # Errors
    /// The reader's own, from reading the first bytes.
    pub fn from_reader(
        name: impl Into<String>,
        reader: impl Read + Send + 'static,
        coins: Coins,
    ) -> io::Result<Self> {
        Ok(Self::new(name.into(), Lines::from_reader(reader)?, coins))
    }

    fn new(file: String, lines: Lines, coins: Coins) -> Self {
        Self {
            file,
            lines,
            buffer: Vec::new(),
            coins,
            line: 0,
            pending: VecDeque::new(),
            times: Times::default(),
            seen: BTreeMap::new(),
            ended: false,
        }
    }

    /// The name that notices and errors carry.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Lines read so far.
    #[must_use]
    pub const fn line(&self) -> u64 {
        self.line
    }

    /// The next event, or nothing at the end of the tape. What is skipped goes to `stats`.
    ///
    /// # Errors
    /// When the file cannot be read further. The tape has ended then: later calls give `None`.
    pub fn next(&mut self, stats: &mut TapeStats) -> Result<Option<Event>, TapeError> {
        loop {
            if let Some(event) = self.pending.pop_front() {
                return Ok(Some(event));
            }
            if self.ended {
                return Ok(None);
            }
            if let Err(error) = self.read_line(stats) {
                self.ended = true;
                return Err(error);
            }
        }
    }

    fn read_line(&mut self, stats: &mut TapeStats) -> Result<(), TapeError> {
        let line = self.lines.next(&mut self.buffer).map_err(|error| self.failed(error))?;
        if line == Line::End {
            self.ended = true;
            return Ok(());
        }
        let number = self.line.saturating_add(1);
        stats.lines = stats.lines.saturating_add(1);
        if let Line::TooLong(bytes) = line {
            stats.note(&self.file, number, Problem::TooLong { bytes });
        } else if !self.buffer.trim_ascii().is_empty() {
            let parsed = parse::line(&self.buffer, &self.coins);
            let malformed = parsed.problems.iter().any(|p| p.reason() == "malformed");
            if line == Line::Unterminated && malformed {
                return Err(self.cut("the last line has no end"));
            }
            self.accept(number, parsed, stats);
        }
        self.line = number;
        Ok(())
    }

    fn accept(&mut self, number: u64, parsed: parse::Parsed, stats: &mut TapeStats) {
        for problem in parsed.problems {
            stats.note(&self.file, number, problem);
        }
        for event in parsed.events {
            match self.check(&event, parsed.received) {
                Ok(()) => self.pending.push_back(event),
                Err(problem) => stats.note(&self.file, number, problem),
            }
        }
    }

    fn check(&mut self, event: &Event, received: Option<Millis>) -> Result<(), Problem> {
        if let What::Trade { tid, .. } = event.what {
            self.times.plausible(event.at, received)?;
            let seen = self.seen.entry(event.asset).or_default();
            return if seen.insert(tid) { Ok(()) } else { Err(Problem::DuplicateTrade { tid }) };
        }
        self.times.in_order(event)?;
        self.times.plausible(event.at, received)?;
        self.times.advance(event);
        Ok(())
    }

    fn cut(&self, detail: &str) -> TapeError {
        let detail = detail.to_owned();
        TapeError::Truncated { file: self.file.clone(), line: self.line, detail }
    }

    fn failed(&self, error: io::Error) -> TapeError {
        let (file, line) = (self.file.clone(), self.line);
        match error.kind() {
            io::ErrorKind::UnexpectedEof => self.cut(&error.to_string()),
            io::ErrorKind::InvalidData => {
                TapeError::Damaged { file, line, detail: error.to_string() }
            }
            _ => TapeError::Read { file, line, source: error },
        }
    }

    /// Records a problem that was found outside the reader at the current line.
    pub(super) fn notice(&self, problem: Problem, stats: &mut TapeStats) {
        stats.note(&self.file, self.line, problem);
    }
}

/// What the times of a tape must obey.
#[derive(Debug, Default)]
struct Times {
    /// The newest book or best price per market and channel.
    newest: BTreeMap<(AssetId, u8), Millis>,
    /// The newest accepted time of the file.
    last: Option<Millis>,
    /// A jump that was refused and waits for confirmation.
    doubted: Option<Millis>,
}

impl Times {
    /// Books and best prices never go back, each by itself; equal times are the same block.
    fn in_order(&self, event: &Event) -> Result<(), Problem> {
        match self.newest.get(&(event.asset, event.what.rank())) {
            Some(newest) if event.at < *newest => {
                Err(Problem::WentBack { by_ms: newest.since(event.at) })
            }
            _ => Ok(()),
        }
    }

    /// One line from the far future must not make all that follows look old. A jump is refused once;
    /// a second line near it confirms that the recording really has a long hole there.
    fn plausible(&mut self, at: Millis, received: Option<Millis>) -> Result<(), Problem> {
        let before = self.last.or(received).unwrap_or(at);
        let by_ms = at.since(before);
        let confirmed = self
            .doubted
            .is_some_and(|doubted| at.since(doubted).max(doubted.since(at)) < FAR_AHEAD_MS);
        if by_ms < FAR_AHEAD_MS || confirmed {
            self.doubted = None;
            self.last = Some(self.last.unwrap_or(at).max(at));
            return Ok(());
        }
        self.doubted = Some(at);
        Err(Problem::FarAhead { by_ms })
    }

    fn advance(&mut self, event: &Event) {
        self.newest.insert((event.asset, event.what.rank()), event.at);
    }
}

/// The latest trade identifiers of one market.
#[derive(Debug, Default)]
struct Seen {
    tids: BTreeSet<u64>,
    oldest_first: VecDeque<u64>,
}

impl Seen {
    /// Whether this identifier is new.
    fn insert(&mut self, tid: u64) -> bool {
        if !self.tids.insert(tid) {
            return false;
        }
        self.oldest_first.push_back(tid);
        if self.oldest_first.len() > TIDS_KEPT
            && let Some(oldest) = self.oldest_first.pop_front()
        {
            self.tids.remove(&oldest);
        }
        true
    }
}
