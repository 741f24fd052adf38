//! From bytes back to entries, one at a time.

use std::fmt;
use std::io::Read;

use hl_quant::Millis;

use super::block::{self, Bad, Close, Frame, Kind};
use super::bytes::{Malformed, Memory, Names, Source};
use super::code::Code;
use super::entry::{self, Room};
use super::head::BadHead;
use super::{FORMAT, Gap, Head, Item};

/// Why there are no more entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// The run ended here, and closed its journal.
    Closed,
    /// The last block is whole, and the journal was not closed: the run goes on, or was killed.
    Open,
    /// It ends in the middle of a block: the process or the machine died while it was written.
    Torn {
        /// Where the block begins, in bytes from the beginning.
        at: u64,
    },
    /// A block is not what was written. Everything before it is.
    Damaged {
        /// Where the block begins.
        at: u64,
        /// What is wrong with it.
        why: &'static str,
    },
    /// Blocks are missing, or files come in another order than they were written in.
    Missing {
        /// Where.
        at: u64,
        /// The number of the block that was to come.
        want: u64,
        /// The one that came.
        have: u64,
    },
    /// It is no journal of decisions, or goes on as one of another run.
    Foreign {
        /// Where.
        at: u64,
    },
    /// Another version of the format, which this program does not read.
    Format {
        /// Which.
        format: u16,
    },
    /// The file could not be read. Retrying may help.
    Io {
        /// Where.
        at: u64,
        /// What the system said.
        why: String,
    },
}

impl End {
    /// Whether what was read is all that was written: nothing was damaged or lost.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        matches!(self, Self::Closed | Self::Open)
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => f.write_str("closed"),
            Self::Open => f.write_str("not closed: the run goes on, or was killed"),
            Self::Torn { at } => write!(f, "torn in the block at byte {at}"),
            Self::Damaged { at, why } => write!(f, "damaged in the block at byte {at}: {why}"),
            Self::Missing { at, want, have } => {
                write!(f, "block {want} is missing at byte {at}: there is block {have}")
            }
            Self::Foreign { at } => write!(f, "no journal of this run from byte {at} on"),
            Self::Format { format } => {
                write!(f, "format {format}; this program reads format {FORMAT}")
            }
            Self::Io { at, why } => write!(f, "not readable from byte {at} on: {why}"),
        }
    }
}

impl std::error::Error for End {}

/// Reads one run: a file, or its files in their order as one stream of bytes
/// ([`Read::chain`]). It holds one block at a time.
#[derive(Debug)]
pub struct Reader<R> {
    source: R,
    head: Head,
    names: Names,
    memory: Memory,
    room: Room,
    packed: Vec<u8>,
    /// The block that is being read.
    raw: Vec<u8>,
    at: usize,
    now: Millis,
    left: u32,
    seq: u64,
    /// The number of the next block, and where it begins.
    block: u64,
    offset: u64,
    part: u32,
    /// Whether the last block ended its file.
    close: Option<Close>,
    end: Option<End>,
}

impl<R: Read> Reader<R> {
    /// Reads the head. A later file of a run has it too, so that a run can be read from there;
    /// only from the first one can it be replayed ([`Reader::part`]).
    ///
    /// # Errors
    /// [`End`] if there is none.
    pub fn open(mut source: R) -> Result<Self, End> {
        let (mut packed, mut raw) = (Vec::new(), Vec::new());
        let (frame, length) = match block::read(&mut source, &mut packed, &mut raw) {
            Ok(read) => read,
            Err(Bad::Nothing) => return Err(End::Torn { at: 0 }),
            Err(bad) => return Err(ended(&bad, 0)),
        };
        if frame.kind != Kind::Head {
            return Err(End::Foreign { at: 0 });
        }
        let (head, part) = decode(&raw, 0)?;
        if head.run != frame.run {
            return Err(End::Damaged { at: 0, why: "run" });
        }
        Ok(Self {
            names: head.names(),
            source,
            head,
            memory: Memory::default(),
            room: Room::default(),
            packed,
            raw: Vec::new(),
            at: 0,
            now: Millis(0),
            left: 0,
            seq: frame.seq,
            block: frame.block.saturating_add(1),
            offset: length,
            part,
            close: None,
            end: None,
        })
    }

    /// How the run began.
    #[must_use]
    pub const fn head(&self) -> &Head {
        &self.head
    }

    /// Which file of the run the last block was in, counted from 0.
    #[must_use]
    pub const fn part(&self) -> u32 {
        self.part
    }

    /// The number of the next input.
    #[must_use]
    pub const fn seq(&self) -> u64 {
        self.seq
    }

