//! What the venue lists, with the operator's overrides applied: for `specs`, `quantize` and the start
//! of `run`.

use std::collections::BTreeMap;

use hl_quant::{Millis, Notional, Price};
use hl_specs::{AppliedOverride, Market, Overrides, SpecCache, SpecCacheConfig, Universe, Want};
use hl_wire::info::Meta;

use crate::config::Settings;
use crate::exit::{Exit, Failed};

/// One fetch of the venue's list.
#[derive(Debug)]
pub(crate) struct Markets {
    pub(crate) universe: Universe,
    /// A recent price of each market, where there is one.
    pub(crate) prices: BTreeMap<String, Price>,
    /// Overrides in force, for the log.
    pub(crate) applied: Vec<AppliedOverride>,
}

impl Markets {
    /// The universe that the local exchange lists, with its opening prices. No socket is opened.
    ///
    /// # Errors
    /// An override that does not fit, which is a matter of configuration.
    pub(crate) fn embedded(settings: &Settings) -> Result<Self, Failed> {
        let listed = hl_sim::universe::PERPS;
        let universe: Vec<serde_json::Value> = listed
            .iter()
            .map(|l| {
                serde_json::json!({
                    "name": l.coin,
                    "szDecimals": l.sz_decimals,
                    "maxLeverage": l.max_leverage,
                    "marginTableId": l.margin_table,
                    "isDelisted": !l.is_live(),
                })
            })
            .collect();
        let meta = serde_json::json!({ "universe": universe, "marginTables": [] });
        let meta: Meta = serde_json::from_value(meta).map_err(|e| internal(&e))?;
        let prices = listed
            .iter()
            .filter_map(|l| Some((l.coin.to_owned(), l.open_px.parse().ok()?)))
            .collect();
        Self::new(&meta, prices, settings)
    }

    /// Markets of the venue's own documents.
    ///
    /// # Errors
    /// A document that would number a market wrongly; an override that does not fit.
    pub(crate) fn new(
        meta: &Meta,
        prices: BTreeMap<String, Price>,
        settings: &Settings,
    ) -> Result<Self, Failed> {
        let universe = Universe::builder().perps(meta).build();
        let universe = universe.map_err(|e| Failed::new(Exit::Preflight, e.to_string()))?;
        let mut cache = cache(settings)?;
        // A cache of one fetch: the time of it does not matter.
        let now = Millis(1);
        let ticket = cache.begin_fetch(now, Want::Now).ok_or_else(|| internal(&"no ticket"))?;
        let update = cache.complete(ticket, universe, now).map_err(|e| internal(&e))?;
        if !update.refused.is_empty() {
            return Err(refused(&update.refused));
        }
        let universe = cache.universe().cloned().unwrap_or_default();
        Ok(Self { universe, prices, applied: update.applied })
    }

    /// The market that the venue calls `coin`.
    ///
    /// # Errors
    /// No such market, with the nearest names.
    pub(crate) fn find(&self, coin: &str) -> Result<&Market, Failed> {
        self.universe.find(coin).map_err(|e| Failed::new(Exit::Failure, e.to_string()))
    }
}

/// An empty cache with the configuration's overrides.
///
/// # Errors
/// Overrides that are no overrides, whatever the universe.
pub(crate) fn cache(settings: &Settings) -> Result<SpecCache, Failed> {
    let pairs = settings.overrides.iter().map(|(key, value)| (key.as_str(), value.as_str()));
    let overrides = Overrides::parse(pairs).map_err(|errors| refused(&errors))?;
    SpecCache::new(SpecCacheConfig::default(), overrides).map_err(|e| internal(&e))
}

/// The least that an order must be worth here: the operator's figure, never below the venue's.
pub(crate) fn min_notional(settings: &Settings) -> Notional {
    // Dollars at 10^-8 to dollars at 10^-16.
    Notional::from_raw(u128::from(settings.min_notional_usd).saturating_mul(100_000_000))
}

/// Overrides that the universe refuses: the configuration is wrong, not the venue.
pub(crate) fn refused(errors: &[hl_specs::OverrideError]) -> Failed {
    let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
    Failed::new(Exit::Config, lines.join("\n"))
}

fn internal(error: &dyn core::fmt::Display) -> Failed {
    Failed::new(Exit::Failure, error.to_string())
}
