//! The rows of the answers, with the columns that are read.

use hl_quant::Millis;
use serde::Deserialize;

use crate::document::{List, stamp};

#[derive(Deserialize)]
pub(super) struct Page<T> {
    pub(super) data: List<T>,
}

/// A row of `netflow`.
#[derive(Deserialize)]
pub(super) struct Netflow {
    pub(super) chain: String,
    pub(super) token_address: String,
    pub(super) token_symbol: String,
    pub(super) net_flow_24h_usd: f64,
    pub(super) market_cap_usd: Option<f64>,
}

/// A row of `holdings`. The change is a fraction: 0.1 is ten percent more.
#[derive(Deserialize)]
pub(super) struct Holding {
    pub(super) chain: String,
    pub(super) token_address: String,
    pub(super) token_symbol: String,
    pub(super) value_usd: f64,
    pub(super) balance_24h_percent_change: Option<f64>,
    pub(super) market_cap_usd: Option<f64>,
}

/// A row of `perp-trades`.
#[derive(Deserialize)]
pub(super) struct PerpTrade {
    pub(super) token_symbol: String,
    pub(super) side: String,
    pub(super) action: String,
    pub(super) value_usd: f64,
    pub(super) block_timestamp: String,
}

impl PerpTrade {
    /// Whether it bought. The documentation's filter says `Buy - Add Long`; its rows say `Add` with
    /// the side of the position beside it. Both are read, and nothing else.
    pub(super) fn is_buy(&self) -> Option<bool> {
        let (way, what) = match self.action.split_once(" - ") {
            Some((way, what)) => (Some(way), what),
            None => (None, self.action.as_str()),
        };
        let grows = match what.split(' ').next()? {
            "Open" | "Add" => true,
            "Reduce" | "Close" => false,
            _ => return None,
        };
        let long = match self.side.as_str() {
            "Long" => true,
            "Short" => false,
            _ => return None,
        };
        let is_buy = grows == long;
        match way {
            None => Some(is_buy),
            Some("Buy") if is_buy => Some(true),
            Some("Sell") if !is_buy => Some(false),
            Some(_) => None,
        }
    }

    /// When, by `block_timestamp`: `2024-01-31T23:59:59`, with or without a fraction and a `Z`, with
    /// a space for the `T`; always UTC.
    pub(super) fn time(&self) -> Option<Millis> {
        utc(&self.block_timestamp)
    }
}

/// A moment in UTC from its text; fractions of a second are cut.
pub(super) fn utc(text: &str) -> Option<Millis> {
    let text = text.strip_suffix('Z').or_else(|| text.strip_suffix("+00:00")).unwrap_or(text);
    let (date, time) = text.split_once(['T', ' '])?;
    let time = time.split_once('.').map_or(time, |(whole, _)| whole);
    let (year, month, day) = three(date, '-')?;
    let (hour, minute, second) = three(time, ':')?;
    let is_moment = (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    if !is_moment || !(2001..5000).contains(&year) {
        return None;
    }
    // Days since 1970 by the civil calendar, with the year counted from March.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, of_era) = (year / 400, year % 400);
    let of_year = (153 * month + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    let seconds = ((days * 24 + hour) * 60 + minute) * 60 + second;
    // The same window as for numbers.
    stamp(crate::float::from_u64(seconds)).ok()
}

fn three(text: &str, between: char) -> Option<(u64, u64, u64)> {
    let mut parts = text.split(between).map(|part| {
        let digits =
            !part.is_empty() && part.len() <= 4 && part.bytes().all(|b| b.is_ascii_digit());
        if digits { part.parse().ok() } else { None }
    });
    let all = (parts.next()??, parts.next()??, parts.next()??);
    parts.next().is_none().then_some(all)
}
