//! Real documents and real frames.

use std::io::Read as _;

use hl_wire::info::*;
use hl_wire::stream::{Message, PostBody, Scratch};
use hl_wire::{Outcome, parse_exchange_response};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::shared;

/// Reads a document, and what is written of it. The two must be the same.
fn is<T>(body: &[u8]) -> Result<bool, DocumentError>
where
    T: DeserializeOwned + Serialize + PartialEq,
{
    let document = read::<T>(body)?;
    let written = serde_json::to_vec(&document).unwrap();
    Ok(read::<T>(&written)? == document)
}

/// Reads a document of a kind; `None` if the crate does not model the kind.
fn read_kind(kind: &str, body: &[u8]) -> Option<Result<bool, DocumentError>> {
    Some(match kind {
        "meta" => is::<Meta>(body),
        "metaAndAssetCtxs" => is::<MetaAndAssetCtxs>(body),
        "spotMeta" => is::<SpotMeta>(body),
        "spotMetaAndAssetCtxs" => is::<SpotMetaAndAssetCtxs>(body),
        "perpDexs" => is::<Vec<Option<PerpDex>>>(body),
        "allMids" => is::<AllMids>(body),
        "l2Book" => is::<L2BookDoc>(body),
        "recentTrades" => is::<Vec<RecentTrade>>(body),
        "candleSnapshot" => is::<Vec<Candle>>(body),
        "fundingHistory" => is::<Vec<FundingRate>>(body),
        "clearinghouseState" => is::<ClearinghouseState>(body),
        "spotClearinghouseState" => is::<SpotClearinghouseState>(body),
        "openOrders" | "frontendOpenOrders" => is::<Vec<OrderDoc>>(body),
        "orderStatus" => is::<OrderStatus>(body),
        "historicalOrders" => is::<Vec<HistoricalOrder>>(body),
        "userFills" | "userFillsByTime" => is::<Vec<Fill>>(body),
        "userRateLimit" => is::<UserRateLimit>(body),
        "userFees" => is::<UserFees>(body),
        "userRole" => is::<UserRole>(body),
        "extraAgents" => is::<Vec<ExtraAgent>>(body),
        _ => return None,
    })
}

#[test]
fn every_recorded_document_of_a_known_kind_is_read() {
    let Some(folder) = shared::folder("rest") else { return };
    let (mut read, mut other) = (0, Vec::new());
    for path in shared::files(&folder) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.contains(".request.") || name.starts_with("exchange_") {
            continue;
        }
        let body = std::fs::read(&path).unwrap();
        match read_kind(name.split("__").next().unwrap(), &body) {
            Some(Ok(true)) => read += 1,
            Some(Ok(false)) => panic!("{name}: written and read again, it is another"),
            Some(Err(error)) => panic!("{name}: {error}"),
            None => other.push(name),
        }
    }
    println!("read {read} documents; kinds that are not modelled: {other:?}");
    assert!(read >= 45, "{read}");
}

#[test]
fn every_recorded_answer_to_an_action_has_a_known_outcome() {
    let Some(folder) = shared::folder("rest") else { return };
    let mut codes = Vec::new();
    for path in shared::files(&folder) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !name.starts_with("exchange_") || name.contains(".request.") {
            continue;
        }
        let outcomes = parse_exchange_response(200, &std::fs::read(&path).unwrap(), 1).outcomes;
        assert!(!matches!(outcomes[0], Outcome::Unknown { .. }), "{name}: {outcomes:?}");
        codes.push((name, outcomes[0].code()));
    }
    let of = |part: &str| codes.iter().find(|(name, _)| name.contains(part)).unwrap().1;
    assert_eq!(of("cancel__roq_success"), None);
    assert_eq!(of("already_canceled"), Some("E_NOT_FOUND"));
    assert_eq!(of("success_filled"), None);
    assert_eq!(of("failure_price"), Some("E_BAND"));
    assert_eq!(of("duplicate_nonce"), Some("E_NONCE"));
    assert_eq!(of("unknown_user"), Some("E_AUTH"));
    assert_eq!(of("modify__roq_failure"), Some("E_MODIFY"));
    assert_eq!(codes.len(), 14);
}

