//! The strict reader of `.env` files.
//!
//! The grammar is the common part of what shells and dotenv libraries agree on, and everything else
//! is refused with its line number: `NAME=value`, an optional `export ` before it, blank lines,
//! whole-line and inline comments (`#` after a blank), single or double quotes around the whole
//! value. There is no expansion of `$NAME`: a value that asks for one is refused rather than taken
//! literally.

use std::path::Path;

use super::problem::{Origin, Problem};

/// One assignment, with the line that it stands on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Assignment {
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) line: usize,
}

/// Reads every assignment of `text`; a line that is not one is a problem, and so is a name that
/// was already given.
pub(crate) fn parse(path: &Path, text: &str) -> (Vec<Assignment>, Vec<Problem>) {
    let mut assignments: Vec<Assignment> = Vec::new();
    let mut problems = Vec::new();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (index, raw) in text.lines().enumerate() {
        let line = index.saturating_add(1);
        let at = || Origin::DotEnv { path: path.to_path_buf(), line };
        match parse_line(raw) {
            Ok(None) => {}
            Ok(Some((name, value))) => match assignments.iter().find(|a| a.name == name) {
                Some(first) => problems.push(
                    Problem::new(at(), name, format!("already set on line {}", first.line))
                        .value(&value)
                        .hint("keep one of the two lines"),
                ),
                None => assignments.push(Assignment { name: name.to_owned(), value, line }),
            },
            Err(fault) => {
                let name = raw.split('=').next().unwrap_or_default().trim();
                problems.push(Problem::new(at(), name, fault));
            }
        }
    }
    (assignments, problems)
}

fn parse_line(raw: &str) -> Result<Option<(&str, String)>, &'static str> {
    let line = raw.trim();
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let line = match line.strip_prefix("export") {
        Some(rest) if rest.starts_with([' ', '\t']) => rest.trim_start(),
        _ => line,
    };
    let (name, rest) = line.split_once('=').ok_or("not NAME=value")?;
    if name.is_empty() || !name.bytes().all(is_name_byte) || name.starts_with(is_digit) {
        return Err("a name is letters, digits and underscores, with no blank before the =");
    }
    Ok(Some((name, value(rest)?)))
}

fn is_name_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_'
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

fn value(rest: &str) -> Result<String, &'static str> {
    let rest = rest.trim();
    for quote in ['"', '\''] {
        if let Some(inner) = rest.strip_prefix(quote) {
            let (inner, after) = inner.split_once(quote).ok_or("the quote is not closed")?;
            let after = after.trim_start();
            if !(after.is_empty() || after.starts_with('#')) {
                return Err("text after the closing quote");
            }
            return plain(inner);
        }
    }
    // A `#` opens a comment only at the start or after a blank, as in a shell: `a#b` is a value.
    let mut end = rest.len();
    let mut previous = ' ';
    for (at, c) in rest.char_indices() {
        if c == '#' && previous.is_whitespace() {
            end = at;
            break;
        }
        previous = c;
    }
    let bare = rest.get(..end).unwrap_or(rest).trim_end();
    if bare.contains(char::is_whitespace) {
        return Err("a value with a blank in it needs quotes");
    }
    if bare.contains(['"', '\'']) {
        return Err("a quote inside a value");
    }
    plain(bare)
}

fn plain(text: &str) -> Result<String, &'static str> {
    if text.contains(['$', '`', '\\']) {
        return Err("$, ` and \\ are not expanded here: write the value itself");
    }
    if text.contains(char::is_control) {
        return Err("a control character in the value");
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, String, usize)> {
        let (assignments, problems) = parse(Path::new(".env"), text);
        assert!(problems.is_empty(), "{problems:?}");
        assignments.into_iter().map(|a| (a.name, a.value, a.line)).collect()
    }

    fn fault(text: &str) -> String {
        let (_, problems) = parse(Path::new(".env"), text);
        assert_eq!(problems.len(), 1, "{problems:?}");
        problems[0].to_string()
    }

    /// The block that the previous system's handoff tells the operator to append.
    const HANDOFF: &str = "
# Auto-rotation
ROTATE_ENABLED=true
ROTATE_EVERY_MIN=240          # 4 hours
ROTATE_TOP_N=3
ROTATE_REQUIRE_NANSEN=false

# Scoring weights
ROTATE_W_VOL=1.0
ROTATE_W_SPREAD=-0.6
";

    #[test]
    fn the_handoffs_block_reads_as_its_author_meant() {
        let got = read(HANDOFF);
        let expected = [
            ("ROTATE_ENABLED", "true", 3),
            ("ROTATE_EVERY_MIN", "240", 4),
            ("ROTATE_TOP_N", "3", 5),
            ("ROTATE_REQUIRE_NANSEN", "false", 6),
            ("ROTATE_W_VOL", "1.0", 9),
            ("ROTATE_W_SPREAD", "-0.6", 10),
        ];
        assert_eq!(got, expected.map(|(n, v, l)| (n.to_owned(), v.to_owned(), l)));
    }

    #[test]
    fn quotes_exports_carriage_returns_and_empty_values_are_read() {
        let text =
            "export A=1\r\nB=\"x # y\" # note\nC='z'\nD=\nE=a#b\n  F = \n".replace("F = ", "F=");
        let got: Vec<_> = read(&text).into_iter().map(|(n, v, _)| format!("{n}:{v}")).collect();
        assert_eq!(got, ["A:1", "B:x # y", "C:z", "D:", "E:a#b", "F:"]);
    }

    #[test]
    fn a_name_given_twice_is_refused_with_both_lines() {
        let shown = fault("LEVERAGE=1\n\nLEVERAGE=2\n");
        assert!(shown.starts_with(".env:3: LEVERAGE=2: already set on line 1"), "{shown}");
    }

    #[test]
    fn what_is_not_an_assignment_is_refused_with_its_line() {
        let cases = [
            "LEVERAGE",
            "LEVERAGE =1",
            "=1",
            "1A=2",
            "A-B=2",
            "A=b c",
            "A=\"b",
            "A=\"b\"c",
            "A=$HOME",
            "A=\"${B}\"",
            "A=b\"c",
        ];
        for text in cases {
            assert!(fault(text).starts_with(".env:1: "), "{text}");
        }
    }
}
