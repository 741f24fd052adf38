//! `explain`: the life of one order, from the journal of decisions.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use hl_journal::decisions::Stop;
use hl_journal::explain::{Decision, Life, Name, Undecided, decision, find, life};

use super::recorded;
use crate::config::Settings;
use crate::exit::{Exit, Failed};
use crate::runtime::decisions::Group;

/// Show the life of an order: what was known, why that price, what the gate said, what came of it.
///
/// The engine is driven by the recorded inputs to the moment of the decision and decides again, while
/// somebody looks: what is printed is what it computed, not what somebody remembered to write down.
#[derive(Args, Debug)]
#[command(after_help = "\
Exit codes:
  0  the order was found and its decision made again
  1  there is no such order, or no journal
  8  the order was found, but the journal cannot be replayed to its decision

Examples:
  mm-bot explain 0x6d6d686c0123456789abcdef00000000
  mm-bot explain 77738308 --journal state/sim.decisions --json")]
pub(crate) struct ExplainArgs {
    /// The order: our name for it (cloid), or the venue's number (oid)
    #[arg(value_name = "ORDER")]
    order: String,
    /// Journal files, or directories with journal files [default: those of the configured state]
    #[arg(long, value_name = "JOURNAL", num_args = 1..)]
    journal: Vec<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Prints the life of the order.
///
/// # Errors
/// There is no journal, or no such order in it.
pub(crate) fn run(
    args: &ExplainArgs,
    settings: &Settings,
    out: &mut impl Write,
) -> Result<Exit, Failed> {
    let fail = |what: String| Failed::new(Exit::Failure, what);
    let name: Name =
        args.order.parse().map_err(|why| fail(format!("order {}: {why}", args.order)))?;
    let paths = if args.journal.is_empty() { places(settings) } else { args.journal.clone() };
    let runs = recorded::runs(&paths)?;
    // The newest first: names do not come again, and it is the likeliest.
    let found = runs.iter().rev().find_map(|run| Some((run, live(run, name)?)));
    let Some((run, life)) = found else {
        let runs = runs.len();
        return Err(fail(format!("no order {} in {runs} recorded runs", args.order))
            .hint("--journal names other files"));
    };
    let (made, why) = match decided(run, &life) {
        Ok(decision) => (Some(decision), None),
        Err(why) => (None, Some(why)),
    };
    if args.json {
        writeln!(out, "{:#}", life.json(made.as_ref()))?;
    } else {
        write!(out, "{}", life.text(made.as_ref()))?;
    }
    let Some(why) = why else { return Ok(Exit::Ok) };
    writeln!(std::io::stderr(), "the decision cannot be made again: {why}")?;
    Ok(Exit::Doubtful)
}

fn live(run: &Group, name: Name) -> Option<Life> {
    let cloid = match name {
        Name::Cloid(cloid) => cloid,
        Name::Oid(oid) => find(&mut recorded::open(run).ok()?, oid)?,
    };
    life(&mut recorded::open(run).ok()?, cloid)
}

fn decided(run: &Group, life: &Life) -> Result<Decision, String> {
    let mut reader = recorded::open(run).map_err(|end| end.to_string())?;
    decision(&mut reader, life).map_err(|why| match why {
        Undecided::Missing => "its entry is not there any more".to_owned(),
        Undecided::Stop(stop) => match *stop {
            Stop::Differs(difference) => difference.to_string(),
            Stop::Gap(gap) => format!("{} entries from {} on are missing", gap.entries, gap.first),
            Stop::Late(seq) => format!("the first file is not there; entry {seq} is the first"),
        },
    })
}

/// Where runs with this configuration leave their journals.
pub(crate) fn places(settings: &Settings) -> Vec<PathBuf> {
    if let Some(dir) = &settings.journal.dir {
        return vec![dir.clone()];
    }
    vec![settings.state_root().to_path_buf()]
}
