//! `report`: what a log or a journal says about the last day, with denominators.

mod args;
mod files;
mod html;
mod journal;
mod loki;

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use hl_client::clock;
use hl_journal::chart::Charts;
use hl_journal::log::{Quoted, parse_iso};
use hl_journal::profit::{Profit, Statement};
use hl_journal::report::{Report, Scope, Tally};
use hl_quant::Millis;
use serde_json::Value;

pub(crate) use self::args::ReportArgs;
use self::args::{From, Since, Until};
use self::files::Source;
use self::html::Page;
use self::journal::{Journal, Pictures};
use super::recorded;
use crate::config::Settings;
use crate::exit::{Exit, Failed};
use crate::state::DECISIONS;

/// How much of a file is read at a time. Bytes.
const CHUNK: usize = 1 << 18;
/// A journal file that was last written so long before the window has nothing in it.
const SURELY_BEFORE: Duration = Duration::from_secs(3_600);

/// What was found, wherever it was looked for.
struct Found {
    report: Report,
    /// The account, out of a journal.
    money: Option<(Profit, Statement)>,
    charts: Option<Charts>,
    /// Sources that could not be read to their end.
    broken: Vec<String>,
}

/// Reads the log or the journal and prints the report.
///
/// # Errors
/// There is no log; it cannot be read; Loki cannot be asked; the page cannot be written.
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
        Until::Last => last(args, settings)?.unwrap_or(now),
    };
    if let Since::For(length, _) = &args.since {
        scope.from = Some(Millis(until.0.saturating_sub(millis(*length))));
        scope.to = Some(until);
    }
    let found = find(args, settings, scope)?;
    let label = args.since.label();
    let mut json = found.report.json(&label);
    if let Some(json) = json.as_object_mut() {
        json.insert("broken".to_owned(), found.broken.clone().into());
        if let Some((_, statement)) = &found.money {
            json.insert("profit".to_owned(), statement.json());
        }
    }
    match (&args.html, args.json) {
        (Some(file), _) => page(&found, &label, &json, file, out)?,
        (None, true) => writeln!(out, "{json:#}")?,
        (None, false) => print(&found, &label, &args.pairs, out)?,
    }
    let good = found.report.doubts().is_empty()
        && found.broken.is_empty()
        && found.money.as_ref().is_none_or(|(_, statement)| statement.doubts().is_empty());
    Ok(if good { Exit::Ok } else { Exit::Doubtful })
}

fn print(
    found: &Found,
    label: &str,
    pairs: &[String],
    out: &mut impl Write,
) -> std::io::Result<()> {
    out.write_all(found.report.text(label).as_bytes())?;
    if let Some((_, statement)) = &found.money {
        let wanted = |pair: &str| pairs.is_empty() || pairs.iter().any(|other| other == pair);
        out.write_all(statement.text(label, &wanted).as_bytes())?;
    }
    for why in &found.broken {
        writeln!(out, "doubt_{label}: {why}")?;
    }
    Ok(())
}

/// Writes the page to a file, or to standard output for `-`.
fn page(
    found: &Found,
    label: &str,
    json: &Value,
    file: &Path,
    out: &mut impl Write,
) -> Result<(), Failed> {
    let recorded = found.money.as_ref().zip(found.charts.as_ref());
    let recorded = recorded.map(|((profit, statement), charts)| (profit, statement, charts));
    let html = Page { label, json, recorded }.html();
    if file.as_os_str() == "-" {
        out.write_all(html.as_bytes())?;
        return Ok(());
    }
    std::fs::write(file, html)
        .map_err(|error| Failed::new(Exit::Failure, format!("page {}: {error}", file.display())))?;
    writeln!(out, "wrote {}", file.display())?;
    Ok(())
}

fn millis(length: Duration) -> u64 {
    u64::try_from(length.as_millis()).unwrap_or(u64::MAX)
}

/// The last moment that is on record.
fn last(args: &ReportArgs, settings: &Settings) -> Result<Option<Millis>, Failed> {
    if args.from == From::Journal {
        let mut journal = Journal::new(Scope::all(), Pictures::Spared);
        read(args, settings, None, &mut journal)?;
        return Ok(journal.last());
    }
    let (report, _) = count(args, settings, Scope::all())?;
    Ok(report.window.map(|(_, last)| last))
}

