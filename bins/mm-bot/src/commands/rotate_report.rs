//! `rotate --report`: what rotation earned, against not rotating, from the log.
//!
//! At every choice the bot writes down what became of each market since the one before
//! (`rotation_evt=followed`): what makers gained on public trades there, whether it was held or not, and
//! what we made where it was. Not rotating is the first choice of the log, kept for ever.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write};
use std::path::Path;

use hl_journal::log::{LogEvent, Seen, read_line};
use hl_sim::Usd;
use hl_world::proof::Paired;
use serde_json::{Value, json};

use crate::exit::{Exit, Failed};

/// The most of a file that is read.
const BYTES_MAX: u64 = 1 << 30;

/// One market between two choices.
#[derive(Clone, Debug, PartialEq)]
struct Followed {
    was_held: bool,
    edge: Option<f64>,
    made: f64,
    traded: f64,
}

/// What a log says about rotation.
#[derive(Debug, Default, PartialEq)]
struct Record {
    /// The markets of the first choice.
    first: BTreeSet<String>,
    choices: u64,
    /// By the moment at which it was over: what became of each market.
    periods: BTreeMap<u64, BTreeMap<String, Followed>>,
}

/// One period between two choices, in basis points and USD.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Period {
    ended: u64,
    /// Mean edge of the markets that were held, of those of the first choice, and of all.
    held: f64,
    first: f64,
    all: f64,
    made: f64,
    traded: f64,
}

/// Reads logs and prints what rotation earned.
///
/// # Errors
/// A file cannot be read, or says nothing about what followed a choice.
pub(super) fn run(
    files: &[std::path::PathBuf],
    as_json: bool,
    out: &mut impl Write,
) -> Result<Exit, Failed> {
    let mut record = Record::default();
    for path in files {
        read(path)?.lines().for_each(|line| record.take(line));
    }
    let periods = record.judged();
    if periods.is_empty() {
        let what = format!("no choice has been followed yet ({} choices)", record.choices);
        return Err(Failed::new(Exit::Failure, what).hint(
            "a choice is judged at the next one: rotate.every_min; pass the log of the run",
        ));
    }
    if as_json {
        writeln!(out, "{:#}", document(&record, &periods))?;
    } else {
        print(&record, &periods, out)?;
    }
    Ok(Exit::Ok)
}

