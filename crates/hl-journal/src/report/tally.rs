//! Line by line into counts.

use std::collections::BTreeMap;

use hl_quant::Millis;

use super::coverage::Coverage;
use super::lines::Splitter;
use super::{Counts, Report, Scope, bump};
use crate::log::{LogEvent, Seen, parse_iso, read_line};

/// Counts the lines that it is given. Sources one after the other, each from its beginning to its
/// end and the oldest first.
#[derive(Clone, Debug)]
pub struct Tally {
    scope: Scope,
    splitter: Splitter,
    coverage: Coverage,
    report: Report,
    /// Attempts without an end so far, by run and number; whether they count.
    open: BTreeMap<(u32, u64), Open>,
    /// The lowest and the highest number of a line of each run, and how many there were.
    numbers: BTreeMap<u32, Numbers>,
    /// The moment of the last line that had one, of this source.
    last: Option<Millis>,
}

#[derive(Clone, Debug)]
struct Open {
    pair: String,
    counts: bool,
}

#[derive(Clone, Copy, Debug)]
struct Numbers {
    low: u64,
    high: u64,
    seen: u64,
}

/// The pairs of a line that matter here.
#[derive(Clone, Copy, Debug, Default)]
struct Fields<'a> {
    at: Option<Millis>,
    pair: &'a str,
    seq: Option<u64>,
    run: Option<u32>,
    number: Option<u64>,
    ok: &'a str,
    err: &'a str,
    code: &'a str,
    every: Option<u64>,
}

impl<'a> Fields<'a> {
    fn of(event: &LogEvent<'a>) -> Self {
        let mut fields = Self::default();
        let mut written = None;
        for pair in event.pairs() {
            let Some(raw) = pair.raw else { continue };
            match pair.key {
                "tms" => fields.at = raw.parse().ok().map(Millis),
                "ts" => written = Some(raw),
                "pair" => fields.pair = raw,
                "seq" => fields.seq = raw.parse().ok(),
                "run" => fields.run = u32::from_str_radix(raw, 16).ok(),
                "ln" => fields.number = raw.parse().ok(),
                "ok" => fields.ok = raw,
                "err" => fields.err = raw,
                "err_code" => fields.code = raw,
                "every_sec" => fields.every = raw.parse().ok(),
                _ => {}
            }
        }
        if fields.at.is_none() {
            fields.at = written.and_then(parse_iso).or_else(|| event.time());
        }
        fields
    }

    /// The code of a refusal. The old system's first lines have the word only.
    fn refusal(&self) -> &'a str {
        match (self.code, self.err) {
            ("", "tick_size") => "E_TICK",
            ("", "tick_size_auto_suppressed") => "E_TICK_SUPP",
            ("", "invalid_size") => "E_SIZE",
            ("", "alo_reject") => "E_ALO",
            ("", _) => "E_OTHER",
            (code, _) => code,
        }
    }
}

impl Tally {
    /// Nothing counted yet.
    #[must_use]
    pub fn new(scope: Scope) -> Self {
        let coverage = Coverage::new(scope.silence_ms);
        Self {
            scope,
            splitter: Splitter::default(),
            coverage,
            report: Report::default(),
            open: BTreeMap::new(),
            numbers: BTreeMap::new(),
            last: None,
        }
    }

    /// The next bytes of a source, cut anywhere.
    pub fn push(&mut self, bytes: &[u8]) {
        let mut splitter = core::mem::take(&mut self.splitter);
        splitter.push(bytes, |line| self.line(line));
        self.splitter = splitter;
    }

    /// A source has ended; the next bytes are of another one.
    pub fn end_of_source(&mut self) {
        let mut splitter = core::mem::take(&mut self.splitter);
        splitter.end(|line| self.line(line));
        self.last = None;
    }

    /// One line, with or without its end.
    pub fn line(&mut self, line: &[u8]) {
        let report = &mut self.report;
        report.lines = report.lines.saturating_add(1);
        match read_line(line) {
            Seen::Prose => report.prose = report.prose.saturating_add(1),
            Seen::Bad(why) => bump(report.bad.entry(why.word()).or_default()),
            Seen::Event(event) => self.event(&event),
        }
    }

    fn event(&mut self, event: &LogEvent<'_>) {
        let fields = Fields::of(event);
        if let (Some(run), Some(number)) = (fields.run, fields.number) {
            let fresh = Numbers { low: number, high: number, seen: 0 };
            let numbers = self.numbers.entry(run).or_insert(fresh);
            numbers.low = numbers.low.min(number);
            numbers.high = numbers.high.max(number);
            bump(&mut numbers.seen);
        }
        if event.family == "log_evt"
            && let Some(every) = fields.every
        {
            self.coverage.every(every);
        }
        if let Some(at) = fields.at {
            self.coverage.see(at);
            self.last = Some(at);
        }
        let counts = match (self.last, self.scope.from, self.scope.to) {
            (_, None, None) => true,
            (None, ..) => {
                bump(&mut self.report.undated);
                false
            }
            (Some(at), from, to) => {
                let inside = from.is_none_or(|from| at >= from) && to.is_none_or(|to| at <= to);
                if !inside {
                    bump(&mut self.report.outside);
                }
                inside
            }
        };
        if counts {
            self.name(event);
        }
        let wanted = &self.scope.pairs;
        if wanted.is_empty() || wanted.iter().any(|pair| pair == fields.pair) {
            self.order(event, &fields, counts);
        }
    }

