//! Blocks: the unit that is compressed, checked and appended.

use std::io::{self, Read};

use super::Raw;
use super::bytes::Sink;
use super::code::Code;
use super::{Gap, Head};

/// What every block begins with.
pub(super) const MAGIC: [u8; 4] = *b"HLJ1";
/// How long the fixed part of a block is, in bytes.
pub const BLOCK_HEAD: usize = 48;
/// The most that a block may hold, compressed or not: a page of the venue's longest answer is far
/// below it.
const BLOCK_MAX: usize = 64 << 20;
/// What is shorter is kept as it is.
const PACK_MIN: usize = 64;

/// What a block holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Head,
    Entries,
    Gap,
    End,
}

impl Kind {
    const ALL: [(Self, u8); 4] =
        [(Self::Head, 1), (Self::Entries, 2), (Self::Gap, 3), (Self::End, 4)];

    fn byte(self) -> u8 {
        Self::ALL.into_iter().find(|(kind, _)| *kind == self).map_or(0, |(_, byte)| byte)
    }

    fn of(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, code)| *code == byte).map(|(kind, _)| kind)
    }
}

/// How the last block of a file ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Close {
    /// The run goes on in the next file.
    Rotated,
    /// The run has ended.
    Ended,
}

/// Makes the blocks of one run: the part that runs on the writer's thread.
#[derive(Clone, Debug)]
pub struct Packer {
    run: u64,
    head: Head,
    part: u32,
    next: u64,
    /// The number of the next input.
    seq: u64,
    packed: Vec<u8>,
}

impl Packer {
    /// For the run that begins like this.
    #[must_use]
    pub fn new(head: Head) -> Self {
        Self { run: head.run, head, part: 0, next: 0, seq: 0, packed: Vec::new() }
    }

    /// Appends the beginning of the next file.
    pub fn begin(&mut self, out: &mut Vec<u8>) {
        let bytes = self.head.encode(self.part);
        self.part = self.part.saturating_add(1);
        self.put(Kind::Head, 0, &bytes, out);
    }

    /// Appends entries.
    pub fn entries(&mut self, raw: &Raw, out: &mut Vec<u8>) {
        self.seq = raw.first;
        self.put(Kind::Entries, raw.entries, &raw.bytes, out);
        self.seq = raw.first.saturating_add(u64::from(raw.entries));
    }

    /// Appends that entries are missing, and why.
    pub fn gap(&mut self, gap: &Gap, out: &mut Vec<u8>) {
        let mut sink = Sink::default();
        sink.uint(gap.entries);
        gap.span.put(&mut sink);
        sink.text(&gap.why);
        self.seq = gap.first;
        self.put(Kind::Gap, 0, &sink.bytes, out);
        self.seq = gap.first.saturating_add(gap.entries);
    }

    /// Appends the end of a file.
    pub fn end(&mut self, close: Close, out: &mut Vec<u8>) {
        let byte = match close {
            Close::Rotated => 0,
            Close::Ended => 1,
        };
        self.put(Kind::End, 0, &[byte], out);
    }

    fn put(&mut self, kind: Kind, entries: u32, raw: &[u8], out: &mut Vec<u8>) {
        self.packed.clear();
        let mut is_packed = 0_u8;
        if raw.len() >= PACK_MIN {
            self.packed.resize(lz4_flex::block::get_maximum_output_size(raw.len()), 0);
            // The room is as large as it can become.
            let len = lz4_flex::block::compress_into(raw, &mut self.packed).unwrap_or(usize::MAX);
            if len < raw.len() {
                self.packed.truncate(len);
                is_packed = 1;
            }
        }
        let bytes = if is_packed == 1 { &self.packed } else { raw };
        let begin = out.len();
        out.extend_from_slice(&MAGIC);
        out.extend_from_slice(&[kind.byte(), is_packed, 0, 0]);
        for number in [self.run, self.next, self.seq] {
            out.extend_from_slice(&number.to_le_bytes());
        }
        let length = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        for number in [entries, length(raw.len()), length(bytes.len())] {
            out.extend_from_slice(&number.to_le_bytes());
        }
        let mut crc = crc32fast::Hasher::new();
        crc.update(out.get(begin..).unwrap_or_default());
        crc.update(bytes);
        out.extend_from_slice(&crc.finalize().to_le_bytes());
        out.extend_from_slice(bytes);
        self.next = self.next.saturating_add(1);
    }
}

