//! Logfmt: words separated by blanks, most of them `key=value`, values with blanks in quotes.

use core::fmt::{self, Display, Write as _};
use std::borrow::Cow;

/// One word of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair<'a> {
    /// What stands before the `=`, or the whole word if there is none.
    pub key: &'a str,
    /// What stands behind it, as written: quotes and escapes included.
    pub raw: Option<&'a str>,
}

impl<'a> Pair<'a> {
    /// The value without quotes and escapes; `None` of a bare word.
    #[must_use]
    pub fn value(&self) -> Option<Cow<'a, str>> {
        let raw = self.raw?;
        let Some(inner) = raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
            return Some(Cow::Borrowed(raw));
        };
        if !inner.contains('\\') {
            return Some(Cow::Borrowed(inner));
        }
        let mut text = String::with_capacity(inner.len());
        let mut chars = inner.chars();
        while let Some(c) = chars.next() {
            match (c, if c == '\\' { chars.next() } else { None }) {
                (_, Some('n')) => text.push('\n'),
                (_, Some('t')) => text.push('\t'),
                (_, Some(escaped)) => text.push(escaped),
                (c, None) => text.push(c),
            }
        }
        Some(Cow::Owned(text))
    }
}

/// The words of a line, from the left. Ends early, with [`Pairs::is_torn`], at a quote that is not
/// closed.
#[derive(Clone, Debug)]
pub struct Pairs<'a> {
    rest: &'a str,
    /// Whether there is a quote anywhere: without one a blank always ends a word.
    quotes: bool,
    torn: bool,
}

impl<'a> Pairs<'a> {
    /// Of one line without its end.
    #[must_use]
    pub fn new(line: &'a str) -> Self {
        Self { rest: line, quotes: memchr::memchr(b'"', line.as_bytes()).is_some(), torn: false }
    }

    /// Whether it ended at a quote that is never closed, or that something follows at once.
    #[must_use]
    pub const fn is_torn(&self) -> bool {
        self.torn
    }

    /// What has not been read yet.
    pub(super) const fn rest(&self) -> &'a str {
        self.rest
    }

    /// The length of the word that begins `text`.
    fn word(&mut self, text: &str) -> Option<usize> {
        let bytes = text.as_bytes();
        let blank = |from: usize| {
            let tail = bytes.get(from..).unwrap_or_default();
            memchr::memchr2(b' ', b'\t', tail).map_or(bytes.len(), |at| at.saturating_add(from))
        };
        let end = blank(0);
        let open = match self.quotes {
            true => memchr::memmem::find(bytes, b"=\"").filter(|at| *at < end),
            false => None,
        };
        let Some(open) = open else { return Some(end) };
        let mut escaped = false;
        let body = open.saturating_add(2);
        for (at, byte) in bytes.iter().enumerate().skip(body) {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => {
                    let end = at.saturating_add(1);
                    return (blank(end) == end).then_some(end);
                }
                _ => {}
            }
        }
        None
    }
}

impl<'a> Iterator for Pairs<'a> {
    type Item = Pair<'a>;

    fn next(&mut self) -> Option<Pair<'a>> {
        let text = self.rest.trim_start_matches([' ', '\t']);
        if text.is_empty() {
            self.rest = "";
            return None;
        }
        let Some((word, rest)) = self.word(text).and_then(|end| text.split_at_checked(end)) else {
            (self.torn, self.rest) = (true, "");
            return None;
        };
        self.rest = rest;
        Some(match word.split_once('=') {
            Some((key, raw)) => Pair { key, raw: Some(raw) },
            None => Pair { key: word, raw: None },
        })
    }
}

/// Prints a value with blanks in it as logfmt wants it: in quotes, with escapes, on one line.
///
/// ```
/// # use hl_journal::log::Quoted;
/// assert_eq!(Quoted("no \"disk\"\nleft").to_string(), r#""no \"disk\"\nleft""#);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Quoted<T>(
    /// What is printed.
    pub T,
);

impl<T: Display> Display for Quoted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for c in self.0.to_string().chars() {
            match c {
                '"' | '\\' => write!(f, "\\{c}")?,
                '\n' => f.write_str("\\n")?,
                c if c.is_control() => f.write_char(' ')?,
                c => f.write_char(c)?,
            }
        }
        f.write_char('"')
    }
}
