//! What each stream promises, and how old its word may therefore be.

/// A stream of market data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Channel {
    /// `l2Book` with `fast`: five levels, every half second.
    #[default]
    BookFast,
    /// `l2Book` without it: twenty levels, about every five seconds since July 2026.
    BookFull,
    /// `activeAssetCtx`: the oracle moves about every three seconds (Hyperliquid docs, "Robust price
    /// indices").
    Context,
}

impl Channel {
    /// How often a message comes at least. Milliseconds.
    #[must_use]
    pub const fn cadence_ms(self) -> u64 {
        match self {
            Self::BookFast => 500,
            Self::BookFull => 5_000,
            Self::Context => 3_000,
        }
    }

    /// How old the last message may be: one may be lost, and one late by two seconds. A limit below
    /// the cadence would stop quoting on a healthy stream, and one far above it would quote on a dead
    /// one. Milliseconds.
    #[must_use]
    pub const fn max_age_ms(self) -> u64 {
        self.cadence_ms().saturating_mul(2).saturating_add(2_000)
    }
}
