//! `metrics`: what a scrape of a running bot says, without one.

use std::io::Write;

use serde_json::json;

use crate::cli::MetricsArgs;
use crate::exit::{Exit, Failed};
use crate::runtime::metrics;

/// Prints the table of metrics: a Markdown table, or JSON.
pub(crate) fn run(args: &MetricsArgs, out: &mut impl Write) -> Result<Exit, Failed> {
    if args.json {
        let rows: Vec<_> = metrics()
            .map(|m| {
                json!({"name": m.name, "kind": m.kind.word(), "labels": m.labels, "help": m.help})
            })
            .collect();
        writeln!(out, "{:#}", json!(rows))?;
        return Ok(Exit::Ok);
    }
    writeln!(out, "| metric | kind | labels | says |")?;
    writeln!(out, "|---|---|---|---|")?;
    for m in metrics() {
        let (kind, labels) = (m.kind.word(), m.labels.join(", "));
        writeln!(out, "| `{}` | {kind} | {labels} | {} |", m.name, m.help)?;
    }
    Ok(Exit::Ok)
}
