//! An engine that is driven through a journal, and what is remembered on the way.

use hl_journal::decisions::{Item, Reader, Replay};
use hl_journal::profit::Profit;
use hl_quant::Millis;

use super::Place;
use super::follow::Follow;
use crate::dashboard::frame::{Frame, Glance, Records};
use crate::dashboard::hub::{EVERY, document};
use crate::dashboard::memory::{Memory, Note, What};
use crate::dashboard::snapshot::{Run, Snapshot, Told};

/// Inputs between two reports of how far it has come.
const REPORT: u64 = 5_000;

/// Where it is.
#[derive(Debug)]
pub(super) struct Cursor {
    reader: Reader<Follow>,
    replay: Replay,
    memory: Memory,
    profit: Profit,
    at: Millis,
    glance: Millis,
    events: u64,
}

impl Cursor {
    /// Before the first input.
    ///
    /// # Errors
    /// Why there is no journal to read, in words.
    pub(super) fn open(place: &Place) -> Result<Self, String> {
        let reader = Reader::open(Follow::new(place.clone()))
            .map_err(|end| format!("the journal cannot be read: {end}"))?;
        if reader.seq() > 0 {
            return Err("the beginning of the journal is gone (journal.keep_days)".to_owned());
        }
        let head = reader.head();
        let mut profit = Profit::new();
        profit.run(&head.pairs().cloned().collect::<Vec<_>>());
        Ok(Self {
            replay: Replay::new(head),
            memory: Memory::default(),
            profit,
            at: Millis(0),
            glance: Millis(0),
            events: 0,
            reader,
        })
    }

    /// The moment of the last input.
    pub(super) const fn at(&self) -> u64 {
        self.at.0
    }

    /// Tells the engine everything up to the first input at or after `wanted`. `come` hears how far it
    /// is, and whether it returns true decides whether it goes on; false if it did not get there.
    ///
    /// # Errors
    /// Why the journal does not lead there.
    pub(super) fn go(
        &mut self,
        wanted: u64,
        mut come: impl FnMut(u64) -> bool,
    ) -> Result<bool, String> {
        let mut told: u64 = 0;
        while self.at.0 < wanted {
            if told.is_multiple_of(REPORT) && !come(self.at.0) {
                return Ok(false);
            }
            told = told.saturating_add(1);
            let Self { reader, replay, memory, profit, at, glance, events } = self;
            match reader.next() {
                Some(Item::Note(_)) => {}
                Some(Item::Gap(_)) => {
                    return Err("inputs are missing from the journal before that".to_owned());
                }
                Some(Item::Entry(entry)) => {
                    profit.feed(entry.now, &entry.input);
                    replay.step(&entry).map_err(|difference| difference.to_string())?;
                    *at = entry.now;
                    for event in replay.events() {
                        profit.event(event);
                        *events = events.saturating_add(1);
                        let what = What::Event(event.clone());
                        memory.note(Note { line: *events, what });
                    }
                    if *at >= *glance {
                        memory.glance(&Glance::of(replay.engine(), *at));
                        let every = u64::try_from(EVERY.as_millis()).unwrap_or(u64::MAX);
                        *glance = at.plus(every);
                    }
                }
                None => {
                    let end = reader.end().map_or_else(String::new, ToString::to_string);
                    return Err(format!("the journal ends before that: {end}"));
                }
            }
        }
        Ok(true)
    }

    /// The document of the present moment.
    pub(super) fn render(&mut self, run: &Run) -> String {
        let engine = self.replay.engine();
        self.memory.glance(&Glance::of(engine, self.at));
        let mut frame = Frame::of(engine, self.at, Records::With);
        frame.statement = Some(Box::new(self.profit.statement()));
        let snapshot = Snapshot::of(run, &frame, None, &mut self.memory);
        document(snapshot, &self.memory, &mut Told::default()).to_string()
    }
}
