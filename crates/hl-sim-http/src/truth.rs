//! Ground truth as JSON: amounts as decimal text, counts as numbers.

use hl_sim::{AccountMarketTruth, AccountTruth, MarketTruth, Truth};
use serde_json::{Map, Value, json};

/// Everything, by account and by market.
#[must_use]
pub fn whole(truth: &Truth) -> Value {
    json!({
        "time": truth.time.0,
        "blocks": truth.blocks,
        "accounts": by_name(&truth.accounts, account),
        "markets": by_name(&truth.markets, market),
        "deposited": truth.deposited.to_string(),
        "fees": truth.fees.to_string(),
        "cash": truth.cash.to_string(),
    })
}

/// One account's totals. `attempts` is `accepted` plus all of `rejected`.
#[must_use]
pub fn account(truth: &AccountTruth) -> Value {
    let rejected: Map<_, _> =
        truth.rejected.iter().map(|(code, n)| (code.code().to_owned(), (*n).into())).collect();
    json!({
        "attempts": truth.attempts,
        "accepted": truth.accepted,
        "rejected": rejected,
        "illegalPrices": truth.illegal_prices,
        "illegalSizes": truth.illegal_sizes,
        "makerFills": truth.maker_fills,
        "takerFills": truth.taker_fills,
        "makerVolume": truth.maker_volume.to_string(),
        "takerVolume": truth.taker_volume.to_string(),
        "fees": truth.fees.to_string(),
        "closedPnl": truth.closed_pnl.to_string(),
        "canceled": truth.canceled,
        "openOrders": truth.open_orders,
        "accountValue": truth.account_value.to_string(),
        "positions": by_name(&truth.positions, |size| Value::String(size.to_string())),
        "requests": truth.requests,
        "markets": by_name(&truth.markets, account_market),
    })
}

fn account_market(truth: &AccountMarketTruth) -> Value {
    json!({
        "attempts": truth.attempts,
        "accepted": truth.accepted,
        "makerFills": truth.maker_fills,
        "takerFills": truth.taker_fills,
        "volume": truth.volume.to_string(),
        "closedPnl": truth.closed_pnl.to_string(),
        "fees": truth.fees.to_string(),
        "openOrders": truth.open_orders,
    })
}

fn market(truth: &MarketTruth) -> Value {
    json!({
        "trades": truth.trades,
        "volume": truth.volume.to_string(),
        "openInterest": truth.open_interest.to_string(),
        "openOrders": truth.open_orders,
    })
}

fn by_name<'a, K: ToString + 'a, V: 'a>(
    entries: impl IntoIterator<Item = (&'a K, &'a V)>,
    value: impl Fn(&V) -> Value,
) -> Value {
    Value::Object(entries.into_iter().map(|(key, v)| (key.to_string(), value(v))).collect())
}
