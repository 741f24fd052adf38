//! The TOML file as a flat list of `table.key = text`, each with its line.
//!
//! Numbers keep the text that their author wrote: a price or a percentage never passes through a
//! float. Arrays become comma-separated text, the form that the environment uses.

use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::dotenv::Assignment;
use super::problem::{Origin, Problem};

/// How deep tables may nest: `override.SOL.tick`.
const DEPTH_MAX: usize = 3;

/// Reads the file's text into assignments whose names are dotted paths.
pub(crate) fn parse(path: &Path, text: &str) -> (Vec<Assignment>, Vec<Problem>) {
    let mut flat = Flat { path, text, assignments: Vec::new(), problems: Vec::new() };
    match DeTable::parse(text) {
        Ok(table) => flat.table("", table.get_ref(), 1),
        Err(error) => {
            // The message without its snippet of the file: a snippet could show a secret.
            let start = error.span().map_or(0, |span| span.start);
            let at = flat.at(start);
            flat.problems.push(Problem::new(at, "", error.message().to_owned()));
        }
    }
    (flat.assignments, flat.problems)
}

struct Flat<'t> {
    path: &'t Path,
    text: &'t str,
    assignments: Vec<Assignment>,
    problems: Vec<Problem>,
}

impl Flat<'_> {
    fn line(&self, offset: usize) -> usize {
        let before = self.text.get(..offset).unwrap_or(self.text);
        before.bytes().filter(|b| *b == b'\n').count().saturating_add(1)
    }

    fn at(&self, offset: usize) -> Origin {
        Origin::File { path: self.path.to_path_buf(), line: self.line(offset) }
    }

    fn table(&mut self, prefix: &str, table: &DeTable<'_>, depth: usize) {
        for (key, value) in table {
            let name = match prefix {
                "" => key.get_ref().to_string(),
                _ => format!("{prefix}.{}", key.get_ref()),
            };
            let start = key.span().start;
            match value.get_ref() {
                DeValue::Table(inner) if depth < DEPTH_MAX => {
                    self.table(&name, inner, depth.saturating_add(1));
                }
                DeValue::Array(items) => self.array(name, items.iter(), start),
                other => match scalar(other) {
                    Some(value) => self.push(name, value, start),
                    None => self.refuse(&name, other.type_str(), start),
                },
            }
        }
    }

    fn array<'v>(
        &mut self,
        name: String,
        items: impl Iterator<Item = &'v Spanned<DeValue<'v>>>,
        start: usize,
    ) {
        let mut joined: Vec<String> = Vec::new();
        for item in items {
            match scalar(item.get_ref()) {
                Some(text) if !text.contains(',') => joined.push(text),
                _ => return self.refuse(&name, "array with other than plain values", start),
            }
        }
        self.push(name, joined.join(","), start);
    }

    fn push(&mut self, name: String, value: String, start: usize) {
        let line = self.line(start);
        self.assignments.push(Assignment { name, value, line });
    }

    fn refuse(&mut self, name: &str, kind: &str, start: usize) {
        let at = self.at(start);
        self.problems.push(Problem::new(at, name, format!("a {kind} is not a value here")));
    }
}

fn scalar(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str().to_owned()),
        DeValue::Float(number) => Some(number.as_str().to_owned()),
        DeValue::Boolean(flag) => Some(flag.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_their_text_and_their_line() {
        let text = "# c\n[quote]\nspread_bps = 12.50\npairs = [\"BTC\", \"kPEPE\"]\n\n[override.SOL]\ntick = \"0.01\"\n";
        let (flat, problems) = parse(Path::new("a.toml"), text);
        assert!(problems.is_empty(), "{problems:?}");
        let got: Vec<String> =
            flat.iter().map(|a| format!("{}={}@{}", a.name, a.value, a.line)).collect();
        assert_eq!(
            got,
            ["override.SOL.tick=0.01@7", "quote.pairs=BTC,kPEPE@4", "quote.spread_bps=12.50@3"]
        );
    }

    #[test]
    fn a_key_given_twice_is_refused_with_its_line_and_without_the_files_text() {
        let text = "[quote]\nspread_bps = 1\nspread_bps = \"sesame\"\n";
        let (_, problems) = parse(Path::new("a.toml"), text);
        assert_eq!(problems.len(), 1);
        let shown = problems[0].to_string();
        assert!(shown.starts_with("a.toml:3: "), "{shown}");
        assert!(shown.contains("duplicate key") && !shown.contains("sesame"), "{shown}");
    }

    #[test]
    fn what_is_not_a_plain_value_is_refused_with_its_line() {
        for text in ["a = 2025-01-01\n", "a = [[1]]\n", "a = [\"x,y\"]\n", "a = 0x1F\n", "a = \n"] {
            let (_, problems) = parse(Path::new("a.toml"), text);
            assert_eq!(problems.len(), 1, "{text}");
            assert!(problems[0].to_string().starts_with("a.toml:1: "), "{}", problems[0]);
        }
    }
}
