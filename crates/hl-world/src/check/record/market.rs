//! What is so in a market.

use hl_quant::{Millis, Price, SignedSize};

/// The most changes of position that are remembered.
const POSITIONS: usize = 4_096;

/// What the exchange says about a market's rules, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rules {
    pub(crate) asset: u32,
    pub(crate) sz_decimals: u8,
}

/// One market.
#[derive(Clone, Debug, Default)]
pub(crate) struct MarketRecord {
    pub(crate) coin: String,
    /// True rules with the moment from which they held, oldest first; never empty in a run.
    pub(crate) rules: Vec<(Millis, Rules)>,
    /// The true position.
    pub(crate) position: SignedSize,
    /// The true position as the fills make it.
    pub(crate) by_fills: SignedSize,
    /// When the exchange last changed the position without a fill.
    pub(crate) adjusted: Option<Millis>,
    /// True positions of the last minutes with the moment from which they held.
    pub(crate) positions: Vec<(Millis, SignedSize)>,
    pub(crate) last_fill: Option<Millis>,
    pub(crate) mark: Option<Price>,
    pub(crate) oracle: Option<Price>,
    pub(crate) last_foreign: Option<Millis>,
}

/// What the exchange says about a market at this moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MarketTruth {
    pub(crate) rules: Rules,
    pub(crate) position: SignedSize,
    pub(crate) mark: Option<Price>,
    pub(crate) oracle: Option<Price>,
}

impl MarketRecord {
    /// Notes the position that is held from now on; one that holds for no time at all is one too.
    pub(super) fn held(&mut self, now: Millis, position: SignedSize) {
        if self.positions.last().is_none_or(|(_, last)| *last != position) {
            self.positions.push((now, position));
            if self.positions.len() > POSITIONS {
                self.positions.drain(..POSITIONS / 2);
            }
        }
    }

    /// Takes the exchange's present word.
    pub(super) fn set(&mut self, now: Millis, truth: &MarketTruth) {
        if self.rules.last().is_none_or(|(_, last)| *last != truth.rules) {
            self.rules.push((now, truth.rules));
        }
        if truth.position != self.by_fills {
            self.adjusted = Some(now);
            self.by_fills = truth.position;
        }
        self.held(now, truth.position);
        self.position = truth.position;
        self.mark = truth.mark;
        self.oracle = truth.oracle;
    }
}
