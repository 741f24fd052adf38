//! The perpetuals that the local exchange lists: real names, decimals, leverage and margin tables.
//!
//! The order is that of the real `meta` document restricted to the coins below, so `BTC` and `ETH`
//! keep asset ids 0 and 1 and a delisted coin keeps its slot, as on the real exchange (docs:
//! asset-ids). Everything else about ids differs from mainnet: a client must read `meta` instead of
//! remembering ids, which is what a slot table teaches it.
//!
//! Opening prices are plausible for late 2025 and only set the scale of the synthetic market; a
//! played tape brings its own.

use hl_quant::SzDecimals;

use crate::background::Flow;
use crate::config::MarketConfig;

/// Whether a market trades.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ListingState {
    /// Orders are accepted.
    Live,
    /// `isDelisted` in `meta`: the slot stays, orders are refused.
    Delisted,
    /// Orders are refused, and `meta` does not say so.
    Halted,
}

/// How deep and how lively a market is; the synthetic traders scale everything by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Liquidity {
    /// BTC, ETH: a tick or two of spread, deep, trades all the time.
    Deep,
    /// Large caps: a few ticks of spread.
    Large,
    /// Everything else that trades daily.
    Mid,
    /// Young or speculative coins: wide, jumpy.
    Thin,
}

/// One perpetual of the first dex, as `meta` lists it, plus what the synthetic market needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listing {
    /// The coin's name on the wire, case-sensitive (`kPEPE`).
    pub coin: &'static str,
    /// Decimals of a size; prices have at most `6 - sz_decimals` of them (docs: tick-and-lot-size).
    pub sz_decimals: u8,
    /// The largest leverage, an integer, 1..=40 today.
    pub max_leverage: u8,
    /// `marginTableId`: below 50 a single tier with that leverage, otherwise one of
    /// [`MARGIN_TABLES`].
    pub margin_table: u8,
    /// Whether it trades.
    pub state: ListingState,
    /// The opening price in USD, canonical decimal text, legal on the coin's own grid.
    pub open_px: &'static str,
    /// How deep and lively the synthetic market is.
    pub liquidity: Liquidity,
}

impl Listing {
    /// Whether orders are accepted at all.
    #[must_use]
    pub const fn is_live(&self) -> bool {
        matches!(self.state, ListingState::Live)
    }

    /// The configuration of the market at its opening price. Every entry of [`PERPS`] has one.
    #[must_use]
    pub fn market(&self) -> Option<MarketConfig> {
        let decimals = SzDecimals::new(self.sz_decimals)?;
        let open = self.open_px.parse().ok()?;
        Some(MarketConfig {
            margin_table: self.margin_table,
            listing: self.state,
            ..MarketConfig::new(self.coin, decimals, self.max_leverage, open)
        })
    }
}

/// One step of a margin table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarginTier {
    /// Position value in whole USD from which this tier applies.
    pub lower_bound: u64,
    /// The largest leverage within the tier.
    pub max_leverage: u8,
}

/// A margin table of `meta`, by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarginTable {
    /// `marginTableId`, 50 and above.
    pub id: u8,
    /// The venue's own description of it.
    pub description: &'static str,
    /// Ascending by `lower_bound`, the first one at 0.
    pub tiers: &'static [MarginTier],
}

const fn tier(lower_bound: u64, max_leverage: u8) -> MarginTier {
    MarginTier { lower_bound, max_leverage }
}

/// The tiered tables of mainnet (docs: margin-tiers).
pub const MARGIN_TABLES: &[MarginTable] = &[
    MarginTable { id: 50, description: "", tiers: &[tier(0, 50)] },
    MarginTable { id: 51, description: "tiered 10x", tiers: &[tier(0, 10), tier(3_000_000, 5)] },
    MarginTable {
        id: 52,
        description: "tiered 10x (2)",
        tiers: &[tier(0, 10), tier(20_000_000, 5)],
    },
    MarginTable { id: 53, description: "tiered 20x", tiers: &[tier(0, 20), tier(40_000_000, 10)] },
    MarginTable {
        id: 54,
        description: "tiered 20x (2)",
        tiers: &[tier(0, 20), tier(70_000_000, 10)],
    },
    MarginTable { id: 55, description: "tiered 25x", tiers: &[tier(0, 25), tier(100_000_000, 15)] },
    MarginTable { id: 56, description: "tiered 40x", tiers: &[tier(0, 40), tier(150_000_000, 20)] },
];

