//! The state machine itself.

use hl_quant::Millis;

use crate::{EngineConfig, Input, MarketId, MarketView, OrderView, Output, QuoteModel, Stats};

/// The trading core of one account.
#[derive(Debug)]
pub struct Engine {
    config: EngineConfig,
    now: Millis,
}

impl Engine {
    /// A new engine.
    #[must_use]
    pub fn new(config: EngineConfig, _seed: u64) -> Self {
        Self { config, now: Millis(0) }
    }

    /// The configuration.
    #[must_use]
    pub const fn config(&self) -> &EngineConfig {
        &self.config
    }

    /// Quotes `market` with another model.
    #[must_use]
    pub fn with_model(self, _market: MarketId, _model: Box<dyn QuoteModel>) -> Self {
        self
    }

    /// All markets together.
    #[must_use]
    pub fn stats(&self) -> Stats {
        Stats::default()
    }

    /// One market; `None` if there is none by that id.
    #[must_use]
    pub fn market(&self, _market: MarketId) -> Option<MarketView<'_>> {
        None
    }

    /// The orders of one market that may be live.
    pub fn orders(&self, _market: MarketId) -> impl Iterator<Item = OrderView> {
        std::iter::empty()
    }

    /// Takes one input.
    pub fn handle(&mut self, now: Millis, _input: Input<'_>) {
        self.now = now;
    }

    /// The next output.
    pub fn poll(&mut self) -> Output {
        Output::WaitUntil(self.now.plus(1_000))
    }
}
