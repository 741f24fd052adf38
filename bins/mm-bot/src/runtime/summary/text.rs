//! The summary for people.

use std::io::Write;

use hl_engine::{Stats, Usd};

use super::Summary;
use crate::runtime::standing::guard_text;
use crate::runtime::status::classes;
use crate::runtime::sweep::Remaining;

impl Summary {
    /// The summary for people.
    pub(in crate::runtime) fn print(&self, out: &mut impl Write) -> std::io::Result<()> {
        write!(out, "summary   {}, {:.1} s", self.venue, self.elapsed.as_secs_f64())?;
        if let Some(seed) = self.seed {
            write!(out, ", seed {seed}")?;
        }
        writeln!(out, "\n")?;
        writeln!(
            out,
            "{:<10} {:>9} {:>9} {:>9} {:>8} {:>6} {:>6} {:>12} {:>10} {:>10} {:>12}",
            "market",
            "attempts",
            "accepted",
            "rejected",
            "unknown",
            "maker",
            "taker",
            "volume",
            "fees",
            "profit",
            "position"
        )?;
        for market in &self.markets {
            let position = market.position.to_string();
            print_row(out, &market.coin, &market.stats, market.profit, &position)?;
        }
        match &self.total {
            Some(total) => {
                print_row(out, "all", total, self.profit(), "")?;
                let codes = classes(total);
                let codes = if codes.is_empty() { "none" } else { codes.as_str() };
                writeln!(out, "\nrejected by code: {codes}")?;
                writeln!(out, "{}", guard_text(total))?;
            }
            None => writeln!(out, "\nthe counts were lost with the engine")?,
        }
        if let Some(standing) = &self.standing {
            writeln!(out, "{}", standing.text())?;
        }
        self.print_truth(out)?;
        let open = match &self.remaining {
            Remaining::Confirmed(left) => format!("{}, by the venue's own list", left.len()),
            Remaining::Unknown { why, .. } => format!("not known: {why}"),
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
            match (&self.total, self.differences(truth).is_empty()) {
                (None, _) => "not compared",
                (Some(_), true) => "equal",
                (Some(_), false) => "NOT equal",
            },
        )?;
        writeln!(
            out,
            "exchange's own check: {} illegal prices, {} illegal sizes, {} open orders",
            truth.illegal_prices, truth.illegal_sizes, truth.open_orders
        )
    }
}

fn print_row(
    out: &mut impl Write,
    name: &str,
    stats: &Stats,
    profit: Option<Usd>,
    position: &str,
) -> std::io::Result<()> {
    writeln!(
        out,
        "{name:<10} {:>9} {:>9} {:>9} {:>8} {:>6} {:>6} {:>12} {:>10} {:>10} {position:>12}",
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
