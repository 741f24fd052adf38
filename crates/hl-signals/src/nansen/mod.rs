//! What Nansen's smart-money numbers say about a token.

mod api;
mod feed;

pub use api::{
    BadAnswer, Endpoint, Gathered, HOLDINGS, MAX_ANSWER_BYTES, NETFLOW, PERP_TRADES, SMART_LABELS,
};
pub(crate) use feed::document;

use crate::document::{BadOpinion, within};
use crate::{Confidence, Fingerprint, Value};

/// The most US dollars that a net flow may be, either way: more is a wrong unit.
pub const MAX_NETFLOW_USD: f64 = 1e12;

/// A net flow of this many US dollars counts for 0.76 of the most that it can.
const NETFLOW_SCALE_USD: f64 = 100_000.0;

/// The numbers that the feed handlers of the previous system deliver for one token.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Token {
    /// The part of the smart money that buys: 0 to 1, neutral at 0.5.
    pub smart_buy_ratio: f64,
    /// What smart money bought less what it sold in a day, in US dollars.
    pub netflow_24h_usd: f64,
    /// Whether large holders accumulate: 0 to 100, neutral at 50.
    pub accumulation_score: f64,
}

impl Token {
    /// The token, if each number is in its range; nothing is clamped.
    ///
    /// # Errors
    /// The first number that is not.
    pub fn new(ratio: f64, netflow_24h_usd: f64, score: f64) -> Result<Self, BadOpinion> {
        let flow = "smart_money_netflow_24h";
        Ok(Self {
            smart_buy_ratio: within("smart_buy_ratio", ratio, 0.0, 1.0)?,
            netflow_24h_usd: within(flow, netflow_24h_usd, -MAX_NETFLOW_USD, MAX_NETFLOW_USD)?,
            accumulation_score: within("whale_accumulation_score", score, 0.0, 100.0)?,
        })
    }

    /// The buy ratio alone: -1 at 0, 0 at one half, +1 at 1.
    #[must_use]
    pub fn simple(&self) -> f64 {
        (self.smart_buy_ratio - 0.5) * 2.0
    }

    /// All three numbers: 0.4 of the buy ratio, 0.3 of the net flow, 0.3 of the accumulation, each
    /// from -1 to +1. A neutral token (0.5, 0, 50) is 0, and the mirror image of a token is its
    /// negative.
    ///
    /// ```
    /// let token = hl_signals::nansen::Token::new(0.72, 125_000.0, 85.0).unwrap();
    /// let shown = [token.simple(), token.composite(), token.legacy()].map(|x| format!("{x:.4}"));
    /// assert_eq!(shown, ["0.4400", "0.6405", "0.6855"]);
    /// ```
    #[must_use]
    pub fn composite(&self) -> f64 {
        0.4 * self.simple() + 0.3 * self.flow() + 0.3 * (self.accumulation_score - 50.0) / 50.0
    }

    /// What the previous system computed, for comparison and for nothing else: its accumulation
    /// term cannot be negative, so that it reaches from -0.7 to +1 and a neutral token has +0.15.
    #[must_use]
    pub fn legacy(&self) -> f64 {
        0.4 * self.simple() + 0.3 * self.flow() + 0.3 * self.accumulation_score / 100.0
    }

    fn flow(&self) -> f64 {
        libm::tanh(self.netflow_24h_usd / NETFLOW_SCALE_USD)
    }

    /// The composite as an opinion.
    #[must_use]
    pub fn value(&self) -> Value {
        // The rounding of the three terms can add up to one unit in the last place beyond one.
        Value::new(self.composite().clamp(-1.0, 1.0)).unwrap_or_default()
    }

    /// What tells this token's numbers from others.
    #[must_use]
    pub fn content(&self) -> u64 {
        Fingerprint::of(&[self.smart_buy_ratio, self.netflow_24h_usd, self.accumulation_score])
    }
}

/// A feed with all three numbers is as sure as it can be.
pub(crate) const COMPLETE: Confidence = Confidence::FULL;
