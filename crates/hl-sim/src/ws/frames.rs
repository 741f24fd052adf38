//! The frames that the exchange sends.

use hl_wire::{Address, AssetId};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::core::Core;
use crate::core::account::{Fill, Funding, LedgerEntry, Movement};
use crate::core::market::{Market, Trade};
use crate::core::order::Record;
use crate::info::ledger::{EntryDoc, FundingDoc};
use crate::info::market::{BookStyle, all_mids, book};
use crate::info::view::{self, FillDoc, LevelDoc, TradeDoc};
use crate::info::{fills, ledger, meta};

/// Any frame but `pong`.
#[derive(Serialize)]
struct Frame<'a, T> {
    channel: &'a str,
    data: T,
}

/// Writes a frame.
pub(super) fn frame<T: Serialize>(channel: &str, data: T) -> String {
    serde_json::to_string(&Frame { channel, data }).unwrap_or_default()
}

pub(super) const PONG: &str = r#"{"channel":"pong"}"#;

pub(super) fn error(text: &str) -> String {
    frame("error", text)
}

#[derive(Serialize)]
struct AckDoc<'a> {
    method: &'a str,
    subscription: &'a super::Subscription,
}

pub(super) fn acknowledgement(method: &str, subscription: &super::Subscription) -> String {
    frame("subscriptionResponse", AckDoc { method, subscription })
}

pub(super) fn trades<'a>(core: &Core, trades: impl Iterator<Item = &'a Trade>) -> String {
    frame("trades", trades.map(|trade| TradeDoc::new(core, trade)).collect::<Vec<_>>())
}

#[derive(Serialize)]
struct BboDoc<'a> {
    coin: &'a str,
    time: u64,
    bbo: [Option<LevelDoc>; 2],
}

pub(super) fn bbo(core: &Core, market: &Market) -> String {
    let coin = market.config.coin.as_str();
    frame("bbo", BboDoc { coin, time: core.now.0, bbo: view::best(market) })
}

pub(super) fn l2_book(core: &Core, market: &Market, style: BookStyle) -> String {
    frame("l2Book", book(core, market, style))
}

#[derive(Serialize)]
struct MidsDoc<T> {
    mids: T,
}

pub(super) fn mids(core: &Core) -> String {
    frame("allMids", MidsDoc { mids: all_mids(core) })
}

#[derive(Serialize)]
struct ContextFrame<'a> {
    coin: &'a str,
    ctx: meta::ContextDoc,
}

pub(super) fn context(core: &Core, market: &Market) -> String {
    let coin = market.config.coin.as_str();
    frame("activeAssetCtx", ContextFrame { coin, ctx: meta::context(core, market) })
}

