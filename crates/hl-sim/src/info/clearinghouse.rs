//! What an account holds, and what that ties up.

use hl_quant::{DECIMALS, SignedSize};
use hl_wire::{Address, AssetId};
use serde::Serialize;

use super::InfoError;
use crate::Usd;
use crate::core::Core;
use crate::core::account::AccountId;
use crate::core::margin::{Summary, over};
use crate::core::market::Market;
use crate::core::position::{Leverage, MarginKind, Position};
use crate::text;

/// The answer to `clearinghouseState`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ClearinghouseDoc {
    margin_summary: SummaryDoc,
    cross_margin_summary: SummaryDoc,
    cross_maintenance_margin_used: String,
    withdrawable: String,
    asset_positions: Vec<AssetPositionDoc>,
    time: u64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SummaryDoc {
    account_value: String,
    total_ntl_pos: String,
    total_raw_usd: String,
    total_margin_used: String,
}

impl From<Summary> for SummaryDoc {
    fn from(summary: Summary) -> Self {
        Self {
            account_value: summary.value.to_string(),
            total_ntl_pos: summary.notional.to_string(),
            total_raw_usd: summary.raw.to_string(),
            total_margin_used: summary.used.to_string(),
        }
    }
}

#[derive(Debug, Serialize)]
struct AssetPositionDoc {
    #[serde(rename = "type")]
    kind: &'static str,
    position: PositionDoc,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PositionDoc {
    coin: String,
    szi: String,
    leverage: LeverageDoc,
    entry_px: String,
    position_value: String,
    unrealized_pnl: String,
    return_on_equity: String,
    liquidation_px: Option<String>,
    margin_used: String,
    max_leverage: u8,
    cum_funding: CumFundingDoc,
}

#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "camelCase")]
enum LeverageDoc {
    Cross {
        value: u8,
    },
    #[serde(rename_all = "camelCase")]
    Isolated {
        value: u8,
        raw_usd: String,
    },
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CumFundingDoc {
    all_time: &'static str,
    since_open: &'static str,
    since_change: &'static str,
}

const NO_FUNDING: CumFundingDoc =
    CumFundingDoc { all_time: "0.0", since_open: "0.0", since_change: "0.0" };

/// An account's positions and margins; one without account is empty.
pub(super) fn state(core: &Core, user: Address) -> ClearinghouseDoc {
    let id = core.by_address.get(&user).copied();
    let summary =
        |kinds: &[MarginKind]| id.map_or_else(Summary::default, |id| core.summary(id, kinds));
    let cross = summary(&[MarginKind::Cross]);
    let positions = core.account_at(user).into_iter().flat_map(|account| &account.positions);
    ClearinghouseDoc {
        margin_summary: summary(&[MarginKind::Cross, MarginKind::Isolated]).into(),
        cross_margin_summary: cross.into(),
        cross_maintenance_margin_used: cross.maintenance.to_string(),
        withdrawable: id.map_or(Usd::ZERO, |id| core.withdrawable(id)).to_string(),
        asset_positions: positions
            .filter_map(|(asset, position)| {
                let position = position_doc(core, id?, *asset, position, cross)?;
                Some(AssetPositionDoc { kind: "oneWay", position })
            })
            .collect(),
        time: core.now.0,
    }
}

fn position_doc(
    core: &Core,
    id: AccountId,
    asset: AssetId,
    position: &Position,
    cross: Summary,
) -> Option<PositionDoc> {
    let market = core.market(asset)?;
    let leverage = core.leverage(id, asset);
    let value = position.value(market.mark);
    let notional = value.abs();
    let profit = position.unrealized(market.mark);
    let equity = position.isolated + value;
    let margin_used = match leverage.kind {
        MarginKind::Cross => over(notional, leverage.value),
        MarginKind::Isolated => equity,
    };
    let spare = match leverage.kind {
        MarginKind::Cross => cross.value - cross.maintenance,
        MarginKind::Isolated => equity - core.maintenance(market, notional),
    };
    let scale = 10_i128.saturating_pow(10);
    let on_equity =
        profit.mul_div(i128::from(leverage.value).saturating_mul(scale), position.cost.get());
    Some(PositionDoc {
        coin: market.config.coin.clone(),
        szi: text::szi(position.szi),
        leverage: leverage_doc(leverage, position),
        entry_px: average_px(market, position.cost, position.szi.magnitude().raw()),
        position_value: notional.to_string(),
        unrealized_pnl: profit.to_string(),
        return_on_equity: text::scaled(on_equity.get(), 10),
        liquidation_px: liquidation_px(market, position.szi, spare),
        margin_used: margin_used.to_string(),
        max_leverage: market.config.max_leverage,
        cum_funding: NO_FUNDING,
    })
}

fn leverage_doc(leverage: Leverage, position: &Position) -> LeverageDoc {
    let value = leverage.value;
    match leverage.kind {
        MarginKind::Cross => LeverageDoc::Cross { value },
        MarginKind::Isolated => {
            LeverageDoc::Isolated { value, raw_usd: position.isolated.to_string() }
        }
    }
}

/// `value / size` to the market's finest price step, rounded to nearest.
pub(crate) fn average_px(market: &Market, value: Usd, size_raw: u64) -> String {
    let decimals = 6_u32.saturating_sub(u32::from(market.config.sz_decimals.get()));
    // Value at 10^-6 over size at 10^-8 is a price at 10^2.
    let scale = 10_i128.saturating_pow(decimals.saturating_add(2));
    let size = i128::from(size_raw).max(1);
    let rounded = value.get().saturating_mul(scale).saturating_add(size / 2) / size;
    text::scaled(rounded, decimals)
}

/// The mark price at which the position's margin would be down to maintenance (docs:
/// "Liquidations"), with one tier's rate; nothing when no positive price does it.
fn liquidation_px(market: &Market, szi: SignedSize, spare: Usd) -> Option<String> {
    let side: i128 = if szi.raw() < 0 { -1 } else { 1 };
    let double_max = 2 * i128::from(market.config.max_leverage.max(1));
    let per_unit = spare.mul_div(10_000_000_000, i128::from(szi.magnitude().raw()));
    let distance = per_unit.mul_div(double_max, double_max - side);
    let raw = i128::from(market.mark.raw()) - side * distance.get();
    (raw > 0).then(|| text::scaled(raw, DECIMALS))
}

/// The answer to `activeAssetData`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ActiveAssetDoc {
    user: Address,
    coin: String,
    leverage: LeverageDoc,
    max_trade_szs: [String; 2],
    available_to_trade: [String; 2],
    mark_px: String,
}

pub(super) fn active_asset(
    core: &Core,
    user: Address,
    coin: &str,
) -> Result<ActiveAssetDoc, InfoError> {
    let market = core.market_by_coin(coin).ok_or(InfoError::Server)?;
    let id = core.by_address.get(&user).copied();
    let leverage = id.map_or(Leverage { kind: MarginKind::Cross, value: 1 }, |id| {
        core.leverage(id, market.asset)
    });
    let position = core.account_at(user).map(|a| a.position(market.asset)).unwrap_or_default();
    let free = id.map_or(Usd::ZERO, |id| core.available(id, None)).non_negative();
    // Dollars at 10^-6 over a price at 10^-8 is a size at 10^2; sizes are kept at 10^-8.
    let size = free.mul_div(
        i128::from(leverage.value).saturating_mul(10_000_000_000),
        i128::from(market.mark.raw()),
    );
    let lot =
        10_i128.saturating_pow(8_u32.saturating_sub(u32::from(market.config.sz_decimals.get())));
    let size = text::scaled(size.get() / lot * lot, DECIMALS);
    Ok(ActiveAssetDoc {
        user,
        coin: coin.to_owned(),
        leverage: leverage_doc(leverage, &position),
        max_trade_szs: [size.clone(), size],
        available_to_trade: [free.to_string(), free.to_string()],
        mark_px: text::px(market.mark),
    })
}