    fn name(&mut self, event: &LogEvent<'_>) {
        // Looked up by a text on the stack: a day has millions of lines and a few dozen names.
        let mut name = [0_u8; 64];
        let length = event.family.len().saturating_add(1).saturating_add(event.word.len());
        let key = match name.get_mut(..length) {
            Some(room) => {
                let parts = event.family.bytes().chain([b'=']).chain(event.word.bytes());
                room.iter_mut().zip(parts).for_each(|(slot, byte)| *slot = byte);
                core::str::from_utf8(room).unwrap_or("?")
            }
            None => "too_long=name",
        };
        match self.report.events.get_mut(key) {
            Some(count) => bump(count),
            None => drop(self.report.events.insert(key.to_owned(), 1)),
        }
    }

    fn order(&mut self, event: &LogEvent<'_>, fields: &Fields<'_>, counts: bool) {
        let name = fields.run.zip(fields.seq);
        match (event.family, event.word) {
            ("quant_evt", "attempt") => {
                if counts {
                    self.count(fields.pair, |counts| bump(&mut counts.attempts));
                }
                match name {
                    Some(name) => {
                        let pair = fields.pair.to_owned();
                        if self.open.insert(name, Open { pair, counts }).is_some() {
                            bump(&mut self.report.strays);
                        }
                    }
                    // Without names they cannot be told apart: an end closes any.
                    None if counts => self.count(fields.pair, |counts| bump(&mut counts.unknown)),
                    None => {}
                }
            }
            ("quant_evt", "submit") => {
                // An end belongs to its attempt's window, whenever it comes.
                let counts = match name.map(|name| self.open.remove(&name)) {
                    Some(Some(open)) => open.counts,
                    Some(None) => {
                        // Its attempt lies before everything that was read, or nowhere.
                        if counts && !self.may_lie_before(fields) {
                            bump(&mut self.report.strays);
                        }
                        false
                    }
                    None => counts,
                };
                if counts {
                    self.count(fields.pair, |counts| end(counts, fields, name.is_none()));
                }
            }
            _ if !counts => {}
            ("quant_evt", "below_min") => {
                self.count(fields.pair, |counts| bump(&mut counts.below_min));
            }
            ("fill_evt", "maker") => {
                self.count(fields.pair, |counts| bump(&mut counts.maker_fills))
            }
            ("fill_evt", "taker") => {
                self.count(fields.pair, |counts| bump(&mut counts.taker_fills))
            }
            _ => {}
        }
    }

    /// Whether the beginning of this line's run is not among the sources.
    fn may_lie_before(&self, fields: &Fields<'_>) -> bool {
        let numbers = fields.run.and_then(|run| self.numbers.get(&run));
        self.scope.filtered || numbers.is_none_or(|numbers| numbers.low > 1)
    }

    fn count(&mut self, pair: &str, with: impl Fn(&mut Counts)) {
        with(&mut self.report.total);
        match self.report.pairs.get_mut(pair) {
            Some(counts) => with(counts),
            None => with(self.report.pairs.entry(pair.to_owned()).or_default()),
        }
    }

    /// The report on everything that was given.
    #[must_use]
    pub fn finish(mut self) -> Report {
        self.end_of_source();
        for open in core::mem::take(&mut self.open).into_values().filter(|open| open.counts) {
            self.count(&open.pair, |counts| bump(&mut counts.unknown));
        }
        let mut report = self.report;
        report.cover(&self.scope, self.coverage);
        report.runs = u64::try_from(self.numbers.len()).unwrap_or(u64::MAX);
        if !self.scope.filtered {
            let missing =
                |n: &Numbers| n.high.saturating_sub(n.low).saturating_add(1).abs_diff(n.seen);
            report.missing_lines = self.numbers.values().map(missing).sum();
        }
        report
    }
}

/// Files the end of an attempt. One without a name was counted as unknown until now.
fn end(counts: &mut Counts, fields: &Fields<'_>, nameless: bool) {
    if nameless {
        counts.unknown = counts.unknown.saturating_sub(1);
    }
    if fields.ok == "1" {
        return bump(&mut counts.accepted);
    }
    match fields.refusal() {
        "E_NET" => bump(&mut counts.never_sent),
        "E_NOT_PLACED" => bump(&mut counts.not_placed),
        "E_UNKNOWN" => bump(&mut counts.unknown),
        code => match counts.rejected.get_mut(code) {
            Some(count) => bump(count),
            None => drop(counts.rejected.insert(code.to_owned(), 1)),
        },
    }
}
