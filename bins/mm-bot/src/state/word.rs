//! What an operator wants of a bot that cannot be talked to: one line in a file beside the journal.

use std::fmt;
use std::io::ErrorKind;
use std::path::PathBuf;

use hl_journal::{At, Halt, Record, State};
use hl_quant::Millis;

use super::files;

/// The longest file that is read, and the longest reason that is kept. Bytes.
const LONGEST: u64 = 1_024;
const REASON_MAX: usize = 200;

/// A word of the operator. It holds until a run has obeyed and recorded it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    /// Cancel everything and quote nothing.
    Halt {
        /// When he said so.
        at: Millis,
        /// Why, in his words.
        reason: Option<String>,
    },
    /// Quote again, if nothing has halted the bot since.
    Resume {
        /// When he said so.
        at: Millis,
    },
}

impl Word {
    /// A halt; of the reason only what fits into one line of a log is kept.
    pub(crate) fn halt(at: Millis, reason: Option<&str>) -> Self {
        let clean = |text: &str| -> String {
            let plain = |c: char| if c.is_control() || "\"\\".contains(c) { ' ' } else { c };
            text.chars().map(plain).take(REASON_MAX).collect::<String>().trim().to_owned()
        };
        let reason = reason.map(clean).filter(|text| !text.is_empty());
        Self::Halt { at, reason }
    }

    /// The operator's own words.
    pub(crate) fn why(&self) -> Option<&str> {
        match self {
            Self::Halt { reason, .. } => reason.as_deref(),
            Self::Resume { .. } => None,
        }
    }

    /// What it does to the state of a bot that is down.
    pub(crate) fn apply(&self, state: &mut State) {
        match self {
            Self::Halt { at, reason } => {
                let code = hl_engine::Cause::Operator.code();
                let why = match reason {
                    Some(reason) => format!("{code}: {reason}"),
                    None => code.to_owned(),
                };
                state.apply(&Record::Halt(Halt { at: *at, why }));
            }
            // A halt that is younger than the word is another matter.
            Self::Resume { at } if state.halt.as_ref().is_none_or(|halt| halt.at <= *at) => {
                state.apply(&Record::Resume(At { at: *at }));
            }
            Self::Resume { .. } => {}
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let mut words = text.trim_end().splitn(3, ' ');
        let (word, at) = (words.next()?, words.next()?.strip_prefix("at=")?.parse().ok()?);
        match (word, words.next()) {
            ("word=halt", reason) => {
                let reason =
                    reason.map(|text| text.trim_start_matches("reason=").trim_matches('"'));
                Some(Self::halt(Millis(at), reason))
            }
            ("word=resume", None) => Some(Self::Resume { at: Millis(at) }),
            _ => None,
        }
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Halt { at, reason: None } => write!(f, "word=halt at={}", at.0),
            Self::Halt { at, reason: Some(reason) } => {
                write!(f, "word=halt at={} reason=\"{reason}\"", at.0)
            }
            Self::Resume { at } => write!(f, "word=resume at={}", at.0),
        }
    }
}

/// The place of the word of one account.
#[derive(Clone, Debug)]
pub(crate) struct WordFile(pub(crate) PathBuf);

impl WordFile {
    /// The word that lies there. One that cannot be read is a halt: somebody wanted something, and
    /// that is the only thing that can safely be meant.
    pub(crate) fn read(&self) -> Option<Word> {
        let unreadable = || Word::halt(Millis(0), Some("the operator's word cannot be read"));
        // Whether there is one is seen without a free file handle, which a busy process may lack.
        if std::fs::symlink_metadata(&self.0).is_err_and(|e| e.kind() == ErrorKind::NotFound) {
            return None;
        }
        match files::read(&self.0, LONGEST) {
            Ok(None) => None,
            Ok(Some(bytes)) => {
                let text = std::str::from_utf8(&bytes).ok();
                Some(text.and_then(Word::parse).unwrap_or_else(unreadable))
            }
            Err(_) => Some(unreadable()),
        }
    }

    /// Leaves a word, instead of any that lies there. It survives a loss of power.
    ///
    /// # Errors
    /// The disk refuses.
    pub(crate) fn write(&self, word: &Word) -> std::io::Result<()> {
        files::replace(&self.0, format!("{word}\n").as_bytes()).map(drop)
    }

    /// Takes a word away that has been obeyed; another that came meanwhile stays.
    ///
    /// # Errors
    /// The disk refuses.
    pub(crate) fn clear(&self, word: &Word) -> std::io::Result<()> {
        if self.read().as_ref() != Some(word) {
            return Ok(());
        }
        match std::fs::remove_file(&self.0) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> (tempfile::TempDir, WordFile) {
        let dir = tempfile::TempDir::new().unwrap();
        let file = WordFile(dir.path().join("x.word"));
        (dir, file)
    }

    #[test]
    fn a_word_is_read_as_it_was_left_and_only_that_one_is_taken_away() {
        let (_dir, file) = file();
        assert_eq!(file.read(), None);
        let words = [
            Word::halt(Millis(7), None),
            Word::halt(Millis(8), Some("fat finger at the desk = 3 x too large")),
            Word::Resume { at: Millis(9) },
        ];
        for word in &words {
            file.write(word).unwrap();
            assert_eq!(file.read().as_ref(), Some(word));
        }
        file.clear(&words[0]).unwrap();
        assert_eq!(file.read().as_ref(), Some(&words[2]), "a newer word stays");
        file.clear(&words[2]).unwrap();
        assert_eq!(file.read(), None);
        file.clear(&words[2]).unwrap();
    }

    #[test]
    fn what_cannot_be_read_is_a_halt() {
        let (_dir, file) = file();
        for text in ["", "resume", "word=resume at=x", "word=resume at=1 more", "\u{fffd}"] {
            std::fs::write(&file.0, text).unwrap();
            assert!(matches!(file.read(), Some(Word::Halt { .. })), "{text:?}");
        }
        std::fs::write(&file.0, [0xff, 0xfe]).unwrap();
        assert!(matches!(file.read(), Some(Word::Halt { .. })));
    }

    #[test]
    fn a_reason_is_one_short_line() {
        let long = "x".repeat(5_000);
        let word = Word::halt(Millis(1), Some(&format!("a\nb\" {long}")));
        let why = word.why().unwrap();
        assert!(why.starts_with("a b  x") && why.len() == REASON_MAX, "{why}");
        assert_eq!(Word::halt(Millis(1), Some(" \n ")).why(), None);
    }

    #[test]
    fn a_resume_ends_the_halt_that_it_has_seen_and_no_later_one() {
        let mut state = State::default();
        Word::halt(Millis(10), Some("why")).apply(&mut state);
        assert_eq!(state.halt.as_ref().unwrap().why, "operator: why");
        Word::Resume { at: Millis(9) }.apply(&mut state);
        assert!(state.halt.is_some(), "it came later");
        Word::Resume { at: Millis(10) }.apply(&mut state);
        assert!(state.halt.is_none());
    }
}
