//! `doctor`: every finding, and an exit code for scripts.

use std::io::Write;

use serde_json::json;

use crate::cli::DoctorArgs;
use crate::config::Settings;
use crate::doctor::{Finding, Verdict};
use crate::exit::{Exit, Failed};
use crate::runtime::checkup;

/// Looks, and prints what was seen.
///
/// # Errors
/// The embedded exchange cannot be started, or the settings do not say whom to look at.
pub(crate) fn run(
    args: &DoctorArgs,
    settings: &Settings,
    out: &mut impl Write,
) -> Result<Exit, Failed> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let findings = runtime.block_on(checkup::look(settings, args.listen))?;
    runtime.shutdown_background();
    let count = |verdict| findings.iter().filter(|f| f.verdict == verdict).count();
    let (ok, warn, wrong) = (count(Verdict::Ok), count(Verdict::Warn), count(Verdict::Wrong));
    if args.venue.json {
        let rows: Vec<_> = findings.iter().map(Finding::json).collect();
        writeln!(out, "{:#}", json!({"findings": rows, "ok": ok, "warn": warn, "wrong": wrong}))?;
    } else {
        for finding in &findings {
            writeln!(out, "{finding}")?;
        }
        writeln!(out, "\n{} looked at: {ok} ok, {warn} to know, {wrong} wrong", findings.len())?;
    }
    Ok(if wrong == 0 { Exit::Ok } else { Exit::Preflight })
}
