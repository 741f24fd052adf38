//! The bot's own list of its keys, and every way to misspell one by a single slip.

use std::collections::BTreeSet;

use crate::bot::Bot;
use crate::stage::PATIENCE;

/// One key, as the commented example file teaches it.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) table: String,
    pub(crate) name: String,
    /// All of its names in the environment.
    pub(crate) env: Vec<String>,
    /// The allowed values in words.
    pub(crate) range: String,
    /// The default as it is written in the file.
    pub(crate) value: String,
}

/// Every key, out of `mm-bot config show --example`: nothing is listed twice, here and there.
pub(crate) fn all(bot: &Bot) -> Result<Vec<Key>, String> {
    let (code, text) = bot.run(&["config", "show", "--example"], PATIENCE)?;
    if code != 0 {
        return Err(format!("config show --example: exit {code}: {text}"));
    }
    let (mut keys, mut table, mut note) = (Vec::new(), String::new(), String::new());
    for line in text.lines() {
        if let Some(name) = line.strip_prefix('[') {
            table = name.trim_end_matches(']').to_owned();
        } else if let Some(comment) = line.strip_prefix("# ") {
            comment.clone_into(&mut note);
        } else if let Some((name, value)) = line.split_once(" = ") {
            // The last comment line: `RANGE; NAME or NAME.`
            let (range, names) = note.rsplit_once("; ").unwrap_or((&note, ""));
            let names = names.trim_end_matches('.').split(" or ");
            let upper = |n: &&str| {
                n.bytes().all(|b| b.is_ascii_uppercase() || b == b'_' || b.is_ascii_digit())
            };
            let env = names.filter(upper).filter(|n| !n.is_empty()).map(str::to_owned).collect();
            let (name, value) = (name.to_owned(), value.to_owned());
            keys.push(Key { table: table.clone(), name, env, range: range.to_owned(), value });
        }
    }
    if keys.len() < 20 || keys.iter().any(|key| key.env.is_empty() && key.name != "confirm") {
        return Err(format!("the example file is not understood: {keys:?}"));
    }
    Ok(keys)
}

/// Every word that is `name` with one letter left out, doubled, swapped with the next, or replaced by
/// its neighbour in the alphabet, at each place. None of `taken`.
pub(crate) fn slips(name: &str, taken: &BTreeSet<String>) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut all: BTreeSet<String> = BTreeSet::new();
    for at in 0..letters.len() {
        let mut out = letters.clone();
        out.remove(at);
        let mut twice = letters.clone();
        twice.insert(at, letters[at]);
        let mut other = letters.clone();
        other[at] = neighbour(letters[at]);
        let mut swapped = letters.clone();
        if at + 1 < letters.len() {
            swapped.swap(at, at + 1);
        }
        all.extend([out, twice, other, swapped].into_iter().map(String::from_iter));
    }
    // A name that begins with a digit or is empty is another mistake.
    all.retain(|slip| slip != name && !taken.contains(slip) && !slip.is_empty());
    all.into_iter().collect()
}

fn neighbour(letter: char) -> char {
    match letter {
        'Z' => 'Y',
        'z' => 'y',
        '_' => 'X',
        '9' => '8',
        other => char::from_u32(u32::from(other) + 1).unwrap_or('Q'),
    }
}
