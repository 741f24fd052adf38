//! `fire-drill`: one line for each step, and an exit code for timers.

use std::io::Write;

use clap::Args;
use hl_client::clock;
use serde_json::json;

use crate::config::Settings;
use crate::doctor::{Finding, Verdict};
use crate::drill::{Outside, Step, walk};
use crate::exit::{Exit, Failed};

/// Walk the whole chain from an order to the person who is told, and say what each step saw.
///
/// A bot of this program trades on an exchange inside this process, which then refuses prices for
/// their tick. The refusals must appear in the log, the metrics, the alert's rule and a message; then
/// the bot is halted, frozen and cancelled, stopped, and its records are read again. The exchange's
/// own account is the judge. Then what is configured is tried: the log file gets a line, the
/// receiver of messages a message, Prometheus and Alertmanager are asked. The configured venue is
/// not touched. Takes about twenty seconds.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mm-bot fire-drill
  mm-bot fire-drill --prometheus http://127.0.0.1:9090 --alertmanager http://127.0.0.1:9093
  mm-bot fire-drill --break rule        must fail: a drill that cannot fail proves nothing

Exit codes: 0 every step saw what it must; 1 a step did not.")]
pub(crate) struct FireDrillArgs {
    /// Ask the Prometheus at this address whether it has every rule and the bot as a target
    #[arg(long, value_name = "URL")]
    prometheus: Option<String>,
    /// Hand the Alertmanager at this address an alert, and see that it shows it
    #[arg(long, value_name = "URL")]
    alertmanager: Option<String>,
    /// Break this step on purpose, to see that the drill notices
    #[arg(long = "break", value_name = "STEP")]
    broken: Option<Step>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Walks, and prints each step as it ends.
///
/// # Errors
/// The stage cannot be set, or nobody reads the output.
pub(crate) fn run(
    args: &FireDrillArgs,
    settings: &Settings,
    out: &mut impl Write,
) -> Result<Exit, Failed> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let outside = Outside {
        settings,
        prometheus: args.prometheus.as_deref(),
        alertmanager: args.alertmanager.as_deref(),
    };
    let begin = clock::now();
    let (mut wrong, mut rows) = (0_usize, Vec::new());
    let mut tell = |finding: &Finding, ms: u64| -> Result<(), Failed> {
        wrong += usize::from(finding.verdict == Verdict::Wrong);
        if !args.json {
            writeln!(out, "{finding}")?;
            out.flush()?;
        }
        rows.push(json!({"step": finding.json(), "ms": ms}));
        Ok(())
    };
    runtime.block_on(walk(outside, args.broken, &mut tell))?;
    runtime.shutdown_background();
    let (count, ms) = (rows.len(), clock::now().since(begin));
    if args.json {
        writeln!(out, "{:#}", json!({"steps": rows, "wrong": wrong, "ms": ms}))?;
    } else {
        writeln!(out, "\n{count} steps, {wrong} wrong, {}.{} s", ms / 1_000, ms % 1_000 / 100)?;
    }
    Ok(if wrong == 0 { Exit::Ok } else { Exit::Failure })
}