const fn perp(
    coin: &'static str,
    sz_decimals: u8,
    max_leverage: u8,
    margin_table: u8,
    open_px: &'static str,
    liquidity: Liquidity,
) -> Listing {
    let state = ListingState::Live;
    Listing { coin, sz_decimals, max_leverage, margin_table, state, open_px, liquidity }
}

use Liquidity::{Deep, Large, Mid, Thin};

/// The listed perpetuals; the index is the asset id.
pub const PERPS: &[Listing] = &[
    perp("BTC", 5, 40, 56, "104250", Deep),
    perp("ETH", 4, 25, 55, "3462.5", Deep),
    perp("ATOM", 2, 5, 5, "2.9145", Mid),
    // MATIC became POL in 2024; the venue keeps the slot so that later ids do not move.
    Listing { state: ListingState::Delisted, ..perp("MATIC", 1, 20, 20, "0.37508", Thin) },
    perp("SOL", 2, 20, 54, "164.89", Large),
    perp("AVAX", 2, 10, 52, "16.482", Mid),
    perp("BNB", 3, 10, 52, "958.4", Large),
    perp("ARB", 1, 10, 51, "0.26871", Mid),
    perp("DOGE", 0, 10, 52, "0.16532", Large),
    perp("SUI", 1, 10, 52, "2.0487", Large),
    perp("kPEPE", 0, 10, 52, "0.005912", Mid),
    perp("LINK", 1, 10, 52, "15.123", Mid),
    perp("XRP", 0, 20, 53, "2.2843", Large),
    perp("AAVE", 2, 10, 52, "204.31", Mid),
    perp("ENA", 0, 10, 51, "0.31784", Mid),
    perp("HYPE", 2, 10, 52, "39.527", Large),
    perp("VIRTUAL", 1, 5, 5, "1.2469", Thin),
    perp("PENGU", 0, 5, 5, "0.015874", Thin),
    perp("FARTCOIN", 1, 10, 51, "0.2594", Thin),
    perp("TRUMP", 1, 10, 51, "7.6314", Thin),
    perp("PUMP", 0, 10, 51, "0.003904", Thin),
    perp("WLFI", 0, 5, 5, "0.14082", Thin),
    perp("XPL", 0, 10, 51, "0.28164", Thin),
    perp("ASTER", 0, 5, 5, "0.8998", Mid),
    perp("ZEC", 2, 10, 51, "431.55", Mid),
];

/// The whole universe as an exchange's configuration wants it, in asset id order.
#[must_use]
pub fn markets() -> Vec<MarketConfig> {
    PERPS.iter().filter_map(Listing::market).collect()
}

/// `count` markets: the listed ones, and after them synthetic ones, `SYN025` and so on, each with the
/// grid and price of a listed one; see [`flow`] for how they differ. At most 1,000.
#[must_use]
pub fn many(count: usize) -> Vec<MarketConfig> {
    let mut all = markets();
    let models: Vec<&Listing> = PERPS.iter().filter(|listing| listing.is_live()).collect();
    for number in all.len()..count.min(1_000) {
        let model = models.get(number % models.len().max(1)).and_then(|listing| listing.market());
        all.extend(model.map(|model| MarketConfig { coin: format!("SYN{number:03}"), ..model }));
    }
    all.truncate(count.max(1));
    all
}

/// The number of a synthetic market.
fn number(coin: &str) -> Option<u64> {
    coin.strip_prefix("SYN")?.parse().ok()
}

/// How deep a market is.
#[must_use]
pub fn liquidity(coin: &str) -> Liquidity {
    match number(coin) {
        Some(number) => match number % 4 {
            0 => Large,
            3 => Thin,
            _ => Mid,
        },
        None => find(coin).map_or(Mid, |listing| listing.liquidity),
    }
}

