//! What to subscribe to, and how to know an acknowledgement.

use serde::{Serialize, Serializer};

use crate::ids::Address;
use crate::ordered::Value;
use crate::stream::Message;

/// A subscription (the docs' "Subscriptions" page).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the fields are the exchange's own words")]
pub enum Subscription {
    /// Whole books: 20 levels a side about every 5 seconds, or 5 levels every half second if fast.
    L2Book { coin: String, depth: BookDepth },
    /// Best bid and offer, on every block that changes it.
    Bbo { coin: String },
    /// Trades.
    Trades { coin: String },
    /// Mid prices of the first dex.
    AllMids,
    /// State of a market.
    ActiveAssetCtx { coin: String },
    /// Candles.
    Candle { coin: String, interval: String },
    /// Changes of state of a user's orders.
    OrderUpdates { user: Address },
    /// Fills, funding, liquidations and foreign cancels of a user.
    UserEvents { user: Address },
    /// Fills of a user.
    UserFills { user: Address },
    /// Funding payments of a user.
    UserFundings { user: Address },
}

/// How deep and how often a book comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BookDepth {
    /// 20 levels, about every 5 seconds.
    Full,
    /// 5 levels, every half second.
    Fast,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Wire<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    coin: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    interval: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<Address>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fast: Option<bool>,
}

impl Subscription {
    fn wire(&self) -> Wire<'_> {
        let of = |kind| Wire { kind, coin: None, interval: None, user: None, fast: None };
        match self {
            Self::L2Book { coin, depth } => Wire {
                coin: Some(coin),
                fast: (*depth == BookDepth::Fast).then_some(true),
                ..of("l2Book")
            },
            Self::Bbo { coin } => Wire { coin: Some(coin), ..of("bbo") },
            Self::Trades { coin } => Wire { coin: Some(coin), ..of("trades") },
            Self::AllMids => of("allMids"),
            Self::ActiveAssetCtx { coin } => Wire { coin: Some(coin), ..of("activeAssetCtx") },
            Self::Candle { coin, interval } => {
                Wire { coin: Some(coin), interval: Some(interval), ..of("candle") }
            }
            Self::OrderUpdates { user } => Wire { user: Some(*user), ..of("orderUpdates") },
            Self::UserEvents { user } => Wire { user: Some(*user), ..of("userEvents") },
            Self::UserFills { user } => Wire { user: Some(*user), ..of("userFills") },
            Self::UserFundings { user } => Wire { user: Some(*user), ..of("userFundings") },
        }
    }

    /// The frame that makes (`subscribe`) or ends (`unsubscribe`) it.
    pub(super) fn frame(&self, method: &'static str) -> String {
        #[derive(Serialize)]
        struct Frame<'a> {
            method: &'static str,
            subscription: Wire<'a>,
        }
        // Strings and booleans always serialise.
        serde_json::to_string(&Frame { method, subscription: self.wire() }).unwrap_or_default()
    }

    /// The subscription as ordered JSON, to be found in an acknowledgement.
    pub(super) fn to_value(&self) -> Value {
        let wire = self.wire();
        let text = |text: &str| Value::Text(text.to_owned());
        let mut entries = vec![("type".to_owned(), text(wire.kind))];
        entries.extend(wire.coin.map(|coin| ("coin".to_owned(), text(coin))));
        entries.extend(wire.interval.map(|interval| ("interval".to_owned(), text(interval))));
        entries.extend(wire.user.map(|user| ("user".to_owned(), text(&user.to_string()))));
        entries.extend(wire.fast.map(|fast| ("fast".to_owned(), Value::Bool(fast))));
        Value::Map(entries)
    }

    /// How often a frame comes at least, in milliseconds, on a channel that promises a rhythm. The
    /// others are silent while nothing happens.
    #[must_use]
    pub const fn cadence_ms(&self) -> Option<u64> {
        match self {
            Self::L2Book { depth: BookDepth::Full, .. } => Some(5_000),
            Self::L2Book { depth: BookDepth::Fast, .. } => Some(500),
            Self::AllMids => Some(2_000),
            _ => None,
        }
    }

    /// Whether this subscription is where a message comes from.
    pub(super) fn delivers(&self, message: &Message<'_>) -> bool {
        match (self, message) {
            (Self::L2Book { coin, .. }, Message::L2Book(book)) => coin == book.coin.as_ref(),
            (Self::Bbo { coin }, Message::Bbo(bbo)) => coin == bbo.coin.as_ref(),
            (Self::Trades { coin }, Message::Trades(trades)) => coin == trades.coin.as_ref(),
            (Self::ActiveAssetCtx { coin }, Message::ActiveAssetCtx(ctx)) => coin == &ctx.coin,
            (Self::ActiveAssetCtx { coin }, Message::ActiveSpotAssetCtx(ctx)) => coin == &ctx.coin,
            (Self::Candle { coin, interval }, Message::Candle(candle)) => {
                coin == &candle.coin && interval == &candle.interval
            }
            (Self::UserFills { user }, Message::UserFills(fills)) => user == &fills.user,
            (Self::UserFundings { user }, Message::UserFundings(paid)) => user == &paid.user,
            (Self::AllMids, Message::AllMids(_))
            | (Self::OrderUpdates { .. }, Message::OrderUpdates(_))
            | (Self::UserEvents { .. }, Message::User(_)) => true,
            _ => false,
        }
    }
}

impl Serialize for Subscription {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.wire().serialize(serializer)
    }
}

/// Whether `echo`, a subscription as the exchange repeats it, is the one that was `wanted`: every key of
/// the latter is there with the same value. The exchange adds defaults, such as `nSigFigs: null`, and
/// may order keys as it likes.
#[must_use]
pub fn covers(echo: &Value, wanted: &Value) -> bool {
    match (echo, wanted) {
        (Value::Map(_), Value::Map(wanted)) => wanted
            .iter()
            .all(|(key, value)| echo.get(key).is_some_and(|found| covers(found, value))),
        // Addresses and the like: the exchange may change their letter case.
        (Value::Text(echo), Value::Text(wanted)) => {
            echo == wanted || (wanted.starts_with("0x") && echo.eq_ignore_ascii_case(wanted))
        }
        (echo, wanted) => echo == wanted,
    }
}
