//! The layers, read in order.

use std::path::{Path, PathBuf};

use super::dotenv::{self, Assignment};
use super::keys::{Key, keys};
use super::kind::{coins, decimal_within};
use super::names::{self, Meaning, Part};
use super::problem::{Origin, Problem, Problems};
use super::{Effective, Entry, file};

/// The file that is read when it is there and none is named.
pub(crate) const DEFAULT_FILE: &str = "mm-bot.toml";
/// The same for `.env`.
pub(crate) const DEFAULT_DOTENV: &str = ".env";
/// No configuration file is longer; more is a wrong path.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// Where to look for configuration.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sources {
    /// `--config`; must exist when given.
    pub(crate) file: Option<PathBuf>,
    /// `--env-file`; must exist when given.
    pub(crate) dotenv: Option<PathBuf>,
    /// The process environment, taken once by `main`.
    pub(crate) environment: Vec<(String, String)>,
    /// Flags as (key path, value, the flag as typed).
    pub(crate) flags: Vec<(String, String, String)>,
}

/// Values and problems of one pass over the sources.
struct Reading {
    effective: Effective,
    problems: Vec<Problem>,
}

impl Sources {
    /// Where programs of this user keep their state
    /// (XDG Base Directory Specification: a relative path in the variable does not count).
    pub(super) fn state_home(&self) -> PathBuf {
        let directory = |name: &str| {
            let (_, value) = self.environment.iter().find(|(n, _)| n == name)?;
            Some(PathBuf::from(value)).filter(|path| path.is_absolute())
        };
        directory("XDG_STATE_HOME")
            .or_else(|| Some(directory("HOME")?.join(".local/state")))
            .map_or_else(|| PathBuf::from("mm-bot-state"), |home| home.join("mm-bot"))
    }

    pub(super) fn effective(&self) -> Result<Effective, Problems> {
        let mut reading = Reading { effective: Effective::defaults(), problems: Vec::new() };
        if let Some((path, text)) = reading.text(self.file.as_deref(), DEFAULT_FILE) {
            let (assignments, problems) = file::parse(&path, &text);
            reading.problems.extend(problems);
            for Assignment { name, value, line } in assignments {
                reading.path(&name, &value, Origin::File { path: path.clone(), line });
            }
        }
        if let Some((path, text)) = reading.text(self.dotenv.as_deref(), DEFAULT_DOTENV) {
            let (assignments, problems) = dotenv::parse(&path, &text);
            reading.problems.extend(problems);
            for Assignment { name, value, line } in assignments {
                reading.variable(&name, &value, Origin::DotEnv { path: path.clone(), line });
            }
        }
        for (name, value) in &self.environment {
            reading.variable(name, value, Origin::Environment);
        }
        for (path, value, flag) in &self.flags {
            reading.path(path, value, Origin::Flag(flag.clone()));
        }
        if reading.problems.is_empty() {
            Ok(reading.effective)
        } else {
            Err(Problems(reading.problems))
        }
    }
}

impl Reading {
    /// The text of the file that was asked for, or of the default one where it exists.
    fn text(&mut self, asked: Option<&Path>, default: &str) -> Option<(PathBuf, String)> {
        let path = match asked {
            Some(path) => path.to_path_buf(),
            None if Path::new(default).exists() => PathBuf::from(default),
            None => return None,
        };
        match read_bounded(&path) {
            Ok(text) => Some((path, text)),
            Err(why) => {
                let at = Origin::File { path, line: 0 };
                self.problems.push(Problem::new(at, "", why));
                None
            }
        }
    }

    /// A dotted path from the file or from `--set`.
    fn path(&mut self, path: &str, value: &str, at: Origin) {
        if let Some((coin, part)) = names::override_path(path) {
            return self.put_override(coin, part, path, value, at);
        }
        if let Some((coin, name)) = names::market_path(path) {
            return self.put_market(coin, name, path, value, at);
        }
        match Key::at(path) {
            Some(key) if key.env.is_empty() && !matches!(at, Origin::File { .. }) => {
                let why = "is read from the configuration file only";
                self.problems.push(Problem::new(at, path, why));
            }
            Some(key) => self.put(key, path, value, at),
            None => {
                let problem = Problem::new(at, path, "no such key").value(value);
                self.problems.push(match names::nearest_path(path) {
                    Some(near) => problem.hint(format!("did you mean {near}?")),
                    None => problem.nearest(keys().map(|key| key.path)),
                });
            }
        }
    }

    /// A name from `.env` or from the environment.
    fn variable(&mut self, name: &str, value: &str, at: Origin) {
        let in_file = matches!(at, Origin::DotEnv { .. });
        match names::meaning(name) {
            Meaning::Key(key) => self.put(key, name, value, at),
            Meaning::Override { coin, part } => self.put_override(&coin, part, name, value, at),
            Meaning::Planned(planned) => {
                if let Err(why) = planned.check(value) {
                    let problem = Problem::new(at, name, why).value(value).hint(planned.hint());
                    self.problems.push(problem);
                }
            }
            // The value is not shown: it may be a key.
            Meaning::Refused(why) => self.problems.push(Problem::new(at, name, why)),
            Meaning::Test => {}
            Meaning::Foreign if !in_file => {}
            Meaning::Foreign | Meaning::Misspelt => {
                let problem = Problem::new(at, name, "no such key").value(value);
                self.problems.push(problem.nearest(names::env_names()));
            }
        }
    }

