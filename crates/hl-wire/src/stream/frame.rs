//! From a text frame to a message.

use std::borrow::Cow;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::post::PostFields;
use super::public::{BookSeed, TradesSeed};
use super::seed::{CowStr, Once};
use super::{Bbo, Book, ErrorFrame, Message, Scratch, Trades, fast};
use crate::ids::excerpt;
use crate::info::AllMids;
use crate::ordered::Value;

/// A frame that is not what its channel promises. The frame is lost; the next one may be fine.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// Not a JSON object with a channel.
    #[error("not a frame: {source}; text starts {excerpt:?}")]
    NotAFrame {
        /// How the text starts.
        excerpt: Box<str>,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A known channel with data that is not of its kind.
    #[error("not {channel} data: {source}; text starts {excerpt:?}")]
    NotTheData {
        /// The channel.
        channel: Box<str>,
        /// How the text starts.
        excerpt: Box<str>,
        /// What is wrong with it: the message names the value and the place.
        source: serde_json::Error,
    },
}

/// What the exchange says before anything else, on some of its servers.
const GREETING: &str = "Websocket connection established.";

pub(super) fn parse<'a>(
    text: &'a str,
    scratch: &'a mut Scratch,
) -> Result<Message<'a>, StreamError> {
    if let Some((coin, time)) = fast::book(text, &mut scratch.bids, &mut scratch.asks) {
        let Scratch { bids, asks, .. } = scratch;
        return Ok(Message::L2Book(Book { coin: Cow::Borrowed(coin), time, bids, asks }));
    }
    if let Some((coin, time, bbo)) = fast::touch(text) {
        return Ok(Message::Bbo(Bbo { coin: Cow::Borrowed(coin), time, bbo }));
    }
    general(text, scratch)
}

/// Any frame, in any form that JSON allows.
pub(super) fn general<'a>(
    text: &'a str,
    scratch: &'a mut Scratch,
) -> Result<Message<'a>, StreamError> {
    if text == GREETING {
        return Ok(Message::Connected);
    }
    let channel = match channel_first(text) {
        Some(channel) => Cow::Borrowed(channel),
        None => channel_anywhere(text)?,
    };
    dispatch(&channel, text, scratch).map_err(|source| StreamError::NotTheData {
        channel: excerpt(&channel),
        excerpt: excerpt(text),
        source,
    })
}

/// The channel, if it is what the frame starts with, as it always is on the live feed.
fn channel_first(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("{\"channel\":\"")?;
    let (channel, _) = rest.split_once('"')?;
    (!channel.contains('\\')).then_some(channel)
}

fn channel_anywhere(text: &str) -> Result<Cow<'_, str>, StreamError> {
    #[derive(Deserialize)]
    struct Tag<'a> {
        #[serde(borrow)]
        channel: Cow<'a, str>,
    }
    serde_json::from_str::<Tag<'_>>(text)
        .map(|tag| tag.channel)
        .map_err(|source| StreamError::NotAFrame { excerpt: excerpt(text), source })
}

fn dispatch<'a>(
    channel: &str,
    text: &'a str,
    scratch: &'a mut Scratch,
) -> Result<Message<'a>, serde_json::Error> {
    let Scratch { bids, asks, trades } = scratch;
    Ok(match channel {
        "l2Book" => {
            let (coin, time) = data_of(text, BookSeed { bids: &mut *bids, asks: &mut *asks })?;
            Message::L2Book(Book { coin, time, bids, asks })
        }
        "bbo" => Message::Bbo(typed::<Bbo<'a>>(text)?),
        "trades" => {
            let coin = data_of(text, TradesSeed(&mut *trades))?;
            Message::Trades(Trades { coin, trades })
        }
        "allMids" => {
            #[derive(Deserialize)]
            struct Mids {
                mids: AllMids,
            }
            Message::AllMids(typed::<Mids>(text)?.mids)
        }
        "orderUpdates" => Message::OrderUpdates(typed(text)?),
        "userFills" => Message::UserFills(typed(text)?),
        "userFundings" => Message::UserFundings(typed(text)?),
        "user" | "userEvents" => Message::User(typed(text)?),
        "activeAssetCtx" => Message::ActiveAssetCtx(typed(text)?),
        "activeSpotAssetCtx" => Message::ActiveSpotAssetCtx(typed(text)?),
        "candle" => Message::Candle(typed(text)?),
        "post" => Message::Post(typed::<PostFields<'a>>(text)?.into_reply()?),
        "subscriptionResponse" => {
            #[derive(Deserialize)]
            struct Ack<'a> {
                #[serde(borrow)]
                method: Cow<'a, str>,
                subscription: Value,
            }
            let Ack { method, subscription } = typed::<Ack<'a>>(text)?;
            Message::SubscriptionResponse { method, subscription }
        }
        "error" => Message::Error(ErrorFrame { text: typed::<CowStr<'a>>(text)?.0 }),
        "pong" => {
            anything(text)?;
            Message::Pong
        }
        _ => {
            let (channel, data) = anything(text)?;
            Message::Other { channel, data }
        }
    })
}

/// The frame's data as a type of its own.
fn typed<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, serde_json::Error> {
    data_of(text, PhantomData)
}

/// Whatever the frame carries, which may be nothing.
fn anything(text: &str) -> Result<(Cow<'_, str>, Option<&RawValue>), serde_json::Error> {
    #[derive(Deserialize)]
    struct Frame<'a> {
        #[serde(borrow)]
        channel: Cow<'a, str>,
        #[serde(borrow, default)]
        data: Option<&'a RawValue>,
    }
    serde_json::from_str::<Frame<'_>>(text).map(|frame| (frame.channel, frame.data))
}

/// Reads the whole frame in one pass and its data through `seed`.
fn data_of<'a, S: DeserializeSeed<'a>>(
    text: &'a str,
    seed: S,
) -> Result<S::Value, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = FrameSeed(seed).deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

struct FrameSeed<S>(S);

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "lowercase")]
enum FrameKey {
    Channel,
    Data,
    #[serde(other)]
    Other,
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for FrameSeed<S> {
    type Value = S::Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, d: D) -> Result<S::Value, D::Error> {
        d.deserialize_map(self)
    }
}

impl<'de, S: DeserializeSeed<'de>> Visitor<'de> for FrameSeed<S> {
    type Value = S::Value;

    fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("a frame: channel and data")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<S::Value, A::Error> {
        let (mut seed, mut channel, mut data) = (Some(self.0), None, None);
        while let Some(key) = map.next_key()? {
            match key {
                FrameKey::Channel => channel.once("channel", map.next_value::<IgnoredAny>()?)?,
                FrameKey::Data => match seed.take() {
                    Some(seed) => data = Some(map.next_value_seed(seed)?),
                    None => return Err(serde::de::Error::duplicate_field("data")),
                },
                FrameKey::Other => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        channel.needed("channel")?;
        data.needed("data")
    }
}
