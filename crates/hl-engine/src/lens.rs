//! A look at how orders come about, for whoever wants to know why. It changes nothing: an engine that
//! is looked at decides as it would have.

use hl_quant::{Millis, Notional, Price, Side, SignedSize, Size};
use hl_wire::Cloid;

use crate::{
    Arrivals, Cold, Finding, Level, MarketId, ModelConfig, NoQuote, Ppm, Volatility, Want, Wants,
};

/// What a market knew and wished for at its last decision.
#[derive(Clone, Debug)]
pub struct Thought {
    /// Where.
    pub market: MarketId,
    /// When.
    pub at: Millis,
    /// What the quotes are centred on.
    pub fair: Price,
    /// The best bid of others.
    pub bid: Level,
    /// The best ask of others.
    pub ask: Level,
    /// The best bid and ask, our own included.
    pub touch: (Price, Price),
    /// Oracle price and slow average, or why there is no such pair.
    pub references: Result<(Price, Price), NoQuote>,
    /// What is held.
    pub position: SignedSize,
    /// That, as a part of the largest allowed position.
    pub inventory: Ppm,
    /// The largest allowed position.
    pub max_position: Notional,
    /// How much the price moves, or why that is not known.
    pub volatility: Result<Volatility, Cold>,
    /// How often and how far trades reach, or why that is not known.
    pub arrivals: Result<Arrivals, Cold>,
    /// Which model, and its parameters.
    pub model: ModelConfig,
    /// What it answered, if it did not wish for quotes.
    pub declined: Option<NoQuote>,
    /// What it wished for.
    pub wished: Wants,
    /// What the market's share and the limits left of that.
    pub allowed: Wants,
}

/// What the gate said to one order.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// Where.
    pub market: MarketId,
    /// The order's name, if it left.
    pub cloid: Option<Cloid>,
    /// Which side.
    pub side: Side,
    /// At what price: legal.
    pub price: Price,
    /// How much: legal.
    pub size: Size,
    /// What was wanted, before the grid.
    pub want: Want,
    /// Each rule, in the order of the checks.
    pub findings: Vec<Finding>,
}

/// What is kept of one market while somebody looks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lens {
    pub(crate) thought: Option<Thought>,
    pub(crate) judgements: Vec<Judgement>,
}

impl Lens {
    /// The order that was judged last has this name.
    pub(crate) fn name(&mut self, cloid: Cloid) {
        if let Some(last) = self.judgements.last_mut() {
            last.cloid = Some(cloid);
        }
    }
}
