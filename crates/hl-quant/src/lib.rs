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
//! The crate is `no_std` without `alloc`, has no dependencies and does not panic. From text to wire
//! text nothing allocates, because there is no allocator to call.
//!
//! Numbers end at 184467440737.09551615, the largest `u64` at 10^-8: beyond it reading answers
//! [`ParseError::TooLarge`]. [`wide`] has the venue's grid for text of any size.
//!
//! # How it is proved
//!
//! - `tests/it/oracle.rs` is the venue's rule on decimal text. It shares no code and no
//!   representation with the crate, and everything below is compared with it.
//! - `tests/it/exhaustive.rs` walks every legal price up to 110,000 of every perpetual (szDecimals 0
//!   to 6) and spot market (0 to 8): 6,889,984 prices, each with its neighbours, its midpoint, what
//!   lies one unit of 10^-8 beside it, each rounding, side and intent; 369,559,209 checks.
//! - `tests/it/vectors.rs` runs 2,400 recorded cases that two other exact formulas agree on.
//! - `tests/it/laws.rs` and `overrides.rs` are properties over random numbers that are likely to
//!   hurt; `tests/it/compat.rs` is what the earlier TypeScript quantiser did with the same numbers,
//!   each deliberate difference named.
//! - `fuzz/` runs the same properties on arbitrary bytes. With a nightly toolchain and `cargo-fuzz`,
//!   from `crates/hl-quant`: `cargo +nightly fuzz run parse -- -max_total_time=60`, and the same for
//!   `snap`, `quantize` and `round_trip`.
//! - `cargo mutants -p hl-quant` changes the source in every way it knows and expects a test to
//!   notice. What it cannot see is excluded in `.cargo/mutants.toml`, each with the reason.
//!
//! A model checker such as Kani would prove the same relations for all 2^64 raw prices and all
//! overrides at once. Enumeration replaces it where prices are: on the venue's own grid every legal
//! price below 110,000, and from 100,000 on the grid is the integers, a single step without end.
//! It does not replace it for illegal inputs (between two neighbours it takes five points, not
//! all), for prices from 110,000 to the end of the range, for overrides, or for the absence of
//! overflow and panics: there we have random properties, fuzzing, the ends of the range tested by
//! name, and arithmetic that is checked, saturating or wrapping by name because the lints refuse
//! the rest.

#![no_std]
#![deny(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::float_arithmetic,
    clippy::indexing_slicing,
    clippy::unwrap_used
)]

mod error;
mod format;
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
pub use format::DecimalText;
pub use grid::{MAX_SIGNIFICANT_FIGURES, MarketKind, PriceGrid, SzDecimals};
pub use lot::LotGrid;
pub use notional::Notional;
pub use number::{Millis, Price, SignedSize, Size};
pub use order::{OrderPrice, OrderSize, Tick};
pub use side::{Intent, Round, Side};
pub use spec::{MIN_NOTIONAL, MarketSpec, QuantFields, Quantized};
pub use text::{Decimal, TEXT_MAX};

/// The decimals of every number here: the finest that the venue accepts (spot prices).
pub const DECIMALS: u32 = 8;

/// The README's example, so that it cannot go stale.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
