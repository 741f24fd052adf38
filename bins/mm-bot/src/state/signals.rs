//! The record of what followed each opinion: lines of the event log, kept by themselves.
//!
//! They decide nothing about orders, so nothing waits for them: a thread of its own appends, and what
//! it cannot write is lost and told. A line that is torn or foreign is passed over by who reads.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use hl_engine::{Event, EventKind, SignalLine};
use hl_journal::log::Quoted;
use hl_quant::Millis;
use hl_signals::account::Counts;
use hl_signals::{Micro, Sample, SourceId};
use tokio::task::JoinHandle;

use super::files;

/// The most of a record that is read.
const BYTES_MAX: u64 = 32 * 1024 * 1024;
/// A record of more lines is cut to half of that at the next start: the oldest go.
const LINES_MAX: usize = 100_000;
/// How long the end of a run waits for the last lines.
const PATIENCE: Duration = Duration::from_secs(2);

/// What one source has to answer for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answers {
    pub(crate) samples: Vec<Sample>,
    pub(crate) counts: Counts,
    /// The last word about it: on, off, or misleads and pinned.
    pub(crate) state: Option<String>,
    /// How many markets it spoke of.
    pub(crate) markets: Vec<String>,
}

/// Everything that records say, by source.
#[derive(Clone, Debug, Default)]
pub(crate) struct SignalRecord {
    pub(crate) sources: BTreeMap<SourceId, Answers>,
    /// The samples in the order of the lines.
    pub(crate) samples: Vec<(SourceId, Sample)>,
    /// The horizon of the last sample: those of others answer another question.
    pub(crate) horizon_ms: u64,
    /// Samples of other horizons, which are left out.
    pub(crate) other_horizons: u64,
}

impl SignalRecord {
    /// Reads the lines of a record, or of any event log; all others are passed over.
    pub(crate) fn parse(text: &str) -> Self {
        let mut record = Self::default();
        let lines = || text.lines().filter_map(Fields::of);
        let marked = |fields: &Fields<'_>| fields.word == "marked";
        let mut horizons = lines().filter(marked).filter_map(|fields| fields.number("horizon_ms"));
        record.horizon_ms = horizons.next_back().unwrap_or_default();
        for fields in lines() {
            record.take(&fields);
        }
        record
    }

    /// Takes a line in; `None` if it is none of a record.
    fn take(&mut self, fields: &Fields<'_>) -> Option<()> {
        let source: SourceId = fields.get("source")?.parse().ok()?;
        match fields.word {
            "marked" if fields.number("horizon_ms")? != self.horizon_ms => {
                self.other_horizons = self.other_horizons.saturating_add(1);
            }
            "marked" => {
                let sample = Sample {
                    at: Millis(fields.number("taken")?),
                    value: fields.micro("value")?,
                    with: fields.micro("with")?,
                    without: fields.micro("without")?,
                    moved_bps: fields.micro("moved_bps")?,
                };
                let pair = fields.get("pair")?;
                let answers = self.sources.entry(source).or_default();
                answers.samples.push(sample);
                if !answers.markets.iter().any(|known| known == pair) {
                    answers.markets.push(pair.to_owned());
                }
                self.samples.push((source, sample));
            }
            "coverage" => {
                let counts = Counts {
                    looks: fields.number("looks")?,
                    fresh: fields.number("fresh")?,
                    age_ms: fields.number("age_ms")?,
                    lost: fields.number("lost")?,
                    marked: 0,
                };
                let answers = self.sources.entry(source).or_default();
                answers.counts = answers.counts.plus(&counts);
            }
            "on" | "off" | "misleads" => {
                let answers = self.sources.entry(source).or_default();
                answers.state = Some(fields.word.to_owned());
            }
            _ => {}
        }
        Some(())
    }
}

/// The `key=value` words of a line `signal_evt=...`.
struct Fields<'a> {
    word: &'a str,
    line: &'a str,
}

impl<'a> Fields<'a> {
    fn of(line: &'a str) -> Option<Self> {
        let line = line.strip_prefix("signal_evt=")?;
        let (word, line) = line.split_once(' ')?;
        Some(Self { word, line })
    }

    fn get(&self, key: &str) -> Option<&'a str> {
        let mut words = self.line.split(' ').filter_map(|word| word.split_once('='));
        words.find(|(name, _)| *name == key).map(|(_, value)| value)
    }

    fn number(&self, key: &str) -> Option<u64> {
        self.get(key)?.parse().ok()
    }

    fn micro(&self, key: &str) -> Option<f64> {
        self.get(key)?.parse::<Micro>().ok().map(Micro::get)
    }
}

/// Appends to the record of an account while a run lasts.
#[derive(Debug)]
pub(crate) struct Recorder {
    sender: Option<mpsc::Sender<String>>,
    task: Option<JoinHandle<std::io::Result<()>>>,
}

impl Recorder {
    /// Reads what earlier runs left, and begins to append. What cannot be read or opened is told, and
    /// the run goes on without it. To be called within the runtime.
    pub(crate) fn open(path: &Path) -> (Self, SignalRecord, Vec<String>) {
        let mut notes = Vec::new();
        let mut note = |what: &str, error: &dyn std::fmt::Display| {
            notes.push(format!("signal_evt=record_failed what={what} reason={}", Quoted(error)));
        };
        let text = match files::read(path, BYTES_MAX) {
            Ok(bytes) => String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned(),
            Err(error) => {
                note("read", &error);
                String::new()
            }
        };
        let record = SignalRecord::parse(&text);
        let opened = match cut(&text) {
            Some(rest) => files::replace(path, rest.as_bytes()),
            None => files::open(path, OpenOptions::new().append(true).create(true)),
        };
        let recorder = match opened {
            Ok(file) => {
                let (sender, lines) = mpsc::channel::<String>();
                let task = tokio::task::spawn_blocking(move || append(file, &lines));
                Self { sender: Some(sender), task: Some(task) }
            }
            Err(error) => {
                note("open", &error);
                Self { sender: None, task: None }
            }
        };
        (recorder, record, notes)
    }

