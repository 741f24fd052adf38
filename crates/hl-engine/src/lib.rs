//! The sans-IO trading core: inputs and time in, commands and audit events out.

pub mod adapt;

mod book;
mod config;
mod engine;
mod event;
mod exposure;
mod fair;
mod gate;
mod ids;
mod input;
mod ledger;
mod market;
mod money;
mod order;
mod orders;
mod outbox;
mod output;
mod quote;
mod stats;
mod sync;
mod view;

pub use config::{
    Batching, DeadMan, EngineConfig, FairKind, Layer, Limits, MAX_LAYERS, MAX_ORDERS, MarketConfig,
    Replace, Requote, SpreadConfig, Timing,
};
pub use engine::Engine;
pub use event::{
    Attempt, BelowMin, CancelLine, CancelStage, Doubt, Event, EventKind, Figure, FillLine,
    GateStop, ReconLine, Submit, SubmitEnd, Timestamp,
};
pub use gate::Rule;
pub use ids::{CloidTag, MarketId, Pair, RequestId};
pub use input::{
    Connection, Fill, Found, Input, Level, Liquidity, MarketStatus, OpenOrder, Operator,
    OrderUpdate, Position, Reply, VenueState,
};
pub use money::{Ppm, Usd};
pub use output::{Batch, CancelOrder, Command, MAX_BATCH, ModifyOrder, Output, PlaceOrder, Query};
pub use quote::{Known, NoQuote, QuoteModel, SpreadModel, Want, Wants};
pub use stats::Stats;
pub use view::{MarketView, OrderState, OrderView};
