//! `signals --report`: what followed what each source said, and what it was worth.

use std::io::Write;
use std::path::PathBuf;

use hl_signals::account::Estimate;
use hl_signals::{Ledger, LedgerConfig, Score, SourceId};
use serde_json::{Value, json};

use crate::cli::SignalsArgs;
use crate::config::Settings;
use crate::exit::{Exit, Failed};
use crate::state::{Answers, SIGNALS, SignalRecord};

/// The most of a file that is read.
const BYTES_MAX: u64 = 256 * 1024 * 1024;

/// Prints the report.
///
/// # Errors
/// No record can be read, or there is nothing on it.
pub(crate) fn run(
    args: &SignalsArgs,
    settings: &Settings,
    out: &mut impl Write,
) -> Result<Exit, Failed> {
    let files = files(args, settings)?;
    let mut text = String::new();
    for path in &files {
        let failed =
            |e: std::io::Error| Failed::new(Exit::Failure, format!("{}: {e}", path.display()));
        if std::fs::metadata(path).map_err(failed)?.len() > BYTES_MAX {
            return Err(failed(std::io::Error::other("too long")));
        }
        text.push_str(&String::from_utf8_lossy(&std::fs::read(path).map_err(failed)?));
        text.push('\n');
    }
    let record = SignalRecord::parse(&text);
    if record.samples.is_empty() {
        let what = format!("no opinion has been followed yet ({} files)", files.len());
        return Err(Failed::new(Exit::Failure, what)
            .hint("a sample takes signals.horizon_sec of a run with a source in signals.*"));
    }
    let config = LedgerConfig { horizon_ms: record.horizon_ms, ..LedgerConfig::default() };
    let scored = record.sources.iter().map(|(id, answers)| {
        let score = Ledger::score_of(&config, &answers.samples, answers.counts);
        (*id, answers, score)
    });
    let scored: Vec<(SourceId, &Answers, Score)> = scored.collect();
    if args.json {
        let sources: Vec<Value> =
            scored.iter().map(|(id, a, score)| json_of(*id, a, score)).collect();
        let document = json!({
            "horizon_ms": record.horizon_ms,
            "samples": record.samples.len(),
            "samples_of_other_horizons": record.other_horizons,
            "sources": sources,
        });
        writeln!(out, "{document:#}")?;
    } else {
        print(&record, &scored, out)?;
    }
    Ok(Exit::Ok)
}

/// Those that were named, or all in the state directory.
fn files(args: &SignalsArgs, settings: &Settings) -> Result<Vec<PathBuf>, Failed> {
    if !args.file.is_empty() {
        return Ok(args.file.clone());
    }
    let dir = settings.state_root();
    let failed = |e: std::io::Error| {
        Failed::new(Exit::Failure, format!("state directory {}: {e}", dir.display()))
            .hint("state.dir names another one; --file names a record or an event log")
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.to_string_lossy().ends_with(SIGNALS) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn print(
    record: &SignalRecord,
    scored: &[(SourceId, &Answers, Score)],
    out: &mut impl Write,
) -> std::io::Result<()> {
    let seconds = record.horizon_ms / 1_000;
    writeln!(
        out,
        "{} samples of {} sources, each the move of the mid price {seconds} s after an opinion; \
         95 % intervals",
        record.samples.len(),
        scored.len()
    )?;
    if record.other_horizons > 0 {
        writeln!(out, "left out: {} samples of other horizons", record.other_horizons)?;
    }
    writeln!(
        out,
        "{:<16} {:<9} {:<8} {:>7} {:>7}  {:<24} {:<19} {:>8} {:>6} {:>5}  with it, less without, bps",
        "source",
        "verdict",
        "state",
        "samples",
        "markets",
        "information coefficient",
        "hits",
        "coverage",
        "age",
        "lost",
    )?;
    for (id, answers, score) in scored {
        let hits = score.hit_rate.map_or_else(dash, |(rate, low, high)| {
            format!("{:.1} % [{:.1}, {:.1}]", rate * 100.0, low * 100.0, high * 100.0)
        });
        let coverage = score.coverage.map_or_else(dash, |part| format!("{:.1} %", part * 100.0));
        let age = score.staleness_ms.map_or_else(dash, |ms| format!("{:.0} s", ms / 1_000.0));
        writeln!(
            out,
            "{:<16} {:<9} {:<8} {:>7} {:>7}  {:<24} {:<19} {:>8} {:>6} {:>5}  {}",
            id,
            score.verdict.as_str(),
            answers.state.as_deref().unwrap_or("on"),
            score.samples,
            answers.markets.len(),
            shown(score.coefficient.as_ref()),
            hits,
            coverage,
            age,
            score.lost,
            shown(score.ablation_bps.as_ref()),
        )?;
    }
    Ok(())
}

fn dash() -> String {
    "-".to_owned()
}

fn shown(estimate: Option<&Estimate>) -> String {
    estimate.map_or_else(
        || "too little".to_owned(),
        |e| format!("{:+.3} [{:+.3}, {:+.3}]", e.value, e.low, e.high),
    )
}

fn json_of(id: SourceId, answers: &Answers, score: &Score) -> Value {
    let estimate = |e: Option<&Estimate>| {
        e.map(|e| json!({ "value": e.value, "low": e.low, "high": e.high, "groups": e.groups }))
    };
    json!({
        "source": id.as_str(),
        "verdict": score.verdict.as_str(),
        "state": answers.state.as_deref().unwrap_or("on"),
        "samples": score.samples,
        "markets": answers.markets,
        "lost": score.lost,
        "information_coefficient": estimate(score.coefficient.as_ref()),
        "hit_rate": score.hit_rate.map(|(rate, low, high)| {
            json!({ "value": rate, "low": low, "high": high })
        }),
        "coverage": score.coverage,
        "staleness_ms": score.staleness_ms,
        "ablation_bps": estimate(score.ablation_bps.as_ref()),
    })
}
