use std::collections::BTreeMap;

use hl_quant::{MarketSpec, Millis, OrderPrice, OrderSize, Side, SzDecimals};
use hl_wire::AssetId;

use crate::config::MarketConfig;

/// One aggregated price level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    /// The price.
    pub price: OrderPrice,
    /// The sum of the orders at it.
    pub size: OrderSize,
}

/// What a tape says happened in one market.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A trade; [`Side::Bid`] when the aggressor bought.
    Trade {
        /// The aggressor's side.
        side: Side,
        /// Price.
        price: OrderPrice,
        /// Size.
        size: OrderSize,
        /// The venue's identifier.
        tid: u64,
    },
    /// The best level of each side; `None` when the side was empty.
    Bbo {
        /// Best bid.
        bid: Option<Level>,
        /// Best ask.
        ask: Option<Level>,
    },
    /// The best levels of each side, 20 as recorded, best first, not crossed.
    Book {
        /// Bids, descending.
        bids: Vec<Level>,
        /// Asks, ascending.
        asks: Vec<Level>,
    },
}

impl What {
    /// The order of events of the same block: a trade is what makes the book of its block.
    pub(super) const fn rank(&self) -> u8 {
        match self {
            Self::Trade { .. } => 0,
            Self::Bbo { .. } => 1,
            Self::Book { .. } => 2,
        }
    }
}

/// One event of a tape, at the venue's own time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Block time, milliseconds.
    pub at: Millis,
    /// The market.
    pub asset: AssetId,
    /// What happened.
    pub what: What,
}

/// The coins that the exchange lists, with what is needed to check a recorded number.
#[derive(Clone, Debug, Default)]
pub struct Coins {
    by_name: BTreeMap<String, (AssetId, MarketSpec)>,
}

impl Coins {
    /// Perpetuals by name.
    pub fn new<'a>(listed: impl IntoIterator<Item = (&'a str, AssetId, SzDecimals)>) -> Self {
        let by_name = listed
            .into_iter()
            .map(|(coin, asset, decimals)| (coin.to_owned(), (asset, MarketSpec::perp(decimals))))
            .collect();
        Self { by_name }
    }

    /// The markets of an exchange.
    #[must_use]
    pub fn listed(markets: &[MarketConfig]) -> Self {
        let numbered = (0_u32..).map(AssetId).zip(markets);
        Self::new(numbered.map(|(asset, m)| (m.coin.as_str(), asset, m.sz_decimals)))
    }

    /// The market of this number with its name.
    pub(super) fn by_asset(&self, asset: AssetId) -> Option<(&str, &MarketSpec)> {
        let (coin, (_, spec)) = self.by_name.iter().find(|(_, (number, _))| *number == asset)?;
        Some((coin, spec))
    }

    /// The market of this exact name.
    #[must_use]
    pub fn get(&self, coin: &str) -> Option<(AssetId, &MarketSpec)> {
        self.by_name.get(coin).map(|(asset, spec)| (*asset, spec))
    }
}
