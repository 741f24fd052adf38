//! `POST /info`: questions about the state after the last block.

mod account;
mod clearinghouse;
pub(crate) mod fills;
pub(crate) mod ledger;
pub(crate) mod market;
pub(crate) mod meta;
mod orders;
pub(crate) mod view;
pub(crate) mod weight;

use hl_wire::{Address, OrderRef};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

pub(crate) use clearinghouse::average_px;

use crate::core::Core;

/// The answer of both parsers to a document of the wrong shape.
pub(crate) const WRONG_SHAPE: &str = "Failed to deserialize the JSON body into the target type";

/// An answer that is not HTTP 200.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InfoError {
    /// 422: an unknown type, or a field that is missing or of the wrong shape.
    Shape,
    /// 500 with the body `null`: a parameter out of range.
    Server,
}

/// Parameters of the questions, of which each takes some.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Question {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) user: Option<Address>,
    pub(crate) coin: Option<String>,
    pub(crate) dex: Option<String>,
    pub(crate) oid: Option<OrderRef>,
    pub(crate) n_sig_figs: Option<u32>,
    pub(crate) mantissa: Option<u32>,
    pub(crate) start_time: Option<u64>,
    pub(crate) end_time: Option<u64>,
    pub(crate) aggregate_by_time: Option<bool>,
}

/// Reads a question.
pub(crate) fn read(question: &str) -> Result<Question, InfoError> {
    serde_json::from_str(question).map_err(|_| InfoError::Shape)
}

/// Answers one question with a JSON document.
pub(crate) fn answer(core: &Core, question: &Question) -> Result<String, InfoError> {
    let known_dex = question.dex.as_deref().is_none_or(str::is_empty);
    let user = || question.user.ok_or(InfoError::Shape);
    let coin = || question.coin.as_deref().ok_or(InfoError::Shape);
    match question.kind.as_str() {
        "meta" if known_dex => json(&meta::meta(core)),
        "metaAndAssetCtxs" if known_dex => json(&(meta::meta(core), meta::contexts(core))),
        "meta" | "metaAndAssetCtxs" => Ok("null".to_owned()),
        "spotMeta" => json(&meta::spot_meta(core)),
        "spotMetaAndAssetCtxs" => json(&(meta::spot_meta(core), meta::spot_contexts())),
        "perpDexs" => Ok("[null]".to_owned()),
        "allMids" if known_dex => json(&market::all_mids(core)),
        "allMids" => Ok("{}".to_owned()),
        "l2Book" => market::l2_book(core, coin()?, question.n_sig_figs, question.mantissa),
        "recentTrades" => json(&market::recent_trades(core, coin()?)),
        "fundingHistory" => json(&market::funding_history(core, coin()?, question)?),
        "exchangeStatus" => json(&market::exchange_status(core)),
        "clearinghouseState" => json(&clearinghouse::state(core, user()?)),
        "spotClearinghouseState" => json(&account::spot(core, user()?)),
        "openOrders" => json(&orders::open(core, user()?)),
        "frontendOpenOrders" => json(&orders::frontend_open(core, user()?)),
        "orderStatus" => {
            json(&orders::status(core, user()?, question.oid.ok_or(InfoError::Shape)?))
        }
        "historicalOrders" => json(&orders::historical(core, user()?)),
        "userFills" => json(&fills::newest(core, user()?)),
        "userFillsByTime" => {
            let start = question.start_time.ok_or(InfoError::Shape)?;
            json(&fills::by_time(core, user()?, start, question.end_time))
        }
        "userRateLimit" => json(&account::rate_limit(core, user()?)),
        "userFees" => json(&account::fees(core, user()?)),
        "userRole" => json(&account::role(core, user()?)),
        "extraAgents" => json(&account::extra_agents(core, user()?)),
        "activeAssetData" => json(&clearinghouse::active_asset(core, user()?, coin()?)?),
        "userFunding" => {
            let start = question.start_time.unwrap_or(0);
            json(&ledger::fundings(core, user()?, start, question.end_time))
        }
        "userNonFundingLedgerUpdates" => {
            let start = question.start_time.unwrap_or(0);
            json(&ledger::entries(core, user()?, start, question.end_time))
        }
        "subAccounts" | "userTwapSliceFills" => user().map(|_| "[]".to_owned()),
        _ => Err(InfoError::Shape),
    }
}

pub(crate) fn json<T: Serialize>(document: &T) -> Result<String, InfoError> {
    serde_json::to_string(document).map_err(|_| InfoError::Server)
}

/// Reads the first JSON value of a body, whatever follows it; nothing when there is none.
pub(crate) fn first_value(body: &[u8]) -> Option<String> {
    let mut values = serde_json::Deserializer::from_slice(body).into_iter::<Box<RawValue>>();
    values.next()?.ok().map(|value| value.get().to_owned())
}
