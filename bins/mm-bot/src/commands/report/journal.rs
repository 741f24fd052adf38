//! The report out of the journal of decisions: orders, the account, and what is drawn.

use std::io::Read;

use hl_engine::Pair;
use hl_journal::chart::Charts;
use hl_journal::decisions::{End, Item, Reader};
use hl_journal::profit::Profit;
use hl_journal::report::{Recorded, Report, Scope};
use hl_quant::Millis;

/// Everything that a report is made of.
#[derive(Debug)]
pub(super) struct Journal {
    scope: Scope,
    orders: Recorded,
    profit: Profit,
    charts: Option<Charts>,
    /// The last moment.
    last: Option<Millis>,
    /// Runs that could not be read to their end, and why.
    broken: Vec<String>,
}

/// What it comes to.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) report: Report,
    pub(super) profit: Profit,
    pub(super) charts: Option<Charts>,
    pub(super) broken: Vec<String>,
}

/// Whether there are to be pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pictures {
    Wanted,
    Spared,
}

impl Journal {
    pub(super) fn new(scope: Scope, pictures: Pictures) -> Self {
        Self {
            orders: Recorded::new(scope.clone()),
            scope,
            profit: Profit::new(),
            charts: (pictures == Pictures::Wanted).then(Charts::default),
            last: None,
            broken: Vec::new(),
        }
    }

    /// One run from its beginning, or from one of its later files, to its end. Runs come in the
    /// order of time.
    pub(super) fn run<R: Read>(&mut self, name: &str, opened: Result<Reader<R>, End>) {
        let mut reader = match opened {
            Ok(reader) => reader,
            Err(end) => return self.broken.push(format!("journal {name}: {end}")),
        };
        let pairs: Vec<Pair> = reader.head().pairs().cloned().collect();
        self.orders.run();
        self.profit.run(&pairs);
        if let Some(charts) = &mut self.charts {
            charts.run(&pairs);
        }
        while let Some(item) = reader.next() {
            match item {
                Item::Entry(entry) => {
                    self.last = self.last.max(Some(entry.now));
                    self.orders.entry(entry.now, entry.events);
                    if !self.scope.has(entry.now) {
                        continue;
                    }
                    self.profit.feed(entry.now, &entry.input);
                    entry.events.iter().for_each(|event| self.profit.event(event));
                    if let Some(charts) = &mut self.charts {
                        charts.feed(entry.now, &entry.input);
                        entry.events.iter().for_each(|event| charts.event(event));
                    }
                }
                Item::Gap(gap) => self.orders.gap(&gap),
                Item::Note(_) => {}
            }
        }
        if let Some(end) = reader.end().filter(|end| !end.is_whole()) {
            self.broken.push(format!("journal {name}: {end}"));
        }
    }

    /// The last moment of what was read.
    pub(super) const fn last(&self) -> Option<Millis> {
        self.last
    }

    pub(super) fn finish(self) -> Found {
        let Self { orders, profit, charts, broken, .. } = self;
        Found { report: orders.finish(), profit, charts, broken }
    }
}
