//! One line of text to what it says, with nothing assumed.

use std::borrow::Cow;

use hl_quant::{MarketSpec, Millis, Side};
use hl_wire::AssetId;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::event::{Coins, Event, Level, What};
use super::number;
use super::stats::Problem;

#[derive(Deserialize)]
struct LineDoc<'a> {
    #[serde(default)]
    ts_recv_ms: Option<u64>,
    #[serde(borrow)]
    msg: MessageDoc<'a>,
}

#[derive(Deserialize)]
struct MessageDoc<'a> {
    #[serde(borrow)]
    channel: Cow<'a, str>,
    #[serde(borrow)]
    data: &'a RawValue,
}

#[derive(Deserialize)]
struct LevelDoc {
    px: String,
    sz: String,
}

#[derive(Deserialize)]
struct BookDoc {
    coin: String,
    time: u64,
    levels: (Vec<LevelDoc>, Vec<LevelDoc>),
}

#[derive(Deserialize)]
struct BboDoc {
    coin: String,
    time: u64,
    bbo: (Option<LevelDoc>, Option<LevelDoc>),
}

#[derive(Deserialize)]
struct TradeDoc {
    coin: String,
    side: AggressorDoc,
    px: String,
    sz: String,
    time: u64,
    tid: u64,
}

#[derive(Deserialize)]
enum AggressorDoc {
    #[serde(rename = "B")]
    Buyer,
    #[serde(rename = "A")]
    Seller,
}

/// The events of one line, and what of it is skipped. A book or best price is taken whole or not
/// at all; of several trades the bad ones are left out.
pub(super) struct Parsed {
    /// The recorder's clock, where it was recorded.
    pub(super) received: Option<Millis>,
    pub(super) events: Vec<Event>,
    pub(super) problems: Vec<Problem>,
}

impl Parsed {
    fn skip(problem: Problem) -> Self {
        Self { received: None, events: Vec::new(), problems: vec![problem] }
    }
}

/// Reads one line.
pub(super) fn line(bytes: &[u8], coins: &Coins) -> Parsed {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return Parsed::skip(Problem::Malformed { detail: error.to_string() }),
    };
    let doc: LineDoc<'_> = match serde_json::from_str(text) {
        Ok(doc) => doc,
        Err(error) => return Parsed::skip(malformed(text, &error)),
    };
    let data = doc.msg.data.get();
    let mut parsed = match doc.msg.channel.as_ref() {
        "l2Book" => whole(data, |doc| book(doc, coins)),
        "bbo" => whole(data, |doc| bbo(doc, coins)),
        "trades" => trades(data, coins),
        channel => {
            let channel = channel.chars().take(64).collect();
            Parsed::skip(Problem::UnknownChannel { channel })
        }
    };
    parsed.received = doc.ts_recv_ms.map(Millis);
    parsed
}

fn whole<D: DeserializeOwned>(
    data: &str,
    read: impl FnOnce(&D) -> Result<Event, Problem>,
) -> Parsed {
    let event = serde_json::from_str(data)
        .map_err(|error| malformed(data, &error))
        .and_then(|document| read(&document));
    match event {
        Ok(event) => Parsed { received: None, events: vec![event], problems: Vec::new() },
        Err(problem) => Parsed::skip(problem),
    }
}

fn trades(data: &str, coins: &Coins) -> Parsed {
    let mut parsed = Parsed { received: None, events: Vec::new(), problems: Vec::new() };
    match serde_json::from_str::<Vec<&RawValue>>(data) {
        Err(error) => parsed.problems.push(malformed(data, &error)),
        Ok(documents) => {
            for document in documents {
                let event = serde_json::from_str(document.get())
                    .map_err(|error| malformed(document.get(), &error))
                    .and_then(|document| trade(&document, coins));
                match event {
                    Ok(event) => parsed.events.push(event),
                    Err(problem) => parsed.problems.push(problem),
                }
            }
        }
    }
    parsed
}