    /// How many bytes have been read.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.offset
    }

    /// Why there is nothing more; `None` while there is.
    #[must_use]
    pub const fn end(&self) -> Option<&End> {
        self.end.as_ref()
    }

    /// The next item; `None` at the end, which [`Reader::end`] then tells.
    #[expect(clippy::should_implement_trait, reason = "an item borrows from the reader")]
    pub fn next(&mut self) -> Option<Item<'_>> {
        while self.end.is_none() && self.at >= self.raw.len() {
            match self.next_block() {
                Ok(None) => {}
                Ok(Some(gap)) => return Some(Item::Gap(gap)),
                Err(end) => self.end = Some(end),
            }
        }
        if self.end.is_some() {
            return None;
        }
        let Self { raw, at, now, names, memory, room, seq, left, .. } = self;
        match entry::take(*seq, raw, at, now, (names, memory, room)) {
            Ok(entry::Read::Note(note)) => Some(Item::Note(note)),
            Ok(entry::Read::Entry(entry)) if *left > 0 => {
                *left = left.saturating_sub(1);
                *seq = seq.saturating_add(1);
                Some(Item::Entry(entry))
            }
            // The checksum was right, so that these bytes were written, by a program that writes
            // others than this one reads.
            _ => {
                let at = self.offset;
                self.end = Some(End::Damaged { at, why: "entry" });
                None
            }
        }
    }

    fn next_block(&mut self) -> Result<Option<Gap>, End> {
        let at = self.offset;
        if self.left > 0 {
            return Err(End::Damaged { at, why: "count" });
        }
        let (frame, length) = match block::read(&mut self.source, &mut self.packed, &mut self.raw) {
            Ok(read) => read,
            Err(Bad::Nothing) if self.close == Some(Close::Ended) => return Err(End::Closed),
            Err(Bad::Nothing) => return Err(End::Open),
            Err(bad) => return Err(ended(&bad, at)),
        };
        self.at = self.raw.len();
        self.follows(&frame, at)?;
        self.offset = at.saturating_add(length);
        self.block = frame.block.saturating_add(1);
        self.seq = frame.seq;
        self.close = None;
        match frame.kind {
            Kind::Entries => {
                (self.at, self.now, self.left) = (0, Millis(0), frame.entries);
                self.memory.near.forget();
                Ok(None)
            }
            Kind::Head => {
                let (head, part) = decode(&self.raw, at)?;
                if part != self.part.saturating_add(1) || head.run != self.head.run {
                    return Err(End::Foreign { at });
                }
                self.part = part;
                Ok(None)
            }
            Kind::End => {
                self.close = match self.raw.as_slice() {
                    [0] => Some(Close::Rotated),
                    [1] => Some(Close::Ended),
                    _ => return Err(End::Damaged { at, why: "end" }),
                };
                Ok(None)
            }
            Kind::Gap => {
                let gap = self.gap(frame.seq).map_err(|_| End::Damaged { at, why: "gap" })?;
                self.seq = frame.seq.saturating_add(gap.entries);
                Ok(Some(gap))
            }
        }
    }

    /// Whether a block is the one that comes after the last.
    fn follows(&self, frame: &Frame, at: u64) -> Result<(), End> {
        if frame.run != self.head.run || self.close == Some(Close::Ended) {
            return Err(End::Foreign { at });
        }
        if frame.block != self.block {
            return Err(End::Missing { at, want: self.block, have: frame.block });
        }
        // A gap begins behind what was lost before it could be counted.
        if frame.seq != self.seq {
            return Err(End::Damaged { at, why: "sequence" });
        }
        Ok(())
    }

    fn gap(&mut self, first: u64) -> Result<Gap, Malformed> {
        let Self { raw, names, memory, .. } = self;
        let mut from = Source { rest: raw, now: Millis(0), names, memory };
        let entries = from.uint()?;
        let span = Code::take(&mut from)?;
        Ok(Gap { first, entries, span, why: from.text()?.to_owned() })
    }
}

fn decode(raw: &[u8], at: u64) -> Result<(Head, u32), End> {
    Head::decode(raw).map_err(|bad| match bad {
        BadHead::Format(format) => End::Format { format },
        BadHead::Malformed(_) => End::Damaged { at, why: "head" },
    })
}

fn ended(bad: &Bad, at: u64) -> End {
    match bad {
        Bad::Nothing | Bad::Torn => End::Torn { at },
        Bad::Alien => End::Foreign { at },
        Bad::Broken(why) => End::Damaged { at, why },
        Bad::Io(why) => End::Io { at, why: why.clone() },
    }
}
