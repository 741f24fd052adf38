//! Configuration: built-in defaults, then the TOML file, then `.env`, then the environment, then
//! flags. Each effective value knows where it came from, and nothing that is written is ignored: a
//! key that is unknown, given twice, out of range or asking for something that does not exist is a
//! reason not to start, reported with its place and the nearest name.

mod dashboard;
mod dotenv;
mod file;
mod journal;
pub(crate) mod keys;
pub(crate) mod kind;
mod log;
mod market;
mod messages;
mod names;
#[cfg(test)]
mod page;
mod planned;
pub(crate) mod problem;
mod reader;
mod risk;
mod rotate;
mod settings;
mod signals;
mod sources;

use std::collections::BTreeMap;

pub(crate) use journal::JournalSettings;
pub(crate) use log::LogSettings;
pub(crate) use market::{Estimate, Guards, Layer, MarketSettings, Model};
pub(crate) use messages::MessageSettings;
pub(crate) use names::{Part, override_name};
pub(crate) use problem::{Origin, Problem, Problems, redacted};
pub(crate) use risk::{GuardSettings, RiskSettings};
pub(crate) use rotate::RotateSettings;
pub(crate) use settings::{Settings, Venue};
pub(crate) use signals::{SOURCES, SignalSettings};
pub(crate) use sources::{Sources, example};

use keys::keys;

/// One effective value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) value: String,
    pub(crate) at: Origin,
    /// The name under which it was written there.
    pub(crate) name: String,
}

/// The effective configuration before it is typed: each key of the table, and the overrides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Effective {
    pub(crate) keys: BTreeMap<&'static str, Entry>,
    pub(crate) overrides: BTreeMap<(String, Part), Entry>,
    /// What `[market.<COIN>]` says otherwise, by coin and the key's path.
    pub(crate) markets: BTreeMap<(String, &'static str), Entry>,
}

impl Effective {
    /// What holds when nobody says anything.
    pub(crate) fn defaults() -> Self {
        let entry = |value: &str| Entry {
            value: value.to_owned(),
            at: Origin::Default,
            name: String::new(),
        };
        Self {
            keys: keys().map(|key| (key.path, entry(key.default))).collect(),
            overrides: BTreeMap::new(),
            markets: BTreeMap::new(),
        }
    }
}

/// Reads every source and types the result.
///
/// # Errors
/// Every problem of every source, not only the first.
pub(crate) fn load(sources: &Sources) -> Result<(Effective, Settings), Problems> {
    let effective = sources.effective()?;
    let settings = Settings::build(&effective, &sources.state_home())?;
    Ok((effective, settings))
}
