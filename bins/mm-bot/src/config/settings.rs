//! The effective configuration as types, after the checks that need more than one key.

use std::path::{Path, PathBuf};

use super::kind::{self, Fixed, UNIT};
use super::{Effective, Problem, Problems, names};

/// Where to trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Venue {
    /// The local exchange inside this process, or one elsewhere by `venue.url`.
    Sim,
    Testnet,
    Mainnet,
}

/// One layer of quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Layer {
    /// Distance from the fair price, in basis points at 10^-8.
    pub(crate) offset_bps: Fixed,
    /// Its weight among the active layers; at 10^-8 percent.
    pub(crate) capital_pct: Fixed,
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
    pub(crate) base_order_usd: Fixed,
    pub(crate) spread_bps: Fixed,
    pub(crate) skew_bps: Fixed,
    pub(crate) fair_is_mid: bool,
    /// The active layers, innermost first.
    pub(crate) layers: Vec<Layer>,
    pub(crate) requote_tolerance_bps: Fixed,
    pub(crate) min_notional_usd: Fixed,
    pub(crate) status_interval_sec: u64,
    pub(crate) max_position_usd: Fixed,
    pub(crate) max_gross_usd: Fixed,
    pub(crate) leverage: u64,
    pub(crate) max_stale_sec: u64,
    /// 0: no dead man's switch.
    pub(crate) dead_man_sec: u64,
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
    /// `SPEC_OVERRIDE_<SYM>_TICK|LOT` and its value. They are checked against a universe later.
    pub(crate) overrides: Vec<(String, String)>,
}

/// Reads typed values out of what each key's own check has already accepted.
struct Reader<'e> {
    effective: &'e Effective,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn text(&self, path: &str) -> &str {
        self.effective.keys.get(path).map_or("", |entry| entry.value.as_str())
    }

    fn some(&self, path: &str) -> Option<String> {
        let text = self.text(path);
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn chosen(&self, path: &str) -> bool {
        self.effective.keys.get(path).is_some_and(|e| e.at != super::Origin::Default)
    }

    /// A value that its key's check let through parses; if the two ever disagree, that is a
    /// problem like any other and not a default.
    fn value<T: Default>(&mut self, path: &str, parse: impl Fn(&str) -> Result<T, String>) -> T {
        match parse(self.text(path)) {
            Ok(value) => value,
            Err(why) => {
                self.refuse(path, why, None);
                T::default()
            }
        }
    }

    fn fixed(&mut self, path: &str) -> Fixed {
        self.value(path, |text| kind::decimal_within(text, 0, u32::MAX.into()))
    }

    fn integer(&mut self, path: &str) -> u64 {
        self.value(path, |text| kind::integer_within(text, 0, u64::MAX))
    }

    fn fixed_list(&mut self, path: &str) -> Vec<Fixed> {
        self.value(path, |text| {
            kind::list(text, |item| kind::decimal_within(item, 0, u32::MAX.into()))
        })
    }

    fn refuse(&mut self, path: &str, why: impl Into<String>, hint: Option<&str>) {
        let Some(entry) = self.effective.keys.get(path) else { return };
        let name = if entry.name.is_empty() { path } else { &entry.name };
        let problem = Problem::new(entry.at.clone(), name, why).value(&entry.value);
        self.problems.push(match hint {
            Some(hint) => problem.hint(hint),
            None => problem,
        });
    }
}