fn find(args: &ReportArgs, settings: &Settings, scope: Scope) -> Result<Found, Failed> {
    if args.from == From::Journal {
        let wanted = if args.html.is_some() { Pictures::Wanted } else { Pictures::Spared };
        let oldest = scope.from;
        let mut journal = Journal::new(scope, wanted);
        read(args, settings, oldest, &mut journal)?;
        let journal::Found { report, profit, charts, broken } = journal.finish();
        let statement = profit.statement();
        return Ok(Found { report, money: Some((profit, statement)), charts, broken });
    }
    let (report, broken) = count(args, settings, scope)?;
    Ok(Found { report, money: None, charts: None, broken })
}

/// Reads the runs of the journal; files that ended long before `oldest` are left out.
fn read(
    args: &ReportArgs,
    settings: &Settings,
    oldest: Option<Millis>,
    journal: &mut Journal,
) -> Result<(), Failed> {
    for mut run in recorded::runs(&journals(args, settings)?)? {
        if let Some(oldest) = oldest {
            run.files.retain(|file| !ended_before(file, oldest));
        }
        if !run.files.is_empty() {
            journal.run(&run.run, recorded::open(&run));
        }
    }
    Ok(())
}

/// Where the journal is: as asked for, as configured, or the one beside the state.
fn journals(args: &ReportArgs, settings: &Settings) -> Result<Vec<PathBuf>, Failed> {
    if !args.journal.is_empty() {
        return Ok(args.journal.clone());
    }
    if let Some(configured) = &settings.journal.dir {
        return Ok(vec![configured.clone()]);
    }
    let nowhere = |what: String| {
        Failed::new(Exit::Preflight, what)
            .hint("mm-bot report --from journal --journal state/sim-0x1479.decisions")
    };
    let dir = settings.state_root();
    let entries = std::fs::read_dir(dir)
        .map_err(|error| nowhere(format!("state directory {}: {error}", dir.display())))?;
    let named = |path: &PathBuf| path.to_string_lossy().ends_with(DECISIONS);
    let found: Vec<PathBuf> =
        entries.filter_map(|entry| Some(entry.ok()?.path())).filter(named).collect();
    // Each account has its own, and two of them have no common account.
    match found.len() {
        0 => Err(nowhere(format!("no journal in {}", dir.display()))),
        1 => Ok(found),
        n => Err(nowhere(format!("{n} journals in {}: say which", dir.display()))),
    }
}

fn ended_before(file: &Path, oldest: Millis) -> bool {
    let changed = std::fs::metadata(file).and_then(|meta| meta.modified()).ok();
    let oldest = SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(oldest.0));
    let surely = oldest.and_then(|oldest| oldest.checked_sub(SURELY_BEFORE));
    changed.zip(surely).is_some_and(|(changed, surely)| changed < surely)
}

/// The counts of a log, and which sources could not be read to their end.
fn count(
    args: &ReportArgs,
    settings: &Settings,
    mut scope: Scope,
) -> Result<(Report, Vec<String>), Failed> {
    if let Some(url) = &args.loki {
        scope.filtered = true;
        let (from, to) = (scope.from.unwrap_or(Millis(0)), scope.to.unwrap_or_else(clock::now));
        let mut tally = Tally::new(scope);
        loki::Loki::new(url, &args.selector)?
            .lines(from, to, &mut |line| tally.line(line.as_bytes()))?;
        return Ok((tally.finish(), Vec::new()));
    }
    let paths: Vec<PathBuf> = match (args.log.as_slice(), &settings.log.file) {
        ([], Some(configured)) => vec![configured.clone()],
        ([], None) => {
            let what = "no log: neither --log nor log.file nor --loki nor --from journal";
            return Err(Failed::new(Exit::Preflight, what).hint("mm-bot report --log bot.log"));
        }
        (paths, _) => paths.to_vec(),
    };
    let oldest = scope.from;
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
