//! The report of many seeds: every claim with its denominator.

use std::fmt::Write as _;
use std::time::Duration;

use hl_world::check::{Held, INVARIANTS, OrderStage, Summary, impossible};
use serde_json::{Value, json};

/// What to print besides the totals.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parts {
    pub(super) invariants: bool,
    pub(super) coverage: bool,
}

/// Milliseconds of a day.
const DAY_MS: u64 = 86_400_000;

/// The upper bound, at 95 %, of a rate that was zero in `n` trials: the rule of three.
fn bound(n: u64) -> String {
    if n == 0 { "nothing".to_owned() } else { format!("{:.1e}", 3.0 / to_float(n)) }
}

/// For people: the counts here are far below 2^53.
fn to_float(n: u64) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

fn days(ms: u64) -> String {
    let hundredths = ms.saturating_mul(100) / DAY_MS;
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// Simulated seconds in each second that passed.
fn pace(summary: &Summary, took: Duration) -> u64 {
    let took = u64::try_from(took.as_millis()).unwrap_or(u64::MAX).max(1);
    summary.ran_ms / took
}

/// One line for a report that is under way.
pub(super) fn progress(summary: &Summary, of: Option<u64>, took: Duration) -> String {
    let of = of.map_or_else(|| "endless".to_owned(), |of| of.to_string());
    format!(
        "world seeds={}/{of} days={} faults={} orders={} pace={} breaches={}",
        summary.seeds,
        days(summary.ran_ms),
        summary.faults_total(),
        summary.attempts,
        pace(summary, took),
        summary.breaches.len(),
    )
}

/// The report as text.
pub(super) fn text(summary: &Summary, took: Duration, parts: Parts) -> String {
    let mut out = String::new();
    // Writing into a string cannot fail.
    let _ = totals(&mut out, summary, took);
    let _ = tests(&mut out, summary);
    if parts.invariants {
        let _ = invariants(&mut out, summary);
    }
    if parts.coverage {
        let _ = coverage(&mut out, summary);
    }
    out
}

fn list<K: ToString>(counts: impl Iterator<Item = (K, u64)>) -> String {
    let each: Vec<String> = counts.map(|(key, n)| format!("{} {n}", key.to_string())).collect();
    if each.is_empty() { "none".to_owned() } else { each.join(", ") }
}

fn totals(out: &mut String, summary: &Summary, took: Duration) -> std::fmt::Result {
    let s = summary;
    writeln!(
        out,
        "worlds       {} seeds, {} simulated days in {} s: {} simulated seconds a second",
        s.seeds,
        days(s.ran_ms),
        took.as_secs(),
        pace(s, took)
    )?;
    let kinds = s.faults.iter().filter(|(_, n)| **n > 0).count();
    writeln!(out, "faults       {} of {kinds} kinds", s.faults_total())?;
    writeln!(out, "             {}", list(s.faults.iter().map(|(kind, n)| (*kind, *n))))?;
    writeln!(
        out,
        "processes    {} starts; deaths: {}",
        s.starts,
        list(s.deaths.iter().map(|(point, n)| (*point, *n)))
    )?;
    let refused = s.attempts.saturating_sub(s.accepted);
    writeln!(
        out,
        "orders       {} at the exchange, {} accepted, {refused} refused; {} times in doubt",
        s.attempts, s.accepted, s.unknown
    )?;
    writeln!(
        out,
        "refusals     {} (those that faults made up or provoked included)",
        list(s.rejected.iter().map(|(code, n)| (code.code(), *n)))
    )?;
    writeln!(out, "trades       {} made, {} taken by exits or venue", s.maker_fills, s.taker_fills)
}

fn tests(out: &mut String, s: &Summary) -> std::fmt::Result {
    let broken = |name| s.breaches.iter().filter(|(_, b)| b.invariant == name).count();
    let avoidable = broken("I1") + broken("I2");
    let so = if avoidable == 0 {
        format!("so the true rate is below {} (95 %, rule of three)", bound(s.accepted))
    } else {
        "so nothing is proven".to_owned()
    };
    writeln!(
        out,
        "avoidable    {avoidable} deterministic refusals, of a price or size that the rules last read \
         forbid, for {} accepted orders; {so}",
        s.accepted
    )?;
    let checked = || INVARIANTS.iter().filter(|i| matches!(i.held, Held::Checked(_)));
    let judged = checked().filter(|i| s.judged_of(i) > 0).count();
    let least = checked().min_by_key(|i| s.judged_of(i));
    let least = least.map(|i| format!("{} {}", i.name, s.judged_of(i))).unwrap_or_default();
    let total = checked().map(|i| s.judged_of(i)).fold(0_u64, u64::saturating_add);
    writeln!(
        out,
        "judgements   {total} by {judged} of {} rules; fewest: {least}; {} seeds run twice",
        checked().count(),
        s.repeated
    )?;
    let missing = s.coverage.unmet();
    let absent = s.coverage.missing().len();
    let named: Vec<String> =
        missing.iter().take(40).map(|(kind, stage)| format!("{kind} x {stage}")).collect();
    writeln!(
        out,
        "pairs        {} of {} pairs of fault and order stage met, {} cannot meet; missing: {}{}",
        s.coverage.pairs().saturating_sub(absent),
        s.coverage.pairs(),
        absent.saturating_sub(missing.len()),
        if named.is_empty() { "none".to_owned() } else { named.join(", ") },
        if missing.len() > 40 { ", ..." } else { "" }
    )?;
    for vacuous in s.vacuous() {
        writeln!(out, "I42          {} judged nothing: {}", vacuous.name, vacuous.says)?;
    }
    writeln!(out, "breaches     {}", s.breaches.len())
}

fn invariants(out: &mut String, s: &Summary) -> std::fmt::Result {
    writeln!(out, "\n{:<4} {:<3} {:>12}  says; judged by", "", "sev", "judged")?;
    for invariant in &INVARIANTS {
        let (by, words) = match invariant.held {
            Held::Checked(words) => ("checked", words),
            Held::Run(words) => ("the run", words),
            Held::Elsewhere(words) => ("elsewhere", words),
        };
        writeln!(
            out,
            "{:<4} {:<3} {:>12}  {}; {by}: {words}",
            invariant.name,
            invariant.severity.to_string(),
            s.judged_of(invariant),
            invariant.says
        )?;
    }
    Ok(())
}

fn coverage(out: &mut String, s: &Summary) -> std::fmt::Result {
    write!(out, "\n{:<24}", "")?;
    for stage in OrderStage::ALL {
        write!(out, "{stage:>15}")?;
    }
    writeln!(out)?;
    for (kind, met) in s.coverage.rows() {
        write!(out, "{kind:<24}")?;
        for (count, stage) in met.iter().zip(OrderStage::ALL) {
            match impossible(kind, stage) {
                Some(_) => write!(out, "{:>15}", "-")?,
                None => write!(out, "{count:>15}")?,
            }
        }
        writeln!(out)?;
    }
    Ok(())
}

/// The report as JSON; everything, whatever was asked for.
pub(super) fn json(s: &Summary, took: Duration) -> Value {
    let breaches = s.breaches.iter().map(|(seed, breach)| {
        json!({"seed": seed, "invariant": breach.invariant, "at": breach.at.0, "what": breach.what})
    });
    let judged = INVARIANTS.iter().map(|i| (i.name.to_owned(), Value::from(s.judged_of(i))));
    let rejected = s.rejected.iter().map(|(code, n)| (code.code().to_owned(), Value::from(*n)));
    let missing = s.coverage.missing();
    let missing = missing.iter().map(|(kind, stage)| json!([kind, stage.as_str()]));
    json!({
        "seeds": s.seeds,
        "simulated_ms": s.ran_ms,
        "took_ms": u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        "faults": s.faults,
        "starts": s.starts,
        "attempts": s.attempts,
        "accepted": s.accepted,
        "rejected": rejected.collect::<serde_json::Map<_, _>>(),
        "unknown": s.unknown,
        "maker_fills": s.maker_fills,
        "taker_fills": s.taker_fills,
        "repeated": s.repeated,
        "judged": judged.collect::<serde_json::Map<_, _>>(),
        "vacuous": s.vacuous().iter().map(|i| i.name).collect::<Vec<_>>(),
        "pairs": s.coverage.pairs(),
        "pairs_missing": missing.collect::<Vec<_>>(),
        "breaches": breaches.collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_of_three_million_proves_one_in_a_million() {
        assert_eq!(bound(3_000_000), "1.0e-6");
        assert_eq!(bound(0), "nothing");
    }

    #[test]
    fn a_report_of_nothing_says_so() {
        let took = Duration::from_secs(1);
        let parts = Parts { invariants: true, coverage: true };
        let text = text(&Summary::default(), took, parts);
        assert!(text.contains("0 seeds, 0.00 simulated days"), "{text}");
        assert!(text.contains("the true rate is below nothing"), "{text}");
        assert_eq!(text.lines().filter(|line| line.starts_with('I')).count(), INVARIANTS.len());
    }
}
