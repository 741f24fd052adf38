//! Market specifications of Hyperliquid: which markets there are, by which number each is named in an
//! action, and on which grid its orders lie.
//!
//! Three things go wrong with these in practice, and each has a type here.
//!
//! - *An order lands on another market*, because its number was taken from a position in the wrong
//!   list. A [`Universe`] numbers every market by the documented rule and holds names and numbers in
//!   bijection; a document that would break that is refused whole, and a name that is not listed is an
//!   [`UnknownMarket`] with suggestions, never a default.
//! - *An order is quantized on a grid that is no longer the venue's.* A [`SpecCache`] dates each
//!   document by the start of its request, says when a market may take orders and when only cancels,
//!   and numbers the versions ([`Epoch`]), so that an order prepared on an old one is noticed.
//! - *An operator's override makes orders illegal.* [`Overrides`] are read strictly, can only coarsen
//!   the venue's grid, and are refused at start with the reason otherwise.
//!
//! ```
//! use hl_quant::Millis;
//! use hl_specs::{Lookup, Overrides, SpecCache, SpecCacheConfig, Universe, Want};
//!
//! let overrides = Overrides::parse([("SPEC_OVERRIDE_SOL_TICK", "0.01")])
//!     .map_err(|faults| faults[0].to_string())?;
//! let mut cache = SpecCache::new(SpecCacheConfig::default(), overrides)?;
//!
//! // The caller fetches; the cache says when, and to one caller at a time.
//! let mut now = Millis(1_758_000_000_000);
//! let ticket = cache.begin_fetch(now, Want::IfDue).ok_or("not due")?;
//! let meta = serde_json::from_str(
//!     r#"{"universe":[{"name":"BTC","szDecimals":5,"maxLeverage":40},
//!                     {"name":"SOL","szDecimals":2,"maxLeverage":20}],
//!         "marginTables":[],"collateralToken":0}"#,
//! )?;
//! now = now.plus(180);
//! let update = cache.complete(ticket, Universe::builder().perps(&meta).build()?, now)?;
//! assert_eq!(
//!     update.applied[0].to_string(),
//!     "SPEC_OVERRIDE applied for SOL: tick=0.0001→0.01 lot=0.01→0.01"
//! );
//!
//! let Lookup::Fresh(sol) = cache.lookup("SOL", now) else { return Err("not fresh".into()) };
//! assert_eq!((sol.market.asset.0, sol.epoch.0), (1, 1));
//!
//! // Nobody fetched for two minutes: no order any more, but orders at rest can be cancelled.
//! let late = now.plus(120_000);
//! assert!(matches!(cache.lookup("SOL", late), Lookup::CancelOnly { .. }));
//!
//! // A misspelt name is not a market.
//! let Lookup::Unknown(missing) = cache.lookup("SOLL", now) else { return Err("found".into()) };
//! assert_eq!(missing.to_string(), "unknown market \"SOLL\"; nearest: SOL");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What it does not do
//!
//! It opens no socket and reads no clock: fetching and the time are the caller's. It does not read
//! the environment; [`Overrides::parse`] takes pairs. It keeps no prices: mids, marks and open interest
//! belong to streams. Outcome markets (HIP-4) are not listed by these documents and are not known here.

#![deny(clippy::as_conversions, clippy::float_arithmetic)]

mod build;
mod cache;
mod coin;
mod diff;
mod market;
mod nearest;
mod overrides;
mod universe;

pub use build::UniverseBuilder;
pub use cache::{
    BadTimes, CancelOnly, Entry, Epoch, Expired, Lookup, Missing, SpecCache, SpecCacheConfig,
    Ticket, Update, Want,
};
pub use coin::{BadCoin, COIN_MAX_BYTES, Coin};
pub use diff::{SpecChange, diff};
pub use market::{Listing, Margin, Market, Place};
pub use overrides::{AppliedOverride, OVERRIDE_PREFIX, OverrideError, OverrideFault, Overrides};
pub use universe::{BadUniverse, Skipped, Universe, UnknownMarket};