/// The known truth about a market: what part of its flow knows the fair price. Of the synthetic ones
/// each fifth is toxic (who rests there loses to takers who know) and each fifth is good; all others
/// are usual.
#[must_use]
pub fn flow(coin: &str) -> Flow {
    match number(coin).map(|number| number % 5) {
        Some(0) => Flow { noise: 400, informed: 1_000 },
        Some(1) => Flow { noise: 1_600, informed: 20 },
        _ => Flow::default(),
    }
}

/// The listing of a coin by its exact name.
#[must_use]
pub fn find(coin: &str) -> Option<&'static Listing> {
    PERPS.iter().find(|listing| listing.coin == coin)
}

/// The margin table with this id; `None` for ids below 50, which mean a single tier with that
/// leverage, and for ids that the venue does not publish.
#[must_use]
pub fn margin_table(id: u8) -> Option<&'static MarginTable> {
    MARGIN_TABLES.iter().find(|table| table.id == id)
}

#[cfg(test)]
mod tests {
    use super::{ListingState, MARGIN_TABLES, PERPS, find, margin_table, markets};
    use std::collections::BTreeSet;

    #[test]
    fn synthetic_markets_follow_the_listed_ones_and_some_are_toxic_and_some_are_good() {
        use super::{flow, many};
        use crate::background::Flow;

        let all = many(200);
        let coins: BTreeSet<_> = all.iter().map(|market| market.coin.as_str()).collect();
        assert_eq!((all.len(), coins.len()), (200, 200));
        assert_eq!((all[0].coin.as_str(), all[25].coin.as_str()), ("BTC", "SYN025"));
        let toxic = |coin: &&&str| flow(coin).informed > Flow::default().informed;
        let good = |coin: &&&str| flow(coin).informed < Flow::default().informed;
        assert_eq!(coins.iter().filter(toxic).count(), 35);
        assert_eq!(coins.iter().filter(good).count(), 35);
        assert!(PERPS.iter().all(|listing| flow(listing.coin) == Flow::default()));
        assert_eq!((many(3).len(), many(0).len()), (3, 1));
    }

    #[test]
    fn names_are_unique_and_found_with_their_case() {
        let names: BTreeSet<_> = PERPS.iter().map(|l| l.coin).collect();
        assert_eq!(names.len(), PERPS.len());
        assert!(find("kPEPE").is_some());
        assert!(find("KPEPE").is_none());
    }

    #[test]
    fn every_listing_is_a_market() {
        let coins: Vec<_> = markets().into_iter().map(|market| market.coin).collect();
        assert_eq!(coins, PERPS.iter().map(|listing| listing.coin).collect::<Vec<_>>());
    }

    #[test]
    fn the_first_two_ids_are_bitcoin_and_ether_and_a_delisted_slot_stays() {
        assert_eq!(PERPS[0].coin, "BTC");
        assert_eq!(PERPS[1].coin, "ETH");
        let delisted: Vec<_> = PERPS.iter().filter(|l| !l.is_live()).collect();
        assert_eq!(delisted.len(), 1);
        assert_eq!(delisted[0].state, ListingState::Delisted);
    }

    #[test]
    fn every_margin_table_exists_and_starts_at_the_market_leverage() {
        for listing in PERPS {
            match margin_table(listing.margin_table) {
                Some(table) => {
                    assert_eq!(table.tiers[0].lower_bound, 0);
                    assert_eq!(table.tiers[0].max_leverage, listing.max_leverage);
                }
                None => assert_eq!(listing.margin_table, listing.max_leverage, "{}", listing.coin),
            }
        }
        for table in MARGIN_TABLES {
            assert!(table.tiers.is_sorted_by_key(|t| t.lower_bound), "{}", table.id);
        }
    }

    /// The rule of tick-and-lot-size on the decimal text, independent of the grid in hl-quant.
    #[test]
    fn every_opening_price_is_legal_on_its_own_grid() {
        for listing in PERPS {
            let text = listing.open_px;
            let decimals = text.split_once('.').map_or(0, |(_, frac)| frac.len());
            let digits = text.replace('.', "");
            let figures = digits.trim_start_matches('0').len();
            assert!(decimals == 0 || figures <= 5, "{} {text}", listing.coin);
            assert!(decimals + usize::from(listing.sz_decimals) <= 6, "{} {text}", listing.coin);
            assert!(decimals == 0 || !text.ends_with('0'), "{} {text}", listing.coin);
        }
    }
}
