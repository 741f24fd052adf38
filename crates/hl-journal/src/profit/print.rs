//! The statement as lines and as JSON. Money is exact decimal text in both.

use core::fmt::{self, Write as _};

use hl_engine::{Liquidity, Timestamp, Usd};
use hl_quant::Millis;
use serde_json::{Map, Value, json};

use super::account::Units;
use super::{HORIZONS_MS, Hour, Markout, Parts, Statement, Tier};

/// Hundredths of a basis point as basis points.
struct Bps(i64);

impl fmt::Display for Bps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let n = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", n / 100, n % 100)
    }
}

/// The parts in the order in which they are always told.
struct Money<'a>(&'a Parts);

impl fmt::Display for Money<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Parts { spread, inventory, fees, rebates, funding, .. } = self.0;
        write!(
            f,
            "profit={} spread={spread} inventory={inventory} fees={fees} rebates={rebates} \
             funding={funding} fills={} volume={}",
            self.0.sum(),
            self.0.fills(),
            self.0.volume
        )
    }
}

impl Statement {
    /// The lines, each ending with a newline. `label` names the window in them; only markets that
    /// `wanted` takes have lines of their own.
    #[must_use]
    pub fn text(&self, label: &str, wanted: &dyn Fn(&str) -> bool) -> String {
        let mut text = String::new();
        // Writing into a string cannot fail.
        let _ = self.write(label, wanted, &mut text);
        text
    }

    fn write(
        &self,
        label: &str,
        wanted: &dyn Fn(&str) -> bool,
        out: &mut String,
    ) -> Result<(), fmt::Error> {
        if let Some(((from, start), (to, end))) = self.start.zip(self.end) {
            let (documents, waiting) = self.documents;
            let (from, to) = (Timestamp(from), Timestamp(to));
            writeln!(
                out,
                "account_{label}: from={from} value={start} to={to} value={end} \
                 documents={documents} waiting={waiting}"
            )?;
        }
        writeln!(
            out,
            "profit_total_{label}: change={} {} transfers={} difference={}",
            self.change(),
            Money(&self.total),
            self.transferred(),
            self.difference()
        )?;
        let markets = || self.markets.iter().filter(|(pair, _)| wanted(pair));
        for (pair, market) in markets() {
            writeln!(out, "profit_by_pair_{label}: {pair} {}", Money(&market.total))?;
        }
        for (hour, parts) in &self.hours {
            writeln!(out, "profit_by_hour_{label}: {} {}", at(*hour), Money(parts))?;
        }
        for (hour, moved) in &self.transfers {
            writeln!(out, "transfers_by_hour_{label}: {} {moved}", at(*hour))?;
        }
        for (pair, market) in markets() {
            for (hour, parts) in &market.hours {
                let hour = at(*hour);
                writeln!(out, "profit_by_pair_and_hour_{label}: {pair} {hour} {}", Money(parts))?;
            }
        }
        for (pair, market) in markets().filter(|(_, market)| market.total.fills() > 0) {
            write!(out, "markout_bps_{label}: {pair}")?;
            if let Some(ppm) = market.total.spread_ppm() {
                write!(out, " 0s={}", Bps(ppm))?;
            }
            for (horizon, markout) in HORIZONS_MS.iter().zip(&market.total.markouts) {
                if let Some(ppm) = markout.ppm() {
                    write!(out, " {}s={}", horizon / 1_000, Bps(ppm))?;
                }
            }
            writeln!(out)?;
        }
        for ((liquidity, rate), tier) in &self.tiers {
            let Tier { fills, volume, fees } = tier;
            let (part, rate) = (word(*liquidity), Bps(*rate));
            writeln!(
                out,
                "fees_by_tier_{label}: {part}_bps={rate} fills={fills} volume={volume} fees={fees}"
            )?;
        }
        for doubt in self.doubts() {
            writeln!(out, "doubt_{label}: {doubt}")?;
        }
        Ok(())
    }

    /// The same for scripts; money as text, so that no digit is lost.
    #[must_use]
    pub fn json(&self) -> Value {
        let end = |end: Option<(Millis, Usd)>| {
            end.map(|(at, value)| json!({ "at": iso(at), "value": value.to_string() }))
        };
        let hours = |hours: &mut dyn Iterator<Item = (&Hour, &Parts)>| {
            hours.map(|(hour, parts)| (at(*hour), parts_json(parts))).collect::<Map<_, _>>()
        };
        let markets = self.markets.iter().map(|(pair, market)| {
            let held = |(size, worth): (i128, Usd)| {
                json!({ "position": Units(size).to_string(), "worth": worth.to_string() })
            };
            let value = json!({
                "total": parts_json(&market.total),
                "hours": hours(&mut market.hours.iter()),
                "start": held(market.start),
                "end": held(market.end),
            });
            (pair.clone(), value)
        });
        let tiers = self.tiers.iter().map(|((liquidity, rate), tier)| {
            json!({
                "liquidity": word(*liquidity),
                "bps": Bps(*rate).to_string(),
                "fills": tier.fills,
                "volume": tier.volume.to_string(),
                "fees": tier.fees.to_string(),
            })
        });
        let breaks = self.breaks.iter().map(|found| {
            json!({
                "from": iso(found.from.0),
                "to": iso(found.to.0),
                "amount": found.amount.to_string(),
                "text": found.to_string(),
            })
        });
        let transfers = self.transfers.iter();
        json!({
            "start": end(self.start),
            "end": end(self.end),
            "change": self.change().to_string(),
            "total": parts_json(&self.total),
            "transfers": self.transferred().to_string(),
            "transfers_by_hour": transfers
                .map(|(hour, moved)| (at(*hour), Value::from(moved.to_string())))
                .collect::<Map<_, _>>(),
            "difference": self.difference().to_string(),
            "reconciles": self.reconciles(),
            "markets": markets.collect::<Map<_, _>>(),
            "hours": hours(&mut self.hours.iter()),
            "tiers": tiers.collect::<Vec<_>>(),
            "breaks": breaks.collect::<Vec<_>>(),
            "documents": self.documents.0,
            "waiting": self.documents.1,
            "without_mid": self.without_mid,
            "doubts": self.doubts(),
        })
    }
}

fn parts_json(parts: &Parts) -> Value {
    let bps = |markout: &Markout| markout.ppm().map(|ppm| Bps(ppm).to_string());
    let markouts = HORIZONS_MS.iter().zip(&parts.markouts).map(|(horizon, markout)| {
        let value = json!({
            "sum": markout.sum.to_string(),
            "volume": markout.volume.to_string(),
            "fills": markout.fills,
            "bps": bps(markout),
        });
        (format!("{}s", horizon / 1_000), value)
    });
    json!({
        "profit": parts.sum().to_string(),
        "spread": parts.spread.to_string(),
        "inventory": parts.inventory.to_string(),
        "fees": parts.fees.to_string(),
        "rebates": parts.rebates.to_string(),
        "funding": parts.funding.to_string(),
        "maker_fills": parts.maker_fills,
        "taker_fills": parts.taker_fills,
        "fills": parts.fills(),
        "volume": parts.volume.to_string(),
        "spread_bps": parts.spread_ppm().map(|ppm| Bps(ppm).to_string()),
        "markouts": markouts.collect::<Map<_, _>>(),
    })
}

fn word(liquidity: Liquidity) -> &'static str {
    match liquidity {
        Liquidity::Maker => "maker",
        Liquidity::Taker => "taker",
    }
}

fn iso(at: Millis) -> String {
    Timestamp(at).to_string()
}

fn at(hour: Hour) -> String {
    iso(hour.begin())
}
