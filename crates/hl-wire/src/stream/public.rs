//! Market data frames.

use std::borrow::Cow;

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use hl_quant::{Millis, Price, Side, Size};

use super::seed::{CowStr, Expecting, Once};
use crate::ids::{Address, side};
use crate::info::{AssetCtx, Level, SpotAssetCtx};
use crate::{hex, num};

/// Memory that is used again from frame to frame.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(super) bids: Vec<Level>,
    pub(super) asks: Vec<Level>,
    pub(super) trades: Vec<Trade>,
}

/// A whole book, best first, at most 20 levels a side (5 with `fast`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Book<'a> {
    /// Which market.
    pub coin: Cow<'a, str>,
    /// Block time.
    pub time: Millis,
    /// Buy side.
    pub bids: &'a [Level],
    /// Sell side.
    pub asks: &'a [Level],
}

/// Best bid and offer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Bbo<'a> {
    /// Which market.
    #[serde(borrow)]
    pub coin: Cow<'a, str>,
    /// Block time.
    #[serde(with = "num::millis")]
    pub time: Millis,
    /// Best bid and best ask; absent where that side is empty.
    #[serde(deserialize_with = "touch")]
    pub bbo: (Option<Level>, Option<Level>),
}

/// Reads `[bid, ask]`, where each may be null. One recording has a single element: the bid.
fn touch<'de, D: Deserializer<'de>>(d: D) -> Result<(Option<Level>, Option<Level>), D::Error> {
    struct Touch;
    impl<'de> Visitor<'de> for Touch {
        type Value = (Option<Level>, Option<Level>);

        fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            f.write_str("best bid and best ask")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            let bid = seq.next_element::<Option<Level>>()?.flatten();
            let ask = seq.next_element::<Option<Level>>()?.flatten();
            match seq.next_element::<IgnoredAny>()? {
                Some(_) => Err(serde::de::Error::invalid_length(3, &self)),
                None => Ok((bid, ask)),
            }
        }
    }
    d.deserialize_seq(Touch)
}

/// A transaction hash.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TxHash(pub [u8; 32]);

impl core::fmt::Display for TxHash {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(hex::HexText::<66>::new(&self.0).as_str())
    }
}

impl core::fmt::Debug for TxHash {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        core::fmt::Display::fmt(self, f)
    }
}

/// One trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trade {
    /// The aggressor's side.
    pub side: Side,
    /// Price.
    pub px: Price,
    /// Size.
    pub sz: Size,
    /// Block time.
    pub time: Millis,
    /// Trade id, unique with time and coin.
    pub tid: u64,
    /// Transaction hash, where the frame has one.
    pub hash: Option<TxHash>,
    /// Buyer and seller, where the frame has them.
    pub users: Option<(Address, Address)>,
}

/// Trades of one market, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trades<'a> {
    /// Which market; empty if there are no trades in the frame.
    pub coin: Cow<'a, str>,
    /// The trades.
    pub trades: &'a [Trade],
}

/// State of a perpetual.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActiveAssetCtx {
    /// Which market.
    pub coin: String,
    /// Its state.
    pub ctx: AssetCtx,
}

/// State of a spot pair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActiveSpotAssetCtx {
    /// Which pair.
    pub coin: String,
    /// Its state.
    pub ctx: SpotAssetCtx,
}

/// Reads the data of an `l2Book` frame into two vectors.
pub(super) struct BookSeed<'s> {
    pub(super) bids: &'s mut Vec<Level>,
    pub(super) asks: &'s mut Vec<Level>,
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "lowercase")]
enum BookKey {
    Coin,
    Time,
    Levels,
    #[serde(other)]
    Other,
}

impl<'de> DeserializeSeed<'de> for BookSeed<'_> {
    type Value = (Cow<'de, str>, Millis);

    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Self::Value, D::Error> {
        d.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for BookSeed<'_> {
    type Value = (Cow<'de, str>, Millis);

    fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("a book")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut coin, mut time, mut levels) = (None, None, None);
        while let Some(key) = map.next_key()? {
            match key {
                BookKey::Coin => coin.once("coin", map.next_value::<CowStr<'de>>()?.0)?,
                BookKey::Time => time.once("time", Millis(map.next_value()?))?,
                BookKey::Levels => {
                    let seed = SidesSeed { bids: &mut *self.bids, asks: &mut *self.asks };
                    levels.once("levels", map.next_value_seed(seed)?)?;
                }
                BookKey::Other => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        levels.needed("levels")?;
        Ok((coin.needed("coin")?, time.needed("time")?))
    }
}

struct SidesSeed<'s> {
    bids: &'s mut Vec<Level>,
    asks: &'s mut Vec<Level>,
}

impl<'de> DeserializeSeed<'de> for SidesSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<(), D::Error> {
        d.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for SidesSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("bids and asks")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        for (at, side) in [self.bids, self.asks].into_iter().enumerate() {
            seq.next_element_seed(LevelsSeed(side))?
                .ok_or_else(|| serde::de::Error::invalid_length(at, &"bids and asks"))?;
        }
        match seq.next_element::<IgnoredAny>()? {
            Some(_) => Err(serde::de::Error::invalid_length(3, &"bids and asks")),
            None => Ok(()),
        }
    }
}

struct LevelsSeed<'s>(&'s mut Vec<Level>);

impl<'de> DeserializeSeed<'de> for LevelsSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<(), D::Error> {
        d.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for LevelsSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("levels")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        self.0.clear();
        while let Some(level) = seq.next_element()? {
            self.0.push(level);
        }
        Ok(())
    }
}

/// Reads the data of a `trades` frame into a vector; gives the coin.
pub(super) struct TradesSeed<'s>(pub(super) &'s mut Vec<Trade>);

#[derive(Deserialize)]
struct TradeFields<'a> {
    #[serde(borrow)]
    coin: Cow<'a, str>,
    #[serde(with = "side")]
    side: Side,
    #[serde(with = "num::exact")]
    px: Price,
    #[serde(with = "num::exact")]
    sz: Size,
    #[serde(with = "num::millis")]
    time: Millis,
    #[serde(borrow, default)]
    hash: Cow<'a, str>,
    tid: u64,
    #[serde(default)]
    users: Option<(Address, Address)>,
}

impl<'de> DeserializeSeed<'de> for TradesSeed<'_> {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Self::Value, D::Error> {
        d.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for TradesSeed<'_> {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("trades")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut coin: Option<Cow<'de, str>> = None;
        self.0.clear();
        while let Some(fields) = seq.next_element::<TradeFields<'de>>()? {
            let TradeFields { coin: of, side, px, sz, time, hash, tid, users } = fields;
            if coin.get_or_insert_with(|| of.clone()) != &of {
                let of = crate::ids::excerpt(&of);
                return Err(Expecting::custom(format_args!("trade of another coin: {of:?}")));
            }
            let hash = hex::decode(hex::without_prefix(&hash)).map(TxHash);
            self.0.push(Trade { side, px, sz, time, tid, hash, users });
        }
        Ok(coin.unwrap_or_default())
    }
}
