//! The report as lines and as JSON.

use core::fmt::Write as _;

use hl_engine::Timestamp;
use hl_quant::Millis;
use serde_json::{Value, json};

use super::{Counts, Report};

impl Report {
    /// The lines, each ending with a newline. `label` names the window in them: `last_24h`.
    #[must_use]
    pub fn text(&self, label: &str) -> String {
        let mut text = String::new();
        // Writing into a string cannot fail.
        let _ = self.write(label, &mut text);
        text
    }

    fn write(&self, label: &str, out: &mut String) -> core::fmt::Result {
        let total = &self.total;
        writeln!(out, "E_TICK_total_{label}={}", total.rejected_for("E_TICK"))?;
        for (pair, counts) in &self.pairs {
            writeln!(out, "E_TICK_by_pair_{label}: {pair}={}", counts.rejected_for("E_TICK"))?;
        }
        for (pair, counts) in &self.pairs {
            writeln!(out, "attempts_by_pair_{label}: {pair}={}", counts.attempts)?;
        }
        for (pair, counts) in &self.pairs {
            writeln!(out, "accepted_by_pair_{label}: {pair}={}", counts.accepted)?;
        }
        for (code, n) in &total.rejected {
            writeln!(out, "rejected_by_code_{label}: {code}={n}")?;
        }
        for (name, n) in [
            ("attempts", total.attempts),
            ("accepted", total.accepted),
            ("rejected", total.rejected_total()),
            ("never_sent", total.never_sent),
            ("not_placed", total.not_placed),
            ("unknown", total.unknown),
            ("below_min", total.below_min),
            ("maker_fills", total.maker_fills),
            ("taker_fills", total.taker_fills),
        ] {
            writeln!(out, "{name}_{label}={n}")?;
        }
        let ppm = self.coverage_ppm();
        let (whole, part) = (ppm / 10_000, ppm % 10_000 / 100);
        writeln!(out, "coverage_{label}={whole}.{part:02}%")?;
        if let Some((from, to)) = self.window {
            let (from, to) = (Timestamp(from), Timestamp(to));
            writeln!(out, "window_{label}: from={from} to={to}")?;
        }
        for gap in &self.gaps {
            let sec = gap.to.since(gap.from) / 1_000;
            let (from, to) = (Timestamp(gap.from), Timestamp(gap.to));
            writeln!(out, "gap_{label}: from={from} to={to} sec={sec}")?;
        }
        writeln!(
            out,
            "lines_{label}: read={} events={} prose={} bad={} outside={} undated={} missing={} \
             runs={}",
            self.lines,
            self.events_total(),
            self.prose,
            self.bad_total(),
            self.outside,
            self.undated,
            self.missing_lines,
            self.runs,
        )?;
        for doubt in self.doubts() {
            writeln!(out, "doubt_{label}: {doubt}")?;
        }
        Ok(())
    }

    /// The same for scripts.
    #[must_use]
    pub fn json(&self, label: &str) -> Value {
        let pairs = self.pairs.iter().map(|(pair, counts)| (pair.clone(), counts_json(counts)));
        let gap = |at: Millis| Timestamp(at).to_string();
        let gaps: Vec<Value> = self
            .gaps
            .iter()
            .map(|it| {
                let sec = it.to.since(it.from) / 1_000;
                json!({ "from": gap(it.from), "to": gap(it.to), "sec": sec })
            })
            .collect();
        json!({
            "label": label,
            "window": self.window.map(|(from, to)| json!({ "from": gap(from), "to": gap(to) })),
            "total": counts_json(&self.total),
            "pairs": pairs.collect::<serde_json::Map<_, _>>(),
            "events": self.events,
            "coverage_ppm": self.coverage_ppm(),
            "covered_ms": self.covered_ms,
            "gaps": gaps,
            "lines": {
                "read": self.lines,
                "events": self.events_total(),
                "prose": self.prose,
                "bad": self.bad,
                "outside": self.outside,
                "undated": self.undated,
                "missing": self.missing_lines,
            },
            "runs": self.runs,
            "strays": self.strays,
            "doubts": self.doubts(),
            "ok": self.doubts().is_empty(),
        })
    }

    fn events_total(&self) -> u64 {
        self.events.values().fold(0, |sum, n| sum.saturating_add(*n))
    }

    fn bad_total(&self) -> u64 {
        self.bad.values().fold(0, |sum, n| sum.saturating_add(*n))
    }
}

fn counts_json(counts: &Counts) -> Value {
    json!({
        "attempts": counts.attempts,
        "accepted": counts.accepted,
        "rejected": counts.rejected,
        "never_sent": counts.never_sent,
        "not_placed": counts.not_placed,
        "unknown": counts.unknown,
        "below_min": counts.below_min,
        "maker_fills": counts.maker_fills,
        "taker_fills": counts.taker_fills,
    })
}
