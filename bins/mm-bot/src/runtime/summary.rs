//! What happened, with its denominators, beside the exchange's own count.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;

use hl_engine::{Engine, MarketId, Stats, Usd};
use hl_sim::AccountTruth;
use serde_json::{Value, json};

use super::driver::Ending;
use super::status::classes;
use super::sweep::Remaining;
use crate::exit::Exit;

/// The account of one run.
#[derive(Debug)]
pub(super) struct Summary {
    pub(super) venue: &'static str,
    pub(super) elapsed: Duration,
    pub(super) seed: Option<u64>,
    pub(super) ending: Ending,
    pub(super) total: Stats,
    /// Coin, counts, profit at the last fair price.
    pub(super) markets: Vec<(String, Stats, Option<Usd>)>,
    pub(super) remaining: Remaining,
    /// The exchange's own count, where the exchange is ours to ask.
    pub(super) truth: Option<AccountTruth>,
    /// Why event lines are missing, if some are.
    pub(super) log_broken: Option<String>,
}

/// The counts of each market, copied out of the engine.
pub(super) fn markets(engine: &Engine, coins: &[String]) -> Vec<(String, Stats, Option<Usd>)> {
    (0_u16..)
        .zip(coins)
        .filter_map(|(index, coin)| {
            let view = engine.market(MarketId(index))?;
            Some((coin.clone(), view.stats.clone(), view.profit))
        })
        .collect()
}

impl Summary {
    /// What went wrong, in words; empty when nothing did.
    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if let Ending::Broken(why) = &self.ending {
            problems.push(why.clone());
        }
        match &self.remaining {
            Remaining::Confirmed(0) => {}
            Remaining::Confirmed(n) => problems.push(format!("{n} of our orders are still open")),
            Remaining::Unknown(why) => {
                problems.push(format!("the venue could not be asked for open orders: {why}"));
            }
        }
        if self.total.attempts == 0 {
            problems.push("no order was attempted".to_owned());
        }
        if self.total.taker_fills > 0 {
            problems.push(format!("{} fills as taker", self.total.taker_fills));
        }
        if self.total.unresolved > 0 {
            problems.push(format!("{} orders of unknown fate", self.total.unresolved));
        }
        if let Some(truth) = &self.truth {
            problems.extend(illegal(truth));
            problems.extend(self.differences(truth));
        }
        if let Some(why) = &self.log_broken {
            problems.push(format!("event lines are missing: {why}"));
        }
        problems
    }

    /// The counts that are not the exchange's.
    fn differences(&self, truth: &AccountTruth) -> Vec<String> {
        let ours = &self.total;
        let mut pairs = vec![
            ("attempts".to_owned(), ours.attempts.saturating_sub(ours.never_sent), truth.attempts),
            ("accepted".to_owned(), ours.accepted, truth.accepted),
            ("maker fills".to_owned(), ours.maker_fills, truth.maker_fills),
            ("taker fills".to_owned(), ours.taker_fills, truth.taker_fills),
        ];
        let mut codes: BTreeMap<_, (u64, u64)> = BTreeMap::new();
        for (code, count) in ours.rejected() {
            codes.entry(*code).or_default().0 = *count;
        }
        for (code, count) in &truth.rejected {
            codes.entry(*code).or_default().1 = *count;
        }
        pairs.extend(codes.into_iter().map(|(code, (a, b))| (format!("rejected {code}"), a, b)));
        for (coin, stats, _) in &self.markets {
            let there = truth.markets.get(coin).copied().unwrap_or_default();
            let sent = stats.attempts.saturating_sub(stats.never_sent);
            pairs.push((format!("{coin} attempts"), sent, there.attempts));
            pairs.push((format!("{coin} accepted"), stats.accepted, there.accepted));
            pairs.push((format!("{coin} maker fills"), stats.maker_fills, there.maker_fills));
        }
        pairs
            .into_iter()
            .filter(|(_, ours, theirs)| ours != theirs)
            .map(|(what, ours, theirs)| format!("{what}: {ours} here, {theirs} at the exchange"))
            .collect()
    }

    /// How the process ends.
    pub(super) fn exit(&self) -> Exit {
        let broken = matches!(self.ending, Ending::Broken(_));
        let promised = self.remaining == Remaining::Confirmed(0)
            && self.total.taker_fills == 0
            && self.truth.as_ref().is_none_or(|truth| {
                illegal(truth).is_empty() && self.differences(truth).is_empty()
            });
        match (promised, broken || !self.problems().is_empty()) {
            (false, _) => Exit::OrdersRemain,
            (true, true) => Exit::Failure,
            (true, false) => Exit::Ok,
        }
    }

    /// The summary for people.
    pub(super) fn print(&self, out: &mut impl Write) -> std::io::Result<()> {
        write!(out, "summary   {}, {:.1} s", self.venue, self.elapsed.as_secs_f64())?;
        if let Some(seed) = self.seed {
            write!(out, ", seed {seed}")?;
        }
        writeln!(out, "\n")?;
        writeln!(
            out,
            "{:<10} {:>9} {:>9} {:>9} {:>8} {:>6} {:>6} {:>12} {:>10} {:>10}",
            "market",
            "attempts",
            "accepted",
            "rejected",
            "unknown",
            "maker",
            "taker",
            "volume",
            "fees",
            "profit"
        )?;
        for (coin, stats, profit) in &self.markets {
            print_row(out, coin, stats, *profit)?;
        }
        print_row(out, "all", &self.total, self.profit())?;
        let codes = classes(&self.total);
        let codes = if codes.is_empty() { "none" } else { codes.as_str() };
        writeln!(out, "\nrejected by code: {codes}")?;
        self.print_truth(out)?;
        let open = match &self.remaining {
            Remaining::Confirmed(n) => format!("{n}, by the venue's own list"),
            Remaining::Unknown(why) => format!("not known: {why}"),
        };
        writeln!(out, "open orders: {open}")?;
        let problems = self.problems();
        if problems.is_empty() {
            return writeln!(out, "result: ok");
        }
        problems.iter().try_for_each(|problem| writeln!(out, "result: not ok: {problem}"))
    }

    fn print_truth(&self, out: &mut impl Write) -> std::io::Result<()> {
        let Some(truth) = &self.truth else { return Ok(()) };
        let rejected: u64 = truth.rejected.values().sum();
        writeln!(
            out,
            "exchange's own count: attempts {}, accepted {}, rejected {rejected}, maker fills {}, \
             taker fills {}: {}",
            truth.attempts,
            truth.accepted,
            truth.maker_fills,
            truth.taker_fills,
            if self.differences(truth).is_empty() { "equal" } else { "NOT equal" },
        )?;
        writeln!(
            out,
            "exchange's own check: {} illegal prices, {} illegal sizes, {} open orders",
            truth.illegal_prices, truth.illegal_sizes, truth.open_orders
        )
    }

    fn profit(&self) -> Option<Usd> {
        self.markets.iter().try_fold(Usd::ZERO, |sum, (_, _, profit)| Some(sum.plus((*profit)?)))
    }

    /// The summary for scripts. Money is decimal text.
    pub(super) fn json(&self) -> Value {
        let markets: Vec<Value> = self
            .markets
            .iter()
            .map(|(coin, stats, profit)| {
                let mut row = counts(stats, *profit);
                if let Some(row) = row.as_object_mut() {
                    row.insert("coin".to_owned(), coin.as_str().into());
                }
                row
            })
            .collect();
        json!({
            "venue": self.venue,
            "seconds": self.elapsed.as_secs_f64(),
            "seed": self.seed,
            "ended": match &self.ending {
                Ending::Asked(why) => (*why).to_owned(),
                Ending::Broken(why) => why.clone(),
            },
            "total": counts(&self.total, self.profit()),
            "markets": markets,
            "open_orders": match self.remaining {
                Remaining::Confirmed(n) => Some(n),
                Remaining::Unknown(_) => None,
            },
            "exchange": self.truth.as_ref().map(|truth| json!({
                "attempts": truth.attempts,
                "accepted": truth.accepted,
                "rejected": rejections(truth.rejected.iter().map(|(code, n)| (*code, *n))),
                "maker_fills": truth.maker_fills,
                "taker_fills": truth.taker_fills,
                "illegal_prices": truth.illegal_prices,
                "illegal_sizes": truth.illegal_sizes,
                "open_orders": truth.open_orders,
            })),
            "equal": self.truth.as_ref().map(|truth| self.differences(truth).is_empty()),
            "ok": self.problems().is_empty(),
            "problems": self.problems(),
        })
    }
}

