//! From bytes back to records, believing nothing that is not whole.

use core::fmt;

use crate::line::{self, Bad};
use crate::{Record, SCHEMA};

/// What was found in a journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovered {
    /// The sound records up to the first fault: always the beginning of what was once written.
    pub records: Vec<Record>,
    /// How it ended.
    pub end: End,
}

/// How a journal ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// With its last record. An empty file is a clean journal without records.
    Clean,
    /// Something after `at` bytes cannot be read. Keep a copy, go on with the records before it, and
    /// begin a new file.
    Torn {
        /// The length of the sound part.
        at: usize,
        /// What was lost there.
        lost: Lost,
    },
    /// It is not a journal, or not one that this version reads. Keep it aside and begin a new one;
    /// what the venue says is then all that is known.
    Foreign {
        /// Why.
        why: Foreign,
    },
}

/// What a torn journal has lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// Its last line is unfinished, as after a loss of power or on a full disk. That line was never
    /// confirmed, so nothing that depends on it was sent.
    Unfinished,
    /// Lines that had been finished, or an unfinished one that speaks of a halt. Anything may have
    /// stood there, a halt too: [`State::recover`](crate::State::recover) therefore halts.
    Damaged,
}

/// Why a file is not a journal of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// It does not begin as a journal does.
    NotAJournal,
    /// It begins with another record than [`Record::Run`].
    NoHeader,
    /// It has another schema.
    Schema(u32),
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAJournal => f.write_str("it is not a journal"),
            Self::NoHeader => f.write_str("it does not begin with the start of a run"),
            Self::Schema(found) => write!(f, "it has schema {found}; this version reads {SCHEMA}"),
        }
    }
}

/// Reads a whole journal. Never fails, never panics, and allocates no more than the records take:
/// whatever the bytes are, the answer is what can be trusted of them.
///
/// Every prefix of a journal yields a prefix of its records. A last line that is whole but for its
/// newline counts.
#[must_use]
pub fn read(bytes: &[u8]) -> Recovered {
    let mut records = Vec::new();
    let mut at = 0_usize;
    let mut rest = bytes;
    while !rest.is_empty() {
        let (text, next, finished) = match rest.iter().position(|byte| *byte == b'\n') {
            Some(end) => {
                let (text, tail) = rest.split_at(end);
                (text, tail.get(1..).unwrap_or_default(), true)
            }
            None => (rest, &[][..], false),
        };
        match line::decode(text) {
            Ok((number, record)) if usize::try_from(number) == Ok(records.len()) => {
                if records.is_empty()
                    && let Some(why) = not_a_header(&record)
                {
                    return Recovered { records, end: End::Foreign { why } };
                }
                records.push(record);
            }
            fault => {
                let begins = !records.is_empty() || may_begin(text, finished, fault.err());
                let end = if begins {
                    End::Torn { at, lost: lost(rest, finished) }
                } else {
                    End::Foreign { why: Foreign::NotAJournal }
                };
                return Recovered { records, end };
            }
        }
        at = at.saturating_add(text.len()).saturating_add(usize::from(finished));
        rest = next;
    }
    Recovered { records, end: End::Clean }
}

fn not_a_header(record: &Record) -> Option<Foreign> {
    match record {
        Record::Run(run) if run.schema == SCHEMA => None,
        Record::Run(run) => Some(Foreign::Schema(run.schema)),
        _ => Some(Foreign::NoHeader),
    }
}

/// Whether a first line that is not sound may have been the first line of a journal. What never
/// began as one is not a damaged one, and an operator should hear which of the two it is.
fn may_begin(text: &[u8], finished: bool, bad: Option<Bad>) -> bool {
    if bad != Some(Bad::Shape) {
        return true;
    }
    // Too short to have the shape.
    !finished && text.len() <= 9 && text.iter().take(8).all(u8::is_ascii_hexdigit)
}

/// What is lost with `rest`, which begins with a line that is not sound.
fn lost(rest: &[u8], finished: bool) -> Lost {
    let halts = rest.windows(HALT.len()).any(|window| window == HALT);
    if finished || halts { Lost::Damaged } else { Lost::Unfinished }
}

/// As the text of a halt has it.
const HALT: &[u8] = b"\"halt\"";
