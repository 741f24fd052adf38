//! One record, one line: `<crc32 in 8 lower-case hexadecimal digits> [<number>,<record>]\n`.
//!
//! The checksum (CRC-32 as in zip and PNG) finds every flipped bit and every torn write of a line;
//! the number, counted from 0, finds a line that is missing between two sound ones, which no
//! checksum of single lines can.

use crate::Record;

/// The longest line that is read, its newline included. The longest that is written has about a
/// third of it.
pub const LINE_MAX: usize = 2_048;

/// Digits of the checksum.
const SUM: usize = 8;

/// Turns records into lines, each with the next number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Encoder {
    next: u64,
}

impl Encoder {
    /// For a new file.
    #[must_use]
    pub const fn new() -> Self {
        Self { next: 0 }
    }

    /// How many lines it has written.
    #[must_use]
    pub const fn lines(&self) -> u64 {
        self.next
    }

    /// Appends the line of `record` to `out`.
    ///
    /// Records that are encoded and never reach the file leave a gap in the numbers, which a reader
    /// takes for damage: after a write that failed, begin a new file with
    /// [`State::snapshot`](crate::State::snapshot).
    pub fn encode(&mut self, record: &Record, out: &mut Vec<u8>) {
        // Nothing in a record can fail to become JSON: no map with keys that are not text, no float.
        let Ok(json) = serde_json::to_vec(&(self.next, record)) else { return };
        out.extend_from_slice(format!("{:08x} ", crc32fast::hash(&json)).as_bytes());
        out.extend_from_slice(&json);
        out.push(b'\n');
        self.next = self.next.saturating_add(1);
    }
}

/// Why a line is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bad {
    /// It does not even look like one: no checksum and no JSON list after it.
    Shape,
    /// The checksum is of another text.
    Sum,
    /// It is whole, and says something that this version does not know.
    Meaning,
}

/// Reads one line, without its newline.
pub(crate) fn decode(line: &[u8]) -> Result<(u64, Record), Bad> {
    if line.len() >= LINE_MAX {
        return Err(Bad::Shape);
    }
    let (sum, rest) = line.split_at_checked(SUM).ok_or(Bad::Shape)?;
    let json = rest.strip_prefix(b" ").ok_or(Bad::Shape)?;
    if !json.starts_with(b"[") || !sum.iter().all(u8::is_ascii_hexdigit) {
        return Err(Bad::Shape);
    }
    // Compared as text, so that a flipped bit that turns `a` into `A` is seen as well.
    if format!("{:08x}", crc32fast::hash(json)).as_bytes() != sum {
        return Err(Bad::Sum);
    }
    serde_json::from_slice(json).map_err(|_| Bad::Meaning)
}
