//! Numbers and texts as bytes: small numbers take few, and every number comes back exactly.

use std::collections::BTreeSet;

use hl_engine::Pair;
use hl_quant::Millis;

/// Bytes that are not what they should be. Retrying does not help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// They end in the middle of something.
    Short,
    /// A number is out of range for what it should be.
    Range(&'static str),
}

impl core::fmt::Display for Malformed {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Short => f.write_str("it ends too early"),
            Self::Range(what) => write!(f, "no such {what}"),
        }
    }
}

impl core::error::Error for Malformed {}

/// The powers of ten that a number is freed of.
const TENS: [u64; 9] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];
/// In place of an exponent: the number follows as it is.
const WHOLE: u8 = 15;
/// Words that one reader remembers for ever; a real journal has a few dozen.
const WORDS_MAX: usize = 512;
/// The longest of them.
const WORD_MAX: usize = 64;

/// What both sides know of a run beside the bytes: the symbols of its markets and how its orders'
/// names begin.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    /// Sorted, each with its place in the configuration.
    index: Vec<(Pair, u16)>,
    pairs: Vec<Pair>,
    /// The first half of every client order id of the run.
    pub(super) prefix: u64,
}

impl Names {
    pub(super) fn new(pairs: Vec<Pair>, prefix: u64) -> Self {
        let numbered = pairs.iter().cloned().zip(0_u16..);
        let mut index: Vec<(Pair, u16)> = numbered.collect();
        index.sort();
        index.dedup_by(|a, b| a.0 == b.0);
        Self { index, pairs, prefix }
    }

    fn place(&self, pair: &Pair) -> Option<u16> {
        let at = self.index.binary_search_by(|(name, _)| name.cmp(pair)).ok()?;
        self.index.get(at).map(|(_, place)| *place)
    }

    fn pair(&self, place: u64) -> Option<Pair> {
        self.pairs.get(usize::try_from(place).ok()?).cloned()
    }
}

/// Where bytes go. Times count from [`Sink::now`].
#[derive(Clone, Debug, Default)]
pub(super) struct Sink {
    pub(super) bytes: Vec<u8>,
    pub(super) now: Millis,
    pub(super) names: Names,
    pub(super) near: Near,
}

impl Sink {
    pub(super) fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    /// Seven bits a byte, the lowest first.
    pub(super) fn uint(&mut self, mut n: u64) {
        while n >= 0x80 {
            self.bytes.push(low(n) | 0x80);
            n >>= 7;
        }
        self.bytes.push(low(n));
    }

    /// As [`Sink::uint`], small of either sign.
    pub(super) fn int(&mut self, n: i64) {
        self.uint(zigzag(n));
    }

    pub(super) fn wide(&mut self, n: u128) {
        let [low, high] = halves(n);
        self.uint(low);
        self.uint(high);
    }

    /// A number that likely ends in zeros.
    pub(super) fn decimal(&mut self, n: u64) {
        let (digits, exponent) = strip(n);
        match digits.checked_mul(16) {
            Some(head) => self.uint(head | u64::from(exponent)),
            None => {
                self.byte(WHOLE);
                self.uint(n);
            }
        }
    }

    /// A difference of such numbers; `from + n` comes back by wrapping.
    pub(super) fn step(&mut self, from: u64, to: u64) {
        let up = to.wrapping_sub(from);
        let down = from.wrapping_sub(to);
        if up <= down {
            self.decimal_signed(up, 0);
        } else {
            self.decimal_signed(down, 1);
        }
    }

    fn decimal_signed(&mut self, n: u64, sign: u64) {
        let (digits, exponent) = strip(n);
        match digits.checked_mul(32) {
            Some(head) => self.uint(head | (u64::from(exponent) << 1) | sign),
            None => {
                self.uint((u64::from(WHOLE) << 1) | sign);
                self.uint(n);
            }
        }
    }

    pub(super) fn text(&mut self, text: &str) {
        self.uint(u64::try_from(text.len()).unwrap_or(u64::MAX));
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// One more than its place in the configuration, or 0 and its text.
    pub(super) fn pair(&mut self, pair: &Pair) {
        match self.names.place(pair) {
            Some(place) => self.uint(u64::from(place).saturating_add(1)),
            None => {
                self.byte(0);
                self.text(pair.as_str());
            }
        }
    }
}

/// What a reader remembers from one value to the next.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory {
    /// The words that it has met; see [`Source::word`].
    words: BTreeSet<&'static str>,
    pub(super) near: Near,
}

/// The latest price of each market within a block: the next one is near it.
#[derive(Clone, Debug, Default)]
pub(super) struct Near(Vec<u64>);

impl Near {
    /// A block begins: it is read without the one before.
    pub(super) fn forget(&mut self) {
        self.0.clear();
    }

    pub(super) fn get(&self, market: u16) -> u64 {
        self.0.get(usize::from(market)).copied().unwrap_or(0)
    }

    pub(super) fn set(&mut self, market: u16, price: u64) {
        let at = usize::from(market);
        if self.0.len() <= at {
            self.0.resize(at.saturating_add(1), 0);
        }
        if let Some(near) = self.0.get_mut(at) {
            *near = price;
        }
    }
}

