//! One line of a log: an event, prose for people, or something that is neither.

use core::fmt;
use std::borrow::Cow;

use hl_quant::Millis;

use super::schema::{self, Shape};
use super::{Pairs, parse_iso};

/// The longest line that is looked into, without its end. Bytes. The longest that the bot writes has
/// less than a twentieth of it.
pub const TEXT_MAX: usize = 16_384;

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen<'a> {
    /// An event.
    Event(LogEvent<'a>),
    /// Words for people, or nothing: counted, and not looked into.
    Prose,
    /// It cannot be read. An event may have stood there.
    Bad(BadLine),
}

/// Why a line cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BadLine {
    /// It is longer than [`TEXT_MAX`].
    TooLong,
    /// It is not UTF-8, or has control characters in it: two lines in one, or a hole in the file.
    NotText,
    /// It begins as an event does, and a quote in it is never closed: its end is missing.
    Torn,
}

impl BadLine {
    /// The word for it in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::TooLong => "too_long",
            Self::NotText => "not_text",
            Self::Torn => "torn",
        }
    }
}

impl fmt::Display for BadLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// An event of a log, known to this version or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogEvent<'a> {
    /// What kind of thing: `quant_evt`, `retry_guard`.
    pub family: &'a str,
    /// What of it: `attempt`. Empty where the family says everything.
    pub word: &'a str,
    /// What stands behind the name.
    rest: &'a str,
}

impl<'a> LogEvent<'a> {
    /// The pairs behind the name, in their order.
    #[must_use]
    pub fn pairs(&self) -> Pairs<'a> {
        Pairs::new(self.rest)
    }

    /// The value of the first pair with this key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Cow<'a, str>> {
        self.pairs().find(|pair| pair.key == key)?.value()
    }

    /// When it happened; `None` where the line does not say, as in the older parts of the old log.
    #[must_use]
    pub fn time(&self) -> Option<Millis> {
        let mut written = None;
        for pair in self.pairs() {
            match (pair.key, pair.raw) {
                ("tms", Some(raw)) => return raw.parse().ok().map(Millis),
                ("ts", Some(raw)) => written = Some(raw),
                _ => {}
            }
        }
        let written = written?;
        // One of the old system's lines has the milliseconds under `ts`.
        parse_iso(written).or_else(|| {
            let millis = (13..=14).contains(&written.len());
            written.parse().ok().filter(|_| millis).map(Millis)
        })
    }
}

/// Reads one line, with or without its end. Never fails and never panics, whatever the bytes are.
#[must_use]
pub fn read_line(line: &[u8]) -> Seen<'_> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line.len() > TEXT_MAX {
        return Seen::Bad(BadLine::TooLong);
    }
    let control = |byte: &u8| (*byte < b' ' && *byte != b'\t') || *byte == 0x7f;
    let (Ok(text), false) = (core::str::from_utf8(line), line.iter().any(control)) else {
        return Seen::Bad(BadLine::NotText);
    };
    let Some(event) = name(text) else { return Seen::Prose };
    if memchr::memchr(b'"', event.rest.as_bytes()).is_some() {
        let mut pairs = event.pairs();
        while pairs.next().is_some() {}
        if pairs.is_torn() {
            return Seen::Bad(BadLine::Torn);
        }
    }
    Seen::Event(event)
}

/// The event that a text is, if it is one: before its name there may be words without `=`, such as an
/// emoji or what a service manager puts before each line.
fn name(text: &str) -> Option<LogEvent<'_>> {
    let mut words = Pairs::new(text);
    while let Some(word) = words.next() {
        match word.raw {
            Some(raw) if is_family(word.key) => {
                return Some(LogEvent { family: word.key, word: raw, rest: words.rest() });
            }
            Some(_) => return None,
            None => match schema::named_by_a_word(word.key) {
                Some(Shape::Bare) => {
                    return Some(LogEvent { family: word.key, word: "", rest: words.rest() });
                }
                Some(Shape::Applied) => {
                    let next = words.next().filter(|next| next.raw.is_none());
                    let next = next.map_or("", |next| next.key);
                    return Some(LogEvent { family: word.key, word: next, rest: words.rest() });
                }
                Some(Shape::Pair) | None => {}
            },
        }
    }
    None
}

/// `quant_evt`: small letters, digits and lines.
fn is_family(key: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    key.ends_with("_evt") && key.bytes().all(plain)
}