/// The fixed part of a block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub(super) kind: Kind,
    pub(super) run: u64,
    pub(super) block: u64,
    pub(super) seq: u64,
    pub(super) entries: u32,
}

/// Why no block could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Bad {
    /// There is nothing more.
    Nothing,
    /// It ends in the middle of a block.
    Torn,
    /// It is no block.
    Alien,
    /// Its checksum, or a number in it, is wrong.
    Broken(&'static str),
    /// The source failed.
    Io(String),
}

/// Reads the next block; its contents are in `raw`.
pub(super) fn read(
    source: &mut impl Read,
    packed: &mut Vec<u8>,
    raw: &mut Vec<u8>,
) -> Result<(Frame, u64), Bad> {
    let mut head = [0_u8; BLOCK_HEAD];
    match fill(source, &mut head).map_err(|error| Bad::Io(error.to_string()))? {
        0 => return Err(Bad::Nothing),
        n if n < BLOCK_HEAD => {
            let begins = head.iter().zip(MAGIC).take(n).all(|(have, want)| *have == want);
            return Err(if begins { Bad::Torn } else { Bad::Alien });
        }
        _ => {}
    }
    let (checked, crc) = head.split_at(BLOCK_HEAD.saturating_sub(4));
    let mut numbers = Numbers(checked);
    if numbers.take::<4>() != MAGIC {
        return Err(Bad::Alien);
    }
    let [kind, is_packed, zero, none] = numbers.take();
    let [run, block, seq] = [(); 3].map(|()| u64::from_le_bytes(numbers.take()));
    let [entries, raw_len, len] = [(); 3].map(|()| u32::from_le_bytes(numbers.take()));
    let size = |n: u32| usize::try_from(n).ok().filter(|n| *n <= BLOCK_MAX);
    let (Some(raw_len), Some(len)) = (size(raw_len), size(len)) else {
        return Err(Bad::Broken("length"));
    };
    packed.clear();
    // Grows with what comes, whatever the length says.
    let take = u64::try_from(len).unwrap_or(u64::MAX);
    source.by_ref().take(take).read_to_end(packed).map_err(|error| Bad::Io(error.to_string()))?;
    if packed.len() < len {
        return Err(Bad::Torn);
    }
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(checked);
    hasher.update(packed);
    if crc != hasher.finalize().to_le_bytes() {
        return Err(Bad::Broken("checksum"));
    }
    let kind = Kind::of(kind).filter(|_| [zero, none] == [0, 0]).ok_or(Bad::Broken("kind"))?;
    unpack(is_packed, packed, raw_len, raw)?;
    let length = u64::try_from(BLOCK_HEAD.saturating_add(len)).unwrap_or(u64::MAX);
    Ok((Frame { kind, run, block, seq, entries }, length))
}

fn unpack(is_packed: u8, packed: &[u8], len: usize, raw: &mut Vec<u8>) -> Result<(), Bad> {
    match is_packed {
        0 if packed.len() == len => {
            raw.clear();
            raw.extend_from_slice(packed);
            Ok(())
        }
        // A byte of it makes 255 at most.
        1 if len <= packed.len().saturating_mul(255) => {
            raw.resize(len, 0);
            match lz4_flex::block::decompress_into(packed, raw) {
                Ok(n) if n == len => Ok(()),
                _ => Err(Bad::Broken("compression")),
            }
        }
        _ => Err(Bad::Broken("compression")),
    }
}

/// Fills `room` as far as the source goes.
fn fill(source: &mut impl Read, room: &mut [u8]) -> io::Result<usize> {
    let mut have = 0_usize;
    while let Some(rest) = room.get_mut(have..).filter(|rest| !rest.is_empty()) {
        match source.read(rest) {
            Ok(0) => break,
            Ok(n) => have = have.saturating_add(n),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(have)
}

struct Numbers<'a>(&'a [u8]);

impl Numbers<'_> {
    /// The next bytes; zeros behind the end, which the fixed length rules out.
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let (first, rest) = self.0.split_first_chunk::<N>().unwrap_or((&[0; N], &[]));
        self.0 = rest;
        *first
    }
}