/// Where bytes come from.
#[derive(Debug)]
pub(super) struct Source<'a, 'm> {
    pub(super) rest: &'a [u8],
    pub(super) now: Millis,
    pub(super) names: &'a Names,
    pub(super) memory: &'m mut Memory,
}

impl<'a> Source<'a, '_> {
    pub(super) fn byte(&mut self) -> Result<u8, Malformed> {
        let (first, rest) = self.rest.split_first().ok_or(Malformed::Short)?;
        self.rest = rest;
        Ok(*first)
    }

    pub(super) fn bytes(&mut self, len: usize) -> Result<&'a [u8], Malformed> {
        let (bytes, rest) = self.rest.split_at_checked(len).ok_or(Malformed::Short)?;
        self.rest = rest;
        Ok(bytes)
    }

    pub(super) fn uint(&mut self) -> Result<u64, Malformed> {
        let first = self.byte()?;
        if first < 0x80 {
            return Ok(u64::from(first));
        }
        let mut n = u64::from(first & 0x7f);
        let mut shift = 7_u32;
        loop {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            // The tenth byte has one bit to give.
            if shift > 63 || (shift == 63 && bits > 1) {
                return Err(Malformed::Range("number"));
            }
            n |= bits << shift;
            if byte < 0x80 {
                return Ok(n);
            }
            shift = shift.saturating_add(7);
        }
    }

    pub(super) fn int(&mut self) -> Result<i64, Malformed> {
        self.uint().map(unzigzag)
    }

    pub(super) fn wide(&mut self) -> Result<u128, Malformed> {
        let (low, high) = (self.uint()?, self.uint()?);
        Ok((u128::from(high) << 64) | u128::from(low))
    }

    pub(super) fn decimal(&mut self) -> Result<u64, Malformed> {
        let head = self.uint()?;
        self.grown(head >> 4, head & 15)
    }

    pub(super) fn step(&mut self, from: u64) -> Result<u64, Malformed> {
        let head = self.uint()?;
        let n = self.grown(head >> 5, (head >> 1) & 15)?;
        Ok(if head & 1 == 0 { from.wrapping_add(n) } else { from.wrapping_sub(n) })
    }

    fn grown(&mut self, digits: u64, exponent: u64) -> Result<u64, Malformed> {
        if exponent == u64::from(WHOLE) {
            return self.uint();
        }
        let ten = usize::try_from(exponent).ok().and_then(|at| TENS.get(at));
        let ten = ten.ok_or(Malformed::Range("exponent"))?;
        digits.checked_mul(*ten).ok_or(Malformed::Range("decimal"))
    }

    pub(super) fn len(&mut self) -> Result<usize, Malformed> {
        let len = usize::try_from(self.uint()?).map_err(|_| Malformed::Short)?;
        // Nothing is shorter than a byte, so no count can ask for more memory than there are bytes.
        if len > self.rest.len() { Err(Malformed::Short) } else { Ok(len) }
    }

    pub(super) fn text(&mut self) -> Result<&'a str, Malformed> {
        let len = self.len()?;
        core::str::from_utf8(self.bytes(len)?).map_err(|_| Malformed::Range("text"))
    }

    /// One of the few fixed words of the engine. They are constants of the program that wrote them;
    /// in the one that reads they are kept for ever, a bounded number of them.
    pub(super) fn word(&mut self) -> Result<&'static str, Malformed> {
        let text = self.text()?;
        if let Some(known) = self.memory.words.get(text) {
            return Ok(known);
        }
        if self.memory.words.len() >= WORDS_MAX || text.len() > WORD_MAX {
            return Err(Malformed::Range("word"));
        }
        let word: &'static str = Box::leak(Box::from(text));
        self.memory.words.insert(word);
        Ok(word)
    }

    pub(super) fn pair(&mut self) -> Result<Pair, Malformed> {
        match self.uint()? {
            0 => Ok(Pair::new(self.text()?)),
            n => self.names.pair(n.saturating_sub(1)).ok_or(Malformed::Range("market")),
        }
    }
}

/// `n` without its trailing zeros, eight at most, and how many they were.
fn strip(mut n: u64) -> (u64, u8) {
    let mut exponent = 0_u8;
    if n == 0 {
        return (0, 0);
    }
    for (ten, zeros) in [(100_000_000, 8_u8), (10_000, 4), (100, 2), (10, 1)] {
        if exponent.saturating_add(zeros) <= 8 && n.is_multiple_of(ten) {
            n /= ten;
            exponent = exponent.saturating_add(zeros);
        }
    }
    (n, exponent)
}

/// The lowest seven bits.
fn low(n: u64) -> u8 {
    let [byte, ..] = n.to_le_bytes();
    byte & 0x7f
}

pub(super) const fn zigzag(n: i64) -> u64 {
    n.cast_unsigned().wrapping_shl(1) ^ (n >> 63).cast_unsigned()
}

pub(super) const fn unzigzag(n: u64) -> i64 {
    (n >> 1).cast_signed() ^ (n & 1).cast_signed().wrapping_neg()
}

fn halves(n: u128) -> [u64; 2] {
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q] = n.to_le_bytes();
    [u64::from_le_bytes([a, b, c, d, e, f, g, h]), u64::from_le_bytes([i, j, k, l, m, o, p, q])]
}