fn market<'a>(coins: &'a Coins, coin: &str) -> Result<(AssetId, &'a MarketSpec), Problem> {
    coins.get(coin).ok_or_else(|| Problem::UnknownCoin { coin: coin.chars().take(64).collect() })
}

fn trade(doc: &TradeDoc, coins: &Coins) -> Result<Event, Problem> {
    let (asset, spec) = market(coins, &doc.coin)?;
    let price = number::price(&doc.px, &doc.coin, spec)?;
    let size = number::size(&doc.sz, &doc.coin, spec)?;
    let side = match doc.side {
        AggressorDoc::Buyer => Side::Bid,
        AggressorDoc::Seller => Side::Ask,
    };
    Ok(Event { at: Millis(doc.time), asset, what: What::Trade { side, price, size, tid: doc.tid } })
}

fn bbo(doc: &BboDoc, coins: &Coins) -> Result<Event, Problem> {
    let (asset, spec) = market(coins, &doc.coin)?;
    let level = |level: &Option<LevelDoc>| {
        level.as_ref().map(|level| read_level(level, &doc.coin, spec)).transpose()
    };
    let (bid, ask) = (level(&doc.bbo.0)?, level(&doc.bbo.1)?);
    uncrossed(bid, ask)?;
    Ok(Event { at: Millis(doc.time), asset, what: What::Bbo { bid, ask } })
}

fn book(doc: &BookDoc, coins: &Coins) -> Result<Event, Problem> {
    let (asset, spec) = market(coins, &doc.coin)?;
    let side = |levels: &[LevelDoc]| -> Result<Vec<Level>, Problem> {
        levels.iter().map(|level| read_level(level, &doc.coin, spec)).collect()
    };
    let (bids, asks) = (side(&doc.levels.0)?, side(&doc.levels.1)?);
    sorted(&bids, |better, worse| better.price.tick() > worse.price.tick())?;
    sorted(&asks, |better, worse| better.price.tick() < worse.price.tick())?;
    uncrossed(bids.first().copied(), asks.first().copied())?;
    Ok(Event { at: Millis(doc.time), asset, what: What::Book { bids, asks } })
}

fn read_level(level: &LevelDoc, coin: &str, spec: &MarketSpec) -> Result<Level, Problem> {
    Ok(Level {
        price: number::price(&level.px, coin, spec)?,
        size: number::size(&level.sz, coin, spec)?,
    })
}

fn sorted(levels: &[Level], in_order: impl Fn(&Level, &Level) -> bool) -> Result<(), Problem> {
    let mut pairs = levels.iter().zip(levels.iter().skip(1));
    match pairs.find(|(better, worse)| !in_order(better, worse)) {
        None => Ok(()),
        Some((better, worse)) => {
            Err(Problem::Disordered { detail: format!("{} before {}", better.price, worse.price) })
        }
    }
}

fn uncrossed(bid: Option<Level>, ask: Option<Level>) -> Result<(), Problem> {
    match (bid, ask) {
        (Some(bid), Some(ask)) if bid.price.tick() >= ask.price.tick() => {
            let detail = format!("bid {} against ask {}", bid.price, ask.price);
            Err(Problem::Disordered { detail })
        }
        _ => Ok(()),
    }
}

/// What the parser said and the text around the place, so that the value can be found.
fn malformed(text: &str, error: &serde_json::Error) -> Problem {
    const AROUND: usize = 24;
    let at = error.column().saturating_sub(1);
    let near: String = text
        .char_indices()
        .skip_while(|(index, _)| *index < at.saturating_sub(AROUND))
        .take_while(|(index, _)| *index < at.saturating_add(AROUND))
        .map(|(_, character)| character)
        .collect();
    // A string of a hostile length is quoted in the parser's own message.
    let said: String = error.to_string().chars().take(200).collect();
    Problem::Malformed { detail: format!("{said}, near {near:?}") }
}
