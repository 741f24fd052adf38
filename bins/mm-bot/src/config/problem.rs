//! What is wrong with a configuration, where it was written, and what was probably meant.

use core::fmt;
use std::path::PathBuf;

/// Where a value comes from. Later variants override earlier ones.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Origin {
    /// Built in; the same as in `mm-bot.example.toml`.
    Default,
    /// A line of the TOML file.
    File { path: PathBuf, line: usize },
    /// A line of the `.env` file.
    DotEnv { path: PathBuf, line: usize },
    /// The process environment.
    Environment,
    /// A command-line flag.
    Flag(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            // Line 0 is the file as a whole.
            Self::File { path, line: 0 } => write!(f, "{}", path.display()),
            Self::File { path, line } | Self::DotEnv { path, line } => {
                write!(f, "{}:{line}", path.display())
            }
            Self::Environment => f.write_str("environment"),
            Self::Flag(flag) => f.write_str(flag),
        }
    }
}

/// One reason not to start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    at: Origin,
    /// The key as its author wrote it; empty when the line has none.
    key: String,
    /// The value as its author wrote it, redacted when it looks like a secret.
    value: Option<String>,
    what: String,
    hint: Option<String>,
}

impl Problem {
    pub(crate) fn new(at: Origin, key: &str, what: impl Into<String>) -> Self {
        let key = redacted(key);
        Self { at, key, value: None, what: redacted(&what.into()), hint: None }
    }

    pub(crate) fn value(mut self, value: &str) -> Self {
        self.value = Some(redacted(value));
        self
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds `did you mean ...?` when one of `names` is close to what was written.
    pub(crate) fn nearest<'a>(self, names: impl Iterator<Item = &'a str>) -> Self {
        match nearest(&self.key, names) {
            Some(name) => {
                let hint = format!("did you mean {name}?");
                self.hint(hint)
            }
            None => self.hint("`mm-bot config show` lists every key"),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.at)?;
        match (&self.value, self.key.is_empty()) {
            (Some(value), false) => write!(f, "{}={value}: ", self.key)?,
            (None, false) => write!(f, "{}: ", self.key)?,
            _ => {}
        }
        f.write_str(&self.what)?;
        match &self.hint {
            Some(hint) => write!(f, "\n  hint: {hint}"),
            None => Ok(()),
        }
    }
}

/// The whole list, one per line; every problem is reported at once, not only the first.
#[derive(Debug)]
pub(crate) struct Problems(pub(crate) Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, problem) in self.0.iter().enumerate() {
            if n > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl core::error::Error for Problems {}

/// The closest of `names`, ignoring case, if close enough to be what was meant: the one with the
/// fewest slips between, and among those the one with the most alike beginning.
pub(crate) fn nearest<'a>(written: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let lower = written.to_ascii_lowercase();
    names
        .map(|name| (name.to_ascii_lowercase(), name))
        .map(|(known, name)| (strsim::jaro_winkler(&lower, &known), known, name))
        .filter(|(score, ..)| *score >= 0.8)
        .map(|(score, known, name)| (strsim::damerau_levenshtein(&lower, &known), score, name))
        .min_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)))
        .map(|(.., name)| name)
}

/// A private key is 64 hexadecimal digits. Nothing that long is echoed, wherever it was written:
/// the commonest accident is a key pasted into the wrong line.
const SECRET_HEX_DIGITS: usize = 48;

/// `text` with every run of hexadecimal digits that is long enough to be a key taken out.
pub(crate) fn redacted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut run = String::new();
    for c in text.chars() {
        if c.is_ascii_hexdigit() {
            run.push(c);
        } else {
            flush(&mut out, &mut run);
            out.push(c);
        }
    }
    flush(&mut out, &mut run);
    out
}

fn flush(out: &mut String, run: &mut String) {
    if run.len() >= SECRET_HEX_DIGITS {
        out.push_str("<redacted>");
    } else {
        out.push_str(run);
    }
    run.clear();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_pasted_anywhere_is_not_echoed() {
        let key = "0123456789abcdef".repeat(4);
        let shown = Problem::new(Origin::Environment, &key, format!("bad {key}"))
            .value(&format!("0x{key}"))
            .to_string();
        assert!(!shown.contains("0123456789abcdef"), "{shown}");
        assert_eq!(shown, "environment: <redacted>=0x<redacted>: bad <redacted>");
    }

    #[test]
    fn an_address_is_not_a_secret() {
        let address = "0x14791697260e4c9a71f18484c9f997b308e59325";
        assert_eq!(redacted(address), address);
    }

    #[test]
    fn the_nearest_name_is_found_across_case_and_a_missing_letter() {
        let names = ["MAKER_SPREAD_BPS", "BASE_ORDER_USD"];
        assert_eq!(nearest("maker_spred_bps", names.into_iter()), Some("MAKER_SPREAD_BPS"));
        assert_eq!(nearest("zzz", names.into_iter()), None);
    }
}