#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    msg: &'a RawValue,
}

/// What a frame turned out to be, by name.
fn name_of(message: &Message<'_>) -> &'static str {
    match message {
        Message::L2Book(_) => "l2Book",
        Message::Bbo(_) => "bbo",
        Message::Trades(_) => "trades",
        Message::AllMids(_) => "allMids",
        Message::ActiveAssetCtx(_) => "activeAssetCtx",
        Message::ActiveSpotAssetCtx(_) => "activeSpotAssetCtx",
        Message::Candle(_) => "candle",
        Message::OrderUpdates(_) => "orderUpdates",
        Message::UserFills(_) => "userFills",
        Message::User(_) => "user",
        Message::Post(_) => "post",
        Message::SubscriptionResponse { .. } => "subscriptionResponse",
        Message::Error(_) => "error",
        Message::Pong => "pong",
        Message::Other { .. } => "other",
        _ => "?",
    }
}

#[test]
fn every_recorded_frame_is_read() {
    let Some(folder) = shared::folder("ws") else { return };
    let mut counts = std::collections::BTreeMap::<_, usize>::new();
    let mut scratch = Scratch::default();
    for path in shared::files(&folder) {
        let text = std::fs::read_to_string(&path).unwrap();
        for line in text.lines() {
            let frame = serde_json::from_str::<Line<'_>>(line).unwrap().msg.get();
            let message = Message::parse(frame, &mut scratch)
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let name = name_of(&message);
            *counts.entry(name).or_default() += 1;
            match &message {
                Message::Other { channel, .. } => {
                    assert!(["allDexsAssetCtxs", "notification"].contains(&channel.as_ref()));
                }
                Message::Post(reply) if matches!(reply.body, PostBody::Action(_)) => {
                    let outcome = &reply.outcomes(1).outcomes[0];
                    assert!(!matches!(outcome, Outcome::Unknown { .. }), "{outcome:?}");
                }
                _ => assert!(frame.contains(&format!("\"channel\":\"{name}\"")), "{name}: {frame}"),
            }
        }
    }
    println!("{counts:?}");
    for kind in ["l2Book", "bbo", "trades", "orderUpdates", "userFills", "user", "post", "error"] {
        assert!(counts.contains_key(kind), "{kind}");
    }
}

#[test]
fn every_recorded_market_frame_is_read_and_its_book_is_in_order() {
    let Some(folder) = shared::folder("market") else { return };
    let mut scratch = Scratch::default();
    let (mut books, mut touches, mut trades) = (0, 0, 0);
    for path in shared::files(&folder) {
        let file = std::fs::File::open(&path).unwrap();
        let mut text = String::new();
        ruzstd::decoding::StreamingDecoder::new(file).unwrap().read_to_string(&mut text).unwrap();
        for line in text.lines() {
            let frame = serde_json::from_str::<Line<'_>>(line).unwrap().msg.get();
            match Message::parse(frame, &mut scratch).unwrap() {
                Message::L2Book(book) => {
                    assert_eq!((book.bids.len(), book.asks.len()), (20, 20));
                    assert!(book.bids.is_sorted_by(|a, b| a.px > b.px));
                    assert!(book.asks.is_sorted_by(|a, b| a.px < b.px));
                    assert!(book.bids[0].px < book.asks[0].px);
                    books += 1;
                }
                Message::Bbo(bbo) => {
                    let (bid, ask) = bbo.bbo;
                    assert!(bid.unwrap().px < ask.unwrap().px);
                    touches += 1;
                }
                Message::Trades(batch) => {
                    assert!(!batch.trades.is_empty());
                    trades += batch.trades.len();
                }
                other => panic!("{other:?}"),
            }
        }
    }
    println!("{books} books, {touches} touches, {trades} trades");
    assert!(books > 10_000 && touches > 50_000 && trades > 20_000);
}
