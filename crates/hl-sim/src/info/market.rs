//! Questions about markets.

use std::collections::BTreeMap;

use hl_quant::{Side, Size};
use serde::Serialize;

use super::view::{self, LevelDoc, TradeDoc};
use super::{InfoError, Question, json};
use crate::core::Core;
use crate::core::book::BookLevel;
use crate::core::market::Market;
use crate::text;

/// Levels per side of a full book.
pub(crate) const DEPTH: usize = 20;

/// Coin to mid price; a market without two sides answers its last trade.
pub(crate) fn all_mids(core: &Core) -> BTreeMap<&str, String> {
    core.markets.iter().map(|m| (m.config.coin.as_str(), view::quote(m))).collect()
}

/// A book as `l2Book` shows it.
#[derive(Debug, Serialize)]
pub(crate) struct BookDoc {
    coin: String,
    time: u64,
    levels: [Vec<LevelDoc>; 2],
    #[serde(skip_serializing_if = "Option::is_none")]
    spread: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fast: Option<bool>,
}

/// How a subscriber or a question wants a book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct BookStyle {
    pub(crate) n_sig_figs: Option<u32>,
    pub(crate) mantissa: Option<u32>,
    pub(crate) fast: bool,
}

impl BookStyle {
    /// Whether the venue accepts these parameters.
    pub(crate) const fn is_valid(self) -> bool {
        match (self.n_sig_figs, self.mantissa) {
            (None | Some(2..=5), None) => true,
            (Some(5), Some(1 | 2 | 5)) => true,
            (_, _) => false,
        }
    }
}

/// Builds a book document.
pub(crate) fn book(core: &Core, market: &Market, style: BookStyle) -> BookDoc {
    let depth = if style.fast { 5 } else { DEPTH };
    let levels = match style.n_sig_figs {
        None => view::levels(market, depth),
        Some(figures) => Side::BOTH
            .map(|side| aggregate(market, side, figures, style.mantissa.unwrap_or(1), depth)),
    };
    let spread = style.n_sig_figs.and_then(|_| {
        let [bid, ask] = Side::BOTH.map(|side| market.book.best(side));
        Some(text::px_raw(ask?.raw().saturating_sub(bid?.raw())))
    });
    BookDoc {
        coin: market.config.coin.clone(),
        time: core.now.0,
        levels,
        spread,
        fast: style.fast.then_some(true),
    }
}

/// Levels merged to a number of significant figures: bids downwards, asks upwards.
fn aggregate(
    market: &Market,
    side: Side,
    figures: u32,
    mantissa: u32,
    depth: usize,
) -> Vec<LevelDoc> {
    let mut merged: Vec<(u64, Size, usize)> = Vec::new();
    for BookLevel { px, sz, n } in market.book.levels(side) {
        let raw = px.raw();
        let digits = raw.checked_ilog10().unwrap_or(0).saturating_add(1);
        let unit = 10_u64.saturating_pow(digits.saturating_sub(figures));
        let step = unit.saturating_mul(u64::from(mantissa)).max(1);
        let bucket = match side {
            Side::Bid => (raw / step).saturating_mul(step),
            Side::Ask => raw.div_ceil(step).saturating_mul(step),
        };
        let full = merged.len() == depth;
        match merged.last_mut().filter(|last| last.0 == bucket) {
            Some(last) => {
                last.1 = last.1.saturating_add(sz);
                last.2 = last.2.saturating_add(n);
            }
            None if full => break,
            None => merged.push((bucket, sz, n)),
        }
    }
    let level = |(px, sz, n): (u64, Size, usize)| {
        hl_quant::Price::from_raw(px).map(|px| LevelDoc::from(BookLevel { px, sz, n }))
    };
    merged.into_iter().filter_map(level).collect()
}

/// `null` for a coin without market, as the live venue answers.
pub(super) fn l2_book(
    core: &Core,
    coin: &str,
    n_sig_figs: Option<u32>,
    mantissa: Option<u32>,
) -> Result<String, InfoError> {
    let style = BookStyle { n_sig_figs, mantissa, fast: false };
    if !style.is_valid() {
        return Err(InfoError::Server);
    }
    core.market_by_coin(coin)
        .map_or_else(|| Ok("null".to_owned()), |market| json(&book(core, market, style)))
}

/// The last trades, newest first.
pub(super) fn recent_trades(core: &Core, coin: &str) -> Vec<TradeDoc> {
    let trades = core.market_by_coin(coin).into_iter().flat_map(|m| m.trades.iter().rev());
    trades.map(|trade| TradeDoc::new(core, trade)).collect()
}

/// An hour's funding.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FundingDoc {
    coin: String,
    funding_rate: &'static str,
    premium: &'static str,
    time: u64,
}

/// Funding is zero in this exchange; the hours are there all the same (at most 500).
pub(super) fn funding_history(
    core: &Core,
    coin: &str,
    question: &Question,
) -> Result<Vec<FundingDoc>, InfoError> {
    const HOUR_MS: u64 = 3_600_000;
    let start = question.start_time.ok_or(InfoError::Shape)?;
    let end = question.end_time.unwrap_or(core.now.0).min(core.now.0);
    let first = start.div_ceil(HOUR_MS);
    let hours = (first..=end / HOUR_MS).take(500);
    let known = core.market_by_coin(coin).is_some();
    Ok(hours
        .filter(|_| known)
        .map(|hour| FundingDoc {
            coin: coin.to_owned(),
            funding_rate: "0.0",
            premium: "0.0",
            time: hour.saturating_mul(HOUR_MS),
        })
        .collect())
}

/// The exchange's own state.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ExchangeStatus {
    time: u64,
    special_statuses: Option<()>,
}

pub(super) const fn exchange_status(core: &Core) -> ExchangeStatus {
    ExchangeStatus { time: core.now.0, special_statuses: None }
}
