//! `specs [COIN]`: the markets with their grid.

use std::io::Write;

use hl_quant::Price;
use hl_specs::{Listing, Market};
use serde_json::{Value, json};

use crate::cli::SpecsArgs;
use crate::exit::{Exit, Failed};
use crate::markets::Markets;

/// Prints one market or all.
pub(crate) fn run(
    args: &SpecsArgs,
    markets: &Markets,
    out: &mut impl Write,
) -> Result<Exit, Failed> {
    let chosen: Vec<&Market> = match &args.coin {
        Some(coin) => vec![markets.find(coin)?],
        None => markets.universe.markets().iter().collect(),
    };
    let rows: Vec<Row<'_>> = chosen
        .into_iter()
        .map(|market| Row { market, price: markets.prices.get(market.coin.as_str()).copied() })
        .collect();
    if args.json {
        let list: Vec<Value> = rows.iter().map(Row::json).collect();
        writeln!(out, "{:#}", Value::from(list))?;
    } else {
        table(&rows, out)?;
    }
    Ok(Exit::Ok)
}

struct Row<'m> {
    market: &'m Market,
    price: Option<Price>,
}

impl Row<'_> {
    /// The distance between legal prices at the current one; without a price, the finest.
    fn tick(&self) -> Price {
        let grid = self.market.spec.prices();
        self.price.map_or_else(|| grid.finest_tick(), |price| grid.tick_size(price))
    }

    fn min_size(&self) -> Option<String> {
        let grid = self.market.spec.prices();
        let price = grid.snap(self.price?, hl_quant::Round::Nearest).ok()?;
        Some(self.market.spec.min_size_at(price).ok()?.to_string())
    }

    fn status(&self) -> &'static str {
        match self.market.listing {
            Listing::Trading => "trading",
            Listing::Delisted => "delisted",
        }
    }

    fn is_overridden(&self) -> bool {
        self.market.spec != self.market.venue_spec
    }

    fn json(&self) -> Value {
        let venue = &self.market.venue_spec;
        json!({
            "coin": self.market.coin.as_str(),
            "asset": self.market.asset.0,
            "sz_decimals": self.market.sz_decimals.get(),
            "price": self.price.map(|price| price.to_string()),
            "tick": self.tick().to_string(),
            "finest_tick": venue.prices().finest_tick().to_string(),
            "lot": self.market.spec.sizes().lot().to_string(),
            "min_size": self.min_size(),
            "min_notional": self.market.spec.min_notional().to_string(),
            "max_leverage": self.market.max_leverage,
            "status": self.status(),
            "overridden": self.is_overridden(),
        })
    }
}

fn table(rows: &[Row<'_>], out: &mut impl Write) -> std::io::Result<()> {
    writeln!(
        out,
        "{:<10} {:>5} {:>10} {:>12} {:>10} {:>8} {:>12} {:>5}  status",
        "coin", "asset", "szDecimals", "price", "tick", "lot", "min size", "lev"
    )?;
    for row in rows {
        let text = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
        writeln!(
            out,
            "{:<10} {:>5} {:>10} {:>12} {:>10} {:>8} {:>12} {:>5}  {}{}",
            row.market.coin.as_str(),
            row.market.asset.0,
            row.market.sz_decimals.get(),
            text(row.price.map(|price| price.to_string())),
            row.tick().to_string(),
            row.market.spec.sizes().lot().to_string(),
            text(row.min_size()),
            text(row.market.max_leverage.map(|l| l.to_string())),
            row.status(),
            if row.is_overridden() { ", overridden" } else { "" },
        )?;
    }
    Ok(())
}
