//! `report`: what a log says about the last day, with denominators.

mod args;
mod files;
mod loki;

use std::io::{Read, Write};
use std::time::Duration;

use hl_client::clock;
use hl_journal::log::{Quoted, parse_iso};
use hl_journal::report::{Report, Scope, Tally};
use hl_quant::Millis;

pub(crate) use self::args::ReportArgs;
use self::args::{Since, Until};
use self::files::Source;
use crate::config::Settings;
use crate::exit::{Exit, Failed};

/// How much of a file is read at a time. Bytes.
const CHUNK: usize = 1 << 18;

/// Reads the log and prints the report.
///
/// # Errors
/// There is no log; it cannot be read; Loki cannot be asked.
pub(crate) fn run(
    args: &ReportArgs,
    settings: &Settings,
    out: &mut impl Write,
) -> Result<Exit, Failed> {
    let now = clock::now();
    let mut scope =
        Scope { pairs: args.pairs.clone(), silence_ms: args.max_gap.map(millis), ..Scope::all() };
    let until = match &args.until {
        Until::Now => now,
        Until::At(at) => *at,
        Until::Last if args.loki.is_some() => now,
        Until::Last => {
            let (whole, _) = count(args, settings, Scope::all(), None)?;
            whole.window.map_or(now, |(_, last)| last)
        }
    };
    if let Since::For(length, _) = &args.since {
        scope.from = Some(Millis(until.0.saturating_sub(millis(*length))));
        scope.to = Some(until);
    }
    let oldest = scope.from;
    let (report, broken) = count(args, settings, scope, oldest)?;
    let label = args.since.label();
    if args.json {
        let mut json = report.json(&label);
        if let Some(json) = json.as_object_mut() {
            json.insert("broken".to_owned(), broken.clone().into());
        }
        writeln!(out, "{json:#}")?;
    } else {
        out.write_all(report.text(&label).as_bytes())?;
        for why in &broken {
            writeln!(out, "doubt_{label}: {why}")?;
        }
    }
    let good = report.doubts().is_empty() && broken.is_empty();
    Ok(if good { Exit::Ok } else { Exit::Doubtful })
}

fn millis(length: Duration) -> u64 {
    u64::try_from(length.as_millis()).unwrap_or(u64::MAX)
}

/// The report, and which sources could not be read to their end.
fn count(
    args: &ReportArgs,
    settings: &Settings,
    mut scope: Scope,
    oldest: Option<Millis>,
) -> Result<(Report, Vec<String>), Failed> {
    if let Some(url) = &args.loki {
        scope.filtered = true;
        let (from, to) = (scope.from.unwrap_or(Millis(0)), scope.to.unwrap_or_else(clock::now));
        let mut tally = Tally::new(scope);
        loki::Loki::new(url, &args.selector)?
            .lines(from, to, &mut |line| tally.line(line.as_bytes()))?;
        return Ok((tally.finish(), Vec::new()));
    }
    let paths = match (args.log.as_slice(), &settings.log.file) {
        ([], Some(configured)) => vec![configured.clone()],
        ([], None) => {
            let what = "no log: neither --log nor log.file nor --loki";
            return Err(Failed::new(Exit::Preflight, what).hint("mm-bot report --log bot.log"));
        }
        (paths, _) => paths.to_vec(),
    };
    let mut tally = Tally::new(scope);
    let mut broken = Vec::new();
    let mut chunk = vec![0_u8; CHUNK];
    for source in files::sources(&paths, oldest)? {
        let Source { name, mut reader } = source;
        loop {
            match reader.read(&mut chunk) {
                Ok(0) => break,
                Ok(n) => tally.push(chunk.get(..n).unwrap_or_default()),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => {
                    // What came before counts; the report is no evidence any more.
                    broken.push(format!("{name} ends early: {}", Quoted(error)));
                    break;
                }
            }
        }
        tally.end_of_source();
    }
    Ok((tally.finish(), broken))
}

/// A moment as the command line writes it.
fn moment(text: &str) -> Result<Until, String> {
    match text {
        "now" => Ok(Until::Now),
        "last" => Ok(Until::Last),
        text => {
            let at = parse_iso(text).ok_or("write now, last or 2025-11-04T10:41:07Z")?;
            Ok(Until::At(at))
        }
    }
}