    /// Takes an event down if it belongs to the record.
    pub(crate) fn note(&self, event: &Event) {
        let EventKind::Signal(line) = &event.kind else { return };
        let kept = !matches!(line, SignalLine::Heard { .. } | SignalLine::Refused { .. });
        if let Some(sender) = self.sender.as_ref().filter(|_| kept) {
            // Who writes has failed; that is told at the end.
            let _ = sender.send(event.to_string());
        }
    }

    /// Waits until the last line is written, for a moment.
    ///
    /// # Errors
    /// Some lines are not on the disk.
    pub(crate) async fn close(&mut self) -> std::io::Result<()> {
        self.sender = None;
        let Some(task) = self.task.take() else { return Ok(()) };
        match tokio::time::timeout(PATIENCE, task).await {
            Ok(Ok(result)) => result,
            Ok(Err(error)) => Err(std::io::Error::other(error)),
            Err(_) => Err(std::io::Error::other("a write has not come back")),
        }
    }
}

fn append(mut file: File, lines: &mpsc::Receiver<String>) -> std::io::Result<()> {
    for line in lines {
        file.write_all(format!("{line}\n").as_bytes())?;
    }
    file.sync_all()
}

/// The later half of a record that has become too long.
fn cut(text: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().collect();
    let from = lines.len().checked_sub(LINES_MAX / 2)?;
    (lines.len() > LINES_MAX).then(|| {
        let mut rest = lines.get(from..).unwrap_or_default().join("\n");
        rest.push('\n');
        rest
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARK: &str = "signal_evt=marked ts=x tms=1 pair=SOL source=desk taken=1762252867000 \
                        value=0.500000 with=0.400000 without=-0.100000 horizon_ms=300000 \
                        moved_bps=-12.500000";

    #[test]
    fn a_record_is_read_back_and_what_is_torn_or_foreign_is_passed_over() {
        let other = MARK.replace("horizon_ms=300000", "horizon_ms=60000");
        let torn = &MARK[..MARK.len() - 20];
        let coverage =
            "signal_evt=coverage ts=x tms=1 source=desk looks=10 fresh=4 age_ms=90 lost=1";
        let off = "signal_evt=off ts=x tms=1 source=desk samples=9 pinned=0 ic=-0.1";
        let heard = "signal_evt=heard ts=x tms=1 pair=SOL source=desk value=1.000000";
        let text =
            [other.as_str(), coverage, coverage, heard, "quant_evt=attempt x=1", off, torn, MARK]
                .join("\n");
        let record = SignalRecord::parse(&text);
        assert_eq!((record.horizon_ms, record.other_horizons), (300_000, 1));
        let desk = &record.sources[&"desk".parse().unwrap()];
        assert_eq!(desk.samples.len(), 1);
        let sample = desk.samples[0];
        assert_eq!((sample.at.0, sample.value, sample.moved_bps), (1_762_252_867_000, 0.5, -12.5));
        assert_eq!((sample.with, sample.without), (0.4, -0.1));
        assert_eq!((desk.counts.looks, desk.counts.fresh, desk.counts.lost), (20, 8, 2));
        assert_eq!(desk.state.as_deref(), Some("off"));
        assert_eq!(desk.markets, ["SOL"]);
    }

    #[test]
    fn a_record_that_has_become_too_long_loses_its_older_half() {
        assert_eq!(cut(&"x\n".repeat(LINES_MAX)), None);
        let long = format!("{}last\n", "x\n".repeat(LINES_MAX));
        let rest = cut(&long).unwrap();
        assert_eq!(rest.lines().count(), LINES_MAX / 2);
        assert!(rest.ends_with("x\nlast\n"));
    }

    #[test]
    fn what_is_noted_is_there_for_the_next_run() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let dir = tempfile::TempDir::new().unwrap();
            let path = dir.path().join("x.signals");
            std::fs::write(&path, format!("{MARK}\n")).unwrap();
            let (mut recorder, record, notes) = Recorder::open(&path);
            assert_eq!((record.samples.len(), notes.len()), (1, 0));
            let coverage = SignalLine::Coverage {
                source: "desk".parse().unwrap(),
                looks: 1,
                fresh: 1,
                age_ms: 1,
                lost: 0,
            };
            let refused = SignalLine::Refused {
                pair: hl_engine::Pair::new("SOL"),
                source: "desk".parse().unwrap(),
                why: hl_signals::Refused::Source,
            };
            for line in [coverage, refused] {
                recorder.note(&Event { at: Millis(1), kind: EventKind::Signal(line) });
            }
            recorder.close().await.unwrap();
            let text = std::fs::read_to_string(&path).unwrap();
            assert_eq!(text.lines().count(), 2, "{text}");
            assert!(text.contains("signal_evt=coverage "), "{text}");
            let (_, record, notes) = Recorder::open(dir.path());
            assert!(record.samples.is_empty() && notes.len() == 2, "{notes:?}");
        });
    }
}
