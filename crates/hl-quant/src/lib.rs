//! Prices, sizes and notionals of Hyperliquid as integers, legal by construction.
//!
//! Hyperliquid has no fixed tick. A price has at most five significant figures *and* at most
//! `6 - szDecimals` decimals (`8 - szDecimals` on spot), and an integer is always legal. So the
//! distance between legal prices changes at every power of ten, and a constant tick per market is
//! a modelling error that shows as rejected orders on one side of a boundary and as a coarse quote
//! on the other.
//!
//! The legal prices of a market form an ordered, countable set, so this crate numbers them. A
//! [`Tick`] is the ordinal of a legal price; one step up, a spread in ticks, a ladder and the
//! maker's nudge are integer additions, exact across 99.999 -> 100 -> 100.01.
//!
//! ```
//! use hl_quant::{Decimal, Intent, MarketSpec, Side, SzDecimals};
//!
//! // SOL: sizes in hundredths.
//! let sol = MarketSpec::perp(SzDecimals::new(2).unwrap());
//!
//! let price = Decimal::parse("164.8951")?;
//! let size = Decimal::parse("0.137")?;
//! let bid = sol.quantize(Side::Bid, price, size, Intent::Passive)?;
//!
//! assert_eq!(bid.price.to_string(), "164.89"); // a passive bid rounds down,
//! assert_eq!(bid.size.to_string(), "0.13"); // a size never grows,
//! assert_eq!(bid.notional.to_string(), "21.4357"); // and the product is exact.
//!
//! let ask = sol.quantize(Side::Ask, price, size, Intent::Passive)?;
//! assert_eq!(ask.price.to_string(), "164.9"); // a passive ask rounds up.
//!
//! let log = sol.log_fields(bid.price, bid.size);
//! assert_eq!((log.px_dec, log.ticks, log.step_dec, log.steps), (2, 16489, 2, 13));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What holds by construction
//!
//! - [`OrderPrice`] and [`OrderSize`] come only from a market's grid. What takes them cannot be
//!   given an illegal number.
//! - [`Price`] is never zero. The only product that compiles is price times size, [`Notional`],
//!   in 128 bits, so no notional overflows and none is compared in two scales.
//! - Rounding is asked for by name: [`Round`], or [`Side`] and [`Intent`]. A legal number comes
//!   back unchanged.
//! - There is one parser, [`Decimal::parse`], and one formatter, [`DecimalText`]. A fraction
//!   longer than eight digits is rounded once, in the asked direction.
//! - An override ([`MarketSpec::with_tick`], [`MarketSpec::with_lot`]) can only coarsen.
//!
//! # What it does not do
//!
//! It knows no market by name, fetches no specification and keeps no cache (that is `hl-specs`).
//! It has no floating point and no conversion from one. It does not know the book: whether a price
//! crosses is asked through [`PriceGrid::maker_safe`] with the opposite price given.
//!
//! The crate is `no_std`, has no dependencies, never allocates and does not panic.

#![no_std]
#![deny(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::float_arithmetic,
    clippy::indexing_slicing,
    clippy::unwrap_used
)]

mod error;
mod grid;
mod lot;
mod notional;
mod number;
mod order;
mod side;
mod spec;
mod text;
pub mod wide;

pub use error::{BadOverride, OffGrid, OffLot, ParseError, Reject};
pub use grid::{MAX_SIGNIFICANT_FIGURES, MarketKind, PriceGrid, SzDecimals};
pub use lot::LotGrid;
pub use notional::Notional;
pub use number::{Millis, Price, SignedSize, Size};
pub use order::{OrderPrice, OrderSize, Tick};
pub use side::{Intent, Round, Side};
pub use spec::{MIN_NOTIONAL, MarketSpec, QuantFields, Quantized};
pub use text::{Decimal, DecimalText, TEXT_MAX};

/// The decimals of every number here: the finest that the venue accepts (spot prices).
pub const DECIMALS: u32 = 8;