impl Settings {
    /// Types the effective values. `state_home` is where state goes when nobody chose.
    ///
    /// # Errors
    /// Values that are fine alone and wrong together, each with its place.
    pub(super) fn build(effective: &Effective, state_home: &Path) -> Result<Self, Problems> {
        let mut read = Reader { effective, problems: Vec::new() };
        let layers = layers(&mut read);
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
            base_order_usd: read.fixed("quote.base_order_usd"),
            spread_bps: read.fixed("quote.spread_bps"),
            skew_bps: read.fixed("quote.skew_bps"),
            fair_is_mid: read.text("quote.fair") == "mid",
            layers,
            requote_tolerance_bps: read.fixed("quote.requote_tolerance_bps"),
            min_notional_usd: read.fixed("quote.min_notional_usd"),
            status_interval_sec: read.integer("status.interval_sec"),
            max_position_usd: read.fixed("risk.max_position_usd"),
            max_gross_usd: read.fixed("risk.max_gross_usd"),
            leverage: read.integer("risk.leverage"),
            max_stale_sec: read.integer("risk.max_stale_sec"),
            dead_man_sec: read.integer("risk.dead_man_sec"),
            max_offline_sec: read.integer("risk.max_offline_sec"),
            state_dir: read.some("state.dir").map(PathBuf::from),
            state_home: state_home.to_path_buf(),
            max_starts: read.integer("state.max_starts"),
            start_window_sec: read.integer("state.start_window_sec"),
            fingerprint: fingerprint(effective),
            overrides: overrides(effective),
        };
        settings.check_together(&mut read);
        if read.problems.is_empty() { Ok(settings) } else { Err(Problems(read.problems)) }
    }

    fn check_together(&self, read: &mut Reader<'_>) {
        if self.max_position_usd < self.base_order_usd {
            let why = "below base_order_usd: one fill of each layer would break the limit";
            read.refuse("risk.max_position_usd", why, Some("raise it, or lower BASE_ORDER_USD"));
        }
        if self.spread_bps == 0 {
            let why = "must be above 0: a quote at the fair price itself is never made";
            read.refuse("quote.spread_bps", why, None);
        }
        if (1..15).contains(&self.dead_man_sec) {
            read.refuse("risk.dead_man_sec", "must be 0 or at least 15", None);
        }
        self.check_layer_sizes(read);
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

    /// Every layer must be worth an order, or it would be configured and never quoted.
    fn check_layer_sizes(&self, read: &mut Reader<'_>) {
        let whole: u128 = self.layers.iter().map(|layer| u128::from(layer.capital_pct)).sum();
        let small = self.layers.iter().any(|layer| {
            let share = u128::from(self.base_order_usd) * u128::from(layer.capital_pct);
            share < u128::from(self.min_notional_usd) * whole
        });
        if small {
            let why = "an active layer's share is below min_notional_usd and could never be sent";
            read.refuse("quote.base_order_usd", why, Some("raise it, or use fewer layers"));
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

fn layers(read: &mut Reader<'_>) -> Vec<Layer> {
    let count = read.integer("quote.num_layers");
    let active = read.integer("quote.active_layers");
    let offsets = read.fixed_list("quote.layer_offsets_bps");
    let capital = read.fixed_list("quote.layer_capital_pct");
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let active = usize::try_from(active).unwrap_or(usize::MAX);
    for (path, len) in
        [("quote.layer_offsets_bps", offsets.len()), ("quote.layer_capital_pct", capital.len())]
    {
        if len != count {
            read.refuse(path, format!("has {len} values; num_layers is {count}"), None);
        }
    }
    if active > count {
        read.refuse("quote.active_layers", format!("above num_layers, which is {count}"), None);
    }
    if !offsets.is_sorted_by(|a, b| a < b) {
        read.refuse("quote.layer_offsets_bps", "must be ascending", None);
    }
    if capital.iter().sum::<u64>() != UNIT.saturating_mul(100) {
        read.refuse("quote.layer_capital_pct", "must add up to 100", None);
    }
    let spread = read.fixed("quote.spread_bps");
    let offsets_matter = active > 1 || read.chosen("quote.layer_offsets_bps");
    if offsets_matter && offsets.first() != Some(&spread) {
        let why = "the first layer must be at spread_bps: otherwise one of the two is ignored";
        read.refuse("quote.layer_offsets_bps", why, Some("make the two the same"));
    }
    let mut layers: Vec<Layer> = offsets
        .into_iter()
        .zip(capital)
        .map(|(offset_bps, capital_pct)| Layer { offset_bps, capital_pct })
        .take(active)
        .collect();
    if let Some(first) = layers.first_mut() {
        first.offset_bps = spread;
    }
    layers
}

/// FNV-1a over the lines of `config show`, which hold no secrets.
fn fingerprint(effective: &Effective) -> String {
    let keys = effective.keys.iter().map(|(path, entry)| format!("{path}={}\n", entry.value));
    let overrides = effective.overrides.iter().map(|((coin, part), entry)| {
        format!("{}={}\n", names::override_name(coin, *part), entry.value)
    });
    let hash = keys
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
