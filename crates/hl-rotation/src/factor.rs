//! What a market is judged by.

/// One property of a market that the score weighs. Every raw value grows with its name: more
/// volatility, a wider spread, a deeper book. Whether more is better is the weight's sign alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Factor {
    /// Realised volatility over the window of the statistics, as a fraction.
    Vol,
    /// Time-weighted spread, in basis points of the mid.
    Spread,
    /// Time-weighted depth of the thinner side at and near the touch, in USD.
    Depth,
    /// What a maker pays at the account's live tier, in basis points; negative is a rebate.
    Fees,
    /// An outside opinion in [-1, +1]. The log key is the seed's: `nansen`.
    Signal,
    /// How many of our orders would be filled in a minute; see [`crate::expected_fills`].
    Flow,
    /// What makers lost to recent trades after a while, in basis points (markout); positive is a
    /// loss.
    Toxicity,
    /// Funding that our position receives, in basis points a day; negative if it pays.
    Funding,
    /// What we made here lately, in basis points of what we traded.
    Profit,
    /// Mean absolute correlation of returns with the other markets that are held, 0 to 1.
    Correlation,
}

impl Factor {
    /// All of them, in the order of the log line.
    pub const ALL: [Self; 10] = [
        Self::Vol,
        Self::Spread,
        Self::Depth,
        Self::Fees,
        Self::Signal,
        Self::Flow,
        Self::Toxicity,
        Self::Funding,
        Self::Profit,
        Self::Correlation,
    ];

    /// Its key in `rotation_evt=score`.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Vol => "vol",
            Self::Spread => "spread",
            Self::Depth => "depth",
            Self::Fees => "fees",
            Self::Signal => "nansen",
            Self::Flow => "flow",
            Self::Toxicity => "tox",
            Self::Funding => "funding",
            Self::Profit => "profit",
            Self::Correlation => "corr",
        }
    }

    /// Whether a market without this number cannot be judged at all. The others are neutral where
    /// they are missing.
    #[must_use]
    pub const fn is_required(self) -> bool {
        matches!(self, Self::Vol | Self::Spread | Self::Depth)
    }
}

/// One value for each factor.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Factors<T> {
    /// Of [`Factor::Vol`].
    pub vol: T,
    /// Of [`Factor::Spread`].
    pub spread: T,
    /// Of [`Factor::Depth`].
    pub depth: T,
    /// Of [`Factor::Fees`].
    pub fees: T,
    /// Of [`Factor::Signal`].
    pub signal: T,
    /// Of [`Factor::Flow`].
    pub flow: T,
    /// Of [`Factor::Toxicity`].
    pub toxicity: T,
    /// Of [`Factor::Funding`].
    pub funding: T,
    /// Of [`Factor::Profit`].
    pub profit: T,
    /// Of [`Factor::Correlation`].
    pub correlation: T,
}

impl<T> Factors<T> {
    /// Asks `make` for each, in the order of [`Factor::ALL`].
    pub fn from_fn(mut make: impl FnMut(Factor) -> T) -> Self {
        Self {
            vol: make(Factor::Vol),
            spread: make(Factor::Spread),
            depth: make(Factor::Depth),
            fees: make(Factor::Fees),
            signal: make(Factor::Signal),
            flow: make(Factor::Flow),
            toxicity: make(Factor::Toxicity),
            funding: make(Factor::Funding),
            profit: make(Factor::Profit),
            correlation: make(Factor::Correlation),
        }
    }

    /// The value of `factor`.
    pub const fn get(&self, factor: Factor) -> &T {
        match factor {
            Factor::Vol => &self.vol,
            Factor::Spread => &self.spread,
            Factor::Depth => &self.depth,
            Factor::Fees => &self.fees,
            Factor::Signal => &self.signal,
            Factor::Flow => &self.flow,
            Factor::Toxicity => &self.toxicity,
            Factor::Funding => &self.funding,
            Factor::Profit => &self.profit,
            Factor::Correlation => &self.correlation,
        }
    }

    /// The value of `factor`, to be changed.
    pub const fn get_mut(&mut self, factor: Factor) -> &mut T {
        match factor {
            Factor::Vol => &mut self.vol,
            Factor::Spread => &mut self.spread,
            Factor::Depth => &mut self.depth,
            Factor::Fees => &mut self.fees,
            Factor::Signal => &mut self.signal,
            Factor::Flow => &mut self.flow,
            Factor::Toxicity => &mut self.toxicity,
            Factor::Funding => &mut self.funding,
            Factor::Profit => &mut self.profit,
            Factor::Correlation => &mut self.correlation,
        }
    }
}
