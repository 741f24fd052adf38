//! The effective configuration as types, after the checks that need more than one key.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use super::journal::JournalSettings;
use super::kind::{self, Fixed};
use super::log::LogSettings;
use super::market::MarketSettings;
use super::messages::MessageSettings;
use super::reader::Reader;
use super::risk::{GuardSettings, RiskSettings};
use super::rotate::RotateSettings;
use super::signals::SignalSettings;
use super::{Effective, Problems, dashboard, names};

/// Where to trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Venue {
    /// The local exchange inside this process, or one elsewhere by `venue.url`.
    Sim,
    Testnet,
    Mainnet,
}

/// Everything that the bot needs to know, with units in the names. Money and basis points are
/// integers at 10^-8.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) venue: Venue,
    pub(crate) url: Option<String>,
    pub(crate) account: Option<String>,
    pub(crate) agent_key_file: Option<PathBuf>,
    pub(crate) confirm: Option<String>,
    pub(crate) pairs: Vec<String>,
    /// Whether somebody chose the pairs, or they are the built-in ones.
    pub(crate) pairs_chosen: bool,
    pub(crate) min_notional_usd: Fixed,
    pub(crate) status_interval_sec: u64,
    /// Where metrics are asked for, if anywhere.
    pub(crate) metrics_listen: Option<SocketAddr>,
    /// How long a run may be without a connection; 0: for ever.
    pub(crate) max_offline_sec: u64,
    /// Where the journal and the lock are, if somebody chose.
    pub(crate) state_dir: Option<PathBuf>,
    /// Where they are otherwise, for an account that outlives the run.
    pub(crate) state_home: PathBuf,
    pub(crate) max_starts: u64,
    pub(crate) start_window_sec: u64,
    /// A hash of every effective value, so that two runs can be told to have had the same.
    pub(crate) fingerprint: String,
    pub(crate) log: LogSettings,
    pub(crate) journal: JournalSettings,
    pub(crate) risk: RiskSettings,
    pub(crate) guard: GuardSettings,
    pub(crate) rotate: RotateSettings,
    pub(crate) signals: SignalSettings,
    pub(crate) messages: MessageSettings,
    pub(crate) dashboard: crate::dashboard::Settings,
    /// What holds for a market without a table of its own.
    common: MarketSettings,
    /// `[market.<COIN>]` on top of it. The coins are checked against a universe later.
    pub(crate) markets: BTreeMap<String, MarketSettings>,
    /// `SPEC_OVERRIDE_<SYM>_TICK|LOT` and its value. They are checked against a universe later.
    pub(crate) overrides: Vec<(String, String)>,
}

impl Settings {
    /// Types the effective values. `state_home` is where state goes when nobody chose.
    ///
    /// # Errors
    /// Values that are fine alone and wrong together, each with its place.
    pub(super) fn build(effective: &Effective, state_home: &Path) -> Result<Self, Problems> {
        let mut read = Reader::new(effective, None);
        let settings = Self {
            venue: match read.text("venue.name") {
                "mainnet" => Venue::Mainnet,
                "testnet" => Venue::Testnet,
                _ => Venue::Sim,
            },
            url: read.some("venue.url"),
            account: read.some("venue.account"),
            agent_key_file: read.some("venue.agent_key_file").map(PathBuf::from),
            confirm: read.some("live.confirm"),
            pairs: read.value("quote.pairs", kind::coins),
            pairs_chosen: read.chosen("quote.pairs"),
            min_notional_usd: read.fixed("quote.min_notional_usd"),
            status_interval_sec: read.integer("status.interval_sec"),
            metrics_listen: read.value("metrics.listen", kind::listen),
            max_offline_sec: read.integer("risk.max_offline_sec"),
            state_dir: read.some("state.dir").map(PathBuf::from),
            state_home: state_home.to_path_buf(),
            max_starts: read.integer("state.max_starts"),
            start_window_sec: read.integer("state.start_window_sec"),
            fingerprint: fingerprint(effective),
            log: LogSettings::read(&mut read),
            journal: JournalSettings::read(&mut read),
            risk: RiskSettings::read(&mut read),
            guard: GuardSettings::read(&mut read),
            rotate: RotateSettings::read(&mut read),
            signals: SignalSettings::read(&mut read),
            messages: MessageSettings::read(&mut read),
            dashboard: dashboard::read(&mut read),
            common: MarketSettings::read(&mut read),
            markets: BTreeMap::new(),
            overrides: overrides(effective),
        };
        settings.check_venue(&mut read);
        if !read.problems.is_empty() {
            return Err(Problems(read.problems));
        }
        settings.with_markets(effective)
    }

    /// Adds the markets' own tables. Problems of what is common to all are not told again for each.
    fn with_markets(mut self, effective: &Effective) -> Result<Self, Problems> {
        let mut problems = Vec::new();
        for (coin, _) in effective.markets.keys() {
            if self.markets.contains_key(coin) {
                continue;
            }
            let mut read = Reader::new(effective, Some(coin));
            self.markets.insert(coin.clone(), MarketSettings::read(&mut read));
            problems.append(&mut read.problems);
        }
        if problems.is_empty() { Ok(self) } else { Err(Problems(problems)) }
    }

    /// Where everything is kept that must survive a run.
    pub(crate) fn state_root(&self) -> &Path {
        self.state_dir.as_ref().unwrap_or(&self.state_home)
    }

    /// What the market that the venue calls `coin` is quoted with.
    pub(crate) fn market(&self, coin: &str) -> &MarketSettings {
        self.markets.get(coin).unwrap_or(&self.common)
    }

    fn check_venue(&self, read: &mut Reader<'_>) {
        if self.venue == Venue::Sim && self.url.is_none() {
            return;
        }
        for path in ["venue.account", "venue.agent_key_file"] {
            if read.text(path).is_empty() {
                let why = "is needed to trade anywhere but on the embedded exchange";
                read.refuse(path, why, Some("approve an agent for the account and name both here"));
            }
        }
        if self.venue == Venue::Mainnet {
            self.check_confirmation(read);
        }
    }

    fn check_confirmation(&self, read: &mut Reader<'_>) {
        let same = match (&self.confirm, &self.account) {
            (Some(confirm), Some(account)) => confirm.eq_ignore_ascii_case(account),
            _ => false,
        };
        if !same {
            let why = "mainnet trades real money: this must be the account's address";
            let hint = "write `confirm = \"<account address>\"` under [live] in the file, by hand";
            read.refuse("live.confirm", why, Some(hint));
        }
    }
}

/// FNV-1a over the lines of `config show`, which hold no secrets.
fn fingerprint(effective: &Effective) -> String {
    let keys = effective.keys.iter().map(|(path, entry)| format!("{path}={}\n", entry.value));
    let overrides = effective.overrides.iter().map(|((coin, part), entry)| {
        format!("{}={}\n", names::override_name(coin, *part), entry.value)
    });
    let markets = effective.markets.iter();
    let markets =
        markets.map(|((coin, path), entry)| format!("market.{coin}.{path}={}\n", entry.value));
    let hash = keys
        .chain(markets)
        .chain(overrides)
        .flat_map(String::into_bytes)
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
    format!("{hash:016x}")
}

fn overrides(effective: &Effective) -> Vec<(String, String)> {
    let keys = effective.overrides.iter();
    keys.map(|((coin, part), entry)| (names::override_name(coin, *part), entry.value.clone()))
        .collect()
}
