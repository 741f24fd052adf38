//! The options of `report`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use hl_quant::Millis;

use crate::cli::duration;

/// Count what became of the orders of the last day, from the log or the journal.
///
/// Prints the old system's lines (`E_TICK_total_last_24h=0`) and their denominators: attempts, accepted, refused by code, unknown, and which part of
/// the time the log covers at all. Files that were put aside beside a log belong to it, compressed
/// or not. A report that covers less than 99 % of its window, has no attempts, or misses lines, is no
/// evidence of anything: its exit code is 8.
///
/// From the journal it also says where the money went: spread, inventory, fees, rebates and funding,
/// by market and hour, which add up to the change of the account as the venue states it. A
/// difference of one unit is no evidence either.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mm-bot report --log bot.log                    the last 24 hours of a log and its older parts
  mm-bot report --since all --log old/bot.log.gz everything in a file
  mm-bot report --loki http://127.0.0.1:3100 --since 1h --pairs SOL,BTC --json
  mm-bot report --from journal --html day.html   the account too, as one page with plots

Exit codes: 0 good evidence; 8 none, and the lines that begin with doubt_ say why.")]
pub(crate) struct ReportArgs {
    /// How far back: 90s, 30m, 24h, or all
    #[arg(long, value_name = "DURATION", default_value = "24h", value_parser = since)]
    pub(crate) since: Since,
    /// The end of the window: now, last (the last line of the log), or 2025-11-04T10:41:07Z
    #[arg(long, value_name = "MOMENT", default_value = "now", value_parser = super::moment)]
    pub(crate) until: Until,
    /// What is read
    #[arg(long, value_enum, default_value_t = From::Log, conflicts_with_all = ["log", "loki"])]
    pub(crate) from: From,
    /// Journals to read: directories or files [default: journal.dir, or beside the state]
    #[arg(long, value_name = "PATH", num_args = 1.., requires = "from")]
    pub(crate) journal: Vec<PathBuf>,
    /// Logs to read, - for standard input [default: log.file]
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with = "loki")]
    pub(crate) log: Vec<PathBuf>,
    /// Ask the Loki at this address instead
    #[arg(long, value_name = "URL")]
    pub(crate) loki: Option<String>,
    /// Loki's labels of the log
    #[arg(long, value_name = "SELECTOR", default_value = "{job=\"mm-bot\"}")]
    pub(crate) selector: String,
    /// Count only these markets, separated by commas
    #[arg(long, value_name = "COINS", value_delimiter = ',')]
    pub(crate) pairs: Vec<String>,
    /// The longest silence that is no gap [default: three times what the log says, else 5m]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(crate) max_gap: Option<Duration>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Write one self-contained page with plots, - for standard output
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    pub(crate) html: Option<PathBuf>,
}

/// Where a report is taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum From {
    /// The log, or a Loki that has it
    Log,
    /// The journal of every input and decision
    Journal,
}

/// The beginning of the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Since {
    /// So long before its end; as it was written.
    For(Duration, String),
    /// The first line.
    All,
}

impl Since {
    /// How the window is named in the report's lines.
    pub(super) fn label(&self) -> String {
        match self {
            Self::For(_, text) => format!("last_{text}"),
            Self::All => "all".to_owned(),
        }
    }
}

/// The end of the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Until {
    Now,
    Last,
    At(Millis),
}

fn since(text: &str) -> Result<Since, String> {
    if text == "all" {
        return Ok(Since::All);
    }
    let length = duration(text).map_err(|why| format!("{why}, or all"))?;
    Ok(Since::For(length, text.to_owned()))
}
