//! Every key that configures this bot: its place in the file, its name in the environment, what it
//! may be and what it is when nobody says. The example file, `config show` and every check are made
//! from this one table.

mod dashboard;
mod guard;
mod journal;
mod log;
mod messages;
mod model;
mod quote;
mod risk;
mod rotate;
mod signals;
mod state;
mod venue;

use super::kind::Kind;

/// One configuration key.
#[derive(Debug)]
pub(crate) struct Key {
    /// `table.key` in the TOML file and for `--set`.
    pub(crate) path: &'static str,
    /// Names in `.env` and in the environment, the first being the usual one; none when the value
    /// must be written in the file.
    pub(crate) env: &'static [&'static str],
    /// Whether one market may have a value of its own.
    pub(crate) scope: Scope,
    /// Shape and range.
    pub(crate) kind: Kind,
    /// The built-in value.
    pub(crate) default: &'static str,
    /// What it does, for the example file; one or more sentences.
    pub(crate) doc: &'static str,
}

/// How many values a key has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// One, for the bot.
    Once,
    /// One for all markets, and another for each that has a table of its own: `market.SOL.<name>`.
    EachMarket,
}

impl Key {
    /// The key at `path`.
    pub(crate) fn at(path: &str) -> Option<&'static Self> {
        keys().find(|key| key.path == path)
    }

    /// The key that the environment knows as `name`.
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        keys().find(|key| key.env.contains(&name))
    }

    /// The key that a market's table knows as `name`.
    pub(crate) fn of_market(name: &str) -> Option<&'static Self> {
        keys().find(|key| key.scope == Scope::EachMarket && key.name() == name)
    }

    /// Its name within its table.
    pub(crate) fn name(&self) -> &'static str {
        self.path.split_once('.').map_or(self.path, |(_, name)| name)
    }
}

/// Every key, in the order of the example file.
pub(crate) fn keys() -> impl Iterator<Item = &'static Key> + Clone {
    [
        venue::KEYS,
        quote::KEYS,
        model::KEYS,
        guard::KEYS,
        risk::KEYS,
        rotate::KEYS,
        signals::KEYS,
        messages::KEYS,
        dashboard::KEYS,
        state::KEYS,
        log::KEYS,
        journal::KEYS,
    ]
    .into_iter()
    .flatten()
}

/// Names that exist for the tests' sake and mean nothing to a running bot.
pub(crate) const TEST_NAMES: &[&str] = &["HL_SHARED", "HL_SIM_SEED"];
