//! Each configured market: whether it trades, on which grid, and whether our orders are large enough.

use std::collections::BTreeMap;

use hl_quant::{Notional, Price, Round};
use hl_specs::{Listing, Market, Universe};

use super::Finding;
use crate::config::{Layer, MarketSettings, Settings};
use crate::markets::min_notional;

/// One finding for each pair.
pub(super) fn examine(
    settings: &Settings,
    universe: &Universe,
    prices: &BTreeMap<String, Price>,
) -> Vec<Finding> {
    let mut found = Vec::new();
    for coin in &settings.pairs {
        let matter = format!("market {coin}");
        found.push(match universe.find(coin) {
            Ok(market) => judge(matter, market, settings, prices.get(coin).copied()),
            Err(error) => Finding::wrong(matter, error.to_string(), "correct quote.pairs"),
        });
    }
    found
}

fn judge(matter: String, market: &Market, settings: &Settings, price: Option<Price>) -> Finding {
    let wanted = settings.market(market.coin.as_str());
    if market.listing == Listing::Delisted {
        return Finding::wrong(matter, "it is delisted", "take it out of quote.pairs");
    }
    if let Some(max) = market.max_leverage
        && wanted.leverage > u64::from(max)
    {
        let saw = format!("leverage {} is above the {max} that it allows", wanted.leverage);
        return Finding::wrong(matter, saw, format!("set the leverage to {max} or less"));
    }
    let Some(price) = price else {
        let fix = "without a book nothing is quoted; is the market halted?";
        return Finding::warn(matter, "its book has not two sides", fix);
    };
    let spec = market.spec.with_min_notional(min_notional(settings));
    let least = spec.prices().snap(price, Round::Up).and_then(|at| {
        let size = spec.min_size_at(at)?;
        Ok((at.get() * size.get(), size))
    });
    let (least, size) = match least {
        Ok(least) => least,
        Err(reject) => {
            let fix = "an override leaves no legal price or size here: make it finer";
            return Finding::wrong(matter, reject.to_string(), fix);
        }
    };
    let tick = spec.prices().tick_size(price);
    let saw = format!("{price}, tick {tick}, lot {}, smallest order {size}", spec.sizes().lot());
    layers(matter, saw, wanted, least)
}

/// Whether each layer's order is worth what the venue wants.
fn layers(matter: String, saw: String, wanted: &MarketSettings, least: Notional) -> Finding {
    let whole: u64 = wanted.layers.iter().map(|layer| layer.capital_pct).sum();
    let small = |layer: &&Layer| {
        let share = u128::from(wanted.base_order_usd) * u128::from(layer.capital_pct);
        // Dollars at 10^-8 to dollars at 10^-16.
        let worth = share.saturating_mul(100_000_000).checked_div(whole.into()).unwrap_or(0);
        worth < least.raw()
    };
    let short = wanted.layers.iter().filter(small).count();
    let fix = format!(
        "an order must be worth {least} USD: raise quote.base_order_usd, or use fewer layers"
    );
    match short {
        0 => Finding::ok(matter, saw),
        n if n == wanted.layers.len() => {
            Finding::wrong(matter, format!("{saw}; every order is too small"), fix)
        }
        n => Finding::warn(matter, format!("{saw}; {n} layers are too small to be quoted"), fix),
    }
}
