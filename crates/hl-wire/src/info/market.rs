//! The state of markets: contexts, books, mids, trades, candles.

use std::collections::BTreeMap;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use hl_quant::{Millis, Price, Side, Size};

use crate::decimal::Amount;
use crate::ids::{Address, excerpt, side};
use crate::num;

/// The state of one perpetual.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AssetCtx {
    /// Funding rate per hour.
    pub funding: Amount,
    /// Open interest in base units.
    pub open_interest: Amount,
    /// Price a day ago.
    #[serde(with = "num::informative")]
    pub prev_day_px: Option<Price>,
    /// Dollars traded in a day.
    pub day_ntl_vlm: Amount,
    /// Premium over the oracle; null without a book.
    #[serde(default)]
    pub premium: Option<Amount>,
    /// Oracle price.
    #[serde(with = "num::informative")]
    pub oracle_px: Option<Price>,
    /// Mark price: margin and triggers go by it.
    #[serde(with = "num::informative")]
    pub mark_px: Option<Price>,
    /// Mid price; null without a book.
    #[serde(with = "num::informative", default)]
    pub mid_px: Option<Price>,
    /// Average prices for the impact notional, bid and ask; null without a book.
    #[serde(default)]
    pub impact_pxs: Option<(Amount, Amount)>,
    /// Base units traded in a day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day_base_vlm: Option<Amount>,
}

/// The state of one spot pair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SpotAssetCtx {
    /// The pair.
    pub coin: String,
    /// Price a day ago.
    #[serde(with = "num::informative")]
    pub prev_day_px: Option<Price>,
    /// Quote units traded in a day.
    pub day_ntl_vlm: Amount,
    /// Mark price.
    #[serde(with = "num::informative")]
    pub mark_px: Option<Price>,
    /// Mid price; null without a book.
    #[serde(with = "num::informative", default)]
    pub mid_px: Option<Price>,
    /// Base tokens in circulation.
    #[serde(default)]
    pub circulating_supply: Amount,
    /// Base tokens in existence.
    #[serde(default)]
    pub total_supply: Option<Amount>,
    /// Base units traded in a day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day_base_vlm: Option<Amount>,
}

/// One price level of a book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Level {
    /// Price.
    #[serde(with = "num::exact")]
    pub px: Price,
    /// Total size of the orders there.
    #[serde(with = "num::exact")]
    pub sz: Size,
    /// How many orders; 0 where a recording does not say.
    #[serde(default)]
    pub n: u32,
}

/// `l2Book`: a whole book, at most 20 levels a side. Bids come first, best first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct L2BookDoc {
    /// Which market.
    pub coin: String,
    /// Block time.
    #[serde(with = "num::millis")]
    pub time: Millis,
    /// Bids and asks.
    pub levels: (Vec<Level>, Vec<Level>),
}

/// `allMids`: the mid price of every coin; of an empty book, the last trade.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllMids(pub BTreeMap<String, Price>);

impl Serialize for AllMids {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Mid<'a>(#[serde(with = "num::exact")] &'a Price);
        serializer.collect_map(self.0.iter().map(|(coin, px)| (coin, Mid(px))))
    }
}

impl<'de> Deserialize<'de> for AllMids {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Mid(#[serde(with = "num::informative")] Option<Price>);

        struct Mids;
        impl<'de> Visitor<'de> for Mids {
            type Value = AllMids;

            fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str("an object from coins to mid prices")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<AllMids, A::Error> {
                let mut mids = BTreeMap::new();
                while let Some((coin, Mid(px))) = map.next_entry::<String, Mid>()? {
                    // A mid of zero is no price: the coin is as good as absent.
                    let Some(px) = px else { continue };
                    if mids.contains_key(&coin) {
                        let coin = excerpt(&coin);
                        return Err(serde::de::Error::custom(format_args!(
                            "duplicate coin {coin:?}"
                        )));
                    }
                    mids.insert(coin, px);
                }
                Ok(AllMids(mids))
            }
        }
        deserializer.deserialize_map(Mids)
    }
}

/// One entry of `recentTrades`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecentTrade {
    /// Which market.
    pub coin: String,
    /// The aggressor's side.
    #[serde(with = "side")]
    pub side: Side,
    /// Price.
    #[serde(with = "num::exact")]
    pub px: Price,
    /// Size.
    #[serde(with = "num::exact")]
    pub sz: Size,
    /// Block time.
    #[serde(with = "num::millis")]
    pub time: Millis,
    /// Transaction hash.
    pub hash: String,
    /// Trade id; unique with time and coin.
    pub tid: u64,
    /// Buyer and seller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub users: Option<(Address, Address)>,
}

/// One candle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candle {
    /// First millisecond.
    #[serde(rename = "t", with = "num::millis")]
    pub open_time: Millis,
    /// Last millisecond.
    #[serde(rename = "T", with = "num::millis")]
    pub close_time: Millis,
    /// Which market.
    #[serde(rename = "s")]
    pub coin: String,
    /// Interval, `1m` to `1M`.
    #[serde(rename = "i")]
    pub interval: String,
    /// First price.
    #[serde(rename = "o", with = "num::exact")]
    pub open: Price,
    /// Last price.
    #[serde(rename = "c", with = "num::exact")]
    pub close: Price,
    /// Highest price.
    #[serde(rename = "h", with = "num::exact")]
    pub high: Price,
    /// Lowest price.
    #[serde(rename = "l", with = "num::exact")]
    pub low: Price,
    /// Base units traded.
    #[serde(rename = "v")]
    pub volume: Amount,
    /// Number of trades.
    #[serde(rename = "n")]
    pub trades: u64,
}

/// One entry of `fundingHistory`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FundingRate {
    /// Which market.
    pub coin: String,
    /// Rate of the hour.
    pub funding_rate: Amount,
    /// Premium over the oracle.
    pub premium: Amount,
    /// When.
    #[serde(with = "num::millis")]
    pub time: Millis,
}
