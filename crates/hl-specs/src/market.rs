//! What one market is.

use hl_quant::{MarketKind, MarketSpec, SzDecimals};
use hl_wire::AssetId;

use crate::Coin;

/// One market of the venue: its names, its grid and its limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Market {
    /// The name by which streams, fills and queries speak of it.
    pub coin: Coin,
    /// The number by which actions speak of it.
    pub asset: AssetId,
    /// Where it is listed.
    pub place: Place,
    /// Decimals of a size; also what limits the decimals of a price.
    pub sz_decimals: SzDecimals,
    /// The highest leverage of a perpetual's first margin tier; absent for spot.
    pub max_leverage: Option<u32>,
    /// Which margin modes it allows.
    pub margin: Margin,
    /// Whether it still trades.
    pub listing: Listing,
    /// The grid that orders must use: the venue's, coarsened by the operator's overrides.
    pub spec: MarketSpec,
    /// The venue's own grid.
    pub venue_spec: MarketSpec,
}

/// Where a market is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A perpetual of the venue's own dex.
    Perp,
    /// A perpetual of a builder-deployed dex (HIP-3).
    BuilderPerp {
        /// The dex's name: the part of the coin before the colon.
        dex: Coin,
    },
    /// A spot pair.
    Spot {
        /// What is bought and sold, by its token name, for people: `HYPE`.
        base: String,
        /// What it is paid in: `USDC`.
        quote: String,
    },
}

/// Which margin modes a market allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Margin {
    /// Cross and isolated (and, for spot, none at all).
    Any,
    /// Isolated only: its positions cannot lean on the rest of the account.
    IsolatedOnly,
}

/// Whether a market trades.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listing {
    /// It takes orders.
    Trading,
    /// It keeps its slot in the list, so that the numbers of the others stay, but takes no order.
    Delisted,
}

impl Market {
    /// Perpetual or spot: what decides the price grid.
    #[must_use]
    pub const fn kind(&self) -> MarketKind {
        self.venue_spec.kind()
    }

    /// `HYPE/USDC` for the spot pair `@107`; the coin itself for a perpetual.
    ///
    /// For people only: token names are not unique, so a market is never looked up by it.
    #[must_use]
    pub fn title(&self) -> String {
        match &self.place {
            Place::Spot { base, quote } => format!("{base}/{quote}"),
            Place::Perp | Place::BuilderPerp { .. } => self.coin.to_string(),
        }
    }
}
