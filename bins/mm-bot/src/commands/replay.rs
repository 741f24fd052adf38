//! `replay`: the recorded inputs to the real engine again, and every output compared.

use std::io::{IsTerminal as _, Write};
use std::path::PathBuf;

use clap::Args;
use hl_client::clock;
use hl_journal::decisions::{End, Head, Replayed, Stop, replay};
use serde_json::{Value, json};

use super::recorded;
use crate::exit::{Exit, Failed};
use crate::runtime::decisions::Group;

/// How often a terminal hears how far it is, in milliseconds.
const PROGRESS_MS: u64 = 500;
/// How often the clock is looked at, in entries.
const LOOK_EVERY: u64 = 4_096;

/// Feed a journal of decisions to the engine again and compare every output, byte for byte.
///
/// Ends at the first output that is not what the journal says, and says which, with the input that
/// it came from. Another version of the program, or a changed engine, shows here.
#[derive(Args, Debug)]
#[command(after_help = "\
Exit codes:
  0  every output of every entry is what the journal says
  1  an output differs, or there is no journal
  8  the same as far as it goes, but entries are missing or damaged

Examples:
  mm-bot replay state/sim.decisions
  mm-bot replay 20251104T104107123Z-1a2b3c4d-0000.hlj --json")]
pub(crate) struct ReplayArgs {
    /// Journal files, or directories with journal files
    #[arg(required = true, value_name = "JOURNAL")]
    journal: Vec<PathBuf>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

/// One run, replayed.
struct Outcome {
    name: String,
    head: Option<Head>,
    replayed: Replayed,
    took_ms: u64,
}

/// Replays every run and prints what came of each.
///
/// # Errors
/// There is no journal, or nobody reads the output.
pub(crate) fn run(args: &ReplayArgs, out: &mut impl Write) -> Result<Exit, Failed> {
    let runs = recorded::runs(&args.journal)?;
    let outcomes: Vec<Outcome> = runs.iter().map(one).collect();
    let exit = outcomes.iter().map(Outcome::exit).max_by_key(|exit| match exit {
        Exit::Ok => 0,
        Exit::Doubtful => 1,
        _ => 2,
    });
    let exit = exit.unwrap_or(Exit::Failure);
    if args.json {
        let all: Vec<Value> = outcomes.iter().map(Outcome::json).collect();
        let document = json!({ "identical": exit == Exit::Ok, "runs": all });
        writeln!(out, "{document:#}")?;
    } else {
        outcomes.iter().try_for_each(|outcome| outcome.print(out))?;
        let word = match exit {
            Exit::Ok => "identical",
            Exit::Doubtful => "identical as far as it goes",
            _ => "different",
        };
        writeln!(out, "result: {word}")?;
    }
    Ok(exit)
}

fn one(run: &Group) -> Outcome {
    let began = clock::now();
    let mut reader = match recorded::open(run) {
        Ok(reader) => reader,
        Err(end) => {
            let replayed = Replayed { tally: Default::default(), end: Some(end), stop: None };
            return Outcome { name: run.run.clone(), head: None, replayed, took_ms: 0 };
        }
    };
    let head = reader.head().clone();
    let terminal = std::io::stderr().is_terminal();
    let mut shown = began;
    let replayed = replay(&mut reader, |replay, entry| {
        if terminal && entry.seq.is_multiple_of(LOOK_EVERY) {
            let now = clock::now();
            if now.since(shown) >= PROGRESS_MS {
                shown = now;
                let (seq, span) = (entry.seq, replay.tally().span_ms() / 1_000);
                // Nobody misses it.
                let _ = write!(std::io::stderr(), "\r{} {seq} entries, {span} s ", run.run);
            }
        }
    });
    if shown != began {
        let _ = write!(std::io::stderr(), "\r\x1b[K");
    }
    let took_ms = clock::now().since(began);
    Outcome { name: run.run.clone(), head: Some(head), replayed, took_ms }
}

impl Outcome {
    fn exit(&self) -> Exit {
        match (&self.replayed.stop, &self.replayed.end) {
            (Some(Stop::Differs(_)), _) => Exit::Failure,
            (None, Some(end)) if end.is_whole() => Exit::Ok,
            _ => Exit::Doubtful,
        }
    }

    /// How many times faster than it happened.
    fn speed(&self) -> Option<u64> {
        self.replayed.tally.span_ms().checked_div(self.took_ms)
    }

    fn ending(&self) -> String {
        match (&self.replayed.stop, &self.replayed.end) {
            (Some(Stop::Differs(difference)), _) => format!("differs: {difference}"),
            (Some(Stop::Gap(gap)), _) => {
                format!(
                    "gap: {} entries from {} on are missing: {}",
                    gap.entries, gap.first, gap.why
                )
            }
            (Some(Stop::Late(seq)), _) => {
                format!("late: the first file is not there; entry {seq} is the first")
            }
            (None, Some(end)) => end.to_string(),
            (None, None) => End::Open.to_string(),
        }
    }

    fn print(&self, out: &mut impl Write) -> std::io::Result<()> {
        writeln!(out, "run {}", self.name)?;
        if let Some(head) = &self.head {
            let Head { version, fingerprint, account, seed, .. } = head;
            writeln!(out, "  version {version} config {fingerprint} {account} seed {seed}")?;
        }
        let tally = &self.replayed.tally;
        let (whole, part) = (tally.span_ms() / 1_000, tally.span_ms() % 1_000);
        writeln!(out, "  entries: {} in {whole}.{part:03} s of the run", tally.entries)?;
        writeln!(
            out,
            "  compared: {} events, {} commands, {} bytes, {} times to wake up",
            tally.events, tally.commands, tally.bytes, tally.entries
        )?;
        let speed = self.speed().map_or_else(|| "-".to_owned(), |times| format!("{times} x"));
        writeln!(out, "  speed: {} ms, {speed} real time", self.took_ms)?;
        writeln!(out, "  end: {}", self.ending())?;
        if let Some(Stop::Differs(difference)) = &self.replayed.stop {
            writeln!(out, "  input: {}", difference.input)?;
        }
        Ok(())
    }

    fn json(&self) -> Value {
        let tally = &self.replayed.tally;
        let differs = match &self.replayed.stop {
            Some(Stop::Differs(it)) => Some(json!({
                "seq": it.seq,
                "now": it.now.0,
                "input": it.input,
                "recorded": it.recorded,
                "replayed": it.replayed,
            })),
            _ => None,
        };
        json!({
            "run": self.name,
            "version": self.head.as_ref().map(|head| &head.version),
            "config": self.head.as_ref().map(|head| &head.fingerprint),
            "account": self.head.as_ref().map(|head| &head.account),
            "seed": self.head.as_ref().map(|head| head.seed),
            "entries": tally.entries,
            "events": tally.events,
            "commands": tally.commands,
            "bytes": tally.bytes,
            "run_ms": tally.span_ms(),
            "took_ms": self.took_ms,
            "times_real_time": self.speed(),
            "identical": self.exit() == Exit::Ok,
            "end": self.ending(),
            "difference": differs,
        })
    }
}