fn read(path: &Path) -> Result<String, Failed> {
    let failed = |e: std::io::Error| Failed::new(Exit::Failure, format!("{}: {e}", path.display()));
    let mut bytes = Vec::new();
    match path.to_str() {
        Some("-") => std::io::stdin().take(BYTES_MAX).read_to_end(&mut bytes),
        _ => std::fs::File::open(path).and_then(|f| f.take(BYTES_MAX).read_to_end(&mut bytes)),
    }
    .map_err(failed)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

impl Record {
    fn take(&mut self, line: &str) {
        let Seen::Event(event) = read_line(line.as_bytes()) else { return };
        match (event.family, event.word) {
            ("rotation_evt", "rebalance") => {
                self.choices = self.choices.saturating_add(1);
                if self.first.is_empty() {
                    let pairs = event.get("pairs").unwrap_or_default();
                    self.first = pairs.split(',').map(str::to_owned).collect();
                }
            }
            ("rotation_evt", "followed") => {
                if let Some((ended, pair, followed)) = followed(&event) {
                    self.periods.entry(ended).or_default().insert(pair, followed);
                }
            }
            _ => {}
        }
    }

    /// The periods in which both what was held and the first choice could be followed.
    fn judged(&self) -> Vec<Period> {
        let of = |(ended, markets): (&u64, &BTreeMap<String, Followed>)| {
            let edges = |is: &dyn Fn(&str, &Followed) -> bool| {
                mean(markets.iter().filter(|(name, f)| is(name, f)).filter_map(|(_, f)| f.edge))
            };
            let ours = || markets.values().filter(|followed| followed.was_held);
            Some(Period {
                ended: *ended,
                held: edges(&|_, followed| followed.was_held)?,
                first: edges(&|name, _| self.first.contains(name))?,
                all: edges(&|_, _| true)?,
                made: ours().map(|followed| followed.made).sum(),
                traded: ours().map(|followed| followed.traded).sum(),
            })
        };
        self.periods.iter().filter_map(of).collect()
    }
}

fn followed(event: &LogEvent<'_>) -> Option<(u64, String, Followed)> {
    let number = |key: &str| event.get(key)?.parse::<f64>().ok().filter(|n| n.is_finite());
    let followed = Followed {
        was_held: event.get("held")?.as_ref() == "1",
        edge: number("edge"),
        made: number("made")?,
        traded: number("traded")?,
    };
    Some((event.time()?.0, event.get("pair")?.into_owned(), followed))
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (mut sum, mut n) = (0.0, 0.0);
    for value in values {
        sum += value;
        n += 1.0;
    }
    (n > 0.0).then(|| sum / n)
}

/// USD that a part of the traded value in basis points is.
fn part(traded: f64, bps: f64) -> Usd {
    let micros = format!("{:.0}", traded * bps * 100.0);
    Usd::micros(micros.parse().unwrap_or_default())
}

/// What the traded value would have earned at the edge of what was held, against that of others.
fn against(periods: &[Period], other: impl Fn(&Period) -> f64) -> Paired {
    let pair = |p: &Period| (part(p.traded, p.held), part(p.traded, other(p)));
    Paired::of(&periods.iter().map(pair).collect::<Vec<_>>())
}

fn average(periods: &[Period], of: impl Fn(&Period) -> f64) -> f64 {
    mean(periods.iter().map(of)).unwrap_or(0.0)
}

fn print(record: &Record, periods: &[Period], out: &mut impl Write) -> Result<(), Failed> {
    let sum = |of: fn(&Period) -> f64| periods.iter().map(of).sum::<f64>();
    let (made, traded) = (sum(|p| p.made), sum(|p| p.traded));
    let first: Vec<&str> = record.first.iter().map(String::as_str).collect();
    writeln!(
        out,
        "{} choices, {} of them followed; traded {traded:.2} USD, made {made:+.4} USD\n\n\
         {:<34} edge, bps of a trade\n\
         {:<34} {:>+8.3}\n{:<34} {:>+8.3}\n{:<34} {:>+8.3}\n",
        record.choices,
        periods.len(),
        "",
        "the markets that were held",
        average(periods, |p| p.held),
        format!("the first choice ({})", first.join(",")),
        average(periods, |p| p.first),
        "all markets",
        average(periods, |p| p.all),
    )?;
    let lines = [
        ("rotating, against not rotating", against(periods, |p| p.first)),
        ("rotating, against all markets", against(periods, |p| p.all)),
    ];
    for (what, paired) in lines {
        let interval = paired.interval.map_or_else(
            || "no interval from fewer than 8".to_owned(),
            |interval| format!("95 % [{:+.4}, {:+.4}]", interval.low, interval.high),
        );
        writeln!(
            out,
            "{what}: {:+.4} USD between two choices, {interval}, better in {} of {}: {}",
            paired.difference,
            paired.wins,
            paired.pairs,
            paired.verdict()
        )?;
    }
    Ok(())
}

fn document(record: &Record, periods: &[Period]) -> Value {
    let paired = |paired: Paired| {
        json!({
            "difference_usd": paired.difference,
            "interval_95": paired.interval.map(|interval| [interval.low, interval.high]),
            "wins": paired.wins,
            "periods": paired.pairs,
            "verdict": paired.verdict(),
        })
    };
    let all: Vec<Value> = periods
        .iter()
        .map(|p| {
            json!({
                "ended": p.ended,
                "held_bps": p.held,
                "first_bps": p.first,
                "all_bps": p.all,
                "made_usd": p.made,
                "traded_usd": p.traded,
            })
        })
        .collect();
    json!({
        "choices": record.choices,
        "first": record.first,
        "against_not_rotating": paired(against(periods, |p| p.first)),
        "against_all": paired(against(periods, |p| p.all)),
        "periods": all,
    })
}

#[cfg(test)]
mod tests {
    use super::{Record, against, print};

    const LOG: &str = "\
rotation_evt=rebalance pairs=A,B ts=1795453970000
rotation_evt=followed pair=A held=1 since=1795453970000 trades=9 edge=2 made=0.5 traded=1000 ts=1795453980000
rotation_evt=followed pair=B held=1 since=1795453970000 trades=9 edge=-1 made=-0.2 traded=500 ts=1795453980000
rotation_evt=followed pair=C held=0 since=1795453970000 trades=9 edge=5 made=0 traded=0 ts=1795453980000
rotation_evt=rebalance pairs=A,C ts=1795453980000
rotation_evt=followed pair=A held=1 since=1795453980000 trades=9 edge=1 made=0.5 traded=1000 ts=1795453990000
rotation_evt=followed pair=B held=0 since=1795453980000 trades=9 edge=-3 made=0 traded=0 ts=1795453990000
rotation_evt=followed pair=C held=1 since=1795453980000 trades=0 edge=4 made=0.5 traded=1000 ts=1795453990000
rotation_evt=rebalance pairs=A,C ts=1795453990000
rotation_evt=followed pair=A held=1 since=1795453990000 trades=0 edge=- made=0.5 traded=10 ts=1795454000000
";

    #[test]
    fn what_was_held_is_set_against_the_first_choice() {
        let mut record = Record::default();
        LOG.lines().for_each(|line| record.take(line));
        assert_eq!(record.choices, 3);
        let periods = record.judged();
        assert_eq!(periods.len(), 2, "the last one has nothing to be judged by");
        let [one, two] = periods.first_chunk().unwrap();
        assert_eq!((one.held, one.first, one.all, one.traded), (0.5, 0.5, 2.0, 1500.0));
        assert_eq!((two.held, two.first, two.made), (2.5, -1.0, 1.0));
        let paired = against(&periods, |p| p.first);
        // Nothing in the first period, 3.5 basis points of 2,000 dollars in the second.
        assert!((paired.difference - 0.35).abs() < 1e-9, "{paired:?}");
        assert_eq!((paired.wins, paired.pairs, paired.verdict()), (1, 2, "too few"));
        let mut text = Vec::new();
        print(&record, &periods, &mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        assert!(
            text.contains("3 choices, 2 of them followed; traded 3500.00 USD, made +1.3000 USD")
        );
        assert!(text.contains("rotating, against not rotating: +0.3500 USD"), "{text}");
    }
}