    fn put(&mut self, key: &'static Key, name: &str, value: &str, at: Origin) {
        if let Err(why) = key.kind.check(value) {
            self.problems.push(Problem::new(at, name, why).value(value));
            return;
        }
        let entry = Entry { value: value.to_owned(), at, name: name.to_owned() };
        if let Some(first) = self.effective.keys.get(key.path)
            && same_layer(&first.at, &entry.at)
        {
            let problem = twice(&entry, first);
            self.problems.push(problem);
            return;
        }
        self.effective.keys.insert(key.path, entry);
    }

    /// A line of a market's own table.
    fn put_market(&mut self, coin: &str, name: &str, path: &str, value: &str, at: Origin) {
        if coins(coin).is_err() {
            let why = format!("{coin:?} is not a coin name; write [market.SOL]");
            return self.problems.push(Problem::new(at, path, why).value(value));
        }
        let Some(key) = Key::of_market(name) else {
            let problem = match keys().find(|key| key.name() == name) {
                Some(key) => Problem::new(at, path, "is one for all markets")
                    .value(value)
                    .hint(format!("write it as {}", key.path)),
                None => {
                    let problem = Problem::new(at, path, "no such key").value(value);
                    match names::nearest_of_market(name) {
                        Some(near) => problem.hint(format!("did you mean market.{coin}.{near}?")),
                        None => problem.hint("`mm-bot config show` lists every key"),
                    }
                }
            };
            return self.problems.push(problem);
        };
        if let Err(why) = key.kind.check(value) {
            return self.problems.push(Problem::new(at, path, why).value(value));
        }
        let place = (coin.to_owned(), key.path);
        let entry = Entry { value: value.to_owned(), at, name: path.to_owned() };
        if let Some(first) = self.effective.markets.get(&place)
            && same_layer(&first.at, &entry.at)
        {
            let problem = twice(&entry, first);
            return self.problems.push(problem);
        }
        self.effective.markets.insert(place, entry);
    }

    fn put_override(&mut self, coin: &str, part: Part, name: &str, value: &str, at: Origin) {
        let checked = decimal_within(value, 0, u64::from(u32::MAX));
        let why = match checked {
            Ok(0) => Some("a tick or a lot is above zero".to_owned()),
            Ok(_) => None,
            Err(why) => Some(why),
        };
        if let Some(why) = why {
            self.problems.push(Problem::new(at, name, why).value(value));
            return;
        }
        let place = (coin.to_owned(), part);
        let entry = Entry { value: value.to_owned(), at, name: name.to_owned() };
        if let Some(first) = self.effective.overrides.get(&place)
            && same_layer(&first.at, &entry.at)
        {
            let problem = twice(&entry, first);
            self.problems.push(problem);
            return;
        }
        self.effective.overrides.insert(place, entry);
    }
}

fn twice(second: &Entry, first: &Entry) -> Problem {
    Problem::new(
        second.at.clone(),
        &second.name,
        format!("already set as {} ({})", first.name, first.at),
    )
    .value(&second.value)
    .hint("keep one of the two")
}

/// Whether two values come from the same source, in which neither can override the other.
fn same_layer(a: &Origin, b: &Origin) -> bool {
    match (a, b) {
        (Origin::Default, _) | (_, Origin::Default) => false,
        _ => core::mem::discriminant(a) == core::mem::discriminant(b),
    }
}

fn read_bounded(path: &Path) -> Result<String, String> {
    let size = std::fs::metadata(path).map_err(|e| format!("cannot be read: {e}"))?.len();
    if size > FILE_BYTES_MAX {
        return Err(format!("{size} bytes; no configuration is longer than {FILE_BYTES_MAX}"));
    }
    std::fs::read_to_string(path).map_err(|e| format!("cannot be read: {e}"))
}

/// The example file: every key with its default, commented. `mm-bot.example.toml` is this text.
pub(crate) fn example() -> String {
    let mut text = String::from(EXAMPLE_HEAD);
    let mut table = "";
    for key in keys() {
        let (prefix, name) = key.path.split_once('.').unwrap_or(("", key.path));
        if prefix != table {
            text.push_str(&format!("\n[{prefix}]\n"));
            table = prefix;
        }
        for line in wrap(key.doc) {
            text.push_str(&format!("# {line}\n"));
        }
        let names = match key.env {
            [] => "this file only".to_owned(),
            names => names.join(" or "),
        };
        text.push_str(&format!("# {}; {names}.\n", key.kind.range()));
        text.push_str(&format!("{name} = {}\n", key.kind.toml(key.default)));
    }
    text.push_str(EXAMPLE_TAIL);
    text
}

const EXAMPLE_HEAD: &str = "\
# Every key of mm-bot with its built-in value: an empty file means the same.
# The environment and a .env file override this file, flags override them.
# `mm-bot config show` prints the effective values and where each comes from.
";

const EXAMPLE_TAIL: &str = "
# One market's own value of a key of [quote], [estimate] or [risk] that a market can have.
# [market.SOL]
# spread_bps = 7
# max_position_usd = 300

# A coarser grid for one market (SPEC_OVERRIDE_<SYM>_TICK, SPEC_OVERRIDE_<SYM>_LOT). An override can
# only coarsen: one that the exchange would refuse is refused at start.
# [override.SOL]
# tick = \"0.01\"
# lot = \"0.1\"
";

const LINE_MAX: usize = 96;

fn wrap(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.len() + word.len() < LINE_MAX => {
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
