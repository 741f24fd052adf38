//! Every event of the log, with its keys in their order: the one table that the documents are
//! generated from, that tests hold every line against, and that a new event is added to.
//!
//! To add an event, add a [`Row`] to the list of its subject and any new key to
//! [`KEYS`], then run the test that prints `docs/logs.md` anew.

mod keys;
mod old;
mod orders;
mod rotation;
mod shell;
mod signals;
mod upkeep;

use core::fmt;

pub use keys::KEYS;

use super::LogEvent;

/// Who writes an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// This bot.
    Bot,
    /// The old system, and this bot no more; read, never written.
    Old,
}

/// How an event's name is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `family=word` (`quant_evt=attempt`).
    Pair,
    /// The family alone (`retry_guard pair=...`).
    Bare,
    /// The family and the next word (`SPEC_OVERRIDE applied for SOL: ...`).
    Applied,
}

/// One event of the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// What kind of thing.
    pub family: &'static str,
    /// What of it; `*` where any word may stand, which the text then explains.
    pub word: &'static str,
    /// Its keys in their order, separated by blanks. Those with `?` may be missing.
    pub keys: &'static str,
    /// How its name is written.
    pub shape: Shape,
    /// Who writes it.
    pub by: By,
    /// What it says.
    pub about: &'static str,
}

const fn row(
    family: &'static str,
    word: &'static str,
    keys: &'static str,
    about: &'static str,
) -> Row {
    Row { family, word, keys, shape: Shape::Pair, by: By::Bot, about }
}

const fn bare(family: &'static str, keys: &'static str, about: &'static str) -> Row {
    Row { family, word: "", keys, shape: Shape::Bare, by: By::Bot, about }
}

const fn old(
    family: &'static str,
    word: &'static str,
    keys: &'static str,
    about: &'static str,
) -> Row {
    Row { family, word, keys, shape: Shape::Pair, by: By::Old, about }
}

/// What the log itself adds to the end of each line of a file.
pub const TAIL: [&str; 2] = ["run", "ln"];

/// Every event, by subject.
pub fn rows() -> impl Iterator<Item = &'static Row> + Clone {
    [orders::ROWS, upkeep::ROWS, signals::ROWS, rotation::ROWS, shell::ROWS, old::ROWS]
        .into_iter()
        .flatten()
}

/// How an event is written whose name begins with this word, if that is how one begins.
pub(super) fn named_by_a_word(word: &str) -> Option<Shape> {
    if !word.starts_with(['r', 'S', 's']) {
        return None;
    }
    let mut found = rows().filter(|row| row.shape != Shape::Pair && row.family == word);
    found.next().map(|row| row.shape)
}

/// The row of an event by its name.
#[must_use]
pub fn find(family: &str, word: &str) -> Option<&'static Row> {
    let fits = |row: &&Row| row.family == family && (row.word == word || row.word == "*");
    rows().find(fits)
}

/// Why a line is not as the schema says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// There is no such event.
    Unknown,
    /// A key that must be there is not, or not at its place.
    Missing(&'static str),
    /// A key, or a word that is none, stands where nothing of the kind may.
    Unexpected(String),
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("no such event in the schema"),
            Self::Missing(key) => write!(f, "key {key} is missing, or not at its place"),
            Self::Unexpected(word) => write!(f, "{word} may not stand there"),
        }
    }
}

/// Holds an event against its row: every key there, in its order, and no other.
///
/// # Errors
/// The first thing that is not as it should be.
pub fn check(event: &LogEvent<'_>) -> Result<&'static Row, Misfit> {
    let row = find(event.family, event.word).ok_or(Misfit::Unknown)?;
    let mut pairs = event.pairs().peekable();
    while row.shape == Shape::Applied && pairs.next_if(|pair| pair.raw.is_none()).is_some() {}
    for key in row.keys.split_whitespace() {
        let (key, must) = match key.strip_suffix('?') {
            Some(key) => (key, false),
            None => (key, true),
        };
        let here = pairs.next_if(|pair| pair.key == key && pair.raw.is_some()).is_some();
        if must && !here {
            return Err(Misfit::Missing(key));
        }
    }
    for key in TAIL {
        pairs.next_if(|pair| pair.key == key && pair.raw.is_some());
    }
    match pairs.next() {
        Some(pair) => Err(Misfit::Unexpected(pair.key.to_owned())),
        None => Ok(row),
    }
}

/// The tables of `docs/logs.md`.
#[must_use]
pub fn markdown() -> String {
    let mut text = String::new();
    for (by, title) in [(By::Bot, "Events"), (By::Old, "Events of the old system")] {
        text.push_str(&format!("### {title}\n\n| event | keys | says |\n|---|---|---|\n"));
        for row in rows().filter(|row| row.by == by) {
            let name = match row.shape {
                Shape::Pair => format!("{}={}", row.family, row.word),
                Shape::Bare => row.family.to_owned(),
                Shape::Applied => format!("{} {}", row.family, row.word),
            };
            text.push_str(&format!("| `{name}` | `{}` | {} |\n", row.keys, row.about));
        }
        text.push('\n');
    }
    text.push_str("### Keys\n\n| key | means |\n|---|---|\n");
    for (key, about) in KEYS {
        text.push_str(&format!("| `{key}` | {about} |\n"));
    }
    text
}