fn print_row(
    out: &mut impl Write,
    name: &str,
    stats: &Stats,
    profit: Option<Usd>,
) -> std::io::Result<()> {
    writeln!(
        out,
        "{name:<10} {:>9} {:>9} {:>9} {:>8} {:>6} {:>6} {:>12} {:>10} {:>10}",
        stats.attempts,
        stats.accepted,
        stats.rejected_total(),
        stats.unknown,
        stats.maker_fills,
        stats.taker_fills,
        format!("{:.2}", usd(stats)),
        format!("{:.4}", stats.fees),
        profit.map_or_else(|| "-".to_owned(), |usd| format!("{usd:.4}")),
    )
}

fn usd(stats: &Stats) -> Usd {
    Usd::from_raw(i128::try_from(stats.volume.raw()).unwrap_or(i128::MAX))
}

fn counts(stats: &Stats, profit: Option<Usd>) -> Value {
    json!({
        "attempts": stats.attempts,
        "accepted": stats.accepted,
        "rejected": rejections(stats.rejected().iter().copied()),
        "never_sent": stats.never_sent,
        "not_found": stats.not_found,
        "unresolved": stats.unresolved,
        "unknown": stats.unknown,
        "maker_fills": stats.maker_fills,
        "taker_fills": stats.taker_fills,
        "canceled": stats.canceled,
        "canceled_by_venue": stats.canceled_by_venue,
        "gate_stops": stats.gate_stops,
        "audits": stats.audits,
        "volume": stats.volume.to_string(),
        "fees": stats.fees.to_string(),
        "profit": profit.map(|usd| usd.to_string()),
    })
}

fn rejections(by_code: impl Iterator<Item = (hl_wire::RejectCode, u64)>) -> Value {
    by_code.map(|(code, n)| (code.to_string(), n.into())).collect::<serde_json::Map<_, _>>().into()
}

fn illegal(truth: &AccountTruth) -> Vec<String> {
    let counts = [
        ("illegal prices", truth.illegal_prices),
        ("illegal sizes", truth.illegal_sizes),
        ("open orders", truth.open_orders),
        ("taker fills", truth.taker_fills),
    ];
    counts
        .iter()
        .filter(|(_, n)| *n > 0)
        .map(|(what, n)| format!("{n} {what} by the exchange's own check"))
        .collect()
}
