//! What is printed.

use std::io::Write;

/// What became of a scenario.
#[derive(Debug)]
pub(crate) struct Verdict {
    pub(crate) name: String,
    pub(crate) done: String,
    pub(crate) seen: String,
    /// Empty when it held.
    pub(crate) faults: Vec<String>,
    pub(crate) seconds: f64,
    pub(crate) accepted: u64,
    pub(crate) looks: u64,
    pub(crate) resident_kib: u64,
    /// Checks within this scenario, such as one for each key.
    pub(crate) cases: u64,
    pub(crate) skipped: bool,
}

/// One line as soon as it is known.
pub(crate) fn line(out: &mut impl Write, verdict: &Verdict) {
    let word = match (verdict.skipped, verdict.faults.is_empty()) {
        (true, _) => "SKIPPED",
        (false, true) => "ok",
        (false, false) => "BROKEN",
    };
    let Verdict { name, done, seen, seconds, .. } = verdict;
    writeln!(
        out,
        "{word:<7} {seconds:>6.1} s  {name}\n          done: {done}\n          seen: {seen}"
    )
    .ok();
    for fault in &verdict.faults {
        writeln!(out, "          BROKEN: {}", short(fault)).ok();
    }
}

/// The totals; whether everything held.
pub(crate) fn total(out: &mut impl Write, verdicts: &[Verdict], seconds: f64) -> bool {
    let broken: Vec<&Verdict> = verdicts.iter().filter(|v| !v.faults.is_empty()).collect();
    let skipped = verdicts.iter().filter(|v| v.skipped).count();
    let sum = |field: fn(&Verdict) -> u64| verdicts.iter().map(field).sum::<u64>();
    let resident = verdicts.iter().map(|v| v.resident_kib).max().unwrap_or(0);
    writeln!(
        out,
        "\n{} scenarios ({skipped} skipped), {} cases within them, {} broken, {seconds:.0} s\n\
         judged by {} looks at the exchange's truth: {} orders accepted; at most {:.1} MiB resident",
        verdicts.len(),
        sum(|v| v.cases),
        broken.len(),
        sum(|v| v.looks),
        sum(|v| v.accepted),
        resident as f64 / 1024.0,
    )
    .ok();
    for verdict in &broken {
        writeln!(out, "broken: {}: {}", verdict.name, short(&verdict.faults.join("; "))).ok();
    }
    broken.is_empty()
}

/// Logs can be long; the beginning says what it is about.
fn short(text: &str) -> String {
    text.chars().take(1_500).collect()
}