pub(super) fn order_updates(core: &Core, records: &[Record]) -> String {
    let updates: Vec<_> = records.iter().map(|record| view::update(core, record)).collect();
    frame("orderUpdates", updates)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UserFillsDoc {
    #[serde(skip_serializing_if = "Option::is_none")]
    is_snapshot: Option<bool>,
    user: Address,
    fills: Vec<FillDoc>,
}

pub(super) fn user_fills(core: &Core, user: Address, fills: &[Fill]) -> String {
    let fills = fills.iter().map(|fill| FillDoc::new(core, user, fill)).collect();
    frame("userFills", UserFillsDoc { is_snapshot: None, user, fills })
}

pub(super) fn user_fills_snapshot(core: &Core, user: Address) -> String {
    let fills = fills::newest(core, user);
    frame("userFills", UserFillsDoc { is_snapshot: Some(true), user, fills })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum UserEventDoc {
    Fills(Vec<FillDoc>),
    Funding(FundingDoc),
    Liquidation(LiquidationDoc),
    NonUserCancel(Vec<CancelDoc>),
}

#[derive(Serialize)]
struct CancelDoc {
    coin: String,
    oid: u64,
}

pub(super) fn user_fill_event(core: &Core, user: Address, fills: &[Fill]) -> String {
    let fills = fills.iter().map(|fill| FillDoc::new(core, user, fill)).collect();
    frame("user", UserEventDoc::Fills(fills))
}

pub(super) fn user_cancel_event(core: &Core, cancels: &[(AssetId, hl_wire::Oid)]) -> String {
    let cancels =
        cancels.iter().map(|(asset, oid)| CancelDoc { coin: core.coin(*asset), oid: oid.0 });
    frame("user", UserEventDoc::NonUserCancel(cancels.collect()))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UserFundingsDoc {
    #[serde(skip_serializing_if = "Option::is_none")]
    is_snapshot: Option<bool>,
    user: Address,
    fundings: Vec<FundingDoc>,
}

pub(super) fn user_fundings(core: &Core, user: Address, fundings: &[Funding]) -> String {
    let fundings = fundings.iter().map(|one| FundingDoc::new(core, one)).collect();
    frame("userFundings", UserFundingsDoc { is_snapshot: None, user, fundings })
}

pub(super) fn user_fundings_snapshot(core: &Core, user: Address) -> String {
    let fundings = ledger::newest_fundings(core, user);
    frame("userFundings", UserFundingsDoc { is_snapshot: Some(true), user, fundings })
}

pub(super) fn user_funding_event(core: &Core, funding: &Funding) -> String {
    frame("user", UserEventDoc::Funding(FundingDoc::new(core, funding)))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UserLedgerDoc {
    #[serde(skip_serializing_if = "Option::is_none")]
    is_snapshot: Option<bool>,
    user: Address,
    non_funding_ledger_updates: Vec<EntryDoc>,
}

pub(super) fn user_ledger(core: &Core, user: Address, entries: &[LedgerEntry]) -> String {
    let non_funding_ledger_updates =
        entries.iter().map(|entry| EntryDoc::new(core, entry)).collect();
    let document = UserLedgerDoc { is_snapshot: None, user, non_funding_ledger_updates };
    frame("userNonFundingLedgerUpdates", document)
}

pub(super) fn user_ledger_snapshot(core: &Core, user: Address) -> String {
    let non_funding_ledger_updates = ledger::newest_entries(core, user);
    let document = UserLedgerDoc { is_snapshot: Some(true), user, non_funding_ledger_updates };
    frame("userNonFundingLedgerUpdates", document)
}

/// A liquidation; the venue writes these keys with underscores.
#[derive(Serialize)]
struct LiquidationDoc {
    lid: u64,
    liquidator: Address,
    liquidated_user: Address,
    liquidated_ntl_pos: String,
    liquidated_account_value: String,
}

pub(super) fn liquidation_event(user: Address, entry: &LedgerEntry) -> Option<String> {
    let Movement::Liquidation { notional, value, .. } = &entry.movement else { return None };
    let document = LiquidationDoc {
        lid: entry.time.0,
        liquidator: crate::background::address(b"fault", 0),
        liquidated_user: user,
        liquidated_ntl_pos: notional.to_string(),
        liquidated_account_value: value.to_string(),
    };
    Some(frame("user", UserEventDoc::Liquidation(document)))
}

#[derive(Serialize)]
struct PostDoc<'a> {
    id: u64,
    response: PostResponse<'a>,
}

/// What a posted request is answered with.
#[derive(Serialize)]
#[serde(tag = "type", content = "payload", rename_all = "camelCase")]
pub(super) enum PostResponse<'a> {
    Info(InfoPayload<'a>),
    Action(Box<RawValue>),
    Error(&'a str),
}

#[derive(Serialize)]
pub(super) struct InfoPayload<'a> {
    #[serde(rename = "type")]
    pub(super) kind: &'a str,
    pub(super) data: Box<RawValue>,
}

pub(super) fn post(id: u64, response: PostResponse<'_>) -> String {
    frame("post", PostDoc { id, response })
}
