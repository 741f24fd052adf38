//! sim
pub mod background;
pub mod tape;
pub mod universe;

mod config;
mod core;
mod exchange;
mod exec;
mod grid;
mod info;
mod io;
mod refusal;
mod text;
mod truth;
mod usd;
mod venue;
mod ws;

pub use config::{
    AddressLimit, DuplicateCloid, ErrorSuffix, ExchangeConfig, FeeRates, Limits, MarginMode,
    MarketConfig, OpenQuestions, PartialAck, PartialUpdate, PriceBand, Strangers, StreamConfig,
};
pub use core::account::AccountId;
pub use core::book::BookLevel;
pub use core::market::Trade;
pub use exchange::Exchange;
pub use grid::{is_legal_price, is_legal_size};
pub use io::{ConnId, Input, Output, Path, RequestId};
pub use truth::{AccountMarketTruth, AccountTruth, MarketTruth, Truth};
pub use usd::Usd;
pub use venue::{Background, OrderSpec, Placed, Refused, Venue};

/// Body of the answer (HTTP 415) to a request whose content type is not JSON; the front gives it.
pub const UNSUPPORTED_MEDIA_TYPE: &str = "Expected request with `Content-Type: application/json`";
